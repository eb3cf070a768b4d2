package sandbox

import (
	"reflect"
)

// hook is what an event needs to know of a webhook endpoint.
type hook struct {
	id      string
	connect bool
	types   map[string]bool
}

// eventLife is how far back Stripe lists events.
const eventLife = 30 * 24 * 60 * 60

// emit keeps an event about an object of the call's account, with the object as it is now, and one delivery for each
// webhook endpoint that wants it.
func (c *call) emit(kind string, o object) error { return c.emitChange(kind, o, nil) }

// emitChange is emit with the values that were there before.
func (c *call) emitChange(kind string, o, before object) error {
	id := "evt_" + random(24)
	shown := c.present(o)
	if str(o, "object") == "charge" {
		delete(shown, "refunds")
	}
	data := object{"object": shown}
	if before != nil {
		data["previous_attributes"] = previous(clone(before), clone(shown))
	}
	hooks, err := c.wanting(kind)
	if err != nil {
		return err
	}
	event := object{
		"id": id, "object": "event", "api_version": apiVersion, "created": c.now, "data": data, "livemode": false,
		"pending_webhooks": len(hooks), "type": kind, "request": object{"id": orNil(c.request), "idempotency_key": orNil(c.key)},
	}
	if c.account != "" {
		event["account"] = c.account
	}
	text, err := encode(event)
	if err != nil {
		return err
	}
	held := 0
	if c.held {
		held, hooks = 1, nil
	}
	made, err := c.db.ExecContext(c.ctx, `INSERT INTO events (id, account, type, created, object, held, open, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		id, c.account, kind, c.now, str(o, "id"), held, len(hooks), text)
	if err != nil {
		return err
	}
	number, err := made.LastInsertId()
	if err != nil {
		return err
	}
	for _, h := range hooks {
		if _, err := c.db.ExecContext(c.ctx, `INSERT INTO deliveries (event, endpoint, due, state) VALUES (?, ?, ?, 'waiting')`, id, h.id, c.now+c.wrong.late(number)); err != nil {
			return err
		}
	}
	return nil
}

// wanting are the endpoints for events of this type on the call's account.
func (c *call) wanting(kind string) ([]hook, error) {
	if !c.read {
		endpoints, err := c.all(`SELECT account, body FROM objects WHERE kind = 'webhook_endpoint' ORDER BY seq`)
		if err != nil {
			return nil, err
		}
		for _, endpoint := range endpoints {
			if str(endpoint, "status") != "enabled" {
				continue
			}
			h := hook{id: str(endpoint, "id"), connect: yes(endpoint, "_connect"), types: map[string]bool{}}
			for _, name := range list(endpoint, "enabled_events") {
				text, _ := name.(string)
				h.types[text] = true
			}
			c.hooks = append(c.hooks, h)
		}
		if c.wrong, err = c.sb.switches(c.ctx); err != nil {
			return nil, err
		}
		c.read = true
	}
	var found []hook
	for _, h := range c.hooks {
		if h.connect == (c.account != "") && (h.types[kind] || h.types["*"]) {
			found = append(found, h)
		}
	}
	return found, nil
}

// previous keeps of before what differs now, as Stripe's previous_attributes do.
func previous(before, now object) object {
	changed := object{}
	for key, value := range now {
		old, had := before[key]
		if had && reflect.DeepEqual(old, value) {
			continue
		}
		oldObject, isObject := old.(object)
		newObject, stays := value.(object)
		if isObject && stays {
			changed[key] = previous(oldObject, newObject)
		} else {
			changed[key] = old
		}
	}
	for key, old := range before {
		if _, still := now[key]; !still && key[0] != '_' {
			changed[key] = old
		}
	}
	return changed
}

const eventBody = `json_set(body, '$.pending_webhooks', open)`

func getEvent(c *call) (object, error) {
	found, err := c.all(`SELECT account, `+eventBody+` FROM events WHERE id = ? AND account = ?`, c.path("id"), c.account)
	if err == nil && len(found) == 0 {
		return nil, missing("event", c.path("id"))
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// listEvents goes thirty days back, as at Stripe, except for events of a made-up past.
func listEvents(c *call) (object, error) {
	filters := []filter{{where: "(held = 1 OR created > ?)", value: c.now - eventLife}}
	if kind := str(c.params, "type"); kind != "" {
		filters = append(filters, typeFilter([]any{kind}))
	}
	if kinds := list(c.params, "types"); len(kinds) > 0 {
		if len(kinds) > 20 {
			return nil, wrong("types", "", "You may pass up to 20 event types.")
		}
		if str(c.params, "type") != "" {
			return nil, wrong("types", "", "You may only specify one of these parameters: type, types.")
		}
		filters = append(filters, typeFilter(kinds))
	}
	if _, given := c.params["delivery_success"]; given {
		if yes(c.params, "delivery_success") {
			filters = append(filters, filter{where: "open = 0 AND held = 0"})
		} else {
			filters = append(filters, filter{where: "(open > 0 OR held = 1)"})
		}
	}
	return c.pageOf("events", eventBody, filters)
}

// typeFilter matches whole types and prefixes such as charge.*
func typeFilter(kinds []any) filter {
	text, err := encode(kinds)
	if err != nil {
		panic("sandbox: a list of words that is not JSON: " + err.Error())
	}
	return filter{where: "EXISTS (SELECT 1 FROM json_each(?) AS wanted WHERE events.type GLOB wanted.value)", value: text}
}
