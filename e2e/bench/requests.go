package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"preau/app"
	"preau/app/access"
	"preau/app/directory"
	"preau/app/format/aaf"
	"preau/app/requests"
	"preau/data"
)

// Sizes of the help desk that is measured.
const (
	benchRequests   = 200_000
	benchSchools    = 240
	benchResponders = 150
	benchThread     = 100 // messages of the longest
	benchLooks      = 1000
)

// filling makes the requests of the measures.
var filling = access.NewAction("bench.fill", "Mesures", access.RunAppliance, data.Info)

// requests measures the help desk: the list by any filter and order, the words,
// one request, the statistics, by the functions and then by HTTP.
func (b bench) requests() error {
	dir := filepath.Join(b.scratch, "data-requests")
	if err := b.administrator(dir); err != nil {
		return err
	}
	if err := b.measureRequests(dir); err != nil {
		return err
	}
	s, err := b.serve(dir)
	if err != nil {
		return err
	}
	defer s.stop()
	return b.browseRequests(s.base)
}

func (b bench) measureRequests(dir string) error {
	a, err := app.Open(app.Config{Dir: dir, Log: zerolog.Nop()})
	if err != nil {
		return err
	}
	desk := &helpDesk{App: a, dice: rand.New(rand.NewPCG(1, 2))}
	from := time.Now()
	err = desk.fill()
	if err == nil {
		b.add("200,000 requests made by bulk, with their threads and their index", "", fmt.Sprintf("%.0f s", time.Since(from).Seconds()))
		err = b.readers(desk)
	}
	return errors.Join(err, a.Close())
}

// readers measures as those of three reaches read.
func (b bench) readers(desk *helpDesk) error {
	for _, who := range []struct{ login, says string }{{"mesure.reference", "of everywhere"}, {"mesure.academie", "of an académie"}, {"mesure.ecole", "of an establishment"}} {
		signed, err := desk.Gate.SignIn(context.Background(), access.SignIn{Login: who.login, Password: benchPassword, From: "192.0.2.7"})
		if err != nil {
			return err
		}
		if err := b.reads(desk, signed.Session, who.says); err != nil {
			return err
		}
	}
	return nil
}

// measured times something many times, the first of them left out.
func measured(n int, do func(i int) error) (all times, err error) {
	for i := range n + n/10 {
		from := time.Now()
		if err := do(i); err != nil {
			return nil, err
		}
		if i >= n/10 {
			all = append(all, time.Since(from))
		}
	}
	slices.Sort(all)
	return all, nil
}

func (t times) said() string {
	return fmt.Sprintf("p50 %s, p99 %s, max %s", ms(t.at(.5)), ms(t.at(.99)), ms(t.at(1)))
}

func (b bench) reads(desk *helpDesk, s *access.Session, says string) error {
	list, err := measured(benchLooks, func(i int) error {
		look := requests.Look{Filter: desk.filter(), Sort: requests.Sorts[i%4], Up: i%3 == 0, Page: 1 + desk.dice.IntN(3), Size: 50}
		_, err := requests.Search(s, look)
		return err
	})
	if err != nil {
		return err
	}
	b.add("list of 50 among 200,000, any filter, four orders, "+says, "p99 ≤ 20 ms", list.said())
	search, err := measured(benchLooks, func(i int) error {
		f := desk.filter()
		f.Text = desk.words(1 + i%3)
		_, err := requests.Search(s, requests.Look{Filter: f, Sort: requests.Sorts[i%4], Page: 1, Size: 50})
		return err
	})
	if err != nil {
		return err
	}
	b.add("list of 50 by words, "+says, "p99 ≤ 30 ms", search.said())
	if says != "of everywhere" {
		return nil
	}
	one, err := measured(500, func(int) error {
		d, err := requests.Read(s, 1)
		if err == nil && len(d.Thread) != benchThread {
			err = fmt.Errorf("%d messages", len(d.Thread))
		}
		return err
	})
	if err != nil {
		return err
	}
	b.add("one request with a thread of 100", "p99 ≤ 15 ms", one.said())
	return b.counts(s)
}

