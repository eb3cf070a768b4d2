package payments_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
)

// fan has agreed, kept a card at Stripe and waited out the cooling time.
func (w *world) fan(handle, card string) *models.Fan {
	w.t.Helper()
	fan, err := w.store.EnterFan(w.ctx, models.Identity{Network: "x", RemoteID: "id-" + handle, Handle: handle, Name: handle}, nil, "en", "")
	must(w.t, err)
	must(w.t, w.store.Agree(w.ctx, fan, models.FanForm{
		Agreed: true, Email: handle + "@example.com", Currency: "eur", CapOrder: "50", CapDay: "120", Name: "Béa Martin", Address: "3 rue du Port\n29200 Brest", Country: "FR", Language: "en",
	}, time.Minute))
	w.confirmEmail(handle + "@example.com")
	fan = w.fresh(fan)
	w.keep(fan, card)
	w.clock.Advance(2 * time.Minute)
	return w.fresh(fan)
}

func (w *world) confirmEmail(email string) {
	w.t.Helper()
	letter, err := w.store.LatestLetter(w.ctx, "fan_email", email)
	must(w.t, err)
	must(w.t, w.store.ConfirmFanEmail(w.ctx, letter.Secret))
}

func (w *world) fresh(fan *models.Fan) *models.Fan {
	w.t.Helper()
	fan, err := w.store.Fan(w.ctx, fan.ID)
	must(w.t, err)
	return fan
}

// keep leads a fan through Stripe's page.
func (w *world) keep(fan *models.Fan, card string) {
	w.t.Helper()
	address, err := w.pay.StartCard(w.ctx, fan)
	must(w.t, err)
	if next := w.payAt(address, card); len(next) > 5 && next[:5] == "/3ds/" {
		w.confirmAt(next)
	}
	setup, err := w.store.OpenCardSetup(w.ctx, fan)
	must(w.t, err)
	must(w.t, w.pay.SettleCard(w.ctx, setup))
}

func (w *world) byReply(fan *models.Fan, offer *models.OfferView, reply string) (*models.Order, string, error) {
	w.t.Helper()
	card, err := w.store.UsualCard(w.ctx, fan)
	must(w.t, err)
	code := models.NewConfirmCode()
	order, err := w.pay.OrderByReply(w.ctx, models.Purchase{Offer: offer, Shop: w.shop, Language: "fr", ByCard: &models.ByCard{Fan: fan, Card: card, ReplyID: reply, Code: code}})
	return order, code, err
}

// charges counts what Stripe took from a fan.
func (w *world) charges(fan *models.Fan) (paid int, total int64) {
	w.t.Helper()
	params := &stripe.PaymentIntentListParams{Customer: w.fresh(fan).Customer}
	list := w.stripe.PaymentIntents.List(params)
	for list.Next() {
		if list.PaymentIntent().Status == "succeeded" {
			paid++
			total += list.PaymentIntent().AmountReceived
		}
	}
	must(w.t, list.Err())
	return paid, total
}

