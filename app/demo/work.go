package demo

import (
	"context"
	"errors"
	"fmt"

	"preau/app/access"
	"preau/app/directory"
)

// work is what administrators did in the weeks since the first delivery: the
// journal of a demo has something to show.
func (f *filling) work(ctx context.Context) error {
	f.day(9, 10, 12)
	claire, err := f.signIn(ctx, "claire.moreau")
	if err != nil {
		return err
	}
	lycee := f.uais[0]
	if err := f.correct(claire, lycee, directory.Teacher, 3, func(n int, form *directory.UserForm) {
		form.Mobile = fmt.Sprintf("06 39 98 %02d %02d", 10+n, 40+3*n)
	}); err != nil {
		return err
	}
	f.day(9, 10, 16)
	if err := f.correct(claire, lycee, directory.Relative, 2, func(n int, form *directory.UserForm) {
		form.Email = fmt.Sprintf("famille%d@courriel.example", n+1)
	}); err != nil {
		return err
	}
	if err := f.suspend(claire, lycee); err != nil {
		return err
	}
	f.day(16, 14, 3)
	err = f.website(claire, lycee, "https://lycee-balzac.example/")
	if err = errors.Join(err, claire.SignOut()); err != nil {
		return err
	}
	sophie, err := f.signIn(ctx, "sophie.girard")
	if err != nil {
		return err
	}
	return errors.Join(f.website(sophie, f.uais[1], "https://college.example/"), sophie.SignOut())
}

// some are n active people of a profile whom no table of accounts names.
func (f *filling) some(s *access.Session, uai string, profile directory.Profile, n int) ([]directory.User, error) {
	page, err := directory.People(s, uai, directory.Filter{Profile: profile, State: directory.Active}, "", false, 10*n)
	if err != nil {
		return nil, err
	}
	var kept []directory.User
	for i, line := range page.Lines {
		if i%3 == 1 && len(kept) < n && !isNamed(line.Login.Value()) {
			kept = append(kept, line.User)
		}
	}
	return kept, nil
}

func isNamed(login string) bool {
	for _, c := range cast {
		if c.login == login {
			return true
		}
	}
	return false
}

// correct edits the records of some people, as the form of the console would.
func (f *filling) correct(s *access.Session, uai string, profile directory.Profile, n int, change func(int, *directory.UserForm)) error {
	people, err := f.some(s, uai, profile, n)
	if err != nil {
		return err
	}
	for i, u := range people {
		form := directory.UserForm{Version: u.Version, Login: u.Login.Value(), Email: u.Email.Value(), Mobile: u.Mobile.Value(), Home: u.Home.Value(), Work: u.Work.Value()}
		change(i, &form)
		if err := directory.EditUser(s, uai, u.ID, form); err != nil {
			return fmt.Errorf("%s: %w", u.ID, err)
		}
	}
	return nil
}

// suspend closes two accounts, and opens one of them again the day after.
func (f *filling) suspend(s *access.Session, uai string) error {
	people, err := f.some(s, uai, directory.Student, 2)
	if err != nil {
		return err
	}
	for i, u := range people {
		f.day(9, 11, 4+7*i)
		if err := directory.Suspend(s, u.ID, "Mot de passe communiqué à d’autres élèves"); err != nil {
			return err
		}
	}
	f.day(10, 9, 31)
	if len(people) == 0 {
		return nil
	}
	return directory.Reactivate(s, people[0].ID)
}

func (f *filling) website(s *access.Session, uai, address string) error {
	o, err := directory.OverviewOf(s, uai)
	if err != nil {
		return err
	}
	return directory.EditEstablishment(s, uai, directory.EstablishmentForm{Version: o.Version, Email: o.Email.Value(), Website: address, Marker: o.Marker})
}
