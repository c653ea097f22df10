package groups

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

var (
	requesting = access.NewAction("partnership.request", "Demande de partenariat", access.ManageGroups, data.Info)
	accepting  = access.NewAction("partnership.accept", "Partenariat accepté", access.ManageGroups, data.Attention)
	refusing   = access.NewAction("partnership.refuse", "Demande de partenariat refusée", access.ManageGroups, data.Info)
	cancelling = access.NewAction("partnership.cancel", "Demande de partenariat annulée", access.ManageGroups, data.Info)
)

// longestReason bounds the reason of a refusal, in characters.
const longestReason = 500

// Request asks establishments for a partnership. One that had asked meanwhile is
// accepted at once. It returns how many were asked or accepted.
func Request(s *access.Session, uai string, picked Picked) (n int, err error) {
	return n, s.Do(requesting, func(tx *data.Tx) (data.Row, error) {
		d, err := deskOf(tx, s, uai)
		if err != nil {
			return nil, err
		}
		all, err := d.candidates()
		if err != nil {
			return nil, err
		}
		targets := picked.UAIs
		if picked.All {
			targets = nil
			for _, c := range all {
				if c.Refused.IsZero() {
					targets = append(targets, c.UAI)
				}
			}
		}
		if len(targets) == 0 {
			return nil, access.Wrong("uai", "Cochez au moins un établissement.")
		}
		var done []outcome
		for _, target := range distinct(targets) {
			o, err := d.ask(target, all)
			if err != nil {
				return nil, err
			}
			done = append(done, o)
		}
		n = len(done)
		return commit(tx, s, requesting, done)
	})
}

func distinct(all []string) []string {
	all = slices.Clone(all)
	slices.Sort(all)
	return slices.Compact(all)
}

// ask asks one establishment, which must be a candidate or have asked itself.
func (d *desk) ask(target string, all []Candidate) (o outcome, err error) {
	p, other, known, err := d.of(target)
	if err != nil {
		return o, err
	}
	i := slices.IndexFunc(all, func(c Candidate) bool { return c.UAI == target })
	switch {
	case known && p.State == Requested && p.From != d.place():
		d.step(&p, other, Accepted, "")
		return outcome{Partnership: p, told: toldAccepted, note: "chacun des deux l’avait demandé\u00a0: le partenariat est accepté"}, nil
	case known && (p.State == Requested || p.State == Accepted):
		return o, access.Conflict(p.meanwhile(d.place()))
	case i < 0:
		return o, data.ErrNotFound
	case !all[i].Refused.IsZero():
		return o, access.Conflict(p.meanwhile(d.place()) + " Vous pourrez la refaire à partir du " + all[i].Again.Local().Format("02/01/2006 à 15:04") + ".")
	case !known:
		p.Pair = []data.Place{d.place(), other.Place()}
		slices.Sort(p.Pair)
	}
	p.From = d.place()
	d.step(&p, other, Requested, "")
	return outcome{Partnership: p, told: toldRequested}, nil
}

// What can be answered to requests that wait.
var (
	accepted = answer{action: accepting, to: Accepted, told: toldAccepted, received: true,
		none: "Aucune demande reçue n’attend de réponse.", other: "Seul l’autre établissement peut accepter une demande que vous avez envoyée."}
	refused = answer{action: refusing, to: Refused, told: toldRefused, received: true,
		none: "Aucune demande reçue n’attend de réponse.", other: "Seul l’autre établissement peut refuser une demande que vous avez envoyée\u00a0: vous pouvez l’annuler."}
	cancelled = answer{action: cancelling, to: Cancelled, told: toldCancelled,
		none: "Aucune demande envoyée n’attend de réponse.", other: "Seul l’établissement qui a fait une demande peut l’annuler\u00a0: vous pouvez la refuser."}
)

// Accept accepts requests that were received.
func Accept(s *access.Session, uai string, picked Picked) (int, error) {
	return settleRequests(s, uai, picked, accepted, "")
}

// Refuse refuses requests that were received, with a reason if one is given.
func Refuse(s *access.Session, uai string, picked Picked, reason string) (int, error) {
	if utf8.RuneCountInString(reason) > longestReason {
		return 0, access.Wrong("motif", "Le motif a 500 caractères au plus.")
	}
	return settleRequests(s, uai, picked, refused, reason)
}

// Cancel takes back requests that were sent.
func Cancel(s *access.Session, uai string, picked Picked) (int, error) {
	return settleRequests(s, uai, picked, cancelled, "")
}

// An answer is what becomes of requests that wait.
type answer struct {
	action   access.Action
	to       State
	told     tale
	received bool   // it is given by who was asked
	none     string // what is said when no request waits
	other    string // when all those picked are of the other direction
}

