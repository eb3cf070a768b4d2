package web

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/tillbird/tillbird/models"
)

// TestHowAnOfferIsBoughtByReply: the merchant chooses, the dashboard says it, and fans read what to reply where it holds.
func TestHowAnOfferIsBoughtByReply(t *testing.T) {
	t.Parallel()
	w := newWorld(t).withX()
	offer := w.live(models.OfferForm{Title: "Linen apron", Price: "42,00", Currency: "eur", Stock: "5", Fulfilment: "ship", Hashtag: "BuyApron"})
	page, own := "/o/"+offer.Slug, "/dashboard/offers/"+offer.Slug
	fan, b := newBrowser(t, w), w.signIn(w.ana.Email, anaPassword)
	fan.get(page).want(http.StatusOK, "Linen apron").without("by replying")
	profile := w.connectX(w.ana, w.shop, "maisonkestrel")
	fan.get(page).want(http.StatusOK, "Or buy by replying to the post", "@maisonkestrel #BuyApron", "Nothing is charged before you confirm")
	b.get(own).want(http.StatusOK, "By reply, with thanks in public. Set aside for 15 minutes")
	b.get(own+"/edit").want(http.StatusOK, "Everybody can see who bought", "No public answer names the product")
	b.submit("Save changes", url.Values{"reply": {"discreet"}, "reply_minutes": {"5"}}).want(http.StatusOK, "By reply, discreetly. Set aside for 5 minutes", "Live").without("In review")
	fan.get(page).want(http.StatusOK, "@maisonkestrel #BuyApron")
	b.get(own+"/edit").submit("Save changes", url.Values{"reply": {"loud"}}).want(http.StatusUnprocessableEntity, "Choose how it can be bought by reply")
	b.get(own+"/edit").submit("Save changes", url.Values{"reply": {"off"}}).want(http.StatusOK, "By the link only")
	fan.get(page).want(http.StatusOK, "Linen apron").without("by replying")
	b.get(own+"/edit").submit("Save changes", url.Values{"reply": {"quiet"}}).want(http.StatusOK, "By reply, without thanks")
	fan.get(page).want(http.StatusOK, "by replying")
	w.must(w.store.Expire(t.Context(), profile, "refused"))
	fan.get(page).want(http.StatusOK, "Linen apron").without("by replying")
}

// TestAPostSaysWhomToReplyTo: only where the account is connected, with one click to mend it.
func TestAPostSaysWhomToReplyTo(t *testing.T) {
	t.Parallel()
	w := newWorld(t).withX()
	offer := w.live(models.OfferForm{Title: "Linen apron", Price: "42,00", Currency: "eur", Stock: "5", Fulfilment: "ship", Hashtag: "BuyApron"})
	composer, missing := "/dashboard/offers/"+offer.Slug+"/posts/new?network=x", "A reply counts only where it names @maisonkestrel"
	b := w.signIn(w.ana.Email, anaPassword)
	b.get(composer).want(http.StatusOK).without("A reply counts only")
	w.connectX(w.ana, w.shop, "maisonkestrel")
	if got := b.get(composer).field("text"); got != "Linen apron from Maison Kestrel: €42.00.\nGet yours here.\nReply “@maisonkestrel #BuyApron” to buy." {
		t.Errorf("the first text is %q", got)
	}
	b.submit("Count again", url.Values{"text": {"Linen aprons are back #BuyApron"}, "network": {"x"}}).want(http.StatusOK, missing)
	b.submit("Add what to reply", nil).want(http.StatusOK).without(missing)
	if got := b.field("text"); got != "Linen aprons are back\nReply “@maisonkestrel #BuyApron” to buy." {
		t.Errorf("%q", got)
	}
	b.get(composer).submit("Count again", url.Values{"text": {"Linen aprons are back #BuyApron"}, "network": {"bluesky"}}).want(http.StatusOK).without("A reply counts only")
	b.get("/dashboard/offers/"+offer.Slug+"/edit").submit("Save changes", url.Values{"reply": {"off"}}).want(http.StatusOK)
	b.get(composer).submit("Count again", url.Values{"text": {"Linen aprons are back #BuyApron"}, "network": {"x"}}).want(http.StatusOK).without("A reply counts only")
	bare := w.live(models.OfferForm{Title: "Oat bowl", Price: "20,00", Currency: "eur", Stock: "5", Fulfilment: "ship"})
	b.get("/dashboard/offers/"+bare.Slug).want(http.StatusOK, "Not before it has a hashtag")
	b.get("/dashboard/offers/"+bare.Slug+"/edit").want(http.StatusOK, "Without a hashtag no reply can buy it", "Use #OatBowl")
}
