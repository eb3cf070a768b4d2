package web

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// TestTheBankReadsWhatAFanAgreedTo: the answer to a dispute about an order by reply begins with the consent, the reply and
// the confirmation, may be edited, and reaches the bank.
func TestTheBankReadsWhatAFanAgreedTo(t *testing.T) {
	t.Parallel()
	w := newWorld(t).withX()
	offer, shop, err := w.store.PublicOffer(t.Context(), w.apron().Slug)
	w.must(err)
	b, fan, card := w.mira()
	b.submit("Save the caps", url.Values{"cap_order": {"40"}, "cap_day": {"80"}}).want(http.StatusOK, "Caps saved")
	reply := w.replied(w.connected(), models.Arrived{RemoteID: "77", AuthorID: w.fanID(b), AuthorHandle: "mira_okafor", Text: "@maisonkestrel #LinenApron gladly", Mentions: true, URL: "https://x.com/mira_okafor/status/77"})
	order, err := w.pay.OrderByReply(t.Context(), models.Purchase{Offer: offer, Shop: shop, Language: "en", Country: "FR", ByCard: &models.ByCard{Fan: fan, Card: card, ReplyID: reply.ID, Code: "K7QM"}})
	w.must(err)

	work, letters := models.NewWork(), make(chan bool, 100)
	w.pay.Work(work)
	models.Handle(work, func(context.Context, models.SendLetter) error { letters <- true; return nil })
	w.must(w.store.StartJobs(t.Context(), work))
	t.Cleanup(func() { _ = w.store.StopJobs(context.WithoutCancel(t.Context())) })
	b.get("/wallet").submit("Confirm and pay €24.00", nil).want(http.StatusOK, "Confirmed")
	for limit := time.After(30 * time.Second); ; {
		if _, err := w.store.LatestLetter(t.Context(), "receipt", "mira@example.com"); err == nil {
			break
		}
		select {
		case <-letters:
		case <-limit:
			t.Fatal("no receipt")
		}
	}
	view, err := w.store.OrderView(t.Context(), order)
	w.must(err)
	d := w.disputed(t, view)
	m := w.signIn("ana@example.com", anaPassword)
	m.get(views.AnswerPath(d.Slug)).want(http.StatusOK, "You can answer once.")
	said := m.field("purchase")
	for _, part := range []string{
		"signed in as @mira_okafor, agreed from the internet address 127.0.0.1", "text of " + models.FanConsentText, "€50.00 for one order and €150.00", "changed these to €40.00 and €80.00",
		"ordered in public on X: “@maisonkestrel #LinenApron gladly” https://x.com/mira_okafor/status/77", "asked to confirm €24.00", "pressed the button that names the amount", "(Visa •••• 4242) was charged, as agreed",
	} {
		if !strings.Contains(said, part) {
			t.Errorf("nothing of %q in:\n%s", part, said)
		}
	}
	if strings.Contains(said, "payment page") || strings.Contains(said, "typed the card") {
		t.Errorf("the bank is told of a page that nobody saw:\n%s", said)
	}
	said += "\nMira lives around the corner."
	m.submit("Check the answer", url.Values{"why": {"It was ordered and confirmed."}, "purchase": {said}}).want(http.StatusOK, "Mira lives around the corner.")
	m.submit("Send the answer", nil).want(http.StatusOK, "Your answer is on its way")
	var dispute struct {
		Evidence struct {
			AccessActivityLog string `json:"access_activity_log"`
		} `json:"evidence"`
	}
	for limit := time.Now().Add(30 * time.Second); dispute.Evidence.AccessActivityLog == "" && time.Now().Before(limit); {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.stripe+"/v1/disputes/"+d.StripeID, nil)
		w.must(err)
		r.SetBasicAuth(w.sandbox.SecretKey(), "")
		answer, err := http.DefaultClient.Do(r)
		w.must(err)
		w.must(json.NewDecoder(answer.Body).Decode(&dispute))
		_ = answer.Body.Close()
	}
	if got := strings.Fields(dispute.Evidence.AccessActivityLog); strings.Join(got, " ") != strings.Join(strings.Fields(said), " ") {
		t.Errorf("the bank reads %q", dispute.Evidence.AccessActivityLog)
	}
}
