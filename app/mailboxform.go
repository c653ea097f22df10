package app

import (
	"cmp"
	"context"
	"errors"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"preau/app/access"
	"preau/app/connect/imap"
	"preau/app/connect/mail"
	"preau/app/connect/outbound"
	"preau/app/directory"
	"preau/app/requests"
	"preau/data"
)

// A MailboxForm is the mailbox of requests as somebody typed it.
type MailboxForm struct {
	Version                             uint64
	Address, Host, Port, Security, User string
	Password                            string // "" keeps the one of the same server and account
	Folder, Done                        string // "" for the usual ones
	Active                              bool
}

// usualBoxPorts are those of the protections.
var usualBoxPorts = map[imap.Security]int{imap.StartTLS: 143, imap.TLS: 993, imap.None: 143}

// settings checks the form and returns the mailbox it makes of the former one. A
// password that was kept never goes to another server, nor in another way.
func (f MailboxForm) settings(former requests.Mailbox) (requests.Mailbox, error) {
	m := requests.Mailbox{At: former.At, Name: former.Name, Address: strings.ToLower(f.Address), Host: strings.ToLower(f.Host), Security: f.Security, User: f.User,
		Folder: f.Folder, Done: f.Done, Active: f.Active, Port: usualBoxPorts[imap.Security(f.Security)]}
	wrong := map[string]string{}
	if !mail.Deliverable(m.Address) {
		wrong["adresse"] = "Donnez l’adresse à laquelle on écrit, sous la forme nom@domaine.fr."
	}
	if !knownHost(m.Host) || m.Host == "" {
		wrong["serveur"] = "Donnez le nom du serveur seul, tel que imap.exemple.fr, ou son adresse IP."
	}
	if f.Port != "" {
		if m.Port, _ = strconv.Atoi(f.Port); !knownPort(f.Port) {
			wrong["port"] = "Le port est un nombre entre 1 et 65535\u00a0: 993 pour TLS, 143 pour STARTTLS."
		}
	}
	if !slices.Contains(Securities, mail.Security(f.Security)) {
		wrong["chiffrement"] = "Choisissez comment la connexion est chiffrée."
	}
	f.folders(wrong)
	if f.User == "" || strings.ContainsAny(f.User, "\n\t") || len(f.User) > longestSetting {
		wrong["compte"] = "Donnez le nom du compte en une ligne\u00a0: c’est souvent l’adresse elle-même."
	}
	same := m.Host == former.Host && m.Port == former.Port && m.Security == former.Security && m.User == former.User
	switch {
	case len(f.Password) > longestSetting || strings.ContainsAny(f.Password, "\x00\r\n"):
		wrong["secret"] = "Ce mot de passe est trop long, ou contient un retour à la ligne."
	case f.Password == "" && len(former.Password) == 0:
		wrong["secret"] = "Donnez le mot de passe de ce compte."
	case f.Password == "" && !same:
		wrong["secret"] = "Saisissez de nouveau le mot de passe\u00a0: celui qui est enregistré n’est jamais donné à un autre serveur, ni d’une autre façon."
	case f.Password == "":
		m.Password = former.Password
	}
	return m, access.WrongFields(wrong)
}

// folders checks the names of folders.
func (f MailboxForm) folders(wrong map[string]string) {
	for field, name := range map[string]string{"dossier": f.Folder, "traites": f.Done} {
		if len(name) > 200 || strings.ContainsAny(name, "*%\n\t") {
			wrong[field] = "Ce ne peut pas être le nom d’un dossier."
		}
	}
	if strings.EqualFold(cmp.Or(f.Folder, imap.DefaultMailbox), cmp.Or(f.Done, imap.DefaultDone)) {
		wrong["traites"] = "Les messages traités vont dans un autre dossier que celui qui est relevé."
	}
}

// A MailboxSheet is a mailbox as whoever sets it sees it: no secret is in it.
type MailboxSheet struct {
	requests.Mailbox // without its password
	requests.Collection
	Place        string // UAI of the establishment, or name of the académie in addresses
	Set          bool   // there is one
	HasPassword  bool
	PasswordLost bool // it was sealed by another key, and has to be typed again
}

func sheetOf(tx *data.Tx, at data.Place) (m MailboxSheet, err error) {
	m.Mailbox, m.Collection, err = requests.MailboxAt(tx, at)
	_, readable := m.OpenPassword(tx)
	m.Set, m.HasPassword, m.PasswordLost = m.Version > 0, len(m.Password) > 0, !readable
	m.Password = nil
	m.Place = cmp.Or(directory.UAIOf(at), string(at))
	return m, err
}

