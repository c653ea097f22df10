package directory

import (
	"slices"
	"strings"
	"time"

	"preau/app/format/aaf"
	"preau/data"
)

// newLinks reports whether a pupil who has not changed names a relative who is
// new or has another name. A resumed run does not know them all any more, and
// looks at every pupil.
func (a *applier) newLinks(category aaf.Category, known Source) bool {
	if category != aaf.Students || len(a.news) == 0 || a.thorough {
		return category == aaf.Students && a.thorough
	}
	r := aaf.Record{Op: aaf.Add, Category: category, ID: "-", Attrs: known.Attrs}
	s, _, err := r.Student()
	return err == nil && slices.ContainsFunc(s.Links, func(l aaf.Link) bool { return a.news[a.source(aaf.Relatives, l.Relative)] })
}

// relative makes or updates a relative whom a pupil's link names as legal
// representative. The others have no account, and are only remembered.
func (a *applier) relative(tx *data.Tx, id string, st staged) error {
	legal := a.legal[id]
	p, err := a.open(tx, aaf.Relatives, id, st, words(legal)...)
	if err != nil || p.settled {
		return err
	}
	if (a.batch.Kind == aaf.Delta || a.gap(aaf.Students)) && p.was != nil && p.was.State() != Deleted {
		legal = append(slices.Clone(legal), p.source.At...)
	}
	return a.account(tx, p, legal)
}

// account gives a relative the account of the establishments of the children.
func (a *applier) account(tx *data.Tx, p person, at []data.Place) error {
	r, warnings, err := p.record.Relative()
	if err != nil {
		a.refuse(p, Relative, says(err))
		return nil
	}
	a.warn(p, warnings)
	a.renamed(p, r.Name)
	if len(at) == 0 && p.was == nil {
		a.tell(SaysNoAccount, p.staged, p.id, nil, name(r.Name)+" n’est représentant légal d’aucun élève de cette livraison : pas de compte.")
		return a.keepSource(tx, p.source, nil)
	}
	u := p.begin(Relative, r.Name, r.Birth)
	u.Email, u.Home, u.Work, u.Mobile = u.Email.Receive(r.Mail), u.Home.Receive(phoneOf(r.Home)), u.Work.Receive(phoneOf(r.Work)), u.Mobile.Receive(phoneOf(r.Mobile))
	u.Postal = addressOf(r.Address)
	at = slices.Clone(at)
	slices.Sort(at)
	var given Attachments
	for _, place := range slices.Compact(at) {
		if a.may(place) || slices.Contains(p.source.At, place) {
			given = append(given, Attachment{At: place})
		}
	}
	_, err = a.settle(tx, p, u, given, len(at) > 0)
	return err
}

// renamed notes a relative whom the links of pupils do not know, or not by this
// name.
func (a *applier) renamed(p person, now aaf.Name) {
	former := aaf.Record{Op: aaf.Add, Category: aaf.Relatives, ID: p.id, Attrs: p.former}
	was, _, err := former.Relative()
	if err != nil || name(was.Name) != name(now) || p.was == nil {
		a.news[p.source.ID] = true
	}
}

// links are what a pupil's links became: those that lead to an account by its
// UID, the others by a name.
func (a *applier) links(tx *data.Tx, p person, s aaf.Student, former []Link) ([]Link, error) {
	var all []Link
	for _, l := range s.Links {
		if l.Self() {
			continue
		}
		link := Link{Kind: l.Kind(), Legal: l.Legal, InCharge: l.InCharge, Financial: l.Financial, Contact: l.Contact, Payment: l.Payment}
		var err error
		if link.Relative, link.Name, err = a.relativeOf(tx, l); err != nil {
			return nil, err
		}
		if link.Name == "" {
			a.warn(p, []string{"Un lien mène à un responsable qui n’est pas dans les fichiers (" + l.Relative + ")."})
			continue
		}
		if i := slices.IndexFunc(former, func(f Link) bool { return f.Relative != "" && f.Relative == link.Relative }); i >= 0 {
			link.Confirmed = former[i].Confirmed
		}
		all = append(all, link)
	}
	return all, nil
}

