package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// signed is a whole request with a message of Stripe's, as it goes over the wire.
func signed(path string, body []byte) []byte {
	now := time.Now().Unix()
	mac := hmac.New(sha256.New, []byte(hookKey))
	fmt.Fprintf(mac, "%d.", now)
	mac.Write(body)
	var out bytes.Buffer
	fmt.Fprintf(&out, "POST %s HTTP/1.1\r\nHost: tillbird.example\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\nStripe-Signature: t=%d,v1=%s\r\n\r\n", path, len(body), now, hex.EncodeToString(mac.Sum(nil)))
	out.Write(body)
	return out.Bytes()
}

// verifyOnly is the least that a webhook can do: read it, check the signature, answer.
func verifyOnly(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "cut", http.StatusBadRequest)
		return
	}
	at, signature := "", ""
	for _, part := range strings.Split(r.Header.Get("Stripe-Signature"), ",") {
		if text, ok := strings.CutPrefix(part, "t="); ok {
			at = text
		} else if text, ok := strings.CutPrefix(part, "v1="); ok {
			signature = text
		}
	}
	mac := hmac.New(sha256.New, []byte(hookKey))
	mac.Write([]byte(at + "."))
	mac.Write(body)
	given, err := hex.DecodeString(signature)
	if err != nil || !hmac.Equal(given, mac.Sum(nil)) {
		http.Error(w, "no", http.StatusBadRequest)
		return
	}
	_, _ = io.WriteString(w, "kept\n")
}

// load is what came of sending requests.
type load struct {
	sent  int
	took  time.Duration
	waits []time.Duration
}

func (l load) rate() float64 { return float64(l.sent) / l.took.Seconds() }

// send puts requests on the wire over some connections, each sending its next when the last was answered, until there
// are none left or the time is over. Each must be answered with 200 or 304.
func send(ctx context.Context, address string, requests [][]byte, connections int, lasts time.Duration) (load, error) {
	var next atomic.Int64
	var mu sync.Mutex
	var together sync.WaitGroup
	all, failed := load{}, error(nil)
	ready := make([]net.Conn, 0, connections)
	for range connections {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err != nil {
			return load{}, err
		}
		defer conn.Close()
		ready = append(ready, conn)
	}
	began := time.Now()
	for _, conn := range ready {
		together.Go(func() {
			reader := bufio.NewReader(conn)
			waits := make([]time.Duration, 0, 1024)
			var err error
			for err == nil && ctx.Err() == nil && time.Since(began) < lasts {
				i := int(next.Add(1)) - 1
				if i >= len(requests) {
					break
				}
				sent := time.Now()
				if err = ask(conn, reader, requests[i]); err == nil {
					waits = append(waits, time.Since(sent))
				}
			}
			mu.Lock()
			defer mu.Unlock()
			all.waits = append(all.waits, waits...)
			if err != nil {
				failed = err
			}
		})
	}
	together.Wait()
	all.took, all.sent = time.Since(began), len(all.waits)
	return all, failed
}

// ask sends one request and reads its answer, with as little of a client as will do.
func ask(conn net.Conn, reader *bufio.Reader, request []byte) error {
	if _, err := conn.Write(request); err != nil {
		return err
	}
	status, length := "", 0
	for {
		line, err := reader.ReadSlice('\n')
		if err != nil {
			return err
		}
		text := strings.TrimRight(string(line), "\r\n")
		if status == "" {
			status = text
			continue
		}
		if text == "" {
			break
		}
		if value, ok := strings.CutPrefix(text, "Content-Length: "); ok {
			if length, err = strconv.Atoi(value); err != nil {
				return err
			}
		}
	}
	if _, err := reader.Discard(length); err != nil {
		return err
	}
	if !strings.HasPrefix(status, "HTTP/1.1 200") && !strings.HasPrefix(status, "HTTP/1.1 304") {
		return fmt.Errorf("answered %q", status)
	}
	return nil
}
