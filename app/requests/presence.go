package requests

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Presence knows who has which request open, in memory: nobody is locked out, and
// a restart forgets.
type Presence struct {
	mu      sync.Mutex
	open    map[int]map[string]*present
	changed chan struct{} // closed at the next change
}

type present struct {
	name  string
	pages int       // that follow the request
	until time.Time // of one that follows nothing
}

// NewPresence is that of an appliance that starts.
func NewPresence() *Presence {
	return &Presence{open: map[int]map[string]*present{}, changed: make(chan struct{})}
}

// glance is how long somebody is present who opened a request without following it.
const glance = time.Minute

// Seen notes that somebody has just opened a request. The glances that are over are
// forgotten.
func (p *Presence) Seen(number int, account, name string, now time.Time) {
	p.sweep(now)
	p.note(number, account, name, func(who *present) { who.until = now.Add(glance) })
}

// Enter notes that a page of somebody follows a request, until leave is called.
func (p *Presence) Enter(number int, account, name string) (leave func()) {
	p.note(number, account, name, func(who *present) { who.pages++ })
	return func() {
		p.note(number, account, name, func(who *present) { who.pages, who.until = who.pages-1, time.Time{} })
	}
}

func (p *Presence) note(number int, account, name string, change func(*present)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open[number] == nil {
		p.open[number] = map[string]*present{}
	}
	who := p.open[number][account]
	if who == nil {
		who = &present{name: name}
		p.open[number][account] = who
	}
	if change(who); who.pages <= 0 && who.until.IsZero() {
		delete(p.open[number], account)
	}
	if len(p.open[number]) == 0 {
		delete(p.open, number)
	}
	close(p.changed)
	p.changed = make(chan struct{})
}

// sweep forgets the glances that are over: who opens many requests without
// following any leaves nothing behind.
func (p *Presence) sweep(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for number, all := range p.open {
		maps.DeleteFunc(all, func(_ string, who *present) bool { return who.over(now) })
		if len(all) == 0 {
			delete(p.open, number)
		}
	}
}

func (p *present) over(now time.Time) bool { return p.pages <= 0 && now.After(p.until) }

// Others are the names of those who have a request open, but for one account.
func (p *Presence) Others(number int, account string, now time.Time) (names []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, who := range p.open[number] {
		if id != account && !who.over(now) {
			names = append(names, who.name)
		}
	}
	slices.SortFunc(names, strings.Compare)
	return names
}

// Changed is closed at the next change.
func (p *Presence) Changed() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.changed
}
