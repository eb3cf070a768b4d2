package sandbox

import (
	"database/sql"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// keptMail is one mail as the mail page shows it.
type keptMail struct {
	ID, At              int64
	Sender, To, Subject string
	Parts               mailParts
	raw                 []byte
}

const mailColumns = `SELECT seq, at, sender, recipients, subject, raw FROM mails`

func (sb *Sandbox) mails(r *http.Request, query string, args ...any) ([]keptMail, error) {
	rows, err := sb.read.QueryContext(r.Context(), query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []keptMail
	for rows.Next() {
		var m keptMail
		if err := rows.Scan(&m.ID, &m.At, &m.Sender, &m.To, &m.Subject, &m.raw); err != nil {
			return nil, err
		}
		m.To = strings.ReplaceAll(m.To, "\n", ", ")
		if m.Subject == "" {
			m.Subject = "(no subject)"
		}
		found = append(found, m)
	}
	return found, rows.Err()
}

// listMails shows the newest mails, or those to or from an address that contains to.
func (sb *Sandbox) listMails(w http.ResponseWriter, r *http.Request) {
	to := strings.ToLower(strings.TrimSpace(r.FormValue("to")))
	found, err := sb.mails(r, mailColumns+` WHERE instr(recipients, ?1) > 0 OR instr(lower(sender), ?1) > 0 ORDER BY seq DESC LIMIT 100`, to)
	if err != nil {
		sb.broken(w, r, err)
		return
	}
	sb.show(w, http.StatusOK, "mails.html", struct {
		page
		To    string
		Mails []keptMail
	}{page{"en", "Mail"}, to, found}, policy{})
}

// oneMail finds the mail of the path; it answers itself when there is none.
func (sb *Sandbox) oneMail(w http.ResponseWriter, r *http.Request) (keptMail, bool) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		sb.notFound(w, r)
		return keptMail{}, false
	}
	found, err := sb.mails(r, mailColumns+` WHERE seq = ?`, id)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		sb.broken(w, r, err)
		return keptMail{}, false
	}
	if len(found) == 0 {
		sb.notFound(w, r)
		return keptMail{}, false
	}
	found[0].Parts = readParts(found[0].raw)
	return found[0], true
}

func (sb *Sandbox) showMail(w http.ResponseWriter, r *http.Request) {
	m, ok := sb.oneMail(w, r)
	if !ok {
		return
	}
	sb.show(w, http.StatusOK, "mail.html", struct {
		page
		Mail  keptMail
		Words []words
	}{page{"en", m.Subject}, m, linked(m.Parts.Text)}, policy{frames: true})
}

// words are a piece of a mail's text; a link is an address to be clicked.
type words struct {
	Text string
	Link bool
}

var address = regexp.MustCompile(`https?://[^\s<>"]*[^\s<>".,;:!?)]`)

// linked cuts a text where its addresses begin and end.
func linked(text string) []words {
	var pieces []words
	for {
		at := address.FindStringIndex(text)
		if at == nil {
			return append(pieces, words{Text: text})
		}
		pieces = append(pieces, words{Text: text[:at[0]]}, words{Text: text[at[0]:at[1]], Link: true})
		text = text[at[1]:]
	}
}

var head = regexp.MustCompile(`(?i)<head[^>]*>`)

// opensOutside makes the links of a mail open beside it: most pages refuse to be framed.
func opensOutside(html string) string {
	const base = `<base target="_blank">`
	if at := head.FindStringIndex(html); at != nil {
		return html[:at[1]] + base + html[at[1]:]
	}
	return base + html
}

// showMailHTML is the HTML part by itself, as a stranger: no script, no form, no picture from elsewhere, no origin.
func (sb *Sandbox) showMailHTML(w http.ResponseWriter, r *http.Request) {
	m, ok := sb.oneMail(w, r)
	if !ok {
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	w.Write([]byte(opensOutside(m.Parts.HTML)))
}

func (sb *Sandbox) showMailSource(w http.ResponseWriter, r *http.Request) {
	m, ok := sb.oneMail(w, r)
	if !ok {
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	w.Write(m.raw)
}
