package console

import (
	"strings"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/groups"
	"preau/ui/web"
)

// duplicatesPage is console/duplicates.html.
type duplicatesPage struct {
	Title, Says string
	Pairs       []pairLine
	Merges      []mergeLine
	Empty       web.Empty
}

type pairLine struct {
	One, Other nearLine
	URL        string
	Badge      web.Badge
}

type mergeLine struct {
	Says, URL, Undo string
	Proof           bool // the password is asked again
}

// howAlike words a score.
func howAlike(score int) web.Badge {
	switch {
	case score >= 90:
		return web.Badge{Tone: "bad", Icon: "exclamation-circle-fill", Label: "Très probable"}
	case score >= 70:
		return web.Badge{Tone: "warn", Icon: "question-circle", Label: "Probable"}
	}
	return web.Badge{Tone: "off", Icon: "question-circle", Label: "Possible"}
}

func showDuplicates(v *web.Visit) error {
	uai := v.Part("uai")
	profile, deleted, ok := profileOf(v)
	if !ok || deleted {
		return access.NotFound()
	}
	home := at(uai) + "/utilisateurs/" + profile.Path()
	pairs, err := directory.HomonymsOf(v.Session, uai, profile)
	if err != nil {
		return err
	}
	page := duplicatesPage{Title: "Doublons probables : " + strings.ToLower(profile.Many()), Says: web.Count(len(pairs), "paire", "paires"),
		Empty: web.Empty{Icon: "check-circle", Says: "Personne ne se ressemble ici, ou vous avez déjà dit qui est qui.", Action: &web.Link{Label: "Retour à la liste", URL: home}}}
	for _, p := range pairs {
		page.Pairs = append(page.Pairs, pairLine{One: twinLine(home, p.One), Other: twinLine(home, p.Other), URL: home + "/doublons/" + p.One.ID + "/" + p.Other.ID, Badge: howAlike(p.One.Score)})
	}
	if profile == directory.Guest {
		if page.Merges, err = mergeLines(v, uai); err != nil {
			return err
		}
	}
	f, err := frame(v, uai, profile.Path(), web.Link{Label: profile.Many(), URL: home}, web.Link{Label: "Doublons probables", Here: true})
	if err != nil {
		return err
	}
	return v.Show("console/duplicates", "Doublons probables", f, page)
}

func twinLine(home string, t directory.Twin) nearLine {
	return nearLine{URL: home + "/" + t.ID, Name: t.Label(), Note: join(" · ", bornOn(t.User), t.Login.Value())}
}

// mergeLines are the merges that can still be undone.
func mergeLines(v *web.Visit, uai string) (lines []mergeLine, err error) {
	merges, err := directory.MergesOf(v.Session, uai)
	for _, m := range merges {
		lines = append(lines, mergeLine{Says: "Le compte " + m.GoneLogin + " a été fusionné avec celui de " + m.KeptName + ", " + web.Moment(v.Session.Now(), m.At) + ", par " + m.By + ".",
			URL: guestsAt(uai) + "/" + m.Kept, Undo: guestsAt(uai) + "/fusions/" + m.ID + "/annulation", Proof: v.Part("fusion") == m.ID})
	}
	return lines, err
}

// pairPage is console/pair.html: two people side by side.
type pairPage struct {
	Home     string
	Names    [2]string
	Logins   [2]string
	IDs      [2]string
	URLs     [2]string
	Kept     string // UID of the account to keep
	Rows     []pairRow
	Merges   bool // the two can be merged
	Distinct string
	Dialog   *question
	Back     string
}

type pairRow struct {
	Label, One, Other string
	Differs           bool
}

func comparePair(v *web.Visit) error {
	uai, profile := v.Part("uai"), directory.ProfileAt(v.Part("profil"))
	ids := [2]string{v.Part("id"), v.Part("autre")}
	if pair, err := directory.PairAt(v.Session, uai, ids[0], ids[1]); err != nil || pair.One.Profile != profile {
		if err == nil {
			err = access.NotFound()
		}
		return err
	}
	var both [2]directory.Record
	for i, id := range ids {
		var err error
		if both[i], err = directory.RecordOf(v.Session, uai, id); err != nil {
			return err
		}
	}
	list := at(uai) + "/utilisateurs/" + profile.Path()
	page := pairPage{Home: list + "/doublons/" + ids[0] + "/" + ids[1], IDs: ids, Back: list + "/doublons", Merges: profile == directory.Guest && both[0].MayProtect && both[1].MayProtect}
	for i, r := range both {
		page.Names[i], page.Logins[i], page.URLs[i] = r.Label(), r.Login.Value(), list+"/"+r.ID
	}
	page.Distinct = page.Home + "/distinction"
	page.rows(v, both)
	page.choose(v, both)
	f, err := frame(v, uai, profile.Path(), web.Link{Label: profile.Many(), URL: list}, web.Link{Label: "Doublons probables", URL: page.Back}, web.Link{Label: "Comparer", Here: true})
	if err != nil {
		return err
	}
	return v.Show("console/pair", "Comparer deux comptes", f, page)
}

