package sandbox

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"
)

func signIn(w http.ResponseWriter, handle string) {
	http.SetCookie(w, &http.Cookie{Name: xCookie, Value: handle, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: 400 * 24 * 3600})
}

// createSession makes one somebody: the field person is their handle.
func (x *X) createSession(w http.ResponseWriter, r *http.Request) {
	if !x.sb.parseForm(w, r) {
		return
	}
	signIn(w, r.PostFormValue("person"))
	http.Redirect(w, r, back(r), http.StatusSeeOther)
}

// deleteSession makes one nobody.
func (x *X) deleteSession(w http.ResponseWriter, r *http.Request) {
	if !x.sb.parseForm(w, r) {
		return
	}
	http.SetCookie(w, &http.Cookie{Name: xCookie, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: -1})
	http.Redirect(w, r, back(r), http.StatusSeeOther)
}

// peoplePage is where one chooses who one is, or makes somebody new.
type peoplePage struct {
	xPage
	Back, Handle, Name, Kind string
	Problem                  string
}

func (x *X) listPeople(w http.ResponseWriter, r *http.Request) {
	v, err := x.open(r, "x.people.title")
	if err != nil {
		x.sb.broken(w, r, err)
		return
	}
	p := peoplePage{xPage: v, Back: r.FormValue("back"), Kind: "fan"}
	if p.Back == "" {
		p.Back = "/"
	}
	x.sb.show(w, http.StatusOK, "x_people.html", p, policy{})
}

var handleShape = regexp.MustCompile(`^[A-Za-z0-9_]{1,15}$`)

// taken are the names that pages of ours have.
var taken = map[string]bool{"people": true, "posts": true, "session": true, "operator": true, "intent": true, "media": true, "cards": true, "i": true, "grants": true, "faces": true}

// createPerson makes somebody new and signs in as them.
func (x *X) createPerson(w http.ResponseWriter, r *http.Request) {
	if !x.sb.parseForm(w, r) {
		return
	}
	v, err := x.open(r, "x.people.title")
	if err != nil {
		x.sb.broken(w, r, err)
		return
	}
	p := peoplePage{xPage: v, Back: back(r), Handle: strings.TrimPrefix(strings.TrimSpace(r.PostFormValue("handle")), "@"), Name: strings.TrimSpace(r.PostFormValue("name")), Kind: r.PostFormValue("kind")}
	if p.Kind != "merchant" {
		p.Kind = "fan"
	}
	if p.Name == "" {
		p.Name = p.Handle
	}
	if !handleShape.MatchString(p.Handle) || len([]rune(p.Name)) > 50 {
		p.Problem = v.T("x.problem.handle")
	}
	known := false
	if p.Problem == "" {
		err = x.change(r.Context(), time.Time{}, func(c *xcall) error {
			same, err := c.called(p.Handle)
			if err != nil {
				return err
			}
			if known = same != nil || taken[strings.ToLower(p.Handle)]; known {
				return nil
			}
			id, err := c.nextID()
			if err != nil {
				return err
			}
			_, err = c.db.ExecContext(c.ctx, `INSERT INTO x_people (id, handle, name, bio, kind, tint, created) VALUES (?, ?, ?, '', ?, ?, ?)`, id, p.Handle, p.Name, p.Kind, 1+id>>22%12, milliseconds(c.now))
			return err
		})
	}
	if known {
		p.Problem = v.T("x.problem.taken")
	}
	switch {
	case err != nil:
		x.sb.broken(w, r, err)
	case p.Problem != "":
		x.sb.show(w, http.StatusUnprocessableEntity, "x_people.html", p, policy{})
	default:
		signIn(w, p.Handle)
		http.Redirect(w, r, p.Back, http.StatusSeeOther)
	}
}

// deleteGrants takes back what a person let the app do, as they would in X's settings.
func (x *X) deleteGrants(w http.ResponseWriter, r *http.Request) {
	if !x.sb.parseForm(w, r) {
		return
	}
	err := x.change(r.Context(), time.Time{}, func(c *xcall) error {
		person, err := c.called(r.PostFormValue("person"))
		if err != nil || person == nil {
			return err
		}
		done, err := c.db.ExecContext(c.ctx, `UPDATE x_tokens SET revoked = 1 WHERE person = ? AND revoked = 0`, person.ID)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return err
		}
		return c.tellRevoked(person.ID)
	})
	if err != nil {
		x.sb.broken(w, r, err)
		return
	}
	http.Redirect(w, r, back(r), http.StatusSeeOther)
}

// tints are the colours of the round pictures, as the pages' style has them.
var tints = []string{"#0b5d63", "#a8442a", "#6b4a8c", "#2e6a3f", "#94600b", "#8a2f5d", "#2b5a94", "#5a5f17", "#7a3f2a", "#40507a", "#17655a", "#6e3a6b"}

// showPersonPicture is somebody's round picture, drawn: a letter on a colour.
func (x *X) showPersonPicture(w http.ResponseWriter, r *http.Request) {
	var person *xPerson
	err := x.look(r.Context(), func(c *xcall) (err error) { person, err = c.called(r.PathValue("handle")); return err })
	if err != nil || person == nil {
		x.sb.notFound(w, r)
		return
	}
	drawn := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><circle cx="48" cy="48" r="48" fill="%s"/><text x="48" y="64" font-family="system-ui, sans-serif" font-size="44" font-weight="600" fill="#fff" text-anchor="middle">%s</text></svg>`,
		tints[(person.Tint-1+12)%12], escaped(person.Letter()))
	x.showPicture(w, r, "image/svg+xml", []byte(drawn), nil)
}

func escaped(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(text)
}

func (x *X) showXStyle(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "max-age=300")
	http.ServeFileFS(w, r, pageFiles, "pages/x.css")
}
