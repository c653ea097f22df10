package directory

import (
	"errors"
	"slices"
	"strings"

	"preau/app/format/aaf"
	"preau/data"
)

// may reports whether the delivery speaks for an establishment: a complete for
// those that it holds, a delta for those that its name tells of, or for all
// those of whoever imports it.
func (a *applier) may(place data.Place) bool {
	switch {
	case place == "" || a.judged[place]:
		return place != ""
	case a.batch.Kind == aaf.Complete || !a.reach.Covers(place):
		return false
	}
	return a.scope == nil || slices.Contains(a.scope, place)
}

// A person is one object of the files on its way into the directory.
type person struct {
	id      string
	staged  staged
	source  Source
	record  aaf.Record
	was     *User      // nil for a new one
	former  []aaf.Attr // as last received
	same    bool       // as last received: read again for what it leads to
	settled bool       // nothing more to do
}

// open reads what is known of an object. It settles at once what has not
// changed, what is to be deleted, and what belongs to somebody out of reach.
func (a *applier) open(tx *data.Tx, category aaf.Category, id string, st staged, salt ...string) (p person, err error) {
	p = person{id: id, staged: st, settled: true}
	if st.Op == aaf.Delete || st.Op == refused {
		return p, nil // see remove and stage
	}
	ok := false
	if p.source, ok, err = a.known(tx, category, id); err != nil {
		return p, err
	}
	digest := digestOf(st, append(salt, a.context)...)
	p.same, p.former = a.unchanged(p.source, ok, digest, st.Op), p.source.Attrs
	if p.same && !a.newLinks(category, p.source) {
		return p, nil
	}
	if p.record, err = a.record(category, id, st, p.source); err != nil {
		return p, err
	}
	p.source.Digest, p.source.Attrs = digest, p.record.Attrs
	if p.source.User != "" {
		if p.was, err = a.user(tx, p.source.User); err != nil {
			return p, err
		}
	}
	if p.was != nil && !a.reach.CoversAny(p.was.Places()) {
		a.refuse(p, p.was.Profile, outOfReach)
		return p, nil
	}
	p.settled = false
	return p, nil
}

const outOfReach = "Cette personne n’est pas dans votre périmètre : sa fiche est laissée telle quelle."

// user reads the person that an object became, nil once purged.
func (a *applier) user(tx *data.Tx, id string) (*User, error) {
	if u, ok := a.tried.people[id]; ok {
		return &u, nil
	}
	u, err := Users.Get(corresponding.Over(tx), id)
	if isMissing(err) {
		return nil, nil
	}
	return &u, err
}

// refuse leaves an object out, with a line that says why, at each import again:
// what is known of it stays.
func (a *applier) refuse(p person, profile Profile, says string) {
	u, who := User{Profile: profile}, p.was
	if who != nil && a.reach.CoversAny(who.Places()) {
		u = *who
	} else {
		who = nil
	}
	a.tally(u).Refused++
	a.tell(SaysRefused, p.staged, p.id, who, says)
}

func (a *applier) warn(p person, warnings []string) {
	if p.same {
		return // said when it was received
	}
	for _, w := range warnings {
		a.tell(SaysWarning, p.staged, p.id, p.was, w)
	}
}

// begin is what is already known of somebody, or a new one of the profile.
func (p person) begin(profile Profile, name aaf.Name, birth aaf.Date) User {
	u := User{}
	if p.was != nil {
		u = *p.was
		u.Attachments = slices.Clone(u.Attachments)
	}
	u.Profile, u.LastName, u.FirstName, u.BirthName, u.Title = profile, name.Last, name.First, name.Birth, name.Title
	if birth != "" {
		u.Birth = Date(birth)
	}
	return u
}

