package requests_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"preau/app/post"
	"preau/app/requests"
	"preau/data"
)

// TestNoNoteIsMailed lives random weeks of requests, with notes that are like no
// other text, their files too, then looks for them in every mail that was written.
func TestNoNoteIsMailed(t *testing.T) {
	const canary = "serin-jaune-des-canaries"
	for seed := range uint64(5) {
		c, dice := newCast(t), rand.New(rand.NewPCG(seed, 6))
		box := c.box(placeOf(balzac), boxOfBalzac)
		numbers := []int{c.declared(c.lucas, form("Un")), c.declared(c.anne, form("Deux"))}
		for step := range 120 {
			number := numbers[dice.IntN(len(numbers))]
			switch dice.IntN(11) {
			case 0, 1, 2:
				f, err := requests.Keep(c.claire, canary+".txt", "text/plain", strings.NewReader(canary))
				c.must(err)
				requests.AddNote(c.claire, number, fmt.Sprintf("%s %d", canary, step), []requests.File{f}) // a merged one refuses it
			case 3:
				requests.Solved(c.claire, number, 0, requests.Solve{Solution: "Voici la réponse.", Resolved: dice.IntN(2) == 0})
			case 4:
				requests.SendAnswer(c.claire, number, 0)
			case 5:
				requests.Merge(c.claire, number, numbers[dice.IntN(len(numbers))])
			case 6:
				requests.Unmerge(c.claire, number)
			case 7:
				requests.SetState(c.claire, number, 0, requests.States[dice.IntN(len(requests.States))], time.Time{})
			case 8:
				requests.Assign(c.claire, number, 0, []string{c.claire.Account.ID, c.paul.Account.ID, ""}[dice.IntN(3)], "")
			case 9:
				to := []string{"lucas.martin@exemple.example", "anne.martin@exemple.example"}[dice.IntN(2)]
				sent := c.mails(to)
				c.receive(box, answering(sent[dice.IntN(len(sent))], []string{to, stranger}[dice.IntN(2)], "Je réponds."))
			default:
				numbers = append(numbers, c.declared(c.lucas, form("Encore")))
			}
			c.pass(time.Duration(dice.IntN(40)) * time.Hour)
		}
		mails, notes := 0, 0
		c.see(func(tx *data.Tx) error {
			for m, err := range post.Mails.All(tx) {
				if err != nil {
					return err
				}
				mails++
				letter, err := m.Compose("ENT", "https://ent.exemple.example")
				if all := fmt.Sprintf("%+v %+v %+v", m, m.Thread, letter); err != nil || strings.Contains(all, canary) {
					t.Errorf("seed %d: a note is in %s (%v)", seed, all, err)
				}
			}
			for e, err := range requests.Entries.All(tx) {
				if err != nil {
					return err
				}
				if e.Kind == requests.Note && strings.Contains(e.Text, canary) {
					notes++
				}
			}
			return nil
		})
		if mails < 20 || notes < 5 {
			t.Errorf("seed %d: %d mails, %d notes", seed, mails, notes)
		}
	}
}
