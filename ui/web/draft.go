package web

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"preau/app/access"
	"preau/app/requests"
)

// FilesField is the name of the field of the files of a form that has a draft,
// and of what is wrong with them.
const FilesField = "fichiers"

// Fields of such a form that are no part of what is typed.
const (
	screenField = "ecran"
	sealField   = "garde"
	seenField   = "fichier-vu"    // joined files that the form showed
	tickedField = "fichier-garde" // those of them that stay
	gesture     = "geste"         // what a button of the draft does
	abandon     = "abandonner"
)

var notTyped = []string{TokenField, screenField, sealField, seenField, tickedField, gesture, access.ProofField, "version", "vers"}

// restoreAsk is in the address of a form that is opened as it was left.
const restoreAsk = "brouillon"

// What seals a form for whoever opened it, and how long it holds.
const (
	sealUse  = "brouillon"
	sealLife = 7 * 24 * time.Hour
)

// A Draft is what somebody typed on a screen and has not sent, as its form shows
// it: parts/draft before the form, parts/drafted at its beginning, parts/kept
// beside the field of its files. The form is sent to a route mounted by
// Router.Written, in several parts where it has files, which come last. A script
// keeps it as one types where it has data-draft and data-draft-url: the screen and the URL.
type Draft struct {
	Screen  string     // such as « 12/message »
	URL     string     // where it is kept
	Page    string     // where its form is
	Seal    string     // that it is theirs, once their session is over
	Waits   string     // when what can be restored was typed, "" for nothing
	Saved   string     // when it has just been kept
	Files   []KeptFile // already joined
	Refused []string   // files that were not taken, each with why

	visit  *Visit
	fields map[string]string
}

// A KeptFile is joined to what somebody has not sent yet.
type KeptFile struct{ ID, Name, Size string }

// Draft returns what the person typed on a screen whose form is at page, and
// whose draft is kept at url.
func (v *Visit) Draft(screen, url, page string) (*Draft, error) {
	held, err := requests.DraftOf(v.Session, screen)
	if err != nil {
		return nil, err
	}
	d := &Draft{Screen: screen, URL: url, Page: page, visit: v}
	d.Seal = v.seal(sealUse, strings.Join([]string{v.Session.Account.ID, screen, page, v.Session.Now().UTC().Format(time.RFC3339)}, "\x00"))
	switch {
	case v.refusal != nil && v.writing == screen: // what is shown again is what is kept
		d.join(held.Files)
	case v.Ask(restoreAsk) == screen:
		d.fields = held.Fields
		d.join(held.Files)
	case !held.Empty():
		d.Waits = Stamp(held.At)
	}
	return d, nil
}

func (d *Draft) join(files []requests.File) {
	for _, f := range files {
		d.Files = append(d.Files, KeptFile{f.ID, f.Name, Size(f.Size)})
	}
}

// Value is what a field holds: what was typed if the form was refused, what is
// restored, else what is stored.
func (d *Draft) Value(name, stored string) string {
	if d.visit.writing == d.Screen {
		return d.visit.Typed(name, stored)
	}
	return cmp.Or(d.fields[name], stored)
}

// Restore is the address of the form as it was left.
func (d *Draft) Restore() string { return restoring(d.Page, d.Screen) }

func restoring(page, screen string) string {
	page, at, _ := strings.Cut(page, "#")
	sep := "?"
	if strings.Contains(page, "?") {
		sep = "&"
	}
	if at != "" {
		at = "#" + at
	}
	return page + sep + restoreAsk + "=" + screen + at
}

// Written receives what somebody wrote on a screen, with its files, and sends it.
// Where a file or the whole is refused, the text and the good files are kept, and
// the page is shown again; once it is sent, the draft is forgotten.
func (v *Visit) Written(screen string, page Handler, send func(files []requests.File) (path, says string, err error)) error {
	v.writing = screen
	w, err := v.write(screen)
	if err == nil && len(w.wrong) > 0 {
		err = access.Wrong(FilesField, strings.Join(w.wrong, " "))
	}
	var path, says string
	if err == nil {
		path, says, err = send(append(w.staying, w.fresh...))
	}
	if err == nil {
		if err = requests.Discard(v.Session, screen); err != nil {
			return err
		}
		return v.Done(path, says)
	}
	switch access.KindOf(err) {
	case access.Invalid, access.Stale, access.Throttled, access.Overloaded:
		if err := w.keep(v); err != nil && access.KindOf(err) != access.Malformed {
			return err
		}
	}
	return v.Again(err, page)
}

// Jotted answers what the form of a draft sends as one types, and the button that
// abandons it. Page says where the form of a screen is, if the person has it.
func (v *Visit) Jotted(page func(screen string) (string, error)) error {
	w, err := v.write("")
	if busy, ok := errors.AsType[*access.Refusal](err); ok && busy.Kind == access.Overloaded {
		w.wrong, err = append(w.wrong, busy.Says), nil // the text is kept all the same
	}
	if err != nil {
		return err
	}
	w.screen = v.Form(screenField)
	at, err := page(w.screen)
	if err != nil {
		return err
	}
	if v.Form(gesture) == abandon {
		if err := requests.Discard(v.Session, w.screen); err != nil {
			return err
		}
		return v.Done(at, "Votre saisie est abandonnée.")
	}
	if err := w.keep(v); err != nil {
		return err
	}
	if !v.Background() {
		return v.Done(restoring(at, w.screen), "Votre saisie est gardée.")
	}
	return v.showKept(w)
}

// showKept answers a script with what is joined now, and when it was kept.
func (v *Visit) showKept(w *writing) error {
	held, err := requests.DraftOf(v.Session, w.screen)
	if err != nil {
		return err
	}
	d := &Draft{Screen: w.screen, Refused: w.wrong, Saved: held.At.Local().Format("15:04")}
	if held.Empty() {
		d.Saved = ""
	}
	d.join(held.Files)
	for _, f := range w.fresh {
		if !slices.ContainsFunc(held.Files, func(g requests.File) bool { return g.Name == f.Name && slices.Equal(g.Sum, f.Sum) }) {
			d.Refused = append(d.Refused, tooMany(f.Name, requests.MostFiles))
		}
	}
	return v.ShowRows("parts/kept", d)
}
