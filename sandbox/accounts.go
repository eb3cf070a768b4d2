package sandbox

import (
	"strings"
)

// createAccount makes an Express account; the details come from the hosted onboarding.
func createAccount(c *call) (object, error) {
	if kind := str(c.params, "type"); kind != "express" {
		return nil, wrong("type", "", "The sandbox makes Express accounts alone: send type=express.")
	}
	country := str(c.params, "country")
	if country == "" {
		country = "FR"
	}
	currency, known := countries[country]
	if !known {
		return nil, wrong("country", "country_unsupported", "Country '%s' is unknown. Try using a 2-character alphanumeric country code instead, such as 'US', 'EG', or 'GB'.", country)
	}
	id := "acct_" + random(16)
	o := object{
		"id": id, "object": "account", "business_profile": object{
			"annual_revenue": nil, "estimated_worker_count": nil, "mcc": nil, "name": nil, "product_description": nil, "support_address": nil,
			"support_email": nil, "support_phone": nil, "support_url": nil, "url": nil,
		},
		"business_type": nil, "capabilities": object{}, "charges_enabled": false, "controller": object{"type": "application", "is_controller": true},
		"country": country, "created": c.now, "default_currency": currency, "details_submitted": false, "email": nil,
		"external_accounts":   sublist("/v1/accounts/"+id+"/external_accounts", nil),
		"future_requirements": noRequirements(), "metadata": metadataOf(c.params), "payouts_enabled": false, "requirements": noRequirements(),
		"settings": object{
			"bacs_debit_payments": object{"display_name": nil, "service_user_number": nil},
			"branding":            object{"icon": nil, "logo": nil, "primary_color": nil, "secondary_color": nil},
			"card_issuing":        object{"tos_acceptance": object{"date": nil, "ip": nil}},
			"card_payments":       object{"decline_on": object{"avs_failure": false, "cvc_failure": false}, "statement_descriptor_prefix": nil, "statement_descriptor_prefix_kana": nil, "statement_descriptor_prefix_kanji": nil},
			"dashboard":           object{"display_name": nil, "timezone": "Etc/UTC"},
			"payments":            object{"statement_descriptor": nil, "statement_descriptor_kana": nil, "statement_descriptor_kanji": nil},
			"payouts":             object{"debit_negative_balances": true, "schedule": object{"delay_days": clearingDays, "interval": "daily"}, "statement_descriptor": nil},
			"sepa_debit_payments": object{},
		},
		"tos_acceptance": object{"date": nil, "ip": nil, "user_agent": nil}, "type": "express", "_details": object{}, "_stage": stageOpen,
	}
	c.takeAccount(o)
	c.assess(o)
	if err := c.insert(id, o); err != nil {
		return nil, err
	}
	return o, nil
}

// takeAccount lays the parameters of create and update over an account.
func (c *call) takeAccount(o object) {
	details := sub(o, "_details")
	for _, name := range []string{"email", "business_type", "default_currency"} {
		if value, given := c.params[name]; given {
			o[name] = value
		}
	}
	if kind := str(c.params, "business_type"); kind != "" {
		details["business_type"] = kind
	}
	if profile := sub(c.params, "business_profile"); profile != nil {
		o["business_profile"] = overlay(sub(o, "business_profile"), profile)
		for from, to := range map[string]string{"name": "name", "url": "website"} {
			if value := str(profile, from); value != "" {
				details[to] = value
			}
		}
	}
	for _, person := range []string{"individual", "company"} {
		for _, name := range []string{"first_name", "last_name", "name"} {
			if value := str(sub(c.params, person), name); value != "" {
				details[name] = value
			}
		}
	}
	if settings := sub(c.params, "settings"); settings != nil {
		delete(settings, "treasury")
		o["settings"] = overlay(sub(o, "settings"), settings)
	}
	for name, value := range sub(c.params, "capabilities") {
		asked, _ := value.(object)
		if yes(asked, "requested") {
			if str(sub(o, "capabilities"), name) == "" {
				sub(o, "capabilities")[name] = "inactive"
			}
		} else {
			delete(sub(o, "capabilities"), name)
		}
	}
}

