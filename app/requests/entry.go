package requests

import (
	"fmt"
	"time"

	"preau/data"
)

// An Entry is one message of a thread.
type Entry struct {
	Request int        `cbor:"n" log:"-"`
	Rank    int        `cbor:"rank" log:"-"`
	At      data.Place `cbor:"at" log:"-"` // that of the request
	Kind    EntryKind  `cbor:"kind" log:"-"`
	Made    time.Time  `cbor:"t" log:"-"`
	By      string     `cbor:"by,omitempty" log:"-"` // account, "" for who wrote from elsewhere
	ByName  string     `cbor:"name" log:"-"`
	Via     Channel    `cbor:"via,omitempty" log:"-"` // Mail, or "" for the ENT
	Text    string     `cbor:"text" log:"-"`
	Files   []File     `cbor:"files,omitempty" log:"-"`
	Refused []string   `cbor:"no,omitempty" log:"-"`     // files that were not taken, each with why
	Mail    string     `cbor:"mail,omitempty" log:"-"`   // of the post, that carried an answer
	MailID  string     `cbor:"mid,omitempty" log:"-"`    // Message-ID of the mail that it came by
	Address string     `cbor:"addr,omitempty" log:"-"`   // that it came from, when it is not one of the requester's
	Origin  string     `cbor:"from,omitempty" log:"-"`   // comment of level 2 that it repeats
	Folded  int        `cbor:"merged,omitempty" log:"-"` // number of the request that it came with, by a merge
}

// An EntryKind says who may read an entry, and who wrote it.
type EntryKind string

// The kinds of entries.
const (
	Answer  EntryKind = "answer"  // to the requester, by an administrator
	Message EntryKind = "message" // by the requester
	Note    EntryKind = "note"    // between administrators: no requester ever reads one
)

// Public reports whether the requester may read the entry.
func (e Entry) Public() bool { return e.Kind == Answer || e.Kind == Message }

// Key is the request, then the rank.
func (e Entry) Key() string { return fmt.Sprintf("%s/%06d", keyOf(e.Request), e.Rank) }

// Places is the establishment of the request.
func (e Entry) Places() []data.Place { return []data.Place{e.At} }

// Blobs are the files that the row holds.
func (e Entry) Blobs() []string { return blobsOf(e.Files) }

// threadOf reads the entries of a request, oldest first.
func threadOf(tx *data.Tx, number int) (thread []Entry, err error) {
	for e, err := range Entries.From(tx, keyOf(number)+"/") {
		if err != nil {
			return nil, err
		}
		thread = append(thread, e)
	}
	return thread, nil
}

// public are the entries that the requester may read.
func public(thread []Entry) (read []Entry) {
	for _, e := range thread {
		if e.Public() {
			read = append(read, e)
		}
	}
	return read
}

// say adds an entry to the thread of a request. The caller puts the request.
func (r *Request) say(tx *data.Tx, e Entry) (Entry, error) {
	r.Thread++
	e.Request, e.Rank, e.At, e.Made = r.Number, r.Thread, r.At, tx.Now
	r.ActedAt = tx.Now
	if e.Kind == Message {
		r.SpokeAt = tx.Now
	}
	return e, Entries.Put(tx, e)
}
