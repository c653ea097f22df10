package attachment

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// TestTaken: what a school sends is taken; but for images, as it was.
func TestTaken(t *testing.T) {
	western, err := charmap.Windows1252.NewEncoder().String("Élève;œuvre;12 €\r\n")
	if err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("Connexion refusée à 9 h\r\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, content, kind string }{
		{"Convocation.pdf", tract, "application/pdf"},
		{"CONVOCATION.PDF", tract + "\r\n\x00", "application/pdf"},
		{"formulaire.pdf", strings.Replace(tract, "/Catalog", "/Catalog /OpenAction << /S /JavaScript /JS (app.alert(1)) >>", 1), "application/pdf"},
		{"note.txt", "Bonjour,\nça ne marche pas 😀\n", "text/plain; charset=utf-8"},
		{"page.txt", "<html><script>alert(1)</script>", "text/plain; charset=utf-8"},
		{"eleves.csv", western, "text/csv; charset=windows-1252"},
		{"trace.log", "\x1B[31mERREUR\x1B[0m délai dépassé\n", "text/plain; charset=utf-8"},
		{"powershell.log", wide, "text/plain; charset=utf-16"},
		{"lettre.docx", string(office(t, wordMain)), ooxml + "wordprocessingml.document"},
		{"notes.xlsx", string(office(t, cellMain)), ooxml + "spreadsheetml.sheet"},
		{"réunion.pptx", string(office(t, showMain)), ooxml + "presentationml.presentation"},
		{"lettre.odt", string(openDocument(t, "text")), odf + "text"},
		{"notes.ods", string(openDocument(t, "spreadsheet")), odf + "spreadsheet"},
		{"réunion.odp", string(openDocument(t, "presentation")), odf + "presentation"},
	} {
		a, out := taken(t, c.name, []byte(c.content))
		if a.Name != c.name || a.Type != c.kind || string(out) != c.content {
			t.Errorf("%s: %s, %s, changed: %t", c.name, a.Name, a.Type, string(out) != c.content)
		}
	}
}

// TestRefusedByName: each format that is not taken says what to send instead.
func TestRefusedByName(t *testing.T) {
	for name, says := range map[string]string{
		"virus.exe": "n’est pas accepté", "facture.pdf.exe": "n’est pas accepté", "facture.pdf .exe": "n’est pas accepté", "x.exe.": "n’est pas accepté", "facture\u202efdp.exe": "n’est pas accepté",
		"sans-extension": "n’est pas accepté", "pdf": "n’est pas accepté", "": "n’est pas accepté", "a.js": "n’est pas accepté", "a.lnk": "n’est pas accepté", "a.iso": "n’est pas accepté", "a.pdf::$DATA": "n’est pas accepté",
		"logo.svg": "PNG", "page.HTML": "PDF", "photo.heic": "JPEG", "photo.webp": "JPEG", "capture.bmp": "PNG", "lettre.doc": ".docx", "notes.xlsm": "macros", "tout.zip": "archive", "film.mp4": "captures", "message.eml": "texte",
	} {
		refused(t, name, []byte(tract), says)
	}
	if _, err := Admit("a.txt", bytes.NewReader(nil), 0); err == nil || !strings.Contains(err.Error(), "vide") {
		t.Error(err)
	}
	if _, err := Admit("a.txt", strings.NewReader("a"), MostBytes+1); err == nil || !strings.Contains(err.Error(), "10\u00a0Mio") {
		t.Error(err)
	}
	for _, ext := range strings.Split(Accept, ",") {
		if _, ok := formats[ext[1:]]; !ok {
			t.Errorf("browsers propose %s, which is refused", ext)
		}
	}
	if n := strings.Count(Accept, ",") + 1; n != len(formats) {
		t.Errorf("browsers propose %d of %d formats", n, len(formats))
	}
}

