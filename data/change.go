package data

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// A Change is what became of one field of a row.
type Change struct {
	Field  string `cbor:"f"` // in French; with the label of the row when it is not the subject
	Before string `cbor:"b,omitempty"`
	After  string `cbor:"a,omitempty"`
	Where  Place  `cbor:"w,omitempty"` // the only place that may see it, "" for all
}

// A Scattered field of a row tells its values place by place, so that one place
// does not learn what happened in another.
type Scattered interface{ ByPlace() map[Place]string }

// A Part is a row whose changes are told with those of the row that it is a part
// of, named by its table and key as "table/key".
type Part interface{ PartOf() string }

// field is an exported field of a row as the journal names it.
type field struct {
	index  int
	name   string
	label  string // "-" when its changes are not told
	secret bool
}

func fieldsOf(t reflect.Type) []field {
	var all []field
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		label, secret := strings.CutSuffix(f.Tag.Get("log"), ",secret")
		all = append(all, field{i, f.Name, label, secret})
	}
	return all
}

// change is what a transaction did to one row of a logged table.
type change struct {
	table, key, label string
	part              string // of another row, "" if not
	places            []Place
	changes           []Change
}

func rowTypeOf(row Row) any { return reflect.TypeOf(row) }

// changed notes the change of a row for the event of the transaction, or writes
// its line at once in a bulk.
func (tx *Tx) changed(table string, fields []field, before, after Row) error {
	c := change{table: table, key: keyOf(before, after), changes: diff(fields, before, after)}
	for _, row := range []Row{before, after} {
		if row == nil {
			continue
		}
		c.places = append(c.places, row.Places()...)
		if l, ok := row.(Labelled); ok {
			c.label = l.Label()
		}
		if p, ok := row.(Part); ok {
			c.part = p.PartOf()
		}
	}
	tx = tx.root()
	if slices.Contains(tx.erased, table+"/"+c.key) {
		return nil
	}
	if tx.run == "" {
		tx.told = append(tx.told, c)
		return nil
	}
	if before == nil {
		c.changes = nil // the row itself says how it was made
	}
	return tx.line(c)
}

func (tx *Tx) line(c change) error {
	raw, err := encode(Line{At: tx.Now.UTC(), Run: tx.run, Says: tx.saying, By: tx.Author.Name, Changes: c.changes})
	if err != nil {
		return err
	}
	b := tx.bolt.Bucket(lineBucket)
	seq, err := b.NextSequence()
	if err != nil {
		return err
	}
	return b.Put(slices.Concat([]byte(c.table+"/"+c.key+"\x00"+tx.run+"\x00"), seqKey(seq)), raw)
}

// isOf reports whether the change is of a row, named as "table/key", or of a part
// of it.
func (c change) isOf(name string) bool {
	return c.table+"/"+c.key == name || c.part != "" && c.part == name
}

// of returns the changes as told in an event about the given row. Those of
// another row, when it has one place, are for that place only.
func (c change) of(table, key string) []Change {
	if c.table == table && c.key == key {
		return c.changes
	}
	told := slices.Clone(c.changes)
	for i := range told {
		if c.label != "" {
			told[i].Field = c.label + "\u00a0: " + told[i].Field
		}
		if told[i].Where == "" && len(slices.Compact(slices.Clone(c.places))) == 1 {
			told[i].Where = c.places[0]
		}
	}
	return told
}

func diff(fields []field, before, after Row) (changes []Change) {
	var b, a reflect.Value
	if before != nil {
		b = reflect.ValueOf(before)
	}
	if after != nil {
		a = reflect.ValueOf(after)
	}
	for _, f := range fields {
		if f.label == "-" || f.label == "" {
			continue
		}
		changes = append(changes, f.diff(value(b, f.index), value(a, f.index))...)
	}
	return changes
}

func value(row reflect.Value, i int) any {
	if !row.IsValid() {
		return nil
	}
	return row.Field(i).Interface()
}

func (f field) diff(before, after any) []Change {
	b, bScattered := before.(Scattered)
	a, aScattered := after.(Scattered)
	if bScattered || aScattered {
		return f.scattered(b, a)
	}
	was, is := say(before), say(after)
	if f.secret {
		if reflect.DeepEqual(before, after) || empty(before) && empty(after) {
			return nil
		}
		was, is = "", "modifié"
	}
	if was == is {
		return nil
	}
	return []Change{{Field: f.label, Before: was, After: is}}
}

// empty reports whether a field holds nothing, or its row does not exist.
func empty(v any) bool { return v == nil || reflect.ValueOf(v).IsZero() }

func (f field) scattered(before, after Scattered) (changes []Change) {
	was, is := map[Place]string{}, map[Place]string{}
	if before != nil {
		was = before.ByPlace()
	}
	if after != nil {
		is = after.ByPlace()
	}
	var places []Place
	for p := range was {
		places = append(places, p)
	}
	for p := range is {
		if _, known := was[p]; !known {
			places = append(places, p)
		}
	}
	slices.Sort(places)
	for _, p := range places {
		if was[p] != is[p] {
			changes = append(changes, Change{Field: f.label, Before: was[p], After: is[p], Where: p})
		}
	}
	return changes
}

// say writes a value as the journal shows it.
func say(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		if v {
			return "oui"
		}
		return "non"
	case time.Time:
		if v.IsZero() {
			return ""
		}
		return v.Format("02/01/2006 à 15:04")
	case fmt.Stringer:
		return v.String()
	case []byte:
		return fmt.Sprintf("%x", bytes.Clone(v))
	}
	if r := reflect.ValueOf(v); r.Kind() == reflect.Slice {
		parts := make([]string, r.Len())
		for i := range parts {
			parts[i] = say(r.Index(i).Interface())
		}
		return strings.Join(parts, ", ")
	}
	return fmt.Sprint(v)
}