// settleRequests gives an answer to the requests of the right direction among those
// that are picked.
func settleRequests(s *access.Session, uai string, picked Picked, a answer, reason string) (n int, err error) {
	return n, s.Do(a.action, func(tx *data.Tx) (data.Row, error) {
		d, err := deskOf(tx, s, uai)
		if err != nil {
			return nil, err
		}
		waiting, err := d.waiting(picked, a)
		if err != nil {
			return nil, err
		}
		var done []outcome
		for _, p := range waiting {
			d.step(&p.Partnership, p.Other, a.to, reason)
			note := ""
			if reason != "" {
				note = "motif\u00a0: " + reason
			}
			done = append(done, outcome{Partnership: p.Partnership, told: a.told, note: note, reason: reason})
		}
		n = len(done)
		return commit(tx, s, a.action, done)
	})
}

// waiting are the requests that are picked and that an answer applies to. One that
// waits no more refuses the whole.
func (d *desk) waiting(picked Picked, a answer) (all []Partner, err error) {
	rows, err := d.picked(picked, Requested)
	if err != nil {
		return nil, err
	}
	for _, p := range rows {
		if p.Sent() != a.received {
			all = append(all, p)
		}
	}
	switch {
	case len(all) > 0:
		return all, nil
	case len(rows) > 0 && !picked.All:
		return nil, access.Conflict(a.other)
	}
	return nil, access.Conflict(a.none)
}

// picked are the partnerships of a state that are picked. One of another state
// refuses the whole, with what became of it.
func (d *desk) picked(picked Picked, in State) (rows []Partner, err error) {
	if picked.All {
		all, err := d.all()
		if err != nil {
			return nil, err
		}
		for _, p := range all {
			if p.State == in {
				one, err := d.partner(p)
				if err != nil {
					return nil, err
				}
				rows = append(rows, one)
			}
		}
		slices.SortFunc(rows, byPartner)
		return rows, nil
	}
	if len(picked.UAIs) == 0 {
		return nil, access.Conflict("Cochez au moins un établissement.")
	}
	for _, uai := range distinct(picked.UAIs) {
		p, other, known, err := d.of(uai)
		switch {
		case err != nil:
			return nil, err
		case !known:
			return nil, data.ErrNotFound
		case p.State != in:
			return nil, access.Conflict(p.meanwhile(d.place()))
		}
		rows = append(rows, Partner{p, d.place(), other})
	}
	return rows, nil
}

var dating = access.NewAction("partnership.date", "Date de fin d’un partenariat", access.ManageGroups, data.Info)

// SetUntil sets the day when a partnership ends by itself, "" for none. Seen is the
// date that was shown to who changes it.
func SetUntil(s *access.Session, uai, partner, day string, seen directory.Date) error {
	return s.Do(dating, func(tx *data.Tx) (data.Row, error) {
		d, err := deskOf(tx, s, uai)
		if err != nil {
			return nil, err
		}
		rows, err := d.picked(Only(partner), Accepted)
		if err != nil {
			return nil, err
		}
		p := rows[0]
		until, err := endDate(day, directory.DateOf(tx.Now.Local()))
		switch {
		case err != nil:
			return nil, err
		case p.Until != seen:
			return nil, access.Conflict(p.redated())
		case until == p.Until:
			return nil, access.Conflict("Rien n’est à enregistrer\u00a0: la date de fin est déjà celle-là.")
		}
		d.step(&p.Partnership, p.Other, Dated, "")
		p.Steps[len(p.Steps)-1].Until, p.Until = until, until
		return p.Partnership, Partnerships.Put(tx, p.Partnership)
	})
}

func endDate(day string, today directory.Date) (directory.Date, error) {
	if day == "" {
		return "", nil
	}
	until, ok := directory.ParseDate(day)
	switch {
	case !ok:
		return "", access.Wrong("fin", "Écrivez la date sous la forme JJ/MM/AAAA.")
	case until <= today:
		return "", access.Wrong("fin", "Choisissez un jour à venir, ou supprimez le partenariat.")
	}
	return until, nil
}

// redated says who changed the end date meanwhile.
func (p Partnership) redated() string {
	i := len(p.Steps) - 1
	for i > 0 && p.Steps[i].State != Dated {
		i--
	}
	last, now := p.Steps[i], "retirée"
	if p.Until != "" {
		now = "fixée au " + p.Until.String()
	}
	return fmt.Sprintf("La date de fin a été %s par %s (%s), le %s\u00a0: relisez, puis enregistrez de nouveau.", now, last.By, p.NameOf(last.Side), last.At.Local().Format("02/01/2006 à 15:04"))
}

// Waiting lists the requests that are picked and wait, of one direction: what an
// answer to them is about to apply to.
func Waiting(s *access.Session, uai string, picked Picked, received bool) (all []Partner, err error) {
	err = s.See(func(tx *data.Tx) error {
		d, err := deskOf(tx, s, uai)
		if err != nil {
			return err
		}
		a := cancelled
		if received {
			a = refused
		}
		all, err = d.waiting(picked, a)
		return err
	})
	return all, err
}
