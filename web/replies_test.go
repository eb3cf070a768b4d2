package web

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
)

// connected is the shop's account on X.
func (w *world) connected() *models.Profile {
	w.t.Helper()
	profile, err := w.store.Connect(w.t.Context(), w.shop, w.ana, models.Connection{Network: "x", Account: "1", Handle: "maisonkestrel", Name: "Maison Kestrel", Grant: "{}"})
	w.must(err)
	return profile
}

// replied keeps what somebody wrote to an account.
func (w *world) replied(profile *models.Profile, arrived models.Arrived) *models.ReplyView {
	w.t.Helper()
	if arrived.WrittenAt.IsZero() {
		arrived.WrittenAt = w.store.Now()
	}
	_, err := w.store.KeepReplies(w.t.Context(), profile, "webhook", []models.Arrived{arrived})
	w.must(err)
	rows, err := w.store.Replies(w.t.Context(), w.shop, models.ReplyFilter{Query: "@" + arrived.AuthorHandle})
	w.must(err)
	return &rows[0]
}

func TestTheInboxOfReplies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.merchant()
	b.get("/dashboard/replies").want(http.StatusOK, "No replies wait", "Connect an account first")
	profile := w.connected()
	b.get("/dashboard/replies").want(http.StatusOK, "Buyers who write an offer’s hashtag to @maisonkestrel land here.")
	reply := w.replied(profile, models.Arrived{RemoteID: "77", AuthorID: "9", AuthorHandle: "sol", Text: "@maisonkestrel is it <b>heavy</b>?", Mentions: true, URL: "https://x.com/sol/status/77"})
	w.replied(profile, models.Arrived{RemoteID: "78", AuthorID: "10", AuthorHandle: "ingrid", Text: "Lovely", Mentions: true})
	b.get("/dashboard/replies").want(http.StatusOK, "@sol", "is it <b>heavy</b>?", "Being read", "Lovely")
	b.get("/dashboard/replies?q=%40sol").want(http.StatusOK, "@sol").without("Lovely")
	b.get("/dashboard/replies?q=ingrid&network=x").want(http.StatusOK, "Lovely").without("@sol")
	b.get("/dashboard/replies?q=%23nothing").want(http.StatusOK, "No reply matches")
	b.get("/dashboard/replies?tab=done").want(http.StatusOK, "No replies wait").without("Lovely")
	page := "/dashboard/replies/" + reply.ID
	b.get(page).want(http.StatusOK, "Reply by @sol", "See it on X", "Nothing was answered in public")
	b.submit("Answer in public", url.Values{"text": {" "}}).want(http.StatusUnprocessableEntity, "Write what to answer")
	form := b.answer
	b.submit("Answer in public", url.Values{"text": {"It weighs 300 g"}}).want(http.StatusOK, "Your answer is on its way", "It weighs 300 g", "Set aside by ana@example.com").without("Answer in public")
	b.answer = form
	b.submit("Answer in public", url.Values{"text": {"It weighs 300 g"}}).want(http.StatusOK, "Your answer is on its way")
	b.answer = form
	b.submit("Answer in public", url.Values{"text": {"Another word"}}).want(http.StatusUnprocessableEntity, "has its one answer already")
	b.get(page).submit("Take it back", nil).want(http.StatusOK, "Back in the list", "Set aside")
	b.get(page+"/silence/new").want(http.StatusOK, "Stop answering @sol?")
	b.submit("Mark as abuse", nil).want(http.StatusOK, "@sol gets no more answers", "you marked them as abuse")
	b.post(page+"/silence", url.Values{}).want(http.StatusOK, "you marked them as abuse")
	b.submit("Answer them again", nil).want(http.StatusOK, "@sol is answered again").without("you marked them as abuse")
	b.get(page+"/order/removal/new").want(http.StatusOK, "does not wait any more")
	b.post(page+"/order/removal", url.Values{}).want(http.StatusOK, "does not wait any more")

	other := w.user("other@example.com", anaPassword)
	w.shopOf(other, "Other shop", "othershop")
	o := w.signIn("other@example.com", anaPassword)
	o.get(page).want(http.StatusNotFound)
	for _, act := range []string{"/answer", "/minding", "/minding/removal", "/silence", "/silence/removal", "/order/removal"} {
		o.post(page+act, url.Values{"text": {"x"}}).want(http.StatusNotFound)
	}
	o.get("/dashboard/replies").want(http.StatusOK).without("@sol")
}

// TestNewsOfRepliesIsSentOnce: the page that is open asks again and again, and gets what it has not seen.
func TestNewsOfRepliesIsSentOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, profile := w.merchant(), w.connected()
	w.replied(profile, models.Arrived{RemoteID: "77", AuthorID: "9", AuthorHandle: "sol", Text: "First"})
	news := b.get("/dashboard/replies").poll()
	b.get(news).want(http.StatusNoContent)
	w.advance(time.Second)
	w.replied(profile, models.Arrived{RemoteID: "78", AuthorID: "10", AuthorHandle: "ingrid", Text: "Second"})
	b.get(news).want(http.StatusOK, "1 new reply", "Second", "First")
	b.get(b.poll()).want(http.StatusNoContent)
}

// poll is where the page asks for what is new.
func (b *browser) poll() string {
	b.t.Helper()
	for box := range elements(b.doc, "div") {
		if attr(box, "id") == "reply-poll" {
			return attr(box, "hx-get")
		}
	}
	b.t.Fatalf("%s asks for no news", b.at.Path)
	return ""
}

// TestTryingAReply: the page shows what would be read, answered, set aside and charged, and nothing of it happens.
func TestTryingAReply(t *testing.T) {
	t.Parallel()
	w := newWorld(t).withX()
	offer := w.live(models.OfferForm{Title: "Linen apron, sage", Price: "24,00", Stock: "7", Hashtag: "#BuyApron"})
	b := w.merchant()
	b.get("/dashboard/offers/"+offer.Slug).want(http.StatusOK, "Try a reply")
	b.submit("See what would happen", url.Values{"text": {"@maisonkestrel #BuyApron x2"}}).want(http.StatusOK, "Awaits confirmation", "2 × Linen apron, sage: €48.00 in all", "2 are set aside until", "How many", "Charged only once they confirm", "taken back")
	b.submit("See what would happen", url.Values{"text": {"#BuyApron"}, "author": {"new"}}).want(http.StatusOK, "No card yet", "Sync a card once", "1 is set aside until")
	b.submit("See what would happen", url.Values{"text": {"not buying #BuyApron"}}).want(http.StatusOK, "It says no", "Nothing: silence", "Nothing is charged")
	b.submit("See what would happen", url.Values{"text": {"#BuyApron x9"}, "network": {"bluesky"}, "below": {"none"}}).want(http.StatusOK, "Could not buy", "Only 7 left")
	b.submit("See what would happen", url.Values{"text": {""}}).want(http.StatusOK, "Type a reply to see it here")
	if fresh := w.offer(offer.Slug); fresh.Held != 0 {
		t.Errorf("%d are held by what was tried out", fresh.Held)
	}
	if n := w.kept(); n != 0 {
		t.Errorf("%d replies were kept", n)
	}
	b.get("/dashboard/replies").want(http.StatusOK, "No replies wait")
	other := w.user("other@example.com", anaPassword)
	w.shopOf(other, "Other shop", "othershop")
	w.signIn("other@example.com", anaPassword).get("/dashboard/offers/" + offer.Slug + "/simulation?text=x").want(http.StatusNotFound)
}
