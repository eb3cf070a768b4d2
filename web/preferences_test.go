package web

import (
	"net/url"
	"strings"
	"testing"

	"github.com/tillbird/tillbird/models"
)

func TestChoosingALanguageAndATheme(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	b := newBrowser(t, w)
	b.get("/o/"+apron.Slug).submit("lang=fr", nil).want(200, "Payer 24,00 €")
	if b.at.Path != "/o/"+apron.Slug {
		t.Errorf("led to %s", b.at.Path)
	}
	b.get("/").want(200, "Vendez dans un post. Soyez payé.")
	b.submit("theme=dark", nil).want(200)
	if !strings.Contains(b.body, `data-theme="tillbird-dark"`) {
		t.Error("the theme is not kept")
	}
	b.submit("theme=system", nil)
	if strings.Contains(b.body, "data-theme=") {
		t.Error("the theme is still kept")
	}
	b.post("/preferences", url.Values{"lang": {"<b>"}, "theme": {"pink"}, "return": {"/offers"}}).want(200)
	if b.cookie("lang") != "fr" || b.cookie("theme") != "" {
		t.Errorf("kept %q and %q", b.cookie("lang"), b.cookie("theme"))
	}
}

func TestTheLanguageOfAnAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.signIn("ana@example.com", anaPassword)
	b.post("/preferences", url.Values{"lang": {"fr"}, "return": {"/offers"}}).want(200)
	user, err := w.store.User(t.Context(), w.ana.ID)
	w.must(err)
	if user.Language != "fr" {
		t.Errorf("letters go out in %s", user.Language)
	}
}

func TestPreferencesLeadNowhereElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, to := range []string{"https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/\n/evil.example", "javascript:alert(1)", "evil.example", "http:evil.example", "/%00", ""} {
		b := newBrowser(t, w)
		b.post("/preferences", url.Values{"lang": {"en"}, "return": {to}})
		if !strings.HasPrefix(b.at.String(), w.url+"/") || strings.Contains(b.at.Host, "evil") {
			t.Errorf("%q led to %s", to, b.at)
		}
	}
}

func TestReports(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	apron := w.apron()
	b := newBrowser(t, w)
	b.get("/o/"+apron.Slug+"/reports/new").want(200, "Report this offer", "Linen apron", "Maison Kestrel")
	b.submit("Send the report", url.Values{"words": {strings.Repeat("x", 2001)}, "email": {"nobody"}}).want(422, "Give a reason", "Shorten the note", "Enter an e-mail address in the form")
	if len(b.field("words")) != 2001 || b.field("email") != "nobody" {
		t.Error("what was typed is gone")
	}
	b.submit("Send the report", url.Values{"reason": {"scam"}, "words": {"<script>never arrived</script>"}, "email": {""}}).want(200, "Your report has arrived")
	b.post("/o/"+apron.Slug+"/reports", url.Values{"reason": {"boredom"}}).want(422, "Choose a reason from the list")
	reports, err := w.store.OpenReports(t.Context())
	w.must(err)
	if len(reports) != 1 || reports[0].Reason != "scam" {
		t.Errorf("%d reports", len(reports))
	}
	for range limitReport.Burst {
		b.post("/o/"+apron.Slug+"/reports", url.Values{"reason": {"scam"}})
	}
	b.want(429, "That was too many times in a row")
	b.get("/o/unknown/reports/new").want(404)
	draft := w.draft(models.OfferForm{Title: "Secret plans", Price: "5"})
	b.get("/o/" + draft.Slug + "/reports/new").want(404)
}
