package attachment

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"math"
	"path"
	"slices"
	"strings"
)

const (
	odf   = "application/vnd.oasis.opendocument."
	ooxml = "application/vnd.openxmlformats-officedocument."
)

// What the archive that an office document is may hold.
const (
	mostEntries   = 5000
	mostDirectory = 2 << 20   // bytes read before its entries can be counted
	mostUnpacked  = 200 << 20 // bytes
	mostRatio     = 100       // of what is unpacked to what was sent, beyond a mebibyte
	mostXML       = 4 << 20   // bytes of a part that says what the others are
)

const macros = "ce document contient des macros. " + withoutMacros

var errBomb = errors.New("attachment: an archive beyond what a document holds")

// rationed gives up once an archive has read more than left bytes.
type rationed struct {
	io.ReaderAt
	left int64
}

func (r *rationed) ReadAt(p []byte, at int64) (int, error) {
	if r.left -= int64(len(p)); r.left < 0 {
		return 0, errBomb
	}
	n, err := r.ReaderAt.ReadAt(p, at)
	if err != nil && err != io.EOF {
		err = sourceError{err}
	}
	return n, err
}

// entries opens the archive that a document is: from the first byte of the file
// to the last, with no entry that two programs would read differently.
func (c *candidate) entries() ([]*zip.File, error) {
	head, err := c.part(0, 8)
	switch {
	case err != nil:
		return nil, err
	case strings.HasPrefix(string(head), "\xD0\xCF\x11\xE0"):
		return nil, because("ce document est protégé par un mot de passe ou d’un ancien format. " + withoutMacros)
	case !strings.HasPrefix(string(head), "PK\x03\x04"):
		return nil, c.other()
	}
	tail, err := c.part(max(0, c.Size-22), 22)
	if err != nil {
		return nil, err
	}
	ration := &rationed{c, mostDirectory}
	z, err := zip.NewReader(ration, c.Size)
	if err != nil || !strings.HasPrefix(string(tail), "PK\x05\x06") || len(z.File) > mostEntries {
		return nil, c.failed(err)
	}
	ration.left = math.MaxInt64
	seen := map[string]bool{}
	for _, f := range z.File {
		name := strings.ToLower(f.Name)
		odd := strings.Contains(name, `\`) || !fs.ValidPath(strings.TrimSuffix(name, "/")) || seen[name] || f.Mode()&^fs.ModePerm&^fs.ModeDir != 0
		if odd || f.Flags&1 != 0 || f.Method != zip.Store && f.Method != zip.Deflate {
			return nil, c.damaged(nil)
		}
		seen[name] = true
	}
	return z.File, nil
}

// unpack reads every entry to its end, whatever sizes it announces, and gives
// see those that say what the document is made of.
func (c *candidate) unpack(files []*zip.File, see func(name string, part io.Reader) error) error {
	most := min(mostUnpacked, max(1<<20, c.Size*mostRatio))
	for _, f := range files {
		r, err := f.Open()
		if err != nil {
			return c.failed(err)
		}
		counted := &io.LimitedReader{R: r, N: most + 1}
		err = see(strings.ToLower(f.Name), counted)
		if err == nil {
			_, err = io.Copy(io.Discard, counted)
		}
		if most = counted.N - 1; most < 0 {
			return because("ce document se déplie en un fichier démesuré. Enregistrez-le de nouveau, ou envoyez-le en PDF.")
		}
		if why, ok := errors.AsType[reason](err); ok {
			return why
		}
		if err = errors.Join(err, r.Close()); err != nil {
			return c.failed(err)
		}
	}
	return nil
}

// openDocument takes the documents of LibreOffice.
func (c *candidate) openDocument() error {
	files, err := c.entries()
	if err != nil {
		return err
	}
	first, content := true, false
	err = c.unpack(files, func(name string, part io.Reader) error {
		switch {
		case first:
			first = false
			kind, err := io.ReadAll(io.LimitReader(part, 200))
			if err == nil && (name != "mimetype" || string(kind) != c.Type) {
				err = c.other()
			}
			return err
		case strings.HasPrefix(name, "basic/"), strings.HasPrefix(name, "scripts/"):
			return because(macros)
		}
		content = content || name == "content.xml"
		return nil
	})
	if err == nil && !content {
		err = c.other()
	}
	return err
}

// office takes the documents of Microsoft Office without macros.
func (c *candidate) office() error {
	files, err := c.entries()
	if err != nil {
		return err
	}
	var types []string
	err = c.unpack(files, func(name string, part io.Reader) error {
		base := path.Base(name)
		switch {
		case base == "vbaproject.bin", base == "vbadata.xml", strings.Contains(name, "macrosheets/"):
			return because(macros)
		case name == "[content_types].xml":
			types, err = declared(part)
			return err
		case path.Ext(name) == ".rels":
			_, err := declared(part)
			return err
		}
		return nil
	})
	if err == nil && !slices.Contains(types, c.Type+".main+xml") {
		err = c.other()
	}
	return err
}

// declared reads the types that a document gives its parts, and those of the
// links between them.
func declared(part io.Reader) (types []string, err error) {
	d := xml.NewDecoder(io.LimitReader(part, mostXML))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return types, nil
		}
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.Directive:
			return nil, errors.New("attachment: a document type")
		case xml.StartElement:
			kind, err := typeOf(token.Attr)
			if err != nil {
				return nil, err
			}
			types = append(types, kind)
		}
	}
}

// typeOf is the type of a part or of a link. A model taken from elsewhere brings
// its macros with it.
func typeOf(attributes []xml.Attr) (string, error) {
	said := map[string]string{}
	for _, a := range attributes {
		said[a.Name.Local] = a.Value
	}
	kind := strings.ToLower(said["ContentType"] + said["Type"])
	target := strings.ToLower(said["Target"])
	far := strings.HasPrefix(target, "http") || strings.HasPrefix(target, `\\`) || strings.HasPrefix(target, "//") || strings.HasPrefix(target, "file://") && !strings.HasPrefix(target, "file:///")
	if strings.Contains(kind, "macro") || strings.Contains(kind, "vba") || strings.HasSuffix(kind, "/attachedtemplate") && far {
		return "", because(macros)
	}
	return said["ContentType"], nil
}
