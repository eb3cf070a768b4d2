package web

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// phone is what the test's browser says it is: a person's, not a crawler's.
const phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"

// browser is a person at the pages: it keeps cookies, follows redirects, and sends the form that it got.
type browser struct {
	t      testing.TB
	w      *world
	client *http.Client
	header http.Header // sent with each request
	answer             // the page that is open
}

// answer is one page as it came.
type answer struct {
	status int
	at     *url.URL // after redirects
	head   http.Header
	body   string
	doc    *html.Node
}

// newBrowser opens a browser with no cookies at the world's address.
func newBrowser(t testing.TB, w *world) *browser {
	t.Helper()
	jar, _ := cookiejar.New(nil)
	b := &browser{t: t, w: w, client: &http.Client{Jar: jar}, header: http.Header{}}
	b.header.Set("User-Agent", phone)
	b.header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	b.header.Set("Accept-Language", "en")
	b.at, _ = url.Parse(w.url + "/")
	return b
}

// get opens an address: a path of Tillbird, or a whole one.
func (b *browser) get(path string) *browser {
	b.t.Helper()
	return b.send(http.MethodGet, path, "", nil)
}

// post sends fields to an address, whatever form the page has.
func (b *browser) post(path string, fields url.Values) *browser {
	b.t.Helper()
	return b.send(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(fields.Encode()))
}

func (b *browser) send(method, path, kind string, body io.Reader) *browser {
	b.t.Helper()
	to, err := b.at.Parse(path)
	if err != nil {
		b.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, to.String(), body)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header = b.header.Clone()
	if kind != "" {
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Origin", to.Scheme+"://"+to.Host)
	}
	response, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.answer = answer{status: response.StatusCode, at: response.Request.URL, head: response.Header, body: string(raw)}
	b.doc, _ = html.Parse(strings.NewReader(b.body))
	return b
}

// submit sends a form of the open page as it stands, with some fields changed. which tells the form by the words on its
// button, by its button's name=value, or by its action. A field that the form does not have fails the test: a person
// could not fill it either.
func (b *browser) submit(which string, changes url.Values) *browser {
	b.t.Helper()
	form, button := b.findForm(which)
	return b.submitForm(form, fieldsOf(form, button), changes, nil)
}

// upload is submit for a form with a file field.
func (b *browser) upload(which string, changes url.Values, field, name string, data []byte) *browser {
	b.t.Helper()
	form, button := b.findForm(which)
	return b.submitForm(form, fieldsOf(form, button), changes, &upload{field, name, data})
}

type upload struct {
	field, name string
	data        []byte
}

func (b *browser) submitForm(form *html.Node, fields, changes url.Values, file *upload) *browser {
	b.t.Helper()
	named := namesIn(form)
	for name, values := range changes {
		if !named[name] {
			b.t.Fatalf("%s: the form %q has no field %q", b.at.Path, attr(form, "action"), name)
		}
		fields[name] = values
		if values == nil {
			delete(fields, name)
		}
	}
	action := attr(form, "action")
	if attr(form, "method") != "post" {
		to, _ := b.at.Parse(action)
		to.RawQuery = fields.Encode()
		return b.get(to.String())
	}
	if attr(form, "enctype") != "multipart/form-data" {
		return b.post(action, fields)
	}
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	for name, values := range fields {
		for _, value := range values {
			_ = parts.WriteField(name, value)
		}
	}
	if file != nil {
		part, _ := parts.CreateFormFile(file.field, file.name)
		_, _ = part.Write(file.data)
	}
	_ = parts.Close()
	return b.send(http.MethodPost, action, parts.FormDataContentType(), &body)
}

// findForm finds a form of the page, and the button that sends it.
func (b *browser) findForm(which string) (form, button *html.Node) {
	b.t.Helper()
	var seen []string
	for f := range elements(b.doc, "form") {
		buttons := slices.Collect(elements(f, "button"))
		if id := attr(f, "id"); id != "" {
			for other := range elements(b.doc, "button") {
				if attr(other, "form") == id {
					buttons = append(buttons, other)
				}
			}
		}
		if attr(f, "action") == which {
			if len(buttons) > 0 {
				return f, buttons[0]
			}
			return f, nil
		}
		for _, candidate := range buttons {
			if said := textOf(candidate); said == which || attr(candidate, "name")+"="+attr(candidate, "value") == which {
				return f, candidate
			}
			seen = append(seen, textOf(candidate))
		}
	}
	b.t.Fatalf("%s (%d): no form %q, only %q\n%s", b.at.Path, b.status, which, seen, b.text())
	return nil, nil
}