// counts times the statistics and the counters of saved views.
func (b bench) counts(s *access.Session) error {
	today := time.Now().Truncate(24 * time.Hour)
	for days, says := range map[int]string{30: "30 days", 365: "a year", 3000: "all of them"} {
		took, err := measured(10, func(int) error {
			_, err := requests.StatisticsOf(s, "", today.AddDate(0, 0, -days), today)
			return err
		})
		if err != nil {
			return err
		}
		b.add("statistics of everywhere over "+says, "", took.said())
	}
	for i := range requests.MostViews {
		f := requests.Filter{Assignee: requests.Me, Every: i%2 == 0, Types: []requests.Type{requests.Types[i%6]}, Older: i % 5}
		if i%3 == 0 {
			f.Assignee = ""
		}
		if err := requests.SaveView(s, "Vue "+strconv.Itoa(i), "", f); err != nil {
			return err
		}
	}
	took, err := measured(50, func(int) error {
		_, err := requests.ViewsOf(s)
		return err
	})
	b.add("30 saved views with their counters", "", took.said())
	return err
}

// browseRequests times the same pages over HTTP.
func (b bench) browseRequests(base string) error {
	v := newVisitor(base)
	if _, err := v.signIn("mesure.reference", benchPassword); err != nil {
		return err
	}
	for _, p := range []struct{ what, path, target string }{
		{"GET the list of 50, as it opens", "/console/demandes", ""},
		{"GET the list of 50, of one type, by priority", "/console/demandes?etat=toutes&type=incident&tri=priorite", "p99 ≤ 20 ms"},
		{"GET the list by words", "/console/demandes?etat=toutes&q=" + url.QueryEscape("imprimante salle"), "p99 ≤ 30 ms"},
		{"GET one with a thread of 100, below the list", "/console/demandes/1?onglet=reponse", "p99 ≤ 15 ms"},
		{"GET the statistics of 30 days", "/console/demandes/statistiques", ""},
	} {
		took, err := measured(200, func(int) error {
			status, _, _, err := v.ask("GET", p.path, nil)
			return wanted(200, status, err)
		})
		if err != nil {
			return err
		}
		b.add(p.what, p.target, took.said())
	}
	return nil
}

// A helpDesk is an appliance whose requests are made up.
type helpDesk struct {
	*app.App
	dice       *rand.Rand
	schools    []data.Place
	responders []string
}

var vocabulary = strings.Fields("imprimante salle connexion messagerie pronote élève classe cahier textes agenda mot passe oublié compte suspendu réseau tablette ordinateur projecteur tableau numérique fichier pièce jointe dossier partage groupe absence note bulletin parent code activation adresse courriel doublon import annuaire emploi temps réservation matériel livre manuel ressource accès refusé page blanche erreur serveur lenteur affichage navigateur mise jour logiciel licence clavier souris écran son vidéo caméra micro câble prise wifi borne")

func (d *helpDesk) words(n int) string {
	var all []string
	for range n {
		all = append(all, vocabulary[d.dice.IntN(len(vocabulary))])
	}
	return strings.Join(all, " ")
}

// filter is one that somebody might ask for.
func (d *helpDesk) filter() (f requests.Filter) {
	maybe := func(n int) bool { return d.dice.IntN(n) == 0 }
	if f.Every = maybe(2); !f.Every && maybe(2) {
		f.States = []requests.State{requests.States[d.dice.IntN(4)]}
	}
	if maybe(3) {
		f.Types = []requests.Type{requests.Types[d.dice.IntN(6)]}
	}
	if maybe(4) {
		f.Channels = []requests.Channel{requests.Channels[d.dice.IntN(3)]}
	}
	if maybe(4) {
		f.Service = "gibii"
	}
	if maybe(4) {
		f.Priority = requests.Urgent
	}
	if maybe(4) {
		f.Assignee = []string{requests.Me, requests.NoOne, d.responders[d.dice.IntN(len(d.responders))]}[d.dice.IntN(3)]
	}
	if maybe(4) {
		f.From = time.Now().AddDate(0, 0, -d.dice.IntN(1000)).Truncate(24 * time.Hour)
	}
	if maybe(6) {
		f.To = time.Now().AddDate(0, 0, -d.dice.IntN(1000)).Truncate(24 * time.Hour)
	}
	if maybe(8) {
		f.Older = 1 + d.dice.IntN(60)
	}
	return f
}

