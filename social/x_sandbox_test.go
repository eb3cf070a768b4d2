package social

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tillbird/tillbird/sandbox"
)

// localX is the sandbox's X, spoken to over HTTP.
type localX struct {
	t      *testing.T
	sb     *sandbox.Sandbox
	base   string
	client *XClient
	asked  atomic.Int64 // requests that arrived
}

func startX(t *testing.T) *localX {
	t.Helper()
	sb, err := sandbox.Open(filepath.Join(t.TempDir(), "sandbox.db"))
	if err != nil {
		t.Fatal(err)
	}
	l := &localX{t: t, sb: sb}
	handler := sb.X().Handler()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.asked.Add(1)
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		server.CloseClientConnections()
		_ = sb.Close()
		server.Close()
	})
	l.base = server.URL
	sb.X().SetURL(l.base)
	keys := sb.X().Keys()
	patient := newClient(anywhere)
	patient.Timeout = 3 * time.Second // nobody waits twenty seconds for silence here
	l.client = New(Settings{Now: sb.Now, X: &XSettings{
		Client: keys.ClientID, Secret: keys.ClientSecret, ConsumerSecret: keys.ConsumerSecret, Bearer: keys.Bearer, API: l.base, Web: l.base, HTTP: patient,
	}}).X()
	return l
}

