package directory

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"

	"preau/app/access"
	"preau/app/format/aaf"
	"preau/data"
)

// importBatch is how many records one transaction applies. Tests make it small.
var importBatch = 2000

// An applier applies a staged delivery. With a dry run it does everything but
// write: what it would create is kept aside, so that links find it.
type applier struct {
	s    *access.Session
	im   *Import
	st   *staging
	opts ImportOptions

	academy string // slug
	named   string // as the files spell it
	degree  aaf.Degree
	batch   *batch
	step    int // of the run: see done

	schools  map[string]data.Place            // join key of a structure → its place, "" for an office
	judged   map[data.Place]bool              // establishments of the files: absence is judged there
	labels   map[string]string                // codes of subjects and MEFs → labels
	legal    map[string][]data.Place          // join key of a relative → establishments of the children
	rooms    map[data.Place]map[string]string // labels of the classes that pupils name, by code
	scope    []data.Place                     // establishments that the names of the files tell of, nil for an académie
	received map[string]Received              // what this delivery makes of them, by key
	context  string                           // what the records are read with besides themselves
	fresh    map[string]string                // source → UID of what this run created, or would create
	news     map[string]bool                  // sources of relatives who are new or bear a new name
	tried    trial
	lost     map[string]bool // sources of this run that are in no establishment of the delivery
	thorough bool            // a resumed run: what the former one created is not in fresh
	reach    data.Reach
	lines    []Outcome
	begun    bool // the run is durable: it will be resumed
}

func newApplier(s *access.Session, im *Import, st *staging) *applier {
	return &applier{s: s, im: im, st: st, opts: st.Options, lines: st.Lines, fresh: map[string]string{}, lost: map[string]bool{}, news: map[string]bool{},
		received: map[string]Received{}, tried: trial{people: map[string]User{}, byINE: map[string]string{}}, reach: st.Reach}
}

// run applies every batch, or says what it would do.
func (a *applier) run(ctx context.Context) error {
	for i := range a.st.Batches {
		a.batch = &a.st.Batches[i]
		if err := a.identify(); err != nil {
			return err
		}
		if err := a.permit(); err != nil {
			return err
		}
	}
	if !a.opts.DryRun {
		a.im.State, a.begun = ImportApplying, true
		if err := errors.Join(saveImport(a.s, a.im), a.s.Begin(importing, a.im.ID)); err != nil {
			return err
		}
	}
	for i := range a.st.Batches {
		a.batch = &a.st.Batches[i]
		for _, degree := range []aaf.Degree{aaf.First, aaf.Second} {
			if a.batch.Records[degree] == nil {
				continue
			}
			a.degree = degree
			if err := a.apply(ctx); err != nil {
				return err
			}
		}
	}
	return a.finish()
}

// apply applies one degree of a batch, in the order in which links are found.
func (a *applier) apply(ctx context.Context) error {
	a.schools, a.judged, a.labels = map[string]data.Place{}, map[data.Place]bool{}, map[string]string{}
	a.legal, a.rooms, a.scope = map[string][]data.Place{}, map[data.Place]map[string]string{}, a.scopeOf()
	if err := a.survey(); err != nil {
		return err
	}
	if err := a.count(); err != nil {
		return err
	}
	a.im.Total = 0
	for _, records := range a.batch.Records[a.degree] {
		a.im.Total += len(records)
	}
	a.im.Done = 0
	for _, step := range []struct {
		phase    string
		category aaf.Category
		one      func(*data.Tx, string, staged) error
	}{
		{"Nomenclatures", aaf.Subjects, a.term},
		{"Nomenclatures", aaf.Mefs, a.term},
		{"Établissements et classes", aaf.Schools, a.school},
		{"Responsables", aaf.Relatives, a.relative},
		{"Élèves", aaf.Students, a.student},
		{"Enseignants et personnels", aaf.StaffOf, a.staff},
	} {
		a.im.Phase = step.phase
		records := a.batch.Records[a.degree][step.category]
		if err := a.each(ctx, order(records), func(tx *data.Tx, id string) error { return step.one(tx, id, records[id]) }); err != nil {
			return err
		}
	}
	if err := a.remove(ctx); err != nil {
		return err
	}
	return a.dropEmptied(ctx)
}

