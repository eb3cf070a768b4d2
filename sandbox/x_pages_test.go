package sandbox_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// as is a browser of somebody's.
func (f *feed) as(handle string) *browser {
	b := f.browser()
	cookies := http.Header{"Cookie": {"sandbox_x_person=" + handle}}
	b.http.Transport = withHeader{cookies}
	return b
}

type withHeader struct{ header http.Header }

func (h withHeader) RoundTrip(r *http.Request) (*http.Response, error) {
	for name, values := range h.header {
		r.Header[name] = values
	}
	return http.DefaultTransport.RoundTrip(r)
}

// TestXTimeline: one signs in with one click, writes, answers, likes, reposts and quotes, in both languages.
func TestXTimeline(t *testing.T) {
	f := newFeed(t)
	empty := f.browser().get(f.x.URL)
	if !empty.has("Nobody has posted yet") || !empty.has("Who are you?") {
		t.Fatalf("the empty timeline: %s", empty.body)
	}
	end := f.browser().post(f.x.URL+"/session", url.Values{"person": {"mira_okafor"}, "back": {"/?all=1"}})
	if end.location != "/?all=1" || !strings.HasPrefix(end.header.Get("Set-Cookie"), "sandbox_x_person=mira_okafor;") {
		t.Errorf("signing in leads to %q with %q", end.location, end.header.Get("Set-Cookie"))
	}
	post := f.write("maisonkestrel", "Hello <b>all</b> & @mira_okafor #Tea")
	path := "/maisonkestrel/status/" + post
	mira := f.as("mira_okafor")
	home := mira.get(f.x.URL)
	for _, want := range []string{"Hello &lt;b&gt;all&lt;/b&gt; &amp; ", `href="/mira_okafor">@mira_okafor</a>`, `href="/?q=%23Tea">#Tea</a>`, `<option value="mira_okafor" selected>`} {
		if !home.has(want) {
			t.Errorf("the timeline has no %s", want)
		}
	}
	if csp := home.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "script") || strings.Contains(csp, "unsafe") {
		t.Errorf("its policy is %s", csp)
	}
	if end := mira.post(f.x.URL+"/posts/"+post+"/likes", url.Values{"back": {path}}); end.location != path+"#p"+post {
		t.Errorf("liking leads to %q", end.location)
	}
	mira.post(f.x.URL+"/posts/"+post+"/likes", url.Values{"back": {path}})
	mira.post(f.x.URL+"/posts/"+post+"/reposts", url.Values{"back": {path}})
	reply := mira.post(f.x.URL+"/posts", url.Values{"text": {"two please\r\nthank you"}, "in_reply_to": {post}, "back": {path}})
	if !strings.HasPrefix(reply.location, path+"#p") {
		t.Errorf("answering leads to %q", reply.location)
	}
	mira.post(f.x.URL+"/posts", url.Values{"text": {"Look"}, "quote": {post}, "back": {"//evil.example"}})
	status := mira.get(f.x.URL + path)
	for _, want := range []string{"two please\nthank you", "1 so far", `aria-pressed="true"`, `Replying to <a href="/maisonkestrel">@maisonkestrel</a>`} {
		if !status.has(want) {
			t.Errorf("the post's page has no %s", want)
		}
	}
	s := f.app().get("/2/tweets/" + post + "?tweet.fields=public_metrics")
	for name, want := range map[string]float64{"like_count": 1, "retweet_count": 1, "reply_count": 1, "quote_count": 1} {
		if s.at("data", "public_metrics", name) != want {
			t.Errorf("%s is %v", name, s.at("data", "public_metrics", name))
		}
	}
	if n, _ := s.at("data", "public_metrics", "impression_count").(float64); n < 2 {
		t.Errorf("it was seen %v times", n)
	}
	mira.post(f.x.URL+"/posts/"+post+"/likes", url.Values{"back": {path}, "off": {"1"}})
	mira.post(f.x.URL+"/posts/"+post+"/reposts", url.Values{"back": {path}, "off": {"1"}})
	if s := f.app().get("/2/tweets/" + post + "?tweet.fields=public_metrics"); s.at("data", "public_metrics", "like_count") != 0.0 || s.at("data", "public_metrics", "retweet_count") != 0.0 {
		t.Errorf("taken back: %v", s.body)
	}
	if end := mira.post(f.x.URL+"/posts/"+post+"/removal", url.Values{}); end.status != http.StatusSeeOther || f.browser().get(f.x.URL+path).status != http.StatusOK {
		t.Error("another's post was deleted")
	}
	if end := f.browser().post(f.x.URL+"/posts/"+post+"/likes", url.Values{"back": {path}}); end.location != "/people?back="+url.QueryEscape(path) {
		t.Errorf("nobody liking leads to %q", end.location)
	}
	f.as("maisonkestrel").post(f.x.URL+"/posts/"+post+"/removal", url.Values{})
	if gone := f.browser().get(f.x.URL + path); gone.status != http.StatusNotFound {
		t.Errorf("a deleted post answers %d", gone.status)
	}
	if home := mira.get(f.x.URL); !home.has("This post is no longer there.") {
		t.Error("the quote of a deleted post does not say so")
	}
	mira.lang = "fr"
	for address, want := range map[string]string{"/": "Le fil", "/mira_okafor": "Publications\u00a0: 2", "/people": "Qui êtes-vous\u202f?", "/intent/post": "Écrire une publication", "/nobody": "Il n’y a rien ici"} {
		if page := mira.get(f.x.URL + address); !page.has(want) || page.has(">x.") {
			t.Errorf("%s in French has no %q", address, want)
		}
	}
}

