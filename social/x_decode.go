package social

import (
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// xPage is a list of posts with whoever wrote them. Errors beside them, of posts that are gone, are nobody's concern.
type xPage struct {
	Data     []xPost `json:"data"`
	Includes struct {
		Users []xUser `json:"users"`
	} `json:"includes"`
	Meta struct {
		NextToken string `json:"next_token"`
	} `json:"meta"`
}

type xUser struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	Name     string `json:"name"`
}

// xPost is a post in both spellings of X's fields: names with tweet gave way to names with post in 2026.
type xPost struct {
	ID             string       `json:"id"`
	Text           string       `json:"text"`
	AuthorID       string       `json:"author_id"`
	ConversationID string       `json:"conversation_id"`
	CreatedAt      string       `json:"created_at"`
	Entities       xEntities    `json:"entities"`
	Tweets         []xReference `json:"referenced_tweets"`
	Posts          []xReference `json:"referenced_posts"`
	NoteTweet      *xNote       `json:"note_tweet"`
	NotePost       *xNote       `json:"note_post"`
	Metrics        struct {
		Impressions *int64 `json:"impression_count"`
		Likes       int64  `json:"like_count"`
		Replies     int64  `json:"reply_count"`
		Retweets    int64  `json:"retweet_count"`
		Reposts     int64  `json:"repost_count"`
	} `json:"public_metrics"`
}

type xReference struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

// xNote is the whole of a text that is longer than 280.
type xNote struct {
	Text     string    `json:"text"`
	Entities xEntities `json:"entities"`
}

type xEntities struct {
	URLs []struct {
		URL         string `json:"url"`
		ExpandedURL string `json:"expanded_url"`
		UnwoundURL  string `json:"unwound_url"`
	} `json:"urls"`
	Mentions []struct {
		ID       string `json:"id"`
		Username string `json:"username"`
	} `json:"mentions"`
}

// reference is the id of the post that this one refers to in a way, "" for none.
func (p *xPost) reference(way string) string {
	for _, r := range append(p.Tweets, p.Posts...) {
		if r.Type == way || way == "retweeted" && r.Type == "reposted" {
			return r.ID
		}
	}
	return ""
}

func (p *xPost) note() *xNote {
	if p.NotePost != nil {
		return p.NotePost
	}
	return p.NoteTweet
}

func (p *xPost) entities() xEntities {
	if note := p.note(); note != nil && (len(note.Entities.Mentions) > 0 || len(note.Entities.URLs) > 0) {
		return note.Entities
	}
	return p.Entities
}

var xEscapes = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")

// words are the text as written: whole, with the addresses that X shortened, and without its escapes of &, < and >.
func (p *xPost) words() string {
	text := p.Text
	if note := p.note(); note != nil && note.Text != "" {
		text = note.Text
	}
	text = xEscapes.Replace(text)
	for _, address := range p.entities().URLs {
		if address.URL != "" && address.ExpandedURL != "" {
			text = strings.ReplaceAll(text, address.URL, address.ExpandedURL)
		}
	}
	return text
}

// holds tells whether the post has a link in it.
func (p *xPost) holds(link string) bool {
	for _, address := range p.entities().URLs {
		if sameAddress(address.ExpandedURL, link) || sameAddress(address.UnwoundURL, link) {
			return true
		}
	}
	for _, word := range strings.Fields(p.words()) {
		if sameAddress(word, link) {
			return true
		}
	}
	return false
}

func (p *xPost) at(otherwise time.Time) time.Time {
	if at, err := time.Parse(time.RFC3339, p.CreatedAt); err == nil {
		return at.UTC()
	}
	return snowflakeTime(p.ID, otherwise)
}

func sameAddress(a, b string) bool {
	return a != "" && strings.TrimRight(a, "/") == strings.TrimRight(b, "/")
}

// sameText tells whether two texts are one but for spaces and for the mentions that a network puts before an answer.
func sameText(a, b string) bool {
	a, b = plainText(a), plainText(b)
	return a == b || withoutHead(a) == withoutHead(b) && withoutHead(a) != ""
}

func plainText(text string) string { return strings.Join(strings.Fields(norm.NFC.String(text)), " ") }

func withoutHead(text string) string {
	for strings.HasPrefix(text, "@") {
		_, rest, _ := strings.Cut(text, " ")
		text = strings.TrimSpace(rest)
	}
	return text
}
