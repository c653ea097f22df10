package groups_test

import (
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/groups"
	"preau/data"
)

// A mailCounts knows how many mails each address has been written.
type mailCounts struct {
	c    *cast
	seen map[string]int
}

// since checks how many each was written since the last time: none but those wanted.
func (n *mailCounts) since(t *testing.T, what string, want map[string]int) {
	t.Helper()
	for _, who := range []string{"claire.moreau", "sophie.girard", "jules.besson", "paul.lefevre", "helene.fontaine", "boris.vasseur", "lucas.martin", "nina.roche"} {
		to := who + "@exemple.example"
		all := len(n.c.mails(to))
		if got := all - n.seen[to]; got != want[who] {
			t.Errorf("%s: %s was written %d times, want %d", what, who, got, want[who])
		}
		n.seen[to] = all
	}
	n.c.pass(time.Minute) // so that the next mail is the last
}

// last is the latest mail to somebody, as text.
func (c *cast) last(who string) string {
	c.t.Helper()
	all := c.mails(who + "@exemple.example")
	if len(all) == 0 {
		c.t.Fatal("nothing was written to", who)
	}
	m := all[len(all)-1]
	letter, err := m.Compose("Préau", "https://ent.exemple.example")
	c.must(err)
	return m.Subject + "\n" + letter.Text
}

func (c *cast) says(who string, want ...string) {
	c.t.Helper()
	text := c.last(who)
	for _, w := range want {
		if !strings.Contains(text, w) {
			c.t.Errorf("the mail to %s does not say %q:\n%s", who, w, text)
		}
	}
}

func (c *cast) hides(who string, never ...string) {
	c.t.Helper()
	text := c.last(who)
	for _, w := range never {
		if strings.Contains(text, w) {
			c.t.Errorf("the mail to %s says %q:\n%s", who, w, text)
		}
	}
}

// TestOneMailPerPerson: each action writes once to the local administrators and to
// the heads of both sides, and to nobody else, whatever their hats.
func TestOneMailPerPerson(t *testing.T) {
	c := newCast(t)
	n := &mailCounts{c, map[string]int{}}
	four := map[string]int{"claire.moreau": 1, "sophie.girard": 1, "helene.fontaine": 1, "boris.vasseur": 1}
	c.give(c.helene, access.LocalAdmin, placeOf(balzac)) // two hats
	c.must(only(groups.Request(c.claire, balzac, groups.Only(colette))))
	n.since(t, "a request", four)
	c.says("boris.vasseur", "Demande de partenariat", "MOREAU Claire (Lycée Honoré de Balzac)", "Lycée Honoré de Balzac (Saint-Éloi) et Collège Colette (Neuville)")
	c.hides("boris.vasseur", "https://") // he cannot open the console
	c.says("sophie.girard", "https://ent.exemple.example/console/etablissements/"+colette+"/groupes/partages/partenaires")
	c.says("helene.fontaine", "/console/etablissements/"+balzac+"/groupes/partages/partenaires")
	c.must(only(groups.Cancel(c.claire, balzac, groups.Only(colette))))
	n.since(t, "a cancelled request", four)
	c.must(only(groups.Request(c.claire, balzac, groups.Only(colette))))
	n.since(t, "a request", four)
	c.must(only(groups.Refuse(c.sophie, colette, groups.Every, "Le conseil d’administration n’en veut pas.")))
	n.since(t, "a refusal", four)
	c.says("claire.moreau", "GIRARD Sophie (Collège Colette) refuse", "Motif\u00a0: Le conseil d’administration n’en veut pas.")
	c.must(only(groups.Request(c.sophie, colette, groups.Only(balzac))))
	n.since(t, "a request of the other", four)
	c.must(only(groups.Accept(c.claire, balzac, groups.Every)))
	n.since(t, "an acceptance", four)
	c.must(groups.SetUntil(c.claire, balzac, colette, "30/06/2027", ""))
	n.since(t, "an end date", nil)
	_, err := end(c.claire, balzac, groups.Every)
	c.must(err)
	n.since(t, "an end", four)
	c.says("sophie.girard", "Partenariat supprimé", "MOREAU Claire", "Membres retirés\u00a0: 0")
}

