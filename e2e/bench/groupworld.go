package main

import (
	"context"
	"fmt"
	"math"
	"path/filepath"

	"github.com/rs/zerolog"

	"preau/app"
	"preau/app/access"
	"preau/app/directory"
	"preau/app/format/aaf"
	"preau/app/groups"
	"preau/data"
)

// A groupWorld is an appliance of one establishment that the federated directory
// tells of, whose groups are made up, by an administrator of everything.
type groupWorld struct {
	*app.App
	admin   *access.Session
	school  directory.Card
	classes []string // codes
	pupils  []directory.User
}

// groupSchool imports an establishment of so many people, and opens it.
func (b bench) groupSchool(people string) (dir string, w *groupWorld, err error) {
	files, dir := filepath.Join(b.scratch, "aaf-groups-"+people), filepath.Join(b.scratch, "data-groups-"+people)
	if _, _, err = b.command("generate", "aaf", files, "--users", people, "--establishments", "1"); err != nil {
		return "", nil, err
	}
	if _, _, err = b.command("import", "aaf", files, "--data", dir); err != nil {
		return "", nil, err
	}
	if err := b.administrator(dir); err != nil {
		return "", nil, err
	}
	w = &groupWorld{}
	if w.App, err = app.Open(app.Config{Dir: dir, Log: zerolog.Nop()}); err != nil {
		return "", nil, err
	}
	return dir, w, w.enter()
}

// enter signs the administrator in, and reads who is there.
func (w *groupWorld) enter() error {
	signed, err := w.Gate.SignIn(context.Background(), access.SignIn{Login: "mesure.reference", Password: benchPassword, From: "192.0.2.7"})
	if err != nil {
		return err
	}
	w.admin = signed.Session
	if err := w.admin.See(func(tx *data.Tx) error {
		for c, err := range directory.Cards.All(tx) {
			if err != nil {
				return err
			}
			w.school = c
		}
		for c, err := range directory.Classes.From(tx, w.school.UAI+"/") {
			if err != nil {
				return err
			}
			w.classes = append(w.classes, c.Code)
		}
		return nil
	}); err != nil {
		return err
	}
	list, err := directory.People(w.admin, w.school.UAI, directory.Filter{Profile: directory.Student}, "", false, math.MaxInt32)
	for _, l := range list.Lines {
		w.pupils = append(w.pupils, l.User)
	}
	return err
}

// class is the element of those of a profile in a class.
func class(code string, p directory.Profile) groups.Ref {
	return groups.Automatic(directory.KeyOfGroup("class", code, p))
}

// people are the elements of the first n pupils.
func (w *groupWorld) people(n int) (refs []groups.Ref) {
	for _, u := range w.pupils[:n] {
		refs = append(refs, groups.Person(u.ID))
	}
	return refs
}

// makes makes a local group with elements.
func (w *groupWorld) makes(parent, name string, refs ...groups.Ref) (id string, err error) {
	if id, err = groups.Create(w.admin, w.school.UAI, groups.LocalScreen, groups.NewGroup{Parent: parent, Name: name}); err != nil {
		return "", err
	}
	if _, err := groups.Add(w.admin, w.school.UAI, groups.LocalScreen, id, refs, false); err != nil {
		return "", err
	}
	_, err = groups.Save(w.admin, w.school.UAI, groups.LocalScreen)
	return id, err
}

// crowd makes a group of at least n people: a sub-group for each class of pupils, a
// nested group of relatives, and people by name.
func (w *groupWorld) crowd(n int) (id string, err error) {
	var relatives []groups.Ref
	var inside []string
	for _, code := range w.classes {
		made, err := w.makes("", "Classe "+code, class(code, directory.Student), class(code, directory.Teacher))
		if err != nil {
			return "", err
		}
		inside = append(inside, made)
		relatives = append(relatives, class(code, directory.Relative))
	}
	around, err := w.makes("", "Familles", relatives[:len(relatives)/8]...)
	if err != nil {
		return "", err
	}
	refs := append(w.people(300), groups.Nested(around))
	for i, made := range inside {
		if i%2 == 0 {
			refs = append(refs, groups.Nested(made))
		}
	}
	if id, err = w.makes("", "Tout le monde", refs...); err != nil {
		return "", err
	}
	for i, code := range w.classes {
		if _, err := w.makes(id, fmt.Sprint("Sous-groupe ", i), class(code, directory.Student)); err != nil {
			return "", err
		}
	}
	all, err := groups.Members(w.admin, w.school.UAI, id)
	if err == nil && len(all) < n {
		err = fmt.Errorf("%d people in the group", len(all))
	}
	return id, err
}

// neighbours adds establishments to the académie, until there are n.
func (w *groupWorld) neighbours(n int) error {
	s := w.Gate.System("Mesures")
	for i := range n - 1 {
		digits := fmt.Sprintf("%07d", 750001+i)
		f := directory.NewEstablishment{UAI: digits + aaf.UAIKey(digits), Name: fmt.Sprintf("Collège %s %d", vocabulary[i%len(vocabulary)], i), Kind: directory.College,
			Academy: w.school.Academy, Collectivity: w.school.Collectivity, Town: "Ville " + vocabulary[i*7%len(vocabulary)]}
		if _, err := directory.CreateEstablishment(s, f); err != nil {
			return err
		}
	}
	return nil
}

// activates gives a pupil a password.
func (w *groupWorld) activates(u directory.User) (login string, err error) {
	hash, err := w.Gate.Hash(context.Background(), benchPassword)
	if err != nil {
		return "", err
	}
	return u.Login.Value(), w.Gate.System("Mesures").Do(filling, func(tx *data.Tx) (data.Row, error) {
		return directory.Activate(tx, u.ID, hash, tx.Now)
	})
}

// closes makes the appliance ready to be served.
func (w *groupWorld) closes() error {
	if err := w.Store.WaitIndexed(context.Background()); err != nil {
		return err
	}
	return w.Close()
}

// letters are what a keyboard sends of some words, one more letter each time.
func letters(words string) (all []string) {
	for i, r := range words {
		all = append(all, words[:i]+string(r))
	}
	return all
}
