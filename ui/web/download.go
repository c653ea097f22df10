package web

import (
	"io"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"preau/app/format/attachment"
)

// Attach answers with a file that somebody sent, to be saved and never shown: a
// browser that showed it all the same would run nothing of it. It is read as it
// leaves, size bytes from where r is; no part of it can be asked for alone.
// Whoever calls has read what the file belongs to, with the person's own reach.
func (v *Visit) Attach(name, kind string, size int64, r io.Reader) error {
	v.Set(fiber.HeaderContentType, kind)
	v.Set(fiber.HeaderContentDisposition, attachment.Disposition(name))
	v.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	v.Set(fiber.HeaderAcceptRanges, "none")
	v.Context().SetBodyStream(r, int(size))
	return nil
}

// Size writes a number of bytes as people read it: « 840 octets », « 12 Kio »,
// « 1,2 Mio ».
func Size(bytes int64) string {
	if bytes < 1<<10 {
		return Count(int(bytes), "octet", "octets")
	}
	unit, amount := "Kio", float64(bytes)/(1<<10)
	if bytes >= 1<<20-1<<9 { // what would be written 1 024 Kio
		unit, amount = "Mio", float64(bytes)/(1<<20)
	}
	digits := 1
	if amount >= 10 || unit == "Kio" {
		digits = 0
	}
	text := strings.TrimSuffix(strconv.FormatFloat(amount, 'f', digits, 64), ".0")
	return strings.Replace(text, ".", ",", 1) + "\u00a0" + unit
}
