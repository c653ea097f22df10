package main

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"os/exec"
	"regexp"
	"strings"
	"time"
)

const benchPassword = "la-craie-et-le-tableau-26"

// pages measures what an administrator of everything asks for all day.
func (b bench) pages(dir, label string) error {
	if err := b.administrator(dir); err != nil {
		return err
	}
	s, first, err := b.started(dir)
	if err != nil {
		return err
	}
	defer s.stop()
	b.add("start on "+label+" people, to first answered page", "≤ 0.5 s", fmt.Sprintf("%.2f s", first.Seconds()))
	b.add("memory at rest, "+label+" people (RssAnon)", "≤ 300 MiB", fmt.Sprintf("%d MiB", s.memory()))
	v := newVisitor(s.base)
	jeton, err := v.signIn("mesure.reference", benchPassword)
	if err != nil {
		return err
	}
	w, err := v.explore()
	if err != nil {
		return err
	}
	if err := b.lookups(v, w, label); err != nil {
		return err
	}
	if err := b.reading(v, w, label); err != nil {
		return err
	}
	if err := b.writing(v, w, jeton, label); err != nil {
		return err
	}
	if err := b.guests(v, w, jeton, label); err != nil {
		return err
	}
	b.add("memory after the load, "+label+" people (RssAnon)", "", fmt.Sprintf("%d MiB", s.memory()))
	return nil
}

// administrator makes who the measures are made as.
func (b bench) administrator(dir string) error {
	admin := exec.Command(b.binary, "admin", "create", "--data", dir, "--login", "mesure.reference", "--role", "level2_support", "--last-name", "REFERENCE", "--first-name", "Mesure")
	admin.Stdin = strings.NewReader(benchPassword + "\n")
	if out, err := admin.CombinedOutput(); err != nil {
		return fmt.Errorf("admin create: %v\n%s", err, out)
	}
	return nil
}

// started starts the appliance and times its first page.
func (b bench) started(dir string) (*server, time.Duration, error) {
	from := time.Now()
	s, err := b.serve(dir)
	if err != nil {
		return nil, 0, err
	}
	_, _, _, err = newVisitor(s.base).ask("GET", "/connexion", nil)
	return s, time.Since(from), err
}

// A world is what the measures go through: an establishment and its people.
type world struct {
	uai     string
	records []string // paths
	words   []string // first letters of names
}

var (
	establishmentLink = regexp.MustCompile(`/console/etablissements/([0-9]{7}[A-Z])`)
	recordLink        = regexp.MustCompile(`/console/etablissements/[0-9A-Z]{8}/utilisateurs/eleves/P[A-Z]{2}[0-9]{5}`)
)

// explore finds an establishment and people of it, as a person would.
func (v *visitor) explore() (*world, error) {
	_, body, _, err := v.ask("GET", "/console/etablissements", nil)
	if err != nil {
		return nil, err
	}
	w := &world{}
	for _, m := range establishmentLink.FindAllStringSubmatch(body, -1) {
		w.uai = m[1]
		_, list, _, err := v.ask("GET", "/console/etablissements/"+w.uai+"/utilisateurs/eleves", nil)
		if err != nil {
			return nil, err
		}
		seen := map[string]bool{}
		w.records = nil
		for _, r := range recordLink.FindAllString(list, -1) {
			if !seen[r] {
				seen[r] = true
				w.records = append(w.records, r)
			}
		}
		if len(w.records) >= 40 {
			break
		}
	}
	if len(w.records) == 0 {
		return nil, fmt.Errorf("no establishment with students")
	}
	w.words = strings.Fields("ma be du le mo ro ga la pe be si ch da fo gi ma du le he mu ro le ba fa an me bo fr le ga")
	return w, nil
}

func (b bench) lookups(v *visitor, w *world, label string) error {
	big := label != "100,000"
	for _, scope := range []struct{ name, path, target string }{
		{"within an establishment", "/console/etablissements/" + w.uai + "/recherche?profil=eleves&q=", pick(big, "p99 ≤ 10 ms", "p50 ≤ 0.6, p99 ≤ 3 ms")},
		{"over everything", "/console/recherche?q=", pick(big, "p99 ≤ 25 ms", "p50 ≤ 1.5, p99 ≤ 8 ms")},
	} {
		request := func(_, _ int) error {
			status, _, _, err := v.ask("GET", scope.path+url.QueryEscape(w.words[rand.IntN(len(w.words))]), nil, "HX-Request", "true", "X-Preau-Fond", "1")
			return wanted(200, status, err)
		}
		if err := warm(request); err != nil {
			return err
		}
		t, _, err := load(1, 3000, request)
		if err != nil {
			return err
		}
		b.add("type-ahead "+scope.name+", "+label+" people", scope.target, fmt.Sprintf("p50 %s, p99 %s", ms(t.at(.5)), ms(t.at(.99))))
	}
	return nil
}

func pick(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

func wanted(want, got int, err error) error {
	if err == nil && got != want {
		err = fmt.Errorf("status %d instead of %d", got, want)
	}
	return err
}

func (b bench) reading(v *visitor, w *world, label string) error {
	for _, page := range []struct {
		name, target string
		path         func(i int) string
	}{
		{"record page", "p99 ≤ 10 ms, ≥ 2,000/s", func(i int) string { return w.records[i%len(w.records)] }},
		{"list page of 50", "p99 ≤ 15 ms, ≥ 1,000/s", func(int) string { return "/console/etablissements/" + w.uai + "/utilisateurs/eleves" }},
	} {
		request := func(_, i int) error {
			status, _, _, err := v.ask("GET", page.path(i), nil)
			return wanted(200, status, err)
		}
		if err := warm(request); err != nil {
			return err
		}
		t, rate, err := load(8, 16_000, request)
		if err != nil {
			return err
		}
		b.add(page.name+", "+label+" people, 8 clients", page.target, fmt.Sprintf("p50 %s, p99 %s, %.0f/s", ms(t.at(.5)), ms(t.at(.99)), rate))
	}
	return nil
}

// writing measures one durable change through the console, against a bare
// bbolt transaction in the same run.
func (b bench) writing(v *visitor, w *world, jeton, label string) error {
	bare, err := bareTransactions(b.scratch, 500)
	if err != nil {
		return err
	}
	i := 0
	t, _, err := load(1, 400, func(_, _ int) error {
		i++
		action := "/suspension"
		if i%2 == 0 {
			action = "/reactivation"
		}
		status, _, _, err := v.ask("POST", w.records[(i-1)/2%len(w.records)]+action, url.Values{"jeton": {jeton}, "motif": {"mesure"}})
		return wanted(303, status, err)
	})
	if err != nil {
		return err
	}
	b.add("one durable change through the console, "+label+" people", "p50 ≤ 2, p99 ≤ 8 ms",
		fmt.Sprintf("p50 %s, p99 %s; bare bbolt p50 %s: ×%.1f", ms(t.at(.5)), ms(t.at(.99)), ms(bare.at(.5)), float64(t.at(.5))/float64(bare.at(.5))))
	return nil
}
