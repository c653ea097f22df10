package aaf

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// errEnough ends a reading that has seen what it came for.
var errEnough = errors.New("aaf: enough")

// inspect reads the head of a file, as far as its first record, for what its
// name does not tell, and for the category, of which the inside has the final
// word. A file that is bad from its first record on gives its *BadFile.
func (d *Delivery) inspect(f *File) error {
	var first *Record
	h, err := d.Read(*f, func(r Record) error {
		first = &r
		return errEnough
	})
	if err == errEnough {
		err = nil
	}
	f.Degree = h.Degree
	if f.Degree == "" {
		f.Degree = degreeHint(f.Prefix)
	}
	if first != nil {
		if _, known := operation[first.Category]; known {
			f.Category = first.Category
		}
		if f.Degree == "" {
			f.Degree = degreeOf(first)
		}
	}
	if f.Date == "" {
		f.Date = h.Generated
	}
	place, when := hints(path.Dir(f.Name))
	kind, date := hints(d.archive)
	for _, hint := range []Kind{place, kind} {
		if f.Kind == "" {
			f.Kind = hint
		}
	}
	for _, hint := range []Date{when, date} {
		if f.Date == "" {
			f.Date = hint
		}
	}
	if f.Kind == "" && err == nil {
		return d.guessKind(f)
	}
	return err
}

// guessKind reads the whole of a file to tell a delta, which changes or deletes,
// from a complete state, which only adds.
func (d *Delivery) guessKind(f *File) error {
	f.Kind, f.guessed = Complete, true
	_, err := d.Read(*f, func(r Record) error {
		if r.Op != Add {
			return errEnough
		}
		return nil
	})
	switch {
	case err == errEnough:
		f.Kind = Delta
	case errors.As(err, new(*Refusal)):
		return err
	}
	return nil
}

// degreeOf tells the degree by the names of attributes that only the first one
// has; empty when the record has none that tells.
func degreeOf(r *Record) Degree {
	for _, a := range r.Attrs {
		switch a.Name {
		case "ENTPersonNom", "ENTPersonPrenom", "ENTStructureAdresse", "ENTStructureVille", "ENTEcoleCirconscription":
			return First
		case "sn", "street", "l", "ENTMatJointure", "ENTMefJointure", "ENTStructureClasses":
			return Second
		}
	}
	return ""
}

// adopt gives the files that tell nothing themselves what their siblings have:
// the kind, the one date there is, the degree of their prefix.
func (d *Delivery) adopt() {
	d.adoptKinds()
	dates := map[Date]bool{}
	degrees := map[string]Degree{}
	for _, f := range d.Files {
		if f.Date != "" {
			dates[f.Date] = true
		}
		if f.Degree != "" {
			degrees[f.Prefix] = f.Degree
		}
	}
	for i := range d.Files {
		f := &d.Files[i]
		if f.Date == "" && len(dates) == 1 {
			for only := range dates {
				f.Date = only
			}
		}
		if f.Date == "" {
			d.note("Rien ne dit la date du fichier %s.", clip(f.Name))
		}
		if f.Degree == "" {
			f.Degree = degrees[f.Prefix]
		}
		if f.Degree == "" {
			f.Degree = Second
		}
	}
}

// adoptKinds settles the kinds that were guessed. A delta that only adds looks
// complete: beside a delta, and nothing that says it is complete, it is one,
// for a delta taken for a complete state would seem to delete everybody else.
func (d *Delivery) adoptKinds() {
	delta, complete := false, false
	for _, f := range d.Files {
		delta = delta || f.Kind == Delta
		complete = complete || f.Kind == Complete && !f.guessed
	}
	for i := range d.Files {
		f := &d.Files[i]
		if f.Kind == "" {
			f.Kind, f.guessed = Complete, true
		}
		if !f.guessed {
			continue
		}
		word := "différentiel"
		if delta && !complete {
			f.Kind = Delta
		} else if f.Kind == Complete {
			word = "complet"
		}
		d.note("Le nom du fichier %s ne dit pas s’il est complet ou différentiel : il est tenu pour %s.", clip(f.Name), word)
	}
}

// twice refuses a slice that came twice: nothing tells which one counts.
func (d *Delivery) twice() error {
	known := map[string]string{}
	for _, f := range d.Files {
		key := strings.ToLower(fmt.Sprint(f.Prefix, "/", f.Kind, "/", f.Date, "/", f.Degree, "/", f.Category, "/", f.Slice))
		if other, ok := known[key]; ok {
			return refuse("Les fichiers %s et %s sont une même tranche.", clip(other), clip(f.Name))
		}
		known[key] = f.Name
	}
	return nil
}

// oneDate refuses complete files of several dates in one degree: the state of
// one day would be taken for that of another.
func (d *Delivery) oneDate() error {
	dates := map[Degree]Date{}
	for _, f := range d.Files {
		if f.Kind != Complete {
			continue
		}
		if date, ok := dates[f.Degree]; ok && date != f.Date {
			return refuse("La livraison contient des fichiers complets de deux dates, %s et %s.", dated(date), dated(f.Date))
		}
		dates[f.Degree] = f.Date
	}
	return nil
}

func dated(d Date) string {
	if d == "" {
		return "une inconnue"
	}
	return "le " + d.French()
}

// A Gap is something that a complete delivery should have and has not: while
// there is one, absence from the files proves nothing for that category.
type Gap struct {
	Degree   Degree
	Category Category
	Prefix   string // of the export that has the gap
	Sentence string // in French
}

var labels = map[Category]string{
	Schools: "établissements", Subjects: "matières", Mefs: "modules de formation",
	Students: "élèves", Relatives: "responsables", StaffOf: "personnels",
}

// gaps lists missing categories, and slices missing in a run from 0. Only the
// second degree has subjects and modules.
func gaps(files []File) []Gap {
	type export struct {
		degree Degree
		prefix string
	}
	var exports []export
	slicesOf := map[export]map[Category][]int{}
	for _, f := range files {
		e := export{f.Degree, f.Prefix}
		if f.Kind != Complete {
			continue
		}
		if slicesOf[e] == nil {
			slicesOf[e] = map[Category][]int{}
			exports = append(exports, e)
		}
		slicesOf[e][f.Category] = append(slicesOf[e][f.Category], f.Slice)
	}
	var list []Gap
	for _, e := range exports {
		for _, c := range order {
			if e.degree == First && (c == Subjects || c == Mefs) {
				continue
			}
			if sentence := gap(c, slicesOf[e][c]); sentence != "" {
				list = append(list, Gap{e.degree, c, e.prefix, sentence})
			}
		}
	}
	return list
}

func gap(c Category, have []int) string {
	if len(have) == 0 {
		return fmt.Sprintf("Le fichier des %s (%s) manque.", labels[c], c)
	}
	slices.Sort(have)
	for i, n := range have {
		if n != i {
			return fmt.Sprintf("La tranche %04d des %s (%s) manque.", i, labels[c], c)
		}
	}
	return ""
}
