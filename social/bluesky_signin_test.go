package social

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// TestBlueskyIntroduces: a fan says who they are on their own server's pages, and nothing else comes of it.
func TestBlueskyIntroduces(t *testing.T) {
	t.Parallel()
	b := startBluesky(t)
	b.Account("mira")
	b.Account("luc")
	const back = "http://127.0.0.1:19130/sync/bluesky/callback"
	ctx := t.Context()
	begin := func(who string) *Begun {
		t.Helper()
		begun, err := b.client.Introduce(ctx, who, back)
		if err != nil {
			t.Fatalf("%q is not led on: %v", who, err)
		}
		if !strings.HasPrefix(begun.URL, b.PDS+"/oauth/authorize?") || begun.Issuer != b.PDS || begun.State == "" {
			t.Fatalf("%+v", begun)
		}
		return begun
	}
	begun := begin("@Mira.test")
	answer := b.Allow(begun.URL, "mira.test", "own-mira", true).Query()
	if answer.Get("state") != begun.State || answer.Get("iss") != begun.Issuer {
		t.Errorf("%v", answer)
	}
	grant, err := b.client.Exchange(ctx, *begun, back, answer.Get("code"))
	if err != nil || grant.Handle != "mira.test" || !strings.HasPrefix(grant.Account, "did:plc:") || grant.Access != "" || grant.Refresh != "" {
		t.Fatalf("%+v %v", grant, err)
	}
	_, err = b.client.Exchange(ctx, *begun, back, answer.Get("code"))
	kindIs(t, "a code used twice", err, Refused)

	// Whoever signs in as another than they said is who signed in: the id is the server's word, the typed handle a hint.
	other := begin("mira.test")
	second, err := b.client.Exchange(ctx, *other, back, b.Allow(other.URL, "luc.test", "own-luc", true).Query().Get("code"))
	if err == nil && (second.Account == grant.Account || second.Handle != "luc.test") {
		t.Errorf("luc is taken for mira: %+v", second)
	}
	no := begin("")
	if answer := b.Allow(no.URL, "mira.test", "own-mira", false).Query(); answer.Get("error") != "access_denied" || answer.Get("code") != "" {
		t.Errorf("a no: %v", answer)
	}

	// A moved handle leads to the same account.
	var session struct{ AccessJwt string }
	b.Call("", "POST", "com.atproto.server.createSession", map[string]any{"identifier": "mira.test", "password": "own-mira"}, &session)
	b.Call(session.AccessJwt, "POST", "com.atproto.identity.updateHandle", map[string]any{"handle": "mira-moved.test"}, nil)
	moved := begin("mira-moved.test")
	again, err := b.client.Exchange(ctx, *moved, back, b.Allow(moved.URL, "mira-moved.test", "own-mira", true).Query().Get("code"))
	if err != nil || again.Account != grant.Account || again.Handle != "mira-moved.test" {
		t.Errorf("%+v %v", again, err)
	}

	for what, who := range map[string]string{"nobody": "nobody.test", "a directory": "did:web:10.0.0.1"} {
		if _, err := b.client.Introduce(ctx, who, back); err == nil {
			t.Errorf("%s is led on", what)
		}
	}
	_, err = b.client.Introduce(ctx, "mira.test", "http://till.example/sync/bluesky/callback")
	kindIs(t, "a base without https", err, Refused)
	strict := New(Settings{Bluesky: &BlueskySettings{Server: b.PDS, Directory: b.PLC}, Now: time.Now}).networks[Bluesky].(*BlueskyClient)
	_, err = strict.Introduce(ctx, "", back)
	kindIs(t, "this machine, where it is not wanted", err, UnknownServer)
	said, err := b.client.Description("Tillbird", "https://till.example", "https://till.example/sync/bluesky/callback")
	text, _ := json.Marshal(said)
	if err != nil || !strings.Contains(string(text), `"client_id":"https://till.example/oauth/client-metadata.json"`) || !strings.Contains(string(text), `"scope":"atproto"`) || !strings.Contains(string(text), `"dpop_bound_access_tokens":true`) {
		t.Errorf("%s %v", text, err)
	}
}
