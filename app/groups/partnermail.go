package groups

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/post"
	"preau/data"
)

// A tale is what mails tell of a partnership.
type tale string

const (
	toldRequested tale = "requested"
	toldAccepted  tale = "accepted"
	toldRefused   tale = "refused"
	toldCancelled tale = "cancelled"
	toldEnded     tale = "ended"
	toldDue       tale = "due"
	toldSoon      tale = "soon"
)

// taleWords are the words of each: of the subject, of the paragraph that says who
// did it (%s), and of each pair of establishments.
var taleWords = map[tale]struct{ subject, says, pair string }{
	toldRequested: {"Demande de partenariat", "%s demande un partenariat. Une fois qu’il est accepté, chacun des deux établissements peut ouvrir ses groupes multi-établissements aux profils de l’autre.", "Partenariat demandé"},
	toldAccepted:  {"Partenariat accepté", "%s accepte le partenariat. Chacun des deux établissements peut maintenant ouvrir ses groupes multi-établissements aux profils de l’autre.", "Partenariat accepté"},
	toldRefused:   {"Demande de partenariat refusée", "%s refuse la demande de partenariat.", "Demande refusée"},
	toldCancelled: {"Demande de partenariat annulée", "%s annule la demande de partenariat. Il n’y a plus à y répondre.", "Demande annulée"},
	toldEnded:     {"Partenariat supprimé", "%s supprime le partenariat. " + closedSays, "Partenariat supprimé"},
	toldDue:       {"Fin d’un partenariat", "Le partenariat prend fin, à la date prévue. " + closedSays, "Partenariat terminé"},
	toldSoon:      {"Fin prochaine d’un partenariat", "Ce partenariat prendra fin à la date prévue. Les profils ouverts à l’autre établissement seront alors fermés, et les membres qu’il a mis dans les groupes en seront retirés. La date se change dans la console d’administration.", "Partenariat"},
}

const closedSays = "Les profils ouverts à l’autre établissement sont fermés, et les membres qu’il avait mis dans les groupes en sont retirés."

// An addressee is an address that a mail goes to, for one person or for several who
// share it, and what they are told of: once each.
type addressee struct {
	to      string
	told    []int        // outcomes
	manages []data.Place // establishments whose partnerships they manage
}

// writeBoth writes to the local administrators and to the heads of both sides, one mail
// for each address, whatever the number of their hats and of the partnerships. They
// are told of those of their own establishments only.
func writeBoth(tx *data.Tx, s *access.Session, all []outcome) error {
	var readers []*addressee
	byAddress := map[string]*addressee{}
	known := map[data.Place][]contact{}
	for i, o := range all {
		for _, place := range o.Pair {
			if _, done := known[place]; !done {
				found, err := contacts(partnering.Over(tx), place)
				if err != nil {
					return err
				}
				known[place] = found
			}
			for _, c := range known[place] {
				key := strings.ToLower(c.to)
				if byAddress[key] == nil {
					byAddress[key] = &addressee{to: c.to}
					readers = append(readers, byAddress[key])
				}
				byAddress[key].learn(i, place, c.manages)
			}
		}
	}
	by := newSigner(s, all)
	for _, r := range readers {
		m, err := r.mail(tx, by, all)
		if err != nil {
			return err
		}
		if err := post.Queue(tx, m); err != nil {
			return err
		}
	}
	return nil
}

func (r *addressee) learn(i int, place data.Place, manages bool) {
	if !slices.Contains(r.told, i) {
		r.told = append(r.told, i)
	}
	if manages && !slices.Contains(r.manages, place) {
		r.manages = append(r.manages, place)
	}
}

// A contact is somebody of an establishment who is written to.
type contact struct {
	to      string
	manages bool
}

// contacts are the local administrators of a place and its head, those who have an
// address and an open account. A head who is an administrator is there twice.
func contacts(wide *data.Tx, place data.Place) (all []contact, err error) {
	grants, err := access.LocalAdmins(wide, place)
	if err != nil {
		return nil, err
	}
	add := func(account string, manages bool) error {
		to, err := addressOf(wide, account)
		if to != "" {
			all = append(all, contact{to, manages})
		}
		return err
	}
	for _, g := range grants {
		if err := add(g.Account, true); err != nil {
			return nil, err
		}
	}
	e, err := directory.Establishments.Get(wide, directory.UAIOf(place))
	if isMissing(err) || err == nil && e.Head == "" {
		return all, nil
	}
	if err != nil {
		return nil, err
	}
	return all, add(e.Head, false)
}

