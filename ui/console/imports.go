package console

import (
	"cmp"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/format/sheet"
	"preau/ui/web"
)

// importsPage is console/imports.html.
type importsPage struct {
	Held   []heldLine
	Lines  []importLine
	Whole  bool // may bring new establishments
	Fields []web.Field
	File   web.File
}

type importLine struct {
	URL, Name, Day, By, Says string
	Badge                    web.Badge
}

// heldLine is a set of deletions that waits.
type heldLine struct{ UAI, School, Says, URL, Confirm, Drop string }

// importsShown is how many reports the page lists.
const importsShown = 30

func showImports(v *web.Visit) error {
	if len(v.Session.Reach(access.ImportOwn)) == 0 {
		return access.NotFound()
	}
	imports, err := directory.LastImports(v.Session, importsShown)
	if err != nil {
		return err
	}
	page := importsPage{File: web.File{Name: "fichier", Label: "Fichier", Accept: ".zip,.gz,.tgz,.tar,.xml"}, Whole: len(v.Session.Reach(access.CreateEstablishments)) > 0}
	if page.Whole {
		page.Fields = []web.Field{{Name: "academie", Label: "Académie", Value: v.Typed("academie", ""), Hint: "Seulement si les fichiers ne la nomment pas.", Complete: "off"}}
	}
	for _, im := range imports {
		page.Lines = append(page.Lines, importLine{URL: "/console/imports/" + im.ID, Name: importName(im), Day: web.Moment(v.Session.Now(), im.At), By: im.By,
			Says: importSays(im), Badge: importBadge(im)})
	}
	if page.Held, err = heldLines(v); err != nil {
		return err
	}
	return v.Show("console/imports", "Imports AAF", importFrame(v), page)
}

func importFrame(v *web.Visit, crumbs ...web.Link) *web.Frame {
	all := []web.Link{{Label: "Administration", URL: "/console"}, {Label: "Imports AAF", URL: "/console/imports", Here: len(crumbs) == 0}}
	return plainFrame(v, append(all, crumbs...)...)
}

func importName(im directory.Import) string {
	switch {
	case im.Kind == "" && (im.State == directory.ImportRefused || im.State == directory.ImportStopped):
		return "Fichiers refusés"
	case im.Kind == "":
		return "Lecture des fichiers…"
	}
	return im.Label()
}

// importBadge is the state of an import, in a word and an icon.
func importBadge(im directory.Import) web.Badge {
	b := web.Badge{Label: directory.Sentence(strings.ToUpper(im.State))}
	switch im.State {
	case directory.ImportDone, directory.ImportTried:
		b.Tone, b.Icon = "ok", "check-lg"
	case directory.ImportRefused, directory.ImportStopped:
		b.Tone, b.Icon = "bad", "x-lg"
	default:
		b.Tone, b.Icon = "off", "hourglass"
	}
	return b
}

func importSays(im directory.Import) string {
	switch im.State {
	case directory.ImportDone, directory.ImportTried:
		return im.Sum().String()
	case directory.ImportRefused, directory.ImportStopped:
		return im.Refusal
	}
	return im.Phase
}

func heldLines(v *web.Visit) (lines []heldLine, err error) {
	held, err := directory.HeldWithin(v.Session)
	for _, h := range held {
		name, err := schoolName(v, h.UAI)
		if err != nil {
			return nil, err
		}
		here := "/console/imports/" + h.Import
		lines = append(lines, heldLine{UAI: h.UAI, School: name, Says: h.Says, URL: here + "?genre=" + url.QueryEscape(directory.SaysHeld),
			Confirm: here + "?suppressions=" + h.UAI + "&decision=confirmer", Drop: here + "?suppressions=" + h.UAI + "&decision=abandonner"})
	}
	return lines, err
}

func schoolName(v *web.Visit, uai string) (string, error) {
	tree, err := directory.TreeOf(v.Session, uai)
	if access.KindOf(err) == access.Missing {
		return uai, nil
	}
	return tree.Name, err
}

func uploadImport(v *web.Visit) error {
	if len(v.Session.Reach(access.ImportOwn)) == 0 {
		return access.NotFound()
	}
	up, err := v.Receive(v.Appliance.Dir(), UploadBytes)
	if err != nil {
		return v.Again(err, showImports)
	}
	if err := v.Still(); err != nil {
		return errors.Join(err, os.Remove(up.Path))
	}
	id, err := v.Appliance.BeginImport(v.Session, directory.ImportOptions{Path: up.Path, Name: up.Name, Bytes: UploadBytes, Academy: up.Form["academie"], DryRun: up.Form["essai"] != ""})
	if err != nil {
		return v.Again(errors.Join(err, os.Remove(up.Path)), showImports)
	}
	return v.Done("/console/imports/"+id, "")
}