// TestXComposer: what a compose link opens, and what comes back when it is not in order.
func TestXComposer(t *testing.T) {
	f := newFeed(t)
	link := "/intent/post?text=" + url.QueryEscape("The mug is back\n") + "&url=" + url.QueryEscape("https://till.example.com/p/abc")
	page := f.browser().get(f.x.URL + link)
	if !page.has("The mug is back\nhttps://till.example.com/p/abc</textarea>") || !page.has("39 of 280") || !page.has("Choose who you are") {
		t.Fatalf("the composer is %s", page.body)
	}
	for want, form := range map[string]url.Values{
		"Choose who you are.": {"text": {"Hello"}}, "Write something first.": {"as": {"lucbernard"}, "text": {"  "}},
		"too long": {"as": {"lucbernard"}, "text": {strings.Repeat("a", 281)}}, "no longer there": {"as": {"lucbernard"}, "text": {"Hello"}, "in_reply_to": {"12"}},
	} {
		if end := f.browser().post(f.x.URL+"/posts", form); end.status != http.StatusUnprocessableEntity || !end.has(want) || !end.has(strings.TrimSpace(form.Get("text"))) {
			t.Errorf("%q: %d %s", want, end.status, end.body)
		}
	}
	old := f.write("lucbernard", "Something to talk about")
	if page := f.browser().get(f.x.URL + "/intent/post?quote=" + old); !page.has("Something to talk about") || !page.has(`name="quote" value="`+old) {
		t.Errorf("a quote is written without what it quotes: %s", page.body)
	}
	if page := f.browser().get(f.x.URL + "/intent/post?in_reply_to=" + old); !page.has("Reply to Luc Bernard") || !page.has(`name="in_reply_to" value="`+old) {
		t.Errorf("an answer is written without what it answers: %s", page.body)
	}
	end := f.browser().post(f.x.URL+"/posts", url.Values{"as": {"maisonkestrel"}, "text": {"The mug is back"}, "back": {"status"}})
	made := f.as("maisonkestrel").get(f.x.URL + end.location)
	path, _, _ := strings.Cut(end.location, "?")
	if !made.has("Posted.") || !made.has(f.x.URL+path) {
		t.Errorf("the new post's page does not give its address: %s", made.body)
	}
	if end := f.browser().post(f.x.URL+"/posts", url.Values{"as": {"maisonkestrel"}, "text": {"The mug is back"}}); !end.has("the same words") {
		t.Errorf("twice: %d", end.status)
	}
}

// TestXNewPeople: anybody can be made, by a handle that is free.
func TestXNewPeople(t *testing.T) {
	f := newFeed(t)
	form := func(handle string) url.Values {
		return url.Values{"handle": {handle}, "name": {"Nadia & Co"}, "kind": {"merchant"}, "back": {"/i/oauth2/authorize?" + f.asking().Encode()}}
	}
	for _, handle := range []string{"", "two words", "a_handle_of_16_xx", "MaisonKestrel", "operator"} {
		if end := f.browser().post(f.x.URL+"/people", form(handle)); end.status != http.StatusUnprocessableEntity {
			t.Errorf("the handle %q: %d", handle, end.status)
		}
	}
	if end := f.browser().post(f.x.URL+"/people", form("@nadia")); end.status != http.StatusSeeOther || !strings.HasPrefix(end.location, "/i/oauth2/authorize?") {
		t.Fatalf("a new person: %d %q", end.status, end.location)
	}
	if s := f.user("nadia").get("/2/users/me"); s.text("data", "name") != "Nadia & Co" {
		t.Errorf("they are %v", s.body)
	}
	if page := f.browser().get(f.x.URL + "/nadia"); !page.has("Nadia &amp; Co") || !page.has("No posts yet.") {
		t.Errorf("their page is %s", page.body)
	}
	if drawn := f.browser().get(f.x.URL + "/faces/nadia"); drawn.header.Get("Content-Type") != "image/svg+xml" || !drawn.has(">N</text>") {
		t.Errorf("their picture is %s", drawn.body)
	}
}
