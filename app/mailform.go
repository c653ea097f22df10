package app

import (
	"slices"
	"strconv"
	"strings"

	"preau/app/access"
	"preau/app/connect/mail"
	"preau/app/post"
	"preau/data"
)

// A MailForm is the mail server as somebody typed it. An empty Host goes back to
// mails that are kept in the appliance.
type MailForm struct {
	Stamp                      string
	Host, Port, Security, User string
	Password                   string // "" keeps the one of the same server and account
	From                       string // "" for the usual sender
}

// Securities are the protections of the connection, as they are offered.
var Securities = []mail.Security{mail.StartTLS, mail.TLS, mail.None}

// usualPorts are those of the protections.
var usualPorts = map[mail.Security]int{mail.StartTLS: 587, mail.TLS: 465, mail.None: 25}

// longestSetting is the most that a field of the form holds, in bytes.
const longestSetting = 300

// settings checks the form and returns the settings it makes of the former ones.
// A password that was kept never goes to another server, nor in another way.
func (f MailForm) settings(former post.Settings) (post.Settings, error) {
	if f.Host == "" {
		return post.Settings{Demo: former.Demo}, nil
	}
	set := post.Settings{Host: strings.ToLower(f.Host), Security: f.Security, User: f.User, From: f.From, Demo: former.Demo, Port: usualPorts[mail.Security(f.Security)]}
	wrong := map[string]string{}
	if !knownHost(set.Host) {
		wrong["serveur"] = "Donnez le nom du serveur seul, tel que smtp.exemple.fr, ou son adresse IP."
	}
	if f.Port != "" {
		if set.Port, _ = strconv.Atoi(f.Port); !knownPort(f.Port) {
			wrong["port"] = "Le port est un nombre entre 1 et 65535 : 587 pour STARTTLS, 465 pour TLS."
		}
	}
	if !slices.Contains(Securities, mail.Security(f.Security)) {
		wrong["chiffrement"] = "Choisissez comment la connexion est chiffrée."
	}
	if f.From != "" && !mail.Deliverable(f.From) {
		wrong["expediteur"] = "Cette adresse n’a pas la forme nom@domaine.fr : corrigez-la, ou videz le champ."
	}
	if strings.ContainsAny(f.User, "\n\t") || len(f.User) > longestSetting {
		wrong["compte"] = "Donnez le nom du compte en une ligne."
	}
	same := set.Host == former.Host && set.Port == former.Port && set.Security == former.Security && set.User == former.User
	switch {
	case f.User == "" && f.Password != "":
		wrong["compte"] = "Donnez le compte auquel ce mot de passe appartient, ou videz le mot de passe."
	case len(f.Password) > longestSetting || strings.ContainsAny(f.Password, "\x00\r\n"):
		wrong["secret"] = "Ce mot de passe est trop long, ou contient un retour à la ligne."
	case f.User != "" && f.Password == "" && same && len(former.Password) > 0:
		set.Password = former.Password
	case f.User != "" && f.Password == "" && len(former.Password) == 0:
		wrong["secret"] = "Donnez le mot de passe de ce compte, ou videz le compte si le serveur n’en demande pas."
	case f.User != "" && f.Password == "":
		wrong["secret"] = "Saisissez de nouveau le mot de passe : celui qui est enregistré n’est jamais donné à un autre serveur, ni d’une autre façon."
	}
	return set, access.WrongFields(wrong)
}

// SetMail changes the mail server. It takes a recent proof. The mails that wait
// are tried again at once, or kept where there is no server any more.
func (a *App) SetMail(s *access.Session, f MailForm) error {
	if err := mayRun(s); err != nil {
		return err
	}
	return s.Do(settingMail, func(tx *data.Tx) (data.Row, error) {
		former, err := post.SettingsOf(tx)
		if err != nil {
			return nil, err
		}
		if err := unchanged(former, f.Stamp); err != nil {
			return nil, err
		}
		set, err := f.settings(former)
		if err != nil {
			return nil, err
		}
		if err := s.Fresh(); err != nil {
			return nil, err
		}
		if f.Password != "" && set.Leaves() {
			if err := set.SetPassword(tx, f.Password); err != nil {
				return nil, err
			}
		}
		if err := post.SettingsTable.Put(tx, set); err != nil {
			return nil, err
		}
		if !set.Leaves() {
			return set, post.Keep(tx)
		}
		return set, post.Hasten(tx)
	})
}
