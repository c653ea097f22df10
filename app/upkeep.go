package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/groups"
	"preau/app/requests"
	"preau/data"
)

// Check verifies the whole store and writes what it finds; repair makes again
// what can be derived.
func (a *App) Check(ctx context.Context, out io.Writer, repair bool) error {
	if repair {
		if err := a.Store.Repair(ctx); err != nil {
			return err
		}
	}
	problems := 0
	if err := a.Store.Check(func(problem string) {
		problems++
		fmt.Fprintln(out, "-", problem)
	}); err != nil {
		return err
	}
	if problems > 0 {
		return fmt.Errorf("%d anomalies : « preau check --repair » refait les index et les compteurs", problems)
	}
	fmt.Fprintln(out, "Tout est en ordre : données, index, compteurs, journal, recherche.")
	return nil
}

// Restore puts a backup in the place of the store of an appliance, and returns
// where the former one is kept, "" when there was none.
func Restore(file string, cfg Config) (kept string, err error) {
	kept, err = data.Restore(file, cfg.Dir)
	if err != nil {
		if errors.Is(err, data.ErrInUse) {
			return "", Explain(cfg.Dir, err)
		}
		return "", fmt.Errorf("la sauvegarde n’a pas été remise, rien n’a changé : %w", err)
	}
	return kept, settle(cfg)
}

var restoring = access.NewAction("appliance.restore", "Remise d’une sauvegarde", access.RunAppliance, data.Important)

// settle ends the sessions that a backup brought back, and writes that it was
// restored.
func settle(cfg Config) error {
	a, err := Open(cfg)
	if err != nil {
		return err
	}
	set, err := a.Settings()
	if err == nil {
		err = a.Gate.System("Ligne de commande").Record(access.EndEverySession, data.Fact{Action: restoring.Action, About: set})
	}
	return errors.Join(err, a.Close())
}

// placeFor is where a grant asked by the command line holds. An académie that
// does not exist yet is made.
func (a *App) placeFor(f AdminForm) (data.Place, error) {
	s := a.Gate.System("Ligne de commande")
	switch f.Role {
	case access.Level2Support:
		return "", nil
	case access.LocalAdmin:
		if f.UAI == "" {
			return "", errors.New("un administrateur local a besoin d’un établissement : --uai")
		}
		return directory.PlaceOfUAI(s, strings.ToUpper(f.UAI))
	}
	if f.Academy == "" {
		return "", errors.New("ce rôle a besoin d’une académie : --academy")
	}
	return directory.EnsureAcademy(s, f.Academy)
}

// ImportAAF imports a delivery in the name of the command line, and says what
// became of it.
func (a *App) ImportAAF(ctx context.Context, out io.Writer, opts directory.ImportOptions) error {
	opts.TempDir = a.cfg.Dir
	report, err := directory.ImportAAF(ctx, a.Gate.System("Import AAF"), opts)
	if report != nil {
		fmt.Fprintln(out, report.Text())
	}
	if err != nil {
		return err
	}
	return errors.Join(a.followImport(), a.Store.WaitIndexed(ctx))
}

// followImport has groups follow what an import that ended did to classes.
func (a *App) followImport() error {
	return groups.FollowClasses(a.Gate.System("Suivi des classes après un import"))
}

// ConfirmDeletions deletes those whom an import held, in the name of somebody, and
// returns how many.
func (a *App) ConfirmDeletions(s *access.Session, uai string) (n int, err error) {
	if n, err = directory.ConfirmDeletions(s, uai); err != nil {
		return n, err
	}
	return n, a.followImport()
}

// BeginImport imports a delivery that somebody sent, beside the requests, and
// returns where its report is. What was sent goes once it is applied or refused.
func (a *App) BeginImport(s *access.Session, opts directory.ImportOptions) (id string, err error) {
	opts.TempDir = a.cfg.Dir
	id, run, err := directory.BeginImport(s, opts)
	if err != nil {
		return "", err
	}
	a.Go("import", func() {
		im, err := run(a.ctx)
		if err == nil && im.State == directory.ImportDone {
			err = a.followImport()
		}
		if err != nil {
			a.cfg.Log.Error().Err(err).Str("import", id).Msg("import en échec")
		}
		if im == nil || im.State != directory.ImportTried { // a try can still be applied
			os.Remove(opts.Path)
		}
	})
	return id, nil
}

// depositName is the folder of a directory where deliveries wait for the night.
const depositName = "aaf-depot"

