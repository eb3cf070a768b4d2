package payments_test

import (
	"errors"
	"testing"

	"github.com/tillbird/tillbird/models"
)

// TestADeletedWalletIsForgotten: cards and customer go at Stripe, once what was confirmed is charged; what was bought stays,
// and the same person may begin again as somebody new.
func TestADeletedWalletIsForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(true)
	offer := w.offer("3")
	fan := w.fan("bea", goodCard)
	customer := *fan.Customer
	card, err := w.store.UsualCard(w.ctx, fan)
	must(t, err)
	order, code, err := w.byReply(fan, offer, "r1")
	must(t, err)
	_, err = w.store.ConfirmByCode(w.ctx, fan, code, w.clock.Now())
	must(t, err)
	must(t, w.store.DeleteFan(w.ctx, fan, "bea", "127.0.0.1"))
	if err := w.pay.DetachCards(w.ctx, fan.ID); err == nil {
		t.Fatal("the customer is forgotten before the charge")
	}
	must(t, w.pay.ChargeConfirmed(w.ctx, order.ID))
	for range 2 {
		must(t, w.pay.DetachCards(w.ctx, fan.ID))
	}
	there, err := w.stripe.Customers.Get(customer, nil)
	if err == nil && !there.Deleted {
		t.Errorf("%+v", there)
	}
	if method, err := w.stripe.PaymentMethods.Get(card.Method, nil); err == nil && method.Customer != nil {
		t.Errorf("%+v", method)
	}
	gone, err := w.store.FanEver(w.ctx, fan.ID)
	must(t, err)
	if gone.Customer != nil || gone.Email != "" || gone.Address != "" {
		t.Errorf("%+v", gone)
	}
	who := models.Identity{Network: "x", RemoteID: "id-bea", Handle: "bea"}
	if _, err := w.store.FanOf(w.ctx, who); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("the account is still known: %v", err)
	}
	again, err := w.store.EnterFan(w.ctx, who, nil, "en", "")
	if err != nil || again.ID == fan.ID || again.Agreed() {
		t.Errorf("%+v %v", again, err)
	}
}
