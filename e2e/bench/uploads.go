package main

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// What is sent at once: five files of ten mebibytes by each of ten people.
const (
	senders   = 10
	sentFiles = 5
	sentBytes = 10 << 20
)

// uploads measures the memory of the served demo while ten people declare a request
// with all the files that one may hold.
func (b bench) uploads() error {
	s, err := b.serving("demo", "--data", b.demo())
	if err != nil {
		return err
	}
	defer s.stop()
	logins, err := activeLogins(s.base, senders)
	if err != nil {
		return err
	}
	before, peak := s.memory(), 0
	ended, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		for {
			peak = max(peak, s.memory())
			select {
			case <-ended:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	text := []byte(strings.Repeat("Journal du navigateur, une ligne parmi d’autres.\n", sentBytes/50+1))[:sentBytes]
	var all sync.WaitGroup
	failures := make([]error, senders)
	from := time.Now()
	for i, login := range logins {
		all.Go(func() { failures[i] = declare(s.base, login, text) })
	}
	all.Wait()
	close(ended)
	<-watched
	for _, err := range failures {
		if err != nil {
			return err
		}
	}
	b.add("10 people send 5 × 10 MiB at once: memory (RssAnon)", "bounded", fmt.Sprintf("%d → %d MiB at most, %d MiB after, %.1f s", before, peak, s.memory(), time.Since(from).Seconds()))
	return nil
}

// declare sends a request with its files in the name of somebody.
func declare(base, login string, text []byte) error {
	v := newVisitor(base)
	v.client.ReadTimeout = 2 * time.Minute
	token, err := v.enter(login)
	if err != nil {
		return err
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, f := range [][2]string{{"jeton", token}, {"ecran", "nouvelle"}, {"type", "incident"}, {"priorite", "normale"}, {"resume", "Des fichiers"}, {"probleme", "Tout est joint."}} {
		if err := form.WriteField(f[0], f[1]); err != nil {
			return err
		}
	}
	for i := range sentFiles {
		w, err := form.CreateFormFile("fichiers", fmt.Sprintf("journal-%d.txt", i))
		if err != nil {
			return err
		}
		if _, err := w.Write(append([]byte{byte('a' + i)}, text[1:]...)); err != nil {
			return err
		}
	}
	if err := form.Close(); err != nil {
		return err
	}
	status, answer, _, err := v.send("POST", "/incidents/nouveau", form.FormDataContentType(), body.Bytes(), "Origin", base)
	if err == nil && status != 303 {
		err = fmt.Errorf("%s: %d %.200s", login, status, answer)
	}
	return err
}

// enter signs somebody of the demo in, and returns the token of the form of a request.
func (v *visitor) enter(login string) (string, error) {
	var signed string
	for _, path := range []string{"/connexion", "/incidents/nouveau"} {
		_, page, _, err := v.ask("GET", path, nil)
		if err != nil {
			return "", err
		}
		m := token.FindStringSubmatch(page)
		if m == nil {
			return "", fmt.Errorf("%s: no token at %s", login, path)
		}
		if signed = m[1]; path != "/connexion" {
			break
		}
		if status, _, _, err := v.ask("POST", path, url.Values{"jeton": {signed}, "login": {login}, "mot-de-passe": {demoPassword}}); err != nil || status != 303 {
			return "", fmt.Errorf("%s: sign-in: %d %v", login, status, err)
		}
	}
	return signed, nil
}

// demo is the directory of the demo that the measures share.
func (b bench) demo() string { return filepath.Join(b.scratch, "demo") }
