package web

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"preau/app/format/attachment"
	"preau/app/requests"
)

// A writing is a form as it came, with its files in the store.
type writing struct {
	screen  string
	fields  map[string]string // what was typed
	fresh   []requests.File   // that came with it
	staying []requests.File   // of the draft, that it showed and that stay
	leaving []string          // of the draft, that were unticked
	wrong   []string          // files that were not taken, each with why
}

// write receives a form, and puts in the store those of its files that may be. An
// error may come with what was typed. Without a screen, the draft is not read.
func (v *Visit) write(screen string) (*writing, error) {
	w := &writing{screen: screen}
	if !strings.HasPrefix(v.Ctx.Get(fiber.HeaderContentType), fiber.MIMEMultipartForm) {
		if err := sameToken(v.Ctx, v.Session.CSRF); err != nil {
			return w, err
		}
		return w, w.read(v)
	}
	r, err := v.receiveForm(v.Appliance.Dir(), attachment.MostFiles, attachment.MostBytes)
	if err == nil {
		err = w.store(v, r)
	}
	return w, errors.Join(err, r.close(), w.read(v))
}

// read notes what was typed, and which files of the draft stay.
func (w *writing) read(v *Visit) error {
	w.fields = v.typed()
	ticked := v.Each(tickedField)
	for _, id := range v.Each(seenField) {
		if !slices.Contains(ticked, id) {
			w.leaving = append(w.leaving, id)
		}
	}
	if len(ticked) == 0 || w.screen == "" {
		return nil
	}
	held, err := requests.DraftOf(v.Session, w.screen)
	for _, f := range held.Files {
		if slices.Contains(ticked, f.ID) {
			w.staying = append(w.staying, f)
		}
	}
	return err
}

// typed are the fields that somebody filled in.
func (v *Visit) typed() map[string]string {
	fields := map[string]string{}
	for name, value := range v.Context().PostArgs().All() {
		if !slices.Contains(notTyped, string(name)) {
			fields[string(name)] = Clean(string(value))
		}
	}
	return fields
}

// store looks at the files of a form, and keeps the good ones.
func (w *writing) store(v *Visit, r *receiving) error {
	w.wrong = r.wrong
	for _, f := range r.sent.Files {
		if f.Size > r.limit {
			continue // said already
		}
		if err := w.admit(v, f); err != nil {
			return err
		}
	}
	return nil
}

func (w *writing) admit(v *Visit, f SentFile) (err error) {
	content, err := os.Open(f.Path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	a, err := attachment.Admit(f.Name, content, f.Size)
	if refused, ok := errors.AsType[*attachment.Refusal](err); ok {
		w.wrong = append(w.wrong, refused.Says)
		return nil
	}
	if err != nil {
		return err
	}
	file, err := requests.Keep(v.Session, a.Name, a.Type, a.Content)
	if err == nil {
		w.fresh = append(w.fresh, file)
	}
	return err
}

// keep makes of a form the draft of its screen.
func (w *writing) keep(v *Visit) error {
	for _, id := range w.leaving {
		if err := requests.DropFile(v.Session, w.screen, id); err != nil {
			return err
		}
	}
	return requests.Jot(v.Session, w.screen, w.fields, w.fresh...)
}

// tooMany says that a file is one more than what a form carries.
func tooMany(name string, most int) string {
	return fmt.Sprintf("«\u00a0%s\u00a0» est de trop\u00a0: un envoi porte %s au plus.", name, Count(most, "fichier", "fichiers"))
}
