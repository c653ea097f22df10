package directory

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"preau/app/access"
	"preau/app/format/aaf"
	"preau/data"
)

// departments are the académies of the departments whose number begins a UAI.
var departments = map[string]string{
	"001": "Lyon", "042": "Lyon", "069": "Lyon", "003": "Clermont-Ferrand", "015": "Clermont-Ferrand", "043": "Clermont-Ferrand", "063": "Clermont-Ferrand",
	"002": "Amiens", "060": "Amiens", "080": "Amiens", "004": "Aix-Marseille", "005": "Aix-Marseille", "013": "Aix-Marseille", "084": "Aix-Marseille",
	"006": "Nice", "083": "Nice", "007": "Grenoble", "026": "Grenoble", "038": "Grenoble", "073": "Grenoble", "074": "Grenoble",
	"008": "Reims", "010": "Reims", "051": "Reims", "052": "Reims", "009": "Toulouse", "012": "Toulouse", "031": "Toulouse", "032": "Toulouse", "046": "Toulouse", "065": "Toulouse", "081": "Toulouse", "082": "Toulouse",
	"011": "Montpellier", "030": "Montpellier", "034": "Montpellier", "048": "Montpellier", "066": "Montpellier", "014": "Normandie", "027": "Normandie", "050": "Normandie", "061": "Normandie", "076": "Normandie",
	"016": "Poitiers", "017": "Poitiers", "079": "Poitiers", "086": "Poitiers", "018": "Orléans-Tours", "028": "Orléans-Tours", "036": "Orléans-Tours", "037": "Orléans-Tours", "041": "Orléans-Tours", "045": "Orléans-Tours",
	"019": "Limoges", "023": "Limoges", "087": "Limoges", "021": "Dijon", "058": "Dijon", "071": "Dijon", "089": "Dijon", "022": "Rennes", "029": "Rennes", "035": "Rennes", "056": "Rennes",
	"024": "Bordeaux", "033": "Bordeaux", "040": "Bordeaux", "047": "Bordeaux", "064": "Bordeaux", "025": "Besançon", "039": "Besançon", "070": "Besançon", "090": "Besançon",
	"044": "Nantes", "049": "Nantes", "053": "Nantes", "072": "Nantes", "085": "Nantes", "054": "Nancy-Metz", "055": "Nancy-Metz", "057": "Nancy-Metz", "088": "Nancy-Metz",
	"059": "Lille", "062": "Lille", "067": "Strasbourg", "068": "Strasbourg", "075": "Paris", "077": "Créteil", "093": "Créteil", "094": "Créteil",
	"078": "Versailles", "091": "Versailles", "092": "Versailles", "095": "Versailles", "620": "Corse", "720": "Corse",
	"971": "Guadeloupe", "972": "Martinique", "973": "Guyane", "974": "La Réunion", "976": "Mayotte",
}

// identify finds the académie of a batch and the establishments that it is
// about, and refuses a delivery that comes too late.
func (a *applier) identify() error {
	name := firstOf(a.opts.Academy, a.named) // a delta beside a complete need not tell
	for degree, categories := range a.batch.Records {
		a.degree = degree
		for _, id := range order(categories[aaf.Schools]) {
			s, err := a.decodeSchool(id, categories[aaf.Schools][id], Source{})
			if err != nil || s.Administrative() {
				continue
			}
			if name == "" {
				name = s.Academy
			}
			if name == "" && len(s.UAI) > 3 {
				name = departments[s.UAI[:3]]
			}
		}
	}
	if name == "" {
		found, err := a.onlyAcademy()
		if err != nil {
			return err
		}
		name = found
	}
	a.academy, a.named = Slug(name), name
	if a.academy == "" {
		return access.Wrong("academie", "Les fichiers ne disent pas de quelle académie ils viennent : indiquez-la.")
	}
	if !a.opts.DryRun {
		if _, err := EnsureAcademy(a.s, academyTitle(name)); err != nil && access.KindOf(err) != access.Forbidden {
			return err
		}
	}
	return nil
}

// academyTitle writes VAL-DE-SEINE as Val-de-Seine.
func academyTitle(name string) string {
	if name != strings.ToUpper(name) {
		return name
	}
	parts := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '-' || r == ' ' })
	small := []string{"de", "du", "des", "la", "le", "et", "sur"}
	for i, p := range parts {
		if i == 0 || !slices.Contains(small, p) {
			parts[i] = Sentence(strings.ToUpper(p))
		}
	}
	return strings.Join(parts, "-")
}

// onlyAcademy is the académie of the appliance when it has just one: a delta
// often has no establishment to tell.
func (a *applier) onlyAcademy() (name string, err error) {
	var names []string
	err = a.s.See(func(tx *data.Tx) error {
		for ac, err := range Academies.All(tx) {
			if err != nil {
				return err
			}
			names = append(names, ac.Name)
		}
		return nil
	})
	if err == nil && len(names) != 1 {
		err = access.Wrong("academie", "Les fichiers ne disent pas de quelle académie ils viennent : indiquez-la.")
	}
	if err != nil {
		return "", err
	}
	return names[0], nil
}