func TestReplyIsChargedOnceConfirmed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	offer := w.offer("2")
	fan := w.fan("bea", goodCard)
	order, code, err := w.byReply(fan, offer, "r1")
	must(t, err)
	if again, _, err := w.byReply(fan, offer, "r1"); err != nil || again.ID != order.ID {
		t.Fatalf("the same reply is another order: %v", err)
	}
	if held, sold := w.left(offer); held != 1 || sold != 0 {
		t.Fatalf("held %d, sold %d", held, sold)
	}
	must(t, w.pay.ChargeConfirmed(w.ctx, order.ID)) // a job out of turn charges nothing
	must(t, w.pay.CatchUp(w.ctx))                   // nor does anything open a checkout for it
	if got := w.order(order); got.Payment != "pending" || got.SessionID != nil {
		t.Fatalf("unconfirmed it is %s with session %v", got.Payment, got.SessionID)
	}
	if _, err := w.store.ConfirmByCode(w.ctx, fan, "XXXX", w.clock.Now()); problem(err) != "confirm.wrong" {
		t.Fatal(err)
	}
	var together sync.WaitGroup
	for range 6 {
		together.Go(func() {
			if _, err := w.store.ConfirmByCode(w.ctx, fan, code, w.clock.Now()); err != nil && problem(err) != "confirm.none" {
				t.Error(err)
			}
			if err := w.pay.ChargeConfirmed(w.ctx, order.ID); err != nil {
				var conflict *stripe.Error // the same key, at once
				if !errors.As(err, &conflict) || conflict.HTTPStatusCode != 409 {
					t.Error(err)
				}
			}
		})
	}
	together.Wait()
	must(t, w.pay.ChargeConfirmed(w.ctx, order.ID))
	got := w.order(order)
	if got.Payment != "paid" || got.Source != "reply" || got.BuyerName != "Béa Martin" || got.Address == "" || got.PaymentIntentID == nil {
		t.Fatalf("%+v", got)
	}
	if held, sold := w.left(offer); held != 0 || sold != 1 {
		t.Fatalf("held %d, sold %d", held, sold)
	}
	if n, total := w.charges(fan); n != 1 || total != got.Total {
		t.Fatalf("%d charges of %d", n, total)
	}
	must(t, w.pay.ReadCharge(w.ctx, order.ID))
	if got = w.order(order); got.ChargeID == nil || got.Card != "visa 4242" {
		t.Fatalf("the charge was not read: %+v", got)
	}
	if _, err := w.store.LatestLetter(w.ctx, "receipt", "bea@example.com"); err != nil {
		t.Fatal(err)
	}
}

// TestReplyWithoutAWordIsNotCharged: time over, cancelled, stopped, five wrong codes: nothing is charged, and every hold
// comes back.
func TestReplyWithoutAWordIsNotCharged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	for name, end := range map[string]func(fan *models.Fan, order *models.Order, code string){
		"expired": func(fan *models.Fan, _ *models.Order, code string) {
			w.clock.Advance(models.ConfirmWithin)
			if _, err := w.store.ConfirmByCode(w.ctx, fan, code, w.clock.Now()); err == nil {
				t.Error("a late word counted")
			}
			must(t, w.pay.MindConfirmations(w.ctx))
		},
		"cancelled": func(_ *models.Fan, order *models.Order, _ string) {
			must(t, w.store.CancelConfirmation(w.ctx, order.ID, "fan"))
		},
		"cancelled by a moderator": func(_ *models.Fan, order *models.Order, _ string) { must(t, w.pay.CloseCheckout(w.ctx, order.ID)) },
		"cancelled by STOP":        func(fan *models.Fan, _ *models.Order, _ string) { must(t, w.store.StopFan(w.ctx, fan, "bea", "")) },
		"cancelled after five": func(fan *models.Fan, _ *models.Order, _ string) {
			for range 5 {
				if _, err := w.store.ConfirmByCode(w.ctx, fan, "XXXX", w.clock.Now()); problem(err) != "confirm.wrong" {
					t.Error(err)
				}
			}
		},
	} {
		offer := w.offer("1")
		fan := w.fan(fmt.Sprintf("fan%d", w.offers), goodCard)
		order, code, err := w.byReply(fan, offer, name)
		must(t, err)
		end(fan, order, code)
		if got := w.order(order); got.Payment != "expired" && got.Payment != "cancelled" {
			t.Errorf("%s: it is %s", name, got.Payment)
		}
		if held, sold := w.left(offer); held != 0 || sold != 0 {
			t.Errorf("%s: held %d, sold %d", name, held, sold)
		}
		if _, err := w.store.ConfirmByCode(w.ctx, fan, code, w.clock.Now()); err == nil {
			t.Errorf("%s: it could be confirmed afterwards", name)
		}
		if n, _ := w.charges(fan); n != 0 {
			t.Errorf("%s: charged", name)
		}
	}
}

