package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/groups"
)

// on waits until the focus is on a line of the left tree.
func (b tab) on(name string) {
	b.Helper()
	b.wait(`document.activeElement.closest("[data-drops]") && document.activeElement.querySelector(".name").textContent === ` + quote(name))
}

// TestGroupsFocus: after each action the focus is on the group that it was about, or
// on the one around it, by the keyboard alone.
func TestGroupsFocus(t *testing.T) {
	a := demo(t)
	b, home := groupsOf(t, a, "claire.moreau")
	b.click("link", "Créer un groupe")
	b.names("Club")
	b.on("Club")
	b.press(kb.ContextMenu)
	b.click("menuitem", "Créer un sous-groupe")
	b.names("Bureau")
	b.on("Bureau")
	b.do(focus("#t-g-racine"))
	b.press(" ")
	b.wait(`location.pathname === ` + quote(home) + ` && !location.search && !document.querySelector(".chosen")`)
	b.focusOn("Club")
	b.press(" ") // chooses, as a click does
	b.wait(`document.querySelector(".chosen b")?.textContent === "Club"`)
	b.focusOn("Enseignants")
	b.press(" ")
	b.do(focus("#ajout [data-default]"))
	b.press(kb.Enter)
	b.inGroup("Enseignants", "à ajouter")
	b.on("Club")
	b.wait(`document.activeElement.tabIndex === 0 && document.querySelectorAll("[data-drops] [tabindex='0']").length === 1`)
	b.do(focus(`[data-drops] [data-objet="a/teacher"] > [role=treeitem]`))
	b.press(kb.Delete) // not saved yet: the line goes
	b.reads("1 membre enlevé")
	b.on("Club")
	b.saves()
	b.focusOn("Bureau")
	b.press(kb.Delete)
	b.click("button", "Oui")
	b.reads("sera supprimé")
	b.on("Club")
	b.do(backward()) // where the dialog was: the group is deleted
	b.wait(`document.querySelector(".chosen b")?.textContent !== "Bureau" && document.querySelector("h1")?.textContent === "Groupes locaux" && !document.querySelector("ui-dialog")`)
	b.healthy()
}

// TestBigGroup reads the lines that follow by a click, in their place, with their rank.
func TestBigGroup(t *testing.T) {
	var id string
	a := demoWith(t, func(s *access.Session) error {
		claire, err := sessionOf(s, "claire.moreau")
		if err != nil {
			return err
		}
		uai := directory.UAIOf(claire.Grants[0].In)
		people, err := directory.Foliage(claire, uai, func(string) bool { return true })
		if err != nil {
			return err
		}
		if id, err = groups.Create(claire, uai, groups.LocalScreen, groups.NewGroup{Name: "Tout le lycée"}); err != nil {
			return err
		}
		_, err = groups.Add(claire, uai, groups.LocalScreen, id, everybody(people), false)
		return err
	})
	home := call(t, a, "claire.moreau").home() + "/groupes/locaux"
	b := as(t, a, "claire.moreau", home+"?groupe="+id)
	b.resize(1440, 900)
	first := `[...document.querySelectorAll("[data-drops] [data-objet^='u/'] > [role=treeitem]")]`
	b.wait(first + fmt.Sprintf(`.length === %d`, groups.ElementPage))
	b.click("treeitem", "Afficher la suite")
	b.wait(first + fmt.Sprintf(`.length > %d`, groups.ElementPage))
	b.wait(`document.activeElement === ` + first + fmt.Sprintf(`[%d]`, groups.ElementPage))
	b.wait(first + `.every((i, n, all) => i.ariaPosInSet == n + 1 && i.ariaSetSize >= all.length && i.ariaSetSize === all[0].ariaSetSize)`)
	b.find("heading", "Groupes locaux")
	b.healthy()
}

// everybody are the people of the branches of a tree, once each.
func everybody(twigs []directory.Twig) (all []groups.Ref) {
	seen := map[groups.Ref]bool{}
	var under func([]directory.Twig)
	under = func(twigs []directory.Twig) {
		for _, t := range twigs {
			if ref := groups.Person(t.Key); t.Person && !seen[ref] {
				seen[ref] = true
				all = append(all, ref)
			}
			under(t.Kids)
		}
	}
	under(twigs)
	return all
}
