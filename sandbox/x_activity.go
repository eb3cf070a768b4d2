package sandbox

import (
	"database/sql"
	"errors"
	"net/http"
	"time"
)

// The events that can be subscribed to here.
const (
	mentionCreated = "post.mention.create"
	replyCreated   = "post.reply.create"
	grantRevoked   = "oauth.revoke"
)

// mostSubscriptions is what a self-serve app may have.
const mostSubscriptions = 1500

// subscription is a wish to be told of one person's events.
type subscription struct {
	id, person, webhook, created, updated int64
	kind, tag                             string
}

func (s subscription) shown() object {
	o := object{
		"subscription_id": idText(s.id), "event_type": s.kind, "filter": object{"user_id": idText(s.person)}, "webhook_id": idText(s.webhook),
		"created_at": xTime(s.created), "updated_at": xTime(s.updated),
	}
	if s.tag != "" {
		o["tag"] = s.tag
	}
	return o
}

func (c *xcall) subscriptions(rest string, args ...any) ([]subscription, error) {
	rows, err := c.db.QueryContext(c.ctx, `SELECT id, type, person, webhook, tag, created, updated FROM x_subscriptions `+rest, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []subscription
	for rows.Next() {
		var s subscription
		if err := rows.Scan(&s.id, &s.kind, &s.person, &s.webhook, &s.tag, &s.created, &s.updated); err != nil {
			return nil, err
		}
		found = append(found, s)
	}
	return found, rows.Err()
}

func (c *xcall) subscribed() (object, error) {
	n, err := c.number(`SELECT count(*) FROM x_subscriptions`)
	return object{"total_subscriptions": n}, err
}

// listSubscriptions is GET /2/activity/subscriptions.
func listSubscriptions(r *xrequest) (object, error) {
	found, err := r.subscriptions(`ORDER BY id`)
	if err != nil {
		return nil, err
	}
	data := []any{}
	for _, s := range found {
		data = append(data, s.shown())
	}
	meta, err := r.subscribed()
	return object{"data": data, "meta": meta}, err
}

// createSubscription is POST /2/activity/subscriptions.
func createSubscription(r *xrequest) (object, error) {
	kind, who := str(r.body, "event_type"), str(sub(r.body, "filter"), "user_id")
	set, err := r.x.switches(r.ctx)
	if err != nil {
		return nil, err
	}
	if kind != mentionCreated && kind != grantRevoked && (kind != replyCreated || set.NoReplies) {
		return nil, invalidRequest("event_type", kind, "$.event_type: does not have a value in the enumeration")
	}
	id, _ := readID(who)
	person, err := r.person(id)
	if err != nil {
		return nil, err
	}
	if person == nil {
		return nil, invalidRequest("filter.user_id", who, "No such user.")
	}
	if r.me != nil && r.me.ID != person.ID {
		return nil, forbidden("You may subscribe to your own activity only.")
	}
	hook, err := r.webhookNamed(str(r.body, "webhook_id"))
	if err != nil {
		return nil, err
	}
	n, err := r.number(`SELECT count(*) FROM x_subscriptions`)
	if err != nil {
		return nil, err
	}
	if n >= mostSubscriptions {
		return nil, &problem{status: http.StatusForbidden, title: "SubscriptionLimitExceeded", detail: "You have reached the limit of your subscriptions."}
	}
	twin, err := r.number(`SELECT id FROM x_subscriptions WHERE type = ? AND person = ? AND webhook = ?`, kind, person.ID, hook.ID)
	if err != nil {
		return nil, err
	}
	if twin != 0 {
		return nil, &problem{status: http.StatusConflict, title: "DuplicateSubscription", detail: "A subscription with the same event type and filter exists."}
	}
	s := subscription{person: person.ID, webhook: hook.ID, kind: kind, tag: str(r.body, "tag"), created: milliseconds(r.now), updated: milliseconds(r.now)}
	if s.id, err = r.nextID(); err != nil {
		return nil, err
	}
	_, err = r.db.ExecContext(r.ctx, `INSERT INTO x_subscriptions (id, type, person, webhook, tag, created, updated) VALUES (?, ?, ?, ?, ?, ?, ?)`, s.id, s.kind, s.person, s.webhook, s.tag, s.created, s.updated)
	if err != nil {
		return nil, err
	}
	meta, err := r.subscribed()
	return object{"data": object{"subscription": s.shown()}, "meta": meta}, err
}

// deleteSubscription is DELETE /2/activity/subscriptions/{id}.
func deleteSubscription(r *xrequest) (object, error) {
	id, _ := readID(r.http.PathValue("id"))
	done, err := r.db.ExecContext(r.ctx, `DELETE FROM x_subscriptions WHERE id = ?`, id)
	if err != nil {
		return nil, err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return nil, errors.Join(err, notThere("subscription", "subscription_id", r.http.PathValue("id")))
	}
	meta, err := r.subscribed()
	return object{"data": object{"deleted": true}, "meta": meta}, err
}

// everyField is how an event shows a post.
var everyField = map[string][]string{
	"tweet.fields": {"author_id,conversation_id,created_at,display_text_range,entities,in_reply_to_user_id,lang,public_metrics,referenced_tweets,attachments"},
	"expansions":   {"author_id,referenced_tweets.id,in_reply_to_user_id,entities.mentions.username"},
	"user.fields":  {"created_at,description"},
}

// tellPosted tells those who are subscribed of a new post: whom its author named, and whom it answers.
func (c *xcall) tellPosted(me *xPerson, p *xPost) error {
	if c.past || p.Reposts != 0 {
		return nil
	}
	found, err := c.subscriptions(`WHERE type = ? AND person <> ? AND person IN (SELECT person FROM x_mentions WHERE post = ? AND explicit = 1) ORDER BY id`, mentionCreated, me.ID, p.ID)
	if err != nil {
		return err
	}
	set, err := c.x.switches(c.ctx)
	if err != nil {
		return err
	}
	if p.Answers != 0 && !set.NoReplies {
		direct, err := c.subscriptions(`WHERE type = ? AND person <> ? AND person = (SELECT author FROM x_posts WHERE id = ?) ORDER BY id`, replyCreated, me.ID, p.Answers)
		if err != nil {
			return err
		}
		found = append(found, direct...)
	}
	if len(found) == 0 {
		return nil
	}
	r := &xrequest{xcall: c, query: everyField}
	payload, err := r.shown(p)
	if err != nil {
		return err
	}
	includes, err := r.includes([]*xPost{p})
	if err != nil {
		return err
	}
	for _, s := range found {
		if err := c.tell(s, "@"+me.Handle, set, object{"payload": payload, "includes": includes}); err != nil {
			return err
		}
	}
	return nil
}

// tellRevoked tells those who are subscribed that a person took their grant back, or that it was taken.
func (c *xcall) tellRevoked(person int64) error {
	found, err := c.subscriptions(`WHERE type = ? AND person = ? ORDER BY id`, grantRevoked, person)
	if err != nil {
		return err
	}
	set, err := c.x.switches(c.ctx)
	if err != nil {
		return err
	}
	who, err := c.person(person)
	if err != nil {
		return err
	}
	for _, s := range found {
		payload := object{"user_id": idText(person), "client_id": c.x.keys.ClientID, "revoked_at": c.now.Format(time.RFC3339)}
		if err := c.tell(s, "@"+who.Handle, set, object{"payload": payload}); err != nil {
			return err
		}
	}
	return nil
}

// tell queues the delivery of one event.
func (c *xcall) tell(s subscription, about string, set xSwitches, event object) error {
	uuid, err := c.nextID()
	if err != nil {
		return err
	}
	event["event_uuid"], event["event_type"], event["filter"] = idText(uuid), s.kind, object{"user_id": idText(s.person)}
	if s.tag != "" {
		event["tag"] = s.tag
	}
	whole := object{"data": event}
	if set.NewDialect {
		whole = renamed(whole).(object)
	}
	body, err := encode(whole)
	if err != nil {
		return err
	}
	var last sql.NullInt64
	if err := c.db.QueryRowContext(c.ctx, `SELECT max(seq) FROM x_deliveries`).Scan(&last); err != nil {
		return err
	}
	_, err = c.db.ExecContext(c.ctx, `INSERT INTO x_deliveries (webhook, uuid, type, about, body, at, due, state) VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting')`,
		s.webhook, idText(uuid), s.kind, about, body, milliseconds(c.now), c.now.Unix()+set.late(last.Int64+1))
	return err
}
