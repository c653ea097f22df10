package groups

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

var (
	creating   = access.NewAction("group.create", "Création d’un groupe", access.ManageGroups, data.Info)
	editing    = access.NewAction("group.edit", "Modification d’un groupe", access.ManageGroups, data.Info)
	deleting   = access.NewAction("group.delete", "Suppression d’un groupe", access.ManageGroups, data.Attention)
	populating = access.NewAction("group.populate", "Membres d’un groupe", access.ManageGroups, data.Info)
	opening    = access.NewAction("group.open", "Droits d’accès à un groupe multi-établissements", access.ManageGroups, data.Attention)
)

// sharing touches a group that several establishments are in: it is opened to one
// that its author does not administer, or closed with the members that it put.
var sharing = data.NewCrossing("groups.share", "Ouvrir un groupe multi-établissements à un partenaire, le lui fermer, et en enlever alors les membres qu’il y a mis")

// Save commits what is pending on a screen, all or nothing, and returns how many
// changes it made. A group that somebody changed meanwhile refuses it: Rebase, once
// their change is seen, then Save.
func Save(s *access.Session, uai string, screen Screen) (n int, err error) {
	d, err := DraftOf(s, uai, screen)
	if err != nil {
		return 0, err
	}
	if len(d.Edits) == 0 {
		return 0, access.Conflict("Rien n’est à enregistrer.")
	}
	var stale []string
	err = s.Do(d.Edits[0].action(screen), func(tx *data.Tx) (data.Row, error) {
		sc, err := sceneOf(tx, s, uai, screen)
		if err != nil {
			return nil, err
		}
		edits := sc.draft.Edits
		if n = sc.draft.Pending(); n == 0 {
			return nil, access.Conflict("Rien n’est à enregistrer.")
		}
		if stale, err = sc.stale(edits); err != nil || len(stale) > 0 {
			return nil, cmp.Or(err, errStale)
		}
		sc.draft.Edits, sc.ranks = nil, nil
		for _, e := range edits { // all of them first: one may be an element of another
			if e.New {
				if err := sc.make(e); err != nil {
					return nil, err
				}
			}
		}
		var first data.Row
		for _, e := range edits {
			f, err := sc.apply(e)
			if err != nil {
				return nil, err
			}
			if first == nil {
				first = f.About
				tx.Note("%s", f.Note)
			} else if err := tx.Also(f); err != nil {
				return nil, err
			}
		}
		if err := sc.checkAll(edits); err != nil {
			return nil, err
		}
		return first, sc.draft.keep(tx)
	})
	if errors.Is(err, errStale) {
		return 0, access.Conflict(strings.Join(stale, " ") + " Vos modifications sont gardées\u00a0: relisez, puis choisissez de les reprendre ou de les abandonner.")
	}
	return n, err
}

var errStale = errors.New("groups: changed meanwhile")

// stale says which groups were changed since they were begun to be edited, by whom
// and how.
func (sc *scene) stale(edits []Edit) (says []string, err error) {
	for _, e := range edits {
		if e.New {
			continue
		}
		g, err := groupAt(sc.tx, sc.place, e.Group)
		if isMissing(err) {
			says = append(says, "Un groupe que vous modifiez a été supprimé ou ne vous est plus ouvert.")
			continue
		}
		if err != nil {
			return nil, err
		}
		if sc.versionOf(g) == e.Base {
			continue
		}
		last, err := directory.LastChange(sc.tx, Groups.Name(), g.ID)
		if err != nil {
			return nil, err
		}
		if last != "" {
			last = "\u00a0: " + last
		}
		says = append(says, fmt.Sprintf("Le groupe «\u00a0%s\u00a0» a été modifié pendant ce temps%s.", g.Name, last))
	}
	return says, nil
}

// action is what the journal calls an edit.
func (e Edit) action(screen Screen) access.Action {
	switch {
	case e.New:
		return creating
	case e.Delete:
		return deleting
	case len(e.Sides) > 0:
		return opening
	case screen == PopulationScreen || e.Text == nil:
		return populating
	}
	return editing
}

// apply makes one edit, and returns the event that tells it.
func (sc *scene) apply(e Edit) (f data.Fact, err error) {
	f.Action = e.action(sc.draft.Screen).Action
	g, err := groupAt(sc.tx, sc.place, e.Group)
	if err != nil {
		return f, err
	}
	switch {
	case e.New:
		f.About = g
		f.Note, err = sc.fill(g, e)
	case sc.draft.Screen == PopulationScreen:
		f.About, f.Note, err = sc.populate(g, e)
	case g.At != sc.place:
		return f, access.NotAllowed()
	case e.Delete:
		f.About, f.Note, err = sc.remove(g)
	case len(e.Sides) > 0:
		f.About, f.Note, err = sc.open(g, e)
	default:
		f.About, f.Note, err = sc.revise(g, e)
	}
	return f, err
}

// put stores a group that its own establishment changed.
func (sc *scene) store(g Group) (Group, error) {
	g.EditedAt = sc.tx.Now
	g.Version++
	return g, Groups.Put(sharing.Over(sc.tx), g)
}

