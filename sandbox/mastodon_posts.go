package sandbox

import (
	"html"
	"regexp"
	"slices"
	"strings"

	"github.com/rivo/uniseg"
)

// The limits of a post: its characters, and what an address counts.
const (
	mostCharacters = 500
	linkCharacters = 23
)

// mPost is a post as it is kept.
type mPost struct {
	ID, Author, At, Answers         int64
	Text, Visibility, Language, App string
}

// mDraft is a post to be made. Named says that it answers something, though Answers may be nothing that is there.
type mDraft struct {
	Text                           string
	Answers                        int64
	Named                          bool
	Visibility, Language, App, Key string
}

var mMention = regexp.MustCompile(`(^|[^a-zA-Z0-9_/@])@([a-zA-Z0-9_]{1,30})(?:@([a-zA-Z0-9.:-]*[a-zA-Z0-9]))?`)

// mLength counts a text as Mastodon does: an address 23, of a mention its first half alone.
func mLength(text string) int {
	used := 0
	for _, address := range slices.Backward(addressesIn(text)) {
		if strings.Contains(text[address.from:address.to], "://") {
			text = text[:address.from] + text[address.to:]
			used += linkCharacters
		}
	}
	return used + uniseg.GraphemeClusterCount(mMention.ReplaceAllString(text, "$1@$2"))
}

// mPublish makes a post of somebody, and tells those whom it names.
func (c *xcall) mPublish(m *Mastodon, who *xPerson, d mDraft) (*mPost, error) {
	d.Text = strings.TrimSpace(d.Text)
	switch {
	case d.Text == "":
		return nil, errBlank
	case mLength(d.Text) > mostCharacters:
		return nil, errTooLong
	}
	if !slices.Contains([]string{"public", "unlisted", "private", "direct"}, d.Visibility) {
		d.Visibility = "public"
	}
	if d.Named || d.Answers != 0 {
		parent, err := c.mVisible(d.Answers, who)
		if err != nil {
			return nil, err
		}
		if parent == nil {
			return nil, errNoParent
		}
	}
	id, err := c.mNextID("m_posts", "id")
	if err != nil {
		return nil, err
	}
	post := &mPost{ID: id, Author: who.ID, At: milliseconds(c.now), Answers: d.Answers, Text: d.Text, Visibility: d.Visibility, Language: d.Language, App: d.App}
	_, err = c.db.ExecContext(c.ctx, `INSERT INTO m_posts (id, author, text, at, answers, visibility, language, app, key) VALUES (?, ?, ?, ?, nullif(?, 0), ?, ?, ?, nullif(?, ''))`,
		post.ID, post.Author, post.Text, post.At, post.Answers, post.Visibility, post.Language, post.App, d.Key)
	if err != nil {
		return nil, err
	}
	for _, named := range mMention.FindAllStringSubmatch(d.Text, -1) {
		if named[3] != "" && named[3] != m.domain() {
			continue
		}
		person, err := c.called(named[2])
		if err != nil {
			return nil, err
		}
		if person == nil {
			continue
		}
		seen, err := c.mNextID("m_mentions", "seen")
		if err != nil {
			return nil, err
		}
		if _, err := c.db.ExecContext(c.ctx, `INSERT INTO m_mentions (post, person, seen) VALUES (?, ?, ?) ON CONFLICT (post, person) DO NOTHING`, post.ID, person.ID, seen); err != nil {
			return nil, err
		}
	}
	return post, nil
}

func (c *mcall) publish(who *xPerson, d mDraft) (*mPost, error) { return c.mPublish(c.m, who, d) }

// mNextID is an id that carries its time, as Mastodon's do, and is larger than all before it.
func (c *xcall) mNextID(table, column string) (int64, error) {
	last, err := c.number(`SELECT max(` + column + `) FROM ` + table)
	return max(last+1, milliseconds(c.now)<<16), err
}

