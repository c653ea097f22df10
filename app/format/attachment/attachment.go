// Package attachment decides which files are taken beside a message: those of
// the formats that people of a school send to an assistance, whose content is
// what their name says. A format that a browser would run, that may hold macros
// or that nobody could check is refused, with what to send in its place.
//
// What a PDF or an office document holds beyond that is not read: the script of
// an administrative form is taken with it. Whoever serves a file must do so as
// an attachment.
package attachment

import (
	"errors"
	"io"
	"path"
	"strings"
)

// What a message takes.
const (
	MostFiles = 5
	MostBytes = 10 << 20 // of one file
)

// Rule tells people what is taken, and Accept tells their browser.
const (
	Rule   = "5\u00a0fichiers de 10\u00a0Mio au plus\u00a0: PDF, images PNG, JPEG ou GIF, textes, documents Word, Excel, PowerPoint ou LibreOffice sans macros."
	Accept = ".pdf,.png,.jpg,.jpeg,.gif,.txt,.csv,.log,.odt,.ods,.odp,.docx,.xlsx,.pptx"
)

// An Admitted file can be kept and handed to anybody.
type Admitted struct {
	Name    string        // to be shown; its extension is that of the content
	Type    string        // MIME type
	Size    int64         // of Content, in bytes, at most MostBytes
	Content io.ReadSeeker // at its beginning: what was given, or an image made again without what its camera wrote
}

// A Refusal says why a file is not taken.
type Refusal struct {
	Name string // as Name made it
	Says string // one French sentence that names the file and tells what to do
	Err  error  // of the decoder, nil if none failed
}

func (r *Refusal) Error() string { return r.Says }
func (r *Refusal) Unwrap() error { return r.Err }

// a reason is what the sentence of a Refusal says after the name.
type reason struct {
	says string
	err  error
}

func (r reason) Error() string { return r.says }

func because(says string) error { return reason{says: says} }

// A candidate is a file being looked at.
type candidate struct {
	Admitted
	ext string // without the dot, in small letters
}

// A format is how a file is known and checked.
type format struct {
	mime  string
	check func(*candidate) error
}

var formats = map[string]format{
	"pdf": {"application/pdf", (*candidate).pdf},
	"png": {"image/png", (*candidate).picture}, "jpg": {"image/jpeg", (*candidate).picture}, "jpeg": {"image/jpeg", (*candidate).picture}, "gif": {"image/gif", (*candidate).picture},
	"txt": {"text/plain", (*candidate).text}, "log": {"text/plain", (*candidate).text}, "csv": {"text/csv", (*candidate).text},
	"odt":  {odf + "text", (*candidate).openDocument},
	"ods":  {odf + "spreadsheet", (*candidate).openDocument},
	"odp":  {odf + "presentation", (*candidate).openDocument},
	"docx": {ooxml + "wordprocessingml.document", (*candidate).office},
	"xlsx": {ooxml + "spreadsheetml.sheet", (*candidate).office},
	"pptx": {ooxml + "presentationml.presentation", (*candidate).office},
}

// instead says what to send in the place of what is not taken, by extension.
var instead = map[string]string{}

func init() {
	for extensions, says := range map[string]string{
		"svg svgz":                      "une image SVG peut contenir un programme. Envoyez-la en PNG, ou une capture d’écran.",
		"html htm xhtml xht mht mhtml":  "une page web peut contenir un programme. Envoyez une capture d’écran, ou la page imprimée en PDF.",
		"heic heif avif":                "ce format de photo ne s’ouvre pas partout. Envoyez une capture d’écran de la photo, ou enregistrez-la en JPEG.",
		"webp bmp tif tiff ico psd":     "ce format d’image n’est pas accepté. Enregistrez l’image en PNG ou en JPEG.",
		"doc dot xls xlt ppt pps rtf":   "cet ancien format peut contenir un programme. Enregistrez le document au format " + modern + " ou en PDF.",
		"docm dotm xlsm xltm xlsb pptm": "ce document peut contenir des macros. " + withoutMacros,
		"zip rar 7z gz tgz tar xz":      "une archive n’est pas acceptée. Envoyez les fichiers eux-mêmes.",
		"mp4 mov avi mkv webm mp3 m4a":  "ni le son ni la vidéo ne sont acceptés. Envoyez des captures d’écran.",
		"eml msg":                       "un message enregistré n’est pas accepté. Copiez son texte, ou imprimez-le en PDF.",
	} {
		for _, ext := range strings.Fields(extensions) {
			instead[ext] = says
		}
	}
}

const (
	modern        = ".docx, .xlsx, .pptx"
	withoutMacros = "Enregistrez-le au format " + modern + " sans macros, ou en PDF."
	elsewise      = "ce type de fichier n’est pas accepté. Envoyez un PDF, une image PNG ou JPEG, un texte ou un document de bureautique sans macros."
)

// Admit looks at a file of so many bytes that somebody sent under a name. It
// returns the file that may be kept, or a *Refusal; any other error comes from
// content, which is read from its beginning and kept by what is returned. Large
// images are decoded one at a time in the process, whoever asks.
func Admit(name string, content io.ReadSeeker, size int64) (Admitted, error) {
	c := &candidate{Admitted: Admitted{Name: Name(name), Size: size, Content: content}}
	c.ext = strings.ToLower(strings.TrimPrefix(path.Ext(c.Name), "."))
	err := c.look()
	if why, ok := errors.AsType[reason](err); ok {
		return Admitted{}, &Refusal{c.Name, "«\u00a0" + c.Name + "\u00a0»\u00a0: " + why.says, why.err}
	}
	if err == nil {
		err = c.rewind()
	}
	if err != nil {
		return Admitted{}, err
	}
	return c.Admitted, nil
}

func (c *candidate) look() error {
	f, ok := formats[c.ext]
	switch {
	case c.Size > MostBytes:
		return because("ce fichier dépasse 10\u00a0Mio. Partagez-le, ou envoyez-en une version plus légère.")
	case !ok && instead[c.ext] != "":
		return because(instead[c.ext])
	case !ok:
		return because(elsewise)
	case c.Size <= 0:
		return because("ce fichier est vide. Choisissez-le de nouveau.")
	}
	c.Type = f.mime
	return f.check(c)
}

func (c *candidate) rewind() error {
	_, err := c.Content.Seek(0, io.SeekStart)
	return err
}

// ReadAt reads as archives and tails ask, one reader at a time.
func (c *candidate) ReadAt(p []byte, at int64) (int, error) {
	if at < 0 || at >= c.Size {
		return 0, io.EOF
	}
	if _, err := c.Content.Seek(at, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(c.Content, p[:min(int64(len(p)), c.Size-at)])
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	if err == nil && n < len(p) {
		err = io.EOF
	}
	return n, err
}

// part reads up to n bytes from a place on.
func (c *candidate) part(at int64, n int) ([]byte, error) {
	p := make([]byte, n)
	read, err := c.ReadAt(p, at)
	if err == io.EOF {
		err = nil
	}
	return p[:read], err
}

// other refuses a content that is not that of its extension.
func (c *candidate) other() error {
	return because("son contenu n’est pas celui d’un fichier ." + c.ext + ". Enregistrez-le de nouveau depuis le logiciel qui l’a fait, puis recommencez.")
}

// damaged refuses what a decoder could not read to its end.
func (c *candidate) damaged(err error) error {
	return reason{"ce fichier est endommagé ou incomplet. Ouvrez-le, enregistrez-le de nouveau, puis recommencez.", err}
}
