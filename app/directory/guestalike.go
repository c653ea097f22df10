package directory

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"preau/app/access"
	"preau/data"
)

// attaching is how a guest of another establishment is found and attached.
var attaching = data.NewCrossing("directory.guests", "Dire qu’un invité de ce nom existe dans un autre établissement, et le rattacher quand le nom avec la date de naissance ou l’adresse e-mail sont les siens")

// Resembling are those who look like somebody that is about to be created.
type Resembling struct {
	Here []Twin // of the establishment, the likeliest first
	Away []Away // guests of other establishments, who have the very same name
}

// An Away is a guest of another establishment: that there is one, and no more.
type Away struct {
	School string // its name
	ID     string // UID, "" unless the birth date or the e-mail is theirs too
}

// mostResembling is how many are shown of each kind.
const mostResembling = 8

// Key stands for those who are listed: a form holds it to say that they were seen.
func (r Resembling) Key() string {
	if len(r.Here)+len(r.Away) == 0 {
		return ""
	}
	h := sha256.New()
	for _, t := range r.Here {
		h.Write([]byte(t.ID + "\n"))
	}
	for _, a := range r.Away {
		h.Write([]byte(a.School + "\t" + a.ID + "\n"))
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Lookalikes are those who look like the guest that somebody is about to
// create, as far as the form is filled.
func Lookalikes(s *access.Session, uai string, f GuestForm) (r Resembling, err error) {
	err = s.See(func(tx *data.Tx) error {
		place, err := locate(tx, uai)
		if err != nil {
			return err
		}
		r, err = f.resembling(tx, place)
		return err
	})
	if err == nil && f.guesses() && len(r.Away) > 0 {
		err = s.Guess(guestGuess, !slices.ContainsFunc(r.Away, func(a Away) bool { return a.ID != "" }))
	}
	if err != nil {
		return Resembling{}, err
	}
	return r, nil
}

// guestGuess is what wrong birth dates and e-mails of guests elsewhere are
// counted as: they would be guessed one by one.
const guestGuess = "guest"

// guesses reports whether the form tells more than a name.
func (f GuestForm) guesses() bool {
	u := f.wanted()
	return u.Birth != "" || u.Email.Value() != ""
}

// wanted is who the form describes so far. What is not a birth date or an
// e-mail yet is none.
func (f GuestForm) wanted() User {
	birth, _ := ParseDate(f.Birth)
	u := User{Profile: Guest, LastName: f.LastName, FirstName: f.FirstName, Birth: birth}
	if checkEmail(f.Email) == "" {
		u.Email.Federated = f.Email
	}
	return u
}

// resembling finds them.
func (f GuestForm) resembling(tx *data.Tx, place data.Place) (r Resembling, err error) {
	u := f.wanted()
	for _, group := range []string{string(Guest), string(Teacher), string(Staff), deletedGroup} {
		for other, err := range UsersList.All(tx, place, group) {
			if err != nil {
				return r, err
			}
			if score := resemblance(u, other); score >= twinScore {
				r.Here = append(r.Here, Twin{other, score})
			}
		}
	}
	r.Here = likeliest(r.Here)
	r.Here = r.Here[:min(len(r.Here), mostResembling)]
	r.Away, err = away(tx, place, u)
	return r, err
}

// shortest is how many letters of a last name say something.
const shortest = 3

// resemblance is likeness for a name that is still being typed.
func resemblance(u, other User) int {
	if other.Profile == Student || other.Profile == Relative {
		return 0
	}
	score := likeness(u, other)
	last, first := data.Fold(u.LastName), data.Fold(u.FirstName)
	begins := len(last) >= shortest && strings.HasPrefix(data.Fold(other.LastName), last) && strings.HasPrefix(data.Fold(other.FirstName), first)
	mail := u.Email.Value() != "" && strings.EqualFold(u.Email.Value(), other.Email.Value())
	if begins || mail {
		score = max(score, twinScore)
	}
	return score
}

// away finds the guests of other establishments who have the very same name.
func away(tx *data.Tx, place data.Place, u User) (found []Away, err error) {
	if data.Fold(u.LastName) == "" || data.Fold(u.FirstName) == "" {
		return nil, nil
	}
	wide := attaching.Over(tx)
	for other, err := range GuestsByName.All(wide, u.foldedName()) {
		if err != nil {
			return nil, err
		}
		if _, here := other.At(place); here || other.State() == Deleted {
			continue
		}
		school, err := Cards.Get(wide, other.Attachments[0].UAI())
		if err != nil {
			return nil, err
		}
		a := Away{School: school.Name}
		if u.is(other) {
			a.ID = other.ID
		}
		found = append(found, a)
	}
	slices.SortFunc(found, func(a, b Away) int { return strings.Compare(a.School+a.ID, b.School+b.ID) })
	return found[:min(len(found), mostResembling)], nil
}

// is reports whether two descriptions are of one person: the name, with the
// birth date or the e-mail.
func (u User) is(other User) bool {
	if u.foldedName() != other.foldedName() {
		return false
	}
	mail := u.Email.Value()
	return u.Birth != "" && u.Birth == other.Birth || mail != "" && strings.EqualFold(mail, other.Email.Value())
}
