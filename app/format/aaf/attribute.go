package aaf

import "slices"

// Three lists for each category: what the decoders use, what the format has
// besides and nothing here needs, and, for neither, a count of unknown names.

var used = map[Category][]string{
	Schools: {
		"ENTStructureJointure", "ENTStructureUAI", "ENTEtablissementUAI", "ENTStructureNomCourant",
		"ENTStructureTypeStruct", "ENTStructureCodeTypeStruct", "ENTEtablissementContrat",
		"street", "postalCode", "l", "telephoneNumber", "ENTStructureMailSI",
		"ENTStructureAdresse", "ENTStructureCodePostal", "ENTStructureVille", "ENTStructureTelephone", "ENTStructureEmail",
		"ENTServAcAcademie", "ENTServAcCodeAcademie", "ENTStructureClasses", "ENTStructureGroupes",
	},
	Subjects: {"ENTMatJointure", "ENTLibelleMatiere", "ENTMatiereRattach"},
	Mefs:     {"ENTMefJointure", "ENTLibelleMef", "ENTMEFRattach"},
	Students: {
		"ENTPersonJointure", "ENTEleveINE", "ENTEleveStructRattachId", "ENTPersonDateNaissance",
		"ENTPersonNomPatro", "sn", "givenName", "personalTitle", "mail", "homePhone",
		"ENTPersonNom", "ENTPersonPrenom", "ENTPersonCivilite", "ENTPersonMail", "ENTPersonAutresPrenoms",
		"ENTElevePersRelEleve", "ENTEleveAutoriteParentale", "ENTEleveMEF", "ENTEleveLibelleMEF",
		"ENTEleveNivFormation", "ENTEleveNiveau", "ENTEleveEnseignements", "ENTEleveCodeEnseignements",
		"ENTPersonStructRattach", "ENTEleveClasses", "ENTEleveGroupes", "ENTPersonClasses", "ENTPersonGroupes",
		"ENTEleveDateSortieClasses", "ENTEleveDateSortieStructRattach",
	},
	Relatives: {
		"ENTPersonJointure", "ENTPersonDateNaissance", "ENTPersonNomPatro", "sn", "givenName", "personalTitle",
		"ENTPersonNom", "ENTPersonPrenom", "ENTPersonCivilite", "homePhone", "telephoneNumber", "mobile",
		"ENTPersonMobileSMS", "mail", "ENTPersonTelPerso", "ENTPersRelEleveTelPro", "ENTPersRelEleveTelMobile",
		"ENTPersonMail", "ENTPersonAdresse", "ENTPersonCodePostal", "ENTPersonVille", "ENTPersonPays",
		"ENTPersonAdresseDiffusion",
	},
	StaffOf: {
		"ENTPersonJointure", "ENTPersonSTSId", "ENTPersonDateNaissance", "ENTPersonNomPatro", "sn", "givenName",
		"personalTitle", "mail", "ENTPersonNom", "ENTPersonPrenom", "ENTPersonCivilite", "ENTPersonMail",
		"ENTPersonStructRattach", "ENTPersonFonctions", "ENTEnsFonctionDir", "ENTPersonCategorieEnseignant",
		"PersEducNatPresenceDevantEleves", "ENTAuxEnsClassesMatieres", "ENTAuxEnsGroupesMatieres",
		"ENTAuxEnsClassesPrincipal",
	},
}

