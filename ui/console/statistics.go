package console

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"preau/app/directory"
	"preau/app/format/sheet"
	"preau/app/requests"
	"preau/ui/web"
)

// statisticsHome is the address of the statistics.
const statisticsHome = requestsHome + "/statistiques"

// statisticsPage is console/statistics.html.
type statisticsPage struct {
	Home    string
	Says    string
	School  web.Combo
	Days    []web.Field
	Presets []web.Link
	File    string
	Figures []figure
	Chart   *web.Chart
	Ages    shareTable
	Tables  []shareTable
	Empty   web.Empty
}

// A figure is a number that counts by itself.
type figure struct{ Label, Value, Note string }

// A shareTable compares parts of a whole, each with a bar.
type shareTable struct {
	ID, Title, Row string
	Heads          []string
	Lines          []shareLine
	More           string // what is left out
}

type shareLine struct {
	Name   string
	Part   float64 // of the largest, from 0 to 100
	Values []string
}

// A period is what statistics are asked about.
type period struct {
	uai      string
	from, to time.Time
}

// periodOf reads the period of the address: the last thirty days where it says none.
func periodOf(v *web.Visit) (p period, err error) {
	if p.uai, err = askedSchool(v); err != nil {
		return p, err
	}
	today := v.Session.Now().Local()
	today = time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, time.Local)
	p.from, p.to = dayOf(v.Ask("du")), dayOf(v.Ask("au"))
	if p.to.IsZero() || p.to.After(today) {
		p.to = today
	}
	if p.from.IsZero() {
		p.from = p.to.AddDate(0, 0, -29)
	}
	if oldest := p.to.AddDate(-9, 0, 0); p.from.Before(oldest) {
		p.from = oldest
	}
	return p, nil
}

func (p period) query(from, to time.Time) string {
	q := url.Values{"du": {from.Format(time.DateOnly)}, "au": {to.Format(time.DateOnly)}}
	if p.uai != "" {
		q.Set("etablissement", p.uai)
	}
	return "?" + q.Encode()
}

// presets are the periods that are asked for most.
func (p period) presets(v *web.Visit) (all []web.Link) {
	today := v.Session.Now().Local()
	today = time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, time.Local)
	month := today.AddDate(0, 0, 1-today.Day())
	school := time.Date(today.Year(), time.September, 1, 0, 0, 0, 0, time.Local)
	if school.After(today) {
		school = school.AddDate(-1, 0, 0)
	}
	for _, o := range []struct {
		label    string
		from, to time.Time
	}{{"7 jours", today.AddDate(0, 0, -6), today}, {"30 jours", today.AddDate(0, 0, -29), today}, {"Ce mois-ci", month, today},
		{"Le mois dernier", month.AddDate(0, -1, 0), month.AddDate(0, 0, -1)}, {"Année scolaire", school, today}, {"12 mois", today.AddDate(-1, 0, 1), today}} {
		all = append(all, web.Link{Label: o.label, URL: statisticsHome + p.query(o.from, o.to), Here: p.from.Equal(o.from) && p.to.Equal(o.to)})
	}
	return all
}

func showStatistics(v *web.Visit) error {
	p, err := periodOf(v)
	if err != nil {
		return err
	}
	st, err := requests.StatisticsOf(v.Session, p.uai, p.from, p.to)
	refused := refusalOf(err)
	if err != nil && refused == nil {
		return err
	}
	if refused != nil {
		v.Refuse(refused)
	}
	page := statisticsPage{Home: statisticsHome, Says: "Du " + p.from.Format("02/01/2006") + " au " + p.to.Format("02/01/2006"), Presets: p.presets(v), File: statisticsHome + ".csv" + p.query(p.from, p.to)}
	page.School = web.Combo{ID: "etablissement", Name: "etablissement", Label: "Établissement", Source: "/console/etablissements/recherche?q=", Value: p.uai, Placeholder: "Tous ceux que vous administrez"}
	if p.uai != "" {
		cards, err := directory.CardsOf(v.Session, p.uai)
		if err != nil {
			return err
		}
		page.School.Shown = cards[0].Name
	}
	page.Days = []web.Field{{Name: "du", Label: "Du", Kind: "date", Value: p.from.Format(time.DateOnly), Complete: "off"}, {Name: "au", Label: "Au", Kind: "date", Value: p.to.Format(time.DateOnly), Complete: "off"}}
	if refused == nil {
		page.fill(st)
	}
	return v.Show("console/statistics", "Statistiques", requestsFrame(v, web.Link{Label: "Statistiques", Here: true}), page)
}

func (page *statisticsPage) fill(st requests.Statistics) {
	page.Figures = figuresOf(st)
	page.Ages = shareTable{ID: "age", Title: "Ouvertes et en cours, par âge", Row: "Âge", Heads: []string{"Demandes"}}
	most := 0
	for _, b := range st.Ages {
		most = max(most, b.Count)
	}
	for _, b := range st.Ages {
		page.Ages.Lines = append(page.Ages.Lines, shareLine{b.Label, part(b.Count, most), []string{web.Number(b.Count)}})
	}
	if st.Received+st.Closed == 0 {
		page.Empty = web.Empty{Icon: "bar-chart", Says: "Aucune demande n’a été reçue ni clôturée pendant cette période."}
		return
	}
	chart := chartOf(st.Steps)
	page.Chart = &chart
	page.Tables = []shareTable{sharesOf("type", "Par type", "Type", st.Types), sharesOf("service", "Par service", "Service", st.Services),
		sharesOf("intervenant", "Par intervenant", "Intervenant", st.Assignees), sharesOf("ecole", "Par établissement", "Établissement", st.Schools)}
}

