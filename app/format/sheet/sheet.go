// Package sheet writes CSV files for spreadsheets: UTF-8 with its mark, so that
// Excel reads accents, semicolons as the French versions expect, CRLF, and no
// cell that a spreadsheet would compute.
package sheet

import (
	"encoding/csv"
	"io"
	"strings"
	"unicode"
)

// mark is the byte order mark by which Excel knows UTF-8.
const mark = "\ufeff"

// A Writer writes one file, line after line. Close ends it.
type Writer struct {
	to     io.Writer
	csv    *csv.Writer
	marked bool
}

// NewWriter writes to w. Nothing is written before the first Write or Close.
func NewWriter(w io.Writer) *Writer {
	c := csv.NewWriter(w)
	c.Comma, c.UseCRLF = ';', true
	return &Writer{to: w, csv: c}
}

// Write adds a line. What it gives may wait in a buffer until Close.
func (w *Writer) Write(cells ...string) error {
	if err := w.begin(); err != nil {
		return err
	}
	safe := make([]string, len(cells))
	for i, c := range cells {
		safe[i] = Plain(c)
	}
	return w.csv.Write(safe)
}

func (w *Writer) begin() error {
	if w.marked {
		return nil
	}
	w.marked = true
	_, err := io.WriteString(w.to, mark)
	return err
}

// Close writes what waits, the mark alone if there was no line, and leaves the
// underlying writer open.
func (w *Writer) Close() error {
	if err := w.begin(); err != nil {
		return err
	}
	w.csv.Flush()
	return w.csv.Error()
}

// Write writes a whole file.
func Write(w io.Writer, rows [][]string) error {
	out := NewWriter(w)
	for _, row := range rows {
		if err := out.Write(row...); err != nil {
			return err
		}
	}
	return out.Close()
}

// oneBreak makes every line break the one that CSV files write.
var oneBreak = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// signs make a spreadsheet compute, full-width and small forms included.
const signs = "=+-@＝＋－＠﹦﹢﹣﹫"

// Plain is a cell that no spreadsheet takes for a formula: an apostrophe is put
// before what begins with a sign, a tab or a line break, blanks, invisible
// characters and apostrophes being seen through. Removing that one apostrophe
// gives the cell back, its line breaks as \n.
func Plain(cell string) string {
	cell = oneBreak.Replace(cell)
	if computes(cell) {
		return "'" + cell
	}
	return cell
}

// computes looks for a sign at the head of a cell. Apostrophes are seen through
// so that a text that already begins with one and a sign comes back whole.
func computes(cell string) bool {
	for _, c := range cell {
		switch {
		case strings.ContainsRune(signs, c), c == '\t', c == '\n':
			return true
		case c != '\'' && !unicode.IsSpace(c) && !unicode.IsControl(c) && !unicode.Is(unicode.Cf, c):
			return false
		}
	}
	return false
}
