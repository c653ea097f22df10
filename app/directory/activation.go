package directory

import (
	"errors"
	"slices"
	"strings"
	"time"

	"preau/app/access"
	"preau/data"
)

// Activate gives a person the hash of the password they chose at their first
// connection, with what that connection accepts: from then on the account is
// active.
func Activate(tx *data.Tx, id, hash string, at time.Time) (User, error) {
	u, err := Users.Get(tx, id)
	if err != nil {
		return u, err
	}
	if u.ActivatedAt.IsZero() {
		u.ActivatedAt = at
	}
	if err := putUser(tx, u); err != nil {
		return u, err
	}
	a, err := access.Accounts.Get(tx, id)
	if err == nil {
		err = access.Accepts(tx, &a)
	}
	if err != nil {
		return u, err
	}
	a.Hash = hash
	return u, access.Accounts.Put(tx, a)
}

// An ActivationForm is what a relative was told: where the household lives, and
// the codes of its children. The name is asked when several live there.
type ActivationForm struct {
	PostalCode, Town    string
	Codes               []string
	LastName, FirstName string
}

// activating finds the relatives of a household by the codes of its children.
var activating = data.NewCrossing("directory.activation", "Reconnaître un parent par son adresse et les codes d’activation de ses enfants, et confirmer leurs liens")

// An Entrance is what a right code leads to: a pass to choose the first
// password, or the question which of several relatives is there.
type Entrance struct {
	Token string
	Named bool // the name has to be given, or given better
}

// errNotRecognised is the one answer to whatever was wrong.
func errNotRecognised() error {
	return &access.Refusal{Kind: access.Invalid, Says: "Ces informations ne permettent pas d’activer un compte. Recopiez-les du document remis par l’établissement ; si votre compte est déjà actif, connectez-vous. Sinon, demandez un code à l’établissement."}
}

// BeginActivation recognises a relative at their first connection.
func BeginActivation(g *access.Gate, f ActivationForm, from string) (e Entrance, err error) {
	codes := compact(f.codes())
	household := place(f.PostalCode, f.Town)
	if len(codes) == 0 || household == "" {
		return e, errNotRecognised()
	}
	if err := g.Attempt("household", household, from); err != nil {
		return e, err
	}
	visitor := g.Visitor(from)
	var who User
	var children []string
	err = visitor.See(func(tx *data.Tx) (err error) {
		who, children, e.Named, err = f.recognise(activating.Over(tx), household, codes)
		return err
	})
	if err != nil || e.Named {
		return e, err
	}
	err = visitor.Upkeep(func(tx *data.Tx) error {
		e.Token, err = access.StepPass(tx, access.Pass{Account: who.ID, Use: access.ChooseFirst, Children: children})
		return errors.Join(err, access.Succeeded(tx, "household", household, from))
	})
	return e, err
}

func (f ActivationForm) codes() (all []string) {
	for _, c := range f.Codes {
		all = append(all, access.NormalCode(c))
	}
	return all
}

// recognise finds the one relative who lives there, never signed in, and whose
// child has one of the codes; named says that several live there, whoever has
// signed in or not: only a name tells them apart.
func (f ActivationForm) recognise(wide *data.Tx, household string, codes []string) (who User, children []string, named bool, err error) {
	people, found := map[string]User{}, map[string][]string{} // relatives who live there, and the children whose codes let them in
	for _, code := range codes {
		child, used, err := childOfCode(wide, code, "")
		if errors.Is(err, data.ErrNotFound) {
			continue
		}
		if err != nil {
			return who, nil, false, err
		}
		for _, l := range child.Links {
			r, err := Users.Get(wide, l.Relative)
			if errors.Is(err, data.ErrNotFound) || err == nil && !r.livesAt(household) {
				continue
			}
			if err != nil {
				return who, nil, false, err
			}
			if people[r.ID] = r; !slices.Contains(used.Used, r.ID) {
				found[r.ID] = append(found[r.ID], child.ID)
			}
		}
	}
	if len(people) > 1 && (f.LastName == "" || f.FirstName == "") {
		return who, nil, true, nil
	}
	var matching []User
	for _, r := range people {
		if len(people) == 1 || f.names(r) {
			matching = append(matching, r)
		}
	}
	if len(matching) != 1 || matching[0].State() != Inactive || len(found[matching[0].ID]) == 0 {
		return who, nil, false, errNotRecognised()
	}
	return matching[0], found[matching[0].ID], false, nil
}

// livesAt reports whether somebody is a relative of a household.
func (u User) livesAt(household string) bool {
	return u.Profile == Relative && u.State() != Deleted && place(u.Postal.PostalCode, u.Postal.Town) == household
}

