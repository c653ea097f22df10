package directory

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"preau/app/access"
	"preau/data"
)

// An Import is the report of one.
type Import struct {
	ID       string              `cbor:"id"`
	At       time.Time           `cbor:"at"`
	Ended    time.Time           `cbor:"end"`
	By       string              `cbor:"by"`
	ByID     string              `cbor:"byid,omitempty"`
	Files    int                 `cbor:"files"`
	Kind     string              `cbor:"kind"` // « complet », « delta »
	Date     string              `cbor:"date"` // of the files, 2024-09-16
	State    string              `cbor:"state"`
	Phase    string              `cbor:"phase"`
	Done     int                 `cbor:"done"`
	Total    int                 `cbor:"total"`
	Counts   map[string]*Tallies `cbor:"counts"` // by UAI and profile: "0990001N/student"
	Warnings []string            `cbor:"warn"`
	Refusal  string              `cbor:"no,omitempty"`
	In       []data.Place        `cbor:"in"` // establishments of the files
	Lines    int                 `cbor:"lines"`
	Sent     string              `cbor:"sent,omitempty"` // file of the data directory, kept so that a try can be applied
	Academy  string              `cbor:"acad,omitempty"` // as asked for
	kept     string              // name of what was sent, on the disk
	name     string              // and as whoever sent it calls it
	Step     int                 `cbor:"step,omitempty"` // last one that was committed: a resumed run goes on after it
	Before   map[string]int      `cbor:"was,omitempty"`  // accounts before the batch, by UAI and profile, while it is applied
	Holding  []data.Place        `cbor:"hold,omitempty"` // establishments of which the batch holds the deletions, while it is applied
}

// Tallies count what became of people.
type Tallies struct {
	Created  int `cbor:"c,omitempty"`
	Changed  int `cbor:"m,omitempty"`
	Moved    int `cbor:"v,omitempty"`
	Deleted  int `cbor:"d,omitempty"`
	Restored int `cbor:"r,omitempty"`
	Refused  int `cbor:"x,omitempty"`
	Held     int `cbor:"h,omitempty"`
}

// Key is the identifier of the import.
func (im Import) Key() string { return im.ID }

// Places are the establishments of the files, the whole appliance before they
// are known.
func (im Import) Places() []data.Place {
	if len(im.In) == 0 {
		return []data.Place{""}
	}
	return im.In
}

// Label names the import in the journal.
func (im Import) Label() string {
	return "Import AAF " + im.Kind + " du " + Date(im.Date).String()
}

// Sum adds the counts of every establishment and profile.
func (im Import) Sum() (t Tallies) {
	for _, c := range im.Counts {
		t.add(*c)
	}
	return t
}

func (t *Tallies) add(c Tallies) {
	t.Created += c.Created
	t.Changed += c.Changed
	t.Moved += c.Moved
	t.Deleted += c.Deleted
	t.Restored += c.Restored
	t.Refused += c.Refused
	t.Held += c.Held
}

// String is the counts in French, « rien n’a changé » when there are none.
func (t Tallies) String() string {
	var parts []string
	for _, p := range []struct {
		n         int
		one, many string
	}{{t.Created, "créé", "créés"}, {t.Changed, "modifié", "modifiés"}, {t.Moved, "déplacé", "déplacés"}, {t.Deleted, "supprimé", "supprimés"},
		{t.Restored, "rétabli", "rétablis"}, {t.Refused, "refusé", "refusés"}, {t.Held, "suppression retenue", "suppressions retenues"}} {
		if p.n > 0 {
			parts = append(parts, counted(p.n, p.one, p.many))
		}
	}
	if len(parts) == 0 {
		return "rien n’a changé"
	}
	return strings.Join(parts, ", ")
}

// Text is the report as the command line prints it.
func (im Import) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %d fichiers : %s\n", im.Label(), im.Files, im.Sum())
	keys := make([]string, 0, len(im.Counts))
	for k := range im.Counts {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		uai, profile, _ := strings.Cut(k, "/")
		fmt.Fprintf(&b, "  %s %-12s %s\n", uai, Profile(profile).Many(), im.Counts[k])
	}
	for _, w := range im.Warnings {
		fmt.Fprintln(&b, "  !", w)
	}
	if im.Refusal != "" {
		fmt.Fprintln(&b, "Refusé :", im.Refusal)
	}
	return strings.TrimRight(b.String(), "\n")
}

// An Outcome is a line of the report: what became of one record, and why.
type Outcome struct {
	Import string     `cbor:"im"`
	N      int        `cbor:"n"`
	Kind   string     `cbor:"k"` // one of Sayings
	UAI    string     `cbor:"uai,omitempty"`
	Who    string     `cbor:"who,omitempty"`
	User   string     `cbor:"user,omitempty"`
	File   string     `cbor:"file,omitempty"`
	Line   int        `cbor:"line,omitempty"`
	ID     string     `cbor:"id,omitempty"` // join key
	Says   string     `cbor:"says"`
	At     data.Place `cbor:"at"`
}

// What became of a record, as the reports and their filter name it.
const (
	SaysRefused   = "refusé"
	SaysHeld      = "retenu"
	SaysWarning   = "avertissement"
	SaysMerged    = "fusionné"
	SaysChanged   = "modifié"
	SaysMoved     = "déplacé"
	SaysDeleted   = "supprimé"
	SaysRestored  = "rétabli"
	SaysNoAccount = "sans compte"
	SaysHomonym   = "homonyme"
)