// unused are attributes of the format that say more than anyone asked for.
var unused = []string{
	"ENTStructureSIREN", "ENTEtablissementMinistereTutelle", "ENTEtablissementCodeMinistereTutelle",
	"postOfficeBox", "facsimileTelephoneNumber", "ENTEtablissementStructRattachFctl", "ENTEtablissementBassin",
	"ENTEcoleMinistereTutelle", "ENTEcoleCodeMinistereTutelle", "ENTStructureBoitePostale", "ENTStructureFax",
	"ENTEcoleSecteur", "ENTEcoleCirconscription", "ENTEcoleCommune", "ENTEcoleRPI",
	"ENTMEFSTAT11", "ENTNivFormation", "ENTFiliere",
	"ENTEleveStructureRattachIdMEN", "ENTEleveBoursier", "ENTEleveTransport", "ENTEleveRegime",
	"ENTEleveStatutEleve", "ENTEleveFiliere", "ENTEleveDateEntreeClasses", "ENTEleveDateEntreeStructRattach",
	"ENTEleveAdresseRel", "ENTEleveEnseignementsEtablissementsAccueil", "ENTEleveParents", "ENTElevePere",
	"ENTEleveMere", "ENTElevePersRelEleve1", "ENTElevePersRelEleve2", "ENTEleveQualitePersRelEleve1",
	"ENTEleveQualitePersRelEleve2", "ENTEleveCycle", "ENTEleveTypeClasse", "ENTEleveRestaurantScolaire",
	"ENTEleveGarderieMatin", "ENTEleveGarderieSoir", "ENTEleveEtudesSurveillees",
	"ENTAuxPersRelEleveEleve", "ENTPersRelEleveEleve",
	"ENTAuxEnsClasses", "ENTAuxEnsGroupes", "ENTAuxEnsMEF", "ENTAuxEnsMatiereEnseignEtab",
	"ENTAuxEnsCategoDiscipline", "ENTAuxEnsDisciplinesPoste", "ENTEnsSpecialites",
	"ENTPersonStructRattachDate", "ENTAuxEnsCategoDisciplineDate", "ENTAuxEnsMEFDate",
	"ENTAuxEnsClassesMatieresDate", "ENTAuxEnsGroupesMatieresDate", "ENTAuxEnsClassesPrincipalDate",
	"ENTPersonFonctionsDate", "ENTPersonCategorieEnseignantDate", "ENTEnsFonctionDirDate",
}

// parallel are the lists that are joined by rank.
var parallel = map[string]bool{"ENTEleveEnseignements": true, "ENTEleveCodeEnseignements": true}

var knownName = func() map[string]bool {
	known := map[string]bool{}
	for _, names := range used {
		for _, name := range names {
			known[name] = true
		}
	}
	for _, name := range unused {
		known[name] = true
	}
	for _, o := range operation {
		known[o[0]] = true
	}
	return known
}()

var usedName = func() map[Category]map[string]bool {
	sets := map[Category]map[string]bool{}
	for category, names := range used {
		sets[category] = map[string]bool{}
		for _, name := range names {
			sets[category][name] = true
		}
	}
	return sets
}()

// Used lists the names of the attributes that the decoder of a category reads,
// those of both degrees: nothing else of a record need be stored.
func Used(category Category) []string { return slices.Clone(used[category]) }

// Keep gives the attributes that the decoder of the record's category reads, in
// the order of the file, empty ones included.
func (r *Record) Keep() []Attr {
	set := usedName[r.Category]
	kept := make([]Attr, 0, len(r.Attrs))
	for _, a := range r.Attrs {
		if set[a.Name] {
			kept = append(kept, a)
		}
	}
	return kept
}

// Overlay applies a Modify to the last known attributes of the same object: each
// attribute that it holds replaces the whole of the former one, and an empty one
// clears it. Neither list is changed. A cleared attribute stays, empty.
func (r *Record) Overlay(full []Attr) []Attr {
	merged := slices.Clone(full)
	for _, a := range r.Attrs {
		i := slices.IndexFunc(merged, func(m Attr) bool { return m.Name == a.Name })
		if i < 0 {
			merged = append(merged, a)
		} else {
			merged[i] = a
		}
	}
	return merged
}

// one gives the first value of the first of these attributes that has any.
func (r *Record) one(names ...string) string {
	for _, name := range names {
		if values := r.all(name); len(values) > 0 {
			return values[0]
		}
	}
	return ""
}

// all gives the values of the first of these attributes that has any.
func (r *Record) all(names ...string) []string {
	for _, name := range names {
		for i := range r.Attrs {
			if r.Attrs[i].Name == name && len(r.Attrs[i].Values) > 0 {
				return r.Attrs[i].Values
			}
		}
	}
	return nil
}

// has tells whether the attribute has a value.
func (r *Record) has(name string) bool { return len(r.all(name)) > 0 }
