package web

import (
	"bytes"
	"html"
	"image"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/tillbird/tillbird/models"
)

// looked is the address of the picture that the looks show.
func looked(b *browser) string {
	b.t.Helper()
	found := regexp.MustCompile(`class="look-picture" src="([^"]+)"`).FindStringSubmatch(b.body)
	if found == nil {
		b.t.Fatal("the looks show no picture")
	}
	return html.UnescapeString(found[1])
}

func TestTheLooksShowWhatNetworksWillFetch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.live(models.OfferForm{Title: "Linen apron", Words: "Stone-washed linen.", Price: "24", WasPrice: "32", Stock: "7", Hashtag: "BuyApron"})
	b := w.merchant()
	b.get("/dashboard/offers/"+apron.Slug+"/edit").want(http.StatusOK, "Linen apron from Maison Kestrel", "Nothing to mend", "of 280 for X", "of 300 for Bluesky", "of 500 for Mastodon")
	if !strings.Contains(b.body, `srcdoc="&lt;!doctype html&gt;`) && !strings.Contains(b.body, `srcdoc="&lt;!DOCTYPE html&gt;`) {
		t.Error("the page behind the post is not shown")
	}
	b.get(looked(b))
	_, fetched := w.fetch(w.cardAddress(apron.Slug))
	if b.status != http.StatusOK || b.body != fetched {
		t.Errorf("status %d: the preview is %d bytes, networks get %d", b.status, len(b.body), len(fetched))
	}
	_, page := w.fetch("/o/" + apron.Slug)
	if !strings.Contains(page, "<s>€32.00</s>") {
		t.Error("the page does not show the price before")
	}
	b.get("/dashboard/offers/new")
	form, button := b.findForm("Save draft")
	fields := fieldsOf(form, button)
	fields.Set("title", "A mug & more")
	fields.Set("price", "18")
	b.post("/dashboard/cards", fields).want(http.StatusOK, "A mug & more", "€18.00", "/p/…")
	b.get(looked(b)).want(http.StatusOK)
	if size, _, err := image.DecodeConfig(strings.NewReader(b.body)); err != nil || size.Width != 1200 {
		t.Errorf("the picture of an offer that is not saved: %v, %v", size, err)
	}
	fields.Set("slug", "of-another-shop")
	b.post("/dashboard/cards", fields).want(http.StatusNotFound)
}

func TestThePriceBeforeMustBeAbove(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.merchant()
	b.get("/dashboard/offers/new").submit("Save draft", url.Values{"title": {"Mug"}, "price": {"24"}, "was_price": {"20"}})
	b.want(http.StatusUnprocessableEntity, "The price before must be above €24.00")
	if b.field("was_price") != "20" {
		t.Error("what was typed is gone")
	}
	b.submit("Save draft", url.Values{"was_price": {"30"}}).want(http.StatusOK)
}

func TestAButtonMendsTheForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(set *Settings) { set.FlaggedWords = []string{"heals"} })
	w.live(models.OfferForm{Title: "Tote", Words: "A bag.", Price: "12", Hashtag: "Tote"})
	b := w.merchant()
	b.get("/dashboard/offers/new")
	form, button := b.findForm("Save draft")
	fields := fieldsOf(form, button)
	fields.Set("title", "Tote bag")
	fields.Set("words", "It heals everything.")
	fields.Set("hashtag", "totes")
	fields.Set("then", "preview")
	b.post("/dashboard/offers", fields).want(http.StatusOK, "It reads like #Tote", "moderators look at closely")
	fields.Set("then", "mend-hashtag_ambiguous")
	b.post("/dashboard/offers", fields).want(http.StatusOK).without("It reads like")
	if tag := b.field("hashtag"); tag != "ToteBag" {
		t.Errorf("the hashtag is %q", tag)
	}
	fields.Set("then", "mend-flagged")
	b.post("/dashboard/offers", fields).want(http.StatusOK, "It everything.").without("moderators look at closely")
}

