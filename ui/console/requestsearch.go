package console

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/requests"
	"preau/app/services"
	"preau/ui/web"
)

// searchPane is the pane « Recherche », as it was filled.
func searchPane(v *web.Visit, look requests.Look) (s requestSearch, err error) {
	s = requestSearch{Home: requestsHome, Clear: requestsHome, Filtered: len(listQuery(v, "tri", "sens", "page", "par")) > 0}
	s.Text = web.Field{Name: "q", Label: "Mots ou numéro", Kind: "search", Value: v.Ask("q"), Complete: "off", Hint: "Résumé, problème, réponses, demandeur\u00a0; ou etat:, type:, service:, intervenant:, recu:>=2026-11-01"}
	s.School = web.Combo{ID: "etablissement", Name: "etablissement", Label: "Établissement", Source: "/console/etablissements/recherche?q=", Value: look.UAI, Shown: v.Ask("etablissement-nom"), Placeholder: "Tous"}
	if look.UAI != "" {
		cards, err := directory.CardsOf(v.Session, look.UAI)
		if err != nil {
			return s, err
		}
		s.School.Shown = cards[0].Name
	}
	plain := len(look.States) == 0 && !look.Every
	for _, state := range slices.Backward(requests.States) {
		on := slices.Contains(look.States, state) || look.Every || plain && (state == requests.Open || state == requests.InProgress)
		s.States = append(s.States, tick{state.Path(), state.Label(), on})
	}
	for _, t := range requests.Types {
		s.Types = append(s.Types, tick{string(t), t.Label(), slices.Contains(look.Types, t)})
	}
	s.Days = []web.Field{{Name: "du", Label: "Reçue du", Kind: "date", Value: isoDay(look.From), Complete: "off"}, {Name: "au", Label: "Au", Kind: "date", Value: isoDay(look.To), Complete: "off"}}
	if s.Level2, err = level2Links(v); err != nil {
		return s, err
	}
	if s.Views, err = viewsOf(v); err != nil {
		return s, err
	}
	s.Choices, err = searchChoices(v, look)
	for _, name := range []string{"tri", "sens", "par"} {
		if value := v.Ask(name); value != "" {
			s.Kept = append(s.Kept, keptField{name, value})
		}
	}
	return s, err
}

func isoDay(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format(time.DateOnly)
}

// searchChoices are the boxes that the manual's pane does not have.
func searchChoices(v *web.Visit, look requests.Look) ([]web.Choice, error) {
	service := serviceChoice(string(look.Service), "Tous")
	channel := web.Choice{Name: "canal", Label: "Canal", Options: []web.ChoiceOption{{Label: "Tous"}}}
	for _, c := range requests.Channels {
		channel.Options = append(channel.Options, web.ChoiceOption{Value: string(c), Label: c.Label(), Chosen: slices.Contains(look.Channels, c)})
	}
	priority := web.Choice{Name: "priorite", Label: "Priorité", Options: []web.ChoiceOption{{Label: "Toutes"}}}
	for _, p := range requests.Priorities {
		priority.Options = append(priority.Options, web.ChoiceOption{Value: string(p), Label: p.Label(), Chosen: p == look.Priority})
	}
	assignee := web.Choice{Name: "intervenant", Label: "Intervenant", Options: []web.ChoiceOption{{Label: "Tous"}, {Value: requests.Me, Label: "Moi", Chosen: look.Assignee == requests.Me},
		{Value: requests.NoOne, Label: "Personne", Chosen: look.Assignee == requests.NoOne}, {Value: requests.Away, Label: "Absents\u00a0: à réaffecter", Chosen: look.Assignee == requests.Away}}}
	known, err := requests.Assignees(v.Session, look.UAI, look.Assignee)
	for _, a := range known {
		if a.ID != v.Session.Account.ID {
			assignee.Options = append(assignee.Options, web.ChoiceOption{Value: a.ID, Label: a.Name, Chosen: look.Assignee == a.ID})
		}
	}
	age := web.Choice{Name: "age", Label: "Âge", Options: []web.ChoiceOption{{Label: "Tous"}}}
	for _, days := range []int{1, 3, 7, 30} {
		age.Options = append(age.Options, web.ChoiceOption{Value: strconv.Itoa(days), Label: "Plus de " + web.Count(days, "jour", "jours"), Chosen: look.Older == days})
	}
	all := []web.Choice{assignee, priority, age, service, channel}
	for i, c := range all {
		all[i].ID = "r-" + c.Name // a request that is open has fields of these names
	}
	return all, err
}

// serviceChoice is the box of the services; one that is none of them has the
// label given, "" for no such option.
func serviceChoice(chosen, none string) web.Choice {
	c := web.Choice{Name: "service", Label: "Service", Options: []web.ChoiceOption{{Label: none}}}
	for _, category := range services.Categories {
		for _, s := range services.In(category) {
			c.Options = append(c.Options, web.ChoiceOption{Value: s.Key, Label: s.Label, Group: string(category), Chosen: s.Key == chosen})
		}
	}
	return c
}

// refusalOf is what is wrong with what was typed, nil for any other error.
func refusalOf(err error) *access.Refusal {
	if r, ok := errors.AsType[*access.Refusal](err); ok && r.Kind == access.Invalid {
		return r
	}
	return nil
}
