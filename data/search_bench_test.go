package data

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"
)

// BenchmarkTypeAhead types the beginnings of names, over a school and over the
// whole store.
func BenchmarkTypeAhead(b *testing.B) {
	n := 100_000
	s := reopen(b, config(b.TempDir()))
	defer s.Close()
	start := time.Now()
	seed(b, s, n, 50)
	stored := time.Since(start)
	settle(b, s)
	fmt.Fprintf(os.Stderr, "%d rows: stored in %v, searchable after %v\n", n, stored.Round(time.Millisecond), time.Since(start).Round(time.Millisecond))
	r := rand.New(rand.NewPCG(5, 6))
	for _, bench := range []struct {
		name  string
		by    Author
		query func() Query
	}{
		{"school/2 letters", scoped("a", "lyon/7"), func() Query { return Query{Text: beginning(r, 2)} }},
		{"school/any", scoped("a", "lyon/7"), func() Query { return Query{Text: beginning(r, 1+r.IntN(6))} }},
		{"school/two words", scoped("a", "lyon/7"), func() Query { return Query{Text: beginning(r, 3) + " " + beginning(r, 1)} }},
		{"school/typo", scoped("a", "lyon/7"), func() Query { return Query{Text: typo(r)} }},
		{"all/2 letters", system, func() Query { return Query{Text: beginning(r, 2)} }},
		{"all/any", system, func() Query { return Query{Text: beginning(r, 1+r.IntN(6))} }},
		{"all/tagged", system, func() Query { return Query{Text: beginning(r, 1+r.IntN(6)), Tags: []string{"profile=teacher"}} }},
		{"all/two words", system, func() Query { return Query{Text: beginning(r, 3) + " " + beginning(r, 1)} }},
		{"all/typo", system, func() Query { return Query{Text: typo(r)} }},
		{"all/login", system, func() Query { return Query{Text: Fold(firsts[r.IntN(len(firsts))]) + ".ma"} }},
		{"3 schools", scoped("a", "lyon/7", "lyon/8", "lyon/9"), func() Query { return Query{Text: beginning(r, 1+r.IntN(6))} }},
	} {
		b.Run(bench.name, func(b *testing.B) {
			var times []time.Duration
			for b.Loop() {
				q := bench.query()
				start := time.Now()
				s.View(bench.by, func(tx *Tx) error {
					_, err := pupils.TypeAhead(tx, q)
					if err != nil {
						b.Fatal(err)
					}
					return nil
				})
				times = append(times, time.Since(start))
			}
			report(b, times)
		})
	}
}

func report(b *testing.B, times []time.Duration) {
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-µs")
}

// beginning returns the first letters of a name.
func beginning(r *rand.Rand, n int) string {
	all := lasts
	if r.IntN(2) == 0 {
		all = firsts
	}
	letters := []rune(Fold(all[r.IntN(len(all))]))
	return string(letters[:min(n, len(letters))])
}

// typo returns a name with a letter that it does not have.
func typo(r *rand.Rand) string {
	for {
		if letters := []rune(Fold(lasts[r.IntN(len(lasts))])); len(letters) > 4 {
			letters[2+r.IntN(len(letters)-2)] = 'x'
			return string(letters)
		}
	}
}
