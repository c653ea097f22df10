package directory

import (
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"preau/app/access"
	"preau/app/format/guestcsv"
	"preau/data"
)

// A GuestImport is a file of guests sent for an establishment: what it holds is
// shown first, and written once somebody says so.
type GuestImport struct {
	ID    string          `cbor:"id"`
	Place data.Place      `cbor:"at"`
	At    time.Time       `cbor:"t"`
	By    string          `cbor:"by"`
	Name  string          `cbor:"name"`            // of the file, as whoever sent it calls it
	Lines []guestcsv.Line `cbor:"lines,omitempty"` // as long as they can be applied or undone

	Applied   time.Time      `cbor:"done"` // zero before
	AppliedBy string         `cbor:"doneby,omitempty"`
	Undone    time.Time      `cbor:"undone"`
	Outcomes  []GuestOutcome `cbor:"out,omitempty"`
	Counts    GuestCounts    `cbor:"n"`
}

// A GuestOutcome is what became of a line.
type GuestOutcome struct {
	N        int    `cbor:"n"` // of the line in the file
	Fate     Fate   `cbor:"f"`
	Left     bool   `cbor:"left,omitempty"` // out, by whoever imported
	User     string `cbor:"u,omitempty"`
	Version  uint64 `cbor:"v,omitempty"`    // of the person once imported
	Restored bool   `cbor:"back,omitempty"` // from « Suppressions »
	Kept     bool   `cbor:"kept,omitempty"` // when the import was undone: changed since

	Why []LineFault `cbor:"why,omitempty"`
}

// GuestCounts are how many lines had each fate.
type GuestCounts struct {
	Created  int `cbor:"c,omitempty"`
	Attached int `cbor:"a,omitempty"`
	Present  int `cbor:"p,omitempty"`
	Refused  int `cbor:"r,omitempty"`
	Left     int `cbor:"l,omitempty"`
}

// String is the counts in French.
func (c GuestCounts) String() string {
	var parts []string
	for _, p := range []struct {
		n         int
		one, many string
	}{{c.Created, "créé", "créés"}, {c.Attached, "rattaché", "rattachés"}, {c.Present, "déjà présent", "déjà présents"}, {c.Refused, "refusé", "refusés"}, {c.Left, "laissé de côté", "laissés de côté"}} {
		if p.n > 0 {
			parts = append(parts, counted(p.n, p.one, p.many))
		}
	}
	if len(parts) == 0 {
		return "rien à importer"
	}
	return strings.Join(parts, ", ")
}

func (c *GuestCounts) add(f Fate) {
	switch f {
	case FateCreated:
		c.Created++
	case FateAttached:
		c.Attached++
	case FatePresent:
		c.Present++
	case FateRefused:
		c.Refused++
	}
}

// Key is the identifier of the import.
func (im GuestImport) Key() string { return im.ID }

// Places is the establishment.
func (im GuestImport) Places() []data.Place { return []data.Place{im.Place} }

// Label names the import in the journal.
func (im GuestImport) Label() string { return im.Name }

// Pending reports whether the import can still be applied.
func (im GuestImport) Pending(now time.Time) bool {
	return im.Applied.IsZero() && now.Sub(im.At) <= pendingLife
}

// Undoable reports whether the import can still be undone.
func (im GuestImport) Undoable(now time.Time) bool {
	return !im.Applied.IsZero() && im.Undone.IsZero() && now.Sub(im.Applied) <= UndoLife
}

// pendingLife is how long what a file holds is kept before it is applied.
const pendingLife = 24 * time.Hour

const longestFileName = 120

// ReadGuests reads a file of guests and keeps what it holds, to be shown. No
// account is written.
func ReadGuests(s *access.Session, uai, name string, r io.Reader) (id string, err error) {
	place, err := PlaceOfUAI(s, uai)
	if err != nil {
		return "", err
	}
	if !s.Can(access.ManageAccounts, place) {
		return "", access.NotAllowed()
	}
	lines, err := guestcsv.Read(r)
	if refused, ok := errors.AsType[*guestcsv.Refusal](err); ok {
		return "", access.Wrong("fichier", refused.Says)
	}
	if err != nil {
		return "", err
	}
	guessed := false
	if err := s.See(func(tx *data.Tx) error {
		sorted, err := sortLines(tx, place, lines)
		guessed = slices.ContainsFunc(sorted, func(l GuestLine) bool { return l.missed })
		return err
	}); err != nil {
		return "", err
	}
	if err := s.Guess(guestGuess, guessed); err != nil {
		return "", err
	}
	if runes := []rune(name); len(runes) > longestFileName {
		name = string(runes[:longestFileName]) + "…"
	}
	im := GuestImport{ID: s.Gate().Store().ID(), Place: place, At: s.Now(), By: s.Name(), Name: name, Lines: lines}
	return im.ID, s.Upkeep(func(tx *data.Tx) error { return GuestImports.Put(tx, im) })
}

