package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"preau/app"
	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// NameOfENT is what the ENT of a demo is called.
const NameOfENT = "ENT du Val-de-Seine"

// Fill builds the demo in an empty appliance: an académie that came in through
// its files, and the weeks it has lived since. Elsewhere it does nothing. In
// both cases it writes the table of accounts to out.
func Fill(ctx context.Context, a *app.App, clock *Clock, cfg Config, out io.Writer) error {
	set, err := a.Settings()
	if err != nil {
		return err
	}
	if !set.Demo {
		f := &filling{a: a, clock: clock, cfg: cfg, system: a.Gate.System("Démonstration"), dice: rand.New(rand.NewPCG(cfg.Seed, 2))}
		if set.Sheet, err = f.fill(ctx); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "Comptes de la démonstration (mot de passe de tous : %s)\n", Password)
	for _, sign := range set.Sheet {
		fmt.Fprintf(out, "  %-18s %s\n", sign.Login, sign.Role)
	}
	return nil
}

// A filling gives an appliance its past.
type filling struct {
	a      *app.App
	clock  *Clock
	cfg    Config
	system *access.Session
	dice   *rand.Rand
	began  time.Time // day of the first delivery
	hash   string    // of the password of the demo
	digits string    // hash of the records password of the demo
	uais   []string
}

// firstDay is the day of the first delivery: that of this school year, unless
// it began too lately for what follows.
func firstDay(now time.Time) time.Time {
	year := now.Year()
	if now.Month() < time.August {
		year--
	}
	day := time.Date(year, time.September, 15, 0, 0, 0, 0, time.UTC)
	if last := now.AddDate(0, 0, -untilReturn-2); day.After(last) {
		return last.Truncate(24 * time.Hour)
	}
	return day
}

func (f *filling) fill(ctx context.Context) (sheet []app.Sign, err error) {
	defer f.clock.Real()
	if f.cfg.Date.IsZero() {
		f.cfg.Date = firstDay(time.Now())
	}
	f.began = f.cfg.Date
	if f.hash, err = f.a.Gate.Hash(ctx, Password); err != nil {
		return nil, err
	}
	if f.digits, err = f.a.Gate.Hash(ctx, RecordsPassword); err != nil {
		return nil, err
	}
	for _, c := range cast {
		sheet = append(sheet, app.Sign{Login: c.login, Role: c.says})
	}
	if err := f.a.MarkDemo(f.system, NameOfENT, sheet); err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) error{f.firstDelivery, f.people, f.activate, f.work, f.laterDeliveries} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return sheet, f.a.Store.WaitIndexed(ctx)
}

// day moves the clock to an hour of a day after the first delivery.
func (f *filling) day(n, hour, minute int) {
	f.clock.Set(f.began.AddDate(0, 0, n).Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute))
}

// deliver imports what write makes.
func (f *filling) deliver(ctx context.Context, write func(dir string) error) error {
	dir, err := os.MkdirTemp(f.a.Dir(), "livraison-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "aaf")
	if err := write(path); err != nil {
		return err
	}
	_, err = directory.ImportAAF(ctx, f.a.Gate.System("Import de la nuit"), directory.ImportOptions{Path: path, TempDir: f.a.Dir()})
	return err
}

func (f *filling) firstDelivery(ctx context.Context) error {
	f.day(1, 1, 30)
	return f.deliver(ctx, func(dir string) error {
		sum, err := WriteComplete(dir, f.cfg)
		for _, e := range sum.Establishments {
			f.uais = append(f.uais, e.UAI)
		}
		return err
	})
}

func (f *filling) laterDeliveries(ctx context.Context) error {
	f.day(untilNext+1, 1, 30)
	err := f.deliver(ctx, func(dir string) error {
		_, err := WriteNext(dir, f.cfg)
		return err
	})
	if err != nil {
		return err
	}
	f.day(untilReturn+1, 1, 30)
	return f.deliver(ctx, func(dir string) error {
		_, err := WriteReturn(dir, f.cfg)
		return err
	})
}

var (
	granting = access.NewAction("administrator.grant", "Habilitation donnée", access.ManageAdministrators, data.Important)
	opening  = access.NewAction("demo.open", "Premières connexions de la rentrée", access.RunAppliance, data.Info)
)

// people gives the named ones their accounts and their roles.
func (f *filling) people(ctx context.Context) error {
	f.day(1, 9, 5)
	academy, err := directory.EnsureAcademy(f.system, AcademyName)
	if err != nil {
		return err
	}
	places := map[access.Role]data.Place{access.AcademyAdvisor: academy, access.AcademySupport: academy, access.Level2Support: ""}
	for _, c := range cast {
		if c.role == "" || c.role == access.LocalAdmin {
			continue
		}
		n := access.NewAdministrator{Login: c.login, LastName: c.last, FirstName: c.first, Password: Password, Role: c.role, In: places[c.role]}
		if err := access.Create(ctx, f.system, n); err != nil {
			return err
		}
	}
	if _, err := directory.CreateGuest(f.system, f.uais[0], directory.GuestForm{LastName: "DEMO", FirstName: "Invite", Email: "invite.demo@exemple.example", Birth: "02/05/1980"}); err != nil {
		return err
	}
	return f.grant(ctx)
}

// grant makes the local administrators, in the name of the level 2 assistant.
func (f *filling) grant(ctx context.Context) error {
	marc, err := f.signIn(ctx, "marc.dubois")
	if err != nil {
		return err
	}
	for login, uais := range map[string][]string{"claire.moreau": f.uais[:1], "sophie.girard": f.uais[1:3]} {
		for _, uai := range uais {
			if err := marc.Do(granting, func(tx *data.Tx) (data.Row, error) {
				a, err := access.AccountsByLogin.Get(tx, login)
				if err != nil {
					return nil, err
				}
				place, err := directory.PlaceOfUAI(marc, uai)
				if err != nil {
					return nil, err
				}
				if _, err := access.Give(tx, a.ID, access.LocalAdmin, place); err != nil {
					return nil, err
				}
				u, err := directory.Users.Get(tx, a.ID)
				return u, err
			}); err != nil {
				return fmt.Errorf("%s: %w", login, err)
			}
		}
	}
	return marc.SignOut()
}

func (f *filling) signIn(ctx context.Context, login string) (*access.Session, error) {
	signed, err := f.a.Gate.SignIn(ctx, access.SignIn{Login: login, Password: Password, From: "127.0.0.1", Agent: "Démonstration"})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", login, err)
	}
	return signed.Session, nil
}

