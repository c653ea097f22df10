package imap

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/emersion/go-imap/v2"

	"preau/app/connect/outbound"
)

// A Failure is why a mailbox could not be visited, or not to its end. Temporary
// says whether trying again later may succeed without anybody changing anything.
// Says is a French sentence for the administrator; neither it nor Err holds a
// secret.
type Failure struct {
	Temporary bool
	Says      string
	Err       error
}

func (f *Failure) Error() string {
	if f.Err != nil {
		return f.Says + " (" + f.Err.Error() + ")"
	}
	return f.Says
}

func (f *Failure) Unwrap() error { return f.Err }

// step is an error of something that we asked of the server.
type step struct {
	what string // « d’ouvrir le dossier »
	err  error
}

func (s step) Error() string { return s.err.Error() }
func (s step) Unwrap() error { return s.err }

// denied is an error of the authentication. What the server says then is never
// repeated: it may quote the password.
type denied struct{ err error }

func (d denied) Error() string { return "authentication" }
func (d denied) Unwrap() error { return d.err }

// later are the codes of what may go better without anybody changing anything.
var later = []imap.ResponseCode{imap.ResponseCodeUnavailable, imap.ResponseCodeInUse, imap.ResponseCodeLimit, imap.ResponseCodeServerBug, imap.ResponseCodeExpired}

// explain turns an error of a visit into a *Failure, nil into nil.
func (v *visit) explain(err error) error {
	if err == nil {
		return nil
	}
	if failure, ok := errors.AsType[*Failure](err); ok {
		return failure
	}
	if refusal, ok := errors.AsType[*outbound.Refusal](err); ok {
		if refusal.Category == outbound.Public {
			return &Failure{Says: "Sans chiffrement, seul un serveur d’un réseau ajouté à --allow-network peut être utilisé : choisissez STARTTLS ou TLS.", Err: refusal}
		}
		return &Failure{Says: refusal.Error(), Err: refusal}
	}
	if reply, ok := errors.AsType[*imap.Error](err); ok {
		return v.reply(err, reply)
	}
	peer := outbound.Peer{Host: v.Host, Port: v.Port, TLSPort: 993}
	if says := peer.Certificate(err); says != "" {
		return &Failure{Says: says, Err: err}
	}
	return v.lost(peer, err)
}

// lost explains a connection that ended, or on which no IMAP is spoken. What
// the library says of it may quote anything: it is not repeated.
func (v *visit) lost(peer outbound.Peer, err error) *Failure {
	cause := err
	if v.conn != nil {
		if broken := v.conn.broken(); broken != nil {
			cause = broken
		}
	}
	switch {
	case errors.Is(err, errGone):
		return &Failure{Temporary: true, Says: "Un message a disparu de la boîte pendant qu’il était lu.", Err: err}
	case errors.Is(cause, context.DeadlineExceeded) && !v.looking && v.greeted:
		return &Failure{Temporary: true, Says: "Le relevé de la boîte a duré plus de dix minutes : la suite sera prise au prochain.", Err: cause}
	case errors.Is(cause, errTalkative) && v.greeted:
		return &Failure{Says: fmt.Sprintf("Le serveur %s répond sans fin.", v.Host), Err: cause}
	case v.conn == nil, v.conn.broken() != nil && !errors.Is(cause, errTalkative):
		return &Failure{Temporary: true, Says: peer.Network(cause), Err: cause}
	case v.greeted:
		return &Failure{Says: fmt.Sprintf("Le serveur %s a répondu autre chose que de l’IMAP.", v.Host), Err: io.ErrUnexpectedEOF}
	}
	return &Failure{Says: fmt.Sprintf("Ce qui répond sur le port %d de %s n’est pas un serveur IMAP.", v.Port, v.Host), Err: io.ErrUnexpectedEOF}
}

// reply explains what the server answered.
func (v *visit) reply(err error, reply *imap.Error) *Failure {
	temporary := reply.Type == imap.StatusResponseTypeBye || slices.Contains(later, reply.Code)
	if errors.As(err, new(denied)) {
		f := &Failure{Temporary: temporary, Err: &imap.Error{Type: reply.Type, Text: "authentification refusée"}}
		f.Says = fmt.Sprintf("Le serveur refuse le compte « %s » : vérifiez le nom et le mot de passe.", v.User)
		if temporary {
			f.Says = fmt.Sprintf("Le serveur ne peut pas vérifier le compte « %s » pour le moment.", v.User)
		}
		return f
	}
	said := &imap.Error{Type: reply.Type, Text: outbound.Legible(reply.Text)}
	what := "la connexion"
	if s, ok := errors.AsType[step](err); ok {
		what = s.what
	}
	return &Failure{Temporary: temporary, Says: fmt.Sprintf("Le serveur refuse %s : « %s ».", what, said.Text), Err: said}
}
