package sandbox

import (
	"context"
	"net/url"
)

func createWebhookEndpoint(c *call) (object, error) {
	address := str(c.params, "url")
	if !isWebAddress(address) {
		return nil, wrong("url", "url_invalid", "Invalid URL: An explicit scheme (such as http or https) must be provided.")
	}
	if version := str(c.params, "api_version"); version != "" && version != apiVersion {
		return nil, wrong("api_version", "", "Invalid API version: the sandbox renders events for %s alone.", apiVersion)
	}
	id := newID("we")
	o := object{
		"id": id, "object": "webhook_endpoint", "api_version": c.params["api_version"], "application": nil, "created": c.now,
		"description": c.params["description"], "enabled_events": c.params["enabled_events"], "livemode": false,
		"metadata": metadataOf(c.params), "status": "enabled", "url": address,
		"_secret": "whsec_" + random(32), "_connect": yes(c.params, "connect"),
	}
	if yes(c.params, "connect") {
		o["application"] = c.sb.client
	}
	if err := c.insert(id, o); err != nil {
		return nil, err
	}
	shown := clone(o)
	shown["secret"] = o["_secret"] // shown once, on creation
	return shown, nil
}

func getWebhookEndpoint(c *call) (object, error) {
	return c.named("webhook_endpoint", "webhook endpoint", c.path("webhook_endpoint"))
}

func listWebhookEndpoints(c *call) (object, error) { return c.page("webhook_endpoint") }

func updateWebhookEndpoint(c *call) (object, error) {
	o, err := getWebhookEndpoint(c)
	if err != nil {
		return nil, err
	}
	if address, given := c.params["url"]; given {
		if text, _ := address.(string); !isWebAddress(text) {
			return nil, wrong("url", "url_invalid", "Invalid URL: An explicit scheme (such as http or https) must be provided.")
		}
		o["url"] = address
	}
	for _, name := range []string{"enabled_events", "description"} {
		if value, given := c.params[name]; given {
			o[name] = value
		}
	}
	if disabled, given := c.params["disabled"]; given {
		o["status"] = "enabled"
		if disabled == true {
			o["status"] = "disabled"
		}
	}
	mergeMetadata(o, c.params["metadata"])
	return o, c.save(str(o, "id"), o)
}

func deleteWebhookEndpoint(c *call) (object, error) {
	o, err := getWebhookEndpoint(c)
	if err != nil {
		return nil, err
	}
	id := str(o, "id")
	if _, err := c.db.ExecContext(c.ctx, `UPDATE events SET open = open - 1 WHERE id IN (SELECT event FROM deliveries WHERE endpoint = ? AND ever = 0)`, id); err != nil {
		return nil, err
	}
	if _, err := c.db.ExecContext(c.ctx, `DELETE FROM deliveries WHERE endpoint = ?`, id); err != nil {
		return nil, err
	}
	return object{"id": id, "object": "webhook_endpoint", "deleted": true}, c.remove(id)
}

// WebhookSecret is the signing secret of the registered endpoint with this URL, the newest if there are several, "" if none.
func (sb *Sandbox) WebhookSecret(address string) string {
	var secret string
	err := sb.look(context.Background(), func(c *call) error {
		return c.db.QueryRowContext(c.ctx, `SELECT json_extract(body, '$._secret') FROM objects
			WHERE kind = 'webhook_endpoint' AND json_extract(body, '$.url') = ? ORDER BY seq DESC LIMIT 1`, address).Scan(&secret)
	})
	if err != nil {
		return ""
	}
	return secret
}

func isWebAddress(text string) bool {
	address, err := url.Parse(text)
	return err == nil && address.Host != "" && (address.Scheme == "http" || address.Scheme == "https")
}

// origin is the scheme and host of an address, "" when it has none.
func origin(text string) string {
	if !isWebAddress(text) {
		return ""
	}
	address, _ := url.Parse(text)
	return address.Scheme + "://" + address.Host
}
