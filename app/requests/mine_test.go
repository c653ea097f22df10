package requests_test

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/requests"
	"preau/data"
)

// mine reads a request as its requester does.
func (c *cast) mine(s *access.Session, number int) requests.Mine {
	c.t.Helper()
	m, err := requests.ReadMine(s, number)
	c.must(err)
	return m
}

// closed makes a request of somebody that is over.
func (c *cast) closed(s *access.Session, summary string) int {
	c.t.Helper()
	n := c.declared(s, form(summary))
	c.must(requests.SetState(c.claire, n, 0, requests.Closed, time.Time{}))
	return n
}

// again signs somebody in once more: the clock has gone past their session.
func (c *cast) again(s *access.Session) *access.Session {
	c.t.Helper()
	return c.signIn(s.Account.Login)
}

// TestMineAlone: a request is its requester's, whoever else has rights on it.
func TestMineAlone(t *testing.T) {
	c := newCast(t)
	f, err := requests.Keep(c.lucas, "capture.txt", "text/plain", strings.NewReader("Erreur 12"))
	c.must(err)
	full := form("Messagerie vide")
	full.Files = []requests.File{f}
	n := c.declared(c.lucas, full)
	for who, s := range map[string]*access.Session{"his mother": c.anne, "his administrator": c.claire, "another's": c.sophie, "level 2": c.marc, "elsewhere": c.jules} {
		_, err := requests.ReadMine(s, n)
		wants(t, who+" reads", err, access.Missing)
		_, _, err = requests.OpenMyFile(s, n, f.ID)
		wants(t, who+" opens the file", err, access.Missing)
		wants(t, who+" replies", requests.Reply(s, n, "Moi aussi", nil), access.Missing)
		_, err = requests.Reopen(s, n, "Moi aussi", nil)
		wants(t, who+" reopens", err, access.Missing)
		wants(t, who+" is satisfied", requests.Satisfy(s, n, 5, ""), access.Missing)
		if all, err := requests.AllMine(s); err != nil || len(all) != 0 {
			t.Errorf("%s lists %v, %v", who, all, err)
		}
	}
	if d := c.read(c.claire, n); d.Version != 1 || len(d.Thread) != 0 {
		t.Errorf("changed by others: %+v", d.Request)
	}
	_, content, err := requests.OpenMyFile(c.lucas, n, f.ID)
	c.must(err)
	if text, err := io.ReadAll(content); err != nil || string(text) != "Erreur 12" {
		t.Errorf("%q %v", text, err)
	}
	_, _, err = requests.OpenMyFile(c.lucas, n, "aaaaaaaa")
	wants(t, "no such file", err, access.Missing)
}

// TestNotesAreNeverMine: no note, and no file of one, is in what the requester
// reads, opens or is mailed.
func TestNotesAreNeverMine(t *testing.T) {
	c := newCast(t)
	n := c.declared(c.lucas, form("Messagerie vide"))
	hidden, err := requests.Keep(c.claire, "carnet.txt", "text/plain", strings.NewReader("Confidentiel"))
	c.must(err)
	c.must(requests.AddNote(c.claire, n, "Encore lui.", []requests.File{hidden}))
	other := c.declared(c.anne, form("La même, vue par sa mère"))
	c.must(requests.Merge(c.claire, other, n))
	m := c.mine(c.lucas, n)
	if len(m.Thread) != 0 || len(m.Files) != 0 {
		t.Errorf("%+v", m)
	}
	_, _, err = requests.OpenMyFile(c.lucas, n, hidden.ID)
	wants(t, "the file of a note", err, access.Missing)
	for _, to := range []string{"lucas.martin@exemple.example", "anne.martin@exemple.example"} {
		for _, mail := range c.mails(to) {
			if text := strings.Join(mail.Lines, " "); strings.Contains(text, "Encore lui") || strings.Contains(text, "fusionn") {
				t.Errorf("%s is mailed %q", to, text)
			}
		}
	}
}

