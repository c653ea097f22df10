package console

import (
	"encoding/base64"
	"slices"
	"strconv"

	"preau/app/directory"
	"preau/app/groups"
	"preau/ui/web"
)

// A branch is a line of one of the two trees: parts/branch.
type branch struct {
	ID            string // of the element of the page
	Key           string // in the cookie of what is open
	Object        string // what is dragged, copied and ticked, "" for nothing
	Group         string // the group that the line is of
	Label, Note   string
	Said          string // the word of its pictogram
	Icon, Tone    string
	Count         string
	Mark          string // what waits to be saved, or is wrong
	MarkTone      string
	URL           string
	Full          string // address of the record or of the page of the group
	Source        string // of its lines, for a script
	Menu, State   string // State chooses among the commands of the menu
	Drop          bool   // things can be dropped on it
	Opens         string // profiles that a shared group lets one add
	Profile       string
	Tip           string // of a shared group
	Folds, Open   bool
	Chosen, Ticks bool
	Rank, Size    int // among the lines beside it, when they are not all read
	Kids          []branch
	More          *web.Link
}

// Names of the cookies of what is open in the two trees.
const (
	leftTree  = "groupes-ouverts"
	rightTree = "gens-ouverts"
)

// nodeID writes a key so that it can be in an identifier and in a cookie.
func nodeID(key string) string { return base64.RawURLEncoding.EncodeToString([]byte(key)) }

// nodeKey is the key that nodeID wrote, "" for anything else.
func nodeKey(id string) string {
	key, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil {
		return ""
	}
	return string(key)
}

// A wording words the lines of a screen.
type wording struct {
	uai           string
	screen        groupScreen
	group, member string // chosen ones
}

// groupIcon is that of groups made here; elementIcons are those of automatic ones.
const groupIcon = "people-fill"

var elementIcons = map[string]string{"Profil": "people", "Classe": "easel", "Niveau": "layers", "Groupe d’enseignement": "collection", "Discipline": "book", "Fonction": "briefcase", groups.LocalKind: groupIcon}

// branchIcons keeps in one place the icons that Go code names.
var _ = []web.Link{{Icon: "people"}, {Icon: "easel"}, {Icon: "layers"}, {Icon: "collection"}, {Icon: "book"}, {Icon: "briefcase"}, {Icon: "people-fill"}, {Icon: "folder"}, {Icon: "building"}}

// foliage words the lines under a branch of the tree of people.
func (w wording) foliage(twigs []directory.Twig, key string, from, more int) (all []branch) {
	for _, t := range twigs {
		all = append(all, w.twig(t))
	}
	return append(ranked(all, from, more), moreOf(w.screen.home(w.uai)+"/branche?noeud="+nodeID(key), "p-"+nodeID(key), from+len(twigs), more)...)
}

func (w wording) twig(t directory.Twig) branch {
	id := nodeID(t.Key)
	b := branch{ID: "p-" + id, Key: id, Label: t.Label, Note: t.Note, Profile: string(t.Profile), Icon: "folder", Tone: "folder", Ticks: !t.Folder, Open: t.Open}
	if t.Count > 0 {
		b.Count = web.Number(t.Count)
	}
	switch {
	case t.Person:
		b.Object, b.Icon, b.Tone, b.Said = string(groups.Person(t.Key)), icons[t.Profile], string(t.Profile), t.Profile.One()
		b.Full = at(w.uai) + "/utilisateurs/" + t.Profile.Path() + "/" + t.Key
		b.URL, b.Menu, b.State = b.Full, "menu-gens", "person"
		return b
	case !t.Folder:
		b.Object, b.Icon, b.Tone, b.Said = string(groups.Automatic(t.Key)), elementIcons[t.Kind], "group", t.Kind
		if directory.Profile(t.Key) == t.Profile {
			b.Icon, b.Tone = icons[t.Profile], t.Key
		}
		b.Menu, b.State = "menu-gens", "group"
	}
	b.Folds, b.URL, b.Source = true, w.screen.home(w.uai)+"?deplier="+id, w.screen.home(w.uai)+"/branche?noeud="+id
	if t.Open {
		b.Kids = w.foliage(t.Kids, t.Key, 0, t.More)
	}
	return b
}

