package sandbox_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	stripe "github.com/stripe/stripe-go/v76"
)

// disputeOf is the dispute of a charge, nil when there is none.
func (w *world) disputeOf(charge string) *stripe.Dispute {
	w.t.Helper()
	list := w.api.Disputes.List(&stripe.DisputeListParams{Charge: stripe.String(charge)})
	if !list.Next() {
		return nil
	}
	return list.Dispute()
}

// disputed pays with a card and lets its dispute come.
func (w *world) disputed(s sale, number string) (*stripe.PaymentIntent, *stripe.Dispute) {
	w.t.Helper()
	told := w.listen("charge.dispute.created")
	intent := w.paid(s, number)
	w.sb.Advance(10 * time.Second)
	told.next()
	return intent, w.disputeOf(intent.LatestCharge.ID)
}

func (w *world) evidence(dispute, text string) *stripe.Dispute {
	w.t.Helper()
	return must[*stripe.Dispute](w.t)(w.api.Disputes.Update(dispute, &stripe.DisputeParams{
		Evidence: &stripe.DisputeEvidenceParams{UncategorizedText: stripe.String(text)}, Submit: stripe.Bool(true),
	}))
}

func TestDisputeWon(t *testing.T) {
	w := newWorld(t)
	shop := w.account(true)
	e := w.listen("charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.updated", "charge.dispute.funds_reinstated", "charge.dispute.closed")
	intent, dispute := w.disputed(sale{amount: 2400, fee: 240, to: shop}, "4000000000000259")
	if dispute.Reason != "fraudulent" || dispute.Status != "needs_response" || dispute.Amount != 2400 || dispute.IsChargeRefundable || len(dispute.BalanceTransactions) != 1 {
		t.Fatalf("%+v", dispute)
	}
	if line := dispute.BalanceTransactions[0]; line.Amount != -2400 || line.Fee != 2000 || line.Net != -4400 || line.ReportingCategory != "dispute" {
		t.Errorf("%+v", line)
	}
	if due := time.Unix(dispute.EvidenceDetails.DueBy, 0).UTC(); due.Sub(start) < 9*24*time.Hour {
		t.Errorf("due by %s", due)
	}
	if _, err := w.api.Refunds.New(&stripe.RefundParams{PaymentIntent: stripe.String(intent.ID)}); asStripe(t, err).Code != "charge_disputed" {
		t.Errorf("%v", err)
	}
	draft := must[*stripe.Dispute](t)(w.api.Disputes.Update(dispute.ID, &stripe.DisputeParams{
		Evidence: &stripe.DisputeEvidenceParams{CustomerName: stripe.String("Fan Example")}, Submit: stripe.Bool(false),
	}))
	if draft.Status != "needs_response" || !draft.EvidenceDetails.HasEvidence || draft.EvidenceDetails.SubmissionCount != 0 {
		t.Errorf("a draft: %+v", draft)
	}
	if sent := w.evidence(dispute.ID, "winning_evidence"); sent.Status != "under_review" || sent.EvidenceDetails.SubmissionCount != 1 || sent.Evidence.CustomerName != "Fan Example" {
		t.Errorf("%+v", sent)
	}
	if _, err := w.api.Disputes.Update(dispute.ID, &stripe.DisputeParams{Submit: stripe.Bool(true)}); asStripe(t, err).HTTPStatusCode != 400 {
		t.Errorf("evidence was taken twice: %v", err)
	}
	e.types(4)
	w.sb.Advance(10 * time.Second)
	if types := e.types(2); types["charge.dispute.funds_reinstated"] != 1 || types["charge.dispute.closed"] != 1 {
		t.Errorf("%v", types)
	}
	if won := w.disputeOf(intent.LatestCharge.ID); won.Status != "won" || len(won.BalanceTransactions) != 2 {
		t.Errorf("%+v", won)
	}
	if sum := w.nets(""); sum != 240-61 {
		t.Errorf("the platform has %d", sum)
	}
	w.refund(intent, 0, true) // the money is here again, and can be given back
}

