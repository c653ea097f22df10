package directory

import (
	"fmt"
	"strings"

	"preau/app/access"
	"preau/data"
)

const longestLoginPart = 30

// loginPart is a name as a login has it: no accent, letters and digits only.
func loginPart(name string) string {
	var b strings.Builder
	for _, r := range data.Fold(name) {
		if (r >= 'a' && r <= 'z' || r >= '0' && r <= '9') && b.Len() < longestLoginPart {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// loginBase is the login of somebody who has no homonym.
func loginBase(first, last string) string {
	f, l := loginPart(first), loginPart(last)
	switch {
	case f == "" && l == "":
		return "compte"
	case f == "" || l == "":
		return f + l
	case f == "admin":
		return "a." + l // admin. is the login of super managers
	}
	return f + "." + l
}

// newLogin returns prenom.nom, with a number for homonyms: unique over the
// whole appliance, accounts deleted but kept included.
func newLogin(tx *data.Tx, first, last string) (string, error) { return logins{}.next(tx, first, last) }

// logins are the numbers last given to homonyms in one transaction, so that the
// thousandth does not ask for the former ones again.
type logins map[string]int

// next is newLogin for one of many accounts.
func (given logins) next(tx *data.Tx, first, last string) (string, error) {
	base := loginBase(first, last)
	for n := given[base] + 1; ; n++ {
		login := base
		if n > 1 {
			login = fmt.Sprint(base, n)
		}
		if taken, err := access.LoginTaken(tx, login, ""); err != nil || !taken {
			given[base] = n
			return login, err
		}
	}
}

// checkLogin says what is wrong with a login that somebody typed, "" if nothing.
func checkLogin(tx *data.Tx, login, owner string) (string, error) {
	switch {
	case login == "":
		return "Indiquez un login : il est nécessaire pour se connecter.", nil
	case len(login) > 2*longestLoginPart+1:
		return "Un login compte au plus 61 caractères.", nil
	case !access.LoginShape.MatchString(login):
		return "Utilisez des lettres minuscules sans accent, des chiffres, et entre eux un point, un tiret ou un tiret bas : prenom.nom.", nil
	case strings.HasPrefix(login, "admin."):
		return "Un login ne peut pas commencer par « admin. » : c’est celui des super gestionnaires.", nil
	}
	taken, err := access.LoginTaken(tx, login, owner)
	if err != nil || !taken {
		return "", err
	}
	return "Ce login est déjà pris. Choisissez-en un autre, par exemple en ajoutant un chiffre.", nil
}
