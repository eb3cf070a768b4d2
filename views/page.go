// Package views turns nouns into HTML: it fetches nothing and decides nothing.
package views

import (
	"github.com/tillbird/tillbird/static"
	"github.com/tillbird/tillbird/words"
)

// Tone is how a state, a notice or a change is meant; it always comes with a word and an icon.
type Tone string

// The tones, each with its own tint and its own icon.
const (
	ToneNeutral Tone = "neutral"
	ToneInfo    Tone = "info"
	ToneSuccess Tone = "success"
	ToneWarning Tone = "warning"
	ToneError   Tone = "error"
	TonePetrol  Tone = "petrol"
)

// Icon is the icon that goes with a tone where nothing more exact is known.
func (t Tone) Icon() string {
	switch t {
	case ToneSuccess:
		return "checkCircle"
	case ToneWarning:
		return "warning"
	case ToneError:
		return "error"
	default:
		return "info"
	}
}

// Page is what the frame of every page needs: plain data, the same for all pages.
type Page struct {
	W           *words.Printer
	Title       string // without the name of the product
	Description string // for search engines and previews, public pages only
	Path        string // the present address with its query, for the language switch
	Theme       string // "" (as the device), "light" or "dark"
	RequestID   string
	NoIndex     bool   // asks search engines to stay away
	Feed        string // address of the same for feed readers

	Sandbox    bool
	SandboxURL string // the sandbox's page for its operator
	MailURL    string // where the sandbox shows the letters it sent
	XURL       string // where the sandbox's timeline is

	Flash    Flash
	Problems int // how many fields are wrong; above 0 the title begins with "Error: "

	Viewer Viewer
	Shop   ShopBadge
	Shops  []ShopBadge // all of the viewer's, for the menu that goes from one to another
	Counts Counts
}

// Flash is a short message about what the last request did.
type Flash struct {
	Tone Tone
	Text string
	Undo string // where a post takes it back; empty where that is not offered
}

// Viewer is who looks at the page.
type Viewer struct {
	SignedIn bool
	Email    string
	Initials string
	Admin    bool
}

// ShopBadge names the shop that the frame stands for; an empty name means none.
type ShopBadge struct {
	Name   string
	Handle string
	Role   string // in the reader's language
}

// Counts are the small figures beside the entries of the navigation; 0 shows nothing.
type Counts struct {
	Offers   int // offers that wait for the merchant
	Sales    int // orders to send
	Replies  int // replies that somebody should look at
	Disputes int // open ones, shown in red
	Payouts  int // payouts that need care, shown in red
	Settings int
	Reviews  int // the admin's queue
	Reports  int
	Events   int // events that failed or have gone silent, shown in red
	Letters  int // letters that could not be delivered, shown in red

	Differences int // where our books and Stripe's do not agree
	Jobs        int // jobs that fail
}

// T puts a message into the reader's language.
func (p Page) T(id string, pairs ...any) string { return p.W.T(id, pairs...) }

// N puts a counted message into the reader's language.
func (p Page) N(id string, n int64, pairs ...any) string { return p.W.N(id, n, pairs...) }

// fullTitle is the text of the title element.
func (p Page) fullTitle() string {
	title := "Tillbird"
	if p.Title != "" {
		title = p.T("common.page_title", "Title", p.Title)
	}
	if p.Problems > 0 {
		title = p.T("common.error_title_prefix") + title
	}
	return title
}

// theme is the value of data-theme, "" where the device decides.
func (p Page) theme() string {
	switch p.Theme {
	case "light", "dark":
		return "tillbird-" + p.Theme
	default:
		return ""
	}
}

// here is where the language switch comes back to.
func (p Page) here() string {
	if p.Path == "" {
		return "/"
	}
	return p.Path
}

// htmxConfig keeps htmx inside the content security policy and lets answers with problems be shown.
const htmxConfig = `{"allowEval":false,"allowScriptTags":false,"includeIndicatorStyles":false,` +
	`"selfRequestsOnly":true,"historyCacheSize":0,"scrollBehavior":"auto","responseHandling":[` +
	`{"code":"204","swap":false},{"code":"[23]..","swap":true},{"code":"422","swap":true},` +
	`{"code":"[45]..","swap":false,"error":true}]}`

// Ready reads what every page needs, the words and the style sheets, once for all.
func Ready() {
	words.For("", nil)
	asset("app.css")
}

// asset is the address of an embedded file.
func asset(name string) string { return static.URL(name) }
