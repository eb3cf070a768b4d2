package social

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/sandbox"
)

// localMastodon is the sandbox's Mastodon, spoken to over HTTP.
type localMastodon struct {
	*localX
	client *MastodonClient
}

func startMastodon(t *testing.T) *localMastodon {
	t.Helper()
	sb, err := sandbox.Open(filepath.Join(t.TempDir(), "sandbox.db"))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sb.Mastodon().Handler())
	t.Cleanup(func() {
		server.CloseClientConnections()
		_ = sb.Close()
		server.Close()
	})
	sb.Mastodon().SetURL(server.URL)
	network, _ := New(Settings{Mastodon: &MastodonSettings{Name: "Till", Website: "https://till.example"}, Local: true, Now: sb.Now}).Network(Mastodon)
	l := &localMastodon{&localX{t: t, sb: sb, base: server.URL}, network.(*MastodonClient)}
	l.client.wire.client.Timeout = 3 * time.Second
	return l
}

func (l *localMastodon) agree(person string) (Begun, string) {
	l.t.Helper()
	begun, err := l.client.Begin(l.t.Context(), l.base, backHere)
	if err != nil {
		l.t.Fatal(err)
	}
	u, _ := url.Parse(begun.URL)
	asked := u.Query()
	if asked.Get("code_challenge_method") != "S256" {
		l.t.Errorf("without PKCE: %s", begun.URL)
	}
	asked.Set("person", person)
	back, _ := url.Parse(l.form(u.Path, asked).Header.Get("Location"))
	if back.Query().Get("state") != begun.State {
		l.t.Fatalf("back at %s", back)
	}
	return *begun, back.Query().Get("code")
}

func (l *localMastodon) signIn(person string) Grant {
	l.t.Helper()
	begun, code := l.agree(person)
	grant, err := l.client.Exchange(l.t.Context(), begun, backHere, code)
	if err != nil {
		l.t.Fatal(err)
	}
	return *grant
}

func (l *localMastodon) says(grant Grant, person, text, answers, visibility string) string {
	l.t.Helper()
	inner, _, _ := strings.Cut(answers, "@")
	a := l.form("/posts", url.Values{"as": {person}, "text": {text}, "in_reply_to_id": {inner}, "visibility": {visibility}})
	return l.client.outer(grant, statusID.FindString(a.Header.Get("Location")))
}

func (l *localMastodon) publish(grant Grant, message Message) *Published {
	l.t.Helper()
	out, err := l.client.Publish(l.t.Context(), grant, message)
	if err != nil {
		l.t.Fatalf("%q: %v", message.Text, err)
	}
	return out
}

func TestSignInToMastodon(t *testing.T) {
	t.Parallel()
	l := startMastodon(t)
	ctx := t.Context()
	host := hostOf(l.base)
	grant := l.signIn("maisonkestrel")
	if grant.Account != "maisonkestrel@"+host || grant.Handle != grant.Account || grant.Name != "Maison Kestrel" || grant.Server != l.base || grant.Limit != 500 || !grant.Expires.IsZero() {
		t.Errorf("%s %s %q %s %d", grant.Account, grant.Handle, grant.Name, grant.Server, grant.Limit)
	}
	if again, err := l.client.Refresh(ctx, grant); err != nil || again != grant {
		t.Errorf("it was renewed: %v", err)
	}
	begun, code := l.agree("maisonkestrel")
	other := begun
	other.Verifier = strings.Repeat("v", 43)
	_, err := l.client.Exchange(ctx, other, backHere, code)
	kindIs(t, "somebody else's verifier", err, SignInExpired)
	_, err = l.client.Exchange(ctx, begun, backHere, code)
	kindIs(t, "a code a second time", err, SignInExpired)
	other.ClientSecret = "another"
	_, err = l.client.Exchange(ctx, other, backHere, code)
	kindIs(t, "an app that the server does not know", err, Refused)
	for range 2 {
		if err := l.client.Revoke(ctx, grant); err != nil {
			t.Errorf("not given back: %v", err)
		}
	}
	_, err = l.client.Publish(ctx, grant, Message{Text: "After the end"})
	kindIs(t, "a token that was given back", err, SignInExpired)
	if strings.Contains(err.Error(), grant.Access) {
		t.Error("an error holds a token")
	}
	nothing := httptest.NewServer(http.NotFoundHandler())
	defer nothing.Close()
	for _, server := range []string{nothing.URL, "https://mastodon.social", "not a server", "http://10.0.0.1"} {
		_, err := l.client.Begin(ctx, server, backHere)
		kindIs(t, server, err, UnknownServer)
	}
}

