package sandbox

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"
)

//go:embed pages
var pageFiles embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"when":  func(at int64) string { return time.Unix(at, 0).UTC().Format("2 Jan 2006 15:04:05") },
	"money": money,
	"upper": strings.ToUpper,
	"dict": func(pairs ...any) map[string]any {
		made := map[string]any{}
		for i := 0; i+1 < len(pairs); i += 2 {
			made[pairs[i].(string)] = pairs[i+1]
		}
		return made
	},
}).ParseFS(pageFiles, "pages/*.html"))

// page is what every hosted page knows: its language, its title and how to say things.
type page struct {
	Lang  string
	Title string
}

// T is a text in the page's language.
func (p page) T(key string) string { return say(p.Lang, key) }

// F is a text with values in the place of its marks.
func (p page) F(key string, pairs ...string) string {
	for i := range pairs {
		if i%2 == 0 {
			pairs[i] = "{" + pairs[i] + "}"
		}
	}
	return strings.NewReplacer(pairs...).Replace(p.T(key))
}

// policy are the origins, besides its own, that a page may show pictures of and send its form on to.
type policy struct {
	pictures []string
	onward   []string
	frames   bool // its own pages may be framed in it
}

// show renders a page whole before it is sent, so that a mistake in it is not half a page.
func (sb *Sandbox) show(w http.ResponseWriter, status int, name string, data any, allow policy) {
	var out bytes.Buffer
	if err := templates.ExecuteTemplate(&out, name, data); err != nil {
		sb.log.Error("sandbox: a page could not be shown", "page", name, "error", err)
		http.Error(w, "The sandbox could not show this page. Its log says why.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	csp := "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; img-src 'self' data:" + joined(allow.pictures) + "; form-action 'self'" + joined(allow.onward)
	if allow.frames {
		csp += "; frame-src 'self'"
	}
	h.Set("Content-Security-Policy", csp)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(out.Bytes())
}

func joined(origins []string) string {
	text := ""
	for _, o := range origins {
		if o != "" {
			text += " " + o
		}
	}
	return text
}

// message is a page that says one thing and, perhaps, leads on.
func (sb *Sandbox) message(w http.ResponseWriter, status int, lang, key, link, linkKey string) {
	sb.show(w, status, "message.html", struct {
		page
		Text, Link, LinkText string
	}{page{lang, say(lang, key+".title")}, say(lang, key+".text"), link, say(lang, linkKey)}, policy{})
}

// broken answers a hosted page's request that failed by our own fault.
func (sb *Sandbox) broken(w http.ResponseWriter, r *http.Request, err error) {
	sb.log.Error("sandbox: a page failed", "path", r.URL.Path, "error", err)
	sb.message(w, http.StatusInternalServerError, language(r, ""), "broken", "", "")
}

func (sb *Sandbox) notFound(w http.ResponseWriter, r *http.Request) {
	sb.message(w, http.StatusNotFound, language(r, ""), "missing", "/", "missing.link")
}

func (sb *Sandbox) showStyle(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "max-age=300")
	http.ServeFileFS(w, r, pageFiles, "pages/style.css")
}

// language is en or fr: as asked for by the object, else by the browser.
func language(r *http.Request, wanted string) string {
	if wanted != "" && wanted != "auto" {
		if strings.HasPrefix(wanted, "fr") {
			return "fr"
		}
		return "en"
	}
	for _, part := range strings.Split(r.Header.Get("Accept-Language"), ",") {
		switch tag := strings.ToLower(strings.TrimSpace(part)); {
		case strings.HasPrefix(tag, "fr"):
			return "fr"
		case strings.HasPrefix(tag, "en"):
			return "en"
		}
	}
	return "en"
}

// parseForm reads a form of a page; it answers itself when it cannot.
func (sb *Sandbox) parseForm(w http.ResponseWriter, r *http.Request) bool {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	if err := r.ParseForm(); err != nil {
		sb.message(w, http.StatusBadRequest, language(r, ""), "broken", "", "")
		return false
	}
	return true
}

// pastTime is the time that a made-up past hands in with a page's address or form, 0 for now.
func pastTime(r *http.Request) int64 {
	at, err := strconv.ParseInt(r.FormValue("sandbox_time"), 10, 64)
	if err != nil || at < 0 {
		return 0
	}
	return at
}

// withTime hands a past time on with an address of ours.
func withTime(address string, at int64) string {
	if at == 0 {
		return address
	}
	mark := "?"
	if strings.Contains(address, "?") {
		mark = "&"
	}
	return address + mark + "sandbox_time=" + strconv.FormatInt(at, 10)
}

// glance is look, at the time that the request hands in.
func (sb *Sandbox) glance(r *http.Request, work func(*call) error) error {
	return sb.look(r.Context(), func(c *call) error {
		if at := pastTime(r); at != 0 {
			c.now = at
		}
		return work(c)
	})
}
