package console

import (
	"path"
	"slices"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/groups"
	"preau/ui/web"
)

// treesPage is console/grouptrees.html: the screens with two trees.
type treesPage struct {
	Title, Says string
	Home        string
	Rights      bool // profiles are on the right, and not people
	Mine        bool // groups can be made here
	Tabs        *web.Tabs
	Pending     int
	Unsaved     string
	Stale       string // what others changed meanwhile
	Left, Right []branch
	Whose       string // the establishment of the right tree
	RightTitle  string
	Schools     []web.ChoiceOption // those that the right tree can be of
	School      string             // UAI of the one that it is of
	Chosen      *chosenGroup
	Gone        []goneGroup
	Copied      string
	Targets     []web.ChoiceOption
	Empty       web.Empty
	NewURL      string
	Bin         string
	Dialog      *groupDialog
}

// chosenGroup is the group, or the member of it, that the toolbar acts on.
type chosenGroup struct {
	ID, Name  string
	Member    string // element, "" when it is the group
	MemberOf  string // its name
	Object    string // what « Copier » copies: the member, or the group
	Full      string // page of the group
	CardURL   string // record of the person
	Mine      bool
	Local     bool
	Removed   bool
	Pending   bool
	TakenURL  string // where a profile is taken away
	PasteNone bool
}

// goneGroup is a group that is to be deleted.
type goneGroup struct{ ID, Name string }

func showTrees(v *web.Visit, g groupScreen) error {
	if node := v.Ask("deplier"); node != "" {
		v.Unfold(rightTree, node)
		return v.Redirect(g.chosen(v.Part("uai"), v.Ask("groupe")))
	}
	return drawTrees(v, g, v.Ask("groupe"), nil)
}

// drawTrees draws the screen with a group chosen, and a dialog over it if there is one.
func drawTrees(v *web.Visit, g groupScreen, group string, dialog *groupDialog) error {
	uai := v.Part("uai")
	w := wording{uai: uai, screen: g, group: group, member: nodeKey(v.Ask("membre"))}
	forest, err := groups.ForestOf(v.Session, uai, g.Screen, group, v.Unfolded(leftTree))
	if err != nil {
		return err
	}
	page := treesPage{Title: g.title, Home: g.home(uai), Rights: g.Screen == groups.RightsScreen, Mine: g.Screen != groups.PopulationScreen, Left: w.trees(forest.Trees), Dialog: dialog,
		NewURL: g.home(uai) + "/nouveau", Bin: groupsAt(uai) + "/corbeille"}
	if g.Screen != groups.LocalScreen {
		tabs := sharedTabs(uai, path.Base(g.path))
		page.Tabs = &tabs
	}
	page.pending(v, forest.Draft)
	for _, gone := range forest.Gone {
		page.Gone = append(page.Gone, goneGroup{gone.ID, gone.Name})
	}
	if err := page.right(v, w); err != nil {
		return err
	}
	if err := page.targets(v, g, uai, group); err != nil {
		return err
	}
	if page.Chosen, err = chosenIn(v, w, forest); err != nil {
		return err
	}
	page.Empty = emptyGroups(g, page.NewURL)
	crumbs := []web.Link{{Label: "Groupes", URL: groupsAt(uai) + "/locaux"}, {Label: g.title, Here: true}}
	f, err := frame(v, uai, g.node, crumbs...)
	if err != nil {
		return err
	}
	return v.Show("console/grouptrees", page.name(), f, page)
}

// name is the title of the page: that of its tab, if it has some.
func (p treesPage) name() string {
	if p.Tabs == nil {
		return p.Title
	}
	for _, t := range p.Tabs.Tabs {
		if t.Here {
			return t.Label + " – " + p.Title
		}
	}
	return p.Title
}

// pending says what waits to be saved, and what others did meanwhile.
func (p *treesPage) pending(v *web.Visit, d groups.Draft) {
	p.Pending = d.Pending()
	p.Unsaved = web.Count(p.Pending, "modification non enregistrée", "modifications non enregistrées")
	if n := len(d.Copied); n > 0 {
		p.Copied = web.Count(n, "élément copié", "éléments copiés")
	}
	if r := v.Refused(); r != nil && r.Kind == access.Stale && v.Form(deedField) == saveDeed && p.Pending > 0 {
		p.Stale = r.Says
	}
}

