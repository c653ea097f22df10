// Preau is the administration console of an ENT, the digital workspace of
// French schools, in one executable. See README.md.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"github.com/rs/zerolog"

	"preau/app"
	"preau/app/access"
	"preau/app/demo"
	"preau/app/directory"
	"preau/data"
	"preau/ui"
)

// commandLine is what the program is asked to do. Every flag is also read from
// the environment, as PREAU_ and its name.
type commandLine struct {
	Serve  serveCommand `cmd:"" default:"withargs" help:"Met l’appareil en marche (commande par défaut)."`
	Demo   demoCommand  `cmd:"" help:"Met en marche une académie fictive et affiche ses comptes."`
	Import struct {
		AAF importCommand `cmd:"" name:"aaf" help:"Importe un dossier, un .zip ou un .tar.gz de fichiers de l’annuaire fédérateur."`
	} `cmd:"" help:"Importe des fichiers."`
	Generate struct {
		AAF generateCommand `cmd:"" name:"aaf" help:"Écrit une académie fictive en fichiers de l’annuaire fédérateur."`
	} `cmd:"" help:"Écrit des fichiers fictifs."`
	Admin struct {
		Create adminCommand `cmd:"" help:"Crée un administrateur ; s’il existe déjà, renouvelle son mot de passe et retire son second facteur. Le mot de passe est lu sur l’entrée standard."`
	} `cmd:"" help:"Administrateurs."`
	Backup  backupCommand  `cmd:"" help:"Sauvegarde l’appareil dans un fichier, même en marche."`
	Restore restoreCommand `cmd:"" help:"Remet l’appareil dans l’état d’une sauvegarde."`
	Check   checkCommand   `cmd:"" help:"Vérifie toutes les données ; --repair refait ce qui s’en déduit."`
	Version versionCommand `cmd:"" help:"Affiche la version."`
	Probe   probeCommand   `cmd:"" hidden:""`
}

func main() {
	var line commandLine
	parser := kong.Must(&line, kong.Name("preau"), kong.DefaultEnvars("PREAU"), kong.ShortUsageOnError(),
		kong.Description("Console d’administration d’un ENT, en un seul exécutable."))
	asked, err := parser.Parse(os.Args[1:])
	parser.FatalIfErrorf(err)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	asked.BindTo(ctx, (*context.Context)(nil))
	if err := asked.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "preau :", err)
		stop()
		os.Exit(exitCode(err))
	}
}

// exitCode tells a script what kind of failure it was: 2 for a directory that
// must be freed or restored first, 1 for the others.
func exitCode(err error) int {
	if errors.Is(err, app.ErrUnusable) {
		return 2
	}
	return 1
}

// where is the directory that a command works on.
type where struct {
	Data    string `help:"Répertoire des données." default:"./preau-data" type:"path"`
	KeyFile string `help:"Fichier de la clé qui scelle les secrets ; « cle » dans le répertoire des données s’il n’est pas donné." type:"path"`
}

// config is that of the appliance of the directory.
func (w where) config() app.Config {
	return app.Config{Dir: w.Data, KeyFile: w.KeyFile, Log: logger()}
}

// reach is what the appliance may join beside the public Internet.
type reach struct {
	AllowNetwork []netip.Prefix `help:"Réseaux privés que l’appareil peut joindre, tels que 10.0.0.0/8 : celui du serveur de courriel." sep:","`
}

func logger() zerolog.Logger {
	zerolog.TimeFieldFormat = time.RFC3339
	if st, err := os.Stderr.Stat(); err == nil && st.Mode()&os.ModeCharDevice != 0 {
		return zerolog.New(zerolog.ConsoleWriter{Out: os.Stderr, TimeFormat: time.TimeOnly}).With().Timestamp().Logger()
	}
	return zerolog.New(os.Stderr).With().Timestamp().Logger()
}

// open opens the appliance, after a child process has found its file sound: a
// damaged file can crash or hang whoever opens it.
func (w where) open(ctx context.Context) (*app.App, error) { return open(ctx, w.config()) }

