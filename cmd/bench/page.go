package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// clockTick is how Linux counts a process's time, for programs.
const clockTick = 100

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
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answered %s", address, answer.Status)
	}
	return answer.Header, body, err
}

// child is this program again, serving one page until it is stopped.
type child struct {
	command      *exec.Cmd
	ending       io.Closer
	url, address string
	folder, more string
}

// childWish names, in the environment, what a child is to serve.
const childWish = "BENCH_CHILD"

func (b *bench) child(ctx context.Context, what string, more ...string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &child{command: exec.CommandContext(ctx, self, "-database-url", b.databaseURL, "-orders", strconv.Itoa(b.orders))}
	if b.profile != "" {
		c.command.Args = append(c.command.Args, "-cpuprofile", b.profile+"."+what)
	}
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
	c.url, c.folder, c.more = fields[0], fields[1], fields[2]
	c.address = strings.TrimPrefix(c.url, "http://")
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

// plainPath is where the bare server gives the page uncompressed.
const plainPath = "/plain"

func unpacked(small []byte) ([]byte, error) {
	reader, err := gzip.NewReader(bytes.NewReader(small))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(reader)
}

// serveChild is what a child does.
func (b *bench) serveChild(ctx context.Context, what string) error {
	if what == "bare" {
		page, err := os.ReadFile(os.Getenv("BENCH_PAGE"))
		if err != nil {
			return err
		}
		plain, err := unpacked(page)
		if err != nil {
			return err
		}
		address, stop, err := serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == plainPath { // as large as pages are where nothing compresses them
				w.Header().Set("Content-Type", "text/html; charset=UTF-8")
				w.Header().Set("Content-Length", strconv.Itoa(len(plain)))
				_, _ = w.Write(plain)
				return
			}
			if tag := r.Header.Get("If-None-Match"); tag != "" { // what 304 can be at its best
				w.Header().Set("Etag", tag)
				w.WriteHeader(http.StatusNotModified)
				return
			}
			w.Header().Set("Content-Type", "text/html; charset=UTF-8")
			w.Header().Set("Content-Encoding", "gzip")
			w.Header().Set("Content-Length", strconv.Itoa(len(page)))
			_, _ = w.Write(page)
		}))
		if err != nil {
			return err
		}
		defer stop()
		return tell("http://"+address, ".", "-")
	}
	if what == "busy" {
		return b.serveBusy(ctx)
	}
	return b.servePages(ctx)
}

// tell says where the child serves, and waits until the parent closes its end.
func tell(address, folder, more string) error {
	fmt.Println(address, folder, more)
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}
