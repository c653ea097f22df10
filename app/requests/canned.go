package requests

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// A Canned is a text that answers often begin with: of an establishment, of an
// académie for all of its establishments, or of one person.
type Canned struct {
	ID   string     `cbor:"id" log:"-"`
	At   data.Place `cbor:"at" log:"-"`            // "" for a personal one
	For  string     `cbor:"acc,omitempty" log:"-"` // account, of a personal one
	Name string     `cbor:"name" log:"Nom"`
	Text string     `cbor:"text" log:"Texte"`
	By   string     `cbor:"by" log:"-"`             // name of who wrote it last
	ByID string     `cbor:"byid,omitempty" log:"-"` // their account
	Made time.Time  `cbor:"t" log:"-"`              // last time
}

// Key is the identifier.
func (c Canned) Key() string { return c.ID }

// Places is the establishment or the académie.
func (c Canned) Places() []data.Place { return []data.Place{c.At} }

// Label names the answer in the journal.
func (c Canned) Label() string { return "Réponse type «\u00a0" + c.Name + "\u00a0»" }

// Personal reports whether one person only reads it.
func (c Canned) Personal() bool { return c.For != "" }

// A personal answer is that of one person: the journal does not follow it.
type personal struct {
	Canned
}

// Key is the account, then the identifier.
func (p personal) Key() string { return p.For + "/" + p.ID }

// The canned answers. Those that are shared are followed by the journal, as what
// an establishment says; those of one person are theirs, as their drafts.
var (
	CannedAnswers = data.NewTable[Canned]("request-canned")
	cannedByPlace = CannedAnswers.Index("place", func(c Canned) []string { return []string{string(c.At)} })
	OwnCanned     = data.NewTable[personal]("request-canned-own").Unlogged()
)

// offering reads the answers of an académie in its establishments.
var offering = data.NewCrossing("requests.canned", "Lire dans un établissement les réponses types de son académie")

var (
	writingCanned  = access.NewAction("request.canned", "Réponse type enregistrée", access.HandleRequests, data.Info)
	droppingCanned = access.NewAction("request.canned-delete", "Réponse type supprimée", access.HandleRequests, data.Info)
)

// Bounds of canned answers.
const (
	cannedName = 80  // characters
	mostCanned = 200 // of one person, or of one place
)

// A Wording is what is typed of a canned answer.
type Wording struct {
	At         string // a place, or Personally
	Name, Text string
}

// Personally stands for the place of what one person only reads.
const Personally = "moi"

func (w Wording) check() error {
	wrong := map[string]string{}
	switch n := utf8.RuneCountInString(w.Name); {
	case n == 0:
		wrong["nom"] = "Donnez un nom à cette réponse type."
	case n > cannedName:
		wrong["nom"] = "Ce nom compte plus de 80 caractères."
	}
	if w.Text == "" {
		wrong["texte"] = "Rédigez le texte de la réponse."
	} else if says := tooLong(w.Text); says != "" {
		wrong["texte"] = says
	} else if unknown := unknownVariables(w.Text); len(unknown) > 0 {
		wrong["texte"] = "Ces variables n’existent pas\u00a0: " + strings.Join(unknown, ", ") + ". Vous pouvez écrire " + variableNames() + "."
	}
	return access.WrongFields(wrong)
}

// WriteCanned makes a canned answer, or changes the one of an identifier, and
// returns its identifier. Where it is read is chosen once.
func WriteCanned(s *access.Session, id string, w Wording) (string, error) {
	if err := w.check(); err != nil {
		return "", err
	}
	if w.At == Personally {
		return id, s.Upkeep(func(tx *data.Tx) error { return writeOwn(viewing.Over(tx), s, &id, w) })
	}
	return id, s.Do(writingCanned, func(tx *data.Tx) (data.Row, error) {
		c := Canned{ID: tx.ID(), At: data.Place(w.At)}
		if id != "" {
			var err error
			if c, err = CannedAnswers.Get(tx, id); err != nil {
				return nil, err
			}
		} else if err := c.fits(tx); err != nil {
			return nil, err
		}
		c.Name, c.Text, c.By, c.ByID, c.Made = w.Name, w.Text, s.Account.Name, s.Account.ID, tx.Now
		id = c.ID
		return c, CannedAnswers.Put(tx, c)
	})
}

// fits refuses a place that is none, or that has enough answers.
func (c Canned) fits(tx *data.Tx) error {
	place, err := rowOf(tx, c.At)
	if err != nil && !errors.Is(err, data.ErrNotFound) {
		return err
	}
	if err != nil || !slices.Contains(place.Places(), c.At) {
		return access.Wrong("portee", "Choisissez qui lira cette réponse type.")
	}
	n := 0
	for _, err := range cannedByPlace.All(tx, string(c.At)) {
		if err != nil {
			return err
		}
		n++
	}
	return enough(n)
}

func enough(n int) error {
	if n >= mostCanned {
		return access.Conflict("Il y a déjà 200 réponses types ici\u00a0: supprimez-en une pour en ajouter.")
	}
	return nil
}

