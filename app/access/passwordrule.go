package access

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/trustelem/zxcvbn/frequency"
	"golang.org/x/text/unicode/norm"

	"preau/data"
)

// ShortestYoung is the fewest characters of the password of a student or of a
// relative. Everybody else's has ShortestPassword.
const ShortestYoung = 8

// A PasswordRule is what a chosen password must be, for one person.
type PasswordRule struct {
	Shortest int      // in characters: ShortestPassword or ShortestYoung
	Words    []string // login, names, school, town: those words of 4 letters and more may not be in it
	Birth    string   // 2010-03-14, "" when unknown: may not be in it either
}

// commonest are the 10,000 commonest passwords, in lower case. Reading them all
// takes microseconds, where the hash takes 73 ms: they need no index.
var commonest = frequency.FrequencyLists["passwords"][:10_000]

// shortestWord is the fewest letters of a word that may not be in a password.
const shortestWord = 4

// Normal returns a password as it is measured and hashed: the same whether the
// keyboard composes accents, as on Windows, or the system decomposes them. It
// is called on each password received, before its length is looked at, and on
// whatever is hashed or verified.
func Normal(password string) string { return norm.NFC.String(password) }

// Check says what is wrong with a password, "" for nothing. Any character is
// welcome and none is required.
func (r PasswordRule) Check(password string) string {
	password = Normal(password)
	switch {
	case len(password) > longestInput:
		return "Ce mot de passe est trop long : 128 caractères suffisent."
	case utf8.RuneCountInString(password) < r.Shortest:
		return fmt.Sprintf("Choisissez un mot de passe d’au moins %d caractères.", r.Shortest)
	case strings.TrimSpace(password) == "", slices.Contains(commonest, strings.ToLower(password)):
		return "Ce mot de passe est parmi les premiers que l’on essaie. Choisissez-en un autre, par exemple plusieurs mots sans rapport entre eux."
	}
	folded := data.Fold(password)
	if word := r.wordIn(folded); word != "" {
		return "Ce mot de passe contient « " + word + " », que l’on devine en vous connaissant. Choisissez-en un sans votre nom, votre identifiant, votre établissement ni votre commune."
	}
	if r.birthIn(folded) {
		return "Ce mot de passe contient votre date de naissance, que l’on devine en vous connaissant. Choisissez-en un sans elle."
	}
	return ""
}

// wordIn returns the first of the person's words that a folded password holds.
func (r PasswordRule) wordIn(folded string) string {
	for _, words := range r.Words {
		for word := range strings.FieldsFuncSeq(data.Fold(words), func(c rune) bool { return !unicode.IsLetter(c) }) {
			if utf8.RuneCountInString(word) >= shortestWord && strings.Contains(folded, word) {
				return word
			}
		}
	}
	return ""
}

// birthIn reports whether a folded password holds the birth date, as JJMMAAAA,
// JJMMAA or AAAAMMJJ, whatever separates the parts.
func (r PasswordRule) birthIn(folded string) bool {
	birth, err := time.Parse(time.DateOnly, r.Birth)
	if err != nil {
		return false // unknown
	}
	folded = strings.ReplaceAll(folded, " ", "")
	return slices.ContainsFunc([]string{"02012006", "020106", "20060102"}, func(layout string) bool {
		return strings.Contains(folded, birth.Format(layout))
	})
}
