package directory

import (
	"errors"
	"slices"
	"strings"

	"preau/app/format/aaf"
	"preau/data"
)

// may reports whether the delivery speaks for an establishment: a complete for
// those that it holds, a delta for those of whoever imports it.
func (a *applier) may(place data.Place) bool {
	return place != "" && (a.judged[place] || a.batch.Kind == aaf.Delta && a.reach.Covers(place))
}

// A person is one object of the files on its way into the directory.
type person struct {
	id      string
	staged  staged
	source  Source
	record  aaf.Record
	was     *User // nil for a new one
	settled bool  // nothing more to do
}

// open reads what is known of an object. It settles at once what has not
// changed, what is to be deleted, and what belongs to somebody out of reach.
func (a *applier) open(tx *data.Tx, category aaf.Category, id string, st staged, salt ...string) (p person, err error) {
	p = person{id: id, staged: st, settled: true}
	if st.Op == aaf.Delete {
		return p, nil // see remove
	}
	ok := false
	if p.source, ok, err = a.known(tx, category, id); err != nil {
		return p, err
	}
	digest := digestOf(st, append(salt, a.context)...)
	if !a.thorough && unchanged(p.source, ok, digest, st.Op) && !a.newLinks(category, p.source) {
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
		a.tell(SaysRefused, st, id, nil, "Cette personne n’est pas dans votre périmètre : sa fiche est laissée telle quelle.")
		return p, nil
	}
	p.settled = false
	return p, nil
}

// newLinks reports whether a pupil who has not changed names a relative who has
// just been given an account.
func (a *applier) newLinks(category aaf.Category, known Source) bool {
	if category != aaf.Students || len(a.fresh) == 0 {
		return false
	}
	r := aaf.Record{Op: aaf.Add, Category: category, ID: "-", Attrs: known.Attrs}
	s, _, err := r.Student()
	return err == nil && slices.ContainsFunc(s.Links, func(l aaf.Link) bool { return a.fresh[a.source(aaf.Relatives, l.Relative)] != "" })
}

// user reads the person that an object became, nil once purged.
func (a *applier) user(tx *data.Tx, id string) (*User, error) {
	u, err := Users.Get(corresponding.Over(tx), id)
	if isMissing(err) {
		return nil, nil
	}
	return &u, err
}

// refuse leaves an object out, with a line that says why.
func (a *applier) refuse(p person, profile Profile, says string) {
	u := User{Profile: profile}
	if p.was != nil {
		u = *p.was
	}
	a.tally(u).Refused++
	a.tell(SaysRefused, p.staged, p.id, p.was, says)
}

