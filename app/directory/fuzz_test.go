package directory

import (
	"strings"
	"testing"

	"preau/app/access"
)

// FuzzTyped feeds what people type to what reads it: nothing panics, what is
// accepted is accepted again as it was kept, and a login made from any name has
// the shape of a login.
func FuzzTyped(f *testing.F) {
	for _, s := range []string{"", "14/03/2013", "2013-02-30", "31/02/2013", "06 39 98 00 01", "+33 6 39 98 00 01", "0033639980001", "12", "+", "Œdipe D’Ardèche", "ß", "日本", "\x00", "a\u0301", strings.Repeat("é", 500)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		if d, ok := ParseDate(typed); ok {
			if again, ok := ParseDate(d.String()); !ok || again != d {
				t.Errorf("date %q is kept as %q, then %q", typed, d, again)
			}
		}
		for _, internal := range []bool{true, false} {
			phone, wrong := checkPhone(typed, internal)
			if wrong != "" {
				continue
			}
			if again, wrong := checkPhone(phone, internal); wrong != "" || again != phone {
				t.Errorf("phone %q is kept as %q, then %q (%s)", typed, phone, again, wrong)
			}
		}
		if login := loginBase(typed, typed); !access.LoginShape.MatchString(login) || len(login) > 2*longestLoginPart+1 || strings.HasPrefix(login, "admin.") {
			t.Errorf("%q makes the login %q", typed, login)
		}
	})
}
