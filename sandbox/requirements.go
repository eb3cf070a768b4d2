package sandbox

import (
	"sort"
	"strings"
)

// The stages of an account on its way to being paid.
const (
	stageOpen      = "open"      // the details are not all there
	stageVerifying = "verifying" // handed in, being looked at
	stageVerified  = "verified"
	stageFailed    = "failed" // looked at, and something does not match
	stageRejected  = "rejected"
)

// verificationTakes is how many seconds ordinary details, which are not test values, are looked at.
const verificationTakes = 10

// wanted are the details that onboarding asks for, in its order, with Stripe's names. {person} depends on the business type.
var wanted = []struct{ detail, requirement string }{
	{"business_type", "business_type"},
	{"name", "business_profile.name"},
	{"website", "business_profile.url"},
	{"first_name", "{person}.first_name"},
	{"last_name", "{person}.last_name"},
	{"dob", "{person}.dob.day {person}.dob.month {person}.dob.year"},
	{"line1", "{person}.address.line1"},
	{"city", "{person}.address.city"},
	{"postal_code", "{person}.address.postal_code"},
	{"id_number", "{person}.id_number"},
	{"bank", "external_account"},
	{"terms", "tos_acceptance.date tos_acceptance.ip"},
}

func noRequirements() object {
	return object{
		"alternatives": []any{}, "current_deadline": nil, "currently_due": []any{}, "disabled_reason": nil, "errors": []any{},
		"eventually_due": []any{}, "past_due": []any{}, "pending_verification": []any{},
	}
}

// assess works out from the details and the stage what is due and what the account can do.
func (c *call) assess(o object) {
	details := sub(o, "_details")
	person := "representative"
	if str(details, "business_type") == "individual" {
		person = "individual"
	}
	names := func(requirement string) []any {
		var all []any
		for _, name := range strings.Fields(strings.ReplaceAll(requirement, "{person}", person)) {
			all = append(all, name)
		}
		return all
	}
	due := []any{}
	for _, w := range wanted {
		if str(details, w.detail) == "" {
			due = append(due, names(w.requirement)...)
		}
	}
	requirements := noRequirements()
	requirements["currently_due"], requirements["eventually_due"] = sorted(due), sorted(due)
	switch o["_stage"] {
	case stageOpen:
		if len(due) > 0 {
			requirements["past_due"] = sorted(due)
			requirements["disabled_reason"] = "requirements.past_due"
		}
	case stageVerifying:
		requirements["pending_verification"] = names("{person}.address.line1 {person}.dob.day {person}.id_number")
		requirements["disabled_reason"] = "requirements.pending_verification"
	case stageFailed:
		problems, fields := mismatches(details, person)
		requirements["errors"] = problems
		for _, key := range []string{"currently_due", "eventually_due", "past_due"} {
			requirements[key] = fields
		}
		requirements["disabled_reason"] = "requirements.past_due"
	case stageRejected:
		requirements["disabled_reason"] = o["_rejected"]
	}
	if yes(o, "_bank_refused") {
		for _, key := range []string{"currently_due", "eventually_due"} {
			requirements[key] = sorted(append(list(requirements, key), "external_account"))
		}
	}
	fine := o["_stage"] == stageRejected || c.assessAsked(o, requirements)
	if o["_stage"] != stageOpen {
		o["details_submitted"] = true
	}
	ready := o["_stage"] == stageVerified && len(due) == 0 && fine
	status := "inactive"
	switch {
	case ready:
		status = "active"
	case o["_stage"] == stageVerifying:
		status = "pending"
	}
	capabilities := object{}
	for name := range sub(o, "capabilities") {
		capabilities[name] = status
	}
	o["requirements"], o["capabilities"] = requirements, capabilities
	o["charges_enabled"] = ready && capabilities["card_payments"] != nil
	o["payouts_enabled"] = ready && !yes(o, "_bank_refused")
}

// mismatches are what the values of Stripe's test mode that do not match say.
func mismatches(details object, person string) (problems, fields []any) {
	say := func(field, code, reason string) {
		fields = append(fields, person+"."+field)
		problems = append(problems, object{"code": code, "reason": reason, "requirement": person + "." + field})
	}
	if str(details, "line1") == "address_no_match" {
		say("address.line1", "verification_document_address_mismatch", "The address on the account could not be verified. Correct it, or upload a document that shows it.")
	}
	if str(details, "id_number") == "111111111" {
		say("id_number", "verification_failed_id_number_match", "The name on the account could not be verified with this ID number. Correct any errors, or upload a document.")
	}
	return problems, fields
}