func (a *applier) warn(p person, warnings []string) {
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

// settle stores somebody, and what tells them apart in the next files.
func (a *applier) settle(tx *data.Tx, p person, now User, given Attachments) (User, error) {
	now.Attachments = a.attach(p, given)
	p.source.Lost = len(given) == 0
	a.lost[p.source.ID] = p.source.Lost
	if p.source.Lost {
		if p.was == nil {
			a.refuse(p, now.Profile, "Cette personne n’est dans aucun établissement de cette livraison.")
		}
		return now, a.keepSource(tx, p.source, p.source.At) // removed with those who are absent
	}
	now, err := a.receive(tx, p.was, now, p.staged, p.id)
	if err != nil {
		return now, err
	}
	if p.was == nil {
		a.fresh[p.source.ID] = now.ID
	}
	p.source.User, p.source.Gone = now.ID, false
	return now, a.keepSource(tx, p.source, placesOf(given))
}

func placesOf(all Attachments) []data.Place {
	places := make([]data.Place, len(all))
	for i, at := range all {
		places[i] = at.At
	}
	slices.Sort(places)
	return places
}

// relative makes or updates a relative whom a pupil's link names as legal
// representative. The others have no account, and are only remembered.
func (a *applier) relative(tx *data.Tx, id string, st staged) error {
	legal := a.legal[id]
	p, err := a.open(tx, aaf.Relatives, id, st, words(legal)...)
	if err != nil || p.settled {
		return err
	}
	if (a.batch.Kind == aaf.Delta || a.gap(aaf.Students)) && p.was != nil {
		legal = append(slices.Clone(legal), p.source.At...)
	}
	return a.account(tx, p, legal)
}

// gap reports whether the delivery lacks a category: absence then proves nothing.
func (a *applier) gap(category aaf.Category) bool {
	return a.st.Gaps[string(a.degree)+"/"+string(category)]
}

// account gives a relative the account of the establishments of the children.
func (a *applier) account(tx *data.Tx, p person, at []data.Place) error {
	r, warnings, err := p.record.Relative()
	if err != nil {
		a.refuse(p, Relative, says(err))
		return a.keepSource(tx, p.source, p.source.At)
	}
	a.warn(p, warnings)
	if len(at) == 0 && p.was == nil {
		a.tell(SaysNoAccount, p.staged, p.id, nil, name(r.Name)+" n’est représentant légal d’aucun élève de cette livraison : pas de compte.")
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
	_, err = a.settle(tx, p, u, given)
	return err
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

// student makes or updates a pupil.
func (a *applier) student(tx *data.Tx, id string, st staged) error {
	p, err := a.open(tx, aaf.Students, id, st)
	if err != nil || p.settled {
		return err
	}
	s, warnings, err := p.record.Student()
	if err != nil {
		a.refuse(p, Student, says(err))
		return a.keepSource(tx, p.source, p.source.At)
	}
	a.warn(p, warnings)
	if p.was == nil {
		if p.was, err = a.bridge(tx, p, s); err != nil {
			return err
		}
	}
	wide := corresponding.Over(tx)
	u := p.begin(Student, s.Name, s.Birth)
	u.INE, u.Email, u.Mobile = s.INE, u.Email.Receive(s.Mail), u.Mobile.Receive(phoneOf(s.Phone))
	_, u.Grade = s.Grade()
	u.MEF = firstOf(s.MefLabel, a.label(wide, s.Mef), s.Mef)
	u.Options = nil
	for _, o := range s.Subjects {
		u.Options = append(u.Options, Subject{o.Code, firstOf(o.Label, a.label(wide, o.Code), o.Code)})
	}
	former := u.Links
	if u.Links, err = a.links(tx, p, s, former); err != nil {
		return err
	}
	given := a.studentAttachments(s)
	for _, m := range s.Classes {
		if place := a.schools[m.School]; a.may(place) {
			if err := a.ensureClass(wide, place, m); err != nil {
				return err
			}
		}
	}
	if _, err := a.settle(tx, p, u, given); err != nil {
		return err
	}
	return a.relink(wide, former, u.Links)
}

// bridge finds a pupil who is already there under another join key: the
// national number survives a change of degree and of académie.
func (a *applier) bridge(tx *data.Tx, p person, s aaf.Student) (*User, error) {
	if s.INE == "" {
		return nil, nil
	}
	for u, err := range UsersByINE.All(corresponding.Over(tx), s.INE) {
		if err != nil {
			return nil, err
		}
		if u.Profile != Student {
			continue
		}
		if data.Fold(u.LastName) != data.Fold(s.Name.Last) && Date(s.Birth) != u.Birth {
			a.tell(SaysWarning, p.staged, p.id, &u, "Un autre élève porte le même INE, mais ni son nom ni sa date de naissance : deux comptes sont tenus.")
			continue
		}
		a.tell(SaysMerged, p.staged, p.id, &u, "Reconnu par son INE : le compte existant est gardé.")
		return &u, nil
	}
	return nil, nil
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
			a.tell(SaysWarning, p.staged, p.id, p.was, "Un lien mène à un responsable qui n’est pas dans les fichiers ("+l.Relative+").")
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
	if a.opts.DryRun && !ok {
		st, here := a.batch.Records[a.degree][aaf.Relatives][l.Relative]
		if !here {
			return "", "", nil
		}
		if source.Attrs, err = a.st.get(st); err != nil {
			return "", "", err
		}
		source.User = a.fresh[source.ID]
	} else if !ok {
		return "", "", nil
	}
	r := aaf.Record{Op: aaf.Add, Category: aaf.Relatives, ID: l.Relative, Attrs: source.Attrs}
	relative, _, err := r.Relative()
	if err != nil {
		return "", "", nil // told when the relative was read
	}
	if l.Legal && source.User == "" && a.batch.Kind == aaf.Delta && !a.opts.DryRun {
		p := person{id: l.Relative, source: source, record: r}
		if err := a.account(tx, p, a.legal[l.Relative]); err != nil {
			return "", "", err
		}
		source.User = a.fresh[source.ID]
	}
	return source.User, name(relative.Name), nil
}

// relink gives the relatives of a delta's pupil the establishments of their
// children: a delta does not tell of relatives who have not changed themselves.
func (a *applier) relink(tx *data.Tx, links ...[]Link) error {
	if a.batch.Kind != aaf.Delta || a.opts.DryRun {
		return nil
	}
	for _, l := range slices.Concat(links...) {
		if l.Relative == "" {
			continue
		}
		u, err := Users.Get(tx, l.Relative)
		if isMissing(err) {
			continue
		}
		if err != nil {
			return err
		}
		var places []data.Place
		for child, err := range UsersByRelative.All(tx, u.ID) {
			if err != nil {
				return err
			}
			if child.State() != Deleted && slices.ContainsFunc(child.Links, func(l Link) bool { return l.Relative == u.ID && l.Legal }) {
				places = append(places, child.Places()...)
			}
		}
		slices.Sort(places)
		places = slices.Compact(places)
		if len(places) == 0 || slices.Equal(places, sorted(u.Places())) {
			continue
		}
		was := u
		u.Attachments = a.attach(person{was: &was, source: Source{At: was.Places()}}, attachmentsAt(places))
		a.tally(u).Moved++
		if err := a.put(tx, u, "Établissements des enfants, d’après l’import AAF du "+Date(a.batch.Date).String()); err != nil {
			return err
		}
	}
	return nil
}

func sorted(places []data.Place) []data.Place {
	slices.Sort(places)
	return places
}

func attachmentsAt(places []data.Place) Attachments {
	all := make(Attachments, len(places))
	for i, p := range places {
		all[i] = Attachment{At: p}
	}
	return all
}

// studentAttachments are the establishments of a pupil that the delivery speaks
// for.
func (a *applier) studentAttachments(s aaf.Student) Attachments {
	var all Attachments
	at := func(school string) *Attachment { return attachmentTo(&all, a.schools[school]) }
	if place := a.schools[s.School]; a.may(place) {
		x := at(s.School)
		x.Main, x.Left = true, Date(s.Left)
	}
	for _, m := range s.Classes {
		if a.may(a.schools[m.School]) {
			x := at(m.School)
			x.Classes = append(x.Classes, m.Code)
		}
	}
	for _, m := range s.Groups {
		if a.may(a.schools[m.School]) {
			x := at(m.School)
			x.Groups = append(x.Groups, m.Code)
		}
	}
	return all
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

// staff makes or updates a teacher or another member of staff.
func (a *applier) staff(tx *data.Tx, id string, st staged) error {
	p, err := a.open(tx, aaf.StaffOf, id, st)
	if err != nil || p.settled {
		return err
	}
	s, warnings, err := p.record.Staff()
	if err != nil {
		a.refuse(p, Staff, says(err))
		return a.keepSource(tx, p.source, p.source.At)
	}
	a.warn(p, warnings)
	profile := Staff
	if s.Teaches {
		profile = Teacher
	}
	wide := corresponding.Over(tx)
	u := p.begin(profile, s.Name, s.Birth)
	u.Email = u.Email.Receive(s.Mail)
	given := a.staffAttachments(wide, s)
	if len(given) == 0 && p.was == nil {
		a.tell(SaysNoAccount, st, id, nil, name(s.Name)+" n’est affecté à aucun établissement de cette livraison : pas de compte.")
		return a.keepSource(tx, p.source, nil)
	}
	u, err = a.settle(tx, p, u, given)
	if err != nil {
		return err
	}
	return a.head(wide, u)
}

// staffAttachments are the establishments of a member of staff that the
// delivery speaks for, with what they do there.
func (a *applier) staffAttachments(tx *data.Tx, s aaf.Staff) Attachments {
	var all Attachments
	for _, school := range s.Schools() {
		if place := a.schools[school]; a.may(place) {
			x := attachmentTo(&all, place)
			x.Main = x.Main || school == s.School
		}
	}
	at := func(school string) *Attachment {
		if place := a.schools[school]; a.may(place) {
			return attachmentTo(&all, place)
		}
		return &Attachment{}
	}
	for _, f := range s.Functions {
		x := at(f.School)
		x.Functions = append(x.Functions, Function{f.Code, f.Label, f.Discipline, f.DisciplineLabel})
	}
	for _, t := range s.Classes {
		x := at(t.School)
		x.Lessons = append(x.Lessons, Lesson{Class: t.Code, Subject: Subject{t.Subject, firstOf(a.label(tx, t.Subject), t.Subject)}})
	}
	for _, t := range s.Groups {
		x := at(t.School)
		x.Lessons = append(x.Lessons, Lesson{Group: t.Code, Subject: Subject{t.Subject, firstOf(a.label(tx, t.Subject), t.Subject)}})
	}
	for _, m := range s.Principal {
		x := at(m.School)
		x.HeadTeacherOf = append(x.HeadTeacherOf, m.Code)
	}
	return all
}

// phoneOf is a number of the files as forms write it, so that a form sent back
// untouched edits nothing.
func phoneOf(received string) string {
	phone, _ := checkPhone(received, true)
	return phone
}

func isMissing(err error) bool { return errors.Is(err, data.ErrNotFound) }
