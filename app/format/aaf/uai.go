package aaf

// uaiKeys is the alphabet of the key letter: A to Z without I, O and Q.
const uaiKeys = "ABCDEFGHJKLMNPRSTUVWXYZ"

// UAIKey gives the letter that ends the UAI of which these are the seven
// digits, the empty string when they are not seven digits.
func UAIKey(digits string) string {
	if len(digits) != 7 {
		return ""
	}
	n := 0
	for _, c := range []byte(digits) {
		if c < '0' || c > '9' {
			return ""
		}
		n = n*10 + int(c-'0')
	}
	return uaiKeys[n%23 : n%23+1]
}

// ValidUAI tells whether a UAI, upper case, has seven digits and the letter
// that they call for.
func ValidUAI(uai string) bool {
	return len(uai) == 8 && UAIKey(uai[:7]) == uai[7:]
}
