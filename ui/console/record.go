package console

import (
	"strconv"
	"strings"

	"preau/app/access"
	"preau/app/directory"
	"preau/ui/web"
)

// recordPage is console/record.html.
type recordPage struct {
	ID, Name, Note, Home string
	Profile              string
	Badge                web.Badge
	Tab                  string
	Tabs                 web.Tabs
	Version              uint64
	MayEdit              bool
	Typed                bool   // the form of the record was refused, and not another of its page
	Why                  string // nothing can be changed
	Identity             []web.Field
	Contact              []web.Field
	Switches             []switchLine
	Confirm              string
	Facts                []fact
	Kin                  []kinLine
	KinTitle             string
	Schools              []web.Link
	Elsewhere            string
	Groups               []groupLine
	Made                 []madeLine // groups that administrators made
	Schooling            []fact
	Classes              []web.Link
	Suspend, Reactivate  string
	Detach, Restore      string // of a guest
	Term                 []web.Field
	History              []web.EventLine
	Dialog               *question
	Passwords            *passwordPart
	Sessions             string // « 2 sessions ouvertes », "" for none that may be closed
}

type switchLine struct {
	Name, Label, Says string
	On, Locked        bool
}

type kinLine struct{ Name, URL, Kind, Note string }

type groupLine struct{ Kind, Label, URL string }

// A question is a dialog drawn over a record.
type question struct {
	Title, Says, Action, Close string
	Reason                     bool
	Danger                     bool
}

// tabsOf are the three tabs of the manual, and the events of the record.
var tabsOf = []struct{ key, label string }{{"identite", "Identité"}, {"groupes", "Groupes"}, {"scolarite", "Scolarité"}, {"evenements", "Événements"}}

func showRecord(v *web.Visit) error { return record(v, nil) }

// record draws the record, with a question over it if there is one.
func record(v *web.Visit, ask func(recordPage) *question) error {
	uai, id := v.Part("uai"), v.Part("id")
	r, err := directory.RecordOf(v.Session, uai, id)
	if err != nil {
		return err
	}
	part := r.Profile.Path()
	if r.State() == directory.Deleted {
		part = deletedPath
	}
	if v.Part("profil") != part {
		return v.Done(at(uai)+"/utilisateurs/"+part+"/"+id, "")
	}
	home := at(uai) + "/utilisateurs/" + part
	page := recordPage{ID: id, Name: r.Label(), Home: home + "/" + id, Profile: r.Profile.One(), Badge: badges[r.State()], Version: r.Version, MayEdit: r.MayEdit}
	page.Note = join(" · ", r.Profile.One(), born(r), r.ID)
	page.Typed = v.Refused() != nil && v.Form("version") != ""
	if r.Sessions > 0 && r.MayEdit && r.ID != v.Session.Account.ID {
		page.Sessions = web.Count(r.Sessions, "session ouverte", "sessions ouvertes")
	}
	page.tabs(v)
	page.explain(r)
	if err := page.fill(v, uai, r); err != nil {
		return err
	}
	if ask != nil {
		page.Dialog = ask(page)
	}
	list := r.Profile.Many()
	if part == deletedPath {
		list = "Suppressions"
	}
	f, err := frame(v, uai, part, web.Link{Label: list, URL: home}, web.Link{Label: r.Label(), Here: true})
	if err != nil {
		return err
	}
	return v.Show("console/record", r.Label(), f, page)
}

func born(r directory.Record) string {
	if r.Birth == "" {
		return ""
	}
	return "né(e) le " + r.Birth.String()
}

func (p *recordPage) tabs(v *web.Visit) {
	p.Tab = v.Ask("onglet")
	p.Tabs.Label = "Fiche de " + p.Name
	known := false
	for _, t := range tabsOf {
		known = known || t.key == p.Tab
	}
	if !known {
		p.Tab = tabsOf[0].key
	}
	for _, t := range tabsOf {
		p.Tabs.Tabs = append(p.Tabs.Tabs, web.Tab{Key: t.key, Label: t.label, URL: p.Home + "?onglet=" + t.key, Here: t.key == p.Tab})
	}
}