// fill makes the establishments, those who answer, and the requests.
func (d *helpDesk) fill() error {
	s := d.Gate.System("Mesures")
	for i := range benchSchools {
		digits := fmt.Sprintf("%07d", 750001+i)
		f := directory.NewEstablishment{UAI: digits + aaf.UAIKey(digits), Name: "Collège " + strconv.Itoa(i), Kind: directory.College, Academy: []string{"Val-de-Seine", "Mont-Blanc", "Grand Ouest"}[i%3], Town: "Ville"}
		if _, err := directory.CreateEstablishment(s, f); err != nil {
			return err
		}
		place, err := directory.PlaceOfUAI(s, f.UAI)
		if err != nil {
			return err
		}
		d.schools = append(d.schools, place)
	}
	for login, at := range map[string]struct {
		role access.Role
		in   data.Place
	}{"mesure.academie": {access.AcademyAdvisor, "val-de-seine"}, "mesure.ecole": {access.LocalAdmin, d.schools[0]}} {
		if err := access.Create(context.Background(), s, access.NewAdministrator{Login: login, LastName: "MESURE", FirstName: "Camille", Password: benchPassword, Role: at.role, In: at.in}); err != nil {
			return err
		}
	}
	for i := range benchResponders {
		d.responders = append(d.responders, fmt.Sprintf("PAB%05d", i))
	}
	if err := s.Begin(filling, "demandes"); err != nil {
		return err
	}
	for n := 1; n <= benchRequests; n += 1000 {
		if err := s.Bulk(filling, "demandes", func(tx *data.Tx) error {
			for i := range 1000 {
				if err := d.put(tx, n+i); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return errors.Join(s.End(filling, "demandes", func(tx *data.Tx) ([]data.Fact, error) {
		r, err := requests.Requests.Get(tx, fmt.Sprintf("%09d", 1))
		return []data.Fact{{Action: filling.Action, About: r}}, err
	}), d.Store.WaitIndexed(context.Background()))
}

// put makes one request and its thread. The first establishment has one in twenty.
func (d *helpDesk) put(tx *data.Tx, n int) error {
	at := d.schools[d.dice.IntN(len(d.schools))]
	if d.dice.IntN(20) == 0 {
		at = d.schools[0]
	}
	received := tx.Now.Add(-time.Duration(benchRequests-n+1) * 3 * 365 * 24 * time.Hour / benchRequests)
	r := requests.Request{Number: n, At: at, From: requests.Requester{Account: fmt.Sprintf("PAC%05d", d.dice.IntN(50_000)), Name: "DURAND Zoé", Email: "zoe.durand@exemple.example"}, Received: received, SpokeAt: received, CreatedAt: received, ActedAt: received.Add(time.Duration(d.dice.IntN(72)) * time.Hour), Since: received,
		Channel: requests.Channels[d.dice.IntN(3)], Type: requests.Types[d.dice.IntN(6)], Priority: requests.Priorities[d.dice.IntN(8)/7], Service: []requests.Service{"", "messagerie", "edt", "cahier", "gibii", "notes"}[d.dice.IntN(6)],
		Summary: d.words(6), Problem: d.words(30), State: requests.Closed, ClosedAt: received.Add(time.Duration(d.dice.IntN(200)) * time.Hour), Version: 1}
	if k := d.dice.IntN(20); k < 4 {
		r.State, r.ClosedAt = []requests.State{requests.Open, requests.InProgress, requests.Waiting, requests.Open}[k], time.Time{}
	}
	if r.ClosedAt.After(tx.Now) {
		r.ClosedAt = tx.Now
	}
	if r.State != requests.Open {
		r.Assignee = d.responders[d.dice.IntN(len(d.responders))]
		r.AssigneeName = "Intervenant " + r.Assignee
	}
	long := d.dice.IntN(5)
	if n == 1 {
		long = benchThread
	}
	for range long {
		r.Thread++
		e := requests.Entry{Request: n, Rank: r.Thread, At: at, Kind: requests.Note, Made: received, ByName: "MESURE Camille", Text: d.words(25)}
		if err := requests.Entries.Put(tx, e); err != nil {
			return err
		}
	}
	return requests.Requests.Put(tx, r)
}
