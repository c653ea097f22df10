package directory_test

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

const guestHeader = "Nom;Prénom;Titre;Mail;Date de naissance;Adresse;Code Postal;Commune;Téléphone Domicile;Téléphone Portable;Téléphone Professionnel\r\n"

// guestFile is a file of three guests, as Excel writes it.
const guestFile = guestHeader +
	"Vasseur;Luc;M.;luc.vasseur@exemple.example;12/03/1985;\"3, rue des Tilleuls\nBât. B\";75900;Saint-Éloi;01 99 00 00 01;06 39 98 00 01;\r\n" +
	"Müller;Élise;Mme;elise.muller@exemple.example;1990-12-01;;;;;;\r\n" +
	"N'Guessan;Awa;;awa@exemple.example;05/07/1978\r\n"

// send reads a file in the name of somebody, as must succeed.
func (c *cast) send(s *access.Session, uai, file string) string {
	c.t.Helper()
	id, err := directory.ReadGuests(s, uai, "liste.csv", strings.NewReader(file))
	if err != nil {
		c.t.Fatal(err)
	}
	return id
}

// fates are those of the lines of an import, such as « 2 créé ».
func (c *cast) fates(s *access.Session, uai, id string) (all []string) {
	c.t.Helper()
	_, lines, err := directory.ReadGuestImport(s, uai, id)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, l := range lines {
		says := fmt.Sprint(l.N, " ", l.Fate)
		for _, w := range l.Why {
			says += " [" + w.Column + "]"
		}
		all = append(all, says)
	}
	return all
}

// apply imports every line of an import but some, as it is shown now.
func (c *cast) apply(s *access.Session, uai, id string, but ...int) (directory.GuestCounts, error) {
	c.t.Helper()
	_, lines, err := directory.ReadGuestImport(s, uai, id)
	if err != nil {
		c.t.Fatal(err)
	}
	var chosen []int
	for _, l := range lines {
		if !slices.Contains(but, l.N) {
			chosen = append(chosen, l.N)
		}
	}
	return directory.ImportGuests(s, uai, id, chosen, directory.Digest(lines))
}

// guests are the logins of the guests of an establishment, by state.
func (c *cast) guests(uai string) (all []string) {
	c.t.Helper()
	for login, u := range c.everybody() {
		if _, here := u.At(placeOf(uai)); here && u.Profile == directory.Guest {
			all = append(all, login+" "+u.State().Label())
		}
	}
	slices.Sort(all)
	return all
}

