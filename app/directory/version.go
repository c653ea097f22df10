package directory

import (
	"fmt"
	"strings"

	"preau/app/access"
	"preau/data"
)

// outdated refuses a form made from a version that is no longer the last, and
// says who changed what since: a person, or an import.
func outdated(tx *data.Tx, table, key string) error {
	says := "Cette fiche a été modifiée pendant que vous la remplissiez. Votre saisie est gardée ci-dessous : comparez, puis enregistrez de nouveau."
	last, err := LastChange(tx, table, key)
	if err != nil {
		return err
	}
	if last != "" {
		says += " Dernière modification\u00a0: " + last + "."
	}
	return access.Conflict(says)
}

// mostSaid is how many changes of an event LastChange says.
const mostSaid = 6

// LastChange words the latest event about a row: « NOM Prénom, le 12/09/2026 à
// 14:03 (Nom : Club échecs) ». It is "" when nothing is known of it.
func LastChange(tx *data.Tx, table, key string) (says string, err error) {
	last, err := eventsAbout(tx, table, key, 1, brief)
	if err != nil || len(last) == 0 || last[0].By == "" {
		return "", err
	}
	var what []string
	for i, c := range last[0].Changes {
		switch {
		case i == mostSaid:
			what = append(what, fmt.Sprintf("et %d autres changements", len(last[0].Changes)-mostSaid))
		case i > mostSaid:
		case c.After == "":
			what = append(what, c.Field+"\u00a0: "+c.Before+" enlevé")
		default:
			what = append(what, c.Field+"\u00a0: "+c.After)
		}
	}
	if len(what) == 0 {
		what = []string{last[0].Says}
	}
	return fmt.Sprintf("%s, le %s (%s)", last[0].By, last[0].At.Local().Format("02/01/2006 à 15:04"), strings.Join(what, "\u00a0; ")), nil
}
