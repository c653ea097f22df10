package directory

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

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
