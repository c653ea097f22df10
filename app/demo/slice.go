package demo

import (
	"errors"
	"os"
	"path/filepath"

	"preau/app/format/aaf"
)

// sliceSize is how many records a file holds before the next one begins.
const sliceSize = 10_000

// A delivery is a directory of files as they are written: one series of slices
// for each degree and category, all open at once, since establishments come one
// after the other.
type delivery struct {
	dir    string
	kind   aaf.Kind
	date   aaf.Date
	series map[aaf.Degree]map[aaf.Category]*series
}

type series struct {
	number, records int
	file            *os.File
	writer          *aaf.Writer
}

func newDelivery(dir string, kind aaf.Kind, date aaf.Date) (*delivery, error) {
	return &delivery{dir, kind, date, map[aaf.Degree]map[aaf.Category]*series{aaf.First: {}, aaf.Second: {}}}, os.MkdirAll(dir, 0o700)
}

// write adds a record to the files of its degree and category.
func (d *delivery) write(degree aaf.Degree, r aaf.Record) error {
	s := d.series[degree][r.Category]
	if s == nil {
		s = &series{number: -1}
		d.series[degree][r.Category] = s
	}
	if s.file == nil || s.records == sliceSize {
		if err := d.next(s, degree, r.Category); err != nil {
			return err
		}
	}
	s.records++
	return s.writer.Write(r)
}

var prefixes = map[aaf.Degree]string{aaf.First: "ENT1DVA", aaf.Second: "ENT2DVA"}

// next ends a slice and begins another. The two degrees are exported by two
// chains that spell what is not ASCII each in its own way.
func (d *delivery) next(s *series, degree aaf.Degree, category aaf.Category) (err error) {
	if err := s.end(); err != nil {
		return err
	}
	s.number++
	s.records = 0
	name := aaf.FileName(prefixes[degree], d.kind, d.date, category, s.number)
	if s.file, err = os.OpenFile(filepath.Join(d.dir, name), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600); err != nil {
		return err
	}
	s.writer = aaf.NewWriter(s.file, aaf.Header{VersionAF: "AAF-VE2407", VersionSDET: "Annexe 4bis version 6.4",
		AcademyCode: AcademyCode[1:], Degree: degree, Generated: d.date})
	if degree == aaf.First {
		s.writer.Encoding, s.writer.CRLF = aaf.Latin9, true
	}
	return nil
}

func (s *series) end() error {
	if s.file == nil {
		return nil
	}
	err := errors.Join(s.writer.Close(), s.file.Close())
	s.file = nil
	return err
}

// close ends every file.
func (d *delivery) close() error {
	var all []error
	for _, categories := range d.series {
		for _, s := range categories {
			all = append(all, s.end())
		}
	}
	return errors.Join(all...)
}

// all adds records of one degree.
func (d *delivery) all(degree aaf.Degree, records []aaf.Record) error {
	for _, r := range records {
		if err := d.write(degree, r); err != nil {
			return err
		}
	}
	return nil
}

// records are those of an establishment, in the order in which they can be applied.
func (s *School) records() []aaf.Record {
	all := []aaf.Record{s.Record.Record(s.Degree)}
	for _, p := range s.Students {
		all = append(all, p.Record(s.Degree))
	}
	for _, r := range s.Relatives {
		all = append(all, r.Record(s.Degree))
	}
	for _, p := range s.Staff {
		all = append(all, p.Record(s.Degree))
	}
	return all
}

// nomenclature adds what a complete delivery tells of the académie itself: its
// offices, its subjects, its modules of training.
func (d *delivery) nomenclature() error {
	var all []aaf.Record
	for _, o := range offices() {
		all = append(all, o.Record(aaf.Second))
	}
	for _, s := range subjects {
		all = append(all, aaf.Subject{Code: s.code, Label: s.label}.Record())
	}
	for _, t := range allTracks {
		all = append(all, aaf.Mef{Code: t.mef, Label: t.label, Parent: t.mef}.Record())
	}
	return d.all(aaf.Second, all)
}
