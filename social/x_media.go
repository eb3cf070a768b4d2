package social

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
)

// xSegment is how much of a picture is sent at a time.
const xSegment = 1 << 20

// Upload sends a picture with its description, for a post that carries it instead of a link's card; its id goes into
// Message.Media.
func (x *XClient) Upload(ctx context.Context, grant Grant, picture []byte, kind, alt string) (string, error) {
	var begun struct {
		Data struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	a, err := x.call(ctx, grant, "POST /2/media/upload/initialize", request{
		method: http.MethodPost, url: "/2/media/upload/initialize", body: map[string]any{"media_type": kind, "total_bytes": len(picture), "media_category": "tweet_image"},
	})
	if err != nil {
		return "", err
	}
	if err := x.wire.into(a, &begun, false); err != nil {
		return "", err
	}
	id := begun.Data.ID
	if id == "" {
		return "", &Error{Network: X, Kind: Temporary, Detail: "the answer names no picture"}
	}
	path := "/2/media/upload/" + url.PathEscape(id)
	for i := 0; i*xSegment < len(picture); i++ {
		var form bytes.Buffer
		out := multipart.NewWriter(&form)
		_ = out.WriteField("segment_index", strconv.Itoa(i))
		part, _ := out.CreateFormFile("media", "picture")
		_, _ = part.Write(picture[i*xSegment : min((i+1)*xSegment, len(picture))])
		_ = out.Close() // a buffer takes everything
		body := attachment{out.FormDataContentType(), &form}
		if _, err := x.call(ctx, grant, "POST /2/media/upload/:id/append", request{method: http.MethodPost, url: path + "/append", body: body}); err != nil {
			return "", err
		}
	}
	if _, err := x.call(ctx, grant, "POST /2/media/upload/:id/finalize", request{method: http.MethodPost, url: path + "/finalize"}); err != nil {
		return "", err
	}
	if alt != "" {
		body := map[string]any{"id": id, "metadata": map[string]any{"alt_text": map[string]any{"text": alt}}}
		if _, err := x.call(ctx, grant, "POST /2/media/metadata", request{method: http.MethodPost, url: "/2/media/metadata", body: body}); err != nil {
			return "", err
		}
	}
	return id, nil
}
