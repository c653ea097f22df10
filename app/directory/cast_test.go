package directory_test

import (
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// The establishments of the cast: two of one académie, one of another.
var (
	balzac  = uai("0759001")
	colette = uai("0759002")
	savoie  = uai("0749003")
)

func placeOf(uai string) data.Place {
	if uai == savoie {
		return directory.PlaceOf("mont-blanc", uai)
	}
	return directory.PlaceOf("val-de-seine", uai)
}

// A cast is a world with three establishments and those who administer them.
type cast struct {
	*world
	claire *access.Session // a teacher of Balzac, its local administrator
	sophie *access.Session // the local administrator of Colette, nobody of it
	paul   *access.Session // academy_advisor of Val-de-Seine
	marc   *access.Session // level2_support
}

func newCast(t testing.TB) *cast {
	t.Helper()
	w := newWorld(t)
	for _, f := range []directory.NewEstablishment{
		{UAI: balzac, Name: "Lycée Honoré de Balzac", Kind: directory.GeneralLycee, Academy: "Val-de-Seine", Town: "Saint-Éloi"},
		{UAI: colette, Name: "Collège Colette", Kind: directory.College, Academy: "Val-de-Seine", Town: "Neuville"},
		{UAI: savoie, Name: "Collège des Aiguilles", Kind: directory.College, Academy: "Mont-Blanc", Town: "Les Praz"},
	} {
		if _, err := directory.CreateEstablishment(w.system, f); err != nil {
			t.Fatal(err)
		}
	}
	c := &cast{world: w}
	claire := w.put(aTeacher("MOREAU", "Claire", balzac))
	w.activate(claire.ID)
	w.makeAdmin(claire.ID, balzac)
	c.claire = w.signIn("claire.moreau")
	c.sophie = w.administrator("sophie.girard", access.LocalAdmin, placeOf(colette))
	c.paul = w.administrator("paul.lefevre", access.AcademyAdvisor, "val-de-seine")
	c.marc = w.administrator("marc.dubois", access.Level2Support, "")
	return c
}

// someone is somebody of the federated directory, at one or more establishments,
// the first being the main one.
func someone(p directory.Profile, last, first string, uais ...string) directory.User {
	u := directory.User{Profile: p, LastName: last, FirstName: first, Source: directory.FromAAF}
	for i, uai := range uais {
		u.Attachments = append(u.Attachments, directory.Attachment{At: placeOf(uai), Main: i == 0})
	}
	return u
}

func aTeacher(last, first string, uais ...string) directory.User {
	return someone(directory.Teacher, last, first, uais...)
}

func aPupil(last, first, birth, class, grade string, uais ...string) directory.User {
	u := someone(directory.Student, last, first, uais...)
	u.Birth, u.Grade = directory.Date(birth), grade
	if class != "" {
		u.Attachments[0].Classes = []string{class}
	}
	return u
}

// put stores somebody as an import would, with a UID and a login of their own
// unless they have one.
func (w *world) put(u directory.User) directory.User {
	w.t.Helper()
	err := w.system.Do(preparing, func(tx *data.Tx) (_ data.Row, err error) {
		if u.ID == "" {
			if u.ID, err = access.NewUID(tx); err != nil {
				return nil, err
			}
		}
		if u.Login.Value() == "" {
			u.Login.Federated = strings.ReplaceAll(data.Fold(u.FirstName)+"."+data.Fold(u.LastName), " ", "")
		}
		if u.CreatedAt.IsZero() {
			u.CreatedAt = tx.Now
		}
		if err := directory.Users.Put(tx, u); err != nil {
			return nil, err
		}
		// makes the account; nobody is active from year zero
		if u, err = directory.Activate(tx, u.ID, "", u.ActivatedAt); err != nil {
			return nil, err
		}
		return u, nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return w.read(u.ID)
}

// read returns somebody as they are stored.
func (w *world) read(id string) (u directory.User) {
	w.t.Helper()
	w.see(func(tx *data.Tx) (err error) { u, err = directory.Users.Get(tx, id); return err })
	return u
}

func (w *world) see(fn func(*data.Tx) error) {
	w.t.Helper()
	if err := w.system.See(fn); err != nil {
		w.t.Fatal(err)
	}
}

// remove deletes an account as an import does.
func (w *world) remove(u directory.User) directory.User {
	w.t.Helper()
	u = w.read(u.ID)
	u.DeletedAt, u.DeletedBy = w.now(), "Absent de l’annuaire fédérateur"
	return w.put(u)
}

// form is the record of somebody as its page would send it back.
func form(u directory.User) directory.UserForm {
	return directory.UserForm{Version: u.Version, Login: u.Login.Value(), Email: u.Email.Value(), Mobile: u.Mobile.Value(), Home: u.Home.Value(), Work: u.Work.Value(),
		LastName: u.LastName, FirstName: u.FirstName, Title: u.Title, Birth: u.Birth.String(), Street: strings.Join(u.Postal.Lines, "\n"), PostalCode: u.Postal.PostalCode, Town: u.Postal.Town}
}

// edit changes a record in the name of somebody, as must succeed.
func (w *world) edit(s *access.Session, uai, id string, change func(*directory.UserForm)) directory.User {
	w.t.Helper()
	if err := w.tryEdit(s, uai, id, change); err != nil {
		w.t.Fatal(err)
	}
	return w.read(id)
}

func (w *world) tryEdit(s *access.Session, uai, id string, change func(*directory.UserForm)) error {
	f := form(w.read(id))
	change(&f)
	return directory.EditUser(s, uai, id, f)
}

// makeAdmin makes somebody a local administrator in the name of the appliance.
func (w *world) makeAdmin(id, uai string) {
	w.t.Helper()
	w.edit(w.system, uai, id, func(f *directory.UserForm) { f.Admin = new(true) })
}

// events are all those of the journal, newest first.
func (w *world) events() (all []data.Event) {
	w.t.Helper()
	w.see(func(tx *data.Tx) (err error) { all, err = data.Events(tx, "", 0, 10_000); return err })
	return all
}

// indexed waits until searches show what is committed.
func (w *world) indexed() {
	w.t.Helper()
	if err := w.store.WaitIndexed(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// wants checks the kind of an error.
func wants(t *testing.T, what string, err error, want access.Kind) {
	t.Helper()
	if err == nil || access.KindOf(err) != want {
		t.Errorf("%s: %v (kind %d), want kind %d", what, err, access.KindOf(err), want)
	}
}

// wantsField checks that a form is refused beside a field.
func wantsField(t *testing.T, what string, err error, field string) {
	t.Helper()
	refusal, ok := err.(*access.Refusal)
	if !ok || refusal.Kind != access.Invalid || refusal.Fields[field] == "" {
		t.Errorf("%s: %v, want a sentence beside %q", what, err, field)
	}
}

const day = 24 * time.Hour
