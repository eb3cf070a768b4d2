package payments_test

import (
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
)

// operate does what the sandbox's operator can.
func (w *world) operate(path string, form url.Values) {
	w.t.Helper()
	if _, status := w.browse(http.MethodPost, w.server.URL+path, form); status != http.StatusSeeOther {
		w.t.Fatalf("%s %v: %d", path, form, status)
	}
}

// charge pays an order at Stripe; we are not told.
func (w *world) charge(offer *models.OfferView, buyer string) (*models.Order, string) {
	w.t.Helper()
	order, address := w.start(offer, buyer)
	w.payAt(address, goodCard)
	session, err := w.stripe.CheckoutSessions.Get(*order.SessionID, &stripe.CheckoutSessionParams{Expand: stripe.StringSlice([]string{"payment_intent"})})
	must(w.t, err)
	return order, session.PaymentIntent.LatestCharge.ID
}

func (w *world) disputeOf(charge string) *stripe.Dispute {
	w.t.Helper()
	list := w.stripe.Disputes.List(&stripe.DisputeListParams{Charge: stripe.String(charge)})
	if !list.Next() {
		w.t.Fatalf("charge %s has no dispute: %v", charge, list.Err())
	}
	return list.Dispute()
}

// balance is all that the shop has at Stripe.
func (w *world) balance() (sum int64) {
	w.t.Helper()
	params := &stripe.BalanceParams{}
	params.SetStripeAccount(*w.shop.StripeAccount)
	balance, err := w.stripe.Balance.Get(params)
	must(w.t, err)
	for _, part := range append(balance.Available, balance.Pending...) {
		sum += part.Amount
	}
	return sum
}

// hear delivers all that Stripe has to tell, and does what follows from it.
func (w *world) hear(order *models.Order) {
	w.t.Helper()
	for range 2 {
		for _, event := range w.eventsOf(order) {
			must(w.t, w.deliver(event))
		}
		w.drain()
		w.jobs(order)
	}
}

// agrees holds the order's net and the figures to what the shop has at Stripe.
func (w *world) agrees(order *models.Order, what string) {
	w.t.Helper()
	figures, err := w.store.Figures(w.ctx, w.shop, 30)
	must(w.t, err)
	sums, err := w.store.SalesSums(w.ctx, w.shop, nil)
	must(w.t, err)
	received := models.Received(figures.Days)
	if net, at := w.order(order).Net().Amount, w.balance(); net != at || received.Amount != at || sums[0].Net().Amount != at {
		w.t.Errorf("%s: the order says %d, the figures %d and %d, Stripe %d", what, net, received.Amount, sums[0].Net().Amount, at)
	}
}

func (w *world) dispute(order *models.Order) *models.Dispute {
	w.t.Helper()
	disputes, err := w.store.DisputesOf(w.ctx, order)
	must(w.t, err)
	if len(disputes) != 1 {
		w.t.Fatalf("%d disputes", len(disputes))
	}
	return &disputes[0]
}

// disputed makes an order with an open chargeback that we know of. refund, where not "", goes back before.
func (w *world) disputed(refund string, form url.Values) (*models.Order, string) {
	w.t.Helper()
	order, charge := w.charge(w.offer("3"), "bea")
	w.hear(order)
	if refund != "" {
		asked, err := w.store.AskRefund(w.ctx, w.shop, w.owner, order, models.RefundForm{Amount: refund, Reason: "requested"})
		must(w.t, err)
		must(w.t, w.pay.MakeRefund(w.ctx, asked.ID))
	}
	w.agrees(order, "paid")
	form.Set("charge", charge)
	w.operate("/disputes", form)
	w.hear(order)
	return order, charge
}

