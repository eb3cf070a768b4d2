package sandbox

import (
	"bytes"
	"database/sql"
	"encoding/base64"
	"errors"
	"image"
	_ "image/gif"  // the kinds of pictures that X takes
	_ "image/jpeg" // …
	_ "image/png"  // …
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// What X takes of a picture.
const (
	largestPicture = 5 << 20
	longestAlt     = 1000
	mediaLives     = 24 * time.Hour
)

var pictureTypes = []string{"image/jpeg", "image/png", "image/gif", "image/webp"}

// initializeMedia is POST /2/media/upload/initialize.
func initializeMedia(r *xrequest) (object, error) {
	kind, size := str(r.body, "media_type"), num(r.body, "total_bytes")
	switch {
	case !slices.Contains(pictureTypes, kind):
		return nil, invalidRequest("media_type", kind, "The sandbox takes pictures alone: %v.", pictureTypes)
	case size <= 0 || size > largestPicture:
		return nil, invalidRequest("total_bytes", strconv.FormatInt(size, 10), "A picture has 1 to %d bytes.", largestPicture)
	}
	id, err := r.nextID()
	if err != nil {
		return nil, err
	}
	_, err = r.db.ExecContext(r.ctx, `INSERT INTO x_media (id, owner, type, size, body, next, ready, width, height, alt, expires) VALUES (?, ?, ?, ?, x'', 0, 0, 0, 0, '', ?)`,
		id, r.me.ID, kind, size, milliseconds(r.now.Add(mediaLives)))
	return object{"data": object{"id": idText(id), "media_key": mediaKey(id), "expires_after_secs": int64(mediaLives / time.Second)}}, err
}

// xUpload is media on its way.
type xUpload struct {
	id, size, next, width, height int64
	kind, alt                     string
	body                          []byte
	ready                         bool
}

// media finds media of one's own that have not run out.
func (r *xrequest) media(text string) (*xUpload, error) {
	id, _ := readID(text)
	m := &xUpload{id: id}
	err := r.db.QueryRowContext(r.ctx, `SELECT type, size, body, next, ready, width, height, alt FROM x_media WHERE id = ? AND owner = ? AND expires > ?`, id, r.me.ID, milliseconds(r.now)).
		Scan(&m.kind, &m.size, &m.body, &m.next, &m.ready, &m.width, &m.height, &m.alt)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, notThere("media", "id", text)
	}
	return m, err
}

// appendMedia is POST /2/media/upload/{id}/append: multipart, or JSON with base64.
func appendMedia(r *xrequest) (object, error) {
	m, err := r.media(r.http.PathValue("id"))
	if err != nil {
		return nil, err
	}
	segment, data, err := r.segment()
	switch {
	case err != nil:
		return nil, err
	case m.ready || segment != m.next:
		return nil, invalidRequest("segment_index", strconv.FormatInt(segment, 10), "Segments come in order, each once; the next is %d.", m.next)
	case int64(len(m.body)+len(data)) > m.size:
		return nil, invalidRequest("media", "", "There is more than the %d bytes that were announced.", m.size)
	}
	_, err = r.db.ExecContext(r.ctx, `UPDATE x_media SET body = CAST(body || ? AS BLOB), next = next + 1 WHERE id = ?`, data, m.id)
	return object{"data": object{"expires_at": r.now.Add(mediaLives).Unix()}}, err
}

