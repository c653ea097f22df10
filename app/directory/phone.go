package directory

import "strings"

// CheckPhone returns a number as it is kept, or what is wrong with it.
func CheckPhone(typed string) (phone, says string) { return checkPhone(typed, true) }

// checkPhone returns a number as it is kept, or what is wrong with it. An
// internal one may be short.
func checkPhone(typed string, internal bool) (phone, says string) {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return "", ""
	}
	var digits strings.Builder
	for _, r := range typed {
		switch {
		case r >= '0' && r <= '9', r == '+' && digits.Len() == 0:
			digits.WriteRune(r)
		case !strings.ContainsRune(" .-/()\u00a0\u202f", r):
			return typed, "Un numéro ne contient que des chiffres, des espaces et, au début, le signe +."
		}
	}
	number := national(digits.String())
	switch {
	case internal && len(number) >= 2 && len(number) <= 6 && number[0] != '+':
		return number, ""
	case number != "" && number[0] == '+' && len(number) >= 9 && len(number) <= 16:
		return number, ""
	case len(number) != 10 || number[0] != '0':
		return typed, "Un numéro français compte 10 chiffres et commence par 0 ; un numéro étranger commence par +."
	}
	return number[:2] + " " + number[2:4] + " " + number[4:6] + " " + number[6:8] + " " + number[8:], ""
}

// national writes a French number as it is dialled in France, and any other one
// with its sign +.
func national(digits string) string {
	if strings.HasPrefix(digits, "00") && len(digits) > 10 {
		digits = "+" + digits[2:]
	}
	french, ok := strings.CutPrefix(digits, "+33")
	if french = strings.TrimPrefix(french, "0"); ok && len(french) == 9 { // +33 (0)6 …
		return "0" + french
	}
	return digits
}
