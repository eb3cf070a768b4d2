package sandbox_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestXOfficialClient drives X's own client from npm against the sandbox: sign-in, posts, media, reading, webhooks, errors.
// Like the stylesheet, it needs node and `npm ci`.
func TestXOfficialClient(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("no node: X's official client is driven with it")
	}
	if _, err := os.Stat(filepath.Join("..", "node_modules", "@xdevplatform", "xdk")); err != nil {
		t.Fatal("X's official client is not installed: run npm ci --ignore-scripts")
	}
	f := newFeed(t)
	e := f.hear()
	_, used := f.exchange(f.code("lucbernard"))
	if status, _ := f.refresh(used.Refresh); status != http.StatusOK {
		t.Fatalf("refreshing answers %d", status)
	}
	old := f.write("maisonkestrel", "Mugs!")
	fan := f.write("mira_okafor", "Lovely", "in_reply_to", old)
	called := f.write("samirhaddad", "are you open, @maisonkestrel?")
	keys := f.sb.X().Keys()
	given, err := json.Marshal(map[string]any{
		"base": f.x.URL, "id": keys.ClientID, "secret": keys.ClientSecret, "bearer": keys.Bearer, "back": returnTo, "code": f.code("maisonkestrel"), "verifier": verifier, "used": used.Refresh,
		"scope": strings.Fields(f.asking().Get("scope")), "picture": base64.StdEncoding.EncodeToString(picture(t, 60, 40, 120)), "fan": fan, "since": fan, "hook": e.server.URL + "/hook",
	})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, filepath.Join("testdata", "x", "client.mjs"), string(given))
	cmd.Stderr = testLog{t}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("the client failed: %v", err)
	}
	var s said
	if err := json.Unmarshal(out, &s.body); err != nil {
		t.Fatal(err)
	}
	for name, is := range map[string]bool{
		"asks with PKCE":          s.text("asked", "code_challenge_method") == "S256" && s.text("asked", "code_challenge") == challenge() && s.text("asked", "client_id") == keys.ClientID,
		"two hours":               s.at("lasts") == 7200.0,
		"tokens turn over":        s.at("turned") == true,
		"a used token is refused": strings.Contains(s.text("reused"), "400") && strings.Contains(s.text("reused"), "invalid_request"),
		"who one is":              s.text("me", "username") == "maisonkestrel" && s.at("me", "publicMetrics", "tweetCount") == 1.0,
		"a picture":               s.at("media", "image", "w") == 60.0,
		"a post":                  strings.HasPrefix(s.text("post", "text"), "From the official client, see https://t.co/"),
		"a reply":                 s.text("reply", "text") == "And a reply",
		"twice":                   s.at("twice", "status") == 403.0 && s.text("twice", "data", "type") == "about:blank",
		"too long":                s.at("long", "status") == 403.0 && s.at("long", "data", "errors", 0, "code") == 186.0,
		"not summoned":            s.at("uncalled", "status") == 403.0 && strings.Contains(s.text("uncalled", "data", "detail"), "not been mentioned"),
		"not signed in":           s.at("strange", "status") == 401.0,
		"found":                   s.text("found", "data", "entities", "urls", 0, "expandedUrl") == "https://till.example.com/p/abc" && s.at("found", "data", "publicMetrics", "replyCount") == 1.0,
		"with its author":         s.text("found", "includes", "users", 0, "username") == "maisonkestrel",
		"with its alt text":       s.text("found", "includes", "media", 0, "altText") == "A grey sheet",
		"beside one that is gone": s.text("several", "data", 0, "id") == s.text("post", "id") && s.text("several", "errors", 0, "resourceId") == "99",
		"mentions since":          s.text("mentions", "data", 0, "id") == called && s.at("mentions", "meta", "resultCount") == 1.0,
		"a conversation":          s.at("search", "meta", "resultCount") == 2.0 && s.text("search", "data", 0, "conversationId") == s.text("post", "id"),
		"somebody by name":        s.text("named", "id") == "1371120934460383233",
		"a webhook":               s.at("hook", "valid") == true && s.text("hooks", 0, "id") == s.text("hook", "id") && s.at("valid", "valid") == true,
		"a subscription":          s.text("subscribed", "subscription", "eventType") == "post.mention.create" && s.text("subscriptions", 0, "webhookId") == s.text("hook", "id"),
		"gone again":              s.at("unsubscribed", "deleted") == true && s.at("unhooked", "deleted") == true && s.at("deleted", "deleted") == true,
	} {
		if !is {
			t.Errorf("%s: no", name)
		}
	}
	if t.Failed() {
		t.Logf("%s", out)
	}
}
