package sandbox_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	stripe "github.com/stripe/stripe-go/v76"
)

func contains(text, part string) bool { return strings.Contains(text, part) }

func TestLinksOpenOnce(t *testing.T) {
	w := newWorld(t)
	shop := w.account(false)
	b := w.browser()
	link := w.link(shop.ID)
	if first := b.get(link); !strings.HasPrefix(first.location, "/onboarding/") {
		t.Errorf("the first visit led to %q", first.location)
	}
	if second := b.get(link); second.location != returnURL+"/again" {
		t.Errorf("the second visit led to %q", second.location)
	}
	link = w.link(shop.ID)
	w.sb.Advance(6 * time.Minute)
	if late := b.get(link); late.location != returnURL+"/again" {
		t.Errorf("a late visit led to %q", late.location)
	}
	if stranger := b.get(w.server.URL + "/setup/nothing"); stranger.status != http.StatusGone {
		t.Errorf("an invented link answered %d", stranger.status)
	}
	if _, err := w.api.LoginLinks.New(&stripe.LoginLinkParams{Account: stripe.String(shop.ID)}); asStripe(t, err).HTTPStatusCode != 400 {
		t.Errorf("%v", err)
	}
	w.onboard(shop.ID, "good")
	login := must[*stripe.LoginLink](t)(w.api.LoginLinks.New(&stripe.LoginLinkParams{Account: stripe.String(shop.ID)}))
	visit := b.get(login.URL)
	if page := b.get(w.server.URL + visit.location); page.status != 200 || !contains(page.body, "Harbour Goods") {
		t.Errorf("the Express page answered %d", page.status)
	}
	if again := b.get(login.URL); again.status != http.StatusGone {
		t.Errorf("the login link opened twice: %d", again.status)
	}
}

func TestOnboardingStepByStep(t *testing.T) {
	w := newWorld(t)
	shop := w.account(false)
	if len(shop.Requirements.CurrentlyDue) == 0 || shop.Capabilities.Transfers != "inactive" {
		t.Fatalf("%+v", shop.Requirements)
	}
	b := w.browser()
	address := w.server.URL + b.get(w.link(shop.ID)).location
	if end := b.post(address, url.Values{"step": {"1"}, "action": {"next"}, "business_type": {"individual"}, "name": {""}, "website": {"nonsense"}}); end.status != http.StatusUnprocessableEntity || !contains(end.body, "nonsense") {
		t.Errorf("a form with mistakes answered %d", end.status)
	}
	if end := b.post(address, url.Values{"step": {"1"}, "action": {"next"}, "business_type": {"individual"}, "name": {"Mugs of Ada"}, "website": {"https://ada.example"}}); !strings.HasSuffix(end.location, "?step=2") {
		t.Fatalf("step 1 led to %q", end.location)
	}
	if end := b.post(address, url.Values{"step": {"2"}, "action": {"later"}, "first_name": {"Ada"}}); end.location != returnURL {
		t.Fatalf("leaving led to %q", end.location)
	}
	half := must[*stripe.Account](t)(w.api.Accounts.GetByID(shop.ID, nil))
	due := strings.Join(half.Requirements.CurrentlyDue, " ")
	if half.DetailsSubmitted || half.ChargesEnabled || contains(due, "first_name") || !contains(due, "individual.last_name") || !contains(due, "external_account") {
		t.Errorf("half way: %v %s", half.DetailsSubmitted, due)
	}
	address = w.server.URL + b.get(w.link(shop.ID)).location
	if page := b.get(address + "?step=2"); !contains(page.body, `value="Ada"`) {
		t.Error("what was typed before is gone")
	}
	told := w.listenTo(true, "account.updated")
	b.post(address, url.Values{"step": {"2"}, "action": {"next"}, "first_name": {"Ada"}, "last_name": {"Byron"}, "dob": {"1990-12-10"}, "line1": {"12 rue du Port"}, "postal_code": {"75001"}, "city": {"Paris"}, "id_number": {"123456"}})
	b.post(address, url.Values{"step": {"3"}, "action": {"submit"}, "bank": {"000123456789"}, "terms": {"yes"}})
	checked := must[*stripe.Account](t)(w.api.Accounts.GetByID(shop.ID, nil))
	if !checked.DetailsSubmitted || checked.ChargesEnabled || len(checked.Requirements.PendingVerification) == 0 || checked.Capabilities.Transfers != "pending" {
		t.Errorf("handed in: %+v", checked.Requirements)
	}
	told.next()
	told.next()
	w.sb.Advance(11 * time.Second)
	if e := told.next(); e.GetObjectValue("charges_enabled") != "true" {
		t.Error("the event does not tell that it is done")
	}
	ready := must[*stripe.Account](t)(w.api.Accounts.GetByID(shop.ID, nil))
	if !ready.ChargesEnabled || ready.ExternalAccounts.Data[0].BankAccount.Last4 != "6789" || ready.BusinessProfile.Name != "Mugs of Ada" {
		t.Errorf("in the end: %+v", ready)
	}
}

