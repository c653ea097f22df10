package directory

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"preau/app/access"
	"preau/app/format/aaf"
	"preau/data"
)

// A NewEstablishment is the form of « Nouvel établissement ».
type NewEstablishment struct {
	Virtual      bool
	UAI, Name    string
	Kind         Kind
	Academy      string // name or slug
	Collectivity string
	Town         string
}

var creatingEstablishment = access.NewAction("establishment.create", "Création d’un établissement", access.CreateEstablishments, data.Attention)

// CreateEstablishment makes an establishment by hand, with its académie when
// there is none of that name, and returns its UAI.
func CreateEstablishment(s *access.Session, f NewEstablishment) (uai string, err error) {
	if err := f.check(); err != nil {
		return "", err
	}
	err = s.Do(creatingEstablishment, func(tx *data.Tx) (data.Row, error) {
		academy, err := ensureAcademy(tx, f.Academy)
		if err != nil {
			return nil, err
		}
		e := Establishment{UAI: strings.ToUpper(f.UAI), Name: f.Name, Kind: f.Kind, Academy: academy.Slug, Collectivity: f.Collectivity,
			Address: Address{Town: f.Town}, Source: FromHand, CreatedAt: tx.Now}
		if e.Collectivity == "" {
			e.Collectivity = academy.Name
		}
		if f.Virtual {
			n, err := tx.Next("virtual")
			if err != nil {
				return nil, err
			}
			e.UAI, e.Kind = fmt.Sprintf("V%06dV", n), Virtual
		}
		taken, err := Cards.Has(locating.Over(tx), e.UAI)
		switch {
		case err != nil:
			return nil, err
		case taken:
			return nil, access.Wrong("uai", "Un établissement a déjà cet UAI : retrouvez-le par « Changer d’établissement ».")
		}
		uai = e.UAI
		return e, putEstablishment(tx, e)
	})
	return uai, err
}

var uaiShape = regexp.MustCompile(`^[0-9]{7}[A-Z]$`)

func (f NewEstablishment) check() error {
	wrong := map[string]string{}
	if f.Name == "" {
		wrong["nom"] = "Indiquez le nom de l’établissement."
	}
	if f.Academy == "" {
		wrong["academie"] = "Indiquez l’académie de l’établissement."
	}
	if !f.Virtual {
		switch uai := strings.ToUpper(f.UAI); {
		case !uaiShape.MatchString(uai):
			wrong["uai"] = "Un UAI compte 7 chiffres et une lettre, par exemple 0990001N."
		case !aaf.ValidUAI(uai):
			wrong["uai"] = fmt.Sprintf("La lettre de cet UAI ne correspond pas à ses chiffres : vérifiez-les. Pour %s, la lettre serait %s.", uai[:7], aaf.UAIKey(uai[:7]))
		}
		if !slices.Contains(Kinds, f.Kind) || f.Kind == Virtual {
			wrong["type"] = "Choisissez le type de l’établissement."
		}
	}
	return access.WrongFields(wrong)
}