// TestBankAsksAboutAReply: the charge is cancelled at Stripe, then the same order is paid on a private page, once.
func TestBankAsksAboutAReply(t *testing.T) {
	t.Parallel()
	for card, why := range map[string]string{"4000002760003184": "check", "4000000000000341": "declined"} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.open(true)
			offer := w.offer("1")
			fan := w.fan("bea", card)
			order, code, err := w.byReply(fan, offer, "r1")
			must(t, err)
			_, err = w.store.ConfirmByCode(w.ctx, fan, code, w.clock.Now())
			must(t, err)
			must(t, w.pay.ChargeConfirmed(w.ctx, order.ID))
			confirmation, err := w.store.Confirmation(w.ctx, order.ID)
			must(t, err)
			if confirmation.State != "linked" || confirmation.Why != why {
				t.Fatalf("%+v", confirmation)
			}
			intent, err := w.stripe.PaymentIntents.Get(*confirmation.IntentID, nil)
			must(t, err)
			if intent.Status != "canceled" {
				t.Fatalf("the first payment is %s", intent.Status)
			}
			must(t, w.pay.OpenLink(w.ctx, order.ID))
			must(t, w.pay.OpenLink(w.ctx, order.ID))
			if _, err := w.store.LatestLetter(w.ctx, "pay_link", "bea@example.com"); err != nil {
				t.Fatal(err)
			}
			address, err := w.pay.ResumeCheckout(w.ctx, w.order(order))
			must(t, err)
			w.payAt(address, goodCard)
			must(t, w.pay.Settle(w.ctx, w.order(order)))
			must(t, w.pay.ChargeConfirmed(w.ctx, order.ID))
			if got := w.order(order); got.Payment != "paid" {
				t.Fatal(got.Payment)
			}
			if n, _ := w.charges(fan); n != 0 { // the page's payment has no customer of ours
				t.Fatalf("the kept card was charged %d times", n)
			}
			if held, sold := w.left(offer); held != 0 || sold != 1 {
				t.Fatalf("held %d, sold %d", held, sold)
			}
		})
	}
}

// TestCrashWhileCharging: the answer of Stripe is lost at each call; the next run finds what happened, also when Stripe has
// forgotten the key.
func TestCrashWhileCharging(t *testing.T) {
	t.Parallel()
	for name, later := range map[string]time.Duration{"soon": 3 * time.Minute, "when the key is forgotten": 30 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.open(true)
			offer := w.offer("1")
			fan := w.fan("bea", goodCard)
			order, code, err := w.byReply(fan, offer, "r1")
			must(t, err)
			_, err = w.store.ConfirmByCode(w.ctx, fan, code, w.clock.Now())
			must(t, err)
			w.wire.breaks(posts("/payment_intents", lost))
			if err := w.pay.ChargeConfirmed(w.ctx, order.ID); err == nil {
				t.Fatal("nobody noticed that the answer was lost")
			}
			w.wire.breaks(nil)
			w.restart()
			w.clock.Advance(later)
			must(t, w.pay.MindConfirmations(w.ctx))
			if got := w.order(order); got.Payment != "paid" {
				t.Fatal(got.Payment)
			}
			if n, _ := w.charges(fan); n != 1 {
				t.Fatalf("%d charges", n)
			}
		})
	}
}

