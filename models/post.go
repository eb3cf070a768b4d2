package models

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Post is an offer published on a network: its text, its short link and what it brought. One without a profile goes out
// by hand, through the network's own composer.
type Post struct {
	ID            string
	ShopID        string
	OfferID       string
	ProfileID     *string
	Code          string // of the short link
	Network       string // x, bluesky, mastodon
	Text          string
	State         string // draft, scheduled, publishing, posted, failed, deleted
	Phase         string // of a drop: teaser, live, ended; else empty
	ScheduledAt   *time.Time
	TryAt         *time.Time // when publishing is tried next
	LeaseUntil    *time.Time // until when somebody is at it
	Attempts      int64
	Reserved      int64  // what publishing costs, counted in ReservedMonth before it is tried
	ReservedMonth string // empty where nothing is counted
	Failure       string // why it is not out, or not gone: the part after post.failure in words
	FailureDetail string // the network's own words
	RemoteID      string
	RemoteVersion string
	RemoteURL     string
	ByUs          bool // published by Tillbird
	Deleting      bool // asked to be deleted from the network
	Clicks        int64
	Visitors      int64 // different people a day, added up
	Impressions   *int64
	Likes         int64
	Replies       int64
	Reposts       int64
	MeasuredAt    *time.Time
	MeasureAt     *time.Time
	Measures      int64
	PostedAt      *time.Time
	CreatedAt     time.Time
}

// When is the time that a post stands under: when it went out, else when it is to, else when it was made.
func (p *Post) When() time.Time {
	switch {
	case p.PostedAt != nil:
		return *p.PostedAt
	case p.ScheduledAt != nil:
		return *p.ScheduledAt
	}
	return p.CreatedAt
}

// Open tells whether a post's text can still be changed.
func (p *Post) Open() bool {
	return p.State == "draft" || p.State == "scheduled" || p.State == "failed"
}

// PostView is a post with its offer, its account, and what it led to and sold, by currency.
type PostView struct {
	Post
	Offer     OfferView
	Profile   *Profile
	Checkouts int64
	Orders    int64
	Gross     []Money
}

// PostCode is the code of the post that a form with this key makes, so that its link can be shown beforehand.
func (s *Store) PostCode(shop *Shop, key string) string {
	return s.sealer.letters("post "+shop.ID, key, PostCodeLength)
}

// PostCodeLength is how long the code of a short link is.
const PostCodeLength = 10

// CreatePost makes a post of an approved offer; over is by how much its text is too long for the network.
func (s *Store) CreatePost(ctx context.Context, shop *Shop, user *User, offer *Offer, network, text string, over int) (*Post, error) {
	return s.CreatePostOf(ctx, shop, user, offer, PostForm{Network: network, Text: text, Over: over})
}

// PostForm is a post as typed. Key is the form's: sent twice, it makes one post. Over is by how much the text is too
// long for the network. At is when it is meant to go out, which plans nothing by itself.
type PostForm struct {
	Key, Network, Text string
	Over               int
	Profile            *Profile // that publishes it; nil for by hand
	Phase              string   // of a drop
	At                 *time.Time
}

// CreatePostOf makes a post of an approved offer. Problems: offer version.not_approved, text post.blank, post.long. The
// same form sent again gives the post that it made first.
func (s *Store) CreatePostOf(ctx context.Context, shop *Shop, user *User, offer *Offer, form PostForm) (*Post, error) {
	var problems Problems
	text, over := form.Text, form.Over
	if offer.ApprovedVersionID == nil {
		problems.Add("offer", "version.not_approved")
	}
	if strings.TrimSpace(text) == "" {
		problems.Add("text", "post.blank")
	} else if over > 0 {
		problems.Add("text", "post.long", "Over", over)
	}
	if err := problems.orNil(); err != nil {
		return nil, err
	}
	post := &Post{ID: newID(), ShopID: shop.ID, OfferID: offer.ID, Code: randomLetters(PostCodeLength), Network: form.Network, Text: text, State: "draft", Phase: form.Phase, ScheduledAt: form.At, CreatedAt: s.now()}
	if form.Profile != nil {
		post.ProfileID, post.Network = &form.Profile.ID, form.Profile.Network
	}
	if form.Key != "" {
		post.Code = s.PostCode(shop, form.Key)
	}
	err := s.write(ctx, func(db *tx) error {
		db.touches()
		if err := db.Create(post).Error; err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "post.created", Object: post.Code})
	})
	if form.Key != "" && errors.Is(err, gorm.ErrDuplicatedKey) {
		made, err := s.PostIn(ctx, shop, post.Code)
		if err != nil {
			return nil, err
		}
		return &made.Post, nil
	}
	return post, err
}

// UpdatePost changes the text of a post that is not out yet.
func (s *Store) UpdatePost(ctx context.Context, shop *Shop, post *Post, text string, over int) error {
	if strings.TrimSpace(text) == "" {
		return Problems{{Field: "text", Code: "post.blank"}}
	}
	if over > 0 {
		return Problems{{Field: "text", Code: "post.long", Data: []any{"Over", over}}}
	}
	return s.write(ctx, func(db *tx) error {
		db.touches()
		return changed(db.Exec("UPDATE posts SET text = ? WHERE id = ? AND shop_id = ? AND state IN ('draft', 'scheduled', 'failed')", text, post.ID, shop.ID))
	})
}

