package models

import (
	"context"
	"errors"
	"strings"
	"time"
)

// PublishPost asks social to publish a post.
type PublishPost struct {
	PostID string `json:"post_id"`
}

// RemovePost asks social to delete a post from its network.
type RemovePost struct {
	PostID string `json:"post_id"`
}

// Kind names the job in the queue.
func (PublishPost) Kind() string { return "publish_post" }
func (RemovePost) Kind() string  { return "remove_post" }

// queuedFor is how long a post that was given to the queue is not given to it again.
const queuedFor = time.Minute

// PlanPost lets a post go out by its account at a time, or at once where at is nil. Also how one that failed is tried
// again. Problems: post post.by_hand, post.disconnected, text post.same (the network would refuse it).
func (s *Store) PlanPost(ctx context.Context, shop *Shop, user *User, post *Post, at *time.Time) error {
	if at == nil {
		return s.planPost(ctx, shop, user, post, s.now(), planNow)
	}
	return s.planPost(ctx, shop, user, post, *at, planAt)
}

// PlanWhenOver lets the last post of a drop go out as soon as its offer has ended, or all of it is sold and paid: an
// offer without an end has no time for it. Problems as for PlanPost.
func (s *Store) PlanWhenOver(ctx context.Context, shop *Shop, user *User, post *Post, offer *Offer) error {
	from := s.now()
	if offer.StartsAt != nil && offer.StartsAt.After(from) {
		from = *offer.StartsAt
	}
	return s.planPost(ctx, shop, user, post, from, planOver)
}

// plan is what the time of a planned post means.
type plan int

const (
	planNow plan = iota
	planAt
	planOver // not before it, and not before the offer is over
)

func (s *Store) planPost(ctx context.Context, shop *Shop, user *User, post *Post, at time.Time, how plan) error {
	if post.ProfileID == nil {
		return Problems{{Field: "post", Code: "post.by_hand"}}
	}
	profile, err := s.Profile(ctx, *post.ProfileID)
	if err != nil {
		return err
	}
	if !profile.Live() {
		return Problems{{Field: "post", Code: "post.disconnected"}}
	}
	if same, err := s.samePost(ctx, post); err != nil {
		return err
	} else if same {
		return Problems{{Field: "text", Code: "post.same"}}
	}
	action, shown := "post.scheduled", &at
	var lease *time.Time
	switch how {
	case planNow:
		action = "post.sent"
		until := at.Add(queuedFor)
		lease = &until
	case planOver:
		shown = nil
	case planAt:
	}
	return s.write(ctx, func(db *tx) error {
		db.touches()
		err := changed(db.Exec(`UPDATE posts SET state = 'scheduled', scheduled_at = ?, try_at = ?, lease_until = ?, failure = '', failure_detail = ''
			WHERE id = ? AND shop_id = ? AND state IN ('draft', 'scheduled', 'failed') AND profile_id = ?`, shown, at, lease, post.ID, shop.ID, profile.ID))
		if err != nil {
			return err
		}
		if how == planNow {
			if err := db.enqueue(PublishPost{PostID: post.ID}); err != nil {
				return err
			}
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: action, Object: post.Code})
	})
}

// UnplanPost takes a planned post back: it is a draft again.
func (s *Store) UnplanPost(ctx context.Context, shop *Shop, user *User, post *Post) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		err := changed(db.Exec("UPDATE posts SET state = 'draft', scheduled_at = NULL, try_at = NULL, lease_until = NULL, failure = '', failure_detail = '' WHERE id = ? AND shop_id = ? AND state = 'scheduled'", post.ID, shop.ID))
		if err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "post.unscheduled", Object: post.Code})
	})
}

// sameWithin is how far back a post with the same text is looked for.
const sameWithin = 200

// samePost tells whether X would refuse the post, because its account has said the very same already.
func (s *Store) samePost(ctx context.Context, post *Post) (bool, error) {
	if post.Network != "x" {
		return false, nil
	}
	var texts []string
	err := s.read(ctx).Raw(`SELECT text FROM posts WHERE shop_id = ? AND id <> ? AND network = 'x' AND state IN ('scheduled', 'publishing', 'posted')
		ORDER BY created_at DESC, id DESC LIMIT ?`, post.ShopID, post.ID, sameWithin).Scan(&texts).Error
	for _, text := range texts {
		if sameText(text, post.Text) {
			return true, err
		}
	}
	return false, err
}