func open(ctx context.Context, cfg app.Config) (*app.App, error) {
	if _, err := os.Stat(filepath.Join(cfg.Dir, data.FileName)); err == nil {
		if err := probe(ctx, cfg.Dir); err != nil {
			return nil, err
		}
	}
	return app.Open(cfg)
}

const probeTime = 60 * time.Second

// probe looks at the file in a child process. One that ends in any other way
// than by an answer, or that takes too long, has met what damage does.
func probe(ctx context.Context, dir string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	inTime, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	var said strings.Builder
	child := exec.CommandContext(inTime, self, "probe", "--data", dir)
	child.Stderr = &said
	err = child.Run()
	var exit *exec.ExitError
	switch {
	case err == nil, ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &exit) && exit.ExitCode() == probeInUse:
		return app.Explain(dir, data.ErrInUse)
	case errors.As(err, &exit) && exit.ExitCode() == probeUnread:
		return errors.New(strings.TrimPrefix(strings.TrimSpace(said.String()), "preau : "))
	}
	return app.Explain(dir, data.ErrDamaged)
}

// What the child process answers; anything else is damage.
const (
	probeInUse  = 3
	probeUnread = 4 // not the file's fault: a right that lacks, a disk that fails
)

type probeCommand struct{ where }

func (c *probeCommand) Run() error {
	err := data.Probe(c.Data, false)
	switch {
	case err == nil, errors.Is(err, data.ErrDamaged), errors.Is(err, data.ErrNewer):
		return err
	case errors.Is(err, data.ErrInUse):
		os.Exit(probeInUse)
	}
	fmt.Fprintln(os.Stderr, "preau :", err)
	os.Exit(probeUnread)
	return nil
}

type serveCommand struct {
	where
	reach
	ui.Listening
	TrustClock bool `help:"Confirme l’heure de la machine, quand la purge l’a mise en doute après une longue absence."`
}

func (c *serveCommand) Run(ctx context.Context) error {
	cfg := c.config()
	cfg.Networks = c.AllowNetwork
	a, err := open(ctx, cfg)
	if err != nil {
		return err
	}
	set, err := a.Settings()
	if err == nil && set.Demo {
		err = app.ErrDemo
	}
	if err == nil && c.TrustClock {
		err = a.TrustClock()
	}
	if err == nil {
		err = ui.Serve(ctx, a, c.Listening)
	}
	return errors.Join(err, a.Close())
}

type importCommand struct {
	where
	Path            string   `arg:"" help:"Dossier, .zip ou .tar.gz." type:"path"`
	DryRun          bool     `help:"Dit ce qui changerait, sans rien écrire."`
	AcceptDeletions []string `help:"UAI des établissements dont les suppressions retenues sont confirmées." sep:","`
	Academy         string   `help:"Académie, quand les fichiers ne la nomment pas."`
	KeepParsed      bool     `help:"Applique ce qui est lisible d’un fichier qui finit mal, sans rien supprimer."`
}

func (c *importCommand) Run(ctx context.Context) error {
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	err = a.ImportAAF(ctx, os.Stdout, directory.ImportOptions{Path: c.Path, DryRun: c.DryRun, AcceptDeletions: c.AcceptDeletions, Academy: c.Academy, KeepParsed: c.KeepParsed})
	return errors.Join(err, a.Close())
}

// size is how large a fictitious académie is.
type size struct {
	Establishments int    `help:"Nombre d’établissements." default:"12"`
	Users          int    `help:"Nombre de personnes, environ." default:"6000"`
	Seed           uint64 `help:"Graine : la même donne la même académie." default:"1"`
}

func (s size) config() demo.Config {
	return demo.Config{Establishments: s.Establishments, Users: s.Users, Seed: s.Seed}
}

type generateCommand struct {
	Dir string `arg:"" help:"Dossier où écrire." type:"path"`
	size
}

func (c *generateCommand) Run() error {
	sum, err := demo.WriteComplete(c.Dir, c.config())
	if err == nil {
		fmt.Println(sum)
	}
	return err
}

type demoCommand struct {
	Data string `help:"Répertoire des données ; temporaire s’il n’est pas donné." type:"path"`
	reach
	ui.Listening
	size
	Instances int `help:"Nombre de démonstrations séparées, sur des ports qui se suivent." default:"1"`
}