func TestDisputeLostAndRecovered(t *testing.T) {
	w := newWorld(t)
	shop := w.account(true)
	intent, dispute := w.disputed(sale{amount: 2400, fee: 240, to: shop}, "4000000000002685")
	charge := must[*stripe.Charge](t)(w.api.Charges.Get(intent.LatestCharge.ID, nil))
	if dispute.Reason != "product_not_received" || !charge.Disputed {
		t.Errorf("%+v", dispute)
	}
	must[*stripe.TransferReversal](t)(w.api.TransferReversals.New(&stripe.TransferReversalParams{ID: stripe.String(charge.Transfer.ID), Amount: stripe.Int64(2160)}))
	if sum := w.nets(shop.ID); sum != 0 {
		t.Errorf("the merchant has %d", sum)
	}
	w.evidence(dispute.ID, "losing_evidence")
	closed := w.listen("charge.dispute.closed")
	w.sb.Advance(10 * time.Second)
	closed.next()
	if lost := w.disputeOf(charge.ID); lost.Status != "lost" {
		t.Errorf("%+v", lost)
	}
	back := must[*stripe.Transfer](t)(w.api.Transfers.New(&stripe.TransferParams{
		Amount: stripe.Int64(2160), Currency: stripe.String("eur"), Destination: stripe.String(shop.ID), TransferGroup: stripe.String("order-7"), Metadata: map[string]string{"dispute": dispute.ID},
	}))
	if back.DestinationPayment == nil || back.Destination.ID != shop.ID || w.nets(shop.ID) != 2160 {
		t.Errorf("%+v", back)
	}
	must[*stripe.TransferReversal](t)(w.api.TransferReversals.New(&stripe.TransferReversalParams{ID: stripe.String(back.ID)}))
	if sum := w.nets(shop.ID); sum != 0 {
		t.Errorf("the merchant has %d", sum)
	}
	if _, err := w.api.Transfers.New(&stripe.TransferParams{Amount: stripe.Int64(1), Currency: stripe.String("eur"), Destination: stripe.String("acct_nobody")}); asStripe(t, err).Code != "resource_missing" {
		t.Errorf("%v", err)
	}
}

func TestInquiry(t *testing.T) {
	w := newWorld(t)
	intent, dispute := w.disputed(sale{amount: 2400}, "4000000000001976")
	if dispute.Status != "warning_needs_response" || !dispute.IsChargeRefundable || len(dispute.BalanceTransactions) != 0 || w.nets("") != 2400-61 {
		t.Fatalf("%+v", dispute)
	}
	w.refund(intent, 0, false)
	if closed := w.disputeOf(intent.LatestCharge.ID); closed.Status != "warning_closed" {
		t.Errorf("%+v", closed)
	}
	second, dispute := w.disputed(sale{amount: 2400}, "4000000000001976")
	if sent := w.evidence(dispute.ID, "it was delivered"); sent.Status != "warning_under_review" {
		t.Errorf("%+v", sent)
	}
	b := w.browser()
	b.post(w.server.URL+"/disputes/"+dispute.ID+"/outcome", url.Values{"outcome": {"escalate"}})
	if now := w.disputeOf(second.LatestCharge.ID); now.Status != "needs_response" || len(now.BalanceTransactions) != 1 || now.EvidenceDetails.SubmissionCount != 0 {
		t.Errorf("%+v", now)
	}
	if lost := must[*stripe.Dispute](t)(w.api.Disputes.Close(dispute.ID, nil)); lost.Status != "lost" {
		t.Errorf("%+v", lost)
	}
	if _, err := w.api.Disputes.Close(dispute.ID, nil); asStripe(t, err).HTTPStatusCode != 400 {
		t.Errorf("%v", err)
	}
}

func TestDisputeByHand(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	intent := w.paid(sale{amount: 2400}, "4242424242424242")
	w.refund(intent, 400, false)
	open := url.Values{"charge": {intent.LatestCharge.ID}, "reason": {"duplicate"}, "kind": {"chargeback"}}
	if end := b.post(w.server.URL+"/disputes", open); end.status != http.StatusSeeOther {
		t.Fatalf("%d %s", end.status, end.body)
	}
	dispute := w.disputeOf(intent.LatestCharge.ID)
	if dispute.Amount != 2000 || dispute.Reason != "duplicate" {
		t.Errorf("%+v", dispute)
	}
	if end := b.post(w.server.URL+"/disputes", open); end.status != http.StatusUnprocessableEntity || !contains(end.body, "has a dispute") {
		t.Errorf("a second dispute: %d", end.status)
	}
	if page := b.get(w.server.URL + "/"); !contains(page.body, dispute.ID) || !contains(page.body, "needs_response") {
		t.Error("the page does not list it")
	}
	if end := b.post(w.server.URL+"/disputes/"+dispute.ID+"/outcome", url.Values{"outcome": {"won"}}); end.status != http.StatusSeeOther {
		t.Errorf("%d", end.status)
	}
	if w.disputeOf(intent.LatestCharge.ID).Status != "won" {
		t.Error("it was not won")
	}
	other := w.paid(sale{amount: 2400}, "4242424242424242")
	b.post(w.server.URL+"/disputes", url.Values{"charge": {other.LatestCharge.ID}, "kind": {"chargeback"}})
	closed := w.listen("charge.dispute.closed")
	w.sb.Advance(11 * 24 * time.Hour) // nobody answers
	closed.next()
	if dispute := w.disputeOf(other.LatestCharge.ID); dispute.Status != "lost" || !dispute.EvidenceDetails.PastDue {
		t.Errorf("%+v", dispute)
	}
}