// TestReply: a message takes what waits back in progress, and tells the assignee.
func TestReply(t *testing.T) {
	c := newCast(t)
	n := c.declared(c.lucas, form("Messagerie vide"))
	wantsField(t, "no message", requests.Reply(c.lucas, n, "", nil), "message")
	wantsField(t, "too long", requests.Reply(c.lucas, n, strings.Repeat("é", requests.MostText+1), nil), "message")
	wantsField(t, "six files", requests.Reply(c.lucas, n, "Voilà", make([]requests.File, requests.MostFiles+1)), "fichiers")
	c.must(requests.Assign(c.claire, n, 0, c.claire.Account.ID, ""))
	c.must(requests.SetState(c.claire, n, 0, requests.Waiting, time.Time{}))
	before := len(c.mails("claire.moreau@exemple.example"))
	c.pass(time.Hour)
	c.must(requests.Reply(c.lucas, n, strings.Repeat("é", requests.MostText), nil))
	m := c.mine(c.lucas, n)
	if m.State != requests.InProgress || len(m.Thread) != 1 || m.Thread[0].Kind != requests.Message || m.ActedAt != c.now() || m.Assignee != "MOREAU Claire" {
		t.Errorf("%+v", m)
	}
	if told := c.mails("claire.moreau@exemple.example"); len(told) != before+1 {
		t.Errorf("told by %d mails", len(told)-before)
	}
	c.must(requests.SetState(c.claire, n, 0, requests.Closed, time.Time{}))
	wants(t, "to a closed one", requests.Reply(c.lucas, n, "Toujours rien", nil), access.Stale)
}

// TestReopen: for fourteen days to the second; then another request is made.
func TestReopen(t *testing.T) {
	c := newCast(t)
	n := c.closed(c.lucas, "Messagerie vide")
	_, err := requests.Reopen(c.lucas, n, "", nil)
	wantsField(t, "without a word", err, "message")
	c.pass(requests.ReopenLife)
	lucas := c.again(c.lucas)
	if m := c.mine(lucas, n); !m.MayReopen {
		t.Error("not to be reopened on the fourteenth day")
	}
	again, err := requests.Reopen(lucas, n, "Toujours rien", nil)
	if m := c.mine(lucas, n); err != nil || again != n || m.State != requests.InProgress || len(m.Thread) != 1 || m.MayReopen || m.MaySatisfy {
		t.Errorf("%d %v %+v", again, err, m)
	}
	if d := c.read(c.again(c.claire), n); d.Reopened != 1 || !d.ClosedAt.IsZero() {
		t.Errorf("%+v", d.Request)
	}
	_, err = requests.Reopen(lucas, n, "Encore", nil)
	wants(t, "one that is open", err, access.Stale)

	c.must(requests.SetState(c.again(c.claire), n, 0, requests.Closed, time.Time{}))
	c.pass(requests.ReopenLife + time.Second)
	lucas = c.again(c.lucas)
	if m := c.mine(lucas, n); m.MayReopen {
		t.Error("to be reopened after fourteen days")
	}
	next, err := requests.Reopen(lucas, n, "De nouveau en panne", nil)
	c.must(err)
	old, m := c.mine(lucas, n), c.mine(lucas, next)
	if next == n || old.State != requests.Closed || m.State != requests.Open || m.Problem != "De nouveau en panne" || m.Summary != old.Summary || m.Service != old.Service ||
		!slices.Equal(m.Linked, []int{n}) || !slices.Equal(old.Linked, []int{next}) {
		t.Errorf("%+v\n%+v", old, m)
	}
}

