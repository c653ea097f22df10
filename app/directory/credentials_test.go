package directory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// The martins are a family of Balzac: Anne has Lucas there and Zoé at Colette,
// Karl has Lucas and lives abroad, without a known town.
type martins struct{ lucas, zoe, anne, karl directory.User }

func (c *cast) martins() (h martins) {
	c.t.Helper()
	c.class(balzac, "3A", "3e A")
	c.class(colette, "6C", "6e C")
	anne := someone(directory.Relative, "MARTIN", "Anne", balzac, colette)
	anne.Email.Federated = "anne@exemple.example"
	anne.Postal = directory.Address{Lines: []string{"1 rue Haute"}, PostalCode: "75900", Town: "ST-ELOI CEDEX 3"}
	h.anne = c.put(anne)
	h.karl = c.put(someone(directory.Relative, "WEBER", "Karl", balzac))
	lucas := aPupil("MARTIN", "Lucas", "2010-03-14", "3A", "3e", balzac)
	lucas.Links = []directory.Link{{Relative: h.anne.ID, Kind: "Mère"}, {Relative: h.karl.ID, Kind: "Père"}}
	h.lucas = c.put(lucas)
	zoe := aPupil("MARTIN", "Zoé", "2014-05-02", "6C", "6e", colette)
	zoe.Links = []directory.Link{{Relative: h.anne.ID, Kind: "Mère"}}
	h.zoe = c.put(zoe)
	return h
}

func (c *cast) class(uai, code, name string) {
	c.t.Helper()
	class := directory.Class{UAI: uai, Code: code, Name: name, At: placeOf(uai)}
	if err := c.system.Do(preparing, func(tx *data.Tx) (data.Row, error) { return class, directory.Classes.Put(tx, class) }); err != nil {
		c.t.Fatal(err)
	}
}

// export is the file of those of a filter, by the login or the name of the line.
func (c *cast) export(s *access.Session, f directory.Filter) [][]string {
	c.t.Helper()
	rows, err := directory.ExportCredentials(s, balzac, directory.Selection{Filter: f})
	if err != nil {
		c.t.Fatal(err)
	}
	return rows[1:]
}

// first tries to enter with an initial password, and reports whether it is asked
// to choose another one.
func (c *cast) first(login, initial string) bool {
	c.t.Helper()
	signed, err := c.SignIn(c.t.Context(), access.SignIn{Login: login, Password: initial, From: "192.0.2.9"})
	return err == nil && signed.Next == access.ChooseFirst && signed.Session == nil
}

// activates tries to activate the account of a relative with what they were told.
func (c *cast) activates(code, town string) (string, bool) {
	c.t.Helper()
	e, err := directory.BeginActivation(c.Gate, directory.ActivationForm{PostalCode: "75 900", Town: town, Codes: []string{code}}, "192.0.2.9")
	return e.Token, err == nil && e.Token != ""
}

func TestPupilsAreTold(t *testing.T) {
	c := newCast(t)
	c.martins()
	active := c.put(aPupil("PETIT", "Luc", "2010-01-01", "3A", "3e", balzac))
	c.activate(active.ID)
	suspended := aPupil("ROCHE", "Léa", "2010-01-02", "3A", "3e", balzac)
	suspended.SuspendedAt = firstDay
	c.put(suspended)
	rows := c.export(c.claire, directory.Filter{Profile: directory.Student})
	if len(rows) != 3 {
		t.Fatalf("%q", rows)
	}
	lucas := rows[0]
	if got := strings.Join(lucas[:5], ";"); got != "MARTIN;Lucas;14/03/2010;3e A;lucas.martin" || len(lucas[5]) != 8 || len(lucas[6]) != 11 {
		t.Errorf("%q", lucas)
	}
	if rows[1][5] != "activé" || rows[2][5] != "suspendu" {
		t.Errorf("%q", rows)
	}
	if _, list, err := directory.Credentials(c.claire, balzac, directory.Filter{Profile: directory.Student}, "", false, 10); err != nil || list[0].Handout.How != directory.Exported || list[1].Handout.How != "" {
		t.Errorf("%+v %v", list, err)
	}
	again := c.export(c.paul, directory.Filter{Profile: directory.Student})
	if !slices.Equal(again[0], lucas) {
		t.Errorf("another export says %q, the first %q", again[0], lucas)
	}
	if !c.first("lucas.martin", strings.ToUpper(lucas[5])) || c.first("lucas.martin", "abcdefgh") {
		t.Error("the initial password does not open, or another does")
	}
	if rows := c.export(c.claire, directory.Filter{Profile: directory.Student, State: directory.Active}); len(rows) != 1 || rows[0][0] != "PETIT" {
		t.Errorf("filtered: %q", rows)
	}
}

