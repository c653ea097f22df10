package portal

import (
	"fmt"

	"preau/app/access"
	"preau/app/directory"
	"preau/ui/web"
)

// activationPage is simple/activation.html: the first connection of a relative.
type activationPage struct {
	Home    []web.Field // postal code and town
	First   web.Field   // code of a child
	More    []web.Field // of the others
	Open    bool        // one of those was given
	Names   []web.Field // when only a name tells who is there
	Missing bool        // it was not given yet
}

// childCodes is how many codes the form takes: the others are for « Ajouter un
// enfant ».
const childCodes = 4

func codeField(n int) string { return fmt.Sprint("code-", n) }

func showActivation(v *web.Visit) error { return activationForm(v, v.Form("nommer") != "") }

// activationForm shows the form, with what was typed; named asks the name too.
func activationForm(v *web.Visit, named bool) error {
	typed := v.Method() == "POST"
	value := func(name string) string {
		if !typed {
			return ""
		}
		return v.FormValue(name)
	}
	page := activationPage{Home: []web.Field{
		{Name: "code-postal", Label: "Code postal", Value: value("code-postal"), Required: true, Complete: "postal-code", Mode: "numeric", Focus: !typed},
		{Name: "ville", Label: "Ville", Value: value("ville"), Required: true, Complete: "address-level2"},
	}}
	const hint = "Dix caractères, comme abcde fghjk : les espaces et les majuscules ne comptent pas."
	page.First = web.Field{Name: codeField(1), Label: "Code d’activation d’un enfant", Value: value(codeField(1)), Required: true, Complete: "off", Hint: hint}
	for n := 2; n <= childCodes; n++ {
		f := web.Field{Name: codeField(n), Label: fmt.Sprintf("Code d’un %s enfant", []string{"deuxième", "troisième", "quatrième"}[n-2]), Value: value(codeField(n)), Complete: "off"}
		page.Open = page.Open || f.Value != ""
		page.More = append(page.More, f)
	}
	if named {
		page.Missing = v.Refused() == nil
		page.Names = []web.Field{
			{Name: "nom", Label: "Votre nom", Value: value("nom"), Required: true, Complete: "family-name", Focus: page.Missing},
			{Name: "prenom", Label: "Votre prénom", Value: value("prenom"), Required: true, Complete: "given-name"},
		}
	}
	return v.ShowSimple("simple/activation", "Première connexion d’un parent", page)
}

func activate(v *web.Visit) error {
	form := directory.ActivationForm{PostalCode: v.Form("code-postal"), Town: v.Form("ville"), LastName: v.Form("nom"), FirstName: v.Form("prenom")}
	for n := range childCodes {
		form.Codes = append(form.Codes, v.Form(codeField(n+1)))
	}
	entrance, err := directory.BeginActivation(v.Appliance.Gate, form, v.From(v.Ctx))
	switch {
	case err != nil:
		return v.Again(err, showActivation)
	case entrance.Named:
		return activationForm(v, true)
	}
	return v.Done(access.PasswordPath(entrance.Token), "")
}