// names reports whether the name that was given is that of a relative, who may
// give the one they were born with.
func (f ActivationForm) names(r User) bool {
	last := data.Fold(f.LastName)
	return data.Fold(f.FirstName) == data.Fold(r.FirstName) && (last == data.Fold(r.LastName) || last == data.Fold(r.BirthName))
}

// place is a household as it is compared: case, accents, hyphens, CEDEX and the
// number of an arrondissement do not count, and St is Saint. It is "" when
// either part is missing.
func place(postalCode, town string) string {
	code := strings.ToUpper(strings.Join(strings.Fields(postalCode), ""))
	var words []string
	for _, w := range strings.Fields(data.Fold(town)) {
		switch w = strings.Trim(w, ".,"); {
		case w == "st":
			w = "saint"
		case w == "ste":
			w = "sainte"
		case w == "stes":
			w = "saintes"
		case w == "cedex", w == "arrondissement", arrondissement(w):
			continue
		}
		if w != "" {
			words = append(words, w)
		}
	}
	if code == "" || len(words) == 0 {
		return ""
	}
	return code + " " + strings.Join(words, " ")
}

// arrondissement reports whether a word is a number: 15, 3e, 1er, 2eme.
func arrondissement(word string) bool {
	rest := strings.TrimLeft(word, "0123456789")
	return rest != word && slices.Contains([]string{"", "e", "er", "eme", "ere"}, rest)
}

// confirm confirms the links of a relative with children: those whose codes were
// given, or all the declared ones for a code that was handed over.
func (u User) confirm(tx *data.Tx, children []string, all bool) error {
	return ConfirmLinks(tx, u.ID, tx.Now, func(child User) bool { return all || slices.Contains(children, child.ID) })
}

// ConfirmLinks confirms the declared links of a relative, whom the caller has
// read, with the children whom which chooses, as of a moment.
func ConfirmLinks(tx *data.Tx, relative string, at time.Time, which func(User) bool) error {
	wide := activating.Over(tx)
	var kids []User
	for child, err := range UsersByRelative.All(wide, relative) {
		if err != nil {
			return err
		}
		if which(child) {
			kids = append(kids, child)
		}
	}
	for _, child := range kids {
		if err := confirmLink(wide, child, relative, at); err != nil {
			return err
		}
	}
	return nil
}

func confirmLink(wide *data.Tx, child User, relative string, at time.Time) error {
	child.Links = slices.Clone(child.Links)
	for i := range child.Links {
		if child.Links[i].Relative == relative && child.Links[i].Confirmed.IsZero() {
			child.Links[i].Confirmed = at
		}
	}
	if err := putUser(wide, child); err != nil {
		return err
	}
	c, err := ChildCodes.Get(wide, child.ID)
	if errors.Is(err, data.ErrNotFound) || err == nil && slices.Contains(c.Used, relative) {
		return nil
	}
	if err != nil {
		return err
	}
	c.Used = append(slices.Clone(c.Used), relative)
	return ChildCodes.Put(wide, c)
}

var addingChild = access.NewAction("user.add-child", "Enfant ajouté par son parent", access.Oneself, data.Info)

// AddChild confirms the link of the person with a child whose code they were
// told. The federated directory must have declared it.
func AddChild(s *access.Session, code string) error {
	wrong := access.Wrong("code", "Ce code n’est pas celui d’un enfant dont vous êtes déclaré responsable, ou vous l’avez déjà utilisé. Vérifiez-le avec l’établissement.")
	if s.Account.Profile != string(Relative) {
		return access.NotFound()
	}
	if access.NormalCode(code) == "" {
		return access.Wrong("code", "Saisissez le code remis par l’établissement de l’enfant.")
	}
	if err := s.Gate().Attempt("child", s.Account.ID, s.From()); err != nil {
		return err
	}
	return s.Own(addingChild, func(tx *data.Tx) (data.Row, error) {
		wide := activating.Over(tx)
		child, _, err := childOfCode(wide, code, s.Account.ID)
		if errors.Is(err, data.ErrNotFound) {
			return nil, wrong
		}
		if err != nil {
			return nil, err
		}
		own := slices.IndexFunc(child.Links, func(l Link) bool { return l.Relative == s.Account.ID })
		if own < 0 {
			return nil, wrong
		}
		if !child.Links[own].Confirmed.IsZero() {
			return nil, access.Wrong("code", "Cet enfant est déjà dans votre compte.")
		}
		u, err := Users.Get(tx, s.Account.ID)
		if err != nil {
			return nil, err
		}
		tx.Note("%s", child.Label())
		return u, errors.Join(confirmLink(wide, child, u.ID, tx.Now), access.Succeeded(tx, "child", u.ID, s.From()))
	})
}