// TestDisputeMoney: what a bank takes is taken from the shop, once and never more than it has left; a won dispute gives
// it back, after which a refund can still be made; and the books agree with Stripe at each step.
func TestDisputeMoney(t *testing.T) {
	t.Parallel()
	for _, refund := range []string{"", "12.34"} {
		w := newWorld(t)
		w.open(true)
		order, charge := w.disputed(refund, url.Values{})
		w.agrees(order, "disputed")
		if o := w.order(order); o.Dispute != "open" || o.Disputed != 4200-o.Refunded {
			t.Fatalf("%+v", o)
		}
		d := w.dispute(order)
		if d.Fee == nil || *d.Fee != 2000 || d.DueAt == nil || !d.Answerable(w.clock.Now()) {
			t.Errorf("%+v", d)
		}
		_, err := w.store.AskRefund(w.ctx, w.shop, w.owner, order, models.RefundForm{Amount: "1.00", Reason: "requested"})
		var problems models.Problems
		if !errors.As(err, &problems) || problems.For("refund") == nil {
			t.Errorf("a refund of disputed money: %v", err)
		}
		w.operate("/disputes/"+w.disputeOf(charge).ID+"/outcome", url.Values{"outcome": {"won"}})
		w.hear(order)
		if o := w.order(order); o.Dispute != "won" || o.Disputed != 0 {
			t.Fatalf("%+v", o)
		}
		w.agrees(order, "won")
		asked, err := w.store.AskRefund(w.ctx, w.shop, w.owner, order, models.RefundForm{Amount: "5.00", Reason: "requested"})
		must(t, err)
		w.crashAt("refund.made", func() { _ = w.pay.MakeRefund(w.ctx, asked.ID) })
		w.hear(order) // which may say that it succeeded before the job went on
		must(t, w.pay.MakeRefund(w.ctx, asked.ID))
		w.agrees(order, "refunded after it was won")
		rest, err := w.store.AskRefund(w.ctx, w.shop, w.owner, order, models.RefundForm{Amount: "", Reason: "requested"})
		if err == nil {
			t.Errorf("%+v", rest)
		}
		left := w.order(order).Left()
		rest, err = w.store.AskRefund(w.ctx, w.shop, w.owner, order, models.RefundForm{Amount: plainAmount(left.Amount), Reason: "requested"})
		must(t, err)
		must(t, w.pay.MakeRefund(w.ctx, rest.ID))
		must(t, w.pay.MakeRefund(w.ctx, rest.ID))
		w.agrees(order, "all refunded")
	}
}

func plainAmount(n int64) string {
	return string(rune('0'+n/1000)) + string(rune('0'+n/100%10)) + "." + string(rune('0'+n/10%10)) + string(rune('0'+n%10))
}

// TestInquiryMoney: an inquiry takes nothing and lets refunds be made; when it becomes a chargeback, what is left goes.
func TestInquiryMoney(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	order, charge := w.disputed("", url.Values{"kind": {"inquiry"}, "reason": {"general"}})
	if o := w.order(order); o.Dispute != "none" || o.Inquiry != "open" || o.Disputed != 0 {
		t.Fatalf("%+v", o)
	}
	w.agrees(order, "asked")
	asked, err := w.store.AskRefund(w.ctx, w.shop, w.owner, order, models.RefundForm{Amount: "10.00", Reason: "requested"})
	must(t, err)
	must(t, w.pay.MakeRefund(w.ctx, asked.ID))
	w.operate("/disputes/"+w.disputeOf(charge).ID+"/outcome", url.Values{"outcome": {"escalate"}})
	w.hear(order)
	if o := w.order(order); o.Dispute != "open" || o.Inquiry != "closed" || o.Disputed != 3200 {
		t.Fatalf("%+v", o)
	}
	w.agrees(order, "escalated")
	must(t, w.store.AcceptDispute(w.ctx, w.shop, w.owner, w.dispute(order)))
	must(t, w.pay.AcceptDispute(w.ctx, w.dispute(order).ID))
	w.hear(order)
	if d := w.dispute(order); d.State != "lost" || d.Answer != "accepted" || w.order(order).Dispute != "lost" {
		t.Fatalf("%+v", d)
	}
	w.agrees(order, "accepted")
}

