package requests

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/post"
	"preau/data"
)

// mailsAnHour bounds what the appliance writes by itself to one address: two
// machines that answer each other must stop.
const mailsAnHour = 5

// subject is that of every mail about a request.
func (r Request) subject() string { return fmt.Sprintf("[Demande n°%d] %s", r.Number, r.Summary) }

func (r Request) console() string { return "/console/demandes/" + strconv.Itoa(r.Number) }
func (r Request) mine() string    { return "/incidents/" + strconv.Itoa(r.Number) }

// markUse names what the marks of Message-IDs are for.
const markUse = "requests.message"

// messageID is the left part of the Message-ID of a mail about a request: nobody
// but the appliance can make one.
func messageID(tx *data.Tx, number int, what string) (string, error) {
	plain := fmt.Sprintf("demande.%d.%s", number, what)
	mark, err := tx.Mark(markUse, plain)
	if err != nil {
		return "", err
	}
	return plain + "." + mark[:markLength], nil
}

// markLength is how much of a mark stands in a Message-ID: 96 bits.
const markLength = 24

// NumberOf returns the request that a Message-ID of ours is about, 0 for any other.
func NumberOf(tx *data.Tx, id string) (int, error) {
	n, _, err := ours(tx, id)
	return n, err
}

// ours returns the request that a Message-ID of ours is about, and what it told
// of it; 0 for any other.
func ours(tx *data.Tx, id string) (n int, what string, err error) {
	left, _, _ := strings.Cut(strings.Trim(id, "<> "), "@")
	parts := strings.SplitN(left, ".", 3)
	if len(parts) < 3 || parts[0] != "demande" {
		return 0, "", nil
	}
	n, what = number(parts[1]), parts[2][:max(strings.LastIndexByte(parts[2], '.'), 0)]
	made, err := messageID(tx, n, what)
	if err != nil || subtle.ConstantTimeCompare([]byte(made), []byte(left)) != 1 {
		return 0, "", err
	}
	return n, what, nil
}

// thread is what makes mail programs show the mails of a request together.
func (r Request) thread(tx *data.Tx, what string) (*post.Thread, error) {
	id, err := messageID(tx, r.Number, what)
	if err != nil {
		return nil, err
	}
	root, err := messageID(tx, r.Number, "0")
	if r.FirstMailID != "" {
		root = r.FirstMailID
	}
	return &post.Thread{ID: id, Root: root, About: r.Key()}, err
}

// write queues a mail about a request, "" when there is nobody to write to. One
// that m.Thread begins, with what it answers and where it leaves from, is placed.
func (r Request) write(tx *data.Tx, to, what string, m post.Mail) (id string, err error) {
	if to == "" {
		return "", nil
	}
	given := m.Thread
	if m.Thread, err = r.thread(tx, what); err != nil {
		return "", err
	}
	if given != nil {
		m.Thread.Reply, m.Thread.From = given.Reply, given.From
	}
	m.ID, m.To, m.Subject = tx.ID(), to, r.subject()
	return m.ID, post.Queue(tx, m)
}

// chatty reports whether an address was already written to enough this hour.
func chatty(tx *data.Tx, to string) (bool, error) {
	n, err := post.WrittenSince(tx, to, tx.Now.Add(-time.Hour))
	return n >= mailsAnHour, err
}

// acknowledge tells the requester the number of their request, and which of the
// files that they sent were not taken.
func acknowledge(tx *data.Tx, r Request, refused ...string) error {
	if quiet, err := chatty(tx, r.From.Email); err != nil || quiet {
		return err
	}
	place, err := r.toRequester(tx)
	if err != nil {
		return err
	}
	m := post.Mail{
		Lines:  []string{"Votre demande a été enregistrée sous le numéro " + strconv.Itoa(r.Number) + "."},
		Facts:  []post.Fact{{Label: "Demande", Value: "n° " + strconv.Itoa(r.Number)}, {Label: "Résumé", Value: r.Summary}},
		Links:  r.followed(),
		Thread: place,
	}
	if len(m.Links) > 0 {
		m.Lines[0] += " Vous pouvez la suivre, la compléter et lire les réponses dans l’ENT."
	}
	m.Lines = append(m.Lines, notTaken(refused)...)
	_, err = r.write(tx, r.From.Email, "0", m)
	return err
}

// notTaken tells a requester which of their files were not taken.
func notTaken(refused []string) []string {
	if len(refused) == 0 {
		return nil
	}
	return append([]string{"Ceci n’a pas pu être enregistré avec votre message\u00a0:"}, refused...)
}

// tellNotTaken tells the requester which of the files of their last message were
// not taken.
func (r Request) tellNotTaken(tx *data.Tx, rank int, refused []string) error {
	quiet, err := chatty(tx, r.From.Email)
	if err != nil || quiet || len(refused) == 0 {
		return err
	}
	place, err := r.toRequester(tx)
	if err != nil {
		return err
	}
	lines := append([]string{"Votre message a été ajouté à la demande n° " + strconv.Itoa(r.Number) + "."}, notTaken(refused)...)
	_, err = r.write(tx, r.From.Email, "fichiers"+strconv.Itoa(rank), post.Mail{Lines: lines, Links: r.followed(), Thread: place})
	return err
}

