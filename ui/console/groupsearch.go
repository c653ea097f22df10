package console

import (
	"preau/app/groups"
	"preau/ui/web"
)

// Answers of Ctrl+K of each of these kinds.
const mostGroups, mostPartners = 6, 4

// groupOptions words the groups and the partners among the answers of Ctrl+K.
func groupOptions(v *web.Visit, text string) (options []web.Option, err error) {
	found, err := groups.Suggest(v.Session, text, mostGroups)
	if err != nil {
		return nil, err
	}
	for _, g := range found {
		o := web.Option{ID: g.ID, URL: groupAt(g.In.UAI, g.ID), Label: g.Name, Note: join(" · ", "Groupe local", g.In.Name), Icon: "people-fill"}
		if g.Shared {
			o.Note, o.Icon = join(" · ", "Groupe multi-établissements", g.In.Name), "globe-europe-africa"
		}
		options = append(options, o)
	}
	partners, err := groups.SuggestPartners(v.Session, text, mostPartners)
	for _, p := range partners {
		options = append(options, web.Option{ID: p.With.UAI, URL: groupsAt(p.Of.UAI) + "/partages/partenaires/" + p.With.UAI, Label: p.With.Name,
			Note: join(" · ", "Partenaire de "+p.Of.Name, p.With.Town, p.With.UAI), Icon: "globe-europe-africa"})
	}
	return options, err
}

// groupAt is the address of the page of a group.
func groupAt(uai, id string) string { return groupsAt(uai) + "/fiche/" + id }

// madeLines words the groups that administrators put somebody in.
func madeLines(v *web.Visit, uai, id string) (lines []madeLine, err error) {
	all, err := groups.GroupsOf(v.Session, uai, id)
	for _, g := range all {
		line := madeLine{Kind: "Local", Label: g.Name, URL: groupAt(uai, g.ID)}
		if g.Shared {
			line.Kind = "Multi-établissements"
		}
		for i, via := range g.Via {
			if i == 0 {
				line.Via = "via " + via
			} else {
				line.Via += ", " + via
			}
		}
		lines = append(lines, line)
	}
	return lines, err
}

// A madeLine is a group that somebody is in, and what they come by.
type madeLine struct{ Kind, Label, Via, URL string }
