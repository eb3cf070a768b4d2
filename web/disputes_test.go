package web

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// disputed has the bank dispute an order.
func (w *world) disputed(t *testing.T, order *models.OrderView) *models.Dispute {
	t.Helper()
	return w.bankSays(t, order, "/disputes", url.Values{"reason": {"product_not_received"}})
}

// bankSays opens a dispute or a warning at the sandbox and hears of it.
func (w *world) bankSays(t *testing.T, order *models.OrderView, path string, form url.Values) *models.Dispute {
	t.Helper()
	fresh, err := w.store.Order(t.Context(), order.ID)
	w.must(err)
	charge, err := w.pay.ChargeOf(t.Context(), fresh)
	w.must(err)
	form.Set("charge", charge)
	w.operator(t, path, form)
	w.settle()
	disputes, err := w.store.DisputesOf(t.Context(), fresh)
	w.must(err)
	if len(disputes) == 0 {
		return nil
	}
	return &disputes[0]
}

// TestAnswerDispute: from the overview to the check page, with a draft between, and once.
func TestAnswerDispute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, _, order := w.soldOnce(t)
	b := w.signIn("ana@example.com", anaPassword)
	b.get(views.DisputesPath).want(http.StatusOK, "No disputes. Good.")
	d := w.disputed(t, order)
	page, form := views.DisputePath(d.Slug), views.AnswerPath(d.Slug)
	b.get(views.DashboardPath).want(http.StatusOK, "a bank disputes €24.00", "Decide")
	b.get(views.SalePath(order.Slug)).want(http.StatusOK, "The bank disputes €24.00 of this order").without("Refund")
	b.get(views.SalesPath+"?tab=disputed").want(http.StatusOK, "fan@example.com")
	b.get(views.DisputesPath).want(http.StatusOK, "The buyer says: nothing arrived", "Answer needed")
	b.get(page).want(http.StatusOK, "The carrier, the tracking number", "Accept", "Answer", "€20.00")
	b.get(form).want(http.StatusOK, "You can answer once.", "Washed linen, two pockets.", "fan@example.com")
	b.post(form, url.Values{"check": {"1"}, "why": {""}}).want(http.StatusUnprocessableEntity, "Write why the payment is right")
	b.post(form, url.Values{"check": {"1"}, "why": {"It was on the doorstep."}}).want(http.StatusOK, "Send this answer to the bank?", "It was on the doorstep.")
	b.get(form).want(http.StatusOK, "Draft saved at")
	if got := b.field("why"); got != "It was on the doorstep." {
		t.Errorf("the draft holds %q", got)
	}
	b.post(form, url.Values{"check": {"1"}, "why": {"It was on the doorstep."}}).want(http.StatusOK, "Send the answer")
	fields := url.Values{"why": {"It was on the doorstep."}, "keep": {"buyer"}, "confirmed": {"1"}}
	b.post(form, fields).want(http.StatusOK, "Your answer is on its way")
	b.post(form, url.Values{"why": {"Something else."}, "confirmed": {"1"}}).want(http.StatusOK, "This dispute was answered already")
	b.post(views.AcceptancePath(d.Slug), nil).want(http.StatusOK, "This dispute was answered already")
	fresh, err := w.store.Dispute(t.Context(), d.ID)
	w.must(err)
	if e := fresh.EvidenceOf(); fresh.Answer != "sending" || e == nil || e.Why != "It was on the doorstep." || e.Email != "fan@example.com" || e.Product != "" {
		t.Errorf("%+v", fresh)
	}
}

