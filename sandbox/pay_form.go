package sandbox

import (
	"net/http"
	"net/mail"
	"strings"
)

// payFields are what the pay form keeps when it is shown again: all but the card.
var payFields = []string{"email", "name", "phone", "terms", "ship_line1", "ship_line2", "ship_postal_code", "ship_city", "ship_state", "ship_country", "bill_line1", "bill_line2", "bill_postal_code", "bill_city", "bill_state", "bill_country"}

func readPayForm(c *call, r *http.Request, session object) (typed, problems map[string]string, card typedCard, who buyer) {
	typed = map[string]string{}
	for _, name := range payFields {
		typed[name] = strings.TrimSpace(r.PostFormValue(name))
	}
	card, problems = readCard(r.PostFormValue("number"), r.PostFormValue("expiry"), r.PostFormValue("cvc"), c.time())
	card.holder = r.PostFormValue("sandbox_holder")
	if known := str(sub(session, "customer_details"), "email"); known != "" {
		typed["email"] = known
	}
	if address, err := mail.ParseAddress(typed["email"]); err != nil || address.Address != typed["email"] {
		problems["email"] = "problem.email"
	}
	if typed["name"] == "" {
		problems["name"] = "problem.required"
	}
	if yes(sub(session, "phone_number_collection"), "enabled") && len(digits(typed["phone"])) < 6 {
		problems["phone"] = "problem.phone"
	}
	who = buyer{email: typed["email"], name: typed["name"], phone: typed["phone"], agreed: typed["terms"] != ""}
	if str(sub(session, "consent_collection"), "terms_of_service") == "required" && !who.agreed {
		problems["terms"] = "problem.terms"
	}
	if shipping := sub(session, "shipping_address_collection"); shipping != nil {
		who.shipping = readAddress(typed, problems, "ship_", list(shipping, "allowed_countries"))
		who.billing = who.shipping
	}
	if asksBilling(session) {
		who.billing = readAddress(typed, problems, "bill_", nil)
	}
	return typed, problems, card, who
}

// asksBilling tells whether the page asks where the buyer is: when told to, and when tax hangs on it and nothing is sent.
func asksBilling(session object) bool {
	return str(session, "billing_address_collection") == "required" || yes(sub(session, "automatic_tax"), "enabled") && sub(session, "shipping_address_collection") == nil
}

func readAddress(typed, problems map[string]string, prefix string, allowed []any) object {
	for _, name := range []string{"line1", "postal_code", "city", "country"} {
		if typed[prefix+name] == "" {
			problems[prefix+name] = "problem.required"
		}
	}
	fits := len(allowed) == 0
	for _, code := range allowed {
		fits = fits || code == typed[prefix+"country"]
	}
	if !fits {
		problems[prefix+"country"] = "problem.country"
	}
	return object{
		"line1": typed[prefix+"line1"], "line2": orNil(typed[prefix+"line2"]), "postal_code": typed[prefix+"postal_code"],
		"city": typed[prefix+"city"], "state": orNil(typed[prefix+"state"]), "country": typed[prefix+"country"],
	}
}

// payField is one input of the pay form.
type payField struct{ Name, Label, Type, Auto, Mode, Value, Problem string }

// Field is an input with what was typed and what is wrong with it.
func (p payPage) Field(name, label, kind, auto, mode string) payField {
	return payField{name, p.T(label), kind, auto, mode, p.Typed[name], p.Problems[name]}
}

// payAddress is an address of the pay form.
type payAddress struct {
	Inputs                                []payField
	Prefix, Label, Choose, Value, Problem string
	Countries                             []country
}

// Address is the delivery or the billing address, by the prefix of its fields.
func (p payPage) Address(prefix string) payAddress {
	kind := "shipping "
	choice := p.Ship
	if prefix == "bill_" {
		kind, choice = "billing ", p.Bill
	}
	a := payAddress{Prefix: prefix, Label: p.T("field.country"), Choose: p.T("field.choose"), Value: p.Typed[prefix+"country"], Problem: p.Problems[prefix+"country"], Countries: choice}
	for _, f := range [][3]string{{"line1", "field.address_line1", "address-line1"}, {"line2", "field.address_line2", "address-line2"}, {"postal_code", "field.postal_code", "postal-code"}, {"city", "field.city", "address-level2"}, {"state", "field.state", "address-level1"}} {
		a.Inputs = append(a.Inputs, p.Field(prefix+f[0], f[1], "text", kind+f[2], ""))
	}
	return a
}
