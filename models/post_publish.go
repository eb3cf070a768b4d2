package models

import (
	"context"
	"errors"
	"time"
)

// attemptLasts is longer than a job may take: a post that is still being published by then was cut off.
const attemptLasts = 2 * time.Minute

// Attempt is one try to publish a post. Look says that an earlier one may have done it, begun at Since: then the network
// is asked before anything is sent.
type Attempt struct {
	Post    Post
	Profile Profile
	Number  int64
	Look    bool
	Since   time.Time
}

// PostToPublish reads a post that waits to go out, with its account and its offer; ErrNotFound where nothing is to be done.
func (s *Store) PostToPublish(ctx context.Context, id string) (*PostView, *Shop, error) {
	post, err := first[Post](s.read(ctx).Where("id = ? AND state IN ('scheduled', 'publishing') AND profile_id IS NOT NULL", id))
	if err != nil {
		return nil, nil, found(err)
	}
	views, err := s.postViews(ctx, []Post{post})
	if err != nil {
		return nil, nil, err
	}
	shop, err := s.ShopOf(ctx, post.ShopID)
	return &views[0], shop, err
}

// BeginAttempt takes a post up for one try, and counts what it costs before anything is sent: ErrChanged where somebody
// else has it, it is not due or its text is another by now; ErrCapReached where the shop does not want to pay that much.
func (s *Store) BeginAttempt(ctx context.Context, post *Post, profile *Profile, price int64) (*Attempt, error) {
	var attempt *Attempt
	err := s.write(ctx, func(db *tx) error {
		db.touches()
		now := s.now()
		until := now.Add(attemptLasts)
		err := changed(db.Exec(`UPDATE posts SET state = 'publishing', attempts = attempts + 1, lease_until = ?, try_at = ?, failure = '', failure_detail = ''
			WHERE id = ? AND profile_id = ? AND text = ? AND try_at <= ? AND (state = 'scheduled' OR state = 'publishing' AND (lease_until IS NULL OR lease_until <= ?))`,
			until, until, post.ID, profile.ID, post.Text, now, now))
		if err != nil {
			return err
		}
		a := &Attempt{Profile: *profile}
		if err := db.Where("id = ?", post.ID).Take(&a.Post).Error; err != nil {
			return err
		}
		a.Number = a.Post.Attempts
		if err := db.Exec("UPDATE post_attempts SET outcome = 'unsure', ended_at = ? WHERE post_id = ? AND outcome = ''", now, post.ID).Error; err != nil {
			return err
		}
		var doubts []time.Time
		if err := db.Raw("SELECT started_at FROM post_attempts WHERE post_id = ? AND outcome = 'unsure' ORDER BY number DESC", post.ID).Scan(&doubts).Error; err != nil {
			return err
		}
		if len(doubts) > 0 {
			a.Look, a.Since = true, doubts[0]
		}
		if err := db.Exec("INSERT INTO post_attempts (post_id, number, started_at) VALUES (?, ?, ?)", post.ID, a.Number, now).Error; err != nil {
			return err
		}
		attempt = a
		return db.reserve(a, price)
	})
	return attempt, err
}

// reserve counts the price of a post once, however often it is tried.
func (t *tx) reserve(a *Attempt, price int64) error {
	if a.Post.ReservedMonth != "" {
		return nil
	}
	month := t.store.month()
	if err := t.spendIn(month, a.Post.ShopID, a.Profile.ID, "post", 1, price, true); err != nil {
		return err
	}
	return t.Exec("UPDATE posts SET reserved = ?, reserved_month = ? WHERE id = ?", price, month, a.Post.ID).Error
}

// release takes the price back of a post that the network has certainly not taken.
func (t *tx) release(postID string) error {
	var post Post
	if err := t.Where("id = ?", postID).Take(&post).Error; err != nil {
		return err
	}
	if post.ReservedMonth == "" || post.ProfileID == nil {
		return nil
	}
	if err := t.spendIn(post.ReservedMonth, post.ShopID, *post.ProfileID, "post", -1, -post.Reserved, false); err != nil {
		return err
	}
	return t.Exec("UPDATE posts SET reserved = 0, reserved_month = '' WHERE id = ?", postID).Error
}

// Sent is a post as its network has it.
type Sent struct {
	RemoteID, RemoteVersion, RemoteURL string
	At                                 time.Time
	Found                              bool // it was there already
}

// RecordSent notes that a post is out. Whoever asked may have gone.
func (s *Store) RecordSent(ctx context.Context, attempt *Attempt, sent Sent) error {
	outcome := "posted"
	if sent.Found {
		outcome = "found"
	}
	at := s.now()
	if !sent.At.IsZero() && sent.At.Before(at) {
		at = sent.At.UTC().Truncate(time.Microsecond)
	}
	return s.conclude(ctx, attempt, outcome, "", func(db *tx) error {
		err := changed(db.Exec(`UPDATE posts SET state = 'posted', remote_id = ?, remote_version = ?, remote_url = ?, posted_at = COALESCE(posted_at, ?), by_us = (1 = 1), try_at = NULL, lease_until = NULL,
			failure = '', failure_detail = '', measure_at = ? WHERE id = ? AND state = 'publishing'`, sent.RemoteID, sent.RemoteVersion, sent.RemoteURL, at, at.Add(measureSteps[0]), attempt.Post.ID))
		if err != nil {
			return err
		}
		if err := db.listenSoon(attempt.Post.ShopID); err != nil {
			return err
		}
		if err := db.audit(Audit{ShopID: &attempt.Post.ShopID, Action: "post.published", Object: attempt.Post.Code}); err != nil {
			return err
		}
		// Taken down while it went out.
		err = db.removeFromNetwork("id = ? AND EXISTS (SELECT 1 FROM offers WHERE offers.id = posts.offer_id AND offers.state = 'taken_down')", attempt.Post.ID)
		if errors.Is(err, ErrChanged) {
			return nil
		}
		return err
	})
}

