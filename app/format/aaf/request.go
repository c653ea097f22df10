package aaf

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// request reads one request, whose opening tag is t, and gives it out.
func (p *parser) request(t token) error {
	r := Record{Category: p.category, Line: p.lexer.line}
	switch string(t.name) {
	case "addRequest":
		r.Op = Add
	case "modifyRequest":
		r.Op = Modify
	case "deleteRequest":
		r.Op = Delete
	case rootName:
		return faulty("la racine s’ouvre une seconde fois au lieu de se fermer")
	default:
		return unexpected(t)
	}
	p.text, p.ends, p.spans = p.text[:0], p.ends[:0], p.spans[:0]
	if !t.alone {
		if err := p.parts(&r, requestOf[r.Op]); err != nil {
			return err
		}
	}
	r.Attrs = p.attributes()
	if r.Problem == "" {
		r.Problem = r.trouble()
	}
	if err := p.yield(r); err != nil {
		return stopped{err}
	}
	p.last = r.ID
	return nil
}

// parts reads what a request holds, in whatever order.
func (p *parser) parts(r *Record, closing string) error {
	return p.children(closing, func(t token) error {
		switch string(t.name) {
		case "operationalAttributes":
			return p.operational(r, t)
		case "identifier":
			return p.identifier(r, t)
		case "attributes", "modifications":
			return p.listed(r, t)
		}
		return p.skip(t, 3)
	})
}

// children calls each for every tag opened inside an element, until the element
// closes. Each must consume the tag it is given, whole.
func (p *parser) children(closing string, each func(token) error) error {
	for {
		t, err := p.lexer.next()
		if err != nil {
			return err
		}
		switch t.kind {
		case tokenOpen:
			if err := each(t); err != nil {
				return err
			}
		case tokenClose:
			if string(t.name) != closing {
				return unexpected(t)
			}
			return nil
		default:
			if err := between(t); err != nil {
				return err
			}
		}
	}
}

// skip reads past an element that the format does not know, and what it holds.
func (p *parser) skip(t token, depth int) error {
	if depth > maxDepth {
		return faulty("les éléments sont emboîtés sur plus de %d niveaux", maxDepth)
	}
	if t.alone {
		return nil
	}
	name := string(t.name)
	for {
		t, err := p.lexer.next()
		if err != nil {
			return err
		}
		switch t.kind {
		case tokenEnd:
			return errTruncated
		case tokenDirective:
			return between(t)
		case tokenOpen:
			if err := p.skip(t, depth+1); err != nil {
				return err
			}
		case tokenClose:
			if string(t.name) != name {
				return unexpected(t)
			}
			return nil
		}
	}
}

// operational reads the category, whose word is final: the file's name is not.
func (p *parser) operational(r *Record, t token) error {
	before := len(p.spans)
	if err := p.listed(r, t); err != nil {
		return err
	}
	for _, s := range p.spans[before:] {
		if !strings.HasPrefix(s.name, "categorie") {
			continue
		}
		for i := s.first; i < s.first+s.count; i++ {
			value := string(p.value(i))
			category, ok := categoryOf(value)
			if !ok {
				r.Problem = fmt.Sprintf("La catégorie « %s » est inconnue.", clip(value))
				continue
			}
			r.Category = category
		}
	}
	p.spans = p.spans[:before]
	return nil
}

// categoryOf reads a category as a request or a file name spells it.
func categoryOf(value string) (Category, bool) {
	if strings.EqualFold(value, "MatEducNat") {
		return Subjects, true
	}
	for _, c := range order {
		if strings.EqualFold(value, string(c)) {
			return c, true
		}
	}
	return "", false
}

// order is that in which categories are applied.
var order = []Category{Schools, Subjects, Mefs, Students, Relatives, StaffOf}

func (p *parser) identifier(r *Record, t token) error {
	if t.alone {
		return nil
	}
	return p.children("identifier", func(t token) error {
		if string(t.name) != "id" {
			return p.skip(t, 4)
		}
		from := len(p.text)
		if err := p.content(t); err != nil {
			return err
		}
		r.ID = strings.TrimSpace(string(p.text[from:]))
		p.text = p.text[:from]
		return nil
	})
}

