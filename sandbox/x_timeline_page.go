package sandbox

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// onePage is how many posts a page shows.
const onePage = 30

// timelinePage is the timeline, a person's page or a search: some posts, newest first.
type timelinePage struct {
	xPage
	Composer composer
	Who      *xPerson // whose page it is, nil for the timeline
	Posts    []*feedPost
	All      bool   // with replies
	Query    string // what was searched for
	Older    string
	Count    int64 // of the person's posts
	Granted  bool  // the person let the app act for them
}

func (x *X) showTimeline(w http.ResponseWriter, r *http.Request) {
	v, err := x.open(r, "x.timeline.title")
	if err != nil {
		x.sb.broken(w, r, err)
		return
	}
	p := timelinePage{xPage: v, Query: strings.TrimSpace(r.FormValue("q")), Composer: composer{xPage: v, ID: "new", Back: v.Here}}
	where, args := `1 = 1`, []any{}
	if p.Query != "" {
		where, args = `p.reposts IS NULL AND instr(lower(p.head || p.written), lower(?)) > 0`, []any{p.Query}
	}
	x.showFeed(w, r, p, where, args)
}

func (x *X) showPerson(w http.ResponseWriter, r *http.Request) {
	v, err := x.open(r, "x.timeline.title")
	if err != nil {
		x.sb.broken(w, r, err)
		return
	}
	p := timelinePage{xPage: v}
	err = x.look(r.Context(), func(c *xcall) (err error) {
		if p.Who, err = c.called(r.PathValue("handle")); err != nil || p.Who == nil {
			return err
		}
		if p.Count, err = c.number(`SELECT count(*) FROM x_posts WHERE author = ? AND deleted = 0`, p.Who.ID); err != nil {
			return err
		}
		live, err := c.number(`SELECT 1 FROM x_tokens WHERE person = ? AND revoked = 0 AND used = 0`, p.Who.ID)
		p.Granted = live == 1
		return err
	})
	if err != nil {
		x.sb.broken(w, r, err)
		return
	}
	if p.Who == nil {
		x.sb.notFound(w, r)
		return
	}
	p.Title = p.Who.Name + " (@" + p.Who.Handle + ")"
	x.showFeed(w, r, p, `p.author = ?`, []any{p.Who.ID})
}

// showFeed shows one page of the posts of a condition.
func (x *X) showFeed(w http.ResponseWriter, r *http.Request, p timelinePage, where string, args []any) {
	p.All = r.FormValue("all") != "" || p.Query != ""
	if !p.All {
		where += ` AND p.answers IS NULL`
	}
	if before, ok := readID(r.FormValue("before")); ok {
		where, args = where+` AND p.id < ?`, append(args, before)
	}
	var posts []*xPost
	var links []string
	err := x.look(r.Context(), func(c *xcall) (err error) {
		if posts, err = c.posts(`WHERE p.deleted = 0 AND `+where+` ORDER BY p.id DESC LIMIT `+strconv.Itoa(onePage+1), args...); err != nil {
			return err
		}
		links, err = c.linksOf(posts)
		return err
	})
	if err == nil {
		err = x.bringCards(r.Context(), links)
	}
	if err != nil {
		x.sb.broken(w, r, err)
		return
	}
	if len(posts) > onePage {
		posts = posts[:onePage]
		values := r.URL.Query()
		values.Set("before", idText(posts[onePage-1].ID))
		p.Older = r.URL.Path + "?" + values.Encode()
	}
	err = x.look(r.Context(), func(c *xcall) (err error) { p.Posts, err = c.feed(p.Me, posts); return err })
	if err != nil {
		x.sb.broken(w, r, err)
		return
	}
	x.seen(r.Context(), p.Posts)
	x.sb.show(w, http.StatusOK, "x_timeline.html", p, policy{})
}

// seen counts that posts were looked at; a figure that is lost is no matter.
func (x *X) seen(ctx context.Context, posts []*feedPost) {
	err := x.change(ctx, time.Time{}, func(c *xcall) error {
		for _, p := range posts {
			if _, err := c.db.ExecContext(ctx, `INSERT INTO x_views (post, times) VALUES (?, 1) ON CONFLICT (post) DO UPDATE SET times = times + 1`, p.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil && ctx.Err() == nil {
		x.sb.log.Debug("sandbox: views were not counted", "error", err)
	}
}

// statusPage is one post with what it answers and what answers it.
type statusPage struct {
	xPage
	Composer composer
	Above    []*feedPost
	Post     *feedPost
	Replies  []*feedPost
	Fresh    bool // it was just made
	Address  string
}

func (x *X) showStatus(w http.ResponseWriter, r *http.Request) {
	v, err := x.open(r, "x.timeline.title")
	if err != nil {
		x.sb.broken(w, r, err)
		return
	}
	id, _ := readID(r.PathValue("id"))
	var post *xPost
	var above, below []*xPost
	var links []string
	err = x.look(r.Context(), func(c *xcall) (err error) {
		if post, err = c.post(id); err != nil || post == nil || post.Reposts != 0 {
			return err
		}
		for p := post; p.Answers != 0; {
			if p, err = c.post(p.Answers); err != nil {
				return err
			}
			if p == nil {
				break
			}
			above = append([]*xPost{p}, above...)
		}
		below, err = c.posts(`WHERE p.deleted = 0 AND p.id IN (WITH RECURSIVE under (id) AS (SELECT ? UNION SELECT q.id FROM x_posts q JOIN under ON q.answers = under.id) SELECT id FROM under) AND p.id <> ? ORDER BY p.id LIMIT 200`, id, id)
		if err != nil {
			return err
		}
		links, err = c.linksOf(append(append([]*xPost{post}, above...), below...))
		return err
	})
	if err == nil {
		err = x.bringCards(r.Context(), links)
	}
	if err != nil {
		x.sb.broken(w, r, err)
		return
	}
	if post == nil || post.Reposts != 0 {
		x.sb.notFound(w, r)
		return
	}
	p := statusPage{xPage: v, Fresh: r.FormValue("posted") != ""}
	err = x.look(r.Context(), func(c *xcall) (err error) {
		if p.Post, err = c.feedOne(v.Me, post, true); err != nil {
			return err
		}
		if p.Above, err = c.feed(v.Me, above); err != nil {
			return err
		}
		p.Replies, err = c.feed(v.Me, below)
		return err
	})
	if err != nil {
		x.sb.broken(w, r, err)
		return
	}
	for _, reply := range p.Replies {
		reply.Deep = reply.Answers != post.ID
	}
	p.Title = p.Post.Who.Name + ": " + firstLine(post.Written)
	p.Address = x.url(p.Post.Path())
	p.Composer = composer{xPage: v, ID: "reply", Answers: p.Post, Back: p.Post.Path()}
	x.seen(r.Context(), append([]*feedPost{p.Post}, p.Replies...))
	x.sb.show(w, http.StatusOK, "x_status.html", p, policy{})
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	if runes := []rune(line); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return line
}
