package sandbox

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// composer is the form in which somebody writes a post.
type composer struct {
	xPage
	ID      string // of the form, one of its own on each page
	Text    string
	As      string // handle of who writes, where a problem made the form come back
	Answers *feedPost
	Quotes  *feedPost
	Back    string
	Problem string
	Used    int // weighted characters
}

// Limit is how many weighted characters a post may have.
func (c composer) Limit() int { return longestPost }

// Author is who writes, as far as that is known.
func (c composer) Author() string {
	if c.As == "" && c.Me != nil {
		return c.Me.Handle
	}
	return c.As
}

// showCompose is where a compose link leads: the text is there already, the person posts it.
func (x *X) showCompose(w http.ResponseWriter, r *http.Request) {
	v, err := x.open(r, "x.compose.title")
	if err != nil {
		x.sb.broken(w, r, err)
		return
	}
	text := strings.TrimRight(r.FormValue("text"), " ")
	if link := r.FormValue("url"); link != "" {
		if text != "" && !strings.HasSuffix(text, "\n") {
			text += " "
		}
		text += link
	}
	for _, tag := range strings.FieldsFunc(r.FormValue("hashtags"), func(r rune) bool { return r == ',' || r == ' ' }) {
		text += " #" + strings.TrimPrefix(tag, "#")
	}
	c := composer{xPage: v, ID: "compose", Text: text, Used: weight(text), Back: "status"}
	answers, _ := readID(r.FormValue("in_reply_to"))
	quotes, _ := readID(r.FormValue("quote"))
	if err := x.fillIn(r, &c, answers, quotes); err != nil {
		x.sb.broken(w, r, err)
		return
	}
	x.sb.show(w, http.StatusOK, "x_compose.html", c, policy{})
}

// fillIn finds the posts that a composer is about.
func (x *X) fillIn(r *http.Request, c *composer, answers, quotes int64) error {
	return x.look(r.Context(), func(call *xcall) error {
		for _, about := range []struct {
			id   int64
			into **feedPost
		}{{answers, &c.Answers}, {quotes, &c.Quotes}} {
			p, err := call.post(about.id)
			if err != nil {
				return err
			}
			if p == nil {
				continue
			}
			if *about.into, err = call.feedOne(c.Me, p, false); err != nil {
				return err
			}
		}
		return nil
	})
}

// createPost takes the fields as (who, else who is signed in), text, in_reply_to, quote and back.
func (x *X) createPost(w http.ResponseWriter, r *http.Request) {
	if !x.sb.parseForm(w, r) {
		return
	}
	v, err := x.open(r, "x.compose.title")
	if err != nil {
		x.sb.broken(w, r, err)
		return
	}
	// A browser sends line breaks as two characters.
	text := strings.ReplaceAll(r.PostFormValue("text"), "\r\n", "\n")
	d := xDraft{Text: text}
	d.Answers, _ = readID(r.PostFormValue("in_reply_to"))
	d.Quotes, _ = readID(r.PostFormValue("quote"))
	as := r.PostFormValue("as")
	if as == "" && v.Me != nil {
		as = v.Me.Handle
	}
	var me *xPerson
	var made *xPost
	err = x.change(r.Context(), formTime(r), func(c *xcall) (err error) {
		if me, err = c.called(as); err != nil {
			return err
		}
		if me == nil {
			return &problem{status: http.StatusUnprocessableEntity, detail: "nobody"}
		}
		made, err = c.publish(me, d)
		return err
	})
	var refused *problem
	if errors.As(err, &refused) {
		c := composer{xPage: v, ID: "compose", Text: text, As: as, Used: weight(text), Back: r.PostFormValue("back"), Problem: v.T(problemKey(refused))}
		if err := x.fillIn(r, &c, d.Answers, d.Quotes); err != nil {
			x.sb.broken(w, r, err)
			return
		}
		x.sb.show(w, http.StatusUnprocessableEntity, "x_compose.html", c, policy{})
		return
	}
	if err != nil {
		x.sb.broken(w, r, err)
		return
	}
	signIn(w, me.Handle)
	if r.PostFormValue("back") == "status" {
		http.Redirect(w, r, "/"+me.Handle+"/status/"+idText(made.ID)+"?posted=1", http.StatusSeeOther)
		return
	}
	http.Redirect(w, r, at(back(r), made.ID), http.StatusSeeOther)
}