// TestMovedOnce: wherever the process ends or the answer is lost, and however late it is tried again, the money of a
// dispute is moved once each way.
func TestMovedOnce(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"dispute.moving", "dispute.moved", "lost", "cut"} {
		w := newWorld(t)
		w.open(true)
		order, charge := w.charge(w.offer("1"), "bea")
		w.hear(order)
		for _, outcome := range []string{"", "won"} {
			if outcome == "" {
				w.operate("/disputes", url.Values{"charge": {charge}})
			} else {
				w.operate("/disputes/"+w.disputeOf(charge).ID+"/outcome", url.Values{"outcome": {outcome}})
			}
			for _, event := range w.eventsOf(order) {
				must(t, w.deliver(event))
			}
			w.drain()
			moves, err := w.store.PendingMoves(w.ctx, 10)
			must(t, err)
			if len(moves) != 1 {
				t.Fatalf("%s: %d moves", how, len(moves))
			}
			path := map[string]string{"recover": "/reversals", "return": "/v1/transfers"}[moves[0].Kind]
			switch how {
			case "lost", "cut":
				w.wire.breaks(posts(path, map[string]fault{"lost": lost, "cut": cut}[how]))
				if err := w.pay.MoveDisputed(w.ctx, moves[0].ID); !errors.Is(err, payments.ErrAway) {
					t.Fatalf("%s: %v", how, err)
				}
				w.wire.breaks(nil)
			default:
				w.crashAt(how, func() { _ = w.pay.MoveDisputed(w.ctx, moves[0].ID) })
			}
			w.clock.Advance(25 * time.Hour)
			must(t, w.pay.MendDisputes(w.ctx))
			must(t, w.pay.MoveDisputed(w.ctx, moves[0].ID))
			w.agrees(order, how+" "+moves[0].Kind)
		}
	}
}

// TestSparedFee: an installation that gives up its fee leaves a lost sale at nothing for the shop, and a won one as it was.
func TestSparedFee(t *testing.T) {
	t.Parallel()
	for _, refund := range []string{"", "12.34"} {
		for _, outcome := range []string{"lost", "won"} {
			w := newWorld(t)
			w.set.SpareFeeOnDispute = true
			w.restart()
			w.open(true)
			order, charge := w.disputed(refund, url.Values{})
			w.agrees(order, "disputed")
			if o := w.order(order); o.Net().Amount != 0 || o.Disputed >= 4200-o.Refunded {
				t.Errorf("refund %q: net %d, disputed %d", refund, o.Net().Amount, o.Disputed)
			}
			w.operate("/disputes/"+w.disputeOf(charge).ID+"/outcome", url.Values{"outcome": {outcome}})
			w.hear(order)
			w.agrees(order, outcome)
			if o := w.order(order); (o.Net().Amount == 0) != (outcome == "lost") {
				t.Errorf("refund %q, %s: net %d", refund, outcome, o.Net().Amount)
			}
		}
	}
}

// TestAnswerOnce: an answer goes to the bank once, from two tabs and through crashes.
func TestAnswerOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	order, charge := w.disputed("", url.Values{"reason": {"product_not_received"}})
	d := w.dispute(order)
	form := models.AnswerForm{Why: "It arrived. winning_evidence", Keep: []string{"buyer"}}
	view, err := w.store.OrderView(w.ctx, w.order(order))
	must(t, err)
	evidence, problems := form.Read(view, nil, "", "", false)
	if len(problems) > 0 || evidence.Email != order.Email {
		t.Fatalf("%+v %v", evidence, problems)
	}
	must(t, w.store.SaveAnswer(w.ctx, d, form))
	file, err := w.store.AddEvidenceFile(w.ctx, w.shop, w.owner, d, "shipping_documentation", "note.pdf", []byte("%PDF-1.7 delivered"))
	must(t, err)
	must(t, w.store.SubmitAnswer(w.ctx, w.shop, w.owner, d, form, evidence))
	if err := w.store.RemoveEvidenceFile(w.ctx, w.shop, w.owner, d, file); !errors.Is(err, models.ErrChanged) {
		t.Errorf("a file was taken out of an answer on its way: %v", err)
	}
	if err := w.store.SubmitAnswer(w.ctx, w.shop, w.owner, d, form, evidence); !errors.Is(err, models.ErrChanged) {
		t.Errorf("a second answer: %v", err)
	}
	if err := w.store.AcceptDispute(w.ctx, w.shop, w.owner, d); !errors.Is(err, models.ErrChanged) {
		t.Errorf("accepted after an answer: %v", err)
	}
	w.wire.breaks(posts("/v1/files", lost))
	if err := w.pay.SendAnswer(w.ctx, d.ID); !errors.Is(err, payments.ErrAway) {
		t.Fatalf("%v", err)
	}
	w.wire.breaks(posts(d.StripeID, lost))
	if err := w.pay.SendAnswer(w.ctx, d.ID); !errors.Is(err, payments.ErrAway) {
		t.Fatalf("%v", err)
	}
	w.wire.breaks(nil)
	w.clock.Advance(time.Hour)
	must(t, w.pay.SendAnswer(w.ctx, d.ID))
	must(t, w.pay.SendAnswer(w.ctx, d.ID))
	at := w.disputeOf(charge)
	if at.EvidenceDetails.SubmissionCount != 1 || at.Evidence.CustomerEmailAddress != order.Email || at.Evidence.UncategorizedText != form.Why {
		t.Errorf("%+v", at.Evidence)
	}
	files := w.stripe.Files.List(&stripe.FileListParams{})
	if !files.Next() || at.Evidence.ShippingDocumentation == nil || files.File().ID != at.Evidence.ShippingDocumentation.ID || files.Next() {
		t.Errorf("the bank has the file %+v: %v", at.Evidence.ShippingDocumentation, files.Err())
	}
	if got := w.dispute(order); got.Answer != "sent" || got.AnsweredAt == nil || len(got.EvidenceOf().Files) != 1 {
		t.Errorf("%+v", got)
	}
}

