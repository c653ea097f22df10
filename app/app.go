// Package app opens the appliance on a directory, runs its jobs, and holds the
// few operations that span several areas.
package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/robfig/cron/v3"
	"github.com/rs/zerolog"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/groups"
	"preau/app/post"
	"preau/app/requests"
	"preau/data"
)

// Version is the version of the program.
var Version = "0.1.0"

// Config is what the appliance needs from the outside world. Now and Rand exist
// so that a test can decide the time and the tokens.
type Config struct {
	Dir     string
	Now     func() time.Time // default time.Now
	Rand    io.Reader        // default crypto/rand
	Log     zerolog.Logger
	MaxSize int64  // of the store in bytes, 0 for no bound
	KeyFile string // of the secret of the appliance, "" for one in its directory

	Networks []netip.Prefix // that the appliance may join, beside the public Internet
}

// An App is an open appliance.
type App struct {
	Store    *data.Store
	Gate     *access.Gate
	Presence *requests.Presence

	cfg      Config
	key      []byte
	keyKnown bool // it sealed the secrets of the store
	cron     *cron.Cron
	jobs     sync.WaitGroup
	ctx      context.Context // ends with the appliance
	stop     context.CancelFunc

	trials trials // of servers, by administrators

	setUp     sync.Mutex // one set-up at a time
	mu        sync.Mutex
	setupCode string // of the first start, "" once used
	flagURL   string // public address given by a flag
	listenURL string // address that it answers on
}

// ballast is the room kept aside for the day the disk is full: enough to delete,
// compact and back up.
const ballast = 64 << 20

// Tables are those of every area.
var Tables = slices.Concat(post.Tables, access.Tables, directory.Tables, groups.Tables, requests.Tables, []data.Schema{SettingsTable})

// Open opens the appliance of a directory, and makes it if there is none.
func Open(cfg Config) (*App, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, err
	}
	key, err := readKey(cfg)
	if err != nil {
		return nil, err
	}
	store, err := data.Open(data.Config{Dir: cfg.Dir, Now: cfg.Now, Rand: cfg.Rand, Key: key, Log: cfg.Log, MaxSize: int(cfg.MaxSize), Ballast: ballast, Build: Version, Tables: Tables})
	if err != nil {
		return nil, Explain(cfg.Dir, err)
	}
	a := &App{Store: store, Gate: access.NewGate(store, cfg.Rand), Presence: requests.NewPresence(), cfg: cfg, key: key}
	a.ctx, a.stop = context.WithCancel(context.Background())
	if err := a.recogniseKey(); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	if err := errors.Join(os.WriteFile(a.pidFile(), []byte(strconv.Itoa(os.Getpid())), 0o600), sweepPartial(cfg.Dir)); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return a, nil
}

// ErrUnusable is wrapped by what Open returns for a directory that is in use,
// damaged, or of a newer version.
var ErrUnusable = errors.New("répertoire inutilisable en l’état")

// unusable is a French sentence that is also an ErrUnusable.
type unusable string

func (u unusable) Error() string        { return string(u) }
func (u unusable) Is(target error) bool { return target == ErrUnusable }

// Explain says in French why a directory cannot be opened.
func Explain(dir string, err error) error {
	file := filepath.Join(dir, data.FileName)
	switch {
	case errors.Is(err, data.ErrInUse):
		by := "un autre processus"
		if pid, readErr := os.ReadFile(filepath.Join(dir, pidName)); readErr == nil {
			by = "le processus " + strings.TrimSpace(string(pid))
		}
		return unusable(fmt.Sprintf("le répertoire %s est déjà utilisé par %s : arrêtez-le d’abord", dir, by))
	case errors.Is(err, data.ErrNewer):
		return unusable(fmt.Sprintf("%s a été écrit par une version plus récente de Préau : utilisez cette version-là", file))
	case errors.Is(err, data.ErrDamaged):
		return unusable(fmt.Sprintf("%s est endommagé (%v) : restaurez la dernière sauvegarde avec « preau restore FICHIER --data %s »", file, err, dir))
	}
	return err
}

