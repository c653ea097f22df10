package console

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/groups"
	"preau/ui/web"
)

// A groupScreen is one of the screens with two trees: groups on the left, what can
// be put in them on the right.
type groupScreen struct {
	groups.Screen
	path, node, title string
}

var groupScreens = []groupScreen{
	{groups.LocalScreen, "/locaux", localNode, "Groupes locaux"},
	{groups.PopulationScreen, "/partages/peuplement", sharedNode, "Groupes multi-établissements"},
	{groups.RightsScreen, "/partages/droits", sharedNode, "Groupes multi-établissements"},
}

// home is the address of the screen.
func (g groupScreen) home(uai string) string { return groupsAt(uai) + g.path }

// chosen is its address with a group chosen, "" for none.
func (g groupScreen) chosen(uai, group string) string {
	if group == "" {
		return g.home(uai)
	}
	return g.home(uai) + "?" + url.Values{"groupe": {group}}.Encode()
}

// mountGroups mounts the screens where groups are made and filled.
func mountGroups(c web.Router) {
	for _, g := range groupScreens {
		base := "/etablissements/:uai/groupes" + g.path
		get := func(path string, h func(*web.Visit, groupScreen) error) {
			c.Get(base+path, reached(func(v *web.Visit) error { return h(v, g) }))
		}
		post := func(path string, h func(*web.Visit, groupScreen) error) {
			c.Post(base+path, reached(func(v *web.Visit) error { return h(v, g) }))
		}
		get("", showTrees)
		post("", actOnGroups)
		get("/contenu", showElements)
		if g.Screen != groups.RightsScreen {
			get("/branche", showBranch)
			get("/:groupe/recherche", still(askElements))
		}
		if g.Screen == groups.PopulationScreen {
			continue
		}
		get("/nouveau", askGroup)
		post("/nouveau", createGroup)
		if g.Screen == groups.RightsScreen {
			get("/:groupe/retrait", askClosing)
		}
		get("/:groupe/nom", still(askName))
		post("/:groupe/nom", renameGroup)
		if g.Screen == groups.LocalScreen {
			get("/:groupe/sous-groupe", still(askGroup))
			get("/:groupe/copie", still(askCopy))
			post("/:groupe/copie", duplicateGroup)
		}
		get("/:groupe/suppression", still(askDeletion))
		post("/:groupe/suppression", deleteGroup)
	}
}

// still shows a dialog about a group, or the screen alone once the person has deleted
// the group there: « Back » leads to the dialog again.
func still(ask func(*web.Visit, groupScreen) error) func(*web.Visit, groupScreen) error {
	return func(v *web.Visit, g groupScreen) error {
		uai := v.Part("uai")
		d, err := groups.DraftOf(v.Session, uai, g.Screen)
		if err != nil {
			return err
		}
		if e, _ := d.Of(v.Part("groupe")); e.Delete {
			return v.Redirect(g.home(uai))
		}
		return ask(v, g)
	}
}

// Deeds of the screens, in the field « geste » of their forms.
const (
	deedField   = "geste"
	addDeed     = "ajouter"
	takeDeed    = "enlever"
	keepDeed    = "garder"
	emptyDeed   = "vider"
	copyDeed    = "copier"
	uncopyDeed  = "oublier-copie"
	pasteDeed   = "coller"
	saveDeed    = "enregistrer"
	abandonDeed = "abandonner"
	rebaseDeed  = "reprendre"
	undoDeed    = "oublier"
)

// actOnGroups does what a button, a menu or a drop asks: all but the saving waits
// until it is saved.
func actOnGroups(v *web.Visit, g groupScreen) error {
	uai, group := v.Part("uai"), v.Form("groupe")
	says, err := g.act(v, uai, group)
	if err != nil {
		return v.Again(err, func(v *web.Visit) error { return drawTrees(v, g, group, nil) })
	}
	if v.Form(deedField) == saveDeed || v.Form(deedField) == abandonDeed || v.Form(deedField) == undoDeed {
		if _, err := groups.GroupOf(v.Session, uai, g.Screen, group); err != nil {
			group = "" // it was deleted, or is made no more
		}
	}
	return v.Done(g.chosen(uai, cmp.Or(group, v.Form("choisi"))), says)
}

