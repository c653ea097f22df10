package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"preau/app/access"
	"preau/app/connect/mail"
	"preau/app/connect/outbound"
	"preau/app/post"
	"preau/data"
)

// A Configuration is what whoever runs the appliance sees of its settings: no
// secret is in it. Each stamp is that of a part, to be given back with a change.
type Configuration struct {
	Demo bool

	PublicURL    string // the setting
	GivenURL     string // by a flag, which wins over the setting
	AddressStamp string

	Mail         post.Settings // without its password
	HasPassword  bool
	PasswordLost bool   // it was sealed by another key, and has to be typed again
	Sender       string // where Mail.From is ""
	Waiting      int    // mails that have not left
	MailStamp    string

	Required    []access.Role // that must have a second factor
	HasFactor   bool          // the person has one
	FactorStamp string

	Networks []netip.Prefix
}

// Configuration returns the settings of the appliance.
func (a *App) Configuration(s *access.Session) (c Configuration, err error) {
	if err := mayRun(s); err != nil {
		return c, err
	}
	set, err := a.Settings()
	if err != nil {
		return c, err
	}
	c.Demo, c.PublicURL, c.AddressStamp = set.Demo, set.PublicURL, stampOf(set.PublicURL)
	c.GivenURL, c.Networks, c.Sender = a.givenURL(), a.cfg.Networks, a.DefaultSender()
	err = s.See(func(tx *data.Tx) error {
		how, err := post.SettingsOf(tx)
		if err != nil {
			return err
		}
		_, readable := how.OpenPassword(tx)
		c.MailStamp, c.HasPassword, c.PasswordLost = stampOf(how), len(how.Password) > 0, !readable
		c.Mail, c.Mail.Password = how, nil
		policy, err := access.PolicyOf(tx)
		if err != nil {
			return err
		}
		c.Required, c.FactorStamp = policy.Roles, stampOf(policy)
		if c.Waiting, err = post.Waits(tx); err != nil {
			return err
		}
		c.HasFactor, err = access.HasFactor(tx, s.Account.ID)
		return err
	})
	return c, err
}

// stampOf tells two states of a part of the settings apart.
func stampOf(part any) string {
	b, err := json.Marshal(part)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// unchanged refuses a change of what somebody else changed meanwhile.
func unchanged(part any, stamp string) error {
	if stampOf(part) != stamp {
		return access.Conflict("Ces réglages ont changé depuis que vous avez ouvert la page : relisez-les, puis recommencez.")
	}
	return nil
}

var (
	settingAddress = access.NewAction("appliance.address", "Adresse publique", access.RunAppliance, data.Important)
	settingMail    = access.NewAction("appliance.mail", "Réglages du courriel", access.RunAppliance, data.Important)
	settingFactor  = access.NewAction("appliance.second-factor", "Rôles qui doivent avoir un second facteur", access.RunAppliance, data.Important)
	testingMail    = access.NewAction("mail.test", "Essai du serveur de courriel", access.RunAppliance, data.Info)
	tryingMail     = access.NewAction("mail.trial", "Courriel d’essai", access.RunAppliance, data.Info)
)

// AddressField is the field of the public address in forms.
const AddressField = "adresse-publique"

// SetPublicURL changes the address that leaving links begin with, "" for none.
// It takes a recent proof: the links of mails let people in.
func (a *App) SetPublicURL(s *access.Session, stamp, typed string) error {
	if err := mayRun(s); err != nil {
		return err
	}
	address, ok := publicAddress(typed)
	switch {
	case a.givenURL() != "":
		return access.Conflict("L’adresse publique est donnée au lancement par --public-url : elle ne se change pas ici.")
	case !ok:
		return access.Wrong(AddressField, "Donnez l’adresse qui ouvre l’ENT, sans chemin, telle que https://ent.exemple.fr, ou videz le champ.")
	}
	return s.Do(settingAddress, func(tx *data.Tx) (data.Row, error) {
		set, err := settingsIn(tx)
		if err != nil {
			return nil, err
		}
		if err := unchanged(set.PublicURL, stamp); err != nil {
			return nil, err
		}
		if err := s.Fresh(); err != nil {
			return nil, err
		}
		set.PublicURL = address
		return set, SettingsTable.Put(tx, set)
	})
}

var hostShape = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)

// knownHost reports whether a text is a name or an address that a host may have.
func knownHost(host string) bool {
	if at, err := netip.ParseAddr(host); err == nil {
		return at.Zone() == ""
	}
	return len(host) <= 253 && hostShape.MatchString(host)
}