func writeOwn(tx *data.Tx, s *access.Session, id *string, w Wording) error {
	p := personal{Canned{ID: *id, For: s.Account.ID}}
	if *id == "" {
		mine, err := ownOf(tx, s)
		if err := errors.Join(err, enough(len(mine))); err != nil {
			return err
		}
		p.ID = tx.ID()
	} else if _, err := OwnCanned.Get(tx, p.Key()); err != nil {
		return err
	}
	p.Name, p.Text, p.By, p.Made = w.Name, w.Text, s.Account.Name, tx.Now
	*id = p.ID
	return OwnCanned.Put(tx, p)
}

// DropCanned deletes a canned answer that the person may write.
func DropCanned(s *access.Session, id string) error {
	c, err := CannedOf(s, id)
	if err != nil {
		return err
	}
	if c.Personal() {
		return s.Upkeep(func(tx *data.Tx) error { return OwnCanned.Delete(viewing.Over(tx), personal{c}.Key()) })
	}
	return s.Do(droppingCanned, func(tx *data.Tx) (data.Row, error) {
		return c, CannedAnswers.Delete(tx, id)
	})
}

// An Offered is a canned answer that the person reads.
type Offered struct {
	Canned
	Where string // name of the establishment or of the académie, "" for a personal one
	May   bool   // change and delete it
}

// CannedOf returns one canned answer that the person may read.
func CannedOf(s *access.Session, id string) (c Canned, err error) {
	err = s.See(func(tx *data.Tx) error {
		c, err = cannedIn(tx, s, id)
		return err
	})
	return c, err
}

func cannedIn(tx *data.Tx, s *access.Session, id string) (Canned, error) {
	p, err := OwnCanned.Get(viewing.Over(tx), personal{Canned{ID: id, For: s.Account.ID}}.Key())
	if err == nil || !errors.Is(err, data.ErrNotFound) {
		return p.Canned, err
	}
	c, err := CannedAnswers.Get(offering.Over(tx), id)
	if reach := s.Reach(access.Administer); err == nil && !reach.Covers(c.At) && !reach.Overlooks(c.At) {
		err = data.ErrNotFound
	}
	return c, err
}

// AllCanned lists the canned answers that the person reads: their own first, then
// those of the establishments and of the académies, by name.
func AllCanned(s *access.Session) (all []Offered, err error) {
	err = s.See(func(tx *data.Tx) error {
		reach := s.Reach(access.Administer)
		for c, err := range CannedAnswers.All(offering.Over(tx)) {
			if err != nil {
				return err
			}
			if reach.Covers(c.At) || reach.Overlooks(c.At) {
				all = append(all, Offered{Canned: c})
			}
		}
		return complete(tx, s, &all)
	})
	return all, err
}

// CannedFor lists the canned answers that a request may be answered with.
func CannedFor(s *access.Session, at data.Place) (all []Offered, err error) {
	err = s.See(func(tx *data.Tx) error {
		if !s.Can(access.Administer, at) {
			return data.ErrNotFound
		}
		for _, p := range at.Ancestors() {
			for c, err := range cannedByPlace.All(offering.Over(tx), string(p)) {
				if err != nil {
					return err
				}
				all = append(all, Offered{Canned: c})
			}
		}
		return complete(tx, s, &all)
	})
	return all, err
}

// complete adds the person's own to what is shared, says where each stands, and
// sorts them.
func complete(tx *data.Tx, s *access.Session, all *[]Offered) error {
	mine, err := ownOf(viewing.Over(tx), s)
	if err != nil {
		return err
	}
	for i := range *all {
		o := &(*all)[i]
		o.May = s.Can(access.HandleRequests, o.At)
		if o.Where, err = schoolOf(offering.Over(tx), o.At); err != nil {
			return err
		}
	}
	for _, c := range mine {
		*all = append(*all, Offered{Canned: c, May: true})
	}
	slices.SortStableFunc(*all, func(a, b Offered) int {
		if a.Personal() != b.Personal() {
			if a.Personal() {
				return -1
			}
			return 1
		}
		return strings.Compare(data.SortKey(a.Name, a.ID), data.SortKey(b.Name, b.ID))
	})
	return nil
}

func ownOf(wide *data.Tx, s *access.Session) (mine []Canned, err error) {
	for p, err := range OwnCanned.From(wide, s.Account.ID+"/") {
		if err != nil {
			return nil, err
		}
		mine = append(mine, p.Canned)
	}
	return mine, nil
}

// A Where is a place that canned answers may be written for.
type Where struct {
	At   data.Place
	Name string
}

// CannedPlaces lists the places that the person may write canned answers for,
// académies first, and is cut at a hundred.
func CannedPlaces(s *access.Session) (all []Where, err error) {
	reach := s.Reach(access.HandleRequests)
	err = s.See(func(tx *data.Tx) error {
		for a, err := range directory.Academies.All(tx) {
			if err != nil {
				return err
			}
			if at := data.Place(a.Slug); reach.Covers(at) {
				all = append(all, Where{at, a.Label()})
			}
		}
		for e, err := range directory.Establishments.All(tx) {
			if err != nil || len(all) >= 100 {
				return err
			}
			if at := e.Places()[0]; reach.Covers(at) {
				all = append(all, Where{at, e.Name})
			}
		}
		return nil
	})
	return all, err
}
