package console

import (
	"strings"

	"preau/app/access"
	"preau/app/groups"
	"preau/ui/web"
)

var nothingTicked = access.Conflict("Cochez au moins un établissement, puis choisissez ce qu’il faut en faire.")

// A requestAnswer is something that can be done to requests that wait.
type requestAnswer struct {
	give              func(v *web.Visit, uai string, picked groups.Picked) (int, error)
	ask, one, many    string // « Voulez-vous … », what was done to one, to many
	says              string
	received          bool
	danger, mayReason bool
}

var answers = map[string]requestAnswer{
	"accepter": {give: func(v *web.Visit, uai string, picked groups.Picked) (int, error) {
		return groups.Accept(v.Session, uai, picked)
	},
		ask: "accepter", one: "La demande est acceptée\u00a0: l’établissement est votre partenaire.", many: " demandes sont acceptées\u00a0: ces établissements sont vos partenaires.",
		says: "Chaque établissement pourra ouvrir ses groupes multi-établissements aux profils de l’autre.", received: true},
	"refuser": {give: func(v *web.Visit, uai string, picked groups.Picked) (int, error) {
		return groups.Refuse(v.Session, uai, picked, v.Form("motif"))
	},
		ask: "refuser", one: "La demande est refusée.", many: " demandes sont refusées.",
		says: "L’établissement demandeur en est averti par courriel\u00a0; il pourra refaire sa demande dans sept jours.", received: true, danger: true, mayReason: true},
	"annuler": {give: func(v *web.Visit, uai string, picked groups.Picked) (int, error) {
		return groups.Cancel(v.Session, uai, picked)
	},
		ask: "annuler", one: "La demande est annulée.", many: " demandes sont annulées.",
		says: "Les établissements sollicités en sont avertis par courriel.", danger: true},
}

// told says how many requests were answered.
func (a requestAnswer) told(n int) string {
	if n == 1 {
		return a.one
	}
	return web.Number(n) + a.many
}

// A partnerDialog asks before something is done to partnerships.
type partnerDialog struct {
	Title, Says   string
	Names         []string
	More          string // how many others
	Action, Close string
	All           bool
	UAIs          string
	Stamp         string
	Reason        *web.Text
	Danger        bool
}

// namesShown is how many establishments a question names.
const namesShown = 12

// partnerQuestion begins a question about some partnerships.
func partnerQuestion(v *web.Visit, action string, all []groups.Partner, one, many string) *partnerDialog {
	d := &partnerDialog{Action: action, Close: partnersAt(v.Part("uai")), All: v.Form("tous") != ""}
	if !d.All {
		d.UAIs = v.Form("etablissements")
	}
	if len(all) == 1 {
		d.Title = one + all[0].Other.Name + "\u00a0?"
		return d
	}
	d.Title = many
	for _, p := range all[:min(len(all), namesShown)] {
		d.Names = append(d.Names, p.Other.Name)
	}
	if n := len(all) - namesShown; n > 0 {
		d.More = "et " + web.Count(n, "autre", "autres")
	}
	return d
}

// namedPartners are the establishments that the form names, or the address of its
// dialog: all those that what is asked applies to, or a list.
func namedPartners(v *web.Visit) groups.Picked {
	if v.Form("tous") != "" {
		return groups.Every
	}
	return groups.Only(strings.FieldsFunc(v.Form("etablissements"), func(r rune) bool { return r == '.' })...)
}

// askAnswer asks, over the tab, before requests are answered.
func askAnswer(v *web.Visit) error {
	said, known := answers[v.Part("reponse")]
	if !known {
		return access.NotFound()
	}
	uai := v.Part("uai")
	all, err := groups.Waiting(v.Session, uai, namedPartners(v), said.received)
	if err != nil {
		return v.Again(err, showPartners)
	}
	return partners(v, func(p *partnersPage) error {
		p.Dialog = partnerQuestion(v, p.Home+"/demandes/"+v.Part("reponse"), all, "Voulez-vous "+said.ask+" la demande de partenariat avec ", "Voulez-vous "+said.ask+" "+web.Count(len(all), "demande", "demandes")+" de partenariat\u00a0?")
		p.Dialog.Says, p.Dialog.Danger = said.says, said.danger
		if said.mayReason {
			p.Dialog.Reason = &web.Text{Name: "motif", Label: "Motif (facultatif)", Value: v.Form("motif"), Hint: "Il est envoyé à l’établissement demandeur et gardé dans l’historique du partenariat."}
		}
		return nil
	})
}

func answerRequests(v *web.Visit) error {
	said, known := answers[v.Part("reponse")]
	if !known {
		return access.NotFound()
	}
	uai := v.Part("uai")
	n, err := said.give(v, uai, namedPartners(v))
	if err != nil {
		return again(v, err, showPartners, askAnswer)
	}
	return v.Done(partnersAt(uai), said.told(n))
}

// askEnding asks, over the tab, before partnerships end, with what that takes away.
func askEnding(v *web.Visit) error {
	uai := v.Part("uai")
	e, err := groups.EndingOf(v.Session, uai, namedPartners(v))
	if err != nil {
		return v.Again(err, showPartners)
	}
	return partners(v, func(p *partnersPage) error {
		p.Dialog = partnerQuestion(v, p.Home+"/suppression", e.Partners, "Voulez-vous supprimer le partenariat avec ", "Voulez-vous supprimer "+web.Number(len(e.Partners))+"\u00a0partenariats\u00a0?")
		p.Dialog.Says, p.Dialog.Stamp, p.Dialog.Danger = tollSays(e.Toll), e.Stamp, true
		return nil
	})
}

// tollSays words what the end of partnerships takes away.
func tollSays(t groups.Toll) string {
	const mails = " Les administrateurs locaux et les chefs des établissements en sont avertis par courriel."
	if t.Groups == 0 {
		return "Aucun groupe multi-établissements n’est partagé\u00a0: rien d’autre ne change." + mails
	}
	return web.Count(t.Groups, "groupe multi-établissements est concerné", "groupes multi-établissements sont concernés") + "\u00a0: " +
		web.Count(t.Profiles, "profil ouvert sera fermé", "profils ouverts seront fermés") + " et " + web.Count(t.Members, "membre en sera retiré", "membres en seront retirés") + "." + mails
}

func endPartners(v *web.Visit) error {
	uai := v.Part("uai")
	n, err := groups.End(v.Session, uai, namedPartners(v), v.Form("vu"))
	if err != nil {
		return v.Again(err, askEnding)
	}
	if n == 1 {
		return v.Done(partnersAt(uai), "Le partenariat est supprimé.")
	}
	return v.Done(partnersAt(uai), web.Number(n)+" partenariats sont supprimés.")
}