const (
	pidName = "preau.pid"
	keyName = "cle"
)

func (a *App) pidFile() string { return filepath.Join(a.cfg.Dir, pidName) }

// readKey reads the secret that seals cookies and what the store keeps secret,
// and makes it the first time.
func readKey(cfg Config) ([]byte, error) {
	file := cfg.KeyFile
	if file == "" {
		file = filepath.Join(cfg.Dir, keyName)
	}
	key, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		key = make([]byte, data.KeySize)
		if _, err := io.ReadFull(cfg.Rand, key); err != nil {
			return nil, err
		}
		return key, os.WriteFile(file, key, 0o600)
	}
	if err == nil && len(key) != data.KeySize {
		return nil, fmt.Errorf("%s n’est pas une clé de Préau : remettez le fichier d’origine, ou retirez-le pour en créer une autre", file)
	}
	return key, err
}

// Key is the secret of the appliance.
func (a *App) Key() []byte { return a.key }

// Dir is the directory of the appliance.
func (a *App) Dir() string { return a.cfg.Dir }

// Log is where the appliance writes what goes wrong.
func (a *App) Log() *zerolog.Logger { return &a.cfg.Log }

// Close writes what is in memory and closes the store.
func (a *App) Close() error {
	if a.cron != nil {
		<-a.cron.Stop().Done()
	}
	a.stop()
	a.jobs.Wait()
	return errors.Join(a.Gate.Flush(), a.Store.Close(), os.Remove(a.pidFile()))
}

// Go runs fn beside the requests, until Close. A panic in it is written down
// and goes no further.
func (a *App) Go(name string, fn func()) {
	a.jobs.Go(func() {
		defer a.recover(name)
		fn()
	})
}

func (a *App) recover(name string) {
	if r := recover(); r != nil {
		a.cfg.Log.Error().Str("tâche", name).Interface("panique", r).Bytes("pile", debug.Stack()).Msg("tâche interrompue")
	}
}

// Start runs the jobs: the minute's, the night's.
func (a *App) Start(ctx context.Context) error {
	if err := a.keepKey(); err != nil {
		return err
	}
	a.cron = cron.New(cron.WithChain(cron.SkipIfStillRunning(cron.DiscardLogger)))
	for _, job := range []struct {
		when, name string
		run        func() error
	}{
		{"@every 1m", "contrôle d’accès", a.Gate.Flush},
		{"@every 1h", "sessions terminées", a.Gate.Sweep},
		{"@every 1h", "courriels anciens", a.sweepMails},
		{"@every 1m", "demandes en attente", func() error { return requests.Awake(a.Gate.System("Fin d’attente des demandes")) }},
		{"@every 1m", "niveau 2 à relire", a.pollLevel2},
		{"@every 10m", "tâches de la nuit", func() error { return a.nightly(ctx) }},
	} {
		if _, err := a.cron.AddFunc(job.when, func() {
			defer a.recover(job.name)
			if err := job.run(); err != nil {
				a.cfg.Log.Error().Err(err).Str("tâche", job.name).Msg("tâche en échec")
			}
		}); err != nil {
			return err
		}
	}
	a.cron.Start()
	a.Go("courriels", a.carryMails)
	a.Go("demandes à transmettre", a.carryRequests)
	a.Go("boîtes à relever", a.collectMail)
	a.Go("imports à reprendre", func() {
		if err := errors.Join(directory.ResumeImports(a.ctx, a.Gate, a.cfg.Dir), a.followImport()); err != nil {
			a.cfg.Log.Error().Err(err).Msg("import à reprendre")
		}
	})
	a.Go("actions à reprendre", func() {
		if err := directory.ResumeActions(a.ctx, a.Gate); err != nil {
			a.cfg.Log.Error().Err(err).Msg("action à reprendre")
		}
	})
	return nil
}