// trees words the groups of the screen.
func (w wording) trees(all []groups.Tree) (branches []branch) {
	for _, t := range all {
		branches = append(branches, w.tree(t))
	}
	return branches
}

func (w wording) tree(t groups.Tree) branch {
	b := branch{ID: "g-" + t.ID, Key: t.ID, Object: string(groups.Nested(t.ID)), Group: t.ID, Label: t.Name, Note: join(" · ", t.School, t.Description), Said: groups.LocalKind, Icon: groupIcon, Tone: "made",
		Count: web.Number(t.Count), URL: w.screen.chosen(w.uai, t.ID), Full: groupsAt(w.uai) + "/fiche/" + t.ID, Source: w.screen.home(w.uai) + "/contenu?groupe=" + t.ID,
		Menu: "menu-groupe", State: "mine", Drop: true, Folds: t.Count > 0 || t.Changed || len(t.Doors) > 0, Open: t.Open, Chosen: t.ID == w.group && w.member == ""}
	if !t.Mine {
		b.State = "theirs"
	}
	if w.screen.Screen == groups.RightsScreen {
		b.Count = web.Count(opened(t), "profil", "profils")
	}
	if t.Shared {
		b.Object, b.Said, b.Tip = "", "Groupe multi-établissements", tipOf(t)
		b.Opens, b.Drop = w.opens(t)
	}
	switch {
	case t.New:
		b.Mark, b.MarkTone, b.Full = "nouveau", "ok", ""
	case t.Changed:
		b.Mark, b.MarkTone = "modifié", "warn"
	}
	if t.Open {
		b.Kids = w.inside(t, 0)
	}
	return b
}

// opened counts the profiles that a shared group is open to, in all establishments.
func opened(t groups.Tree) (n int) {
	for _, d := range t.Doors {
		n += len(d.Profiles)
	}
	return n
}

// opens is what can be dropped on a shared group.
func (w wording) opens(t groups.Tree) (profiles string, drop bool) {
	if w.screen.Screen == groups.RightsScreen {
		return "", t.Mine
	}
	for _, d := range t.Doors {
		if d.Mine {
			for _, p := range d.Profiles {
				profiles = join(" ", profiles, string(p))
			}
		}
	}
	return profiles + " ", true
}

// tipOf is what the tooltip of a shared group says.
func tipOf(t groups.Tree) string {
	allowed := "aucun profil de votre établissement n’y est autorisé"
	for _, d := range t.Doors {
		if d.Mine && len(d.Profiles) > 0 {
			allowed = "profils autorisés de votre établissement\u00a0: " + groups.ProfilesSaid(d.Profiles)
		}
	}
	if t.Description == "" {
		return "Sans description\u00a0; " + allowed
	}
	return t.Description + " — " + allowed
}

// inside words what is in a group: its sub-groups, then its elements, or the
// profiles that establishments may add to it.
func (w wording) inside(t groups.Tree, from int) (all []branch) {
	if w.screen.Screen == groups.RightsScreen {
		return w.doors(t)
	}
	before := len(t.Kids) + from
	if from == 0 {
		all, before = w.trees(t.Kids), 0
	}
	for i, e := range t.Elements {
		b := w.element(t.ID, e)
		if e.School != "" {
			b.ID = "m-" + t.ID + "-" + strconv.Itoa(from+i)
		}
		all = append(all, b)
	}
	return append(ranked(all, before, t.More), moreOf(w.screen.home(w.uai)+"/contenu?groupe="+t.ID, "g-"+t.ID, from+len(t.Elements), t.More)...)
}

