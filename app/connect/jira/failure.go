package jira

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"

	"preau/app/connect/outbound"
)

// A Failure is why JIRA did not do what was asked. Temporary says whether
// trying again later may succeed without anybody changing anything. Unsure says
// that JIRA may have done it all the same: look before asking again, as
// CreateOnce does. RetryAfter is how long to wait first, 0 for what the caller
// likes. Status is that of HTTP, 0 without an answer. Says is a French sentence
// for the administrator; neither it nor Err holds a secret.
type Failure struct {
	Temporary  bool
	Unsure     bool
	RetryAfter time.Duration
	Status     int
	Says       string
	Err        error
}

func (f *Failure) Error() string {
	if f.Err != nil {
		return f.Says + " (" + f.Err.Error() + ")"
	}
	return f.Says
}

func (f *Failure) Unwrap() error { return f.Err }

// loginPage is the failure of a page where data was expected. Nobody will sign
// in there for us.
func loginPage() *Failure {
	return &Failure{Status: http.StatusOK, Says: "Cette adresse répond par une page au lieu de données : ce n’est pas JIRA, ou un portail de connexion est devant. Donnez l’adresse directe de JIRA."}
}

// unreadable is the failure of an answer that makes no sense. What it holds is
// not repeated.
func unreadable() *Failure {
	return &Failure{Temporary: true, Status: http.StatusOK, Says: "La réponse de JIRA est illisible ou incomplète."}
}

// Bounds of what JIRA may ask us to wait.
const (
	defaultWait = time.Minute
	maxWait     = 24 * time.Hour
)

// answered explains an answer that is no success.
func (c *Client) answered(a call, res *http.Response) *Failure {
	said, xsrf := c.said(res)
	f := &Failure{Status: res.StatusCode}
	switch code := res.StatusCode; {
	case code/100 == 3:
		f.Says = "L’adresse de JIRA renvoie vers une autre, qui n’a pas été suivie : donnez l’adresse définitive, sans portail de connexion devant."
	case code == http.StatusUnauthorized:
		f.Says = "JIRA refuse le compte (401) : vérifiez le jeton, et s’il n’a pas expiré."
		if c.site.Flavour == Cloud {
			f.Says = "JIRA refuse le compte (401) : vérifiez l’adresse électronique et le jeton, et s’il n’a pas expiré."
		}
	case code == http.StatusForbidden && strings.Contains(res.Header.Get("X-Authentication-Denied-Reason"), "CAPTCHA"):
		f.Says = "JIRA demande que quelqu’un se connecte avec ce compte et recopie une image (403), après trop d’essais manqués."
	case code == http.StatusForbidden && xsrf:
		f.Says = "JIRA a refusé l’envoi comme venant d’ailleurs (403, XSRF) : un serveur mandataire a sans doute retiré l’en-tête X-Atlassian-Token."
	case code == http.StatusForbidden:
		f.Says = "JIRA n’accorde pas ce droit au compte (403) : voyez avec qui l’administre." + said
	case code == http.StatusNotFound:
		f.Says = "JIRA ne connaît pas " + a.what + ", ou ne le montre pas à ce compte (404)." + said
	case code == http.StatusGone:
		f.Says = "JIRA n’offre plus cette fonction (410) : un site hébergé par Atlassian est un « Cloud », et non un « Data Center »."
	case code == http.StatusRequestEntityTooLarge:
		f.Says = "Le fichier est plus grand que ce que JIRA accepte (413)."
	case code == http.StatusTooManyRequests:
		f.Temporary, f.Says = true, "JIRA demande d’attendre : trop de questions lui ont été posées (429)."
		f.RetryAfter = wait(res, defaultWait)
	case code == http.StatusRequestTimeout:
		f.Temporary, f.Says = true, "JIRA n’a pas reçu la demande à temps (408)."
	case code >= 500:
		f.Temporary, f.RetryAfter = true, wait(res, 0)
		f.Says = fmt.Sprintf("JIRA est en panne ou en maintenance (%d).", code)
	default:
		f.Says = fmt.Sprintf("JIRA refuse ce qui lui est demandé (%d).", code) + said
	}
	return f
}

// wait is how long an answer asks to wait, in seconds or until a date.
func wait(res *http.Response, otherwise time.Duration) time.Duration {
	after := res.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(after, 10, 32); err == nil {
		return min(time.Duration(seconds)*time.Second, maxWait)
	}
	if at, err := http.ParseTime(after); err == nil {
		return min(max(time.Until(at), 0), maxWait)
	}
	return otherwise
}

// said is what JIRA says of its refusal, between « », "" for nothing or no JSON;
// and whether it speaks of the guard against requests forged elsewhere.
func (c *Client) said(res *http.Response) (text string, xsrf bool) {
	body, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	xsrf = strings.Contains(string(body), "XSRF")
	var told struct {
		ErrorMessages few[string]       `json:"errorMessages"`
		Errors        map[string]string `json:"errors"`
		Message       string            `json:"message"`
	}
	if err != nil || json.Unmarshal(body, &told) != nil {
		return "", xsrf
	}
	parts := append([]string{}, told.ErrorMessages...)
	for field, problem := range told.Errors {
		parts = append(parts, field+" : "+problem)
	}
	slices.Sort(parts)
	if told.Message != "" {
		parts = append(parts, told.Message)
	}
	if text = legible(c.scrub(strings.Join(parts, " ; "))); text == "" {
		return "", xsrf
	}
	return " JIRA dit : « " + text + " ».", xsrf
}

