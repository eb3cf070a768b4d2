package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// front is the one address of the installation. It sends each request to one of the servers, also where that one is
// dead: the client sees a bad gateway then.
type front struct {
	base     string
	listener net.Listener
	server   *http.Server
	turn     atomic.Uint64
	behind   []*httputil.ReverseProxy
}

func openFront(c *chaos) (*front, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &front{listener: listener, base: "http://" + listener.Addr().String()}
	n := 1
	if c.databaseURL != "" {
		n = 2
	}
	for i := range n {
		s, err := newServer(c, i)
		if err != nil {
			return nil, err
		}
		c.servers = append(c.servers, s)
		f.behind = append(f.behind, &httputil.ReverseProxy{
			Rewrite: func(r *httputil.ProxyRequest) {
				r.Out.URL.Scheme, r.Out.URL.Host = "http", s.addr
				r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
			},
			ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
		})
	}
	f.server = &http.Server{Handler: f, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = f.server.Serve(listener) }()
	return f, nil
}

// ServeHTTP passes a request on.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.behind[f.turn.Add(1)%uint64(len(f.behind))].ServeHTTP(w, r)
}

func (f *front) close() { _ = f.server.Close() }

// server is one process of Tillbird, which is started again whenever it dies.
type server struct {
	c      *chaos
	name   string
	addr   string
	dice   *rand.Rand
	log    *os.File
	ended  chan struct{} // the keeper is gone
	mu     sync.Mutex
	cmd    *exec.Cmd
	over   bool
	struck bool // it was killed by us
}

func newServer(c *chaos, i int) (*server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	return &server{c: c, name: "server" + strconv.Itoa(i+1), addr: listener.Addr().String(), dice: c.dice("server", i)}, nil
}

// crashPoints are the named places where the power may go: see At of payments.Settings and of
// social.PublisherSettings.
var crashPoints = []string{
	"order.placed", "session.created", "session.recorded", "event.stored", "order.settled", "refund.asked", "refund.made",
	"reply.ordered", "answer.sending", "answer.sent", "replies.polled", "intent.made", "intent.recorded", "intent.cancelled",
}

func (c *chaos) startServers(ctx context.Context) error {
	for _, s := range c.servers {
		if err := s.start(ctx); err != nil {
			return err
		}
	}
	return nil
}

