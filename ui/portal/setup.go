package portal

import (
	"preau/app"
	"preau/app/directory"
	"preau/ui/web"
)

// formOf reads the form of the first start. Passwords are taken as they are.
func formOf(v *web.Visit) app.Setup {
	return app.Setup{Code: v.Form("code"), Name: v.Form("nom-ent"), LastName: v.Form("nom"), FirstName: v.Form("prenom"),
		Login: v.Form("login"), Email: v.Form("email"), Password: v.FormValue("mot-de-passe"), Again: v.FormValue("encore")}
}

func profileName(profile string) string {
	if profile == "admin" {
		return "Administrateur"
	}
	return directory.Profile(profile).One()
}
