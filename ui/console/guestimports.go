package console

import (
	"errors"
	"os"
	"slices"
	"strconv"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/format/guestcsv"
	"preau/app/format/sheet"
	"preau/ui/web"
)

// guestBytes is the most of what is sent with a file of guests: the form is
// around it.
const guestBytes = guestcsv.MaxBytes + 64<<10

// guestImportsPage is console/guestimports.html.
type guestImportsPage struct {
	Home, Model, Close string
	Columns            []columnLine
	File               web.File
	Lines              []guestImportLine
	NoMail             bool
}

type columnLine struct {
	Label, Example string
	Needed         bool
}

// columnExamples are what a column may hold, in the order of the file.
var columnExamples = []string{"VASSEUR", "Luc", "M.", "luc.vasseur@exemple.example", "12/03/1985", "3 rue des Tilleuls", "75900", "Saint-Éloi", "01 99 00 00 01", "06 39 98 00 01", "01 99 00 00 02"}

type guestImportLine struct {
	URL, Name, Day, By, Says string
	Badge                    web.Badge
}

func showGuestImports(v *web.Visit) error {
	uai := v.Part("uai")
	home := guestsAt(uai) + "/imports"
	page := guestImportsPage{Home: home, Model: home + "/modele.csv", Close: guestsAt(uai), File: web.File{Name: "fichier", Label: "Fichier", Accept: ".csv,.txt,text/csv"}}
	for i, label := range guestcsv.Columns {
		page.Columns = append(page.Columns, columnLine{label, columnExamples[i], i < 2 || i == 3 || i == 4})
	}
	mails, err := v.Appliance.Gate.MailsSecrets()
	if err != nil {
		return err
	}
	page.NoMail = !mails
	imports, err := directory.GuestImportsOf(v.Session, uai)
	if err != nil {
		return err
	}
	for _, im := range imports {
		line := guestImportLine{URL: home + "/" + im.ID, Name: im.Name, Day: web.Moment(v.Session.Now(), im.At), By: im.By, Badge: guestImportBadge(im)}
		if !im.Applied.IsZero() {
			line.Says = im.Counts.String()
		}
		page.Lines = append(page.Lines, line)
	}
	f, err := guestFrame(v, uai, web.Link{Label: "Importer des utilisateurs", Here: true})
	if err != nil {
		return err
	}
	return v.Show("console/guestimports", "Importer des utilisateurs", f, page)
}

// guestImportBadge is the state of an import, in a word and an icon.
func guestImportBadge(im directory.GuestImport) web.Badge {
	switch {
	case im.Applied.IsZero():
		return web.Badge{Tone: "warn", Icon: "hourglass", Label: "À vérifier"}
	case !im.Undone.IsZero():
		return web.Badge{Tone: "off", Icon: "arrow-counterclockwise", Label: "Annulé"}
	}
	return web.Badge{Tone: "ok", Icon: "check-lg", Label: "Importé"}
}

func downloadGuestModel(v *web.Visit) error {
	v.File("invites-modele.csv", "text/csv; charset=utf-8")
	return sheet.Write(v.Response().BodyWriter(), [][]string{guestcsv.Columns})
}

func uploadGuests(v *web.Visit) error {
	uai := v.Part("uai")
	up, err := v.Receive(v.Appliance.Dir(), guestcsv.MaxBytes)
	if access.KindOf(err) == access.TooLarge {
		err = &access.Refusal{Kind: access.TooLarge, Says: "Ce fichier dépasse 2 Mo : partagez-le en plusieurs."}
	}
	if err != nil {
		return v.Again(err, showGuestImports)
	}
	id, err := readGuests(v, uai, up)
	if err != nil {
		return v.Again(err, showGuestImports)
	}
	return v.Done(guestsAt(uai)+"/imports/"+id, "")
}

