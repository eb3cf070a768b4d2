package social

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

func kindIs(t *testing.T, what string, err error, kind ErrorKind) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Kind != kind {
		t.Errorf("%s: %v, and not %s", what, err, kind)
	}
}

func TestBluesky(t *testing.T) {
	t.Parallel()
	b := startBluesky(t)
	shopToken, shopPassword := b.somebody("kestrel")
	_, fanPassword := b.somebody("dora")
	shop, fan := b.enter("kestrel.test", shopPassword), b.enter("@Dora.test", fanPassword)
	t.Run("who gets in", func(t *testing.T) { b.whoGetsIn(t, shopPassword, shop) })
	t.Run("a post with all that belongs to it", func(t *testing.T) { b.wholePost(t, shop, fan) })
	t.Run("a message is posted once", func(t *testing.T) { b.once(t, shop) })
	t.Run("what is out is found", func(t *testing.T) { b.finds(t, shop, fan) })
	t.Run("answers", func(t *testing.T) { b.answers(t, shop, fan) })
	t.Run("a session ends", func(t *testing.T) { b.sessionEnds(t, shopToken, shop) })
}

func (b *realBluesky) whoGetsIn(t *testing.T, password string, shop Grant) {
	ctx := t.Context()
	if shop.Server != b.PDS || !strings.HasPrefix(shop.Account, "did:plc:") || shop.Handle != "kestrel.test" || !shop.Expires.After(time.Now()) {
		t.Errorf("%s at %s until %v", shop.Handle, shop.Server, shop.Expires)
	}
	_, err := b.client.Enter(ctx, b.PDS, "kestrel.test", "wrong")
	kindIs(t, "a wrong password", err, WrongPassword)
	_, err = b.client.Enter(ctx, "", "nobody.test", password)
	kindIs(t, "a handle that nobody has", err, WrongPassword)
	_, err = b.client.Enter(ctx, b.PDS, "kestrel.test", "own-kestrel")
	kindIs(t, "the account's own password", err, MainPassword)
	_, err = b.client.Enter(ctx, b.PLC, "kestrel.test", password)
	kindIs(t, "a server of another kind", err, UnknownServer)
	_, err = b.client.Enter(ctx, "https://10.0.0.1", "kestrel.test", password)
	kindIs(t, "a private server", err, UnknownServer)
	strict := New(Settings{Bluesky: &BlueskySettings{Server: b.PDS, Directory: b.PLC}, Now: time.Now}).networks[Bluesky].(*BlueskyClient)
	err = strict.call(ctx, b.PDS, "", request{method: http.MethodGet, url: "com.atproto.server.describeServer"}, nil)
	kindIs(t, "this machine, where it is not wanted", err, UnknownServer)
}

