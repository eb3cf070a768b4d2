package models

import (
	"context"
	"time"
)

// Out is the time by which posts that do not wait are listed.
func (p *Post) Out() time.Time {
	if p.PostedAt != nil {
		return *p.PostedAt
	}
	return p.CreatedAt
}

// openMost bounds what is pinned above the list of posts.
const openMost = 50

// plannedWhere are the posts that have a time to come.
const plannedWhere = "(state IN ('scheduled', 'publishing') OR state = 'draft' AND scheduled_at IS NOT NULL AND scheduled_at > ?)"

// OpenPosts lists what needs somebody, newest first, and what is planned, by its time.
func (s *Store) OpenPosts(ctx context.Context, shop *Shop) (failing, planned []PostView, err error) {
	if failing, err = s.FailedPosts(ctx, shop, openMost); err != nil {
		return nil, nil, err
	}
	var posts []Post
	if err := s.read(ctx).Where("shop_id = ? AND "+plannedWhere, shop.ID, s.now()).Order("CASE WHEN scheduled_at IS NULL THEN 1 ELSE 0 END, scheduled_at, id").Limit(openMost).Find(&posts).Error; err != nil {
		return nil, nil, err
	}
	planned, err = s.postViews(ctx, posts)
	return failing, planned, err
}

// FailedPosts lists the shop's posts that did not go out, newest first.
func (s *Store) FailedPosts(ctx context.Context, shop *Shop, most int) ([]PostView, error) {
	var posts []Post
	if err := s.read(ctx).Where("shop_id = ? AND state = 'failed'", shop.ID).Order("created_at DESC, id DESC").Limit(most).Find(&posts).Error; err != nil {
		return nil, err
	}
	return s.postViews(ctx, posts)
}

// PastPosts lists what is out or is a draft without a time, newest first.
func (s *Store) PastPosts(ctx context.Context, shop *Shop, page Page) ([]PostView, error) {
	query := s.read(ctx).Where("shop_id = ? AND state <> 'failed' AND NOT "+plannedWhere+" AND (state <> 'deleted' OR posted_at IS NOT NULL)", shop.ID, s.now())
	var posts []Post
	if err := page.apply(query, "COALESCE(posted_at, created_at)").Find(&posts).Error; err != nil {
		return nil, err
	}
	return s.postViews(ctx, posts)
}

// MarkFound notes that a post which went out by hand was found on an account: from then on its figures are read.
func (s *Store) MarkFound(ctx context.Context, shop *Shop, user *User, post *Post, profile *Profile, sent Sent) error {
	at := s.now()
	if !sent.At.IsZero() && sent.At.Before(at) {
		at = sent.At.UTC().Truncate(time.Microsecond)
	}
	found := Post{PostedAt: &at}
	return s.write(ctx, func(db *tx) error {
		db.touches()
		err := changed(db.Exec(`UPDATE posts SET state = 'posted', profile_id = ?, remote_id = ?, remote_version = ?, remote_url = ?, posted_at = ?, scheduled_at = NULL, try_at = NULL, lease_until = NULL,
			failure = '', failure_detail = '', measure_at = ? WHERE id = ? AND shop_id = ? AND (state IN ('draft', 'scheduled', 'failed') OR state = 'posted' AND NOT by_us)`,
			profile.ID, sent.RemoteID, sent.RemoteVersion, sent.RemoteURL, at, nextMeasure(&found, s.now()), post.ID, shop.ID))
		if err != nil {
			return err
		}
		if err := db.listenSoon(shop.ID); err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "post.posted", Object: post.Code})
	})
}
