package requests

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/format/letter"
	"preau/app/post"
	"preau/data"
)

// An Incoming is one message of a mailbox, whose files are kept already.
type Incoming struct {
	letter.Letter
	Validity, UID uint32
	Kept          []File   // in the place of Letter.Files
	NotKept       []string // in the place of Letter.Refused: French sentences, for the sender
}

var receiving = access.NewAction("request.receive", "Courriel reçu", access.HandleRequests, data.Info)

// errLeft ends a transaction that is to change no request.
var errLeft = errors.New("requests: nothing to do with this message")

// Receive makes a request of a message of a mailbox, or adds it to the one that it
// answers, in one transaction; a message that was dealt with already changes
// nothing. Those that nobody wrote, or that come from own, the addresses of the
// appliance, are counted and change nothing either. Whoever a message says it
// comes from, no account is ever acted on: the worst that a forged one does is to
// say something, in a thread whose secret identifier it must know, or in the name
// of an address.
func Receive(s *access.Session, box Mailbox, in Incoming, own ...string) error {
	d := delivery{Incoming: in, box: box}
	left := false
	err := s.Do(receiving, func(tx *data.Tx) (data.Row, error) {
		known, err := d.known(tx)
		if err != nil || known {
			return nil, errors.Join(err, errLeft)
		}
		r, err := d.deal(tx, own)
		if errors.Is(err, errLeft) {
			left = true
		}
		if err != nil {
			return nil, err
		}
		return r, d.arrived(tx, true)
	})
	if errors.Is(err, errLeft) {
		err = nil
	}
	if err != nil || !left {
		return err
	}
	return s.Upkeep(func(tx *data.Tx) error {
		return errors.Join(d.explain(tx), d.arrived(tx, false))
	})
}

// A delivery is a message being dealt with.
type delivery struct {
	Incoming
	box    Mailbox
	notice string // account that was told of a request by the mail that this one answers
	about  int    // that request
}

func (d *delivery) arrival() Arrival {
	return Arrival{Box: d.box.At, Source: d.box.source(), Validity: d.Validity, UID: d.UID, ID: d.ID}
}

func (d *delivery) known(tx *data.Tx) (bool, error) {
	known, err := Arrivals.Has(tx, d.arrival().Key())
	if known || err != nil || d.ID == "" {
		return known, err
	}
	for _, err := range arrivalsByID.All(tx, d.arrival().byID()) {
		return err == nil, err
	}
	return false, nil
}

// arrived notes that the message was dealt with, and counts it.
func (d *delivery) arrived(tx *data.Tx, taken bool) error {
	a := d.arrival()
	a.At = tx.Now
	return errors.Join(Arrivals.Put(tx, a), collected(tx, d.box.At, func(c *Collection) {
		if taken {
			c.Taken++
		} else {
			c.Ignored++
		}
	}))
}

// deal does what the message asks for, and returns the request that it is in now.
// errLeft is for one that changes nothing.
func (d *delivery) deal(tx *data.Tx, own []string) (Request, error) {
	ours, err := isMailbox(tx, d.From)
	if err != nil {
		return Request{}, err
	}
	ours = ours || slices.ContainsFunc(own, func(address string) bool { return strings.EqualFold(address, d.From) })
	if ours || d.Automatic != "" || d.From == "" || d.Subject == "" && d.empty() {
		return Request{}, errLeft
	}
	r, sure, err := d.answered(tx)
	if err != nil {
		return Request{}, err
	}
	if err := d.weigh(tx); err != nil {
		return Request{}, err
	}
	if r.Number == 0 {
		return d.begin(tx)
	}
	return d.enter(tx, r, sure)
}

// weigh gives the files of the message up when its sender, or those of the place
// together, joined too much that day. What nothing holds goes within the hour.
func (d *delivery) weigh(tx *data.Tx) error {
	size := int64(0)
	for _, f := range d.Kept {
		size += f.Size
	}
	if size == 0 {
		return nil
	}
	most, err := weigh(tx, map[string]int64{"mailto:" + d.From: dayOfPerson, string(d.box.At): dayOfSchool}, size)
	if most > 0 {
		d.Kept, d.NotKept = nil, append(slices.Clone(d.NotKept), tooMuch(most))
	}
	return err
}

// empty reports whether the message says nothing.
func (d *delivery) empty() bool {
	return d.Text == "" && d.Whole == "" && len(d.Kept)+len(d.NotKept) == 0
}

