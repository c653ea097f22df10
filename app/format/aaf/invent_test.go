package aaf

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
)

// An inventor makes records at random, of the shape that decoders give, so that
// writing and reading them must give them back.
type inventor struct{ *rand.Rand }

func newInventor(seed uint64) inventor { return inventor{rand.New(rand.NewPCG(seed, 1))} }

func (v inventor) pick(of ...string) string { return of[v.IntN(len(of))] }
func (v inventor) coin() bool               { return v.IntN(2) == 0 }
func (v inventor) key() string              { return fmt.Sprint(1 + v.IntN(9_999_999)) }

func (v inventor) word() string {
	return v.pick("EXEMPLE", "L'ÉTÉ", "Zoé", "BŒUF & FILS", "DE LA  TOUR", "N'DIAYE", "Ÿ < \"x\" >", "l’île – 5 €", "Łódź", "3 B")
}

func (v inventor) date() Date {
	return Date(fmt.Sprintf("%04d-%02d-%02d", 1950+v.IntN(70), 1+v.IntN(12), 1+v.IntN(28)))
}

func (v inventor) maybe(s string) string {
	if v.coin() {
		return s
	}
	return ""
}

func (v inventor) name() Name {
	return Name{Last: v.word(), Birth: v.maybe(v.word()), First: v.word(), Title: v.pick("", "M.", "Mme", "Mlle")}
}

func (v inventor) phone() string {
	return v.pick("", "+33199000001", "+33639980001", "+352621000111", "3900")
}

func (v inventor) mail() string { return v.pick("", "zoe@example.fr", "a.b-c@ac-exemple.example") }

func (v inventor) address() Address {
	a := Address{PostalCode: v.maybe("75099"), Town: v.maybe("PARIS"), Country: v.maybe("FRANCE")}
	for range v.IntN(5) {
		a.Lines = append(a.Lines, v.word())
	}
	return a
}

// several makes up to n items whose keys differ.
func several[T any](v inventor, n int, make func(i int) T) []T {
	var list []T
	for i := range v.IntN(n + 1) {
		list = append(list, make(i))
	}
	return list
}

func (v inventor) student(degree Degree) Student {
	s := Student{
		ID: v.key(), INE: v.pick("", "900000001AA", "9000000012B"), Name: v.name(), Birth: v.date(),
		Mail: v.mail(), School: v.maybe(v.key()), Left: Date(v.maybe(string(v.date()))), Level: v.pick("", "6EME", "CE1"),
	}
	s.Others = several(v, 3, func(i int) string { return fmt.Sprint("Prénom", i) })
	member := func(i int) Membership {
		m := Membership{School: v.key(), Code: fmt.Sprint(v.word(), i)}
		if degree == First {
			m.Label = v.word()
		}
		return m
	}
	s.Classes, s.Groups = several(v, 2, member), several(v, 4, member)
	s.Exits = several(v, 2, func(i int) Exit { return Exit{v.key(), fmt.Sprint(v.word(), i), v.date()} })
	s.Links = several(v, 3, func(i int) Link { return v.link(i, degree) })
	if degree == Second {
		s.SiecleID, s.Mef, s.MefLabel = v.key(), v.maybe("10010012110"), v.maybe("6EME")
		s.Phone = v.phone()
		s.Subjects = several(v, 6, func(i int) Subject {
			return Subject{Code: fmt.Sprintf("03020%d", i), Label: v.pick("ANGLAIS LV1", "EPS", v.word())}
		})
	}
	return s
}

func (v inventor) link(i int, degree Degree) Link {
	l := Link{Relative: fmt.Sprint(1000 + i), Code: v.pick("1", "2", "7", "10", "20", "51", "90"), Legal: true}
	if degree == Second {
		l.Legal = v.coin()
		l.InCharge = !l.Legal && len(l.Code) == 2 && v.coin()
		l.Contact, l.Financial, l.Payment = v.coin(), v.coin(), v.coin()
	}
	return l
}