// right fills the tree on the right: people, or the profiles of an establishment.
func (p *treesPage) right(v *web.Visit, w wording) error {
	cards, err := directory.CardsOf(v.Session, w.uai)
	if err != nil {
		return err
	}
	p.Whose, p.School = cards[0].Name, w.uai
	if !p.Rights {
		twigs, err := directory.Foliage(v.Session, w.uai, func(key string) bool { return v.Unfolded(rightTree)(nodeID(key)) })
		p.RightTitle, p.Right = "Utilisateurs de l’établissement", w.foliage(twigs, "", 0, 0)
		return err
	}
	if cards, err = groups.SharersOf(v.Session, w.uai); err != nil {
		return err
	}
	p.RightTitle = "Profils"
	asked := v.Ask("de")
	for _, c := range cards {
		if c.UAI == asked {
			p.Whose, p.School = c.Name, c.UAI
		}
		p.Schools = append(p.Schools, web.ChoiceOption{Value: c.UAI, Label: c.Name, Chosen: c.UAI == asked})
	}
	for _, profile := range directory.Profiles {
		p.Right = append(p.Right, branch{ID: "p-" + string(profile), Object: p.School + "/" + string(profile), Label: profile.Many(), Said: "Profil", Icon: icons[profile], Tone: string(profile), URL: w.screen.chosen(w.uai, w.group), Ticks: true, Menu: "menu-gens", State: "group"})
	}
	return nil
}

// targets fills the choice of the groups that elements can be added to.
func (p *treesPage) targets(v *web.Visit, g groupScreen, uai, chosen string) error {
	all, err := groups.Choices(v.Session, uai, g.Screen)
	for _, c := range all {
		if g.Screen == groups.RightsScreen && c.UAI() != uai {
			continue
		}
		p.Targets = append(p.Targets, web.ChoiceOption{Value: c.ID, Label: c.Path, Chosen: c.ID == chosen})
	}
	p.Says = web.Count(len(all), "groupe", "groupes")
	return err
}

// chosenIn returns what is chosen in the left tree, nil for nothing.
func chosenIn(v *web.Visit, w wording, f groups.Forest) (*chosenGroup, error) {
	t, ok := treeIn(f.Trees, w.group)
	if !ok {
		return nil, nil
	}
	_, pending := f.Draft.Of(t.ID)
	c := &chosenGroup{ID: t.ID, Name: t.Name, Full: w.tree(t).Full, Mine: t.Mine && w.screen.Screen != groups.PopulationScreen, Local: !t.Shared, Pending: pending, PasteNone: len(f.Draft.Copied) == 0}
	for _, line := range w.inside(t, 0) {
		for _, l := range append([]branch{line}, line.Kids...) {
			if l.Chosen && l.Object != "" && l.Group == t.ID {
				c.Member, c.MemberOf, c.Removed = l.Object, l.Label, l.State == "removed"
				if c.CardURL = l.Full; w.screen.Screen == groups.RightsScreen {
					c.CardURL, c.TakenURL = "", l.Full
				}
			}
		}
	}
	if c.Object = c.Member; c.Member == "" && c.Local {
		c.Object = string(groups.Nested(t.ID))
	}
	return c, nil
}

func treeIn(all []groups.Tree, id string) (groups.Tree, bool) {
	if i := slices.IndexFunc(all, func(t groups.Tree) bool { return t.ID == id }); i >= 0 {
		return all[i], true
	}
	for _, t := range all {
		if found, ok := treeIn(t.Kids, id); ok {
			return found, true
		}
	}
	return groups.Tree{}, false
}

func emptyGroups(g groupScreen, newURL string) web.Empty {
	create := &web.Link{Label: "Créer un groupe", URL: newURL, Icon: "plus-lg"}
	switch g.Screen {
	case groups.LocalScreen:
		return web.Empty{Icon: groupIcon, Says: "Aucun groupe local pour l’instant. Un groupe réunit des personnes et des groupes de l’établissement\u00a0: un club, un conseil, les enseignants d’un projet.", Action: create}
	case groups.RightsScreen:
		return web.Empty{Icon: "globe-europe-africa", Says: "Aucun groupe multi-établissements pour l’instant. Créez-en un, puis ouvrez-le aux profils de votre établissement et de vos partenaires.", Action: create}
	}
	return web.Empty{Icon: "globe-europe-africa", Says: "Aucun groupe multi-établissements à peupler. Ils se créent dans «\u00a0Gestion des groupes\u00a0»\u00a0; ceux que vos partenaires vous ouvrent apparaissent ici."}
}