// inOrder refuses a delta older than the last delivery, and a complete older
// than the last complete, of what they are about.
func (a *applier) inOrder() error {
	keys := a.receivedAs()
	return a.s.See(func(tx *data.Tx) error {
		for _, key := range keys {
			r, err := a.lastOf(tx, key)
			if err != nil {
				return err
			}
			last, date := r.Last, string(a.batch.Date)
			switch {
			case a.batch.Kind == aaf.Delta:
			case key == a.wholeKey():
				last = "" // of other schools, perhaps
			default:
				last = r.Complete
			}
			if date != "" && date < last {
				return access.Wrong("fichier", fmt.Sprintf("Ces fichiers datent du %s et des fichiers du %s ont déjà été appliqués : demandez une livraison plus récente.", Date(date), Date(last)))
			}
			if gap := daysBetween(r.Last, date); a.batch.Kind == aaf.Delta && gap > 1 && r.Last != "" {
				a.warnOnce(fmt.Sprintf("%d jours séparent cette livraison de la précédente (%s) : des changements manquent peut-être, jusqu’au prochain complet.", gap, Date(r.Last)))
			}
			r.Last = max(r.Last, date)
			if a.batch.Kind == aaf.Complete {
				r.Complete = max(r.Complete, date)
			}
			a.received[key] = r
		}
		return nil
	})
}

// lastOf is what was last received under a key, the former batches of this
// delivery included.
func (a *applier) lastOf(tx *data.Tx, key string) (Received, error) {
	if r, ok := a.received[key]; ok {
		return r, nil
	}
	r, err := Receivings.Get(corresponding.Over(tx), key)
	if errors.Is(err, data.ErrNotFound) {
		return Received{ID: key}, nil
	}
	return r, err
}

// receivedAs are the keys under which the order of deliveries is kept: the
// establishments of the files, and the académie unless the files are those of
// some schools only. A complete is judged by its establishments alone.
func (a *applier) receivedAs() []string {
	var keys []string
	for _, p := range a.mine() {
		keys = append(keys, a.wholeKey()+"/"+UAIOf(p))
	}
	if a.scope == nil {
		keys = append(keys, a.wholeKey())
	}
	return keys
}

func (a *applier) wholeKey() string { return a.academy + "/" + string(a.degree) }

