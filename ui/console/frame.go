package console

import (
	"strings"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/groups"
	"preau/ui/web"
)

// at is the address of an establishment.
func at(uai string) string { return "/console/etablissements/" + uai }

// modules are those that are open to administrators.
func modules(v *web.Visit) []web.Link {
	all := []web.Link{{Label: "Administration", Icon: "sliders", URL: "/console", Here: true}, {Label: "Demandes", Icon: "inboxes", URL: requestsHome}}
	if managesAdministrators(v.Session) {
		all = append(all, web.Link{Label: "Administrateurs", Icon: "shield-check", URL: administratorsHome})
	}
	for i := range all[1:] {
		if m := &all[i+1]; strings.HasPrefix(v.Path(), m.URL) {
			m.Here, all[0].Here = true, false
		}
	}
	return all
}

// plainFrame is the frame of a page that is about no establishment.
func plainFrame(v *web.Visit, crumbs ...web.Link) *web.Frame {
	return &web.Frame{Modules: modules(v), Change: "/console/etablissements", Crumbs: crumbs, Tools: tools(v, "")}
}

// frame is what stands around the pages of an establishment: crumbs follow the
// one of the establishment, and node is the branch of the tree that is open.
func frame(v *web.Visit, uai, node string, crumbs ...web.Link) (*web.Frame, error) {
	tree, err := directory.TreeOf(v.Session, uai)
	if err != nil {
		return nil, err
	}
	if err := directory.Opened(v.Session, uai); err != nil {
		return nil, err
	}
	made, err := groups.CountsOf(v.Session, uai)
	if err != nil {
		return nil, err
	}
	events, last, err := directory.Latest(v.Session, uai, paneEvents)
	if err != nil {
		return nil, err
	}
	home := at(uai)
	first := web.Link{Label: tree.Name, URL: home, Here: len(crumbs) == 0}
	return &web.Frame{
		Establishment: &web.Link{Label: tree.Name, URL: home},
		Change:        "/console/etablissements?depuis=" + uai,
		Modules:       modules(v),
		Tools:         tools(v, uai),
		Crumbs:        append([]web.Link{first}, crumbs...),
		Tree:          nodes(v, tree, made, node),
		Menus:         []web.Menu{{Key: guestMenu, Label: directory.Guest.Many(), Items: guestCommands(uai)}},
		Journal:       &web.Journal{Events: eventLines(v, uai, events), Last: last, Stream: home + "/journal/flux", Full: home + "/journal"},
	}, nil
}

// paneEvents is how many events the pane shows at first.
const paneEvents = 12

// tools are the commands of the module's toolbar.
func tools(v *web.Visit, uai string) []web.Tool {
	all := []web.Tool{{Label: "Actualiser", Icon: "arrow-clockwise", URL: v.OriginalURL()}}
	if len(v.Session.Reach(access.CreateEstablishments)) > 0 {
		all = append(all, web.Tool{Label: "Nouvel établissement", Icon: "building-add", URL: "/console/etablissements/nouveau"})
	}
	if len(v.Session.Reach(access.ImportOwn)) > 0 {
		all = append(all, web.Tool{Label: "Imports AAF", Icon: "database-down", URL: "/console/imports"})
	}
	return all
}

// icons of the profiles, always beside their name.
var icons = map[directory.Profile]string{directory.Student: "backpack", directory.Teacher: "mortarboard", directory.Staff: "person-badge",
	directory.Relative: "people", directory.Guest: "person-plus"}

// iconNames keeps in one place the icons that Go code names.
var _ = []web.Link{{Icon: "backpack"}, {Icon: "mortarboard"}, {Icon: "person-badge"}, {Icon: "people"}, {Icon: "person-plus"}}

// nodes is the tree « Vue établissement ».
func nodes(v *web.Visit, t directory.Tree, made groups.Counts, here string) []web.Node {
	home := at(t.UAI)
	users := web.Node{Key: "utilisateurs", Label: "Utilisateurs", Icon: "people-fill", URL: home + "/utilisateurs/eleves", Open: !v.Folded("utilisateurs")}
	for _, p := range directory.Profiles {
		users.Kids = append(users.Kids, web.Node{Key: p.Path(), Label: p.Many(), Icon: icons[p], URL: home + "/utilisateurs/" + p.Path(),
			Count: web.Number(t.Counts[p]), Here: here == p.Path()})
	}
	users.Kids[len(users.Kids)-1].Menu = guestMenu
	users.Kids = append(users.Kids, web.Node{Key: deletedPath, Label: "Suppressions", Icon: "person-x", URL: home + "/utilisateurs/" + deletedPath,
		Count: web.Number(t.Deleted), Here: here == deletedPath})
	users.Kids = append(users.Kids, web.Node{Key: "identifiants", Label: "Identifiants des utilisateurs", Icon: "card-list", URL: home + "/identifiants", Here: here == "identifiants"})
	all := []web.Node{
		{Key: "etablissement", Label: "Établissement", Icon: "building", URL: home, Here: here == "etablissement"},
		users,
		groupNodes(v, t.UAI, made, here),
	}
	if node, ok := supportNode(v, t, here); ok {
		all = append(all, node)
	}
	return all
}

// groupsAt is the address of what is under « Groupes ».
func groupsAt(uai string) string { return at(uai) + "/groupes" }

// Branches of the tree under « Groupes ».
const (
	localNode  = "groupes-locaux"
	sharedNode = "groupes-partages"
	trashNode  = "corbeille"
)

