package web

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"os"
	"path/filepath"
	"strings"

	"preau/app"
	"preau/app/access"
)

// An Uploaded file is on the disk, under a name of ours.
type Uploaded struct {
	Path string            // to be removed by the handler
	Name string            // as the browser says: never a path of ours
	Form map[string]string // the fields that came before the file
}

// Receive streams the file of a form to a new file of dir, never in memory. The
// token must be the first field of the form; limit is in bytes. A form that
// finds no place to be received in is refused with access.Overloaded.
func (v *Visit) Receive(dir string, limit int64) (*Uploaded, error) {
	if v.Request().Header.ContentLength() > int(limit) {
		return nil, tooLarge(limit)
	}
	form, err := v.parts()
	if err != nil {
		return nil, err
	}
	up := &Uploaded{Form: map[string]string{}}
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
		case !v.holds(up.Form[TokenField]):
			return nil, crossSite
		default:
			up.Name = Clean(part.FileName())
			return up, v.receive(up, part, dir, limit)
		}
	}
}

// receive keeps the file of a form, once there is a place for it.
func (v *Visit) receive(up *Uploaded, part io.Reader, dir string, limit int64) error {
	leave, err := v.place()
	if err != nil {
		return err
	}
	defer leave()
	partial, n, err := keep(part, dir, limit)
	if err != nil {
		return err
	}
	if n > limit {
		return errors.Join(tooLarge(limit), os.Remove(partial))
	}
	up.Path = filepath.Join(dir, app.SentPrefix+strings.TrimPrefix(filepath.Base(partial), app.PartialPrefix))
	return os.Rename(partial, up.Path)
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
		return notOurs
	}
	value, err := io.ReadAll(io.LimitReader(part, longestField))
	u.Form[part.FormName()] = Clean(string(value))
	return cut(err)
}

// keep copies at most limit bytes, and one more, to a new file of dir that the
// next start removes. It returns the path, "" if it failed, and what was copied.
func keep(part io.Reader, dir string, limit int64) (path string, n int64, err error) {
	f, err := os.CreateTemp(dir, app.PartialPrefix+"*")
	if err != nil {
		return "", 0, err
	}
	n, err = io.Copy(f, io.LimitReader(part, limit+1))
	if err = errors.Join(cut(err), f.Close()); err != nil {
		return "", n, errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), n, nil
}
