package access

import (
	"errors"
	"time"

	"preau/data"
)

// A Kind says what went wrong in terms of what the person can do about it.
type Kind int

// The kinds of refusal.
const (
	Internal   Kind = iota // nothing: it is our fault
	Malformed              // the request itself is wrong
	Invalid                // correct the form
	Stale                  // look again: things have changed
	Missing                // go elsewhere: nothing there, or out of reach
	Forbidden              // ask somebody of a higher role
	Anonymous              // sign in
	CrossSite              // the request came from another site
	TooLarge               // send less
	Throttled              // wait
	Overloaded             // try again soon
	Full                   // the disk has no room left
)

// A Refusal is why something was not done, with the French sentence that says
// to the person what to do. Fields holds the sentences that belong next to a
// field of a form, by its name.
type Refusal struct {
	Kind   Kind
	Says   string
	Fields map[string]string
	Wait   time.Duration // of a Throttled one
	Err    error
}

func (r *Refusal) Error() string {
	if r.Err != nil {
		return r.Says + " (" + r.Err.Error() + ")"
	}
	return r.Says
}

func (r *Refusal) Unwrap() error { return r.Err }

// KindOf returns the kind of an error. One that is not a refusal is Internal.
func KindOf(err error) Kind {
	if r, ok := errors.AsType[*Refusal](err); ok {
		return r.Kind
	}
	return Internal
}

// Wrong refuses a form because of one of its fields.
func Wrong(field, says string) error {
	return &Refusal{Kind: Invalid, Says: "Le formulaire est à corriger.", Fields: map[string]string{field: says}}
}

// WrongFields refuses a form because of several fields, and nothing if none.
func WrongFields(fields map[string]string) error {
	if len(fields) == 0 {
		return nil
	}
	return &Refusal{Kind: Invalid, Says: "Le formulaire est à corriger.", Fields: fields}
}

// Conflict refuses an action that the present state no longer allows.
func Conflict(says string) error { return &Refusal{Kind: Stale, Says: says} }

// NotFound refuses what does not exist or is out of reach, alike.
func NotFound() error {
	return &Refusal{Kind: Missing, Says: "Cette page n’existe pas, ou n’est pas dans votre périmètre."}
}

// NotAllowed refuses what somebody sees but may not change.
func NotAllowed() error {
	return &Refusal{Kind: Forbidden, Says: "Votre rôle ne permet pas cette action. Adressez-vous à l’académie ou à l’assistance de niveau 2."}
}

// explain turns the errors of the store into refusals.
func explain(err error) error {
	var known *Refusal
	switch {
	case err == nil, errors.As(err, &known):
		return err
	case errors.Is(err, data.ErrNotFound):
		return NotFound()
	case errors.Is(err, data.ErrForbidden):
		return NotAllowed()
	case errors.Is(err, data.ErrDuplicate):
		return &Refusal{Kind: Stale, Says: "Cette valeur est déjà utilisée.", Err: err}
	case errors.Is(err, data.ErrFull):
		return &Refusal{Kind: Full, Says: "Le disque du serveur est plein : rien n’a été enregistré, rien n’est perdu. Libérez de la place, puis recommencez.", Err: err}
	}
	return err
}
