package access

import (
	"slices"
	"time"

	"preau/data"
)

// A Capability is something that a role lets somebody do.
type Capability string

// The capabilities.
const (
	Administer           Capability = "administer"            // open the console and read
	HandleRequests       Capability = "handle-requests"       // of the help desk
	ManageAccounts       Capability = "manage-accounts"       // edit and suspend people
	EditEstablishment    Capability = "edit-establishment"    // its e-mail and website
	ManageGroups         Capability = "manage-groups"         // local and shared ones, and partnerships
	GrantLocal           Capability = "grant-local"           // local administrators, from the record
	ImportOwn            Capability = "import-own"            // files of one's own establishments
	EditMarker           Capability = "edit-marker"           // the XiTi identifier
	CreateEstablishments Capability = "create-establishments" // by hand or by a wider import
	ManageAdministrators Capability = "manage-administrators" // the module Administrateurs
	RunAppliance         Capability = "run-appliance"         // its configuration
	ActivateSupport      Capability = "activate-support"      // the second level, for an establishment
	ServeLevel2          Capability = "serve-level2"          // the appliance's own second level
	SetMailboxes         Capability = "set-mailboxes"         // that requests come by: a password, and a server that the appliance joins
	Oneself              Capability = "oneself"               // what anybody does for themselves, and no role gives
)

// A Role is a set of capabilities that a grant gives in a place.
type Role string

// The four roles, and what the manual calls them.
const (
	LocalAdmin     Role = "local_admin"
	AcademyAdvisor Role = "academy_advisor"
	AcademySupport Role = "academy_support"
	Level2Support  Role = "level2_support"
)

var local = []Capability{Administer, HandleRequests, ManageAccounts, ManageGroups, EditEstablishment, GrantLocal, ImportOwn}
var higher = append(slices.Clone(local), EditMarker, ActivateSupport, SetMailboxes, CreateEstablishments, ManageAdministrators)

var roles = map[Role]struct {
	label string
	can   []Capability
}{
	LocalAdmin:     {"Administrateur local", local},
	AcademyAdvisor: {"Personnel d’accompagnement académique", higher},
	AcademySupport: {"Assistant de plate-forme académique", higher},
	Level2Support:  {"Assistant de niveau 2", append(slices.Clone(higher), RunAppliance, ServeLevel2)},
}

// Roles are the four roles, lowest first.
var Roles = []Role{LocalAdmin, AcademySupport, AcademyAdvisor, Level2Support}

// Label is what the screens call the role.
func (r Role) Label() string { return roles[r].label }

// String is the role in the journal.
func (r Role) String() string { return r.Label() }

// Valid reports whether the role exists.
func (r Role) Valid() bool { return roles[r].label != "" }

// Can reports whether the role has the capability.
func (r Role) Can(c Capability) bool { return slices.Contains(roles[r].can, c) }

// A Grant gives somebody a role in a place.
type Grant struct {
	ID      string     `cbor:"id" log:"-"`
	Account string     `cbor:"acc" log:"-"`
	Role    Role       `cbor:"role" log:"Rôle"`
	In      data.Place `cbor:"in" log:"Périmètre"`
	By      string     `cbor:"by" log:"-"` // account that gave it, "" for the appliance
	ByName  string     `cbor:"byname" log:"-"`
	At      time.Time  `cbor:"at" log:"-"`
	Until   time.Time  `cbor:"until" log:"Jusqu’au"` // zero for no end
}

// ScopeField is what the journal calls the place of a grant.
const ScopeField = "Périmètre"

// Key is the identifier of the grant.
func (g Grant) Key() string { return g.ID }

// Places is where the grant holds.
func (g Grant) Places() []data.Place { return []data.Place{g.In} }

// Label names the grant in the journal.
func (g Grant) Label() string { return "Habilitation" }

// Holds reports whether the grant is in force.
func (g Grant) Holds(now time.Time) bool { return g.Until.IsZero() || now.Before(g.Until) }

// reachOf is the union of the places of those grants whose role has the capability.
func reachOf(grants []Grant, c Capability, now time.Time) data.Reach {
	var reach data.Reach
	for _, g := range grants {
		if g.Holds(now) && g.Role.Can(c) && !reach.Covers(g.In) {
			reach = append(reach, g.In)
		}
	}
	return reach
}

// Above reports whether a role is higher than another, "" being the lowest.
func (r Role) Above(other Role) bool { return slices.Index(Roles, r) > slices.Index(Roles, other) }

// RoleOver is the highest role of the person over a row of these places, ""
// for none: a role counts only where it was given.
func (s *Session) RoleOver(places []data.Place) (best Role) {
	for _, g := range s.Grants {
		if g.Role.Above(best) && g.Holds(s.Now()) && (data.Reach{g.In}).CoversAny(places) {
			best = g.Role
		}
	}
	return best
}
