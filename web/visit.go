package web

import (
	"bytes"
	"context"
	"crypto/subtle"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
	"github.com/tillbird/tillbird/words"
)

// visit is one request with what is known of who makes it. Shop and Role are set on routes for members only, by the
// one wrapper that yields them.
type visit struct {
	echo.Context
	server *Server
	W      *words.Printer
	User   *models.User
	Shop   *models.Shop
	Role   models.Role
	shops  []models.Membership // all of the user's, on routes for members
	flash  views.Flash
}

func (v *visit) ctx() context.Context { return v.Request().Context() }

const visitKey = "visit"

// visitOf gives the request's visit, or a bare one where the request never came to a handler.
func (s *Server) visitOf(c echo.Context) *visit {
	if v, ok := c.Get(visitKey).(*visit); ok {
		return v
	}
	return &visit{Context: c, server: s, W: words.For(languageOf(c.Request(), nil), nil)}
}

// languageOf is what the person chose here, chose in the account, or told the browser.
func languageOf(r *http.Request, user *models.User) string {
	if chosen := cookieOf(r, languageCookie); chosen == "en" || chosen == "fr" {
		return chosen
	}
	if user != nil {
		return user.Language
	}
	return words.Match(r.Header.Get("Accept-Language"))
}

// page begins a page: the frame with who looks at it. title is a message id, or empty.
func (v *visit) page(title string) views.Page {
	set := v.server.set
	p := views.Page{
		W: v.W, Path: v.Request().URL.RequestURI(), RequestID: requestID(v), Sandbox: set.Sandbox, SandboxURL: set.SandboxURL, MailURL: set.MailURL, XURL: set.XURL, Flash: v.flash,
	}
	if title != "" {
		p.Title = v.W.T(title)
	}
	if cookie, err := v.Cookie("theme"); err == nil {
		p.Theme = cookie.Value
	}
	if v.User != nil {
		p.Viewer = views.Viewer{SignedIn: true, Email: v.User.Email, Initials: initials(v.User.Email), Admin: v.User.IsAdmin}
	}
	if v.Shop != nil {
		if n, err := v.server.store.OpenDisputes(v.ctx(), v.Shop); err == nil {
			p.Counts.Disputes = int(n)
		}
		p.Shop = views.ShopBadge{Name: v.Shop.Name, Handle: v.Shop.Handle, Role: v.W.T("state.role." + string(v.Role) + ".title")}
		for _, m := range v.shops {
			p.Shops = append(p.Shops, views.ShopBadge{Name: m.Shop.Name, Handle: m.Shop.Handle})
		}
		if n, err := v.server.store.ToSend(v.ctx(), v.Shop); err == nil {
			p.Counts.Sales = int(n) // a figure beside a word: without it the page is still whole
		}
		if n, err := v.server.store.RepliesToMind(v.ctx(), v.Shop); err == nil {
			p.Counts.Replies = int(n)
		}
	}
	return p
}

func requestID(c echo.Context) string {
	id, _ := c.Get(requestIDKey).(string)
	return id
}

func initials(email string) string {
	letters := []rune(email)
	return strings.ToUpper(string(letters[:min(1, len(letters))]))
}

// render answers with a page, whole or not at all.
func (v *visit) render(status int, page templ.Component) error {
	var out bytes.Buffer
	if err := page.Render(v.ctx(), &out); err != nil {
		return err
	}
	h := v.Response().Header()
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
	h.Add("Vary", "Accept-Language, Cookie")
	return v.HTMLBlob(status, out.Bytes())
}

// see sends the browser on after a good post. Words that this request was to show are kept for the page it ends at.
func (v *visit) see(path string) error {
	if sessions := v.server.sessions; v.flash.Text != "" && !sessions.Exists(v.ctx(), "flash_text") {
		v.say(v.flash.Tone, v.flash.Text)
		if v.flash.Undo != "" {
			v.undo(v.flash.Undo)
		}
	}
	return v.Redirect(http.StatusSeeOther, path)
}

// say keeps words for the next page: the message id's, in a tone.
func (v *visit) say(tone views.Tone, text string) {
	v.server.sessions.Put(v.ctx(), "flash_tone", string(tone))
	v.server.sessions.Put(v.ctx(), "flash_text", text)
	v.server.sessions.Remove(v.ctx(), "flash_undo")
}

// undo offers beside those words to take it back by a post to path.
func (v *visit) undo(path string) { v.server.sessions.Put(v.ctx(), "flash_undo", path) }

// problems puts problems into the reader's language, in the order of the form.
func (v *visit) problems(list models.Problems) views.FieldErrors {
	out := views.FieldErrors{}
	for _, p := range list {
		if _, there := out[p.Field]; !there {
			out[p.Field] = v.W.T("problem."+p.Code, p.Data...)
		}
	}
	return out
}

// allow counts one use of a limit, or says that it is reached.
func (v *visit) allow(limit models.Limit, who string) error {
	wait, err := v.server.store.Allow(v.ctx(), limit, who)
	if err != nil {
		return err
	}
	if wait > 0 {
		return &tooMany{wait}
	}
	return nil
}

// The limits of what can be abused, by client address unless named otherwise.
var (
	limitSignUp     = models.Limit{Name: "sign-up", Burst: 10, Every: 2 * time.Minute}
	limitSignIn     = models.Limit{Name: "sign-in", Burst: 20, Every: 15 * time.Second}
	limitAccount    = models.Limit{Name: "sign-in-account", Burst: 8, Every: time.Minute} // by account
	limitLetter     = models.Limit{Name: "letter", Burst: 5, Every: 2 * time.Minute}      // by address written to
	limitWait       = models.Limit{Name: "wait", Burst: 10, Every: time.Minute}           // also by offer and address
	limitReport     = models.Limit{Name: "report", Burst: 5, Every: 5 * time.Minute}
	limitCheckout   = models.Limit{Name: "checkout", Burst: 15, Every: 20 * time.Second}
	limitSimulation = models.Limit{Name: "simulation", Burst: 60, Every: time.Second}  // by shop
	limitUpload     = models.Limit{Name: "upload", Burst: 30, Every: 10 * time.Second} // by shop
)

func sameSecret(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