// activeOf is how many in a hundred of a profile have signed in by now.
var activeOf = map[directory.Profile]int{directory.Student: 55, directory.Relative: 40, directory.Teacher: 72, directory.Staff: 60, directory.Guest: 50}

// activate lets people sign in for the first time: all the named ones, and a
// part of each profile.
func (f *filling) activate(context.Context) error {
	named := map[string]bool{}
	for _, c := range cast {
		named[c.login] = true
	}
	var chosen []string
	err := f.system.See(func(tx *data.Tx) error {
		for u, err := range directory.Users.All(tx) {
			if err != nil {
				return err
			}
			if named[u.Login.Value()] || f.dice.IntN(100) < activeOf[u.Profile] {
				chosen = append(chosen, u.ID)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	const run, batch = "demo-rentree", 2000
	f.day(2, 8, 0)
	if err := f.system.Begin(opening, run); err != nil {
		return err
	}
	for from := 0; from < len(chosen); from += batch {
		err := f.system.Bulk(opening, run, func(tx *data.Tx) error {
			for _, id := range chosen[from:min(from+batch, len(chosen))] {
				if err := f.open(tx, id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return f.system.End(opening, run, func(tx *data.Tx) ([]data.Fact, error) {
		a, err := directory.Academies.Get(tx, string(directory.Slug(AcademyName)))
		return []data.Fact{{Action: opening.Action, About: a, Note: fmt.Sprintf("%d comptes activés", len(chosen))}}, err
	})
}

// open activates somebody in one of the weeks since the first delivery.
func (f *filling) open(tx *data.Tx, id string) error {
	first := f.began.AddDate(0, 0, 2+f.dice.IntN(30)).Add(time.Duration(7*60+f.dice.IntN(14*60)) * time.Minute)
	last := first
	if days := int(time.Since(first) / (24 * time.Hour)); days > 0 {
		last = first.AddDate(0, 0, f.dice.IntN(days)) // at the usual hour
	}
	tx.Saying("Première connexion")
	u, err := directory.Activate(tx, id, f.hash, first)
	if err != nil {
		return err
	}
	return errors.Join(settle(tx, u, first, f.digits), access.Presences.Put(tx, access.Presence{ID: id, First: first, SignedIn: last, How: "Mot de passe"}))
}

// settle gives somebody what a first connection and the days after leave beside
// a password: the links of a relative confirmed, a records password. Anne Martin
// has typed the code of Lucas only: that of the younger child waits.
func settle(tx *data.Tx, u directory.User, first time.Time, digits string) error {
	if u.KeepsRecords() {
		return access.SetRecords(tx, u.ID, digits)
	}
	if u.Profile != directory.Relative {
		return nil
	}
	return directory.ConfirmLinks(tx, u.ID, first, func(child directory.User) bool {
		return u.Login.Value() != "anne.martin" || child.Login.Value() == "lucas.martin"
	})
}