// TestMailsToMany: « Ajouter tous » writes one mail to each, that lists what
// concerns them: those of an establishment learn nothing of the other targets.
func TestMailsToMany(t *testing.T) {
	c := newCast(t)
	nina := c.local("ROCHE", "Nina", reseau)
	n := &mailCounts{c, map[string]int{}}
	c.must(only(groups.Request(c.claire, balzac, groups.Every)))
	n.since(t, "all", map[string]int{"claire.moreau": 1, "helene.fontaine": 1, "sophie.girard": 1, "boris.vasseur": 1, "nina.roche": 1})
	c.says("claire.moreau", "2 établissements", "Collège Colette", "Réseau de la vallée")
	c.says("helene.fontaine", "Collège Colette", "Réseau de la vallée")
	c.says("sophie.girard", "Collège Colette", "Lycée Honoré de Balzac")
	c.hides("sophie.girard", "Réseau", "2 établissements")
	c.hides("boris.vasseur", "Réseau")
	c.hides("nina.roche", "Colette")
	c.must(only(groups.Cancel(c.claire, balzac, groups.Every)))
	n.since(t, "all cancelled", map[string]int{"claire.moreau": 1, "helene.fontaine": 1, "sophie.girard": 1, "boris.vasseur": 1, "nina.roche": 1})

	c.give(nina, access.LocalAdmin, placeOf(colette)) // of two targets, and the head of one
	c.directs(nina.Account.ID, reseau)
	c.must(only(groups.Request(c.claire, balzac, groups.Every)))
	n.since(t, "two hats", map[string]int{"claire.moreau": 1, "helene.fontaine": 1, "sophie.girard": 1, "boris.vasseur": 1, "nina.roche": 1})
	c.says("nina.roche", "2 établissements", "Collège Colette", "Réseau de la vallée", "/console/etablissements/"+colette+"/", "/console/etablissements/"+reseau+"/")
}

// TestWhoIsNotWritten: nobody without an address, nor of a closed account; two
// people of one address are written once.
func TestWhoIsNotWritten(t *testing.T) {
	c := newCast(t)
	n := &mailCounts{c, map[string]int{}}
	change := func(who *access.Session, fn func(u *directory.User, a *access.Account)) {
		c.do(func(tx *data.Tx) (data.Row, error) {
			u, err := directory.Users.Get(tx, who.Account.ID)
			if err != nil {
				return nil, err
			}
			a, err := access.Accounts.Get(tx, who.Account.ID)
			if err != nil {
				return nil, err
			}
			fn(&u, &a)
			if err := access.Accounts.Put(tx, a); err != nil {
				return nil, err
			}
			return u, directory.Users.Put(tx, u)
		})
	}
	change(c.boris, func(u *directory.User, _ *access.Account) { u.Email.Federated = "" })
	c.must(only(groups.Request(c.claire, balzac, groups.Only(colette))))
	n.since(t, "no address", map[string]int{"claire.moreau": 1, "sophie.girard": 1, "helene.fontaine": 1})
	change(c.boris, func(u *directory.User, _ *access.Account) { u.Email.Federated = "Sophie.Girard@exemple.example" })
	change(c.helene, func(u *directory.User, a *access.Account) { u.SuspendedAt, a.Suspended = c.now(), true })
	c.must(only(groups.Cancel(c.claire, balzac, groups.Every)))
	n.since(t, "one address, and a suspended account", map[string]int{"claire.moreau": 1, "sophie.girard": 1})
	change(c.helene, func(u *directory.User, a *access.Account) {
		u.SuspendedAt, u.DeletedAt, a.Suspended, a.Deleted = time.Time{}, c.now(), false, true
	})
	change(c.boris, func(u *directory.User, _ *access.Account) { u.Unsure = true })
	c.must(only(groups.Request(c.claire, balzac, groups.Only(colette))))
	n.since(t, "a deleted account, and an address that is not confirmed", map[string]int{"claire.moreau": 1, "sophie.girard": 1})
}
