package demo

import (
	"errors"

	"preau/app/format/aaf"
)

// WriteComplete writes the first delivery into a directory, made when missing:
// the whole académie as the school year begins, complete files of both degrees.
func WriteComplete(dir string, cfg Config) (Summary, error) {
	a := newAcademy(cfg)
	d, err := newDelivery(dir, aaf.Complete, a.cfg.after(0))
	if err != nil {
		return Summary{}, err
	}
	t := newTally(a.plans)
	err = d.nomenclature()
	for _, p := range a.plans {
		if err != nil {
			break
		}
		s := a.open(p)
		t.add(s)
		err = d.all(s.Degree, s.records())
	}
	return t.summary, errors.Join(err, d.close())
}

// WriteNext writes the second delivery, five weeks later, as complete files:
// pupils and teachers have left and come, changed class, address and number.
func WriteNext(dir string, cfg Config) (Next, error) {
	return writeLater(dir, cfg, aaf.Complete, untilNext, func(l *life) []aaf.Record { return l.school.records() })
}

// WriteDelta writes the second delivery as a delta: it leads to what the
// complete files of WriteNext lead to.
func WriteDelta(dir string, cfg Config) (Next, error) {
	return writeLater(dir, cfg, aaf.Delta, untilNext, func(l *life) []aaf.Record { return l.requests })
}

// WriteReturn writes a third delivery, a week after the second: a delta that
// brings back some of those who had left.
func WriteReturn(dir string, cfg Config) (Next, error) {
	return writeLater(dir, cfg, aaf.Delta, untilReturn, (*life).comeBack)
}

// writeLater makes each establishment, lets time pass in it, and hands it over.
func writeLater(dir string, cfg Config, kind aaf.Kind, days int, records func(*life) []aaf.Record) (Next, error) {
	a := newAcademy(cfg)
	d, err := newDelivery(dir, kind, a.cfg.after(days))
	if err != nil {
		return Next{}, err
	}
	t, next := newTally(a.plans), Next{}
	if kind == aaf.Complete {
		err = d.nomenclature()
	}
	given := map[aaf.Degree]*keys{aaf.First: newKeys(keysLater), aaf.Second: newKeys(keysLater)}
	for _, p := range a.plans {
		if err != nil {
			break
		}
		l := a.live(p, a.open(p), given[p.degree()])
		l.compare()
		err = d.all(p.degree(), records(l))
		t.add(l.school)
		next.Changes = append(next.Changes, l.changes...)
	}
	next.Summary = t.summary
	return next, errors.Join(err, d.close())
}

func newKeys(from keys) *keys { return &from }
