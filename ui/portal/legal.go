package portal

import (
	"strings"

	"preau/app/access"
	"preau/app/directory"
	"preau/ui/web"
)

// textPage is simple/text.html: what an establishment publishes of its rules.
type textPage struct {
	Title, Version string
	Paragraphs     []string
}

func showCharter(v *web.Visit) error {
	return showTermsText(v, "Charte d’utilisation", func(t access.Terms) string { return t.Charter })
}

func showNotice(v *web.Visit) error {
	return showTermsText(v, "Protection des données", func(t access.Terms) string { return t.Notice })
}

// showTermsText shows one of the texts of the person's establishment, and the
// default one to somebody who has none.
func showTermsText(v *web.Visit, title string, of func(access.Terms) string) error {
	t := access.DefaultTerms()
	if v.Session != nil {
		var err error
		if t, err = v.Session.MyTerms(); err != nil {
			return err
		}
	}
	page := textPage{Title: title, Paragraphs: paragraphs(of(t))}
	if t.Written() {
		page.Version = "En vigueur depuis le " + t.Since.Local().Format("02/01/2006")
	}
	return v.ShowSimple("simple/text", title, page)
}

// paragraphs are those of a text, which blank lines separate.
func paragraphs(text string) (all []string) {
	for p := range strings.SplitSeq(text, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			all = append(all, p)
		}
	}
	return all
}

// imprintPage is simple/imprint.html.
type imprintPage struct{ Schools []directory.Imprint }

func showImprint(v *web.Visit) error {
	s := v.Session
	if s == nil {
		s = v.Appliance.Gate.Visitor(v.From(v.Ctx))
	}
	schools, err := directory.ImprintsOf(s)
	if err != nil {
		return err
	}
	return v.ShowSimple("simple/imprint", "Mentions légales", imprintPage{schools})
}

// licencesPage is simple/licences.html: what is in the product and not ours.
type licencesPage struct{ Text string }

func showLicences(v *web.Visit) error {
	return v.ShowSimple("simple/licences", "Licences", licencesPage{v.Views.Licences()})
}

func showAccessibility(v *web.Visit) error {
	return v.ShowSimple("simple/accessibility", "Accessibilité", nil)
}