// P16: nothing is written before « Importer »; then each is created and mailed,
// and the same file again changes nothing.
func TestGuestImport(t *testing.T) {
	c := newCast(t)
	c.posts()
	before := c.lastEvent()
	id := c.send(c.claire, balzac, guestFile)
	if got, want := c.fates(c.claire, balzac, id), []string{"2 créé", "4 créé", "5 créé"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if c.lastEvent() != before || len(c.guests(balzac)) != 0 || len(c.mails()) != 0 {
		t.Error("something was written before « Importer »")
	}
	n, err := c.apply(c.claire, balzac, id)
	if err != nil || n.String() != "3 créés" {
		t.Fatal(n, err)
	}
	if got, want := c.guests(balzac), []string{"awa.nguessan Inactif", "elise.muller Inactif", "luc.vasseur Inactif"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	u := c.user("luc.vasseur")
	if u.Birth != "1985-03-12" || u.Title != "M." || u.Mobile.Value() != "06 39 98 00 01" || u.Home.Value() != "01 99 00 00 01" || u.Postal.String() != "3, rue des Tilleuls, Bât. B, 75900 Saint-Éloi" || u.LastName != "VASSEUR" {
		t.Errorf("%+v", u)
	}
	for _, to := range []string{"luc.vasseur@exemple.example", "elise.muller@exemple.example", "awa@exemple.example"} {
		if sent := c.mailed(to); len(sent) != 1 || c.choose(sent[0]) != nil {
			t.Errorf("%s: %+v", to, sent)
		}
	}
	if e := c.events(); e[len(e)-int(before)-1].Action == "" || !slices.ContainsFunc(e, func(e data.Event) bool {
		return e.Action == "guest.import" && e.Personal.Note == "3 créés" && e.Personal.Label == "liste.csv"
	}) {
		t.Error("the journal does not tell of the import")
	}
	if line, err := directory.History(c.claire, balzac, u.ID, 9); err != nil || !slices.ContainsFunc(line, func(e directory.Event) bool { return strings.Contains(e.Says, "liste.csv") }) {
		t.Errorf("the record does not tell of its import: %+v %v", line, err)
	}
	_, err = c.apply(c.claire, balzac, id)
	wants(t, "the same import twice", err, access.Stale)
	again := c.send(c.claire, balzac, guestFile)
	if got, want := c.fates(c.claire, balzac, again), []string{"2 déjà présent", "4 déjà présent", "5 déjà présent"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	_, err = c.apply(c.claire, balzac, again)
	wantsField(t, "the same file again", err, "ligne")
}

// The fate of each line says why, and names the column.
func TestGuestFates(t *testing.T) {
	c := newCast(t)
	c.guest(c.sophie, colette, luc)
	c.guest(c.claire, balzac, directory.GuestForm{LastName: "Présent", FirstName: "Anne", Email: "anne@exemple.example", Birth: "01/01/1980"})
	gone := c.guest(c.claire, balzac, directory.GuestForm{LastName: "Parti", FirstName: "Paul", Email: "parti@exemple.example", Birth: "01/01/1980"})
	if err := directory.DetachGuest(c.claire, balzac, gone.ID); err != nil {
		t.Fatal(err)
	}
	admin := c.guest(c.marc, savoie, directory.GuestForm{LastName: "Chef", FirstName: "Zoé", Email: "chef@exemple.example", Birth: "01/01/1980"})
	c.makeAdmin(admin.ID, savoie)
	teacher := aTeacher("FAURE", "Julie", balzac)
	teacher.Birth = "1980-05-02"
	c.put(teacher)
	for range 2 {
		c.guest(c.marc, savoie, directory.GuestForm{LastName: "Deux", FirstName: "Fois", Email: "deux@exemple.example", Birth: "01/01/1980"})
	}
	for line, want := range map[string]string{
		"Vasseur;Luc;;autre@exemple.example;12/03/1985":               "rattaché",
		"VASSEUR;luc;;Luc.Vasseur@exemple.example;01/01/1970":         "rattaché",
		"Vasseur;Luc;;autre@exemple.example;13/03/1985":               "créé", // another of the same name
		"Présent;Anne;;anne@exemple.example;02/02/1982":               "déjà présent",
		"présent;ANNE;;x@exemple.example;01/01/1980":                  "déjà présent",
		"Présent;Anna;;x@exemple.example;01/01/1980":                  "créé",
		"Parti;Paul;;x@exemple.example;01/01/1980":                    "rattaché",
		"Chef;Zoé;;chef@exemple.example;01/01/1980":                   "refusé []",
		"Faure;Julie;;x@exemple.example;02/05/1980":                   "refusé []",
		"Faure;Julie;;x@exemple.example;03/05/1980":                   "créé",
		"Deux;Fois;;deux@exemple.example;01/01/1980":                  "refusé []",
		";Luc;;luc@exemple.example;12/03/1985":                        "refusé [Nom]",
		"Vasseur;;;luc@exemple.example;12/03/1985":                    "refusé [Prénom]",
		"Vasseur;Luc;;;12/03/1985":                                    "refusé [Mail]",
		"Vasseur;Luc;;pas une adresse;12/03/1985":                     "refusé [Mail]",
		"Vasseur;Luc;;a@exemple.example,b@exemple.example;12/03/1985": "refusé [Mail]",
		"Vasseur;Luc;;luc@exemple.example;":                           "refusé [Date de naissance]",
		"Vasseur;Luc;;luc@exemple.example;31/02/1985":                 "refusé [Date de naissance]",
		"Vasseur;Luc;;luc@exemple.example;12/03/85":                   "refusé [Date de naissance]",
		"Vasseur;Luc;;luc@exemple.example;12/03/1985;;;;01;02;03":     "refusé [Téléphone Domicile] [Téléphone Portable] [Téléphone Professionnel]",
		"Vasseur;Luc;;luc@exemple.example;12/03/1985;;;;;;;admin;oui": "refusé [Colonne 12] [Colonne 13]",
	} {
		id := c.send(c.claire, balzac, line+"\n")
		if got := c.fates(c.claire, balzac, id); len(got) != 1 || got[0] != "1 "+want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
	id := c.send(c.claire, balzac, strings.Repeat("Martin;Luc;;a@exemple.example;01/01/1980\n", 2)+"Martin;Luc;;b@exemple.example;02/01/1980\n")
	if got, want := c.fates(c.claire, balzac, id), []string{"1 créé", "2 refusé []", "3 créé"}; !slices.Equal(got, want) {
		t.Errorf("one person twice in a file: %q, want %q", got, want)
	}
	var guessing strings.Builder
	for d := 1; d < 28; d++ {
		fmt.Fprintf(&guessing, "Vasseur;Luc;;x%d@exemple.example;%02d/03/1985\n", d, d)
	}
	id = c.send(c.claire, balzac, guessing.String())
	if got := c.fates(c.claire, balzac, id); slices.ContainsFunc(got, func(f string) bool { return !strings.HasSuffix(f, "refusé []") }) {
		t.Errorf("birth dates are guessed by a file: %q", got)
	}
}

// AC-07: a file attaches to the establishment it is sent for, adds no right, and
// leaves the accounts it meets as they are.
func TestGuestFileMovesNobody(t *testing.T) {
	c := newCast(t)
	u := c.guest(c.sophie, colette, luc)
	admin := c.guest(c.marc, savoie, directory.GuestForm{LastName: "Chef", FirstName: "Zoé", Email: "chef@exemple.example", Birth: "01/01/1980"})
	c.makeAdmin(admin.ID, savoie)
	pupil := c.put(aPupil("BLANC", "Hugo", "2010-03-14", "", "", balzac))
	id := c.send(c.claire, balzac, "Vasseur;Luc;Dr;pirate@exemple.example;12/03/1985;ailleurs;99999;Ailleurs;01 99 00 00 09;06 39 98 00 09;\nChef;Zoé;;chef@exemple.example;01/01/1980\nBlanc;Hugo;;hugo@exemple.example;14/03/2010\n")
	_, lines, err := directory.ReadGuestImport(c.claire, balzac, id)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := directory.ImportGuests(c.claire, balzac, id, []int{1, 2, 3, 99}, directory.Digest(lines)); err != nil || n.String() != "1 créé, 1 rattaché, 1 refusé" {
		t.Fatal(n, err)
	}
	got := c.read(u.ID)
	u.Version, u.Attachments = got.Version, append(u.Attachments, directory.Attachment{At: placeOf(balzac)})
	if diff := cmp.Diff(u, got); diff != "" {
		t.Errorf("the guest of elsewhere: %s", diff)
	}
	for what, before := range map[string]directory.User{"administrator": admin, "pupil": pupil} {
		now := c.read(before.ID)
		before.Version = now.Version
		if diff := cmp.Diff(before, now); what == "pupil" && diff != "" || len(now.Attachments) != 1 {
			t.Errorf("%s: %s", what, diff)
		}
	}
	c.see(func(tx *data.Tx) error {
		for g, err := range access.Grants.All(tx) {
			if err != nil {
				return err
			}
			if g.At.After(firstDay) || g.Account == u.ID {
				t.Errorf("%+v", g)
			}
		}
		return nil
	})
	wants(t, "of another establishment", func() error {
		_, err := directory.ReadGuests(c.claire, colette, "liste.csv", strings.NewReader(guestFile))
		return err
	}(), access.Missing)
	for what, try := range map[string]func() error{
		"read":  func() error { _, _, err := directory.ReadGuestImport(c.sophie, balzac, id); return err },
		"mixed": func() error { _, _, err := directory.ReadGuestImport(c.sophie, colette, id); return err },
		"undo":  func() error { _, _, err := directory.UndoGuests(c.sophie, colette, id); return err },
		"apply": func() error { _, err := directory.ImportGuests(c.sophie, colette, id, []int{1}, ""); return err },
	} {
		wants(t, what, try(), access.Missing)
	}
}

// What has changed since it was shown is shown again.
func TestGuestImportShownBeforeItChanged(t *testing.T) {
	c := newCast(t)
	id := c.send(c.claire, balzac, guestFile)
	_, lines, err := directory.ReadGuestImport(c.claire, balzac, id)
	if err != nil {
		t.Fatal(err)
	}
	c.guest(c.sophie, colette, luc)
	_, err = directory.ImportGuests(c.claire, balzac, id, []int{2, 4, 5}, directory.Digest(lines))
	wants(t, "a line that would attach instead of creating", err, access.Stale)
	if len(c.guests(balzac)) != 0 {
		t.Errorf("%q", c.guests(balzac))
	}
	if n, err := c.apply(c.claire, balzac, id, 5); err != nil || n.String() != "1 créé, 1 rattaché, 1 laissé de côté" {
		t.Errorf("%s %v", n, err)
	}
	if got, want := c.guests(balzac), []string{"elise.muller Inactif", "luc.vasseur Inactif"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	late := c.send(c.claire, balzac, guestFile)
	c.pass(25 * time.Hour)
	_, err = c.apply(c.claire, balzac, late)
	wants(t, "after a day", err, access.Stale)
	c.night()
	_, _, err = directory.ReadGuestImport(c.claire, balzac, late)
	wants(t, "forgotten", err, access.Missing)
}

// « Annuler cet import » takes back what nobody has touched since.
func TestGuestImportUndone(t *testing.T) {
	c := newCast(t)
	c.posts()
	elsewhere := c.guest(c.sophie, colette, luc)
	back := c.guest(c.claire, balzac, directory.GuestForm{LastName: "Revenant", FirstName: "Paul", Email: "paul@exemple.example", Birth: "01/01/1980"})
	if err := directory.DetachGuest(c.claire, balzac, back.ID); err != nil {
		t.Fatal(err)
	}
	before := c.guests(balzac)
	id := c.send(c.claire, balzac, guestFile+"Revenant;Paul;;paul@exemple.example;01/01/1980\r\nTouché;Hugo;;hugo@exemple.example;01/01/1980\r\nActif;Anne;;anne@exemple.example;01/01/1980\r\n")
	if n, err := c.apply(c.claire, balzac, id); err != nil || n.String() != "4 créés, 2 rattachés" {
		t.Fatal(n, err)
	}
	erased := c.user("elise.muller")
	c.edit(c.claire, balzac, c.user("hugo.touche").ID, func(f *directory.UserForm) { f.Mobile = "06 39 98 00 01" })
	if err := c.choose(c.mailed("anne@exemple.example")[0]); err != nil {
		t.Fatal(err)
	}
	c.signIn("anne.actif")
	c.pass(23 * time.Hour)
	done, kept, err := directory.UndoGuests(c.claire, balzac, id)
	if err != nil || done != 4 || kept != 2 {
		t.Fatal(done, kept, err)
	}
	want := append(before, "anne.actif Actif", "hugo.touche Inactif")
	slices.Sort(want)
	if got := c.guests(balzac); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := c.read(elsewhere.ID); !slices.Equal(got.Places(), placesOf(colette)) || got.State() == directory.Deleted {
		t.Errorf("%+v", got)
	}
	if sent := c.mailed("elise.muller@exemple.example"); len(sent) != 0 {
		t.Errorf("a mail still leads nowhere: %+v", sent)
	}
	for _, e := range c.events() {
		if strings.Contains(fmt.Sprintf("%+v", e.Personal), erased.LastName) {
			t.Errorf("the journal names somebody who is erased: %+v", e.Personal)
		}
	}
	_, lines, err := directory.ReadGuestImport(c.claire, balzac, id)
	if err != nil || strings.Contains(fmt.Sprintf("%+v", lines), "MÜLLER") || strings.Contains(fmt.Sprintf("%+v", lines), "MULLER") {
		t.Errorf("the report names somebody who is erased: %+v %v", lines, err)
	}
	_, _, err = directory.UndoGuests(c.claire, balzac, id)
	wants(t, "twice", err, access.Stale)
	if n, err := c.apply(c.claire, balzac, c.send(c.claire, balzac, guestFile)); err != nil || n.String() != "2 créés, 1 rattaché" {
		t.Errorf("the file again, once undone: %s %v", n, err)
	}

	c.guest(c.sophie, colette, directory.GuestForm{LastName: "Seul", FirstName: "Luc", Email: "seul@exemple.example", Birth: "01/01/1980"})
	once := c.send(c.claire, balzac, "Seul;Luc;;seul@exemple.example;01/01/1980\n")
	_, shown, err := directory.ReadGuestImport(c.claire, balzac, once)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []access.Kind{access.Internal, access.Stale} { // undone, an import is over
		if _, err := directory.ImportGuests(c.claire, balzac, once, []int{1}, directory.Digest(shown)); access.KindOf(err) != want || (err == nil) != (want == access.Internal) {
			t.Errorf("applied, undone, applied: %v", err)
		}
		if _, _, err := directory.UndoGuests(c.claire, balzac, once); err != nil {
			wants(t, "undone twice", err, access.Stale)
		}
	}
	late := c.send(c.claire, balzac, "Tardif;Luc;;tardif@exemple.example;01/01/1980\n")
	if _, err := c.apply(c.claire, balzac, late); err != nil {
		t.Fatal(err)
	}
	c.pass(25 * time.Hour)
	_, _, err = directory.UndoGuests(c.claire, balzac, late)
	wants(t, "after a day", err, access.Stale)
	c.night()
	if im, lines, err := directory.ReadGuestImport(c.claire, balzac, late); err != nil || len(im.Lines)+len(lines) != 0 || im.Counts.Created != 1 {
		t.Errorf("names are kept: %+v %v", im, err)
	}
	c.pass(directory.Retention)
	c.night()
	_, _, err = directory.ReadGuestImport(c.claire, balzac, late)
	wants(t, "forgotten", err, access.Missing)
}

// The two encodings of spreadsheets give the same people.
func TestGuestEncodings(t *testing.T) {
	var want []string
	for what, encode := range map[string]func(string) string{
		"UTF-8":          func(s string) string { return s },
		"UTF-8 with BOM": func(s string) string { return "\ufeff" + s },
		"Windows-1252": func(s string) string {
			out, err := charmap.Windows1252.NewEncoder().String(s)
			if err != nil {
				t.Fatal(err)
			}
			return out
		},
		"commas": func(s string) string {
			return strings.ReplaceAll(strings.ReplaceAll(s, "3, rue", "3 rue"), ";", ",")
		},
	} {
		c := newCast(t)
		if _, err := c.apply(c.claire, balzac, c.send(c.claire, balzac, encode(guestFile))); err != nil {
			t.Fatal(what, err)
		}
		var got []string
		for _, login := range []string{"luc.vasseur", "elise.muller", "awa.nguessan"} {
			u := c.user(login)
			got = append(got, u.Label()+" "+u.Birth.String()+" "+u.Postal.Town)
		}
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
}

// Files that are no list of guests, or a hostile one, are refused beside the
// field, or line by line, and leave nothing behind.
func TestHostileGuestFiles(t *testing.T) {
	c := newCast(t)
	row := "Vasseur;Luc;;luc@exemple.example;12/03/1985\n"
	for what, file := range map[string]string{
		"empty": "", "only a BOM": "\ufeff", "only titles": guestHeader, "another order": "Prénom;Nom;Titre;Mail;Date de naissance\nLuc;Vasseur;;luc@exemple.example;12/03/1985\n",
		"NUL": "Vasseur\x00;Luc;;luc@exemple.example;12/03/1985\n", "a zip": "PK\x03\x04\x00\x00\x00\x00", "a PDF": "%PDF-1.7\n%\xe2\xe3\xcf\xd3\x00",
		"an open quote": row + "\"Petit;Hugo;;hugo@exemple.example;01/01/1980\n", "one column": "Vasseur\nPetit\n", "too many": strings.Repeat(row, 2001), "too large": strings.Repeat("é", 1<<20+1), "a large cell": strings.Repeat("a", 1<<17) + ";Luc;;luc@exemple.example;12/03/1985\n",
	} {
		_, err := directory.ReadGuests(c.claire, balzac, what+".csv", strings.NewReader(file))
		wantsField(t, what, err, "fichier")
	}
	for what, file := range map[string]string{
		"formula": "=HYPERLINK(\"x\");+cmd;@a;luc@exemple.example;12/03/1985\n", "header": "\"Vasseur\nBcc: x\";Luc;;\"luc@exemple.example\nBcc: x@exemple.example\";12/03/1985\n", "script": "<script>alert(1)</script>;Luc;;luc@exemple.example;12/03/1985\n",
		"bidi": "Vas\u202eruess;Luc;;luc@exemple.example;12/03/1985\n", "long name": strings.Repeat("a", 60_000) + ";Luc;;luc@exemple.example;12/03/1985\n", "no letter": "'';-;;luc@exemple.example;12/03/1985\n", "admin": "Admin;admin;;luc@exemple.example;12/03/1985\n",
	} {
		id := c.send(c.claire, balzac, file)
		if _, err := c.apply(c.claire, balzac, id); err != nil {
			wantsField(t, what, err, "ligne")
		}
	}
	for login, u := range c.everybody() {
		if strings.HasPrefix(login, "admin.") || strings.ContainsAny(u.Label()+u.Email.Value(), "\r\n\u202e") || len(u.LastName) > 400 {
			t.Errorf("%s: %+v", login, u)
		}
	}
	all, err := directory.GuestImportsOf(c.claire, balzac)
	if err != nil || len(all) != 7 {
		t.Errorf("%d imports are kept, %v", len(all), err)
	}
}

// crowdFile is a file of n guests, each their own.
func crowdFile(n int) string {
	var b strings.Builder
	b.WriteString(guestHeader)
	for i := range n {
		fmt.Fprintf(&b, "Nom%d;Prénom%d;;invite%d@exemple.example;%02d/%02d/19%02d;%d, rue du Pré;75900;Saint-Éloi;;;\r\n", i, i%300, i, 1+i%28, 1+i%12, 40+i%60, i)
	}
	return b.String()
}

// IN-06: two imports at once, of one upload and of two: each person once.
func TestGuestImportsAtOnce(t *testing.T) {
	c := newCast(t)
	file := crowdFile(150)
	one, two := c.send(c.claire, balzac, file), c.send(c.paul, balzac, file)
	_, lines, err := directory.ReadGuestImport(c.claire, balzac, one) // both are shown alike
	if err != nil {
		t.Fatal(err)
	}
	var chosen []int
	for _, l := range lines {
		chosen = append(chosen, l.N)
	}
	var wg sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		s, id := c.claire, one
		if i%2 == 1 {
			s, id = c.paul, two
		}
		wg.Go(func() { _, errs[i] = directory.ImportGuests(s, balzac, id, chosen, directory.Digest(lines)) })
	}
	wg.Wait()
	done := 0
	for _, err := range errs {
		if err == nil {
			done++
		} else {
			wants(t, "the others", err, access.Stale)
		}
	}
	if got := c.guests(balzac); done != 1 || len(got) != 150 {
		t.Errorf("%d imports were applied, %d guests", done, len(got))
	}
	wg = sync.WaitGroup{}
	applied := one
	if im, _, err := directory.ReadGuestImport(c.claire, balzac, one); err != nil || im.Applied.IsZero() {
		applied = two
	}
	for i := range errs {
		wg.Go(func() { _, _, errs[i] = directory.UndoGuests(c.claire, balzac, applied) })
	}
	wg.Wait()
	done = 0
	for _, err := range errs {
		if err == nil {
			done++
		} else {
			wants(t, "the others", err, access.Stale)
		}
	}
	if got := c.guests(balzac); done != 1 || len(got) != 0 {
		t.Errorf("undone %d times, %d guests", done, len(got))
	}
}

// TestGuestChild is no test: it is the process that TestGuestImportKilled kills.
func TestGuestChild(t *testing.T) {
	dir, id := os.Getenv("PREAU_GUESTS_DIR"), os.Getenv("PREAU_GUESTS_ID")
	if dir == "" {
		t.Skip("run by TestGuestImportKilled only")
	}
	after, err := strconv.ParseInt(os.Getenv("PREAU_GUESTS_AFTER"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	w := openWorld(t, dir, &clock{t: firstDay})
	c := &cast{world: w}
	time.AfterFunc(time.Duration(after), func() { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL) })
	if _, err := c.apply(w.system, balzac, id); err != nil {
		t.Fatal(err)
	}
	select {} // the signal comes
}

// IN-06: killed at any moment, an import of guests is done or was never begun,
// and can be done.
func TestGuestImportKilled(t *testing.T) {
	const n, kills = 200, 50
	c := newCast(t)
	c.posts()
	id := c.send(c.system, balzac, crowdFile(n))
	from := time.Now()
	if _, err := c.apply(c.system, balzac, id); err != nil {
		t.Fatal(err)
	}
	whole := time.Since(from)
	before, after := 0, 0
	for i := range kills {
		if im, _, err := directory.ReadGuestImport(c.system, balzac, id); err != nil || !im.Applied.IsZero() {
			if _, _, err := directory.UndoGuests(c.system, balzac, id); err != nil {
				t.Fatal(err)
			}
			id = c.send(c.system, balzac, crowdFile(n))
		}
		if err := c.store.Close(); err != nil {
			t.Fatal(err)
		}
		// the later the further apart: a process that begins is slower
		child := exec.Command(os.Args[0], "-test.run=^TestGuestChild$")
		child.Env = append(os.Environ(), "PREAU_GUESTS_DIR="+c.dir, "PREAU_GUESTS_ID="+id, "PREAU_GUESTS_AFTER="+strconv.FormatInt(int64(i*i)*int64(whole)*6/(kills*kills), 10))
		if out, err := child.CombinedOutput(); err == nil || child.ProcessState.ExitCode() != -1 {
			t.Fatalf("the child was not killed: %v\n%s", err, out)
		}
		again := openWorld(t, c.dir, c.clock)
		c.Gate, c.store, c.system = again.Gate, again.store, again.system
		im, _, err := directory.ReadGuestImport(c.system, balzac, id)
		if err != nil {
			t.Fatal(err)
		}
		switch guests, mails := len(c.guests(balzac)), len(c.mails()); {
		case im.Applied.IsZero() && guests == 0 && mails == 0:
			before++
		case !im.Applied.IsZero() && guests == n && mails == n:
			after++
		default:
			t.Fatalf("kill %d: %d guests, %d mails, applied %v", i, guests, mails, im.Applied)
		}
	}
	if im, _, err := directory.ReadGuestImport(c.system, balzac, id); err != nil || im.Applied.IsZero() {
		if _, err := c.apply(c.system, balzac, id); err != nil {
			t.Error("once killed, it cannot be done:", err)
		}
	}
	t.Logf("killed %d times before it was done, %d after", before, after)
}

// TestGuestFileOfItsEstablishment: a file is found at the address of its own
// establishment only.
func TestGuestFileOfItsEstablishment(t *testing.T) {
	c := newCast(t)
	id := c.send(c.claire, balzac, guestFile)
	_, _, err := directory.ReadGuestImport(c.paul, colette, id)
	wants(t, "through another establishment of one's reach", err, access.Missing)
}
