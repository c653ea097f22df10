package console

import (
	"cmp"
	"strconv"
	"strings"

	"preau/app/access"
	"preau/app/connect/outbound"
	"preau/app/directory"
	"preau/app/requests"
	"preau/ui/web"
)

// mountSupport mounts the connector to level 2 of an establishment.
func mountSupport(c web.Router) {
	const home = "/etablissements/:uai/services/support"
	c.Get(home, reached(showSupport))
	c.Post(home, reached(setSupport))
	c.Post(home+"/essai", reached(testSupport))
	c.Post(home+"/activation", reached(activateSupport))
	c.Get(home+"/desactivation", reached(askDeactivation))
	c.Post(home+"/desactivation", reached(deactivateSupport))
	c.Post(home+"/crochet", reached(makeHook))
}

// supportAt is the address of the connector of an establishment.
func supportAt(uai string) string { return at(uai) + "/services/support" }

// supportPage is console/support.html.
type supportPage struct {
	Home     string
	Version  uint64
	Active   bool
	Badge    web.Badge
	Says     string // of the state
	Ready    bool   // it can be activated
	Lost     bool   // the token has to be typed again
	Kinds    []web.ChoiceOption
	WrongOne string // what is wrong with the kind
	Jira     bool   // JIRA is chosen, and its settings are shown first

	Connection []web.Field
	Flavour    web.Choice
	Types      []web.Field
	Priorities []web.Field
	States     []web.Field
	Fields     []web.Field
	ByUAI      bool
	ByArea     bool
	Follow     []web.Field
	HasSecret  bool
	NoSecret   bool
	Provision  bool
	NoAccounts string // what is wrong with the opening of accounts
	Group      web.Field

	Saved  bool // JIRA is set up, and can be tested
	Tried  *supportTrial
	Hooked bool   // it has an address of hook
	Hook   string // the one that was just made, shown once
	Ask    *askBox
}

// A supportTrial is the last test.
type supportTrial struct {
	Badge web.Badge
	Says  string
	Steps []outbound.Step
}

func showSupport(v *web.Visit) error { return support(v, "", nil) }

// support draws the connector, with the address of hook that was just made, or a
// question over it.
func support(v *web.Visit, hook string, ask func(requests.SupportDetail) *askBox) error {
	uai := v.Part("uai")
	d, err := requests.SupportOf(v.Session, uai)
	if err != nil {
		return err
	}
	f, err := frame(v, uai, "support", web.Link{Label: "Support de niveau 2", Here: true})
	if err != nil {
		return err
	}
	p := supportPage{Home: supportAt(uai), Version: d.Version + 1, Active: d.Active, Lost: d.Lost, HasSecret: d.HasSecret, Hooked: d.HasHook, Hook: hook}
	p.state(d)
	p.fill(v, d)
	p.trial(v, d)
	if ask != nil {
		p.Ask = ask(d)
	}
	return v.Show("console/support", "Support de niveau 2", f, p)
}

func (p *supportPage) state(d requests.SupportDetail) {
	p.Badge = web.Badge{Tone: "off", Icon: "pause-circle", Label: "Inactif"}
	p.Says = "Les administrateurs de l’établissement ne peuvent pas transmettre de demande, et ne voient pas la cellule support."
	p.Saved = d.Kind == requests.Jira && d.HasToken
	p.Ready = d.Kind == requests.Internal || p.Saved
	if !d.Active {
		return
	}
	p.Badge = web.Badge{Tone: "ok", Icon: "check-circle-fill", Label: "Actif"}
	p.Says = "Les administrateurs de l’établissement peuvent transmettre leurs demandes\u00a0: " + d.Kind.Label() + ". " + escalatedWords(d) + "."
}

// escalatedWords counts what level 2 has, and what goes there.
func escalatedWords(d requests.SupportDetail) string {
	if d.Held+d.Pending == 0 {
		return "Aucune demande n’y est"
	}
	var parts []string
	if d.Held > 0 {
		parts = append(parts, web.Count(d.Held, "demande au niveau 2", "demandes au niveau 2"))
	}
	if d.Pending > 0 {
		parts = append(parts, web.Count(d.Pending, "en cours de transmission", "en cours de transmission"))
	}
	return strings.Join(parts, ", ")
}

// kindHints say what each second level is.
var kindHints = map[requests.Level2]string{
	requests.Internal: "File interne\u00a0: les assistants de niveau 2 de cet appareil répondent ici même.",
	requests.Jira:     "JIRA\u00a0: chaque demande y devient un ticket, suivi d’ici.",
}

// field is a text field of the form, as it was typed if it was refused.
func supportField(v *web.Visit, name, label, stored, hint string) web.Field {
	return web.Field{Name: name, Label: label, Value: v.Typed(name, stored), Hint: hint, Complete: "off"}
}

