package requests

import (
	"errors"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/format/sheet"
	"preau/data"
)

var exporting = access.NewAction("request.export", "Export de demandes", access.HandleRequests, data.Info)

// An Export is a file of requests that may be written, its trace being kept
// already: how many they are, and for whom.
type Export struct {
	Count int
	s     *access.Session
	keys  []string
}

// ExportAll prepares the file of all that a look finds, on every page and in its
// order, or of the requests of some numbers only. The journal says who took it.
func ExportAll(s *access.Session, look Look, numbers ...int) (*Export, error) {
	x := &Export{s: s}
	look.Page, look.Size = 1, math.MaxInt
	err := s.See(func(tx *data.Tx) error {
		places, err := placesOf(tx, s, look.UAI)
		if err != nil {
			return err
		}
		if len(numbers) > 0 {
			x.keys = keysOf(numbers)
			return nil
		}
		var list List
		x.keys, err = look.find(tx, s, places, &list)
		switch {
		case err != nil:
			return err
		case list.Partly:
			return access.Conflict("La recherche par mots se reconstruit\u00a0: réessayez dans quelques minutes, ou exportez sans mots.")
		case list.More && look.Text != "":
			return access.Conflict("Plus de 1\u202f000 demandes contiennent ces mots\u00a0: précisez la recherche avant d’exporter.")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := x.tell(); err != nil {
		return nil, err
	}
	return x, nil
}

func keysOf(numbers []int) (keys []string) {
	for _, n := range numbers {
		keys = append(keys, keyOf(n))
	}
	return keys
}

// tell keeps those that may be read, and writes in the journal of each
// establishment how many of its requests leave.
func (x *Export) tell() error {
	taken, read := map[data.Place]int{}, x.keys[:0]
	err := x.each(func(_ *data.Tx, r Request) error {
		read = append(read, r.Key())
		taken[r.At]++
		return nil
	})
	if x.keys, x.Count = read, len(read); err != nil {
		return err
	}
	if x.Count == 0 {
		return access.Conflict("Aucune demande à exporter.")
	}
	var facts []data.Fact
	err = x.s.See(func(tx *data.Tx) error {
		for _, at := range slices.Sorted(maps.Keys(taken)) {
			about, err := rowOf(tx, at)
			if err != nil {
				return err
			}
			facts = append(facts, data.Fact{Action: exporting.Action, About: about, Note: plural(taken[at], "demande", "demandes")})
		}
		return nil
	})
	return errors.Join(err, x.s.Record(nil, facts...))
}

// rowOf is what the journal says that something is about, at a place.
func rowOf(tx *data.Tx, at data.Place) (data.Row, error) {
	if uai := directory.UAIOf(at); uai != "" {
		return directory.Establishments.Get(tx, uai)
	}
	return directory.Academies.Get(tx, string(at))
}

func plural(n int, one, many string) string {
	if n < 2 {
		return strconv.Itoa(n) + " " + one
	}
	return strconv.Itoa(n) + " " + many
}

// exportedAtOnce bounds the requests that one transaction reads.
const exportedAtOnce = 500

// each reads the requests within reach, in transactions that end soon.
func (x *Export) each(fn func(*data.Tx, Request) error) error {
	for keys := range slices.Chunk(x.keys, exportedAtOnce) {
		err := x.s.See(func(tx *data.Tx) error {
			for _, key := range keys {
				r, err := Requests.Get(tx, key)
				if errors.Is(err, data.ErrNotFound) {
					continue // out of reach, or gone meanwhile
				}
				if err == nil {
					err = fn(tx, r)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Write writes the file, without any text of a thread. One that is cut short says
// so on its last line.
func (x *Export) Write(to io.Writer) error {
	out := sheet.NewWriter(to)
	if err := out.Write("N°", "Priorité", "Établissement", "UAI", "Reçue le", "Demandeur", "Profil", "Canal", "Service", "Type", "Dernière action", "Intervenant", "État", "Âge (jours)", "Clôturée le", "Niveau 2", "Résumé"); err != nil {
		return err
	}
	now := x.s.Now()
	err := x.each(func(tx *data.Tx, r Request) error {
		school, err := schoolOf(tx, r.At)
		if err != nil {
			return err
		}
		return out.Write(strconv.Itoa(r.Number), r.Priority.Label(), school, r.UAI(), moment(r.Received), r.From.Name, r.From.Profile.One(), r.Channel.Label(), r.Service.Label(), r.Type.Label(),
			moment(r.ActedAt), r.AssigneeName, r.State.Label(), strconv.Itoa(int(r.Age(now)/(24*time.Hour))), moment(r.ClosedAt), r.Escalation.String(), r.Summary)
	})
	if err != nil {
		err = errors.Join(err, out.Write("Fichier incomplet\u00a0: l’export a été interrompu, recommencez."))
	}
	return errors.Join(err, out.Close())
}

// moment is a time as spreadsheets read it, "" for none.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("02/01/2006 15:04")
}