// A server passes for another domain only where that domain says so.
func TestWhoseDomain(t *testing.T) {
	t.Parallel()
	l := startMastodon(t)
	server, host := l.base, hostOf(l.base)
	liar := strings.Replace(server, "127.0.0.1", "localhost", 1)
	if got := l.client.domain(t.Context(), liar, host, "maisonkestrel"); got != hostOf(liar) {
		t.Errorf("%s passes for %s", hostOf(liar), got)
	}
	if got := l.client.domain(t.Context(), server, "", "maisonkestrel"); got != host {
		t.Errorf("%s is %s", host, got)
	}
	// Another address says where its people are.
	finger := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"links":[{"rel":"http://webfinger.net/rel/profile-page","href":"https://example.com"},{"rel":"self","href":"`+server+`/users/maisonkestrel"}]}`)
	}))
	defer finger.Close()
	client := *finger.Client()
	trusting := newMastodon(MastodonSettings{}, &wire{network: Mastodon, client: &client, now: time.Now}, true)
	for server, wants := range map[string]string{server: hostOf(finger.URL), liar: hostOf(liar)} {
		if got := trusting.domain(t.Context(), server, hostOf(finger.URL), "maisonkestrel"); got != wants {
			t.Errorf("%s says it is %s, and is taken for %s", server, hostOf(finger.URL), got)
		}
	}
}

func TestPostsOnMastodon(t *testing.T) {
	t.Parallel()
	l := startMastodon(t)
	ctx := t.Context()
	shop := l.signIn("maisonkestrel")
	link := "https://till.example/p/abc?x=1&y=2-and-more-and-more"
	offer := l.publish(shop, Message{Text: "Cedar & tea <3 #BuyTea\n\n" + link, Lang: "fr-FR", Key: "row-1"})
	if !strings.HasPrefix(offer.URL, l.base+"/@maisonkestrel/") || !strings.HasSuffix(offer.ID, "@"+hostOf(l.base)) || offer.At.Sub(l.sb.Now()).Abs() > time.Minute {
		t.Errorf("%+v", offer)
	}
	if again := l.publish(shop, Message{Text: "Other words", Key: "row-1"}); *again != *offer {
		t.Errorf("the same key made %+v", again)
	}
	_, err := l.client.Publish(ctx, shop, Message{Text: strings.Repeat("é", 501)})
	kindIs(t, "501 letters", err, TooLong)
	l.publish(shop, Message{Text: strings.Repeat("é", 476) + " https://till.example.com/" + strings.Repeat("long", 100)})
	worded := l.publish(shop, Message{Text: "Only words & no link"})
	for what, wants := range map[*Message]string{
		{Text: "Other words " + link}: offer.ID, {Card: &LinkCard{URL: link}}: offer.ID, {Text: "Only  words & no link"}: worded.ID,
		{Text: "Only words"}: "", {Text: "https://till.example/p/ab"}: "", {Text: "Only words & no link", ReplyTo: &Ref{ID: offer.ID}}: "",
	} {
		got, err := l.client.Find(ctx, shop, *what)
		if err != nil || got == nil && wants != "" || got != nil && got.ID != wants {
			t.Errorf("%+v finds %+v, %v", *what, got, err)
		}
	}
	inner, _, _ := strings.Cut(offer.ID, "@")
	for _, address := range []string{offer.URL, offer.URL + "/", l.base + "/web/statuses/" + inner, l.base + "/users/maisonkestrel/statuses/" + inner} {
		if got, err := l.client.Locate(ctx, shop, address); err != nil || *got != *offer {
			t.Errorf("%s is %+v, %v", address, got, err)
		}
	}
	theirs := l.says(shop, "mira_okafor", "Of my own", "", "")
	theirInner, _, _ := strings.Cut(theirs, "@")
	for _, address := range []string{"", "https://mastodon.social/@maisonkestrel/" + inner, l.base + "/@maisonkestrel", l.base + "/@mira_okafor/" + theirInner, l.base + "/@maisonkestrel/1"} {
		_, err := l.client.Locate(ctx, shop, address)
		kindIs(t, address, err, Gone)
	}
	l.form("/posts/"+inner+"/marks", url.Values{"person": {"mira_okafor"}, "kind": {"favourite"}})
	l.form("/posts/"+inner+"/marks", url.Values{"person": {"lucbernard"}, "kind": {"boost"}})
	figures, err := l.client.Metrics(ctx, shop, []string{offer.ID, "1@" + hostOf(l.base), inner + "@elsewhere.example", worded.ID})
	if err != nil || len(figures) != 2 || figures[offer.ID] != (Metrics{Likes: 1, Reposts: 1}) {
		t.Errorf("%+v, %v", figures, err)
	}
	for range 2 {
		if err := l.client.Delete(ctx, shop, worded.ID); err != nil {
			t.Errorf("it cannot be taken away: %v", err)
		}
	}
	l.spoil("silence", "POST /api/v1/statuses")
	lost := Message{Text: "Lost https://till.example/p/lost", Key: "row-2"}
	_, err = l.client.Publish(ctx, shop, lost)
	if e, is := err.(*Error); !is || e.Kind != Temporary || !e.Unsure {
		t.Fatalf("%v", err)
	}
	found, err := l.client.Find(ctx, shop, lost)
	if err != nil || found == nil {
		t.Fatalf("what was lost is not found: %v", err)
	}
	if again := l.publish(shop, lost); again.ID != found.ID {
		t.Errorf("it was posted twice: %s, %s", again.ID, found.ID)
	}
	l.spoil("limited", "GET /api/v1/statuses")
	_, err = l.client.Metrics(ctx, shop, []string{offer.ID})
	var e *Error
	if !errors.As(err, &e) || e.Kind != RateLimited || !e.Until.After(l.sb.Now()) || e.Until.After(l.sb.Now().Add(6*time.Minute)) {
		t.Errorf("%v", err)
	}
}

func TestAnswersOnMastodon(t *testing.T) {
	t.Parallel()
	l := startMastodon(t)
	ctx := t.Context()
	shop := l.signIn("maisonkestrel")
	offer := l.publish(shop, Message{Text: "Tea, reply @maisonkestrel #BuyTea"})
	l.says(shop, "mira_okafor", "Before @maisonkestrel was asked", "", "")
	_, cursor, err := l.client.Poll(ctx, shop, "", []string{offer.ID})
	if err != nil || cursor == "" {
		t.Fatalf("%q, %v", cursor, err)
	}
	l.sb.Advance(2 * time.Hour)
	_, cursor, err = l.client.Poll(ctx, shop, cursor, []string{offer.ID})
	if err != nil {
		t.Fatal(err)
	}
	l.sb.Advance(time.Minute)
	named := l.says(shop, "mira_okafor", "@maisonkestrel #BuyTea x2 & quickly\n<b>see</b> https://example.com/a-rather-long-address-of-a-page", offer.ID, "")
	l.sb.Advance(time.Second)
	silent := l.says(shop, "lucbernard", "#BuyTea", offer.ID, "")
	l.sb.Advance(time.Second)
	private := l.says(shop, "yuki_draws", "@maisonkestrel only for you", "", "direct")
	l.says(shop, "ingridsol", "@mira_okafor between us", "", "direct")
	came, next, err := l.client.Poll(ctx, shop, cursor, []string{offer.ID})
	var ids []string
	for _, in := range came {
		ids = append(ids, in.ID)
	}
	if err != nil || strings.Join(ids, " ") != named+" "+silent+" "+private {
		t.Fatalf("%v came, and not %s %s %s: %v", ids, named, silent, private, err)
	}
	first, second, third := came[0], came[1], came[2]
	if first.Parent != offer.ID || first.Root != offer.ID || first.Author != "mira_okafor@"+hostOf(l.base) || first.AuthorName != "Mira Okafor" ||
		first.Text != "@maisonkestrel #BuyTea x2 & quickly\n<b>see</b> https://example.com/a-rather-long-address-of-a-page" || !slices.Contains(first.Mentions, shop.Account) {
		t.Errorf("%+v", first)
	}
	if second.Parent != offer.ID || second.Root != offer.ID || len(second.Mentions) != 0 || third.Parent != "" || third.Root != private {
		t.Errorf("%+v, %+v", second, third)
	}
	answer := l.publish(shop, Message{Text: "Two teas. Reply CONFIRM K7QM", ReplyTo: &first.Ref, Private: true, Key: "answer-1"})
	l.sb.Advance(2 * time.Hour)
	confirm := l.says(shop, "mira_okafor", "@maisonkestrel CONFIRM K7QM", answer.ID, "direct")
	came, _, err = l.client.Poll(ctx, shop, next, []string{offer.ID})
	came = slices.DeleteFunc(came, func(in Incoming) bool { return in.At.Before(l.sb.Now().Add(-time.Hour)) })
	if err != nil || len(came) != 1 || came[0].ID != confirm || came[0].Parent != answer.ID || came[0].Root != offer.ID {
		t.Errorf("%+v, %v", came, err)
	}
	// The private answer names whom it is for, and nobody else reads it.
	mira, luc := l.signIn("mira_okafor"), l.signIn("lucbernard")
	heard, _, err := l.client.Poll(ctx, mira, "0 2026-01-01T00:00:00Z", nil)
	if err != nil || !slices.ContainsFunc(heard, func(in Incoming) bool {
		return in.ID == answer.ID && strings.HasPrefix(in.Text, "@mira_okafor") && strings.HasSuffix(in.Text, "Two teas. Reply CONFIRM K7QM")
	}) {
		t.Errorf("mira hears %+v, %v", heard, err)
	}
	if figures, err := l.client.Metrics(ctx, luc, []string{answer.ID}); err != nil || len(figures) != 0 {
		t.Errorf("luc reads what is private: %+v, %v", figures, err)
	}
	_, err = l.client.Publish(ctx, shop, Message{Text: "To nobody", ReplyTo: &Ref{ID: "1@" + hostOf(l.base), Author: first.Author}})
	kindIs(t, "an answer to what is gone", err, Gone)
	_, err = l.client.Publish(ctx, shop, Message{Text: "To nobody", Private: true})
	kindIs(t, "a private post to nobody", err, Refused)
}

// What people wrote comes out of the HTML that servers send.
func TestPlainText(t *testing.T) {
	t.Parallel()
	for content, wants := range map[string]string{
		"":                                     "",
		"<p>One</p><p>Two<br>Three</p>":        "One\n\nTwo\nThree",
		"<p>a &amp; b &lt;3 &quot;c&quot;</p>": `a & b <3 "c"`,
		`<p><span class="h-card" translate="no"><a href="https://s.example/@shop" class="u-url mention">@<span>shop</span></a></span> #<span>x</span></p>`:          "@shop #x",
		`<p><a href="https://a.example/b"><span class="invisible">https://</span><span class="ellipsis">a.exam</span><span class="invisible">ple/b</span></a>!</p>`: "https://a.example/b!",
		`<p class="quote-inline">RE: <a href="https://a.example/1">https://a.example/1</a></p><p>Mine</p>`:                                                          "Mine",
		`<script>alert(1)</script><p onclick="x">yes<style>p{}</style></p>`:                                                                                         "yes",
		"<ul><li>a</li><li>b</li></ul>": "a\nb",
		"plain":                         "plain",
		"<p>unclosed <b>bold":           "unclosed bold",
	} {
		if got, _ := plain(content); got != wants {
			t.Errorf("%s reads %q", content, got)
		}
	}
	if _, links := plain(`<p><a class="mention" href="https://a/@x">@x</a> <a href="https://b/c">c</a></p>`); len(links) != 1 || links[0] != "https://b/c" {
		t.Errorf("%v", links)
	}
}
