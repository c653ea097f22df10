package requests_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/requests"
	"preau/data"
)

// outcomes writes what became of each request, as « 1+ 2-reason ».
func outcomes(all []requests.Outcome) string {
	var b strings.Builder
	for _, o := range all {
		fmt.Fprintf(&b, "%d%s ", o.Number, map[bool]string{true: "+", false: "-"}[o.Done])
		if o.Done == (o.Says != "") {
			b.WriteString("?")
		}
	}
	return b.String()
}

// handed makes a request that level 2 has.
func (c *cast) handed(n int) {
	c.do(func(tx *data.Tx) (data.Row, error) {
		r, err := requests.Requests.Get(tx, fmt.Sprintf("%09d", n))
		if err != nil {
			return nil, err
		}
		r.Escalation = requests.Escalation{Kind: requests.Jira, Key: "SUP-1", At: tx.Now}
		return r, requests.Requests.Put(tx, r)
	})
}

// TestMany does each deed to a selection of which some must be left: merged, at
// level 2, in a state that forbids it. Each one done is an event of its own.
func TestMany(t *testing.T) {
	for _, m := range []struct {
		want string
		requests.Many
	}{
		{"1+ 2- 3- 4+ 5+ ", requests.Many{Do: requests.Reassigning, Reason: "Absence"}},
		{"1+ 2- 3- 4- 5+ ", requests.Many{Do: requests.Restating, State: requests.Waiting}},
		{"1- 2- 3- 4+ 5+ ", requests.Many{Do: requests.Retyping, Type: requests.Incident}},
		{"1+ 2- 3- 4- 5+ ", requests.Many{Do: requests.Closing}},
		{"1+ 2- 3- 4+ 5- ", requests.Many{Do: requests.MergingAll, Into: 5}},
	} {
		c := newCast(t)
		for i := range 5 {
			f := form(fmt.Sprintf("Souci %d", i))
			if i > 0 {
				f.Type = requests.Technical
			}
			c.declared(c.lucas, f)
		}
		other := c.declared(c.lucas, form("La bonne"))
		c.must(requests.Merge(c.claire, 2, other))
		c.handed(3)
		c.must(requests.SetState(c.claire, 4, 0, requests.Closed, time.Time{}))
		if m.Do == requests.Reassigning {
			m.Assignee = c.paul.Account.ID
		}
		got, err := requests.Apply(c.claire, []int{5, 3, 2, 1, 4, 4}, m.Many)
		c.must(err)
		if outcomes(got) != m.want {
			t.Errorf("%s: %s, want %s (%+v)", m.Do, outcomes(got), m.want, got)
		}
		for _, o := range got {
			history, err := requests.History(c.claire, o.Number, 1)
			c.must(err)
			if told := history[0].By == c.claire.Account.Name; o.Done && !told {
				t.Errorf("%s of %d is not told: %+v", m.Do, o.Number, history[0])
			}
		}
		if d := c.read(c.claire, 1); m.Do == requests.Reassigning && d.Assignee != m.Assignee || m.Do == requests.Closing && d.State != requests.Closed || m.Do == requests.MergingAll && d.Into != 5 {
			t.Errorf("%s left %+v", m.Do, d.Request)
		}
		if d := c.read(c.claire, 3); d.State != requests.Open || d.Assignee != "" || d.Type != requests.Technical {
			t.Errorf("%s changed what level 2 has: %+v", m.Do, d.Request)
		}
	}
}

// TestManyRefused refuses as a whole what no request could take, and leaves what
// is out of reach.
func TestManyRefused(t *testing.T) {
	c := newCast(t)
	n := c.declared(c.lucas, form("Une"))
	for field, m := range map[string]requests.Many{"etat": {Do: requests.Restating}, "type": {Do: requests.Retyping, Type: "x"}, "vers": {Do: requests.MergingAll, Into: 99},
		"jusqu": {Do: requests.Restating, State: requests.Waiting, Until: c.now().Add(-time.Hour)}} {
		_, err := requests.Apply(c.claire, []int{n}, m)
		wantsField(t, string(m.Do), err, field)
	}
	_, err := requests.Apply(c.claire, []int{n}, requests.Many{Do: "effacement"})
	wants(t, "no such deed", err, access.Stale)
	_, err = requests.Apply(c.claire, nil, requests.Many{Do: requests.Closing})
	wants(t, "nothing chosen", err, access.Stale)
	_, err = requests.Apply(c.claire, upTo(requests.MostChosen+1), requests.Many{Do: requests.Closing})
	wants(t, "too many", err, access.Stale)
	got, err := requests.Apply(c.sophie, []int{n}, requests.Many{Do: requests.Closing})
	if c.must(err); outcomes(got) != "1- " || c.read(c.claire, n).State != requests.Open {
		t.Errorf("a foreign request: %+v", got)
	}
	if _, err := requests.Chosen(c.sophie, []int{n}, requests.Filter{}); access.KindOf(err) != access.Missing {
		t.Error("a foreign request is chosen:", err)
	}
	if _, err := requests.Chosen(c.sophie, nil, requests.Filter{}); access.KindOf(err) != access.Stale {
		t.Error("nothing found is chosen:", err)
	}
	all, err := requests.Chosen(c.claire, nil, requests.Filter{})
	if c.must(err); len(all) != 1 || all[0].Number != n {
		t.Errorf("%+v", all)
	}
}

