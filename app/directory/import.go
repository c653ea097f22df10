package directory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"preau/app/access"
	"preau/app/format/aaf"
	"preau/data"
)

// ImportOptions say what to import, and how.
type ImportOptions struct {
	Name            string // of what was sent, for messages; that of the path if empty
	Path            string // a folder, a .zip, a .tar.gz or one file
	TempDir         string // where staging goes: the data directory
	Bytes           int64  // unpacked at most, 0 for the limit of the command line
	DryRun          bool
	KeepParsed      bool     // applies what parsed of a bad file, and deletes nothing
	Academy         string   // name, when the files do not tell
	AcceptDeletions []string // UAIs whose held deletions are confirmed
}

// The states of an import.
const (
	ImportStaging  = "lecture"
	ImportApplying = "application"
	ImportDone     = "terminé"
	ImportRefused  = "refusé"
	ImportTried    = "essai"
	ImportStopped  = "interrompu"
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

// A Source ties an object of the federated directory to what it became here,
// with the attributes last received: a delta changes some of them only.
type Source struct {
	ID     string       `cbor:"id"` // académie/degree/category/join key
	User   string       `cbor:"u,omitempty"`
	UAI    string       `cbor:"uai,omitempty"`
	Digest []byte       `cbor:"d"`
	Attrs  []aaf.Attr   `cbor:"a"`
	At     []data.Place `cbor:"at"`
	Gone   bool         `cbor:"gone,omitempty"`
	Lost   string       `cbor:"lostby,omitempty"` // import that received it, but in no establishment that we know
}

// Key is académie, degree, category and join key.
func (s Source) Key() string { return s.ID }

// Places are those of the person, or the académie.
func (s Source) Places() []data.Place { return s.At }

func sourceKey(academy string, degree aaf.Degree, category aaf.Category, id string) string {
	return academy + "/" + string(degree) + "/" + string(category) + "/" + id
}

// A Held is a set of deletions that wait for somebody to confirm them.
type Held struct {
	UAI     string     `cbor:"uai"`
	Import  string     `cbor:"im"`
	Sources []string   `cbor:"src"`
	Says    string     `cbor:"says"` // « 212 élèves »
	Date    string     `cbor:"date"` // of the files
	At      data.Place `cbor:"at"`
}

// Key is the UAI: one set for each establishment.
func (h Held) Key() string { return h.UAI }

// Places is the establishment.
func (h Held) Places() []data.Place { return []data.Place{h.At} }

// A Received says which delivery was last applied to an establishment, or to an
// académie and degree: schools may send their files each at its own pace.
type Received struct {
	ID       string `cbor:"id"` // académie/degree, or académie/degree/UAI
	Complete string `cbor:"c"`  // date of the last complete
	Last     string `cbor:"l"`  // date of the last delivery of any kind
}

// Key is académie, degree and perhaps UAI.
func (r Received) Key() string { return r.ID }

// Places is the whole appliance: it is read by imports.
func (r Received) Places() []data.Place { return []data.Place{""} }

// The tables of imports.
var (
	Imports       = data.NewTable[Import]("imports").Unlogged()
	Outcomes      = data.NewTable[Outcome]("outcomes").Unlogged()
	Sources       = data.NewTable[Source]("sources").Unlogged()
	SourcesByUser = Sources.Index("user", func(s Source) []string { return present(s.User) })
	HeldDeletions = data.NewTable[Held]("held").Unlogged()
	Receivings    = data.NewTable[Received]("received").Unlogged()
)

var importing = access.NewAction("import.aaf", "Import de l’annuaire fédérateur", access.ImportOwn, data.Attention)

// corresponding keeps what ties people to the federated directory, and logins
// and reports that are no establishment's.
var corresponding = data.NewCrossing("import.sources", "Tenir la correspondance entre les personnes et l’annuaire fédérateur pendant un import")

// underway holds the gates that an import goes through: one at a time for each
// appliance, two would fight over the same people.
var underway sync.Map

func claim(g *access.Gate) bool {
	_, taken := underway.LoadOrStore(g, true)
	return !taken
}

// errImporting refuses an import while another is under way.
var errImporting = &access.Refusal{Kind: access.Stale, Says: "Un import est déjà en cours : attendez qu’il se termine."}

// ImportAAF reads a delivery, checks it whole, then applies what changed. The
// report comes back even with an error, once there is one.
func ImportAAF(ctx context.Context, s *access.Session, opts ImportOptions) (*Import, error) {
	if !claim(s.Gate()) {
		return nil, errImporting
	}
	defer underway.Delete(s.Gate())
	id := s.Gate().Store().ID()
	if err := resumeImports(ctx, s.Gate(), opts.TempDir, id); err != nil {
		return nil, err
	}
	return importAAF(ctx, s, opts, id)
}

// BeginImport does what ImportAAF does, in two times: the report can be read
// under the identifier while run, which must be called, goes on.
func BeginImport(s *access.Session, opts ImportOptions) (id string, run func(context.Context) (*Import, error), err error) {
	if !claim(s.Gate()) {
		return "", nil, errImporting
	}
	id = s.Gate().Store().ID()
	if err := saveImport(s, newImport(s, id, opts)); err != nil {
		underway.Delete(s.Gate())
		return "", nil, err
	}
	return id, func(ctx context.Context) (*Import, error) {
		defer underway.Delete(s.Gate())
		if err := resumeImports(ctx, s.Gate(), opts.TempDir, id); err != nil {
			return nil, err
		}
		return importAAF(ctx, s, opts, id)
	}, nil
}

func newImport(s *access.Session, id string, opts ImportOptions) *Import {
	im := &Import{ID: id, At: s.Now(), By: s.Name(), ByID: s.Account.ID, State: ImportStaging, Phase: "Lecture des fichiers", Counts: map[string]*Tallies{}, Academy: opts.Academy}
	if opts.DryRun && filepath.Dir(opts.Path) == opts.TempDir {
		im.Sent = filepath.Base(opts.Path)
	}
	im.kept, im.name = filepath.Base(opts.Path), opts.Name
	return im
}

// named calls what was sent as whoever sent it does.
func (im Import) named(text string) string {
	if im.name == "" {
		return text
	}
	return strings.ReplaceAll(text, im.kept, im.name)
}

func stagingDir(temp, id string) string { return filepath.Join(temp, "import-"+id) }

func importAAF(ctx context.Context, s *access.Session, opts ImportOptions, id string) (*Import, error) {
	dir := stagingDir(opts.TempDir, id)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	im := newImport(s, id, opts)
	if err := saveImport(s, im); err != nil {
		return nil, err
	}
	st, err := stage(ctx, opts, dir, im)
	if err == nil {
		st.Reach = s.Reach(access.ImportOwn)
		err = st.save(dir)
	}
	return applyStaged(ctx, s, im, st, dir, err)
}

// applyStaged applies what was staged, unless staging failed, and clears up
// after itself, unless the run is to be resumed.
func applyStaged(ctx context.Context, s *access.Session, im *Import, st *staging, dir string, err error) (*Import, error) {
	begun := false
	if err == nil {
		a := newApplier(s, im, st)
		err = a.run(ctx)
		begun = a.begun
	}
	if st != nil {
		err = errors.Join(err, st.close())
	}
	switch {
	case err == nil:
		return im, os.RemoveAll(dir)
	case begun:
		return im, errors.Join(err, stop(s, im, err))
	}
	im.State, im.Ended, im.Refusal = ImportRefused, s.Now(), im.named(says(err))
	return im, errors.Join(refusal(err), saveImport(s, im), os.RemoveAll(dir))
}

// stop notes that a run ended half-way. What the step that failed had counted
// is forgotten with it.
func stop(s *access.Session, im *Import, why error) error {
	stored, err := ReadImport(s.Gate().System("Import"), im.ID)
	if err != nil {
		return err
	}
	*im = stored
	im.State, im.Refusal = ImportStopped, "Interrompu, il reprendra où il en était : "+says(why)
	return saveImport(s, im)
}

// ResumeImports ends the imports that were under way when the appliance
// stopped: to the same result as if it had not.
func ResumeImports(ctx context.Context, g *access.Gate, temp string) error {
	if !claim(g) {
		return errImporting
	}
	defer underway.Delete(g)
	return resumeImports(ctx, g, temp, "")
}

// resumeImports ends or refuses every import that did not end, but the one that
// is about to begin, and clears what the ended ones left behind.
func resumeImports(ctx context.Context, g *access.Gate, temp, but string) error {
	s := g.System("Import repris")
	imports, err := LastImports(s, 1<<20)
	if err != nil {
		return err
	}
	for _, im := range imports {
		dir := stagingDir(temp, im.ID)
		switch {
		case im.ID == but:
		case im.State == ImportStopped || im.State == ImportApplying:
			err = errors.Join(err, resume(ctx, s, im, dir))
		case im.State == ImportStaging:
			im.State, im.Ended, im.Refusal = ImportRefused, s.Now(), "Interrompu pendant la lecture des fichiers, rien n’a été appliqué : recommencez."
			err = errors.Join(err, saveImport(s, &im), os.RemoveAll(dir))
		default:
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}
	return err
}

// resume ends an import. One that cannot be ended, because what it had read is
// gone or because it fails again, is closed: it must not stand in the way of
// the next one, which puts everything right.
func resume(ctx context.Context, s *access.Session, im Import, dir string) error {
	st, err := loadStaging(dir)
	if err != nil {
		return abandon(s, im, dir, "ce qu’il avait lu n’est plus là")
	}
	im.State, im.Refusal = ImportApplying, ""
	a := newApplier(s, &im, st)
	a.thorough = true
	if im.Step > 0 {
		a.lines = nil // written with the first step
	}
	err = errors.Join(a.run(ctx), st.close())
	switch {
	case err == nil:
		return os.RemoveAll(dir)
	case ctx.Err() != nil || errors.Is(err, context.Canceled) || errors.Is(err, data.ErrFull) || access.KindOf(err) == access.Full:
		return errors.Join(err, stop(s, &im, err))
	}
	return abandon(s, im, dir, says(err))
}

// abandon closes an import that cannot be ended.
func abandon(s *access.Session, im Import, dir, why string) error {
	stored, err := ReadImport(s, im.ID)
	if err != nil {
		return err
	}
	im = stored
	im.State, im.Phase, im.Ended, im.Before, im.Holding = ImportRefused, "", s.Now(), nil, nil
	im.Refusal = "Interrompu en chemin, il n’a pas pu reprendre (" + why + ") : importez de nouveau ces fichiers, ou les complets suivants."
	if err := s.Begin(importing, im.ID); err != nil {
		return err
	}
	err = s.End(importing, im.ID, func(tx *data.Tx) ([]data.Fact, error) {
		return []data.Fact{{Action: importing.Action, About: im, Note: im.Refusal}}, Imports.Put(tx, im)
	})
	return errors.Join(err, os.RemoveAll(dir))
}

// says is what an error tells people.
func says(err error) string {
	var r *access.Refusal
	var f *aaf.Refusal
	switch {
	case errors.Is(err, context.Canceled):
		return "L’import a été arrêté."
	case errors.As(err, &r):
		if len(r.Fields) > 0 { // a report has no field to write beside
			return strings.Join(slices.Sorted(maps.Values(r.Fields)), " ")
		}
		return r.Says
	case errors.As(err, &f):
		return f.Reason
	}
	return err.Error()
}

// refusal makes of what the format refuses a refusal that pages can show.
func refusal(err error) error {
	var f *aaf.Refusal
	var b *aaf.BadFile
	if errors.As(err, &f) || errors.As(err, &b) {
		return &access.Refusal{Kind: access.Invalid, Says: says(err), Fields: map[string]string{"fichier": says(err)}}
	}
	return err
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
