package web

import (
	"net/url"
	"strings"
	"testing"

	"github.com/tillbird/tillbird/models"
)

// TestCodes makes, changes, stops and resumes a code as a merchant does.
func TestCodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	b := w.signIn("ana@example.com", anaPassword)
	b.get("/dashboard/codes").want(200, "No codes yet").get("/dashboard/codes/new")
	b.submit("Save code", url.Values{"code": {"x"}, "percent": {"120"}, "scope": {"chosen"}, "most": {"0"}})
	b.want(422, "A code has 3 to 30 letters", "Enter a percentage from 1 to 100", "Choose at least one offer", "Enter a number of uses from 1 to 1,000,000")
	if b.field("code") != "x" || b.field("percent") != "120" {
		t.Errorf("what was typed is gone: %q %q", b.field("code"), b.field("percent"))
	}
	b.submit("Save code", url.Values{"code": {" spring-10 "}, "percent": {"10 %"}, "most": {"2"}, "offer": {apron.Slug}, "starts_at": {""}})
	b.want(200, "SPRING-10 is made", "0 of 2", "Good", "10%")
	b.get("/dashboard/codes/new").submit("Save code", url.Values{"code": {"Spring-10"}, "percent": {"5"}}).want(422, "The shop has this code already")
	codes, err := w.store.Codes(t.Context(), w.shop, models.Page{})
	w.must(err)
	path := "/dashboard/codes/" + codes[0].Slug
	b.get(path).want(200, "Discount code", "0 orders have used it").submit("Save code", url.Values{"kind": {"amount"}, "amount": {"4,50 €"}}).want(200, "Code saved")
	if got := b.field("amount"); got != "4.50" {
		t.Errorf("the amount is %q", got)
	}
	b.submit("Stop code", nil).want(200, "The code is stopped", "Stopped")
	fan := newBrowser(t, w)
	fan.get("/o/"+apron.Slug).submit("Update the price", url.Values{"code": {"spring-10"}}).want(422, "The shop has stopped this code")
	b.submit("Resume code", nil).want(200, "The code is good again")
	fan.submit("Update the price", url.Values{"code": {"spring-10"}}).want(200, "This is your price", "Code SPRING-10", "−€4.50", "€19.50")
}

// TestPriceIsShownBeforeItIsPaid: whoever chooses something that changes the price is shown it first, and then pays it.
func TestPriceIsShownBeforeItIsPaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.live(models.OfferForm{Title: "Linen apron, sage", Price: "24,00", Stock: "7", Limit: "1", ChosenPrice: "on", Suggested: "30"})
	b := w.signIn("ana@example.com", anaPassword)
	b.get("/dashboard/settings/shipping").submit("Save settings", url.Values{"rate_1": {"4"}, "zone_DE": {"2"}, "free_above": {"lots"}})
	b.want(422, "Put at least one country into this zone", "Enter what sending to these countries costs", "Enter the price in digits")
	b.submit("Save settings", url.Values{"rate_1": {"4"}, "rate_2": {"9,90"}, "zone_FR": {"1"}, "zone_DE": {"2"}, "free_above": {"50"}}).want(200, "Settings saved")
	_, err := w.store.CreateCode(t.Context(), w.shop, w.ana, models.CodeForm{Code: "HALF", Kind: "percent", Percent: "50"})
	w.must(err)

	fan := newBrowser(t, w)
	fan.get("/o/"+apron.Slug).want(200, "from €24.00, you choose", "Delivery is added below", "France: €4.00", "Germany: €9.90", "Delivery is free from €50.00 on", "Pay €34.00")
	pay := "Pay €34.00"
	// Another country, a code, less than the least: the price is shown anew, nothing is bought.
	fan.submit(pay, url.Values{"email": {"fan@example.com"}, "country": {"DE"}, "amount": {"12"}}).want(422, "The least for this offer is €24.00")
	fan.submit("Update the price", url.Values{"email": {"fan@example.com"}, "country": {"DE"}, "amount": {"40"}}).want(200, "This is your price", "Delivery, Germany", "€49.90")
	fan.submit("Pay €49.90", url.Values{"code": {"half"}}).want(200, "This is your price", "−€20.00", "Pay €29.90")
	fan.submit("Pay €29.90", url.Values{"country": {"FR"}}).want(200, "This is your price", "Pay €24.00")
	fan.submit("Pay €24.00", nil)
	if !strings.Contains(fan.at.Path, "/c/pay/") {
		t.Fatalf("the buyer is at %s: %s", fan.at, fan.text())
	}
	fan.want(200, "HALF", "€24.00", "€20.00", "€4.00")
	fan.payByCard("4242 4242 4242 4242").want(200, "Thank you", "€24.00", "Code HALF", "−€20.00")
	order := w.orderOf("fan@example.com")
	if order.Payment != "paid" || order.Items != 4000 || order.Discount != 2000 || order.Shipping != 400 || order.Total != 2400 {
		t.Errorf("%+v", order.Order)
	}
	b.get("/dashboard/sales/"+order.Slug).want(200, "HALF", "€20.00", "€4.00")
	b.get("/dashboard/sales?q=half").want(200, "Linen apron")
	if csv := b.get("/dashboard/sales.csv"); !strings.Contains(csv.text(), "HALF") {
		t.Errorf("the file is %s", csv.text())
	}
}
