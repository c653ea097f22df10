package console

import (
	"preau/app/requests"
	"preau/ui/web"
)

// viewsHome is the address of the searches that the person keeps.
const viewsHome = requestsHome + "/vues"

// A viewsPart is parts/views: the searches that the person keeps, and how to keep
// the one that is shown.
type viewsPart struct {
	Home      string
	Views     []viewLine
	CountsURL string // of the same list with its counters, "" once they are there
	Save      string // address that keeps the search of the page, "" when there is none to keep
}

type viewLine struct {
	ID, Name, URL, Home string
	Count               string
	Says                string // the count, for who does not see it
	Here                bool
}

// viewsOf are the searches that the person keeps, for the pane « Recherche »: how
// many requests each finds is asked for once the page is there, as counting may
// take longer than the list itself.
func viewsOf(v *web.Visit) (viewsPart, error) {
	all, err := requests.NamesOfViews(v.Session)
	p := viewsPartOf(v, all)
	if len(all) > 0 {
		p.CountsURL = withQuery(viewsHome+"/nombres", listQuery(v, "page"))
	}
	return p, err
}

// countViews answers with the list of the views, each with its counter.
func countViews(v *web.Visit) error {
	all, err := requests.ViewsOf(v.Session)
	if err != nil {
		return err
	}
	return v.ShowRows("parts/viewlist", viewsPartOf(v, all))
}

func viewsPartOf(v *web.Visit, all []requests.Counted) viewsPart {
	here := listQuery(v, "page").Encode()
	p := viewsPart{Home: viewsHome}
	if here != "" {
		p.Save = viewsHome + "?" + here
	}
	for _, c := range all {
		line := viewLine{ID: c.ID, Name: c.Name, URL: requestsHome, Home: viewsHome + "/" + c.ID, Here: c.Query == here}
		if c.Query != "" {
			line.URL += "?" + c.Query
		}
		switch {
		case c.Unknown:
			line.Count, line.Says = "", "nombre inconnu"
		case c.More:
			line.Count, line.Says = web.Number(c.Total)+"+", "plus de "+web.Count(c.Total, "demande", "demandes")
		default:
			line.Count, line.Says = web.Number(c.Total), web.Count(c.Total, "demande", "demandes")
		}
		p.Views = append(p.Views, line)
	}
	return p
}

// viewsPage is console/views.html: the views of the person, to be renamed or
// deleted.
type viewsPage struct {
	viewsPart
	Renamed string // view whose new name was refused
	Name    string // as it was typed
	Back    string
	Empty   web.Empty
}

func showViews(v *web.Visit) error {
	all, err := requests.ViewsOf(v.Session)
	if err != nil {
		return err
	}
	p := viewsPage{viewsPart: viewsPartOf(v, all), Back: requestsHome, Renamed: v.Part("vue"), Name: v.Form("nom"),
		Empty: web.Empty{Icon: "bookmark", Says: "Aucune vue enregistrée. Faites une recherche dans la liste, puis «\u00a0Enregistrer cette recherche\u00a0».", Action: &web.Link{Label: "Revenir à la liste", URL: requestsHome}}}
	if v.Refused() == nil {
		p.Renamed = ""
	}
	return v.Show("console/views", "Vues enregistrées", requestsFrame(v, web.Link{Label: "Vues enregistrées", Here: true}), p)
}

func saveView(v *web.Visit) error {
	look, err := lookOf(v)
	if err == nil {
		err = requests.SaveView(v.Session, v.Form("nom"), listQuery(v, "page").Encode(), look.Filter)
	}
	if err != nil {
		return v.Again(err, showRequests)
	}
	return v.Done(withQuery(requestsHome, listQuery(v)), "La vue «\u00a0"+v.Form("nom")+"\u00a0» est enregistrée.")
}

// ownView answers 404 for a view that is not the person's, before the form is
// looked at.
func ownView(h web.Handler) web.Handler {
	return func(v *web.Visit) error {
		if _, err := requests.ViewOf(v.Session, v.Part("vue")); err != nil {
			return err
		}
		return h(v)
	}
}

func renameView(v *web.Visit) error {
	if err := requests.RenameView(v.Session, v.Part("vue"), v.Form("nom")); err != nil {
		return v.Again(err, showViews)
	}
	return v.Done(viewsHome, "La vue s’appelle maintenant «\u00a0"+v.Form("nom")+"\u00a0».")
}

func dropView(v *web.Visit) error {
	if err := requests.DropView(v.Session, v.Part("vue")); err != nil {
		return v.Again(err, showViews)
	}
	return v.Done(viewsHome, "La vue est supprimée.")
}