// toRequester is where a mail to the requester leaves from, and the last mail of
// theirs that it answers. Those to administrators leave from the appliance: nobody
// reads the answers to a notice.
func (r Request) toRequester(tx *data.Tx) (*post.Thread, error) {
	from, err := r.mailbox(tx)
	if err != nil {
		return nil, err
	}
	t := &post.Thread{From: from, Reply: r.FirstMailID}
	for e, err := range Entries.From(tx, r.Key()+"/") {
		if err != nil {
			return nil, err
		}
		if e.Kind == Message && e.MailID != "" && e.Address == "" {
			t.Reply = e.MailID
		}
	}
	return t, nil
}

// followed leads to the request, for somebody who can sign in.
func (r Request) followed() []post.Link {
	if r.From.Account == "" {
		return nil
	}
	return []post.Link{{Label: "Suivre ma demande", Path: r.mine()}}
}

// mailAnswer sends an answer to the requester, by their e-mail.
func (r Request) mailAnswer(tx *data.Tx, e Entry) (string, error) {
	links := r.followed()
	if len(links) > 0 {
		links[0].Label = "Répondre sur l’ENT"
	}
	place, err := r.toRequester(tx)
	if err != nil {
		return "", err
	}
	return r.write(tx, r.From.Email, strconv.Itoa(e.Rank), post.Mail{Lines: paragraphs(e.Text), Links: links, Written: e.ByName, Thread: place})
}

func paragraphs(text string) (lines []string) {
	for _, p := range strings.Split(text, "\n") {
		if p = strings.TrimSpace(p); p != "" {
			lines = append(lines, p)
		}
	}
	return lines
}

// tellNew tells of a new request those who may answer it.
func tellNew(tx *data.Tx, r Request, by string) error {
	return r.tell(tx, by, "nouvelle", "Une nouvelle demande attend une réponse.", r.From.Name)
}

// tellSpoken tells of a message of the requester.
func tellSpoken(tx *data.Tx, r Request, by string, rank int) error {
	return r.tell(tx, by, "message"+strconv.Itoa(rank), "Le demandeur a écrit dans cette demande.", r.From.Name)
}

// tellOther tells of a message that came from another address than the requester's.
func tellOther(tx *data.Tx, r Request, e Entry) error {
	return r.tell(tx, "", "message"+strconv.Itoa(e.Rank), "Un courriel est arrivé dans cette demande d’une autre adresse que celle du demandeur.", e.ByName)
}

// tell writes to the assignee, or else, as when they no longer answer there, to the
// local administrators of the establishment, but for whoever acts and those who do
// not want it.
func (r Request) tell(tx *data.Tx, by, what, says, who string) error {
	all, err := responders(tx, r.At)
	if err != nil {
		return err
	}
	to := []string{r.Assignee}
	if !handles(all, r.Assignee) {
		to = nil
		for _, h := range all {
			if h.Role == access.LocalAdmin || directory.UAIOf(r.At) == "" && h.Role != access.Level2Support {
				to = append(to, h.ID)
			}
		}
	}
	slices.Sort(to)
	for _, account := range slices.Compact(to) {
		if account == by {
			continue
		}
		if err := r.tellOne(tx, account, what, says, who); err != nil {
			return err
		}
	}
	return nil
}

// tellOne writes to one administrator, unless they do not want it, or were
// written to enough this hour.
func (r Request) tellOne(tx *data.Tx, account, what, says, who string) error {
	p, err := preferenceOf(tx, account)
	if err != nil || p.Quiet {
		return err
	}
	to, err := addressOf(tx, account)
	if err != nil || to == "" {
		return err
	}
	if quiet, err := chatty(tx, to); err != nil || quiet {
		return err
	}
	_, err = r.write(tx, to, what+"."+account, post.Mail{
		Lines: []string{says},
		Facts: []post.Fact{{Label: "Demandeur", Value: who}, {Label: "Établissement", Value: placeName(tx, r.At)}, {Label: "Priorité", Value: r.Priority.Label()}, {Label: "Résumé", Value: r.Summary}},
		Links: []post.Link{{Label: "Ouvrir la demande", Path: r.console()}},
	})
	return err
}

// addressOf is where somebody is written to: the address of the directory, or of
// their account, that they confirmed; "" for none.
func addressOf(tx *data.Tx, account string) (string, error) {
	wide := helping.Over(tx)
	u, err := directory.Users.Get(wide, account)
	if err == nil && u.Unsure {
		return "", nil
	}
	if err == nil || !errors.Is(err, data.ErrNotFound) {
		return u.Email.Value(), err
	}
	a, err := access.Accounts.Get(wide, account)
	return a.Email, err
}

// tellAssigned tells the former and the new assignee, but for whoever acts and one
// who no longer answers there.
func tellAssigned(tx *data.Tx, former, r Request, by, reason string) error {
	what := "affectation" + strconv.FormatUint(r.Version, 10)
	if reason != "" {
		reason = " Motif\u00a0: " + reason
	}
	if to := r.Assignee; to != "" && to != by {
		if err := r.tellOne(tx, to, what, "Cette demande vous est confiée."+reason, r.From.Name); err != nil {
			return err
		}
	}
	from := former.Assignee
	if still, err := mayHandle(tx, from, r.At); err != nil || !still {
		return err
	}
	if from != by {
		says := "Cette demande n’est plus la vôtre\u00a0: elle est confiée à " + r.AssigneeName + "."
		if r.Assignee == "" {
			says = "Cette demande n’est plus la vôtre\u00a0: elle n’est confiée à personne."
		}
		return r.tellOne(tx, from, what, says+reason, r.From.Name)
	}
	return nil
}