func TestOnboardingThatDoesNotMatch(t *testing.T) {
	w := newWorld(t)
	shop := w.account(false)
	w.onboard(shop.ID, "poor")
	shop = must[*stripe.Account](t)(w.api.Accounts.GetByID(shop.ID, nil))
	if shop.ChargesEnabled || len(shop.Requirements.Errors) != 2 || shop.Requirements.DisabledReason == "" || len(shop.Requirements.PastDue) == 0 {
		t.Errorf("%+v", shop.Requirements)
	}
	w.onboard(shop.ID, "good")
	if shop = must[*stripe.Account](t)(w.api.Accounts.GetByID(shop.ID, nil)); !shop.ChargesEnabled || len(shop.Requirements.Errors) != 0 {
		t.Errorf("%+v", shop.Requirements)
	}
	shop = must[*stripe.Account](t)(w.api.Accounts.Reject(shop.ID, &stripe.AccountRejectParams{Reason: stripe.String("fraud")}))
	if shop.ChargesEnabled || shop.Requirements.DisabledReason != "rejected.fraud" {
		t.Errorf("%+v", shop.Requirements)
	}
	list := w.api.Capabilities.List(&stripe.CapabilityListParams{Account: stripe.String(shop.ID)})
	if !list.Next() || list.Capability().Status != "inactive" {
		t.Errorf("%v", list.Err())
	}
	shop = must[*stripe.Account](t)(w.api.Accounts.Update(shop.ID, &stripe.AccountParams{Metadata: map[string]string{"shop": "7"}}))
	if shop.Metadata["shop"] != "7" {
		t.Errorf("%v", shop.Metadata)
	}
	if gone := must[*stripe.Account](t)(w.api.Accounts.Del(shop.ID, nil)); !gone.Deleted {
		t.Error("the account is not deleted")
	}
	if _, err := w.api.Accounts.GetByID(shop.ID, nil); asStripe(t, err).HTTPStatusCode != 403 {
		t.Errorf("%v", err)
	}
}

func TestTestValuesKeepTheName(t *testing.T) {
	w := newWorld(t)
	shop := must[*stripe.Account](t)(w.api.Accounts.New(&stripe.AccountParams{Type: stripe.String("express"), Country: stripe.String("BE"), BusinessProfile: &stripe.AccountBusinessProfileParams{Name: stripe.String("Mugs of Ada")}}))
	w.onboard(shop.ID, "good")
	if shop = must[*stripe.Account](t)(w.api.Accounts.GetByID(shop.ID, nil)); shop.BusinessProfile.Name != "Mugs of Ada" || !shop.DetailsSubmitted {
		t.Errorf("%+v", shop.BusinessProfile)
	}
}

func TestPlatformAccount(t *testing.T) {
	w := newWorld(t)
	if account := must[*stripe.Account](t)(w.api.Accounts.Get()); account.ID == "" || account.Type != "standard" {
		t.Errorf("%+v", account)
	}
	if _, err := w.api.Accounts.New(&stripe.AccountParams{Type: stripe.String("express"), Country: stripe.String("XX")}); asStripe(t, err).Param != "country" {
		t.Errorf("%v", err)
	}
}
