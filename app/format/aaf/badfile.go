package aaf

import "fmt"

// A Refusal says, in one French sentence meant for people, why a delivery or a
// record is not taken.
type Refusal struct {
	Reason string
}

func (r *Refusal) Error() string { return r.Reason }

func refuse(format string, args ...any) error {
	return &Refusal{fmt.Sprintf(format, args...)}
}

// A BadFile is a file that is malformed or ends badly. The records before the
// fault were given out: whether they may be used is the caller's decision.
type BadFile struct {
	File   string // as it is named in its delivery
	Line   int    // where the fault was seen, from 1
	LastID string // join key of the last good record; empty when there was none
	Reason string // in French, without capital nor full stop
	Header Header // as far as it was read
}

func (b *BadFile) Error() string {
	last := "aucune fiche lue avant"
	if b.LastID != "" {
		last = "dernière fiche lue : " + b.LastID
	}
	return fmt.Sprintf("Le fichier %s est refusé : %s (ligne %d, %s).", b.File, b.Reason, b.Line, last)
}
