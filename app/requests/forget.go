package requests

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"preau/app/directory"
	"preau/app/post"
	"preau/data"
)

// What stands in the place of somebody who was erased.
const (
	Erased     = "Personne effacée"
	erasedText = "Texte effacé avec le compte de son auteur."
)

// Forget removes what the help desk keeps of somebody who is erased from the
// directory: who they were in their requests, what they wrote and joined there,
// what they kept for themselves. The purge calls it, in its own transaction.
func Forget(tx *data.Tx, u directory.User) error {
	asked, err := collect(RequestsByPerson.All(tx, u.ID))
	if err != nil {
		return err
	}
	for _, r := range asked {
		if err := r.forget(tx, u); err != nil {
			return err
		}
	}
	return errors.Join(forgetResponder(tx, u), forgetOwn(tx, u.ID))
}

func collect[T any](rows func(func(T, error) bool)) (all []T, err error) {
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, nil
}

// forget takes the requester out of a request, of its thread, of the mails about
// it and of the journal.
func (r Request) forget(tx *data.Tx, u directory.User) error {
	hide := hiding(r.From, u)
	thread, err := threadOf(tx, r.Number)
	if err != nil {
		return err
	}
	for _, e := range thread {
		if e.Kind == Message {
			e.By, e.ByName, e.Address, e.Text, e.Files, e.Refused, e.MailID = "", Erased, "", erasedText, nil, nil, ""
		}
		e.Text = hide(e.Text)
		if err := Entries.Put(tx, e); err != nil {
			return err
		}
	}
	if err := errors.Join(r.forgetFolded(tx, hide), post.ForgetAbout(tx, r.Key()), post.Forget(tx, r.From.Email)); err != nil {
		return err
	}
	r.From = Requester{Name: Erased, Profile: r.From.Profile}
	r.Summary, r.Problem, r.Files, r.Solution, r.FirstMailID, r.Satisfied.Comment = erasedText, "", nil, hide(r.Solution), "", ""
	return errors.Join(Requests.Put(tx, r), data.Erase(tx, Requests.Name(), r.Key()))
}

// forgetFolded takes what a merge copied of a request out of the one that it went to.
func (r Request) forgetFolded(tx *data.Tx, hide func(string) string) error {
	if r.Merged.Into == 0 {
		return nil
	}
	thread, err := threadOf(tx, r.Merged.Into)
	if err != nil {
		return err
	}
	for _, e := range thread {
		if e.Folded != r.Number {
			continue
		}
		e.Text = "La demande " + numbered(r.Number) + " a été fusionnée avec celle-ci. " + erasedText
		if err := Entries.Put(tx, e); err != nil {
			return err
		}
	}
	target, err := Requests.Get(tx, keyOf(r.Merged.Into))
	if err != nil {
		return err
	}
	return Requests.Put(tx, target) // its words are searched again
}

// shortestHidden is how many letters a word of a name has that is taken out of
// what others wrote.
const shortestHidden = 3

// hiding takes out of a text what names somebody: the words of their name, their
// address, their telephones.
func hiding(from Requester, u directory.User) func(string) string {
	var words []string
	add := func(all ...string) {
		for _, w := range all {
			if utf8.RuneCountInString(w) >= shortestHidden && !slices.Contains(words, regexp.QuoteMeta(w)) {
				words = append(words, regexp.QuoteMeta(w))
			}
		}
	}
	add(from.Email, from.Phone, from.Mobile, u.Email.Value(), u.Mobile.Value(), u.Home.Value(), u.Work.Value(), u.Login.Value())
	add(strings.Fields(from.Name)...)
	add(strings.Fields(u.Label())...)
	if len(words) == 0 {
		return func(text string) string { return text }
	}
	slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) })
	named := regexp.MustCompile(`(?i)(^|[^\p{L}\p{N}])(?:` + strings.Join(words, "|") + `)($|[^\p{L}\p{N}])`)
	return func(text string) string {
		for {
			hidden := named.ReplaceAllString(text, "$1…$2")
			if hidden == text { // two names in a row share the space between them
				return text
			}
			text = hidden
		}
	}
}

// forgetResponder takes the name of somebody who answered out of what they did:
// what they wrote to others stays theirs.
func forgetResponder(tx *data.Tx, u directory.User) error {
	written, err := collect(entriesBy.All(tx, u.ID))
	if err != nil {
		return err
	}
	for _, e := range written {
		e.By, e.ByName = "", Erased
		if err := Entries.Put(tx, e); err != nil {
			return err
		}
	}
	shared, err := collect(CannedAnswers.All(tx))
	if err != nil {
		return err
	}
	for _, c := range shared {
		if c.ByID != u.ID {
			continue
		}
		c.By, c.ByID = Erased, ""
		if err := CannedAnswers.Put(tx, c); err != nil {
			return err
		}
	}
	var given []string
	var groups []data.Slot
	for _, state := range States {
		groups = append(groups, data.Slot{Group: family(ofAssignee, u.ID, state)})
	}
	for e := range RequestsList.Walk(tx, groups, data.Span{}, false) {
		given = append(given, e.Key)
	}
	for _, key := range given {
		r, err := Requests.Get(tx, key)
		if err != nil {
			return err
		}
		r.Assignee, r.AssigneeName = "", ""
		if err := errors.Join(Requests.Put(tx, r), data.Erase(tx, Requests.Name(), key)); err != nil {
			return err
		}
	}
	return nil
}

// forgetOwn deletes what somebody kept for themselves.
func forgetOwn(tx *data.Tx, account string) error {
	drafts, err := collect(Drafts.From(tx, account+"/"))
	if err != nil {
		return err
	}
	views, err := collect(Views.From(tx, account+"/"))
	if err != nil {
		return err
	}
	own, err := collect(OwnCanned.From(tx, account+"/"))
	if err != nil {
		return err
	}
	for _, d := range drafts {
		err = errors.Join(err, Drafts.Delete(tx, d.Key()))
	}
	for _, v := range views {
		err = errors.Join(err, Views.Delete(tx, v.Key()))
	}
	for _, c := range own {
		err = errors.Join(err, OwnCanned.Delete(tx, c.Key()))
	}
	has, failed := Preferences.Has(tx, account)
	if has {
		failed = errors.Join(Preferences.Delete(tx, account), data.Erase(tx, Preferences.Name(), account))
	}
	return errors.Join(err, failed)
}