// mPosts gives those of a condition.
func (c *xcall) mPosts(condition string, args ...any) ([]*mPost, error) {
	rows, err := c.db.QueryContext(c.ctx, `SELECT id, author, text, at, coalesce(answers, 0), visibility, language, app FROM m_posts WHERE `+condition, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []*mPost
	for rows.Next() {
		var p mPost
		if err := rows.Scan(&p.ID, &p.Author, &p.Text, &p.At, &p.Answers, &p.Visibility, &p.Language, &p.App); err != nil {
			return nil, err
		}
		found = append(found, &p)
	}
	return found, rows.Err()
}

// mayRead is the condition that somebody (0 for anybody) may see a post; it takes the person twice.
const mayRead = `(visibility NOT IN ('direct', 'private') OR author = ? OR id IN (SELECT post FROM m_mentions WHERE person = ?))`

// mVisible is a post if this person may see it, nil otherwise.
func (c *xcall) mVisible(id int64, who *xPerson) (*mPost, error) {
	person := int64(0)
	if who != nil {
		person = who.ID
	}
	posts, err := c.mPosts(`id = ? AND `+mayRead, id, person, person)
	if err != nil || len(posts) == 0 {
		return nil, err
	}
	return posts[0], nil
}

func (c *mcall) visible(id int64, who *xPerson) (*mPost, error) { return c.mVisible(id, who) }

// thread is what stands above a post, from the head, and all that stands below it, as far as somebody may see it.
func (c *xcall) thread(post *mPost, who *xPerson) (above, below []*mPost, err error) {
	for at := post.Answers; at != 0; {
		parent, err := c.mVisible(at, who)
		if err != nil || parent == nil {
			break
		}
		above, at = append([]*mPost{parent}, above...), parent.Answers
	}
	person := int64(0)
	if who != nil {
		person = who.ID
	}
	below, err = c.mPosts(`id IN (WITH RECURSIVE tree(id) AS (SELECT id FROM m_posts WHERE answers = ? UNION SELECT p.id FROM m_posts p JOIN tree ON p.answers = tree.id) SELECT id FROM tree) AND `+mayRead+` ORDER BY id`,
		post.ID, person, person)
	return above, below, err
}

// erase takes a post away; what answered it stands by itself from then on.
func (c *xcall) erase(id int64) error {
	for _, statement := range []string{`UPDATE m_posts SET answers = NULL WHERE answers = ?`, `DELETE FROM m_posts WHERE id = ?`} {
		if _, err := c.db.ExecContext(c.ctx, statement, id); err != nil {
			return err
		}
	}
	return nil
}

// marks are how many favoured and boosted a post, and how many answered it.
func (c *xcall) marks(id int64) (favourites, boosts, replies int64, err error) {
	row := c.db.QueryRowContext(c.ctx, `SELECT (SELECT count(*) FROM m_marks WHERE post = ?1 AND kind = 'favourite'), (SELECT count(*) FROM m_marks WHERE post = ?1 AND kind = 'boost'), (SELECT count(*) FROM m_posts WHERE answers = ?1)`, id)
	err = row.Scan(&favourites, &boosts, &replies)
	return favourites, boosts, replies, err
}

// content is a post's text as Mastodon sends it: paragraphs, with links cut into parts and mentions wrapped.
func (m *Mastodon) content(text string) string {
	var out strings.Builder
	for paragraph := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		out.WriteString("<p>" + strings.ReplaceAll(m.marked(paragraph), "\n", "<br>") + "</p>")
	}
	return out.String()
}