// Night runs the jobs of the night: the purge, the guests whose last day is
// over, the « Corbeille » of groups, what was sent and not applied, what waits in
// the deposit. What was erased leaves the disk with a compaction.
func (a *App) Night(ctx context.Context) error {
	s := a.Gate.System("Tâches de la nuit")
	err := directory.PurgeDeleted(s, groups.Forget, requests.Forget)
	if err == nil {
		var last directory.Purge
		if last, err = directory.LastPurge(s); err == nil && last.Count > 0 {
			err = a.Store.Compact(ctx)
		}
	}
	return errors.Join(err, directory.EndGuests(s), directory.ForgetReports(s), directory.ForgetActions(s), directory.ForgetGuestImports(s), requests.SweepDrafts(s), requests.SweepVolumes(s), requests.SweepArrivals(s),
		groups.TendPartnerships(s), groups.SweepDrafts(s), groups.PurgeTrash(s), a.sweepSent(), a.importDeposit(ctx))
}

// What begins the names of the files that the site received, in the directory of
// the appliance.
const (
	SentPrefix    = "envoi-"     // whole, and waiting to be read
	PartialPrefix = "reception-" // being received, or of a form being answered: of no use to another process
)

// sweepPartial removes what a process that was killed was receiving.
func sweepPartial(dir string) error {
	left, err := filepath.Glob(filepath.Join(dir, PartialPrefix+"*"))
	for _, path := range left {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

// sentLife is how long a delivery that was tried waits to be applied.
const sentLife = 24 * time.Hour

// sweepSent removes the deliveries that were sent and that nobody applied: they
// hold whole families.
func (a *App) sweepSent() error {
	sent, err := filepath.Glob(filepath.Join(a.cfg.Dir, SentPrefix+"*"))
	for _, path := range sent {
		if st, statErr := os.Stat(path); statErr == nil && time.Since(st.ModTime()) > sentLife {
			err = errors.Join(err, os.Remove(path))
		}
	}
	return err
}

const (
	doneSuffix  = ".traite"
	settledTime = 10 * time.Minute // a delivery still being copied is left for the next night
)

// importDeposit imports what was left for the night, oldest first, and moves
// aside each delivery that was applied or refused. One that could not be read to
// its end for another reason waits for the next night.
func (a *App) importDeposit(ctx context.Context) error {
	waiting, err := a.deposited()
	failed := []error{err}
	for _, path := range waiting {
		im, err := directory.ImportAAF(ctx, a.Gate.System("Import de la nuit"), directory.ImportOptions{Path: path, TempDir: a.cfg.Dir})
		if err == nil {
			err = a.followImport()
		}
		failed = append(failed, err)
		if im != nil && (im.State == directory.ImportDone || im.State == directory.ImportRefused && access.KindOf(err) == access.Invalid) {
			failed = append(failed, os.Rename(path, path+"."+a.cfg.Now().Format("20060102-150405")+doneSuffix))
		}
	}
	return errors.Join(failed...)
}

// deposited are the deliveries that wait, oldest first. Files that lie there
// unpacked are one delivery together, in a folder of their own.
func (a *App) deposited() (paths []string, err error) {
	deposit := filepath.Join(a.cfg.Dir, depositName)
	if err := a.gatherLoose(deposit); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(deposit)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	age := map[string]time.Time{}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || strings.HasSuffix(e.Name(), doneSuffix) || time.Since(info.ModTime()) < settledTime {
			continue
		}
		path := filepath.Join(deposit, e.Name())
		age[path] = info.ModTime()
		paths = append(paths, path)
	}
	slices.SortFunc(paths, func(x, y string) int { return age[x].Compare(age[y]) })
	return paths, err
}

// gatherLoose moves the XML files that lie in the deposit into one folder, once
// the last of them is settled.
func (a *App) gatherLoose(deposit string) error {
	loose, err := filepath.Glob(filepath.Join(deposit, "*.[xX][mM][lL]"))
	if err != nil || len(loose) == 0 {
		return err
	}
	var last time.Time
	for _, path := range loose {
		st, err := os.Stat(path)
		if err != nil || time.Since(st.ModTime()) < settledTime {
			return err
		}
		if st.ModTime().After(last) {
			last = st.ModTime()
		}
	}
	folder := filepath.Join(deposit, "livraison-"+last.Format("20060102-150405"))
	err = os.MkdirAll(folder, 0o700)
	for _, path := range loose {
		err = errors.Join(err, os.Rename(path, filepath.Join(folder, filepath.Base(path))))
	}
	return errors.Join(err, os.Chtimes(folder, last, last))
}

// TrustClock confirms the clock of the machine, when the purge doubted it.
func (a *App) TrustClock() error { return directory.TrustClock(a.Gate.System("Ligne de commande")) }
