// Package services declares the services of the ENT: what each is called, where
// it stands, and who may turn it on.
package services

// A Category is where a service stands in the list.
type Category string

// The categories, as the screens call them.
const (
	Communication Category = "Communication"
	Teaching      Category = "Pédagogie"
	SchoolLife    Category = "Vie scolaire"
	Resources     Category = "Ressources"
)

// Categories are the categories, in the order of the screens.
var Categories = []Category{Communication, Teaching, SchoolLife, Resources}

// A Service is declared once, here: nothing else is to be added for a new one to
// be named by a request.
type Service struct {
	Key, Label   string
	Category     Category
	Optional     bool // inactive when an establishment is created
	Collectivity bool // only where the collectivité offers it
}

// All are the services, in the order of the screens.
var All = []Service{
	{"actualite", "Actualité", Communication, false, false},
	{"annuaire", "Annuaire", Communication, false, false},
	{"messagerie", "Messagerie", Communication, false, false},
	{"chat", "Chat", Communication, true, false},
	{"forum", "Forum", Communication, false, false},
	{"webconference", "Webconférence", Communication, true, true},
	{"blog", "Blog", Teaching, false, false},
	{"site", "Création de site web", Teaching, true, true},
	{"boticely", "Boticely", Teaching, true, true},
	{"espace", "Espace de travail", Teaching, false, false},
	{"signets", "Signets", Teaching, false, false},
	{"visionneur", "Visionneur", Teaching, false, false},
	{"serveur", "Serveur d’établissement", Teaching, true, false},
	{"cahier", "Cahier de textes", Teaching, false, false},
	{"notes", "Notes et absences", SchoolLife, true, false},
	{"agenda", "Agenda", SchoolLife, false, false},
	{"edt", "Emploi du temps", SchoolLife, false, false},
	{"ressources", "Ressources numériques", Resources, true, false},
	{"reservation", "Réservation de matériel", Resources, true, false},
	{"bcdi", "BCDI / e-sidoc", Resources, true, false},
	{"gibii", "GiBii", Resources, true, false},
}

// Of returns the service of a key.
func Of(key string) (Service, bool) {
	for _, s := range All {
		if s.Key == key {
			return s, true
		}
	}
	return Service{}, false
}

// In returns the services of a category.
func In(c Category) (all []Service) {
	for _, s := range All {
		if s.Category == c {
			all = append(all, s)
		}
	}
	return all
}
