package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// waiting is a draft that was sent to review, and its case.
func (w *world) waiting(form models.OfferForm) (*models.OfferView, *models.ReviewCase) {
	w.t.Helper()
	offer := w.draft(form)
	return offer, w.sent(offer)
}

// sent sends an offer's draft to review.
func (w *world) sent(offer *models.OfferView) *models.ReviewCase {
	w.t.Helper()
	w.must(w.store.SendToReview(w.t.Context(), w.shop, w.ana, &offer.Offer))
	queue, err := w.store.ReviewQueue(w.t.Context())
	w.must(err)
	for i := range queue {
		if queue[i].OfferID == offer.ID {
			return &queue[i]
		}
	}
	w.t.Fatal("the case is not in the queue")
	return nil
}

// reported is a complaint about an offer.
func (w *world) reported(offer *models.OfferView, words string) *models.ReportCase {
	w.t.Helper()
	w.must(w.store.ReportOffer(w.t.Context(), &offer.Offer, "scam", words, "fay@example.com"))
	cases, err := w.store.OpenReports(w.t.Context())
	w.must(err)
	return &cases[len(cases)-1]
}

func (w *world) asAdmin() *browser {
	w.t.Helper()
	return w.signIn("admin@example.com", adminPassword)
}

// secondAdmin is another admin's browser.
func (w *world) secondAdmin() *browser {
	w.t.Helper()
	_, err := w.store.CreateAdmin(w.t.Context(), "sam@example.com", adminPassword, "en")
	w.must(err)
	return w.signIn("sam@example.com", adminPassword)
}

func TestAdminPagesAreForAdmins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.apron()
	_, c := w.waiting(models.OfferForm{Title: "Risograph print", Words: "Two colours.", Price: "18"})
	report := w.reported(offer, "never came")
	fill := strings.NewReplacer("/admin/reports/:id", views.ReportPath(report.Report.ID), "/admin/events/:id", views.EventPath("none"), ":id", c.Review.ID, ":slug", offer.Slug, ":handle", w.shop.Handle)
	merchant, nobody := w.signIn("ana@example.com", anaPassword), newBrowser(t, w)
	for _, r := range w.server.routes() {
		if r.access != admin {
			continue
		}
		path := fill.Replace(r.path)
		merchant.send(r.method, path, "", nil)
		merchant.want(http.StatusNotFound)
		nobody.send(r.method, path, "", nil)
		if nobody.at.Path != views.LoginPath {
			t.Errorf("%s %s: nobody sees %s", r.method, path, nobody.at)
		}
	}
	if left, err := w.store.ReviewCase(t.Context(), c.Review.ID); err != nil || left.Review.State != "open" {
		t.Error("somebody else decided")
	}
}

func TestDecidingTheQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, _ := w.waiting(models.OfferForm{Title: "Linen apron", Words: "Washed linen.\n\nTwo pockets.", Price: "24"})
	w.advance(3 * time.Hour)
	second, _ := w.waiting(models.OfferForm{Title: "Risograph print", Words: "Two colours.", Price: "18"})
	third, _ := w.waiting(models.OfferForm{Title: "Magic beans", Words: "They grow.", Price: "5"})
	b := w.asAdmin()
	b.want(http.StatusOK, "3 cases wait, the oldest for 3 hours", "Linen apron", "@maisonkestrel", "First version")

	b.get(b.link("Begin with the oldest")).want(http.StatusOK, "Linen apron", "Two pockets.", "€24.00", "Maison Kestrel", "France", "In good standing", "this is its first")
	b.submit("Approve", nil).want(http.StatusOK, "Approved: Linen apron", "Risograph print")
	if got := w.offer(first.Slug); got.Approved == nil {
		t.Error("approved, and there is no approved version")
	}

	b.submit("Ask for changes", nil).want(http.StatusUnprocessableEntity, "Give a reason")
	b.submit("Ask for changes", url.Values{"reason": {"picture"}, "note": {strings.Repeat("x", 2001)}}).want(http.StatusUnprocessableEntity, "Shorten the note")
	if b.field("reason") != "picture" || len(b.field("note")) != 2001 {
		t.Error("what was typed is gone")
	}
	b.submit("Ask for changes", url.Values{"note": {"Show the print, not the wall."}}).want(http.StatusOK, "Changes asked for: Risograph print", "Magic beans")
	b.submit("Reject", url.Values{"reason": {"misleading"}}).want(http.StatusOK, "Rejected: Magic beans", "Queue empty", "The last decision was made")
	for slug, want := range map[string]string{second.Slug: "changes_asked", third.Slug: "rejected"} {
		if got := w.offer(slug).Version.State; got != want {
			t.Errorf("%s is %s, want %s", slug, got, want)
		}
	}
	b.get(views.ReviewsPath+"?tab=decided").want(http.StatusOK, "Linen apron", "Risograph print", "Magic beans")
	if w.letters("ana@example.com", "review_decided") != 3 {
		t.Error("the merchant was not told of each decision")
	}
	merchant := w.signIn("ana@example.com", anaPassword)
	merchant.get(views.ShopOfferPath(second.Slug)).want(http.StatusOK, "Show the print, not the wall.")
}

func TestWhatAnEditChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.apron()
	w.must(w.store.UpdateOffer(t.Context(), w.shop, w.ana, &offer.Offer, models.OfferForm{Title: "Linen apron, sea blue", Words: "Washed linen, two pockets.", Price: "29,00", Currency: "eur", Stock: "7", Fulfilment: "ship"}))
	c := w.sent(w.offer(offer.Slug))
	w.asAdmin().get(views.ReviewPath(c.Review.ID)).want(http.StatusOK, "What changed", "Linen apron, sage", "Linen apron, sea blue", "€24.00", "€29.00", "Approved · Linen apron, sage")
	w.asAdmin().get(views.ReviewPreviewPath(c.Review.ID)).want(http.StatusOK, "Linen apron, sea blue", "€29.00")
}

func TestTwoAdminsAndOneCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, c := w.waiting(models.OfferForm{Title: "Linen apron", Words: "Washed linen.", Price: "24"})
	one, two := w.asAdmin(), w.secondAdmin()
	one.get(views.ReviewPath(c.Review.ID)).want(http.StatusOK).without("is on this")
	two.get(views.ReviewsPath).want(http.StatusOK, "admin@example.com is on this")
	two.get(views.ReviewPath(c.Review.ID)).want(http.StatusOK, "admin@example.com is on this")
	one.submit("Approve", nil).want(http.StatusOK, "Queue empty")
	two.submit("Reject", url.Values{"reason": {"other"}}).want(http.StatusConflict, "Somebody decided this meanwhile", "Approved", "By admin@example.com")
	if got, _ := w.store.ReviewCase(t.Context(), c.Review.ID); got.Review.State != "approved" || got.Reason != "" {
		t.Errorf("the second decision changed the first: %s %s", got.Review.State, got.Reason)
	}
	one.post(views.ReviewDecisionPath(c.Review.ID), url.Values{"verdict": {"approved"}}).want(http.StatusOK).without("meanwhile")

	_, c = w.waiting(models.OfferForm{Title: "Poster", Words: "Paper.", Price: "12"})
	one.get(views.ReviewPath(c.Review.ID))
	w.advance(16 * time.Minute)
	two.get(views.ReviewPath(c.Review.ID)).want(http.StatusOK).without("is on this") // the first went away
}

func TestSuspensionCountsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.apron()
	fan := newBrowser(t, w)
	fan.get(views.OfferPath(offer.Slug)).want(http.StatusOK, "Pay")

	b := w.asAdmin()
	b.get(views.AdminShopsPath).want(http.StatusOK, "Maison Kestrel", "Ready")
	b.get(views.AdminShopPath("maisonkestrel")).want(http.StatusOK, "No offer of Maison Kestrel can be bought")
	b.submit("Suspend the shop", nil).want(http.StatusUnprocessableEntity, "Give a reason")
	b.submit("Suspend the shop", url.Values{"reason": {"Orders never arrive."}}).want(http.StatusOK, "Maison Kestrel is suspended", "Orders never arrive.", "Shop suspended")

	fan.submit(views.CheckoutsPath(offer.Slug), url.Values{"email": {"fan@example.com"}})
	if strings.HasPrefix(fan.at.String(), w.stripe) {
		t.Fatal("a suspended shop sells")
	}
	newBrowser(t, w).get(views.OfferPath(offer.Slug)).without("Pay €")
	b.submit("Restore the shop", nil).want(http.StatusOK, "is in good standing again")
	newBrowser(t, w).get(views.OfferPath(offer.Slug)).want(http.StatusOK, "Pay €24.00")
	b.submit("Warn the shop", url.Values{"reason": {"Answer your buyers."}}).want(http.StatusOK, "Maison Kestrel is warned")
	b.post(views.StandingPath("maisonkestrel"), url.Values{"standing": {"king"}, "reason": {"x"}}).want(http.StatusUnprocessableEntity)
	b.get(views.AdminShopPath("nobody")).want(http.StatusNotFound)
}

func TestTakingAnOfferDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.apron()
	b := w.asAdmin()
	b.get(views.AdminOffersPath+"?state=live").want(http.StatusOK, "Linen apron, sage", "@maisonkestrel")
	b.get(views.AdminOfferPath(offer.Slug)).want(http.StatusOK).submit("Take the offer down", nil).want(http.StatusUnprocessableEntity, "Give a reason")
	b.submit("Take the offer down", url.Values{"reason": {"It is a copy."}}).want(http.StatusOK, "Taken down: Linen apron, sage", "It is a copy.")
	newBrowser(t, w).get(views.OfferPath(offer.Slug)).without("Pay €24.00", "Linen apron")
	b.post(views.TakedownPath(offer.Slug), url.Values{"reason": {"Another one."}}).want(http.StatusOK, "It is a copy.").without("Another one.")
	b.get(views.AdminOffersPath+"?state=taken_down").want(http.StatusOK, "Linen apron, sage")
	b.get(views.AdminOffersPath+"?state=nonsense").want(http.StatusOK, "Linen apron, sage")
}

func TestReportsAreDecided(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.apron()
	w.reported(offer, "The picture is mine.")
	second := w.reported(offer, "It never came.")
	b := w.asAdmin()
	b.get(views.ReportsPath).want(http.StatusOK, "2 reports wait", "Linen apron, sage")
	cases, err := w.store.OpenReports(t.Context())
	w.must(err)
	b.get(views.ReportPath(cases[0].Report.ID)).want(http.StatusOK, "fay@example.com", "Linen apron, sage")
	b.submit("Dismiss the report", nil).want(http.StatusOK, "Dismissed: the report on Linen apron, sage")
	if got := w.offer(offer.Slug).State; got != "live" {
		t.Errorf("a dismissed report makes the offer %s", got)
	}
	b.submit("Uphold and take the offer down", nil).want(http.StatusUnprocessableEntity, "Give a reason")
	b.submit("Uphold and take the offer down", url.Values{"reason": {"Orders of it never came."}}).want(http.StatusOK, "is taken down", "No report waits")
	if got := w.offer(offer.Slug); got.State != "taken_down" || got.TakenDownReason != "Orders of it never came." {
		t.Errorf("upheld, and the offer is %s (%s)", got.State, got.TakenDownReason)
	}
	w.secondAdmin().post(views.ReportDecisionPath(second.Report.ID), url.Values{"verdict": {"dismissed"}}).want(http.StatusConflict, "Somebody decided this meanwhile")
	b.get(views.ReportsPath+"?tab=decided").want(http.StatusOK, "Upheld", "Dismissed")
}

func TestEventsAreShownWithoutWhatOpensSomething(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.buy(w.apron().Slug, "fan@example.com")
	w.settle()
	b := w.asAdmin()
	b.get(views.EventsPath).want(http.StatusOK, "checkout.session.completed", "Done")
	b.get(views.EventsPath + "?type=checkout.session.completed&state=done").want(http.StatusOK).without("account.updated")
	b.get(b.link("checkout.session.completed")).want(http.StatusOK, "What Stripe sent", "No. 1, €24.00", "Maison Kestrel", `"object": "checkout.session"`)
	for _, open := range []string{"_secret_", "https://", "http://"} {
		if strings.Contains(b.text()[strings.Index(b.text(), "What Stripe sent"):], open) {
			t.Errorf("the payload shows %q", open)
		}
	}
	b.get(views.EventsPath+"?q=evt_none").want(http.StatusOK, "No event matches")
	b.get(views.EventPath("none")).want(http.StatusNotFound)
}

func TestReadablePayload(t *testing.T) {
	got := readable([]byte(`{"a":{"client_secret":"cs_1_secret_abc\"x","url":"https://pay.example/x","type":"url","object":"list","data":{"url":"/v1/x","receipt_url":"https://r.example"}}}`), "hidden")
	for _, secret := range []string{"abc", "pay.example", "r.example"} {
		if strings.Contains(got, secret) {
			t.Errorf("shows %q: %s", secret, got)
		}
	}
	if !strings.Contains(got, `"url": "/v1/x"`) || !strings.Contains(got, "\n  \"a\"") {
		t.Errorf("hides too much, or is not set in: %s", got)
	}
	if readable([]byte(`{"broken`), "hidden") != `{"broken` {
		t.Error("a payload that is no JSON is lost")
	}
}

func TestAFailedEventIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.store.ReceiveEvent(t.Context(), models.Event{StripeID: "evt_lost", Endpoint: "account", Type: "charge.refunded", ObjectID: "ch_1", Payload: []byte(`{"id":"evt_lost"}`), CameBy: "webhook", OccurredAt: w.store.Now()})
	w.must(err)
	taken, err := w.store.TakeEvents(t.Context(), 10)
	w.must(err)
	var failed *models.Event
	for i := range taken {
		if taken[i].StripeID == "evt_lost" {
			failed = &taken[i]
			w.must(w.store.PostponeEvent(t.Context(), failed, errors.New("the order is not known")))
		}
	}
	b := w.asAdmin()
	b.get(views.EventsPath+"?state=failed").want(http.StatusOK, "charge.refunded", "the order is not known")
	b.get(views.EventPath(failed.ID)).want(http.StatusOK, "Failed", "the order is not known").submit("Try again", nil).want(http.StatusOK, "The event is tried again")
	event, err := w.store.Event(t.Context(), failed.ID)
	w.must(err)
	if event.Tries != 0 || event.NextTryAt == nil {
		t.Errorf("%d tries, next %v", event.Tries, event.NextTryAt)
	}
	w.must(w.store.FinishEvent(t.Context(), event, models.EventResult{Outcome: "done"}))
	b.post(views.EventRetryPath(failed.ID), nil).want(http.StatusOK, "nothing was done")
}

func TestAFailedEventIsLeftWithAReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.store.ReceiveEvent(t.Context(), models.Event{StripeID: "evt_odd", Endpoint: "account", Type: "charge.refunded", ObjectID: "ch_1", Payload: []byte(`{"id":"evt_odd"}`), CameBy: "webhook", OccurredAt: w.store.Now()})
	w.must(err)
	w.settle()
	events, err := w.store.Events(t.Context(), models.EventFilter{Query: "evt_odd"})
	w.must(err)
	b := w.asAdmin()
	b.get(views.EventPath(events[0].ID)).want(http.StatusOK, "Failed").submit("Let it be", nil).want(http.StatusUnprocessableEntity, "Give a reason")
	b.submit("Let it be", url.Values{"reason": {"Made by hand at Stripe."}}).want(http.StatusOK, "The event is left as it is", "Made by hand at Stripe.", "Ignored").without("Let it be")
	b.post(views.EventDismissalPath(events[0].ID), url.Values{"reason": {"Again."}}).want(http.StatusOK, "nothing was done")
	b.get(views.AuditPath).want(http.StatusOK, "Event left as it is")
}

func TestTheLogTellsWhoDidWhat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.apron()
	b := w.asAdmin()
	b.get(views.AuditPath).want(http.StatusOK, "Offer approved", "admin@example.com", "Offer taken live", "ana@example.com", "@maisonkestrel", "Selling: Ready")
	for range 30 {
		w.must(w.store.UpdateShop(t.Context(), w.shop, w.ana, models.ShopSettings{Name: "Maison Kestrel", TimeZone: "Europe/Paris", Language: "en", SupportEmail: "ana@example.com"}))
		w.advance(time.Second)
	}
	b.get(views.AuditPath).want(http.StatusOK).without("Shop opened")
	b.get(b.link("Older")).want(http.StatusOK, "Shop opened")
	b.get(b.link("Newer")).want(http.StatusOK).without("Shop opened", "Newer")
}

func TestAdminPagesInFrench(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.apron()
	_, c := w.waiting(models.OfferForm{Title: "Affiche", Words: "Deux couleurs.", Price: "18"})
	report := w.reported(offer, "Jamais reçu.")
	b := w.asAdmin()
	b.post(views.PreferencesPath, url.Values{"lang": {"fr"}, "return": {views.ReviewsPath}}).want(http.StatusOK, "1 dossier attend")
	for path, said := range map[string]string{
		views.ReviewPath(c.Review.ID): "Telle que les fans la voient", views.AdminOffersPath: "Offres", views.AdminOfferPath(offer.Slug): "Retirer l’offre", views.AdminShopsPath: "Boutiques",
		views.AdminShopPath("maisonkestrel"): "Suspendre la boutique", views.ReportsPath: "1 signalement attend", views.ReportPath(report.Report.ID): "Classer le signalement",
		views.EventsPath: "Événements", views.AuditPath: "Journal d’audit",
	} {
		b.get(path).want(http.StatusOK, said)
	}
}

// link is where the link with these words leads.
func (b *browser) link(words string) string {
	b.t.Helper()
	for a := range elements(b.doc, "a") {
		if strings.Contains(textOf(a), words) {
			return attr(a, "href")
		}
	}
	b.t.Fatalf("%s: no link %q\n%s", b.at.Path, words, b.text())
	return ""
}
