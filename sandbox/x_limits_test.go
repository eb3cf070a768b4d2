package sandbox_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestXLimits: a hundred posts in a quarter of an hour, counted by person, and free again after it.
func TestXLimits(t *testing.T) {
	f := newFeed(t)
	kestrel := f.user("maisonkestrel")
	for i := range 100 {
		s := kestrel.try("Post " + strconv.Itoa(i))
		if s.status != http.StatusCreated || s.header.Get("x-rate-limit-remaining") != strconv.Itoa(99-i) {
			t.Fatalf("post %d: %d, remaining %s", i, s.status, s.header.Get("x-rate-limit-remaining"))
		}
	}
	s := kestrel.try("One too many")
	reset, _ := strconv.ParseInt(s.header.Get("x-rate-limit-reset"), 10, 64)
	if s.status != http.StatusTooManyRequests || s.text("title") != "Too Many Requests" || s.header.Get("x-rate-limit-limit") != "100" || time.Unix(reset, 0).UTC() != start.Add(15*time.Minute) {
		t.Errorf("the 101st: %d %v, free at %d", s.status, s.body, reset)
	}
	if s := f.user("lucbernard").try("Mine"); s.status != http.StatusCreated {
		t.Errorf("another person: %d", s.status)
	}
	if s := kestrel.get("/2/users/me"); s.status != http.StatusOK || s.header.Get("x-rate-limit-limit") != "75" {
		t.Errorf("another endpoint: %d, limit %s", s.status, s.header.Get("x-rate-limit-limit"))
	}
	f.sb.Advance(15 * time.Minute)
	if s := kestrel.try("One too many"); s.status != http.StatusCreated {
		t.Errorf("after a quarter of an hour: %d", s.status)
	}
}

// TestXFaults: an error before anything is done, a limit, and answers that are lost once all is done.
func TestXFaults(t *testing.T) {
	f := newFeed(t)
	kestrel := f.user("maisonkestrel")
	f.operator("faults", "kind", "error", "count", "1", "only", "POST /2/tweets")
	if s := kestrel.get("/2/users/me"); s.status != http.StatusOK {
		t.Errorf("a request that is not meant: %d", s.status)
	}
	if s := kestrel.try("One"); s.status != http.StatusInternalServerError || s.at("errors", 0, "code") != 131.0 {
		t.Errorf("error: %d %v", s.status, s.body)
	}
	f.operator("faults", "kind", "unavailable", "count", "1")
	if s := kestrel.try("One"); s.status != http.StatusServiceUnavailable {
		t.Errorf("unavailable: %d %v", s.status, s.body)
	}
	f.operator("faults", "kind", "limited", "count", "1")
	if s := kestrel.try("One"); s.status != http.StatusTooManyRequests || s.header.Get("x-rate-limit-remaining") != "0" {
		t.Errorf("limited: %d %v", s.status, s.body)
	}
	if s := kestrel.try("One"); s.status != http.StatusTooManyRequests {
		t.Errorf("still limited: %d", s.status)
	}
	f.sb.Advance(15 * time.Minute)
	for kind, text := range map[string]string{"silence": "Two", "cut": "Three"} {
		f.operator("faults", "kind", kind, "count", "1", "only", "POST /2/tweets")
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, f.x.URL+"/2/tweets", strings.NewReader(`{"text":"`+text+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+kestrel.token)
		r.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(r)
		if err == nil {
			_, err = resp.Body.Read(make([]byte, 8))
			for err == nil {
				_, err = resp.Body.Read(make([]byte, 100))
			}
			resp.Body.Close()
		}
		cancel()
		if err == nil || err.Error() == "EOF" {
			t.Errorf("%s: a whole answer", kind)
		}
		if s := kestrel.try(text); s.status != http.StatusForbidden || !strings.Contains(s.text("detail"), "duplicate") {
			t.Errorf("%s: the post was not made: %d %v", kind, s.status, s.body)
		}
	}
	f.operator("faults", "percent_error", "100", "seed", "3")
	if s := kestrel.get("/2/users/me"); s.status != http.StatusInternalServerError {
		t.Errorf("a part of all: %d", s.status)
	}
	f.operator("faults")
	if s := kestrel.get("/2/users/me"); s.status != http.StatusOK {
		t.Errorf("faults do not end: %d", s.status)
	}
	if page := f.browser().get(f.x.URL + "/operator"); page.status != http.StatusOK || !strings.Contains(page.body, "429 until the next quarter of an hour") {
		t.Errorf("the operator's page answers %d", page.status)
	}
}
