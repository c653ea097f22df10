package letter

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/emersion/go-message/textproto"
)

// A reading goes through the parts of one mail.
type reading struct {
	src     *source
	keep    func(name string, r io.Reader) error
	letter  *Letter
	parts   int
	texts   int64 // what may still be held of texts, in bytes
	stopped bool  // nothing more can be read
	err     error // of keep
}

// A reached text is what a part says, and whether its author wrote it so.
type reached struct {
	text  string
	plain bool // and not drawn from HTML
}

func (r reached) blank() bool { return strings.TrimSpace(r.text) == "" }

// part reads one part and those inside it.
func (r *reading) part(h textproto.Header, body io.Reader, depth int) reached {
	if r.parts++; r.parts > maxParts {
		r.stopped = true
	}
	if r.stopped || depth > maxDepth {
		r.note("Le message a trop de parties : toutes n’ont pas été lues.")
		return reached{}
	}
	kind, params := parameters(h.Get("Content-Type"))
	if strings.HasPrefix(kind, "multipart/") && params["boundary"] != "" {
		return r.multipart(kind, params["boundary"], body, depth)
	}
	disposition, named := parameters(h.Get("Content-Disposition"))
	name := named["filename"]
	if name == "" {
		name = params["name"]
	}
	encoding := h.Get("Content-Transfer-Encoding")
	textual := kind == "" || kind == "text/plain" || kind == "text/html" || strings.HasPrefix(kind, "multipart/") || kind == "text"
	switch {
	case strings.HasSuffix(kind, "-signature"): // of the mail, not of its author
	case kind == "text/watch-html", kind == "text/x-amp-html": // the same again
	case textual && disposition != "attachment" && (name == "" || depth == 0):
		return r.text(kind == "text/html", params["charset"], encoding, body)
	case r.letter.Automatic == "":
		r.file(fileName(name, "fichier"+ending(kind)), encoding, body)
	}
	return reached{}
}

// multipart reads parts one after the other. Of alternatives one is kept, of
// others all are.
func (r *reading) multipart(kind, boundary string, body io.Reader, depth int) reached {
	var lost preamble
	parts := textproto.NewMultipartReader(io.TeeReader(body, &lost), boundary)
	var all []reached
	for !r.stopped {
		r.src.headers = maxHeader
		p, err := parts.NextPart()
		r.src.headers = -1
		if err != nil {
			if !strings.HasSuffix(err.Error(), "EOF") { // a last boundary is often forgotten
				r.note("Une partie du message est illisible.")
			}
			break
		}
		lost.found = true
		all = append(all, r.part(p.Header, p, depth+1))
		io.Copy(io.Discard, p)
	}
	if !lost.found {
		return reached{toUTF8(lost.text.Bytes(), ""), true}
	}
	if kind == "multipart/alternative" {
		return best(all)
	}
	return together(all)
}

// best is the alternative that its author wrote as plain text, else the first
// that says anything.
func best(all []reached) (chosen reached) {
	for _, one := range all {
		if !one.blank() && (chosen.blank() || one.plain && !chosen.plain) {
			chosen = one
		}
	}
	return chosen
}

func together(all []reached) reached {
	var texts []string
	plain := false
	for _, one := range all {
		if !one.blank() {
			texts, plain = append(texts, one.text), plain || one.plain
		}
	}
	return reached{strings.Join(texts, "\n\n"), plain}
}

// A preamble keeps the beginning of a mail whose parts may not be found.
type preamble struct {
	text  bytes.Buffer
	found bool
}

func (p *preamble) Write(b []byte) (int, error) {
	if room := maxHeader - p.text.Len(); !p.found && room > 0 {
		p.text.Write(b[:min(len(b), room)])
	}
	return len(b), nil
}

// text reads a part of text. One that ends too early is kept: it is what there is.
func (r *reading) text(html bool, charset, encoding string, body io.Reader) reached {
	most := min(maxRawText, r.texts)
	raw, _ := io.ReadAll(io.LimitReader(transfer(encoding, body), most))
	if r.texts -= int64(len(raw)); int64(len(raw)) == most {
		r.note("Le texte du message est trop long : sa fin n’a pas été lue.")
	}
	text := toUTF8(raw, charset)
	if html {
		return reached{plainText(text), false}
	}
	return reached{text, true}
}

// file gives a file to keep, if it may be taken.
func (r *reading) file(name, encoding string, body io.Reader) {
	if len(r.letter.Files) >= MaxFiles {
		r.refuse(name, "Un message porte cinq fichiers au plus.")
		return
	}
	content := &bounded{r: transfer(encoding, body), left: MaxFile}
	err := r.keep(name, content)
	switch {
	case r.src.err != nil:
		r.stopped = true
	case content.over:
		r.refuse(name, "Le fichier dépasse 10 Mo.")
	case content.err != nil:
		r.refuse(name, "Le fichier est arrivé abîmé ou incomplet.")
	case err != nil:
		r.err, r.stopped = err, true
	default:
		r.letter.Files = append(r.letter.Files, File{name, MaxFile - content.left})
	}
}

// note says once that something of the mail was not read.
func (r *reading) note(why string) {
	if r.src.err == nil && !slices.Contains(r.letter.Refused, RefusedFile{Why: why}) {
		r.letter.Refused = append(r.letter.Refused, RefusedFile{Why: why})
	}
}

// refuse notes a file, of which only so many are named.
func (r *reading) refuse(name, why string) {
	if len(r.letter.Refused) < maxRefused {
		r.letter.Refused = append(r.letter.Refused, RefusedFile{name, why})
	}
}

// bounded is the content of a file, that fails beyond what a file may hold.
type bounded struct {
	r    io.Reader
	left int64
	over bool
	err  error
}

var errFile = errors.New("letter: the file is larger than MaxFile")

func (b *bounded) Read(p []byte) (int, error) {
	if b.over {
		return 0, errFile
	}
	if b.left == 0 {
		p = p[:min(len(p), 1)]
	} else {
		p = p[:min(int64(len(p)), b.left)]
	}
	n, err := b.r.Read(p)
	if n > 0 && b.left == 0 {
		b.over = true
		return 0, errFile
	}
	b.left -= int64(n)
	if err != nil && err != io.EOF {
		b.err = err
	}
	return n, err
}

// endings are those of the files that most often come without a name.
var endings = map[string]string{
	"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp", "application/pdf": ".pdf", "text/plain": ".txt", "text/html": ".html",
	"text/calendar": ".ics", "text/vcard": ".vcf", "message/rfc822": ".eml", "application/zip": ".zip", "text/csv": ".csv",
}

func ending(kind string) string { return endings[kind] }