func (w wording) element(group string, e groups.Element) branch {
	b := branch{ID: "m-" + group + "-" + nodeID(string(e.Ref)), Object: string(e.Ref), Group: group, Label: e.Label, Note: e.Note, Profile: string(e.Profile), URL: w.screen.chosen(w.uai, group) + "&membre=" + nodeID(string(e.Ref)),
		Menu: "menu-membre", State: "group", Chosen: group == w.group && string(e.Ref) == w.member && e.School == ""}
	if e.Kind == "" {
		id, _ := e.Ref.Person()
		b.Icon, b.Tone, b.Said, b.State = icons[e.Profile], string(e.Profile), e.Profile.One(), "person"
		b.Full = at(w.uai) + "/utilisateurs/" + anyProfile + "/" + id
	} else {
		b.Icon, b.Tone, b.Said = elementIcons[e.Kind], "group", e.Kind
		if e.School == "" {
			b.Count = web.Count(e.People, "personne", "personnes")
		}
	}
	if b.Icon == "" {
		b.Icon, b.Tone, b.Said = "person-x", "lost", "Personne"
	}
	if id, ok := e.Ref.Nested(); ok {
		b.Full = groupsAt(w.uai) + "/fiche/" + id
	}
	if e.School != "" { // a partner's: its name and profile, and nothing to do
		b.Menu, b.Object, b.Full, b.Note, b.URL = "", "", "", e.School, w.screen.chosen(w.uai, group)
	}
	switch {
	case e.Added:
		b.Mark, b.MarkTone = "à ajouter", "ok"
	case e.Removed:
		b.Mark, b.MarkTone, b.State = "à enlever", "bad", "removed"
	case e.Lost:
		b.Mark, b.MarkTone = "absent de l’annuaire", "warn"
	}
	return b
}

// doors words the profiles that each establishment may add to a shared group.
func (w wording) doors(t groups.Tree) (all []branch) {
	for _, d := range t.Doors {
		b := branch{ID: "e-" + t.ID + "-" + d.UAI, Key: t.ID + "-" + d.UAI, Label: d.School, Icon: "building", Tone: "folder", Said: "Établissement", URL: w.screen.chosen(w.uai, t.ID), Folds: true, Open: true}
		for _, p := range directory.Profiles {
			object := d.UAI + "/" + string(p)
			line := branch{ID: "a-" + t.ID + "-" + d.UAI + "-" + string(p), Group: t.ID, Label: p.Many(), Icon: icons[p], Tone: string(p), Said: "Profil", URL: w.screen.chosen(w.uai, t.ID) + "&membre=" + nodeID(object),
				Chosen: t.ID == w.group && w.member == object, Full: w.screen.home(w.uai) + "/" + t.ID + "/retrait?objet=" + object}
			switch {
			case slices.Contains(d.Added, p):
				line.Mark, line.MarkTone = "à ajouter", "ok"
			case slices.Contains(d.Removed, p):
				line.Mark, line.MarkTone, line.Full = "à retirer", "bad", ""
			case !slices.Contains(d.Profiles, p):
				continue
			}
			if t.Mine && line.Full != "" {
				line.Menu, line.Object = "menu-profil", object
			}
			b.Kids = append(b.Kids, line)
		}
		all = append(all, b)
	}
	return all
}

// ranked says of each line which one it is among all those beside it, where the page
// does not have them all.
func ranked(all []branch, before, more int) []branch {
	if before+more == 0 {
		return all
	}
	for i := range all {
		all[i].Rank, all[i].Size = before+i+1, before+len(all)+more
	}
	return all
}

// moreOf is the line that reads those that follow, if any.
func moreOf(source, of string, from, more int) []branch {
	if more == 0 {
		return nil
	}
	return []branch{{ID: of + "-" + strconv.Itoa(from), More: &web.Link{Label: "Afficher la suite (" + web.Number(more) + ")", URL: source + "&depuis=" + strconv.Itoa(from)}}}
}
