package views

import (
	"slices"
	"strings"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/words"
)

// Payouts is what the page about money to the bank shows.
type Payouts struct {
	Shop    *models.Shop
	Balance *models.Balance // nil where it was never fetched
	Stale   bool            // Stripe could not be asked just now
	Moving  []models.Payout // on their way
	Failed  *models.Payout  // the last one, where it came back
	Past    []models.Payout // a page of all
	Around  Around
	Now     time.Time
	May     bool   // the reader may open Stripe's dashboard
	Role    string // the reader's, in words
	Away    string // "", away, declined: what became of the last try to reach Stripe
}

// state is where payouts stand: its words are payout.state.<state>.
func (o Payouts) state() string {
	switch {
	case o.Shop.StripeAccount == nil || o.Shop.Selling == "not_started":
		return "not_connected"
	case o.Shop.Selling == "closed":
		return "closed"
	case o.Shop.Selling == "rejected":
		return "rejected"
	case o.Shop.PayoutsEnabled && o.Balance != nil && o.Balance.Interval == "manual":
		return "manual"
	case o.Shop.PayoutsEnabled && o.Balance != nil && o.Balance.Negative():
		return "negative"
	case o.Shop.PayoutsEnabled:
		return "on"
	case !o.Shop.DetailsSubmitted:
		return "unfinished"
	}
	return "held"
}

var payoutLooks = map[string]look{
	"not_connected": {ToneNeutral, "dot"},
	"unfinished":    {ToneInfo, "clock"},
	"on":            {ToneSuccess, "checkCircle"},
	"manual":        {ToneWarning, "pause"},
	"negative":      {ToneWarning, "warning"},
	"held":          {ToneWarning, "pause"},
	"rejected":      {ToneError, "x"},
	"closed":        {ToneNeutral, "lock"},
}

// reason is a cause that keeps money from the bank, with what to do about it.
type reason struct{ title, text string }

// reasons are why money does not arrive, or not yet.
func (o Payouts) reasons(p Page) []reason {
	var list []reason
	say := func(id string, pairs ...any) {
		list = append(list, reason{p.T("payout.why." + id), p.T("payout.why."+id+".text", pairs...)})
	}
	connected := o.Shop.DetailsSubmitted && o.Shop.Selling != "closed" && o.Shop.Selling != "rejected"
	if o.Failed != nil {
		say("failed", "Amount", p.W.Money(o.Failed.Money()), "Reason", PayoutFailure(p.W, o.Failed.FailureCode))
	}
	if !connected || o.Balance == nil {
		return list
	}
	if len(o.Balance.Banks) == 0 {
		say("no_bank")
	} else if bank := o.Balance.Bank(o.Shop.Currency); bank != nil && bank.Refused {
		say("bank_refused", "Last4", bank.Last4)
	}
	if o.Balance.Negative() {
		say("negative")
	}
	if o.Balance.Interval == "manual" {
		say("manual")
	}
	if len(list) == 0 && o.Shop.PayoutsEnabled && len(o.Past) == 0 && len(o.Moving) == 0 && o.waits() {
		say("first")
	}
	return list
}

// waits tells whether there is money that has not left.
func (o Payouts) waits() bool {
	for _, list := range [][]models.Money{o.Balance.Available, o.Balance.Pending} {
		for _, m := range list {
			if m.Amount > 0 {
				return true
			}
		}
	}
	return false
}

// schedule says in words when Stripe pays out; empty where it is not known.
func (o Payouts) schedule(p Page) string {
	if o.Balance == nil {
		return ""
	}
	b := o.Balance
	switch b.Interval {
	case "daily":
		return p.N("payout.schedule.daily", b.DelayDays)
	case "weekly":
		if day, ok := weekdays[b.Weekday]; ok {
			// A Sunday, and as many days after it.
			name, _, _ := strings.Cut(p.W.Weekday(time.Date(2026, 5, 24+day, 12, 0, 0, 0, p.W.Zone())), " ")
			return p.T("payout.schedule.weekly", "Day", name)
		}
	case "monthly":
		return p.T("payout.schedule.monthly", "Day", p.W.Number(b.MonthDay))
	case "manual":
		return p.T("payout.schedule.manual")
	}
	return ""
}