func (c *demoCommand) Run(ctx context.Context) error {
	if c.Data == "" {
		dir, err := os.MkdirTemp("", "preau-demo-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		c.Data = dir
	}
	if c.Instances <= 1 {
		return c.serve(ctx, c.Data, c.Listening)
	}
	ended := make(chan error, c.Instances)
	for i := range c.Instances {
		at, err := c.Listening.Next(i)
		if err != nil {
			return err
		}
		go func() {
			defer func() {
				if r := recover(); r != nil {
					ended <- fmt.Errorf("instance %d : %v", i+1, r)
				}
			}()
			ended <- c.serve(ctx, filepath.Join(c.Data, fmt.Sprintf("instance-%02d", i+1)), at)
		}()
	}
	var failed []error
	for range c.Instances {
		failed = append(failed, <-ended)
	}
	return errors.Join(failed...)
}

// serve serves one demo, built first when its directory is empty.
func (c *demoCommand) serve(ctx context.Context, dir string, at ui.Listening) error {
	clock := &demo.Clock{}
	a, err := open(ctx, app.Config{Dir: dir, Now: clock.Now, Log: logger(), Networks: c.AllowNetwork})
	if err != nil {
		return err
	}
	if err = demo.Fill(ctx, a, clock, c.config(), os.Stdout); err == nil {
		err = ui.Serve(ctx, a, at)
	}
	return errors.Join(err, a.Close())
}

type adminCommand struct {
	where
	Login     string `required:"" help:"Login, sous la forme prenom.nom."`
	Role      string `required:"" enum:"local_admin,academy_support,academy_advisor,level2_support" help:"Rôle."`
	LastName  string `help:"Nom."`
	FirstName string `help:"Prénom."`
	Email     string `help:"Adresse e-mail, pour retrouver le mot de passe."`
	Academy   string `help:"Académie, pour un rôle académique."`
	UAI       string `name:"uai" help:"Établissement, pour un administrateur local."`
}

func (c *adminCommand) Run(ctx context.Context) error {
	fmt.Fprint(os.Stderr, "Mot de passe : ")
	password, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if password == "" {
		return errors.Join(errors.New("aucun mot de passe sur l’entrée standard"), err)
	}
	form := app.AdminForm{Login: c.Login, LastName: c.LastName, FirstName: c.FirstName, Email: c.Email, Password: strings.TrimRight(password, "\r\n"),
		Role: access.Role(c.Role), Academy: c.Academy, UAI: c.UAI}
	if running, err := app.Ask(ctx, c.Data, app.ControlAdmin, form); running {
		return err
	}
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	return errors.Join(a.CreateAdministrator(ctx, form), a.Close())
}

type backupCommand struct {
	where
	File string `arg:"" help:"Fichier à écrire." type:"path"`
}

func (c *backupCommand) Run(ctx context.Context) error {
	running, err := app.Ask(ctx, c.Data, app.ControlBackup, c.File)
	if !running {
		var a *app.App
		if a, err = c.open(ctx); err != nil {
			return err
		}
		err = errors.Join(a.Backup(ctx, c.File), a.Close())
	}
	if err == nil {
		fmt.Println("Sauvegarde écrite dans", c.File)
	}
	return err
}

type restoreCommand struct {
	where
	File string `arg:"" help:"Sauvegarde à remettre." type:"existingfile"`
}

func (c *restoreCommand) Run() error {
	kept, err := app.Restore(c.File, c.config())
	if err != nil {
		return err
	}
	fmt.Println("Sauvegarde remise dans", c.Data)
	if kept != "" {
		fmt.Println("L’état précédent est gardé dans", kept)
	}
	return nil
}

type checkCommand struct {
	where
	Repair bool `help:"Refait les index et les compteurs à partir des données."`
}

func (c *checkCommand) Run(ctx context.Context) error {
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	return errors.Join(a.Check(ctx, os.Stdout, c.Repair), a.Close())
}

type versionCommand struct{}

func (versionCommand) Run() error {
	fmt.Println("preau", app.Version)
	return nil
}
