package directory

import (
	"strings"

	"preau/data"
)

// Tags that a search can ask for.
func profileTag(p Profile) string { return "profil=" + string(p) }
func deletedTag() string          { return "etat=" + string(Deleted) }
func presentTag() string          { return "etat=present" }

// userDocument is how the search finds a person: by any word of the name, and
// by the birth date, login, UID, e-mail and class.
func userDocument(u User) *data.Document {
	exact := []string{data.Fold(u.ID), u.Login.Value(), u.Birth.String()}
	if mail := u.Email.Value(); mail != "" {
		exact = append(exact, strings.ToLower(mail))
	}
	if len(u.Attachments) == 1 { // or else each establishment would find by the classes of the other
		for _, c := range u.Attachments[0].Classes {
			exact = append(exact, data.Fold(c))
		}
	}
	state := presentTag()
	if u.State() == Deleted {
		state = deletedTag()
	}
	return &data.Document{
		Words: strings.Fields(data.Fold(u.LastName + " " + u.FirstName + " " + u.BirthName)),
		Exact: exact,
		Tags:  []string{profileTag(u.Profile), state},
		Sort:  sortKey(u),
	}
}

// cardDocument is how the search finds an establishment: by its name, its town
// and its UAI.
func cardDocument(c Card) *data.Document {
	return &data.Document{
		Words: strings.Fields(data.Fold(c.Name + " " + c.Town)),
		Exact: []string{data.Fold(c.UAI)},
		Sort:  data.SortKey(c.Name, c.Town),
	}
}
