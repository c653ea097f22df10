package main

import (
	"bufio"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// news measures how soon a request that somebody declares is told to an
// administrator whose list is open, on the demo: from the sending of its form to
// the event.
func (b bench) news() error {
	s, err := b.serving("demo", "--data", b.demo())
	if err != nil {
		return err
	}
	defer s.stop()
	reader, pupil := newVisitor(s.base), newVisitor(s.base)
	if _, err := reader.signIn("claire.moreau", demoPassword); err != nil {
		return err
	}
	token, err := pupil.enter("lucas.martin")
	if err != nil {
		return err
	}
	told, leave, err := reader.follow("/console/demandes/flux")
	if err != nil {
		return err
	}
	defer leave()
	var all times
	for i := range 50 {
		from := time.Now()
		form := url.Values{"jeton": {token}, "ecran": {"nouvelle"}, "type": {"incident"}, "priorite": {"normale"}, "resume": {fmt.Sprint("Mesure ", i)}, "probleme": {"Rien ne s’affiche."}}
		if status, body, _, err := pupil.ask("POST", "/incidents/nouveau", form); err != nil || status != 303 {
			return fmt.Errorf("declared: %d %v %.200s", status, err, body)
		}
		select {
		case at := <-told:
			all = append(all, at.Sub(from))
		case <-time.After(10 * time.Second):
			return fmt.Errorf("request %d was not told", i)
		}
	}
	slices.Sort(all)
	b.add("a new request, until an open list is told", "≤ 2 s", all.said())
	return nil
}

// follow reads a stream, and says when each of its events came.
func (v *visitor) follow(path string) (told chan time.Time, leave func() error, err error) {
	req, err := http.NewRequest("GET", v.base+path, nil)
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("Accept", "text/event-stream")
	for name, value := range v.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, nil, err
	}
	if res.StatusCode != http.StatusOK {
		return nil, nil, fmt.Errorf("%s: %s", path, res.Status)
	}
	told = make(chan time.Time, 100)
	go func() {
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if strings.HasPrefix(lines.Text(), "data:") {
				told <- time.Now()
			}
		}
	}()
	return told, res.Body.Close, nil
}
