package console

import (
	"time"

	"preau/app/directory"
	"preau/ui/web"
)

// passwordPart is the part of a record that renews passwords.
type passwordPart struct {
	Why   string // nothing can be renewed
	Own   string // of one's own account: where it is done
	Lines []passwordLine
}

// passwordLine is one of its buttons, with what became of the last time.
type passwordLine struct {
	ID, Label, Icon, URL string
	Off                  string // why the button does nothing
	Done, Note           string
}

// tickLife is how long the record tells beside the button that a password was
// sent: as long as the link of the mail holds.
const tickLife = 48 * time.Hour

// passwords says what may be renewed, and what was.
func (p *recordPage) passwords(v *web.Visit, r directory.Record) {
	switch {
	case r.State() == directory.Deleted:
		return
	case !r.MayProtect:
		p.Passwords = &passwordPart{Why: "Compte d’un administrateur : seul un rôle supérieur au sien peut renouveler ses mots de passe."}
		return
	}
	part := &passwordPart{}
	p.Passwords = part
	now, off := v.Session.Now(), ""
	if !r.Mails {
		off = "Le courriel n’est pas configuré sur cet appareil : utilisez « Code à remettre »."
	}
	sent := func(to string, at time.Time, by string) string {
		if to == "" || now.Sub(at) > tickLife {
			return ""
		}
		if by != "" {
			by = ", par " + by
		}
		return "Mot de passe envoyé à l’adresse " + to + " (" + web.Moment(now, at) + by + ")"
	}
	own := r.ID == v.Session.Account.ID
	if own {
		part.Own = "/compte"
	} else {
		line := passwordLine{ID: "nouveau-mot-de-passe", Label: "Nouveau mot de passe ENT", Icon: "key", URL: p.Home + "/mot-de-passe", Off: off}
		if h := r.Handout; h.How == directory.Linked {
			line.Done = sent(h.To, h.At, r.HandoutBy)
		}
		part.Lines = append(part.Lines, line)
	}
	if r.KeepsRecords() {
		part.Lines = append(part.Lines, passwordLine{ID: "nouveau-scolarite", Label: "Nouveau mot de passe scolarité", Icon: "grid-3x3-gap", URL: p.Home + "/mot-de-passe-scolarite", Off: off,
			Done: sent(r.Handout.RecordsTo, r.Handout.RecordsAt, r.RecordsBy), Note: recordsState(r)})
	}
	if !own {
		part.Lines = append(part.Lines, passwordLine{ID: "code-a-remettre", Label: "Code à remettre", Icon: "ticket-perforated", URL: p.Home + "/code"})
	}
}

// recordsState is where the records password of somebody stands.
func recordsState(r directory.Record) string {
	switch {
	case r.RecordsAt.IsZero():
		return "Jamais émis."
	case !r.RecordsLocked.IsZero():
		return "Bloqué le " + web.Stamp(r.RecordsLocked) + " après trois erreurs : un nouveau le débloque."
	}
	return "Émis le " + web.Stamp(r.RecordsAt) + "."
}

func askNewPassword(v *web.Visit) error {
	return record(v, func(p recordPage) *question {
		return &question{Title: "Voulez-vous renouveler le mot de passe ENT de " + p.Name + "\u00a0?",
			Says:   "Son mot de passe actuel cesse d’être valable et ses sessions se ferment aussitôt. Un courriel lui donne un lien pour en choisir un autre, valable deux jours : vous n’en aurez pas connaissance.",
			Action: p.Home + "/mot-de-passe", Close: p.Home}
	})
}

func renewPassword(v *web.Visit) error {
	if err := directory.NewPassword(v.Session, v.Part("uai"), v.Part("id")); err != nil {
		return v.Again(err, showRecord)
	}
	return v.Done(recordAt(v)+"#nouveau-mot-de-passe", "Le nouveau mot de passe ENT est envoyé.")
}

func askRecordsPassword(v *web.Visit) error {
	return record(v, func(p recordPage) *question {
		return &question{Title: "Voulez-vous renouveler le mot de passe scolarité de " + p.Name + "\u00a0?",
			Says:   "L’ancien cesse d’être valable, et un mot de passe bloqué ne l’est plus. Le nouveau, de six chiffres, lui est envoyé par courriel : vous n’en aurez pas connaissance.",
			Action: p.Home + "/mot-de-passe-scolarite", Close: p.Home}
	})
}

func renewRecords(v *web.Visit) error {
	if err := directory.NewRecordsPassword(v.Context(), v.Session, v.Part("uai"), v.Part("id")); err != nil {
		return v.Again(err, showRecord)
	}
	return v.Done(recordAt(v)+"#nouveau-scolarite", "Le nouveau mot de passe scolarité est envoyé.")
}

func askCode(v *web.Visit) error {
	return record(v, func(p recordPage) *question {
		return &question{Title: "Voulez-vous un code à remettre à " + p.Name + "\u00a0?",
			Says:   "Le code s’affiche une seule fois, à imprimer ou à recopier. Il sert une fois, pendant 24 heures, à choisir un mot de passe ; un code remis avant lui ne vaut plus. Remettez-le en main propre, à la personne seule : l’opération est notée au journal.",
			Action: p.Home + "/code", Close: p.Home}
	})
}

// codePage is console/code.html: it is shown once, by the form that asked for it.
type codePage struct {
	Name, Login, Code, Until string
	Address                  string // of the page where the code is typed
	Local                    bool   // which leads to this machine only
	Home                     string // record of the person
}

func codePageOf(v *web.Visit, c directory.HandedCode, home string) (codePage, error) {
	base, public, err := v.Appliance.Base()
	return codePage{Name: c.Name, Login: c.Login, Code: c.Code, Until: web.Stamp(c.Until), Address: base + "/code", Local: !public, Home: home}, err
}

func handOverCode(v *web.Visit) error {
	uai := v.Part("uai")
	c, err := directory.HandOver(v.Session, uai, v.Part("id"))
	if err != nil {
		return v.Again(err, showRecord)
	}
	page, err := codePageOf(v, c, recordAt(v))
	if err != nil {
		return err
	}
	f, err := frame(v, uai, v.Part("profil"), web.Link{Label: c.Name, URL: page.Home}, web.Link{Label: "Code à remettre", Here: true})
	if err != nil {
		return err
	}
	return v.Show("console/code", "Code à remettre à "+c.Name, f, page)
}