// segment reads what an append carries.
func (r *xrequest) segment() (int64, []byte, error) {
	if r.body != nil {
		data, err := base64.StdEncoding.DecodeString(str(r.body, "media"))
		if err != nil || len(data) == 0 {
			return 0, nil, invalidRequest("media", "", "The segment is not in base64.")
		}
		return num(r.body, "segment_index"), data, nil
	}
	_, values, err := mime.ParseMediaType(r.http.Header.Get("Content-Type"))
	if err != nil {
		return 0, nil, invalidRequest("media", "", "The body is neither JSON nor multipart.")
	}
	form, err := multipart.NewReader(bytes.NewReader(r.raw), values["boundary"]).ReadForm(largestXBody)
	if err != nil || len(form.Value["segment_index"]) == 0 || len(form.File["media"]) == 0 {
		return 0, nil, invalidRequest("media", "", "The form has no fields segment_index and media.")
	}
	index, err := strconv.ParseInt(form.Value["segment_index"][0], 10, 64)
	if err != nil {
		return 0, nil, invalidRequest("segment_index", form.Value["segment_index"][0], "This is no number.")
	}
	file, err := form.File["media"][0].Open()
	if err != nil {
		return 0, nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	return index, data, err
}

// finalizeMedia is POST /2/media/upload/{id}/finalize.
func finalizeMedia(r *xrequest) (object, error) {
	m, err := r.media(r.http.PathValue("id"))
	if err != nil {
		return nil, err
	}
	if int64(len(m.body)) != m.size {
		return nil, invalidRequest("id", idText(m.id), "%d of %d bytes came.", len(m.body), m.size)
	}
	shown := object{}
	if m.kind != "image/webp" {
		picture, name, err := image.DecodeConfig(bytes.NewReader(m.body))
		if err != nil || "image/"+name != m.kind {
			return nil, invalidRequest("media", "", "This is not a picture of the type %s.", m.kind)
		}
		m.width, m.height = int64(picture.Width), int64(picture.Height)
		shown = object{"image_type": m.kind, "w": m.width, "h": m.height}
	}
	_, err = r.db.ExecContext(r.ctx, `UPDATE x_media SET ready = 1, width = ?, height = ? WHERE id = ?`, m.width, m.height, m.id)
	return object{"data": object{"id": idText(m.id), "media_key": mediaKey(m.id), "size": m.size, "expires_after_secs": int64(mediaLives / time.Second), "image": shown}}, err
}

// describeMedia is POST /2/media/metadata: the alt text.
func describeMedia(r *xrequest) (object, error) {
	m, err := r.media(str(r.body, "id"))
	if err != nil {
		return nil, err
	}
	alt := str(sub(sub(r.body, "metadata"), "alt_text"), "text")
	if alt == "" || len([]rune(alt)) > longestAlt {
		return nil, invalidRequest("metadata.alt_text.text", "", "An alt text has 1 to %d characters.", longestAlt)
	}
	_, err = r.db.ExecContext(r.ctx, `UPDATE x_media SET alt = ? WHERE id = ?`, alt, m.id)
	return object{"data": object{"id": idText(m.id), "associated_metadata": object{"alt_text": object{"text": alt}}}}, err
}

// checkMedia refuses to post what is not ready, is somebody else's, or too much.
func (c *xcall) checkMedia(me *xPerson, ids []int64) error {
	if len(ids) > 4 {
		return invalidRequest("media.media_ids", "", "A post has 4 pictures at most.")
	}
	for _, id := range ids {
		ready, err := c.number(`SELECT ready FROM x_media WHERE id = ? AND owner = ? AND expires > ?`, id, me.ID, milliseconds(c.now))
		if err != nil {
			return err
		}
		if ready == 0 {
			return invalidRequest("media.media_ids", idText(id), "Your media IDs are invalid.")
		}
	}
	return nil
}

// shownMedia is media as the API shows it.
func (r *xrequest) shownMedia(id int64) (object, error) {
	fields := r.asked("media")
	o := object{"media_key": mediaKey(id), "type": "photo"}
	var width, height int64
	var alt string
	err := r.db.QueryRowContext(r.ctx, `SELECT width, height, alt FROM x_media WHERE id = ?`, id).Scan(&width, &height, &alt)
	for name, value := range map[string]any{"url": r.x.url("/media/" + idText(id)), "width": width, "height": height, "alt_text": alt} {
		if fields[name] && value != "" {
			o[name] = value
		}
	}
	return o, err
}

// showMedia is a picture of a post, for the pages.
func (x *X) showMedia(w http.ResponseWriter, r *http.Request) {
	var kind string
	var body []byte
	id, _ := readID(r.PathValue("id"))
	err := x.sb.read.QueryRowContext(r.Context(), `SELECT type, body FROM x_media WHERE id = ? AND ready = 1`, id).Scan(&kind, &body)
	x.showPicture(w, r, kind, body, err)
}

func (x *X) showPicture(w http.ResponseWriter, r *http.Request, kind string, body []byte, err error) {
	switch {
	case errors.Is(err, sql.ErrNoRows):
		x.sb.notFound(w, r)
	case err != nil:
		x.sb.broken(w, r, err)
	default:
		w.Header().Set("Content-Type", kind)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		w.Header().Set("Cache-Control", "max-age=86400")
		w.Write(body)
	}
}
