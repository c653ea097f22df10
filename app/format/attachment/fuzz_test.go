package attachment

import (
	"bytes"
	"errors"
	"image"
	"io"
	"strings"
	"testing"
)

// FuzzAdmit: any bytes under any extension are refused with a sentence, or are
// a file that can be kept: its type is one of ours, an image is whole and holds
// nothing else, and what was taken is taken again.
func FuzzAdmit(f *testing.F) {
	extensions := strings.Split(Accept, ",")
	seeds := [][]byte{[]byte(tract), pngOf(f, view(8, 8)), photo(f, 6), gifOf(f, view(8, 8)), []byte("Élève\n"), office(f, wordMain), office(f, cellMain), office(f, showMain), openDocument(f, "text"), []byte("\xFF\xFEa\x00")}
	for i := range extensions {
		for _, s := range seeds {
			f.Add(uint8(i), s)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, content []byte) {
		ext := extensions[int(which)%len(extensions)]
		a, err := Admit("a"+ext, bytes.NewReader(content), int64(len(content)))
		if err != nil {
			var r *Refusal
			if !errors.As(err, &r) || r.Name != "a"+ext || r.Says == "" {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		out, err := io.ReadAll(a.Content)
		if err != nil || int64(len(out)) != a.Size || a.Size == 0 || a.Size > MostBytes {
			t.Fatalf("%d bytes of %d, %v", len(out), a.Size, err)
		}
		if strings.HasPrefix(a.Type, "image/") {
			if _, kind, err := image.Decode(bytes.NewReader(out)); err != nil || a.Type != "image/"+kind || bytes.Contains(out, []byte("\xFF\xE1")) && kind == "jpeg" {
				t.Fatalf("%s, %s, %v", a.Type, kind, err)
			}
		} else if !bytes.Equal(out, content) || a.Name != "a"+ext {
			t.Fatalf("%s: changed", a.Name)
		}
		if _, err := Admit(a.Name, bytes.NewReader(out), a.Size); err != nil {
			t.Fatalf("%s is refused again: %v", a.Name, err)
		}
	})
}

// FuzzName: any text gives a sound name and one header.
func FuzzName(f *testing.F) {
	for sent := range hostile {
		f.Add(sent)
	}
	f.Fuzz(func(t *testing.T, sent string) {
		sound(t, sent, Name(sent))
		if got := Disposition(sent); !header6266.MatchString(got) {
			t.Errorf("%q: %s", sent, got)
		}
	})
}