func (p *supportPage) fill(v *web.Visit, d requests.SupportDetail) {
	chosen := v.Typed("genre", string(d.Kind))
	for _, k := range requests.Levels {
		p.Kinds = append(p.Kinds, web.ChoiceOption{Value: string(k), Label: kindHints[k], Chosen: chosen == string(k)})
	}
	p.Jira = chosen == string(requests.Jira)
	if r := v.Refused(); r != nil {
		p.WrongOne, p.NoAccounts = r.Fields["genre"], r.Fields["comptes"]
	}
	p.Flavour = web.Choice{Name: "produit", Label: "Produit"}
	flavour := v.Typed("produit", cmp.Or(d.Flavour, requests.DataCenter))
	for _, o := range []web.ChoiceOption{{Value: requests.DataCenter, Label: "Data Center (sur un serveur à soi)"}, {Value: requests.Cloud, Label: "Cloud (chez Atlassian)"}} {
		o.Chosen = o.Value == flavour
		p.Flavour.Options = append(p.Flavour.Options, o)
	}
	token := web.Field{Name: "jeton-jira", Label: "Jeton du compte", Kind: "password", Complete: "new-password", Hint: "Jeton d’accès personnel (Data Center) ou jeton d’API (Cloud)."}
	if d.HasToken {
		token.Hint = "Un jeton est enregistré, et n’est jamais montré\u00a0: laissez vide pour le garder."
	}
	p.Connection = []web.Field{
		supportField(v, "adresse", "Adresse de JIRA", d.Base, "Comme https://jira.exemple.fr, sans ce qui suit /browse ou /rest."),
		supportField(v, "compte", "Adresse électronique du compte", d.User, "En Cloud seulement."), token,
		supportField(v, "projet", "Clé du projet", d.Project, "En capitales, comme ENT."),
	}
	p.Types = append(p.Types, supportField(v, "type-", "Par défaut", d.Types[""], "Le nom d’un type de ticket du projet, comme Incident."))
	for _, t := range requests.Types {
		p.Types = append(p.Types, supportField(v, "type-"+string(t), t.Label(), d.Types[string(t)], ""))
	}
	for _, one := range requests.Priorities {
		p.Priorities = append(p.Priorities, supportField(v, "priorite-"+string(one), one.Label(), d.Priorities[string(one)], ""))
	}
	for _, s := range requests.States {
		p.States = append(p.States, supportField(v, "etat-"+string(s), s.Label(), d.Statuses[string(s)], ""))
	}
	for _, one := range requests.SupportFields {
		p.Fields = append(p.Fields, supportField(v, "champ-"+one.Key, one.Label, d.Fields[one.Key], ""))
	}
	ticked := func(name string, stored bool) bool {
		if v.Refused() == nil || v.Form("genre") == "" {
			return stored
		}
		return v.Form(name) == "oui"
	}
	p.ByUAI, p.ByArea, p.Provision, p.NoSecret = ticked("etiquette-uai", d.ByUAI), ticked("etiquette-collectivite", d.ByArea), ticked("comptes", d.Provision), ticked("sans-secret", false)
	secret := web.Field{Name: "secret", Label: "Secret du crochet", Complete: "off", Hint: "Facultatif\u00a0: JIRA Cloud en signe ses messages."}
	if d.HasSecret {
		secret.Hint = "Un secret est enregistré, et n’est jamais montré\u00a0: laissez vide pour le garder."
	}
	p.Follow = []web.Field{supportField(v, "relecture", "Minutes entre deux relectures", strconv.Itoa(d.Period), "De 5 à 15\u00a0: ce que le crochet n’a pas dit est lu alors."), secret}
	p.Follow[0].Mode = "numeric"
	p.Group = supportField(v, "groupe", "Groupe des comptes", d.Group, "Facultatif\u00a0: les comptes ouverts y sont ajoutés.")
}

func (p *supportPage) trial(v *web.Visit, d requests.SupportDetail) {
	if d.Tried.At.IsZero() || d.Kind != requests.Jira {
		return
	}
	t := supportTrial{Badge: web.Badge{Tone: "bad", Icon: "x-lg", Label: "Échec"}, Steps: d.Tried.Steps}
	if d.Tried.OK() {
		t.Badge = web.Badge{Tone: "ok", Icon: "check-lg", Label: "Réussi"}
	}
	t.Says = "Le " + web.Stamp(d.Tried.At) + ", par " + d.Tried.By + ", en " + strconv.FormatFloat(d.Tried.Took.Seconds(), 'f', 1, 64) + "\u00a0s."
	t.Says = strings.Replace(t.Says, ".", ",", strings.Count(t.Says, ".")-1)
	p.Tried = &t
}

