package web

import "preau/app/format/attachment"

// A Field is a text field of a form: parts/field.
type Field struct {
	Name, Label, Value string
	Kind               string // type of the input, "text" if empty
	Hint               string // what to write, or why it is locked
	Origin             string // of a value that two sources write
	Revert             string // key of the field whose federated value can be taken again
	Complete           string // autocomplete token
	Mode               string // inputmode, "" for the usual keyboard
	Required, Locked   bool
	Most               int  // characters, 0 for no bound
	Focus              bool // it has the focus when the page opens
}

// A Combo is a text field that suggests, from the server: parts/combobox. What
// was chosen is sent under Name, what was typed under Name and « -nom ».
type Combo struct {
	ID, Name, Label   string
	Source            string // address that ends by « q= »
	With              string // names of the fields of the form that the address is given too
	Value, Shown      string
	Placeholder, Hint string
	Fill              bool // what is chosen fills other fields
	Required, Locked  bool
}

// A Text is a field of several lines: parts/text.
type Text struct {
	Name, Label, Value, Hint string
	Required, Locked         bool
	Tall                     bool
}

// A File is a field that takes a file: parts/file.
type File struct{ Name, Label, Accept string }

// Files is a field that takes several files: parts/files.
type Files struct {
	Name, Label  string
	Rule, Accept string // what is taken, for people and for their browser
	Most         int    // files
	Limit        int64  // of each, in bytes
}

// AttachedFiles is the field of the attachments of a message.
func AttachedFiles(name, label string) Files {
	return Files{name, label, attachment.Rule, attachment.Accept, attachment.MostFiles, attachment.MostBytes}
}

// A Stored file can be downloaded: parts/stored lists them. Size is as the
// function Size writes it.
type Stored struct{ URL, Name, Size string }

// A Badge is a state in a word and an icon: parts/badge.
type Badge struct{ Tone, Icon, Label string }

// An Empty says what belongs in an empty place, and gives the action: parts/empty.
type Empty struct {
	Icon, Says string
	Action     *Link
}

// Tabs are links to the parts of one record: parts/tabs.
type Tabs struct {
	Label string
	Tabs  []Tab
}

// A Tab is one of them.
type Tab struct {
	Key, Label, URL string
	Here            bool
}

// A Pager goes through a long list: parts/pager.
type Pager struct{ Says, Prev, Next string }

// Options are the answers of a type-ahead: parts/people and parts/schools.
type Options struct {
	Options        []Option
	Nothing, Total string
}

// An Option is one of them.
type Option struct{ ID, URL, Label, Note, Icon, Tone string }

// A Choice is a box to choose one value among few: a select.
type Choice struct {
	Name, Label string
	ID          string // "" for that of its name
	Options     []ChoiceOption
	Locked      bool
	Required    bool
}

// A ChoiceOption is one of them.
type ChoiceOption struct {
	Value, Label string
	Group        string // heading above it and those that follow with the same
	Chosen       bool
}
