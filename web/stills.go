package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/static"
	"github.com/tillbird/tillbird/views"
)

// still is an offer's public page as it was rendered: compressed, for everybody who reads its language. It follows
// the device's theme and holds nothing of the one who asked.
type still struct {
	offerID string
	stamp   models.Stamp
	made    time.Time
	until   time.Time // when the page says something else by the clock alone
	status  int
	small   []byte // gzip
	tag     string
	known   []header // what an answer carries to readers who have the page
	whole   []header // and to those who get it compressed
}

type stillKey struct{ slug, lang string }

// stills keeps rendered offer pages. A change drops the page it concerns before whoever made the change has an answer.
// Where other processes change the database too, a page is made anew after stillLasts.
type stills struct {
	mu     sync.RWMutex
	pages  map[stillKey]*still
	most   int
	making singleflight.Group
}

const (
	stillsMost  = 4_000 // about six kilobytes each
	stillLasts  = time.Second
	stillOldest = 24 * time.Hour          // how long a page may stand in for one that the database cannot give
	stillWaits  = 1500 * time.Millisecond // how long a reader waits for the database where an older page is at hand
)

func newStills(most int) *stills { return &stills{pages: map[stillKey]*still{}, most: most} }

func (c *stills) get(key stillKey) *still {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.pages[key]
}

func (c *stills) put(key stillKey, page *still) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for old := range c.pages {
		if len(c.pages) < c.most {
			break
		}
		delete(c.pages, old)
	}
	c.pages[key] = page
}

// fresh tells whether a page still says what the database would.
func (s *Server) fresh(page *still, now time.Time) bool {
	if page == nil || page.stamp != s.store.StampOf(page.offerID) || now.Before(page.made) {
		return false
	}
	return now.Before(page.until) && (!s.store.Shared() || now.Sub(page.made) < stillLasts)
}

// stillOf is the offer's page for this reader: kept, or made once for all who ask at the same time. While the database is
// away an older one stands in: reading must not end because buying has to wait.
func (s *Server) stillOf(v *visit, slug string) (*still, error) {
	key := stillKey{slug, v.W.Lang()}
	now := s.store.Now()
	kept := s.stills.get(key)
	if s.fresh(kept, now) {
		return kept, nil
	}
	ctx := context.WithoutCancel(v.ctx()) // others may wait for the same page
	if kept != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, stillWaits)
		defer cancel()
	}
	made, err, _ := s.stills.making.Do(slug+" "+key.lang, func() (any, error) {
		if page := s.stills.get(key); s.fresh(page, now) {
			return page, nil
		}
		page, err := s.makeStill(ctx, v, slug, kept)
		if err == nil {
			s.stills.put(key, page)
		}
		return page, err
	})
	switch {
	case err == nil:
		return made.(*still), nil
	case kept != nil && models.Unavailable(err) && now.Sub(kept.made) < stillOldest:
		s.log.Warn("an older page stands in", "id", requestID(v), "slug", slug, "error", err.Error())
		return kept, nil
	}
	return nil, err
}

// makeStill renders the page. The stamp is taken before anything is read, so that a change in between makes it stale.
func (s *Server) makeStill(ctx context.Context, v *visit, slug string, kept *still) (*still, error) {
	page := &still{made: s.store.Now()}
	if kept != nil {
		page.offerID = kept.offerID
	} else if id, err := s.store.OfferID(ctx, slug); err != nil {
		return nil, err
	} else {
		page.offerID = id
	}
	page.stamp = s.store.StampOf(page.offerID)
	asked := v.Request()
	v.SetRequest(asked.WithContext(ctx))
	defer v.SetRequest(asked)
	fan, err := s.fanPage(v, slug)
	if err != nil {
		return nil, err
	}
	page.status, page.until = fan.status(), changesAt(&fan.offer.Offer.Offer, page.made)
	var plain bytes.Buffer
	if err := views.PublicOfferPage(fan.frame, fan.offer, views.BuyForm{}).Render(ctx, &plain); err != nil {
		return nil, err
	}
	s.seal(page, plain.Bytes(), s.policy.still)
	return page, nil
}

// seal puts a page into the form that answers share.
func (s *Server) seal(page *still, plain []byte, policy string) {
	page.small = squeezed(plain)
	whole := s.common.Clone()
	whole.Set("Content-Security-Policy", policy)
	whole.Set("Cache-Control", "private, no-cache")
	whole.Set("Vary", "Accept-Language, Cookie, Accept-Encoding")
	whole.Set("Content-Type", "text/html; charset=UTF-8")
	sum := sha256.New()
	_ = whole.Write(sum) // a browser keeps the headers with the page, so the tag is of both
	_, _ = sum.Write(plain)
	page.tag = `"` + hex.EncodeToString(sum.Sum(nil)[:12]) + `"`
	whole.Set("Etag", page.tag)
	page.known = sharedLines(http.Header{"Cache-Control": whole["Cache-Control"], "Vary": whole["Vary"], "Etag": whole["Etag"]})
	whole.Set("Content-Encoding", "gzip")
	whole.Set("Content-Length", strconv.Itoa(len(page.small)))
	page.whole = sharedLines(whole)
}

// squeezers are kept, because a new one costs more than a page. They work at their fastest: half the time of the best,
// which would spare two hundred bytes, no packet, of a page that is made anew with each sale.
var squeezers = sync.Pool{New: func() any {
	squeezer, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is a constant, so it cannot fail
	return squeezer
}}

// squeezed is a page compressed.
func squeezed(plain []byte) []byte {
	var small bytes.Buffer
	squeezer := squeezers.Get().(*gzip.Writer)
	defer squeezers.Put(squeezer)
	squeezer.Reset(&small)
	_, _ = squeezer.Write(plain) // into memory, which does not fail
	_ = squeezer.Close()
	return small.Bytes()
}

// changesAt is the next time at which an offer begins or ends; pages without one are looked at again after an hour.
func changesAt(offer *models.Offer, now time.Time) time.Time {
	next := now.Add(time.Hour)
	for _, at := range []*time.Time{offer.StartsAt, offer.EndsAt} {
		if at != nil && at.After(now) && at.Before(next) {
			next = *at
		}
	}
	return next
}

// answer sends the page to a reader whom the lane left to the router.
func (p *still) answer(v *visit) error {
	w, r := v.Response(), v.Request()
	if static.AcceptsGzip(r.Header.Get("Accept-Encoding")) || p.status == http.StatusOK && static.Matches(r.Header.Get("If-None-Match"), p.tag) {
		p.write(w, r)
		return nil
	}
	for _, line := range p.whole {
		if line.name != "Content-Encoding" && line.name != "Content-Length" {
			w.Header()[line.name] = line.value
		}
	}
	plain, err := gzip.NewReader(bytes.NewReader(p.small))
	if err != nil {
		return err
	}
	w.WriteHeader(p.status)
	_, err = io.Copy(w, plain)
	return err
}
