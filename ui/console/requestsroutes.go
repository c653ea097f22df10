package console

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"preau/app/access"
	"preau/app/requests"
	"preau/ui/web"
)

// mountRequests mounts the module Demandes.
func mountRequests(c web.Router) {
	mountSearches(c) // before the requests, whose address would take theirs
	c.Get("/demandes", showRequests)
	c.Get("/demandes/colonnes", chooseColumns)
	c.Get("/demandes/flux", streamNews)
	c.Get("/demandes/personnes", searchAskers)
	c.Get("/demandes/nouvelle", showNewRequest)
	c.Get("/demandes/niveau2", showEscalated)
	c.Post("/demandes/cellule", enterDesk)
	c.Written("/demandes", createRequest)
	c.Written("/demandes/brouillon", jotRequest)

	c.Get("/demandes/boites", showMailboxes)
	c.Get("/demandes/boites/:boite", showMailbox)
	c.Post("/demandes/boites/:boite", mailboxFound(setMailbox))
	c.Post("/demandes/boites/:boite/releve", mailboxFound(collectMailbox))

	const one = "/demandes/:numero"
	c.Get(one, showRequest)
	c.Get(one+"/impression", printRequest)
	c.Get(one+"/flux", requestFound(streamPresence))
	c.Get(one+"/fichiers/:id", downloadRequestFile)
	c.Post(one+"/demande", requestFound(editRequester))
	c.Written(one+"/description", requestFound(editDescription))
	c.Written(one+"/reponse", requestFound(solveRequest))
	c.Written(one+"/note", requestFound(addNote))
	c.Get(one+"/envoi", asking(askSending))
	c.Post(one+"/envoi", requestFound(sendAnswer))
	for _, q := range []struct {
		path string
		ask  func(*web.Visit, *requestPane, requests.Detail) error
		do   web.Handler
	}{
		{"etat", askState, setState}, {"affectation", askAssignee, assignRequest}, {"fusion", askMerge, mergeRequest},
		{"separation", askUnmerge, unmergeRequest}, {"lien", askLink, linkRequest},
		{"niveau2", askEscalation, escalateRequest}, {"reprise", askTakingBack, takeBackRequest},
	} {
		c.Get(one+"/"+q.path, asking(q.ask))
		c.Post(one+"/"+q.path, requestFound(q.do))
	}
	c.Post(one+"/relance", requestFound(retryTransmission))
	c.Post(one+"/annulation", requestFound(callOffTransmission))
	c.Get(one+"/suivi", served(asking(askServing)))
	c.Post(one+"/suivi", served(requestFound(serveRequest)))
}

// chooseColumns keeps which columns the list shows, in the browser.
func chooseColumns(v *web.Visit) error {
	var chosen []string
	for _, c := range columns {
		if slices.Contains(asked(v, "colonne"), c.key) {
			chosen = append(chosen, c.key)
		}
	}
	if len(chosen) == 0 {
		chosen = []string{"numero"} // what is always shown: none of the others
	}
	v.Cookie(&fiber.Cookie{Name: "colonnes", Value: strings.Join(chosen, "."), Path: "/console", MaxAge: int((365 * 24 * time.Hour).Seconds()), HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode})
	return v.Redirect(web.OwnPath(v.Ask("retour")), http.StatusSeeOther)
}

// streamNews tells of the requests that others make while the list is open.
func streamNews(v *web.Visit) error {
	last := v.Ctx.Get("Last-Event-ID")
	if last == "" {
		last = v.Ask("apres")
	}
	after, err := sequence(last)
	if err != nil {
		return err
	}
	return v.Stream(after, web.Followed{Next: func(s *access.Session, after uint64) ([]web.Message, error) {
		n, last, err := requests.News(s, "", after)
		if err != nil || n == 0 {
			return nil, err
		}
		return []web.Message{{ID: last, HTML: web.Number(n)}}, nil
	}})
}

// streamPresence tells who else has a request open, and counts among them, for as
// long as the request is within their reach.
func streamPresence(v *web.Visit) error {
	number, who := numberOf(v), v.Appliance.Presence
	me := v.Session.Account
	told := ""
	return v.Stream(0, web.Followed{
		Next: func(s *access.Session, _ uint64) ([]web.Message, error) {
			if _, err := requests.PlaceOf(s, number); err != nil {
				return nil, err
			}
			says := presentWords(who.Others(number, s.Account.ID, s.Now()))
			if says == told {
				return nil, nil
			}
			told = says
			return []web.Message{{Name: "presence", HTML: says}}, nil
		},
		Wake: who.Changed,
		Left: who.Enter(number, me.ID, me.Name),
	})
}
