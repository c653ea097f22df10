package aaf

import "strings"

// Phone writes a French number as +33412345678 whatever its spaces, dots and
// prefix; any other number stays as typed.
func Phone(typed string) string {
	var b strings.Builder
	for i, c := range strings.Replace(typed, "(0)", "", 1) {
		switch {
		case c >= '0' && c <= '9', c == '+' && i == 0:
			b.WriteRune(c)
		case strings.ContainsRune(" .-/()\u00a0\u202f", c):
		default:
			return typed
		}
	}
	n := b.String()
	switch {
	case len(n) == 10 && n[0] == '0' && n[1] != '0':
		return "+33" + n[1:]
	case strings.HasPrefix(n, "00") && len(n) > 10:
		n = "+" + n[2:]
	}
	if len(n) == 13 && strings.HasPrefix(n, "+330") {
		n = "+33" + n[4:]
	}
	if len(n) > 8 && len(n) <= 16 && n[0] == '+' {
		return n
	}
	return typed
}

// mobiles are the prefixes of French mobile numbers, overseas included.
var mobiles = []string{"+336", "+337", "+262692", "+262693", "+33692", "+33693", "+590690", "+590691", "+594694", "+596696", "+596697"}

// mobile tells whether a normalised number is a mobile's.
func mobile(n string) bool {
	for _, prefix := range mobiles {
		if strings.HasPrefix(n, prefix) {
			return true
		}
	}
	return false
}

// spaced writes a normalised French number as most files do.
func spaced(n string) string {
	if len(n) != 12 || !strings.HasPrefix(n, "+33") {
		return n
	}
	return n[:3] + " " + n[3:4] + " " + n[4:6] + " " + n[6:8] + " " + n[8:10] + " " + n[10:]
}
