package web

import "time"

var days = []string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}
var months = []string{"", "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}

// SameDay reports whether two times are on the same day, here.
func SameDay(a, b time.Time) bool {
	return a.Local().Format(time.DateOnly) == b.Local().Format(time.DateOnly)
}

// Moment writes when something happened as people say it: « aujourd’hui,
// 08:12 », « hier, 17:40 », « vendredi 20 novembre, 09:05 », « 12/03/2025 ».
func Moment(now, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	local := at.Local()
	switch {
	case SameDay(now, at):
		return "aujourd’hui, " + local.Format("15:04")
	case SameDay(now.AddDate(0, 0, -1), at):
		return "hier, " + local.Format("15:04")
	case now.Sub(at) >= 0 && now.Sub(at) < 7*24*time.Hour:
		return days[local.Weekday()] + " " + local.Format("2") + " " + months[local.Month()] + ", " + local.Format("15:04")
	}
	return local.Format("02/01/2006")
}

// Stamp writes a date and a time in full: « 20/11/2026 à 09:05 ».
func Stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Local().Format("02/01/2006 à 15:04")
}
