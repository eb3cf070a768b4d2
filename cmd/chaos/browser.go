package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// browser is one person's: it keeps cookies, and fills in the forms that it gets.
type browser struct {
	c      *chaos
	client *http.Client
	from   string // the address it comes from
	dice   *rand.Rand
}

var transport = &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 10 * time.Second}

func (c *chaos) browser(dice *rand.Rand) *browser {
	jar, _ := cookiejar.New(nil)
	return &browser{
		c: c, dice: dice, from: fmt.Sprintf("198.18.%d.%d", dice.IntN(256), 1+dice.IntN(254)),
		client: &http.Client{Timeout: 40 * time.Second, Jar: jar, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
}

// page is an answer.
type page struct {
	status   int
	location string
	body     string
}

// away tells whether the server was not there, or could not do it now: the same may go well later.
func (p *page) away() bool {
	return p == nil || p.status >= 500 || p.status == http.StatusTooManyRequests
}

// ask sends one request; nil where the connection broke.
func (b *browser) ask(ctx context.Context, method, address string, form url.Values) *page {
	if strings.HasPrefix(address, "/") {
		address = b.c.front.base + address
	}
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil
	}
	r.Header.Set("X-Forwarded-For", b.from)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := b.client.Do(r)
	if err != nil {
		return nil
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil
	}
	p := &page{status: answer.StatusCode, body: string(body)}
	if to, err := answer.Location(); err == nil {
		p.location = to.String()
	} else if !errors.Is(err, http.ErrNoLocation) {
		b.c.complain("%s %s leads to %q", method, address, answer.Header.Get("Location"))
	}
	return p
}

// insist asks again while the server is away, as people do; nil where it stays so. How long they wait is not seeded: a
// person who clicks twice waits twice at once.
func (b *browser) insist(ctx context.Context, method, address string, form url.Values) *page {
	for try := range 25 {
		p := b.ask(ctx, method, address, form)
		if !p.away() {
			return p
		}
		b.c.note("asked again")
		if !pause(ctx, time.Duration(50+rand.IntN(60*(try+1)))*time.Millisecond) {
			return nil
		}
	}
	b.c.note("gave up")
	return nil
}

func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// field is an input of a form.
type field struct {
	name, kind, value string
	required, checked bool
	options           []string
}

// fields are the inputs of the form of a page whose action ends in a path.
func fields(body, action string) (list []field, found bool) {
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return nil, false
	}
	var in *html.Node
	for n := range root.Descendants() {
		if n.Data == "form" && strings.HasSuffix(attribute(n, "action"), action) {
			in = n
			break
		}
	}
	if in == nil {
		return nil, false
	}
	for n := range in.Descendants() {
		if n.Type != html.ElementNode || attribute(n, "name") == "" || has(n, "disabled") {
			continue
		}
		f := field{name: attribute(n, "name"), kind: attribute(n, "type"), value: attribute(n, "value"), required: has(n, "required"), checked: has(n, "checked")}
		switch n.Data {
		case "select":
			f.kind = "select"
			for o := range n.Descendants() {
				if o.Data == "option" && !has(o, "disabled") && attribute(o, "value") != "" {
					f.options = append(f.options, attribute(o, "value"))
				}
			}
		case "textarea", "input", "button":
			if n.Data == "button" {
				f.kind = "button"
			}
		default:
			continue
		}
		list = append(list, f)
	}
	return list, true
}

func attribute(n *html.Node, name string) string {
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

// fill chooses among what the form offers, and takes over what stands in it.
func (b *browser) fill(list []field) url.Values {
	form, choices := url.Values{}, map[string][]string{}
	for _, f := range list {
		switch f.kind {
		case "hidden", "text", "number", "email", "":
			form.Set(f.name, f.value)
		case "select":
			if len(f.options) > 0 {
				form.Set(f.name, f.options[b.dice.IntN(len(f.options))])
			}
		case "radio":
			choices[f.name] = append(choices[f.name], f.value)
		case "checkbox":
			if f.required || f.checked {
				form.Set(f.name, f.value)
			}
		}
	}
	for _, f := range list { // in the order of the form, so that the dice fall alike
		if values := choices[f.name]; len(values) > 0 {
			form.Set(f.name, values[b.dice.IntN(len(values))])
			delete(choices, f.name)
		}
	}
	return form
}