// attach replaces what the object said of somebody's establishments, and keeps
// what others say: another académie, another degree, another school's files.
func (a *applier) attach(p person, given Attachments) Attachments {
	var kept Attachments
	if p.was != nil {
		for _, at := range p.was.Attachments {
			i := slices.IndexFunc(given, func(g Attachment) bool { return g.At == at.At })
			mine := p.was.State() == Deleted || slices.Contains(p.source.At, at.At) && a.may(at.At)
			switch {
			case i >= 0:
				given[i].Editor = at.Editor
			case !mine:
				kept = append(kept, at)
			}
		}
	}
	all := append(given, kept...)
	slices.SortStableFunc(all, func(x, y Attachment) int { return strings.Compare(string(x.At), string(y.At)) })
	main := slices.IndexFunc(all, func(x Attachment) bool { return x.Main && a.may(x.At) })
	if main < 0 {
		main = max(0, slices.IndexFunc(all, func(x Attachment) bool { return x.Main }))
	}
	for i := range all {
		all[i].Main = i == main
	}
	slices.SortStableFunc(all, mainFirst)
	return all
}

// settle stores somebody, and what tells them apart in the next files. Hosted
// says that the record names an establishment that we know, be it one that this
// delivery does not speak for.
func (a *applier) settle(tx *data.Tx, p person, now User, given Attachments, hosted bool) (User, error) {
	if len(given) == 0 {
		return now, a.nowhere(tx, p, now, hosted)
	}
	a.lost[p.source.ID] = false
	now.Attachments = a.attach(p, given)
	said := placesOf(given)
	for _, place := range p.source.At {
		if _, in := now.At(place); in && !slices.Contains(said, place) {
			said = append(said, place) // other files said so
		}
	}
	now, err := a.receive(tx, p.was, now, p.staged, p.id)
	if err != nil {
		return now, err
	}
	if p.was == nil {
		a.fresh[p.source.ID] = now.ID
	}
	p.source.User, p.source.Gone, p.source.Lost = now.ID, false, ""
	if err := a.unhold(tx, p.source); err != nil {
		return now, err
	}
	return now, a.keepSource(tx, p.source, said)
}

// nowhere leaves out somebody new whom the delivery puts in no establishment
// that it speaks for. Somebody known goes with those who are absent, when the
// record names none at all.
func (a *applier) nowhere(tx *data.Tx, p person, now User, hosted bool) error {
	if p.was == nil || hosted {
		a.refuse(p, now.Profile, "Cette personne n’est dans aucun établissement de cette livraison : sa fiche est laissée de côté.")
		return nil
	}
	p.source.Lost, a.lost[p.source.ID] = a.im.ID, true
	return a.keepSource(tx, p.source, p.source.At)
}

// placesOf are the places of attachments, in order.
func placesOf(all Attachments) []data.Place {
	places := make([]data.Place, len(all))
	for i, at := range all {
		places[i] = at.At
	}
	slices.Sort(places)
	return places
}

// gap reports whether the delivery lacks a category: absence then proves nothing.
func (a *applier) gap(category aaf.Category) bool {
	return a.st.Gaps[string(a.degree)+"/"+string(category)]
}

func name(n aaf.Name) string { return strings.TrimSpace(n.Last + " " + n.First) }

func words(places []data.Place) []string {
	all := make([]string, len(places))
	for i, p := range places {
		all[i] = string(p)
	}
	slices.Sort(all)
	return all
}

func firstOf(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}

// label is the label of a code: of the files, or received before.
func (a *applier) label(tx *data.Tx, code string) string {
	if l, ok := a.labels[code]; ok || code == "" {
		return l
	}
	t, err := Subjects.Get(tx, a.academy+"/"+code)
	if err != nil {
		return "" // the code is its own label
	}
	a.labels[code] = t.Name
	return t.Name
}

// attachmentTo returns the attachment to a place, which is made if there is
// none. It is valid until the next call.
func attachmentTo(all *Attachments, place data.Place) *Attachment {
	i := slices.IndexFunc(*all, func(x Attachment) bool { return x.At == place })
	if i < 0 {
		*all = append(*all, Attachment{At: place})
		i = len(*all) - 1
	}
	return &(*all)[i]
}

// phoneOf is a number of the files as forms write it, so that a form sent back
// untouched edits nothing.
func phoneOf(received string) string {
	phone, _ := checkPhone(received, true)
	return phone
}

// hosts reports whether one of these structures is an establishment here.
func (a *applier) hosts(structures []string) bool {
	return slices.ContainsFunc(structures, func(id string) bool { return a.schools[id] != "" })
}

func isMissing(err error) bool { return errors.Is(err, data.ErrNotFound) }
