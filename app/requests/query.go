package requests

import (
	"slices"
	"strings"
	"unicode"

	"preau/app/access"
	"preau/data"
)

// queryField is the field that what is typed to search stands in.
const queryField = "q"

// A query is a filter being read from what somebody typed.
type query struct {
	Filter
	s *access.Session
}

// Parse reads what somebody typed to search: words, and operators such as
// « etat:ouverte » or « service:"emploi du temps" », into a filter that the rest
// of the page chose already. An operator takes the place of what the page chose
// of its kind; typed twice it chooses both, where a filter can. « n°123 », or a
// number alone, means one request. What is not understood is refused beside the
// field q, with what exists.
func Parse(s *access.Session, text string, f Filter) (Filter, error) {
	q := &query{f, s}
	var words []string
	typed := map[string]bool{}
	parts := split(text)
	for i := 0; i < len(parts); i++ {
		p := parts[i]
		op, known := operatorOf(p.name)
		switch {
		case !known && p.meant():
			return f, access.Wrong(queryField, "«\u00a0"+p.name+":\u00a0» n’existe pas. Vous pouvez écrire "+operatorNames()+".")
		case !known:
			words = append(words, p.text())
			continue
		case p.value == "" && i+1 < len(parts) && parts[i+1].name == "": // « etat: ouverte »
			i++
			p.value = parts[i].value
		}
		if err := op.read(q, p.value, typed[op.name]); err != nil {
			return f, err
		}
		typed[op.name] = true
	}
	q.Text, q.Number = strings.Join(words, " "), 0
	if len(typed) == 0 {
		q.number()
	}
	return q.Filter, nil
}

// number takes the words for one request, when they are but its number. What is
// written « n°123 » is never words.
func (q *query) number() {
	q.Number = number(q.Text)
	if q.Number != 0 && strings.Trim(q.Text, "0123456789") != "" {
		q.Text = ""
	}
}

// A part of what is typed: a word, or the name of an operator and its value.
type part struct{ name, value string }

// meant reports whether a part can only be meant as an operator: an address and
// « Objet: » are words.
func (p part) meant() bool {
	return p.name != "" && p.value != "" && !strings.HasPrefix(p.value, "//")
}

// text is a part that turned out to be words.
func (p part) text() string {
	if p.name == "" {
		return p.value
	}
	return strings.TrimSuffix(p.name+":"+p.value, ":")
}

// closings are the quotes that end what others begin.
var closings = map[rune]rune{'"': '"', '“': '”', '«': '»'}

// split cuts what is typed at its spaces, but for those between quotes. A quote
// that is never closed holds the rest.
func split(text string) (parts []part) {
	var p part
	var until rune
	quoted := false
	for _, c := range text {
		closing, opens := closings[c]
		switch {
		case until != 0 && c == until:
			until = 0
		case until != 0:
			p.value += string(c)
		case opens:
			until, quoted = closing, true
		case unicode.IsSpace(c):
			parts, p, quoted = p.onto(parts), part{}, false
		case c == ':' && p.name == "" && !quoted && isName(p.value):
			p.name, p.value = p.value, ""
		default:
			p.value += string(c)
		}
	}
	return p.onto(parts)
}

// onto adds a part that holds something.
func (p part) onto(parts []part) []part {
	if p.value = strings.TrimSpace(p.value); p.name == "" && p.value == "" {
		return parts
	}
	return append(parts, p)
}

// isName reports whether a text could name an operator: « 10 » of « 10:30 » does
// not.
func isName(text string) bool {
	return data.Fold(text) != "" && !strings.ContainsFunc(text[:1], unicode.IsDigit) &&
		!strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) })
}

func operatorOf(name string) (operator, bool) {
	name = strings.TrimSuffix(data.Fold(name), "s")
	i := slices.IndexFunc(operators, func(op operator) bool { return name != "" && slices.Contains(op.names, name) })
	if i < 0 {
		return operator{}, false
	}
	return operators[i], true
}

func operatorNames() string {
	var names []string
	for _, op := range operators {
		names = append(names, op.name+":")
	}
	return strings.Join(names[:len(names)-1], ", ") + " ou " + names[len(names)-1]
}
