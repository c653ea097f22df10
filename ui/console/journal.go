package console

import (
	"strconv"

	"preau/app/access"
	"preau/app/directory"
	"preau/ui/web"
)

// journalPage is console/journal.html: the journal in full width.
type journalPage struct {
	Events []web.EventLine
	Older  string
	Level  string
	Home   string
}

// journalSize is how many events a page of the journal holds.
const journalSize = 100

func showJournal(v *web.Visit) error {
	uai := v.Part("uai")
	before, err := sequence(v.Ask("avant"))
	if err != nil {
		return err
	}
	events, _, err := directory.Journal(v.Session, uai, before, journalSize)
	if err != nil {
		return err
	}
	page := journalPage{Level: v.Ask("gravite"), Home: at(uai) + "/journal"}
	for _, line := range eventLines(v, uai, events) {
		if page.Level == "" || line.Level == page.Level {
			page.Events = append(page.Events, line)
		}
	}
	if len(events) == journalSize {
		page.Older = page.Home + "?avant=" + strconv.FormatUint(events[len(events)-1].Seq, 10) + "&gravite=" + page.Level
	}
	f, err := frame(v, uai, "journal", web.Link{Label: "Journal", Here: true})
	if err != nil {
		return err
	}
	f.Journal = nil
	return v.Show("console/journal", "Journal", f, page)
}

func sequence(text string) (uint64, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, &access.Refusal{Kind: access.Malformed, Says: "Cette adresse du journal est incomplète : revenez au journal."}
	}
	return n, nil
}

// streamMost is how many events are sent at once: what a stream missed.
const streamMost = 100

func streamJournal(v *web.Visit) error {
	uai := v.Part("uai")
	last := v.Ctx.Get("Last-Event-ID")
	if last == "" {
		last = v.Ask("apres")
	}
	after, err := sequence(last)
	if err != nil {
		return err
	}
	if _, err := directory.PlaceOfUAI(v.Session, uai); err != nil {
		return err
	}
	site := v.Site
	return v.Stream(after, web.Followed{Next: func(s *access.Session, after uint64) (messages []web.Message, err error) {
		events, err := directory.JournalAfter(s, uai, after, streamMost)
		for _, e := range events {
			rows, err := site.Rows("parts/event", eventLine(s, uai, e))
			if err != nil {
				return nil, err
			}
			messages = append(messages, web.Message{ID: e.Seq, HTML: rows})
		}
		return messages, err
	}})
}

// showEventsAfter is what a browser asks for that has no stream.
func showEventsAfter(v *web.Visit) error {
	uai := v.Part("uai")
	after, err := sequence(v.Ask("apres"))
	if err != nil {
		return err
	}
	events, err := directory.JournalAfter(v.Session, uai, after, streamMost)
	if err != nil {
		return err
	}
	for i, j := 0, len(events)-1; i < j; i, j = i+1, j-1 {
		events[i], events[j] = events[j], events[i]
	}
	if len(events) > 0 {
		v.Set("X-Dernier", strconv.FormatUint(events[0].Seq, 10))
	}
	return v.ShowRows("parts/events", eventLines(v, uai, events))
}
