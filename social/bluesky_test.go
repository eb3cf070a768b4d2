package social

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // makes the database that the network keeps everything in
)

// realBluesky is Bluesky's own software on this machine: a server and the directory of accounts. Where
// TILLBIRD_TEST_DATABASE_URL names a PostgreSQL it is the whole network, which tells of answers and counts likes.
type realBluesky struct {
	t        *testing.T
	PDS, PLC string
	whole    bool
	in       io.Writer
	out      *bufio.Scanner
	client   *BlueskyClient
}

func startBluesky(t *testing.T) *realBluesky {
	t.Helper()
	b := &realBluesky{t: t}
	program := exec.Command("node", "testdata/bluesky.cjs")
	program.Env = append(os.Environ(), "LOG_ENABLED=false", "NODE_ENV=test")
	if server := os.Getenv("TILLBIRD_TEST_DATABASE_URL"); server != "" {
		b.whole = true
		program.Env = append(program.Env, "DB_POSTGRES_URL="+ownDatabase(t, server), "REDIS_HOST="+startRedis(t))
	}
	var problems bytes.Buffer
	program.Stderr = &problems
	in, err := program.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatalf("node is needed, `make test` installs it: %v", err)
	}
	t.Cleanup(func() {
		_ = in.Close() // it ends with its input
		ended := time.AfterFunc(20*time.Second, func() { _ = program.Process.Kill() })
		_ = program.Wait()
		ended.Stop()
	})
	b.in, b.out = in, bufio.NewScanner(out)
	if !b.out.Scan() || json.Unmarshal(b.out.Bytes(), b) != nil {
		t.Fatalf("Bluesky does not start, `make test` installs it: %s", problems.String())
	}
	b.client = New(Settings{Bluesky: &BlueskySettings{Server: b.PDS, Directory: b.PLC}, Local: true, Now: time.Now}).networks[Bluesky].(*BlueskyClient)
	return b
}

// ownDatabase is a database that ends with the test.
func ownDatabase(t *testing.T, server string) string {
	t.Helper()
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	name := "bluesky_" + strings.ToLower(rand.Text())
	if _, err := db.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = db.Exec("DROP DATABASE " + name + " WITH (FORCE)")
		_ = db.Close()
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path, u.RawQuery = "/"+name, ""
	return u.String()
}

func startRedis(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	_, port, _ := net.SplitHostPort(address)
	redis := exec.Command("redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
	out, err := redis.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := redis.Start(); err != nil {
		t.Fatalf("redis-server is needed beside PostgreSQL, `make test` installs it: %v", err)
	}
	t.Cleanup(func() {
		_ = redis.Process.Kill()
		_ = redis.Wait()
	})
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.Contains(lines.Text(), "Ready to accept") {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return address
		}
	}
	t.Fatal("redis-server does not start")
	return ""
}

// settle waits until all that was written is known everywhere.
func (b *realBluesky) settle() {
	b.t.Helper()
	fmt.Fprintln(b.in)
	if !b.out.Scan() {
		b.t.Fatal("Bluesky has gone")
	}
}

// raw calls the server as any other client does.
func (b *realBluesky) raw(token, method, name string, body, into any) {
	b.t.Helper()
	text, _ := json.Marshal(body)
	r, _ := http.NewRequest(method, b.PDS+"/xrpc/"+name, bytes.NewReader(text))
	if body == nil {
		r, _ = http.NewRequest(method, b.PDS+"/xrpc/"+name, nil)
	} else {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer a.Body.Close()
	answer, _ := io.ReadAll(a.Body)
	if a.StatusCode != http.StatusOK {
		b.t.Fatalf("%s: %s", name, answer)
	}
	if into != nil {
		if err := json.Unmarshal(answer, into); err != nil {
			b.t.Fatal(err)
		}
	}
}

// somebody opens an account, and gives its own password's token with a password for an app.
func (b *realBluesky) somebody(name string) (token, password string) {
	b.t.Helper()
	var account struct{ AccessJwt, DID string }
	b.raw("", "POST", "com.atproto.server.createAccount", map[string]any{"handle": name + ".test", "email": name + "@example.com", "password": "own-" + name}, &account)
	var made struct{ Password string }
	b.raw(account.AccessJwt, "POST", "com.atproto.server.createAppPassword", map[string]any{"name": "till"}, &made)
	return account.AccessJwt, made.Password
}

func (b *realBluesky) enter(handle, password string) Grant {
	b.t.Helper()
	grant, err := b.client.Enter(b.t.Context(), "", handle, password)
	if err != nil {
		b.t.Fatalf("%s does not get in: %v", handle, err)
	}
	return *grant
}

func (b *realBluesky) posts(grant Grant) []record {
	b.t.Helper()
	var page struct{ Records []record }
	b.raw(grant.Access, "GET", "com.atproto.repo.listRecords?collection="+postCollection+"&repo="+grant.Account, nil, &page)
	return page.Records
}

func (b *realBluesky) publish(grant Grant, message Message) *Published {
	b.t.Helper()
	out, err := b.client.Publish(b.t.Context(), grant, message)
	if err != nil {
		b.t.Fatalf("%q is not published: %v", message.Text, err)
	}
	return out
}

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
	b.settle()
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
	b.settle() // nobody answers what they have not seen
	reply := b.publish(fan, Message{Text: "#BuyMug x2", ReplyTo: &Ref{ID: offer.ID}})
	named := b.publish(fan, Message{Text: "Look what @kestrel.test has"})
	b.publish(fan, Message{Text: "of no concern"})
	b.raw(fan.Access, "POST", "com.atproto.repo.createRecord", map[string]any{"repo": fan.Account, "collection": "app.bsky.feed.like", "record": map[string]any{
		"$type": "app.bsky.feed.like", "subject": map[string]any{"uri": offer.ID, "cid": offer.Version}, "createdAt": time.Now().UTC().Format(time.RFC3339),
	}}, nil)
	b.settle()
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
	b.settle()
	b.publish(fan, Message{Text: "CONFIRM K7QM", ReplyTo: &Ref{ID: answer.ID}})
	b.settle()
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
	b.raw(token, "POST", "com.atproto.server.revokeAppPassword", map[string]any{"name": "till"}, nil)
	_, err = b.client.Refresh(ctx, shop)
	kindIs(t, "renewed after the password was taken back", err, SignInExpired)
	fresh.Access = "none"
	_, err = b.client.Publish(ctx, fresh, Message{Text: "With a token that is none"})
	kindIs(t, "a token that is none", err, SignInExpired)
}