// fieldsOf is what a browser would send of a form that nobody touched, by this button.
func fieldsOf(form, button *html.Node) url.Values {
	fields := url.Values{}
	for input := range elements(form, "input") {
		name, kind := attr(input, "name"), attr(input, "type")
		switch {
		case name == "" || kind == "submit" || kind == "file" || has(input, "disabled"):
		case kind == "checkbox" || kind == "radio":
			if has(input, "checked") {
				value := attr(input, "value")
				if !has(input, "value") {
					value = "on"
				}
				fields.Add(name, value)
			}
		default:
			fields.Add(name, attr(input, "value"))
		}
	}
	for area := range elements(form, "textarea") {
		fields.Add(attr(area, "name"), strings.TrimPrefix(rawText(area), "\n"))
	}
	for choice := range elements(form, "select") {
		chosen, first := "", true
		for option := range elements(choice, "option") {
			if first || has(option, "selected") {
				chosen = attr(option, "value")
			}
			first = false
		}
		fields.Add(attr(choice, "name"), chosen)
	}
	if button != nil && attr(button, "name") != "" {
		fields.Set(attr(button, "name"), attr(button, "value"))
	}
	return fields
}

func namesIn(form *html.Node) map[string]bool {
	named := map[string]bool{}
	for _, tag := range []string{"input", "textarea", "select"} {
		for field := range elements(form, tag) {
			named[attr(field, "name")] = true
		}
	}
	return named
}

// field is what a field of the page holds.
func (b *browser) field(name string) string {
	b.t.Helper()
	for form := range elements(b.doc, "form") {
		if namesIn(form)[name] {
			return fieldsOf(form, nil).Get(name)
		}
	}
	b.t.Fatalf("%s (%d): no field %q", b.at.Path, b.status, name)
	return ""
}

// cookie is the value of a cookie that Tillbird set, or "".
func (b *browser) cookie(name string) string {
	to, _ := url.Parse(b.w.url)
	for _, cookie := range b.client.Jar.Cookies(to) {
		if cookie.Name == name {
			return cookie.Value
		}
	}
	return ""
}

// want fails the test unless the page came with this status and says all of these words, as a person reads them.
func (b *browser) want(status int, said ...string) *browser {
	b.t.Helper()
	if b.status != status {
		b.t.Fatalf("%s: status %d, want %d\n%s", b.at.Path, b.status, status, b.text())
	}
	for _, words := range said {
		if !strings.Contains(b.text(), plainSpaces(words)) {
			b.t.Fatalf("%s: does not say %q\n%s", b.at.Path, words, b.text())
		}
	}
	return b
}

// without fails the test where the page says any of these words.
func (b *browser) without(said ...string) *browser {
	b.t.Helper()
	for _, words := range said {
		if strings.Contains(b.text(), plainSpaces(words)) {
			b.t.Fatalf("%s: says %q\n%s", b.at.Path, words, b.text())
		}
	}
	return b
}

// text is what the page says, with single spaces.
func (a *answer) text() string { return textOf(a.doc) }

// links are the addresses that the page leads to.
func (a *answer) links() (to []string) {
	for link := range elements(a.doc, "a") {
		to = append(to, attr(link, "href"))
	}
	return to
}

func elements(root *html.Node, tag string) func(yield func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		for n := range root.Descendants() {
			if n.Type == html.ElementNode && n.Data == tag && !yield(n) {
				return
			}
		}
	}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func rawText(n *html.Node) string {
	var out strings.Builder
	for child := range n.Descendants() {
		if child.Type == html.TextNode && child.Parent.Data != "script" && child.Parent.Data != "style" {
			out.WriteString(child.Data)
			if child.Parent != n {
				out.WriteByte(' ')
			}
		}
	}
	return out.String()
}

func textOf(n *html.Node) string { return plainSpaces(rawText(n)) }

func plainSpaces(text string) string { return strings.Join(strings.Fields(text), " ") }
