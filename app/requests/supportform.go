package requests

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"preau/app/access"
	"preau/data"
)

// A SupportForm is the connector as somebody typed it.
type SupportForm struct {
	Kind          Level2
	Base, Flavour string
	User          string
	Token         string // "" keeps the one of the same JIRA and account
	Project       string
	Types         Words // "" for the others
	Priorities    Words
	Fields        Words
	Statuses      Words
	ByUAI, ByArea bool
	Period        string
	Secret        string // "" keeps the one there is
	NoSecret      bool
	Provision     bool
	Group         string
}

// The flavours of JIRA, as connect/jira calls them.
const (
	DataCenter = "datacenter"
	Cloud      = "cloud"
)

var (
	projectShape = regexp.MustCompile(`^[A-Z][A-Z0-9_]{1,50}$`)
	fieldShape   = regexp.MustCompile(`^customfield_[0-9]{1,12}$`)
)

// longestWord is the most that a name of JIRA holds, in characters.
const longestWord = 255

// onto checks a form and changes the connector by it. What was typed of JIRA is
// kept while the queue of the appliance is chosen.
func (f SupportForm) onto(tx *data.Tx, p *Support) error {
	if f.Kind != Internal && f.Kind != Jira {
		return access.Wrong("genre", "Choisissez qui reçoit les demandes de niveau 2.")
	}
	p.Kind = f.Kind
	if f.Kind == Internal {
		return nil
	}
	wrong := map[string]string{}
	f.connection(p, wrong)
	f.words(wrong)
	period, err := strconv.Atoi(f.Period)
	if err != nil || period < LeastPeriod || period > MostPeriod {
		wrong["relecture"] = "Indiquez un nombre de minutes entre 5 et 15."
	}
	if utf8.RuneCountInString(f.Secret) > longestWord || strings.ContainsAny(f.Secret, "\r\n\x00") {
		wrong["secret"] = "Ce secret est trop long, ou contient un retour à la ligne."
	}
	if f.Provision && f.Flavour == Cloud {
		wrong["comptes"] = "JIRA Cloud n’ouvre pas de compte depuis l’appareil\u00a0: invitez les administrateurs depuis JIRA."
	}
	if len(wrong) > 0 {
		return access.WrongFields(wrong)
	}
	p.Base, p.Flavour, p.User, p.Project = f.Base, f.Flavour, f.User, f.Project
	p.Types, p.Priorities, p.Fields, p.Statuses = kept(f.Types), kept(f.Priorities), kept(f.Fields), kept(f.Statuses)
	p.ByUAI, p.ByArea, p.Period, p.Provision, p.Group = f.ByUAI, f.ByArea, period, f.Provision, f.Group
	return f.seal(tx, p)
}

// connection checks how JIRA is joined. A token that was kept never goes to
// another JIRA, nor in the name of another account.
func (f SupportForm) connection(p *Support, wrong map[string]string) {
	at, err := url.Parse(f.Base)
	if err != nil || at.Scheme != "https" && at.Scheme != "http" || at.Hostname() == "" || at.User != nil || at.RawQuery+at.Fragment != "" || len(f.Base) > longestWord || strings.HasSuffix(f.Base, "/") {
		wrong["adresse"] = "Donnez l’adresse de JIRA, comme https://jira.exemple.fr, sans ce qui suit /browse ou /rest."
	}
	if f.Flavour != DataCenter && f.Flavour != Cloud {
		wrong["produit"] = "Choisissez Data Center ou Cloud."
	}
	if f.Flavour == Cloud && !strings.Contains(f.User, "@") {
		wrong["compte"] = "JIRA Cloud demande l’adresse électronique du compte à qui est le jeton."
	}
	same := f.Base == p.Base && f.Flavour == p.Flavour && f.User == p.User
	switch {
	case len(f.Token) > 2000 || strings.ContainsFunc(f.Token, func(c rune) bool { return c <= ' ' || c > '~' }):
		wrong["jeton-jira"] = "Ce jeton contient une espace ou un caractère qui n’en fait pas partie\u00a0: copiez-le en entier, sans rien autour."
	case f.Token == "" && len(p.Token) == 0:
		wrong["jeton-jira"] = "Donnez le jeton du compte de JIRA."
	case f.Token == "" && !same:
		wrong["jeton-jira"] = "Saisissez de nouveau le jeton\u00a0: celui qui est enregistré n’est jamais donné à un autre JIRA, ni pour un autre compte."
	}
	if !projectShape.MatchString(f.Project) {
		wrong["projet"] = "La clé d’un projet s’écrit en capitales, comme ENT."
	}
}

// words checks the names of JIRA.
func (f SupportForm) words(wrong map[string]string) {
	if f.Types[""] == "" {
		wrong["type-"] = "Donnez le type des tickets que rien d’autre ne précise."
	}
	for _, w := range []struct {
		field string
		words Words
	}{{"type-", f.Types}, {"priorite-", f.Priorities}, {"etat-", f.Statuses}} {
		for key, word := range w.words {
			if utf8.RuneCountInString(word) > longestWord || strings.ContainsAny(word, "\r\n\t") {
				wrong[w.field+key] = "Ce nom est trop long."
			}
		}
	}
	for key, id := range f.Fields {
		if id != "" && !fieldShape.MatchString(id) {
			wrong["champ-"+key] = "Donnez l’identifiant du champ, comme customfield_10001, ou videz-le."
		}
	}
}

// seal keeps the secrets that were typed.
func (f SupportForm) seal(tx *data.Tx, p *Support) (err error) {
	if f.Token != "" {
		if p.Token, err = tx.Seal(tokenUse, f.Token); err != nil {
			return err
		}
	}
	switch {
	case f.Secret != "":
		p.Secret, err = tx.Seal(secretUse, f.Secret)
	case f.NoSecret:
		p.Secret = nil
	}
	return err
}

// kept are the names that were given.
func kept(w Words) Words {
	all := Words{}
	for key, word := range w {
		if word != "" {
			all[key] = word
		}
	}
	return all
}

// TypeNames are the types of tickets that the connector makes, each once.
func (p Support) TypeNames() (names []string) {
	for _, t := range append([]Type{""}, Types...) {
		if name := p.Types[string(t)]; name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// FieldIDs are the fields of JIRA that the connector fills, each once.
func (p Support) FieldIDs() (ids []string) {
	for _, f := range SupportFields {
		if id := p.Fields[f.Key]; id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}
