package groups

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// partnering touches what two establishments have together, by who administers one
// of them: the row of the pair, and whom to write to on the other side.
var partnering = data.NewCrossing("groups.partners", "Changer un partenariat d’un seul de ses deux côtés, et trouver à qui écrire de l’autre")

// A desk is an establishment whose partnerships somebody manages, in one
// transaction.
type desk struct {
	tx   *data.Tx
	s    *access.Session
	here directory.Card
}

func deskOf(tx *data.Tx, s *access.Session, uai string) (*desk, error) {
	if _, err := managedAt(tx, s, uai); err != nil {
		return nil, err
	}
	card, err := directory.Cards.Get(tx, uai)
	return &desk{tx, s, card}, err
}

func (d *desk) place() data.Place { return d.here.Place() }

// all are the partnerships of the establishment, whatever their state.
func (d *desk) all() (all []Partnership, err error) {
	for p, err := range partnershipsByPlace.All(d.tx, string(d.place())) {
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// of returns the partnership with another establishment, and the card of that one:
// ok is false when nothing was ever asked between them.
func (d *desk) of(uai string) (p Partnership, other directory.Card, ok bool, err error) {
	if other, err = directory.Cards.Get(d.tx, uai); err != nil {
		return p, other, false, err
	}
	p, err = Partnerships.Get(d.tx, pairOf(d.place(), other.Place()))
	if isMissing(err) {
		return p, other, false, nil
	}
	return p, other, err == nil, err
}

// step adds a step to a partnership, made by this side now.
func (d *desk) step(p *Partnership, other directory.Card, to State, reason string) {
	p.Names = []string{d.here.Name, other.Name}
	if p.Pair[0] != d.place() {
		slices.Reverse(p.Names)
	}
	p.Steps = append(slices.Clone(p.Steps), Step{State: to, At: d.tx.Now, By: d.s.Name(), ByID: d.s.Account.ID, Side: d.place(), Reason: reason})
	if to != Dated {
		p.State = to
	}
	if to != Accepted && to != Dated {
		p.Until, p.Reminded = "", ""
	}
}

// Picked are the partnerships that something is done to, by the other
// establishment: those of a list, or all that it can be done to.
type Picked struct {
	UAIs []string
	All  bool
}

// Only picks some establishments.
func Only(uais ...string) Picked { return Picked{UAIs: uais} }

// Every picks all those that what is done applies to.
var Every = Picked{All: true}

// An outcome is what one operation made of a partnership: it is told in its event
// and in mails.
type outcome struct {
	Partnership
	told   tale
	note   string
	reason string
	shut   []closing
}

// commit stores what one operation made of partnerships, with an event for each
// and the mails that tell them, and returns the row of the first event.
func commit(tx *data.Tx, s *access.Session, action access.Action, all []outcome) (data.Row, error) {
	for i, o := range all {
		if err := Partnerships.Put(partnering.Over(tx), o.Partnership); err != nil {
			return nil, err
		}
		if i == 0 {
			tx.Note("%s", o.note)
		} else if err := tx.Also(data.Fact{Action: action.Action, About: o.Partnership, Note: o.note}); err != nil {
			return nil, err
		}
	}
	return all[0].Partnership, writeBoth(tx, s, all)
}

// meanwhile says what became of a partnership, by whom, for who wanted something
// else of it.
func (p Partnership) meanwhile(here data.Place) string {
	last, other := p.Reached(), p.NameOf(p.Other(here))
	if last.Side == "" {
		return fmt.Sprintf("Le partenariat avec «\u00a0%s\u00a0» a pris fin le %s, à la date prévue.", other, last.At.Local().Format("02/01/2006"))
	}
	what := map[State]string{Requested: "La demande de partenariat avec «\u00a0%s\u00a0» a été envoyée", Accepted: "Le partenariat avec «\u00a0%s\u00a0» a été accepté",
		Refused: "La demande de partenariat avec «\u00a0%s\u00a0» a été refusée", Cancelled: "La demande de partenariat avec «\u00a0%s\u00a0» a été annulée",
		Ended: "Le partenariat avec «\u00a0%s\u00a0» a été supprimé"}[p.State]
	return fmt.Sprintf(what, other) + fmt.Sprintf(" par %s (%s), le %s.", last.By, p.NameOf(last.Side), last.At.Local().Format("02/01/2006 à 15:04"))
}

// A Partner is a partnership as one of its sides sees it.
type Partner struct {
	Partnership
	Here  data.Place
	Other directory.Card
}

// Sent reports whether the side that looks is the one that asked.
func (p Partner) Sent() bool { return p.From == p.Here }

// PartnersOf lists the partners of an establishment, and the requests that wait, by
// name: those whose name, town or UAI holds the text.
func PartnersOf(s *access.Session, uai, text string) (partners, requests []Partner, err error) {
	err = s.See(func(tx *data.Tx) error {
		d, err := deskOf(tx, s, uai)
		if err != nil {
			return err
		}
		all, err := d.all()
		for _, p := range all {
			if p.State != Accepted && p.State != Requested {
				continue
			}
			one, err := d.partner(p)
			if err != nil {
				return err
			}
			switch {
			case !one.Other.Matches(text):
			case p.State == Accepted:
				partners = append(partners, one)
			default:
				requests = append(requests, one)
			}
		}
		return err
	})
	slices.SortFunc(partners, byPartner)
	slices.SortFunc(requests, byPartner)
	return partners, requests, err
}

func (d *desk) partner(p Partnership) (Partner, error) {
	other, err := directory.Cards.Get(d.tx, directory.UAIOf(p.Other(d.place())))
	return Partner{p, d.place(), other}, err
}

func byPartner(a, b Partner) int { return byCard(a.Other, b.Other) }

func byCard(a, b directory.Card) int {
	return cmp.Or(strings.Compare(data.Fold(a.Name), data.Fold(b.Name)), strings.Compare(a.UAI, b.UAI))
}

// A Candidate is an establishment that may be asked for a partnership.
type Candidate struct {
	directory.Card
	Refused time.Time // when it refused, if that is too recent to ask again
	Again   time.Time // when it may be asked again then
}

// Candidates lists the establishments of the same collectivité that are neither
// partners nor asked already, by name: those whose name, town or UAI holds the
// text. Free counts those that can be asked now, whatever the text.
func Candidates(s *access.Session, uai, text string) (found []Candidate, free int, err error) {
	err = s.See(func(tx *data.Tx) error {
		d, err := deskOf(tx, s, uai)
		if err != nil {
			return err
		}
		all, err := d.candidates()
		for _, c := range all {
			if c.Refused.IsZero() {
				free++
			}
			if c.Matches(text) {
				found = append(found, c)
			}
		}
		return err
	})
	return found, free, err
}

func (d *desk) candidates() (all []Candidate, err error) {
	asked, err := d.all()
	if err != nil {
		return nil, err
	}
	known := map[data.Place]Partnership{}
	for _, p := range asked {
		known[p.Other(d.place())] = p
	}
	for c, err := range directory.CardsByArea.All(d.tx, data.Fold(d.here.Collectivity)) {
		if err != nil {
			return nil, err
		}
		p := known[c.Place()]
		if c.Inactive || c.UAI == d.here.UAI || p.State == Accepted || p.State == Requested {
			continue
		}
		one := Candidate{Card: c, Again: p.ClosedUntil(d.place(), d.tx.Now)}
		if !one.Again.IsZero() {
			one.Refused = p.Reached().At
		}
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b Candidate) int { return byCard(a.Card, b.Card) })
	return all, nil
}
