package directory

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"preau/app/access"
	"preau/app/format/guestcsv"
	"preau/data"
)

// A Fate is what becomes of a line of a file of guests.
type Fate string

// The fates of lines.
const (
	FateCreated  Fate = "créé"
	FateAttached Fate = "rattaché" // the account exists elsewhere, or in « Suppressions »
	FatePresent  Fate = "déjà présent"
	FateRefused  Fate = "refusé"
)

// Fates are the fates, those that need a look first.
var Fates = []Fate{FateRefused, FateAttached, FateCreated, FatePresent}

// A GuestLine is a line of a file and its fate.
type GuestLine struct {
	N                  int // of the line in the file, from 1
	Name, Email, Birth string
	Fate               Fate
	Left               bool // out, by whoever imported
	Why                []LineFault
	Note               string // what is good to know
	Here               string // UID of somebody of the establishment whom the line is about, or looks like

	form     GuestForm
	user     string // whom it attaches or brings back
	restored bool
	missed   bool // a guest elsewhere has the name and nothing else
}

// A LineFault is what is wrong with a column of a line.
type LineFault struct {
	Column string `cbor:"c"` // "" for the whole line
	Says   string `cbor:"s"`
}

// Digest stands for the fates of lines: a form holds it to say which were shown.
func Digest(lines []GuestLine) string {
	h := sha256.New()
	for _, l := range lines {
		fmt.Fprintf(h, "%d %s %s\n", l.N, l.Fate, l.user)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// columns are the columns of a file by the field of the form they fill.
var columns = map[string]string{"nom": "Nom", "prenom": "Prénom", "civilite": "Titre", "email": "Mail", "naissance": "Date de naissance", "adresse": "Adresse", "code-postal": "Code Postal",
	"ville": "Commune", "domicile": "Téléphone Domicile", "portable": "Téléphone Portable", "poste": "Téléphone Professionnel"}

// mostOfOneName is how many lines may have the same name: a file that tries one
// birth date after the other must not find whose guest somebody is.
const mostOfOneName = 3

// A sorter decides the fate of lines, as the directory is in one transaction.
type sorter struct {
	tx, wide *data.Tx
	place    data.Place
	here     map[string][]User // guests of the establishment, by name, birth date and e-mail
	gone     map[string][]User // its deleted guests, by name
	staff    map[string][]User // its teachers and staff, by name
	times    map[string]int    // how many lines have a name
	before   map[string][]earlier
}

// An earlier line of the same file.
type earlier struct {
	User
	line int
}

// sortLines decides the fate of each line, in their order.
func sortLines(tx *data.Tx, place data.Place, lines []guestcsv.Line) (sorted []GuestLine, err error) {
	s := sorter{tx: tx, wide: attaching.Over(tx), place: place, here: map[string][]User{}, gone: map[string][]User{}, staff: map[string][]User{}, times: map[string]int{}, before: map[string][]earlier{}}
	if err := s.know(); err != nil {
		return nil, err
	}
	for _, l := range lines {
		s.times[User{LastName: l.LastName, FirstName: l.FirstName}.foldedName()]++
	}
	for _, raw := range lines {
		l, err := s.sort(raw)
		if err != nil {
			return nil, err
		}
		sorted = append(sorted, l)
	}
	return sorted, nil
}

// know reads the people of the establishment whom lines are compared with.
func (s sorter) know() error {
	for _, group := range []string{string(Guest), string(Teacher), string(Staff), deletedGroup} {
		for u, err := range UsersList.All(s.tx, s.place, group) {
			if err != nil {
				return err
			}
			name := u.foldedName()
			switch {
			case u.State() == Deleted && u.Profile == Guest:
				s.gone[name] = append(s.gone[name], u)
			case u.State() == Deleted:
			case u.Profile == Guest:
				for _, key := range []string{name, "né " + string(u.Birth), "@" + strings.ToLower(u.Email.Value())} {
					s.here[key] = append(s.here[key], u)
				}
			default:
				s.staff[name] = append(s.staff[name], u)
			}
		}
	}
	return nil
}

func formOf(l guestcsv.Line) GuestForm {
	return GuestForm{LastName: l.LastName, FirstName: l.FirstName, Title: l.Title, Email: l.Email, Birth: l.Birth, Street: l.Street, PostalCode: l.PostalCode, Town: l.Town, Mobile: l.Mobile, Home: l.Home, Work: l.Work}
}

// sort decides the fate of one line.
func (s sorter) sort(raw guestcsv.Line) (GuestLine, error) {
	l := GuestLine{N: raw.N, Name: strings.TrimSpace(strings.ToUpper(raw.LastName) + " " + raw.FirstName), Email: raw.Email, Birth: raw.Birth, form: formOf(raw)}
	u, wrong := l.form.read(s.tx.Now)
	l.faults(raw, wrong)
	if len(l.Why) > 0 {
		l.Fate = FateRefused
		return l, nil
	}
	name := u.foldedName()
	if known, ok := find(s.here[name], u); ok {
		l.Fate, l.Here = FatePresent, known.ID
		return l, nil
	}
	if known, ok := find(s.staff[name], u); ok {
		l.Here = known.ID
		return l.refuse("Cette personne a déjà un compte du profil « " + known.Profile.One() + " » dans l’établissement."), nil
	}
	for _, b := range s.before[name] {
		if u.is(b.User) {
			return l.refuse(fmt.Sprintf("C’est la même personne que celle de la ligne %d.", b.line)), nil
		}
	}
	s.before[name] = append(s.before[name], earlier{u, l.N})
	if known, ok := find(s.gone[name], u); ok {
		return s.attaches(l, known, true)
	}
	if s.times[name] > mostOfOneName {
		return l.refuse(fmt.Sprintf("Ce nom figure sur plus de %d lignes : vérifiez-les, et ajoutez ces personnes une à une par « Ajouter un utilisateur ».", mostOfOneName)), nil
	}
	return s.elsewhere(l, u)
}

// faults notes what is wrong with a line, in the order of its columns.
func (l *GuestLine) faults(raw guestcsv.Line, wrong notes) {
	says := map[string]string{}
	for field, text := range wrong {
		says[columns[field]] = text
	}
	for column, text := range raw.Wrong {
		says[column] = text
	}
	for _, column := range guestcsv.Columns {
		if text := says[column]; text != "" {
			l.Why = append(l.Why, LineFault{column, text})
			delete(says, column)
		}
	}
	for _, column := range slices.Sorted(maps.Keys(says)) { // those too many
		l.Why = append(l.Why, LineFault{column, says[column]})
	}
}

func (l GuestLine) refuse(says string) GuestLine {
	l.Fate, l.Why = FateRefused, []LineFault{{"", says}}
	return l
}

func find(among []User, u User) (User, bool) {
	i := slices.IndexFunc(among, u.is)
	if i < 0 {
		return User{}, false
	}
	return among[i], true
}

// attaches is the fate of a line about an account that exists. A file touches no
// administrator's.
func (s sorter) attaches(l GuestLine, u User, restored bool) (GuestLine, error) {
	role, err := access.RoleOf(s.tx, u.ID)
	if err != nil {
		return l, err
	}
	if role != "" {
		return l.refuse("Ce compte est celui d’un administrateur : un fichier n’y touche pas. Rattachez-le par « Ajouter un utilisateur »."), nil
	}
	l.Fate, l.user, l.restored = FateAttached, u.ID, restored
	if restored {
		l.Here, l.Note = u.ID, "Revient de « Suppressions »."
	}
	return l, nil
}

// elsewhere looks for the person among the guests of other establishments.
func (s sorter) elsewhere(l GuestLine, u User) (GuestLine, error) {
	found, err := away(s.wide, s.place, u)
	if err != nil {
		return l, err
	}
	theirs := slices.DeleteFunc(slices.Clone(found), func(a Away) bool { return a.ID == "" })
	switch {
	case len(theirs) > 1:
		return l.refuse("Plusieurs comptes d’autres établissements sont de cette personne : choisissez-en un par « Ajouter un utilisateur »."), nil
	case len(theirs) == 1:
		known, err := Users.Get(s.wide, theirs[0].ID)
		if err != nil {
			return l, err
		}
		l.Note = "Le compte existe " + AtSchool(theirs[0].School) + " : il garde son login et son mot de passe."
		return s.attaches(l, known, false)
	}
	l.Fate, l.missed = FateCreated, len(found) > 0
	if l.missed {
		l.Note = "Un invité de ce nom existe " + AtSchool(found[0].School) + ", né(e) à une autre date."
	}
	if twin, ok := s.twin(u); ok {
		l.Here, l.Note = twin.ID, "Ressemble à "+twin.describe()+"."
	}
	return l, nil
}

// mostCompared bounds the people whom a line is compared with.
const mostCompared = 20

// twin is who looks the most like a line that makes an account.
func (s sorter) twin(u User) (best Twin, ok bool) {
	for _, key := range []string{u.foldedName(), "né " + string(u.Birth), "@" + strings.ToLower(u.Email.Value())} {
		near := s.here[key]
		for _, other := range near[:min(len(near), mostCompared)] {
			if score := likeness(u, other); score >= twinScore && score > best.Score {
				best, ok = Twin{other, score}, true
			}
		}
	}
	return best, ok
}

// AtSchool is a place to be, as « au lycée Honoré de Balzac ».
func AtSchool(name string) string {
	first, rest, _ := strings.Cut(name, " ")
	switch data.Fold(first) {
	case "lycee", "college":
		return "au " + strings.ToLower(first) + " " + rest
	case "ecole":
		return "à l’" + strings.ToLower(first) + " " + rest
	}
	return "dans l’établissement « " + name + " »"
}