// TestRelativesAreTold: a local administrator tells the codes of the children of
// their establishment, and nothing of the others.
func TestRelativesAreTold(t *testing.T) {
	c := newCast(t)
	h := c.martins()
	f := directory.Filter{Profile: directory.Relative}
	anne := c.export(c.claire, f)[0]
	if got := strings.Join(anne[:5], ";"); got != "MARTIN;Anne;75900;ST-ELOI CEDEX 3;MARTIN Lucas, enfant d’un autre établissement" || len(anne[5]) != 11 || anne[6] != "" {
		t.Errorf("%q", anne)
	}
	wide := c.export(c.paul, f)[0]
	if wide[4] != "MARTIN Lucas, MARTIN Zoé" || !strings.HasPrefix(wide[5], anne[5]+", ") {
		t.Errorf("of both establishments: %q", wide)
	}
	pupil := c.export(c.claire, directory.Filter{Profile: directory.Student})[0]
	if pupil[6] != anne[5] {
		t.Errorf("the pupil's line says %q, the parent's %q", pupil[6], anne[5])
	}
	token, ok := c.activates(anne[5], "Saint-Éloi")
	if !ok {
		t.Fatal("the code of the file does not activate")
	}
	if _, err := directory.ChoosePassword(t.Context(), c.Gate, token, "192.0.2.9", directory.PasswordForm{Password: "renard-bleu-7", Again: "renard-bleu-7", Email: "anne@exemple.example", Terms: true}); err != nil {
		t.Fatal(err)
	}
	after := c.export(c.paul, f)[0]
	zoe := strings.Split(wide[5], ", ")[1]
	if after[5] != "activé, "+zoe || after[6] != "anne.martin" {
		t.Errorf("once active: %q, want the code of the second child %q", after, zoe)
	}
	if mine := c.export(c.claire, f)[0]; mine[5] != "activé" {
		t.Errorf("at Balzac: %q", mine)
	}
	if links := c.read(h.zoe.ID).Links; !links[0].Confirmed.IsZero() {
		t.Error("the link of the other child is confirmed")
	}
	if got := c.export(c.claire, directory.Filter{Profile: directory.Relative, Class: "3A"}); len(got) != 2 {
		t.Errorf("the parents of 3A: %q", got)
	}
	// A cursor beyond the last one, or before the first, gives the page there.
	for at, back := range map[string]bool{"\xff": false, "\x01": true} {
		list, err := directory.People(c.claire, balzac, directory.Filter{Profile: directory.Relative, Class: "3A"}, at, back, 1)
		if err != nil || len(list.Lines) != 1 || (list.Lines[0].ID == h.anne.ID) != back {
			t.Errorf("%q: %+v %v", at, list, err)
		}
	}
	if got := c.export(c.claire, directory.Filter{Profile: directory.Relative, Class: "3B"}); len(got) != 0 {
		t.Errorf("the parents of 3B: %q", got)
	}
}

// TestReservedCredentials: nobody reads the password of an administrator whom
// they may not renew.
func TestReservedCredentials(t *testing.T) {
	c := newCast(t)
	julie := c.put(aTeacher("FAURE", "Julie", balzac))
	c.makeAdmin(julie.ID, balzac)
	line := func(s *access.Session) string {
		for _, row := range c.export(s, directory.Filter{Profile: directory.Teacher}) {
			if row[0] == "FAURE" {
				return row[4]
			}
		}
		return "nobody"
	}
	if got := line(c.claire); got != "réservé" {
		t.Errorf("a local administrator reads %q", got)
	}
	if got := line(c.paul); len(got) != 8 {
		t.Errorf("a higher role reads %q", got)
	}
	// One who was given a password from the command line has no initial one.
	if err := access.Create(t.Context(), c.system, access.NewAdministrator{Login: "julie.faure", Password: "une phrase assez longue", Role: access.LocalAdmin, In: placeOf(balzac)}); err != nil {
		t.Fatal(err)
	}
	if got := line(c.paul); got != "activé" {
		t.Errorf("with a password of her own: %q", got)
	}
}