func (m *Mastodon) marked(text string) string {
	var out strings.Builder
	at := 0
	found := addressesIn(text)
	for _, tag := range tagged.FindAllStringSubmatchIndex(text, -1) {
		found = place(found, piece{tag[3], tag[5], "hashtag", text[tag[4]:tag[5]]})
	}
	for _, named := range mMention.FindAllStringSubmatchIndex(text, -1) {
		if named[6] < 0 || text[named[6]:named[7]] == m.domain() {
			found = place(found, piece{named[3], named[1], "mention", text[named[4]:named[5]]})
		}
	}
	for _, p := range found {
		out.WriteString(html.EscapeString(text[at:p.from]))
		shown := html.EscapeString(text[p.from:p.to])
		switch p.kind {
		case "hashtag":
			out.WriteString(`<a href="` + html.EscapeString(m.url("/tags/"+p.value)) + `" class="mention hashtag" rel="tag">#<span>` + html.EscapeString(p.value) + `</span></a>`)
		case "mention":
			out.WriteString(`<span class="h-card" translate="no"><a href="` + html.EscapeString(m.url("/@"+p.value)) + `" class="u-url mention">@<span>` + html.EscapeString(p.value) + `</span></a></span>`)
		default:
			scheme, rest, _ := strings.Cut(shown, "://")
			start, end, class := rest, "", ""
			if len(rest) > 30 {
				start, end, class = rest[:30], rest[30:], "ellipsis"
			}
			out.WriteString(`<a href="` + html.EscapeString(p.value) + `" target="_blank" rel="nofollow noopener" translate="no"><span class="invisible">` + scheme + `://</span><span class="` + class + `">` + start + `</span><span class="invisible">` + end + `</span></a>`)
		}
		at = p.to
	}
	out.WriteString(html.EscapeString(text[at:]))
	return out.String()
}

// account is somebody as the API shows them.
func (m *Mastodon) account(p *xPerson) object {
	return object{
		"id": idText(p.ID), "username": p.Handle, "acct": p.Handle, "display_name": p.Name, "locked": false, "bot": false, "created_at": xTime(p.Created), "note": m.content(p.Bio),
		"url": m.url("/@" + p.Handle), "uri": m.url("/users/" + p.Handle), "emojis": []any{}, "fields": []any{},
	}
}

func (c *mcall) shapes(posts []*mPost, err error) ([]object, error) {
	list := []object{}
	for _, p := range posts {
		shape, shapeErr := c.shape(p)
		if shapeErr != nil {
			return nil, shapeErr
		}
		list = append(list, shape)
	}
	return list, err
}

// shape is a post as the API shows it.
func (c *mcall) shape(p *mPost) (object, error) {
	author, err := c.person(p.Author)
	if err != nil {
		return nil, err
	}
	mentions := []object{}
	rows, err := c.db.QueryContext(c.ctx, `SELECT person FROM m_mentions WHERE post = ? ORDER BY seen`, p.ID)
	if err != nil {
		return nil, err
	}
	var named []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			rows.Close()
			return nil, err
		}
		named = append(named, id)
	}
	rows.Close()
	for _, id := range named {
		person, err := c.person(id)
		if err != nil {
			return nil, err
		}
		mentions = append(mentions, object{"id": idText(id), "username": person.Handle, "acct": person.Handle, "url": c.m.url("/@" + person.Handle)})
	}
	favourites, boosts, replies, err := c.marks(p.ID)
	shape := object{
		"id": idText(p.ID), "created_at": xTime(p.At), "in_reply_to_id": nil, "sensitive": false, "spoiler_text": "", "visibility": p.Visibility, "language": orNil(p.Language),
		"uri": c.m.url("/users/" + author.Handle + "/statuses/" + idText(p.ID)), "url": c.m.url("/@" + author.Handle + "/" + idText(p.ID)), "replies_count": replies, "reblogs_count": boosts, "favourites_count": favourites,
		"content": c.m.content(p.Text), "reblog": nil, "account": c.m.account(author), "media_attachments": []any{}, "mentions": mentions, "tags": []any{}, "emojis": []any{}, "card": nil, "poll": nil,
	}
	if p.Answers != 0 {
		shape["in_reply_to_id"] = idText(p.Answers)
	}
	return shape, err
}