// TestPolyglots: what is two things at once is refused, or only one of them
// leaves.
func TestPolyglots(t *testing.T) {
	svg := `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`
	archive := string(zipOf(t, entry{name: "a.txt", text: "a"}))
	elf := "\x7FELF\x02\x01\x01"
	for _, c := range []struct{ name, content, says string }{
		{"a.gif", "GIF89a/*\x00\x00\x00\x00\x00*/=1;alert(1)//", "endommagé"},
		{"a.png", svg, "n’est pas celui"}, {"a.jpg", svg, "n’est pas celui"}, {"a.pdf", svg, "n’est pas celui"},
		{"a.pdf", "<html><script>alert(1)</script>\n" + tract, "n’est pas celui"},
		{"a.pdf", "%PDF-1.7\n<script>alert(1)</script>\n" + tract, "n’est pas celui"},
		{"a.pdf", "%PDF-1.7<!DOCTYPE html>" + tract, "n’est pas celui"},
		{"a.pdf", "MZ" + tract, "n’est pas celui"},
		{"a.pdf", string(pngOf(t, view(4, 4))) + tract, "n’est pas celui"},
		{"a.pdf", "\n" + tract, "n’est pas celui"},
		{"a.pdf", tract + archive, "n’est pas celui"},
		{"a.pdf", archive + tract, "n’est pas celui"},
		{"a.pdf", tract + archive[:len(archive)-2] + "\x06\x00%%EOF\n", "n’est pas celui"}, // the mark is the comment of the archive
		{"a.pdf", tract + strings.Repeat(" ", 1000) + "<html>", "endommagé"},
		{"a.pdf", tract[:len(tract)-6], "endommagé"},
		{"a.pdf", "%PDF-1.7\n", "endommagé"},
		{"a.txt", "MZ n’est pas un texte", "n’est pas celui"}, {"a.csv", archive, "n’est pas celui"}, {"a.txt", "GIF89a=1;", "n’est pas celui"}, {"a.log", elf, "n’est pas celui"},
		{"a.txt", "du texte\x00du code", "lisible"}, {"a.txt", "\x81\x8D", "lisible"}, {"a.txt", strings.Repeat("\x01\x02", 99), "lisible"}, {"a.txt", "\xFF\xFE\x00\xD8a", "lisible"}, {"a.txt", "\xFF\xFEa\x00\x00\x00", "lisible"},
		{"a.docx", tract, "n’est pas celui"}, {"a.docx", archive, "n’est pas celui"}, {"a.odt", archive, "n’est pas celui"},
		{"a.docx", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "mot de passe"},
		{"a.docx", "MZ" + string(office(t, wordMain)), "n’est pas celui"},
		{"a.docx", string(office(t, wordMain)) + svg, "endommagé"},
		{"a.xlsx", string(office(t, wordMain)), "n’est pas celui"}, {"a.docx", string(openDocument(t, "text")), "n’est pas celui"}, {"a.ods", string(openDocument(t, "text")), "n’est pas celui"},
	} {
		refused(t, c.name, []byte(c.content), c.says)
	}
}

