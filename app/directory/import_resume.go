package directory

import (
	"context"
	"errors"
	"os"

	"preau/app/access"
	"preau/data"
)

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