func figuresOf(st requests.Statistics) []figure {
	opinion := figure{"Satisfaction", "–", "aucun avis"}
	if st.Opinions > 0 {
		opinion.Value, opinion.Note = decimal(st.Satisfaction)+" sur 5", web.Count(st.Opinions, "avis", "avis")
	}
	return []figure{
		{"Reçues", web.Number(st.Received), ""}, {"Clôturées", web.Number(st.Closed), "hors fusions"}, {"Rouvertes", web.Number(st.Reopened), ""},
		{"Première réponse", lasting(st.Answer, st.Answered), "médiane hors attente"}, {"Résolution", lasting(st.Resolution, st.Resolved), "médiane hors attente"}, opinion,
		{"Ouvertes et en cours", web.Number(st.Open), "aujourd’hui"}, {"En attente", web.Number(st.Waiting), "aujourd’hui"},
	}
}

func decimal(x float64) string { return strings.Replace(fmt.Sprintf("%.1f", x), ".", ",", 1) }

// lasting writes a median: « 45 min », « 3 h 20 », « 2 j 4 h »; a dash for one of
// nothing.
func lasting(d time.Duration, of int) string {
	days, hours, minutes := int(d/(24*time.Hour)), int(d/time.Hour)%24, int(d/time.Minute)%60
	switch {
	case of == 0:
		return "–"
	case days > 0:
		return fmt.Sprintf("%s\u00a0j %d\u00a0h", web.Number(days), hours)
	case hours > 0:
		return fmt.Sprintf("%d\u00a0h\u00a0%02d", hours, minutes)
	}
	return fmt.Sprintf("%d\u00a0min", minutes)
}

func part(n, most int) float64 {
	if most == 0 {
		return 0
	}
	return float64(n) * 100 / float64(most)
}

// chartOf draws what came in and what was closed.
func chartOf(steps []requests.Step) web.Chart {
	row, form := "Jour", "02/01"
	if len(steps) > 1 {
		switch gap := steps[1].From.Sub(steps[0].From); {
		case gap > 20*24*time.Hour:
			row, form = "Mois", "01/2006"
		case gap > 2*24*time.Hour:
			row = "Semaine du"
		}
	}
	var labels []string
	var received, closed []int
	for _, s := range steps {
		labels = append(labels, s.From.Format(form))
		received, closed = append(received, s.Received), append(closed, s.Closed)
	}
	return web.NewChart("flux", "Demandes reçues et clôturées", row, []string{"Reçues", "Clôturées"}, labels, received, closed)
}

// sharesShown is how many lines a table shows: the file has them all.
const sharesShown = 15

func sharesOf(id, title, row string, all []requests.Share) shareTable {
	t := shareTable{ID: id, Title: title, Row: row, Heads: []string{"Reçues", "Clôturées", "Résolution médiane"}}
	if len(all) > sharesShown {
		t.More = "Et " + web.Count(len(all)-sharesShown, "autre, dans le fichier CSV.", "autres, dans le fichier CSV.")
		all = all[:sharesShown]
	}
	most := 0
	for _, s := range all {
		most = max(most, s.Received)
	}
	for _, s := range all {
		t.Lines = append(t.Lines, shareLine{s.Name, part(s.Received, most), []string{web.Number(s.Received), web.Number(s.Closed), lasting(s.Resolution, s.Closed)}})
	}
	return t
}

// downloadStatistics answers with the same figures, for a spreadsheet.
func downloadStatistics(v *web.Visit) error {
	p, err := periodOf(v)
	if err != nil {
		return err
	}
	st, err := requests.StatisticsOf(v.Session, p.uai, p.from, p.to)
	if err != nil {
		return v.Again(err, showStatistics)
	}
	rows := [][]string{{"Rubrique", "Élément", "Valeur ou reçues", "Clôturées", "Résolution médiane (heures)"}}
	for _, f := range figuresOf(st) {
		rows = append(rows, []string{"Ensemble", f.Label, f.Value, "", ""})
	}
	for _, s := range st.Steps {
		rows = append(rows, []string{"Période", s.From.Format("02/01/2006"), strconv.Itoa(s.Received), strconv.Itoa(s.Closed), ""})
	}
	for _, b := range st.Ages {
		rows = append(rows, []string{"Âge des demandes ouvertes et en cours", b.Label, strconv.Itoa(b.Count), "", ""})
	}
	for _, t := range []struct {
		name string
		all  []requests.Share
	}{{"Type", st.Types}, {"Service", st.Services}, {"Intervenant", st.Assignees}, {"Établissement", st.Schools}} {
		for _, s := range t.all {
			rows = append(rows, []string{t.name, s.Name, strconv.Itoa(s.Received), strconv.Itoa(s.Closed), decimal(s.Resolution.Hours())})
		}
	}
	v.File("statistiques-"+p.from.Format(time.DateOnly)+"-"+p.to.Format(time.DateOnly)+".csv", "text/csv; charset=utf-8")
	return sheet.Write(v.Response().BodyWriter(), rows)
}