func knownPort(port string) bool {
	n, err := strconv.Atoi(port)
	return err == nil && n >= 1 && n <= 65535
}

// publicAddress returns an http(s) address without a path, "" for "".
func publicAddress(typed string) (address string, ok bool) {
	if typed == "" {
		return "", true
	}
	u, err := url.Parse(strings.TrimSuffix(strings.ToLower(typed), "/"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.Opaque+u.Path+u.RawQuery+u.Fragment != "" || u.ForceQuery {
		return "", false
	}
	if !knownHost(u.Hostname()) || u.Port() != "" && !knownPort(u.Port()) || strings.HasSuffix(u.Host, ":") {
		return "", false
	}
	return u.Scheme + "://" + u.Host, true
}

// SetRequired changes which roles must have a second factor. It takes a recent
// proof, and is refused in a demo, whose accounts are shared.
func (a *App) SetRequired(s *access.Session, stamp string, roles []access.Role) error {
	c, err := a.Configuration(s)
	if err != nil {
		return err
	}
	if c.Demo {
		return access.Conflict("Une démonstration n’exige pas de second facteur : ses comptes servent à plusieurs personnes.")
	}
	kept := slices.DeleteFunc(slices.Clone(access.Roles), func(r access.Role) bool { return !slices.Contains(roles, r) })
	return s.Do(settingFactor, func(tx *data.Tx) (data.Row, error) {
		policy, err := access.PolicyOf(tx)
		if err != nil {
			return nil, err
		}
		if err := unchanged(policy, stamp); err != nil {
			return nil, err
		}
		if err := s.Fresh(); err != nil {
			return nil, err
		}
		policy.Roles = kept
		return policy, access.Policies.Put(tx, policy)
	})
}

// TestMail really joins the server of a form, without saving anything, and tells
// each step.
func (a *App) TestMail(ctx context.Context, s *access.Session, f MailForm) (steps []mail.Step, err error) {
	if err := mayRun(s); err != nil {
		return nil, err
	}
	set, err := a.Settings()
	if err != nil {
		return nil, err
	}
	var server mail.Server
	if err := s.See(func(tx *data.Tx) error {
		former, err := post.SettingsOf(tx)
		if err != nil {
			return err
		}
		to, err := f.settings(former)
		if err != nil {
			return err
		}
		if to.Host == "" {
			return access.Wrong("serveur", "Donnez le nom du serveur à essayer.")
		}
		password, ok := to.OpenPassword(tx)
		if f.Password != "" {
			password = f.Password
		} else if !ok {
			return access.Wrong("secret", PasswordLost)
		}
		server = mail.Server{Host: to.Host, Port: to.Port, Security: mail.Security(to.Security), User: to.User, Password: password}
		return nil
	}); err != nil {
		return nil, err
	}
	if err := a.trials.take(s); err != nil {
		return nil, err
	}
	began := time.Now()
	steps = server.Test(ctx, a.outward())
	outbound.Level(ctx, began, steps)
	note := server.Host + " : réussi"
	if last := steps[len(steps)-1]; !last.OK {
		note = server.Host + " : " + last.Says
	}
	return steps, s.Record(nil, data.Fact{Action: testingMail.Action, About: set, Note: note})
}

// TrialField is the field of the address of a trial, in forms.
const TrialField = "adresse-essai"

// TryMail queues a mail to the person's own address: the confirmed one, or the one
// they give when none is.
func (a *App) TryMail(s *access.Session, typed string) (to string, err error) {
	if err := mayRun(s); err != nil {
		return "", err
	}
	if to = s.Account.Email; to == "" {
		to = typed
	}
	if !mail.Deliverable(to) {
		return "", access.Wrong(TrialField, "Donnez votre adresse, sous la forme nom@domaine.fr : le courriel d’essai y sera envoyé.")
	}
	set, err := a.Settings()
	if err != nil {
		return "", err
	}
	return to, s.Do(tryingMail, func(tx *data.Tx) (data.Row, error) {
		return set, post.Queue(tx, post.Mail{To: to, Subject: "Essai d’envoi",
			Lines: []string{"Ce courriel a été demandé depuis la configuration de l’appareil. S’il vous est parvenu, l’ENT envoie bien ses courriels."},
			Links: []post.Link{{Label: "Ouvrir l’ENT", Path: "/"}}})
	})
}
