package console

import (
	"preau/app/access"
	"preau/app/directory"
	"preau/ui/web"
)

// An accountAction is done to an account after a question, which has the same
// address as the action.
type accountAction struct {
	path string
	asks askBox // its title ends with the name of the person
	do   func(s *access.Session, id string, v *web.Visit) (*directory.HandedCode, error)
	says string
}

var accountActions = []accountAction{
	{"suspension", askBox{Title: "Voulez-vous suspendre le compte de ", Reason: true, Danger: true,
		Says: "La personne ne pourra plus se connecter et ses sessions ouvertes prendront fin. Ses habilitations restent, et le compte pourra être réactivé à l’identique."},
		func(s *access.Session, id string, v *web.Visit) (*directory.HandedCode, error) {
			return nil, directory.SuspendAdministrator(s, id, v.Form("motif"))
		}, "Le compte est suspendu."},
	{"reactivation", askBox{Title: "Voulez-vous réactiver le compte de ",
		Says: "La personne pourra de nouveau se connecter, avec le même login, le même mot de passe et les mêmes habilitations."},
		func(s *access.Session, id string, _ *web.Visit) (*directory.HandedCode, error) {
			return nil, directory.ReactivateAdministrator(s, id)
		}, "Le compte est réactivé."},
	{"mot-de-passe", askBox{Title: "Envoyer un nouveau mot de passe à ",
		Says: "L’ancien mot de passe et les sessions ouvertes prendront fin tout de suite. Un lien pour en choisir un autre, valable deux jours, sera envoyé à l’adresse e-mail du compte."},
		func(s *access.Session, id string, _ *web.Visit) (*directory.HandedCode, error) {
			return nil, directory.RenewAdministrator(s, id)
		}, "Le courriel est parti : la personne choisit son nouveau mot de passe par le lien."},
	{"code", askBox{Title: "Créer un code à remettre à ",
		Says: "Le code s’affichera une seule fois. Valable 24 heures, il permet de choisir un mot de passe : remettez-le en main propre. Le mot de passe actuel reste valable jusque-là."},
		func(s *access.Session, id string, _ *web.Visit) (*directory.HandedCode, error) {
			return directory.HandOverAdministrator(s, id)
		}, ""},
	{"second-facteur", askBox{Title: "Réinitialiser le second facteur de ", Danger: true,
		Says: "Assurez-vous d’abord que la demande vient bien de la personne. Son application et ses codes de secours ne serviront plus, ses sessions prendront fin et un courriel l’en avertira."},
		func(s *access.Session, id string, _ *web.Visit) (*directory.HandedCode, error) {
			return nil, directory.ResetFactor(s, id)
		}, "Le second facteur est réinitialisé."},
}

// question shows what the action asks, over the record.
func (act accountAction) question(v *web.Visit) error {
	return administrator(v, func(a directory.Administrator) *askBox {
		box := act.asks
		box.Title += a.Name + "\u00a0?"
		box.Close = administratorsHome + "/" + a.ID
		box.Action = box.Close + "/" + act.path
		return &box
	})
}

// answer does the action, and shows the code that it makes, if any, once.
func (act accountAction) answer(v *web.Visit) error {
	home := administratorsHome + "/" + v.Part("id")
	code, err := act.do(v.Session, v.Part("id"), v)
	switch {
	case err != nil:
		return again(v, err, showAdministrator, act.question)
	case code != nil:
		return showCode(v, *code, home)
	}
	return v.Done(home, act.says)
}