// importPage is console/import.html: a report.
type importPage struct {
	Name, Note  string
	Badge       web.Badge
	Running     bool
	Tried       bool // nothing was changed
	Empty       bool // nothing was read
	Phase       string
	Done, Total int
	Refusal     string
	Sum         string
	Rows        []countLine
	Warnings    []string
	Held        []heldLine
	Kinds       web.Choice
	Lines       []outcomeLine
	Older       string
	Home        string
	Apply       bool
	Dialog      *importDialog
}

type countLine struct {
	rank                                                      int // of the profile
	School, Profile, URL                                      string
	Created, Changed, Moved, Deleted, Restored, Refused, Held int
}

type outcomeLine struct{ Kind, Who, URL, School, Where, Says string }

type importDialog struct{ Title, Says, UAI, Decision, Close string }

// outcomesShown is how many lines of a report a page holds.
const outcomesShown = 100

func showImport(v *web.Visit) error {
	im, err := directory.ReadImport(v.Session, v.Part("id"))
	if err != nil {
		return err
	}
	page := importPage{Name: importName(im), Badge: importBadge(im), Phase: im.Phase, Done: im.Done, Total: im.Total, Refusal: im.Refusal, Sum: im.Sum().String(),
		Warnings: slices.Compact(slices.Clone(im.Warnings)), Home: "/console/imports/" + im.ID}
	page.Note = join(" · ", web.Count(im.Files, "fichier", "fichiers"), web.Moment(v.Session.Now(), im.At), im.By)
	page.Running = im.State == directory.ImportStaging || im.State == directory.ImportApplying
	page.Tried = im.State == directory.ImportTried
	page.Apply = applicable(v, im)
	if page.Rows, err = countLines(v, im); err != nil {
		return err
	}
	if err := page.outcomes(v, im); err != nil {
		return err
	}
	page.Empty = im.Refusal != "" && len(page.Lines) == 0 && v.Ask("genre") == ""
	held, err := heldLines(v)
	if err != nil {
		return err
	}
	for _, h := range held {
		if strings.HasPrefix(h.URL, page.Home+"?") {
			page.Held = append(page.Held, h)
			page.Dialog = firstDialog(page.Dialog, v, h, page.Home)
		}
	}
	return v.Show("console/import", page.Name, importFrame(v, web.Link{Label: page.Name, Here: true}), page)
}

// firstDialog is the question asked before deletions are confirmed or dropped.
func firstDialog(d *importDialog, v *web.Visit, h heldLine, home string) *importDialog {
	if d != nil || v.Ask("suppressions") != h.UAI {
		return d
	}
	switch v.Ask("decision") {
	case "confirmer":
		return &importDialog{"Confirmer les suppressions", "Supprimer " + h.Says + " de « " + h.School + " » ? Les comptes supprimés sont gardés trois mois dans « Suppressions ».", h.UAI, "confirmer", home}
	case "abandonner":
		return &importDialog{"Abandonner les suppressions", "Garder " + h.Says + " de « " + h.School + " » ? Le prochain import complet posera de nouveau la question s’ils sont encore absents.", h.UAI, "abandonner", home}
	}
	return nil
}

func countLines(v *web.Visit, im directory.Import) (lines []countLine, err error) {
	names := map[string]string{}
	for key, t := range im.Counts {
		uai, profile, _ := strings.Cut(key, "/")
		p := directory.Profile(profile)
		if _, known := names[uai]; !known {
			if names[uai], err = schoolName(v, uai); err != nil {
				return nil, err
			}
		}
		line := countLine{slices.Index(directory.Profiles, p), names[uai], p.Many(), at(uai) + "/utilisateurs/" + p.Path(), t.Created, t.Changed, t.Moved, t.Deleted, t.Restored, t.Refused, t.Held}
		if uai == "-" {
			line.School, line.URL = "Sans établissement", ""
		}
		lines = append(lines, line)
	}
	slices.SortFunc(lines, func(a, b countLine) int {
		return cmp.Or(strings.Compare(directory.Slug(a.School), directory.Slug(b.School)), strings.Compare(a.School, b.School), cmp.Compare(a.rank, b.rank))
	})
	return lines, nil
}

