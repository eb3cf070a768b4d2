package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"sync"
	"time"
)

const (
	openPerSecond   = 500
	openConnections = 64
)

// open is what came of asking at a steady pace, whatever the answers take.
type open struct {
	waits  []time.Duration // from when each was due, so that a server that stands still is seen by all who come meanwhile
	failed int
	said   error // of those that failed, one
}

func (o open) p99() float64 { return milliseconds(quantile(o.waits, 0.99)) }

// wire is a connection and what has come over it.
type wire struct {
	net.Conn
	*bufio.Reader
}

// openLoop sends a request again and again at a pace.
func openLoop(ctx context.Context, address string, request []byte, perSecond int, lasts time.Duration) open {
	n := int(lasts.Seconds() * float64(perSecond))
	all := open{waits: make([]time.Duration, n)}
	free := make(chan *wire, openConnections)
	for range openConnections {
		free <- nil
	}
	var together sync.WaitGroup
	var mu sync.Mutex
	began := time.Now()
	for i := range n {
		due := began.Add(time.Duration(i) * time.Second / time.Duration(perSecond))
		time.Sleep(time.Until(due))
		if ctx.Err() != nil {
			break
		}
		together.Go(func() {
			w, err := (<-free).ask(ctx, address, request)
			all.waits[i] = time.Since(due)
			free <- w
			if err != nil {
				mu.Lock()
				all.failed, all.said = all.failed+1, err
				mu.Unlock()
			}
		})
	}
	together.Wait()
	for range openConnections {
		if w := <-free; w != nil {
			_ = w.Close()
		}
	}
	return all
}

// ask sends a request over the connection, or a new one, and gives the connection back where it still serves.
func (w *wire) ask(ctx context.Context, address string, request []byte) (*wire, error) {
	if w == nil {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err != nil {
			return nil, err
		}
		w = &wire{conn, bufio.NewReader(conn)}
	}
	if err := ask(w.Conn, w.Reader, request); err != nil {
		_ = w.Close()
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	return w, nil
}
