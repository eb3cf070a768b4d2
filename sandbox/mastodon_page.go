package sandbox

import (
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// site are the pages that people see. Who one is on the local X one is here, too.
func (m *Mastodon) site() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /oauth/authorize", m.showAuthorize)
	mux.HandleFunc("POST /oauth/authorize", m.createAuthorization)
	mux.HandleFunc("GET /{$}", m.showHome)
	mux.HandleFunc("GET /share", m.showHome)
	mux.HandleFunc("POST /posts", m.createPost)
	mux.HandleFunc("POST /posts/{id}/marks", m.updateMark)
	mux.HandleFunc("POST /posts/{id}/removal", m.deletePost)
	mux.HandleFunc("POST /session", m.x.createSession)
	mux.HandleFunc("POST /session/removal", m.x.deleteSession)
	mux.HandleFunc("GET /people", m.x.listPeople)
	mux.HandleFunc("POST /people", m.x.createPerson)
	mux.HandleFunc("POST /grants/removal", m.deleteGrants)
	mux.HandleFunc("POST /operator/faults", m.updateFaults)
	mux.HandleFunc("GET /style.css", m.sb.showStyle)
	mux.HandleFunc("GET /x.css", m.x.showXStyle)
	mux.HandleFunc("GET /{handle}", m.showPerson)
	mux.HandleFunc("GET /{handle}/{id}", m.showPost)
	mux.HandleFunc("/", m.sb.notFound)
	return mux
}

// mPage is what every page of Mastodon knows.
type mPage struct {
	xPage
	Domain string
}

// mMessage is a page that says one thing.
type mMessage struct {
	mPage
	Text string
}

func (m *Mastodon) open(r *http.Request, titleKey string) (mPage, error) {
	v, err := m.x.open(r, titleKey)
	return mPage{v, m.domain()}, err
}

// mShown is a post with all that its place on a page shows.
type mShown struct {
	*mPost
	Who                         *xPerson
	Words                       template.HTML // made by content, which escapes what people wrote
	Favourites, Boosts, Replies int64
	Favoured, Boosted, Main     bool
}

// Path is where the post has a page of its own.
func (p mShown) Path() string { return "/@" + p.Who.Handle + "/" + idText(p.ID) }

// Secret tells whether it is for those alone whom it names.
func (p mShown) Secret() bool { return p.Visibility == "direct" || p.Visibility == "private" }

func (m *Mastodon) shown(c *xcall, posts []*mPost, me *xPerson) ([]mShown, error) {
	var all []mShown
	for _, p := range posts {
		s := mShown{mPost: p, Words: template.HTML(m.content(p.Text))}
		var err error
		if s.Who, err = c.person(p.Author); err != nil {
			return nil, err
		}
		if s.Favourites, s.Boosts, s.Replies, err = c.marks(p.ID); err != nil {
			return nil, err
		}
		if me != nil {
			for kind, into := range map[string]*bool{"favourite": &s.Favoured, "boost": &s.Boosted} {
				n, err := c.number(`SELECT count(*) FROM m_marks WHERE post = ? AND person = ? AND kind = ?`, p.ID, me.ID, kind)
				if err != nil {
					return nil, err
				}
				*into = n > 0
			}
		}
		all = append(all, s)
	}
	return all, nil
}

// mFeed is a page with posts: of everybody, of one person, or around one post.
type mFeed struct {
	mPage
	Who      *xPerson
	Posts    []mShown
	Answers  int64 // the post that the composer answers
	Text     string
	Problem  string
	Granted  bool
	Faults   []operatorFault
	Composed bool // the page is about one post
}

// Length is how much of a post is used.
func (f mFeed) Length() int { return mLength(f.Text) }

// mostShown is how many posts a page shows.
const mostShown = 60