// TestRefusedFile: what Stripe will not take is a draft again.
func TestRefusedFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	order, charge := w.disputed("", url.Values{"reason": {"product_not_received"}})
	d := w.dispute(order)
	_, err := w.store.AddEvidenceFile(w.ctx, w.shop, w.owner, d, "receipt", "receipt.pdf", []byte("%PDF-1.7"))
	must(t, err)
	form := models.AnswerForm{Why: "It arrived."}
	must(t, w.store.SubmitAnswer(w.ctx, w.shop, w.owner, d, form, models.Evidence{Why: form.Why}))
	w.wire.breaks(posts("/v1/files", refused))
	must(t, w.pay.SendAnswer(w.ctx, d.ID))
	if got := w.dispute(order); got.Answer != "draft" || w.disputeOf(charge).EvidenceDetails.SubmissionCount != 0 {
		t.Errorf("%+v", got)
	}
}

// TestWarnedRefund: the installation's rule gives small warned payments back by itself, once; larger ones wait.
func TestWarnedRefund(t *testing.T) {
	t.Parallel()
	for limit, want := range map[int64]int64{4200: 4200, 4199: 0} {
		w := newWorld(t)
		w.set.RefundWarnedUpTo = map[string]int64{"eur": limit}
		w.open(true)
		w.hook()
		order, charge := w.charge(w.offer("1"), "bea")
		w.hear(order)
		w.operate("/warnings", url.Values{"charge": {charge}})
		w.hear(order)
		w.hear(order)
		if got := w.order(order).Refunded; got != want {
			t.Errorf("limit %d: %d went back", limit, got)
		}
		if n := len(w.refunds(w.order(order))); n != map[int64]int{4200: 1, 0: 0}[want] {
			t.Errorf("limit %d: %d refunds", limit, n)
		}
		w.agrees(order, "warned")
	}
}

// TestRestoredDisputeMoney: a dispute whose rows were lost with the disk is known at Stripe by its own name: what was taken
// from the shop is not taken twice, and stands in the figures.
func TestRestoredDisputeMoney(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	order, charge := w.disputed("", url.Values{"reason": {"product_not_received"}})
	w.agrees(order, "disputed")
	moved := w.moves(order)
	if len(moved) != 1 || *moved[0].Moved == 0 {
		t.Fatalf("%+v", moved)
	}
	w.damage("DELETE FROM dispute_moves")
	w.damage("DELETE FROM letters WHERE dispute_id IS NOT NULL")
	w.damage("DELETE FROM disputes")
	w.damage("DELETE FROM events")
	w.damage("UPDATE orders SET dispute = 'none', disputed = 0")
	w.damage("UPDATE sales_days SET disputed = 0")
	must(t, w.store.KeepNote(w.ctx, "restored.from", w.clock.Now().Format(time.RFC3339)))
	must(t, w.pay.BringBack(w.ctx))
	w.hear(order)
	again := w.moves(order)
	if len(again) != 1 || *again[0].Moved != *moved[0].Moved || *again[0].StripeID != *moved[0].StripeID {
		t.Errorf("%+v, after %+v", again, moved)
	}
	w.agrees(order, "restored")
	w.operate("/disputes/"+w.disputeOf(charge).ID+"/outcome", url.Values{"outcome": {"won"}})
	w.hear(order)
	w.agrees(order, "won")
}

func (w *world) moves(order *models.Order) []models.DisputeMove {
	w.t.Helper()
	moves, err := w.store.DisputeMoves(w.ctx, w.dispute(order))
	must(w.t, err)
	return moves
}