func upTo(n int) (all []int) {
	for i := range n {
		all = append(all, i+1)
	}
	return all
}

// TestCommon names those that every request of a selection may be given to.
func TestCommon(t *testing.T) {
	c := newCast(t)
	f := form("Ailleurs")
	f.UAI, f.From, f.Channel = colette, requests.Requester{Name: "DURAND Zoé"}, requests.Phone
	_, err := requests.Create(c.sophie, f)
	c.must(err)
	c.declared(c.lucas, form("Ici"))
	names := func(numbers ...int) (all string) {
		chosen, err := requests.Chosen(c.paul, numbers, requests.Filter{})
		c.must(err)
		common, err := requests.RespondersCommon(c.paul, chosen)
		c.must(err)
		for _, r := range common {
			all += r.Name + ", "
		}
		return all
	}
	if got := names(2); got != "ADMIN marc.dubois, ADMIN paul.lefevre, MOREAU Claire, " {
		t.Error(got)
	}
	if got := names(1, 2); got != "ADMIN marc.dubois, ADMIN paul.lefevre, " {
		t.Error(got)
	}
}

// TestExport writes every page of what is found, in its order, without what
// people wrote to each other, and tells each establishment of it.
func TestExport(t *testing.T) {
	c, dice := newCast(t), rand.New(rand.NewPCG(3, 4))
	all := c.many(130, dice)
	c.must(requests.AddNote(c.claire, all[0].Number, "Secret de la salle des professeurs", nil))
	f := form("=CMD|calc")
	f.UAI, f.Channel, f.From = colette, requests.Phone, requests.Requester{Name: "+33 DURAND"}
	evil, err := requests.Create(c.sophie, f)
	c.must(err)
	look := requests.Look{Filter: requests.Filter{Every: true}, Sort: requests.ByReceived, Page: 2, Size: 5}
	x, err := requests.ExportAll(c.paul, look)
	c.must(err)
	var b bytes.Buffer
	c.must(x.Write(&b))
	if x.Count != 131 || strings.Contains(b.String(), "Secret") {
		t.Fatal(x.Count, "requests, notes:", strings.Contains(b.String(), "Secret"))
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\ufeff")))
	r.Comma = ';'
	rows, err := r.ReadAll()
	c.must(err)
	look.Page, look.Size = 1, 200
	list, err := requests.Search(c.paul, look)
	c.must(err)
	for i, l := range list.Lines {
		if row := rows[i+1]; row[0] != fmt.Sprint(l.Number) || row[12] != l.State.Label() || row[4] != l.Received.Local().Format("02/01/2006 15:04") {
			t.Fatalf("line %d: %v, want %+v", i, row, l.Request)
		}
		if l.Number == evil && (rows[i+1][16] != "'=CMD|calc" || rows[i+1][5] != "'+33 DURAND") {
			t.Errorf("computed: %v", rows[i+1])
		}
	}
	if len(rows) != 132 {
		t.Errorf("%d lines", len(rows))
	}
	for uai, admin := range map[string]*access.Session{balzac: c.claire, colette: c.sophie} {
		events, _, err := directory.Journal(admin, uai, 0, 1)
		if c.must(err); events[0].Says != "Export de demandes" || !strings.HasSuffix(events[0].Note, " demandes") || events[0].By != c.paul.Account.Name {
			t.Errorf("%s: %+v", uai, events[0])
		}
	}
	mine, err := requests.ExportAll(c.claire, requests.Look{}, evil, all[0].Number)
	if c.must(err); mine.Count > 1 || all[0].UAI() == balzac && mine.Count != 1 {
		t.Errorf("claire takes %d", mine.Count)
	}
	_, err = requests.ExportAll(c.claire, requests.Look{}, evil)
	wants(t, "only foreign ones", err, access.Stale)
}