// answered finds the request that the message answers, none if Number is 0: by the
// identifiers that we made, which sure tells, then by those of the mails that
// came, then by the number of the subject, which only a participant may name. What is not
// signed is believed only in a mailbox of the place of the request.
func (d *delivery) answered(tx *data.Tx) (r Request, sure bool, err error) {
	ids := slices.Clone(d.References)
	slices.Reverse(ids)
	if d.InReplyTo != "" {
		ids = slices.Insert(ids, 0, d.InReplyTo)
	}
	for _, id := range ids {
		n, what, err := ours(tx, id)
		if err != nil {
			return r, false, err
		}
		if n == 0 {
			continue
		}
		if kind, account, ok := strings.Cut(what, "."); ok && kind != "" { // of a mail to an administrator
			d.notice, d.about = account, n
			return r, false, errLeft
		}
		r, err := Requests.Get(tx, keyOf(n))
		if errors.Is(err, data.ErrNotFound) { // made after the backup that was restored
			continue
		}
		return r, err == nil, err
	}
	for _, id := range ids {
		r, err := sentBy(tx, id)
		if err != nil {
			return r, false, err
		}
		if by, err := d.byHere(tx, r); err != nil || by {
			return r, false, err
		}
	}
	if n := numberIn(d.Subject); n != 0 {
		r, err := Requests.Get(tx, keyOf(n))
		if err != nil && !errors.Is(err, data.ErrNotFound) {
			return r, false, err
		}
		if by, err := d.byHere(tx, r); err != nil || by {
			return r, false, err
		}
	}
	return Request{}, false, nil
}

// byHere reports whether the message comes from an address of the requester of a
// request that the mailbox has to do with: who sets the mailbox of one place, and
// writes what they like in it, says nothing in the requests of another.
func (d *delivery) byHere(tx *data.Tx, r Request) (bool, error) {
	if !r.At.Within(d.box.At) && r.Came != d.box.At {
		return false, nil
	}
	return d.by(tx, r)
}

// sentBy is the request that a mail made, or was added to; none if Number is 0.
func sentBy(tx *data.Tx, id string) (Request, error) {
	for r, err := range RequestsByMail.All(tx, id) {
		return r, err
	}
	for e, err := range EntriesByMail.All(tx, id) {
		if err != nil {
			return Request{}, err
		}
		return Requests.Get(tx, keyOf(e.Request))
	}
	return Request{}, nil
}

// by reports whether the message comes from an address of the requester: the one
// that the request holds, or the one of their account.
func (d *delivery) by(tx *data.Tx, r Request) (bool, error) {
	if r.Number == 0 {
		return false, nil
	}
	if strings.EqualFold(r.From.Email, d.From) {
		return true, nil
	}
	if r.From.Account == "" {
		return false, nil
	}
	u, err := directory.Users.Get(tx, r.From.Account)
	if errors.Is(err, data.ErrNotFound) {
		return false, nil
	}
	return err == nil && !u.Unsure && strings.EqualFold(u.Email.Value(), d.From), err
}

// enter adds the message to a request, or to the one that it was merged into.
//
// A requester who writes within 14 days reopens what was closed; later, a linked
// request is made. What comes from another address, with an identifier that only
// our mails hold, is added with that address said, changes no state, and nothing
// is ever written to that address; where the request is closed, it makes another,
// linked. What the requester of a merged request writes is for administrators
// only in the request of somebody else.
func (d *delivery) enter(tx *data.Tx, r Request, sure bool) (Request, error) {
	if d.empty() {
		return r, errLeft
	}
	by, err := d.by(tx, r)
	if err != nil {
		return r, err
	}
	from := r
	for hops := 0; r.Merged.Into != 0 && hops < 10; hops++ {
		if r, err = Requests.Get(tx, keyOf(r.Merged.Into)); err != nil {
			return r, err
		}
	}
	same, err := d.by(tx, r)
	if err != nil {
		return r, err
	}
	late := r.State == Closed && tx.Now.Sub(r.ClosedAt) > ReopenLife
	switch {
	case same && late:
		return d.goOn(tx, r, r.From)
	case same:
		return d.speak(tx, r)
	case by && late:
		return d.goOn(tx, r, from.From)
	case by:
		return d.note(tx, r, from)
	case sure && r.State == Closed:
		return d.goOn(tx, r, Requester{Name: Unknown, Email: d.From})
	case sure && r.Number != from.Number:
		return d.note(tx, r, from)
	case sure:
		return d.other(tx, r)
	}
	return d.begin(tx)
}

// entry is the message as it stands in a thread.
func (d *delivery) entry(name string) Entry {
	return Entry{Kind: Message, ByName: name, Via: Mail, Text: d.says(d.Text), Files: d.Kept, Refused: d.NotKept, MailID: d.ID}
}

// speak adds a message of the requester.
func (d *delivery) speak(tx *data.Tx, r Request) (Request, error) {
	says := "Message du demandeur"
	if r.State == Closed {
		says = "Demande rouverte par le demandeur"
		r.become(InProgress, tx.Now)
	}
	d.tell(tx, says)
	if err := r.spoken(tx, d.entry(r.From.Name)); err != nil {
		return r, err
	}
	if err := r.tellNotTaken(tx, r.Thread, d.NotKept); err != nil {
		return r, err
	}
	return put(tx, r)
}