func TestDeletedCredentials(t *testing.T) {
	c := newCast(t)
	c.remove(c.put(aTeacher("MASSON", "Léon", balzac)))
	rows, err := directory.ExportCredentials(c.claire, balzac, directory.Selection{})
	if err != nil || len(rows) != 2 || slices.Contains(rows[0], "Mot de passe") || strings.Join(rows[1][:2], " ") != "MASSON Léon" {
		t.Errorf("%q %v", rows, err)
	}
	if _, _, err := directory.PrintCredentials(c.claire, balzac, directory.Selection{}, "https://ent.example"); access.KindOf(err) != access.Stale {
		t.Errorf("slips of deleted people: %v", err)
	}
}

func TestSlips(t *testing.T) {
	c := newCast(t)
	c.martins()
	c.class(balzac, "3B", "3e B")
	c.put(aPupil("AUBRY", "Noé", "2010-01-01", "3B", "3e", balzac))
	c.activate(c.put(aPupil("PETIT", "Luc", "2010-01-01", "3A", "3e", balzac)).ID)
	sheets, without, err := directory.PrintCredentials(c.claire, balzac, directory.Selection{Filter: directory.Filter{Profile: directory.Student}}, "https://ent.example")
	if err != nil || without != 1 || len(sheets) != 2 || sheets[0].Group != "3e A" || sheets[1].Group != "3e B" || sheets[0].Address != "https://ent.example/connexion" {
		t.Fatalf("%+v, %d without, %v", sheets, without, err)
	}
	if !c.first("lucas.martin", sheets[0].Lines[1].Value) {
		t.Errorf("what is on paper does not open: %+v", sheets[0])
	}
	c.pass(time.Hour)
	family, without, err := directory.PrintCredentials(c.claire, balzac, directory.Selection{Filter: directory.Filter{Profile: directory.Relative}}, "https://ent.example")
	if err != nil || without != 0 || len(family) != 2 || family[0].Group != "3e A" || family[0].Address != "https://ent.example/activation" {
		t.Fatalf("%+v, %d without, %v", family, without, err)
	}
	if _, ok := c.activates(family[0].Lines[2].Value, "Saint Eloi"); !ok {
		t.Errorf("what is on paper does not activate: %+v", family[0])
	}
	if anne := family[0]; len(anne.Lines) != 4 || anne.Lines[3].Label != "Autre enfant" || anne.Note != "Parent de MARTIN Lucas (3e A)" {
		t.Errorf("%+v", anne)
	}
	if karl := family[1]; len(karl.Lines) != 0 || karl.Address != "https://ent.example/code" {
		t.Errorf("somebody without an address is told %+v", karl)
	}
	if _, list, err := directory.Credentials(c.claire, balzac, directory.Filter{Profile: directory.Relative}, "", false, 10); err != nil || list[0].Where != "MARTIN Lucas (3e A), enfant d’un autre établissement" || list[1].Where != "MARTIN Lucas (3e A)" {
		t.Errorf("%+v %v", list, err)
	}
	_, lines, err := directory.Credentials(c.claire, balzac, directory.Filter{Profile: directory.Student}, "", false, 10)
	if err != nil || lines[1].Handout.How != directory.Printed || !lines[1].Handout.At.Equal(firstDay) || lines[1].By != "MOREAU Claire" || lines[2].Handout.How != "" {
		t.Errorf("%+v %v", lines, err)
	}
}

