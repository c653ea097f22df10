package web

import (
	"bufio"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"preau/app/access"
)

// heartbeat is how often a stream says that it lives: a browser that left is
// noticed only when something is written to it.
const heartbeat = 15 * time.Second

// streams bounds the open streams of each person and of the whole appliance.
type streams struct {
	mu     sync.Mutex
	open   map[string][]chan struct{} // of each person, oldest first
	total  int
	closed chan struct{}
}

const (
	streamsEach = 4
	streamsAll  = 500
)

func newStreams() *streams {
	return &streams{open: map[string][]chan struct{}{}, closed: make(chan struct{})}
}

// enter takes a place for a person, nil when the appliance has none left. The
// channel is closed when a later page of the person needs the place: a page that
// was left is noticed late, and must not keep the next one from its stream.
func (s *streams) enter(who string) chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.total >= streamsAll {
		return nil
	}
	if mine := s.open[who]; len(mine) >= streamsEach {
		close(mine[0])
		s.open[who] = mine[1:]
	}
	place := make(chan struct{})
	s.open[who] = append(s.open[who], place)
	s.total++
	return place
}

func (s *streams) leave(who string, place chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.total--
	s.open[who] = slices.DeleteFunc(s.open[who], func(p chan struct{}) bool { return p == place })
	if len(s.open[who]) == 0 {
		delete(s.open, who)
	}
}

// EndStreams ends every stream, before the server stops.
func (s *Site) EndStreams() error {
	close(s.streams.closed)
	return nil
}

// A Message is one server-sent event: rows of HTML, under the sequence to
// resume from, 0 for what is not resumed.
type Message struct {
	ID   uint64
	Name string // "" for the usual event
	HTML string
}

// Followed is what a stream sends.
type Followed struct {
	Next func(s *access.Session, after uint64) ([]Message, error) // asked after each commit
	Wake func() <-chan struct{}                                   // closed when there may be more, beside commits; nil for never
	Left func()                                                   // called at the end, nil for nothing
}

// Stream sends the messages that are asked for after each commit, until the
// browser leaves, the person is signed out or suspended, or the server stops.
func (v *Visit) Stream(after uint64, f Followed) error {
	who, site := v.Session.Account.ID, v.Site
	place := site.streams.enter(who)
	if place == nil {
		return &access.Refusal{Kind: access.Overloaded, Says: "Trop de pages sont déjà suivies en direct."}
	}
	token, from := strings.Clone(v.cookie(v.Ctx, sessionCookie)), v.From(v.Ctx)
	v.Set(fiber.HeaderContentType, "text/event-stream")
	v.Set("X-Accel-Buffering", "no")
	v.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer site.streams.leave(who, place)
		defer site.contain("flux en direct")
		if f.Left != nil {
			defer f.Left()
		}
		site.pump(w, place, token, from, after, f)
	})
	return nil
}

// Pour answers with a file that is written while it is sent, however long.
func (v *Visit) Pour(name, kind string, write func(io.Writer) error) {
	v.File(name, kind)
	site := v.Site
	v.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer site.contain("fichier en cours d’envoi")
		if err := write(w); err != nil {
			site.Appliance.Log().Error().Err(err).Str("fichier", name).Msg("fichier interrompu")
		}
	})
}

// contain keeps a panic of a stream from ending the process.
func (s *Site) contain(what string) {
	if r := recover(); r != nil {
		s.Appliance.Log().Error().Interface("panique", r).Bytes("pile", debug.Stack()).Msg(what)
	}
}

func (s *Site) pump(w *bufio.Writer, place chan struct{}, token, from string, after uint64, f Followed) {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		changed := s.Appliance.Store.Changed()
		var woken <-chan struct{}
		if f.Wake != nil {
			woken = f.Wake()
		}
		session, err := s.Appliance.Gate.Resume(token, from, false)
		if err != nil {
			fmt.Fprint(w, "event: fin\ndata: session\n\n")
			w.Flush()
			return
		}
		messages, err := f.Next(session, after)
		if err != nil {
			return
		}
		for _, m := range messages {
			if m.Name != "" {
				fmt.Fprintf(w, "event: %s\n", m.Name)
			}
			if m.ID != 0 {
				fmt.Fprintf(w, "id: %d\n", m.ID)
				after = m.ID
			}
			fmt.Fprintf(w, "data: %s\n\n", strings.ReplaceAll(strings.TrimSpace(m.HTML), "\n", "\ndata: "))
		}
		if len(messages) == 0 {
			fmt.Fprint(w, ": \n\n")
		}
		if w.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-woken:
		case <-beat.C:
		case <-place:
			fmt.Fprint(w, "event: fin\ndata: place\n\n")
			w.Flush()
			return
		case <-s.streams.closed:
			return
		}
	}
}