func TestAButtonMendsTheText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.live(models.OfferForm{Title: "Mug", Words: "A mug.", Price: "18", Hashtag: "BuyMug"})
	b := w.merchant()
	path := "/dashboard/offers/" + offer.Slug + "/posts"
	b.get(path+"/new").want(http.StatusOK, "Nothing to mend")
	fields := url.Values{"key": {b.field("key")}, "network": {"x"}, "text": {"A mug for €20"}, "then": {"count"}}
	b.post(path, fields).want(http.StatusOK, "It says €20, the offer costs €18.00", "The offer’s hashtag #BuyMug is missing")
	fields.Set("then", "mend-price")
	b.post(path, fields).want(http.StatusOK, "A mug for €18.00").without("It says")
	fields.Set("then", "tag-Handmade")
	b.post(path, fields).want(http.StatusOK, "A mug for €20 #Handmade")
	if posts, err := w.store.Posts(t.Context(), w.shop, nil, models.Page{}); err != nil || len(posts) != 0 {
		t.Errorf("mending made posts: %v, %v", posts, err)
	}
}

func TestHashtagsThatSoldAreSuggested(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.apron()
	post, err := w.store.CreatePost(t.Context(), w.shop, w.ana, &offer.Offer, "x", "Aprons #SlowMade", 0)
	w.must(err)
	b := w.merchant()
	composer := "/dashboard/offers/" + offer.Slug + "/posts/new"
	b.get(composer).want(http.StatusOK).without("Hashtags that sold")
	fan := newBrowser(t, w)
	fan.get("/p/"+post.Code).submit("/o/"+offer.Slug+"/checkouts", url.Values{"email": {"one@example.com"}})
	fan.payByCard("4242 4242 4242 4242")
	w.settle()
	b.get(composer).want(http.StatusOK, "Hashtags that sold", "#SlowMade", "1 order, €24.00")
}

func TestTheCodeOfAPostForPrint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.apron()
	post, err := w.store.CreatePost(t.Context(), w.shop, w.ana, &offer.Offer, "x", "Aprons", 0)
	w.must(err)
	b := w.merchant()
	b.get("/dashboard/posts/"+post.Code).want(http.StatusOK, "For print")
	b.get("/dashboard/posts/" + post.Code + "/qr.png")
	picture, kind, err := image.Decode(strings.NewReader(b.body))
	w.must(err)
	if size := picture.Bounds().Dx(); kind != "png" || size < 1000 {
		t.Fatalf("%s of %d pixels", kind, size)
	}
	step := picture.Bounds().Dx() / 45
	for _, at := range []image.Point{{1, 1}, {picture.Bounds().Dx() - 2, 2}, {step * 2, picture.Bounds().Dy() / 2}} {
		if r, _, _, _ := picture.At(at.X, at.Y).RGBA(); r < 0xf000 {
			t.Errorf("the quiet zone is not white at %v", at)
		}
	}
	if b.get("/dashboard/posts/" + post.Code + "/qr.svg"); b.status != http.StatusOK || !strings.HasPrefix(b.body, `<svg xmlns=`) || !strings.Contains(b.body, `<path fill="#fff"`) {
		t.Errorf("status %d: %.80s", b.status, b.body)
	}
	w.shopOf(w.user("bo@example.com", "another quiet harbour"), "Bo’s Books", "bosbooks")
	w.signIn("bo@example.com", "another quiet harbour").get("/dashboard/posts/" + post.Code + "/qr.png").want(http.StatusNotFound)
}

func TestABrandIsWhatCardsBeginWith(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	plain := w.cardAddress(apron.Slug)
	b := w.merchant()
	b.get("/dashboard/settings/brand").want(http.StatusOK, "Your shop’s colour").submit("Save settings", url.Values{"colour": {"red"}})
	b.want(http.StatusUnprocessableEntity, "Enter six digits")
	b.submit("Save settings", url.Values{"colour": {"B3261E"}}).want(http.StatusOK, "Brand saved")
	if kept := b.field("colour"); kept != "#b3261e" {
		t.Errorf("the colour is %q", kept)
	}
	coloured := w.cardAddress(apron.Slug)
	if coloured == plain {
		t.Error("the card does not follow the shop’s colour")
	}
	b.upload("Save settings", nil, "picture", "logo.png", pngOf(t, 200, 200)).want(http.StatusOK, "Take the logo away")
	signed := w.cardAddress(apron.Slug)
	if signed == coloured {
		t.Error("the card does not carry the logo")
	}
	if answer, body := w.fetch(signed); answer.StatusCode != http.StatusOK || !bytes.HasPrefix([]byte(body), []byte("\x89PNG")) {
		t.Errorf("status %d", answer.StatusCode)
	}
	b.get("/dashboard/offers/"+apron.Slug+"/card").want(http.StatusOK, "The logo")
	b.get("/dashboard/settings/brand").submit("Save settings", url.Values{"without_logo": {"on"}}).want(http.StatusOK).without("Take the logo away")
}
