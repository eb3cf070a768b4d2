package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/social"
)

// connectX connects an account of the sandbox's X to a shop.
func (w *world) connectX(user *models.User, shop *models.Shop, handle string) *models.Profile {
	w.t.Helper()
	const back = "http://localhost/back"
	x := w.server.set.Publisher.X()
	begun, err := x.Begin(w.t.Context(), "", back)
	w.must(err)
	page, err := url.Parse(begun.URL)
	w.must(err)
	form := page.Query()
	form.Set("person", handle)
	page.RawQuery = ""
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, page.String(), strings.NewReader(form.Encode()))
	w.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
	w.must(err)
	defer answer.Body.Close()
	to, err := answer.Location()
	w.must(err)
	grant, err := x.Exchange(w.t.Context(), *begun, back, to.Query().Get("code"))
	w.must(err)
	in, err := social.Connection(social.X, grant)
	w.must(err)
	profile, err := w.store.Connect(w.t.Context(), shop, user, in)
	w.must(err)
	return profile
}

// bring delivers an event as X would, with a signature of one's choice; "" is the right one.
func (w *world) bring(body, signature string) int {
	w.t.Helper()
	if signature == "" {
		signature = w.server.set.Publisher.X().Challenge(body)
	}
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.url+"/webhooks/x", bytes.NewReader([]byte(body)))
	w.must(err)
	r.Header.Set("x-twitter-webhooks-signature", signature)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	w.must(err)
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode
}

// mention is X's event of a post that names an account.
func mention(account, id, text string, at time.Time) string {
	return fmt.Sprintf(`{"data":{"event_uuid":"%[2]s","event_type":"post.mention.create","filter":{"user_id":%[1]q},"payload":{"id":%[2]q,"author_id":"99","conversation_id":%[2]q,"created_at":%[4]q,"text":%[3]q,
		"entities":{"mentions":[{"id":%[1]q,"username":"maisonkestrel"}]}},"includes":{"users":[{"id":"99","username":"sol","name":"Sol"}]}}}`, account, id, text, at.Format(time.RFC3339))
}

func (w *world) kept() (n int) {
	w.t.Helper()
	jobs, _, err := w.store.Jobs(w.t.Context(), models.JobFilter{Kind: "read_reply", Size: 100})
	w.must(err)
	return len(jobs)
}

func TestWhatXDeliversIsKeptOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t).withX()
	profile := w.connectX(w.ana, w.shop, "maisonkestrel")
	event := mention(profile.Account, "1900000000000000001", "@maisonkestrel #BuyMug x2", w.store.Now())
	for range 3 {
		if got := w.bring(event, ""); got != http.StatusOK {
			t.Fatalf("answered %d", got)
		}
	}
	if w.kept() != 1 {
		t.Fatalf("kept %d times", w.kept())
	}
	other := w.shopOf(w.user("bo@example.com", anaPassword), "Kiosk", "kiosk")
	w.connectX(w.ana, other, "maisonkestrel")
	w.bring(mention(profile.Account, "1900000000000000003", "@maisonkestrel #BuyMug", w.store.Now()), "")
	w.bring(mention(profile.Account, "1900000000000000002", "@maisonkestrel hello", w.store.Now()), "")
	if w.kept() != 5 {
		t.Errorf("two shops have %d replies", w.kept()-1)
	}
	secret := "sha256=secretlooking"
	for _, c := range []struct {
		name, body, signature string
		want                  int
	}{
		{"no signature", event, "none", 403},
		{"another signature", event, secret, 403},
		{"the signature of another body", event, w.server.set.Publisher.X().Challenge(event + " "), 403},
		{"an account that nobody has", mention("7", "1900000000000000009", "hi", w.store.Now()), "", 200},
		{"an event of no concern", `{"data":{"event_uuid":"1","event_type":"profile.update.bio","filter":{"user_id":"7"},"payload":{}}}`, "", 200},
		{"what cannot be read", `{"data":7}`, "", 200},
		{"nothing", ``, "", 200},
		{"too much", strings.Repeat(" ", webhookMost+1), "", 413},
	} {
		if got := w.bring(c.body, c.signature); got != c.want {
			t.Errorf("%s: answered %d, not %d", c.name, got, c.want)
		}
	}
	if w.kept() != 5 {
		t.Errorf("something more is kept: %d", w.kept())
	}
	log := w.log.String()
	if strings.Count(log, "route=/webhooks/x status=403") != 3 || strings.Contains(log, "secretlooking") {
		t.Error(log)
	}
	if figures := newBrowser(t, w).get("/metrics").body; !strings.Contains(figures, `tillbird_requests_total{method="POST",route="/webhooks/x",status="403"} 3`) {
		t.Error("refused deliveries are not counted")
	}
}