// TestSatisfy: one opinion, of a closed request, that changes for twelve hours
// from when it was given.
func TestSatisfy(t *testing.T) {
	c := newCast(t)
	n := c.declared(c.lucas, form("Messagerie vide"))
	wants(t, "before the end", requests.Satisfy(c.lucas, n, 4, ""), access.Stale)
	c.must(requests.SetState(c.claire, n, 0, requests.Closed, time.Time{}))
	for _, score := range []int{-1, 0, 6} {
		wantsField(t, "no such score", requests.Satisfy(c.lucas, n, score, ""), "avis")
	}
	wantsField(t, "too long", requests.Satisfy(c.lucas, n, 3, strings.Repeat("é", 1001)), "commentaire")
	c.pass(40 * time.Hour)
	lucas := c.again(c.lucas)
	c.must(requests.Satisfy(lucas, n, 1, strings.Repeat("é", 1000)))
	c.pass(11 * time.Hour)
	lucas = c.again(c.lucas)
	c.must(requests.Satisfy(lucas, n, 5, "Merci"))
	c.pass(time.Hour) // twelve after the first
	lucas = c.again(c.lucas)
	c.must(requests.Satisfy(lucas, n, 4, "Merci"))
	c.pass(time.Second)
	wants(t, "after twelve hours", requests.Satisfy(lucas, n, 1, ""), access.Stale)
	if m := c.mine(lucas, n); m.Satisfied.Score != 4 || m.Satisfied.Comment != "Merci" || m.MaySatisfy {
		t.Errorf("%+v", m)
	}
}

// TestMergedIsSaid: the requester of a merged request is led to the other one if
// it is theirs, and told nothing of it if not; nothing is added to either.
func TestMergedIsSaid(t *testing.T) {
	c := newCast(t)
	n, twin, foreign := c.declared(c.lucas, form("Messagerie vide")), c.declared(c.lucas, form("Encore vide")), c.declared(c.anne, form("Vide aussi"))
	c.must(requests.Merge(c.claire, twin, n))
	if m := c.mine(c.lucas, twin); !m.Folded || m.Into != n || m.MayReopen || m.MaySatisfy {
		t.Errorf("%+v", m)
	}
	c.must(requests.Merge(c.claire, foreign, n))
	if m := c.mine(c.anne, foreign); !m.Folded || m.Into != 0 {
		t.Errorf("%+v", m)
	}
	for what, err := range map[string]error{
		"replied": requests.Reply(c.anne, foreign, "Alors", nil), "judged": requests.Satisfy(c.anne, foreign, 1, ""),
		"reopened": func() error { _, err := requests.Reopen(c.anne, foreign, "Alors", nil); return err }(),
	} {
		wants(t, what, err, access.Stale)
		if err != nil && strings.Contains(err.Error(), "1") {
			t.Errorf("%s: the number of somebody else’s request is said: %v", what, err)
		}
	}
	c.must(requests.LinkTo(c.claire, n, c.declared(c.julien(), form("Ailleurs")), requests.Related))
	if m := c.mine(c.lucas, n); len(m.Linked) != 0 {
		t.Errorf("linked to somebody else’s: %v", m.Linked)
	}
}

// julien is another person of Balzac.
func (c *cast) julien() *access.Session {
	return c.person("teacher", "PETIT", "Julien", balzac)
}

// TestOwnEstablishments: a request is declared in one of one's own establishments,
// which is asked of who has several.
func TestOwnEstablishments(t *testing.T) {
	c := newCast(t)
	both := c.person("teacher", "NOEL", "Basile", balzac, colette)
	if got := requests.Schools(both); !slices.Equal(got, []data.Place{placeOf(balzac), placeOf(colette)}) {
		t.Error(got)
	}
	if got := requests.Schools(c.claire); !slices.Equal(got, []data.Place{placeOf(balzac)}) {
		t.Error("once hers and once administered:", got)
	}
	if got := append(requests.Schools(c.paul), requests.Schools(c.marc)...); len(got) != 0 {
		t.Error(got)
	}
	for _, uai := range []string{"", savoie, "0000000A"} {
		f := form("Où")
		f.UAI = uai
		_, err := requests.Declare(both, f)
		wantsField(t, "in "+uai, err, "etablissement")
	}
	f := form("Ici")
	f.UAI = colette
	if m := c.mine(both, c.declared(both, f)); m.UAI != colette || m.School != "Collège Colette" {
		t.Errorf("%+v", m)
	}
}
