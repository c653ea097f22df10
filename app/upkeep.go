package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/rs/zerolog"

	"preau/app/access"
	"preau/app/directory"
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

// Restore puts a backup in the place of a directory's store, and returns where
// the former one is kept, "" when there was none.
func Restore(file, dir string, log zerolog.Logger) (kept string, err error) {
	kept, err = data.Restore(file, dir)
	if err != nil {
		if errors.Is(err, data.ErrInUse) {
			return "", Explain(dir, err)
		}
		return "", fmt.Errorf("la sauvegarde n’a pas été remise, rien n’a changé : %w", err)
	}
	return kept, settle(dir, log)
}

var restoring = access.NewAction("appliance.restore", "Remise d’une sauvegarde", access.RunAppliance, data.Important)

// settle ends the sessions that a backup brought back, and writes that it was
// restored.
func settle(dir string, log zerolog.Logger) error {
	a, err := Open(Config{Dir: dir, Log: log})
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
	return a.Store.WaitIndexed(ctx)
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

// night returns what went wrong in each of the jobs of the night.
func (a *App) night(ctx context.Context) []error {
	s := a.Gate.System("Tâches de la nuit")
	return []error{directory.PurgeDeleted(s), a.importDeposit(ctx)}
}

// importDeposit imports what was left for the night, oldest first, and moves
// each delivery aside.
func (a *App) importDeposit(ctx context.Context) error {
	deposit := filepath.Join(a.cfg.Dir, depositName)
	entries, err := os.ReadDir(deposit)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var failed []error
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), doneSuffix) {
			continue
		}
		path := filepath.Join(deposit, e.Name())
		_, err := directory.ImportAAF(ctx, a.Gate.System("Import de la nuit"), directory.ImportOptions{Path: path, TempDir: a.cfg.Dir})
		failed = append(failed, err, os.Rename(path, path+doneSuffix))
	}
	return errors.Join(failed...)
}

const doneSuffix = ".traite"