var weekdays = map[string]int{"sunday": 0, "monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6}

// next is what arrives first; nil where nothing is on its way.
func (o Payouts) next() *models.Payout {
	if len(o.Moving) == 0 {
		return nil
	}
	return &o.Moving[0]
}

// failures are Stripe's codes for a payout that came back, by the words for them: payout.failure.<word>.
var failures = []nameRule{
	{"account_closed", "closed"},
	{"account_frozen", "frozen"},
	{"bank_account_restricted", "restricted"},
	{"bank_ownership_changed", "owner"},
	{"invalid_account_number", "number"},
	{"no_account", "number"},
	{"incorrect_account_", "name"},
	{"invalid_currency", "currency"},
	{"insufficient_funds", "balance"},
	{"debit_not_authorized", "debit"},
	{"could_not_process", "bank"},
	{"declined", "bank"},
	{"invalid_card", "card"},
	{"expired_card", "card"},
	{"unsupported_card", "card"},
}

// PayoutFailure says why a payout came back and what to do, from Stripe's code.
func PayoutFailure(w *words.Printer, code string) string {
	word := "other"
	if rule, ok := ruleFor(failures, code); ok {
		word = rule.word
	}
	return w.T("payout.failure." + word)
}

// PayoutDetail is what the page of one payout shows.
type PayoutDetail struct {
	Shop   *models.Shop
	Payout *models.Payout
	Parts  []models.PayoutPart
	Lines  []models.PayoutLine
	Around Around
	May    bool
}

// sums are the amounts of each kind of line, ending in the payout's own.
func (d PayoutDetail) sums(p Page) []Fact {
	money := func(n int64) string { return p.W.Money(models.Money{Amount: n, Currency: d.Payout.Currency}) }
	var facts []Fact
	var fees, sum int64
	for _, part := range d.Parts {
		facts = append(facts, Fact{Name: p.N("payout.part."+lineWord(part.Kind), part.Lines), Value: money(part.Amount)})
		fees += part.Fee
		sum += part.Net
	}
	if fees != 0 {
		facts = append(facts, Fact{Name: p.T("payout.part.fees"), Value: money(-fees)})
	}
	if sum != d.Payout.Amount && len(d.Parts) > 0 { // Stripe's own lines, or a payout that it does not break down
		facts = append(facts, Fact{Name: p.T("payout.part.unexplained"), Value: money(d.Payout.Amount - sum)})
	}
	return append(facts, Fact{Name: p.T("payout.total"), Value: money(d.Payout.Amount), Total: true})
}

// lineWord is our word for Stripe's kind of a line.
func lineWord(kind string) string {
	switch kind {
	case "payment", "charge":
		return "payment"
	case "payment_refund", "refund":
		return "refund"
	case "payout_failure", "payout_cancel":
		return "returned"
	case "transfer", "transfer_refund", "adjustment", "payment_failure_refund", "payment_reversal":
		return "adjustment"
	}
	return "other"
}

// LineKind names a line of a payout for people.
func LineKind(w *words.Printer, kind string) string { return w.T("payout.line." + lineWord(kind)) }

// noLines says why no lines stand on the page.
func (d PayoutDetail) noLines(p Page) string {
	switch {
	case !d.Payout.Automatic:
		return p.T("payout.lines.manual")
	case d.Payout.ReadAt == nil:
		return p.T("payout.lines.reading")
	}
	return p.T("payout.lines.none")
}

func (d PayoutDetail) facts(p Page) []Fact {
	arrives, how, bank := "payout.fact.arrives", "payout.fact.how.manual", p.T("common.none")
	if d.Payout.State == "paid" {
		arrives = "payout.fact.arrived"
	}
	if d.Payout.Automatic {
		how = "payout.fact.how.automatic"
	}
	if d.Payout.Bank != "" {
		bank = "••" + d.Payout.Bank
	}
	return []Fact{
		{Name: p.T("payout.fact.made"), Value: p.W.DateTime(d.Payout.MadeAt)},
		{Name: p.T(arrives), Value: p.W.In(time.UTC).Date(d.Payout.ArrivesAt)},
		{Name: p.T("payout.fact.bank"), Value: bank},
		{Name: p.T("payout.fact.how"), Value: p.T(how)},
		{Name: p.T("payout.fact.id"), Value: d.Payout.StripeID},
	}
}

// moneys are amounts in several currencies; those of nothing stand aside where there is something.
func (p Page) moneys(list []models.Money) string {
	var texts []string
	for _, m := range list {
		if m.Amount != 0 {
			texts = append(texts, p.W.Money(m))
		}
	}
	if len(texts) == 0 && len(list) > 0 {
		return p.W.Money(list[0])
	}
	if len(texts) == 0 {
		return "–"
	}
	return strings.Join(texts, " · ")
}

// moving is what is on its way, by currency.
func (o Payouts) moving() []models.Money {
	sums := []models.Money{{Currency: o.Shop.Currency}}
	for _, payout := range o.Moving {
		at := slices.IndexFunc(sums, func(m models.Money) bool { return m.Currency == payout.Currency })
		if at < 0 {
			at = len(sums)
			sums = append(sums, models.Money{Currency: payout.Currency})
		}
		sums[at].Amount += payout.Amount
	}
	return sums
}

// keptBack tells whether what is available does not leave by itself.
func (o Payouts) keptBack() bool { return !o.Shop.PayoutsEnabled }

func (o Payouts) availableName(p Page) string {
	if o.keptBack() {
		return p.T("payout.held")
	}
	return p.T("payout.available")
}

func (o Payouts) availableHint(p Page) string {
	switch {
	case o.keptBack():
		return p.T("payout.held.hint")
	case o.Balance.Interval == "manual":
		return p.T("payout.schedule.manual")
	}
	return p.T("payout.available.hint")
}

// last4 is the end of the bank account's number that a payout goes to; empty where it is not known.
func (o Payouts) last4(payout *models.Payout) string {
	if payout.Bank != "" || o.Balance == nil {
		return payout.Bank
	}
	for _, bank := range o.Balance.Banks {
		if bank.ID == payout.Destination {
			return bank.Last4
		}
	}
	return ""
}

func (o Payouts) bank(p Page, payout *models.Payout) string {
	if last4 := o.last4(payout); last4 != "" {
		return "••" + last4
	}
	return p.T("common.none")
}

func (o Payouts) banks(p Page) string {
	var names []string
	for _, bank := range o.Balance.Banks {
		names = append(names, strings.TrimSpace(bank.Name+" ••"+bank.Last4))
	}
	if len(names) == 0 {
		return p.T("payout.bank.none")
	}
	return p.W.List(names)
}

// arrival is the day on which a payout arrives. Stripe gives a day, not a moment: it is the same in every zone.
func arrival(p Page, payout *models.Payout) string {
	w := p.W.In(time.UTC)
	return w.Weekday(payout.ArrivesAt)
}