// listed reads named elements and their values, be they attr or modification.
func (p *parser) listed(r *Record, t token) error {
	if t.alone {
		return nil
	}
	return p.children(string(t.name), func(t token) error { return p.named(r, t) })
}

func (p *parser) named(r *Record, t token) error {
	raw, err := attribute(t.data, "name")
	if err != nil {
		return err
	}
	operation, _ := attribute(t.data, "operation")
	if len(operation) > 0 && string(operation) != "replace" {
		r.Problem = fmt.Sprintf("L’opération « %s » est inconnue.", clip(string(operation)))
	}
	name := p.intern(raw)
	if name == "" {
		r.Problem = "Un attribut n’a pas de nom."
	}
	s := span{name: name, first: len(p.ends)}
	if !t.alone {
		if err := p.values(&s, elementName(t.name)); err != nil {
			return err
		}
	}
	if p.spans = append(p.spans, s); len(p.spans) > maxAttributes {
		return errRecord
	}
	return nil
}

// elementName spares the copy of the two usual names.
func elementName(b []byte) string {
	switch string(b) {
	case "attr":
		return "attr"
	case "modification":
		return "modification"
	}
	return string(b)
}

func (p *parser) intern(raw []byte) string {
	if name, ok := p.names[string(raw)]; ok {
		return name
	}
	name := strings.TrimSpace(string(appendText(nil, raw, p.legacy, true)))
	if len(p.names) < 4*maxUnknown {
		p.names[string(raw)] = name
	}
	return name
}

// values reads the values of one attribute; a value is bare text.
func (p *parser) values(s *span, closing string) error {
	return p.children(closing, func(t token) error {
		if string(t.name) != "value" {
			return p.skip(t, 5)
		}
		from := len(p.text)
		if err := p.content(t); err != nil {
			return err
		}
		trimmed := trim(p.text[from:])
		copy(p.text[from:], trimmed)
		p.text = p.text[:from+len(trimmed)]
		p.ends = append(p.ends, len(p.text))
		s.count++
		if len(p.text) > maxRecord || len(p.ends) > maxValues {
			return errRecord
		}
		return nil
	})
}

// content adds the text of an element that may hold nothing else.
func (p *parser) content(open token) error {
	if open.alone {
		return nil
	}
	value := string(open.name) == "value"
	from := len(p.text)
	for {
		t, err := p.lexer.next()
		if err != nil {
			return err
		}
		switch t.kind {
		case tokenText, tokenVerbatim:
			p.text = appendText(p.text, t.data, p.legacy, t.kind == tokenText)
			if len(p.text)-from > maxValue {
				return faulty("une valeur dépasse 64 Kio")
			}
		case tokenClose:
			if value && string(t.name) == "value" || !value && string(t.name) == "id" {
				return nil
			}
			return unexpected(t)
		default:
			if err := between(t); err != nil {
				return err
			}
		}
	}
}

// trim drops the white space around a value.
func trim(b []byte) []byte {
	if n := len(b); n > 0 && b[0] > ' ' && b[0] < utf8.RuneSelf && b[n-1] > ' ' && b[n-1] < utf8.RuneSelf {
		return b
	}
	return []byte(strings.TrimSpace(string(b)))
}

// value gives the bytes of value i of the current record.
func (p *parser) value(i int) []byte {
	from := 0
	if i > 0 {
		from = p.ends[i-1]
	}
	return p.text[from:p.ends[i]]
}

// trouble says why a request cannot be taken, in French.
func (r *Record) trouble() string {
	if r.ID == "" {
		return "La fiche n’a pas d’identifiant."
	}
	if _, known := operation[r.Category]; !known {
		return "La fiche ne dit pas sa catégorie."
	}
	if own := r.one(joint[r.Category]); own != "" && own != r.ID {
		return fmt.Sprintf("L’identifiant « %s » diffère de celui des attributs, « %s ».", clip(r.ID), clip(own))
	}
	return ""
}

// joint names the attribute that repeats the join key.
var joint = map[Category]string{
	Schools: "ENTStructureJointure", Subjects: "ENTMatJointure", Mefs: "ENTMefJointure",
	Students: "ENTPersonJointure", Relatives: "ENTPersonJointure", StaffOf: "ENTPersonJointure",
}
