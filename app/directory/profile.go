package directory

// A Profile is what somebody is in an establishment.
type Profile string

// The five profiles.
const (
	Student  Profile = "student"
	Teacher  Profile = "teacher"
	Staff    Profile = "staff"
	Relative Profile = "relative"
	Guest    Profile = "guest"
)

// Profiles are the five profiles, in the order of the screens.
var Profiles = []Profile{Student, Teacher, Staff, Relative, Guest}

var profiles = map[Profile]struct{ one, many, path string }{
	Student:  {"Élève", "Élèves", "eleves"},
	Teacher:  {"Enseignant", "Enseignants", "enseignants"},
	Staff:    {"Personnel", "Personnel", "personnels"},
	Relative: {"Parent", "Parents", "parents"},
	Guest:    {"Autre (Invité)", "Autres (Invités)", "invites"},
}

// One is what the screens call somebody of the profile.
func (p Profile) One() string { return profiles[p].one }

// Many is what the screens call people of the profile.
func (p Profile) Many() string { return profiles[p].many }

// Path is the profile in addresses, such as "eleves".
func (p Profile) Path() string { return profiles[p].path }

// String is the profile in the journal.
func (p Profile) String() string { return p.One() }

// ProfileAt returns the profile of a part of an address, "" for none.
func ProfileAt(path string) Profile {
	for p, names := range profiles {
		if names.path == path {
			return p
		}
	}
	return ""
}

// Federated reports whether people of the profile come from the federated directory.
func (p Profile) Federated() bool { return p != Guest }

// A State is where an account stands.
type State string

// The states of an account.
const (
	Inactive  State = "inactive" // never signed in
	Active    State = "active"
	Suspended State = "suspended"
	Deleted   State = "deleted"
)

// States are the states, in the order of the screens.
var States = []State{Active, Inactive, Suspended, Deleted}

// Label is what the screens call the state.
func (s State) Label() string {
	return map[State]string{Inactive: "Inactif", Active: "Actif", Suspended: "Suspendu", Deleted: "Supprimé"}[s]
}
