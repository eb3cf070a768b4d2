package sandbox_test

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/png"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// picture is a PNG of a size, in one colour.
func picture(t *testing.T, width, height int, shade uint8) []byte {
	t.Helper()
	drawn := image.NewGray(image.Rect(0, 0, width, height))
	for i := range drawn.Pix {
		drawn.Pix[i] = color.Gray{shade}.Y
	}
	var out bytes.Buffer
	if err := png.Encode(&out, drawn); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// upload sends a picture in two segments, one in each of the ways, and gives its id.
func (a *xAPI) upload(data []byte) string {
	t := a.f.t
	t.Helper()
	begun := a.call(http.MethodPost, "/2/media/upload/initialize", map[string]any{"media_type": "image/png", "total_bytes": len(data), "media_category": "tweet_image"})
	id := begun.text("data", "id")
	if begun.status != http.StatusOK || begun.text("data", "media_key") != "3_"+id {
		t.Fatalf("initialize answers %d: %v", begun.status, begun.body)
	}
	half := len(data) / 2
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("segment_index", "0")
	part, _ := form.CreateFormFile("media", "blob")
	_, _ = part.Write(data[:half])
	_ = form.Close()
	r, err := http.NewRequest(http.MethodPost, a.f.x.URL+"/2/media/upload/"+id+"/append", &body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+a.token)
	r.Header.Set("Content-Type", form.FormDataContentType())
	if s := a.do(r); s.status != http.StatusOK {
		t.Fatalf("a multipart append answers %d: %v", s.status, s.body)
	}
	if s := a.call(http.MethodPost, "/2/media/upload/"+id+"/finalize", nil); s.status != http.StatusBadRequest {
		t.Errorf("half a picture is finalized: %d", s.status)
	}
	rest := map[string]any{"segment_index": 1, "media": base64.StdEncoding.EncodeToString(data[half:])}
	if s := a.call(http.MethodPost, "/2/media/upload/"+id+"/append", rest); s.status != http.StatusOK {
		t.Fatalf("an append answers %d: %v", s.status, s.body)
	}
	return id
}

// TestXMedia: a picture goes up in parts, gets its words, and stands in a post.
func TestXMedia(t *testing.T) {
	f := newFeed(t)
	kestrel := f.user("maisonkestrel")
	data := picture(t, 40, 30, 90)
	id := kestrel.upload(data)
	if s := kestrel.try("Too early", "media", map[string]any{"media_ids": []string{id}}); s.status != http.StatusBadRequest {
		t.Errorf("a picture that is not finalized: %d %v", s.status, s.body)
	}
	if s := kestrel.call(http.MethodPost, "/2/media/upload/"+id+"/finalize", nil); s.status != http.StatusOK || s.at("data", "image", "w") != 40.0 || s.at("data", "size") != float64(len(data)) {
		t.Fatalf("finalize answers %d: %v", s.status, s.body)
	}
	alt := map[string]any{"id": id, "metadata": map[string]any{"alt_text": map[string]any{"text": "A grey <sheet>"}}}
	if s := kestrel.call(http.MethodPost, "/2/media/metadata", alt); s.text("data", "associated_metadata", "alt_text", "text") != "A grey <sheet>" {
		t.Errorf("metadata answers %v", s.body)
	}
	if s := f.user("lucbernard").try("Not mine", "media", map[string]any{"media_ids": []string{id}}); s.status != http.StatusBadRequest {
		t.Errorf("another's picture: %d", s.status)
	}
	post := kestrel.tweet("With a picture", "media", map[string]any{"media_ids": []string{id}})
	s := kestrel.get("/2/tweets/" + post + "?tweet.fields=attachments&expansions=attachments.media_keys&media.fields=url,alt_text,width")
	if s.text("data", "attachments", "media_keys", 0) != "3_"+id || s.text("includes", "media", 0, "alt_text") != "A grey <sheet>" || s.at("includes", "media", 0, "width") != 40.0 {
		t.Errorf("the post is %v", s.body)
	}
	if shown := f.browser().get(s.text("includes", "media", 0, "url")); shown.body != string(data) || shown.header.Get("Content-Type") != "image/png" {
		t.Errorf("the picture comes back as %s", shown.header.Get("Content-Type"))
	}
	if page := f.browser().get(f.x.URL + "/maisonkestrel/status/" + post); !strings.Contains(page.body, `alt="A grey &lt;sheet&gt;"`) {
		t.Error("the page does not show it")
	}
}

// TestXRefusesMedia: what is none, too large, in the wrong order.
func TestXRefusesMedia(t *testing.T) {
	f := newFeed(t)
	kestrel := f.user("maisonkestrel")
	begin := func(kind string, size int) said {
		return kestrel.call(http.MethodPost, "/2/media/upload/initialize", map[string]any{"media_type": kind, "total_bytes": size})
	}
	for name, s := range map[string]said{"a film": begin("video/mp4", 1000), "nothing": begin("image/png", 0), "6 MB": begin("image/png", 6<<20)} {
		if s.status != http.StatusBadRequest {
			t.Errorf("%s: %d %v", name, s.status, s.body)
		}
	}
	text := []byte("this is no picture at all")
	id := begin("image/png", len(text)).text("data", "id")
	send := func(index int, data []byte) said {
		return kestrel.call(http.MethodPost, "/2/media/upload/"+id+"/append", map[string]any{"segment_index": index, "media": base64.StdEncoding.EncodeToString(data)})
	}
	for name, s := range map[string]said{"the second first": send(1, text), "more than announced": send(0, append([]byte("x"), text...))} {
		if s.status != http.StatusBadRequest {
			t.Errorf("%s: %d %v", name, s.status, s.body)
		}
	}
	if s := send(0, text); s.status != http.StatusOK {
		t.Fatal(strconv.Itoa(s.status))
	}
	if s := kestrel.call(http.MethodPost, "/2/media/upload/"+id+"/finalize", nil); s.status != http.StatusBadRequest {
		t.Errorf("words as a picture: %d %v", s.status, s.body)
	}
	if s := kestrel.call(http.MethodPost, "/2/media/upload/1/finalize", nil); s.status != http.StatusNotFound {
		t.Errorf("no such media: %d %v", s.status, s.body)
	}
}