// explain says why nothing can be changed, and offers what can be done.
func (p *recordPage) explain(r directory.Record) {
	switch {
	case r.State() == directory.Deleted:
		if r.Profile == directory.Guest {
			p.Restore = p.Home + "/rattachement"
		}
		p.Why = "Ce compte est supprimé depuis le " + r.DeletedAt.Local().Format("02/01/2006") + " : il se consulte et ne se modifie plus. " + sentence(r.DeletedBy)
	case !r.MayEdit:
		p.Why = "Ce compte est celui d’un administrateur d’un rôle supérieur au vôtre : vous pouvez le consulter."
	case r.State() == directory.Suspended:
		p.Reactivate = p.Home + "/reactivation"
	default:
		p.Suspend = p.Home + "/suspension"
	}
	if r.Profile == directory.Guest && r.MayEdit {
		p.Detach = p.Home + "/detachement"
	}
}

func sentence(text string) string {
	if text == "" || strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}

func (p *recordPage) fill(v *web.Visit, uai string, r directory.Record) error {
	switch p.Tab {
	case "identite":
		p.identity(v, r)
		p.family(r)
	case "groupes":
		for _, g := range r.Groups {
			line := groupLine{Kind: g.Kind, Label: g.Label}
			switch {
			case g.Class != "":
				line.URL = at(uai) + "/utilisateurs/eleves?classe=" + g.Class
			case g.Grade != "":
				line.URL = at(uai) + "/utilisateurs/eleves?niveau=" + g.Grade
			case g.Kind == "Profil":
				line.URL = at(uai) + "/utilisateurs/" + r.Profile.Path()
			}
			p.Groups = append(p.Groups, line)
		}
		made, err := madeLines(v, uai, r.ID)
		if err != nil {
			return err
		}
		p.Made = made
	case "scolarite":
		p.schooling(uai, r)
	case "evenements":
		events, err := directory.History(v.Session, uai, r.ID, 100)
		if err != nil {
			return err
		}
		p.History = eventLines(v, uai, events)
	}
	return nil
}

// identity is what the record says and lets change.
func (p *recordPage) identity(v *web.Visit, r directory.Record) {
	federated := r.Profile.Federated()
	from := ""
	if federated {
		from = "Donnée de l’annuaire fédérateur : à corriger dans " + r.CorrectedIn() + "."
	}
	locked := federated || !r.MayEdit
	add := func(name, label, value, complete string) {
		p.Identity = append(p.Identity, web.Field{Name: name, Label: label, Value: v.Typed(name, value), Complete: complete, Locked: locked, Required: !locked, Hint: from})
		from = ""
	}
	add("nom", "Nom", r.LastName, "off")
	add("prenom", "Prénom", r.FirstName, "off")
	if !federated {
		p.Identity = append(p.Identity, web.Field{Name: "civilite", Label: "Civilité", Value: v.Typed("civilite", r.Title), Locked: locked, Complete: "off"})
	}
	add("naissance", "Date de naissance", r.Birth.String(), "off")
	p.Identity = append(p.Identity, web.Field{Name: "uid", Label: "UID", Value: r.ID, Locked: true, Complete: "off"})
	if r.Profile == directory.Guest {
		p.Identity = append(p.Identity, web.Field{Name: "adresse", Label: "Adresse", Value: v.Typed("adresse", strings.Join(r.Postal.Lines, " ")), Locked: locked, Complete: "off"},
			web.Field{Name: "code-postal", Label: "Code postal", Value: v.Typed("code-postal", r.Postal.PostalCode), Locked: locked, Complete: "off"},
			web.Field{Name: "ville", Label: "Ville", Value: v.Typed("ville", r.Postal.Town), Locked: locked, Complete: "off"})
	}
	p.contact(v, r)
	p.passwords(v, r)
	p.switches(v, r)
	p.facts(v, r)
}