// rows sets what is known of each beside the other.
func (p *pairPage) rows(v *web.Visit, both [2]directory.Record) {
	add := func(label string, of func(directory.Record) string) {
		one, other := of(both[0]), of(both[1])
		if one+other != "" {
			p.Rows = append(p.Rows, pairRow{label, one, other, !strings.EqualFold(one, other)})
		}
	}
	add("Nom", func(r directory.Record) string { return r.LastName })
	add("Prénom", func(r directory.Record) string { return r.FirstName })
	add("Date de naissance", func(r directory.Record) string { return r.Birth.String() })
	add("Login", func(r directory.Record) string { return r.Login.Value() })
	add("Adresse e-mail", func(r directory.Record) string { return r.Email.Value() })
	add("Téléphone portable", func(r directory.Record) string { return r.Mobile.Value() })
	add("Adresse", func(r directory.Record) string { return r.Postal.String() })
	add("État", func(r directory.Record) string { return r.State().Label() })
	add("Dernière connexion", func(r directory.Record) string {
		if r.Seen.SignedIn.IsZero() {
			return "jamais"
		}
		return web.Moment(v.Session.Now(), r.Seen.SignedIn)
	})
	add("Établissements", func(r directory.Record) string {
		var names []string
		for _, c := range r.Schools {
			names = append(names, c.Name)
		}
		if r.Elsewhere > 0 {
			names = append(names, web.Count(r.Elsewhere, "autre, hors de votre périmètre", "autres, hors de votre périmètre"))
		}
		return strings.Join(names, ", ")
	})
	add("Rôle", func(r directory.Record) string { return r.Role.Label() })
	add("Compte créé le", func(r directory.Record) string { return web.Stamp(r.CreatedAt) })
}

// choose draws the question once the account to keep is chosen. At first it is
// the one that serves.
func (p *pairPage) choose(v *web.Visit, both [2]directory.Record) {
	asked := v.Ask("garder")
	if v.Refused() != nil {
		asked = v.Form("garder")
	}
	p.Kept = asked
	if p.Kept == "" {
		p.Kept = both[0].ID
		if both[0].Elsewhere < both[1].Elsewhere || both[0].Elsewhere == both[1].Elsewhere && both[1].Seen.SignedIn.After(both[0].Seen.SignedIn) {
			p.Kept = both[1].ID
		}
	}
	for i, r := range both {
		if !p.Merges || asked != r.ID {
			continue
		}
		gone := both[1-i]
		p.Dialog = &question{Title: "Fusionner ces deux comptes\u00a0?", Danger: true, Action: p.Home + "/fusion", Close: p.Home,
			Says: "Le compte " + r.Login.Value() + " est gardé, avec son mot de passe ; il reçoit les établissements, les droits et les groupes de l’autre. Le compte " + gone.Login.Value() + " est supprimé, et la personne est prévenue par courriel. La fusion peut être annulée pendant 24 heures, tant qu’aucun des deux comptes n’est modifié."}
	}
}

func mergeGuests(v *web.Visit) error {
	keep, drop := v.Part("id"), v.Part("autre")
	if v.Form("garder") == drop {
		keep, drop = drop, keep
	}
	if v.Form("garder") != keep {
		return v.Again(access.Conflict("Choisissez le compte à garder."), comparePair)
	}
	if err := directory.MergeGuests(v.Session, v.Part("uai"), keep, drop, groups.Moving); err != nil {
		return v.Again(err, comparePair)
	}
	return v.Done(guestsAt(v.Part("uai"))+"/doublons", "Les deux comptes sont réunis.")
}

func distinguishPair(v *web.Visit) error {
	if err := directory.Distinguish(v.Session, v.Part("uai"), v.Part("id"), v.Part("autre")); err != nil {
		return v.Again(err, comparePair)
	}
	return v.Done(at(v.Part("uai"))+"/utilisateurs/"+v.Part("profil")+"/doublons", "C’est noté : ces deux personnes ne seront plus rapprochées.")
}

func undoMerge(v *web.Visit) error {
	if err := directory.UndoMerge(v.Session, v.Part("uai"), v.Part("fusion"), groups.Moving); err != nil {
		return v.Again(err, showDuplicates)
	}
	return v.Done(guestsAt(v.Part("uai"))+"/doublons", "La fusion est annulée : les deux comptes sont de nouveau séparés.")
}
