package requests

import (
	"errors"

	"preau/app/access"
	"preau/data"
)

var (
	mailSent   = access.NewAction("request.mail", "Courriel envoyé", access.HandleRequests, data.Info)
	mailFailed = access.NewAction("request.mail-failed", "Courriel en échec", access.HandleRequests, data.Attention)
)

// Mailed writes in the history of a request that a mail about it left, or, with
// what the server said, that it never will. A key of no request changes nothing.
func Mailed(tx *data.Tx, key, to, failure string) error {
	if key == "" {
		return nil
	}
	r, err := Requests.Get(tx, key)
	if errors.Is(err, data.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	f := data.Fact{Action: mailSent.Action, About: r, Note: to}
	if failure != "" {
		f.Action, f.Note = mailFailed.Action, to+"\u00a0: "+failure
	}
	return tx.Tell(f)
}