// connected finds a living connected account; nil when there is none.
func (c *call) connected(id string) (object, error) {
	o, err := c.load(id)
	if err != nil || o == nil || str(o, "object") != "account" || yes(o, "_deleted") {
		return nil, err
	}
	return o, nil
}

func getAccount(c *call) (object, error) {
	id := c.path("account")
	if id == "" && c.account == "" || id == c.sb.platform {
		return c.platformAccount(), nil
	}
	if id == "" {
		id = c.account
	}
	o, err := c.connected(id)
	if err == nil && o == nil || c.account != "" && id != c.account {
		return nil, &failure{
			status: 403, kind: "invalid_request_error", code: "account_invalid", volatile: true,
			message: "The provided key does not have access to account '" + id + "' (or that account does not exist). Application access may have been revoked.",
		}
	}
	return o, err
}

// platformAccount is the account that the secret key belongs to.
func (c *call) platformAccount() object {
	return object{
		"id": c.sb.platform, "object": "account", "business_type": nil, "charges_enabled": true, "country": "FR", "default_currency": "eur",
		"details_submitted": true, "email": "platform@sandbox.example", "payouts_enabled": true, "type": "standard", "metadata": object{},
		"business_profile": object{"name": "Sandbox platform", "mcc": nil, "product_description": nil, "support_address": nil, "support_email": nil, "support_phone": nil, "support_url": nil, "url": nil},
		"capabilities":     object{"card_payments": "active", "transfers": "active"},
	}
}

func listAccounts(c *call) (object, error) {
	return c.page("account", filter{where: "json_extract(body, '$._deleted') IS NULL"})
}

func updateAccount(c *call) (object, error) {
	o, err := getAccount(c)
	if err != nil {
		return nil, err
	}
	return c.changeAccount(o, func() {
		c.takeAccount(o)
		mergeMetadata(o, c.params["metadata"])
	})
}

// changeAccount applies a change, works out what it means, and tells the account's endpoint what differs.
func (c *call) changeAccount(o object, change func()) (object, error) {
	id := str(o, "id")
	before := clone(o)
	change()
	c.assess(o)
	if err := c.save(id, o); err != nil {
		return nil, err
	}
	own := c.as(id)
	for name, status := range sub(o, "capabilities") {
		if old := str(sub(before, "capabilities"), name); old != status {
			if err := own.emitChange("capability.updated", capability(o, name), object{"status": old}); err != nil {
				return nil, err
			}
		}
	}
	if err := c.resumePayouts(before, o); err != nil {
		return nil, err
	}
	delete(before, "_details")
	if len(previous(clone(c.present(before)), clone(c.present(o)))) == 0 {
		return o, nil
	}
	return o, own.emitChange("account.updated", o, c.present(before))
}

func deleteAccount(c *call) (object, error) {
	o, err := getAccount(c)
	if err != nil {
		return nil, err
	}
	balance, err := getBalance(c.as(str(o, "id")))
	if err != nil {
		return nil, err
	}
	for _, part := range append(list(balance, "available"), list(balance, "pending")...) {
		if entry, ok := part.(object); ok && num(entry, "amount") != 0 {
			return nil, conflicting("", "", "This account cannot be deleted while its balance is not zero.")
		}
	}
	o["_deleted"] = true
	if err := c.save(str(o, "id"), o); err != nil {
		return nil, err
	}
	return object{"id": str(o, "id"), "object": "account", "deleted": true}, nil
}

func rejectAccount(c *call) (object, error) {
	o, err := getAccount(c)
	if err != nil {
		return nil, err
	}
	return c.reject(o, str(c.params, "reason"))
}

func (c *call) reject(o object, reason string) (object, error) {
	if reason != "fraud" && reason != "terms_of_service" && reason != "other" {
		return nil, wrong("reason", "", "Invalid reason: must be one of fraud, terms_of_service, or other")
	}
	return c.changeAccount(o, func() { o["_stage"], o["_rejected"] = stageRejected, "rejected."+reason })
}

// accountName is what people know an account by.
func accountName(o object) string {
	for _, name := range []string{str(sub(o, "business_profile"), "name"), str(sub(o, "_details"), "name"), strings.TrimSpace(str(sub(o, "_details"), "first_name") + " " + str(sub(o, "_details"), "last_name")), str(o, "email")} {
		if name != "" {
			return name
		}
	}
	return str(o, "id")
}
