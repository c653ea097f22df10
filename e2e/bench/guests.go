package main

import (
	"bytes"
	"errors"
	"fmt"
	"mime/multipart"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// guestLines is the most that a file of guests holds.
const guestLines = 2000

var (
	shownField = regexp.MustCompile(`name="apercu" value="([^"]+)"`)
	lineField  = regexp.MustCompile(`name="ligne" value="(\d+)"`)
)

// guests measures the largest file of guests: sent and shown line by line, then
// imported.
func (b bench) guests(v *visitor, w *world, jeton, label string) error {
	home := "/console/etablissements/" + w.uai + "/utilisateurs/invites/imports"
	from := time.Now()
	status, _, preview, err := v.upload(home, jeton, "invites.csv", guestFile())
	if err := wanted(303, status, err); err != nil {
		return err
	}
	status, page, _, err := v.ask("GET", preview, nil)
	if err := wanted(200, status, err); err != nil {
		return err
	}
	shown := time.Since(from)
	form := url.Values{"jeton": {jeton}}
	if m := shownField.FindStringSubmatch(page); m != nil {
		form.Set("apercu", m[1])
	}
	for _, m := range lineField.FindAllStringSubmatch(page, -1) {
		form.Add("ligne", m[1])
	}
	if len(form["ligne"]) != guestLines {
		return fmt.Errorf("%d guests to import in the preview", len(form["ligne"]))
	}
	from = time.Now()
	status, _, _, err = v.ask("POST", preview, form)
	if err := wanted(303, status, err); err != nil {
		return err
	}
	b.add("2,000 guests from a file, "+label+" people", "", fmt.Sprintf("shown in %.2f s, imported in %.2f s", shown.Seconds(), time.Since(from).Seconds()))
	return nil
}

func guestFile() []byte {
	var f strings.Builder
	for i := range guestLines {
		fmt.Fprintf(&f, "Nom%d;Prénom%d;;invite%d@exemple.example;%02d/%02d/19%02d;%d rue du Pré;75900;Saint-Éloi;01 99 00 00 00;06 39 98 00 00;\r\n", i, i%300, i, 1+i%28, 1+i%12, 40+i%60, i)
	}
	return []byte(f.String())
}

// upload sends a file with the form of a page.
func (v *visitor) upload(path, jeton, name string, content []byte) (int, string, string, error) {
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	err := m.WriteField("jeton", jeton)
	f, failed := m.CreateFormFile("fichier", name)
	if err = errors.Join(err, failed); err != nil {
		return 0, "", "", err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, m.Close()); err != nil {
		return 0, "", "", err
	}
	return v.send("POST", path, m.FormDataContentType(), body.Bytes(), "Origin", v.base)
}
