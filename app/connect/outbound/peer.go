package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"unicode"
)

// Security is how the connection with a server of mail is protected.
type Security string

// The protections of a connection.
const (
	StartTLS Security = "starttls" // mandatory
	TLS      Security = "tls"      // implicit
	None     Security = "aucune"   // plain: only for a server on a network of ours
)

// Step is one step of the test of a server, and how it went.
type Step struct {
	Label string // « Connexion », « Chiffrement », « Authentification »…
	OK    bool
	Says  string // a French sentence for the administrator
}

// Peer is the server of mail that a connection was meant for.
type Peer struct {
	Host    string
	Port    int
	TLSPort int // where this protocol usually begins with TLS
}

// Certificate says in French why a connection cannot be trusted, "" if that is
// not why it failed.
func (p Peer) Certificate(err error) string {
	if errors.As(err, new(tls.RecordHeaderError)) {
		return fmt.Sprintf("Le port %d de %s ne parle pas TLS : choisissez STARTTLS, ou le port %d.", p.Port, p.Host, p.TLSPort)
	}
	untrusted, ok := errors.AsType[*tls.CertificateVerificationError](err)
	if !ok || len(untrusted.UnverifiedCertificates) == 0 {
		return ""
	}
	leaf := untrusted.UnverifiedCertificates[0]
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return fmt.Sprintf("Le certificat de %s n’est valable que du %s au %s.", p.Host, leaf.NotBefore.Format("02/01/2006"), leaf.NotAfter.Format("02/01/2006"))
	}
	if errors.As(err, new(x509.HostnameError)) {
		return fmt.Sprintf("Le certificat présenté n’est pas au nom de %s, mais de %s.", p.Host, Legible(strings.Join(leaf.DNSNames, ", ")))
	}
	return fmt.Sprintf("Le certificat de %s n’est signé par aucune autorité connue de l’appareil (émetteur : %s).", p.Host, Legible(leaf.Issuer.String()))
}

// Network says in French why a connection could not be made, or was lost.
func (p Peer) Network(err error) string {
	var name *net.DNSError
	var timed net.Error
	switch {
	case errors.As(err, &name) && name.IsNotFound:
		return fmt.Sprintf("Le nom %s n’existe pas : vérifiez l’adresse du serveur de courriel.", p.Host)
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.As(err, &timed) && timed.Timeout():
		return fmt.Sprintf("Le serveur %s n’a pas répondu à temps sur le port %d.", p.Host, p.Port)
	case errors.As(err, &name):
		return fmt.Sprintf("Le nom %s n’a pas pu être cherché : le service de noms (DNS) ne répond pas.", p.Host)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("Aucun serveur n’écoute sur le port %d de %s : vérifiez le port.", p.Port, p.Host)
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return fmt.Sprintf("Le serveur %s ne peut pas être joint depuis l’appareil : vérifiez le réseau et le pare-feu.", p.Host)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return fmt.Sprintf("Le serveur %s a coupé la connexion.", p.Host)
	}
	return fmt.Sprintf("La connexion avec le serveur %s a échoué.", p.Host)
}

// maxSaid is the most that is repeated of what a server says, in characters.
const maxSaid = 200

// Legible is one line of what a server says, fit for a page and a journal.
func Legible(said string) string {
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