// TestExportsAreTold: each file leaves a line in the journal, with its filter and
// without a secret; out of reach there is nothing to export.
func TestExportsAreTold(t *testing.T) {
	c := newCast(t)
	h := c.martins()
	before := c.lastEvent()
	row := c.export(c.claire, directory.Filter{Profile: directory.Student, Class: "3A", State: directory.Inactive})[0]
	events := c.events()
	if e := events[0]; c.lastEvent() != before+1 || e.Action != "credentials.export" || e.Personal.Note != "Élèves, 3e A, inactifs, 1 compte" || e.Personal.By != "MOREAU Claire" {
		t.Errorf("%+v %+v", e, e.Personal)
	}
	if _, _, err := directory.PrintCredentials(c.claire, balzac, directory.Selection{Filter: directory.Filter{Profile: directory.Student}, IDs: []string{h.lucas.ID, h.lucas.ID}}, "https://ent.example"); err != nil {
		t.Fatal(err)
	}
	if _, err := directory.ExportPeople(c.claire, balzac, directory.Selection{Filter: directory.Filter{Profile: directory.Student}}); err != nil {
		t.Fatal(err)
	}
	events = c.events()
	if events[0].Action != "user.export" || events[1].Action != "credentials.print" || events[1].Personal.Note != "Élèves, choisis un à un, 1 compte" {
		t.Errorf("%+v %+v", events[0], events[1].Personal)
	}
	all := fmt.Sprintf("%+v", events)
	for _, e := range events {
		all += fmt.Sprintf("%+v", e.Personal)
	}
	for _, secret := range []string{row[5], row[6], strings.ReplaceAll(row[6], " ", "")} {
		if strings.Contains(all, secret) {
			t.Errorf("the journal holds %q", secret)
		}
	}
	before = c.lastEvent()
	for what, err := range map[string]error{
		"sophie's file":  must(directory.ExportCredentials(c.sophie, balzac, directory.Selection{Filter: directory.Filter{Profile: directory.Student}})),
		"sophie's list":  must(directory.ExportPeople(c.sophie, balzac, directory.Selection{Filter: directory.Filter{Profile: directory.Student}})),
		"of Colette":     must(directory.ExportCredentials(c.claire, balzac, directory.Selection{Filter: directory.Filter{Profile: directory.Student}, IDs: []string{h.zoe.ID}})),
		"of a parent":    must(directory.ExportCredentials(c.claire, balzac, directory.Selection{Filter: directory.Filter{Profile: directory.Student}, IDs: []string{h.anne.ID}})),
		"sophie's mails": must(directory.PrepareAction(c.sophie, balzac, directory.MassMail, directory.Selection{Filter: directory.Filter{Profile: directory.Student}})),
	} {
		wants(t, what, err, access.Missing)
	}
	if _, _, err := directory.PrintCredentials(c.sophie, balzac, directory.Selection{Filter: directory.Filter{Profile: directory.Student}}, ""); access.KindOf(err) != access.Missing {
		t.Errorf("sophie's slips: %v", err)
	}
	if c.lastEvent() != before {
		t.Error("a refused export is in the journal")
	}
}

func must[T any](_ T, err error) error { return err }

// TestRenewCredentials: what was handed out is void, the accounts in use are
// left, and the two parents of a child are told one code.
func TestRenewCredentials(t *testing.T) {
	c := newCast(t)
	c.martins()
	active := c.put(aPupil("PETIT", "Luc", "2010-01-01", "3A", "3e", balzac))
	c.activate(active.ID)
	pupils, relatives := directory.Filter{Profile: directory.Student}, directory.Filter{Profile: directory.Relative}
	before, family := c.export(c.claire, pupils)[0], c.export(c.paul, relatives)
	c.pass(time.Hour)
	m, lines := c.act(c.claire, directory.MassRenew, directory.Selection{Filter: pupils})
	if m.Done != 1 || lines[1].Done || lines[1].Says != "déjà activé" {
		t.Errorf("%+v %+v", m, lines)
	}
	if c.first("lucas.martin", before[5]) {
		t.Error("the former initial password opens")
	}
	after := c.export(c.claire, pupils)[0]
	if !c.first("lucas.martin", after[5]) || after[6] != before[6] {
		t.Errorf("%q then %q", before, after)
	}
	c.pass(time.Hour)
	m, lines = c.act(c.claire, directory.MassRenew, directory.Selection{Filter: relatives})
	if m.Done != 2 || lines[0].Says != "code renouvelé : MARTIN Lucas" {
		t.Errorf("%+v %+v", m, lines)
	}
	renewed := c.export(c.paul, relatives)
	mine, zoe, _ := strings.Cut(renewed[0][5], ", ")
	if was, zoeWas, _ := strings.Cut(family[0][5], ", "); was == mine || renewed[1][5] != mine {
		t.Errorf("%q then %q", family, renewed)
	} else if _, ok := c.activates(was, "Saint-Éloi"); ok || zoe != zoeWas {
		t.Errorf("the former code activates, or that of the other establishment was renewed")
	}
	if _, ok := c.activates(mine, "Saint-Éloi"); !ok {
		t.Error("the new code does not activate")
	}
	_, list, err := directory.Credentials(c.claire, balzac, directory.Filter{Profile: directory.Student, State: directory.Inactive}, "", false, 10)
	if err != nil || list[0].Handout.How != directory.Exported || !list[0].Handout.Renewed.IsZero() {
		t.Errorf("%+v %v", list, err)
	}
}

