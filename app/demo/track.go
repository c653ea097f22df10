package demo

// A track is a year of a course of study: what a class is a class of.
type track struct {
	mef, label string // label of the MEF
	level      string // as ENTEleveNivFormation spells it
	stem, long string // what the code and the label of its classes begin with
	age        int    // turned in the year in which the school year begins
	size       int    // pupils in an ordinary class
	lessons    []lesson
	languages  bool // pupils choose a second language
	latin      bool // a few take Latin
	specials   int  // specialities that each pupil chooses
}

var (
	sixth     = &track{"10010012110", "6EME", "6EME", "6", "6EME", 11, 27, lowerLessons, false, false, 0}
	fifth     = &track{"10110001110", "5EME", "5EME", "5", "5EME", 12, 28, lowerLessons, true, true, 0}
	fourth    = &track{"10210001110", "4EME", "4EME GENERALE", "4", "4EME", 13, 28, lowerLessons, true, true, 0}
	third     = &track{"10310019110", "3EME", "3EME GENERALE", "3", "3EME", 14, 28, lowerLessons, true, true, 0}
	sixthAda  = &track{"16410002110", "6EME SEGPA", "6EME SEGPA", "6S", "6EME SEGPA", 11, 15, adaptedLessons, false, false, 0}
	fifthAda  = &track{"16510001110", "5EME SEGPA", "5EME SEGPA", "5S", "5EME SEGPA", 12, 15, adaptedLessons, false, false, 0}
	fourthAda = &track{"16610001110", "4EME SEGPA", "4EME SEGPA", "4S", "4EME SEGPA", 13, 15, adaptedLessons, false, false, 0}
	thirdAda  = &track{"16710001110", "3EME SEGPA", "3EME SEGPA", "3S", "3EME SEGPA", 14, 15, adaptedLessons, false, false, 0}

	second = &track{"20010018110", "2NDE GENERALE ET TECHNOLOGIQUE", "2NDE GENERALE ET TECHNOLOGIQUE", "2", "2NDE", 15, 33,
		secondLessons, true, false, 0}
	first = &track{"20110019110", "1ERE GENERALE", "1ERE GENERALE", "1G", "1ERE G", 16, 32, firstLessons, true, false, 3}
	final = &track{"20210019110", "TERMINALE GENERALE", "TERMINALE GENERALE", "TG", "TERM G", 17, 32, finalLessons, true, false, 2}

	firstManage = &track{"21131020110", "1ERE STMG", "1ERE STMG", "1STMG", "1ERE STMG", 16, 29, manageLessons, true, false, 0}
	finalManage = &track{"21231020110", "TERMINALE STMG MERCATIQUE", "TERMINALE STMG", "TSTMG", "TERM STMG", 17, 29,
		manageFinal, true, false, 0}
	higherOne = &track{"31131409210", "BTS GESTION DE LA PME 1ERE ANNEE", "BTS 1ERE ANNEE", "1BTS", "BTS GPME 1", 18, 26,
		higherLessons, true, false, 0}
	higherTwo = &track{"31131409220", "BTS GESTION DE LA PME 2EME ANNEE", "BTS 2EME ANNEE", "2BTS", "BTS GPME 2", 19, 24,
		higherLessons, true, false, 0}

	electricOne   = vocational(1, "24725518", "MELEC", "METIERS DE L'ELECTRICITE", "125100")
	electricTwo   = vocational(2, "24725518", "MELEC", "METIERS DE L'ELECTRICITE", "125100")
	electricThree = vocational(3, "24725518", "MELEC", "METIERS DE L'ELECTRICITE", "125100")
	officeOne     = vocational(1, "24732405", "AGORA", "ASSISTANCE GESTION ORGANISATIONS", "125200")
	officeTwo     = vocational(2, "24732405", "AGORA", "ASSISTANCE GESTION ORGANISATIONS", "125200")
	officeThree   = vocational(3, "24732405", "AGORA", "ASSISTANCE GESTION ORGANISATIONS", "125200")

	cookOne = &track{"24133422210", "CAP CUISINE 1ERE ANNEE", "CAP 2 ANS : 1ERE ANNEE", "1CUIS", "1 CAP CUISINE", 15, 20,
		trade("125300"), false, false, 0}
	cookTwo = &track{"24133422220", "CAP CUISINE 2EME ANNEE", "CAP 2 ANS : 2EME ANNEE", "2CUIS", "2 CAP CUISINE", 16, 20,
		trade("125300"), false, false, 0}
)

// vocational makes a year of a bac pro in three years.
func vocational(year int, mef, stem, label, own string) *track {
	level := []string{"", "BAC PRO 3 ANS : 2NDE PRO (OU 1ERE ANNEE)", "BAC PRO 3 ANS : 1ERE PRO (OU 2EME ANNEE)",
		"BAC PRO 3 ANS : TERM PRO (OU 3EME ANNEE)"}[year]
	grade := []string{"", "2NDE", "1ERE", "TERM"}[year]
	code := mef + "3" + string(rune('0'+year)) + "0"
	return &track{code, grade + " PRO " + label, level, grade[:1] + stem, grade + " " + stem, 14 + year, 25, trade(own), false, false, 0}
}

// grades of an école, in order, from the age of six.
var grades = list(`CP, CE1, CE2, CM1, CM2`)

var specialities = list(`061360, 062360, 062960, 050260, 043760, 013060, 030260`)

// courses are the tracks of each kind of establishment, in the order in which
// classes open as it grows.
var courses = map[kind][]*track{
	college: {sixth, fifth, fourth, third},
	adapted: {sixth, fifth, fourth, third, sixthAda, fifthAda, fourthAda, thirdAda, sixth, fifth, fourth, third},
	general: {second, first, final, second, first, final, firstManage, finalManage, second, first, final, second},
	pro:     {electricOne, electricTwo, electricThree, officeOne, officeTwo, officeThree, cookOne, cookTwo},
	mixed: {second, first, final, second, first, final, electricOne, electricTwo, electricThree, firstManage, finalManage,
		second, higherOne, higherTwo, first},
}

// allTracks are the MEF of the nomenclature.
var allTracks = []*track{
	sixth, fifth, fourth, third, sixthAda, fifthAda, fourthAda, thirdAda, second, first, final, firstManage, finalManage,
	higherOne, higherTwo, electricOne, electricTwo, electricThree, officeOne, officeTwo, officeThree, cookOne, cookTwo,
}
