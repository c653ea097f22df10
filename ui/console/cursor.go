package console

import "encoding/base64"

// Cursors hold bytes that no address should: they travel encoded.

func encodeCursor(cursor string) string { return base64.RawURLEncoding.EncodeToString([]byte(cursor)) }

func decodeCursor(text string) string {
	cursor, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return ""
	}
	return string(cursor)
}
