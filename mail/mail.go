// Package mail writes letters to people in their language and hands them to a mail server.
package mail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	netmail "net/mail"
	"net/url"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"github.com/tillbird/tillbird/models"
)

// Settings say by which server letters go out, from whom, and where their links lead.
type Settings struct {
	Host     string
	Port     int
	User     string // empty: no sign-in
	Password string
	From     string // an address, or a name with an address in angle brackets
	TLS      string // starttls (also where empty), tls, none
	BaseURL  string
	Operator string // who runs this installation; may be empty
}

// Mail sends the letters that the store keeps.
type Mail struct {
	store *models.Store
	set   Settings
	log   *slog.Logger
}

// sendTimeout bounds one talk with the server; a job has a minute.
const sendTimeout = 40 * time.Second

// New makes the sender of letters.
func New(store *models.Store, set Settings, log *slog.Logger) *Mail {
	set.BaseURL = strings.TrimSuffix(set.BaseURL, "/")
	return &Mail{store: store, set: set, log: log}
}

// Work takes up the jobs that send letters.
func (m *Mail) Work(w *models.Work) {
	models.Handle(w, func(ctx context.Context, job models.SendLetter) error { return m.Send(ctx, job.LetterID) })
}

// Send sends a letter that waits, and notes how it went; one that was sent is left alone. An error means that it should
// be tried again. Should the process die between the server's answer and the note, the letter goes out twice with the
// same Message-ID, by which mailboxes tell that it is one.
func (m *Mail) Send(ctx context.Context, id string) error {
	letter, err := m.store.Letter(ctx, id)
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if letter.State != "waiting" {
		return nil
	}
	// Two jobs may want the same letter: one that was retried by hand, one cut off by a crash.
	if err := m.store.ClaimLetter(ctx, letter); err != nil {
		return err
	}
	cause := m.send(ctx, letter)
	if cause != nil {
		m.log.WarnContext(ctx, "letter not sent", "letter", letter.ID, "kind", letter.Kind, "tries", letter.Tries+1, "err", cause)
	}
	// The server has it or not, whether or not this job is being stopped.
	kept, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err = m.store.RecordLetter(kept, letter, cause)
	if errors.Is(err, models.ErrChanged) {
		err = nil
	}
	if errors.Is(cause, models.ErrRefused) {
		return err // trying again would be refused again
	}
	return errors.Join(cause, err)
}

// refused marks what the mailbox's server will refuse however often it is tried: a permanent answer about the recipient
// or the letter. One about us, the sign-in or the sender, is ours to mend.
func refused(err error) error {
	var answer *mail.SendError
	if !errors.As(err, &answer) || answer.IsTemp() || answer.ErrorCode() < 500 {
		return err
	}
	switch answer.Reason {
	case mail.ErrSMTPRcptTo, mail.ErrSMTPData, mail.ErrSMTPDataClose:
		return fmt.Errorf("%w: %w", models.ErrRefused, err)
	}
	return err
}

func (m *Mail) send(ctx context.Context, letter *models.Letter) error {
	written, err := m.write(ctx, letter)
	if err != nil {
		return fmt.Errorf("write the letter: %w", err)
	}
	message, err := m.message(ctx, letter, written)
	if err != nil {
		return fmt.Errorf("write the letter: %w", err)
	}
	client, err := m.client()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	return refused(client.DialAndSendWithContext(ctx, message))
}

// Check tells whether the server can be reached, takes the sign-in, and whether the sender is an address.
func (m *Mail) Check(ctx context.Context) error {
	if _, err := netmail.ParseAddress(m.set.From); err != nil {
		return fmt.Errorf("the sender %q is no e-mail address: %w", m.set.From, err)
	}
	client, err := m.client()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	if err := client.DialWithContext(ctx); err != nil {
		return err
	}
	return client.Close()
}

func (m *Mail) client() (*mail.Client, error) {
	if m.set.Host == "" {
		return nil, errors.New("no mail server is set")
	}
	options := []mail.Option{mail.WithTimeout(sendTimeout / 2)}
	switch m.set.TLS {
	case "", "starttls":
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	case "tls":
		options = append(options, mail.WithSSL())
	case "none":
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	default:
		return nil, fmt.Errorf("the mail server's protection must be starttls, tls or none, not %q", m.set.TLS)
	}
	if m.set.Port != 0 {
		options = append(options, mail.WithPort(m.set.Port))
	}
	if m.set.User != "" {
		auth := mail.SMTPAuthAutoDiscover
		if m.set.TLS == "none" {
			// Whoever says none says so for a server beside us; elsewhere the library refuses to show a password.
			auth = mail.SMTPAuthPlainNoEnc
		}
		options = append(options, mail.WithSMTPAuth(auth), mail.WithUsername(m.set.User), mail.WithPassword(m.set.Password))
	}
	if host := m.senderHost(); host != "" {
		options = append(options, mail.WithHELO(host))
	}
	return mail.NewClient(m.set.Host, options...)
}

// senderHost is the part of the sender behind the @, which names us to the server and in Message-IDs.
func (m *Mail) senderHost() string {
	from, err := netmail.ParseAddress(m.set.From)
	if err != nil {
		return ""
	}
	return from.Address[strings.LastIndexByte(from.Address, '@')+1:]
}

// site is the installation as people know it: the host of its address.
func (m *Mail) site() string {
	if base, err := url.Parse(m.set.BaseURL); err == nil && base.Host != "" {
		return base.Host
	}
	return m.set.BaseURL
}

// link is the full address of a path.
func (m *Mail) link(path string) string { return m.set.BaseURL + path }