// TestAnswerFiles: files go along with the answer; adding and removing them loses nothing that was typed, and what goes
// is what was shown.
func TestAnswerFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, _, order := w.soldOnce(t)
	b := w.signIn("ana@example.com", anaPassword)
	d := w.disputed(t, order)
	form := views.AnswerPath(d.Slug)
	fields := url.Values{"why": {"It was on the doorstep."}, "keep": {"buyer"}, "kind": {"shipping_documentation"}}
	b.get(form).upload("add=1", fields, "file", "note.txt", []byte("words")).want(http.StatusUnprocessableEntity, "The file must be a PDF", "It was on the doorstep.")
	b.upload("add=1", fields, "file", "note.pdf", []byte("%PDF-1.7 signed")).want(http.StatusOK, "“note.pdf” goes along.", "It was on the doorstep.", "Proof of sending or delivery")
	fields.Set("kind", "receipt")
	b.upload("add=1", fields, "file", "receipt.pdf", []byte("%PDF-1.7 paid")).want(http.StatusOK, "receipt.pdf")
	b.submit("add=1", nil).want(http.StatusUnprocessableEntity, "Choose a file to upload")
	files, err := w.store.EvidenceFiles(t.Context(), d)
	w.must(err)
	b.get(form).submit("remove="+files[0].ID, nil).want(http.StatusOK, "“receipt.pdf” is removed.", "note.pdf")
	b.get(form).upload("check=1", nil, "", "", nil).want(http.StatusOK, "Send this answer to the bank?", "note.pdf")
	confirmed := url.Values{"why": {"It was on the doorstep."}, "confirmed": {"1"}, "files": {files[0].ID}}
	b.post(form, confirmed).want(http.StatusOK, "The files have changed since you looked.", "Send this answer to the bank?")
	confirmed.Set("files", files[1].ID)
	b.post(form, confirmed).want(http.StatusOK, "Your answer is on its way", "note.pdf")
	b.get(views.EvidenceFilePath(d.Slug, files[1].ID)).want(http.StatusOK)
	if b.body != "%PDF-1.7 signed" {
		t.Errorf("the file holds %q", b.body)
	}
	if got := b.raw(http.MethodGet, views.EvidenceFilePath(d.Slug, files[0].ID)); got != http.StatusNotFound {
		t.Errorf("what was removed is still given: %d", got)
	}
}

// TestAcceptDispute: accepting is asked once more, and done once; after the deadline nothing can be done.
func TestAcceptDispute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, _, order := w.soldOnce(t)
	d := w.disputed(t, order)
	b := w.signIn("ana@example.com", anaPassword)
	b.get(views.NewAcceptancePath(d.Slug)).want(http.StatusOK, "Accept this dispute?", "This cannot be undone")
	b.submit(views.AcceptancePath(d.Slug), nil).want(http.StatusOK, "You accepted this dispute")
	b.post(views.AcceptancePath(d.Slug), nil).want(http.StatusOK, "This dispute was answered already")
	w.advance(20 * 24 * time.Hour)
}

// TestInquiryPage: an inquiry takes nothing, and can be ended by a refund.
func TestInquiryPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, _, order := w.soldOnce(t)
	d := w.bankSays(t, order, "/disputes", url.Values{"reason": {"general"}, "kind": {"inquiry"}})
	b := w.signIn("ana@example.com", anaPassword)
	b.get(views.DashboardPath).want(http.StatusOK, "a bank asks about €24.00")
	b.get(views.DisputePath(d.Slug)).want(http.StatusOK, "An inquiry moves no money.", "Refund")
	b.get(views.NewAcceptancePath(d.Slug))
	if b.at.Path != views.DisputePath(d.Slug) {
		t.Errorf("an inquiry can be accepted: %s", b.at)
	}
}

// TestFraudWarning: a warning stands on overview and sale, leads to a refund as fraud, and can be let stand.
func TestFraudWarning(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, _, order := w.soldOnce(t)
	w.bankSays(t, order, "/warnings", url.Values{})
	w.bankSays(t, order, "/reviews", url.Values{})
	b := w.signIn("ana@example.com", anaPassword)
	b.get(views.DashboardPath).want(http.StatusOK, "A bank warns of fraud", "is under review at Stripe")
	b.get(views.SalePath(order.Slug)).want(http.StatusOK, "Refund as fraud", "The card was stolen.", "Stripe wants a person")
	b.get(views.FraudRefundPath(order.Slug)).want(http.StatusOK)
	if got := b.field("reason"); got != "fraudulent" {
		t.Errorf("the reason is %q", got)
	}
	b.get(views.SalePath(order.Slug)).submit(views.WarningDismissalPath(order.Slug), nil).want(http.StatusOK).without("Refund as fraud")
	b.get(views.DashboardPath).without("A bank warns of fraud")
}
