package requests

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"preau/app/access"
	"preau/data"
)

// A View is a search that somebody keeps for themselves, under a name.
type View struct {
	Account string    `cbor:"id"`
	ID      string    `cbor:"v"`
	Name    string    `cbor:"name"`
	Query   string    `cbor:"q"` // of the address of the list
	Filter  Filter    `cbor:"f"` // what it chooses, for its counter
	At      time.Time `cbor:"t"`
}

// Key is the account, then the view.
func (v View) Key() string { return v.Account + "/" + v.ID }

// Places is the whole appliance: a view is read by its owner alone, through their
// own operations.
func (v View) Places() []data.Place { return []data.Place{""} }

// Views are the searches that people keep.
var Views = data.NewTable[View]("request-views").Unlogged()

// viewing keeps what the owner alone reads.
var viewing = data.NewCrossing("requests.views", "Garder et retrouver les recherches et les réponses types que la personne connectée a enregistrées pour elle")

// Bounds of the views of one person.
const (
	MostViews = 30
	viewName  = 60   // characters
	viewQuery = 2000 // bytes
)

// SaveView keeps a search under a name, in the place of one of the same name.
func SaveView(s *access.Session, name, query string, f Filter) error {
	if err := checkViewName(name); err != nil {
		return err
	}
	if len(query) > viewQuery {
		return access.Conflict("Cette recherche est trop longue pour être enregistrée.")
	}
	return s.Upkeep(func(tx *data.Tx) error {
		tx = viewing.Over(tx)
		mine, err := viewsOf(tx, s)
		if err != nil {
			return err
		}
		v := View{Account: s.Account.ID, ID: tx.ID(), Name: name, Query: query, Filter: f, At: tx.Now}
		if i := named(mine, name); i >= 0 {
			v.ID = mine[i].ID
		} else if len(mine) >= MostViews {
			return access.Wrong("nom", "Vous avez déjà 30 vues\u00a0: supprimez-en une pour enregistrer celle-ci.")
		}
		return Views.Put(tx, v)
	})
}

func checkViewName(name string) error {
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		return access.Wrong("nom", "Donnez un nom à cette vue.")
	case n > viewName:
		return access.Wrong("nom", "Le nom d’une vue compte 60 caractères au plus.")
	}
	return nil
}

func named(all []View, name string) int {
	return slices.IndexFunc(all, func(v View) bool { return strings.EqualFold(v.Name, name) })
}

// RenameView gives another name to a view of the person.
func RenameView(s *access.Session, id, name string) error {
	if err := checkViewName(name); err != nil {
		return err
	}
	return s.Upkeep(func(tx *data.Tx) error {
		tx = viewing.Over(tx)
		mine, err := viewsOf(tx, s)
		if err != nil {
			return err
		}
		if i := named(mine, name); i >= 0 && mine[i].ID != id {
			return access.Wrong("nom", "Une autre de vos vues a déjà ce nom.")
		}
		v, err := Views.Get(tx, View{Account: s.Account.ID, ID: id}.Key())
		if err != nil {
			return err
		}
		v.Name = name
		return Views.Put(tx, v)
	})
}

// DropView forgets a view of the person.
func DropView(s *access.Session, id string) error {
	return s.Upkeep(func(tx *data.Tx) error {
		return Views.Delete(viewing.Over(tx), View{Account: s.Account.ID, ID: id}.Key())
	})
}

// A Counted is a view, with how many requests it finds.
type Counted struct {
	View
	Total   int
	More    bool // there are more than Total
	Unknown bool // its establishment is no longer within reach, or the index is being made again
}

// ViewsOf returns the views of the person by name, each with its counter: exact
// up to 1,000.
func ViewsOf(s *access.Session) (all []Counted, err error) {
	err = s.See(func(tx *data.Tx) error {
		mine, err := viewsOf(viewing.Over(tx), s)
		for _, v := range mine {
			all = append(all, countOf(tx, s, v))
		}
		return err
	})
	return all, err
}

// NamesOfViews returns the views of the person by name, which nobody has counted.
func NamesOfViews(s *access.Session) (all []Counted, err error) {
	err = s.See(func(tx *data.Tx) error {
		mine, err := viewsOf(viewing.Over(tx), s)
		for _, v := range mine {
			all = append(all, Counted{View: v, Unknown: true})
		}
		return err
	})
	return all, err
}

// ViewOf returns one view of the person.
func ViewOf(s *access.Session, id string) (v View, err error) {
	err = s.See(func(tx *data.Tx) error {
		v, err = Views.Get(viewing.Over(tx), View{Account: s.Account.ID, ID: id}.Key())
		return err
	})
	return v, err
}

func viewsOf(wide *data.Tx, s *access.Session) (mine []View, err error) {
	for v, err := range Views.From(wide, s.Account.ID+"/") {
		if err != nil {
			return nil, err
		}
		mine = append(mine, v)
	}
	slices.SortFunc(mine, func(a, b View) int { return strings.Compare(data.SortKey(a.Name, a.ID), data.SortKey(b.Name, b.ID)) })
	return mine, nil
}

func countOf(tx *data.Tx, s *access.Session, v View) Counted {
	c := Counted{View: v}
	places, err := placesOf(tx, s, v.Filter.UAI)
	if err != nil {
		c.Unknown = true
		return c
	}
	var list List
	_, err = Look{Filter: v.Filter, Sort: ByNumber, Page: 1, Size: 1}.find(tx, s, places, &list)
	c.Total, c.More, c.Unknown = list.Total, list.More, err != nil || list.Partly
	if c.Total > counted {
		c.Total, c.More = counted, true
	}
	return c
}