// mine are the establishments of the files, by what they hold and by their names.
func (a *applier) mine() []data.Place {
	all := slices.Clone(a.scope)
	for p := range a.judged {
		all = append(all, p)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

var uaiIn = regexp.MustCompile(`[0-9]{7}[A-Z]`)

// scopeOf is the establishments that the names of the files say they are about,
// nil for a whole académie.
func (a *applier) scopeOf() (scope []data.Place) {
	for _, prefix := range a.batch.Prefixes {
		uai := uaiIn.FindString(prefix)
		if !aaf.ValidUAI(uai) {
			return nil
		}
		scope = append(scope, PlaceOf(a.academy, uai))
	}
	return scope
}

// warnOnce adds a sentence to the report, unless it is there: a resumed run
// says again what the first one said.
func (a *applier) warnOnce(says string) {
	if !slices.Contains(a.im.Warnings, says) {
		a.im.Warnings = append(a.im.Warnings, says)
	}
}

func daysBetween(a, b string) int {
	x, errA := time.Parse(time.DateOnly, a)
	y, errB := time.Parse(time.DateOnly, b)
	if errA != nil || errB != nil {
		return 0
	}
	return int(y.Sub(x) / (24 * time.Hour))
}

// permit refuses files that hold another establishment than those that the
// person may import.
func (a *applier) permit() error {
	for degree := range a.batch.Records {
		a.degree = degree
		a.schools, a.judged, a.scope = map[string]data.Place{}, map[data.Place]bool{}, a.scopeOf()
		if err := a.surveySchools(); err != nil {
			return err
		}
		if err := a.inOrder(); err != nil {
			return err
		}
		for p := range a.judged {
			if !a.reach.Covers(p) {
				return access.Wrong("fichier", "Ces fichiers contiennent l’établissement "+UAIOf(p)+", qui n’est pas dans votre périmètre : demandez à l’académie de les importer.")
			}
			if !slices.Contains(a.im.In, p) {
				a.im.In = append(a.im.In, p)
			}
		}
	}
	slices.Sort(a.im.In)
	return nil
}

func (a *applier) decodeSchool(id string, st staged, known Source) (aaf.School, error) {
	r, err := a.record(aaf.Schools, id, st, known)
	if err != nil {
		return aaf.School{}, err
	}
	s, _, err := r.School()
	return s, err
}

// surveySchools learns the place of every structure: those of the files, then
// those known from before.
func (a *applier) surveySchools() error {
	err := a.s.See(func(tx *data.Tx) error {
		prefix := sourceKey(a.academy, a.degree, aaf.Schools, "")
		for s, err := range Sources.From(corresponding.Over(tx), prefix) {
			if err != nil {
				return err
			}
			place := data.Place("")
			if s.UAI != "" {
				place = PlaceOf(a.academy, s.UAI)
			}
			a.schools[strings.TrimPrefix(s.ID, prefix)] = place
		}
		return nil
	})
	if err != nil {
		return err
	}
	records := a.batch.Records[a.degree][aaf.Schools]
	foreign, err := a.foreign()
	if err != nil {
		return err
	}
	for _, id := range order(records) {
		if records[id].Op != aaf.Add {
			if p := a.schools[id]; p != "" {
				a.judged[p] = true
			}
			continue
		}
		s, err := a.decodeSchool(id, records[id], Source{})
		switch {
		case err != nil: // said when it is applied
		case s.Administrative() || s.UAI == "" || foreign[s.UAI]:
			a.schools[id] = ""
		default:
			a.schools[id] = PlaceOf(a.academy, s.UAI)
			a.judged[a.schools[id]] = true
		}
	}
	return nil
}

// survey learns what the records of a batch are read with: places of the
// structures, labels of the nomenclatures, and the legal relatives of pupils.
func (a *applier) survey() error {
	if err := a.surveySchools(); err != nil {
		return err
	}
	categories := a.batch.Records[a.degree]
	for _, category := range []aaf.Category{aaf.Subjects, aaf.Mefs} {
		for id, st := range categories[category] {
			r, err := a.record(category, id, st, Source{})
			if err != nil {
				return err
			}
			label, err := termLabel(r)
			if err != nil {
				continue // the code is its own label
			}
			if label != "" {
				a.labels[id] = label
			}
		}
	}
	a.context = a.salt()
	return a.surveyFamilies(categories[aaf.Students])
}

// foreign are the UAIs of the establishments of other académies.
func (a *applier) foreign() (map[string]bool, error) {
	all := map[string]bool{}
	return all, a.s.See(func(tx *data.Tx) error {
		for c, err := range Cards.All(corresponding.Over(tx)) {
			if err != nil {
				return err
			}
			all[c.UAI] = c.Academy != a.academy
		}
		return nil
	})
}

// surveyRooms learns the classes that pupils name: in the first degree nobody
// else does, and in the second a school may forget one.
func (a *applier) surveyRooms(s aaf.Student) {
	for _, m := range s.Classes {
		place := a.schools[m.School]
		if a.rooms[place] == nil {
			a.rooms[place] = map[string]string{}
		}
		if known := a.rooms[place][m.Code]; known == "" || known == m.Code {
			a.rooms[place][m.Code] = firstOf(m.Label, m.Code)
		}
	}
}

// salt is a digest of the establishments that the records are read with: the
// same record says more once another school is known.
func (a *applier) salt() string {
	keys := make([]string, 0, len(a.schools))
	for id, place := range a.schools {
		keys = append(keys, fmt.Sprint(id, place, a.judged[place]))
	}
	slices.Sort(keys)
	return fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(keys, "\n"))))
}

// termLabel is the label of a subject or of a MEF.
func termLabel(r aaf.Record) (string, error) {
	if r.Category == aaf.Subjects {
		s, _, err := r.Subject()
		return s.Label, err
	}
	m, _, err := r.Mef()
	return m.Label, err
}

// surveyFamilies learns which relatives are legal representatives, and where
// their children are: they alone have an account.
func (a *applier) surveyFamilies(records map[string]staged) error {
	return a.s.See(func(tx *data.Tx) error {
		for _, id := range order(records) {
			s, ok, err := a.pupil(tx, id, records[id])
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			at := placesOf(a.studentAttachments(s))
			for _, l := range s.Links {
				if !l.Legal || l.Self() {
					continue
				}
				for _, place := range at {
					if !slices.Contains(a.legal[l.Relative], place) {
						a.legal[l.Relative] = append(a.legal[l.Relative], place)
					}
				}
			}
			a.surveyRooms(s)
		}
		return nil
	})
}

// pupil reads a pupil as the directory will know them: a record that is refused
// leaves what was known before.
func (a *applier) pupil(tx *data.Tx, id string, st staged) (s aaf.Student, ok bool, err error) {
	if st.Op == aaf.Delete {
		return s, false, nil
	}
	if st.Op == aaf.Add {
		r, err := a.record(aaf.Students, id, st, Source{})
		if err != nil {
			return s, false, err
		}
		if s, _, err := r.Student(); err == nil {
			return s, true, nil
		}
	}
	known, _, err := a.known(tx, aaf.Students, id)
	if err != nil || known.Gone && st.Op == refused {
		return s, false, err
	}
	r, err := a.record(aaf.Students, id, st, known)
	if err != nil {
		return s, false, err
	}
	if s, _, err = r.Student(); err != nil {
		r.Attrs = known.Attrs
		s, _, err = r.Student()
	}
	return s, err == nil, nil
}