// TestBombsAndMacros: archives that are no honest document.
func TestBombsAndMacros(t *testing.T) {
	zeros := strings.Repeat("\x00", 120<<20)
	word := func(more ...entry) string { return string(office(t, wordMain, more...)) }
	link := func(kind, target string) entry {
		return entry{name: "word/_rels/settings.xml.rels", text: `<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/` + kind + `" Target="` + target + `" TargetMode="External"/></Relationships>`}
	}
	many := make([]entry, mostEntries)
	for i := range many {
		many[i] = entry{name: "word/" + string(rune('一'+i)), stored: true}
	}
	lying := []byte(word(entry{name: "word/media/image1.bin", text: zeros[:30<<20]}))
	lie(lying)
	macro := "application/vnd.ms-word.document.macroEnabled.main+xml"
	for _, c := range []struct{ why, name, content, says string }{
		{"a bomb", "a.docx", word(entry{name: "word/media/image1.bin", text: zeros}), "démesuré"},
		{"two halves of a bomb", "a.docx", word(entry{name: "word/a", text: zeros[:60<<20]}, entry{name: "word/b", text: zeros[:60<<20]}), "démesuré"},
		{"a bomb in an image", "a.odt", string(openDocument(t, "text", entry{name: "Pictures/1.png", text: zeros})), "démesuré"},
		{"a bomb in the part that is read", "a.docx", string(zipOf(t, entry{name: "[Content_Types].xml", text: "<a " + strings.Repeat(" ", 120<<20) + "/>"})), ""},
		{"a lie about sizes", "a.docx", string(lying), ""},
		{"too many entries", "a.docx", word(many...), "endommagé"},
		{"a docm", "a.docx", string(office(t, macro)), "macros"},
		{"an xlsm", "a.xlsx", string(office(t, "application/vnd.ms-excel.sheet.macroEnabled.main+xml")), "macros"},
		{"a project", "a.docx", word(entry{name: "word/vbaProject.bin", text: "x"}), "macros"},
		{"a project elsewhere", "a.docx", word(entry{name: "WORD/VBAPROJECT.BIN", text: "x"}), "macros"},
		{"a project of another name", "a.docx", word(link("vbaProject", "theme.bin")), "macros"},
		{"macros of Excel 4", "a.xlsx", string(office(t, cellMain, entry{name: "xl/macrosheets/sheet1.xml", text: "x"})), "macros"},
		{"a model from elsewhere", "a.docx", word(link("attachedTemplate", "https://piege.example/modele.dotm")), "macros"},
		{"Basic", "a.odt", string(openDocument(t, "text", entry{name: "Basic/Standard/Module1.xml", text: "x"})), "macros"},
		{"Python", "a.ods", string(openDocument(t, "spreadsheet", entry{name: "Scripts/python/a.py", text: "x"})), "macros"},
		{"a way out", "a.docx", word(entry{name: "../../etc/x", text: "x"}), "endommagé"},
		{"a way out of Windows", "a.docx", word(entry{name: `..\x`, text: "x"}), "endommagé"},
		{"an absolute path", "a.docx", word(entry{name: "/etc/x", text: "x"}), "endommagé"},
		{"a name twice", "a.docx", word(entry{name: "word/Document.xml", text: "x"}), "endommagé"},
		{"an entity", "a.docx", string(zipOf(t, entry{name: "[Content_Types].xml", text: `<!DOCTYPE a [<!ENTITY b "c">]><a/>`})), "endommagé"},
		{"no content", "a.odt", string(zipOf(t, entry{name: "mimetype", text: odf + "text", stored: true})), "n’est pas celui"},
	} {
		t.Run(c.why, func(t *testing.T) { refused(t, c.name, []byte(c.content), c.says) })
	}
	if a, _ := taken(t, "lettre.docx", []byte(word(link("attachedTemplate", "file:///C:/Users/Camille/Normal.dotm")))); a.Size == 0 {
		t.Error("an ordinary letter")
	}
	whole := []byte(word(entry{name: "word/long.xml", text: strings.Repeat("Lettre ", 5000)}))
	for cut := 1; cut < len(whole); cut += 7 {
		if _, err := Admit("a.docx", bytes.NewReader(whole[:cut]), int64(cut)); err == nil {
			t.Errorf("cut to %d of %d bytes, it is taken", cut, len(whole))
		}
	}
}

// lie makes the entries of an archive announce that they are small.
func lie(archive []byte) {
	for at := 0; ; at += 4 {
		next := bytes.Index(archive[at:], []byte("PK\x01\x02"))
		if next < 0 {
			return
		}
		at += next
		copy(archive[at+24:at+28], []byte{9, 0, 0, 0})
	}
}

// broken is a content whose disk fails.
type broken struct{ io.ReadSeeker }

var errDisk = errors.New("disk")

func (broken) Read([]byte) (int, error) { return 0, errDisk }

// TestBrokenDisk: a failure of ours is not said to be the sender's.
func TestBrokenDisk(t *testing.T) {
	for _, ext := range strings.Split(Accept, ",") {
		_, err := Admit("a"+ext, broken{strings.NewReader("")}, 100)
		if r := (*Refusal)(nil); errors.As(err, &r) || !errors.Is(err, errDisk) {
			t.Errorf("%s: %v", ext, err)
		}
	}
}

// TestLibreOffice: the documents that a real suite writes are taken, in each
// format.
func TestLibreOffice(t *testing.T) {
	if _, err := exec.LookPath("soffice"); err != nil {
		t.Fatal(err, ": sudo apt-get install --no-install-recommends libreoffice-calc-nogui")
	}
	dir := t.TempDir()
	source := filepath.Join(dir, "liste.csv")
	if err := os.WriteFile(source, []byte("Nom;Prénom\nMARTIN;Léa\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, ext := range []string{"xlsx", "ods", "pdf"} {
		out, err := exec.CommandContext(t.Context(), "soffice", "-env:UserInstallation=file://"+dir+"/profil", "--headless", "--convert-to", ext, "--outdir", dir, source).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		made, err := os.ReadFile(filepath.Join(dir, "liste."+ext))
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		taken(t, "liste."+ext, made)
	}
}