func TestCapsOfAFan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	offer, dear := w.offer("20"), w.offer("20", func(f *models.OfferForm) { f.Price = "50,01" })
	fan := w.fan("bea", goodCard)
	if _, _, err := w.byReply(fan, dear, "dear"); problem(err) != "cap.order" {
		t.Fatal(err)
	}
	for i := range 2 {
		_, _, err := w.byReply(fan, offer, fmt.Sprint("r", i))
		must(t, err)
	}
	if _, _, err := w.byReply(fan, offer, "r2"); problem(err) != "cap.day" {
		t.Fatal(err)
	}
	cheap := w.offer("20", func(f *models.OfferForm) { f.Price = "10" })
	_, _, err := w.byReply(fan, cheap, "r3")
	must(t, err)
	if _, _, err := w.byReply(fan, cheap, "r4"); problem(err) != "fan.holds" {
		t.Fatal(err)
	}
	w.clock.Advance(models.ConfirmWithin)
	must(t, w.pay.MindConfirmations(w.ctx))
	if _, _, err = w.byReply(fan, offer, "r5"); err != nil { // what was let go counts no more
		t.Fatal(err)
	}
	must(t, w.store.StopFan(w.ctx, fan, "bea", ""))
	card := &models.FanCard{FanID: fan.ID, State: "kept", ExpYear: 2099, ExpMonth: 1}
	if _, err := w.pay.OrderByReply(w.ctx, models.Purchase{Offer: offer, Shop: w.shop, Language: "fr", ByCard: &models.ByCard{Fan: fan, Card: card, ReplyID: "r6", Code: "AAAA"}}); problem(err) != "fan.stopped" {
		t.Fatal(err)
	}
	must(t, w.pay.DetachCards(w.ctx, fan.ID))
	must(t, w.pay.DetachCards(w.ctx, fan.ID))
	cards, err := w.store.FanCards(w.ctx, fan)
	if err != nil || len(cards) != 0 {
		t.Fatalf("%v %v", cards, err)
	}
	methods := w.stripe.Customers.ListPaymentMethods(&stripe.CustomerListPaymentMethodsParams{Customer: w.fresh(fan).Customer})
	if methods.Next() {
		t.Error("Stripe still has a card")
	}
}

// TestCardsOfAFan: the event and the page that come back at once keep one card; the newest is the usual one, and the next
// takes over when it goes, also when it goes at Stripe.
func TestCardsOfAFan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hook()
	fan := w.fan("bea", goodCard)
	must(t, w.store.Agree(w.ctx, fan, models.FanForm{Agreed: true, Email: "bea@example.com", Currency: "eur", CapOrder: "50", CapDay: "120", Language: "en"}, 0))
	w.keep(fan, "5555555555554444")
	for _, event := range w.events("") {
		must(t, w.deliver(event))
	}
	w.drain()
	cards, err := w.store.FanCards(w.ctx, fan)
	must(t, err)
	if len(cards) != 2 || cards[0].Last4 != "4444" || !cards[0].Usual || cards[1].Usual {
		t.Fatalf("%+v", cards)
	}
	if _, err := w.stripe.PaymentMethods.Detach(cards[0].Method, nil); err != nil {
		t.Fatal(err)
	}
	for _, event := range w.events("") {
		must(t, w.deliver(event))
	}
	w.drain()
	cards, err = w.store.FanCards(w.ctx, fan)
	must(t, err)
	if len(cards) != 1 || !cards[0].Usual || cards[0].Last4 != "4242" {
		t.Fatalf("%+v", cards)
	}
	must(t, w.store.RemoveFanCard(w.ctx, fan, cards[0].ID, "bea", ""))
	if err := w.store.RemoveFanCard(w.ctx, fan, cards[0].ID, "bea", ""); !errors.Is(err, models.ErrChanged) {
		t.Fatal(err)
	}
	if _, err := w.store.UsualCard(w.ctx, fan); !errors.Is(err, models.ErrNotFound) {
		t.Fatal(err)
	}
	must(t, w.pay.DetachCards(context.WithoutCancel(w.ctx), fan.ID))
	consents, err := w.store.FanConsents(w.ctx, fan)
	if err != nil || len(consents) != 5 {
		t.Fatalf("%+v %v", consents, err)
	}
}

// problem is the code of the first problem.
func problem(err error) string {
	var problems models.Problems
	if errors.As(err, &problems) {
		return problems[0].Code
	}
	return ""
}
