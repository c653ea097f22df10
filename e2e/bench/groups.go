package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"preau/app/directory"
	"preau/app/groups"
)

// groups measures the screens of groups: those of an establishment of 3,000 people
// in an académie of 500 establishments, then those of one of 10,000 people.
func (b bench) groups() error {
	if err := b.groupsOf3000(); err != nil {
		return err
	}
	return b.groupsOf10000()
}

// looked times a page.
func (b bench) looked(v *visitor, what, target, path string) error {
	took, err := measured(200, func(int) error {
		status, _, _, err := v.ask("GET", path, nil)
		return wanted(200, status, err)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	b.add(what, target, took.said())
	return nil
}

func (b bench) groupsOf3000() error {
	dir, w, err := b.groupSchool("3000")
	if err != nil {
		return err
	}
	choir, club, err := w.few()
	if err = errors.Join(err, w.neighbours(500), w.closes()); err != nil {
		return err
	}
	s, err := b.serve(dir)
	if err != nil {
		return err
	}
	defer s.stop()
	v := newVisitor(s.base)
	jeton, err := v.signIn("mesure.reference", benchPassword)
	if err != nil {
		return err
	}
	home := "/console/etablissements/" + w.school.UAI + "/groupes"
	if err := b.twoTrees(v, w, home+"/locaux", choir); err != nil {
		return err
	}
	if err := b.saving(v, w, jeton, home+"/locaux", club); err != nil {
		return err
	}
	return b.adding(v, home+"/partages/partenaires/ajout")
}

// few makes the groups of an ordinary establishment: one for each class, one of
// people by name, one of nobody.
func (w *groupWorld) few() (choir, club string, err error) {
	for _, code := range w.classes {
		if _, err := w.makes("", "Conseil de "+code, class(code, directory.Teacher), class(code, directory.Relative)); err != nil {
			return "", "", err
		}
	}
	if choir, err = w.makes("", "Chorale", append(w.people(180), class(w.classes[0], directory.Student))...); err != nil {
		return "", "", err
	}
	club, err = w.makes("", "Club")
	return choir, club, err
}

func (b bench) twoTrees(v *visitor, w *groupWorld, path, choir string) error {
	if err := b.looked(v, "GET the two trees of local groups, 3,000 people, folded", "≤ 100 ms", path); err != nil {
		return err
	}
	key := directory.KeyOfGroup("class", w.classes[0], directory.Student)
	if err := b.looked(v, "GET a class that is unfolded", "≤ 50 ms", path+"/branche?noeud="+node(key)); err != nil {
		return err
	}
	open := []string{node(string(directory.Student)), node(string(directory.Relative)), node(string(directory.Teacher)), node(key), node("par-discipline"), node("par-classe")}
	for _, u := range w.pupils {
		if grade := node(directory.KeyOfGroup("grade", u.Grade, directory.Student)); !slices.Contains(open, grade) {
			open = append(open, grade)
		}
	}
	v.cookies["gens-ouverts"] = strings.Join(open, ".")
	return b.looked(v, fmt.Sprintf("GET the two trees, %d branches and a group of 181 elements open", len(open)), "≤ 100 ms", path+"?groupe="+choir)
}

// node is a key of the tree of people, as addresses and cookies write it.
func node(key string) string { return base64.RawURLEncoding.EncodeToString([]byte(key)) }

// saving times the saving of 500 people added to a group, which is emptied between.
func (b bench) saving(v *visitor, w *groupWorld, jeton, path, group string) error {
	do := func(deed string, objects ...groups.Ref) error {
		form := url.Values{"jeton": {jeton}, "geste": {deed}, "groupe": {group}}
		for _, ref := range objects {
			form.Add("objet", string(ref))
		}
		status, _, _, err := v.ask("POST", path, form)
		return wanted(303, status, err)
	}
	var added, saved times
	for range 20 {
		from := time.Now()
		if err := do("ajouter", w.people(500)...); err != nil {
			return err
		}
		added = append(added, time.Since(from))
		from = time.Now()
		if err := do("enregistrer"); err != nil {
			return err
		}
		saved = append(saved, time.Since(from))
		if err := errors.Join(do("vider"), do("enregistrer")); err != nil {
			return err
		}
	}
	slices.Sort(added)
	slices.Sort(saved)
	b.add("500 people added to a group, not saved yet", "", added.said())
	b.add("500 people added to a group, saved", "≤ 300 ms", saved.said())
	return nil
}

// adding times the choice of partners among the establishments of an académie.
func (b bench) adding(v *visitor, path string) error {
	if err := b.looked(v, "GET « Ajouter des établissements », 500 establishments", "", path); err != nil {
		return err
	}
	typed := letters("Collège imprimante 3")
	took, err := measured(20*len(typed), func(i int) error {
		status, _, _, err := v.ask("GET", path+"/recherche?q="+url.QueryEscape(typed[i%len(typed)]), nil)
		return wanted(200, status, err)
	})
	if err != nil {
		return err
	}
	b.add("a keystroke in it", "≤ 50 ms", took.said())
	return nil
}

func (b bench) groupsOf10000() error {
	dir, w, err := b.groupSchool("10000")
	if err != nil {
		return err
	}
	crowd, err := w.crowd(5000)
	if err != nil {
		return errors.Join(err, w.Close())
	}
	took, err := measured(100, func(int) error {
		_, err := groups.SheetOf(w.admin, w.school.UAI, crowd, groups.Among{Page: 1})
		return err
	})
	if err != nil {
		return errors.Join(err, w.Close())
	}
	b.add("members of a group of 5,000 people, of nested groups and sub-groups", "≤ 50 ms", took.said())
	pupil := w.pupils[0]
	login, err := w.activates(pupil)
	if err = errors.Join(err, w.closes()); err != nil {
		return err
	}
	s, err := b.serve(dir)
	if err != nil {
		return err
	}
	defer s.stop()
	return b.browseGroups(s.base, "/console/etablissements/"+w.school.UAI, crowd, pupil.ID, login)
}

// browseGroups times pages as an administrator, then as a pupil.
func (b bench) browseGroups(base, home, crowd, pupil, login string) error {
	admin, reader := newVisitor(base), newVisitor(base)
	if _, err := admin.signIn("mesure.reference", benchPassword); err != nil {
		return err
	}
	if _, err := reader.signIn(login, benchPassword); err != nil {
		return err
	}
	for _, p := range []struct {
		v                  *visitor
		what, target, path string
	}{
		{admin, "GET the page of that group", "≤ 50 ms", home + "/groupes/fiche/" + crowd},
		{admin, "GET the groups of a pupil, in their record", "", home + "/utilisateurs/eleves/" + pupil + "?onglet=groupes"},
		{reader, "GET « Mes groupes » of a pupil, 10,000 people", "≤ 300 ms", "/groupes"},
		{reader, "GET the directory of the ENT, 10,000 people", "≤ 300 ms", "/annuaire"},
		{reader, "GET the directory of the ENT, by the beginning of a name", "≤ 300 ms", "/annuaire?q=ma"},
	} {
		if err := b.looked(p.v, p.what, p.target, p.path); err != nil {
			return err
		}
	}
	return nil
}