func (m *Mastodon) showHome(w http.ResponseWriter, r *http.Request) {
	f := mFeed{Text: r.FormValue("text")}
	var err error
	if f.mPage, err = m.open(r, "m.title"); err == nil {
		err = m.x.look(r.Context(), func(c *xcall) error {
			person := int64(0)
			if f.Me != nil {
				person = f.Me.ID
			}
			posts, err := c.mPosts(mayRead+` ORDER BY id DESC LIMIT ?`, person, person, mostShown)
			if err != nil {
				return err
			}
			f.Posts, err = m.shown(c, posts, f.Me)
			return err
		})
	}
	if err != nil {
		m.sb.broken(w, r, err)
		return
	}
	m.mu.Lock()
	f.Faults = m.faults.rows()
	m.mu.Unlock()
	m.sb.show(w, http.StatusOK, "m_feed.html", f, policy{})
}

func (m *Mastodon) showPerson(w http.ResponseWriter, r *http.Request) {
	f := mFeed{}
	var err error
	if f.mPage, err = m.open(r, "m.title"); err == nil {
		err = m.x.look(r.Context(), func(c *xcall) error {
			name, isPerson := strings.CutPrefix(r.PathValue("handle"), "@")
			who, err := c.called(name)
			if err != nil || who == nil || !isPerson {
				return err
			}
			person := int64(0)
			if f.Me != nil {
				person = f.Me.ID
			}
			posts, err := c.mPosts(`author = ? AND `+mayRead+` ORDER BY id DESC LIMIT ?`, who.ID, person, person, mostShown)
			if err != nil {
				return err
			}
			f.Who, f.Title = who, who.Name
			granted, err := c.number(`SELECT count(*) FROM m_tokens WHERE person = ?`, who.ID)
			if err != nil {
				return err
			}
			f.Granted = granted > 0
			f.Posts, err = m.shown(c, posts, f.Me)
			return err
		})
	}
	switch {
	case err != nil:
		m.sb.broken(w, r, err)
	case f.Who == nil:
		m.sb.notFound(w, r)
	default:
		m.sb.show(w, http.StatusOK, "m_feed.html", f, policy{})
	}
}

// showPost is a post's own page, with all around it and room for an answer.
func (m *Mastodon) showPost(w http.ResponseWriter, r *http.Request) {
	f := mFeed{Composed: true}
	id, _ := readID(r.PathValue("id"))
	var err error
	if f.mPage, err = m.open(r, "m.title"); err == nil {
		err = m.x.look(r.Context(), func(c *xcall) error {
			post, err := c.mVisible(id, f.Me)
			if err != nil || post == nil {
				return err
			}
			above, below, err := c.thread(post, f.Me)
			if err != nil {
				return err
			}
			f.Posts, err = m.shown(c, append(append(above, post), below...), f.Me)
			if err != nil {
				return err
			}
			f.Posts[len(above)].Main = true
			who := f.Posts[len(above)].Who
			if who.Handle != strings.TrimPrefix(r.PathValue("handle"), "@") {
				f.Posts = nil
				return nil
			}
			f.Answers, f.Text, f.Title = post.ID, "@"+who.Handle+" ", who.Name
			return nil
		})
	}
	switch {
	case err != nil:
		m.sb.broken(w, r, err)
	case f.Posts == nil:
		m.sb.notFound(w, r)
	default:
		m.sb.show(w, http.StatusOK, "m_feed.html", f, policy{})
	}
}

