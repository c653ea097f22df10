package directory

import (
	"slices"
	"strings"
	"time"

	"preau/data"
)

// A User is a person of the directory. Its key, the UID, is never used again.
type User struct {
	ID        string  `cbor:"id" log:"-"`
	Profile   Profile `cbor:"prof" log:"Profil"`
	LastName  string  `cbor:"last" log:"Nom"`
	FirstName string  `cbor:"first" log:"Prénom"`
	BirthName string  `cbor:"bname,omitempty" log:"Nom de naissance"`
	Title     string  `cbor:"title,omitempty" log:"Civilité"`
	Birth     Date    `cbor:"birth,omitempty" log:"Date de naissance"`

	Login  Both    `cbor:"login" log:"Login"`
	Email  Both    `cbor:"mail" log:"Adresse e-mail"`
	Unsure bool    `cbor:"unsure,omitempty" log:"-"` // the e-mail was typed by the person, who has not confirmed it yet
	Mobile Both    `cbor:"mob" log:"Téléphone portable"`
	Home   Both    `cbor:"home" log:"Téléphone domicile"`
	Work   Both    `cbor:"work" log:"Téléphone professionnel"` // of teachers and staff: poste interne
	Postal Address `cbor:"addr" log:"Adresse"`

	Attachments Attachments `cbor:"etab" log:"Rattachement"`

	INE     string    `cbor:"ine,omitempty" log:"-"`
	MEF     string    `cbor:"mef,omitempty" log:"MEF"`
	Grade   string    `cbor:"grade,omitempty" log:"Niveau"` // such as « 3e »
	Options []Subject `cbor:"opt,omitempty" log:"Enseignements"`
	Links   []Link    `cbor:"rel,omitempty" log:"Responsables"` // of a student

	Source      string    `cbor:"src" log:"-"`
	CreatedAt   time.Time `cbor:"at" log:"-"`
	ActivatedAt time.Time `cbor:"act" log:"Activé le"`
	SuspendedAt time.Time `cbor:"susp" log:"Suspendu le"`
	Reason      string    `cbor:"why,omitempty" log:"Motif de suspension"`
	DeletedAt   time.Time `cbor:"del" log:"Supprimé le"`
	DeletedBy   string    `cbor:"delwhy,omitempty" log:"Motif de suppression"`
	Version     uint64    `cbor:"v" log:"-"`
}

// A Subject is a subject by its code in the académie's nomenclature, with the
// label it had when it was received.
type Subject struct {
	Code string `cbor:"c"`
	Name string `cbor:"n"`
}

// String is the label.
func (s Subject) String() string { return s.Name }

// A Link ties a student to a relative, as the federated directory declares it.
type Link struct {
	Relative  string    `cbor:"id"`             // UID
	Name      string    `cbor:"name,omitempty"` // « NOM Prénom », as last received
	Kind      string    `cbor:"kind"`           // « Mère », « Père », « Tuteur » …
	Legal     bool      `cbor:"legal,omitempty"`
	InCharge  bool      `cbor:"charge,omitempty"`
	Financial bool      `cbor:"fin,omitempty"`
	Contact   bool      `cbor:"contact,omitempty"`
	Payment   bool      `cbor:"pay,omitempty"`
	Confirmed time.Time `cbor:"ok"` // by the relative, at first connection
}

// String is the link in the journal.
func (l Link) String() string { return l.Kind + " " + l.Name }

// An Attachment is what somebody is in one establishment.
type Attachment struct {
	At            data.Place `cbor:"at"`
	Main          bool       `cbor:"main,omitempty"` // the establishment of attachment
	Classes       []string   `cbor:"cls,omitempty"`  // codes: of a student
	Groups        []string   `cbor:"grp,omitempty"`  // codes of teaching groups: of a student
	Functions     []Function `cbor:"fun,omitempty"`
	Lessons       []Lesson   `cbor:"les,omitempty"`
	HeadTeacherOf []string   `cbor:"pp,omitempty"` // codes of classes
	Left          Date       `cbor:"left,omitempty"`
	Editor        bool       `cbor:"edit,omitempty"`  // of the public page
	Until         Date       `cbor:"until,omitempty"` // last day: of a guest, "" for no end
}

// UAI is the establishment of the attachment.
func (a Attachment) UAI() string { return UAIOf(a.At) }

// A Function is a post, with its discipline if any.
type Function struct {
	Code           string `cbor:"c"` // ENS, DIR, EDU …
	Name           string `cbor:"n"`
	Discipline     string `cbor:"d,omitempty"`
	DisciplineName string `cbor:"dn,omitempty"`
}

// A Lesson is a subject taught to a class, or to a teaching group.
type Lesson struct {
	Class   string  `cbor:"cl,omitempty"`
	Group   string  `cbor:"gr,omitempty"`
	Subject Subject `cbor:"s"`
}

// Attachments are those of a person, the main one first.
type Attachments []Attachment

// ByPlace says what the person is in each establishment, to that one only.
func (all Attachments) ByPlace() map[data.Place]string {
	said := map[data.Place]string{}
	for _, a := range all {
		said[a.At] = a.String()
	}
	return said
}

// String is the attachment in the journal.
func (a Attachment) String() string {
	parts := []string{a.UAI()}
	if len(a.Classes) > 0 {
		parts = append(parts, "classe "+strings.Join(a.Classes, ", "))
	}
	if len(a.Groups) > 0 {
		parts = append(parts, "groupes "+strings.Join(a.Groups, ", "))
	}
	for _, f := range a.Functions {
		parts = append(parts, strings.TrimSpace(f.Name+" "+f.DisciplineName))
	}
	for _, l := range a.Lessons {
		parts = append(parts, l.Subject.Name+" en "+l.Class+l.Group)
	}
	if len(a.HeadTeacherOf) > 0 {
		parts = append(parts, "professeur principal de "+strings.Join(a.HeadTeacherOf, ", "))
	}
	if a.Left != "" {
		parts = append(parts, "sortie le "+a.Left.String())
	}
	if a.Editor {
		parts = append(parts, "éditeur de page publique")
	}
	if a.Until != "" {
		parts = append(parts, "jusqu’au "+a.Until.String())
	}
	return strings.Join(parts, " · ")
}

// Key is the UID.
func (u User) Key() string { return u.ID }

// Places are the establishments of the person.
func (u User) Places() []data.Place {
	places := make([]data.Place, len(u.Attachments))
	for i, a := range u.Attachments {
		places[i] = a.At
	}
	return places
}

// Label is « NOM Prénom ».
func (u User) Label() string { return u.LastName + " " + u.FirstName }

// At returns the attachment to an establishment.
func (u User) At(place data.Place) (Attachment, bool) {
	i := slices.IndexFunc(u.Attachments, func(a Attachment) bool { return a.At == place })
	if i < 0 {
		return Attachment{}, false
	}
	return u.Attachments[i], true
}

// State is where the account stands.
func (u User) State() State {
	switch {
	case !u.DeletedAt.IsZero():
		return Deleted
	case !u.SuspendedAt.IsZero():
		return Suspended
	case !u.ActivatedAt.IsZero():
		return Active
	}
	return Inactive
}
