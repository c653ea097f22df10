package letter

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// mail is a message of Claire, with headers of its own before its body.
func mail(headers, body string) string {
	return strings.ReplaceAll("From: Claire Martin <claire.martin@exemple.example>\nTo: demandes@ent.example\nSubject: Mot de passe\n"+headers+"\n"+body, "\n", "\r\n")
}

// read reads a mail, and what its files hold by name.
func read(t testing.TB, raw string) (Letter, map[string]string) {
	t.Helper()
	files := map[string]string{}
	l, err := Read(strings.NewReader(raw), func(name string, r io.Reader) error {
		text, err := io.ReadAll(r)
		if err == nil {
			files[name] = string(text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return l, files
}

// TestHeaders reads what the headers of a mail say.
func TestHeaders(t *testing.T) {
	l, _ := read(t, "From claire Mon Sep  7 10:12:00 2026\r\nReceived: from a by b;\r\n Mon, 7 Sep 2026\r\nsomething that is no header\r\n with what follows it\r\n"+
		"Delivered-To: college@exemple.example\r\nX-Original-To: Demandes@ENT.example\r\nMessage-ID: <CAF=x+1_a@mail.exemple.example>\r\nDate: Mon, 7 Sep 2026 10:12:00 +0200\r\n"+
		"From: =?iso-8859-1?Q?=C9lodie_Lef=E8vre?= <Elodie.LEFEVRE@exemple.example>\r\nTo: \"ENT, demandes\" <demandes@ent.example>, autre@exemple.example\r\nCc: demandes@ent.example\r\n"+
		"Subject: =?UTF-8?B?UsOpOiA=?=\r\n =?utf-8?q?_=5BDemande_n=C2=B0123=5D_acc=C3=A8s?=\r\nIn-Reply-To: Your message of Monday <d123.a-b_c+d@ent.example>\r\nReferences: <premier@exemple.example> <a b@c>\r\n\t<d123.a-b_c+d@ent.example>\r\n\r\nBonjour")
	want := Letter{
		ID: "CAF=x+1_a@mail.exemple.example", InReplyTo: "d123.a-b_c+d@ent.example", References: []string{"premier@exemple.example", "d123.a-b_c+d@ent.example"},
		From: "elodie.lefevre@exemple.example", FromName: "Élodie Lefèvre", Subject: "Ré: [Demande n°123] accès",
		To:   []string{"demandes@ent.example", "autre@exemple.example", "college@exemple.example"},
		Date: time.Date(2026, 9, 7, 10, 12, 0, 0, time.FixedZone("", 7200)), Text: "Bonjour", Whole: "Bonjour",
	}
	if diff := cmp.Diff(want, l); diff != "" {
		t.Error(diff)
	}
}

// TestSenders reads addresses however they are written.
func TestSenders(t *testing.T) {
	for from, want := range map[string]string{
		"claire@exemple.example":                            "claire@exemple.example ",
		"Claire (professeure) <Claire@Exemple.example>":     "claire@exemple.example Claire",
		"Martin, Claire <claire@exemple.example>":           "claire@exemple.example Claire",
		"\"Martin, Claire\" <claire@exemple.example>":       "claire@exemple.example Martin, Claire",
		"Claire [3e B] : maths <claire@exemple.example>":    "claire@exemple.example Claire [3e B] : maths",
		"\xc9lodie <elodie@exemple.example>":                "elodie@exemple.example Élodie",
		"=?x-inconnu?q?=C9lodie?= <elodie@exemple.example>": "elodie@exemple.example Élodie",
		"Claire\u202egpj.\x00exe <claire@exemple.example>":  "claire@exemple.example Clairegpj. exe",
		"mailto:claire@exemple.example":                     " ",
		"élodie@exemple.example":                            " ",
		"a b@c":                                             "b@c ",
		"undisclosed-recipients:;":                          " ",
		"<>":                                                " ",
		"":                                                  " ",
	} {
		l, _ := read(t, "X: y\r\nFrom: "+from+"\r\n\r\n")
		if got := l.From + " " + l.FromName; got != want {
			t.Errorf("%q: %q, wanted %q", from, got, want)
		}
		if (l.From == "") != (l.Automatic != "") {
			t.Errorf("%q: automatic %q", from, l.Automatic)
		}
	}
}

// TestTexts reads the text of mails in all the ways that they are written.
func TestTexts(t *testing.T) {
	alternative := "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n%s\n--b\nContent-Type: text/html; charset=utf-8\n\n<p>En HTML</p>\n--b--\n"
	for name, c := range map[string]struct{ raw, want string }{
		"bare":             {mail("", "Bonjour,\n\nça va ?\n"), "Bonjour,\n\nça va ?"},
		"latin-1 in QP":    {mail("Content-Type: text/plain; charset=ISO-8859-1\nContent-Transfer-Encoding: quoted-printable\n", "D=E9j=E0 vu =\net =3D ici\n"), "Déjà vu et = ici"},
		"as Windows does":  {mail("Content-Type: text/plain; charset=\"iso-8859-1\"\n", "l\x92\x9cuvre \x80"), "l’œuvre €"},
		"base64":           {mail("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: BASE64\n", "Qm9uam91ciDDqWzDqHZl\n IDM=\n"), "Bonjour élève 3"},
		"japanese":         {mail("Content-Type: text/plain; charset=iso-2022-jp\n", "\x1b$BF|K\\\x1b(B"), "日本"},
		"utf-16":           {mail("Content-Type: text/plain; charset=utf-16le\nContent-Transfer-Encoding: base64\n", "6QBsAOgAdgBlAA=="), "élève"},
		"lies, latin-1":    {mail("Content-Type: text/plain; charset=utf-8\n", "D\xe9j\xe0 vu"), "Déjà vu"},
		"lies, UTF-8":      {mail("Content-Type: text/plain; charset=iso-8859-1\n", "Déjà vu"), "Déjà vu"},
		"one bad byte":     {mail("Content-Type: text/plain; charset=utf-8\n", "Déjà vu, é\xe9"), "Déjà vu, é\uFFFD"},
		"unknown charset":  {mail("Content-Type: text/plain; charset=x-rien\n", "D\xe9j\xe0 vu"), "Déjà vu"},
		"no charset":       {mail("Content-Type: text/plain\n", "D\xe9j\xe0 vu"), "Déjà vu"},
		"broken type":      {mail("Content-Type: text/plain; charset\"=;;=\n", "Déjà vu"), "Déjà vu"},
		"bad QP":           {mail("Content-Transfer-Encoding: quoted-printable\n", "a=ZZ b= c=\x00 d=C3=A9=e9 100 %=\n"), "a=ZZ b= c= dÃ©é 100 %"},
		"long QP":          {mail("Content-Transfer-Encoding: quoted-printable\n", strings.Repeat("=C3=A9", 4000)), strings.Repeat("é", 4000)},
		"unknown encoding": {mail("Content-Transfer-Encoding: rien\n", "Bonjour"), "Bonjour"},
		"decomposed":       {mail("", "De\u0301ja\u0300"), "Déjà"},
		"controls":         {mail("", "a\x00b\x1b[31m\x7f\u0085c\u202eod\u2066\ufeff\u200bé\t!\u2028fin"), "ab[31m\ncodé\t!\nfin"},
		"joiners":          {mail("", "👩\u200d🏫"), "👩\u200d🏫"},
		"empty lines":      {mail("", "\n\n\na  \n\n\n\n\nb\n\n"), "a\n\nb"},
		"alternative":      {mail(fmt.Sprintf(alternative, "En texte"), ""), "En texte"},
		"blank plain":      {mail(fmt.Sprintf(alternative, "\u00a0 \n"), ""), "En HTML"},
		"mixed":            {mail("Content-Type: multipart/mixed; boundary=b\n", "--b\n\nUn\n--b\nContent-Type: text/html\n\n<b>Deux</b>\n--b--\n"), "Un\n\nDeux"},
		"no last boundary": {mail("Content-Type: multipart/mixed; boundary=b\n", "--b\n\nUn\n--b\n\nDeux\n"), "Un\n\nDeux"},
		"lost boundary":    {mail("Content-Type: multipart/mixed; boundary=b\n", "--autre\n\nUn\n--autre--\n"), "--autre\n\nUn\n--autre--"},
		"no boundary":      {mail("Content-Type: multipart/mixed\n", "Un"), "Un"},
		"inner forgotten":  {mail("Content-Type: multipart/mixed; boundary=b\n", "--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nUn\n--b\n\nDeux\n--b--\n"), "Un\n\nDeux"},
		"for a watch":      {mail("Content-Type: multipart/alternative; boundary=b\n", "--b\n\nUn\n--b\nContent-Type: text/watch-html\n\n<b>Un</b>\n--b--\n"), "Un"},
		"signed":           {mail("Content-Type: multipart/signed; boundary=b\n", "--b\n\nUn\n--b\nContent-Type: application/pgp-signature; name=signature.asc\n\nxyz\n--b--\n"), "Un"},
	} {
		l, files := read(t, c.raw)
		if l.Text != c.want || len(files)+len(l.Files)+len(l.Refused) != 0 {
			t.Errorf("%s: %q, wanted %q, refused %v", name, l.Text, c.want, l.Refused)
		}
	}
}

// TestHTML draws what HTML says, and reads nothing that it refers to.
func TestHTML(t *testing.T) {
	for source, want := range map[string]string{
		"<p>Un&nbsp;:  deux\n trois</p><p>quatre<br>cinq</p>":                                          "Un\u00a0: deux trois\n\nquatre\ncinq",
		"<html><head><title>T</title><style>p{}</style><script>alert(1)</script></head><body>a</body>": "a",
		"a<script>b<p>c":                       "a",
		"<head><p>a</p>":                       "a",
		"<ul><li>un</li><li>deux</li></ul>fin": "- un\n- deux\n\nfin",
		"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>": "a b\nc",
		"<pre>a  b\n c</pre>d": "a  b\n c\nd",
		"<a href='https://exemple.example/x'>ici</a> <a href='https://exemple.example/'>exemple.example</a>": "ici <https://exemple.example/x> exemple.example",
		"<a href='javascript:alert(1)'>ici</a><img src='https://espion.example/p.gif' alt='x'>.":             "ici.",
		"&lt;script&gt; &amp;lt; &eacute;":                                             "<script> &lt; é",
		"<div>neuf</div><blockquote>vieux<blockquote>ancien</blockquote></blockquote>": "neuf",
		"<!-- a --><![CDATA[b]]><p>c":                                                  "c",
		"a<hr>b":                                                                       "a\n" + strings.Repeat("_", 32) + "\nb",
		strings.Repeat("<div><blockquote><a href=x>", 100_000) + "fond":                strings.Repeat("> ", 20) + "fond",
	} {
		l, _ := read(t, mail("Content-Type: text/html; charset=utf-8\n", source))
		if l.Text != want {
			t.Errorf("%.80s: %q, wanted %q", source, l.Text, want)
		}
	}
}

// TestFresh tells what is new from what is quoted, in the ways of each program.
func TestFresh(t *testing.T) {
	for whole, want := range map[string]string{
		"Merci !\n\nLe lun. 7 sept. 2026 à 10:12, ENT <demandes@ent.example> a écrit :\n> Bonjour\n>\n> [Demande n°123]":                                  "Merci !",
		"Merci !\n\nLe lun. 7 sept. 2026 à 10:12, ENT du collège\n<demandes@ent.example> a écrit :\n\n> Bonjour":                                          "Merci !",
		"Merci !\n\nLe 7 septembre 2026 10:12:13 GMT+02:00, ENT\n<demandes@ent.example> a\nécrit :\n> Bonjour":                                            "Merci !",
		"Merci !\nLe 07/09/2026 à 10h12, ENT a écrit\u00a0:\n\nBonjour,\nvotre demande":                                                                   "Merci !",
		"Thanks\n\nOn Mon, Sep 7, 2026 at 10:12 AM ENT <demandes@ent.example> wrote:\n> Bonjour":                                                          "Thanks",
		"Merci !\n\n-----Message d'origine-----\nDe : ENT\nEnvoyé : lundi\nBonjour":                                                                       "Merci !",
		"Merci !\n\nDe\u00a0: ENT\nEnvoyé\u202f: lundi\nObjet\u00a0: x\n\nBonjour":                                                                        "Merci !",
		"Merci !\n\n----- Original Message -----\nBonjour":                                                                                                "Merci !",
		"Merci !\n\n________________________________\nDe : ENT <demandes@ent.example>\nEnvoyé : lundi 7 septembre 2026\nÀ : Claire\nObjet : x\n\nBonjour": "Merci !",
		"Merci !\n\nFrom: ENT\nSent: Monday\nTo: Claire\nSubject: x\n\nBonjour":                                                                           "Merci !",
		"> Bonjour\n> ENT\n\nMerci !":                                                                           "Merci !",
		"Le 7 sept. 2026 à 10:12, ENT a écrit :\n> Bonjour\n\nMerci !":                                          "Merci !",
		"Merci !\n\n> Bonjour\n> ENT":                                                                           "Merci !",
		"Bonjour,\nLe principal m’a écrit :\nvotre compte est bloqué.":                                          "Bonjour,\nLe principal m’a écrit :\nvotre compte est bloqué.",
		"De : moi\nà vous : bonjour":                                                                            "De : moi\nà vous : bonjour",
		"---------- Message transféré ----------\nDe : Ali\nLe compte est bloqué":                               "---------- Message transféré ----------\nDe : Ali\nLe compte est bloqué",
		"Bonjour\n\nLe 7 sept. 2026 à 10:12, ENT a écrit :\n> Quel compte ?\nLe mien.\n> Depuis quand ?\nHier.": "Bonjour\n\nLe 7 sept. 2026 à 10:12, ENT a écrit :\n> Quel compte ?\nLe mien.\n> Depuis quand ?\nHier.",
		"> tout est cité": "> tout est cité",
		"Le 7 sept. 2026 à 10:12, ENT a écrit :\n> Bonjour": "Le 7 sept. 2026 à 10:12, ENT a écrit :\n> Bonjour",
		"": "",
	} {
		l, _ := read(t, mail("", whole))
		if l.Text != want || l.Whole != whole {
			t.Errorf("%q:\n%q, wanted\n%q", whole, l.Text, want)
		}
	}
	l, _ := read(t, mail("Content-Type: text/html\n", `<div dir="ltr">Merci !</div><br><div class="gmail_quote"><div>Le lun. 7 sept. 2026 à 10:12, ENT &lt;<a href="mailto:demandes@ent.example">demandes@ent.example</a>&gt; a écrit :<br></div><blockquote>Bonjour<div>ENT</div></blockquote></div>`))
	if l.Text != "Merci !" || !strings.HasSuffix(l.Whole, "a écrit :\n\n> Bonjour\n> ENT") {
		t.Errorf("%q of %q", l.Text, l.Whole)
	}
}

// TestAutomatic tells the mail of a person from what must never be answered.
func TestAutomatic(t *testing.T) {
	for headers, automatic := range map[string]bool{
		"":                                false,
		"Auto-Submitted: no\n":            false,
		"Auto-Submitted: No (a person)\n": false,
		"Precedence: normal\n":            false,
		"Return-Path: <claire.martin@exemple.example>\n": false,
		"X-Auto-Response-Suppress: None\n":               false,
		"Auto-Submitted: auto-replied\n":                 true,
		"Auto-Submitted: auto-generated; x=y\n":          true,
		"auto-submitted: AUTO-REPLIED (vacation)\n":      true,
		"Precedence: Bulk\n":                             true,
		"Precedence: list\n":                             true,
		"Precedence: junk\n":                             true,
		"X-Auto-Response-Suppress: All\n":                true,
		"X-Autoreply: yes\n":                             true,
		"X-Autorespond: oui\n":                           true,
		"List-Id: <parents.exemple.example>\n":           true,
		"List-Unsubscribe: <mailto:x@y.example>\n":       true,
		"Return-Path: <>\n":                              true,
		"X-Failed-Recipients: x@y.example\n":             true,
		"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n": true,
	} {
		if l, _ := read(t, mail(headers, "Bonjour")); (l.Automatic != "") != automatic {
			t.Errorf("%q: %q", headers, l.Automatic)
		}
	}
	for _, from := range []string{"MAILER-DAEMON@exemple.example", "Mail <Postmaster@exemple.example>", "<>", ""} {
		if l, _ := read(t, "Subject: x\r\nFrom: "+from+"\r\n\r\n"); l.Automatic == "" {
			t.Errorf("%q wrote as a person", from)
		}
	}
	l, files := read(t, mail("Precedence: bulk\nContent-Type: multipart/mixed; boundary=b\n", "--b\n\nAbsente\n--b\nContent-Type: image/png; name=logo.png\n\nx\n--b--\n"))
	if l.Text != "Absente" || len(files)+len(l.Refused) != 0 {
		t.Errorf("%+v, %v", l, files)
	}
}
