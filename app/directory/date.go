package directory

import "time"

// A Date is a day as 2013-03-14, "" when it is not known.
type Date string

// DateOf returns the day of a time.
func DateOf(t time.Time) Date {
	if t.IsZero() {
		return ""
	}
	return Date(t.Format(time.DateOnly))
}

// String is the day as the screens write it, 14/03/2013.
func (d Date) String() string {
	if len(d) != 10 {
		return ""
	}
	return string(d[8:] + "/" + d[5:7] + "/" + d[:4])
}

// ParseDate reads a day written 14/03/2013 or 2013-03-14. ok is false for
// anything else, and for a day that is in no calendar.
func ParseDate(s string) (d Date, ok bool) {
	for _, layout := range []string{"02/01/2006", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return DateOf(t), true
		}
	}
	return "", false
}
