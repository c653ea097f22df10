package access

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"
)

// TestCodeLetters holds the alphabet to what the product says of it.
func TestCodeLetters(t *testing.T) {
	if len(codeLetters) != 28 {
		t.Error(len(codeLetters), "characters")
	}
	for c := range rune(128) {
		alike := strings.ContainsRune("iloqu012", c)
		plain := 'a' <= c && c <= 'z' || '0' <= c && c <= '9'
		if n := strings.Count(codeLetters, string(c)); n == 1 != (plain && !alike) || n > 1 {
			t.Errorf("%q is there %d times", c, n)
		}
	}
}

// evenly draws 100,000 codes and returns the chi² of their characters against
// an even spread.
func evenly(t *testing.T, draw func(io.Reader, int) (string, error), n int, alphabet string) (chi2 float64, codes map[string]bool) {
	t.Helper()
	counts, codes := map[rune]int{}, map[string]bool{}
	const drawn = 100_000
	for range drawn {
		code, err := draw(rand.Reader, n)
		if err != nil || len(code) != n || strings.Trim(code, alphabet) != "" {
			t.Fatalf("%q %v", code, err)
		}
		codes[code] = true
		for _, c := range code {
			counts[c]++
		}
	}
	want := float64(drawn*n) / float64(len(alphabet))
	for _, c := range alphabet {
		d := float64(counts[c]) - want
		chi2 += d * d / want
	}
	return chi2, codes
}

// TestEven draws from the system's randomness. The bounds are passed by chance
// less than once in a billion runs.
func TestEven(t *testing.T) {
	if chi2, _ := evenly(t, newCode, 8, codeLetters); chi2 > 110 { // 27 degrees of freedom
		t.Error("codes of 8: chi²", chi2)
	}
	if chi2, _ := evenly(t, newDigits, 6, "0123456789"); chi2 > 65 { // 9 degrees of freedom
		t.Error("digits: chi²", chi2)
	}
	// A pair among 100,000 codes of 10 is one chance in 59,000.
	if _, codes := evenly(t, newCode, 10, codeLetters); len(codes) != 100_000 {
		t.Error(100_000-len(codes), "codes came twice")
	}
}

// TestDraw reads bytes that are known: those that would favour the first
// characters are passed over, and every value kept is as likely.
func TestDraw(t *testing.T) {
	for _, tt := range []struct {
		draw  func(io.Reader, int) (string, error)
		bytes []byte
		want  string
	}{
		{newCode, []byte{252, 253, 254, 255, 0, 27, 28, 251}, "a9a9"},
		{newCode, []byte{0, 255, 1, 254, 2, 3}, "abcd"},
		{newDigits, []byte{250, 255, 249, 251, 10, 9, 3}, "9093"},
	} {
		in := bytes.NewReader(tt.bytes)
		if got, err := tt.draw(in, 4); err != nil || got != tt.want || in.Len() != 0 {
			t.Errorf("%v: %q, want %q, %d bytes left, %v", tt.bytes, got, tt.want, in.Len(), err)
		}
	}
	every := make([]byte, 256)
	for b := range every {
		every[b] = byte(b)
	}
	for alphabet, n := range map[string]int{codeLetters: 252, "0123456789": 250} {
		got, err := draw(bytes.NewReader(every), n, alphabet)
		for _, c := range alphabet {
			if times := strings.Count(got, string(c)); err != nil || times != n/len(alphabet) {
				t.Errorf("%q comes %d times of %d, %v", c, times, n, err)
			}
		}
	}
	if code, err := newCode(bytes.NewReader(make([]byte, 7)), 8); !errors.Is(err, io.ErrUnexpectedEOF) || code != "" {
		t.Errorf("without enough randomness: %q, %v", code, err)
	}
}

func TestTypedCode(t *testing.T) {
	for typed, want := range map[string]string{
		"abcde fghjk": "abcdefghjk", "ABCDE-FGHJK": "abcdefghjk", " abcde.fghjk\n": "abcdefghjk", "abcde\u00a0fghjk": "abcdefghjk", "abcde\u2011fghjk": "abcdefghjk",
		"a b c d e – f g h j k": "abcdefghjk", "Abc-3456": "abc3456", "": "", " - ": "", "abcde_fghjk": "abcde_fghjk",
	} {
		if got := NormalCode(typed); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
	for code, want := range map[string]string{"abcdefghjk": "abcde fghjk", "abcdefgh": "abcde fgh", "abcde": "abcde", "": ""} {
		if got := SpacedCode(code); got != want || NormalCode(got) != code {
			t.Errorf("%q: %q, want %q", code, got, want)
		}
	}
}
