package directory_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// act prepares, confirms and ends a mass action at Balzac.
func (c *cast) act(s *access.Session, kind directory.MassKind, sel directory.Selection) (directory.MassAction, []directory.MassLine) {
	c.t.Helper()
	id, err := directory.PrepareAction(s, balzac, kind, sel)
	if err != nil {
		c.t.Fatal(err)
	}
	run, err := directory.StartAction(s, balzac, id, "Fin d’année")
	if err == nil {
		err = run(c.t.Context())
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return c.told(s, id)
}

// told is what became of a mass action.
func (c *cast) told(s *access.Session, id string) (directory.MassAction, []directory.MassLine) {
	c.t.Helper()
	m, err := directory.ReadAction(s, balzac, id)
	if err != nil {
		c.t.Fatal(err)
	}
	lines, err := directory.LinesOf(s, balzac, id, directory.LinesAll, 0, m.Total+1)
	if err != nil || len(lines) != m.Total {
		c.t.Fatalf("%d lines of %d, %v", len(lines), m.Total, err)
	}
	return m, lines
}

func (c *cast) undo(s *access.Session, id string) (directory.MassAction, []directory.MassLine) {
	c.t.Helper()
	back, run, err := directory.UndoAction(s, balzac, id)
	if err == nil {
		err = run(c.t.Context())
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return c.told(s, back)
}

// pupils puts active pupils of Balzac.
func (c *cast) pupils(n int) (all []directory.User) {
	c.t.Helper()
	for i := range n {
		u := aPupil("ELEVE", fmt.Sprintf("N%02d", i), "2010-01-01", "3A", "3e", balzac)
		u.ActivatedAt = firstDay
		all = append(all, c.put(u))
	}
	return all
}

func says(lines []directory.MassLine) (all []string) {
	for _, l := range lines {
		all = append(all, l.Name+": "+l.Says)
	}
	return all
}

// TestMassSuspension: nobody suspends oneself or a higher role by it, whoever
// was is left, and the undoing gives back exactly what was.
func TestMassSuspension(t *testing.T) {
	c := newCast(t)
	julie := c.put(aTeacher("FAURE", "Julie", balzac))
	c.makeAdmin(julie.ID, balzac)
	higher := c.put(aTeacher("LEROY", "Paule", balzac))
	c.activate(higher.ID)
	if err := c.system.Do(preparing, func(tx *data.Tx) (data.Row, error) {
		return access.Give(tx, higher.ID, access.AcademySupport, "val-de-seine")
	}); err != nil {
		t.Fatal(err)
	}
	gone := aTeacher("MASSON", "Léon", balzac)
	gone.SuspendedAt, gone.Reason = firstDay, "Départ"
	c.put(gone)
	roche := c.put(aTeacher("ROCHE", "Léa", balzac))
	c.activate(roche.ID)
	open, err := c.SignIn(t.Context(), access.SignIn{Login: "lea.roche", Password: password, From: "192.0.2.9"})
	if err != nil {
		t.Fatal(err)
	}
	before := c.everybody()
	c.pass(time.Minute)
	m, lines := c.act(c.claire, directory.MassSuspend, directory.Selection{Filter: directory.Filter{Profile: directory.Teacher}})
	want := []string{"FAURE Julie: compte suspendu", "LEROY Paule: administrateur d’un rôle supérieur au vôtre", "MASSON Léon: déjà suspendu", "MOREAU Claire: c’est votre propre compte", "ROCHE Léa: compte suspendu"}
	if got := says(lines); !slices.Equal(got, want) || m.Done != 2 || m.Skipped() != 3 || m.State != directory.MassDone {
		t.Errorf("%q, %+v", got, m)
	}
	if u := c.read(roche.ID); u.State() != directory.Suspended || u.Reason != "Fin d’année" || !u.SuspendedAt.Equal(c.now()) {
		t.Errorf("%+v", u)
	}
	if _, err := c.Resume(open.Token, "192.0.2.9", false); access.KindOf(err) != access.Anonymous {
		t.Errorf("an open session goes on: %v", err)
	}
	if e := c.events()[0]; e.Action != "user.suspend-many" || e.Personal.Note != "2 faits, 3 ignorés" || e.Personal.By != "MOREAU Claire" || e.Personal.Label != "Enseignants, 5 comptes" {
		t.Errorf("%+v %+v", e, e.Personal)
	}
	events, err := directory.History(c.claire, balzac, roche.ID, 10)
	if err != nil || len(events) == 0 || events[0].Says != "Suspension du compte, avec d’autres" || events[0].By != "MOREAU Claire" {
		t.Errorf("%+v %v", events, err)
	}
	c.pass(time.Minute)
	c.edit(c.claire, balzac, julie.ID, func(f *directory.UserForm) { f.Mobile = "06 39 98 00 01" }) // touched since
	back, undone := c.undo(c.claire, m.ID)
	if got := says(undone); !slices.Equal(got, []string{"FAURE Julie: modifié depuis : à reprendre sur sa fiche", "ROCHE Léa: compte réactivé"}) {
		t.Errorf("%q %+v", got, back)
	}
	after := c.everybody()
	for _, login := range []string{"lea.roche", "leon.masson", "paule.leroy", "claire.moreau"} {
		was, is := before[login], after[login]
		if is.Version = was.Version; !reflect.DeepEqual(was, is) {
			t.Errorf("%s is not as it was:\n%+v\n%+v", login, is, was)
		}
	}
	if _, _, err := directory.UndoAction(c.claire, balzac, m.ID); access.KindOf(err) != access.Stale {
		t.Errorf("undone twice: %v", err)
	}
	// The undoing is undone too: the suspension is the one that was.
	if _, again := c.undo(c.claire, back.ID); !again[0].Done || c.read(roche.ID).Reason != "Fin d’année" || !c.read(roche.ID).SuspendedAt.Equal(firstDay.Add(time.Minute)) {
		t.Errorf("%+v %+v", again, c.read(roche.ID))
	}
}

// TestMassReach: an action is read and confirmed by whom it belongs to, and
// nobody is reached through it.
func TestMassReach(t *testing.T) {
	c := newCast(t)
	all := c.pupils(2)
	id, err := directory.PrepareAction(c.claire, balzac, directory.MassSuspend, directory.Selection{Filter: directory.Filter{Profile: directory.Student}, IDs: []string{all[0].ID, all[0].ID}})
	if err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"read by sophie":         must(directory.ReadAction(c.sophie, balzac, id)),
		"at her own address":     must(directory.ReadAction(c.sophie, colette, id)),
		"before it is confirmed": must(directory.ReadAction(c.paul, balzac, id)),
		"at another address":     must(directory.ReadAction(c.marc, colette, id)),
		"confirmed by sophie":    must(directory.StartAction(c.sophie, balzac, id, "")),
		"confirmed by paul":      must(directory.StartAction(c.paul, balzac, id, "")),
		"an unknown kind":        must(directory.PrepareAction(c.claire, balzac, "effacement", directory.Selection{IDs: []string{all[0].ID}})),
	} {
		wants(t, what, err, access.Missing)
	}
	wants(t, "on nobody", must(directory.PrepareAction(c.claire, balzac, directory.MassSuspend, directory.Selection{Filter: directory.Filter{Profile: directory.Guest}})), access.Stale)
	if c.read(all[0].ID).State() != directory.Active {
		t.Error("suspended before it was confirmed")
	}
	run, err := directory.StartAction(c.claire, balzac, id, "")
	if err != nil {
		t.Fatal(err)
	}
	wants(t, "confirmed twice", must(directory.StartAction(c.claire, balzac, id, "")), access.Stale)
	if err := run(t.Context()); err != nil {
		t.Fatal(err)
	}
	wants(t, "done, at another address", must(directory.ReadAction(c.marc, colette, id)), access.Missing)
	if m, _ := c.told(c.paul, id); m.Total != 1 || c.read(all[1].ID).State() != directory.Active {
		t.Errorf("%+v", m)
	}
	c.pass(25 * time.Hour)
	forgotten, err := directory.PrepareAction(c.claire, balzac, directory.MassSuspend, directory.Selection{Filter: directory.Filter{Profile: directory.Student}})
	if err == nil {
		c.pass(25 * time.Hour)
		err = directory.ForgetActions(c.system)
	}
	if err != nil {
		t.Fatal(err)
	}
	wants(t, "never confirmed", must(directory.ReadAction(c.claire, balzac, forgotten)), access.Missing)
	c.told(c.paul, id)
	c.pass(directory.Retention)
	if err := directory.ForgetActions(c.system); err != nil {
		t.Fatal(err)
	}
	wants(t, "long ago", must(directory.ReadAction(c.paul, balzac, id)), access.Missing)
}

// A stopping context ends after it was asked so many times.
type stopping struct {
	context.Context
	left int
}

func (s *stopping) Err() error {
	if s.left--; s.left < 0 {
		return context.Canceled
	}
	return nil
}

// TestMassActionResumes stops an action between two transactions: the next start
// ends it, without doing anything twice.
func TestMassActionResumes(t *testing.T) {
	c := newCast(t)
	defer directory.SetMassBatch(3)()
	all := c.pupils(10)
	julie := c.put(aTeacher("FAURE", "Julie", balzac))
	id, err := directory.PrepareAction(c.claire, balzac, directory.MassSuspend, directory.Selection{Filter: directory.Filter{Profile: directory.Student}})
	if err != nil {
		t.Fatal(err)
	}
	run, err := directory.StartAction(c.claire, balzac, id, "Fin d’année")
	if err != nil {
		t.Fatal(err)
	}
	if err := run(&stopping{t.Context(), 2}); err == nil {
		t.Fatal("it was not stopped")
	}
	m, _ := c.told(c.claire, id)
	if m.State != directory.MassStopped || m.Step != 6 || m.Done != 6 {
		t.Fatalf("%+v", m)
	}
	touched := c.read(all[0].ID).Version
	c.makeAdmin(julie.ID, balzac)
	c.pass(time.Hour)
	if err := directory.ResumeActions(t.Context(), c.Gate); err != nil {
		t.Fatal(err)
	}
	m, lines := c.told(c.claire, id)
	if m.State != directory.MassDone || m.Done != 10 || m.By != "MOREAU Claire" {
		t.Errorf("%+v", m)
	}
	for _, l := range lines {
		if u := c.read(l.User); !l.Done || u.State() != directory.Suspended || u.Reason != "Fin d’année" {
			t.Errorf("%+v %+v", l, u)
		}
	}
	if v := c.read(all[0].ID).Version; v != touched {
		t.Errorf("done twice: version %d, then %d", touched, v)
	}
	ends := 0
	for _, e := range c.events() {
		if e.Action == "user.suspend-many" {
			ends++
			if e.Personal.By != "MOREAU Claire (action reprise)" {
				t.Errorf("told of %q", e.Personal.By)
			}
		}
	}
	if ends != 1 {
		t.Errorf("told %d times", ends)
	}
	if err := directory.ResumeActions(t.Context(), c.Gate); err != nil {
		t.Error(err)
	}
}

// TestResumedLeavesAdministrators: what is resumed acts for nobody, and leaves
// whoever became an administrator meanwhile.
func TestResumedLeavesAdministrators(t *testing.T) {
	c := newCast(t)
	julie := c.put(aTeacher("FAURE", "Julie", balzac))
	id, err := directory.PrepareAction(c.claire, balzac, directory.MassSuspend, directory.Selection{Filter: directory.Filter{Profile: directory.Teacher}})
	if err == nil {
		_, err = directory.StartAction(c.claire, balzac, id, "")
	}
	if err != nil {
		t.Fatal(err)
	}
	c.makeAdmin(julie.ID, balzac)
	if err := directory.ResumeActions(t.Context(), c.Gate); err != nil {
		t.Fatal(err)
	}
	m, lines := c.told(c.claire, id)
	if got := says(lines); m.Done != 0 || !slices.Equal(got, []string{"FAURE Julie: compte d’administrateur : à traiter sur sa fiche", "MOREAU Claire: c’est votre propre compte"}) {
		t.Errorf("%q", got)
	}
}

// TestResumedKeepsItsReach: what is resumed reaches no further than who asked
// for it did.
func TestResumedKeepsItsReach(t *testing.T) {
	c := newCast(t)
	c.martins()
	f := directory.Filter{Profile: directory.Relative}
	before := c.export(c.paul, f)[0]
	id, err := directory.PrepareAction(c.claire, balzac, directory.MassRenew, directory.Selection{Filter: f})
	if err == nil {
		_, err = directory.StartAction(c.claire, balzac, id, "")
	}
	if err == nil {
		err = directory.ResumeActions(t.Context(), c.Gate)
	}
	if err != nil {
		t.Fatal(err)
	}
	lucas, zoe, _ := strings.Cut(before[5], ", ")
	if after := c.export(c.paul, f)[0][5]; strings.HasPrefix(after, lucas) || !strings.HasSuffix(after, zoe) {
		t.Errorf("%q, then %q: the code of the child of Colette stays, the other changes", before[5], after)
	}
}

// TestMassRecords issues the records passwords of a list: to those who keep one
// and have an address, by mail alone.
func TestMassRecords(t *testing.T) {
	c := newCast(t)
	c.carries(true)
	cpe := someone(directory.Staff, "ROUX", "Inès", balzac)
	cpe.Attachments[0].Functions = []directory.Function{{Code: "EDU", Name: "EDUCATION"}}
	cpe.Email.Federated = "ines@exemple.example"
	cpe = c.put(cpe)
	c.activate(cpe.ID)
	clerk := someone(directory.Staff, "BLANC", "Ève", balzac)
	clerk.Attachments[0].Functions = []directory.Function{{Code: "DOC", Name: "DOCUMENTATION"}}
	c.put(clerk)
	m, lines := c.act(c.claire, directory.MassRecords, directory.Selection{Filter: directory.Filter{Profile: directory.Staff}})
	if m.Done != 1 || !strings.HasPrefix(lines[0].Says, "Seuls les enseignants") || lines[1].Says != "envoyé à ines@exemple.example" {
		t.Errorf("%+v", lines)
	}
	sent := c.mailed("ines@exemple.example")
	if len(sent) != 1 {
		t.Fatalf("%+v", sent)
	}
	ines := c.signIn("ines.roux")
	if err := ines.OpenRecords(t.Context(), sent[0].Facts[0].Value); err != nil {
		t.Errorf("what was mailed does not open: %v", err)
	}
	for range access.RecordsErrors {
		_ = ines.OpenRecords(t.Context(), "000000x")
	}
	r, causes, err := directory.Diagnose(c.claire, balzac, cpe.ID)
	if err != nil || r.RecordsLocked.IsZero() || len(causes) != 1 || causes[0].Path != "/mot-de-passe-scolarite" {
		t.Errorf("%+v %v", causes, err)
	}
	c.pass(time.Minute)
	if err := directory.NewRecordsPassword(t.Context(), c.claire, balzac, cpe.ID); err != nil {
		t.Fatal(err)
	}
	if err := ines.OpenRecords(t.Context(), c.mailed("ines@exemple.example")[1].Facts[0].Value); err != nil {
		t.Errorf("a new one does not unlock: %v", err)
	}
}

// TestErasedFromActions: whoever is erased leaves no name in what was done.
func TestErasedFromActions(t *testing.T) {
	c := newCast(t)
	all := c.pupils(2)
	m, _ := c.act(c.claire, directory.MassSuspend, directory.Selection{Filter: directory.Filter{Profile: directory.Student}})
	gone := c.read(all[0].ID)
	c.remove(gone)
	c.pass(directory.Retention + day)
	if err := directory.PurgeDeleted(c.system); err != nil {
		t.Fatal(err)
	}
	_, lines := c.told(c.marc, m.ID)
	if lines[0].Name != "" || lines[0].User != "" || lines[1].Name != all[1].Label() {
		t.Errorf("%+v", lines)
	}
}

// TestMassSuspensionKeepsSupport: the last assistant of level 2 whose role has
// no end is left by it, though another one, whose role will end, asks for it.
func TestMassSuspensionKeepsSupport(t *testing.T) {
	c := newCast(t)
	lea := c.put(aTeacher("ROCHE", "Léa", balzac))
	c.activate(lea.ID)
	if err := c.system.Do(preparing, func(tx *data.Tx) (data.Row, error) {
		for g, err := range access.GrantsByAccount.All(tx, c.marc.Account.ID) {
			if err != nil {
				return nil, err
			}
			g.Until = c.now().Add(30 * day)
			if err := access.Grants.Put(tx, g); err != nil {
				return nil, err
			}
			break
		}
		return access.Give(tx, lea.ID, access.Level2Support, "")
	}); err != nil {
		t.Fatal(err)
	}
	marc := c.signIn("marc.dubois")
	_, lines := c.act(marc, directory.MassSuspend, directory.Selection{Filter: directory.Filter{Profile: directory.Teacher}})
	want := []string{"MOREAU Claire: compte suspendu", "ROCHE Léa: dernier assistant de niveau 2"}
	if got := says(lines); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if c.read(lea.ID).State() == directory.Suspended {
		t.Error("nobody is left to run the appliance")
	}
}
