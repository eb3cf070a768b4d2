package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/tillbird/tillbird/views"
)

const (
	viralConnections = 256
	idleAfter        = 3 * time.Second
	slowPosts        = 8
	stopReaders      = 16
)

// startAndSize is P8: how soon the program itself, built as the Dockerfile builds it, answers on a database with many
// orders, what it keeps in memory, how large it is, and whether stopping it loses a request.
func startAndSize(ctx context.Context, b *bench) ([]check, map[string]any, error) {
	w, err := b.open(ctx, false)
	if err != nil {
		return nil, nil, err
	}
	defer w.close()
	if err := w.openShop(ctx); err != nil {
		return nil, nil, err
	}
	offer, err := w.fullOffer(ctx)
	if err != nil {
		return nil, nil, err
	}
	if err := w.fill(ctx, b.orders); err != nil {
		return nil, nil, err
	}
	if err := w.store.Close(); err != nil {
		return nil, nil, err
	}
	w.store = nil
	program, err := b.program(ctx, w.folder)
	if err != nil {
		return nil, nil, err
	}
	size, err := os.Stat(program)
	if err != nil {
		return nil, nil, err
	}
	var starts, stops []float64
	var idle, viral, rate float64
	var lost, answered int
	for i := range b.rounds {
		p, err := w.start(ctx, program, views.OfferPath(offer.Slug))
		if err != nil {
			return nil, nil, err
		}
		starts = append(starts, milliseconds(p.took))
		if i == b.rounds-1 {
			time.Sleep(idleAfter)
			idle = p.megabytes()
			if viral, rate, err = p.crowd(ctx, 2*b.seconds); err != nil {
				return nil, nil, errors.Join(err, p.stop())
			}
		}
		left := p.leave(ctx)
		lost, answered = lost+left.lost, answered+left.answered
		stops = append(stops, milliseconds(left.took))
		if left.err != nil {
			return nil, nil, left.err
		}
	}
	return []check{
		most("ms from the start to the first page, the median", median(starts), 100),
		most("MiB resident when idle", idle, 40),
		most("MiB resident while a post goes viral", viral, 128),
		most("MB of the program", float64(size.Size())/1e6, 35),
		most("requests that stopping it lost", float64(lost), 0),
	}, map[string]any{
		"orders": b.orders, "start_ms": starts, "stop_ms": stops, "viral_connections": viralConnections, "viral_per_second": short(rate), "answered_while_stopping": answered,
	}, nil
}

// program is the one that is measured: what was named, or else what is built of the source in this folder.
func (b *bench) program(ctx context.Context, folder string) (string, error) {
	if b.binary != "" {
		return filepath.Abs(b.binary)
	}
	out, err := filepath.Abs(filepath.Join(folder, "tillbird"))
	if err != nil {
		return "", err
	}
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-tags", "netgo,osusergo,sqlite_omit_load_extension,timetzdata",
		"-ldflags", "-s -w -linkmode external -extldflags -static", "-o", out, "./cmd/tillbird")
	if said, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w: %s", err, said)
	}
	return out, nil
}

// program is Tillbird as a process.
type program struct {
	command       *exec.Cmd
	address, path string
	took          time.Duration // until the first answer
}

// start runs the program on the world's folder until it answers.
func (w *world) start(ctx context.Context, file, path string) (*program, error) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &program{command: exec.CommandContext(ctx, file, "serve"), address: free.Addr().String(), path: path}
	_ = free.Close()
	p.command.Env = append(os.Environ(), "TILLBIRD_ADDR="+p.address, "TILLBIRD_DATA="+w.folder, "TILLBIRD_BASE_URL="+baseURL, "TILLBIRD_SECRET_KEY="+secretKey, "TILLBIRD_DATABASE_URL=",
		"STRIPE_SECRET_KEY="+w.sandbox.SecretKey(), "STRIPE_API_URL="+w.stripe.URL, "STRIPE_WEBHOOK_SECRET="+hookKey, "STRIPE_CONNECT_WEBHOOK_SECRET="+hookKey,
		"TILLBIRD_SMTP_HOST=127.0.0.1", "TILLBIRD_SMTP_PORT=9", "TILLBIRD_MAIL_FROM=bench@tillbird.example", "TILLBIRD_LOG_LEVEL=error")
	p.command.Stderr = os.Stderr
	began := time.Now()
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	for time.Since(began) < 20*time.Second {
		if _, _, err = fetch(ctx, "http://"+p.address+path); err == nil {
			p.took = time.Since(began)
			return p, nil
		}
		time.Sleep(time.Millisecond)
	}
	return nil, errors.Join(err, p.stop())
}

func (p *program) stop() error {
	_ = p.command.Process.Signal(syscall.SIGTERM)
	return p.command.Wait()
}

// megabytes is what the program has in memory.
func (p *program) megabytes() float64 {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kilobytes, _ := strconv.ParseFloat(strings.Fields(rest + " 0")[0], 64)
	return short(kilobytes / 1024)
}

// crowd lets many ask for the page as fast as they can, and tells the most that the program had in memory meanwhile.
func (p *program) crowd(ctx context.Context, lasts time.Duration) (most, rate float64, err error) {
	over := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		for tick := time.NewTicker(20 * time.Millisecond); ; {
			most = max(most, p.megabytes())
			select {
			case <-tick.C:
			case <-over:
				tick.Stop()
				return
			}
		}
	})
	page := request("http://"+p.address+p.path, reader+"en\r\n")
	done, err := send(ctx, p.address, repeated(page, int(lasts.Seconds()*60_000)), viralConnections, lasts)
	close(over)
	watching.Wait()
	return most, done.rate(), err
}

// left is what became of requests while the program was asked to stop.
type left struct {
	answered, lost int
	took           time.Duration
	err            error
}

// leave asks the program to stop while it is read and while forms are on their way. A request is lost where the
// connection was made and no whole answer came; who comes when the door is shut is not.
func (p *program) leave(ctx context.Context) (l left) {
	var together sync.WaitGroup
	var mu sync.Mutex
	note := func(err error) (over bool) {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err == nil:
			l.answered++
		case !errors.Is(err, syscall.ECONNREFUSED):
			l.lost, l.err = l.lost+1, fmt.Errorf("while it stopped: %w", err)
		}
		return err != nil
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: stopReaders}, CheckRedirect: noRedirects.CheckRedirect}
	for range stopReaders {
		together.Go(func() {
			for !note(read(ctx, client, "http://"+p.address+p.path)) {
			}
		})
	}
	asked := make(chan struct{})
	for range slowPosts {
		together.Go(func() { note(p.slowPost(ctx, client, asked)) })
	}
	time.Sleep(300 * time.Millisecond)
	began := time.Now()
	_ = p.command.Process.Signal(syscall.SIGTERM)
	time.Sleep(100 * time.Millisecond)
	close(asked)
	together.Wait()
	if err := p.command.Wait(); err != nil {
		l.err = errors.Join(l.err, err)
	}
	l.took = time.Since(began)
	return l
}

func read(ctx context.Context, client *http.Client, address string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

// slowPost sends a form of which the end comes when the program was asked to stop.
func (p *program) slowPost(ctx context.Context, client *http.Client, end <-chan struct{}) error {
	body, pipe := io.Pipe()
	go func() {
		_, _ = io.WriteString(pipe, "lang=en&return=")
		<-end
		_, _ = io.WriteString(pipe, url.QueryEscape(p.path))
		_ = pipe.Close()
	}()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.address+views.PreferencesPath, body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		return errors.New("a form was answered with " + answer.Status)
	}
	return nil
}
