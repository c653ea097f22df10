package console

import (
	"preau/app/access"
	"preau/app/requests"
	"preau/ui/web"
)

// cannedHome is the address of the canned answers.
const cannedHome = requestsHome + "/reponses-types"

// cannedPage is console/canned.html: the canned answers that the person
// reads, and the one that is being written beside them.
type cannedPage struct {
	Lines  []cannedLine
	New    string
	Form   *cannedForm
	Empty  web.Empty
	Dialog *question
}

type cannedLine struct {
	URL, Name, Where, Text string
	By                     string
	May, Here              bool
}

// A cannedForm writes one canned answer.
type cannedForm struct {
	Title     string
	Action    string
	Close     string
	Drop      string // address that asks to delete it, "" for a new one
	Fields    []web.Field
	Scope     *web.Choice // of a new one
	Text      web.Text
	Variables []string
	Locked    string // why it is only read, "" when it may be changed
}

func showCanned(v *web.Visit) error { return canned(v, nil, nil) }

// canned draws the list, with a form beside it and a question over it if there
// are any.
func canned(v *web.Visit, form *cannedForm, ask *question) error {
	all, err := requests.AllCanned(v.Session)
	if err != nil {
		return err
	}
	p := cannedPage{New: cannedHome + "/nouvelle", Form: form, Dialog: ask, Empty: web.Empty{Icon: "chat-square-quote", Says: "Aucune réponse type pour l’instant. Une réponse type évite de récrire ce que l’on répond souvent.", Action: &web.Link{Label: "Nouvelle réponse type", URL: cannedHome + "/nouvelle"}}}
	for _, o := range all {
		line := cannedLine{URL: cannedHome + "/" + o.ID, Name: o.Name, Where: scopeOf(o), Text: o.Text, By: o.By, May: o.May, Here: o.ID == v.Part("modele")}
		p.Lines = append(p.Lines, line)
	}
	return v.Show("console/canned", "Réponses types", requestsFrame(v, web.Link{Label: "Réponses types", URL: cannedHome, Here: form == nil}), p)
}

// scopeOf says who reads a canned answer.
func scopeOf(o requests.Offered) string {
	if o.Personal() {
		return "Personnelle"
	}
	return o.Where
}

func showNewCanned(v *web.Visit) error {
	places, err := requests.CannedPlaces(v.Session)
	if err != nil {
		return err
	}
	scope := &web.Choice{Name: "portee", Label: "Qui la lit", Options: []web.ChoiceOption{{Value: requests.Personally, Label: "Moi seulement"}}}
	for _, w := range places {
		scope.Options = append(scope.Options, web.ChoiceOption{Value: string(w.At), Label: w.Name, Chosen: v.Typed("portee", "") == string(w.At)})
	}
	f := formOfCanned(v, requests.Canned{})
	f.Title, f.Action, f.Scope = "Nouvelle réponse type", cannedHome+"/nouvelle", scope
	return canned(v, f, nil)
}

func formOfCanned(v *web.Visit, c requests.Canned) *cannedForm {
	return &cannedForm{Close: cannedHome, Variables: requests.Variables(),
		Fields: []web.Field{{Name: "nom", Label: "Nom", Value: v.Typed("nom", c.Name), Required: true, Complete: "off", Most: 80}},
		Text:   web.Text{Name: "texte", Label: "Texte", Value: v.Typed("texte", c.Text), Required: true, Tall: true, Hint: "Les mots entre accolades sont remplacés dans chaque demande par ce qu’elle dit."}}
}

func createCanned(v *web.Visit) error {
	_, err := requests.WriteCanned(v.Session, "", requests.Wording{At: v.Form("portee"), Name: v.Form("nom"), Text: v.Form("texte")})
	if err != nil {
		return v.Again(err, showNewCanned)
	}
	return v.Done(cannedHome, "La réponse type «\u00a0"+v.Form("nom")+"\u00a0» est enregistrée.")
}

func showCannedOne(v *web.Visit) error { return cannedOne(v, nil) }