func (v inventor) relative() Relative {
	r := Relative{
		ID: v.key(), Name: v.name(), Birth: Date(v.maybe(string(v.date()))), Mail: v.mail(),
		Home: v.pick("", "+33199000001"), Work: v.pick("", "+33199000002", "3900"), Mobile: v.pick("", "+33639980001"),
		Address: v.address(), Disclosure: v.coin(),
	}
	if r.Mobile != "" && v.coin() {
		r.Home = "+33639980002"
	}
	return r
}

func (v inventor) staff(degree Degree) Staff {
	s := Staff{
		ID: v.key(), Name: v.name(), Birth: Date(v.maybe(string(v.date()))), Mail: v.mail(),
		School: v.maybe(v.key()), Teaches: v.coin(),
	}
	s.Functions = several(v, 4, func(i int) Function {
		f := Function{School: v.key(), Code: v.pick("ENS", "DOC", "DIR", "AED"), Label: v.word()}
		if v.coin() {
			f.Discipline, f.DisciplineLabel = fmt.Sprintf("L0%03d", i), v.word()+v.pick("", " $ SUITE")
		} else {
			f.School += fmt.Sprint(i)
		}
		return f
	})
	s.HeadOf = several(v, 2, func(i int) string { return fmt.Sprint(5000 + i) })
	if degree == Second {
		teaching := func(i int) Teaching { return Teaching{v.key(), fmt.Sprint(v.word(), i), v.pick("", "030201")} }
		s.STSID = v.key()
		s.Classes, s.Groups = several(v, 4, teaching), several(v, 4, teaching)
		s.Principal = several(v, 2, func(i int) Membership { return Membership{School: v.key(), Code: fmt.Sprint(v.word(), i)} })
	}
	return s
}

func (v inventor) school(degree Degree) School {
	s := School{
		ID: v.key(), Short: v.pick("", "CLG", "LP"), Name: v.word(), Type: v.pick("", "COLLEGE"), TypeCode: v.pick("", "340"),
		Contract: v.pick("", "PU", "PR"), Academy: v.maybe("LYON"), AcademyCode: v.maybe("010"), Phone: v.phone(), Mail: v.mail(),
		Address: v.address(),
	}
	s.Address.Country = ""
	digits := fmt.Sprintf("%07d", v.IntN(10_000_000))
	s.UAI = digits + UAIKey(digits)
	if degree == Second {
		s.Classes = several(v, 5, func(i int) Class {
			return Class{fmt.Sprint(v.word(), i), v.word(), several(v, 2, func(i int) string { return fmt.Sprint(10010012110 + i) })}
		})
		s.Groups = several(v, 5, func(i int) Group {
			return Group{fmt.Sprint(v.word(), i), v.word(), several(v, 3, func(i int) string { return fmt.Sprint(v.word(), i) })}
		})
	}
	return s
}

// invented is a file of n pupils, heavy as real ones are.
func invented(n int, degree Degree, encoding Encoding) []byte {
	var b bytes.Buffer
	v := newInventor(uint64(n))
	w := NewWriter(&b, Header{VersionAF: "AAF-VE2407", Degree: degree, Generated: "2024-09-16"})
	w.Encoding = encoding
	for range n {
		r := v.student(degree).Record(degree)
		r.Attrs = append(r.Attrs, Attr{"ENTEleveRegime", []string{"DEMI-PENSIONNAIRE DANS L'ETABLISSEMENT"}},
			Attr{"ENTPersonAdresse", []string{strings.Repeat(v.word(), 2) + "$$$"}}, Attr{"ENTEleveStatutEleve", []string{"SCOLAIRE"}},
			Attr{"ENTEleveFiliere", []string{"6EME"}}, Attr{"ENTEleveAdresseRel", nil})
		if err := w.Write(r); err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}
