package aaf

import (
	"fmt"
	"slices"
	"strings"
)

// A reading is the decoding of one record: what is malformed in a detail is
// warned of and left out; only what makes the record useless refuses it.
type reading struct {
	*Record
	warnings []string
}

func (d *reading) warn(format string, args ...any) {
	d.warnings = append(d.warnings, fmt.Sprintf(format, args...))
}

// dropped warns of a value that is left out.
func (d *reading) dropped(name, value string) {
	d.warn("%s : la valeur « %s » est mal formée, elle est ignorée.", name, clip(value))
}

// begin opens a record of that category. One with a Problem, of another
// category or without join key is refused.
func (r *Record) begin(category Category) (*reading, error) {
	switch {
	case r.Problem != "":
		return nil, refuse("%s", r.Problem)
	case r.Category != category:
		return nil, refuse("La fiche est de catégorie « %s » et non « %s ».", clip(string(r.Category)), category)
	case r.ID == "":
		return nil, refuse("La fiche n’a pas d’identifiant.")
	}
	return &reading{Record: r}, nil
}

// fields splits a composite in exactly n. Empty fields beyond the nth are let
// go; when the last one is a label, it keeps the $ that it may hold.
func fields(value string, n int, label bool) ([]string, bool) {
	parts := strings.Split(value, "$")
	if len(parts) > n {
		if label {
			parts = append(parts[:n-1:n-1], strings.TrimRight(strings.Join(parts[n-1:], "$"), "$"))
		} else if strings.Trim(strings.Join(parts[n:], ""), " ") == "" {
			parts = parts[:n]
		}
	}
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts, len(parts) == n
}

// composites decodes each value of an attribute, and warns of those that do not
// have n fields or that make refuses.
func composites[T any](d *reading, name string, n int, label bool, make func(f []string) (T, bool)) []T {
	var items []T
	for _, value := range d.all(name) {
		if f, ok := fields(value, n, label); ok {
			if item, ok := make(f); ok {
				items = append(items, item)
				continue
			}
		}
		d.dropped(name, value)
	}
	return items
}

// distinct keeps the first of the items that have one key.
func distinct[T any](items []T, key func(T) string) []T {
	known := make(map[string]bool, len(items))
	return slices.DeleteFunc(items, func(item T) bool {
		k := key(item)
		again := known[k]
		known[k] = true
		return again
	})
}

// date reads the day in an attribute; a malformed one is unknown, with a warning.
func (d *reading) date(name string) Date {
	value := d.one(name)
	if value == "" {
		return ""
	}
	date, ok := ParseDate(value)
	if !ok {
		d.dropped(name, value)
	}
	return date
}

// name reads what the person is called. A person without a last name is refused.
func (d *reading) name() (Name, error) {
	n := Name{
		Last:  d.one("sn", "ENTPersonNom"),
		Birth: d.one("ENTPersonNomPatro"),
		First: d.one("givenName", "ENTPersonPrenom"),
		Title: titled(d.one("personalTitle", "ENTPersonCivilite")),
	}
	if n.Last == "" {
		n.Last = n.Birth
	}
	switch {
	case n.Last == "" && d.Category == Relatives:
		return n, refuse("Le responsable n’a pas de nom : c’est sans doute un organisme.")
	case n.Last == "":
		return n, refuse("La personne n’a pas de nom.")
	case n.First == "":
		d.warn("La personne n’a pas de prénom.")
	}
	return n, nil
}

// mail reads an address of the shape a@b.c; any other is dropped.
func (d *reading) mail(names ...string) string {
	value := d.one(names...)
	if value == "" {
		return ""
	}
	local, domain, ok := strings.Cut(value, "@")
	if !ok || local == "" || !strings.Contains(domain, ".") || strings.ContainsAny(domain, "@") ||
		strings.ContainsAny(value, " ,;<>()\"") || len(value) > 254 {
		d.dropped(d.present(names), value)
		return ""
	}
	return value
}

// present gives the name, among these, of the attribute that the record fills.
func (d *reading) present(names []string) string {
	for _, name := range names {
		if d.has(name) {
			return name
		}
	}
	return names[0]
}

// phone reads a number, as Phone writes it; what has fewer than four digits is
// not a number.
func (d *reading) phone(names ...string) string {
	value := d.one(names...)
	digits := 0
	for _, c := range value {
		if c >= '0' && c <= '9' {
			digits++
		}
	}
	if value != "" && digits < 4 {
		d.dropped(d.present(names), value)
		return ""
	}
	return Phone(value)
}

// lines splits an address on its $.
func lines(value string) []string {
	var kept []string
	for _, line := range strings.Split(value, "$") {
		if line = strings.TrimSpace(line); line != "" {
			kept = append(kept, line)
		}
	}
	return kept
}

func (m Membership) key() string { return composite(m.School, m.Code) }

// memberships reads the classes or the groups of a person: 2D names a code in a
// school, 1D, where it has such an attribute, a key and a label.
func (d *reading) memberships(second, first string) []Membership {
	list := composites(d, second, 2, false, func(f []string) (Membership, bool) {
		return Membership{School: f[0], Code: f[1]}, f[0] != "" && f[1] != ""
	})
	if first == "" {
		return distinct(list, Membership.key)
	}
	list = append(list, composites(d, first, 5, true, func(f []string) (Membership, bool) {
		return Membership{School: f[0], Code: f[3], Label: f[4]}, f[0] != "" && f[3] != ""
	})...)
	return distinct(list, Membership.key)
}

// attachment reads the join key of the main school.
func (d *reading) attachment() string {
	keys := d.all("ENTPersonStructRattach")
	if len(keys) > 1 {
		d.warn("ENTPersonStructRattach : il y a plusieurs valeurs, la première est prise.")
	}
	return d.one("ENTPersonStructRattach")
}
