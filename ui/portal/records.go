package portal

import (
	"fmt"

	"preau/app/access"
	"preau/app/directory"
	"preau/ui/web"
)

// recordsPage is simple/records.html: the records password, and what it opens.
type recordsPage struct {
	State string // "ask", "blocked", "type" or "open"
	Field web.Field
	Most  int // digits
	Keys  []string
}

// theirs answers for somebody who keeps a records password only: for the others
// there is no such page.
func theirs(h func(*web.Visit, directory.Mine) error) web.Handler {
	return func(v *web.Visit) error {
		m, err := directory.MineOf(v.Session)
		if err != nil {
			return err
		}
		if !m.Records {
			return access.NotFound()
		}
		return h(v, m)
	}
}

func showRecords(v *web.Visit, m directory.Mine) error {
	page := recordsPage{State: "type", Most: access.RecordsDigits,
		Field: web.Field{Name: "chiffres", Label: "Mot de passe scolarité", Hint: fmt.Sprintf("%d chiffres. Trois erreurs le bloquent.", access.RecordsDigits)}}
	switch {
	case !m.HasRecords:
		page.State = "ask"
	case m.Blocked:
		page.State = "blocked"
	case v.Session.Records:
		page.State = "open"
	}
	var err error
	if page.Keys, err = access.Keypad(); err != nil {
		return err
	}
	return v.ShowSimple("simple/records", "Scolarité", page)
}

func openRecords(v *web.Visit, _ directory.Mine) error {
	if err := v.Session.OpenRecords(v.Context(), v.FormValue("chiffres")); err != nil {
		return v.Again(err, theirs(showRecords))
	}
	return v.Done("/scolarite", "")
}

func askRecords(v *web.Visit, _ directory.Mine) error {
	if err := directory.AskRecordsPassword(v.Context(), v.Session); err != nil {
		return v.Again(err, theirs(showRecords))
	}
	return v.Done("/scolarite", "Votre mot de passe scolarité part à votre adresse e-mail.")
}
