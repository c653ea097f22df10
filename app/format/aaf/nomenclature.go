package aaf

// A Subject is taught.
type Subject struct {
	Code   string // join key, 6 characters
	Label  string // the code when the nomenclature has none
	Parent string // national subject of an academic one; often empty
}

// A Mef is a module of training, which a pupil follows for a year.
type Mef struct {
	Code   string // join key, 11 characters
	Label  string // the code when the nomenclature has none
	Parent string // national code of a local one; often empty
}
