package sandbox

import "net/http"

type operatorPayout struct {
	ID, Account, Amount, Status, Tone, Why string
	At                                     int64
	Open, Pending, Failable                bool
}

// updatePayoutOutcome is the bank's answer to a payout: outcome is paid, failed (with failure_code; also when it was paid) or canceled.
func (sb *Sandbox) updatePayoutOutcome(w http.ResponseWriter, r *http.Request) {
	sb.control(w, r, func(c *call) error {
		payout, err := c.load(r.PathValue("payout"))
		if err != nil {
			return err
		}
		if payout == nil || str(payout, "object") != "payout" {
			return missing("payout", r.PathValue("payout"))
		}
		own := c.as(str(payout, "_account"))
		switch r.PostFormValue("outcome") {
		case "paid":
			if status := str(payout, "status"); status != "pending" && status != "in_transit" {
				return conflicting("", "", "This payout is %s.", status)
			}
			return own.changePayout(payout, "paid")
		case "failed":
			code := r.PostFormValue("failure_code")
			if code == "" {
				code = "account_closed"
			}
			return own.failPayout(payout, code)
		case "canceled":
			return own.cancelPayout(payout)
		}
		return wrong("outcome", "", "The outcome is paid, failed or canceled.")
	})
}

func (c *call) operatorPayouts() ([]operatorPayout, error) {
	found, err := c.all(newest, "payout")
	if err != nil {
		return nil, err
	}
	var rows []operatorPayout
	for _, o := range found {
		status := str(o, "status")
		row := operatorPayout{
			ID: str(o, "id"), Account: str(o, "_account"), Amount: money(num(o, "amount"), str(o, "currency"), "en"), Status: status, Tone: "warn", Why: str(o, "failure_code"),
			At: num(o, "arrival_date"), Pending: status == "pending", Open: status == "pending" || status == "in_transit", Failable: status != "failed" && status != "canceled",
		}
		switch status {
		case "paid":
			row.Tone = "good"
		case "failed":
			row.Tone = "bad"
		case "canceled":
			row.Tone = ""
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// FailureCodes are the reasons that a payout can be failed with by hand.
func (operatorPage) FailureCodes() []string {
	return []string{"account_closed", "no_account", "account_frozen", "bank_account_restricted", "could_not_process", "declined", "invalid_account_number"}
}
