package letter

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// with is a mail with parts, each its headers, an empty line and its body.
func with(parts ...string) string {
	body := ""
	for _, part := range parts {
		body += "--b\n" + part + "\n"
	}
	return mail("Content-Type: multipart/mixed; boundary=\"b\"\n", body+"--b--\n")
}

// attached is a file in base64.
func attached(name, content string) string {
	return "Content-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"" + name + "\"\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte(content))
}

// TestFiles reads files and their names however they are written.
func TestFiles(t *testing.T) {
	for _, c := range []struct{ headers, want string }{
		{"Content-Disposition: attachment; filename=note.txt", "note.txt"},
		{"Content-Disposition: attachment; filename=\"mon bulletin.pdf\"", "mon bulletin.pdf"},
		{"Content-Disposition: attachment; filename=mon bulletin.pdf", "mon bulletin.pdf"},
		{"Content-Disposition: attachment; filename*=UTF-8''r%C3%A9sum%C3%A9.pdf; filename=autre.pdf", "résumé.pdf"},
		{"Content-Disposition: attachment; filename*=ISO-8859-1'fr'r%E9sum%E9.pdf", "résumé.pdf"},
		{"Content-Disposition: attachment;\n filename*0*=utf-8''r%C3;\n filename*1*=%A9su;\n filename*2=\"m 1.pdf\"", "résum 1.pdf"},
		{"Content-Disposition: attachment; filename=\"=?iso-8859-1?Q?r=E9sum=E9.pdf?=\"", "résumé.pdf"},
		{"Content-Type: image/png; name=\"=?UTF-8?B?w6l0w6kucG5n?=\"", "été.png"},
		{"Content-Disposition: attachment; filename=\"r\xe9sum\xe9.pdf\"", "résumé.pdf"},
		{"Content-Type: image/png\nContent-ID: <logo@exemple.example>", "fichier.png"},
		{"Content-Type: text/plain; charset=utf-8\nContent-Disposition: attachment", "fichier.txt"},
		{"Content-Type: text/plain; name=journal.txt", "journal.txt"},
		{"Content-Type: message/rfc822", "fichier.eml"},
		{"Content-Type: application/pdf", "fichier.pdf"},
		{"Content-Type: application/x-inconnu", "fichier"},
		{"Content-Disposition: attachment; filename=\"../../etc/passwd\"", "passwd"},
		{"Content-Disposition: attachment; filename=\"C:\\\\Documents\\\\note.doc\"", "note.doc"},
		{"Content-Disposition: attachment; filename=\"a\u202egpj.exe\"", "agpj.exe"},
		{"Content-Disposition: attachment; filename=\"a\x00b;c.txt\"", "a b;c.txt"},
		{"Content-Disposition: attachment; filename=\"a=b \\\"c\\\"<d>.txt\"", "a=b _c__d_.txt"},
		{"Content-Disposition: attachment; filename=\"...\"", "fichier"},
		{"Content-Disposition: attachment; filename=\"\"", "fichier"},
		{"Content-Disposition: attachment; filename=\"" + strings.Repeat("é", 300) + ".pdf\"", strings.Repeat("é", 116) + ".pdf"},
	} {
		l, files := read(t, with("\nBonjour", c.headers+"\n\ncontenu"))
		if diff := cmp.Diff([]File{{c.want, 7}}, l.Files); diff != "" || files[c.want] != "contenu" || l.Text != "Bonjour" {
			t.Errorf("%s: %s%q, text %q", c.headers, diff, files, l.Text)
		}
	}
	l, files := read(t, mail("Content-Type: application/pdf; name=seul.pdf\nContent-Transfer-Encoding: base64\n", "JVBERg==\n"))
	if files["seul.pdf"] != "%PDF" || l.Text != "" {
		t.Errorf("%+v %q", l, files)
	}
}

// TestRefusedFiles: what cannot be taken is named, and keeps nothing else from
// being taken.
func TestRefusedFiles(t *testing.T) {
	full := strings.Repeat("x", MaxFile)
	l, files := read(t, with(attached("juste.bin", full), attached("trop.bin", full+"x"), "\nBonjour", "Content-Disposition: attachment; filename=abîmé.bin\nContent-Transfer-Encoding: base64\n\nabcde=fgh", attached("a", "1"), attached("b", "2"), attached("c", "3"), attached("d", "4"), attached("e", "5"), "\nSuite"))
	want := []RefusedFile{{"trop.bin", "Le fichier dépasse 10 Mo."}, {"abîmé.bin", "Le fichier est arrivé abîmé ou incomplet."}, {"e", "Un message porte cinq fichiers au plus."}}
	if diff := cmp.Diff(want, l.Refused); diff != "" || len(files) != 5 || len(files["juste.bin"]) != MaxFile || l.Text != "Bonjour\n\nSuite" {
		t.Errorf("%s%d files, %q", diff, len(files), l.Text)
	}
	whole := with("\nBonjour", attached("a.bin", "des octets"))
	l, files = read(t, whole[:strings.Index(whole, "\r\n--b--")-6])
	if diff := cmp.Diff([]RefusedFile{{"a.bin", "Le fichier est arrivé abîmé ou incomplet."}}, l.Refused); diff != "" || len(files) != 0 || l.Text != "Bonjour" {
		t.Error(diff, files)
	}
	var many []string
	for i := range 100 {
		many = append(many, attached(fmt.Sprint(i), "x"))
	}
	if l, _ := read(t, with(many...)); len(l.Files) != MaxFiles || len(l.Refused) != maxRefused {
		t.Errorf("%d files, %d refused", len(l.Files), len(l.Refused))
	}
}

// TestErrors tells what fails elsewhere from what fails in the mail.
func TestErrors(t *testing.T) {
	lost := errors.New("the line is cut")
	drop := func(_ string, r io.Reader) error { _, err := io.Copy(io.Discard, r); return err }
	raw := with("\nBonjour", attached("a.bin", strings.Repeat("x", 1<<16)), "\nSuite")
	for _, most := range []int{0, 50, len(raw) / 2, len(raw) - 1} {
		l, err := Read(io.MultiReader(strings.NewReader(raw[:most]), iotest.ErrReader(lost)), drop)
		if !errors.Is(err, lost) || len(l.Refused) != 0 {
			t.Errorf("cut at %d: %v, %v", most, err, l.Refused)
		}
	}
	full := errors.New("the disk is full")
	if l, err := Read(strings.NewReader(raw), func(string, io.Reader) error { return full }); !errors.Is(err, full) || l.From == "" || len(l.Files) != 0 {
		t.Errorf("%v, %+v", err, l)
	}
	for _, nothing := range []string{"", "\r\n\r\nBonjour", "Bonjour", "\x00\x01\x02\r\n", "a b: c\r\n\r\n"} {
		if _, err := Read(strings.NewReader(nothing), drop); !errors.Is(err, ErrUnreadable) {
			t.Errorf("%q: %v", nothing, err)
		}
	}
	l, err := Read(io.MultiReader(strings.NewReader(mail("Content-Type: multipart/mixed; boundary=b\n", "--b\n\nBonjour\n--b\nContent-Type: application/pdf\n\n")), endless("x\r\n")), drop)
	if !errors.Is(err, ErrTooLarge) || l.From == "" || l.Text != "Bonjour" {
		t.Errorf("%v, %+v", err, l)
	}
}

// endless is a text that is said again and again.
type endless string

func (e endless) Read(p []byte) (n int, err error) {
	for n+len(e) <= len(p) {
		n += copy(p[n:], e)
	}
	if n == 0 {
		n = copy(p, e)
	}
	return n, nil
}