// guestImportAt reads an import of an establishment.
func guestImportAt(tx *data.Tx, uai, id string) (im GuestImport, err error) {
	place, err := locate(tx, uai)
	if err != nil {
		return im, err
	}
	if im, err = GuestImports.Get(tx, id); err == nil && im.Place != place {
		err = data.ErrNotFound
	}
	return im, err
}

// ReadGuestImport returns an import of an establishment with the fate of its
// lines: what would become of each, or what became of it.
func ReadGuestImport(s *access.Session, uai, id string) (im GuestImport, lines []GuestLine, err error) {
	err = s.See(func(tx *data.Tx) error {
		if im, err = guestImportAt(tx, uai, id); err != nil {
			return err
		}
		if im.Applied.IsZero() {
			lines, err = sortLines(tx, im.Place, im.Lines)
			return err
		}
		lines = im.told()
		return nil
	})
	return im, lines, err
}

// told are the lines of an import that was applied.
func (im GuestImport) told() (lines []GuestLine) {
	byLine := map[int]guestcsv.Line{}
	for _, l := range im.Lines {
		byLine[l.N] = l
	}
	for _, o := range im.Outcomes {
		raw := byLine[o.N]
		l := GuestLine{N: o.N, Name: strings.TrimSpace(strings.ToUpper(raw.LastName) + " " + raw.FirstName), Email: raw.Email, Birth: raw.Birth, Fate: o.Fate, Left: o.Left, Here: o.User, Why: o.Why}
		switch {
		case o.Kept:
			l.Note = "Gardé : le compte a changé ou a servi depuis l’import."
		case o.Restored:
			l.Note = "Revenu de « Suppressions »."
		}
		if !im.Undone.IsZero() && !o.Kept && o.Version > 0 {
			l.Here, l.Note = "", "Annulé."
		}
		if raw.N == 0 {
			l.Name = "Personne effacée"
		}
		lines = append(lines, l)
	}
	return lines
}

// GuestImportsOf returns the imports of an establishment, latest first.
func GuestImportsOf(s *access.Session, uai string) (all []GuestImport, err error) {
	err = s.See(func(tx *data.Tx) error {
		place, err := locate(tx, uai)
		if err != nil {
			return err
		}
		for im, err := range GuestImportsByPlace.All(tx, string(place)) {
			if err != nil {
				return err
			}
			im.Lines, im.Outcomes = nil, nil
			all = append(all, im)
		}
		return nil
	})
	slices.SortFunc(all, func(a, b GuestImport) int { return b.At.Compare(a.At) })
	return all, err
}

// ForgetGuestImports drops the names of the imports that can no longer be
// applied or undone, their counts once the journal's links have served, and the
// merges that can no longer be undone.
func ForgetGuestImports(s *access.Session) error {
	return s.Upkeep(func(tx *data.Tx) error {
		var bare []GuestImport
		var gone, merged []string
		for im, err := range GuestImports.All(tx) {
			switch {
			case err != nil:
				return err
			case im.Applied.IsZero() && !im.Pending(tx.Now), tx.Now.Sub(im.At) > Retention:
				gone = append(gone, im.ID)
			case len(im.Lines) > 0 && !im.Applied.IsZero() && tx.Now.Sub(im.Applied) > UndoLife:
				im.Lines, im.Outcomes = nil, nil
				bare = append(bare, im)
			}
		}
		for m, err := range Merges.All(tx) {
			if err != nil {
				return err
			}
			if tx.Now.Sub(m.At) > UndoLife {
				merged = append(merged, m.ID)
			}
		}
		for _, im := range bare {
			if err := GuestImports.Put(tx, im); err != nil {
				return err
			}
		}
		return errors.Join(deleteRows(tx, GuestImports, gone), deleteRows(tx, Merges, merged))
	})
}

func deleteRows[T data.Row](tx *data.Tx, table *data.Table[T], keys []string) error {
	for _, k := range keys {
		if err := table.Delete(tx, k); err != nil {
			return err
		}
	}
	return nil
}
