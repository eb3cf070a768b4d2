package sandbox_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	stripe "github.com/stripe/stripe-go/v76"
)

func TestSessionsExpire(t *testing.T) {
	w := newWorld(t)
	ends := func(d time.Duration) sale {
		return sale{amount: 2400, more: func(p *stripe.CheckoutSessionParams) { p.ExpiresAt = stripe.Int64(w.sb.Now().Add(d).Unix()) }}
	}
	for _, d := range []time.Duration{29 * time.Minute, 25 * time.Hour} {
		if _, err := w.api.CheckoutSessions.New(ends(d).params()); asStripe(t, err).Param != "expires_at" {
			t.Errorf("%s: %v", d, err)
		}
	}
	told := w.listen("checkout.session.expired")
	byTime, byHand, paid := w.session(ends(30*time.Minute)), w.session(ends(time.Hour)), w.session(ends(time.Hour))
	must[*stripe.CheckoutSession](t)(w.api.CheckoutSessions.Expire(byHand.ID, nil))
	if e := told.next(); e.GetObjectValue("id") != byHand.ID {
		t.Errorf("%s was told of first", e.GetObjectValue("id"))
	}
	w.pay(paid, "4242424242424242")
	w.sb.Advance(31 * time.Minute)
	if e := told.next(); e.GetObjectValue("id") != byTime.ID {
		t.Errorf("%s was told of second", e.GetObjectValue("id"))
	}
	if end := w.browser().post(w.server.URL+"/c/pay/"+byTime.ID, card("4242424242424242")); end.status != http.StatusGone || !strings.Contains(end.body, "expired") {
		t.Errorf("paying what has expired answered %d", end.status)
	}
	for _, id := range []string{byTime.ID, byHand.ID, paid.ID} {
		if _, err := w.api.CheckoutSessions.Expire(id, nil); asStripe(t, err).HTTPStatusCode != 400 {
			t.Errorf("expiring %s again: %v", id, err)
		}
	}
}

func TestSessionsAreRefused(t *testing.T) {
	w := newWorld(t)
	ready, unready := w.account(true), w.account(false)
	for name, s := range map[string]sale{
		"a merchant who is not ready": {amount: 2400, fee: 1, to: unready},
		"a merchant who is not there": {amount: 2400, fee: 1, to: &stripe.Account{ID: "acct_nobody"}},
		"a fee above the price":       {amount: 2400, fee: 2401, to: ready},
		"too little":                  {amount: 49},
		"too much":                    {amount: 100000000},
		"an unknown currency":         {amount: 2400, currency: "xyz"},
		"dinars with a last digit":    {amount: 2401, currency: "kwd"},
		"a relative address":          {amount: 2400, more: func(p *stripe.CheckoutSessionParams) { p.SuccessURL = stripe.String("/thanks") }},
		"a long suffix": {amount: 2400, fee: 1, to: ready, more: func(p *stripe.CheckoutSessionParams) {
			p.PaymentIntentData.StatementDescriptorSuffix = stripe.String(strings.Repeat("A", 23))
		}},
	} {
		if _, err := w.api.CheckoutSessions.New(s.params()); asStripe(t, err).HTTPStatusCode != 400 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.api.CheckoutSessions.New(sale{amount: 49}.params()); asStripe(t, err).Code != "amount_too_small" {
		t.Errorf("%v", err)
	}
}

func TestListsAndExpansion(t *testing.T) {
	w := newWorld(t)
	shop := w.account(true)
	var ids []string
	for range 5 {
		ids = append(ids, w.session(sale{amount: 2400, fee: 240, to: shop}).ID)
	}
	w.browser().post(w.server.URL+"/c/pay/"+ids[4], card("4242424242424242"))
	params := &stripe.CheckoutSessionListParams{}
	params.Limit = stripe.Int64(2)
	params.AddExpand("data.line_items")
	params.AddExpand("data.payment_intent.latest_charge.transfer")
	var found []string
	list := w.api.CheckoutSessions.List(params)
	for list.Next() {
		s := list.CheckoutSession()
		if s.LineItems.Data[0].Description != "Blue mug" {
			t.Errorf("%s has no line items", s.ID)
		}
		if s.ID == ids[4] && s.PaymentIntent.LatestCharge.Transfer.Amount != 2400 {
			t.Error("the transfer is not expanded")
		}
		found = append(found, s.ID)
	}
	if list.Err() != nil || len(found) != 5 || found[0] != ids[4] || found[4] != ids[0] {
		t.Errorf("%v: %v", found, list.Err())
	}
	back := &stripe.CheckoutSessionListParams{}
	back.EndingBefore, back.Limit, back.Single = stripe.String(ids[0]), stripe.Int64(2), true
	list = w.api.CheckoutSessions.List(back)
	found = nil
	for list.Next() {
		found = append(found, list.CheckoutSession().ID)
	}
	if len(found) != 2 || !list.Meta().HasMore {
		t.Errorf("before the oldest come %v", found)
	}
	lines := w.api.CheckoutSessions.ListLineItems(&stripe.CheckoutSessionListLineItemsParams{Session: stripe.String(ids[0])})
	if !lines.Next() || lines.LineItem().AmountTotal != 2400 {
		t.Errorf("line items: %v", lines.Err())
	}
}

func TestEventsList(t *testing.T) {
	w := newWorld(t)
	w.paid(sale{amount: 2400}, "4242424242424242")
	old := w.sb.Now()
	w.sb.Advance(48 * time.Hour)
	w.paid(sale{amount: 2400}, "4242424242424242")
	count := func(change func(*stripe.EventListParams)) int { return len(w.events("", change)) }
	if n := count(func(p *stripe.EventListParams) { p.Type = stripe.String("charge.*") }); n != 2 {
		t.Errorf("charge.*: %d", n)
	}
	if n := count(func(p *stripe.EventListParams) {
		p.Types = stripe.StringSlice([]string{"charge.succeeded", "checkout.session.completed"})
	}); n != 4 {
		t.Errorf("two types: %d", n)
	}
	if n := count(func(p *stripe.EventListParams) {
		p.Type = stripe.String("charge.succeeded")
		p.CreatedRange = &stripe.RangeQueryParams{GreaterThan: old.Unix()}
	}); n != 1 {
		t.Errorf("the later day: %d", n)
	}
	w.sb.Advance(29 * 24 * time.Hour)
	if n := count(func(p *stripe.EventListParams) { p.Type = stripe.String("charge.succeeded") }); n != 1 {
		t.Errorf("after thirty days: %d", n)
	}
}
