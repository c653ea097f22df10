package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"os"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"preau/app/access"
	"preau/app/format/attachment"
)

// FilesBytes is the most that a form with attachments holds.
const FilesBytes = attachment.MostFiles*attachment.MostBytes + aside

// aside is what a form with files holds beside them: its fields, and enough for
// a file that is too large to be refused by its name.
const aside = 14 << 20

// CarriesFiles reports whether a request is a form with attachments: of the
// requests to the assistance, on either side.
func CarriesFiles(h *fasthttp.RequestHeader) bool {
	path, _, _ := bytes.Cut(h.RequestURI(), []byte("?"))
	for _, root := range []string{"/incidents", "/console/demandes"} {
		if under, ok := bytes.CutPrefix(path, []byte(root)); ok && (len(under) == 0 || under[0] == '/') {
			return bytes.HasPrefix(h.ContentType(), []byte(fiber.MIMEMultipartForm))
		}
	}
	return false
}

// A Sent form is one whose files are on the disk until it is closed. Its fields
// are those of the visit.
type Sent struct {
	Files []SentFile
	leave func()
}

// A SentFile is one of them, under a name of ours.
type SentFile struct {
	Path string
	Name string // as the browser says: never a path of ours
	Size int64  // bytes
}

// Close removes the files, and gives their place to the next upload.
func (s *Sent) Close() error {
	var err error
	for _, f := range s.Files {
		err = errors.Join(err, os.Remove(f.Path))
	}
	s.Files = nil
	if s.leave != nil {
		s.leave()
	}
	return err
}

// ReceiveFiles receives a form of a route mounted by Upload, with at most so many
// files of at most limit bytes each, streamed to new files of dir and never in
// memory. The token must come before the first file; file inputs left empty are
// passed over. The other fields, repeated or not, are afterwards those of the
// visit, as of any form: a form that is refused here because of its files, or
// because there is no place for them, can be shown Again with what was typed.
// What is returned must be closed, which takes the files back.
func (v *Visit) ReceiveFiles(dir string, most int, limit int64) (*Sent, error) {
	r, err := v.receiveForm(dir, most, limit)
	if err == nil && len(r.wrong) > 0 {
		err = access.Wrong(r.input, strings.Join(append(r.wrong, "Choisissez de nouveau les fichiers à joindre."), " "))
	}
	if err != nil {
		return nil, errors.Join(err, r.close())
	}
	return r.sent, nil
}

// receiveForm receives a whole form, with what is wrong with some of its files
// beside those that can be kept. It must be closed, even after an error.
func (v *Visit) receiveForm(dir string, most int, limit int64) (*receiving, error) {
	r := &receiving{Visit: v, sent: &Sent{}, dir: dir, most: most, limit: limit, left: FormBytes}
	bound := int64(most)*limit + aside
	if int64(v.Request().Header.ContentLength()) > bound {
		return r, tooHeavy(most, limit)
	}
	form, err := v.parts()
	if err != nil {
		return r, notOurs
	}
	v.pace.past, v.pace.left = tooHeavy(most, limit), bound
	for err == nil {
		var part *multipart.Part
		if part, err = form.NextPart(); err == nil {
			err = r.part(part)
		} else if err != io.EOF && access.KindOf(err) == access.Internal {
			err = interrupted(err)
		}
	}
	if err == io.EOF {
		err = r.whole()
	}
	return r, err
}

// tooHeavy refuses more than files and fields may be.
func tooHeavy(most int, limit int64) error {
	return &access.Refusal{Kind: access.TooLarge, Says: fmt.Sprintf("Ces fichiers sont trop volumineux\u00a0: un envoi porte %s de %s au plus. Envoyez-en des versions plus légères, ou des captures d’écran.", Count(most, "fichier", "fichiers"), Size(limit))}
}

// A receiving is a form with files as it comes.
type receiving struct {
	*Visit
	sent  *Sent
	dir   string
	most  int
	limit int64

	fields, left int // how many fields came, and the bytes left for others
	input        string
	wrong        []string // about files
	refused      error    // of the whole form, said once its fields are known
}

// whole decides of a form that came to its end.
func (r *receiving) whole() error {
	if !r.holds(r.FormValue(TokenField)) {
		return crossSite
	}
	return r.refused
}

func (r *receiving) close() error { return r.sent.Close() }

func (r *receiving) part(part *multipart.Part) error {
	_, params, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	if err != nil {
		return notOurs
	}
	if _, file := params["filename"]; !file {
		return r.field(part)
	}
	if params["filename"] == "" {
		return nil // an input left empty
	}
	r.input = part.FormName()
	if !r.holds(r.FormValue(TokenField)) {
		return crossSite
	}
	return r.file(part, Clean(part.FileName()))
}

// mostValues is how many values a form with files holds.
const mostValues = 500

func (r *receiving) field(part *multipart.Part) error {
	value, err := io.ReadAll(io.LimitReader(part, int64(r.left)+1))
	if err != nil {
		return cut(err)
	}
	r.fields++
	r.left -= len(value) + len(part.FormName())
	if r.left < 0 || r.fields > mostValues {
		return fiber.ErrRequestEntityTooLarge
	}
	r.Request().PostArgs().AddBytesV(part.FormName(), value)
	return nil
}

// file keeps a file, or notes why it does not: the fields that come after are
// read all the same.
func (r *receiving) file(part io.Reader, name string) (err error) {
	shown := attachment.Name(name)
	switch {
	case r.refused != nil:
		return nil
	case len(r.sent.Files) == r.most:
		r.wrong = append(r.wrong, tooMany(shown, r.most))
		return nil
	case r.sent.leave == nil:
		if r.sent.leave, r.refused = r.place(); r.refused != nil {
			return nil
		}
	}
	path, n, err := keep(part, r.dir, r.limit)
	if err != nil {
		return err
	}
	r.sent.Files = append(r.sent.Files, SentFile{path, name, n})
	if n > r.limit {
		r.wrong = append(r.wrong, fmt.Sprintf("«\u00a0%s\u00a0» dépasse %s\u00a0: envoyez-en une version plus légère.", shown, Size(r.limit)))
	}
	return nil
}
