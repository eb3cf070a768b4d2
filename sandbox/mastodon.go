package sandbox

import (
	_ "embed"
	"net/http"
	"strings"
	"sync"
	"time"
)

//go:embed mastodon_schema.sql
var mastodonSchema string

// Mastodon is a local Mastodon: as much of its API as a shop's till needs, its sign-in and its pages. It shares the file,
// the clock and the people of its Sandbox. It is made after Mastodon's documentation; nothing of it was compared with a
// real server.
type Mastodon struct {
	sb *Sandbox
	x  *X // whose people they are

	mu      sync.Mutex
	base    string
	faults  faults
	windows map[string]*window
}

// Mastodon is the local Mastodon of this sandbox.
func (sb *Sandbox) Mastodon() *Mastodon { return sb.mastodon }

func (sb *Sandbox) openMastodon() error {
	if _, err := sb.write.Exec(mastodonSchema); err != nil {
		return err
	}
	sb.mastodon = &Mastodon{sb: sb, x: sb.x, windows: map[string]*window{}}
	sb.mastodon.faults.kinds = xFaultKinds
	return nil
}

// SetURL tells Mastodon its own base URL, whose host is the second half of everybody's handle.
func (m *Mastodon) SetURL(base string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.base = strings.TrimRight(base, "/")
}

func (m *Mastodon) url(path string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.base + path
}

func (m *Mastodon) domain() string {
	_, host, _ := strings.Cut(m.url(""), "://")
	return host
}

// Handler serves the API, the sign-in and the pages, on loopback names alone.
func (m *Mastodon) Handler() http.Handler {
	api := http.NewServeMux()
	api.HandleFunc("GET /api/v1/instance", m.showInstance)
	api.HandleFunc("GET /api/v2/instance", m.showInstance)
	api.HandleFunc("GET /.well-known/webfinger", m.showFinger)
	api.HandleFunc("POST /api/v1/apps", m.createApp)
	api.HandleFunc("POST /oauth/token", m.createToken)
	api.HandleFunc("POST /oauth/revoke", m.deleteToken)
	api.HandleFunc("GET /api/v1/accounts/verify_credentials", m.serve("read:accounts profile", (*mcall).showMe))
	api.HandleFunc("GET /api/v1/accounts/{id}/statuses", m.serve("read:statuses", (*mcall).listOf))
	api.HandleFunc("POST /api/v1/statuses", m.serve("write:statuses", (*mcall).create))
	api.HandleFunc("GET /api/v1/statuses/{id}", m.serve("read:statuses", (*mcall).show))
	api.HandleFunc("DELETE /api/v1/statuses/{id}", m.serve("write:statuses", (*mcall).remove))
	api.HandleFunc("GET /api/v1/statuses/{id}/context", m.serve("read:statuses", (*mcall).around))
	api.HandleFunc("GET /api/v1/notifications", m.serve("read:notifications", (*mcall).notifications))
	api.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		answerAny(w, http.StatusNotFound, object{"error": "Record not found"})
	})
	site := http.NewCrossOriginProtection().Handler(m.site())
	return loopbackOnly(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.Path
		if strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/.well-known/") || path == "/oauth/token" || path == "/oauth/revoke" {
			api.ServeHTTP(w, r)
			return
		}
		site.ServeHTTP(w, r)
	}))
}

// mFailure is a refusal of the API.
type mFailure struct {
	status int
	says   string
}

func (f *mFailure) Error() string { return f.says }

var (
	errNoToken  = &mFailure{http.StatusUnauthorized, "The access token is invalid"}
	errScope    = &mFailure{http.StatusForbidden, "This action is outside the authorized scopes"}
	errNoRecord = &mFailure{http.StatusNotFound, "Record not found"}
	errNoParent = &mFailure{http.StatusNotFound, "The post you are trying to reply to does not appear to exist."}
	errBlank    = &mFailure{http.StatusUnprocessableEntity, "Validation failed: Text can't be blank"}
	errTooLong  = &mFailure{http.StatusUnprocessableEntity, "Validation failed: Text character limit of 500 exceeded"}
)

// fiveMinutes is the span that Mastodon counts requests in, threeHundred how many of one account it takes.
const (
	fiveMinutes  = 5 * time.Minute
	threeHundred = 300
)

// count takes one request of a token, says in the headers what is left, and whether it is too many.
func (m *Mastodon) count(w http.ResponseWriter, token string, spent bool) bool {
	now := m.sb.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	at := m.windows[token]
	if at == nil || !now.Before(at.ends) {
		at = &window{ends: now.Truncate(fiveMinutes).Add(fiveMinutes)}
		m.windows[token] = at
	}
	if spent {
		at.used = threeHundred
	}
	at.used++
	h := w.Header()
	h.Set("X-RateLimit-Limit", idText(threeHundred))
	h.Set("X-RateLimit-Remaining", idText(int64(max(threeHundred-at.used, 0))))
	h.Set("X-RateLimit-Reset", at.ends.UTC().Format("2006-01-02T15:04:05.000000Z"))
	return at.used <= threeHundred
}
