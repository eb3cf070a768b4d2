package sandbox

// clearingDays is how long a payment is pending before it can be paid out.
const clearingDays = 2

// clearing is the midnight (UTC) at which money taken now becomes available.
func (c *call) clearing() int64 {
	const day = 24 * 60 * 60
	return (c.now/day + clearingDays) * day
}

// entry is one line of an account's ledger; what it changes is amount less fee.
type entry struct {
	kind, source string
	category     string // where it is not that of the kind
	amount, fee  int64
	currency     string
	available    int64 // 0: at once
	fees         []any
	description  any
	payout       string // the payout that it is itself
}

// reporting are the reporting categories of the kinds of entries.
var reporting = map[string]string{
	"charge": "charge", "payment": "charge", "refund": "refund", "payment_refund": "refund", "refund_failure": "refund_failure",
	"transfer": "transfer", "transfer_refund": "transfer_reversal", "application_fee": "platform_earning", "application_fee_refund": "platform_earning_refund",
	"adjustment": "other_adjustment", "payout": "payout", "payout_failure": "payout_reversal", "payout_cancel": "payout_reversal",
}

// book writes an entry in the ledger of the call's account and gives its id.
func (c *call) book(e entry) (string, error) {
	if e.available == 0 {
		e.available = c.now
	}
	if e.fees == nil {
		e.fees = []any{}
	}
	if e.category == "" {
		e.category = reporting[e.kind]
	}
	id := "txn_3" + random(23)
	o := object{
		"id": id, "object": "balance_transaction", "amount": e.amount, "available_on": e.available, "created": c.now, "currency": e.currency,
		"description": e.description, "exchange_rate": nil, "fee": e.fee, "fee_details": e.fees, "net": e.amount - e.fee,
		"reporting_category": e.category, "source": orNil(e.source), "status": "pending", "type": e.kind,
	}
	if e.payout != "" {
		o["_payout"] = e.payout
	}
	if err := c.insert(id, o); err != nil {
		return "", err
	}
	if e.available > c.now {
		if err := c.later("balance available", "", e.available); err != nil {
			return "", err
		}
	}
	if c.account == "" || e.kind == "payout" { // the platform's own money stays where it is
		return id, nil
	}
	return id, c.planPayout(e.available)
}

func getBalanceTransaction(c *call) (object, error) {
	return c.named("balance_transaction", "balance transaction", c.path("id"))
}

func listBalanceTransactions(c *call) (object, error) {
	filters := c.by("currency", "source", "type")
	if payout, given := c.params["payout"]; given { // with the payout's own entry, as Stripe's reports have it
		filters = append(filters, filter{"json_extract(body, '$._payout') = ?", payout})
	}
	return c.page("balance_transaction", filters...)
}
