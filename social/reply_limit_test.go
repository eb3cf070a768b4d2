package social

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/tillbird/tillbird/models"
)

// TestOneCardOfTwoFans: what one person may have counts by the kept card too, before anything is charged and thanked for.
func TestOneCardOfTwoFans(t *testing.T) {
	t.Parallel()
	l := openLoop(t, func(f *models.OfferForm) { f.Limit = "1" })
	fan := l.synced("mira_okafor", goodCard)
	l.synced("lucbernard", goodCard)
	l.synced("yuki_draws", "5555555555554444")
	reply := l.writes("mira_okafor", "@maisonkestrel #BuyApron", l.root)
	paid := l.charge(l.writes("mira_okafor", "@maisonkestrel CONFIRM "+l.store.ReplyCode(reply.ID), reply.Answer.RemoteID))
	l.must(l.store.RecordCharge(t.Context(), paid.Order, models.Charge{ID: "ch_1", Fingerprint: l.fingerprint(l.usual(fan))}))
	l.wants(l.writes("lucbernard", "@maisonkestrel #BuyApron", l.root), models.OutcomeRefused, "limit_reached")
	l.wants(l.writes("yuki_draws", "@maisonkestrel #BuyApron", l.root), models.OutcomeAwaiting, "waits")
	if order, err := l.store.Order(t.Context(), *paid.OrderID); err != nil || order.OverLimit {
		t.Fatalf("%+v %v", order, err)
	}
}

// fingerprint is what Stripe knows a card by.
func (l *loop) fingerprint(card *models.FanCard) string {
	l.t.Helper()
	r, err := http.NewRequestWithContext(l.t.Context(), http.MethodGet, l.stripe.URL+"/v1/payment_methods/"+card.Method, nil)
	l.must(err)
	r.SetBasicAuth(l.sb.SecretKey(), "")
	a, err := http.DefaultClient.Do(r)
	l.must(err)
	defer a.Body.Close()
	var method struct{ Card struct{ Fingerprint string } }
	l.must(json.NewDecoder(a.Body).Decode(&method))
	if method.Card.Fingerprint == "" {
		l.t.Fatal("the card has no fingerprint")
	}
	return method.Card.Fingerprint
}