func (p *importPage) outcomes(v *web.Visit, im directory.Import) error {
	kind := v.Ask("genre")
	p.Kinds = web.Choice{Name: "genre", Label: "Lignes", Options: []web.ChoiceOption{{Value: "", Label: "Toutes", Chosen: kind == ""}}}
	for _, k := range directory.Sayings {
		p.Kinds.Options = append(p.Kinds.Options, web.ChoiceOption{Value: k, Label: directory.Sentence(strings.ToUpper(k)), Chosen: k == kind})
	}
	from, _ := strconv.Atoi(v.Ask("apres")) // anything else is the beginning
	lines, err := directory.OutcomesOf(v.Session, im.ID, kind, from+1, outcomesShown)
	for _, o := range lines {
		p.Lines = append(p.Lines, lineOf(o))
	}
	if len(lines) == outcomesShown {
		p.Older = p.Home + "?genre=" + url.QueryEscape(kind) + "&apres=" + strconv.Itoa(lines[len(lines)-1].N)
	}
	return err
}

func lineOf(o directory.Outcome) outcomeLine {
	line := outcomeLine{Kind: o.Kind, Who: o.Who, School: o.UAI, Says: o.Says, Where: o.File}
	if o.Line > 0 && o.File != "" {
		line.Where = filepath.Base(o.File) + ", ligne " + strconv.Itoa(o.Line)
	}
	if line.Who == "" && o.ID != "" {
		line.Who = "Fiche " + o.ID
	}
	if o.User != "" && o.UAI != "" && !strings.HasPrefix(o.User, "+") {
		line.URL = at(o.UAI) + "/utilisateurs/fiche/" + o.User
	}
	return line
}

// outcomesMost is how many lines the file of a report holds.
const outcomesMost = 200_000

func downloadOutcomes(v *web.Visit) error {
	im, err := directory.ReadImport(v.Session, v.Part("id"))
	if err != nil {
		return err
	}
	lines, err := directory.OutcomesOf(v.Session, im.ID, v.Ask("genre"), 0, outcomesMost)
	if err != nil {
		return err
	}
	v.Set("Content-Type", "text/csv; charset=utf-8")
	v.Attachment("import-" + im.Date + ".csv")
	w := sheet.NewWriter(v.Response().BodyWriter())
	if err := w.Write("Genre", "Personne", "UID", "Établissement", "Fichier", "Ligne", "Identifiant", "Détail"); err != nil {
		return err
	}
	for _, o := range lines {
		if err := w.Write(o.Kind, o.Who, o.User, o.UAI, o.File, strconv.Itoa(o.Line), o.ID, o.Says); err != nil {
			return err
		}
	}
	return w.Close()
}

// applicable reports whether a try can be applied: by whoever sent the files,
// as long as they are kept.
func applicable(v *web.Visit, im directory.Import) bool {
	if im.State != directory.ImportTried || im.Sent == "" || im.ByID != v.Session.Account.ID {
		return false
	}
	_, err := os.Stat(filepath.Join(v.Appliance.Dir(), im.Sent))
	return err == nil
}

func applyImport(v *web.Visit) error {
	im, err := directory.ReadImport(v.Session, v.Part("id"))
	if err != nil {
		return err
	}
	if !applicable(v, im) {
		return access.Conflict("Cet essai ne peut plus être appliqué : envoyez de nouveau les fichiers.")
	}
	id, err := v.Appliance.BeginImport(v.Session, directory.ImportOptions{Path: filepath.Join(v.Appliance.Dir(), im.Sent), Bytes: UploadBytes, Academy: im.Academy})
	if err != nil {
		return v.Again(err, showImport)
	}
	return v.Done("/console/imports/"+id, "")
}

func decideDeletions(v *web.Visit) error {
	home := "/console/imports/" + v.Part("id")
	if v.Form("decision") != "confirmer" {
		if err := directory.DropDeletions(v.Session, v.Form("uai")); err != nil {
			return v.Again(err, showImport)
		}
		return v.Done(home, "Les comptes sont gardés.")
	}
	n, err := v.Appliance.ConfirmDeletions(v.Session, v.Form("uai"))
	if err != nil {
		return v.Again(err, showImport)
	}
	return v.Done(home, web.Count(n, "compte supprimé.", "comptes supprimés."))
}