// readGuests reads what was received, and removes it: the store keeps what it
// holds.
func readGuests(v *web.Visit, uai string, up *web.Uploaded) (id string, err error) {
	defer func() { err = errors.Join(err, os.Remove(up.Path)) }()
	if err := v.Still(); err != nil {
		return "", err
	}
	f, err := os.Open(up.Path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return directory.ReadGuests(v.Session, uai, up.Name, f)
}

// guestImportPage is console/guestimport.html: what a file would do, or did.
type guestImportPage struct {
	Name, Note, Home string
	Badge            web.Badge
	Pending          bool
	Sum              string
	Digest           string
	Groups           []fateGroup
	Writes           bool   // there is something to import
	NoMail           bool   // no mail carries a secret
	Undo             string // address of « Annuler cet import »
	Bare             bool   // the lines are no longer kept
	Dialog           *question
}

// A fateGroup is the lines that have one fate.
type fateGroup struct {
	Title, Icon, Tone string
	Choose            bool
	Lines             []guestLine
}

type guestLine struct {
	N, Name, Who string // the e-mail and the birth date
	URL, Note    string
	Why          []directory.LineFault
	Left         bool
}

// fateWords are the title, the icon and the tone of each fate.
var fateWords = map[directory.Fate]web.Badge{
	directory.FateRefused:  {Label: "Refusés", Icon: "x-lg", Tone: "bad"},
	directory.FateAttached: {Label: "À rattacher", Icon: "person-check", Tone: "ok"},
	directory.FateCreated:  {Label: "À créer", Icon: "person-plus", Tone: "ok"},
	directory.FatePresent:  {Label: "Déjà présents", Icon: "check-lg", Tone: "off"},
}

// fateDone are the titles of fates once imported.
var fateDone = map[directory.Fate]string{directory.FateAttached: "Rattachés", directory.FateCreated: "Créés"}

func showGuestImport(v *web.Visit) error { return guestImport(v, nil) }

func guestImport(v *web.Visit, ask func(guestImportPage) *question) error {
	uai := v.Part("uai")
	im, lines, err := directory.ReadGuestImport(v.Session, uai, v.Part("import"))
	if err != nil {
		return err
	}
	now := v.Session.Now()
	page := guestImportPage{Name: im.Name, Home: guestsAt(uai) + "/imports/" + im.ID, Badge: guestImportBadge(im), Pending: im.Pending(now), Digest: directory.Digest(lines)}
	page.Note = join(" · ", web.Moment(now, im.At), im.By)
	page.Bare = len(lines) == 0
	if !im.Applied.IsZero() {
		page.Sum = directory.Sentence(im.Counts.String())
	}
	mails, err := v.Appliance.Gate.MailsSecrets()
	if err != nil {
		return err
	}
	page.NoMail = !mails
	if im.Undoable(now) {
		page.Undo = page.Home + "/annulation"
	}
	page.group(v, uai, lines)
	if ask != nil {
		page.Dialog = ask(page)
	}
	f, err := guestFrame(v, uai, web.Link{Label: "Importer des utilisateurs", URL: guestsAt(uai) + "/imports"}, web.Link{Label: im.Name, Here: true})
	if err != nil {
		return err
	}
	return v.Show("console/guestimport", im.Name, f, page)
}

// group gathers the lines by fate, those that need a look first.
func (p *guestImportPage) group(v *web.Visit, uai string, lines []directory.GuestLine) {
	left := p.leftOut(v)
	for _, fate := range directory.Fates {
		b := fateWords[fate]
		g := fateGroup{Title: b.Label, Icon: b.Icon, Tone: b.Tone, Choose: p.Pending && (fate == directory.FateCreated || fate == directory.FateAttached)}
		if title := fateDone[fate]; title != "" && !p.Pending {
			g.Title = title
		}
		for _, l := range lines {
			if l.Fate != fate || l.Left {
				continue
			}
			line := guestLine{N: strconv.Itoa(l.N), Name: l.Name, Who: join(" · ", l.Email, l.Birth), Note: l.Note, Why: l.Why, Left: g.Choose && left(l.N)}
			if l.Here != "" {
				line.URL = at(uai) + "/utilisateurs/" + anyProfile + "/" + l.Here
			}
			g.Lines = append(g.Lines, line)
		}
		p.add(g)
	}
	g := fateGroup{Title: "Laissés de côté", Icon: "dash-lg", Tone: "off"}
	for _, l := range lines {
		if l.Left {
			g.Lines = append(g.Lines, guestLine{N: strconv.Itoa(l.N), Name: l.Name, Who: join(" · ", l.Email, l.Birth)})
		}
	}
	p.add(g)
}

// add adds the lines of a fate, if there are any.
func (p *guestImportPage) add(g fateGroup) {
	if len(g.Lines) > 0 {
		g.Title += " (" + web.Number(len(g.Lines)) + ")"
		p.Groups = append(p.Groups, g)
		p.Writes = p.Writes || g.Choose
	}
}

// leftOut tells the lines that a form which is shown again left out.
func (p *guestImportPage) leftOut(v *web.Visit) func(int) bool {
	if v.Refused() == nil {
		return func(int) bool { return false }
	}
	chosen := v.Each("ligne")
	return func(n int) bool { return !slices.Contains(chosen, strconv.Itoa(n)) }
}

func applyGuestImport(v *web.Visit) error {
	uai, id := v.Part("uai"), v.Part("import")
	var chosen []int
	for _, value := range v.Each("ligne") {
		n, err := strconv.Atoi(value)
		if err != nil {
			return &access.Refusal{Kind: access.Malformed, Says: "Rechargez l’aperçu, puis recommencez."}
		}
		chosen = append(chosen, n)
	}
	counts, err := directory.ImportGuests(v.Session, uai, id, chosen, v.Form("apercu"))
	if err != nil {
		return v.Again(err, showGuestImport)
	}
	return v.Done(guestsAt(uai), "Import terminé : "+counts.String()+".")
}

func askGuestUndo(v *web.Visit) error {
	return guestImport(v, func(p guestImportPage) *question {
		return &question{Title: "Voulez-vous annuler cet import\u00a0?", Says: "Les comptes créés sont effacés, les rattachements défaits. Ceux qui ont été modifiés ou ont servi depuis sont gardés, et le résultat le dit.",
			Action: p.Home + "/annulation", Close: p.Home, Danger: true}
	})
}

func undoGuestImport(v *web.Visit) error {
	uai, id := v.Part("uai"), v.Part("import")
	undone, kept, err := directory.UndoGuests(v.Session, uai, id)
	if err != nil {
		return v.Again(err, showGuestImport)
	}
	says := "L’import est annulé : " + web.Count(undone, "compte retiré", "comptes retirés")
	if kept > 0 {
		says += ", " + web.Count(kept, "gardé car il a changé depuis", "gardés car ils ont changé depuis")
	}
	return v.Done(guestsAt(uai)+"/imports/"+id, says+".")
}
