package post

import (
	"html/template"
	"strings"
)

// A Letter is a mail as it leaves: the same words twice.
type Letter struct{ Text, HTML string }

// Compose writes the mail of an ENT whose pages begin with an address, "" when
// nobody gave one: links are then paths, for who reads the mail here.
func (m Mail) Compose(ent, base string) (Letter, error) {
	var html strings.Builder
	err := letter.Execute(&html, map[string]any{"ENT": ent, "Base": base, "Mail": m})
	return Letter{m.text(ent, base), html.String()}, err
}

func (m Mail) text(ent, base string) string {
	var b strings.Builder
	b.WriteString("Bonjour,\n")
	for _, line := range m.Lines {
		b.WriteString("\n" + line + "\n")
	}
	if len(m.Facts) > 0 {
		b.WriteString("\n")
	}
	for _, f := range m.Facts {
		b.WriteString(f.Label + "\u00a0: " + f.Value + "\n")
	}
	for _, l := range m.Links {
		b.WriteString("\n" + l.Label + "\u00a0:\n" + base + l.Path + "\n")
	}
	if m.Written != "" {
		b.WriteString("\n" + m.Written + "\n")
	}
	b.WriteString("\n--\n" + ent + "\n" + m.Ending() + "\n")
	return b.String()
}

// Endings of mails.
const (
	noReply  = "Ce message est envoyé automatiquement\u00a0: les réponses ne sont pas lues."
	answered = "Vous pouvez répondre à ce message\u00a0: votre réponse sera ajoutée à la demande."
)

// Ending says whether anybody reads the answers to the mail.
func (m Mail) Ending() string {
	if m.Thread != nil && m.Thread.From != "" {
		return answered
	}
	return noReply
}

// letter is the HTML of every mail. Mail programs read no style sheet: the
// styles are in the elements.
var letter = template.Must(template.New("letter").Parse(`<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>{{.Mail.Subject}}</title></head>
<body style="margin:0;padding:24px;font-family:system-ui,sans-serif;font-size:16px;line-height:1.5">
<div style="max-width:560px;margin:0 auto">
<p style="margin:0 0 16px;font-weight:600">{{.ENT}}</p>
<h1 style="margin:0 0 16px;font-size:20px;line-height:1.3">{{.Mail.Subject}}</h1>
<p style="margin:0 0 12px">Bonjour,</p>
{{range .Mail.Lines}}<p style="margin:0 0 12px">{{.}}</p>
{{end}}{{if .Mail.Written}}<p style="margin:0 0 16px;font-weight:600">{{.Mail.Written}}</p>
{{end}}{{if .Mail.Facts}}<table role="presentation" style="margin:0 0 16px;border-collapse:collapse">{{range .Mail.Facts}}<tr><td style="padding:4px 16px 4px 0">{{.Label}}</td><td style="padding:4px 0;font-family:ui-monospace,monospace;font-weight:600">{{.Value}}</td></tr>{{end}}</table>
{{end}}{{range .Mail.Links}}<p style="margin:0 0 16px"><a href="{{$.Base}}{{.Path}}" style="display:inline-block;padding:10px 16px;border-radius:6px;background:#1f4fd8;color:#ffffff;text-decoration:none">{{.Label}}</a></p>
<p style="margin:0 0 16px;font-size:13px;word-break:break-all">Si le bouton ne répond pas, copiez cette adresse&nbsp;: {{$.Base}}{{.Path}}</p>
{{end}}<p style="margin:24px 0 0;padding-top:12px;border-top:1px solid #c8ccd4;font-size:13px">{{.Mail.Ending}}</p>
</div></body></html>
`))