func sorted(names []any) []any {
	sort.Slice(names, func(i, j int) bool { return names[i].(string) < names[j].(string) })
	return names
}

// submit is the end of onboarding: what is there is kept; when all of it is there it is verified.
func (c *call) submit(o object) (object, error) {
	if o["_stage"] == stageRejected {
		return o, nil
	}
	stage := stageOpen
	details := sub(o, "_details")
	complete := true
	for _, w := range wanted {
		complete = complete && str(details, w.detail) != ""
	}
	if complete {
		problems, _ := mismatches(details, "")
		switch {
		case len(problems) > 0:
			stage = stageFailed
		default:
			usual := int64(verificationTakes)
			if str(details, "dob") == "1901-01-01" && str(details, "line1") == "address_full_match" {
				usual = 0
			}
			takes, err := c.verificationTakes(usual)
			if err != nil {
				return nil, err
			}
			if takes == 0 || o["_stage"] == stageVerified { // once verified, an account is not looked at again
				stage = stageVerified
				break
			}
			stage = stageVerifying
			if err := c.later("verify account", str(o, "id"), c.now+takes); err != nil {
				return nil, err
			}
		}
	}
	before := bankOf(o)
	changed, err := c.changeAccount(o, func() {
		o["_stage"] = stage
		c.showDetails(o)
	})
	if bank := bankOf(o); err == nil && bank != nil && str(bank, "id") != str(before, "id") {
		err = c.as(str(o, "id")).emit("account.external_account.created", bank)
	}
	return changed, err
}

// bankOf is the bank account that payouts go to, nil when there is none.
func bankOf(account object) object {
	banks := list(sub(account, "external_accounts"), "data")
	if len(banks) == 0 {
		return nil
	}
	bank, _ := banks[0].(object)
	return bank
}

// resumePayouts plans a payout when an account can be paid (again), or is no longer paid by hand.
func (c *call) resumePayouts(before, o object) error {
	byHand := func(account object) bool {
		return str(sub(sub(sub(account, "settings"), "payouts"), "schedule"), "interval") == "manual"
	}
	if !yes(o, "payouts_enabled") || yes(before, "payouts_enabled") && byHand(before) == byHand(o) {
		return nil
	}
	return c.as(str(o, "id")).planPayout(c.now + 1)
}

// showDetails puts what Stripe shows of an Express account's details on the account.
func (c *call) showDetails(o object) {
	details := sub(o, "_details")
	profile := sub(o, "business_profile")
	profile["name"], profile["url"], o["business_type"] = orNil(str(details, "name")), orNil(str(details, "website")), orNil(str(details, "business_type"))
	if name := str(details, "name"); name != "" {
		sub(sub(o, "settings"), "payments")["statement_descriptor"] = cut(strings.ToUpper(name), 22)
		sub(sub(o, "settings"), "dashboard")["display_name"] = name
	}
	if bank := str(details, "bank"); bank != "" && bank != str(o, "_bank") {
		o["_bank"] = bank
		delete(o, "_bank_refused")
		id := str(o, "id")
		o["external_accounts"] = sublist("/v1/accounts/"+id+"/external_accounts", []object{{
			"id": "ba_" + random(24), "object": "bank_account", "account": id, "account_holder_name": nil, "account_holder_type": nil, "account_type": nil,
			"available_payout_methods": []any{"standard"}, "bank_name": "SANDBOX BANK", "country": o["country"], "currency": o["default_currency"],
			"default_for_currency": true, "fingerprint": random(16), "future_requirements": nil, "last4": bank[max(0, len(bank)-4):], "metadata": object{},
			"requirements": nil, "routing_number": nil, "status": "new",
		}})
	}
	if str(details, "terms") != "" && sub(o, "tos_acceptance")["date"] == nil {
		o["tos_acceptance"] = object{"date": c.now, "ip": "127.0.0.1", "user_agent": nil}
	}
}

// finishVerification ends the look at ordinary details: they are found to match.
func finishVerification(c *call, id string) error {
	o, err := c.connected(id)
	if err != nil || o == nil || o["_stage"] != stageVerifying {
		return err
	}
	_, err = c.changeAccount(o, func() { o["_stage"] = stageVerified })
	return err
}
