package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// focused is the name of what has the focus.
func (b tab) focused() string {
	b.Helper()
	return js[string](b, `(e => (e.getAttribute("aria-label") || e.textContent || e.id || e.tagName).trim())(document.activeElement)`)
}

// wantFocus waits for the focus to be on what is called so.
func (b tab) wantFocus(name string) {
	b.Helper()
	b.wait(`((e => (e.getAttribute("aria-label") || e.textContent || e.id || e.tagName).trim())(document.activeElement)).startsWith(` + quote(name) + `)`)
}

// TestComponents drives each part of the pages with the keyboard, on the page
// that shows them all.
func TestComponents(t *testing.T) {
	a := demo(t)
	b := as(t, a, "claire.moreau", "/console/composants")
	b.healthy()

	t.Run("tree", func(t *testing.T) {
		b.do(focus(`#t-essai-3b`))
		b.press(kb.ArrowUp)
		b.wantFocus("Classes")
		b.press(kb.ArrowLeft)
		b.wait(`document.getElementById("t-essai").ariaExpanded === "false"`)
		b.press(kb.ArrowDown)
		b.wantFocus("Enseignants")
		b.press(kb.Home, kb.ArrowRight)
		b.wait(`document.getElementById("t-essai").ariaExpanded === "true"`)
		b.press(kb.ArrowRight)
		b.wantFocus("3e B")
		b.press(kb.End)
		b.wantFocus("Enseignants")
		b.press("4")
		b.wantFocus("4e A")
	})
	t.Run("menu", func(t *testing.T) {
		b.do(focus(`[popovertarget=menu-essai]`))
		b.press(kb.Enter)
		b.wantFocus("Ouvrir la fiche")
		b.press(kb.ArrowDown)
		b.wantFocus("Suspension du compte")
		b.press(kb.ArrowDown)
		b.wantFocus("Ouvrir la fiche")
		b.press("s")
		b.wantFocus("Suspension du compte")
		b.healthy()
		b.press(kb.Escape)
		b.wantFocus("Actions")
	})
	t.Run("context menu of a row", func(t *testing.T) {
		b.rightClick("rowheader", "MARTIN Camille")
		b.wantFocus("Ouvrir la fiche")
		b.press(kb.Escape)
		b.wait(`!document.querySelector("#menu-essai:popover-open")`)
	})
	t.Run("toolbar", func(t *testing.T) {
		b.do(focus(`[aria-label="Essai"] button`))
		b.press(kb.ArrowRight)
		b.wantFocus("Imprimer")
		b.press(kb.End)
		b.wantFocus("Exporter")
		b.press(kb.ArrowRight)
		b.wantFocus("Ajouter")
	})
	t.Run("selection", func(t *testing.T) {
		b.click("checkbox", "Toute la page")
		b.reads("4 sélectionnés")
		b.wait(`!document.querySelector("[data-bulk]").disabled`)
		b.click("checkbox", "MARTIN Camille, Actif")
		b.reads("3 sélectionnés")
		b.wait(`document.querySelector("[data-all]").indeterminate`)
		b.click("checkbox", "Toute la page")
		b.click("checkbox", "Toute la page")
		b.reads("Aucune sélection")
		b.wait(`document.querySelector("[data-bulk]").disabled`)
	})
	t.Run("combobox", func(t *testing.T) {
		b.fill("combobox", "Rechercher", "mart luc")
		b.find("option", "MARTIN Lucas")
		b.press(kb.ArrowDown)
		b.wait(`document.getElementById("essai-texte").getAttribute("aria-activedescendant") === "essai-liste-0"`)
		b.healthy()
		b.press(kb.Escape)
		b.wait(`document.getElementById("essai-liste").hidden && document.getElementById("essai-texte").ariaExpanded === "false"`)
	})
	t.Run("dialog", func(t *testing.T) {
		b.click("link", "Ouvrir la fenêtre")
		b.find("alertdialog", "Une question")
		b.wantFocus("Non")
		b.press(kb.Tab)
		b.wantFocus("Oui")
		b.press(kb.Tab, kb.Tab, kb.Tab) // round, through the browser's own stops
		b.wait(`document.querySelector("dialog").contains(document.activeElement) || document.activeElement === document.body`)
		b.press(kb.Escape)
		b.wait(`!document.querySelector("dialog[open]:not(.palette)")`)
		b.wantFocus("Ouvrir la fenêtre")
	})
	t.Run("tabs", func(t *testing.T) {
		b.do(focus(`[role=tab]`))
		b.press(kb.ArrowRight)
		b.wantFocus("Deuxième")
		b.press(kb.ArrowRight)
		b.wantFocus("Premier")
	})
	t.Run("files", func(t *testing.T) {
		got := js[string](b, `(field => {
			const chosen = new DataTransfer();
			for (const i of [1, 2, 3, 4, 5, 6]) chosen.items.add(new File([new Uint8Array(i === 2 ? 11 << 20 : 3)], "capture " + i + ".png"));
			field.files = chosen.files;
			field.dispatchEvent(new Event("change", { bubbles: true }));
			return document.getElementById("n-pieces").textContent;
		})(document.getElementById("f-pieces"))`)
		if want := "capture 1.png, capture 2.png (trop volumineux), capture 3.png, capture 4.png, capture 5.png, capture 6.png (de trop)"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		b.healthy()
	})
}

