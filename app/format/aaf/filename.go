package aaf

import (
	"fmt"
)

// A Kind tells whether files hold a whole state or what changed.
type Kind string

// The two kinds, by the word that file names bear.
const (
	Complete Kind = "Complet"
	Delta    Kind = "Delta"
)

// FileName makes the name of one slice, from 0:
// ENT_0759001B_Complet_20240916_Eleve_0000.xml for the prefix ENT_0759001B.
func FileName(prefix string, kind Kind, date Date, category Category, slice int) string {
	return fmt.Sprintf("%s_%s_%s_%s_%04d.xml", prefix, kind, date.compact(), category, slice)
}
