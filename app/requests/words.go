package requests

import "preau/app/services"

// A Type is what kind of help is asked for.
type Type string

// The types of requests, in the order of the manual.
const (
	Assistance  Type = "assistance"
	Incident    Type = "incident"
	Information Type = "information"
	Technical   Type = "technique"
	OtherType   Type = "autre"
	UserType    Type = "utilisateur"
)

// Types are the types, in the order of the screens.
var Types = []Type{Assistance, Incident, Information, Technical, OtherType, UserType}

// Label is what the screens call the type.
func (t Type) Label() string {
	return map[Type]string{Assistance: "Assistance", Incident: "Incident", Information: "Information", Technical: "Technique", OtherType: "Autre", UserType: "Utilisateur"}[t]
}

// String is the type in the journal.
func (t Type) String() string { return t.Label() }

// A Channel is how a request came.
type Channel string

// The channels of a request.
const (
	Phone       Channel = "telephone"
	Mail        Channel = "mail"
	FormChannel Channel = "formulaire"
)

// Channels are the channels, in the order of the screens.
var Channels = []Channel{Phone, Mail, FormChannel}

// Label is what the screens call the channel.
func (c Channel) Label() string {
	return map[Channel]string{Phone: "Téléphone", Mail: "Mail", FormChannel: "Formulaire"}[c]
}

// String is the channel in the journal.
func (c Channel) String() string { return c.Label() }

// A Priority says how soon an answer is needed.
type Priority string

// The priorities of a request.
const (
	Normal Priority = "normale"
	Urgent Priority = "urgente"
)

// Priorities are the priorities, in the order of the screens.
var Priorities = []Priority{Normal, Urgent}

// Label is what the screens call the priority.
func (p Priority) Label() string {
	return map[Priority]string{Normal: "Normale", Urgent: "Urgente"}[p]
}

// String is the priority in the journal.
func (p Priority) String() string { return p.Label() }

// A Service is the key of the service that a request is about, "" when the
// requester does not know.
type Service string

// Label is what the screens call the service.
func (s Service) Label() string {
	if d, ok := services.Of(string(s)); ok {
		return d.Label
	}
	return "Autre ou inconnu"
}

// String is the service in the journal.
func (s Service) String() string { return s.Label() }

func (s Service) known() bool {
	_, ok := services.Of(string(s))
	return ok || s == ""
}