// form sends a form of the sandbox's pages, and gives the answer without following it.
func (l *localX) form(path string, values url.Values) *http.Response {
	l.t.Helper()
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, _ := http.NewRequest(http.MethodPost, l.base+path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", l.base)
	a, err := browser.Do(r)
	if err != nil {
		l.t.Fatal(err)
	}
	defer a.Body.Close()
	if body, _ := io.ReadAll(a.Body); a.StatusCode != http.StatusSeeOther {
		l.t.Fatalf("%s: %d %s", path, a.StatusCode, body)
	}
	return a
}

const backHere = "http://localhost:8080/networks/x/back"

// agree goes through the sign-in as somebody does in the browser.
func (l *localX) agree(person string) (Begun, string) {
	l.t.Helper()
	begun, err := l.client.Begin(l.t.Context(), "", backHere)
	if err != nil {
		l.t.Fatal(err)
	}
	u, _ := url.Parse(begun.URL)
	asked := u.Query()
	asked.Set("person", person)
	back, _ := url.Parse(l.form(u.Path, asked).Header.Get("Location"))
	if back.Query().Get("state") != begun.State || !strings.HasPrefix(back.String(), backHere) {
		l.t.Fatalf("back at %s", back)
	}
	return *begun, back.Query().Get("code")
}

func (l *localX) signIn(person string) Grant {
	l.t.Helper()
	begun, code := l.agree(person)
	grant, err := l.client.Exchange(l.t.Context(), begun, backHere, code)
	if err != nil {
		l.t.Fatal(err)
	}
	return *grant
}

var statusID = regexp.MustCompile(`[0-9]{10,}`)

// says lets somebody write on the sandbox's pages.
func (l *localX) says(person, text, answers string) string {
	l.t.Helper()
	a := l.form("/posts", url.Values{"as": {person}, "text": {text}, "in_reply_to": {answers}, "back": {"status"}})
	return statusID.FindString(a.Header.Get("Location"))
}

// spoil makes the next answers fail.
func (l *localX) spoil(kind, only string) {
	l.t.Helper()
	l.form("/operator/faults", url.Values{"kind": {kind}, "count": {"1"}, "only": {only}})
}

func (l *localX) publish(grant Grant, message Message) *Published {
	l.t.Helper()
	out, err := l.client.Publish(l.t.Context(), grant, message)
	if err != nil {
		l.t.Fatalf("%q: %v", message.Text, err)
	}
	return out
}

func TestSignInToX(t *testing.T) {
	t.Parallel()
	l := startX(t)
	ctx := t.Context()
	grant := l.signIn("maisonkestrel")
	if grant.Account != "1453921887001600011" || grant.Handle != "maisonkestrel" || grant.Name != "Maison Kestrel" || grant.Refresh == "" || grant.Server != "" {
		t.Errorf("%+v", grant)
	}
	if in := grant.Expires.Sub(l.sb.Now()); in < 119*time.Minute || in > 2*time.Hour {
		t.Errorf("it lasts for %v", in)
	}
	begun, code := l.agree("maisonkestrel")
	other := begun
	other.Verifier = strings.Repeat("v", 43)
	_, err := l.client.Exchange(ctx, other, backHere, code)
	kindIs(t, "somebody else's verifier", err, SignInExpired)
	begun, code = l.agree("maisonkestrel")
	l.sb.Advance(31 * time.Second)
	_, err = l.client.Exchange(ctx, begun, backHere, code)
	kindIs(t, "a code of more than half a minute", err, SignInExpired)

	l.sb.Advance(2*time.Hour + time.Minute)
	_, err = l.client.Publish(ctx, grant, Message{Text: "Too late"})
	kindIs(t, "an access token that ran out", err, SignInExpired)
	fresh, err := l.client.Refresh(ctx, grant)
	if err != nil || fresh.Access == grant.Access || fresh.Refresh == grant.Refresh || fresh.Account != grant.Account || !fresh.Expires.After(l.sb.Now()) {
		t.Fatalf("renewed as %v", err)
	}
	l.publish(fresh, Message{Text: "In time"})
	_, err = l.client.Refresh(ctx, grant)
	kindIs(t, "a refresh token a second time", err, SignInExpired)

	grant = l.signIn("maisonkestrel")
	for range 2 {
		if err := l.client.Revoke(ctx, grant); err != nil {
			t.Errorf("not given back: %v", err)
		}
	}
	_, err = l.client.Publish(ctx, grant, Message{Text: "After the end"})
	kindIs(t, "a token that was given back", err, SignInExpired)
	_, err = l.client.Refresh(ctx, grant)
	kindIs(t, "a refresh token that was given back", err, SignInExpired)
	for _, secret := range []string{grant.Access, grant.Refresh, l.sb.X().Keys().ClientSecret} {
		if strings.Contains(err.Error(), secret) {
			t.Error("an error holds a token")
		}
	}
	grant = l.signIn("maisonkestrel")
	l.spoil("silence", "POST /2/oauth2/token")
	_, err = l.client.Refresh(ctx, grant)
	if e, is := err.(*Error); !is || e.Kind != Temporary || !e.Unsure {
		t.Errorf("a renewal whose answer was lost is %v", err)
	}
	l.client.set.Secret = "another"
	_, err = l.client.Refresh(ctx, grant)
	kindIs(t, "an app that X does not know", err, Refused)
}

func TestPostsOnX(t *testing.T) {
	t.Parallel()
	l := startX(t)
	ctx := t.Context()
	shop := l.signIn("maisonkestrel")
	link := "https://till.example/p/abc?x=1&copy=2"
	offer := l.publish(shop, Message{Text: "Cedar & tea <3, reply @maisonkestrel #BuyTea\n" + link})
	if offer.URL != l.base+"/maisonkestrel/status/"+offer.ID || offer.At.Sub(l.sb.Now()).Abs() > time.Minute {
		t.Errorf("%+v", offer)
	}
	_, err := l.client.Publish(ctx, shop, Message{Text: "Cedar & tea <3, reply @maisonkestrel #BuyTea\n" + link})
	kindIs(t, "the same text again", err, Duplicate)
	_, err = l.client.Publish(ctx, shop, Message{Text: strings.Repeat("é", 281)})
	kindIs(t, "281 letters", err, TooLong)
	worded := l.publish(shop, Message{Text: "Only words & no link"})
	for what, wants := range map[*Message]string{
		{Text: "Other words " + link}: offer.ID, {Card: &LinkCard{URL: link}}: offer.ID, {Text: "Only  words & no link"}: worded.ID,
		{Text: "Only words"}: "", {Text: "https://till.example/p/ab"}: "", {Text: "Only words & no link", ReplyTo: &Ref{ID: offer.ID}}: "",
	} {
		got, err := l.client.Find(ctx, shop, *what)
		if err != nil || got == nil && wants != "" || got != nil && (got.ID != wants || !strings.HasSuffix(got.URL, wants)) {
			t.Errorf("%+v finds %+v, %v", *what, got, err)
		}
	}
	for _, address := range []string{offer.URL, offer.URL + "?s=20", l.base + "/i/web/status/" + offer.ID} {
		if got, err := l.client.Locate(ctx, shop, address); err != nil || got.ID != offer.ID || got.At.Sub(offer.At).Abs() > time.Second {
			t.Errorf("%s is %+v, %v", address, got, err)
		}
	}
	theirs := l.says("mira_okafor", "Of my own", "")
	for _, address := range []string{"", "https://example.com/a/status/" + offer.ID, l.base + "/maisonkestrel", l.base + "/mira_okafor/status/" + theirs, l.base + "/maisonkestrel/status/1"} {
		_, err := l.client.Locate(ctx, shop, address)
		kindIs(t, address, err, Gone)
	}
	figures, err := l.client.Metrics(ctx, shop, []string{offer.ID, "1", worded.ID})
	if err != nil || len(figures) != 2 || figures[offer.ID].Impressions == nil {
		t.Errorf("%+v, %v", figures, err)
	}
	for range 2 {
		if err := l.client.Delete(ctx, shop, worded.ID); err != nil {
			t.Errorf("it cannot be taken away: %v", err)
		}
	}
	picture := image.NewGray(image.Rect(0, 0, 1200, 628))
	var file bytes.Buffer
	if err := png.Encode(&file, picture); err != nil {
		t.Fatal(err)
	}
	id, err := l.client.Upload(ctx, shop, file.Bytes(), "image/png", "Nothing to see")
	if err != nil {
		t.Fatal(err)
	}
	l.publish(shop, Message{Text: "With a picture", Media: []string{id}})
}

// A post whose answer was lost is found, and is not made twice.
func TestLostAnswersOfX(t *testing.T) {
	t.Parallel()
	l := startX(t)
	shop := l.signIn("maisonkestrel")
	for i, kind := range []string{"silence", "cut"} {
		message := Message{Text: "Lost by " + kind + " https://till.example/p/" + kind}
		l.spoil(kind, "POST /2/tweets")
		_, err := l.client.Publish(t.Context(), shop, message)
		if e, is := err.(*Error); !is || e.Kind != Temporary || !e.Unsure {
			t.Fatalf("%s: %v", kind, err)
		}
		got, err := l.client.Find(t.Context(), shop, message)
		if err != nil || got == nil {
			t.Errorf("%d: %s: it is not found: %v", i, kind, err)
		}
	}
	l.spoil("unavailable", "POST /2/tweets")
	_, err := l.client.Publish(t.Context(), shop, Message{Text: "Not taken"})
	if e, is := err.(*Error); !is || e.Kind != Temporary || !e.Unsure {
		t.Errorf("%v", err)
	}
	if got, err := l.client.Find(t.Context(), shop, Message{Text: "Not taken"}); got != nil || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.client.Publish(gone, shop, Message{Text: "Nobody waits"}); err == nil {
		t.Error("it was published without a connection")
	}
	nowhere := newX(XSettings{API: "http://127.0.0.1:1"}, &wire{network: X, client: newClient(anywhere), now: l.sb.Now})
	_, err = nowhere.Publish(t.Context(), shop, Message{Text: "To nobody"})
	if e, is := err.(*Error); !is || e.Kind != Temporary || e.Unsure {
		t.Errorf("without a connection nothing was done: %v", err)
	}
}

// What X said is used up is not asked for until it is back.
func TestUsedUpAtX(t *testing.T) {
	t.Parallel()
	l := startX(t)
	shop := l.signIn("maisonkestrel")
	l.spoil("limited", "POST /2/tweets")
	_, err := l.client.Publish(t.Context(), shop, Message{Text: "Too often"})
	e, is := err.(*Error)
	if !is || e.Kind != RateLimited || !e.Until.After(l.sb.Now()) || e.Until.After(l.sb.Now().Add(16*time.Minute)) {
		t.Fatalf("%v", err)
	}
	before := l.asked.Load()
	_, err = l.client.Publish(t.Context(), shop, Message{Text: "Once more"})
	if again, is := err.(*Error); !is || again.Kind != RateLimited || !again.Until.Equal(e.Until) || l.asked.Load() != before {
		t.Errorf("X was asked all the same: %v", err)
	}
	if _, err := l.client.Metrics(t.Context(), shop, []string{"1"}); err != nil {
		t.Errorf("another endpoint is closed, too: %v", err)
	}
	l.publish(l.signIn("atelierndiaye"), Message{Text: "Another account"})
	l.sb.Advance(16 * time.Minute)
	l.publish(shop, Message{Text: "After a while"})
}

func TestAnswersOnX(t *testing.T) {
	t.Parallel()
	l := startX(t)
	ctx := t.Context()
	shop := l.signIn("maisonkestrel")
	l.says("mira_okafor", "Before @maisonkestrel was asked", "")
	l.sb.Advance(time.Minute)
	_, cursor, err := l.client.Poll(ctx, shop, "", nil)
	if err != nil || cursor == "" {
		t.Fatalf("%q, %v", cursor, err)
	}
	l.sb.Advance(time.Minute)
	offer := l.publish(shop, Message{Text: "Tea, reply @maisonkestrel #BuyTea"})
	called := l.says("mira_okafor", "@maisonkestrel #BuyTea x2 & quickly", offer.ID)
	silent := l.says("lucbernard", "#BuyTea", offer.ID)
	l.says("yuki_draws", "Of no concern", "")
	came, next, err := l.client.Poll(ctx, shop, cursor, nil)
	if err != nil || len(came) == 0 || came[0].ID != called {
		t.Fatalf("%+v, %v", came, err)
	}
	first := came[0]
	if first.Parent != offer.ID || first.Root != offer.ID || first.Author != "1371120934460383233" || first.AuthorHandle != "mira_okafor" || first.AuthorName != "Mira Okafor" ||
		!strings.HasSuffix(first.Text, "#BuyTea x2 & quickly") || first.Quote || first.Repost || first.At.Sub(l.sb.Now()).Abs() > time.Minute || len(first.Mentions) == 0 || first.Mentions[0] != shop.Account {
		t.Errorf("%+v", first)
	}
	if came, same, err := l.client.Poll(ctx, shop, next, nil); err != nil || len(came) != 0 || same != next {
		t.Errorf("they came again: %+v, %v", came, err)
	}
	answer := l.publish(shop, Message{Text: "Two teas. Reply CONFIRM K7QM", ReplyTo: &first.Ref})
	_, err = l.client.Publish(ctx, shop, Message{Text: "Nobody called", ReplyTo: &Ref{ID: silent}})
	kindIs(t, "an answer to somebody who did not call", err, NotSummoned)
	below, _, err := l.client.Conversation(ctx, shop, offer.ID, "")
	var ids []string
	for _, in := range below {
		ids = append(ids, in.ID)
	}
	if err != nil || strings.Join(ids, " ") != called+" "+silent {
		t.Errorf("below the post are %v and not %s, %s: %v", ids, called, silent, err)
	}
	figures, err := l.client.Metrics(ctx, shop, []string{offer.ID, answer.ID})
	if err != nil || figures[offer.ID].Replies < 2 {
		t.Errorf("%+v, %v", figures, err)
	}
	l.form("/operator/switches", url.Values{"new_dialect": {"1"}})
	l.says("mira_okafor", "@maisonkestrel CONFIRM K7QM", answer.ID)
	came, _, err = l.client.Poll(ctx, shop, next, nil)
	if err != nil || len(came) != 1 || came[0].Parent != answer.ID || came[0].Root != offer.ID {
		t.Errorf("in the newer names came %+v, %v", came, err)
	}
	if got, err := l.client.Find(ctx, shop, Message{Text: "Two teas. Reply CONFIRM K7QM", ReplyTo: &first.Ref}); err != nil || got == nil || got.ID != answer.ID {
		t.Errorf("our answer is not found: %+v, %v", got, err)
	}
	if err := l.client.Delete(ctx, shop, offer.ID); err != nil {
		t.Error(err)
	}
	_, err = l.client.Publish(ctx, shop, Message{Text: "To what is gone", ReplyTo: &Ref{ID: offer.ID}})
	kindIs(t, "an answer to what is gone", err, Gone)
}

// More answers than one page holds come all, oldest first.
func TestManyAnswersOnX(t *testing.T) {
	t.Parallel()
	l := startX(t)
	shop := l.signIn("maisonkestrel")
	_, cursor, err := l.client.Poll(t.Context(), shop, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	l.sb.Advance(time.Second)
	var wants []string
	for i := range 120 {
		wants = append(wants, l.says("mira_okafor", "@maisonkestrel number "+strings.Repeat("i", i+1), ""))
	}
	came, _, err := l.client.Poll(t.Context(), shop, cursor, nil)
	var got []string
	for _, in := range came {
		got = append(got, in.ID)
	}
	if err != nil || strings.Join(got, " ") != strings.Join(wants, " ") {
		t.Errorf("%d came of %d: %v", len(got), len(wants), err)
	}
}