func cannedOne(v *web.Visit, ask func(requests.Canned, *cannedForm) *question) error {
	c, err := requests.CannedOf(v.Session, v.Part("modele"))
	if err != nil {
		return err
	}
	f := formOfCanned(v, c)
	f.Title, f.Action, f.Drop = c.Name, cannedHome+"/"+c.ID, cannedHome+"/"+c.ID+"/suppression"
	if !c.Personal() && !v.Session.Can(access.HandleRequests, c.At) {
		f.Locked, f.Drop, f.Fields[0].Locked, f.Text.Locked = "Cette réponse type est celle de l’académie\u00a0: seules les personnes qui y traitent les demandes la modifient.", "", true, true
	}
	if ask != nil {
		return canned(v, f, ask(c, f))
	}
	return canned(v, f, nil)
}

// ownCanned answers 404 for a canned answer that the person does not read, before
// the form is looked at.
func ownCanned(h web.Handler) web.Handler {
	return func(v *web.Visit) error {
		if _, err := requests.CannedOf(v.Session, v.Part("modele")); err != nil {
			return err
		}
		return h(v)
	}
}

func editCanned(v *web.Visit) error {
	c, err := requests.CannedOf(v.Session, v.Part("modele"))
	if err != nil {
		return err
	}
	w := requests.Wording{At: string(c.At), Name: v.Form("nom"), Text: v.Form("texte")}
	if c.Personal() {
		w.At = requests.Personally
	}
	if _, err := requests.WriteCanned(v.Session, c.ID, w); err != nil {
		return v.Again(err, showCannedOne)
	}
	return v.Done(cannedHome, "La réponse type «\u00a0"+w.Name+"\u00a0» est enregistrée.")
}

func askCannedDrop(v *web.Visit) error {
	return cannedOne(v, func(c requests.Canned, f *cannedForm) *question {
		return &question{Title: "Voulez-vous supprimer cette réponse type\u00a0?", Says: "«\u00a0" + c.Name + "\u00a0» ne sera plus proposée. Les réponses déjà écrites avec elle ne changent pas.", Action: f.Action + "/suppression", Close: f.Action, Danger: true}
	})
}

func dropCanned(v *web.Visit) error {
	if err := requests.DropCanned(v.Session, v.Part("modele")); err != nil {
		return err
	}
	return v.Done(cannedHome, "La réponse type est supprimée.")
}

// A cannedPart is parts/canned: the canned answers that a request may be answered
// with.
type cannedPart struct {
	Home, Query string // of the request, and what its address keeps
	Manage      string
	Options     []web.ChoiceOption
	Source      string // of the texts, filled for the request
	Insert      string // address that puts one in the answer, without script
	Kept        []keptField
}

// cannedPicker offers the canned answers for a request: none makes it nil.
func cannedPicker(v *web.Visit, d requests.Detail) (*cannedPart, error) {
	all, err := requests.CannedFor(v.Session, d.At)
	if err != nil {
		return nil, err
	}
	home := requestsHome + "/" + v.Part("numero")
	p := &cannedPart{Manage: cannedHome, Source: home + "/modeles", Insert: home, Kept: []keptField{{"onglet", "reponse"}}}
	for name, values := range listQuery(v) {
		for _, value := range values {
			p.Kept = append(p.Kept, keptField{name, value})
		}
	}
	for _, o := range all {
		p.Options = append(p.Options, web.ChoiceOption{Value: o.ID, Label: o.Name, Group: scopeOf(o), Chosen: o.ID == v.Ask("modele")})
	}
	return p, nil
}

// cannedText is what the address asks to put in the answer, "" for nothing.
func cannedText(v *web.Visit, d requests.Detail) (string, error) {
	id := v.Ask("modele")
	if id == "" {
		return "", nil
	}
	c, err := requests.CannedOf(v.Session, id)
	if access.KindOf(err) == access.Missing {
		return "", nil
	}
	return requests.Fill(c.Text, d, v.Session), err
}

// A filledAnswer is what a script inserts.
type filledAnswer struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Scope string `json:"scope"`
	Text  string `json:"text"`
}

// fillCanned answers with the canned answers, filled for a request.
func fillCanned(v *web.Visit) error {
	d, err := requests.Read(v.Session, numberOf(v))
	if err != nil {
		return err
	}
	all, err := requests.CannedFor(v.Session, d.At)
	if err != nil {
		return err
	}
	filled := []filledAnswer{}
	for _, o := range all {
		filled = append(filled, filledAnswer{o.ID, o.Name, scopeOf(o), requests.Fill(o.Text, d, v.Session)})
	}
	return v.JSON(filled)
}
