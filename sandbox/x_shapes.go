package sandbox

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

func idText(id int64) string { return strconv.FormatInt(id, 10) }

// xTime is a time as X writes it.
func xTime(at int64) string { return time.UnixMilli(at).UTC().Format("2006-01-02T15:04:05.000Z") }

// counts are what a post brought.
type counts struct{ Replies, Reposts, Likes, Quotes, Views int64 }

func (c *xcall) counts(id int64) (n counts, err error) {
	err = c.db.QueryRowContext(c.ctx, `SELECT
		(SELECT count(*) FROM x_posts WHERE answers = ?1 AND deleted = 0), (SELECT count(*) FROM x_posts WHERE reposts = ?1 AND deleted = 0),
		(SELECT count(*) FROM x_likes WHERE post = ?1), (SELECT count(*) FROM x_posts WHERE quotes = ?1 AND deleted = 0),
		coalesce((SELECT times FROM x_views WHERE post = ?1), 0)`, id).Scan(&n.Replies, &n.Reposts, &n.Likes, &n.Quotes, &n.Views)
	return n, err
}

// shown is a post as the API shows it, with the fields that were asked for.
func (r *xrequest) shown(p *xPost) (object, error) {
	fields := r.asked("tweet")
	id, text := idText(p.ID), p.Head+p.Text
	o := object{"id": id, "text": text, "edit_history_tweet_ids": []any{id}}
	var author *xPerson
	if p.Reposts != 0 {
		original, err := r.post(p.Reposts)
		if err != nil {
			return nil, err
		}
		if original != nil {
			if author, err = r.person(original.Author); err != nil {
				return nil, err
			}
			text = "RT @" + author.Handle + ": " + original.Head + original.Text
			o["text"] = text
		}
	}
	for name, value := range map[string]any{
		"author_id": idText(p.Author), "created_at": xTime(p.At), "conversation_id": idText(p.Conversation), "lang": "und", "possibly_sensitive": false,
		"reply_settings": "everyone", "display_text_range": []any{utf8.RuneCountInString(p.Head), utf8.RuneCountInString(text)},
	} {
		if fields[name] {
			o[name] = value
		}
	}
	if p.Answers != 0 && fields["in_reply_to_user_id"] {
		to, err := r.number(`SELECT author FROM x_posts WHERE id = ?`, p.Answers)
		if err != nil {
			return nil, err
		}
		o["in_reply_to_user_id"] = idText(to)
	}
	if related := p.related(); fields["referenced_tweets"] && related != nil {
		o["referenced_tweets"] = related
	}
	if fields["public_metrics"] || fields["non_public_metrics"] {
		n, err := r.counts(p.ID)
		if err != nil {
			return nil, err
		}
		o["public_metrics"] = object{
			"retweet_count": n.Reposts, "reply_count": n.Replies, "like_count": n.Likes, "quote_count": n.Quotes, "bookmark_count": 0, "impression_count": n.Views,
		}
	}
	if fields["attachments"] && len(p.Media) > 0 {
		keys := []any{}
		for _, id := range p.Media {
			keys = append(keys, mediaKey(id))
		}
		o["attachments"] = object{"media_keys": keys}
	}
	if !fields["entities"] {
		return o, nil
	}
	entities, err := r.entities(text)
	if err == nil && len(entities) > 0 {
		o["entities"] = entities
	}
	return o, err
}

// related are the posts that a post has to do with.
func (p *xPost) related() []any {
	var found []any
	for _, kind := range []struct {
		name string
		id   int64
	}{{"replied_to", p.Answers}, {"quoted", p.Quotes}, {"retweeted", p.Reposts}} {
		if kind.id != 0 {
			found = append(found, object{"type": kind.name, "id": idText(kind.id)})
		}
	}
	return found
}

