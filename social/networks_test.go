package social

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// A network without keys is not available, and none is without being asked for.
func TestAvailableNetworks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		set   Settings
		wants []string
	}{
		{Settings{}, nil},
		{Settings{X: &XSettings{}}, nil},
		{Settings{X: &XSettings{Client: "c"}}, []string{X}},
		{Settings{Mastodon: &MastodonSettings{}, Bluesky: &BlueskySettings{}, X: &XSettings{Client: "c"}}, []string{X, Bluesky, Mastodon}},
	} {
		c.set.Now = time.Now
		s := New(c.set)
		if got := s.Available(); !slices.Equal(got, c.wants) || len(s.All()) != len(c.wants) {
			t.Errorf("%v are available, and not %v", got, c.wants)
		}
		_, there := s.Network(X)
		if there != (s.X() != nil) || there != slices.Contains(c.wants, X) {
			t.Errorf("X is there: %v", there)
		}
		for name, network := range s.All() {
			if network.Name() != name {
				t.Errorf("%s is called %s", name, network.Name())
			}
			_, redirecting := network.(Redirecting)
			_, passworded := network.(Passworded)
			if redirecting == passworded {
				t.Errorf("%s has %v and %v as ways in", name, redirecting, passworded)
			}
		}
	}
}

// What X takes is in the list, and nobody else takes anything.
func TestPrices(t *testing.T) {
	t.Parallel()
	all := New(Settings{X: &XSettings{Client: "c"}, Bluesky: &BlueskySettings{}, Mastodon: &MastodonSettings{}, Now: time.Now}).All()
	for _, c := range []struct {
		act   Act
		link  bool
		wants int64
	}{{ActPost, true, 200_000}, {ActPost, false, 15_000}, {ActReply, false, 10_000}, {ActEvent, false, 5_000}, {ActRead, false, 1_000}, {"other", true, 0}} {
		if got := all[X].Price(c.act, c.link); got != c.wants {
			t.Errorf("%s costs %d", c.act, got)
		}
		if all[Bluesky].Price(c.act, c.link) != 0 || all[Mastodon].Price(c.act, c.link) != 0 {
			t.Errorf("%s costs something where it does not", c.act)
		}
	}
}

// A token stays with the server that it was meant for, an answer has its bounds, and errors hold no secrets.
func TestWhatIsSentAndTaken(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("User-Agent") != "Till/1 (+https://till.example)" || r.Header.Get("Authorization") != "Bearer secret-token" {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		switch r.Method {
		case http.MethodDelete:
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		case http.MethodPost:
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write(bytes.Repeat([]byte(" "), mostAnswer+1))
		default:
			_, _ = w.Write([]byte(`{"data":`))
		}
	}))
	defer server.Close()
	x := New(Settings{X: &XSettings{Client: "c", API: server.URL}, Agent: "Till/1 (+https://till.example)", Now: time.Now}).X()
	grant := Grant{Account: "1", Access: "secret-token"}
	var e *Error
	if err := x.Delete(t.Context(), grant, "1"); !errors.As(err, &e) || e.Kind != Refused || elsewhere.Load() != 0 {
		t.Errorf("it was led on: %v", err)
	}
	if _, err := x.Publish(t.Context(), grant, Message{Text: "a"}); !errors.As(err, &e) || e.Kind != Temporary || !e.Unsure {
		t.Errorf("an answer without an end: %v", err)
	}
	if _, err := x.Metrics(t.Context(), grant, []string{"1"}); !errors.As(err, &e) || e.Kind != Temporary || e.Unsure {
		t.Errorf("half an answer: %v", err)
	}
	server.Close()
	_, err := x.Publish(t.Context(), grant, Message{Text: "a"})
	if !errors.As(err, &e) || e.Kind != Temporary || strings.Contains(err.Error(), "secret-token") || strings.Contains(err.Error(), server.URL) {
		t.Errorf("nobody there: %v", err)
	}
}