// supportForm reads the settings that were typed.
func supportForm(v *web.Visit) requests.SupportForm {
	f := requests.SupportForm{Kind: requests.Level2(v.Form("genre")), Base: strings.TrimRight(v.Form("adresse"), "/"), Flavour: v.Form("produit"), User: v.Form("compte"), Token: strings.TrimSpace(v.FormValue("jeton-jira")),
		Project: v.Form("projet"), Types: requests.Words{"": v.Form("type-")}, Priorities: requests.Words{}, Fields: requests.Words{}, Statuses: requests.Words{},
		ByUAI: v.Form("etiquette-uai") == "oui", ByArea: v.Form("etiquette-collectivite") == "oui", Period: v.Form("relecture"),
		Secret: v.FormValue("secret"), NoSecret: v.Form("sans-secret") == "oui", Provision: v.Form("comptes") == "oui", Group: v.Form("groupe")}
	for _, t := range requests.Types {
		f.Types[string(t)] = v.Form("type-" + string(t))
	}
	for _, p := range requests.Priorities {
		f.Priorities[string(p)] = v.Form("priorite-" + string(p))
	}
	for _, s := range requests.States {
		f.Statuses[string(s)] = v.Form("etat-" + string(s))
	}
	for _, one := range requests.SupportFields {
		f.Fields[one.Key] = v.Form("champ-" + one.Key)
	}
	return f
}

func setSupport(v *web.Visit) error {
	uai := v.Part("uai")
	if _, err := requests.SupportOf(v.Session, uai); err != nil {
		return err
	}
	version := versionOf(v)
	if version == 0 {
		return &access.Refusal{Kind: access.Malformed, Says: "Rechargez la page, puis recommencez."}
	}
	if err := requests.SetSupport(v.Session, uai, version, supportForm(v)); err != nil {
		return v.Again(err, showSupport)
	}
	return v.Done(supportAt(uai), "Les réglages du support sont enregistrés.")
}

// testSupport answers « Tester »: the settings that are saved are tried, and what
// was found is kept with them.
func testSupport(v *web.Visit) error {
	uai := v.Part("uai")
	if err := v.Appliance.TestSupport(v.Context(), v.Session, uai); err != nil {
		return v.Again(err, showSupport)
	}
	return v.Done(supportAt(uai)+"#essai", "")
}

func activateSupport(v *web.Visit) error {
	uai := v.Part("uai")
	if err := requests.Activate(v.Session, uai); err != nil {
		return v.Again(err, showSupport)
	}
	return v.Done(supportAt(uai), "Le support de niveau 2 est actif\u00a0: les administrateurs de l’établissement peuvent transmettre leurs demandes.")
}

func askDeactivation(v *web.Visit) error {
	return support(v, "", func(d requests.SupportDetail) *askBox {
		says := "Les administrateurs de l’établissement ne pourront plus transmettre de demande, et ne verront plus la cellule support."
		if d.Held+d.Pending > 0 {
			says += " " + escalatedWords(d) + "\u00a0: elles seront toutes reprises ici, où elles redeviennent modifiables, et ne suivront plus le niveau 2."
			if d.Kind == requests.Jira {
				says += " Les tickets de JIRA restent tels quels\u00a0: rien n’y sera écrit."
			}
		}
		home := supportAt(v.Part("uai"))
		return &askBox{Title: "Désactiver le support de niveau 2\u00a0?", Says: says, Action: home + "/desactivation", Close: home, Yes: "Désactiver", Danger: true}
	})
}

func deactivateSupport(v *web.Visit) error {
	uai := v.Part("uai")
	if err := requests.Deactivate(v.Session, uai); err != nil {
		return v.Again(err, showSupport)
	}
	return v.Done(supportAt(uai), "Le support de niveau 2 est désactivé.")
}

// makeHook makes another address of hook, and shows it once.
func makeHook(v *web.Visit) error {
	token, err := requests.NewHook(v.Session, v.Part("uai"))
	if err != nil {
		return v.Again(err, showSupport)
	}
	base, _, err := v.Appliance.Base()
	if err != nil {
		return err
	}
	return support(v, base+web.HookPath+token, nil)
}

// supportNode is the branch of the tree that leads there, for the higher roles.
func supportNode(v *web.Visit, t directory.Tree, here string) (web.Node, bool) {
	place := directory.PlaceOf(t.Academy, t.UAI)
	return web.Node{Key: "support", Label: "Support de niveau 2", Icon: "headset", URL: supportAt(t.UAI), Here: here == "support"}, v.Session.Can(activating, place)
}
