package sandbox

import (
	"strings"
)

// present is an object as it leaves the sandbox: without our notes, with what depends on the time worked out.
func (c *call) present(o object) object {
	shown := make(object, len(o))
	for key, value := range o {
		if !strings.HasPrefix(key, "_") {
			shown[key] = value
		}
	}
	if str(o, "object") == "balance_transaction" {
		shown["status"] = "pending"
		if num(o, "available_on") <= c.now {
			shown["status"] = "available"
		}
	}
	return shown
}

// expandable are the properties that hold an id and can be shown whole, by the kind of object they stand in.
var expandable = map[string]string{
	"account":                      "",
	"application_fee":              "account balance_transaction charge originating_transaction",
	"balance_transaction":          "source",
	"capability":                   "account",
	"charge":                       "application_fee balance_transaction customer failure_balance_transaction on_behalf_of payment_intent review source_transfer transfer refunds",
	"charge.transfer_data":         "destination",
	"coupon":                       "",
	"checkout.session":             "customer payment_intent setup_intent line_items",
	"customer":                     "",
	"fee_refund":                   "balance_transaction fee",
	"payment_intent":               "customer latest_charge on_behalf_of payment_method review",
	"payment_intent.transfer_data": "destination",
	"payment_method":               "customer",
	"refund":                       "balance_transaction charge failure_balance_transaction payment_intent source_transfer_reversal transfer_reversal",
	"setup_intent":                 "customer on_behalf_of payment_method",
	"transfer":                     "balance_transaction destination destination_payment source_transaction",
	"transfer_reversal":            "balance_transaction destination_payment_refund source_refund transfer",
	"payout":                       "balance_transaction destination failure_balance_transaction original_payout reversed_by",
	"dispute":                      "charge payment_intent",
	"dispute.evidence":             "cancellation_policy customer_communication customer_signature duplicate_charge_documentation receipt refund_policy service_documentation shipping_documentation uncategorized_file",
	"file":                         "",
	"radar.early_fraud_warning":    "charge payment_intent",
	"review":                       "charge payment_intent",
}

// expand replaces ids by the objects they name, along each of the paths asked for.
func (c *call) expand(o object, paths []any) error {
	for _, path := range paths {
		text, _ := path.(string)
		parts := strings.Split(text, ".")
		if len(parts) > 4 {
			return wrong("expand", "", "You cannot expand more than 4 levels of a property (%s).", text)
		}
		if err := c.expandPath(o, str(o, "object"), parts, text); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) expandPath(o object, kind string, parts []string, path string) error {
	if kind == "list" && parts[0] == "data" {
		if len(parts) == 1 {
			return notExpandable(path)
		}
		for _, item := range list(o, "data") {
			if entry, ok := item.(object); ok {
				if err := c.expandPath(entry, str(entry, "object"), parts[1:], path); err != nil {
					return err
				}
			}
		}
		return nil
	}
	key := parts[0]
	allowed := false
	for _, name := range strings.Fields(expandable[kind]) {
		allowed = allowed || name == key
	}
	if inner, ok := o[key].(object); ok && len(parts) > 1 {
		innerKind := str(inner, "object")
		if innerKind == "" {
			innerKind = kind + "." + key
		}
		return c.expandPath(inner, innerKind, parts[1:], path)
	}
	if !allowed {
		if o[key] == nil && len(parts) > 1 {
			return nil // an optional part that this object does not have
		}
		return notExpandable(path)
	}
	if err := c.expandKey(o, kind, key); err != nil {
		return err
	}
	if inner, ok := o[key].(object); ok && len(parts) > 1 {
		return c.expandPath(inner, str(inner, "object"), parts[1:], path)
	}
	return nil
}

func (c *call) expandKey(o object, kind, key string) error {
	switch {
	case kind == "checkout.session" && key == "line_items":
		lines, err := c.lineItems(str(o, "id"), 10)
		o[key] = lines
		return err
	case kind == "charge" && key == "refunds":
		refunds, err := c.refundsOf(str(o, "id"))
		o[key] = refunds
		return err
	}
	id, ok := o[key].(string)
	if !ok {
		return nil
	}
	found, err := c.load(id)
	if err != nil || found == nil {
		return err
	}
	o[key] = c.present(found)
	return nil
}

func notExpandable(path string) error {
	return wrong("expand", "property_cannot_be_expanded", "This property cannot be expanded (%s).", path)
}
