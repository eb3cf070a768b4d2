package sandbox

import (
	"strings"
	"time"
)

// How long after its making a payout leaves, and how many days it travels.
const (
	payoutLeaves  = 6 * 60 * 60
	payoutTravels = 1
)

// payoutProblems are the bank accounts of test mode that take no money.
var payoutProblems = map[string]string{"000111111113": "account_closed", "000111111116": "no_account"}

// payoutMessages are the words of Stripe for the reasons that the sandbox gives.
var payoutMessages = map[string]string{
	"account_closed":          "The bank account has been closed.",
	"account_frozen":          "The bank account has been frozen.",
	"bank_account_restricted": "The bank account has restrictions on either the type, or the number, of payouts allowed.",
	"could_not_process":       "The bank could not process this payout.",
	"declined":                "The bank has declined this transfer. Contact the bank before retrying.",
	"insufficient_funds":      "Your Stripe account has insufficient funds to cover the payout.",
	"invalid_account_number":  "The routing number seems correct, but the account number is invalid.",
	"no_account":              "The bank account details on file are probably incorrect. No bank account could be located with those details.",
}

// planPayout has the account's money paid out at the first midnight (UTC) from a time on.
func (c *call) planPayout(from int64) error {
	const day = 24 * 60 * 60
	return c.later("pay out", "", (from+day-1)/day*day)
}

// payOut makes the payouts of an account, one for each currency in which something has cleared, when its schedule says so.
func payOut(c *call, _ string) error {
	account, err := c.connected(c.account)
	if err != nil || account == nil || !yes(account, "payouts_enabled") {
		return err // planned anew when the account can be paid again
	}
	schedule := sub(sub(sub(account, "settings"), "payouts"), "schedule")
	if str(schedule, "interval") == "manual" {
		return nil
	}
	balance, err := getBalance(c)
	if err != nil {
		return err
	}
	for _, part := range list(balance, "available") {
		available, _ := part.(object)
		amount := num(available, "amount")
		if amount <= 0 {
			continue
		}
		if !isPayoutDay(schedule, c.time()) {
			return c.planPayout(c.now + 1)
		}
		if err := c.schedulePayout(account, amount, str(available, "currency")); err != nil {
			return err
		}
	}
	return nil
}

