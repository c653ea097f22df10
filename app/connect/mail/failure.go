package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"os"
	"strings"
	"syscall"
	"unicode"

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
	if says := v.certificate(err); says != "" {
		return &Failure{Says: says, Err: err}
	}
	if errors.As(err, new(textproto.ProtocolError)) || errors.Is(err, errTalkative) {
		return &Failure{Says: fmt.Sprintf("Ce qui répond sur le port %d de %s n’est pas un serveur de courriel.", v.Port, v.Host), Err: err}
	}
	return &Failure{Temporary: true, Says: v.network(err), Err: err}
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
	said := &textproto.Error{Code: reply.Code, Msg: legible(reply.Msg)}
	alone = alone && reply.Code != authenticationRequired
	f := &Failure{Temporary: temporary, Message: alone, Says: fmt.Sprintf("Le serveur refuse %s : « %d %s ».", what, said.Code, said.Msg), Err: said}
	if temporary {
		f.Says = fmt.Sprintf("Le serveur remet %s à plus tard : « %d %s ».", what, said.Code, said.Msg)
	}
	return f
}

// certificate explains why a connection cannot be trusted, "" if that is not why
// it failed.
func (v *visit) certificate(err error) string {
	if errors.As(err, new(tls.RecordHeaderError)) {
		return fmt.Sprintf("Le port %d de %s ne parle pas TLS : choisissez STARTTLS, ou le port 465.", v.Port, v.Host)
	}
	untrusted, ok := errors.AsType[*tls.CertificateVerificationError](err)
	if !ok || len(untrusted.UnverifiedCertificates) == 0 {
		return ""
	}
	leaf := untrusted.UnverifiedCertificates[0]
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return fmt.Sprintf("Le certificat de %s n’est valable que du %s au %s.", v.Host, leaf.NotBefore.Format("02/01/2006"), leaf.NotAfter.Format("02/01/2006"))
	}
	if errors.As(err, new(x509.HostnameError)) {
		return fmt.Sprintf("Le certificat présenté n’est pas au nom de %s, mais de %s.", v.Host, legible(strings.Join(leaf.DNSNames, ", ")))
	}
	return fmt.Sprintf("Le certificat de %s n’est signé par aucune autorité connue de l’appareil (émetteur : %s).", v.Host, legible(leaf.Issuer.String()))
}

// network explains a connection that could not be made, or was lost.
func (v *visit) network(err error) string {
	var name *net.DNSError
	var timed net.Error
	switch {
	case errors.As(err, &name) && name.IsNotFound:
		return fmt.Sprintf("Le nom %s n’existe pas : vérifiez l’adresse du serveur de courriel.", v.Host)
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.As(err, &timed) && timed.Timeout():
		return fmt.Sprintf("Le serveur %s n’a pas répondu à temps sur le port %d.", v.Host, v.Port)
	case errors.As(err, &name):
		return fmt.Sprintf("Le nom %s n’a pas pu être cherché : le service de noms (DNS) ne répond pas.", v.Host)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("Aucun serveur n’écoute sur le port %d de %s : vérifiez le port.", v.Port, v.Host)
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return fmt.Sprintf("Le serveur %s ne peut pas être joint depuis l’appareil : vérifiez le réseau et le pare-feu.", v.Host)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return fmt.Sprintf("Le serveur %s a coupé la connexion.", v.Host)
	}
	return fmt.Sprintf("La connexion avec le serveur %s a échoué.", v.Host)
}

// maxSaid is the most that is repeated of what a server says, in characters.
const maxSaid = 200

// legible is one line of what a server says, fit for a page and a journal.
func legible(said string) string {
	said = strings.Map(func(c rune) rune {
		switch {
		case unicode.IsSpace(c), unicode.IsControl(c):
			return ' '
		case !unicode.IsPrint(c):
			return -1
		}
		return c
	}, strings.ToValidUTF8(said, ""))
	said = strings.Join(strings.Fields(said), " ")
	if runes := []rune(said); len(runes) > maxSaid {
		return string(runes[:maxSaid]) + "…"
	}
	return said
}
