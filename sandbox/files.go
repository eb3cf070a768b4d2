package sandbox

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
)

// What Stripe takes as evidence: a PDF, a JPEG or a PNG, up to five megabytes.
const (
	evidenceMost = 5 << 20
	bodyMost     = 1 << 20 // of a request without a file
)

// upload is the file that came with a request.
type upload struct {
	name    string
	content []byte
}

// bodyOf reads the form of a request, and the file of one that brings a file. In the form the digest of the content
// stands for it: an idempotency key is bound to that too.
func bodyOf(r *http.Request) (url.Values, *upload, *failure) {
	kind, about, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "multipart/form-data" {
		return multipartOf(multipart.NewReader(io.LimitReader(r.Body, 2*evidenceMost), about["boundary"]))
	}
	text, err := io.ReadAll(io.LimitReader(r.Body, bodyMost+1))
	if err != nil || len(text) > bodyMost {
		return nil, nil, wrong("", "", "The body of the request could not be read, or is larger than a megabyte.")
	}
	form, err := url.ParseQuery(string(text))
	if err != nil {
		return nil, nil, wrong("", "", "Invalid request: the body is not a form.")
	}
	return form, nil, nil
}

func multipartOf(parts *multipart.Reader) (url.Values, *upload, *failure) {
	form := url.Values{}
	var file *upload
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return form, file, nil
		}
		if err != nil {
			return nil, nil, wrong("", "", "The body of the request could not be read, or is larger than Stripe takes.")
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, nil, wrong("", "", "The body of the request could not be read, or is larger than Stripe takes.")
		}
		if part.FileName() == "" {
			form.Add(part.FormName(), string(content))
			continue
		}
		sum := sha256.Sum256(content)
		form.Set(part.FormName(), hex.EncodeToString(sum[:]))
		file = &upload{part.FileName(), content}
	}
}

// fileTypes are the beginnings of the files that may be evidence.
var fileTypes = []struct{ name, media, begins string }{
	{"pdf", "application/pdf", "%PDF-"},
	{"jpg", "image/jpeg", "\xff\xd8\xff"},
	{"png", "image/png", "\x89PNG\r\n\x1a\n"},
}

func createFile(c *call) (object, error) {
	switch {
	case c.upload == nil:
		return nil, wrong("file", "parameter_missing", "Missing required param: file.")
	case str(c.params, "purpose") != "dispute_evidence":
		return nil, wrong("purpose", "", "The sandbox takes files of the purpose dispute_evidence alone.")
	case len(c.upload.content) == 0:
		return nil, wrong("file", "", "The file is empty.")
	case len(c.upload.content) > evidenceMost:
		return nil, wrong("file", "", "The file is larger than 5 MB, the most for the purpose dispute_evidence.")
	}
	var name string
	for _, t := range fileTypes {
		if bytes.HasPrefix(c.upload.content, []byte(t.begins)) {
			name = t.name
		}
	}
	if name == "" {
		return nil, wrong("file", "", "Invalid file type: for the purpose dispute_evidence it must be a PDF, JPEG or PNG.")
	}
	id := "file_1" + random(23)
	file := object{
		"id": id, "object": "file", "created": c.now, "expires_at": nil, "filename": c.upload.name,
		"links":   object{"object": "list", "data": []any{}, "has_more": false, "url": "/v1/file_links?file=" + id},
		"purpose": c.params["purpose"], "size": int64(len(c.upload.content)), "title": nil, "type": name,
		"url": c.sb.url("/v1/files/" + id + "/contents"),
	}
	if _, err := c.db.ExecContext(c.ctx, `INSERT INTO contents (file, content) VALUES (?, ?)`, id, c.upload.content); err != nil {
		return nil, err
	}
	return file, c.insert(id, file)
}

func getFile(c *call) (object, error) { return c.named("file", "file upload", c.path("file")) }

func listFiles(c *call) (object, error) { return c.page("file", c.by("purpose")...) }

// checkEvidenceFile says why a file cannot be evidence.
func (c *call) checkEvidenceFile(name, id string) error {
	file, err := c.find("file", id)
	switch {
	case err != nil:
		return err
	case file == nil:
		return unknown("evidence["+name+"]", "file upload", id)
	case str(file, "purpose") != "dispute_evidence":
		return wrong("evidence["+name+"]", "", "The file %s is not of the purpose dispute_evidence.", id)
	}
	return nil
}

// showContents gives the bytes of a file to whoever has the key, as files.stripe.com does.
func (sb *Sandbox) showContents(w http.ResponseWriter, r *http.Request) {
	id := "req_" + random(14)
	w.Header().Set("Request-Id", id)
	if fail := sb.checkKey(r); fail != nil {
		answerFailure(w, fail, id)
		return
	}
	var content []byte
	err := sb.look(r.Context(), func(c *call) error {
		return c.db.QueryRowContext(c.ctx, `SELECT content FROM contents WHERE file = ?`, r.PathValue("file")).Scan(&content)
	})
	if err != nil {
		answerFailure(w, missing("file upload", r.PathValue("file")), id)
		return
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	for _, t := range fileTypes {
		if strings.HasPrefix(string(content[:min(8, len(content))]), t.begins) {
			w.Header().Set("Content-Type", t.media)
		}
	}
	w.Write(content)
}
