package demo

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// clock is the demo's own: it stands where it was put.
type clock struct {
	mu    sync.Mutex
	begin time.Time
	last  time.Time // the last day begins no later
	now   time.Time
}

// Now is the demo's time.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now.IsZero() {
		return c.begin
	}
	return c.now
}

// setDay begins a day at seven in the morning, UTC; today earlier where it is earlier.
func (c *clock) setDay(day int) {
	at := c.begin.AddDate(0, 0, day).Add(7 * time.Hour)
	if at.After(c.last) {
		at = c.last
	}
	c.set(at)
}

// set moves the clock, never back.
func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at.After(c.now) {
		c.now = at
	}
}

// pastTransport makes the sandbox do what is asked at the demo's time.
type pastTransport struct{ clock *clock }

// RoundTrip adds the demo's time to a request.
func (p pastTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Sandbox-Time", strconv.FormatInt(p.clock.Now().Unix(), 10))
	return http.DefaultTransport.RoundTrip(r)
}

// get opens a page of the sandbox and gives the address it ended at.
func (w *world) get(ctx context.Context, address string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	answer, err := w.client.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s answers %s", address, answer.Status)
	}
	return answer.Request.URL.String(), nil
}

// submit fills in a page of the sandbox. A good answer is a redirect, which is not followed; a refusal is an error.
func (w *world) submit(ctx context.Context, address string, form url.Values) error {
	address, _, _ = strings.Cut(address, "?")
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := &http.Client{Timeout: w.client.Timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
	if answer.StatusCode != http.StatusSeeOther {
		return &refused{answer.StatusCode}
	}
	return nil
}

// refused is a page that was shown again: a card declined, a detail missing.
type refused struct{ status int }

// Error says so.
func (r *refused) Error() string { return "the sandbox answers " + strconv.Itoa(r.status) }
