package imap

import (
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// unread returns the oldest messages that nobody has read, MaxMails at most.
// What the server says is not unfolded: two numbers may mean four billion.
func (v *visit) unread() (uids []imap.UID, err error) {
	v.conn.expect(0)
	found, err := v.client.UIDSearch(&imap.SearchCriteria{NotFlag: []imap.Flag{imap.FlagSeen, imap.FlagDeleted}}, nil).Wait()
	if err != nil {
		return nil, step{"de chercher les messages", err}
	}
	set, _ := found.All.(imap.UIDSet)
	for _, r := range set {
		for uid := r.Start; uid != 0 && uid <= r.Stop && len(uids) < MaxMails; uid++ {
			uids = append(uids, uid)
		}
	}
	slices.Sort(uids)
	return uids, nil
}

// find looks for the folder of those done, under its name or where the server
// keeps the folders of the account.
func (v *visit) find() (found bool, err error) {
	if v.client.Caps().Has(imap.CapNamespace) {
		v.conn.expect(0)
		spaces, err := v.client.Namespace().Wait()
		if err != nil {
			return false, step{"de dire où sont les dossiers", err}
		}
		if len(spaces.Personal) > 0 && !strings.HasPrefix(v.Done, spaces.Personal[0].Prefix) {
			v.Done = spaces.Personal[0].Prefix + v.Done
		}
	}
	v.conn.expect(0)
	folders, err := v.client.List("", v.Done, nil).Collect()
	if err != nil {
		return false, step{"de dire où sont les dossiers", err}
	}
	return len(folders) > 0, nil
}

// prepare makes the folder of those done where it is absent.
func (v *visit) prepare() error {
	found, err := v.find()
	if err != nil || found {
		return err
	}
	v.conn.expect(0)
	if err := v.client.Create(v.Done, nil).Wait(); err != nil {
		return step{"de créer le dossier « " + v.Done + " »", err}
	}
	v.client.Subscribe(v.Done).Wait() // so that webmails show it; some servers do not know how
	return nil
}

// give hands one message over, and returns the error of take, or why the server
// did not give it.
func (v *visit) give(uid imap.UID, take func(Mail) error) error {
	m, err := v.ask(uid, &imap.FetchOptions{RFC822Size: true}, 0)
	if err != nil {
		return v.explain(err)
	}
	body := &body{visit: v, uid: uid, size: m.size, section: imap.FetchItemBodySection{Peek: true}}
	tooLarge := m.size > MaxSize
	if tooLarge {
		body.section.Specifier, body.size = imap.PartSpecifierHeader, 0
	}
	err = take(Mail{Validity: v.validity, UID: uint32(uid), Size: m.size, TooLarge: tooLarge, Body: body})
	if err == nil && body.err != nil && body.err != io.EOF {
		err = body.err // take did not notice that it read one half
	}
	return err
}

// answer is what the server told of a message.
type answer struct {
	size int64
	text []byte
	here bool // text is what was asked, even if it is empty
}

// errGone is about a message that somebody else moved in the meantime.
var errGone = errors.New("the message is not there any more")

// ask asks for something of one message. The first error of a text is the last
// thing read from the server: the library would go on reading on both sides.
func (v *visit) ask(uid imap.UID, what *imap.FetchOptions, size int) (a answer, err error) {
	const doing = "de lire un message"
	v.conn.expect(size)
	found := false
	command := v.client.Fetch(imap.UIDSetNum(uid), what)
	for m := command.Next(); m != nil; m = command.Next() {
		found = true
		for item := m.Next(); item != nil; item = m.Next() {
			switch item := item.(type) {
			case imapclient.FetchItemDataRFC822Size:
				a.size = item.Size
			case imapclient.FetchItemDataBodySection:
				a.here = len(what.BodySection) > 0 && item.MatchCommand(what.BodySection[0])
				if a.text, err = whole(item.Literal); err != nil {
					v.conn.Close()
					return answer{}, step{doing, err}
				}
			}
		}
	}
	if err := command.Close(); err != nil {
		return answer{}, step{doing, err}
	}
	if !found {
		return answer{}, errGone
	}
	return a, nil
}

// whole reads a text to the end that its server announced.
func whole(text imap.LiteralReader) ([]byte, error) {
	if text == nil {
		return nil, nil
	}
	read, err := io.ReadAll(text)
	if err == nil && int64(len(read)) < text.Size() {
		err = io.ErrUnexpectedEOF
	}
	return read, err
}

// chunk is what is asked of a message at a time, in bytes: what a server sends
// is never held whole.
const chunk = 1 << 20

// body reads a message from the server, without marking it as read.
type body struct {
	*visit
	uid     imap.UID
	section imap.FetchItemBodySection
	size    int64 // which some servers only estimate; 0 if unknown
	offset  int64
	held    []byte
	err     error
}

func (b *body) Read(p []byte) (int, error) {
	if len(b.held) == 0 && b.err == nil {
		b.more()
	}
	if len(b.held) == 0 {
		return 0, b.err
	}
	n := copy(p, b.held)
	b.held = b.held[n:]
	return n, nil
}

// more asks for what follows. The end is a chunk that is not full, but not before
// the size: a server may send less than it is asked.
func (b *body) more() {
	if b.offset >= MaxSize {
		b.err = &Failure{Says: "Le serveur envoie plus que la taille qu’il annonce pour un message.", Err: errTalkative}
		return
	}
	section := b.section
	section.Partial = &imap.SectionPartial{Offset: b.offset, Size: chunk}
	got, err := b.ask(b.uid, &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{&section}}, chunk)
	if err != nil {
		b.err = b.explain(err)
		return
	}
	b.held = got.text
	b.offset += int64(len(b.held))
	switch {
	case !got.here, b.offset == 0 && b.size > 0: // not one byte of what was asked
		b.held = nil
		b.err = &Failure{Says: "Le serveur ne sait pas donner un message par morceaux.", Err: io.ErrUnexpectedEOF}
	case len(b.held) == 0, len(b.held) < chunk && b.offset >= b.size:
		b.err = io.EOF
	}
}

// putAway moves a message to the folder of those done. Where the server refuses,
// the message is at least marked as read: it is not looked at for ever.
func (v *visit) putAway(uid imap.UID) error {
	err := v.move(imap.UIDSetNum(uid))
	if err != nil && v.conn.broken() == nil {
		v.flag(imap.UIDSetNum(uid), imap.FlagSeen)
	}
	return err
}

// move takes a message out of the mailbox once it is in the folder, never before.
func (v *visit) move(which imap.UIDSet) error {
	doing := "de ranger un message dans « " + v.Done + " »"
	v.conn.expect(0)
	if v.client.Caps().Has(imap.CapMove) {
		if _, err := v.client.Move(which, v.Done).Wait(); err != nil {
			return step{doing, err}
		}
		return nil
	}
	if _, err := v.client.Copy(which, v.Done).Wait(); err != nil {
		return step{doing, err}
	}
	if err := v.flag(which, imap.FlagDeleted); err != nil {
		return step{doing, err}
	}
	if !v.client.Caps().Has(imap.CapUIDPlus) {
		return nil // what others marked too would be expunged with it
	}
	v.conn.expect(0)
	if err := v.client.UIDExpunge(which).Close(); err != nil {
		return step{doing, err}
	}
	return nil
}

func (v *visit) flag(which imap.UIDSet, flag imap.Flag) error {
	v.conn.expect(0)
	return v.client.Store(which, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{flag}}, nil).Close()
}
