package requests

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"preau/app/access"
	"preau/data"
)

// MergeLife is how long a merge can be undone.
const MergeLife = 24 * time.Hour

var (
	merging   = access.NewAction("request.merge", "Demande fusionnée", access.HandleRequests, data.Attention)
	unmerging = access.NewAction("request.unmerge", "Fusion de demandes annulée", access.HandleRequests, data.Attention)
	absorbing = access.NewAction("request.absorb", "Autre demande fusionnée avec celle-ci", access.HandleRequests, data.Attention)
	linking   = access.NewAction("request.link", "Demandes liées", access.HandleRequests, data.Info)

	requestsByTarget = Requests.Index("into", func(r Request) []string {
		if r.Merged.Into == 0 {
			return nil
		}
		return []string{keyOf(r.Merged.Into)}
	})
)

// Merge closes a request and points it to another, which is told of it by a note.
// What comes by mail for the first goes to the second. Requests that level 2 has,
// or that were merged already, are not merged.
func Merge(s *access.Session, number, into int) error {
	return change(s, merging, number, anyVersion, func(tx *data.Tx, r *Request) error {
		target, err := Requests.Get(tx, keyOf(into))
		if errors.Is(err, data.ErrNotFound) {
			return access.Wrong("vers", "Aucune demande de votre périmètre n’a ce numéro.")
		}
		if err != nil {
			return err
		}
		if err := r.mergeable(target); err != nil {
			return err
		}
		if n, err := merged(tx, *r); err != nil || n > 0 {
			return errors.Join(err, access.Conflict("D’autres demandes ont été fusionnées avec celle-ci\u00a0: fusionnez plutôt la nouvelle avec elle."))
		}
		r.Merged = Merging{Into: into, At: tx.Now, Was: r.State, Until: r.Until, ClosedAt: r.ClosedAt, ClosedBy: r.ClosedBy}
		r.become(Closed, tx.Now)
		r.ClosedAt, r.ClosedBy = tx.Now, s.Account.ID
		text := fmt.Sprintf("La demande n° %d de %s a été fusionnée avec celle-ci\u00a0: «\u00a0%s\u00a0». %s", r.Number, r.From.Name, r.Summary, r.Problem)
		if _, err := target.say(tx, Entry{Kind: Note, By: s.Account.ID, ByName: s.Account.Name, Text: text, Folded: r.Number}); err != nil {
			return err
		}
		if target, err = put(tx, target); err != nil {
			return err
		}
		return tx.Also(data.Fact{Action: absorbing.Action, About: target, Note: numbered(r.Number)})
	})
}

func (r Request) mergeable(target Request) error {
	switch {
	case target.Number == r.Number:
		return access.Wrong("vers", "Choisissez une autre demande que celle-ci.")
	case r.Merged.Into != 0:
		return r.refuseLocked()
	case r.Escalation.Holds() || r.Escalation.Pending():
		return access.Conflict("Cette demande est traitée par le niveau 2\u00a0: choisissez «\u00a0Reprendre\u00a0» avant de la fusionner.")
	case target.Merged.Into != 0:
		return access.Wrong("vers", fmt.Sprintf("La demande n° %d a elle-même été fusionnée avec la demande n° %d\u00a0: choisissez celle-là.", target.Number, target.Merged.Into))
	case target.At != r.At:
		return access.Wrong("vers", "Seules deux demandes du même établissement se fusionnent.")
	}
	return nil
}

// merged is how many requests point to one.
func merged(tx *data.Tx, r Request) (n int, err error) {
	for _, err := range requestsByTarget.All(tx, r.Key()) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// Unmerge gives a merged request back its state, within a day.
func Unmerge(s *access.Session, number int) error {
	return change(s, unmerging, number, anyVersion, func(tx *data.Tx, r *Request) error {
		switch {
		case r.Merged.Into == 0:
			return access.Conflict("Cette demande n’est pas fusionnée.")
		case tx.Now.Sub(r.Merged.At) > MergeLife:
			return access.Conflict("Une fusion s’annule pendant 24 heures\u00a0: celle-ci est plus ancienne.")
		}
		target, err := Requests.Get(tx, keyOf(r.Merged.Into))
		if err != nil {
			return err
		}
		if _, err := target.say(tx, Entry{Kind: Note, By: s.Account.ID, ByName: s.Account.Name, Text: fmt.Sprintf("La fusion de la demande n° %d a été annulée.", r.Number)}); err != nil {
			return err
		}
		if target, err = put(tx, target); err != nil {
			return err
		}
		m := r.Merged
		r.Merged = Merging{}
		r.State, r.Since, r.Until, r.ClosedAt, r.ClosedBy = m.Was, tx.Now, m.Until, m.ClosedAt, m.ClosedBy
		return tx.Also(data.Fact{Action: unmerging.Action, About: target, Note: numbered(r.Number)})
	})
}

// LinkTo ties a request to another, or unties it when kind is "".
func LinkTo(s *access.Session, number, to int, kind string) error {
	return change(s, linking, number, anyVersion, func(tx *data.Tx, r *Request) error {
		other, err := Requests.Get(tx, keyOf(to))
		if errors.Is(err, data.ErrNotFound) {
			return access.Wrong("autre", "Aucune demande de votre périmètre n’a ce numéro.")
		}
		if err != nil {
			return err
		}
		without := func(all []Link, n int) []Link {
			return slices.DeleteFunc(slices.Clone(all), func(l Link) bool { return l.To == n })
		}
		switch {
		case to == number:
			return access.Wrong("autre", "Une demande ne se lie pas à elle-même.")
		case kind == "" && !r.linked(to):
			return access.Conflict("Ces deux demandes ne sont plus liées.")
		case kind == "":
			r.Links, other.Links = without(r.Links, to), without(other.Links, number)
		case kind != Related && kind != Duplicate:
			return access.Wrong("lien", "Choisissez le lien entre les deux demandes.")
		default:
			r.Links = append(without(r.Links, to), Link{to, kind})
			other.Links = append(without(other.Links, number), Link{number, Related})
		}
		if other, err = put(tx, other); err != nil {
			return err
		}
		return tx.Also(data.Fact{Action: linking.Action, About: other, Note: numbered(r.Number)})
	})
}
