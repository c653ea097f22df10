package aaf

import (
	"fmt"
	"strconv"
	"time"
)

// A Date is a day of the calendar, written 2013-03-14, so that dates compare as
// strings; empty when unknown.
type Date string

const isoDay = "2006-01-02"

// DateOf gives the day of a time, in that time's own zone.
func DateOf(t time.Time) Date {
	if t.IsZero() {
		return ""
	}
	return Date(t.Format(isoDay))
}

// Time gives midnight UTC of that day, the zero time when it is unknown.
func (d Date) Time() time.Time {
	t, err := time.Parse(isoDay, string(d))
	if err != nil {
		return time.Time{}
	}
	return t
}

// French writes the day as the files do, 14/03/2013; empty when unknown.
func (d Date) French() string {
	if len(d) != len(isoDay) {
		return ""
	}
	return string(d[8:10] + "/" + d[5:7] + "/" + d[0:4])
}

// compact writes the day as file names do, 20130314.
func (d Date) compact() string {
	if len(d) != len(isoDay) {
		return ""
	}
	return string(d[0:4] + d[5:7] + d[8:10])
}

// ParseDate reads a day written dd/mm/yyyy. Days that do not exist, as
// 31/02/2013, and years before 1900 or after 2100 are not dates.
func ParseDate(french string) (Date, bool) {
	if len(french) != 10 || french[2] != '/' || french[5] != '/' {
		return "", false
	}
	return day(french[6:], french[3:5], french[:2])
}

// parseCompact reads the yyyymmdd of a file name.
func parseCompact(s string) (Date, bool) {
	if len(s) != 8 {
		return "", false
	}
	return day(s[:4], s[4:6], s[6:])
}

func day(year, month, date string) (Date, bool) {
	y, errY := strconv.ParseUint(year, 10, 16)
	m, errM := strconv.ParseUint(month, 10, 8)
	d, errD := strconv.ParseUint(date, 10, 8)
	if errY != nil || errM != nil || errD != nil || y < 1900 || y > 2100 {
		return "", false
	}
	t := time.Date(int(y), time.Month(m), int(d), 0, 0, 0, 0, time.UTC)
	if t.Day() != int(d) || int(t.Month()) != int(m) {
		return "", false
	}
	return Date(fmt.Sprintf("%04d-%02d-%02d", y, m, d)), true
}
