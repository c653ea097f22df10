package requests

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"preau/app/access"
	"preau/app/services"
	"preau/data"
)

// An operator is what somebody may type to search, such as « etat: ».
type operator struct {
	name  string   // as the sentences show it
	names []string // without accents, plural or not
	takes string   // what may follow
	once  bool
	set   func(q *query, value string, again bool) bool // false for a value that is none
}

// operators are those that a search knows, in the order of the sentences.
var operators = []operator{
	{"etat", []string{"etat"}, labels(States, State.Label) + ", toutes", false, (*query).state},
	{"type", []string{"type"}, labels(Types, Type.Label), false, func(q *query, v string, again bool) bool { return add(&q.Types, Types, Type.Label, v, again) }},
	{"canal", []string{"canal", "canaux"}, labels(Channels, Channel.Label), false, func(q *query, v string, again bool) bool { return add(&q.Channels, Channels, Channel.Label, v, again) }},
	{"service", []string{"service"}, "le nom d’un service, comme messagerie ou \"emploi du temps\", ou bien autre", true, (*query).service},
	{"priorite", []string{"priorite"}, labels(Priorities, Priority.Label), true, func(q *query, v string, _ bool) bool { return choose(&q.Priority, Priorities, Priority.Label, v) }},
	{"intervenant", []string{"intervenant"}, "moi, personne, ou le début d’un nom", true, nil},
	{"recu", []string{"recu", "recue"}, "une date comme 2026-11-26 ou 26/11/2026, après >= pour «\u00a0depuis\u00a0» ou <= pour «\u00a0jusqu’à\u00a0»", false, (*query).received},
	{"age", []string{"age"}, "un nombre de jours, comme >7j", true, (*query).age},
	{"niveau2", []string{"niveau2"}, "interne ou jira", true, func(q *query, v string, _ bool) bool {
		return choose(&q.Level2, []Level2{Internal, Jira}, Level2.Label, v)
	}},
}

// read sets what the operator chooses, or refuses its value.
func (op operator) read(q *query, value string, again bool) error {
	switch {
	case again && op.once:
		return access.Wrong(queryField, "«\u00a0"+op.name+":\u00a0» ne s’écrit qu’une fois.")
	case op.set == nil && value != "":
		return q.assignee(value)
	case value == "" || op.set == nil || !op.set(q, value, again):
		return access.Wrong(queryField, "Après «\u00a0"+op.name+":\u00a0», écrivez "+op.takes+".")
	}
	return nil
}