// addressOf is where somebody is written to, "" for nowhere: somebody without an
// address, or whose account is suspended or deleted.
func addressOf(wide *data.Tx, account string) (string, error) {
	a, err := access.Accounts.Get(wide, account)
	if err != nil && !isMissing(err) || a.Suspended || a.Deleted {
		return "", err
	}
	u, err := directory.Users.Get(wide, account)
	switch {
	case isMissing(err):
		return strings.TrimSpace(a.Email), nil
	case err != nil || u.Unsure || u.State() == directory.Suspended || u.State() == directory.Deleted:
		return "", err
	}
	return strings.TrimSpace(u.Email.Value()), nil
}

// newSigner is how mails name who acts: « NOM Prénom (Lycée …) », "" for a job.
func newSigner(s *access.Session, all []outcome) string {
	side := all[0].Steps[len(all[0].Steps)-1].Side
	if s.Machine() || side == "" {
		return s.Name()
	}
	return fmt.Sprintf("%s (%s)", s.Name(), all[0].NameOf(side))
}

// mail is what an addressee is told.
func (r *addressee) mail(tx *data.Tx, by string, all []outcome) (m post.Mail, err error) {
	m.To = r.to
	var said []tale
	var shut []closing
	for _, i := range r.told {
		o := all[i]
		words := taleWords[o.told]
		if !slices.Contains(said, o.told) {
			said = append(said, o.told)
			m.Lines = append(m.Lines, strings.Replace(words.says, "%s", by, 1))
		}
		pair, err := pairSaid(tx, o.Partnership)
		if err != nil {
			return m, err
		}
		if o.told == toldSoon {
			pair += ", jusqu’au " + o.Until.String()
		}
		m.Facts = append(m.Facts, post.Fact{Label: words.pair, Value: pair})
		shut = append(shut, o.shut...)
	}
	first := all[r.told[0]]
	m.Subject = taleWords[first.told].subject
	if len(r.told) > 1 {
		m.Subject += "\u00a0: " + figure(len(r.told)) + " établissements"
	} else {
		m.Subject += "\u00a0: " + first.Label()
	}
	if first.reason != "" {
		m.Facts = append(m.Facts, post.Fact{Label: "Motif", Value: first.reason})
	}
	if first.told == toldEnded || first.told == toldDue {
		t := tollOf(shut)
		m.Facts = append(m.Facts, post.Fact{Label: "Groupes multi-établissements concernés", Value: figure(t.Groups)},
			post.Fact{Label: "Profils fermés", Value: figure(t.Profiles)}, post.Fact{Label: "Membres retirés", Value: figure(t.Members)})
	}
	m.Links, err = r.links(tx)
	return m, err
}

// pairSaid names the two establishments, the one that asked first.
func pairSaid(tx *data.Tx, p Partnership) (string, error) {
	var names []string
	for _, place := range []data.Place{p.From, p.Other(p.From)} {
		c, err := directory.Cards.Get(tx, directory.UAIOf(place))
		if err != nil {
			return "", err
		}
		if c.Town != "" {
			c.Name += " (" + c.Town + ")"
		}
		names = append(names, c.Name)
	}
	return strings.Join(names, " et "), nil
}

// links lead an administrator to the partnerships of each of their establishments.
func (r *addressee) links(tx *data.Tx) (all []post.Link, err error) {
	for _, place := range r.manages {
		c, err := directory.Cards.Get(tx, directory.UAIOf(place))
		if err != nil {
			return nil, err
		}
		all = append(all, post.Link{Label: "Ouvrir les partenariats (" + c.Name + ")", Path: "/console/etablissements/" + c.UAI + "/groupes/partages/partenaires"})
	}
	return all, nil
}

// figure writes a number with thin spaces between its thousands.
func figure(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return figure(n/1000) + fmt.Sprintf("\u202f%03d", n%1000)
}