// entities are what X marked in a text; positions are in characters, the end beside the last.
func (c *xcall) entities(text string) (object, error) {
	o := object{}
	for _, piece := range pieces(text) {
		e := object{"start": utf8.RuneCountInString(text[:piece.from]), "end": utf8.RuneCountInString(text[:piece.to])}
		name := piece.kind + "s"
		switch piece.kind {
		case "hashtag":
			e["tag"] = piece.value
		case "mention":
			known, err := c.called(piece.value)
			if err != nil {
				return nil, err
			}
			if known == nil {
				continue
			}
			e["username"], e["id"] = known.Handle, idText(known.ID)
		case "url":
			long, err := c.lengthen(piece.value)
			if err != nil {
				return nil, err
			}
			if long == "" {
				long = piece.value
			}
			e["url"], e["expanded_url"], e["display_url"] = piece.value, long, shownAddress(long)
		}
		l, _ := o[name].([]any)
		o[name] = append(l, e)
	}
	return o, nil
}

// shownPerson is somebody as the API shows them.
func (r *xrequest) shownPerson(p *xPerson) (object, error) {
	fields := r.asked("user")
	o := object{"id": idText(p.ID), "name": p.Name, "username": p.Handle}
	for name, value := range map[string]any{
		"created_at": xTime(p.Created), "description": p.Bio, "protected": false, "verified": false, "verified_type": "none",
		"profile_image_url": r.x.url("/faces/" + p.Handle), "url": "", "location": "",
	} {
		if fields[name] {
			o[name] = value
		}
	}
	if fields["public_metrics"] {
		n, err := r.number(`SELECT count(*) FROM x_posts WHERE author = ? AND deleted = 0`, p.ID)
		if err != nil {
			return nil, err
		}
		o["public_metrics"] = object{"followers_count": 0, "following_count": 0, "tweet_count": n, "listed_count": 0, "like_count": 0}
	}
	return o, nil
}

// answerPosts is the answer for some posts with whatever else was asked to be included; one alone is not in a list.
func (r *xrequest) answerPosts(found []*xPost, alone bool) (object, error) {
	o := object{}
	shown := []any{}
	for _, p := range found {
		one, err := r.shown(p)
		if err != nil {
			return nil, err
		}
		shown = append(shown, one)
	}
	switch {
	case alone && len(shown) == 1:
		o["data"] = shown[0]
	case len(shown) > 0:
		o["data"] = shown
	}
	includes, err := r.includes(found)
	if err == nil && len(includes) > 0 {
		o["includes"] = includes
	}
	return o, err
}

// includes are the people, posts and media beside some posts, by the request's expansions.
func (r *xrequest) includes(found []*xPost) (object, error) {
	wanted := r.named("expansions")
	people, others := map[int64]bool{}, map[int64]bool{}
	o, media := object{}, []any{}
	for _, p := range found {
		if wanted["author_id"] {
			people[p.Author] = true
		}
		for _, id := range []int64{p.Answers, p.Quotes, p.Reposts} {
			if id != 0 && (wanted["referenced_tweets.id"] || wanted["referenced_tweets"]) {
				others[id] = true
			}
		}
		if wanted["entities.mentions.username"] {
			for _, piece := range pieces(p.Head + p.Text) {
				if known, err := r.called(piece.value); err != nil {
					return nil, err
				} else if known != nil && piece.kind == "mention" {
					people[known.ID] = true
				}
			}
		}
		if wanted["in_reply_to_user_id"] && p.Answers != 0 {
			to, err := r.number(`SELECT author FROM x_posts WHERE id = ?`, p.Answers)
			if err != nil {
				return nil, err
			}
			people[to] = true
		}
		if wanted["attachments.media_keys"] {
			for _, id := range p.Media {
				one, err := r.shownMedia(id)
				if err != nil {
					return nil, err
				}
				media = append(media, one)
			}
		}
	}
	for id := range others {
		p, err := r.post(id)
		if err != nil {
			return nil, err
		}
		if p == nil {
			continue
		}
		one, err := r.shown(p)
		if err != nil {
			return nil, err
		}
		if wanted["referenced_tweets.id.author_id"] {
			people[p.Author] = true
		}
		o["tweets"] = append(list(o, "tweets"), one)
	}
	for id := range people {
		p, err := r.person(id)
		if err != nil {
			return nil, err
		}
		one, err := r.shownPerson(p)
		if err != nil {
			return nil, err
		}
		o["users"] = append(list(o, "users"), one)
	}
	if len(media) > 0 {
		o["media"] = media
	}
	return o, nil
}

func mediaKey(id int64) string { return "3_" + strings.TrimSpace(idText(id)) }