// MarkPosted notes that the merchant has posted it, and where; ErrChanged where Tillbird did. Problem remote_url
// post.address where that is not an https address.
func (s *Store) MarkPosted(ctx context.Context, shop *Shop, user *User, post *Post, remote string) error {
	remote = strings.TrimSpace(remote)
	if remote != "" {
		if parsed, err := url.Parse(remote); err != nil || parsed.Scheme != "https" && !onThisMachine(parsed) || parsed.Host == "" || len(remote) > 500 {
			return Problems{{Field: "remote_url", Code: "post.address"}}
		}
	}
	return s.write(ctx, func(db *tx) error {
		db.touches()
		// Another address is another post: what was known of the one before goes.
		err := changed(db.Exec(`UPDATE posts SET state = 'posted', remote_id = CASE WHEN remote_url = ? THEN remote_id ELSE '' END, remote_url = ?, posted_at = COALESCE(posted_at, ?), scheduled_at = NULL, try_at = NULL, lease_until = NULL, failure = '', failure_detail = ''
			WHERE id = ? AND shop_id = ? AND state IN ('draft', 'scheduled', 'failed', 'posted') AND NOT by_us`, remote, remote, s.now(), post.ID, shop.ID))
		if err != nil {
			return err
		}
		if err := db.listenSoon(shop.ID); err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "post.posted", Object: post.Code})
	})
}

// onThisMachine tells whether an address is a post on the sandbox's X.
func onThisMachine(address *url.URL) bool {
	ip := net.ParseIP(address.Hostname())
	return address.Scheme == "http" && (address.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

// PostIn finds the shop's own post by its code, or ErrNotFound.
func (s *Store) PostIn(ctx context.Context, shop *Shop, code string) (*PostView, error) {
	post, err := first[Post](s.read(ctx).Where("code = ? AND shop_id = ?", code, shop.ID))
	if err != nil {
		return nil, found(err)
	}
	views, err := s.postViews(ctx, []Post{post})
	if err != nil {
		return nil, err
	}
	return &views[0], nil
}

// Posts lists the shop's posts, newest first; offer nil means of every offer.
func (s *Store) Posts(ctx context.Context, shop *Shop, offer *Offer, page Page) ([]PostView, error) {
	query := s.read(ctx).Where("shop_id = ? AND (state <> 'deleted' OR posted_at IS NOT NULL)", shop.ID)
	if offer != nil {
		query = query.Where("offer_id = ?", offer.ID)
	}
	var posts []Post
	if err := page.apply(query, "created_at").Find(&posts).Error; err != nil {
		return nil, err
	}
	return s.postViews(ctx, posts)
}

// NewestDraft is the shop's newest post of an offer that is not out yet, or nil.
func (s *Store) NewestDraft(ctx context.Context, shop *Shop, offer *Offer) (*Post, error) {
	post, err := first[Post](s.read(ctx).Where("shop_id = ? AND offer_id = ? AND state = 'draft'", shop.ID, offer.ID).Order("created_at DESC, id DESC"))
	if err = found(err); errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	return &post, err
}

// BestPosts lists the shop's posts that sold most in its currency, best first.
func (s *Store) BestPosts(ctx context.Context, shop *Shop, most int) ([]PostView, error) {
	var posts []Post
	err := s.read(ctx).Raw(`SELECT posts.* FROM posts JOIN post_sales ON post_sales.post_id = posts.id
		WHERE posts.shop_id = ? AND post_sales.currency = ? ORDER BY post_sales.gross DESC, posts.id LIMIT ?`, shop.ID, shop.Currency, most).Scan(&posts).Error
	if err != nil {
		return nil, err
	}
	return s.postViews(ctx, posts)
}

func (s *Store) postViews(ctx context.Context, posts []Post) ([]PostView, error) {
	views := make([]PostView, 0, len(posts))
	profiles := map[string]*Profile{}
	for _, post := range posts {
		offer, err := first[Offer](s.read(ctx).Where("id = ?", post.OfferID))
		if err != nil {
			return nil, found(err)
		}
		view, err := s.offerView(ctx, offer, false)
		if err != nil {
			return nil, err
		}
		p := PostView{Post: post, Offer: *view}
		if id := deref(post.ProfileID); id != "" {
			if profiles[id] == nil {
				if profiles[id], err = s.Profile(ctx, id); err != nil {
					return nil, err
				}
			}
			p.Profile = profiles[id]
		}
		if err := s.postSales(ctx, &p); err != nil {
			return nil, err
		}
		views = append(views, p)
	}
	return views, nil
}

// postSales reads what a post led to.
func (s *Store) postSales(ctx context.Context, p *PostView) error {
	var sales []struct {
		Currency      string
		Orders, Gross int64
	}
	if err := s.read(ctx).Raw("SELECT currency, orders, gross FROM post_sales WHERE post_id = ? ORDER BY gross DESC", p.ID).Scan(&sales).Error; err != nil {
		return err
	}
	for _, sale := range sales {
		p.Orders += sale.Orders
		p.Gross = append(p.Gross, Money{sale.Gross, sale.Currency})
	}
	return s.read(ctx).Raw("SELECT count(*) FROM orders WHERE post_id = ?", p.ID).Scan(&p.Checkouts).Error
}