// createPost takes a post of whom the field as names, or of who signed in.
func (m *Mastodon) createPost(w http.ResponseWriter, r *http.Request) {
	if !m.sb.parseForm(w, r) {
		return
	}
	v, err := m.open(r, "m.title")
	if err != nil {
		m.sb.broken(w, r, err)
		return
	}
	d := mDraft{Text: strings.ReplaceAll(r.PostFormValue("text"), "\r\n", "\n"), Visibility: r.PostFormValue("visibility")}
	d.Answers, _ = readID(r.PostFormValue("in_reply_to_id"))
	as := r.PostFormValue("as")
	if as == "" && v.Me != nil {
		as = v.Me.Handle
	}
	var me *xPerson
	var made *mPost
	err = m.x.change(r.Context(), time.Time{}, func(c *xcall) (err error) {
		if me, err = c.called(as); err == nil && me == nil {
			err = &mFailure{http.StatusUnprocessableEntity, "nobody"}
		}
		if err == nil {
			made, err = c.mPublish(m, me, d)
		}
		return err
	})
	var failed *mFailure
	switch {
	case errors.As(err, &failed):
		f := mFeed{mPage: v, Answers: d.Answers, Text: d.Text, Problem: v.T(problemOf[failed])}
		if problemOf[failed] == "" {
			f.Problem = v.T("x.problem.nobody")
		}
		m.sb.show(w, http.StatusUnprocessableEntity, "m_feed.html", f, policy{})
	case err != nil:
		m.sb.broken(w, r, err)
	default:
		signIn(w, me.Handle)
		http.Redirect(w, r, "/@"+url.PathEscape(me.Handle)+"/"+idText(made.ID), http.StatusSeeOther)
	}
}

var problemOf = map[*mFailure]string{errBlank: "x.problem.empty", errTooLong: "m.problem.long", errNoParent: "x.problem.gone"}

// updateMark favours or boosts a post, or takes that back.
func (m *Mastodon) updateMark(w http.ResponseWriter, r *http.Request) {
	id, _ := readID(r.PathValue("id"))
	m.act(w, r, func(c *xcall, me *xPerson) error {
		kind := r.PostFormValue("kind")
		post, err := c.mVisible(id, me)
		if err != nil || post == nil || kind != "favourite" && kind != "boost" {
			return err
		}
		statement := `INSERT INTO m_marks (post, person, kind) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`
		if r.PostFormValue("off") != "" {
			statement = `DELETE FROM m_marks WHERE post = ? AND person = ? AND kind = ?`
		}
		_, err = c.db.ExecContext(c.ctx, statement, id, me.ID, kind)
		return err
	})
}

func (m *Mastodon) deletePost(w http.ResponseWriter, r *http.Request) {
	id, _ := readID(r.PathValue("id"))
	m.act(w, r, func(c *xcall, me *xPerson) error {
		post, err := c.mVisible(id, me)
		if err != nil || post == nil || post.Author != me.ID {
			return err
		}
		return c.erase(id)
	})
}

// deleteGrants takes back what apps may do as somebody.
func (m *Mastodon) deleteGrants(w http.ResponseWriter, r *http.Request) {
	m.act(w, r, func(c *xcall, me *xPerson) error {
		_, err := c.db.ExecContext(c.ctx, `DELETE FROM m_tokens WHERE person = ?`, me.ID)
		return err
	})
}

// act does something as who signed in, or as whom the field person names, and goes back to where it was asked for.
func (m *Mastodon) act(w http.ResponseWriter, r *http.Request, do func(*xcall, *xPerson) error) {
	if !m.sb.parseForm(w, r) {
		return
	}
	v, err := m.open(r, "m.title")
	if err == nil {
		err = m.x.change(r.Context(), time.Time{}, func(c *xcall) (err error) {
			me := v.Me
			if named := r.PostFormValue("person"); named != "" {
				if me, err = c.called(named); err != nil {
					return err
				}
			}
			if me == nil {
				return nil
			}
			return do(c, me)
		})
	}
	if err != nil {
		m.sb.broken(w, r, err)
		return
	}
	http.Redirect(w, r, back(r), http.StatusSeeOther)
}

func (m *Mastodon) updateFaults(w http.ResponseWriter, r *http.Request) {
	if !m.sb.parseForm(w, r) {
		return
	}
	if _, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue("count"))); err != nil {
		r.PostForm.Set("count", "1")
	}
	m.mu.Lock()
	m.faults.update(r)
	m.mu.Unlock()
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
