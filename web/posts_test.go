package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/tillbird/tillbird/models"
)

func TestAPostFromTheOfferToTheFeed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.apron()
	b := w.merchant()
	b.get("/dashboard/posts").want(http.StatusOK, "No posts yet")
	b.get("/dashboard/offers/"+offer.Slug).want(http.StatusOK, "No post yet")
	b.get("/dashboard/offers/"+offer.Slug+"/posts/new").want(http.StatusOK, "for X, link included", "Linen apron, sage", "€24.00")
	form := b.answer
	code := b.field("code")
	b.submit("Make the post", url.Values{"text": {"New: linen aprons, #BuyApron"}}).want(http.StatusOK, "The post is ready to go out", "New: linen aprons")
	if b.at.Path != "/dashboard/posts/"+code {
		t.Fatalf("the link shown beforehand was %s, the post is at %s", code, b.at.Path)
	}
	link := w.url + "/p/" + code
	var compose string
	for _, to := range b.links() {
		if strings.HasPrefix(to, "https://x.com/intent/post?") {
			compose = to
		}
	}
	parsed, err := url.Parse(compose)
	w.must(err)
	if said := parsed.Query().Get("text") + parsed.Query().Get("url"); !strings.Contains(said, "New: linen aprons, #BuyApron") || !strings.Contains(said, link) {
		t.Fatalf("X is opened with %q", said)
	}
	b.answer = form
	b.submit("Make the post", nil).want(http.StatusOK)
	if b.at.Path != "/dashboard/posts/"+code {
		t.Fatal("one form made two posts")
	}
	posted := url.Values{"remote_url": {"javascript:alert(1)"}}
	b.submit("I have posted it", posted).want(http.StatusUnprocessableEntity)
	if b.field("remote_url") != "javascript:alert(1)" {
		t.Fatal("what was typed is gone")
	}
	posted.Set("remote_url", "https://x.com/maisonkestrel/status/1")
	b.submit("I have posted it", posted).want(http.StatusOK, "Noted as posted", "Posted").without("Change the text")
	b.get("/dashboard/posts").want(http.StatusOK, "New: linen aprons", "Posted", "€0.00")
	b.get("/dashboard/offers/"+offer.Slug).want(http.StatusOK, "New: linen aprons")
}

func TestTextsOfPosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.apron()
	b := w.merchant()
	composer := "/dashboard/offers/" + offer.Slug + "/posts/new"
	b.get(composer).submit("Make the post", url.Values{"text": {strings.Repeat("a", 270)}}).want(http.StatusUnprocessableEntity, "too many for X", "over the network’s limit")
	if b.field("text") != strings.Repeat("a", 270) {
		t.Fatal("what was typed is gone")
	}
	b.submit("Count again", url.Values{"network": {"mastodon"}}).want(http.StatusOK, "of 500 for Mastodon, link included")
	b.submit("Make the post", nil).want(http.StatusOK, "Copy the text and paste it where you post")
	b.get(composer).submit("Make the post", url.Values{"text": {" \n "}}).want(http.StatusUnprocessableEntity, "There is a problem")
	b.get(composer).submit("Make the post", url.Values{"network": {"bluesky"}, "text": {"مئزر 🧵 <b>"}}).want(http.StatusOK, "مئزر 🧵 <b>")
	b.submit("Save the text", url.Values{"text": {"Another\r\ntext"}}).want(http.StatusOK, "Text saved", "Another text")
	if strings.Contains(b.field("text"), "\r") {
		t.Error("line ends are kept as browsers send them, and counted twice")
	}
	b.submit("Save the text", url.Values{"text": {strings.Repeat("b", 400)}}).want(http.StatusUnprocessableEntity, "too many for Bluesky")
	b.post("/dashboard/offers/"+offer.Slug+"/posts", url.Values{"key": {"k"}, "network": {"myspace"}, "text": {"x"}}).want(http.StatusBadRequest)
}

