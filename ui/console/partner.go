package console

import (
	"strings"

	"preau/app/directory"
	"preau/app/groups"
	"preau/ui/web"
)

// partnerPage is console/partner.html: the ledger of a partner.
type partnerPage struct {
	Name, Note string
	Tabs       web.Tabs
	Badge      web.Badge
	UAI        string
	Home       string // of the ledger
	List       string // of the tab
	Facts      []fact
	Accepted   bool
	End        string // address
	Answer     bool   // the request was received
	Refuse     string // address
	Cancel     bool   // the request was sent
	Until      web.Field
	Seen       string
	Groups     []groupTable
	Steps      []stepLine
}

// A groupTable lists the groups that one side opened to the other.
type groupTable struct {
	Key, Title string
	Lines      []sharedLine
	None       string
}

type sharedLine struct{ URL, Name, Profiles, Members string }

type stepLine struct{ When, What, By, Side, Reason string }

// partnerOf is the ledger of the other side of a pair, by the key of its row.
func partnerOf(uai, pair string) string {
	for place := range strings.SplitSeq(pair, "|") {
		if _, other, _ := strings.Cut(place, "/"); other != uai {
			return partnersAt(uai) + "/" + other
		}
	}
	return partnersAt(uai)
}

var partnerBadges = map[groups.State]web.Badge{
	groups.Requested: {Tone: "warn", Icon: "hourglass", Label: "Demande en attente"},
	groups.Accepted:  {Tone: "ok", Icon: "check-lg", Label: "Partenaire"},
	groups.Refused:   {Tone: "bad", Icon: "x-lg", Label: "Demande refusée"},
	groups.Cancelled: {Tone: "off", Icon: "arrow-counterclockwise", Label: "Demande annulée"},
	groups.Ended:     {Tone: "off", Icon: "slash-circle", Label: "Partenariat supprimé"},
}

var stepWords = map[groups.State]string{groups.Requested: "Demande", groups.Accepted: "Acceptation", groups.Refused: "Refus", groups.Cancelled: "Annulation", groups.Ended: "Suppression"}

func showPartner(v *web.Visit) error {
	uai := v.Part("uai")
	l, err := groups.LedgerOf(v.Session, uai, v.Part("partenaire"))
	if err != nil {
		return err
	}
	p := partnerPageOf(v, l)
	f, err := frame(v, uai, sharedNode, web.Link{Label: sharedTitle, URL: p.List}, web.Link{Label: "Établissements partenaires", URL: p.List}, web.Link{Label: p.Name, Here: true})
	if err != nil {
		return err
	}
	return v.Show("console/partner", p.Name, f, p)
}

func partnerPageOf(v *web.Visit, l groups.Ledger) partnerPage {
	uai := v.Part("uai")
	p := partnerPage{Name: l.Other.Name, Note: join(" · ", l.Other.Kind.Label(), l.Other.Town, l.Other.UAI), Tabs: sharedTabs(uai, partnersTab), Badge: partnerBadges[l.State],
		UAI: l.Other.UAI, Home: partnersAt(uai) + "/" + l.Other.UAI, List: partnersAt(uai), Accepted: l.State == groups.Accepted}
	waits := l.State == groups.Requested
	p.Answer, p.Cancel = waits && !l.Sent(), waits && l.Sent()
	p.Refuse, p.End = naming(p.List+"/demandes/refuser", p.UAI), naming(p.List+"/suppression", p.UAI)
	p.Facts = partnerFacts(v, l)
	p.Seen = string(l.Until)
	p.Until = web.Field{Name: "fin", Label: "Date de fin", Kind: "date", Value: v.Typed("fin", p.Seen), Complete: "off",
		Hint: "Facultative. Un courriel la rappelle 30 jours avant, puis le partenariat prend fin ce jour-là."}
	if p.Accepted {
		p.Groups = []groupTable{groupTableOf(uai, "ouverts", "Nos groupes ouverts à "+l.Other.Name, l.Ours),
			groupTableOf(uai, "recus", "Groupes de "+l.Other.Name+" qui nous sont ouverts", l.Theirs)}
	}
	for i := len(l.Steps) - 1; i >= 0; i-- {
		p.Steps = append(p.Steps, stepLineOf(l, l.Steps[i]))
	}
	return p
}

func partnerFacts(v *web.Visit, l groups.Ledger) (facts []fact) {
	now := v.Session.Now()
	if l.State != groups.Accepted {
		last := l.Reached()
		return []fact{{"État", partnerBadges[l.State].Label}, {"Depuis", web.Moment(now, last.At)}, {"Par", join(", ", last.By, l.NameOf(last.Side))}}
	}
	used := "Aucun groupe n’a encore été ouvert ni peuplé"
	if !l.Used.IsZero() {
		used = web.Moment(now, l.Used)
	}
	return []fact{{"Partenaire depuis", web.Stamp(l.Since.At)}, {"Accepté par", join(", ", l.Since.By, l.NameOf(l.Since.Side))}, {"Demandé par", l.NameOf(l.From)},
		{"Groupes partagés", web.Number(len(l.Ours) + len(l.Theirs))}, {"Dernière utilisation", used}}
}

func groupTableOf(uai, key, title string, all []groups.SharedGroup) groupTable {
	t := groupTable{Key: key, Title: title, None: "Aucun groupe."}
	for _, g := range all {
		t.Lines = append(t.Lines, sharedLine{groupsAt(uai) + "/fiche/" + g.ID, g.Name, groups.ProfilesSaid(g.Profiles), web.Number(g.Members)})
	}
	return t
}

func stepLineOf(l groups.Ledger, s groups.Step) stepLine {
	line := stepLine{When: web.Stamp(s.At), What: stepWords[s.State], By: s.By, Side: l.NameOf(s.Side), Reason: s.Reason}
	switch {
	case s.State == groups.Dated && s.Until == "":
		line.What = "Date de fin retirée"
	case s.State == groups.Dated:
		line.What = "Date de fin fixée au " + s.Until.String()
	case s.State == groups.Ended && s.Side == "":
		line.What = "Fin à la date prévue"
	}
	return line
}

func datePartner(v *web.Visit) error {
	uai, partner := v.Part("uai"), v.Part("partenaire")
	if err := groups.SetUntil(v.Session, uai, partner, v.Form("fin"), directory.Date(v.Form("vu"))); err != nil {
		return v.Again(err, showPartner)
	}
	said := "La date de fin est enregistrée."
	if v.Form("fin") == "" {
		said = "Le partenariat n’a plus de date de fin."
	}
	return v.Done(partnersAt(uai)+"/"+partner, said)
}
