// Package demo builds a fictitious académie and writes it as the AAF files that
// a real one would deliver: establishments, classes, pupils, families and staff
// that nobody is, at any size.
//
// Everything follows from the seed: the same Config always gives the same
// files. Establishments are made one after the other and forgotten once
// written, so that memory does not grow with their number.
package demo

import (
	"time"

	"preau/app/format/aaf"
)

// The académie, as its files spell it.
const (
	AcademyName = "VAL-DE-SEINE"
	AcademyCode = "099" // no académie has it
	mailDomain  = "ac-val-de-seine.example"
)

// A Config says how large the académie is, and which of all possible ones.
type Config struct {
	Establishments int       // 12 when zero
	Users          int       // accounts to be made of the first delivery, within some percents; 6,000 when zero
	Seed           uint64    // any value
	Date           time.Time // of the first delivery; 15 September 2025 when zero
}

// Days between the first delivery, the second and the third.
const (
	untilNext   = 35
	untilReturn = 42
)

func (c Config) withDefaults() Config {
	if c.Establishments <= 0 {
		c.Establishments = 12
	}
	if c.Users <= 0 {
		c.Users = 6000
	}
	if c.Date.IsZero() {
		c.Date = time.Date(2025, time.September, 15, 0, 0, 0, 0, time.UTC)
	}
	return c
}

func (c Config) after(days int) aaf.Date { return aaf.DateOf(c.Date.AddDate(0, 0, days)) }

// year is the one in which the school year of the deliveries began.
func (c Config) year() int {
	if c.Date.Month() < time.August {
		return c.Date.Year() - 1
	}
	return c.Date.Year()
}