func (p *recordPage) contact(v *web.Visit, r directory.Record) {
	both := func(name, label string, b directory.Both, kind string, may bool) {
		f := web.Field{Name: name, Label: label, Kind: kind, Value: v.Typed(name, b.Value()), Locked: !may, Origin: origin(b), Complete: "off", Required: name == "login" && may}
		if b.Edited && r.MayEdit && may && r.Profile.Federated() {
			f.Revert = name
		}
		if !may && r.MayEdit {
			f.Hint = "Compte d’un administrateur : seul un rôle supérieur peut le changer."
		}
		p.Contact = append(p.Contact, f)
	}
	both("login", "Login", r.Login, "text", r.MayProtect)
	both("email", "Adresse e-mail", r.Email, "email", r.MayProtect)
	both("portable", "Téléphone portable", r.Mobile, "tel", r.MayEdit)
	both("domicile", "Téléphone domicile", r.Home, "tel", r.MayEdit)
	switch r.Profile {
	case directory.Teacher, directory.Staff:
		both("poste", "Poste interne", r.Work, "tel", r.MayEdit)
	case directory.Relative, directory.Guest:
		both("poste", "Téléphone professionnel", r.Work, "tel", r.MayEdit)
	}
}

func (p *recordPage) switches(v *web.Visit, r directory.Record) {
	if r.Profile == directory.Student || r.Profile == directory.Relative {
		return
	}
	admin := switchLine{Name: "admin", Label: "Administrateur local", On: r.Admin != nil, Locked: !r.MayGrant}
	if r.Admin != nil {
		admin.Says = "Autorisé par " + r.Admin.ByName + " le " + web.Stamp(r.Admin.At) + "."
	}
	p.Switches = []switchLine{admin, {Name: "editeur", Label: "Éditeur de page publique", On: r.Here.Editor, Locked: !r.MayEdit}}
	if r.Profile == directory.Guest {
		p.Term = []web.Field{{Name: "jusquau", Label: "Rattaché jusqu’au", Value: v.Typed("jusquau", r.Here.Until.String()), Hint: "JJ/MM/AAAA. Le lendemain, la personne est détachée de l’établissement ; vide, le rattachement n’a pas de fin.", Locked: !r.MayEdit, Complete: "off"}}
	}
	if refusal := v.Refused(); refusal != nil && p.Typed {
		p.Confirm = refusal.Fields["confirmer"]
		p.Switches[0].On, p.Switches[1].On = v.Form("admin") == "oui", v.Form("editeur") == "oui"
	}
}

func (p *recordPage) facts(v *web.Visit, r directory.Record) {
	add := func(label, value string) {
		if value != "" {
			p.Facts = append(p.Facts, fact{label, value})
		}
	}
	add("Civilité", r.Title)
	add("Nom de naissance", r.BirthName)
	if r.Profile == directory.Relative {
		add("Adresse", r.Postal.String())
	}
	add("Origine", source(r.Source))
	add("Compte créé le", web.Stamp(r.CreatedAt))
	if r.ActivatedAt.IsZero() {
		add("Première connexion", "jamais")
	} else {
		add("Activé le", web.Stamp(r.ActivatedAt))
	}
	if !r.Seen.SignedIn.IsZero() {
		add("Dernière connexion", join(", ", web.Moment(v.Session.Now(), r.Seen.SignedIn), r.Seen.How))
	}
	if !r.SuspendedAt.IsZero() {
		add("Suspendu le", web.Stamp(r.SuspendedAt))
		add("Motif", r.Reason)
	}
	for i, c := range r.Schools {
		link := web.Link{Label: c.Name, URL: at(c.UAI)}
		if i == 0 && len(r.Attachments) > 1 {
			link.Label += " (établissement de rattachement)"
		}
		p.Schools = append(p.Schools, link)
	}
	if r.Elsewhere > 0 {
		p.Elsewhere = web.Count(r.Elsewhere, "autre établissement, hors de votre périmètre", "autres établissements, hors de votre périmètre")
	}
}

