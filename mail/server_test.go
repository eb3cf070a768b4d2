package mail_test

import (
	"io"
	"net"
	"net/mail"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// server is a mail server that keeps what it gets, and refuses when told to.
type server struct {
	t       *testing.T
	port    int
	mu      sync.Mutex
	got     []delivery
	refuse  error
	arrived chan struct{}
	user    string // wanted for sign-in, with the password "secret"; empty: none
}

// delivery is one letter as it came over the wire.
type delivery struct {
	from string
	to   []string
	raw  string
}

func newServer(t *testing.T) *server {
	s := &server{t: t, arrived: make(chan struct{}, 100)}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	s.port, _ = strconv.Atoi(port)
	wire := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{server: s}, nil }))
	wire.Domain, wire.AllowInsecureAuth = "localhost", true
	go func() { _ = wire.Serve(l) }()
	t.Cleanup(func() { _ = wire.Close() })
	return s
}

func (s *server) set(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// take gives what came since the last time.
func (s *server) take() []delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	got := s.got
	s.got = nil
	return got
}

func (d delivery) message(t *testing.T) *mail.Message {
	t.Helper()
	message, err := mail.ReadMessage(strings.NewReader(d.raw))
	if err != nil {
		t.Fatal(err)
	}
	return message
}

type session struct {
	server *server
	delivery
	signedIn bool
}

func (s *session) AuthMechanisms() []string {
	if s.server.user == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != s.server.user || password != "secret" {
			return smtp.ErrAuthFailed
		}
		s.signedIn = true
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.server.user != "" && !s.signedIn {
		return smtp.ErrAuthRequired
	}
	s.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if s.server.refuse != nil {
		return s.server.refuse
	}
	s.raw = string(raw)
	s.server.got = append(s.server.got, s.delivery)
	s.server.arrived <- struct{}{}
	return nil
}

func (s *session) Reset()        { s.delivery = delivery{} }
func (s *session) Logout() error { return nil }

var errFull = &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 3, 1}, Message: "mailbox is full"}
