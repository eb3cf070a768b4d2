package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const pageConnections = 32

// clockTick is how Linux counts a process's time, for programs.
const clockTick = 100

// hotPage is P1: the offer page with all its middleware beside a bare server of the same bytes, each a process of its own
// so that its time can be told apart, on the same requests.
func hotPage(ctx context.Context, b *bench) ([]check, map[string]any, error) {
	ours, err := b.child(ctx, "page")
	if err != nil {
		return nil, nil, err
	}
	defer ours.stop()
	head, body, err := fetch(ctx, ours.url)
	if err != nil {
		return nil, nil, err
	}
	file := filepath.Join(ours.folder, "page.gz")
	if err := os.WriteFile(file, body, 0o600); err != nil {
		return nil, nil, err
	}
	bare, err := b.child(ctx, "bare", "BENCH_PAGE="+file)
	if err != nil {
		return nil, nil, err
	}
	defer bare.stop()

	hot := request(ours.url, "Accept-Encoding: gzip, br\r\nAccept-Language: en-GB,en;q=0.9\r\nCookie: tillbird_buyer=ABCDEFGHIJKLMNOPQRSTUVWXYZ\r\n")
	known := request(ours.url, "Accept-Encoding: gzip, br\r\nAccept-Language: en-GB,en;q=0.9\r\nCookie: tillbird_buyer=ABCDEFGHIJKLMNOPQRSTUVWXYZ\r\nIf-None-Match: "+head.Get("Etag")+"\r\n")
	sides := []struct {
		name    string
		server  *child
		request []byte
	}{{"bare", bare, request(bare.url, "Accept-Encoding: gzip, br\r\n")}, {"page", ours, hot}, {"known", ours, known}}
	rates, costs := map[string][]float64{}, map[string][]float64{}
	var overBare, cost, overKnown []float64
	for range b.rounds {
		rate, micros := map[string]float64{}, map[string]float64{}
		for _, side := range sides {
			before := side.server.cpu()
			done, err := send(ctx, side.server.address, repeated(side.request, int(b.seconds.Seconds()*60_000)), pageConnections, b.seconds)
			if err != nil {
				return nil, nil, fmt.Errorf("%s: %w", side.name, err)
			}
			rate[side.name] = done.rate()
			micros[side.name] = float64((side.server.cpu() - before).Microseconds()) / float64(done.sent)
			rates[side.name] = append(rates[side.name], short(done.rate()))
			costs[side.name] = append(costs[side.name], short(micros[side.name]))
		}
		overBare = append(overBare, short(rate["page"]/rate["bare"]))
		overKnown = append(overKnown, short(rate["known"]/rate["bare"]))
		cost = append(cost, short(micros["page"]/micros["bare"]))
	}
	raw := map[string]any{"connections": pageConnections, "bytes": len(body), "per_second": rates, "cpu_us": costs, "ratio": overBare, "ratio_304": overKnown, "ratio_cpu": cost}
	return []check{
		least("requests a second, over bare net/http", median(overBare), 0.80),
		most("CPU a request, over bare net/http", median(cost), 1.25),
		least("answers to readers who have the page, over bare net/http", median(overKnown), 1.4),
	}, raw, nil
}

func repeated(request []byte, n int) [][]byte {
	list := make([][]byte, n)
	for i := range list {
		list[i] = request
	}
	return list
}

func request(address, headers string) []byte {
	path := address[strings.Index(address[len("http://"):], "/")+len("http://"):]
	return []byte("GET " + path + " HTTP/1.1\r\nHost: tillbird.example\r\nAccept: text/html\r\n" + headers + "\r\n")
}

func fetch(ctx context.Context, address string) (http.Header, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, nil, err
	}
	r.Header.Set("Accept-Encoding", "gzip")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && (answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Encoding") != "gzip") {
		err = fmt.Errorf("%s answered %s in %q", address, answer.Status, answer.Header.Get("Content-Encoding"))
	}
	return answer.Header, body, err
}

// child is this program again, serving one page until it is stopped.
type child struct {
	command      *exec.Cmd
	ending       io.Closer
	url, address string
	folder       string
}

// childWish names, in the environment, what a child is to serve.
const childWish = "BENCH_CHILD"

func (b *bench) child(ctx context.Context, what string, more ...string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &child{command: exec.CommandContext(ctx, self, "-database-url", b.databaseURL)}
	c.command.Env = append(append(os.Environ(), childWish+"="+what), more...)
	c.command.Stderr = os.Stderr
	input, err := c.command.StdinPipe()
	if err != nil {
		return nil, err
	}
	c.ending = input
	output, err := c.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.command.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		c.stop()
		return nil, fmt.Errorf("the %s server did not start: %w", what, err)
	}
	fields := strings.Fields(line)
	c.url, c.folder = fields[0], fields[1]
	c.address, _, _ = strings.Cut(strings.TrimPrefix(c.url, "http://"), "/")
	return c, nil
}

// stop ends the child, which cleans up when its input ends.
func (c *child) stop() {
	_ = c.ending.Close()
	_ = c.command.Wait()
}

// cpu is what the child has used of the processor, by its user and in the kernel.
func (c *child) cpu() time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.command.Process.Pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	kernel, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+kernel) * time.Second / clockTick
}

// serveChild is what a child does.
func (b *bench) serveChild(ctx context.Context, what string) error {
	if what == "bare" {
		page, err := os.ReadFile(os.Getenv("BENCH_PAGE"))
		if err != nil {
			return err
		}
		address, stop, err := serve(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=UTF-8")
			w.Header().Set("Content-Encoding", "gzip")
			w.Header().Set("Content-Length", strconv.Itoa(len(page)))
			_, _ = w.Write(page)
		}))
		if err != nil {
			return err
		}
		defer stop()
		return tell("http://"+address+"/", ".")
	}
	w, err := b.open(ctx, false)
	if err != nil {
		return err
	}
	defer w.close()
	if err := w.openShop(ctx); err != nil {
		return err
	}
	offer, err := w.offer(ctx, "1000")
	if err != nil {
		return err
	}
	address, stop, err := w.serve()
	if err != nil {
		return err
	}
	defer stop()
	return tell("http://"+address+"/o/"+offer.Slug, w.folder)
}

// tell says where the child serves, and waits until the parent closes its end.
func tell(address, folder string) error {
	fmt.Println(address, folder)
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}
