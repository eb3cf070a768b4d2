package sandbox

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// mcall is one request of the API by somebody who signed in.
type mcall struct {
	*xcall
	m  *Mastodon
	r  *http.Request
	me *xPerson
	// app is the name of the app that they signed in to.
	app string
}

// serve answers with what do gives, for those whose token allows it by one of the scopes.
func (m *Mastodon) serve(scopes string, do func(*mcall) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		m.mu.Lock()
		spoilt := m.faults.take(r.Method + " " + r.URL.Path)
		m.mu.Unlock()
		if !m.count(w, token, spoilt == "limited") {
			answerAny(w, http.StatusTooManyRequests, object{"error": "Too many requests"})
			return
		}
		if p := spoilt.problem(); p != nil {
			answerAny(w, p.status, object{"error": "The operator of the sandbox asked for this error."})
			return
		}
		var out any
		work := func(c *xcall) (err error) {
			call := &mcall{xcall: c, m: m, r: r}
			var person int64
			var given string
			row := c.db.QueryRowContext(c.ctx, `SELECT t.person, t.scopes, a.name FROM m_tokens t JOIN m_apps a ON a.client = t.client WHERE t.token = ?`, token)
			if row.Scan(&person, &given, &call.app) != nil {
				return errNoToken
			}
			if !slices.ContainsFunc(strings.Fields(scopes), func(scope string) bool { return covers(given, scope) }) {
				return errScope
			}
			if call.me, err = c.person(person); err != nil {
				return err
			}
			out, err = do(call)
			return err
		}
		var err error
		if r.Method == http.MethodGet {
			err = m.x.look(r.Context(), work)
		} else {
			err = m.x.change(r.Context(), time.Time{}, work)
		}
		var failed *mFailure
		switch {
		case err == nil && lost(w, r, spoilt, m.sb.quit):
		case err == nil:
			answerAny(w, http.StatusOK, out)
		case errors.As(err, &failed):
			answerAny(w, failed.status, object{"error": failed.says})
		default:
			m.sb.log.Error("sandbox: a request of Mastodon failed", "path", r.URL.Path, "error", err)
			answerAny(w, http.StatusInternalServerError, object{"error": "Something went wrong"})
		}
	}
}

// covers tells whether scopes hold one: read covers read:statuses.
func covers(scopes, one string) bool {
	broad, _, _ := strings.Cut(one, ":")
	for _, given := range strings.Fields(scopes) {
		if given == one || given == broad {
			return true
		}
	}
	return false
}

