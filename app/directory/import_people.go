package directory

import (
	"errors"
	"slices"
	"strings"
	"time"

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

// gap reports whether the delivery lacks a category: absence then proves nothing.
func (a *applier) gap(category aaf.Category) bool {
	return a.st.Gaps[string(a.degree)+"/"+string(category)]
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
		return nil
	}
	a.warn(p, warnings)
	if p.was == nil {
		if p.was, err = a.bridge(tx, p, s); err != nil {
			return err
		}
		if p.was != nil && !a.reach.CoversAny(p.was.Places()) {
			a.refuse(p, Student, outOfReach)
			return nil
		}
	}
	u, err := a.schooled(tx, p, s)
	if err != nil {
		return err
	}
	var former []Link
	if p.was != nil {
		former = p.was.Links
	}
	wide := corresponding.Over(tx)
	given := a.studentAttachments(s)
	for _, m := range s.Classes {
		if place := a.schools[m.School]; a.may(place) && a.batch.Kind == aaf.Delta {
			if err := a.ensureClass(wide, place, m); err != nil {
				return err
			}
		}
	}
	if _, err := a.settle(tx, p, u, given, a.hosts(studentSchools(s))); err != nil {
		return err
	}
	if a.batch.Kind == aaf.Complete {
		return nil // it tells of the relatives too
	}
	return a.relink(wide, former, u.Links)
}

// schooled is a pupil as the record tells. Whoever is already in the second
// degree is known by its files: those of the first only say that the école has
// not let them go yet.
func (a *applier) schooled(tx *data.Tx, p person, s aaf.Student) (u User, err error) {
	if a.degree == aaf.First && p.was != nil && p.was.State() != Deleted {
		ahead, err := a.inSecond(tx, p.was.ID)
		if err != nil || ahead {
			return *p.was, err
		}
	}
	wide := corresponding.Over(tx)
	u = p.begin(Student, s.Name, s.Birth)
	u.INE, u.Email, u.Mobile = s.INE, u.Email.Receive(s.Mail), u.Mobile.Receive(phoneOf(s.Phone))
	_, u.Grade = s.Grade()
	u.MEF = firstOf(s.MefLabel, a.label(wide, s.Mef), s.Mef)
	u.Options = nil
	for _, o := range s.Subjects {
		u.Options = append(u.Options, Subject{o.Code, firstOf(o.Label, a.label(wide, o.Code), o.Code)})
	}
	u.Links, err = a.links(tx, p, s, u.Links)
	return u, err
}

// inSecond reports whether the files of the second degree have a pupil.
func (a *applier) inSecond(tx *data.Tx, id string) (bool, error) {
	for s, err := range SourcesByUser.All(corresponding.Over(tx), id) {
		if err != nil {
			return false, err
		}
		if degree := strings.SplitN(s.ID, "/", 3)[1]; !s.Gone && degree == string(aaf.Second) { // see sourceKey
			return true, nil
		}
	}
	return false, nil
}

// bridge finds a pupil who is already there under another join key: the
// national number survives a change of degree and of académie.
func (a *applier) bridge(tx *data.Tx, p person, s aaf.Student) (*User, error) {
	if s.INE == "" {
		return nil, nil
	}
	if id, ok := a.tried.byINE[s.INE]; ok {
		return a.user(tx, id)
	}
	for u, err := range UsersByINE.All(corresponding.Over(tx), s.INE) {
		if err != nil {
			return nil, err
		}
		if u.Profile != Student {
			continue
		}
		other, err := a.otherPupil(tx, p, s, u)
		if err != nil {
			return nil, err
		}
		if other {
			a.tell(SaysWarning, p.staged, p.id, &u, "Un autre élève porte le même INE : deux comptes sont tenus.")
			continue
		}
		a.tell(SaysMerged, p.staged, p.id, &u, "Reconnu par son INE : le compte existant est gardé.")
		return &u, nil
	}
	return nil, nil
}

// otherPupil tells two people who bear one national number, by mistake, from
// one who has changed school: by the names and the birth date, and because the
// files know both.
func (a *applier) otherPupil(tx *data.Tx, p person, s aaf.Student, u User) (bool, error) {
	last, birth := data.Fold(u.LastName) == data.Fold(s.Name.Last), u.Birth == Date(s.Birth)
	if !sameFirst(data.Fold(u.FirstName), data.Fold(s.Name.First)) || !last && !birth {
		return true, nil
	}
	prefix := a.source(aaf.Students, "")
	for other, err := range SourcesByUser.All(corresponding.Over(tx), u.ID) {
		if err != nil {
			return false, err
		}
		key, ours := strings.CutPrefix(other.ID, prefix)
		st, here := a.batch.Records[a.degree][aaf.Students][key]
		if ours && here && st.Op != aaf.Delete && key != p.id {
			return true, nil
		}
	}
	return false, nil
}

// sameFirst compares folded given names, of which one list may be shorter.
func sameFirst(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+" ") || strings.HasPrefix(b, a+" ")
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
		return nil
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
		a.tell(SaysNoAccount, st, id, nil, name(s.Name)+" n’est affecté à aucun établissement de cette livraison : pas de compte.")
		return a.keepSource(tx, p.source, nil)
	}
	u, err = a.settle(tx, p, u, given, a.hosts(s.Schools()))
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

// hosts reports whether one of these structures is an establishment here.
func (a *applier) hosts(structures []string) bool {
	return slices.ContainsFunc(structures, func(id string) bool { return a.schools[id] != "" })
}

func studentSchools(s aaf.Student) []string {
	all := []string{s.School}
	for _, m := range slices.Concat(s.Classes, s.Groups) {
		all = append(all, m.School)
	}
	return all
}

func isMissing(err error) bool { return errors.Is(err, data.ErrNotFound) }
