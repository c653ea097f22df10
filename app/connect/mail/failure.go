package mail

import (
	"errors"
	"fmt"
	"net/textproto"

	"preau/app/connect/outbound"
)

// A Failure is why a message did not leave. Temporary says whether trying again
// later may succeed without anybody changing anything, and Message whether it is
// this message alone that the server does not take. Says is a French sentence
// for the administrator; neither it nor Err holds a secret.
type Failure struct {
	Temporary bool
	Message   bool
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

// refused is an error of the server about something that we gave it.
type refused struct {
	what  string // « le message »
	alone bool   // another message may be taken
	err   error
}

func (r refused) Error() string { return r.err.Error() }
func (r refused) Unwrap() error { return r.err }

// denied is an error of the authentication. What the server says then is never
// repeated: it may quote the password.
type denied struct{ err error }

func (d denied) Error() string { return "authentication" }
func (d denied) Unwrap() error { return d.err }

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
	if reply, ok := errors.AsType[*textproto.Error](err); ok {
		return v.reply(err, reply)
	}
	if says := v.peer().Certificate(err); says != "" {
		return &Failure{Says: says, Err: err}
	}
	if errors.As(err, new(textproto.ProtocolError)) || errors.Is(err, errTalkative) {
		return &Failure{Says: fmt.Sprintf("Ce qui répond sur le port %d de %s n’est pas un serveur de courriel.", v.Port, v.Host), Err: err}
	}
	return &Failure{Temporary: true, Says: v.peer().Network(err), Err: err}
}

// authenticationRequired is what a server answers to whoever should have given a
// name and a password first, whatever the message.
const authenticationRequired = 530

// reply explains what the server answered: 4xx is for later, 5xx for good.
func (v *visit) reply(err error, reply *textproto.Error) *Failure {
	temporary := reply.Code/100 == 4
	if errors.As(err, new(denied)) {
		f := &Failure{Temporary: temporary, Err: &textproto.Error{Code: reply.Code, Msg: "authentification refusée"}}
		f.Says = fmt.Sprintf("Le serveur refuse le compte « %s » (%d) : vérifiez le nom et le mot de passe.", v.User, reply.Code)
		if temporary {
			f.Says = fmt.Sprintf("Le serveur ne peut pas vérifier le compte « %s » pour le moment (%d).", v.User, reply.Code)
		}
		return f
	}
	what, alone := "la connexion", false
	if r, ok := errors.AsType[refused](err); ok {
		what, alone = r.what, r.alone
	}
	said := &textproto.Error{Code: reply.Code, Msg: outbound.Legible(reply.Msg)}
	alone = alone && reply.Code != authenticationRequired
	f := &Failure{Temporary: temporary, Message: alone, Says: fmt.Sprintf("Le serveur refuse %s : « %d %s ».", what, said.Code, said.Msg), Err: said}
	if temporary {
		f.Says = fmt.Sprintf("Le serveur remet %s à plus tard : « %d %s ».", what, said.Code, said.Msg)
	}
	return f
}

func (v *visit) peer() outbound.Peer {
	return outbound.Peer{Host: v.Host, Port: v.Port, TLSPort: 465}
}