func sameText(a, b string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(a), " "), strings.Join(strings.Fields(b), " "))
}

// GiveToAccount lets another of the shop's accounts publish a post, or nobody: then it goes out by hand.
func (s *Store) GiveToAccount(ctx context.Context, shop *Shop, post *Post, profile *Profile) error {
	var id *string
	network := post.Network
	if profile != nil {
		id, network = &profile.ID, profile.Network
	}
	return s.write(ctx, func(db *tx) error {
		db.touches()
		return changed(db.Exec("UPDATE posts SET profile_id = ?, network = ?, state = 'draft', try_at = NULL, lease_until = NULL, failure = '', failure_detail = '' WHERE id = ? AND shop_id = ? AND state IN ('draft', 'failed')",
			id, network, post.ID, shop.ID))
	})
}

// DeletePost asks for a post to be deleted from its network; a draft is dropped from the list at once. Problem post
// post.not_ours for one that no connected account has published.
func (s *Store) DeletePost(ctx context.Context, shop *Shop, user *User, post *Post) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		err := changed(db.Exec("UPDATE posts SET state = 'deleted', scheduled_at = NULL, try_at = NULL, lease_until = NULL WHERE id = ? AND shop_id = ? AND state IN ('draft', 'scheduled', 'failed')", post.ID, shop.ID))
		if errors.Is(err, ErrChanged) {
			err = db.removeFromNetwork("id = ? AND shop_id = ?", post.ID, shop.ID)
		}
		if errors.Is(err, ErrChanged) {
			return Problems{{Field: "post", Code: "post.not_ours"}}
		}
		if err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "post.deleted", Object: post.Code})
	})
}

// removeFromNetwork leaves the deletion of posts that are out to a job each: ErrChanged where there is none.
func (t *tx) removeFromNetwork(where string, args ...any) error {
	var ids []string
	err := t.Raw("UPDATE posts SET deleting = (1 = 1), failure = '', failure_detail = '' WHERE "+where+" AND state = 'posted' AND remote_id <> '' AND profile_id IS NOT NULL RETURNING id", args...).Scan(&ids).Error
	if err == nil && len(ids) == 0 {
		err = ErrChanged
	}
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := t.enqueue(RemovePost{PostID: id}); err != nil {
			return err
		}
	}
	return nil
}

// endPosts ends what an offer that was taken down has on the networks: planned posts stay here, posts that are out go.
func (t *tx) endPosts(offerID string) error {
	err := t.Exec("UPDATE posts SET state = 'failed', failure = 'offer_over', failure_detail = '', try_at = NULL, lease_until = NULL WHERE offer_id = ? AND state = 'scheduled'", offerID).Error
	if err != nil {
		return err
	}
	if err := t.removeFromNetwork("offer_id = ?", offerID); !errors.Is(err, ErrChanged) {
		return err
	}
	return nil
}

// RecordRemoval notes that a post is gone from its network, or why it is not.
func (s *Store) RecordRemoval(ctx context.Context, post *Post, failure, detail string) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		if failure != "" {
			return db.Exec("UPDATE posts SET deleting = (1 = 0), failure = ?, failure_detail = ? WHERE id = ? AND deleting", failure, detail, post.ID).Error
		}
		return db.Exec("UPDATE posts SET deleting = (1 = 0), state = 'deleted', measure_at = NULL WHERE id = ? AND deleting", post.ID).Error
	})
}

// PostToRemove reads a post that is to be deleted from its network, with its account, or ErrNotFound.
func (s *Store) PostToRemove(ctx context.Context, id string) (*Post, *Profile, error) {
	post, err := first[Post](s.read(ctx).Where("id = ? AND deleting AND profile_id IS NOT NULL", id))
	if err != nil {
		return nil, nil, found(err)
	}
	profile, err := s.Profile(ctx, *post.ProfileID)
	return &post, profile, err
}