// other adds a message from another address than those of the requester.
func (d *delivery) other(tx *data.Tx, r Request) (Request, error) {
	d.tell(tx, "Message d’une autre adresse que celle du demandeur\u00a0: "+d.From)
	spoke := r.SpokeAt
	e := d.entry(d.From)
	e.Address = d.From
	e, err := r.say(tx, e)
	if err != nil {
		return r, err
	}
	r.SpokeAt = spoke
	if err := tellOther(tx, r, e); err != nil {
		return r, err
	}
	return put(tx, r)
}

// note adds what was written for a request to the one of somebody else that it was
// merged into.
func (d *delivery) note(tx *data.Tx, r, from Request) (Request, error) {
	d.tell(tx, fmt.Sprintf("Message pour la demande n° %d, fusionnée avec celle-ci", from.Number))
	e := d.entry(from.From.Name)
	e.Kind = Note
	if r.State == Closed {
		r.become(InProgress, tx.Now)
	}
	e.Text = fmt.Sprintf("Courriel de %s pour la demande n° %d, fusionnée avec celle-ci\u00a0:\n%s", d.From, from.Number, e.Text)
	e, err := r.say(tx, e)
	if err != nil {
		return r, err
	}
	if err := tellOther(tx, r, e); err != nil {
		return r, err
	}
	return put(tx, r)
}

// goOn makes a request that goes on from a closed one.
func (d *delivery) goOn(tx *data.Tx, r Request, from Requester) (Request, error) {
	d.tell(tx, fmt.Sprintf("Nouvelle demande, liée à la demande n° %d qui est clôturée", r.Number))
	next := d.request()
	next.From = from
	if err := r.goesOn(tx, &next, "", d.NotKept...); err != nil {
		return next, err
	}
	r, err := put(tx, r)
	if err != nil {
		return next, err
	}
	return next, tx.Also(data.Fact{Action: linking.Action, About: r, Note: numbered(next.Number)})
}

// begin makes a request of the message.
func (d *delivery) begin(tx *data.Tx) (Request, error) {
	r := d.request()
	var err error
	if r.From, r.At, err = d.requester(tx); err != nil {
		return r, err
	}
	says := "Nouvelle demande"
	if r.From.Account == "" && d.FromName != "" {
		says += " de «\u00a0" + d.FromName + "\u00a0»"
	}
	d.tell(tx, says)
	if err := begin(tx, &r); err != nil {
		return r, err
	}
	return r, errors.Join(Requests.Put(tx, r), acknowledge(tx, r, d.NotKept...), tellNew(tx, r, ""))
}

// request is the one that the message makes.
func (d *delivery) request() Request {
	whole := d.Whole
	if whole == "" {
		whole = d.Text
	}
	return Request{Channel: Mail, Type: Assistance, Priority: Normal, Summary: d.summary(), Problem: d.says(whole), Files: d.Kept, State: Open, FirstMailID: d.ID, Came: d.box.At}
}

// requester is who wrote, and where: the one person of the establishment, or of
// the académie, whose confirmed address it is, or somebody unknown.
func (d *delivery) requester(tx *data.Tx) (Requester, data.Place, error) {
	var found []directory.User
	for u, err := range directory.UsersByEmail.All(tx, data.Fold(d.From)) {
		if err != nil {
			return Requester{}, "", err
		}
		if strings.EqualFold(u.Email.Value(), d.From) && !u.Unsure && u.DeletedAt.IsZero() && (data.Reach{d.box.At}).CoversAny(u.Places()) {
			found = append(found, u)
		}
	}
	if len(found) != 1 {
		return Requester{Name: Unknown, Email: d.From}, d.box.At, nil
	}
	p, err := preferenceOf(tx, found[0].ID)
	if err != nil {
		return Requester{}, "", err
	}
	at := d.box.At
	if own := (data.Reach{at}).Among(found[0].Places()); len(own) == 1 {
		at = own[0]
	}
	return requesterOf(found[0], p), at, nil
}

// tell says in the history what became of the message, and what was not taken.
func (d *delivery) tell(tx *data.Tx, says string) {
	tx.Note("%s", strings.Join(append([]string{says}, d.NotKept...), ". "))
}

// explain tells an administrator who answered a notice that nobody reads the
// answers to them: at the address of their account, wherever the answer came from.
func (d *delivery) explain(tx *data.Tx) error {
	if d.notice == "" || d.Automatic != "" {
		return nil
	}
	r, err := Requests.Get(tx, keyOf(d.about))
	if errors.Is(err, data.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	to, err := addressOf(tx, d.notice)
	if err != nil && !errors.Is(err, data.ErrNotFound) {
		return err
	}
	if quiet, err := chatty(tx, to); err != nil || quiet {
		return err
	}
	_, err = r.write(tx, to, fmt.Sprintf("avis%d.%s", d.UID, d.notice), post.Mail{
		Lines: []string{"Vous avez répondu à un avis par courriel\u00a0: votre message n’a pas été ajouté à la demande, et le demandeur ne l’a pas reçu. Ouvrez la demande pour lui répondre ou y ajouter une note."},
		Links: []post.Link{{Label: "Ouvrir la demande", Path: r.console()}},
	})
	return err
}