// TestTheChallengeOfX: we prove that we know the secret, and sign nothing that could come back as a delivery.
func TestTheChallengeOfX(t *testing.T) {
	t.Parallel()
	w := newWorld(t).withX()
	b := newBrowser(t, w)
	b.get("/webhooks/x?crc_token=MjYwYjE2-_token").want(http.StatusOK, w.server.set.Publisher.X().Challenge("MjYwYjE2-_token"))
	for _, token := range []string{"", mention("7", "1", "@maisonkestrel #BuyMug", w.store.Now()), `{"data":[]}`, strings.Repeat("a", 201)} {
		b.get("/webhooks/x?crc_token="+url.QueryEscape(token)).want(http.StatusBadRequest, "").without("sha256=")
	}
}

// TestAGrantTakenBackAtX: X's word of it ends the account after a look at X itself, and an old word ends nothing.
func TestAGrantTakenBackAtX(t *testing.T) {
	t.Parallel()
	w := newWorld(t).withX()
	profile := w.connectX(w.ana, w.shop, "maisonkestrel")
	revoked := fmt.Sprintf(`{"data":{"event_uuid":"5","event_type":"oauth.revoke","filter":{"user_id":%q},"payload":{"user_id":%q}}}`, profile.Account, profile.Account)
	check := func(want string) {
		t.Helper()
		if got := w.bring(revoked, ""); got != http.StatusOK {
			t.Fatalf("answered %d", got)
		}
		w.must(w.server.set.Publisher.Check(t.Context(), profile.ID))
		now, err := w.store.Profile(t.Context(), profile.ID)
		w.must(err)
		if now.State != want {
			t.Fatalf("the account is %s", now.State)
		}
	}
	check("connected")
	w.sandboxForm("/grants/removal", url.Values{"person": {"maisonkestrel"}})
	check("expired")
	if _, err := w.store.LatestLetter(t.Context(), "profile_expired", w.ana.Email); err != nil {
		t.Errorf("nobody was told: %v", err)
	}
	w.signIn(w.ana.Email, anaPassword).get("/dashboard/settings/networks").want(http.StatusOK, "the permission was taken back")
}

// TestRepliesArriveAtOnce: X delivers what a fan writes to the shop's account, and the page says how replies come in.
func TestRepliesArriveAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t).withX()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		w.sandbox.X().Run(ctx)
		close(done)
	}()
	t.Cleanup(func() {
		stop()
		<-done
	})
	b := w.signIn(w.ana.Email, anaPassword)
	b.get("/dashboard/settings/networks").want(http.StatusOK).without("Replies arrive", "answers by itself")
	profile := w.connectX(w.ana, w.shop, "maisonkestrel")
	b.get("/dashboard/settings/networks").want(http.StatusOK, "Replies are read for the first time within a minute", "mark the account as automated")
	if !strings.Contains(b.body, "Orders by reply are answered automatically") {
		t.Error("there is nothing to copy into the bio")
	}
	w.must(w.server.set.Publisher.Listen(t.Context()))
	b.get("/dashboard/settings/networks").want(http.StatusOK, "Replies arrive at once", "$5.00 for a thousand replies", "$1.00 for a thousand").without("for the first time")
	w.sandboxForm("/posts", url.Values{"as": {"mira_okafor"}, "text": {"@maisonkestrel #BuyMug x2"}, "back": {"status"}})
	deadline := time.After(20 * time.Second)
	for tick := time.NewTicker(20 * time.Millisecond); w.kept() != 1; {
		select {
		case <-deadline:
			t.Fatal("X delivers nothing")
		case <-tick.C:
		}
	}
	poll := func() {
		t.Helper()
		w.must(w.store.QueueDuePolls(t.Context(), 10))
		cursors, err := w.store.ReplyCursors(t.Context(), w.shop)
		w.must(err)
		w.must(w.server.set.Publisher.PollReplies(t.Context(), models.PollReplies{ProfileID: profile.ID, Due: cursors[profile.ID].DueAt}))
	}
	poll()
	b.get("/dashboard/settings/networks").want(http.StatusOK, "Replies arrive at once", "Last read", "1 message heard on X")
	b.submit("Keep the cap", url.Values{"cap": {"0"}}).want(http.StatusOK)
	w.must(w.server.set.Publisher.Listen(t.Context()))
	poll()
	b.get("/dashboard/settings/networks").want(http.StatusOK, "Replies are not read: the month’s cap")
	b.submit("Keep the cap", url.Values{"cap": {"10"}}).want(http.StatusOK)
	poll()
	b.get("/dashboard/settings/networks").want(http.StatusOK, "Replies are read every 60 minutes", "None of your offers can be bought by reply").without("Replies are not read")
	w.must(w.server.set.Publisher.Listen(t.Context()))
	b.get("/dashboard/settings/networks").want(http.StatusOK, "Replies arrive at once")
}

// sandboxForm sends a form of the sandbox's X, and gives where it leads.
func (w *world) sandboxForm(path string, values url.Values) string {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.x+path, strings.NewReader(values.Encode()))
	w.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
	w.must(err)
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		w.t.Fatalf("%s: %d", path, answer.StatusCode)
	}
	return answer.Header.Get("Location")
}