func (b *realBluesky) wholePost(t *testing.T, shop, fan Grant) {
	picture := image.NewNRGBA(image.Rect(0, 0, 1200, 628))
	noise := make([]byte, len(picture.Pix))
	_, _ = rand.Read(noise)
	for i := 0; i < len(noise); i += 4 {
		picture.Set(i/4%1200, i/4/1200, color.NRGBA{noise[i], noise[i] / 2, noise[i+1] / 4, 255})
	}
	var file bytes.Buffer
	if err := png.Encode(&file, picture); err != nil || file.Len() <= mostThumb {
		t.Fatalf("the picture has %d bytes, %v", file.Len(), err)
	}
	text := "Étoile 👩‍👩‍👧 mug 🫖, 24 €. Reply @dora.test #BuyMug #été #123 or see\nhttps://till.example/p/abc?x=1, www.example.com. (#été) nobody@nowhere.test"
	out := b.publish(shop, Message{Text: text, Lang: "fr", Key: "row-1", Card: &LinkCard{
		URL: "https://till.example/p/abc?x=1", Title: "Mug", Description: "24 €", Image: file.Bytes(), ImageType: "image/png",
	}})
	found, err := b.client.record(t.Context(), shop, out.ID)
	if err != nil || found == nil || found.CID != out.Version {
		t.Fatalf("%+v, %v", found, err)
	}
	var post blueskyPost
	if err := json.Unmarshal(found.Value, &post); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range post.Facets {
		part := text[f.Index.From:f.Index.To]
		got = append(got, part+" → "+f.Features[0].Tag+f.Features[0].URI+strings.ReplaceAll(f.Features[0].DID, fan.Account, "dora"))
	}
	wants := []string{"@dora.test → dora", "#BuyMug → BuyMug", "#été → été", "https://till.example/p/abc?x=1 → https://till.example/p/abc?x=1", "www.example.com → https://www.example.com"}
	if strings.Join(got, "\n") != strings.Join(wants, "\n") {
		t.Errorf("the parts are\n%s", strings.Join(got, "\n"))
	}
	if post.Text != text || len(post.Langs) != 1 || post.Langs[0] != "fr" || post.Embed == nil || post.Embed.External == nil {
		t.Fatalf("%s", found.Value)
	}
	var blob struct {
		Ref      map[string]string `json:"ref"`
		MimeType string            `json:"mimeType"`
		Size     int               `json:"size"`
	}
	if err := json.Unmarshal(post.Embed.External.Thumb, &blob); err != nil || blob.MimeType != "image/jpeg" || blob.Size == 0 || blob.Size > mostThumb {
		t.Fatalf("the card's picture is %s, %v", post.Embed.External.Thumb, err)
	}
	a, err := http.Get(b.PDS + "/xrpc/com.atproto.sync.getBlob?did=" + shop.Account + "&cid=" + blob.Ref["$link"])
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	if shown, kind, err := image.DecodeConfig(a.Body); err != nil || kind != "jpeg" || shown.Width != 1200 || shown.Height != 628 {
		t.Errorf("the card's picture is %s, %+v, %v", kind, shown, err)
	}
	_, err = b.client.Publish(t.Context(), shop, Message{Text: strings.Repeat("é", 301)})
	kindIs(t, "301 letters", err, TooLong)
}

func (b *realBluesky) once(t *testing.T, shop Grant) {
	before := len(b.posts(shop))
	first := b.publish(shop, Message{Text: "Once", Key: "row-2"})
	again := b.publish(shop, Message{Text: "Once, with other words", Key: "row-2"})
	if again.ID != first.ID || again.Version != first.Version {
		t.Errorf("%+v became %+v", first, again)
	}
	var all sync.WaitGroup
	ids := make([]string, 8)
	for i := range ids {
		all.Go(func() {
			if out, err := b.client.Publish(t.Context(), shop, Message{Text: fmt.Sprint("Eight at a time ", i), Key: "row-3"}); err != nil {
				t.Error(err)
			} else {
				ids[i] = out.ID
			}
		})
	}
	all.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Errorf("two posts of one key: %s and %s", id, ids[0])
		}
	}
	if n := len(b.posts(shop)); n != before+2 {
		t.Errorf("%d posts became %d", before, n)
	}
	if err := b.client.Delete(t.Context(), shop, first.ID); err != nil {
		t.Error(err)
	}
	if err := b.client.Delete(t.Context(), shop, first.ID); err != nil {
		t.Errorf("what is gone cannot be taken away: %v", err)
	}
	kindIs(t, "somebody else's post", b.client.Delete(t.Context(), shop, "at://did:plc:other/app.bsky.feed.post/1"), Refused)
	if n := len(b.posts(shop)); n != before+1 {
		t.Errorf("%d posts are left of %d", n, before+2)
	}
}

