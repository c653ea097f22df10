package console

import (
	"preau/app/access"
	"preau/app/directory"
	"preau/ui/web"
)

// componentsPage is console/components.html: every part that pages are made of,
// in each of its states. A demo shows it, to be looked at and audited.
type componentsPage struct {
	Fields  []web.Field
	File    web.File
	Files   []web.Files
	Stored  []web.Stored
	Badges  []web.Badge
	Tabs    web.Tabs
	Pager   web.Pager
	Empty   web.Empty
	Options web.Options

	Events  []web.EventLine
	Tree    []web.Node
	Dialog  bool
	Held    []heldLine
	Refused web.View // of the field that was refused
	Home    string
}

func showComponents(v *web.Visit) error {
	set, err := v.Appliance.Settings()
	if err != nil {
		return err
	}
	if !set.Demo {
		return access.NotFound()
	}
	const home = "/console/composants"
	page := componentsPage{Home: home, File: web.File{Name: "fichier", Label: "Fichier"},
		Files: []web.Files{web.AttachedFiles("pieces", "Pièces jointes"), web.AttachedFiles("refusees", "Pièces refusées")}, Stored: []web.Stored{{URL: home, Name: "capture.png", Size: web.Size(1_258_291)}, {URL: home, Name: "Convocation du conseil de classe.pdf", Size: web.Size(84_000)}},
		Refused: web.View{Refusal: &access.Refusal{Fields: map[string]string{"faux": "Cette adresse e-mail n’a pas la forme nom@domaine.fr : corrigez-la ou videz le champ.", "refusees": "«\u00a0virus.exe\u00a0»\u00a0: ce type de fichier n’est pas accepté."}}}, Dialog: v.Ask("fenetre") != "",
		Fields: []web.Field{
			{Name: "simple", Label: "Champ simple", Value: "Camille", Complete: "off"},
			{Name: "aide", Label: "Avec une aide", Hint: "Ce qu’il faut écrire, en peu de mots.", Complete: "off"},
			{Name: "obligatoire", Label: "Obligatoire", Required: true, Complete: "off"},
			{Name: "verrou", Label: "Donnée de l’annuaire", Value: "MARTIN", Locked: true, Hint: "Donnée de l’annuaire fédérateur : à corriger dans SIECLE."},
			{Name: "deux", Label: "Deux valeurs", Value: "06 39 98 00 01", Origin: "Saisi dans la console ; l’annuaire donne « 01 02 03 04 05 ».", Complete: "off"},
			{Name: "faux", Label: "Refusé", Value: "pas une adresse", Complete: "off"},
		},
		Tabs:  web.Tabs{Label: "Onglets", Tabs: []web.Tab{{Key: "un", Label: "Premier", URL: home, Here: true}, {Key: "deux", Label: "Deuxième", URL: home + "?onglet=deux"}}},
		Pager: web.Pager{Says: "51 à 100 sur 1 204", Prev: home, Next: home},
		Empty: web.Empty{Icon: "person-x", Says: "Personne ne correspond à ces filtres.", Action: &web.Link{Label: "Tout afficher", URL: home}},
		Options: web.Options{Total: "2 personnes", Options: []web.Option{{URL: home, Label: "MARTIN Camille", Note: "Élève · 3e B", Icon: "backpack", Tone: "student"},
			{URL: home, Label: "MARTIN Dominique", Note: "Parent", Icon: "people", Tone: "relative"}}},

		Held: []heldLine{{Says: "212 élèves", School: "Collège Exemple", URL: home, Confirm: home, Drop: home}},
		Events: []web.EventLine{
			{ID: 1, Time: "09:12:04", Kind: "Compte", Icon: "person-gear", What: "Modification de la fiche : MARTIN Camille (adresse e-mail)", By: "MOREAU Claire"},
			{ID: 2, Time: "09:14:30", Kind: "Compte", Icon: "person-gear", What: "Suspension du compte : MARTIN Camille", By: "MOREAU Claire", Level: "attention"},
			{ID: 3, Time: "09:20:00", Kind: "Habilitation", Icon: "shield-check", What: "Habilitation donnée : PETIT Dominique", By: "DUBOIS Marc", Level: "important"},
		}}
	page.Tree = []web.Node{{Key: "essai", Label: "Classes", Icon: "people", URL: home, Open: true, Kids: []web.Node{
		{Key: "essai-3b", Label: "3e B", Icon: "backpack", URL: home, Count: "27", Here: true}, {Key: "essai-4a", Label: "4e A", Icon: "backpack", URL: home, Count: "25"}}},
		{Key: "essai-prof", Label: "Enseignants", Icon: "mortarboard", URL: home, Count: "41"}}
	for _, s := range directory.States {
		page.Badges = append(page.Badges, badges[s])
	}
	return v.Show("console/components", "Composants", plainFrame(v, web.Link{Label: "Administration", URL: "/console"}, web.Link{Label: "Composants", Here: true}), page)
}
