package letter

import (
	"regexp"
	"slices"
	"strings"
)

// How mail programs announce what they quote.
var (
	// « Le lun. 7 sept. 2026 à 10:12, Claire Martin <…> a écrit : », on up to three lines.
	wrote = regexp.MustCompile(`(?i)^(?:Le|On|El|Am|Il)\s.{4,400}?(?:a\s+[ée]crit|wrote|escribió|schrieb|ha\s+scritto)(?:.{0,120})?\s*:$`)
	// Without a time or an address it is somebody telling what somebody wrote.
	when = regexp.MustCompile(`\d{1,2}\s?[:h.]\s?\d{2}|@`)
	// « -----Message d’origine----- »
	original = regexp.MustCompile(`(?i)^[-_*\s]{2,}\s*(?:Message\s+d['’]origine|Message\s+original|Original\s+Message|Original\s+Appointment|Ursprüngliche\s+Nachricht)\s*[-_*\s]{2,}$`)
	// « De : », « Envoyé : », « Objet : », of Outlook, which may be in bold.
	sender = regexp.MustCompile(`(?i)^\*?(?:De|From|Von)\s*:\*?\s*\S`)
	dated  = regexp.MustCompile(`(?i)^\*?(?:Envoyé(?: le)?|Date|Sent|Gesendet)\s*:\*?\s*\S`)
	about  = regexp.MustCompile(`(?i)^\*?(?:Objet|Sujet|Subject|Betreff)\s*:`)
	rule   = regexp.MustCompile(`^[_\-=*]{8,}$`)
)

// fresh is what its author added to a text that may quote the mail it answers.
// Where what is new is among what is quoted, it is the whole text: an answer is
// not left out for its place.
func fresh(whole string) string {
	lines := strings.Split(whole, "\n")
	from, to := history(strings.Split(breakable.Replace(whole), "\n"))
	before, after := lines[:from], lines[to:]
	switch {
	case from == len(lines):
		before = withoutQuotes(lines)
	case blank(before) && !blank(after): // the answer is under what it quotes
		before = withoutQuotes(after)
	case !blank(after) && !allQuoted(after): // among what it quotes
		return whole
	}
	if text := strings.TrimSpace(strings.Join(before, "\n")); text != "" {
		return text
	}
	return whole
}

// breakable writes the spaces of French typography as those of the expressions.
var breakable = strings.NewReplacer("\u00a0", " ", "\u202f", " ")

// history finds the first announcement of what is quoted, and the lines that are
// part of it: what follows « to » is not certain to be.
func history(lines []string) (from, to int) {
	for i, line := range lines {
		switch n := announced(lines[i:]); {
		case n > 0:
			to = i + n
			if quotedNext(lines[to:]) {
				return i, to + quoted(lines[to:])
			}
			return i, len(lines)
		case original.MatchString(line), outlook(lines[i:]):
			if i > 0 && rule.MatchString(strings.TrimSpace(lines[i-1])) {
				i--
			}
			return i, len(lines)
		}
	}
	return len(lines), len(lines)
}

// announced counts the lines of « Le …, … a écrit : », 0 if they do not say that.
func announced(lines []string) int {
	sum := ""
	for n := range min(3, len(lines)) {
		sum = strings.TrimSpace(sum + " " + strings.TrimSpace(strings.TrimLeft(lines[n], "> ")))
		if n == 0 && strings.HasPrefix(lines[0], ">") || lines[n] == "" {
			return 0
		}
		if strings.HasSuffix(sum, ":") && wrote.MatchString(sum) && when.MatchString(sum) {
			return n + 1
		}
	}
	return 0
}

// outlook tells whether lines begin with the headers of a quoted mail.
func outlook(lines []string) bool {
	if !sender.MatchString(lines[0]) {
		return false
	}
	next := lines[1:min(len(lines), 7)]
	return slices.ContainsFunc(next, dated.MatchString) && slices.ContainsFunc(next, about.MatchString)
}

func isQuoted(line string) bool { return strings.HasPrefix(line, ">") }

// quotedNext tells whether the first line that says something is quoted.
func quotedNext(lines []string) bool {
	i := slices.IndexFunc(lines, func(line string) bool { return line != "" })
	return i >= 0 && isQuoted(lines[i])
}

// quoted counts the lines up to the last of a run that are quoted or empty.
func quoted(lines []string) (n int) {
	for n < len(lines) && (lines[n] == "" || isQuoted(lines[n])) {
		n++
	}
	return n
}

func blank(lines []string) bool {
	return !slices.ContainsFunc(lines, func(line string) bool { return strings.TrimSpace(line) != "" })
}

func allQuoted(lines []string) bool { return quoted(lines) == len(lines) }

// withoutQuotes leaves out the quotations that nothing announces, at the end or
// at the beginning of a text.
func withoutQuotes(lines []string) []string {
	start, end := quoted(lines), len(lines)
	for end > start && (lines[end-1] == "" || isQuoted(lines[end-1])) {
		end--
	}
	return lines[start:end]
}