func (b *realBluesky) finds(t *testing.T, shop, fan Grant) {
	ctx := t.Context()
	keyed := b.publish(shop, Message{Text: "With a key", Key: "row-4"})
	linked := b.publish(shop, Message{Text: "By hand: https://till.example/p/hand"})
	worded := b.publish(shop, Message{Text: "Only words,\n  and spaces"})
	for _, c := range []struct {
		message Message
		wants   *Published
	}{
		{Message{Text: "anything", Key: "row-4"}, keyed},
		{Message{Text: "Other words https://till.example/p/hand", Key: "row-5"}, linked},
		{Message{Card: &LinkCard{URL: "https://till.example/p/hand/"}}, linked},
		{Message{Text: "Only words, and spaces"}, worded},
		{Message{Text: "https://till.example/p/han"}, nil},
		{Message{Text: "Only words"}, nil},
		{Message{Text: "Only words, and spaces", ReplyTo: &Ref{ID: keyed.ID}}, nil},
	} {
		got, err := b.client.Find(ctx, shop, c.message)
		if err != nil || (got == nil) != (c.wants == nil) || got != nil && (got.ID != c.wants.ID || got.Version != c.wants.Version) {
			t.Errorf("%+v finds %+v, %v", c.message, got, err)
		}
	}
	for _, address := range []string{linked.URL, linked.ID, strings.Replace(linked.URL, shop.Account, "kestrel.test", 1) + "?ref=x", strings.Replace(linked.URL, "bsky.app", "deer.social", 1)} {
		if got, err := b.client.Locate(ctx, shop, address); err != nil || got.ID != linked.ID || got.URL != linked.URL {
			t.Errorf("%s is %+v, %v", address, got, err)
		}
	}
	for _, address := range []string{"", "https://bsky.app/profile/kestrel.test", "https://bsky.app/profile/kestrel.test/post/3zzzzzzzzzzzz", linked.URL[:len(linked.URL)-1], "%"} {
		_, err := b.client.Locate(ctx, shop, address)
		kindIs(t, address, err, Gone)
	}
	_, err := b.client.Locate(ctx, fan, linked.URL)
	kindIs(t, "somebody else's post", err, Gone)
}