func (g groupScreen) act(v *web.Visit, uai, group string) (says string, err error) {
	refs := refsOf(v.Each("objet"))
	relatives := v.Form("responsables") != ""
	switch v.Form(deedField) {
	case addDeed:
		if g.Screen == groups.RightsScreen {
			return g.allow(v, uai, group, v.Each("objet"), true)
		}
		if len(refs) == 0 || group == "" {
			return "", access.Conflict("Choisissez un groupe, et cochez ce qui doit y être ajouté.")
		}
		n, err := groups.Add(v.Session, uai, g.Screen, group, refs, relatives)
		return added(n), err
	case keepDeed:
		_, err := groups.Add(v.Session, uai, g.Screen, group, refs, false)
		return "Rien n’est enlevé.", err
	case pasteDeed:
		n, err := groups.Paste(v.Session, uai, g.Screen, group, relatives)
		return added(n), err
	case takeDeed:
		if g.Screen == groups.RightsScreen {
			return g.allow(v, uai, group, v.Each("objet"), false)
		}
		err := groups.Take(v.Session, uai, g.Screen, group, refs)
		return g.waiting(v, uai, web.Count(len(refs), "membre enlevé", "membres enlevés"), err)
	case emptyDeed:
		return g.waiting(v, uai, "Le groupe est vidé", groups.Empty(v.Session, uai, g.Screen, group))
	case copyDeed:
		return copied(len(refs)), groups.Copy(v.Session, uai, g.Screen, refs)
	case uncopyDeed:
		return "", groups.Copy(v.Session, uai, g.Screen, nil)
	case undoDeed:
		return "Les modifications de ce groupe sont abandonnées.", groups.Undo(v.Session, uai, g.Screen, group)
	case abandonDeed:
		return "Les modifications sont abandonnées.", groups.Abandon(v.Session, uai, g.Screen)
	case rebaseDeed:
		return "Vos modifications sont reprises sur les groupes tels qu’ils sont maintenant\u00a0: relisez, puis enregistrez.", groups.Rebase(v.Session, uai, g.Screen)
	case saveDeed:
		n, err := groups.Save(v.Session, uai, g.Screen)
		return web.Count(n, "modification enregistrée.", "modifications enregistrées."), err
	}
	return "", &access.Refusal{Kind: access.Malformed, Says: "Cette action n’existe pas."}
}

const toSave = "\u00a0: à enregistrer."

func copied(n int) string {
	return web.Count(n, "élément copié", "éléments copiés") + "\u00a0: collez dans un groupe."
}

// waiting completes what was done: it is to be saved, unless it took back the only
// changes there were.
func (g groupScreen) waiting(v *web.Visit, uai, says string, err error) (string, error) {
	if err != nil {
		return "", err
	}
	d, err := groups.DraftOf(v.Session, uai, g.Screen)
	if d.Pending() == 0 {
		return says + ".", err
	}
	return says + toSave, err
}

func added(n int) string {
	if n == 0 {
		return "Tout y était déjà."
	}
	return web.Count(n, "membre ajouté", "membres ajoutés") + toSave
}

func refsOf(values []string) []groups.Ref {
	refs := make([]groups.Ref, len(values))
	for i, value := range values {
		refs[i] = groups.Ref(value)
	}
	return refs
}

// allow opens a shared group to profiles of an establishment, or closes it to them.
// What is dropped names both, as « 0750001A/student ».
func (g groupScreen) allow(v *web.Visit, uai, group string, objects []string, opens bool) (says string, err error) {
	says = "Profils autorisés"
	if !opens {
		says = "Profils retirés"
	}
	return g.waiting(v, uai, says, groups.Allow(v.Session, uai, group, opens, openingsOf(objects)...))
}

func openingsOf(objects []string) (all []groups.Opening) {
	for _, object := range objects {
		of, profile, _ := strings.Cut(object, "/")
		all = append(all, groups.Opening{UAI: of, Profile: directory.Profile(profile)})
	}
	return all
}

// showBranch answers a script with the lines under one of the tree of people.
func showBranch(v *web.Visit, g groupScreen) error {
	uai := v.Part("uai")
	key := nodeKey(v.Ask("noeud"))
	from := rankIn(v.Ask("depuis"))
	twigs, more, err := directory.Branch(v.Session, uai, key, from)
	if err != nil {
		return err
	}
	w := wording{uai: uai, screen: g}
	return v.ShowRows("parts/branches", w.foliage(twigs, key, from, more))
}

// showElements answers a script with what is in a group. Who follows the line of the
// next ones without a script reads them on the page of the group.
func showElements(v *web.Visit, g groupScreen) error {
	uai, id := v.Part("uai"), v.Ask("groupe")
	from := rankIn(v.Ask("depuis"))
	tree, err := groups.TreeOf(v.Session, uai, g.Screen, id, from)
	if err != nil {
		return err
	}
	w := wording{uai: uai, screen: g}
	if page := w.tree(tree).Full; from > 0 && !v.Background() && page != "" {
		return v.Redirect(page)
	}
	return v.ShowRows("parts/branches", w.inside(tree, from))
}

func rankIn(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return n
}
