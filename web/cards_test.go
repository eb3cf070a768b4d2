package web

import (
	"bytes"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/tillbird/tillbird/models"
)

// cardAddress is the picture that an offer's page names for the networks.
func (w *world) cardAddress(slug string) string {
	w.t.Helper()
	_, page := w.fetch("/o/" + slug)
	found := regexp.MustCompile(`og:image" content="([^"]+)"`).FindStringSubmatch(page)
	if found == nil {
		w.t.Fatal("the page names no picture")
	}
	return strings.TrimPrefix(strings.ReplaceAll(found[1], "&amp;", "&"), w.url)
}

func TestTheCardIsAPictureAndItsAddressFollowsTheOffer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.live(models.OfferForm{Title: "Linen apron", Words: "Stone-washed linen.", Price: "24", Currency: "eur", Stock: "1", Fulfilment: "ship", Hashtag: "BuyApron"})
	address := w.cardAddress(apron.Slug)
	answer, body := w.fetch(address)
	picture, kind, err := image.Decode(bytes.NewReader([]byte(body)))
	w.must(err)
	if size := picture.Bounds().Size(); answer.StatusCode != 200 || kind != "png" || size != image.Pt(1200, 628) || len(body) > 64<<10 {
		t.Errorf("status %d, %s of %v in %d bytes", answer.StatusCode, kind, size, len(body))
	}
	if !strings.Contains(answer.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("a versioned card may be kept for %q", answer.Header.Get("Cache-Control"))
	}
	if again, none := w.fetch(address, "If-None-Match", answer.Header.Get("Etag")); again.StatusCode != 304 || none != "" {
		t.Errorf("status %d for a reader who has it", again.StatusCode)
	}
	if old, _ := w.fetch("/o/" + apron.Slug + "/card.jpg?v=0123456789abcdef"); old.StatusCode != 200 || strings.Contains(old.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("an old address: status %d, %q", old.StatusCode, old.Header.Get("Cache-Control"))
	}
	w.buy(apron.Slug, "one@example.com")
	if w.cardAddress(apron.Slug) == address {
		t.Error("the card of a sold out offer has the same address")
	}
	w.must(w.store.TakeDown(t.Context(), w.admin, &apron.Offer, "prohibited"))
	if gone, _ := w.fetch(address); gone.StatusCode != http.StatusNotFound {
		t.Errorf("status %d for the card of an offer that was taken down", gone.StatusCode)
	}
}

func TestTheStudioKeepsADesign(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	before := w.cardAddress(apron.Slug)
	b := w.signIn("ana@example.com", anaPassword)
	studio := "/dashboard/offers/" + apron.Slug + "/card"
	b.get(studio).want(200, "Card studio").submit(studio, url.Values{"template": {"ticket"}, "colour": {"own"}, "own_colour": {"not a colour"}})
	b.want(http.StatusUnprocessableEntity, "Enter six digits")
	if b.field("own_colour") != "not a colour" {
		t.Errorf("what was typed is gone: %q", b.field("own_colour"))
	}
	b.get(studio).submit(studio, url.Values{"template": {"ticket"}, "colour": {"own"}, "own_colour": {"#4A2545"}, "price": {""}})
	b.want(200, "Card saved")
	offer := w.offer(apron.Slug)
	if card := offer.CardDesign(); card.Template != "ticket" || card.Colour != "#4a2545" || !card.HidePrice {
		t.Errorf("kept %+v", card)
	}
	if w.cardAddress(apron.Slug) == before {
		t.Error("a new design has the old address")
	}
	b.get("/dashboard/offers/" + apron.Slug + "/card.jpg?template=split&colour=sun&price=on")
	if _, kind, err := image.DecodeConfig(strings.NewReader(b.body)); err != nil || kind != "jpeg" || b.status != 200 {
		t.Errorf("status %d, %s: %v", b.status, kind, err)
	}
	b.get("/dashboard/offers/" + apron.Slug + "/card.png?template=type&colour=sun&price=on")
	if _, kind, err := image.DecodeConfig(strings.NewReader(b.body)); err != nil || kind != "png" || b.status != 200 {
		t.Errorf("status %d, %s: %v", b.status, kind, err)
	}
	if kept, err := filepath.Glob(filepath.Join(w.folder, "cards", "*", "*")); err != nil || len(kept) != 0 {
		t.Errorf("cards that were only tried are kept: %v, %v", kept, err)
	}
	w.fetch(w.cardAddress(apron.Slug))
	if kept, _ := filepath.Glob(filepath.Join(w.folder, "cards", "*", "*")); len(kept) != 1 {
		t.Errorf("the card that networks fetched is kept as %v", kept)
	}
}
