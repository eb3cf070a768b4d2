package sandbox

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"time"

	"github.com/emersion/go-smtp"
)

// largestMail is the size in bytes above which a mail is refused.
const largestMail = 10 << 20

// ServeSMTP accepts mail for anybody on l, without sign-in, and keeps it for the mail page; it returns when l is closed.
func (sb *Sandbox) ServeSMTP(l net.Listener) error {
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &letter{sb: sb}, nil }))
	server.Domain = "localhost"
	server.ErrorLog = slog.NewLogLogger(sb.log.Handler(), slog.LevelDebug) // a sender that was killed breaks off
	server.MaxMessageBytes = largestMail
	server.MaxRecipients = 100
	server.ReadTimeout, server.WriteTimeout = 30*time.Second, 30*time.Second
	err := server.Serve(l)
	if errors.Is(err, net.ErrClosed) || errors.Is(err, smtp.ErrServerClosed) {
		return nil
	}
	return err
}

// letter is one mail being handed over.
type letter struct {
	sb     *Sandbox
	sender string
	to     []string
}

func (l *letter) Mail(from string, _ *smtp.MailOptions) error { l.sender = from; return nil }

func (l *letter) Rcpt(to string, _ *smtp.RcptOptions) error {
	l.to = append(l.to, strings.ToLower(to))
	return nil
}

func (l *letter) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	subject := ""
	if message, err := mail.ReadMessage(bytes.NewReader(raw)); err == nil {
		subject = header(message.Header.Get("Subject"))
	}
	_, err = l.sb.write.ExecContext(context.Background(), `INSERT INTO mails (at, sender, recipients, subject, raw) VALUES (?, ?, ?, ?, ?)`,
		l.sb.Now().Unix(), l.sender, strings.Join(l.to, "\n"), subject, raw)
	if err != nil {
		l.sb.log.Error("sandbox: a mail could not be kept", "error", err)
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "the sandbox could not keep this mail"}
	}
	return nil
}

func (l *letter) Reset() { l.sender, l.to = "", nil }

func (l *letter) Logout() error { return nil }

func header(text string) string {
	decoded, err := new(mime.WordDecoder).DecodeHeader(text)
	if err != nil {
		return text
	}
	return decoded
}

// mailParts are the readable parts of a mail, each "" when it has none.
type mailParts struct{ Text, HTML string }

// readParts takes a mail apart; what cannot be read is left out, since its source can still be looked at.
func readParts(raw []byte) mailParts {
	var parts mailParts
	message, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return parts
	}
	parts.add(message.Header.Get("Content-Type"), message.Header.Get("Content-Transfer-Encoding"), message.Body, 0)
	return parts
}

func (p *mailParts) add(contentType, encoding string, body io.Reader, depth int) {
	kind, values, err := mime.ParseMediaType(contentType)
	if err != nil {
		kind = "text/plain"
	}
	if strings.HasPrefix(kind, "multipart/") && depth < 5 {
		reader := multipart.NewReader(body, values["boundary"])
		for {
			part, err := reader.NextRawPart()
			if err != nil {
				return
			}
			p.add(part.Header.Get("Content-Type"), part.Header.Get("Content-Transfer-Encoding"), part, depth+1)
		}
	}
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	text, err := io.ReadAll(body)
	if err != nil && len(text) == 0 {
		return
	}
	switch {
	case kind == "text/plain" && p.Text == "":
		p.Text = strings.ToValidUTF8(string(text), "�")
	case kind == "text/html" && p.HTML == "":
		p.HTML = strings.ToValidUTF8(string(text), "�")
	}
}

// Letters counts the mails that came by their Message-ID: more than one of a name is a letter that was handed over again.
func (sb *Sandbox) Letters(ctx context.Context) (map[string]int, error) {
	rows, err := sb.read.QueryContext(ctx, `SELECT raw FROM mails`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	count := map[string]int{}
	for rows.Next() {
		var raw []byte
		if err := rows.Scan(&raw); err != nil {
			return nil, err
		}
		id := ""
		if message, err := mail.ReadMessage(bytes.NewReader(raw)); err == nil {
			id = strings.Trim(message.Header.Get("Message-Id"), "<>")
		}
		count[id]++
	}
	return count, rows.Err()
}

// MailsAfter gives the texts of the mails that came after the n-th, and how many came in all.
func (sb *Sandbox) MailsAfter(ctx context.Context, n int64) (texts []string, all int64, err error) {
	rows, err := sb.read.QueryContext(ctx, `SELECT seq, raw FROM mails WHERE seq > ? ORDER BY seq`, n)
	if err != nil {
		return nil, n, err
	}
	defer rows.Close()
	for rows.Next() {
		var raw []byte
		if err := rows.Scan(&n, &raw); err != nil {
			return nil, n, err
		}
		texts = append(texts, readParts(raw).Text)
	}
	return texts, n, rows.Err()
}

// Mails counts the mails that came by whom they are for and what they are about.
func (sb *Sandbox) Mails(ctx context.Context) (map[string]int, error) {
	rows, err := sb.read.QueryContext(ctx, `SELECT recipients || ' ' || subject, count(*) FROM mails GROUP BY 1`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	count := map[string]int{}
	for rows.Next() {
		var about string
		var n int
		if err := rows.Scan(&about, &n); err != nil {
			return nil, err
		}
		count[about] = n
	}
	return count, rows.Err()
}
