package main

import (
	"fmt"
	"net/url"
	"regexp"
	"sync"
	"sync/atomic"
	"time"
)

// demoPassword is that of every active account of a demo.
const demoPassword = "demo-preau-2026"

// signIns measures the first hour of a school year: five hundred people behind
// one address, some of whom mistype, then two hundred at the same moment.
func (b bench) signIns() error {
	dir := b.demo()
	s, err := b.serving("demo", "--data", dir, "--users", "6000")
	if err != nil {
		return err
	}
	s.stop() // what built the demo held memory that serving it does not
	if s, err = b.serving("demo", "--data", dir); err != nil {
		return err
	}
	defer s.stop()
	logins, err := activeLogins(s.base, 720)
	if err != nil {
		return err
	}
	if err := b.morning(s, logins[:500]); err != nil {
		return err
	}
	return b.rush(s, logins[500:])
}

var (
	loginCell = regexp.MustCompile(`<td class="mono">([a-z0-9._-]+)</td>`)
	nextLink  = regexp.MustCompile(`href="([^"]+)" aria-label="Page suivante"`)
)

// activeLogins reads the logins of n active pupils and relatives, as an
// administrator of everything would.
func activeLogins(base string, n int) (logins []string, err error) {
	v := newVisitor(base)
	if _, err := v.signIn("marc.dubois", demoPassword); err != nil {
		return nil, err
	}
	_, schools, _, err := v.ask("GET", "/console/etablissements", nil)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, m := range establishmentLink.FindAllStringSubmatch(schools, -1) {
		for _, profile := range []string{"eleves", "parents"} {
			path := "/console/etablissements/" + m[1] + "/utilisateurs/" + profile + "?etat=active"
			for path != "" && len(logins) < n {
				_, list, _, err := v.ask("GET", path, nil)
				if err != nil {
					return nil, err
				}
				for _, l := range loginCell.FindAllStringSubmatch(list, -1) {
					if !seen[l[1]] {
						seen[l[1]] = true
						logins = append(logins, l[1])
					}
				}
				path = ""
				if next := nextLink.FindStringSubmatch(list); next != nil {
					path = unescaped(next[1])
				}
			}
		}
	}
	if len(logins) < n {
		return nil, fmt.Errorf("%d active accounts, want %d", len(logins), n)
	}
	return logins[:n], nil
}

// try signs in as somebody on a device of their own, and returns the status.
func try(base, login, password string) (int, error) {
	v := newVisitor(base)
	_, body, _, err := v.ask("GET", "/connexion", nil)
	if err != nil {
		return 0, err
	}
	m := token.FindStringSubmatch(body)
	if m == nil {
		return 0, fmt.Errorf("no token in the sign-in page")
	}
	status, _, _, err := v.ask("POST", "/connexion", url.Values{"jeton": {m[1]}, "login": {login}, "mot-de-passe": {password}})
	return status, err
}

// morning signs everybody in, 8 at a time; one in fifty mistypes first.
func (b bench) morning(s *server, logins []string) error {
	var refused atomic.Int64
	from := time.Now()
	all, rate, err := load(8, len(logins)/8*8, func(client, i int) error {
		login := logins[client*(len(logins)/8)+i]
		if i%50 == 0 {
			if status, err := try(s.base, login, "pas le bon"); err != nil || status != 422 {
				return fmt.Errorf("mistyped: %d %v", status, err)
			}
		}
		status, err := try(s.base, login, demoPassword)
		if err == nil && status != 303 {
			refused.Add(1)
		}
		return err
	})
	if err != nil {
		return err
	}
	b.add("500 sign-ins from one address, 2 % mistyped", "within 60 s, none refused", fmt.Sprintf("%.1f s, %d refused, p50 %s, p99 %s, %.0f/s", time.Since(from).Seconds(), refused.Load(), ms(all.at(.5)), ms(all.at(.99)), rate))
	return nil
}

// rush signs two hundred people in at the same moment, and looks at the memory.
func (b bench) rush(s *server, logins []string) error {
	before, highest := s.memory(), 0
	var served, busy atomic.Int64
	var all sync.WaitGroup
	for _, login := range logins[:200] {
		all.Go(func() {
			switch status, err := try(s.base, login, demoPassword); {
			case err == nil && status == 303:
				served.Add(1)
			case err == nil && status == 503:
				busy.Add(1)
			}
		})
	}
	ended := make(chan struct{})
	go func() { all.Wait(); close(ended) }()
	for {
		highest = max(highest, s.memory())
		select {
		case <-ended:
			b.add("200 sign-ins at once: memory (hashes of 46 MiB)", "+ ≤ 221 MiB; 503 for those beyond the queue", fmt.Sprintf("%d → %d MiB, %d served, %d asked to come back", before, highest, served.Load(), busy.Load()))
			return nil
		case <-time.After(5 * time.Millisecond):
		}
	}
}
