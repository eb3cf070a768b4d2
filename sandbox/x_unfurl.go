package sandbox

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
)

// What a crawler reads at most.
const (
	largestPage = 1 << 20
	crawlLasts  = 5 * time.Second
	crawlerName = "Twitterbot/1.0"
)

// crawler fetches pages for their cards. Addresses of this machine are fair: they are where the sandbox lives.
func crawler() *http.Client {
	return &http.Client{
		Timeout: crawlLasts,
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > 5 {
				return errors.New("more than 5 redirects")
			}
			if r.URL.Scheme != "http" && r.URL.Scheme != "https" {
				return errors.New("a redirect out of the web")
			}
			return nil
		},
	}
}

// fetch gets at most so many bytes of an address.
func (x *X) fetch(ctx context.Context, address string, most int64) (body []byte, resp *http.Response, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, nil, err
	}
	r.Header.Set("User-Agent", crawlerName)
	r.Header.Set("Accept", "*/*")
	if resp, err = x.fetcher.Do(r); err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	if body, err = io.ReadAll(io.LimitReader(resp.Body, most+1)); err != nil {
		return nil, nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, resp, fmt.Errorf("the answer is %s", resp.Status)
	}
	return body, resp, nil
}

// unfurl reads the card of an address as X does; Problem says why it has none.
func (x *X) unfurl(ctx context.Context, address string) (card xCard, picture []byte, kind string) {
	card = xCard{URL: address}
	where, err := url.Parse(address)
	if err != nil {
		card.Problem = "not an address"
		return card, nil, ""
	}
	card.Domain = strings.TrimPrefix(where.Host, "www.")
	if !x.welcome(ctx, where) {
		card.Problem = "robots.txt keeps " + crawlerName + " out"
		return card, nil, ""
	}
	body, resp, err := x.fetch(ctx, address, largestPage)
	if err != nil {
		card.Problem = err.Error()
		return card, nil, ""
	}
	where = resp.Request.URL // behind the redirects
	card.Domain = strings.TrimPrefix(where.Host, "www.")
	tags := metaTags(body, resp.Header.Get("Content-Type"))
	first := func(names ...string) string {
		for _, name := range names {
			if tags[name] != "" {
				return tags[name]
			}
		}
		return ""
	}
	card.Kind, card.Title, card.Words = first("twitter:card"), first("twitter:title", "og:title"), first("twitter:description", "og:description")
	card.Alt = first("twitter:image:alt", "og:image:alt")
	if card.Kind != "summary" && card.Kind != "summary_large_image" {
		card.Kind, card.Problem = "", "the page has no twitter:card"
		return card, nil, ""
	}
	if card.Title == "" {
		card.Kind, card.Problem = "", "the card has no title"
		return card, nil, ""
	}
	from, err := where.Parse(first("twitter:image", "twitter:image:src", "og:image", "og:image:url"))
	if err != nil || from.String() == where.String() || from.Scheme != "http" && from.Scheme != "https" {
		card.Problem = "the card has no picture"
		return card, nil, ""
	}
	picture, _, err = x.fetch(ctx, from.String(), largestPicture)
	switch {
	case err != nil:
		card.Problem = "the picture: " + err.Error()
	case len(picture) > largestPicture:
		card.Problem = "the picture is larger than 5 MB"
	default:
		_, name, err := image.DecodeConfig(bytes.NewReader(picture))
		if err != nil {
			card.Problem = "the picture is neither PNG, JPEG nor GIF"
			return card, nil, ""
		}
		sum := sha256.Sum256(picture)
		card.Picture = hex.EncodeToString(sum[:])
		return card, picture, "image/" + name
	}
	return card, nil, ""
}

// metaTags are the contents of a page's meta elements by name or property, each the first of its name.
func metaTags(body []byte, contentType string) map[string]string {
	found := map[string]string{}
	page, err := charset.NewReader(bytes.NewReader(body), contentType)
	if err != nil {
		return found
	}
	for z := html.NewTokenizer(page); ; {
		switch z.Next() {
		case html.ErrorToken:
			return found
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			if token.Data == "body" {
				return found
			}
			if token.Data != "meta" {
				continue
			}
			name, content := "", ""
			for _, a := range token.Attr {
				switch a.Key {
				case "name", "property":
					if name == "" {
						name = a.Val
					}
				case "content":
					content = strings.TrimSpace(a.Val)
				}
			}
			if found[name] == "" {
				found[name] = content
			}
		}
	}
}

// welcome tells whether the site's robots.txt lets the crawler at a page. A site without one lets everybody.
func (x *X) welcome(ctx context.Context, page *url.URL) bool {
	body, _, err := x.fetch(ctx, page.Scheme+"://"+page.Host+"/robots.txt", 512<<10)
	if err != nil {
		return true
	}
	path := page.EscapedPath()
	if page.RawQuery != "" {
		path += "?" + page.RawQuery
	}
	return admitted(string(body), path)
}

// admitted reads robots.txt: the group that names the crawler counts, else the one for all; the longest rule wins.
func admitted(robots, path string) bool {
	type rules struct {
		longest int
		allow   bool
		named   bool
	}
	own, all := rules{allow: true}, rules{allow: true}
	mine, everybodys, heading := false, false, false
	for lines := bufio.NewScanner(strings.NewReader(robots)); lines.Scan(); {
		line, _, _ := strings.Cut(lines.Text(), "#")
		key, value, is := strings.Cut(line, ":")
		if !is {
			continue
		}
		key, value = strings.ToLower(strings.TrimSpace(key)), strings.TrimSpace(value)
		if key == "user-agent" {
			if !heading {
				mine, everybodys = false, false
			}
			heading = true
			mine = mine || strings.EqualFold(value, "twitterbot")
			everybodys = everybodys || value == "*"
			own.named = own.named || mine
			continue
		}
		heading = false
		if key != "allow" && key != "disallow" || value == "" || !matchesRule(value, path) {
			continue
		}
		for _, group := range []struct {
			in bool
			of *rules
		}{{mine, &own}, {everybodys, &all}} {
			if group.in && (len(value) > group.of.longest || len(value) == group.of.longest && key == "allow") {
				group.of.longest, group.of.allow = len(value), key == "allow"
			}
		}
	}
	if own.named {
		return own.allow
	}
	return all.allow
}

// matchesRule matches a path of robots.txt, in which * is anything and $ the end.
func matchesRule(rule, path string) bool {
	rule, whole := strings.CutSuffix(rule, "$")
	parts := strings.Split(rule, "*")
	if !strings.HasPrefix(path, parts[0]) {
		return false
	}
	rest := path[len(parts[0]):]
	for i, part := range parts[1:] {
		if whole && i == len(parts)-2 {
			return strings.HasSuffix(rest, part)
		}
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return !whole || rest == ""
}
