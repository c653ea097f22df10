package requests_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/post"
	"preau/app/requests"
	"preau/data"
)

// secretWords is in every internal note of the random operations.
const secretWords = "mot-de-salle-des-maîtres"

// A wanderer does anything to requests, as anybody.
type wanderer struct {
	*cast
	*rand.Rand
	numbers []int
	box     requests.Mailbox
	done    map[string]int // operations that succeeded
}

func (w *wanderer) one() int { return w.numbers[w.IntN(len(w.numbers))] }

func pick[T any](w *wanderer, all ...T) T { return all[w.IntN(len(all))] }

// step does one thing, which may be refused: of the wrong person, in the wrong state.
func (w *wanderer) step() (what string, err error) {
	asks, answers := pick(w, w.lucas, w.anne, w.jules, w.claire), pick(w, w.claire, w.sophie, w.paul, w.marc)
	n := w.one()
	switch w.IntN(15) {
	case 0:
		n, err := requests.Declare(asks, form(fmt.Sprintf("Souci %d", w.IntN(1000))))
		if err == nil {
			w.numbers = append(w.numbers, n)
		}
		return "declare", err
	case 1:
		return "state", requests.SetState(answers, n, 0, pick(w, requests.States...), pick(w, time.Time{}, w.now().Add(time.Hour)))
	case 2:
		return "note", requests.AddNote(answers, n, "Entre nous : "+secretWords, nil)
	case 3:
		return "solve", requests.Solved(answers, n, 0, requests.Solve{Solution: "Videz le cache.", Resolved: w.IntN(2) == 0})
	case 4:
		_, err := requests.SendAnswer(answers, n, 0)
		return "answer", err
	case 5:
		return "assign", requests.Assign(answers, n, 0, pick(w, "", w.claire.Account.ID, w.paul.Account.ID, w.sophie.Account.ID), "")
	case 6:
		return "merge", requests.Merge(answers, n, w.one())
	case 7:
		return "unmerge", requests.Unmerge(answers, n)
	case 8:
		return "link", requests.LinkTo(answers, n, w.one(), pick(w, "", requests.Related, requests.Duplicate))
	case 9:
		return "reply", requests.Reply(asks, n, "Toujours rien.", nil)
	case 10:
		again, err := requests.Reopen(asks, n, "Encore.", nil)
		if err == nil && again != n {
			w.numbers = append(w.numbers, again)
		}
		return "reopen", err
	case 11:
		return "satisfy", requests.Satisfy(asks, n, 1+w.IntN(5), "")
	case 12:
		return "move", requests.EditRequester(answers, n, 0, pick(w, balzac, colette, savoie), requests.Requester{Name: "Quelqu’un", Email: "quelquun@exemple.example"})
	case 13:
		return "many", func() error {
			_, err := requests.Apply(answers, []int{n, w.one()}, requests.Many{Do: pick(w, requests.Closing, requests.Retyping, requests.MergingAll), Type: requests.Technical, Into: w.one()})
			return err
		}()
	default:
		in := mail(pick(w, "lucas.martin@exemple.example", "anne.martin@exemple.example", stranger), fmt.Sprintf("Re: [Demande n°%d] Souci", n), "Par courriel.")
		if sent := w.mails("lucas.martin@exemple.example"); len(sent) > 0 && w.IntN(2) == 0 {
			in.InReplyTo = pick(w, sent...).Thread.ID + "@ent.exemple.example"
		}
		err := requests.Receive(w.system, w.box, in, us)
		w.numbers = w.numbers[:0]
		for _, r := range w.all() {
			w.numbers = append(w.numbers, r.Number)
		}
		return "receive", err
	}
}

// allowed are the changes of state that each operation may make, beside none.
func allowed(what string, was, is requests.Request) bool {
	switch {
	case was.State == is.State:
		return true
	case what == "merge", what == "unmerge", what == "many" && is.Merged.Into != 0:
		return is.State == requests.Closed && is.Merged.Into != 0 || what == "unmerge" && was.Merged.Into != 0
	}
	return was.Merged.Into == 0 && is.Merged.Into == 0 && was.State.Becomes(is.State)
}

