package sandbox

import (
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// xPost is a post as it is kept.
type xPost struct {
	ID, Author, At, Conversation int64
	Answers, Quotes, Reposts     int64 // 0 for none
	Head                         string
	Text                         string // its addresses shortened
	Written                      string
	Media                        []int64
	App                          bool
}

const postColumns = `p.id, p.author, p.at, p.conversation, coalesce(p.answers, 0), coalesce(p.quotes, 0), coalesce(p.reposts, 0), p.head, p.text, p.written, p.media, p.app`

// posts gives those of a query behind "FROM x_posts p" that are not deleted.
func (c *xcall) posts(rest string, args ...any) ([]*xPost, error) {
	rows, err := c.db.QueryContext(c.ctx, `SELECT `+postColumns+` FROM x_posts p `+rest, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []*xPost
	for rows.Next() {
		var p xPost
		var media string
		if err := rows.Scan(&p.ID, &p.Author, &p.At, &p.Conversation, &p.Answers, &p.Quotes, &p.Reposts, &p.Head, &p.Text, &p.Written, &media, &p.App); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(media), &p.Media); err != nil {
			return nil, err
		}
		found = append(found, &p)
	}
	return found, rows.Err()
}

// post finds one by id; nil where there is none, or none any more.
func (c *xcall) post(id int64) (*xPost, error) {
	found, err := c.posts(`WHERE p.id = ? AND p.deleted = 0`, id)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// xDraft is a post that is to be made.
type xDraft struct {
	Text            string
	Answers, Quotes int64
	Media           []int64
	App             bool // over the API: those rules are stricter
}

// publish makes a post of a person's, or says which rule it is against.
func (c *xcall) publish(me *xPerson, d xDraft) (*xPost, error) {
	d.Text = strings.TrimSpace(norm.NFC.String(strings.ToValidUTF8(d.Text, "\ufffd")))
	if d.Text == "" && len(d.Media) == 0 {
		return nil, invalidRequest("text", "", "The text of a post without media may not be empty.")
	}
	if weight(d.Text) > longestPost {
		return nil, &problem{status: http.StatusForbidden, code: 186, detail: "Tweet needs to be a bit shorter."}
	}
	p := &xPost{Author: me.ID, At: milliseconds(c.now), Answers: d.Answers, Quotes: d.Quotes, Written: d.Text, Media: d.Media, App: d.App}
	if err := c.answering(me, p); err != nil {
		return nil, err
	}
	if p.Quotes != 0 {
		if quoted, err := c.post(p.Quotes); err != nil || quoted == nil {
			return nil, errors.Join(err, forbidden("You attempted to quote a Post that is deleted or not visible to you."))
		}
	}
	if err := c.checkMedia(me, d.Media); err != nil {
		return nil, err
	}
	twin, err := c.number(`SELECT id FROM x_posts WHERE author = ? AND written = ? AND written <> '' AND deleted = 0`, me.ID, d.Text)
	if err != nil {
		return nil, err
	}
	if twin != 0 {
		return nil, forbidden("You are not allowed to create a Tweet with duplicate content.")
	}
	if p.Text, err = c.shorten(d.Text); err != nil {
		return nil, err
	}
	if err := c.keep(p); err != nil {
		return nil, err
	}
	return p, c.tellPosted(me, p)
}

// answering fills in what a post gets from the one that it answers.
func (c *xcall) answering(me *xPerson, p *xPost) error {
	if p.Answers == 0 {
		return nil
	}
	answered, err := c.post(p.Answers)
	if err != nil {
		return err
	}
	if answered == nil || answered.Reposts != 0 {
		return forbidden("You attempted to reply to a Tweet that is deleted or not visible to you.")
	}
	p.Conversation = answered.Conversation
	if p.App {
		if err := c.summoned(me, answered); err != nil {
			return err
		}
	}
	author, err := c.person(answered.Author)
	if err != nil {
		return err
	}
	handles := []string{author.Handle}
	for _, piece := range pieces(answered.Head + answered.Written) {
		known, err := c.called(piece.value)
		if err != nil {
			return err
		}
		if piece.kind == "mention" && known != nil && !slices.Contains(handles, known.Handle) {
			handles = append(handles, known.Handle)
		}
	}
	for _, handle := range handles {
		if handle != me.Handle {
			p.Head += "@" + handle + " "
		}
	}
	return nil
}

// summoned lets an app answer only where the author of the answered post called its account: named it in words of their
// own, or quoted it. What X itself put at the head of a reply does not count.
func (c *xcall) summoned(me *xPerson, answered *xPost) error {
	s, err := c.x.switches(c.ctx)
	if err != nil || s.Unsummoned || answered.Author == me.ID {
		return err
	}
	called, err := c.number(`SELECT 1 FROM x_mentions WHERE post = ? AND person = ? AND explicit = 1`, answered.ID, me.ID)
	if err == nil && called == 0 && answered.Quotes != 0 {
		called, err = c.number(`SELECT 1 FROM x_posts WHERE id = ? AND author = ?`, answered.Quotes, me.ID)
	}
	if err != nil || called != 0 {
		return err
	}
	return forbidden("Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author of the post you are replying to.")
}

// keep writes a post and whom it names.
func (c *xcall) keep(p *xPost) error {
	var err error
	if p.ID, err = c.nextID(); err != nil {
		return err
	}
	if p.Conversation == 0 {
		p.Conversation = p.ID
	}
	media, err := json.Marshal(append([]int64{}, p.Media...))
	if err != nil {
		return err
	}
	_, err = c.db.ExecContext(c.ctx, `INSERT INTO x_posts (id, author, head, text, written, at, answers, conversation, quotes, reposts, media, app)
		VALUES (?, ?, ?, ?, ?, ?, nullif(?, 0), ?, nullif(?, 0), nullif(?, 0), ?, ?)`,
		p.ID, p.Author, p.Head, p.Text, p.Written, p.At, p.Answers, p.Conversation, p.Quotes, p.Reposts, string(media), p.App)
	if err != nil {
		return err
	}
	for _, part := range []struct {
		text     string
		explicit bool
	}{{p.Written, true}, {p.Head, false}} {
		for _, piece := range pieces(part.text) {
			if piece.kind == "url" {
				c.links = append(c.links, piece.value)
			}
			if piece.kind != "mention" {
				continue
			}
			_, err := c.db.ExecContext(c.ctx, `INSERT INTO x_mentions (post, person, explicit) SELECT ?, id, ? FROM x_people WHERE handle = ? ON CONFLICT DO NOTHING`, p.ID, part.explicit, piece.value)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// shorten puts X's short address in the place of each.
func (c *xcall) shorten(text string) (string, error) {
	var out strings.Builder
	at := 0
	for _, link := range addressesIn(text) {
		code := random(10)
		if _, err := c.db.ExecContext(c.ctx, `INSERT INTO x_links (code, url) VALUES (?, ?) ON CONFLICT DO NOTHING`, code, link.value); err != nil {
			return "", err
		}
		if err := c.db.QueryRowContext(c.ctx, `SELECT code FROM x_links WHERE url = ?`, link.value).Scan(&code); err != nil {
			return "", err
		}
		out.WriteString(text[at:link.from] + shortAddress + code)
		at = link.to
	}
	out.WriteString(text[at:])
	return out.String(), nil
}

const shortAddress = "https://t.co/"

// lengthen is the address behind a short one, "" where there is none.
func (c *xcall) lengthen(short string) (string, error) {
	var url string
	err := c.db.QueryRowContext(c.ctx, `SELECT url FROM x_links WHERE code = ?`, strings.TrimPrefix(short, shortAddress)).Scan(&url)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return url, err
}

// withdraw deletes a post of one's own, and tells whether there was one.
func (c *xcall) withdraw(me *xPerson, id int64) (bool, error) {
	done, err := c.db.ExecContext(c.ctx, `UPDATE x_posts SET deleted = 1 WHERE (id = ?1 AND author = ?2 OR reposts = ?1 AND EXISTS (SELECT 1 FROM x_posts q WHERE q.id = ?1 AND q.author = ?2)) AND deleted = 0`, id, me.ID)
	if err != nil {
		return false, err
	}
	n, err := done.RowsAffected()
	return n > 0, err
}

// readID reads an id of the API.
func readID(text string) (int64, bool) {
	id, err := strconv.ParseInt(text, 10, 64)
	return id, err == nil && id > 0 && len(text) <= 19
}
