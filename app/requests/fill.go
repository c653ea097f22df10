package requests

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"preau/app/access"
)

// variable is a part of a canned answer that each request fills.
var variable = regexp.MustCompile(`\{[\p{L}\p{N}_ -]{1,40}\}`)

// variables are what each is filled with, "" when the request does not say.
var variables = []struct {
	name string
	of   func(d Detail, s *access.Session) string
}{
	{"{demandeur}", func(d Detail, _ *access.Session) string { return known(d.Request.From.Name) }},
	{"{prenom}", func(d Detail, _ *access.Session) string { return firstName(d.Request.From.Name) }},
	{"{numero}", func(d Detail, _ *access.Session) string { return strconv.Itoa(d.Number) }},
	{"{resume}", func(d Detail, _ *access.Session) string { return d.Summary }},
	{"{service}", func(d Detail, _ *access.Session) string {
		if d.Service == "" {
			return ""
		}
		return d.Service.Label()
	}},
	{"{etablissement}", func(d Detail, _ *access.Session) string { return d.School }},
	{"{intervenant}", func(d Detail, s *access.Session) string {
		if d.Assignee == "" {
			return s.Account.Name
		}
		return d.AssigneeName
	}},
	{"{date}", func(_ Detail, s *access.Session) string { return s.Now().Local().Format("02/01/2006") }},
}

// Variables are what canned answers may hold, as they are typed.
func Variables() (names []string) {
	for _, v := range variables {
		names = append(names, v.name)
	}
	return names
}

func variableNames() string { return strings.Join(Variables(), ", ") }

func unknownVariables(text string) (unknown []string) {
	for _, name := range variable.FindAllString(text, -1) {
		if !slices.Contains(Variables(), name) && !slices.Contains(unknown, name) {
			unknown = append(unknown, name)
		}
	}
	return unknown
}

func known(name string) string {
	if name == Unknown {
		return ""
	}
	return name
}

// firstName is what follows the capitals of « MARTIN Lucas », "" where a name is
// not written so.
func firstName(name string) string {
	words := strings.Fields(known(name))
	i := slices.IndexFunc(words, func(w string) bool { return strings.ContainsFunc(w, unicode.IsLower) })
	if i < 1 {
		return ""
	}
	return strings.Join(words[i:], " ")
}

// Fill writes what a request says in the place of the variables of a canned
// answer. Those that it does not say are left, for whoever answers to complete:
// CheckFilled refuses them.
func Fill(text string, d Detail, s *access.Session) string {
	return variable.ReplaceAllStringFunc(text, func(name string) string {
		for _, v := range variables {
			if v.name == name {
				if value := v.of(d, s); value != "" {
					return value
				}
			}
		}
		return name
	})
}

// CheckFilled refuses a text in which a variable was left, beside the field
// solution.
func CheckFilled(text string) error {
	if says := unfilled(text); says != "" {
		return access.Wrong("solution", says)
	}
	return nil
}

// unfilled says which variables are left in a text, "" for none.
func unfilled(text string) string {
	var left []string
	for _, name := range variable.FindAllString(text, -1) {
		if !slices.Contains(left, name) {
			left = append(left, name)
		}
	}
	if len(left) == 0 {
		return ""
	}
	return "Complétez ou retirez " + strings.Join(left, ", ") + "\u00a0: la demande ne permet pas de les remplir."
}