// TestMailCredentials writes to those who never connected and whose address is
// sure, and says why not to the others.
func TestMailCredentials(t *testing.T) {
	c := newCast(t)
	c.martins()
	teacher := aTeacher("ROCHE", "Léa", balzac)
	teacher.Email.Federated = "lea@exemple.example"
	c.put(teacher)
	unsure := aTeacher("PETIT", "Luc", balzac)
	unsure.Email, unsure.Unsure = directory.Both{Mine: "luc@exemple.example", Edited: true}, true
	c.put(unsure)
	c.put(aTeacher("AUBRY", "Noé", balzac))
	all := directory.Selection{Filter: directory.Filter{Profile: directory.Teacher}}
	_, lines := c.act(c.paul, directory.MassMail, all)
	for _, l := range lines {
		if l.Done {
			t.Errorf("without a mail server: %+v", l)
		}
	}
	c.carries(true)
	m, lines := c.act(c.paul, directory.MassMail, all)
	want := []string{"pas d’adresse e-mail", "déjà activé", "adresse e-mail non confirmée par la personne", "envoyé à lea@exemple.example"}
	for i, l := range lines {
		if l.Says != want[i] {
			t.Errorf("%s: %q, want %q", l.Name, l.Says, want[i])
		}
	}
	sent := c.mailed("lea@exemple.example")
	if m.Done != 1 || len(sent) != 1 || !sent[0].Secret || !c.first("lea.roche", sent[0].Facts[1].Value) {
		t.Errorf("%+v %+v", m, sent)
	}
	if _, lines = c.act(c.claire, directory.MassMail, directory.Selection{Filter: directory.Filter{Profile: directory.Relative}}); !lines[0].Done || lines[1].Says != "pas d’adresse e-mail" {
		t.Errorf("%+v", lines)
	}
	family := c.mailed("anne@exemple.example")
	if len(family) != 1 || len(family[0].Facts) != 3 {
		t.Fatalf("%+v", family)
	}
	if _, ok := c.activates(family[0].Facts[2].Value, "Saint-Éloi"); !ok {
		t.Error("what was mailed does not activate")
	}
}

// TestNewPasswordIsTold: the record tells what was sent and where, for as long as
// it is there.
func TestNewPasswordIsTold(t *testing.T) {
	c := newCast(t)
	teacher := aTeacher("ROCHE", "Léa", balzac)
	teacher.Email.Federated = "lea@exemple.example"
	lea := c.put(teacher)
	c.activate(lea.ID)
	wants(t, "no mail server", directory.NewPassword(c.claire, balzac, lea.ID), access.Stale)
	c.carries(true)
	if err := directory.NewPassword(c.claire, balzac, lea.ID); err != nil {
		t.Fatal(err)
	}
	if err := directory.NewRecordsPassword(t.Context(), c.claire, balzac, lea.ID); err != nil {
		t.Fatal(err)
	}
	r, err := directory.RecordOf(c.paul, balzac, lea.ID)
	if err != nil || r.Handout.How != directory.Linked || r.Handout.To != "lea@exemple.example" || r.HandoutBy != "MOREAU Claire" || r.RecordsBy != "MOREAU Claire" || !r.RecordsAt.Equal(c.now()) || !r.KeepsRecords() {
		t.Errorf("%+v %v", r, err)
	}
	if err := directory.NewPassword(c.claire, balzac, c.user("claire.moreau").ID); err == nil || !strings.Contains(err.Error(), "Mon compte") {
		t.Errorf("one's own: %v", err)
	}
	bare := c.put(aTeacher("AUBRY", "Noé", balzac))
	if err := directory.NewPassword(c.claire, balzac, bare.ID); err == nil || err.Error() != directory.NoAddress {
		t.Errorf("without an address: %v", err)
	}
	if err := directory.NewRecordsPassword(t.Context(), c.claire, balzac, c.put(aPupil("PETIT", "Luc", "2010-01-01", "", "", balzac)).ID); access.KindOf(err) != access.Stale {
		t.Errorf("records password of a pupil: %v", err)
	}
	c.remove(lea)
	c.pass(directory.Retention + day)
	if err := directory.PurgeDeleted(c.system); err != nil {
		t.Fatal(err)
	}
	c.see(func(tx *data.Tx) error {
		if has, err := directory.Handouts.Has(tx, lea.ID); has || err != nil {
			t.Errorf("somebody erased is still told of: %v", err)
		}
		return nil
	})
}
