package social

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
)

// The events that X delivers to us and that mean something here.
const (
	XMentioned = "post.mention.create" // somebody named the account
	XAnswered  = "post.reply.create"   // somebody answered one of its posts
	XRevoked   = "oauth.revoke"        // it takes back what it let us do
)

// XEvent is what X delivers: Account is whom it is about, Post what somebody wrote, nil where nobody wrote anything.
// The same event may come several times, with the same ID or another.
type XEvent struct {
	ID, Type, Account string
	Post              *Incoming
}

// Challenge answers X's question whether we know the secret (the value of response_token).
func (x *XClient) Challenge(token string) string { return "sha256=" + x.sign([]byte(token)) }

// Signed tells whether X signed a delivery: signature is the header x-twitter-webhooks-signature, body the raw one.
// Without a secret nothing is believed.
func (x *XClient) Signed(signature string, body []byte) bool {
	return x.set.ConsumerSecret != "" && hmac.Equal([]byte(signature), []byte("sha256="+x.sign(body)))
}

func (x *XClient) sign(what []byte) string {
	mac := hmac.New(sha256.New, []byte(x.set.ConsumerSecret))
	mac.Write(what)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

type xEnvelope struct {
	ID     string `json:"event_uuid"`
	Type   string `json:"event_type"`
	Filter struct {
		UserID string `json:"user_id"`
	} `json:"filter"`
	Payload  json.RawMessage `json:"payload"`
	Includes struct {
		Users []xUser `json:"users"`
	} `json:"includes"`
}

// Events reads a delivery whose signature holds. What is of no concern here, or is by the account itself, is left out.
func (x *XClient) Events(body []byte) ([]XEvent, error) {
	var delivery struct {
		Data json.RawMessage `json:"data"`
	}
	unreadable := &Error{Network: X, Kind: Refused, Detail: "the event cannot be read"}
	if json.Unmarshal(body, &delivery) != nil {
		return nil, unreadable
	}
	var all []xEnvelope
	if data := bytes.TrimSpace(delivery.Data); len(data) == 0 || data[0] != '[' {
		delivery.Data = append(append([]byte("["), data...), ']')
	}
	if json.Unmarshal(delivery.Data, &all) != nil {
		return nil, unreadable
	}
	var events []XEvent
	for _, e := range all {
		event := XEvent{ID: e.ID, Type: e.Type, Account: e.Filter.UserID}
		switch e.Type {
		case XMentioned, XAnswered:
			var post xPost
			if json.Unmarshal(e.Payload, &post) != nil || post.ID == "" {
				return nil, unreadable
			}
			if post.AuthorID == e.Filter.UserID {
				continue
			}
			in := x.incoming(post, e.Includes.Users)
			event.Post = &in
		case XRevoked:
		default:
			continue
		}
		events = append(events, event)
	}
	return events, nil
}