func answerAny(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "private, no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

// given are a request's fields, sent as a form or as JSON.
func given(r *http.Request) map[string]string {
	fields := map[string]string{}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "application/json" {
		var body object
		_ = json.NewDecoder(r.Body).Decode(&body)
		for name, value := range body {
			fields[name], _ = value.(string)
		}
		return fields
	}
	_ = r.ParseForm()
	for name := range r.Form {
		fields[name] = r.Form.Get(name)
	}
	return fields
}

func (m *Mastodon) showInstance(w http.ResponseWriter, r *http.Request) {
	limits := object{"statuses": object{"max_characters": mostCharacters, "max_media_attachments": 4, "characters_reserved_per_url": linkCharacters}}
	if strings.HasPrefix(r.URL.Path, "/api/v1/") {
		answerAny(w, http.StatusOK, object{"uri": m.domain(), "title": "Sandbox", "version": "4.3.0", "configuration": limits})
		return
	}
	answerAny(w, http.StatusOK, object{"domain": m.domain(), "title": "Sandbox", "version": "4.3.0", "source_url": "https://github.com/mastodon/mastodon", "languages": []string{"en"}, "configuration": limits})
}

// showFinger says where somebody's account is.
func (m *Mastodon) showFinger(w http.ResponseWriter, r *http.Request) {
	name, domain, _ := strings.Cut(strings.TrimPrefix(r.FormValue("resource"), "acct:"), "@")
	var found *xPerson
	err := m.x.look(r.Context(), func(c *xcall) (err error) {
		found, err = c.called(name)
		return err
	})
	if err != nil || found == nil || domain != m.domain() {
		answerAny(w, http.StatusNotFound, object{"error": "Record not found"})
		return
	}
	answerAny(w, http.StatusOK, object{
		"subject": "acct:" + found.Handle + "@" + domain,
		"links":   []any{object{"rel": "self", "type": "application/activity+json", "href": m.url("/users/" + found.Handle)}},
	})
}

func (c *mcall) showMe() (any, error) { return c.m.account(c.me), nil }

func (c *mcall) listOf() (any, error) {
	id, _ := readID(c.r.PathValue("id"))
	posts, err := c.mPosts(`author = ? AND (visibility <> 'direct' OR author = ?) ORDER BY id DESC LIMIT ?`, id, c.me.ID, c.limit(20, 40))
	return c.shapes(posts, err)
}

func (c *mcall) limit(usual, most int) int {
	n, err := strconv.Atoi(c.r.FormValue("limit"))
	if err != nil || n < 1 {
		return usual
	}
	return min(n, most)
}

func (c *mcall) show() (any, error) {
	post, err := c.seen()
	if err != nil {
		return nil, err
	}
	return c.shape(post)
}

// seen is the post that the path names, if this person may see it.
func (c *mcall) seen() (*mPost, error) {
	id, _ := readID(c.r.PathValue("id"))
	post, err := c.visible(id, c.me)
	if err == nil && post == nil {
		return nil, errNoRecord
	}
	return post, err
}

func (c *mcall) create() (any, error) {
	fields := given(c.r)
	key := c.r.Header.Get("Idempotency-Key")
	if key != "" {
		posts, err := c.mPosts(`author = ? AND key = ? AND at > ?`, c.me.ID, key, milliseconds(c.now.Add(-time.Hour)))
		if err != nil {
			return nil, err
		}
		if len(posts) > 0 {
			return c.shape(posts[0])
		}
	}
	answers, _ := readID(fields["in_reply_to_id"])
	post, err := c.publish(c.me, mDraft{Text: fields["status"], Answers: answers, Named: fields["in_reply_to_id"] != "", Visibility: fields["visibility"], Language: fields["language"], App: c.app, Key: key})
	if err != nil {
		return nil, err
	}
	return c.shape(post)
}

func (c *mcall) remove() (any, error) {
	post, err := c.seen()
	if err == nil && post.Author != c.me.ID {
		err = errNoRecord
	}
	if err != nil {
		return nil, err
	}
	shape, err := c.shape(post)
	if err != nil {
		return nil, err
	}
	return shape, c.erase(post.ID)
}

func (c *mcall) around() (any, error) {
	post, err := c.seen()
	if err != nil {
		return nil, err
	}
	above, below, err := c.thread(post, c.me)
	if err != nil {
		return nil, err
	}
	ancestors, err := c.shapes(above, nil)
	if err != nil {
		return nil, err
	}
	descendants, err := c.shapes(below, nil)
	return object{"ancestors": ancestors, "descendants": descendants}, err
}

// notifications gives mentions alone; min_id pages forward from the oldest, as with Mastodon.
func (c *mcall) notifications() (any, error) {
	after, _ := readID(c.r.FormValue("min_id"))
	since, _ := readID(c.r.FormValue("since_id"))
	order := "DESC"
	if after > 0 || c.r.FormValue("min_id") == "0" {
		order = "ASC"
	}
	rows, err := c.db.QueryContext(c.ctx, `SELECT n.seen, n.post FROM m_mentions n JOIN m_posts p ON p.id = n.post WHERE n.person = ? AND p.author <> n.person AND n.seen > ? ORDER BY n.seen `+order+` LIMIT ?`,
		c.me.ID, max(after, since), c.limit(40, 80))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids [][2]int64
	for rows.Next() {
		var id [2]int64
		if err := rows.Scan(&id[0], &id[1]); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	list := []any{}
	for _, id := range ids {
		post, err := c.visible(id[1], c.me)
		if err != nil {
			return nil, err
		}
		if post == nil {
			continue
		}
		shape, err := c.shape(post)
		if err != nil {
			return nil, err
		}
		one := object{"id": idText(id[0]), "type": "mention", "created_at": shape["created_at"], "account": shape["account"], "status": shape}
		if order == "ASC" {
			list = append([]any{one}, list...) // the newest of a page stands first all the same
		} else {
			list = append(list, one)
		}
	}
	return list, nil
}