func isPayoutDay(schedule object, day time.Time) bool {
	switch str(schedule, "interval") {
	case "weekly":
		anchor := str(schedule, "weekly_anchor")
		if anchor == "" {
			anchor = "monday"
		}
		return strings.EqualFold(day.Weekday().String(), anchor)
	case "monthly":
		anchor := max(int(num(schedule, "monthly_anchor")), 1)
		last := time.Date(day.Year(), day.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
		return day.Day() == min(anchor, last)
	}
	return true
}

// schedulePayout takes all that has cleared off the balance and sends it on its way.
func (c *call) schedulePayout(account object, amount int64, currency string) error {
	id := "po_1" + random(23)
	// What the payout consists of, so that it can be listed by payout; what came before it and was not paid out is in it too.
	_, err := c.db.ExecContext(c.ctx, `UPDATE objects SET body = json_set(body, '$._payout', ?) WHERE kind = 'balance_transaction' AND account = ? AND json_extract(body, '$._payout') IS NULL
		AND json_extract(body, '$.currency') = ? AND json_extract(body, '$.available_on') <= ?`, id, c.account, currency, c.now)
	if err != nil {
		return err
	}
	_, err = c.newPayout(account, object{"id": id, "amount": amount, "currency": currency, "automatic": true, "reconciliation_status": "completed"}, id)
	return err
}

// createPayout sends an amount on its way by hand. What it consists of is not told, as with Stripe.
func createPayout(c *call) (object, error) {
	account, err := c.connected(c.account)
	if err != nil {
		return nil, err
	}
	if account == nil {
		return nil, wrong("", "", "The sandbox makes payouts of connected accounts alone: send Stripe-Account.")
	}
	amount, currency := num(c.params, "amount"), str(c.params, "currency")
	balance, err := getBalance(c)
	if err != nil {
		return nil, err
	}
	var free int64
	for _, part := range list(balance, "available") {
		if available, _ := part.(object); str(available, "currency") == currency {
			free = num(available, "amount")
		}
	}
	switch {
	case amount <= 0:
		return nil, wrong("amount", "parameter_invalid_integer", "This value must be greater than or equal to 1.")
	case !yes(account, "payouts_enabled"):
		return nil, conflicting("", "payouts_not_allowed", "Cannot create payouts: this account has requirements that need to be met first.")
	case amount > free:
		return nil, conflicting("", "balance_insufficient", "You have insufficient funds in your Stripe account. One likely reason is that your balance has not yet cleared.")
	}
	made := object{"amount": amount, "currency": currency, "automatic": false, "reconciliation_status": "not_applicable", "metadata": metadataOf(c.params)}
	for _, name := range []string{"description", "statement_descriptor"} {
		if given := str(c.params, name); given != "" {
			made[name] = given
		}
	}
	return c.newPayout(account, made, "")
}

// newPayout books a payout and sends it on its way; within is its own id where the ledger tells what it consists of.
func (c *call) newPayout(account, made object, within string) (object, error) {
	const day = 24 * 60 * 60
	id := within
	if id == "" {
		id = "po_1" + random(23)
	}
	amount, currency := num(made, "amount"), str(made, "currency")
	booking, err := c.book(entry{kind: "payout", source: id, amount: -amount, currency: currency, description: "STRIPE PAYOUT", payout: within})
	if err != nil {
		return nil, err
	}
	payout := object{
		"id": id, "object": "payout", "amount": amount, "arrival_date": (c.now/day + payoutTravels) * day, "balance_transaction": booking,
		"created": c.now, "currency": currency, "description": "STRIPE PAYOUT", "destination": orNil(str(bankOf(account), "id")), "failure_balance_transaction": nil, "failure_code": nil,
		"failure_message": nil, "livemode": false, "metadata": object{}, "method": "standard", "original_payout": nil,
		"reversed_by": nil, "source_type": "card", "statement_descriptor": nil, "status": "pending", "type": "bank_account",
		"_problem": payoutProblems[str(sub(account, "_details"), "bank")],
	}
	for name, value := range made {
		payout[name] = value
	}
	payout["id"] = id
	if err := c.insert(id, payout); err != nil {
		return nil, err
	}
	if err := c.later("payout leaves", id, c.now+payoutLeaves); err != nil {
		return nil, err
	}
	if err := c.later("payout arrives", id, num(payout, "arrival_date")); err != nil {
		return nil, err
	}
	return payout, c.emit("payout.created", payout)
}

// changePayout gives a payout a new status and tells of it.
func (c *call) changePayout(payout object, status string) error {
	before := clone(payout)
	payout["status"] = status
	if err := c.save(str(payout, "id"), payout); err != nil {
		return err
	}
	kind := "payout.updated"
	if status != "in_transit" {
		kind = "payout." + status
	}
	return c.emitChange(kind, payout, before)
}

func payoutLeavesNow(c *call, id string) error {
	payout, err := c.load(id)
	if err != nil || payout == nil || str(payout, "status") != "pending" {
		return err
	}
	return c.changePayout(payout, "in_transit")
}

func payoutArrives(c *call, id string) error {
	payout, err := c.load(id)
	if err != nil || payout == nil || str(payout, "status") != "pending" && str(payout, "status") != "in_transit" {
		return err
	}
	if problem := str(payout, "_problem"); problem != "" {
		return c.failPayout(payout, problem)
	}
	return c.changePayout(payout, "paid")
}

// failPayout brings a payout back, also one that was paid. The bank account takes no more until there is a new one, as with Stripe.
func (c *call) failPayout(payout object, code string) error {
	if payoutMessages[code] == "" {
		return wrong("failure_code", "", "There is no failure_code %s.", code)
	}
	if status := str(payout, "status"); status == "failed" || status == "canceled" {
		return conflicting("", "", "This payout is %s.", status)
	}
	booking, err := c.book(entry{kind: "payout_failure", source: str(payout, "id"), amount: num(payout, "amount"), currency: str(payout, "currency"), description: "STRIPE PAYOUT FAILURE"})
	if err != nil {
		return err
	}
	payout["failure_code"], payout["failure_message"], payout["failure_balance_transaction"] = code, payoutMessages[code], booking
	if err := c.changePayout(payout, "failed"); err != nil {
		return err
	}
	account, err := c.connected(c.account)
	if err != nil || account == nil || code == "could_not_process" || code == "insufficient_funds" {
		return err
	}
	var bank, before object
	if _, err = c.as("").changeAccount(account, func() {
		account["_bank_refused"] = true
		if bank = bankOf(account); bank != nil {
			before = clone(bank)
			bank["status"] = "errored"
		}
	}); err != nil || bank == nil {
		return err
	}
	return c.emitChange("account.external_account.updated", bank, before)
}

// cancelPayout takes back a payout that has not left.
func (c *call) cancelPayout(payout object) error {
	if status := str(payout, "status"); status != "pending" {
		return conflicting("", "", "Payouts can be canceled while they are pending; this one is %s.", status)
	}
	if _, err := c.book(entry{kind: "payout_cancel", source: str(payout, "id"), amount: num(payout, "amount"), currency: str(payout, "currency"), description: "STRIPE PAYOUT CANCELED"}); err != nil {
		return err
	}
	return c.changePayout(payout, "canceled")
}

func getPayout(c *call) (object, error) { return c.named("payout", "payout", c.path("payout")) }

func cancelPayoutByRequest(c *call) (object, error) {
	payout, err := getPayout(c)
	if err != nil {
		return nil, err
	}
	return payout, c.cancelPayout(payout)
}

func listPayouts(c *call) (object, error) {
	return c.page("payout", append(c.by("status", "destination"), arrivalFilters(c.params["arrival_date"])...)...)
}

func arrivalFilters(given any) []filter {
	filters := createdFilters(given)
	for i := range filters {
		filters[i].where = "json_extract(body, '$.arrival_date')" + filters[i].where[len("created"):]
	}
	return filters
}