func (p *recordPage) family(r directory.Record) {
	kin, title := r.Relatives, "Responsables"
	if r.Profile == directory.Relative {
		kin, title = r.Children, "Enfants"
	}
	if r.Profile != directory.Student && r.Profile != directory.Relative {
		return
	}
	p.KinTitle = title
	for _, k := range kin {
		line := kinLine{Name: k.Name, Kind: k.Kind}
		if k.Person != nil {
			line.Name = k.Person.Label()
			if k.At != "" {
				line.URL = at(directory.UAIOf(k.At)) + "/utilisateurs/" + k.Person.Profile.Path() + "/" + k.Person.ID
			}
		}
		line.Note = join(" · ", nature(k.Link), confirmed(k.Link))
		p.Kin = append(p.Kin, line)
	}
}

func nature(l directory.Link) string {
	var words []string
	for word, is := range map[string]bool{"responsable légal": l.Legal, "personne en charge": l.InCharge, "contact": l.Contact && !l.Legal} {
		if is {
			words = append(words, word)
		}
	}
	if l.Financial {
		words = append(words, "responsable financier")
	}
	return strings.Join(words, ", ")
}

func confirmed(l directory.Link) string {
	if l.Confirmed.IsZero() {
		return "lien déclaré, pas encore confirmé"
	}
	return "lien confirmé le " + l.Confirmed.Local().Format("02/01/2006")
}

// schooling is the third tab.
func (p *recordPage) schooling(uai string, r directory.Record) {
	add := func(label, value string) {
		if value != "" {
			p.Schooling = append(p.Schooling, fact{label, value})
		}
	}
	add("Niveau", r.Grade)
	add("MEF", r.MEF)
	for _, c := range r.ClassesOf {
		p.Classes = append(p.Classes, web.Link{Label: c.Name, URL: at(uai) + "/utilisateurs/eleves?classe=" + c.Code})
	}
	var options, teams, posts, lessons []string
	for _, o := range r.Options {
		options = append(options, directory.Sentence(o.Name))
	}
	for _, t := range r.Teams {
		teams = append(teams, t.Name)
	}
	for _, f := range r.Here.Functions {
		posts = append(posts, join(" – ", directory.Sentence(f.Name), directory.Sentence(f.DisciplineName)))
	}
	for _, l := range r.Here.Lessons {
		lessons = append(lessons, directory.Sentence(l.Subject.Name)+" en "+l.Class+l.Group)
	}
	add("Enseignements", strings.Join(options, ", "))
	add("Groupes d’enseignement", strings.Join(teams, ", "))
	add("Postes et disciplines", strings.Join(posts, " ; "))
	add("Matières enseignées", strings.Join(lessons, " ; "))
	add("Professeur principal de", strings.Join(r.Here.HeadTeacherOf, ", "))
	add("Sorti le", r.Here.Left.String())
	for _, k := range r.Children {
		if a, ok := k.Person.At(r.Here.At); ok {
			add(k.Person.Label(), join(", ", k.Person.Grade, strings.Join(a.Classes, ", ")))
		}
	}
}

func editUser(v *web.Visit) error {
	version, err := strconv.ParseUint(v.Form("version"), 10, 64)
	if err != nil {
		return &access.Refusal{Kind: access.Malformed, Says: "Rechargez la fiche, puis recommencez."}
	}
	form := directory.UserForm{Version: version, Login: v.Form("login"), Email: v.Form("email"), Mobile: v.Form("portable"), Home: v.Form("domicile"), Work: v.Form("poste"),
		Admin: yesNo(v, "admin"), Editor: yesNo(v, "editeur"), Confirmed: v.Form("confirmer") != "",
		LastName: v.Form("nom"), FirstName: v.Form("prenom"), Title: v.Form("civilite"), Birth: v.Form("naissance"), Street: v.Form("adresse"), PostalCode: v.Form("code-postal"), Town: v.Form("ville")}
	if v.Context().PostArgs().Has("jusquau") {
		form.Until = new(v.Form("jusquau"))
	}
	if err := directory.EditUser(v.Session, v.Part("uai"), v.Part("id"), form); err != nil {
		return v.Again(err, showRecord)
	}
	return v.Done(recordAt(v), "Enregistré.")
}

