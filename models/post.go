package models

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Post is an offer published on a network: its text, its short link and what it brought.
type Post struct {
	ID        string
	ShopID    string
	OfferID   string
	Code      string // of the short link
	Network   string // x, bluesky, mastodon
	Text      string
	State     string // draft, posted
	RemoteURL string
	Clicks    int64
	PostedAt  *time.Time
	CreatedAt time.Time
}

// PostView is a post with its offer and what it sold, by currency.
type PostView struct {
	Post
	Offer  OfferView
	Orders int64
	Gross  []Money
}

// PostCode is the code of the post that a form with this key makes, so that its link can be shown beforehand.
func (s *Store) PostCode(shop *Shop, key string) string {
	return s.sealer.letters("post "+shop.ID, key, postCodeLength)
}

const postCodeLength = 10

// CreatePost makes a post of an approved offer; over is by how much its text is too long for the network.
func (s *Store) CreatePost(ctx context.Context, shop *Shop, user *User, offer *Offer, network, text string, over int) (*Post, error) {
	return s.CreatePostOf(ctx, shop, user, offer, PostForm{Network: network, Text: text, Over: over})
}

// PostForm is a post as typed. Key is the form's: sent twice, it makes one post. Over is by how much the text is too
// long for the network.
type PostForm struct {
	Key, Network, Text string
	Over               int
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
	post := &Post{ID: newID(), ShopID: shop.ID, OfferID: offer.ID, Code: randomLetters(postCodeLength), Network: form.Network, Text: text, State: "draft", CreatedAt: s.now()}
	if form.Key != "" {
		post.Code = s.PostCode(shop, form.Key)
	}
	err := s.write(ctx, func(db *tx) error {
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
		return changed(db.Exec("UPDATE posts SET text = ? WHERE id = ? AND shop_id = ? AND state = 'draft'", text, post.ID, shop.ID))
	})
}

// MarkPosted notes that the merchant has posted it, and where. Problem remote_url post.address where that is not an
// https address.
func (s *Store) MarkPosted(ctx context.Context, shop *Shop, user *User, post *Post, remote string) error {
	remote = strings.TrimSpace(remote)
	if remote != "" {
		if parsed, err := url.Parse(remote); err != nil || parsed.Scheme != "https" || parsed.Host == "" || len(remote) > 500 {
			return Problems{{Field: "remote_url", Code: "post.address"}}
		}
	}
	return s.write(ctx, func(db *tx) error {
		err := changed(db.Exec("UPDATE posts SET state = 'posted', remote_url = ?, posted_at = COALESCE(posted_at, ?) WHERE id = ? AND shop_id = ?", remote, s.now(), post.ID, shop.ID))
		if err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "post.posted", Object: post.Code})
	})
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
	query := s.read(ctx).Where("shop_id = ?", shop.ID)
	if offer != nil {
		query = query.Where("offer_id = ?", offer.ID)
	}
	var posts []Post
	if err := page.apply(query, "created_at").Find(&posts).Error; err != nil {
		return nil, err
	}
	return s.postViews(ctx, posts)
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
		var sales []struct {
			Currency      string
			Orders, Gross int64
		}
		if err := s.read(ctx).Raw("SELECT currency, orders, gross FROM post_sales WHERE post_id = ? ORDER BY gross DESC", post.ID).Scan(&sales).Error; err != nil {
			return nil, err
		}
		for _, sale := range sales {
			p.Orders += sale.Orders
			p.Gross = append(p.Gross, Money{sale.Gross, sale.Currency})
		}
		views = append(views, p)
	}
	return views, nil
}

// FollowLink finds where a short link leads: the slug of its offer, or ErrNotFound. It counts the click where counted
// says that a person clicked.
func (s *Store) FollowLink(ctx context.Context, code string, counted bool) (slug string, err error) {
	var slugs []string
	err = s.read(ctx).Raw("SELECT offers.slug FROM posts JOIN offers ON offers.id = posts.offer_id WHERE posts.code = ?", code).Scan(&slugs).Error
	if err != nil {
		return "", err
	}
	if len(slugs) == 0 {
		return "", ErrNotFound
	}
	if counted {
		err = s.write(ctx, func(db *tx) error {
			db.touches()
			return db.Exec("UPDATE posts SET clicks = clicks + 1 WHERE code = ?", code).Error
		})
	}
	return slugs[0], err
}