func groupNodes(v *web.Visit, uai string, made groups.Counts, here string) web.Node {
	home := groupsAt(uai)
	return web.Node{Key: "groupes", Label: "Groupes", Icon: "diagram-3", URL: home + "/locaux", Open: !v.Folded("groupes"), Kids: []web.Node{
		{Key: localNode, Label: "Groupes locaux", Icon: "people-fill", URL: home + "/locaux", Count: web.Number(made.Local), Here: here == localNode},
		{Key: sharedNode, Label: "Groupes multi-établissements", Icon: "globe-europe-africa", URL: home + "/partages/partenaires", Count: web.Number(made.Shared), Here: here == sharedNode},
		{Key: trashNode, Label: "Corbeille", Icon: "trash3", URL: home + "/corbeille", Count: web.Number(made.Trash), Here: here == trashNode},
	}}
}

// deletedPath is the part of addresses that stands for deleted accounts.
const deletedPath = "suppressions"

// kinds are the words and icons of actions in the journal, by the first part of
// their key.
var kinds = map[string]web.Link{
	"user":          {Label: "Compte", Icon: "person-gear"},
	"guest":         {Label: "Invité", Icon: "person-plus"},
	"session":       {Label: "Connexion", Icon: "box-arrow-in-right"},
	"establishment": {Label: "Établissement", Icon: "building-gear"},
	"import":        {Label: "Import", Icon: "database-down"},
	"administrator": {Label: "Habilitation", Icon: "shield-check"},
	"academy":       {Label: "Académie", Icon: "bank"},
	"appliance":     {Label: "Appareil", Icon: "hdd-stack"},
	"demo":          {Label: "Démonstration", Icon: "easel"},
	"password":      {Label: "Mot de passe", Icon: "key"},
	"credentials":   {Label: "Identifiants", Icon: "card-list"},
	"factor":        {Label: "Second facteur", Icon: "shield-lock"},
	"mail":          {Label: "Courriel", Icon: "envelope"},
	"terms":         {Label: "Charte", Icon: "file-text"},
	"records":       {Label: "Scolarité", Icon: "journal-check"},
	"device":        {Label: "Appareil connu", Icon: "laptop"},
	"question":      {Label: "Question secrète", Icon: "question-circle"},
	"request":       {Label: "Demande", Icon: "inboxes"},
	"support":       {Label: "Support", Icon: "headset"},
	"group":         {Label: "Groupe", Icon: "people-fill"},
	"partnership":   {Label: "Partenariat", Icon: "link-45deg"},
}

func eventLines(v *web.Visit, uai string, events []directory.Event) []web.EventLine {
	lines := make([]web.EventLine, len(events))
	for i, e := range events {
		lines[i] = eventLine(v.Session, uai, e)
	}
	return lines
}

// eventLine words an event for a row of the journal.
func eventLine(s *access.Session, uai string, e directory.Event) web.EventLine {
	now := s.Now()
	area, _, _ := strings.Cut(e.Action, ".")
	kind, ok := kinds[area]
	if !ok {
		kind = web.Link{Label: "Événement", Icon: "dot"}
	}
	local := e.At.Local()
	line := web.EventLine{ID: e.Seq, Time: local.Format("15:04:05"), Day: web.Moment(now, e.At), ISO: e.At.Format(time.RFC3339), Kind: kind.Label, Icon: kind.Icon, What: e.Says, By: e.By}
	if !web.SameDay(now, e.At) {
		line.Time = local.Format("02/01 15:04")
	}
	if now.Sub(e.At) > 7*24*time.Hour {
		line.Day = web.Stamp(e.At)
	}
	if e.Label != "" && e.Label != e.By {
		line.What += "\u00a0: " + e.Label
	}
	if e.Note != "" {
		line.What += " (" + e.Note + ")"
	}
	for _, c := range e.Changes {
		line.Changes = append(line.Changes, web.ChangeLine{Field: c.Field, Before: c.Before, After: c.After})
	}
	if len(line.Changes) > 0 && e.Note == "" && e.Action == "user.edit" {
		var fields []string
		for _, c := range line.Changes {
			fields = append(fields, strings.ToLower(c.Field))
		}
		line.What += " (" + strings.Join(fields, ", ") + ")"
	}
	switch {
	case e.Important():
		line.Level = "important"
	case e.Attention():
		line.Level = "attention"
	}
	line.URL = subjectURL(s, uai, e)
	return line
}

// subjectURL is where what an event is about can be seen.
func subjectURL(s *access.Session, uai string, e directory.Event) string {
	if e.Listed {
		if managesAdministrators(s) {
			return administratorsHome + "/" + e.Subject
		}
		return ""
	}
	switch e.Table {
	case "users", "accounts":
		return at(uai) + "/utilisateurs/fiche/" + e.Subject
	case "establishments":
		return at(uai)
	case "supports":
		if len(s.Reach(access.ActivateSupport)) > 0 {
			return supportAt(e.Subject)
		}
		return ""
	case "guest-imports":
		return guestsAt(uai) + "/imports/" + e.Subject
	case "imports":
		return "/console/imports/" + e.Subject
	case "requests":
		return requestsHome + "/" + strings.TrimLeft(e.Subject, "0")
	case "own-groups":
		return groupsAt(uai) + "/fiche/" + e.Subject
	case "partnerships":
		return partnerOf(uai, e.Subject)
	case "mass-actions":
		return actionAt(uai, e.Subject)
	}
	return ""
}