// formTime is the time that a made-up past hands in with a form, zero for now.
func formTime(r *http.Request) time.Time {
	if at := pastTime(r); at != 0 {
		return time.Unix(at, 0).UTC()
	}
	return time.Time{}
}

// problemKey is the word for what is wrong with a post.
func problemKey(p *problem) string {
	switch {
	case p.code == 186:
		return "x.problem.long"
	case p.detail == "nobody":
		return "x.problem.nobody"
	case strings.Contains(p.detail, "duplicate"):
		return "x.problem.twice"
	case strings.Contains(p.detail, "deleted"):
		return "x.problem.gone"
	}
	return "x.problem.empty"
}

// at is an address with the place of a post on its page.
func at(address string, id int64) string {
	where, err := url.Parse(address)
	if err != nil {
		return "/"
	}
	where.Fragment = "p" + idText(id)
	return where.String()
}

// act does what a button below a post is there for; who is not signed in chooses who they are first.
func (x *X) act(w http.ResponseWriter, r *http.Request, work func(*xcall, *xPerson, *xPost) error) {
	if !x.sb.parseForm(w, r) {
		return
	}
	v, err := x.open(r, "x.timeline.title")
	if err != nil {
		x.sb.broken(w, r, err)
		return
	}
	if v.Me == nil {
		http.Redirect(w, r, "/people?back="+url.QueryEscape(back(r)), http.StatusSeeOther)
		return
	}
	id, _ := readID(r.PathValue("id"))
	found := false
	err = x.change(r.Context(), formTime(r), func(c *xcall) error {
		p, err := c.post(id)
		if err != nil || p == nil {
			return err
		}
		found = true
		return work(c, v.Me, p)
	})
	switch {
	case err != nil:
		x.sb.broken(w, r, err)
	case !found:
		x.sb.notFound(w, r)
	default:
		http.Redirect(w, r, at(back(r), id), http.StatusSeeOther)
	}
}

// updateLike likes a post, or no longer.
func (x *X) updateLike(w http.ResponseWriter, r *http.Request) {
	x.act(w, r, func(c *xcall, me *xPerson, p *xPost) error {
		if r.PostFormValue("off") != "" {
			_, err := c.db.ExecContext(c.ctx, `DELETE FROM x_likes WHERE post = ? AND person = ?`, p.ID, me.ID)
			return err
		}
		_, err := c.db.ExecContext(c.ctx, `INSERT INTO x_likes (post, person) VALUES (?, ?) ON CONFLICT DO NOTHING`, p.ID, me.ID)
		return err
	})
}

// updateRepost shows a post to one's own readers, or no longer.
func (x *X) updateRepost(w http.ResponseWriter, r *http.Request) {
	x.act(w, r, func(c *xcall, me *xPerson, p *xPost) error {
		own, err := c.number(`SELECT id FROM x_posts WHERE reposts = ? AND author = ? AND deleted = 0`, p.ID, me.ID)
		switch {
		case err != nil:
			return err
		case r.PostFormValue("off") != "":
			_, err = c.withdraw(me, own)
			return err
		case own != 0:
			return nil
		}
		return c.keep(&xPost{Author: me.ID, At: milliseconds(c.now), Reposts: p.ID})
	})
}

// deletePost takes a post of one's own away.
func (x *X) deletePost(w http.ResponseWriter, r *http.Request) {
	x.act(w, r, func(c *xcall, me *xPerson, p *xPost) error {
		_, err := c.withdraw(me, p.ID)
		return err
	})
}
