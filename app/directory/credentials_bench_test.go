package directory_test

import (
	"fmt"
	"io"
	"testing"
	"time"

	"preau/app/directory"
	"preau/app/format/slips"
)

// BenchmarkSlips makes the slips of 1,200 pupils of 40 classes, eight to a page.
// first-ms is what it took the first time, when no password had been issued.
func BenchmarkSlips(b *testing.B) {
	c := newCast(b)
	for i := range 1200 {
		class := fmt.Sprint("C", i%40)
		if i < 40 {
			c.class(balzac, class, class)
		}
		c.put(aPupil("ELEVE", fmt.Sprintf("N%04d", i), "2010-01-01", class, "3e", balzac))
	}
	make := func() {
		sheets, _, err := directory.PrintCredentials(c.claire, balzac, directory.Selection{Filter: directory.Filter{Profile: directory.Student}}, "https://ent.example")
		if err == nil {
			err = slips.Write(io.Discard, slips.Sheet{ENT: "ENT", School: "Lycée Honoré de Balzac", Title: "Identifiants", PerPage: 8, At: c.now(), Slips: sheets})
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	from := time.Now()
	make()
	first := time.Since(from)
	for b.Loop() {
		make()
	}
	b.ReportMetric(float64(first.Milliseconds()), "first-ms")
}

// BenchmarkExportCredentials makes the file of 2,000 pupils, whose passwords and
// codes are issued the first time.
func BenchmarkExportCredentials(b *testing.B) {
	c := newCast(b)
	for i := range 2000 {
		c.put(aPupil("ELEVE", fmt.Sprintf("N%04d", i), "2010-01-01", "3A", "3e", balzac))
	}
	sel := directory.Selection{Filter: directory.Filter{Profile: directory.Student}}
	from := time.Now()
	if _, err := directory.ExportCredentials(c.claire, balzac, sel); err != nil {
		b.Fatal(err)
	}
	first := time.Since(from)
	for b.Loop() {
		if _, err := directory.ExportCredentials(c.claire, balzac, sel); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(first.Milliseconds()), "first-ms")
}