// scrub hides our secret from what JIRA repeats.
func (c *Client) scrub(said string) string {
	return strings.NewReplacer(
		base64.StdEncoding.EncodeToString([]byte(c.site.Email+":"+c.site.Token)), "…",
		c.site.Token, "…",
	).Replace(said)
}

// explain turns an error into a *Failure.
func (c *Client) explain(ctx context.Context, err error) *Failure {
	host := legible(c.base.Host)
	if failure, ok := errors.AsType[*Failure](err); ok {
		return failure
	}
	if refusal, ok := errors.AsType[*outbound.Refusal](err); ok {
		if refusal.Category == outbound.Public {
			return &Failure{Says: "Sans chiffrement, seul un JIRA d’un réseau ajouté à --allow-network peut être utilisé : donnez son adresse en https.", Err: refusal}
		}
		return &Failure{Says: refusal.Error(), Err: refusal}
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return &Failure{Temporary: true, Says: "L’échange avec JIRA a été interrompu par l’arrêt de l’appareil.", Err: ctx.Err()}
	}
	if says := certificate(host, err); says != "" {
		return &Failure{Says: says, Err: err}
	}
	switch {
	case errors.Is(err, outbound.Unfit):
		return &Failure{Says: "L’adresse de JIRA n’est pas celle d’un site.", Err: err}
	case errors.Is(err, outbound.Busy):
		return &Failure{Temporary: true, Says: "L’appareil a déjà trop d’échanges en cours : rien n’a été envoyé à JIRA.", Err: err}
	case errors.Is(err, outbound.Large):
		return &Failure{Says: "La réponse de JIRA est trop grande.", Err: err}
	case errors.Is(err, http.ErrSchemeMismatch):
		return &Failure{Says: fmt.Sprintf("%s ne parle pas TLS sur ce port : vérifiez l’adresse.", host), Err: err}
	}
	return &Failure{Temporary: true, Says: network(host, err), Err: legibleError(err)}
}

// legibleError keeps what an error wraps, without what a server may have put in
// its text.
func legibleError(err error) error {
	if malformed := (*net.OpError)(nil); errors.As(err, &malformed) || errors.As(err, new(outbound.Overrun)) || errors.As(err, new(*net.DNSError)) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	return errors.New("exchange")
}

// certificate explains why a connection cannot be trusted, "" if that is not why
// it failed.
func certificate(host string, err error) string {
	if errors.As(err, new(tls.RecordHeaderError)) {
		return fmt.Sprintf("%s ne parle pas TLS sur ce port : vérifiez l’adresse.", host)
	}
	untrusted, ok := errors.AsType[*tls.CertificateVerificationError](err)
	if !ok || len(untrusted.UnverifiedCertificates) == 0 {
		return ""
	}
	leaf := untrusted.UnverifiedCertificates[0]
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return fmt.Sprintf("Le certificat de %s n’est valable que du %s au %s.", host, leaf.NotBefore.Format("02/01/2006"), leaf.NotAfter.Format("02/01/2006"))
	}
	if errors.As(err, new(x509.HostnameError)) {
		return fmt.Sprintf("Le certificat présenté n’est pas au nom de %s, mais de %s.", host, legible(strings.Join(leaf.DNSNames, ", ")))
	}
	return fmt.Sprintf("Le certificat de %s n’est signé par aucune autorité connue de l’appareil (émetteur : %s).", host, legible(leaf.Issuer.String()))
}

// network explains a connection that could not be made, or was lost.
func network(host string, err error) string {
	var name *net.DNSError
	var timed interface{ Timeout() bool }
	switch {
	case errors.As(err, &name) && name.IsNotFound:
		return fmt.Sprintf("Le nom de %s n’existe pas : vérifiez l’adresse de JIRA.", host)
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.As(err, &timed) && timed.Timeout():
		return fmt.Sprintf("JIRA (%s) n’a pas répondu à temps.", host)
	case errors.As(err, &name):
		return fmt.Sprintf("Le nom de %s n’a pas pu être cherché : le service de noms (DNS) ne répond pas.", host)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("Aucun serveur n’écoute à l’adresse %s : vérifiez le port.", host)
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return fmt.Sprintf("%s ne peut pas être joint depuis l’appareil : vérifiez le réseau et le pare-feu.", host)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return fmt.Sprintf("JIRA (%s) a coupé la connexion.", host)
	}
	return fmt.Sprintf("L’échange avec JIRA (%s) a échoué.", host)
}

// maxSaid is the most that is repeated of what JIRA says, in characters.
const maxSaid = 200

// legible is one line of what JIRA says, fit for a page and a journal.
func legible(said string) string {
	said = oneLine(said)
	if runes := []rune(said); len(runes) > maxSaid {
		return string(runes[:maxSaid]) + "…"
	}
	return said
}

// oneLine is a text without anything that cannot be seen, save single spaces.
func oneLine(said string) string {
	said = strings.Map(func(c rune) rune {
		switch {
		case unicode.IsSpace(c), unicode.IsControl(c):
			return ' '
		case !unicode.IsPrint(c):
			return -1
		}
		return c
	}, strings.ToValidUTF8(said, ""))
	return strings.Join(strings.Fields(said), " ")
}
