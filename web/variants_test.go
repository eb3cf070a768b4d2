package web

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/tillbird/tillbird/models"
)

// shirt has two sizes and two colours: the large black is dearer, no small white is left.
func (w *world) shirt() *models.OfferView {
	form := models.OfferForm{
		Title: "Harbour shirt", Price: "20,00", Options: []models.OptionTyped{{Name: "Size", Values: "S, L"}, {Name: "Colour", Values: "black, white"}},
	}.Combined()
	for i, stock := range []string{"3", "0", "2", "1"} {
		form.Variants[i].Stock = stock
	}
	form.Variants[2].Extra, form.Variants[2].SKU = "2,50", "HS-LB"
	return w.live(form)
}

// TestBuyingAVariant: the page says what each costs and which are sold out, and the order keeps what was chosen.
func TestBuyingAVariant(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shirt := w.shirt()
	b := newBrowser(t, w)
	checkouts := "/o/" + shirt.Slug + "/checkouts"
	b.get("/o/"+shirt.Slug).want(http.StatusOK, "from €20.00", "Size", "Colour", "Sold out: S / white", "6 of 6 left", "€22.50 · 2 left")
	b.submit(checkouts, url.Values{"email": {"fan@example.com"}}).want(http.StatusUnprocessableEntity, "Choose: Size", "Choose: Colour")
	b.submit(checkouts, url.Values{"email": {"fan@example.com"}, "choice_0": {"S"}, "choice_1": {"white"}}).want(http.StatusUnprocessableEntity, "S / white is sold out")
	// The dearer one is shown with its price before anything is set aside.
	b.submit(checkouts, url.Values{"choice_0": {"L"}, "choice_1": {"black"}}).want(http.StatusOK, "This is your price", "Pay €22.50")
	if offer := w.offer(shirt.Slug); offer.Held != 0 {
		t.Fatalf("%d are held for a look at the price", offer.Held)
	}
	b.submit(checkouts, nil)
	if !strings.HasPrefix(b.at.String(), w.stripe) {
		t.Fatalf("no payment page: %d %s", b.status, b.text())
	}
	b.want(http.StatusOK, "Harbour shirt (L / black)")
	b.payByCard("4242 4242 4242 4242").want(http.StatusOK, "Thank you: it is yours", "L / black", "€22.50")
	order := w.orderOf("fan@example.com")
	if order.Variant != "L / black" || order.SKU != "HS-LB" || order.Total != 2250 {
		t.Fatalf("%q %q %d", order.Variant, order.SKU, order.Total)
	}
	if v := w.offer(shirt.Slug).Variants[2]; v.Sold != 1 || v.Held != 0 {
		t.Fatalf("sold %d, held %d", v.Sold, v.Held)
	}
	ana := w.signIn("ana@example.com", anaPassword)
	ana.get("/dashboard/sales").want(http.StatusOK, "Harbour shirt (L / black)")
	ana.get("/dashboard/sales/"+order.Slug).want(http.StatusOK, "Harbour shirt (L / black)", "Item number HS-LB", "€22.50")
	ana.get("/dashboard/sales/"+order.Slug+"/slip").want(http.StatusOK, "Harbour shirt (L / black)", "Item number HS-LB")
	ana.get("/dashboard/sales.csv").want(http.StatusOK, "L / black,HS-LB")
}

// TestGallery: several pictures stand on the page, the first for the networks.
func TestGallery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	form := models.OfferForm{Title: "Harbour print", Price: "35,00", PictureID: w.picture(1).ID, Alt: "The harbour"}
	for i := 2; i <= 3; i++ {
		form.More = append(form.More, models.PictureTyped{ID: w.picture(i).ID, Alt: "Its back"})
	}
	print := w.live(form)
	b := newBrowser(t, w).get("/o/" + print.Slug).want(http.StatusOK)
	if n := strings.Count(b.body, `alt="Its back"`); n != 2 || !strings.Contains(b.body, `href="#picture-3"`) {
		t.Errorf("%d further pictures", n)
	}
}