// labels lists what may follow an operator, as it may be typed.
func labels[T ~string](all []T, label func(T) string) string {
	var words []string
	for _, v := range all {
		word := strings.ToLower(label(v))
		if strings.Contains(word, " ") {
			word = `"` + word + `"`
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}

// find finds the value that a text names: by its key or its label, or by the
// beginning of one label only.
func find[T ~string](all []T, label func(T) string, text string) (found T, ok bool) {
	text = squeezed(text)
	var near []T
	for _, v := range all {
		switch name := squeezed(label(v)); {
		case text == name || text == squeezed(string(v)):
			return v, true
		case text != "" && strings.HasPrefix(name, text):
			near = append(near, v)
		}
	}
	if len(near) == 1 {
		return near[0], true
	}
	return "", false
}

// squeezed is a text as values are compared: « En cours » is « encours ».
func squeezed(text string) string { return strings.ReplaceAll(data.Fold(text), " ", "") }

func choose[T ~string](into *T, all []T, label func(T) string, text string) (ok bool) {
	v, ok := find(all, label, text)
	if ok {
		*into = v
	}
	return ok
}

// add chooses one value more, or the first instead of those of the page.
func add[T ~string](into *[]T, all []T, label func(T) string, text string, again bool) bool {
	v, ok := find(all, label, text)
	switch {
	case !ok:
		return false
	case !again:
		*into = []T{v}
	case !slices.Contains(*into, v):
		*into = append(*into, v)
	}
	return true
}

func (q *query) state(text string, again bool) bool {
	if slices.Contains([]string{"toutes", "tous"}, data.Fold(text)) {
		q.States, q.Every = nil, true
		return true
	}
	if again && q.Every {
		return true
	}
	q.Every = false
	if s := StateAt(squeezed(text)); s != "" {
		text = s.Label()
	}
	return add(&q.States, States, State.Label, text, again)
}

func (q *query) service(text string, _ bool) bool {
	all := []Service{NoService}
	for _, s := range services.All {
		all = append(all, Service(s.Key))
	}
	return choose(&q.Service, all, Service.Label, text)
}

// received reads the days of the reception.
func (q *query) received(text string, again bool) bool {
	if !again {
		q.From, q.To = time.Time{}, time.Time{}
	}
	sign := strings.TrimRight(text[:min(2, len(text))], "0123456789 ")
	day, ok := dayOf(strings.TrimSpace(text[len(sign):]))
	switch {
	case !ok:
		return false
	case sign == ">=":
		q.From = day
	case sign == ">":
		q.From = day.AddDate(0, 0, 1)
	case sign == "<=":
		q.To = day
	case sign == "<":
		q.To = day.AddDate(0, 0, -1)
	case sign == "" || sign == "=":
		q.From, q.To = day, day
	default:
		return false
	}
	return true
}

// dayOf reads a day, as a calendar or as a person writes it.
func dayOf(text string) (time.Time, bool) {
	for _, layout := range []string{time.DateOnly, "02/01/2006", "2/1/2006"} {
		if day, err := time.ParseInLocation(layout, text, time.Local); err == nil && day.Year() >= 1900 && day.Year() < 3000 {
			return day, true
		}
	}
	return time.Time{}, false
}

// mostAge is the most days of an age that is searched: a hundred years.
const mostAge = 36_500

func (q *query) age(text string, _ bool) bool {
	text = strings.TrimPrefix(strings.TrimPrefix(text, ">"), "=")
	for _, unit := range []string{"jours", "jour", "j"} {
		if rest, ok := strings.CutSuffix(strings.ToLower(text), unit); ok {
			text = rest
			break
		}
	}
	days, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || days < 1 || days > mostAge {
		return false
	}
	q.Older = days
	return true
}

// assignee reads who answers: the person themselves, nobody, or a name among
// those who answer within reach.
func (q *query) assignee(text string) error {
	switch name := data.Fold(text); name {
	case Me, NoOne, Away:
		q.Assignee = name
		return nil
	}
	all, err := RespondersWithin(q.s, q.UAI)
	if err != nil {
		return err
	}
	named := namedOf(all, text)
	switch len(named) {
	case 1:
		q.Assignee = named[0].ID
		return nil
	case 0:
		return access.Wrong(queryField, "Aucun intervenant de votre périmètre ne s’appelle «\u00a0"+text+"\u00a0». Après «\u00a0intervenant:\u00a0», écrivez moi, personne, ou le début d’un nom.")
	}
	var names []string
	for _, r := range named[:min(len(named), 4)] {
		names = append(names, r.Name)
	}
	if len(named) > 4 {
		names = append(names, "…")
	}
	return access.Wrong(queryField, "Plusieurs intervenants s’appellent «\u00a0"+text+"\u00a0»\u00a0: "+strings.Join(names, ", ")+". Écrivez le nom entier entre guillemets.")
}

// namedOf are those that a text names: whole, or else by the beginning of the
// name or of the first name.
func namedOf(all []Responder, text string) (named []Responder) {
	text = data.Fold(text)
	if text == "" {
		return nil
	}
	for _, r := range all {
		name := data.Fold(r.Name)
		if name == text || r.ID == text {
			return []Responder{r}
		}
		if strings.Contains(" "+name, " "+text) {
			named = append(named, r)
		}
	}
	return named
}
