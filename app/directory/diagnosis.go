package directory

import (
	"strings"

	"preau/app/access"
)

// A Cause is something that stops or limits somebody, and what mends it.
type Cause struct {
	Stops bool // it stops; otherwise it limits
	Says  string
	Mend  string // what to do
	Path  string // where, below the record's address, "" when it is elsewhere
	Page  string // where, below the establishment's address
}

// Diagnose lists, in order, why an account does not work as one expects.
func Diagnose(s *access.Session, uai, id string) (r Record, causes []Cause, err error) {
	if r, err = RecordOf(s, uai, id); err != nil {
		return r, nil, err
	}
	add := func(stops bool, says, mend, path string) {
		causes = append(causes, Cause{Stops: stops, Says: says, Mend: mend, Path: path})
	}
	switch {
	case r.State() == Deleted && r.Profile == Guest:
		add(true, "Le compte est supprimé depuis le "+r.DeletedAt.Local().Format("02/01/2006")+".", "Rattacher à l’établissement", "/rattachement")
	case r.State() == Deleted:
		add(true, "Le compte est supprimé depuis le "+r.DeletedAt.Local().Format("02/01/2006")+".", "Il revient de lui-même si "+r.CorrectedIn()+" le fait de nouveau figurer dans l’annuaire.", "")
	case r.State() == Suspended:
		add(true, "Le compte est suspendu depuis le "+r.SuspendedAt.Local().Format("02/01/2006")+".", "Réactivation du compte", "/reactivation")
	case r.State() == Inactive:
		causes = append(causes, Cause{Stops: true, Says: "La personne ne s’est jamais connectée : le compte n’est pas activé.", Mend: r.firstCredentials(), Page: "/identifiants?etat=" + string(Inactive) + "&profil=" + r.Profile.Path()})
	}
	if r.Email.Value() == "" && r.State() != Deleted {
		add(false, "Aucune adresse e-mail : un mot de passe oublié ne peut pas lui être renvoyé.", "Renseigner l’adresse e-mail", "?onglet=identite#f-email")
	}
	causes = append(causes, r.passwordCauses()...)
	causes = append(causes, r.familyCauses()...)
	if r.State() == Deleted {
		return r, causes, nil
	}
	twins, err := Homonyms(s, uai, id)
	for _, t := range twins {
		add(false, "Homonyme probable : "+t.describe()+".", "Vérifiez que chacun se connecte avec son propre login.", "")
	}
	return r, causes, err
}

// firstCredentials is what somebody who never connected is to be given.
func (u User) firstCredentials() string {
	if u.Profile == Relative {
		return "Remettez-lui son code postal, sa ville et les codes d’activation de ses enfants"
	}
	return "Remettez-lui son identifiant et son mot de passe initial"
}

// passwordCauses are those that come from passwords, and from the address by
// which they are found again.
func (r Record) passwordCauses() (causes []Cause) {
	if r.State() == Deleted {
		return nil
	}
	if r.Unsure {
		causes = append(causes, Cause{Says: "L’adresse e-mail saisie par la personne n’est pas confirmée : un mot de passe oublié ne peut pas y être envoyé.", Mend: "Demandez-lui de suivre le lien qu’elle a reçu ; sinon, « Code à remettre »", Path: "/code"})
	}
	if !r.RecordsLocked.IsZero() {
		causes = append(causes, Cause{Says: "Le mot de passe scolarité est bloqué depuis le " + r.RecordsLocked.Local().Format("02/01/2006") + ", après trois erreurs.", Mend: "Nouveau mot de passe scolarité", Path: "/mot-de-passe-scolarite"})
	}
	return causes
}

// familyCauses are those that come from links and classes.
func (r Record) familyCauses() (causes []Cause) {
	add := func(stops bool, says, mend string) {
		causes = append(causes, Cause{Stops: stops, Says: says, Mend: mend})
	}
	switch r.Profile {
	case Student:
		if len(r.Here.Classes) == 0 {
			add(false, "L’élève n’a pas de classe dans cet établissement : les services de sa classe lui échappent.", "À corriger dans "+r.CorrectedIn()+".")
		}
		if len(r.Links) == 0 {
			add(false, "Aucun responsable n’est déclaré : personne ne peut suivre sa scolarité dans l’ENT.", "À corriger dans "+r.CorrectedIn()+".")
		}
	case Relative:
		if len(r.Children) == 0 && r.Elsewhere == 0 {
			add(true, "Parent sans enfant : aucun lien n’est déclaré avec un élève.", "À corriger dans "+r.CorrectedIn()+".")
		}
		if country := r.Postal.Country; r.Postal.PostalCode == "" || r.Postal.Town == "" || country != "" && !strings.EqualFold(country, "FRANCE") {
			causes = append(causes, Cause{Says: "L’adresse est vide ou à l’étranger : la première connexion par code postal et ville est impossible.", Mend: "Code à remettre", Path: "/code"})
		}
	}
	return causes
}