// Sayings are the kinds of lines, what needs somebody first.
var Sayings = []string{SaysRefused, SaysHeld, SaysHomonym, SaysMerged, SaysWarning, SaysNoAccount, SaysDeleted, SaysRestored, SaysMoved, SaysChanged}

// Key orders the lines of an import.
func (o Outcome) Key() string { return fmt.Sprintf("%s/%08d", o.Import, o.N) }

// Places is the establishment of the line.
func (o Outcome) Places() []data.Place { return []data.Place{o.At} }

// named calls what was sent as whoever sent it does.
func (im Import) named(text string) string {
	if im.name == "" {
		return text
	}
	return strings.ReplaceAll(text, im.kept, im.name)
}

func saveImport(s *access.Session, im *Import) error {
	return s.Upkeep(func(tx *data.Tx) error { return Imports.Put(tx, *im) })
}

// ReadImport returns the report of an import within reach.
func ReadImport(s *access.Session, id string) (im Import, err error) {
	err = s.See(func(tx *data.Tx) error {
		im, err = Imports.Get(corresponding.Over(tx), id)
		if err == nil && !im.readable(tx) {
			return data.ErrNotFound
		}
		im = im.within(tx)
		return err
	})
	return im, err
}

// within is the part of a report that concerns the establishments which the
// author of a transaction reaches.
func (im Import) within(tx *data.Tx) Import {
	if im.whole(tx) {
		return im
	}
	kept := map[string]*Tallies{}
	for _, p := range tx.Author.Sees.Among(im.In) {
		for _, profile := range Profiles {
			key := UAIOf(p) + "/" + string(profile)
			if t := im.Counts[key]; t != nil {
				kept[key] = t
			}
		}
	}
	im.Counts, im.Warnings = kept, nil // warnings speak of any establishment
	return im
}

// whole reports whether the author of a transaction may read all of a report.
func (im Import) whole(tx *data.Tx) bool {
	return im.by(tx) || !slices.ContainsFunc(im.Places(), func(p data.Place) bool { return !tx.Author.Sees.Covers(p) })
}

// readable reports whether the author of a transaction may read the report:
// that of one of their establishments, or their own.
func (im Import) readable(tx *data.Tx) bool {
	return im.by(tx) || tx.Author.Sees.CoversAny(im.Places())
}

func (im Import) by(tx *data.Tx) bool { return im.ByID != "" && im.ByID == tx.Author.ID }

// LastImports returns the reports within reach, latest first.
func LastImports(s *access.Session, n int) (all []Import, err error) {
	err = s.See(func(tx *data.Tx) error {
		for im, err := range Imports.All(corresponding.Over(tx)) {
			if err != nil {
				return err
			}
			if im.readable(tx) {
				all = append(all, im.within(tx))
			}
		}
		return nil
	})
	slices.SortFunc(all, func(a, b Import) int { return b.At.Compare(a.At) })
	return all[:min(n, len(all))], err
}

// OutcomesOf returns up to n lines of a report within reach from one on, of a
// kind ("" for all). Lines that are no establishment's name people of any: they
// are for whoever reaches all those of the files.
func OutcomesOf(s *access.Session, id, kind string, from, n int) (lines []Outcome, err error) {
	im, err := ReadImport(s, id)
	if err != nil {
		return nil, err
	}
	err = s.See(func(tx *data.Tx) error {
		whole := im.whole(tx)
		for o, err := range Outcomes.From(corresponding.Over(tx), id+"/") {
			if err != nil {
				return err
			}
			mine := whole && o.At == "" || o.At != "" && tx.Author.Sees.Covers(o.At)
			if o.N < from || kind != "" && o.Kind != kind || !mine {
				continue
			}
			if lines = append(lines, o); len(lines) == n {
				return nil
			}
		}
		return nil
	})
	return lines, err
}

// outcomesBatch is how many lines of reports one transaction forgets.
const outcomesBatch = 5000

// ForgetReports drops the reports of imports older than deleted accounts are
// kept: they name people.
func ForgetReports(s *access.Session) error {
	imports, err := LastImports(s, math.MaxInt)
	if err != nil {
		return err
	}
	for _, im := range imports {
		if im.Ended.IsZero() || s.Now().Sub(im.Ended) <= Retention {
			continue
		}
		for more := true; more; {
			if err := s.Upkeep(func(tx *data.Tx) (err error) {
				more, err = forgetReport(tx, im)
				return err
			}); err != nil {
				return err
			}
		}
	}
	return nil
}

// forgetReport drops some lines of a report, and the report with the last.
func forgetReport(tx *data.Tx, im Import) (more bool, err error) {
	var keys []string
	for o, err := range Outcomes.From(tx, im.ID+"/") {
		if err != nil {
			return false, err
		}
		if keys = append(keys, o.Key()); len(keys) == outcomesBatch {
			break
		}
	}
	for _, key := range keys {
		if err := Outcomes.Delete(tx, key); err != nil {
			return false, err
		}
	}
	if len(keys) == outcomesBatch {
		return true, nil
	}
	return false, Imports.Delete(tx, im.ID)
}
