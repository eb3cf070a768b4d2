package views

import (
	"net/url"
	"strings"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/words"
)

// disputeReason is the part of a message's id for Stripe's code: codes of other means of payment than cards have no
// words of their own.
func disputeReason(w *words.Printer, code string) string {
	if id := "dispute.reason." + code; code != "" && w.Has(id) {
		return id
	}
	return "dispute.reason.general"
}

// DisputeReason is what the bank says, in a few words.
func DisputeReason(w *words.Printer, code string) string { return w.T(disputeReason(w, code)) }

// DisputeLeft is how many whole days are left to answer, in words; "" where there is no deadline or it is past.
func DisputeLeft(w *words.Printer, dispute *models.Dispute, now time.Time) string {
	if dispute.DueAt == nil || !now.Before(*dispute.DueAt) {
		return ""
	}
	days := int64(dispute.DueAt.Sub(now) / (24 * time.Hour))
	if days == 0 {
		return w.T("dispute.left.today")
	}
	return w.N("dispute.left", days)
}

// DisputeStage is where a dispute stands for its merchant.
func DisputeStage(p Page, dispute *models.Dispute) State {
	return stateOf(p, "dispute_stage", dispute.Stage())
}

// Disputes is a page of the list of disputes.
type Disputes struct {
	Tab      string
	Disputes []models.DisputeView
	More     bool
	Older    string
	Now      time.Time
}

func (l Disputes) tabs(p Page) []Tab {
	return []Tab{
		{Href: DisputesPath, Label: p.T("dispute.tab.all"), Active: l.Tab == ""},
		{Href: DisputesPath + "?tab=open", Label: p.T("dispute.tab.open"), Active: l.Tab == "open", Count: p.Counts.Disputes},
	}
}

func (l Disputes) older() string {
	if !l.More {
		return ""
	}
	q := url.Values{"after": {l.Older}}
	if l.Tab != "" {
		q.Set("tab", l.Tab)
	}
	return DisputesPath + "?" + q.Encode()
}

// Dispute is one dispute as its merchant sees it.
type Dispute struct {
	*models.DisputeView
	Moves     []models.DisputeMove
	Shipment  *models.Shipment
	Changes   []SaleChange
	Now       time.Time
	MayAnswer bool // the reader's role may answer the bank
	MayRefund bool // and give money away
}

// DisputeTitle names a dispute or an inquiry by its order.
func DisputeTitle(p Page, d Dispute) string {
	if d.Inquiry() {
		return p.T("dispute.inquiry.title", "Number", p.W.Number(d.Order.Number))
	}
	return p.T("dispute.one.title", "Number", p.W.Number(d.Order.Number))
}

// moments are the lines of the order's timeline from its payment on: what came before is the order's own.
func (d Dispute) moments(p Page) []Moment {
	var lines []SaleChange
	for _, c := range d.Changes {
		if l := changeLooks[c.Kind]; l.icon == "gavel" || l.icon == "banknote" || c.Kind == "paid" || c.Kind == "sent" || c.Kind == "fraud_warning" || c.Kind == "refunded" || c.Kind == "answer_sending" || c.Kind == "answer_refused" {
			lines = append(lines, c)
		}
	}
	return saleMoments(p, Sale{Changes: lines})
}

// sums is what was disputed, what was taken and returned, and what is held back now.
func (d Dispute) sums(p Page) []Fact {
	list := []Fact{{Name: p.T("dispute.sum.amount"), Value: p.W.Money(d.Money())}}
	held := int64(0)
	for _, move := range d.Moves {
		if move.State != "done" {
			continue
		}
		name, amount := p.T("dispute.sum.taken"), -*move.Moved
		if move.Kind == "return" {
			name, amount = p.T("dispute.sum.returned"), *move.Moved
		}
		held += amount
		list = append(list, Fact{Name: name, Value: p.W.Money(models.Money{Amount: amount, Currency: d.Currency})})
	}
	total := p.T("dispute.sum.held")
	if d.Order.Dispute == "lost" {
		total = p.T("dispute.sum.lost")
	}
	return append(list, Fact{Name: total, Value: p.W.Money(models.Money{Amount: -held, Currency: d.Currency}), Total: true})
}

// whoseFee says who bears Stripe's fee and what becomes of Tillbird's.
func (d Dispute) whoseFee(p Page) string {
	for _, move := range d.Moves {
		if move.Kind == "recover" && move.Amount < d.Amount {
			return p.T("dispute.sum.fee.spared")
		}
	}
	return p.T("dispute.sum.fee.whose")
}

// pending is what is on its way, nil where nothing is.
func (d Dispute) pending() *models.Money {
	for _, move := range d.Moves {
		if move.State == "pending" {
			return &models.Money{Amount: move.Amount, Currency: d.Currency}
		}
	}
	return nil
}

// Answer is an answer to the bank, being written or checked.
type Answer struct {
	Dispute
	Form     models.AnswerForm
	Files    []models.EvidenceFile
	Evidence models.Evidence // as it would go, on the page that asks once more
	Errors   FieldErrors
}

// answerFields are the fields in their order, for the error summary.
var answerFields = []string{"why", "product", "purchase", "terms", "messages", "kind", "file"}

// FilesMark tells one set of files of an answer from another.
func FilesMark(files []models.EvidenceFile) string {
	ids := make([]string, len(files))
	for i := range files {
		ids[i] = files[i].ID
	}
	return strings.Join(ids, " ")
}

// evidenceKinds are what a file can show, in words.
func evidenceKinds(p Page) []Option {
	options := make([]Option, len(models.EvidenceKinds))
	for i, kind := range models.EvidenceKinds {
		options[i] = Option{Value: kind, Label: p.T("dispute.file." + kind)}
	}
	return options
}

func (a Answer) text(p Page, fact, value string) Field {
	return Field{
		ID: fact, Label: p.T("dispute.fact.text", "What", p.T("dispute.fact."+fact)), Value: value, Error: a.Errors[fact], Rows: min(5+len(value)/160, 14), Limit: models.AnswerFactMost, Optional: true,
		Attrs: map[string]any{"dir": "auto"},
	}
}

func (a Answer) keep(p Page, fact string) Field {
	return Field{ID: "keep-" + fact, Label: p.T("dispute.fact.send", "What", p.T("dispute.fact."+fact))}
}

// evidenceFacts are what goes to the bank, field by field, in words.
func evidenceFacts(p Page, e models.Evidence) []Fact {
	var list []Fact
	for _, part := range []struct{ name, value string }{
		{p.T("dispute.field.why"), e.Why},
		{p.T("dispute.fact.product"), e.Product},
		{p.T("dispute.fact.purchase"), e.Purchase},
		{p.T("dispute.field.name"), e.Name},
		{p.T("dispute.field.email"), e.Email},
		{p.T("dispute.field.address"), e.Address},
		{p.T("dispute.field.carrier"), e.Carrier},
		{p.T("dispute.field.tracking"), e.Tracking},
		{p.T("dispute.field.sent_on"), e.SentOn},
		{p.T("dispute.fact.terms"), e.Terms},
		{p.T("dispute.fact.messages"), e.Messages},
	} {
		if part.value == "" {
			part.value = p.T("dispute.check.none")
		}
		list = append(list, Fact{Name: part.name, Value: part.value})
	}
	return list
}