func TestTheCountBesideTheText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.apron()
	b := w.merchant()
	b.get("/dashboard/offers/" + offer.Slug + "/posts/new")
	form, button := b.findForm("Make the post")
	fields := fieldsOf(form, button)
	fields.Set("text", strings.Repeat("a", 300))
	b.post("/dashboard/counts", fields).want(http.StatusOK, "too many for X")
	if strings.Contains(b.body, "<html") || !strings.Contains(b.body, "<mark") {
		t.Fatalf("not a part of a page: %s", b.body)
	}
}

func TestPostsWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	draft := w.draft(models.OfferForm{Title: "Not yet", Price: "5"})
	b := w.merchant()
	b.get("/dashboard/offers/"+draft.Slug+"/posts/new").want(http.StatusOK, "no approved version yet")
	b.post("/dashboard/offers/"+draft.Slug+"/posts", url.Values{"key": {"k"}, "network": {"x"}, "text": {"x"}}).want(http.StatusOK, "no approved version yet")
	b.get("/dashboard/posts").want(http.StatusOK, "No posts yet")
	approved := w.approved(models.OfferForm{Title: "Soon", Price: "5"})
	b.get("/dashboard/offers/"+approved.Slug+"/posts/new").want(http.StatusOK, "The offer is not on sale")
}

func TestPostsOfOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.apron()
	post, err := w.store.CreatePost(t.Context(), w.shop, w.ana, &offer.Offer, "x", "Ours", 0)
	w.must(err)
	w.shopOf(w.user("bo@example.com", "another quiet harbour"), "Bo’s Books", "bosbooks")
	b := w.signIn("bo@example.com", "another quiet harbour")
	b.get("/dashboard/posts/" + post.Code).want(http.StatusNotFound)
	b.post("/dashboard/posts/"+post.Code, url.Values{"text": {"Mine"}, "network": {"x"}}).want(http.StatusNotFound)
	b.post("/dashboard/posts/"+post.Code+"/posting", url.Values{"remote_url": {""}}).want(http.StatusNotFound)
	b.post("/dashboard/counts", url.Values{"slug": {offer.Slug}, "network": {"x"}, "text": {"x"}}).want(http.StatusNotFound)
	b.get("/dashboard/posts").want(http.StatusOK, "No posts yet")
	w.member("lee@example.com", "an analyst of numbers", models.Analyst)
	l := w.signIn("lee@example.com", "an analyst of numbers")
	l.get("/dashboard/posts/"+post.Code).want(http.StatusOK, "Ours").without("I have posted it", "Save the text")
	l.post("/dashboard/posts/"+post.Code+"/posting", nil).want(http.StatusForbidden)
}

// TestAPastedAddressIsLookedUp: what a merchant posted by hand is known to its network from then on; what is somebody
// else's is kept as it was pasted.
func TestAPastedAddressIsLookedUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t).withX()
	profile := w.connectX(w.ana, w.shop, "maisonkestrel")
	offer := w.apron()
	post, err := w.store.CreatePost(t.Context(), w.shop, w.ana, &offer.Offer, "x", "By hand", 0)
	w.must(err)
	says := func(who string) string {
		return w.x + w.sandboxForm("/posts", url.Values{"as": {who}, "text": {"By hand"}, "back": {"status"}})
	}
	theirs, ours := says("mira_okafor"), says("maisonkestrel")
	b := w.merchant()
	for _, step := range []struct {
		address, said string
		known         bool
	}{{theirs, "Noted as posted", false}, {ours + "?s=20", "its figures are read", true}, {"", "Noted as posted", false}, {ours, "its figures are read", true}} {
		b.get("/dashboard/posts/"+post.Code).want(http.StatusOK, "By hand")
		b.post("/dashboard/posts/"+post.Code+"/posting", url.Values{"remote_url": {step.address}}).want(http.StatusOK, step.said)
		now, err := w.store.PostIn(t.Context(), w.shop, post.Code)
		w.must(err)
		if known := now.RemoteID != "" && now.ProfileID != nil && *now.ProfileID == profile.ID && now.MeasureAt != nil; known != step.known || now.State != "posted" {
			t.Fatalf("after %q: %+v", step.address, now.Post)
		}
	}
}
