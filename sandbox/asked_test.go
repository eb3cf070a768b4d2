package sandbox_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	stripe "github.com/stripe/stripe-go/v76"
)

func (w *world) fresh(account *stripe.Account) *stripe.Account {
	w.t.Helper()
	return must[*stripe.Account](w.t)(w.api.Accounts.GetByID(account.ID, nil))
}

func (w *world) control(path string, form url.Values) {
	w.t.Helper()
	if end := w.browser().post(w.server.URL+path, form); end.status != http.StatusSeeOther {
		w.t.Fatalf("%s: %d %s", path, end.status, end.body)
	}
}

func TestRequirementFallsDue(t *testing.T) {
	w := newWorld(t)
	shop := w.account(true)
	e := w.listenTo(true, "account.updated", "capability.updated")
	w.control("/accounts/"+shop.ID+"/requirements", url.Values{"deadline": {"72h"}})
	e.next()
	shop = w.fresh(shop)
	document := "individual.verification.document"
	if r := shop.Requirements; !shop.ChargesEnabled || !slices.Equal(r.CurrentlyDue, []string{document}) || r.CurrentDeadline != start.Add(72*time.Hour).Unix() || len(r.PastDue) != 0 || r.DisabledReason != "" {
		t.Errorf("asked: %+v", r)
	}
	w.sb.Advance(73 * time.Hour)
	e.types(3)
	shop = w.fresh(shop)
	if r := shop.Requirements; shop.ChargesEnabled || shop.PayoutsEnabled || !slices.Equal(r.PastDue, []string{document}) || r.DisabledReason != "requirements.past_due" || shop.Capabilities.Transfers != "inactive" {
		t.Errorf("past due: %+v", r)
	}
	b := w.browser()
	if page := b.get(w.server.URL + "/"); !contains(page.body, "past_due") {
		t.Error("the page does not say so")
	}
	visit := w.server.URL + b.get(w.link(shop.ID)).location
	if page := b.get(visit + "?step=3"); !contains(page.body, `name="document"`) {
		t.Error("onboarding does not ask for the document")
	}
	b.post(visit, url.Values{"step": {"3"}, "action": {"submit"}, "bank": {"000123456789"}, "terms": {"yes"}, "document": {"yes"}})
	shop = w.fresh(shop)
	if r := shop.Requirements; shop.ChargesEnabled || len(r.CurrentlyDue) != 0 || !slices.Equal(r.PendingVerification, []string{document}) || r.DisabledReason != "requirements.pending_verification" {
		t.Errorf("handed in: %+v", r)
	}
	w.sb.Advance(time.Minute)
	w.settle()
	if shop = w.fresh(shop); !shop.ChargesEnabled || !shop.PayoutsEnabled || len(shop.Requirements.PendingVerification) != 0 {
		t.Errorf("looked at: %+v", shop.Requirements)
	}
}

func TestRequirementMetInTime(t *testing.T) {
	w := newWorld(t)
	shop := w.account(true)
	w.control("/accounts/"+shop.ID+"/requirements", url.Values{"deadline": {"72h"}, "requirement": {"company.verification.document"}})
	w.onboard(shop.ID, "good")
	if shop = w.fresh(shop); !shop.ChargesEnabled || len(shop.Requirements.PendingVerification) != 1 || shop.Requirements.CurrentDeadline != 0 {
		t.Errorf("%+v", shop.Requirements)
	}
	w.sb.Advance(80 * time.Hour)
	w.settle()
	if shop = w.fresh(shop); !shop.ChargesEnabled || len(shop.Requirements.PendingVerification) != 0 || len(shop.Requirements.PastDue) != 0 {
		t.Errorf("%+v", shop.Requirements)
	}
	if end := w.browser().post(w.server.URL+"/accounts/"+shop.ID+"/requirements", url.Values{"deadline": {"soon"}}); end.status != http.StatusUnprocessableEntity {
		t.Errorf("%d", end.status)
	}
}

func TestVerificationThatTakesTime(t *testing.T) {
	w := newWorld(t)
	w.control("/verification", url.Values{"takes": {"48h"}})
	shop := w.account(true)
	if shop.ChargesEnabled || !shop.DetailsSubmitted || len(shop.Requirements.PendingVerification) == 0 || shop.Capabilities.Transfers != "pending" {
		t.Errorf("%+v", shop.Requirements)
	}
	w.sb.Advance(49 * time.Hour)
	w.settle()
	if shop = w.fresh(shop); !shop.ChargesEnabled {
		t.Errorf("%+v", shop.Requirements)
	}
	w.control("/verification", url.Values{"takes": {""}})
	if shop = w.account(true); !shop.ChargesEnabled {
		t.Errorf("%+v", shop.Requirements)
	}
}

func TestRejectionAndLeaving(t *testing.T) {
	w := newWorld(t)
	byHand, byRequest, leaver := w.account(true), w.account(true), w.account(true)
	e := w.listenTo(true, "account.updated", "account.application.deauthorized")
	w.control("/accounts/"+byHand.ID+"/rejection", url.Values{"reason": {"terms_of_service"}})
	must[*stripe.Account](t)(w.api.Accounts.Reject(byRequest.ID, &stripe.AccountRejectParams{Reason: stripe.String("fraud")}))
	for account, reason := range map[*stripe.Account]string{byHand: "rejected.terms_of_service", byRequest: "rejected.fraud"} {
		if account = w.fresh(account); account.ChargesEnabled || account.PayoutsEnabled || string(account.Requirements.DisabledReason) != reason {
			t.Errorf("%+v", account.Requirements)
		}
	}
	e.types(2)
	w.control("/accounts/"+leaver.ID+"/deauthorization", nil)
	if event := e.next(); event.Type != "account.application.deauthorized" || event.Account != leaver.ID {
		t.Errorf("%+v", event)
	}
	if _, err := w.api.Accounts.GetByID(leaver.ID, nil); asStripe(t, err).HTTPStatusCode != 403 {
		t.Errorf("%v", err)
	}
}