// TestRandomOperations has several people do anything in any order, and checks
// after each that states change by the table only and that a merged request is
// closed; and at the end that no note is in what requesters read, in a mail nor in
// a file, that each thread stands where its request does, and that what is counted
// is what is there. The store is checked as the cast leaves.
func TestRandomOperations(t *testing.T) {
	c := newCast(t)
	w := &wanderer{cast: c, Rand: rand.New(rand.NewPCG(6, 42)), box: c.box(placeOf(balzac), boxOfBalzac), done: map[string]int{}}
	w.numbers = []int{c.declared(c.lucas, form("La première"))}
	before := map[int]requests.Request{}
	for range 1200 {
		what, err := w.step()
		if err == nil {
			w.done[what]++
		} else if access.KindOf(err) == access.Internal {
			t.Fatal(what, err)
		}
		for _, r := range c.all() {
			if was, known := before[r.Number]; known && !allowed(what, was, r) {
				t.Fatalf("%s takes n° %d from %s to %s", what, r.Number, was.State, r.State)
			}
			if r.Merged.Into != 0 && r.State != requests.Closed || (r.State == requests.Closed) == r.ClosedAt.IsZero() {
				t.Fatalf("%s leaves %+v", what, r)
			}
			before[r.Number] = r
		}
		c.pass(time.Duration(w.IntN(40)) * time.Second)
	}
	for _, what := range []string{"declare", "state", "note", "solve", "answer", "assign", "merge", "unmerge", "link", "reply", "reopen", "satisfy", "move", "many", "receive"} {
		if w.done[what] == 0 {
			t.Errorf("%s never succeeds: the test proves nothing of it", what)
		}
	}
	w.noNoteOutside()
	w.agrees()
}

// noNoteOutside looks for what notes say in all that requesters are given.
func (w *wanderer) noNoteOutside() {
	for _, s := range []*access.Session{w.lucas, w.anne, w.jules, w.claire} {
		mine, err := requests.AllMine(s)
		w.must(err)
		for _, m := range mine {
			if text := fmt.Sprintf("%+v", w.mine(s, m.Number)); strings.Contains(text, secretWords) {
				w.t.Errorf("%s reads a note: %s", s.Account.Login, text)
			}
		}
	}
	w.see(func(tx *data.Tx) error {
		for m, err := range post.Mails.All(tx) {
			if err != nil {
				return err
			}
			if strings.Contains(fmt.Sprintf("%+v", m), secretWords) {
				w.t.Errorf("a mail holds a note: %+v", m)
			}
		}
		return nil
	})
	x, err := requests.ExportAll(w.marc, requests.Look{Filter: requests.Filter{Every: true}, Sort: requests.ByNumber})
	w.must(err)
	var file bytes.Buffer
	if w.must(x.Write(&file)); strings.Contains(file.String(), secretWords) || x.Count != len(w.all()) {
		w.t.Errorf("the file of %d requests:\n%s", x.Count, file.String())
	}
}

// agrees compares threads with their requests, and lists with what is there.
func (w *wanderer) agrees() {
	all, n := w.all(), map[data.Place]int{}
	w.see(func(tx *data.Tx) error {
		at := map[int]requests.Request{}
		for _, r := range all {
			at[r.Number] = r
			n[r.At]++
		}
		entries := map[int]int{}
		for e, err := range requests.Entries.All(tx) {
			if err != nil {
				return err
			}
			if entries[e.Request]++; e.At != at[e.Request].At {
				w.t.Errorf("an entry of n° %d is in %s", e.Request, e.At)
			}
		}
		for _, r := range all {
			if entries[r.Number] != r.Thread {
				w.t.Errorf("n° %d has %d entries, and counts %d", r.Number, entries[r.Number], r.Thread)
			}
			for _, l := range r.Links {
				if !strings.Contains(fmt.Sprint(at[l.To].Links), fmt.Sprint("n° ", r.Number)) {
					w.t.Errorf("n° %d is linked to n° %d, which is not", r.Number, l.To)
				}
			}
		}
		return nil
	})
	for s, want := range map[*access.Session]int{w.claire: n[placeOf(balzac)], w.sophie: n[placeOf(colette)], w.paul: n[placeOf(balzac)] + n[placeOf(colette)], w.marc: len(all)} {
		list, err := requests.Search(s, requests.Look{Filter: requests.Filter{Every: true}, Sort: requests.ByActed, Page: 1, Size: 25})
		if w.must(err); list.Total != want {
			w.t.Errorf("%s counts %d requests of %d", s.Account.Login, list.Total, want)
		}
	}
}
