package web

import (
	"bytes"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"os"

	"github.com/gofiber/fiber/v2"

	"preau/app/access"
)

// An Uploaded file is on the disk, under a name of ours.
type Uploaded struct {
	Path string            // to be removed by the handler
	Name string            // as the browser says: never a path of ours
	Form map[string]string // the fields that came before the file
}

// Receive streams the file of a form to a new file of dir, never in memory. The
// token must be the first field of the form; limit is in bytes.
func (v *Visit) Receive(dir string, limit int64) (*Uploaded, error) {
	if v.Request().Header.ContentLength() > int(limit) {
		return nil, tooLarge(limit)
	}
	_, params, err := mime.ParseMediaType(v.Ctx.Get(fiber.HeaderContentType))
	if err != nil || params["boundary"] == "" {
		return nil, &access.Refusal{Kind: access.Malformed, Says: "Choisissez un fichier, puis recommencez."}
	}
	body := v.Context().RequestBodyStream()
	if body == nil {
		body = bytes.NewReader(v.Body())
	}
	up := &Uploaded{Form: map[string]string{}}
	form := multipart.NewReader(body, params["boundary"])
	for {
		part, err := form.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return nil, access.Wrong("fichier", "Choisissez un fichier.")
		case err != nil:
			return nil, interrupted(err)
		case part.FileName() == "":
			if err := up.field(part); err != nil {
				return nil, err
			}
		case subtle.ConstantTimeCompare([]byte(up.Form[TokenField]), []byte(v.Session.CSRF)) != 1:
			return nil, crossSite
		default:
			up.Name = Clean(part.FileName())
			return up, up.keep(part, dir, limit)
		}
	}
}

func interrupted(err error) error {
	return &access.Refusal{Kind: access.Malformed, Says: "L’envoi du fichier a été interrompu. Recommencez.", Err: err}
}

// sent is what a browser sends of a part: that it stops is no fault of ours.
type sent struct{ io.Reader }

func (s sent) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && err != io.EOF {
		err = interrupted(err)
	}
	return n, err
}

// tooLarge refuses more than so many bytes, and says what to do instead.
func tooLarge(limit int64) error {
	says := fmt.Sprintf("Ce fichier est trop volumineux\u00a0: l’envoi par la console en accepte %d\u00a0Mio. ", limit>>20)
	if limit > mostSplit {
		return &access.Refusal{Kind: access.TooLarge, Says: says + "Importez-le par la ligne de commande, «\u00a0preau import aaf\u00a0»."}
	}
	return &access.Refusal{Kind: access.TooLarge, Says: says + "Partagez-le en plusieurs fichiers."}
}

// mostSplit is the largest limit, in bytes, that people get round by splitting
// a file.
const mostSplit = 64 << 20

// mostFields is how many fields come before a file.
const mostFields = 20

func (u *Uploaded) field(part *multipart.Part) error {
	if len(u.Form) >= mostFields {
		return &access.Refusal{Kind: access.Malformed, Says: "Ce formulaire n’est pas celui de l’ENT : rechargez la page, puis recommencez."}
	}
	value, err := io.ReadAll(io.LimitReader(sent{part}, longestField))
	u.Form[part.FormName()] = Clean(string(value))
	return err
}

func (u *Uploaded) keep(part io.Reader, dir string, limit int64) (err error) {
	f, err := os.CreateTemp(dir, "envoi-*")
	if err != nil {
		return err
	}
	u.Path = f.Name()
	n, err := io.Copy(f, io.LimitReader(sent{part}, limit+1))
	if err == nil && n > limit {
		err = tooLarge(limit)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(u.Path))
	}
	return nil
}
