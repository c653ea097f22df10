package requests_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/directory"
	"preau/app/requests"
	"preau/data"
)

// found returns those of some words that a file of the store holds, once it is
// compacted.
func (c *cast) found(words ...string) (found []string) {
	c.t.Helper()
	_, err := c.store.SweepBlobs(c.now().Add(time.Hour))
	c.must(err)
	c.must(c.store.Compact(c.t.Context()))
	c.indexed()
	c.must(c.store.Reindex(c.t.Context()))
	c.indexed()
	var all []byte
	c.must(filepath.WalkDir(c.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			raw, _ := os.ReadFile(path) // files of the index go as they are merged
			all = append(all, bytes.ToLower(raw)...)
		}
		return nil
	}))
	for _, word := range words {
		if bytes.Contains(all, []byte(strings.ToLower(word))) {
			found = append(found, word)
		}
	}
	return found
}

// purge erases somebody whose account has been deleted for long enough.
func (c *cast) purge(id string) {
	c.t.Helper()
	c.do(func(tx *data.Tx) (data.Row, error) {
		u, err := directory.Users.Get(tx, id)
		if err != nil {
			return nil, err
		}
		u.DeletedAt = tx.Now
		return u, directory.Users.Put(tx, u)
	})
	c.pass(directory.Retention + time.Hour)
	c.must(directory.PurgeDeleted(c.system, requests.Forget))
}

// TestForgetLeavesNoTrace looks for somebody who was purged in the bytes of the
// store: neither who they were in their requests, nor what they wrote or joined.
func TestForgetLeavesNoTrace(t *testing.T) {
	c := newCast(t)
	xeno := c.person(directory.Student, "ZYGOMATIQUE", "Xénophon", balzac)
	file, err := requests.Keep(xeno, "rapport-gribouillis.txt", "text/plain", strings.NewReader("contenu-farfelu"))
	c.must(err)
	f := form("Souci de kaléidoscope")
	f.Problem, f.Files = "Le périscope est tordu.", []requests.File{file}
	n, other := c.declared(xeno, f), c.declared(xeno, form("Souci de stéréoscope"))
	target := c.declared(c.lucas, form("Celle qui reste"))
	c.must(requests.Reply(xeno, n, "Et aussi le stroboscope.", nil))
	c.must(requests.AddNote(c.claire, n, "Vu avec Xénophon Zygomatique (xénophon.zygomatique@exemple.example), c’est réglé.", nil))
	c.must(requests.Solved(c.claire, n, 0, requests.Solve{Solution: "Bonjour Xénophon, débranchez-le."}))
	_, err = requests.SendAnswer(c.claire, n, 0)
	c.must(err)
	c.receive(c.box(placeOf(balzac), boxOfBalzac), answering(c.last("xénophon.zygomatique@exemple.example"), "zozo@ailleurs.example", "Un téléphonoscope."))
	c.must(requests.Solved(c.claire, n, 0, requests.Solve{Solution: "Bonjour Xénophon, et rebranchez-le.", Resolved: true}))
	c.must(requests.Satisfy(xeno, n, 5, "Bravo pour le télescope."))
	c.must(requests.Merge(c.claire, other, target))
	c.must(requests.Jot(xeno, "nouvelle", map[string]string{"resume": "brouillon-de-gyroscope"}))
	c.must(requests.Prefer(xeno, true, requests.Mail))
	traces := []string{"zozo@ailleurs", "téléphonoscope", "zygomatique", "xénophon", "kaléidoscope", "périscope", "stéréoscope", "stroboscope", "télescope", "gyroscope", "contenu-farfelu", "gribouillis", "débranchez-le", "rebranchez-le", "c’est réglé"}
	if found := c.found(traces...); !slices.Equal(found, traces) {
		t.Fatalf("before the purge, files hold only %q", found)
	}
	c.purge(xeno.Account.ID)
	if found := c.found(traces...); !slices.Equal(found, []string{"débranchez-le", "rebranchez-le", "c’est réglé"}) {
		t.Errorf("files hold %q", found)
	}
	d := c.read(c.claire, n)
	if d.Request.From.Name != requests.Erased || d.Thread[2].Text != "Bonjour …, débranchez-le." || d.Thread[1].Text != "Vu avec … … (…), c’est réglé." {
		t.Errorf("%+v", d.Thread)
	}
	for _, word := range []string{"zygomatique", "kaléidoscope", "stroboscope", "stéréoscope"} {
		list, err := requests.Search(c.marc, requests.Look{Filter: requests.Filter{Text: word, Every: true}, Page: 1, Size: 10})
		if c.must(err); len(list.Lines) > 0 {
			t.Errorf("%s finds %s", word, numbers(linesOf(list)))
		}
	}
	if d := c.read(c.claire, target); d.Request.From.Name != "MARTIN Lucas" || len(d.Thread) != 1 {
		t.Errorf("the request of another: %+v", d)
	}
}

// TestForgetResponder: what an administrator answered stays, without their name;
// what they kept for themselves goes.
func TestForgetResponder(t *testing.T) {
	c := newCast(t)
	s := c.signInAs(t, "ZYGOMATIQUE", "Xenophon")
	n := c.declared(c.lucas, form("Une panne"))
	c.must(requests.Assign(s, n, 0, s.Account.ID, ""))
	c.must(requests.AddNote(s, n, "Appelé ce matin.", nil))
	c.must(requests.SaveView(s, "vue-baroque", "q=", requests.Filter{}))
	_, err := requests.WriteCanned(s, "", requests.Wording{At: requests.Personally, Name: "modèle-baroque", Text: "Bonjour"})
	c.must(err)
	shared, err := requests.WriteCanned(s, "", requests.Wording{At: string(placeOf(balzac)), Name: "Partagée", Text: "Bonjour"})
	c.must(err)
	c.purge(s.Account.ID)
	d := c.read(c.claire, n)
	if d.Assignee != "" || d.AssigneeName != "" || d.Thread[0].ByName != requests.Erased || d.Thread[0].Text != "Appelé ce matin." || d.Request.From.Name != "MARTIN Lucas" {
		t.Errorf("%+v", d)
	}
	if got, err := requests.CannedOf(c.claire, shared); err != nil || got.By != requests.Erased {
		t.Errorf("what was shared: %+v, %v", got, err)
	}
	if found := c.found("vue-baroque", "modèle-baroque"); len(found) > 0 {
		t.Errorf("files hold %q", found)
	}
}
