package console

import (
	"strconv"

	"preau/app/directory"
	"preau/app/requests"
	"preau/ui/web"
)

// newScreen is where what is typed of a new request is kept.
const newScreen = "console.nouvelle"

// showNewRequest draws an empty request below the list: received now, by
// telephone.
func showNewRequest(v *web.Visit) error {
	p, err := listRequests(v, 0)
	if err != nil {
		return err
	}
	draft, err := v.Draft(newScreen, draftsHome, withQuery(requestsHome+"/nouvelle", listQuery(v)))
	if err != nil {
		return err
	}
	f := &requestForm{Action: withQuery(requestsHome, listQuery(v)), Draft: draft, Add: web.AttachedFiles(web.FilesField, "Fichiers joints"), Close: withQuery(requestsHome, listQuery(v)), Requester: true, Described: true}
	uai, school, err := usualSchool(v)
	if err != nil {
		return err
	}
	f.requester(draft.Value, uai, school, requests.Requester{})
	f.describe(draft.Value, requests.Form{Received: v.Session.Now(), Channel: requests.Phone, Priority: requests.Normal})
	p.New, p.Pane = f, "Nouvelle demande"
	return p.show(v)
}

// usualSchool is the establishment of the search, or the one last opened.
func usualSchool(v *web.Visit) (uai, name string, err error) {
	if uai = v.Ask("etablissement"); uai == "" {
		found, total, err := directory.FindEstablishments(v.Session, "", 1)
		if err != nil || total == 0 {
			return "", "", err
		}
		recent, err := directory.RecentOf(v.Session)
		if err != nil || total > 1 && len(recent) == 0 {
			return "", "", err
		}
		uai = found[0].UAI
	}
	cards, err := directory.CardsOf(v.Session, uai)
	if err != nil {
		return "", "", err
	}
	return uai, cards[0].Name, nil
}

func createRequest(v *web.Visit) error {
	return v.Written(newScreen, showNewRequest, func(files []requests.File) (string, string, error) {
		f, err := newRequest(v)
		if err != nil {
			return "", "", err
		}
		f.Files = files
		number, err := requests.Create(v.Session, f)
		return requestAt(v, number, "demande"), "La demande n°\u00a0" + strconv.Itoa(number) + " est créée.", besideRequester(err)
	})
}

// newRequest reads a new request.
func newRequest(v *web.Visit) (f requests.Form, err error) {
	uai, from, err := requesterFrom(v)
	if err != nil {
		return f, err
	}
	d, err := describedBy(v)
	return requests.Form{UAI: uai, From: from, Received: d.Received, Channel: d.Channel, Service: d.Service, Type: d.Type, Priority: d.Priority, Summary: d.Summary, Problem: d.Problem}, err
}

// searchAskers answers the type-ahead of who asks.
func searchAskers(v *web.Visit) error {
	uai := v.Ask("etab")
	o := askerOptions{}
	if uai == "" {
		o.Nothing = "Choisissez d’abord l’établissement."
		return v.ShowRows("parts/askers", o)
	}
	found, total, err := requests.Askers(v.Session, uai, directory.ProfileAt(v.Ask("profil")), v.Ask("q"), 12)
	if err != nil {
		return err
	}
	for _, a := range found {
		o.Options = append(o.Options, askerOption{a, icons[a.Profile]})
	}
	o.Nothing, o.Total = "Personne de ce nom ici\u00a0: le nom tapé sera gardé tel quel.", web.Count(total, "résultat", "résultats")
	if total > len(found) {
		o.Total += ", les premiers sont affichés"
	}
	return v.ShowRows("parts/askers", o)
}

// askerOptions is parts/askers.html.
type askerOptions struct {
	Options        []askerOption
	Nothing, Total string
}

type askerOption struct {
	requests.Asker
	Icon string
}