func (b *realBluesky) answers(t *testing.T, shop, fan Grant) {
	ctx := t.Context()
	b.Settle()
	_, cursor, err := b.client.Poll(ctx, shop, "", nil)
	if !b.whole {
		kindIs(t, "a server alone tells of no answers", err, Temporary)
		_, err = b.client.Metrics(ctx, shop, []string{"at://" + shop.Account + "/app.bsky.feed.post/1"})
		kindIs(t, "a server alone counts nothing", err, Temporary)
		b.answerAlone(t, shop, fan)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	offer := b.publish(shop, Message{Text: "Mug, reply #BuyMug"})
	b.Settle() // nobody answers what they have not seen
	reply := b.publish(fan, Message{Text: "#BuyMug x2", ReplyTo: &Ref{ID: offer.ID}})
	named := b.publish(fan, Message{Text: "Look what @kestrel.test has"})
	b.publish(fan, Message{Text: "of no concern"})
	b.Call(fan.Access, "POST", "com.atproto.repo.createRecord", map[string]any{"repo": fan.Account, "collection": "app.bsky.feed.like", "record": map[string]any{
		"$type": "app.bsky.feed.like", "subject": map[string]any{"uri": offer.ID, "cid": offer.Version}, "createdAt": time.Now().UTC().Format(time.RFC3339),
	}}, nil)
	b.Settle()
	came, next, err := b.client.Poll(ctx, shop, cursor, nil)
	if err != nil || len(came) != 2 {
		t.Fatalf("%+v, %v", came, err)
	}
	first, second := came[0], came[1]
	if first.ID != reply.ID || first.Version != reply.Version || first.Parent != offer.ID || first.Root != offer.ID || first.RootVersion != offer.Version || first.Text != "#BuyMug x2" ||
		first.Author != fan.Account || first.AuthorHandle != "dora.test" || first.URL != reply.URL || time.Since(first.At) > time.Minute {
		t.Errorf("the answer came as %+v", first)
	}
	if second.ID != named.ID || len(second.Mentions) != 1 || second.Mentions[0] != shop.Account || second.Parent != "" || second.Root != named.ID {
		t.Errorf("the mention came as %+v", second)
	}
	if came, same, err := b.client.Poll(ctx, shop, next, nil); err != nil || len(came) != 0 || same != next {
		t.Errorf("they came again: %+v, %v", came, err)
	}
	answer := b.publish(shop, Message{Text: "Two mugs, 48 €. Reply CONFIRM K7QM", Key: "answer-1", ReplyTo: &first.Ref})
	b.Settle()
	b.publish(fan, Message{Text: "CONFIRM K7QM", ReplyTo: &Ref{ID: answer.ID}})
	b.Settle()
	came, _, err = b.client.Poll(ctx, shop, next, nil)
	if err != nil || len(came) != 1 || came[0].Parent != answer.ID || came[0].Root != offer.ID || came[0].RootVersion != offer.Version {
		t.Errorf("the second answer came as %+v, %v", came, err)
	}
	figures, err := b.client.Metrics(ctx, shop, []string{offer.ID, answer.ID, "at://" + shop.Account + "/app.bsky.feed.post/3zzzzzzzzzzzz"})
	if err != nil || len(figures) != 2 || figures[offer.ID].Likes != 1 || figures[offer.ID].Replies != 1 || figures[answer.ID].Replies != 1 || figures[offer.ID].Impressions != nil {
		t.Errorf("the figures are %+v, %v", figures, err)
	}
}

// answerAlone answers without the network: what an answer must say of the others comes from their own server.
func (b *realBluesky) answerAlone(t *testing.T, shop, fan Grant) {
	offer := b.publish(shop, Message{Text: "Mug, reply #BuyMug"})
	reply := b.publish(fan, Message{Text: "#BuyMug x2", ReplyTo: &Ref{ID: offer.ID}})
	answer := b.publish(shop, Message{Text: "Two mugs", ReplyTo: &Ref{ID: reply.ID}})
	found, err := b.client.record(t.Context(), shop, answer.ID)
	if err != nil {
		t.Fatal(err)
	}
	var post blueskyPost
	if err := json.Unmarshal(found.Value, &post); err != nil || post.Reply == nil || *post.Reply != (replyRef{strongRef{offer.ID, offer.Version}, strongRef{reply.ID, reply.Version}}) {
		t.Errorf("%s, %v", found.Value, err)
	}
	_, err = b.client.Publish(t.Context(), shop, Message{Text: "To nobody", ReplyTo: &Ref{ID: "at://" + fan.Account + "/app.bsky.feed.post/3zzzzzzzzzzzz"}})
	kindIs(t, "an answer to what is gone", err, Gone)
}

func (b *realBluesky) sessionEnds(t *testing.T, token string, shop Grant) {
	ctx := t.Context()
	fresh, err := b.client.Refresh(ctx, shop)
	if err != nil || fresh.Refresh == shop.Refresh || fresh.Access == "" || fresh.Account != shop.Account || fresh.Server != shop.Server {
		t.Fatalf("%v", err)
	}
	b.publish(fresh, Message{Text: "After renewal"})
	if err := b.client.Revoke(ctx, fresh); err != nil {
		t.Error(err)
	}
	if err := b.client.Revoke(ctx, fresh); err != nil {
		t.Errorf("what has ended cannot be ended: %v", err)
	}
	_, err = b.client.Refresh(ctx, fresh)
	kindIs(t, "renewed after its end", err, SignInExpired)
	b.Call(token, "POST", "com.atproto.server.revokeAppPassword", map[string]any{"name": "till"}, nil)
	_, err = b.client.Refresh(ctx, shop)
	kindIs(t, "renewed after the password was taken back", err, SignInExpired)
	fresh.Access = "none"
	_, err = b.client.Publish(ctx, fresh, Message{Text: "With a token that is none"})
	kindIs(t, "a token that is none", err, SignInExpired)
}
