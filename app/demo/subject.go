package demo

import "preau/app/format/aaf"

// A taught subject: its code, its label, and the discipline of who teaches it.
type taught struct{ code, label, discipline string }

var subjects = []taught{
	{"020700", "FRANCAIS", "L0202"},
	{"020900", "LCA LATIN", "L0202"},
	{"013000", "PHILOSOPHIE", "L0100"},
	{"061300", "MATHEMATIQUES", "L1300"},
	{"030201", "ANGLAIS LV1", "L0422"},
	{"030602", "ESPAGNOL LV2", "L0426"},
	{"030102", "ALLEMAND LV2", "L0421"},
	{"030802", "ITALIEN LV2", "L0429"},
	{"043700", "HISTOIRE-GEOGRAPHIE", "L1000"},
	{"050200", "SC ECONOMIQUES ET SOCIALES", "L1100"},
	{"062900", "SC DE LA VIE ET DE LA TERRE", "L1600"},
	{"062300", "PHYSIQUE-CHIMIE", "L1500"},
	{"070800", "TECHNOLOGIE", "L1400"},
	{"071900", "SC NUMERIQUES ET TECHNO", "L1400"},
	{"081300", "EDUCATION MUSICALE", "L1700"},
	{"090100", "ARTS PLASTIQUES", "L1800"},
	{"100100", "EDUCATION PHYSIQUE ET SPORTIVE", "L1900"},
	{"061360", "SPE MATHEMATIQUES", "L1300"},
	{"062360", "SPE PHYSIQUE-CHIMIE", "L1500"},
	{"062960", "SPE SC VIE & TERRE", "L1600"},
	{"050260", "SPE SC ECO & SOCIALES", "L1100"},
	{"043760", "SPE HIST-GEO GEOPOL SC PO", "L1000"},
	{"013060", "SPE HUMANITES LITT PHILO", "L0100"},
	{"030260", "SPE LLCE ANGLAIS", "L0422"},
	{"110100", "SC DE GESTION ET MANAGEMENT", "L8010"},
	{"110200", "DROIT ET ECONOMIE", "L8010"},
	{"020710", "FRANCAIS PROFESSIONNEL", "P0210"},
	{"043710", "HISTOIRE-GEO-EMC PRO", "P0210"},
	{"061310", "MATHEMATIQUES PRO", "P1315"},
	{"062310", "PHYSIQUE-CHIMIE PRO", "P1315"},
	{"125100", "ENS PRO ELECTRICITE", "P5100"},
	{"125200", "ENS PRO GESTION-ADMINISTRATION", "P8010"},
	{"125300", "ENS PRO CUISINE", "P8510"},
	{"090610", "ARTS APPLIQUES CULTURE ARTIST.", "P6500"},
	{"126000", "PREV.-SANTE-ENVIRONNEMENT", "P7200"},
	{"020790", "FRANCAIS SEGPA", "G0111"},
	{"061390", "MATHEMATIQUES SEGPA", "G0111"},
}

// orphan is a subject that pupils follow and that the nomenclature of the
// deliveries has forgotten, as happens.
var orphan = aaf.Subject{Code: "03A9B1", Label: "ATELIER THEATRE BILINGUE"}

// disciplines are in the order in which services are shared out.
var disciplines = [][2]string{
	{"L0202", "LETTRES MODERNES"}, {"L1300", "MATHEMATIQUES"}, {"L0422", "ANGLAIS"}, {"L1000", "HISTOIRE-GEOGRAPHIE"},
	{"L0426", "ESPAGNOL"}, {"L0421", "ALLEMAND"}, {"L0429", "ITALIEN"}, {"L1600", "SCIENCES DE LA VIE ET DE LA TERRE"},
	{"L1500", "PHYSIQUE ET CHIMIE"}, {"L1400", "TECHNOLOGIE"}, {"L1700", "EDUCATION MUSICALE"}, {"L1800", "ARTS PLASTIQUES"},
	{"L1900", "EDUCATION PHYSIQUE ET SPORTIVE"}, {"L0100", "PHILOSOPHIE"}, {"L1100", "SCIENCES ECONOMIQUES ET SOCIALES"},
	{"L8010", "ECONOMIE ET GESTION"}, {"P0210", "LETTRES HISTOIRE GEOGRAPHIE"}, {"P1315", "MATHEMATIQUES SCIENCES PHYSIQUES"},
	{"P5100", "GENIE ELECTRIQUE"}, {"P8010", "GESTION ET ADMINISTRATION"}, {"P8510", "HOTELLERIE OPTION CUISINE"},
	{"P6500", "ARTS APPLIQUES"}, {"P7200", "BIOTECHNOLOGIES SANTE-ENVIRONNEMENT"}, {"G0111", "ENSEIGNEMENT GENERAL EN SEGPA"},
}

var subjectOf = func() map[string]taught {
	m := map[string]taught{}
	for _, s := range subjects {
		m[s.code] = s
	}
	return m
}()

// A lesson is what every pupil of a track has, in hours a week.
type lesson struct {
	subject string
	hours   int
}

var (
	lowerLessons = []lesson{{"020700", 4}, {"061300", 4}, {"030201", 3}, {"043700", 3}, {"062900", 2}, {"062300", 2},
		{"070800", 1}, {"081300", 1}, {"090100", 1}, {"100100", 4}}
	adaptedLessons = []lesson{{"020790", 5}, {"061390", 4}, {"030201", 2}, {"043700", 2}, {"062900", 1}, {"070800", 2},
		{"090100", 1}, {"100100", 3}}
	secondLessons = []lesson{{"020700", 4}, {"061300", 4}, {"030201", 3}, {"043700", 3}, {"062900", 2}, {"062300", 3},
		{"050200", 2}, {"071900", 1}, {"100100", 2}}
	firstLessons  = []lesson{{"020700", 4}, {"030201", 2}, {"043700", 3}, {"062300", 2}, {"100100", 2}}
	finalLessons  = []lesson{{"013000", 4}, {"030201", 2}, {"043700", 3}, {"062900", 2}, {"100100", 2}}
	manageLessons = []lesson{{"020700", 3}, {"061300", 3}, {"030201", 2}, {"043700", 2}, {"110100", 7}, {"110200", 4}, {"100100", 2}}
	manageFinal   = []lesson{{"013000", 2}, {"061300", 3}, {"030201", 2}, {"043700", 2}, {"110100", 10}, {"110200", 6}, {"100100", 2}}
	higherLessons = []lesson{{"020700", 2}, {"030201", 3}, {"110100", 12}, {"110200", 6}}
)

// trade is what a vocational track has, around its own subject.
func trade(own string) []lesson {
	return []lesson{{own, 11}, {"020710", 3}, {"043710", 2}, {"061310", 2}, {"062310", 2}, {"030201", 2}, {"090610", 1},
		{"126000", 1}, {"100100", 2}}
}