// make makes a new group, whose members are put afterwards.
func (sc *scene) make(e Edit) (err error) {
	if sc.draft.Screen == PopulationScreen || e.Text == nil {
		return data.ErrNotFound
	}
	g := Group{ID: e.Group, At: sc.place, Shared: sc.shared(), Parent: e.Parent, Name: e.Text.Name, Description: e.Text.Description,
		By: sc.s.Account.ID, ByName: sc.s.Name(), CreatedAt: sc.tx.Now}
	if e.Parent != "" {
		if _, err := sc.group(e.Parent); err != nil {
			return access.Conflict(fmt.Sprintf("Le groupe où «\u00a0%s\u00a0» devait être créé n’existe plus.", g.Name))
		}
	}
	if g, err = sc.sided(g, e.Sides); err != nil {
		return err
	}
	_, err = sc.store(g)
	return err
}

// revise changes the text and the members of a local group, or the text of a
// shared one.
func (sc *scene) revise(g Group, e Edit) (_ Group, note string, err error) {
	g = e.of(g)
	if note, err = sc.fill(g, e); err != nil {
		return g, "", err
	}
	g, err = sc.store(g)
	return g, note, err
}

// fill puts the added elements in a group and takes the removed ones out. Its note
// counts them: an element of another's group is nobody's business.
func (sc *scene) fill(g Group, e Edit) (note string, err error) {
	if g.Shared && sc.draft.Screen != PopulationScreen && len(e.Added)+len(e.Removed) > 0 {
		return "", data.ErrNotFound
	}
	for _, ref := range e.Removed {
		err := Memberships.Delete(sc.tx, membershipKey(g.ID, sc.place, ref))
		if err != nil && !isMissing(err) {
			return "", err
		}
	}
	for _, ref := range e.Added {
		if err := sc.checkElement(g, ref); isMissing(err) {
			return "", access.Conflict(fmt.Sprintf("L’un des membres à ajouter au groupe «\u00a0%s\u00a0» n’est plus dans l’établissement\u00a0: enlevez-le, puis enregistrez.", g.Name))
		} else if err != nil {
			return "", err
		}
		said, err := sc.said(ref)
		if err != nil {
			return "", err
		}
		m := Membership{Group: g.ID, At: sc.place, Ref: ref, Said: said, By: sc.s.Name(), ByID: sc.s.Account.ID, Since: sc.tx.Now}
		if err := errors.Join(Memberships.Put(sc.tx, m), remember(sc.tx, sc.place, ref)); err != nil {
			return "", err
		}
	}
	return counted(len(e.Added), len(e.Removed)), nil
}

func counted(added, removed int) string {
	var parts []string
	for _, c := range []struct {
		n         int
		one, many string
	}{{added, "1 ajout", "ajouts"}, {removed, "1 retrait", "retraits"}} {
		switch {
		case c.n == 1:
			parts = append(parts, c.one)
		case c.n > 1:
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.many))
		}
	}
	return strings.Join(parts, ", ")
}

// said is how the journal names an element.
func (sc *scene) said(ref Ref) (string, error) {
	if id, ok := ref.Person(); ok {
		return directory.Mention(id), nil
	}
	if key, ok := ref.Automatic(); ok {
		a, err := directory.GroupAt(sc.tx, sc.place, key)
		return a.Label, err
	}
	id, _ := ref.Nested()
	g, err := sc.group(id)
	return "groupe " + g.Name, err
}

// populate changes the members that an establishment puts in a shared group.
func (sc *scene) populate(g Group, e Edit) (_ Group, note string, err error) {
	side, open := g.Sides.Of(sc.place)
	if !open {
		return g, "", data.ErrNotFound
	}
	if note, err = sc.fill(g, e); err != nil {
		return g, "", err
	}
	side.Version++
	g.Sides, g.EditedAt = g.Sides.with(side), sc.tx.Now
	return g, note, Groups.Put(sc.tx, g)
}

// open changes the profiles that establishments may add to a shared group. Those
// that are closed take their members away.
func (sc *scene) open(g Group, e Edit) (_ Group, note string, err error) {
	g = Edit{Text: e.Text}.of(g)
	was := g
	if g, err = sc.sided(g, e.Sides); err != nil {
		return g, "", err
	}
	left := 0
	for _, side := range was.Sides {
		now, _ := g.Sides.Of(side.At)
		n, err := shut(sc.tx, g, now, side.Profiles)
		if err != nil {
			return g, "", err
		}
		left += n
	}
	g, err = sc.store(g)
	return g, counted(0, left), err
}

// sided gives a group the sides that are wanted; one without a profile is closed.
func (sc *scene) sided(g Group, wanted []Side) (Group, error) {
	for _, want := range wanted {
		was, _ := g.Sides.Of(want.At)
		if err := sc.checkSide(want.At, was.Profiles, want.Profiles); err != nil {
			return g, err
		}
		was.Profiles = want.Profiles
		if g.Sides = g.Sides.with(was); len(was.Profiles) == 0 {
			g.Sides = g.Sides.without(want.At)
		}
	}
	slices.SortStableFunc(g.Sides, func(a, b Side) int { return cmp.Compare(rankOf(g, a), rankOf(g, b)) })
	return g, nil
}

func rankOf(g Group, side Side) int {
	if side.At == g.At {
		return 0
	}
	return 1
}
