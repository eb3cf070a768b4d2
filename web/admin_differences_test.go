package web

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
)

func TestDifferencesPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.soldOnce(t)
	sam := w.signIn("admin@example.com", adminPassword)
	sam.get("/admin/differences").want(http.StatusOK, "The books have not been compared yet")
	sam.submit("/admin/differences", nil).want(http.StatusOK, "The books are being compared")
	sam.without("Compare now")
	sam.get("/admin/jobs").want(http.StatusOK, "Compare the books", "Waiting")
	w.advance(20 * time.Minute)
	w.must(w.pay.Reconcile(t.Context()))
	sam.get("/admin/differences").want(http.StatusOK, "Everything agrees to the cent", "An admin")

	// An order that Stripe knows nothing of.
	offer := w.apron()
	open := newBrowser(t, w)
	open.get("/o/"+offer.Slug).submit("/o/"+offer.Slug+"/checkouts", url.Values{"email": {"ghost@example.com"}})
	order := w.orderOf("ghost@example.com")
	_, err := w.store.SettleOrder(t.Context(), order.ID, models.Payment{SessionID: *order.SessionID, PaymentIntentID: "pi_ghost", Amount: order.Total, Currency: order.Currency, Livemode: order.Livemode, At: w.store.Now()})
	w.must(err)
	w.must(w.store.RecordCharge(t.Context(), &order.Order, models.Charge{ID: "ch_ghost", StripeFee: new(int64)}))
	w.advance(7 * time.Hour)
	w.must(w.pay.Reconcile(t.Context()))
	sam.get("/admin/differences").want(http.StatusOK, "Order without a payment", "−€24.00", "By day, shop and currency", "Maison Kestrel")
}

func TestJobsPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sam := w.signIn("admin@example.com", adminPassword)
	w.must(w.store.AskReconciliation(t.Context(), w.admin))
	sam.get("/admin/jobs").want(http.StatusOK, "Compare the books", "Send an e-mail")
	sam.get("/admin/jobs?state=discarded").want(http.StatusOK, "No job matches")
	sam.get("/admin/jobs?kind=reconcile").want(http.StatusOK, "Compare the books")
	jobs, _, err := w.store.Jobs(t.Context(), models.JobFilter{Kind: "reconcile"})
	w.must(err)
	sam.post("/admin/jobs/"+jobs[0].Place()+"/retries", nil).want(http.StatusOK, "It was running or done already")
	sam.post("/admin/jobs/none/retries", nil).want(http.StatusNotFound)
}
