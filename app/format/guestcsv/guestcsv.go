// Package guestcsv reads the CSV files by which guests are created in number,
// as spreadsheets write them: whatever the separator, the encoding and the line
// ends.
package guestcsv

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// What a file may hold.
const (
	MaxBytes = 2 << 20
	MaxLines = 2000 // of guests
)

// Columns are the labels of the columns, in the order of the file.
var Columns = []string{"Nom", "Prénom", "Titre", "Mail", "Date de naissance", "Adresse", "Code Postal", "Commune",
	"Téléphone Domicile", "Téléphone Portable", "Téléphone Professionnel"}

// obligatory is how many columns a line has at least. Excel leaves out the
// empty cells at the end of lines, and what follows the birth date may be empty.
const obligatory = 5

// A Line is one guest as written. Its values are trimmed, composed (NFC) and
// without control, bidirectional or invisible characters, except that the
// lines of Street are separated by \n.
type Line struct {
	N                                        int // physical line of the file where it begins, from 1
	LastName, FirstName, Title, Email, Birth string
	Street, PostalCode, Town                 string
	Home, Mobile, Work                       string
	Wrong                                    map[string]string // sentences by column label, about the shape of the line; nil if it is right
}

// fields are the values in the order of Columns.
func (l *Line) fields() []*string {
	return []*string{&l.LastName, &l.FirstName, &l.Title, &l.Email, &l.Birth, &l.Street, &l.PostalCode, &l.Town, &l.Home, &l.Mobile, &l.Work}
}

func (l *Line) wrong(column, says string) {
	if l.Wrong == nil {
		l.Wrong = map[string]string{}
	}
	l.Wrong[column] = says
}

// A Refusal says why a whole file is not taken.
type Refusal struct {
	Line   int    // of the file, 0 when no line is to blame
	Column string // its label, "" when no column is to blame
	Says   string // one French sentence that names both and tells what to do
}

func (r *Refusal) Error() string { return r.Says }

func refuse(line int, column, format string, args ...any) *Refusal {
	says := fmt.Sprintf(format, args...)
	switch {
	case line > 0 && column != "":
		says = fmt.Sprintf("Ligne %d, colonne « %s » : %s", line, column, says)
	case line > 0:
		says = fmt.Sprintf("Ligne %d : %s", line, says)
	}
	return &Refusal{line, column, says}
}

// Read gives the guests of a file, at least one, or the *Refusal of the whole
// file. Any other error comes from r. What the values mean is not checked.
func Read(r io.Reader) ([]Line, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > MaxBytes {
		return nil, refuse(0, "", "Le fichier dépasse 2 Mo : partagez-le en plusieurs.")
	}
	text, refused := decode(raw)
	if refused != nil {
		return nil, refused
	}
	lines, err := read(text)
	if err != nil {
		return nil, err
	}
	return lines, nil
}

// read reads decoded text whose line ends are \n.
func read(text string) (lines []Line, err error) {
	s := begin(text)
	alone, began := true, false
	for {
		row, err := s.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if row.blank() {
			continue
		}
		alone = alone && len(row.cells) == 1
		if !began && row.heads() {
			began = true
			if refused := row.order(); refused != nil {
				return nil, refused
			}
			continue
		}
		began = true
		if len(lines) == MaxLines {
			return nil, refuse(row.line, "", "le fichier a plus de 2 000 invités : partagez-le en plusieurs.")
		}
		lines = append(lines, row.guest())
	}
	switch {
	case !began:
		return nil, refuse(0, "", "Le fichier est vide.")
	case len(lines) == 0:
		return nil, refuse(0, "", "Le fichier ne contient que la ligne des titres : ajoutez une ligne par invité.")
	case alone:
		return nil, refuse(lines[0].N, "", "les colonnes ne sont pas séparées. Le fichier attendu contient, séparés par des points-virgules : %s.", strings.Join(Columns, ", "))
	}
	return lines, nil
}
