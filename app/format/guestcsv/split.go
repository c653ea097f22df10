package guestcsv

import (
	"errors"
	"io"
	"strconv"
	"strings"
)

const (
	maxField   = 64 << 10 // bytes
	maxColumns = 64
)

// A row is a line of cells, which quotes may spread over several lines of the
// file.
type row struct {
	line  int // where it begins, from 1
	cells []string
}

// A splitter cuts a text in rows and cells. Unlike encoding/csv it knows where
// a quote that is never closed was opened.
type splitter struct {
	rest string
	sep  byte
	line int
	row  *row // being read
}

// begin finds the separator. Excel may name it in a first line.
func begin(text string) *splitter {
	if first, rest, _ := strings.Cut(text, "\n"); len(first) >= 5 && strings.EqualFold(first[:4], "sep=") && strings.IndexByte(";,\t", first[4]) >= 0 {
		return &splitter{rest: rest, sep: first[4], line: 2}
	}
	return &splitter{rest: text, sep: sniff(text), line: 1}
}

// sniffed is how many rows the separator is sought in.
const sniffed = 50

// sniff takes the separator under which the titles are read; failing that, the
// one that gives the largest part of the rows their columns; where none does,
// the one that cuts most.
func sniff(text string) byte {
	best, high, most := byte(';'), 0.0, 0
	for _, sep := range []byte("\t;,") { // the rarest in texts first
		fit, cuts := fits(text, sep)
		if fit > high || high == 0 && fit == 0 && cuts > most {
			best, high, most = sep, fit, cuts
		}
	}
	return best
}

// fits tells how well a separator suits a text: 2 where the titles are read, up
// to 1 elsewhere, and how many separators were seen.
func fits(text string, sep byte) (fit float64, cuts int) {
	s, rows, right := &splitter{rest: text, sep: sep, line: 1}, 0.0, 0.0
	for range sniffed {
		row, err := s.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if rows++; err != nil {
			break
		}
		switch {
		case row.blank():
			rows--
		case rows == 1 && row.heads():
			return 2, cuts
		case row.guest().Wrong == nil:
			right++
		}
		cuts += len(row.cells) - 1
	}
	return right / max(rows, 1), cuts
}

// next gives the next row, io.EOF after the last, or a *Refusal.
func (s *splitter) next() (row, error) {
	if s.rest == "" {
		return row{}, io.EOF
	}
	r := row{line: s.line}
	s.row = &r
	for {
		cell, err := s.cell()
		if err != nil {
			return row{}, err
		}
		if len(r.cells) == maxColumns {
			return row{}, refuse(r.line, "", "la ligne a plus de %d colonnes, pour %d attendues.", maxColumns, len(Columns))
		}
		r.cells = append(r.cells, cell)
		if s.rest == "" {
			return r, nil
		}
		end := s.rest[0]
		s.rest = s.rest[1:]
		if end == '\n' {
			s.line++
			return r, nil
		}
		if s.rest == "" { // a last cell, empty and without line end
			r.cells = append(r.cells, "")
			return r, nil
		}
	}
}

// cell reads up to a separator, a line end or the end, and leaves it there.
func (s *splitter) cell() (string, error) {
	if trimmed := strings.TrimLeft(s.rest, " "); strings.HasPrefix(trimmed, `"`) {
		s.rest = trimmed[1:]
		return s.quoted()
	}
	end := strings.IndexAny(s.rest, string([]byte{s.sep, '\n'}))
	if end < 0 {
		end = len(s.rest)
	}
	if end > maxField {
		return "", s.long()
	}
	cell := s.rest[:end]
	s.rest = s.rest[end:]
	return cell, nil
}

// quoted reads a cell after its opening quote.
func (s *splitter) quoted() (string, error) {
	var b strings.Builder
	opened := s.line
	for {
		end := strings.IndexByte(s.rest, '"')
		if end < 0 {
			return "", refuse(opened, s.column(), "le guillemet ouvert ici n’est jamais refermé.")
		}
		if b.Len()+end > maxField {
			s.line = opened
			return "", s.long()
		}
		b.WriteString(s.rest[:end])
		s.line += strings.Count(s.rest[:end], "\n")
		s.rest = s.rest[end+1:]
		if !strings.HasPrefix(s.rest, `"`) {
			break
		}
		b.WriteByte('"')
		s.rest = s.rest[1:]
	}
	s.rest = strings.TrimLeft(s.rest, " ")
	if s.rest != "" && s.rest[0] != s.sep && s.rest[0] != '\n' {
		return "", refuse(opened, s.column(), "un guillemet est mal placé : doublez les guillemets qui font partie du texte, ou ôtez-les.")
	}
	return b.String(), nil
}

// column is the label of the cell that is being read.
func (s *splitter) column() string { return label(len(s.row.cells)) }

func label(i int) string {
	if i < len(Columns) {
		return Columns[i]
	}
	return "Colonne " + strconv.Itoa(i+1)
}

func (s *splitter) long() error {
	return refuse(s.line, s.column(), "le texte dépasse 64 Ko ; un guillemet n’est peut-être pas refermé.")
}