// done begins a step, and reports whether a former run of this import has
// committed it: what it did and told is then not done nor told again.
func (a *applier) done() bool {
	a.step++
	return a.step <= a.im.Step
}

// count keeps how many accounts there are before the batch: what a loss is
// measured against, whatever the batch moves and creates.
func (a *applier) count() error {
	if a.done() {
		return nil
	}
	return a.transaction(func(tx *data.Tx) error {
		a.im.Step, a.im.Before = a.step, map[string]int{}
		for _, place := range a.schools {
			if place == "" || !a.may(place) {
				continue
			}
			counts, err := UsersCount.Of(corresponding.Over(tx), place)
			if err != nil {
				return err
			}
			for _, p := range Profiles {
				if n := accounts(counts, p); n > 0 {
					a.im.Before[tallyKey(place, p)] = n
				}
			}
		}
		return nil
	})
}

// each runs fn for each key, by bounded transactions, each of them a step.
func (a *applier) each(ctx context.Context, keys []string, fn func(*data.Tx, string) error) error {
	for part := range slices.Chunk(keys, importBatch) {
		if err := ctx.Err(); err != nil {
			return err
		}
		a.im.Done += len(part)
		if a.done() {
			continue
		}
		err := a.transaction(func(tx *data.Tx) error {
			for _, key := range part {
				if err := fn(tx, key); err != nil {
					return err
				}
			}
			a.im.Step = a.step
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// transaction is one bounded step: the report and its lines go with it.
func (a *applier) transaction(fn func(*data.Tx) error) error {
	if a.opts.DryRun {
		if err := a.s.See(fn); err != nil {
			return err
		}
		return a.s.Upkeep(a.report)
	}
	return a.s.Bulk(importing, a.im.ID, func(tx *data.Tx) error {
		return errors.Join(fn(tx), a.report(tx))
	})
}

func (a *applier) report(tx *data.Tx) error {
	wide := corresponding.Over(tx)
	for _, o := range a.lines {
		a.im.Lines++
		o.Import, o.N = a.im.ID, a.im.Lines
		if err := Outcomes.Put(wide, o); err != nil {
			return err
		}
	}
	a.lines = nil
	return Imports.Put(wide, *a.im)
}

// tell adds a line to the report.
func (a *applier) tell(kind string, st staged, id string, u *User, says string) {
	o := Outcome{Kind: kind, ID: id, Line: int(st.Line), Says: says}
	if st.File >= 0 && int(st.File) < len(a.st.Files) {
		o.File = a.st.Files[st.File].Name
	}
	if u != nil {
		o.Who, o.User = u.Label(), u.ID
		if len(u.Attachments) > 0 {
			o.At = u.Attachments[0].At
			o.UAI = UAIOf(o.At)
		}
	}
	a.lines = append(a.lines, o)
}

// tellAt adds a line that one establishment reads.
func (a *applier) tellAt(place data.Place, kind string, st staged, id string, u *User, says string) {
	a.tell(kind, st, id, u, says)
	last := &a.lines[len(a.lines)-1]
	last.At, last.UAI = place, UAIOf(place)
}

// tellMoves tells each establishment that somebody entered or left, and no more:
// where else they are is not its business.
func (a *applier) tellMoves(st staged, id string, u *User, from, to []data.Place) {
	for _, p := range to {
		if !slices.Contains(from, p) {
			a.tellAt(p, SaysMoved, st, id, u, "Est maintenant dans l’établissement "+UAIOf(p)+".")
		}
	}
	for _, p := range from {
		if !slices.Contains(to, p) {
			a.tellAt(p, SaysMoved, st, id, u, "N’est plus dans l’établissement "+UAIOf(p)+".")
		}
	}
}

// tally returns the counts of a person's establishment and profile.
func (a *applier) tally(u User) *Tallies {
	if len(u.Attachments) == 0 {
		return a.tallyAt("", u.Profile)
	}
	return a.tallyAt(u.Attachments[0].At, u.Profile)
}

func (a *applier) tallyAt(place data.Place, profile Profile) *Tallies {
	key := tallyKey(place, profile)
	t := a.im.Counts[key]
	if t == nil {
		t = &Tallies{}
		a.im.Counts[key] = t
	}
	return t
}

// tallyKey is the key of the counts of an establishment and profile.
func tallyKey(place data.Place, profile Profile) string {
	return firstOf(UAIOf(place), "-") + "/" + string(profile)
}

func (a *applier) source(category aaf.Category, id string) string {
	return sourceKey(a.academy, a.degree, category, id)
}

// known reads what an object became, ok being false for a new one.
func (a *applier) known(tx *data.Tx, category aaf.Category, id string) (s Source, ok bool, err error) {
	s, err = Sources.Get(corresponding.Over(tx), a.source(category, id))
	if errors.Is(err, data.ErrNotFound) {
		return Source{ID: a.source(category, id)}, false, nil
	}
	return s, err == nil, err
}

// record rebuilds a record from what is staged, over what is known for a delta.
func (a *applier) record(category aaf.Category, id string, st staged, known Source) (r aaf.Record, err error) {
	attrs, err := a.st.get(st)
	if err != nil {
		return r, err
	}
	r = aaf.Record{Op: st.Op, Category: category, ID: id, Attrs: attrs, Line: int(st.Line)}
	if st.Op != aaf.Add {
		r.Attrs = r.Overlay(known.Attrs)
	}
	return r, nil
}

// keepSource writes what an object became.
func (a *applier) keepSource(tx *data.Tx, s Source, at []data.Place) error {
	if s.At = at; len(at) == 0 {
		s.At = []data.Place{data.Place(a.academy)}
	}
	if a.opts.DryRun {
		return nil
	}
	return Sources.Put(corresponding.Over(tx), s)
}

// receive stores a person as the files now say they are, and counts it.
func (a *applier) receive(tx *data.Tx, was *User, now User, st staged, id string) (User, error) {
	date := Date(a.batch.Date).String()
	switch {
	case was == nil:
		return a.create(tx, now, st, id, date)
	case was.State() == Deleted:
		now.DeletedAt, now.DeletedBy = time.Time{}, ""
		a.tally(now).Restored++
		a.tell(SaysRestored, st, id, &now, "Compte supprimé que l’annuaire fait de nouveau figurer.")
		return now, a.put(tx, now, "Rétabli par l’import AAF du "+date)
	case sameRow(*was, now):
		return now, nil
	case !slices.Equal(was.Places(), now.Places()):
		a.tally(now).Moved++
		a.tellMoves(st, id, &now, was.Places(), now.Places())
	default:
		a.tally(now).Changed++
		a.tell(SaysChanged, st, id, &now, "Données mises à jour.")
	}
	return now, a.put(tx, now, "Modifié par l’import AAF du "+date)
}

func (a *applier) create(tx *data.Tx, now User, st staged, key, date string) (User, error) {
	a.tally(now).Created++
	if a.opts.DryRun {
		now.ID = fmt.Sprintf("+%d", len(a.fresh)+1)
		return now, a.put(tx, now, "")
	}
	wide := corresponding.Over(tx)
	id, err := access.NewUID(wide)
	if err != nil {
		return now, err
	}
	login, err := newLogin(wide, now.FirstName, now.LastName)
	if err != nil {
		return now, err
	}
	now.ID, now.Login, now.Source, now.CreatedAt = id, Both{Federated: login}, FromAAF, tx.Now
	if base := loginBase(now.FirstName, now.LastName); login != base {
		if err := a.homonym(wide, now, base, st, key); err != nil {
			return now, err
		}
	}
	return now, a.put(tx, now, "Créé par l’import AAF du "+date)
}

// homonym tells of somebody of the same profile and the same name: perhaps the
// same person twice.
func (a *applier) homonym(tx *data.Tx, now User, login string, st staged, id string) error {
	account, err := access.AccountsByLogin.Get(tx, login)
	if isMissing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	twin, err := Users.Get(tx, account.ID)
	if isMissing(err) || twin.Profile != now.Profile {
		return nil
	}
	if err == nil && (twin.Birth == "" || now.Birth == "" || twin.Birth == now.Birth) {
		a.tell(SaysHomonym, st, id, &now, "Même nom, même prénom et même profil que le compte "+twin.ID+" : vérifiez qu’il ne s’agit pas de la même personne.")
	}
	return err
}

func (a *applier) put(tx *data.Tx, u User, saying string) error {
	if a.opts.DryRun {
		a.try(u)
		return nil
	}
	tx.Saying(saying)
	return putUser(tx, u)
}

// sameRow compares what is stored of two states of one row.
func sameRow(a, b data.Row) bool {
	x, errA := cbor.Marshal(a)
	y, errB := cbor.Marshal(b)
	return errA == nil && errB == nil && bytes.Equal(x, y)
}

// unchanged reports whether an object is as a complete last received it.
func (a *applier) unchanged(s Source, ok bool, digest []byte, op aaf.Op) bool {
	return ok && !s.Gone && op == aaf.Add && a.batch.Kind == aaf.Complete && bytes.Equal(s.Digest, digest)
}

// A trial is what a dry run would have written, where what follows depends on
// it: the pupils of the first degree before those of the second, and everybody
// of a delta.
type trial struct {
	people map[string]User
	byINE  map[string]string
}

func (a *applier) try(u User) {
	if a.batch.Kind == aaf.Complete && (a.degree == aaf.Second || len(a.batch.Records) == 1) {
		return
	}
	a.tried.people[u.ID] = u
	if u.INE != "" {
		a.tried.byINE[u.INE] = u.ID
	}
}

// finish ends the run with its events: its own, and one per establishment.
func (a *applier) finish() error {
	a.im.State, a.im.Phase, a.im.Ended, a.im.Before, a.im.Holding = ImportDone, "", a.s.Now(), nil, nil
	if a.opts.DryRun {
		a.im.State = ImportTried
		return a.s.Upkeep(a.report)
	}
	return a.s.End(importing, a.im.ID, func(tx *data.Tx) ([]data.Fact, error) {
		facts := []data.Fact{{Action: importing.Action, About: a.wholeImport(), Note: a.im.Sum().String()}}
		wide := corresponding.Over(tx)
		for uai, sum := range a.im.byEstablishment() {
			e, err := Establishments.Get(wide, uai)
			if isMissing(err) {
				continue
			}
			if err != nil {
				return nil, err
			}
			facts = append(facts, data.Fact{Action: importing.Action, About: e, Note: sum.String()})
			if !slices.Contains(a.im.In, e.Place()) {
				a.im.In = append(a.im.In, e.Place()) // a delta need not list its establishments
			}
		}
		slices.Sort(a.im.In)
		for _, r := range a.received {
			if err := Receivings.Put(wide, r); err != nil {
				return nil, err
			}
		}
		return facts, a.report(tx)
	})
}

// byEstablishment gives the establishments where something happened, with the
// counts of all profiles, in the order of the UAIs.
func (im Import) byEstablishment() iter.Seq2[string, Tallies] {
	sums := map[string]Tallies{}
	for key, t := range im.Counts {
		uai, _, _ := strings.Cut(key, "/")
		sum := sums[uai]
		sum.add(*t)
		sums[uai] = sum
	}
	return func(yield func(string, Tallies) bool) {
		for _, uai := range slices.Sorted(maps.Keys(sums)) {
			if sums[uai] != (Tallies{}) && !yield(uai, sums[uai]) {
				return
			}
		}
	}
}

// wholeImport is the subject of the import's own event: it belongs to nobody's
// establishment, each has its own.
func (a *applier) wholeImport() Import {
	im := *a.im
	im.In = []data.Place{data.Place(a.academy)}
	return im
}
