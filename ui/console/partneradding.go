package console

import (
	"preau/app/groups"
	"preau/ui/web"
)

// An addingDialog is « Ajouter des établissements ».
type addingDialog struct {
	Text          string
	Source        string // of the answers of the filter
	Rows          candidateRows
	Action, Close string
	All           string // « Ajouter tous (12) », "" when there is none
	None          string // why nobody can be asked
}

// candidateRows are establishments to tick: parts/candidates.
type candidateRows struct {
	Rows  []candidateRow
	Total string
}

type candidateRow struct {
	UAI, Name, Note string
	Why             string // it cannot be ticked
	Ticked          bool
}

// askPartners is the dialog where establishments are chosen, over the tab.
func askPartners(v *web.Visit) error {
	return partners(v, func(p *partnersPage) error {
		text := v.Form("filtre")
		rows, free, err := candidatesFor(v, text, v.Each("uai"))
		if err != nil {
			return err
		}
		p.Adding = &addingDialog{Text: text, Source: p.Home + "/ajout/recherche?q=", Rows: rows, Action: p.Home + "/ajout", Close: p.Home}
		if free > 0 {
			p.Adding.All = "Ajouter tous (" + web.Number(free) + ")"
		}
		if len(rows.Rows) == 0 && text == "" {
			p.Adding.None = "Tous les établissements de votre collectivité sont vos partenaires, ou ont une demande en attente."
		}
		return nil
	})
}

// candidatesListed is how many establishments the dialog lists at once.
const candidatesListed = 100

// candidatesFor are the establishments of a filter, those that are ticked first.
func candidatesFor(v *web.Visit, text string, ticked []string) (r candidateRows, free int, err error) {
	uai := v.Part("uai")
	found, free, err := groups.Candidates(v.Session, uai, text)
	if err != nil {
		return r, 0, err
	}
	wanted := map[string]bool{}
	for _, id := range ticked {
		wanted[id] = true
	}
	if len(wanted) > 0 {
		all, _, err := groups.Candidates(v.Session, uai, "")
		if err != nil {
			return r, 0, err
		}
		for _, c := range all {
			if wanted[c.UAI] && c.Refused.IsZero() {
				row := candidateRowOf(c)
				row.Ticked = true
				r.Rows = append(r.Rows, row)
			}
		}
	}
	for _, c := range found[:min(len(found), candidatesListed)] {
		if !wanted[c.UAI] {
			r.Rows = append(r.Rows, candidateRowOf(c))
		}
	}
	r.Total = web.Count(len(found), "établissement", "établissements")
	switch {
	case len(found) == 0:
		r.Total = "Aucun établissement ne correspond dans votre collectivité."
	case len(found) > candidatesListed:
		r.Total += "\u00a0: écrivez les premières lettres de celui que vous cherchez."
	}
	return r, free, nil
}

func candidateRowOf(c groups.Candidate) candidateRow {
	row := candidateRow{UAI: c.UAI, Name: c.Name, Note: join(" · ", c.Town, c.UAI)}
	if !c.Refused.IsZero() {
		row.Why = "A refusé le " + c.Refused.Local().Format("02/01/2006") + "\u00a0: vous pourrez refaire la demande à partir du " + c.Again.Local().Format("02/01/2006 à 15:04") + "."
	}
	return row
}

// searchPartners answers the filter of the dialog.
func searchPartners(v *web.Visit) error {
	rows, _, err := candidatesFor(v, v.Ask("q"), nil)
	if err != nil {
		return err
	}
	return v.ShowRows("parts/candidates", rows)
}

func requestPartners(v *web.Visit) error {
	uai := v.Part("uai")
	if v.Form("chercher") != "" {
		return askPartners(v)
	}
	chosen := groups.Only(v.Each("uai")...)
	if v.Form("tous") != "" {
		chosen = groups.Every
	}
	n, err := groups.Request(v.Session, uai, chosen)
	if err != nil {
		return v.Again(err, askPartners)
	}
	if n == 1 {
		return v.Done(partnersAt(uai), "La demande de partenariat est envoyée.")
	}
	return v.Done(partnersAt(uai), web.Number(n)+" demandes de partenariat sont envoyées.")
}