// Postpone lets a post wait for another try. unsure says that it may be out: it stays as it is, and is looked for first.
func (s *Store) Postpone(ctx context.Context, attempt *Attempt, until time.Time, failure, detail string, unsure bool) error {
	outcome, state := "later", "scheduled"
	if unsure {
		outcome, state = "unsure", "publishing"
	}
	return s.conclude(ctx, attempt, outcome, detail, func(db *tx) error {
		if !unsure {
			if err := db.release(attempt.Post.ID); err != nil {
				return err
			}
		}
		return changed(db.Exec("UPDATE posts SET state = ?, try_at = ?, lease_until = NULL, failure = ?, failure_detail = ? WHERE id = ? AND state = 'publishing' AND attempts = ?",
			state, until.UTC().Truncate(time.Microsecond), failure, detail, attempt.Post.ID, attempt.Number))
	})
}

// FailPost ends the tries to publish a post, with the reason. The text stays, and can be changed and sent again.
func (s *Store) FailPost(ctx context.Context, attempt *Attempt, failure, detail string, unsure bool) error {
	outcome := "refused"
	if unsure {
		outcome = "unsure"
	}
	return s.conclude(ctx, attempt, outcome, detail, func(db *tx) error {
		if !unsure {
			if err := db.release(attempt.Post.ID); err != nil {
				return err
			}
		}
		err := changed(db.Exec("UPDATE posts SET state = 'failed', try_at = NULL, lease_until = NULL, failure = ?, failure_detail = ? WHERE id = ? AND state = 'publishing' AND attempts = ?", failure, detail, attempt.Post.ID, attempt.Number))
		if err != nil {
			return err
		}
		return db.audit(Audit{ShopID: &attempt.Post.ShopID, Action: "post.failed", Object: attempt.Post.Code, Detail: failure})
	})
}

// conclude ends an attempt. Where another has taken the post over meanwhile, what this one learned no longer counts.
func (s *Store) conclude(ctx context.Context, attempt *Attempt, outcome, detail string, do func(db *tx) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	err := s.write(ctx, func(db *tx) error {
		db.touches()
		err := db.Exec("UPDATE post_attempts SET outcome = ?, detail = ?, ended_at = ? WHERE post_id = ? AND number = ?", outcome, detail, s.now(), attempt.Post.ID, attempt.Number).Error
		if err != nil {
			return err
		}
		return do(db)
	})
	if errors.Is(err, ErrChanged) {
		return nil
	}
	return err
}

// FailPlanned ends a planned post before it was tried, with the reason; or lets it wait where until is a time.
func (s *Store) FailPlanned(ctx context.Context, post *Post, failure string, until *time.Time) error {
	state := "failed"
	if until != nil {
		state = "scheduled"
	}
	err := s.write(ctx, func(db *tx) error {
		db.touches()
		err := changed(db.Exec("UPDATE posts SET state = ?, try_at = ?, lease_until = NULL, failure = ?, failure_detail = '' WHERE id = ? AND state = 'scheduled'", state, until, failure, post.ID))
		if err != nil || until != nil {
			return err
		}
		return db.audit(Audit{ShopID: &post.ShopID, Action: "post.failed", Object: post.Code, Detail: failure})
	})
	if errors.Is(err, ErrChanged) {
		return nil
	}
	return err
}

// isOver tells of an offer in the database whether OverAt.
const isOver = "(offers.state = 'ended' OR offers.ends_at <= ? OR offers.sold > 0 AND (offers.stock IS NOT NULL AND offers.sold >= offers.stock OR offers.codes IS NOT NULL AND offers.codes <= 0))"

// QueueDuePosts gives the posts whose time has come to the queue, each once; one that has no time waits for its offer to
// be over.
func (s *Store) QueueDuePosts(ctx context.Context, most int) error {
	now := s.now()
	var ids []string
	const due = "try_at <= ? AND state IN ('scheduled', 'publishing') AND profile_id IS NOT NULL AND (lease_until IS NULL OR lease_until <= ?)" +
		" AND (phase <> 'ended' OR scheduled_at IS NOT NULL OR state <> 'scheduled' OR EXISTS (SELECT 1 FROM offers WHERE offers.id = posts.offer_id AND " + isOver + "))"
	if err := s.read(ctx).Raw("SELECT id FROM posts WHERE "+due+" ORDER BY try_at, id LIMIT ?", now, now, now, most).Scan(&ids).Error; err != nil || len(ids) == 0 {
		return err
	}
	return s.write(ctx, func(db *tx) error {
		db.touches()
		for _, id := range ids {
			result := db.Exec("UPDATE posts SET lease_until = CASE WHEN state = 'scheduled' THEN ? ELSE lease_until END WHERE id = ? AND "+due, now.Add(queuedFor), id, now, now, now)
			if result.Error != nil {
				return result.Error
			}
			if result.RowsAffected == 0 {
				continue
			}
			if err := db.enqueue(PublishPost{PostID: id}); err != nil {
				return err
			}
		}
		return nil
	})
}
