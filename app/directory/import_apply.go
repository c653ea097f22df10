package directory

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fxamacker/cbor/v2"

	"preau/app/access"
	"preau/app/format/aaf"
	"preau/data"
)

// importBatch is how many records one transaction applies.
const importBatch = 2000

// An applier applies a staged delivery. With a dry run it does everything but
// write: what it would create is kept aside, so that links find it.
type applier struct {
	s    *access.Session
	im   *Import
	st   *staging
	opts ImportOptions

	academy string
	degree  aaf.Degree
	batch   *batch

	schools  map[string]data.Place   // join key of a structure → its place, "" for an office
	judged   map[data.Place]bool     // establishments of the files: absence is judged there
	labels   map[string]string       // codes of subjects and MEFs → labels
	legal    map[string][]data.Place // join key of a relative → establishments of the children
	rooms    map[data.Place][]string // of the first degree: codes and labels of the classes that pupils name
	context  string                  // what the records are read with besides themselves
	fresh    map[string]string       // source → UID of what this run created, or would create
	lost     map[string]bool         // sources of this run that are in no establishment of the delivery
	thorough bool                    // a resumed run: what the former one created is not in fresh
	reach    data.Reach
	lines    []Outcome
	begun    bool // the run is durable: it will be resumed
}

func newApplier(s *access.Session, im *Import, st *staging) *applier {
	return &applier{s: s, im: im, st: st, opts: st.Options, lines: st.Lines, fresh: map[string]string{}, lost: map[string]bool{}, reach: st.Reach}
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
		if err := a.s.Begin(importing, a.im.ID); err != nil {
			return err
		}
		a.im.State, a.begun = ImportApplying, true
		if err := saveImport(a.s, a.im); err != nil {
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
	a.legal, a.rooms = map[string][]data.Place{}, map[data.Place][]string{}
	if err := a.survey(); err != nil {
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
	return a.remove(ctx)
}

// each runs fn for each key, by bounded transactions.
func (a *applier) each(ctx context.Context, keys []string, fn func(*data.Tx, string) error) error {
	for from := 0; from < len(keys); from += importBatch {
		if err := ctx.Err(); err != nil {
			return err
		}
		part := keys[from:min(from+importBatch, len(keys))]
		err := a.transaction(func(tx *data.Tx) error {
			for _, key := range part {
				if err := fn(tx, key); err != nil {
					return err
				}
			}
			a.im.Done += len(part)
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

// tally returns the counts of a person's establishment and profile.
func (a *applier) tally(u User) *Tallies {
	if len(u.Attachments) == 0 {
		return a.tallyAt("", u.Profile)
	}
	return a.tallyAt(u.Attachments[0].At, u.Profile)
}

func (a *applier) tallyAt(place data.Place, profile Profile) *Tallies {
	key := firstOf(UAIOf(place), "-") + "/" + string(profile)
	t := a.im.Counts[key]
	if t == nil {
		t = &Tallies{}
		a.im.Counts[key] = t
	}
	return t
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
	if st.Op == aaf.Modify {
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
		a.tell(SaysMoved, st, id, &now, "Établissements : "+uais(was.Places())+" → "+uais(now.Places())+".")
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
		return now, nil
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
		return nil
	}
	tx.Saying(saying)
	return putUser(tx, u)
}

func uais(places []data.Place) string {
	words := make([]string, len(places))
	for i, p := range places {
		words[i] = UAIOf(p)
	}
	if len(words) == 0 {
		return "aucun"
	}
	return join(words)
}

// sameRow compares what is stored of two states of one row.
func sameRow(a, b data.Row) bool {
	x, errA := cbor.Marshal(a)
	y, errB := cbor.Marshal(b)
	return errA == nil && errB == nil && bytes.Equal(x, y)
}

// unchanged reports whether an object is as it was last received.
func unchanged(s Source, ok bool, digest []byte, op aaf.Op) bool {
	return ok && !s.Gone && op == aaf.Add && bytes.Equal(s.Digest, digest)
}

// finish ends the run with its events: its own, and one per establishment.
func (a *applier) finish() error {
	a.im.State, a.im.Phase, a.im.Ended = ImportDone, "", a.s.Now()
	if a.opts.DryRun {
		a.im.State = ImportTried
		return a.s.Upkeep(a.report)
	}
	return a.s.End(importing, a.im.ID, func(tx *data.Tx) ([]data.Fact, error) {
		facts := []data.Fact{{Action: importing.Action, About: a.wholeImport(), Note: a.im.Sum().String()}}
		for _, p := range a.im.In {
			e, err := Establishments.Get(tx, UAIOf(p))
			if errors.Is(err, data.ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			var sum Tallies
			for _, profile := range Profiles {
				if t := a.im.Counts[e.UAI+"/"+string(profile)]; t != nil {
					sum.add(*t)
				}
			}
			if sum != (Tallies{}) {
				facts = append(facts, data.Fact{Action: importing.Action, About: e, Note: sum.String()})
			}
		}
		return facts, errors.Join(a.report(tx), a.received(tx))
	})
}

// wholeImport is the subject of the import's own event: it belongs to nobody's
// establishment, each has its own.
func (a *applier) wholeImport() Import {
	im := *a.im
	im.In = nil
	if a.academy != "" {
		im.In = []data.Place{data.Place(a.academy)}
	}
	return im
}

func (a *applier) received(tx *data.Tx) error {
	wide := corresponding.Over(tx)
	for i := range a.st.Batches {
		b := &a.st.Batches[i]
		for degree := range b.Records {
			r, err := Receivings.Get(wide, a.academy+"/"+string(degree))
			if err != nil && !errors.Is(err, data.ErrNotFound) {
				return err
			}
			r.ID = a.academy + "/" + string(degree)
			if b.Kind == aaf.Complete {
				r.Complete = max(r.Complete, string(b.Date))
			}
			r.Last = max(r.Last, string(b.Date))
			if err := Receivings.Put(wide, r); err != nil {
				return err
			}
		}
	}
	return nil
}