// start runs the process and keeps it running until stop.
func (s *server) start(ctx context.Context) error {
	file, err := os.OpenFile(filepath.Join(s.c.folder, s.name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.log, s.over, s.ended = file, false, make(chan struct{})
	s.mu.Unlock()
	exited, err := s.run("")
	if err == nil {
		if err = s.answers(ctx, exited); err == nil {
			go s.keep(exited)
			return nil
		}
		_ = s.cmd.Process.Kill()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	close(s.ended)
	return errors.Join(err, file.Close())
}

// run starts the process once, to die at a crash point where one is named.
func (s *server) run(crashAt string) (exited chan error, err error) {
	c := s.c
	cmd := exec.Command(c.binary, "serve")
	for _, setting := range os.Environ() {
		if !strings.HasPrefix(setting, "TILLBIRD_") && !strings.HasPrefix(setting, "STRIPE_") {
			cmd.Env = append(cmd.Env, setting)
		}
	}
	cmd.Env = append(cmd.Env, c.settings(s.addr, crashAt)...)
	cmd.Stdout, cmd.Stderr = s.log, s.log
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return nil, errors.New("it is over")
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s.cmd, s.struck = cmd, false
	exited = make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	return exited, nil
}

// settings are what a process of the installation is told.
func (c *chaos) settings(addr, crashAt string) []string {
	keys := c.sandbox.X().Keys()
	return []string{
		"TILLBIRD_ADDR=" + addr, "TILLBIRD_DATA=" + filepath.Join(c.folder, "data"), "TILLBIRD_DATABASE_URL=" + c.databaseURL, "TILLBIRD_BASE_URL=" + c.front.base,
		"TILLBIRD_SECRET_KEY=" + secretKey, "TILLBIRD_LOG_LEVEL=warn", "TILLBIRD_TRUSTED_PROXIES=127.0.0.0/8", "TILLBIRD_CLOCK_AHEAD=" + c.ahead.String(), "TILLBIRD_CRASH_AT=" + crashAt,
		"STRIPE_SECRET_KEY=" + c.sandbox.SecretKey(), "STRIPE_API_URL=" + c.stripe,
		"STRIPE_WEBHOOK_SECRET=" + c.sandbox.WebhookSecret(c.front.base+"/webhooks/stripe"), "STRIPE_CONNECT_WEBHOOK_SECRET=" + c.sandbox.WebhookSecret(c.front.base+"/webhooks/stripe/connect"),
		"TILLBIRD_X_URL=" + c.x, "TILLBIRD_X_CLIENT_ID=" + keys.ClientID, "TILLBIRD_X_CLIENT_SECRET=" + keys.ClientSecret, "TILLBIRD_X_CONSUMER_SECRET=" + keys.ConsumerSecret, "TILLBIRD_X_BEARER_TOKEN=" + keys.Bearer,
		"TILLBIRD_SMTP_HOST=127.0.0.1", "TILLBIRD_SMTP_PORT=" + strconv.Itoa(c.smtp.Port), "TILLBIRD_SMTP_TLS=none", "TILLBIRD_MAIL_FROM=Tillbird <till@till.example>",
	}
}

// keep starts the process again whenever it was killed, sometimes to die at a crash point.
func (s *server) keep(exited chan error) {
	defer close(s.ended)
	defer s.log.Close()
	for {
		err := <-exited
		s.mu.Lock()
		over, struck := s.over, s.struck
		s.mu.Unlock()
		if over {
			return
		}
		if !killed(err) {
			s.c.complain("%s ended by itself: %v, see %s", s.name, err, s.log.Name())
			return
		}
		s.c.killed.Add(1)
		point := ""
		if struck && s.dice.IntN(2) == 0 {
			point = crashPoints[s.dice.IntN(len(crashPoints))]
		}
		if !struck {
			s.c.note("crashed at a named point")
		}
		time.Sleep(time.Duration(s.dice.IntN(300)) * time.Millisecond) // for how long nobody answers
		if exited, err = s.run(point); err != nil {
			return
		}
	}
}

func killed(err error) bool {
	var status *exec.ExitError
	if !errors.As(err, &status) {
		return false
	}
	wait, ok := status.Sys().(syscall.WaitStatus)
	return ok && wait.Signaled() && wait.Signal() == syscall.SIGKILL
}

// answers waits until the process serves.
func (s *server) answers(ctx context.Context, exited chan error) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.addr+"/healthz", nil)
		if err != nil {
			return err
		}
		if answer, err := still.Do(r); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case err := <-exited:
			return fmt.Errorf("%s does not start: %w, see %s", s.name, err, s.log.Name())
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer: %w", s.name, ctx.Err())
		case <-tick.C:
		}
	}
}

// strike kills the process as a power cut would.
func (s *server) strike() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd != nil && !s.over && !s.struck {
		s.struck = true
		_ = s.cmd.Process.Kill()
	}
}

// stop asks the process to stop and waits until it has.
func (s *server) stop() {
	s.mu.Lock()
	if s.cmd == nil || s.over {
		s.mu.Unlock()
		return
	}
	s.over = true
	process := s.cmd.Process
	s.mu.Unlock()
	_ = process.Signal(syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(time.Minute):
		s.c.complain("%s does not stop", s.name)
		_ = process.Kill()
		<-s.ended
	}
}

// killer kills a server each time some more checkouts were opened.
func (c *chaos) killer(ctx context.Context) {
	if c.kills == 0 {
		return
	}
	dice := c.dice("killer", 0)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for i := range c.kills {
		at := int64(i)*int64(c.orders)/int64(c.kills) + int64(dice.IntN(max(c.orders/c.kills, 1)))
		victim := c.servers[dice.IntN(len(c.servers))]
		later := time.Duration(dice.IntN(50)) * time.Millisecond // anywhere between two checkouts
		for c.opened.Load() < at || !c.up(victim) {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
		time.Sleep(later)
		victim.strike()
	}
}

// up tells whether a server runs, as far as one can tell.
func (c *chaos) up(s *server) bool {
	conn, err := net.DialTimeout("tcp", s.addr, time.Second)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}