// Mailboxes lists the mailboxes that the person sets, by the name of their place.
func (a *App) Mailboxes(s *access.Session) (all []MailboxSheet, err error) {
	mine := s.Reach(access.SetMailboxes)
	if len(mine) == 0 {
		return nil, access.NotFound()
	}
	err = s.See(func(tx *data.Tx) error {
		for m, err := range requests.Mailboxes.All(tx) {
			if err != nil {
				return err
			}
			if !mine.Covers(m.At) {
				continue
			}
			sheet, err := sheetOf(tx, m.At)
			if err != nil {
				return err
			}
			all = append(all, sheet)
		}
		return nil
	})
	slices.SortFunc(all, func(a, b MailboxSheet) int {
		return strings.Compare(data.SortKey(a.Name, a.Place), data.SortKey(b.Name, b.Place))
	})
	return all, err
}

// Mailbox returns the mailbox of an establishment, by its UAI, or of an académie,
// by its name in addresses; one that is not set when there is none.
func (a *App) Mailbox(s *access.Session, place string) (m MailboxSheet, err error) {
	err = s.See(func(tx *data.Tx) error {
		at, err := mailboxPlace(tx, s, place)
		if err != nil {
			return err
		}
		m, err = sheetOf(tx, at)
		return err
	})
	return m, err
}

// mailboxPlace is the place of a mailbox that the person sets.
func mailboxPlace(tx *data.Tx, s *access.Session, place string) (at data.Place, err error) {
	at, err = directory.Locate(tx, place)
	if errors.Is(err, data.ErrNotFound) {
		var academy directory.Academy
		academy, err = directory.Academies.Get(tx, place)
		at = data.Place(academy.Slug)
	}
	if err == nil && !s.Can(access.SetMailboxes, at) {
		err = data.ErrNotFound
	}
	return at, err
}

// SetMailbox changes the mailbox of a place, or makes it. It takes a recent proof:
// what people write to an establishment goes where it says.
func (a *App) SetMailbox(s *access.Session, place string, f MailboxForm) error {
	sheet, err := a.Mailbox(s, place)
	if err != nil {
		return err
	}
	return requests.SetMailbox(s, sheet.Mailbox.At, f.Version, func(tx *data.Tx, former requests.Mailbox) (requests.Mailbox, error) {
		m, err := f.settings(former)
		if err != nil {
			return m, err
		}
		if err := s.Fresh(); err != nil {
			return m, err
		}
		if f.Password != "" {
			err = m.SetPassword(tx, f.Password)
		}
		return m, err
	})
}

// TestMailbox really joins the server of a form, without changing anything there
// nor in the settings, and keeps what each step told beside them.
func (a *App) TestMailbox(ctx context.Context, s *access.Session, place string, f MailboxForm) (trial requests.Trial, err error) {
	sheet, err := a.Mailbox(s, place)
	if err != nil {
		return trial, err
	}
	var m requests.Mailbox
	var server imap.Server
	if err := s.See(func(tx *data.Tx) error {
		former, _, err := requests.MailboxAt(tx, sheet.Mailbox.At)
		if err != nil {
			return err
		}
		if m, err = f.settings(former); err != nil {
			return err
		}
		password, ok := m.OpenPassword(tx)
		if f.Password != "" {
			password = f.Password
		} else if !ok {
			return access.Wrong("secret", BoxPasswordLost)
		}
		server = serverOf(m, password)
		return nil
	}); err != nil {
		return trial, err
	}
	if err := a.trials.take(s); err != nil {
		return trial, err
	}
	trial = requests.Trial{At: s.Now(), By: s.Name(), Server: net.JoinHostPort(server.Host, strconv.Itoa(server.Port)) + ", " + server.User}
	began := time.Now()
	trial.Steps = server.Test(ctx, a.outward())
	outbound.Level(ctx, began, trial.Steps)
	return trial, requests.KeepTrial(s, m, trial)
}

// CollectNow has the mailbox of a place visited at once.
func (a *App) CollectNow(s *access.Session, place string) error {
	sheet, err := a.Mailbox(s, place)
	if err != nil {
		return err
	}
	return requests.CollectNow(s, sheet.Mailbox)
}

func serverOf(m requests.Mailbox, password string) imap.Server {
	return imap.Server{Host: m.Host, Port: m.Port, Security: imap.Security(m.Security), User: m.User, Password: password, Mailbox: m.Folder, Done: m.Done}
}

// BoxPasswordLost is why a mailbox is not visited after a restore without the key.
const BoxPasswordLost = "Le mot de passe de cette boîte ne peut plus être lu, car la clé de l’appareil a changé\u00a0: saisissez-le de nouveau."