// yesNo reads a switch, nil when the form has none.
func yesNo(v *web.Visit, name string) *bool {
	switch v.Form(name) {
	case "oui":
		return new(true)
	case "non":
		return new(false)
	}
	return nil
}

// recordAt is the address of the record of the visit.
func recordAt(v *web.Visit) string {
	return at(v.Part("uai")) + "/utilisateurs/" + v.Part("profil") + "/" + v.Part("id")
}

func revertField(v *web.Visit) error {
	if err := directory.RevertField(v.Session, v.Part("id"), v.Form("champ")); err != nil {
		return v.Again(err, showRecord)
	}
	return v.Done(recordAt(v), "La valeur de l’annuaire est rétablie.")
}

func askSuspension(v *web.Visit) error {
	return record(v, func(p recordPage) *question {
		return &question{Title: "Voulez-vous suspendre le compte de " + p.Name + "\u00a0?", Says: "La personne ne pourra plus se connecter à l’ENT et ses sessions ouvertes prendront fin. Le compte pourra être réactivé à l’identique.",
			Action: p.Home + "/suspension", Close: p.Home, Reason: true, Danger: true}
	})
}

func askReactivation(v *web.Visit) error {
	return record(v, func(p recordPage) *question {
		return &question{Title: "Voulez-vous réactiver le compte de " + p.Name + "\u00a0?", Says: "La personne pourra de nouveau se connecter, avec le même login et le même mot de passe.",
			Action: p.Home + "/reactivation", Close: p.Home}
	})
}

func suspendUser(v *web.Visit) error {
	if err := directory.Suspend(v.Session, v.Part("id"), v.Form("motif")); err != nil {
		return v.Again(err, showRecord)
	}
	return v.Done(recordAt(v), "Le compte est suspendu.")
}

func reactivateUser(v *web.Visit) error {
	if err := directory.Reactivate(v.Session, v.Part("id")); err != nil {
		return v.Again(err, showRecord)
	}
	return v.Done(recordAt(v), "Le compte est réactivé.")
}

// diagnosisPage is console/diagnosis.html.
type diagnosisPage struct {
	Name, Home string
	Causes     []causeLine
}

type causeLine struct {
	Stops          bool
	Says, Mend, To string
}

func showDiagnosis(v *web.Visit) error {
	uai := v.Part("uai")
	r, causes, err := directory.Diagnose(v.Session, uai, v.Part("id"))
	if err != nil {
		return err
	}
	home := at(uai) + "/utilisateurs/" + v.Part("profil")
	page := diagnosisPage{Name: r.Label(), Home: home + "/" + r.ID}
	for _, c := range causes {
		line := causeLine{c.Stops, c.Says, c.Mend, ""}
		switch {
		case c.Path != "":
			line.To = page.Home + c.Path
		case c.Page != "":
			line.To = at(uai) + c.Page
		}
		page.Causes = append(page.Causes, line)
	}
	f, err := frame(v, uai, v.Part("profil"), web.Link{Label: r.Label(), URL: page.Home}, web.Link{Label: "Diagnostic", Here: true})
	if err != nil {
		return err
	}
	return v.Show("console/diagnosis", "Diagnostic de "+r.Label(), f, page)
}

func closeSessions(v *web.Visit) error {
	if err := directory.CloseSessions(v.Session, v.Part("id")); err != nil {
		return v.Again(err, showRecord)
	}
	return v.Done(recordAt(v), "Les sessions sont fermées.")
}