// picture keeps a picture of the shop's, n pixels tells it from others.
func (w *world) picture(n int) *models.Picture {
	w.t.Helper()
	picture, err := w.store.SavePicture(w.t.Context(), w.shop, bytes.NewReader(pngOf(w.t, 60+n, 40)))
	w.must(err)
	return picture
}

// TestDesigningVariants: combinations are made without a script and without saving, and nothing typed is lost.
func TestDesigningVariants(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.signIn("ana@example.com", anaPassword)
	typed := url.Values{"title": {"Harbour shirt"}, "price": {"20"}, "option_name": {"Size", "Colour", ""}, "option_values": {"S, M", "black, white", ""}}
	b.get("/dashboard/offers/new").submit("Make the combinations", typed).want(http.StatusOK, "S / black", "M / white")
	if offers, _ := w.store.Offers(t.Context(), w.shop, models.OfferFilter{}); len(offers) > 0 {
		t.Fatal("making combinations saved an offer")
	}
	if b.field("title") != "Harbour shirt" || b.field("option_values") != "S, M" {
		t.Fatalf("lost: %q %q", b.field("title"), b.field("option_values"))
	}
	b.submit("Save draft", url.Values{"variant_stock": {"3", "few", "2", "1"}, "variant_extra": {"", "", "2,50", "-1"}}).want(http.StatusUnprocessableEntity, "Enter the stock as a whole number")
	b.submit("Save draft", url.Values{"variant_stock": {"3", "0", "2", "1"}}).want(http.StatusOK)
	offers, err := w.store.Offers(t.Context(), w.shop, models.OfferFilter{})
	w.must(err)
	if v := offers[0].Variants; len(v) != 4 || *v[0].Stock != 3 || v[2].Price.Amount != 2250 || v[3].Price.Amount != 1900 {
		t.Fatalf("%+v", v)
	}
	// An option more asks for its lines before it is kept.
	b.get("/dashboard/offers/"+offers[0].Slug+"/edit").submit("Save draft", url.Values{"option_values": {"S, M, L", "black, white", ""}}).want(http.StatusUnprocessableEntity, "The options have changed")
	b.submit("Make the combinations", nil).want(http.StatusOK, "L / white")
	// No option any more is an offer without choices again.
	b.submit("Save draft", url.Values{"option_name": {"", "", ""}, "option_values": {"", "", ""}, "stock": {"8"}}).want(http.StatusOK)
	if offer := w.offer(offers[0].Slug); len(offer.Variants) != 0 || *offer.Stock != 8 {
		t.Fatalf("%d combinations, %v", len(offer.Variants), offer.Stock)
	}
}

// TestDesigningPictures: pictures are added, moved and removed by buttons; each keeps its words.
func TestDesigningPictures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.signIn("ana@example.com", anaPassword)
	b.get("/dashboard/offers/new").upload("Upload the picture", url.Values{"title": {"Harbour print"}, "alt": {"The harbour"}}, "picture", "a.png", pngOf(t, 61, 40)).want(http.StatusOK)
	first := b.field("picture_id")
	b.upload("Upload the picture", nil, "picture", "b.png", pngOf(t, 62, 40)).want(http.StatusOK)
	second := b.field("more_id")
	if first == "" || second == "" || first == second || b.field("picture_id") != first {
		t.Fatalf("%q and %q", first, second)
	}
	b.submit("Move up Picture 2 of 2", url.Values{"more_alt": {"Its back"}}).want(http.StatusOK, "The harbour", "Its back")
	if b.field("picture_id") != second || b.field("more_id") != first {
		t.Fatal("it did not move")
	}
	b.submit("Save draft", url.Values{"price": {"35"}}).want(http.StatusOK)
	offers, err := w.store.Offers(t.Context(), w.shop, models.OfferFilter{})
	w.must(err)
	if pictures := offers[0].Pictures(); len(pictures) != 2 || pictures[0].Alt != "Its back" || pictures[1].Alt != "The harbour" {
		t.Fatalf("%+v", pictures)
	}
	b.get("/dashboard/offers/"+offers[0].Slug+"/edit").submit("Remove Picture 1 of 2", nil).want(http.StatusOK)
	if b.field("picture_id") != first || strings.Contains(b.body, `name="more_id"`) {
		t.Fatal("it was not removed")
	}
}
