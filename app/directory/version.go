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
	last, err := eventsAbout(tx, table, key, 1)
	if err != nil {
		return err
	}
	if len(last) == 0 || last[0].By == "" {
		return access.Conflict(says)
	}
	var what []string
	for _, c := range last[0].Changes {
		after := c.After
		if after == "" {
			after = "vide"
		}
		what = append(what, c.Field+" : "+after)
	}
	if len(what) == 0 {
		what = []string{last[0].Says}
	}
	return access.Conflict(fmt.Sprintf("%s Dernière modification : %s, le %s (%s).", says, last[0].By, last[0].At.Local().Format("02/01/2006 à 15:04"), strings.Join(what, " ; ")))
}