// TestFrameByKeyboard: the palette, the panes, their edges and the journal.
func TestFrameByKeyboard(t *testing.T) {
	a := demo(t)
	b := as(t, a, "claire.moreau", call(t, a, "claire.moreau").home())
	b.wait(`document.querySelector("[data-live]").dataset.live === "live"`)
	b.control("k")
	b.find("dialog", "Rechercher partout")
	b.press("anne mart")
	b.find("option", "MARTIN Anne")
	b.press(kb.ArrowDown, kb.Enter)
	b.find("heading", "MARTIN Anne")

	b.do(focus(`#bord-arbre`))
	before := js[float64](b, `document.getElementById("arbre").offsetWidth`)
	b.press(kb.ArrowRight)
	b.wait(`document.getElementById("arbre").offsetWidth > ` + number(before))
	b.press(kb.Enter)
	b.wait(`document.getElementById("arbre").offsetWidth < 60`)
	b.press(kb.Enter)
	b.wait(`document.getElementById("arbre").offsetWidth > 100`)
	b.do(focus(`#central`))
	b.press(kb.F6)
	if at := js[string](b, `document.activeElement.closest(".pane, .band")?.className`); at == "" {
		t.Error("F6 leads nowhere")
	}
	// The guard: what is typed is never lost without being asked.
	b.fill("textbox", "Téléphone portable", "06 39 98 77 66")
	b.control("k")
	b.press("raccour")
	b.wait(`document.querySelectorAll("#partout-liste [role=option]").length === 1`)
	b.press(kb.ArrowDown, kb.Enter)
	b.find("alertdialog", "Modifications non enregistrées")
	b.healthy()
	b.click("button", "Enregistrer")
	b.reads("Enregistré")
	_, page, _ := call(t, a, "claire.moreau").get(call(t, a, "claire.moreau").recordOf(call(t, a, "claire.moreau").home(), "anne.martin"))
	if !strings.Contains(page, "06 39 98 77 66") {
		t.Error("what was typed is lost")
	}
}

// TestWithoutScripts: every page works as plain HTML.
func TestWithoutScripts(t *testing.T) {
	a := demo(t)
	c := call(t, a, "claire.moreau")
	home := c.home()
	record := c.recordOf(home, "lucas.martin")
	_, page, _ := c.get(record)
	form := formFields(page)
	form.Set("portable", "06 39 98 11 22")
	if text, err := c.follow(record, form); err != nil || !strings.Contains(text, "Enregistré") || !strings.Contains(text, "06 39 98 11 22") {
		t.Error("editing:", err)
	}
	if _, page, _ = c.get(record + "/suspension"); !strings.Contains(page, `<dialog id="dialogue" role="alertdialog"`) || !strings.Contains(page, " open>") {
		t.Error("the question is not in the page")
	}
	if text, err := c.follow(record+"/suspension", nil); err != nil || !strings.Contains(text, "Le compte est suspendu") {
		t.Error("suspending:", err)
	}
	if _, page, _ = c.get(home + "/utilisateurs/eleves?etat=suspended"); !strings.Contains(page, "MARTIN Lucas") {
		t.Error("the filter does not find who was suspended")
	}
	if _, page, _ = c.get("/console/etablissements?q=balzac"); !strings.Contains(page, "Honoré de Balzac") {
		t.Error("the choice of an establishment needs a script")
	}
}
