package groups_test

import (
	"fmt"
	"strings"
	"testing"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/groups"
	"preau/data"
)

// TestSuggest: groups and partners are found by who reaches them, each from an
// establishment of theirs.
func TestSuggest(t *testing.T) {
	h := newHall(t)
	h.partner(hallBalzac, hallColette)
	h.local(h.claire, hallBalzac, "", "Échecs", me(h.lucas))
	gone := h.local(h.claire, hallBalzac, "", "Échecs d’autrefois", me(h.lucas))
	h.must(groups.Delete(h.claire, hallBalzac, groups.LocalScreen, gone))
	_, err := groups.Save(h.claire, hallBalzac, groups.LocalScreen)
	h.must(err)
	h.shared("Correspondants", side(hallBalzac, directory.Student), side(hallColette, directory.Student))
	h.do(func(tx *data.Tx) (data.Row, error) { // one that is not accepted
		p := groups.Partnership{Pair: []data.Place{hallPlace(hallSavoie), hallPlace(hallBalzac)}, State: groups.Requested, From: hallPlace(hallSavoie)}
		return p, groups.Partnerships.Put(tx, p)
	})
	h.must(h.store.WaitIndexed(t.Context()))
	find := func(s *access.Session, text string) string {
		t.Helper()
		found, err := groups.Suggest(s, text, 6)
		h.must(err)
		partners, err := groups.SuggestPartners(s, text, 6)
		h.must(err)
		var words []string
		for _, g := range found {
			words = append(words, g.Name+" in "+g.In.UAI)
		}
		for _, p := range partners {
			words = append(words, p.With.Town+" of "+p.Of.UAI)
		}
		return strings.Join(words, ", ")
	}
	for _, c := range []struct {
		by         *access.Session
		text, want string
	}{
		{h.claire, "ech", "Échecs in " + hallBalzac},
		{h.claire, "corr", "Correspondants in " + hallBalzac},
		{h.sophie, "corr", "Correspondants in " + hallColette},
		{h.sophie, "ech", ""},
		{h.jeanne, "corr", ""},
		{h.lucas, "ech", ""},
		{h.claire, "neuv", "Neuville of " + hallBalzac},
		{h.claire, strings.ToLower(hallColette), "Neuville of " + hallBalzac},
		{h.sophie, "balz", "Saint-Éloi of " + hallColette},
		{h.claire, "aiguilles", ""},
		{h.jeanne, "colette", ""},
		{h.lucas, "colette", ""},
		{h.claire, " ", ""},
		{h.marc, "college col", "Neuville of " + hallBalzac},
	} {
		if got := find(c.by, c.text); got != c.want {
			t.Errorf("%s finds %q by %q, want %q", c.by.Name(), got, c.text, c.want)
		}
	}
	if some, err := groups.SuggestPartners(h.marc, "e", 0); err != nil || len(some) > 0 {
		t.Error(fmt.Sprint(some), err)
	}
}
