package requests

import (
	"errors"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// Bounds of what is typed.
const (
	MostSummary = 120    // characters
	MostText    = 10_000 // characters of a problem, an answer or a note
	MostFiles   = 5      // of one message
	MostBytes   = 10 << 20
)

var (
	creating  = access.NewAction("request.create", "Nouvelle demande", access.HandleRequests, data.Info)
	declaring = access.NewAction("request.declare", "Nouvelle demande", access.Oneself, data.Info)
)

// A Form is what is typed of a request.
type Form struct {
	UAI      string
	From     Requester // Account "" for somebody who is not of the directory
	Received time.Time // zero for now
	Channel  Channel
	Service  Service
	Type     Type
	Priority Priority
	Summary  string
	Problem  string
	Files    []File
}

// Create makes a request that came by telephone or by mail, in the name of an
// administrator, and returns its number.
func Create(s *access.Session, f Form) (number int, err error) {
	err = s.Do(creating, func(tx *data.Tx) (data.Row, error) {
		place, err := directory.Locate(tx, f.UAI)
		if errors.Is(err, data.ErrNotFound) {
			return nil, access.Wrong("etablissement", "Choisissez un établissement de votre périmètre dans la liste.")
		}
		if err != nil {
			return nil, err
		}
		if !tx.Author.May.Covers(place) {
			return nil, access.NotAllowed()
		}
		if err := f.complete(tx, place); err != nil {
			return nil, err
		}
		r := f.request(place)
		if err := begin(tx, &r); err != nil {
			return nil, err
		}
		number = r.Number
		return r, errors.Join(Requests.Put(tx, r), tellNew(tx, r, s.Account.ID))
	})
	return number, err
}

// Declare makes a request in the name of who asks, and returns its number. The
// same one sent again at once, as by a second click, is the first.
func Declare(s *access.Session, f Form) (number int, err error) {
	err = s.Own(declaring, func(tx *data.Tx) (data.Row, error) {
		me, err := self(tx, s)
		if err != nil {
			return nil, err
		}
		tx = asking.Over(tx)
		place, err := among(s, f.UAI)
		if err != nil {
			return nil, err
		}
		f.From, f.Channel, f.Received = me, FormChannel, time.Time{}
		if err := f.check(tx, place); err != nil {
			return nil, err
		}
		r := f.request(place)
		if number, err = r.twin(tx); err != nil {
			return nil, err
		}
		if number > 0 {
			return nil, errTwice
		}
		if err := errors.Join(spend(tx, s.Account.ID), begin(tx, &r)); err != nil {
			return nil, err
		}
		number = r.Number
		return r, errors.Join(Requests.Put(tx, r), acknowledge(tx, r), tellNew(tx, r, s.Account.ID))
	})
	return number, once(err)
}

// twinLife is how long the same words of the same person are the same request, or
// the same message.
const twinLife = time.Minute

// errTwice ends a transaction that would do again what was just done.
var errTwice = errors.New("requests: done already")

// once takes what was done already for done.
func once(err error) error {
	if errors.Is(err, errTwice) {
		return nil
	}
	return err
}

// twin is the number of the request that somebody has just made with the same
// words, 0 for none.
func (r Request) twin(tx *data.Tx) (int, error) {
	for other, err := range RequestsByPerson.All(tx, r.From.Account) {
		if err != nil {
			return 0, err
		}
		if other.Summary == r.Summary && other.Problem == r.Problem && other.At == r.At && tx.Now.Sub(other.CreatedAt) < twinLife {
			return other.Number, nil
		}
	}
	return 0, nil
}

// self is the requester that somebody signed in is.
func self(tx *data.Tx, s *access.Session) (Requester, error) {
	p, err := preferenceOf(tx, s.Account.ID)
	if err != nil {
		return Requester{}, err
	}
	u, err := directory.Users.Get(tx, s.Account.ID)
	if errors.Is(err, data.ErrNotFound) { // an administrator who is nobody in the directory
		return Requester{Account: s.Account.ID, Name: s.Account.Name, Email: s.Account.Email, Prefers: p.Prefers}, nil
	}
	return requesterOf(u, p), err
}

// requesterOf is the requester that somebody of the directory is. An address that
// they did not confirm is nobody's yet: what they write is not sent to strangers.
func requesterOf(u directory.User, p Preference) Requester {
	r := Requester{Account: u.ID, Name: u.Label(), Profile: u.Profile, Email: u.Email.Value(), Mobile: u.Mobile.Value(), Phone: u.Home.Value(), Prefers: p.Prefers}
	if r.Phone == "" {
		r.Phone = u.Work.Value()
	}
	if u.Unsure {
		r.Email = ""
	}
	return r
}

// Schools are the establishments that somebody may declare a request in: their
// own, then those that they administer.
func Schools(s *access.Session) (schools []data.Place) {
	own := slices.Clone(s.Account.At)
	for _, g := range s.Grants { // of an administrator who is nobody in the directory
		own = append(own, g.In)
	}
	for _, p := range own {
		if directory.UAIOf(p) != "" && !slices.Contains(schools, p) {
			schools = append(schools, p)
		}
	}
	return schools
}

// among is the establishment that somebody names among their own, or the only one.
func among(s *access.Session, uai string) (data.Place, error) {
	schools := Schools(s)
	for _, p := range schools {
		if directory.UAIOf(p) == uai || uai == "" && len(schools) == 1 {
			return p, nil
		}
	}
	return "", access.Wrong("etablissement", "Choisissez l’établissement que la demande concerne.")
}

func (f Form) request(place data.Place) Request {
	return Request{At: place, From: f.From, Received: f.Received, Channel: f.Channel, Service: f.Service, Type: f.Type, Priority: f.Priority,
		Summary: f.Summary, Problem: f.Problem, Files: f.Files, State: Open}
}

// begin gives a request its number and its dates.
func begin(tx *data.Tx, r *Request) error {
	n, err := tx.Next("demandes")
	if err != nil {
		return err
	}
	r.Number, r.CreatedAt, r.ActedAt, r.Since, r.Version = int(n), tx.Now, tx.Now, tx.Now, 1
	if r.Received.IsZero() {
		r.Received = tx.Now
	}
	r.SpokeAt = r.Received
	return nil
}

// complete checks a form, and reads in the directory who was chosen there.
func (f *Form) complete(tx *data.Tx, place data.Place) error {
	if f.From.Account == "" {
		return f.check(tx, place)
	}
	u, err := askerAt(tx, place, f.From.Account)
	if errors.Is(err, data.ErrNotFound) {
		return access.Wrong("nom", "Cette personne n’est pas de cet établissement\u00a0: choisissez-la de nouveau dans la liste.")
	}
	if err != nil {
		return err
	}
	f.From.Name, f.From.Profile = u.Label(), u.Profile
	return f.check(tx, place)
}

// askerAt reads a person of an establishment, or of an académie.
func askerAt(tx *data.Tx, place data.Place, id string) (directory.User, error) {
	u, err := directory.Users.Get(tx, id)
	if err == nil && !(data.Reach{place}).CoversAny(u.Places()) {
		err = data.ErrNotFound
	}
	return u, err
}

// check returns what is wrong with a form, each sentence beside its field.
func (f *Form) check(tx *data.Tx, place data.Place) error {
	wrong := f.From.check()
	f.describe(tx, wrong)
	return access.WrongFields(wrong)
}

// describe checks the second tab. A summary is one line, as what is made of it.
func (f *Form) describe(tx *data.Tx, wrong map[string]string) {
	if f.Summary = strings.Join(strings.Fields(f.Summary), " "); f.Summary == "" {
		wrong["resume"] = "Résumez la demande en quelques mots."
	} else if utf8.RuneCountInString(f.Summary) > MostSummary {
		wrong["resume"] = "Le résumé compte 120 caractères au plus\u00a0: le détail va dans le problème."
	}
	if f.Problem == "" {
		wrong["probleme"] = "Décrivez le problème."
	} else if says := tooLong(f.Problem); says != "" {
		wrong["probleme"] = says
	}
	if f.Type.Label() == "" {
		wrong["type"] = "Choisissez le type de la demande."
	}
	if f.Priority.Label() == "" {
		wrong["priorite"] = "Choisissez la priorité."
	}
	if f.Channel.Label() == "" {
		wrong["canal"] = "Choisissez le canal."
	}
	if !f.Service.known() {
		wrong["service"] = "Choisissez un service de la liste."
	}
	if f.Received.After(tx.Now) {
		wrong["recue"] = "La date de réception est dans l’avenir."
	}
	if !f.Received.IsZero() && f.Received.Year() < 2000 {
		wrong["recue"] = "Cette date de réception est trop ancienne."
	}
	if len(f.Files) > MostFiles {
		wrong["fichiers"] = "Joignez 5 fichiers au plus."
	}
}

// check returns what is wrong with the first tab.
func (r Requester) check() map[string]string {
	wrong := map[string]string{}
	if r.Name == "" {
		wrong["nom"] = "Indiquez qui fait la demande."
	} else if utf8.RuneCountInString(r.Name) > 100 {
		wrong["nom"] = "Ce nom compte plus de 100 caractères."
	}
	if a, err := mail.ParseAddress(r.Email); r.Email != "" && (err != nil || a.Address != r.Email || !strings.Contains(r.Email, ".")) {
		wrong["email"] = "Cette adresse e-mail n’est pas complète\u00a0: par exemple, prenom.nom@exemple.fr."
	}
	for field, phone := range map[string]string{"telephone": r.Phone, "portable": r.Mobile} {
		if _, says := directory.CheckPhone(phone); says != "" {
			wrong[field] = says
		}
	}
	if r.Prefers != "" && r.Prefers != Mail && r.Prefers != Phone {
		wrong["preference"] = "Choisissez le mail ou le téléphone."
	}
	return wrong
}

func tooLong(text string) string {
	if utf8.RuneCountInString(text) > MostText {
		return "Ce texte compte plus de 10\u202f000 caractères\u00a0: raccourcissez-le, ou joignez un fichier."
	}
	return ""
}