// relativeOf returns the account of a link's other end, "" when it has none,
// and its name, "" when the files do not have it.
func (a *applier) relativeOf(tx *data.Tx, l aaf.Link) (id, label string, err error) {
	source, ok, err := a.known(tx, aaf.Relatives, l.Relative)
	if err != nil {
		return "", "", err
	}
	st, here := a.batch.Records[a.degree][aaf.Relatives][l.Relative]
	if a.opts.DryRun && here && st.Op != aaf.Delete {
		r, err := a.record(aaf.Relatives, l.Relative, st, source)
		if err != nil {
			return "", "", err
		}
		source.Attrs, ok = r.Attrs, true
	}
	if !ok {
		return "", "", nil
	}
	source.User = firstOf(a.fresh[source.ID], source.User)
	r := aaf.Record{Op: aaf.Add, Category: aaf.Relatives, ID: l.Relative, Attrs: source.Attrs}
	relative, _, err := r.Relative()
	if err != nil {
		return "", "", nil // told when the relative was read
	}
	if l.Legal && source.User == "" && a.batch.Kind == aaf.Delta {
		p := person{id: l.Relative, source: source, record: r, former: r.Attrs, staged: staged{File: -1}}
		if err := a.account(tx, p, a.legal[l.Relative]); err != nil {
			return "", "", err
		}
		source.User = a.fresh[source.ID]
	}
	return source.User, name(relative.Name), nil
}

// relink gives relatives the establishments of their children, as the links of
// the pupils now tell. Nobody's relative goes with those who are absent.
func (a *applier) relink(tx *data.Tx, links ...[]Link) error {
	var seen []string
	for _, l := range slices.Concat(links...) {
		if l.Relative == "" || slices.Contains(seen, l.Relative) {
			continue
		}
		seen = append(seen, l.Relative)
		u, err := a.user(tx, l.Relative)
		if err != nil {
			return err
		}
		if u == nil || !a.reach.CoversAny(u.Places()) {
			continue
		}
		if err := a.follow(tx, *u); err != nil {
			return err
		}
	}
	return nil
}

// follow moves a relative to where the children are.
func (a *applier) follow(tx *data.Tx, u User) error {
	children, err := a.childrenOf(tx, u.ID)
	if err != nil {
		return err
	}
	var places []data.Place
	for _, child := range children {
		if child.State() != Deleted && slices.ContainsFunc(child.Links, func(l Link) bool { return l.Relative == u.ID && l.Legal }) {
			places = append(places, child.Places()...)
		}
	}
	slices.Sort(places)
	places = slices.Compact(places)
	was := u
	u.Attachments = a.attach(person{was: &was, source: Source{At: was.Places()}}, attachmentsAt(places))
	if err := a.keepChildren(tx, u, places); err != nil || len(places) == 0 {
		return err
	}
	if u.State() != Deleted && slices.Equal(placesOf(u.Attachments), placesOf(was.Attachments)) {
		return nil
	}
	if u.State() == Deleted {
		u.DeletedAt, u.DeletedBy = time.Time{}, ""
		a.tally(u).Restored++
		a.tell(SaysRestored, staged{File: -1}, "", &u, "Compte supprimé auquel le lien d’un élève mène de nouveau.")
	} else {
		a.tally(u).Moved++
		a.tellMoves(staged{File: -1}, "", &u, was.Places(), u.Places())
	}
	return a.put(tx, u, "Établissements des enfants, d’après l’import AAF du "+Date(a.batch.Date).String())
}

// keepChildren writes in the sources of a relative where the children are.
func (a *applier) keepChildren(tx *data.Tx, u User, places []data.Place) error {
	var all []Source
	for s, err := range SourcesByUser.All(tx, u.ID) {
		if err != nil {
			return err
		}
		if strings.HasPrefix(s.ID, a.source(aaf.Relatives, "")) {
			all = append(all, s)
		}
	}
	for _, s := range all {
		at := placesOf(u.Attachments)
		switch {
		case len(places) > 0 && s.Lost == "" && !s.Gone && slices.Equal(at, s.At):
			a.lost[s.ID] = false
			continue
		case len(places) > 0:
			s.At, s.Lost, s.Gone, s.Digest = at, "", false, nil
			a.lost[s.ID] = false
		case s.Gone:
			continue
		default:
			s.Lost, a.lost[s.ID] = a.im.ID, true
		}
		if err := a.keepSource(tx, s, s.At); err != nil {
			return err
		}
	}
	return nil
}

// childrenOf reads the pupils who name a relative, as this run makes them.
func (a *applier) childrenOf(tx *data.Tx, id string) (children []User, err error) {
	seen := map[string]bool{}
	for child, err := range UsersByRelative.All(tx, id) {
		if err != nil {
			return nil, err
		}
		if now, ok := a.tried.people[child.ID]; ok {
			child = now
		}
		seen[child.ID] = true
		children = append(children, child)
	}
	for _, u := range a.tried.people {
		if !seen[u.ID] && slices.Contains(relativesOf(u), id) {
			children = append(children, u)
		}
	}
	return children, nil
}

func attachmentsAt(places []data.Place) Attachments {
	all := make(Attachments, len(places))
	for i, p := range places {
		all[i] = Attachment{At: p}
	}
	return all
}
