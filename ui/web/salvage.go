package web

import (
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"preau/app/access"
	"preau/app/format/attachment"
	"preau/app/requests"
)

// Written mounts an action whose form is that of a Draft. Its handler reads it
// through Visit.Written or Visit.Jotted, which compare the token. One that comes
// once the session is over does nothing, and is kept for who opened it: the seal
// that it holds says who, and lets nothing else be done.
func (r Router) Written(path string, h Handler) {
	wrapped := r.wrap(h)
	r.to.Post(path, func(c *fiber.Ctx) error {
		c.Locals(streamedKey, true)
		err := wrapped(c)
		switch access.KindOf(err) {
		case access.Anonymous, access.CrossSite:
			return r.site.salvage(c, err)
		}
		return err
	})
}

// salvage keeps what somebody typed in a form that could not be taken as theirs.
func (s *Site) salvage(c *fiber.Ctx, refused error) error {
	if err := s.sameSite(c); err != nil {
		return refused
	}
	v, files := s.visit(c), ""
	if access.KindOf(refused) == access.Anonymous && strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEMultipartForm) {
		r, err := v.receiveForm(v.Appliance.Dir(), attachment.MostFiles, attachment.MostBytes) // up to its first file
		if r.input != "" {
			files = " Les fichiers sont à choisir de nouveau."
		}
		if closing := r.close(); closing != nil {
			return errors.Join(err, closing)
		}
	}
	account, screen, page := v.unsealed()
	if account == "" {
		return refused
	}
	if err := requests.JotFor(v.Appliance.Gate, account, screen, v.typed()); err != nil {
		return err
	}
	if v.Background() {
		return refused
	}
	if access.KindOf(refused) == access.Anonymous {
		v.Tell("Votre session a pris fin. Votre saisie est gardée\u00a0: reconnectez-vous pour la retrouver et l’envoyer." + files)
		return c.Redirect("/connexion?vers="+url.QueryEscape(restoring(page, screen)), fiber.StatusSeeOther)
	}
	if err := v.resume(false); err != nil || v.Session.Account.ID != account {
		return refused
	}
	return v.Done(restoring(page, screen), "Cette page était restée ouverte trop longtemps. Votre saisie est gardée\u00a0: relisez-la, puis envoyez-la de nouveau.")
}

// unsealed is what the seal of a form says, "" where it has none of ours.
func (v *Visit) unsealed() (account, screen, page string) {
	parts := strings.Split(v.unseal(sealUse, v.FormValue(sealField)), "\x00")
	if len(parts) != 4 {
		return "", "", ""
	}
	at, err := time.Parse(time.RFC3339, parts[3])
	if err != nil || v.Appliance.Gate.Store().Now().Sub(at) > sealLife {
		return "", "", ""
	}
	return parts[0], parts[1], parts[2]
}
