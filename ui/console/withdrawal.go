package console

import (
	"preau/app/directory"
	"preau/ui/web"
)

// askWithdrawal asks, over the establishment's screen, before somebody is taken
// off the list of its local administrators.
func askWithdrawal(v *web.Visit) error {
	return establishment(v, func(o directory.Overview) *askBox {
		for _, a := range o.Admins {
			if a.ID == v.Part("id") && a.MayTake {
				who := "La personne n’administrera"
				if a.ID == v.Session.Account.ID {
					who = "Vous n’administrerez"
				}
				return &askBox{Title: "Retirer " + a.Name + " des administrateurs locaux\u00a0?", Says: who + " plus " + o.Name + ". Le droit et les sessions ouvertes prennent fin tout de suite ; le compte reste ouvert.",
					Action: at(o.UAI) + "/administrateurs/" + a.ID + "/retrait", Close: at(o.UAI), Twice: a.Twice, Danger: true, Yes: "Retirer"}
			}
		}
		return nil
	})
}

func withdrawLocalAdmin(v *web.Visit) error {
	uai, id := v.Part("uai"), v.Part("id")
	if err := directory.WithdrawLocalAdmin(v.Session, uai, id, v.Form("confirmer") != ""); err != nil {
		return again(v, err, showEstablishment, askWithdrawal)
	}
	if id == v.Session.Account.ID {
		v.SignOut()
		return v.Done("/connexion", "Vous n’êtes plus administrateur local de cet établissement : reconnectez-vous.")
	}
	return v.Done(at(uai), "L’administrateur local est retiré.")
}
