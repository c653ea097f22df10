package mail

import (
	"bytes"
	"fmt"
	netmail "net/mail"
	"slices"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"

	"preau/app/connect/outbound"
)

// compose writes a message as it travels: headers, then text and HTML. What
// would have no address, or two, is a *Failure.
func compose(m Message) ([]byte, error) {
	for _, address := range []string{m.From, m.To} {
		if !Deliverable(address) {
			return nil, &Failure{Message: address == m.To, Says: fmt.Sprintf("L’adresse « %s » n’est pas celle d’un courriel.", outbound.Legible(address))}
		}
	}
	if m.ID == "" || strings.Trim(m.ID, letters+digits+".-_+") != "" {
		return nil, &Failure{Message: true, Says: fmt.Sprintf("L’identifiant « %s » du message n’a pas la forme voulue.", outbound.Legible(m.ID))}
	}
	if m.ReplyTo != "" && !Deliverable(m.ReplyTo) {
		return nil, &Failure{Says: fmt.Sprintf("L’adresse de réponse «\u00a0%s\u00a0» n’est pas celle d’un courriel.", outbound.Legible(m.ReplyTo))}
	}
	out := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	out.FromMailAddress(&netmail.Address{Name: oneLine(m.FromName), Address: m.From})
	out.ToMailAddress(&netmail.Address{Address: m.To})
	out.Subject(oneLine(m.Subject))
	out.SetDateWithValue(time.Now())
	out.SetMessageIDWithValue(m.ID + m.From[strings.LastIndexByte(m.From, '@'):])
	out.SetGenHeader("Auto-Submitted", "auto-generated")
	if m.ReplyTo != "" {
		out.ReplyToMailAddress(&netmail.Address{Address: m.ReplyTo})
	}
	for header, ids := range map[gomail.Header][]string{gomail.HeaderInReplyTo: {m.InReplyTo}, gomail.HeaderReferences: m.References} {
		if list := bracketed(ids); list != "" {
			out.SetGenHeader(header, list)
		}
	}
	out.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		out.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	var b bytes.Buffer
	if _, err := out.WriteTo(&b); err != nil {
		return nil, &Failure{Message: true, Says: "Le message n’a pas pu être composé.", Err: err}
	}
	return b.Bytes(), nil
}

const (
	letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits  = "0123456789"
)

const (
	maxIdentifier = 200 // of one id, in bytes: each fits a line of a header
	maxReferences = 20
)

// bracketed writes ids as a header carries them, without those that are none.
// Of too many it keeps the first, that of the whole thread, and the last.
func bracketed(ids []string) string {
	var kept []string
	for _, id := range ids {
		if identifies(id) {
			kept = append(kept, "<"+id+">")
		}
	}
	if n := len(kept); n > maxReferences {
		kept = slices.Delete(kept, 1, n-maxReferences+1)
	}
	return strings.Join(kept, " ")
}

// identifies tells whether an id is complete, left@right, of ASCII characters
// none of which has a meaning in a header, nor begins an encoded word.
func identifies(id string) bool {
	left, right, ok := strings.Cut(id, "@")
	const atom = letters + digits + ".!#$%&'*+-/=?^_`{|}~:[]"
	return ok && left != "" && right != "" && !strings.Contains(id, "=?") && len(id) <= maxIdentifier && strings.Trim(left, atom) == "" && strings.Trim(right, atom) == ""
}

// Deliverable tells whether an address is one bare address of ASCII characters,
// none of which has a meaning in a header or a command.
func Deliverable(address string) bool {
	local, domain, ok := strings.Cut(address, "@")
	if !ok || len(address) > 254 || len(local) > 64 {
		return false
	}
	const atom = letters + digits + ".!#$%&'*+-/=?^_`{|}~"
	if strings.Trim(local, atom) != "" || strings.Trim(domain, letters+digits+".-") != "" {
		return false
	}
	parsed, err := netmail.ParseAddress(address)
	return err == nil && parsed.Address == address
}

// oneLine is a text fit for a header: its line ends and other controls are
// spaces, one at a time. A no-break space stays what it is.
func oneLine(text string) string {
	words := strings.FieldsFunc(strings.ToValidUTF8(text, ""), func(c rune) bool {
		return c == ' ' || unicode.IsControl(c) || c == '\u2028' || c == '\u2029'
	})
	return strings.Join(words, " ")
}
