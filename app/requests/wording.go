package requests

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// What stands for what a message does not say.
const (
	noSubject = "Courriel sans objet"
	noText    = "(Courriel sans texte.)"
	cutHere   = "\n[…] (La suite du courriel n’a pas été gardée\u00a0: il est trop long.)"
)

// ourSubject is the number that the subjects of our mails begin with, however mail
// programs space it.
var ourSubject = regexp.MustCompile(`(?i)\[\s*Demande\s+n\s*°\s*(\d{1,9})\s*\]`)

// numberIn is the number of the request that a subject names, 0 for none.
func numberIn(subject string) int {
	found := ourSubject.FindStringSubmatch(subject)
	if found == nil {
		return 0
	}
	return number(found[1])
}

// answeringMarks are those that mail programs put before a subject.
var answeringMarks = regexp.MustCompile(`(?i)^\s*(re|ré|rép|rep|fw|fwd|tr|aw|wg|rif|sv|vs|antw)(\[\d+\])?\s*[:\x{ff1a}]\s*`)

// summary is the subject without the marks of answers, or else the first line.
func (d *delivery) summary() string {
	subject := ourSubject.ReplaceAllString(d.Subject, " ")
	for {
		bare := answeringMarks.ReplaceAllString(subject, "")
		if bare == subject {
			break
		}
		subject = bare
	}
	for _, line := range append([]string{subject}, strings.Split(d.Text, "\n")...) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			return cutTo(line, MostSummary, "…")
		}
	}
	return noSubject
}

// says is a text of the message within the bounds of what is typed.
func (d *delivery) says(text string) string {
	if text == "" {
		text = d.Whole
	}
	if text = strings.TrimSpace(text); text == "" {
		return noText
	}
	return cutTo(text, MostText, cutHere)
}

// cutTo is a text of at most so many characters, its end said to be missing.
func cutTo(text string, most int, end string) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return strings.TrimSpace(string([]rune(text)[:most-utf8.RuneCountInString(end)])) + end
}
