package models

import (
	"context"
	"errors"
	"time"
)

// ReplyCursor is how far an account's replies have been read by asking, when they are asked for next, and whether its
// network delivers them by itself.
type ReplyCursor struct {
	ProfileID   string `gorm:"primaryKey"`
	Cursor      string // the network's own, "" before the first time
	DueAt       time.Time
	LeaseUntil  *time.Time // until when somebody is asking
	PolledAt    *time.Time
	Failure     string     // why the last time came to nothing: cap, rate_limited, temporary, refused
	Minutes     int64      // until the next time, as it was last chosen
	PushedAt    *time.Time // when the network last delivered something
	Push        string     // see Push…
	PushFailure string     // why it does not deliver: cap, or a network's kind of error
	PushAt      *time.Time // when that was looked after
}

// What a network delivers by itself, as ReplyCursor.Push has it.
const (
	PushAll      = "all"      // every answer to the account's posts, and mentions
	PushMentions = "mentions" // posts that name the account
	PushOff      = "off"      // nothing, although it could
)

// Delivers tells whether the network brings replies by itself.
func (c *ReplyCursor) Delivers() bool { return c.Push == PushAll || c.Push == PushMentions }

// PollReplies is the work of asking a network for what was written to an account. Due is when it was to be done: an
// asking that was done meanwhile is not done again.
type PollReplies struct {
	ProfileID string    `json:"profile"`
	Due       time.Time `json:"due"`
}

// Kind names the job in the queue.
func (PollReplies) Kind() string { return "poll_replies" }

// A poll that was queued and came to nothing is queued again after pollQueued; one that is longer at it than pollLasts was
// cut off. A network is asked again after pollAgain where it did not answer.
const (
	pollQueued = 5 * time.Minute
	pollLasts  = time.Minute
	pollAgain  = 2 * time.Minute
)

// listenTo makes an account's replies asked for from now on.
func (t *tx) listenTo(profileID string) error {
	return t.Exec(`INSERT INTO reply_cursors (profile_id, due_at) VALUES (?, ?)
		ON CONFLICT (profile_id) DO UPDATE SET due_at = excluded.due_at, lease_until = NULL, failure = '', push = '', push_failure = '', push_at = NULL`, profileID, t.store.now()).Error
}

// listenSoon makes the replies to a shop asked for soon: something of its goes out just now.
func (t *tx) listenSoon(shopID string) error {
	soon := t.store.now().Add(time.Minute)
	return t.Exec("UPDATE reply_cursors SET due_at = ? WHERE due_at > ? AND profile_id IN (SELECT id FROM profiles WHERE shop_id = ?)", soon, soon, shopID).Error
}

// QueueDuePolls gives the accounts whose replies are to be asked for to the queue, each once.
func (s *Store) QueueDuePolls(ctx context.Context, most int) error {
	now := s.now()
	const due = "due_at <= ? AND profile_id IN (SELECT id FROM profiles WHERE state = 'connected')"
	var ids []string
	if err := s.read(ctx).Raw("SELECT profile_id FROM reply_cursors WHERE "+due+" ORDER BY due_at, profile_id LIMIT ?", now, most).Scan(&ids).Error; err != nil || len(ids) == 0 {
		return err
	}
	again := now.Add(pollQueued)
	return s.write(ctx, func(db *tx) error {
		db.touches()
		for _, id := range ids {
			result := db.Exec("UPDATE reply_cursors SET due_at = ? WHERE profile_id = ? AND "+due, again, id, now)
			if result.Error != nil {
				return result.Error
			}
			if result.RowsAffected == 0 {
				continue
			}
			if err := db.enqueue(PollReplies{ProfileID: id, Due: again}); err != nil {
				return err
			}
		}
		return nil
	})
}

// Poll is one asking: what is asked, and until when nobody else does.
type Poll struct {
	Profile Profile
	Cursor  ReplyCursor
	Posts   []string // the network's ids of the account's posts of offers that can be bought, or could until lately
	until   time.Time
}

// BeginPoll takes an account's replies up for one asking, and counts the price of one read before anything is asked:
// ErrChanged where somebody else does or it is done, ErrCapReached where the shop does not want to pay for it.
func (s *Store) BeginPoll(ctx context.Context, job PollReplies, price int64) (*Poll, error) {
	profile, err := s.Profile(ctx, job.ProfileID)
	if err != nil {
		return nil, err
	}
	if !profile.Live() {
		return nil, ErrChanged
	}
	poll := &Poll{Profile: *profile}
	err = s.write(ctx, func(db *tx) error {
		db.touches()
		now := s.now()
		poll.until = now.Add(pollLasts)
		err := changed(db.Exec("UPDATE reply_cursors SET lease_until = ? WHERE profile_id = ? AND due_at = ? AND (lease_until IS NULL OR lease_until <= ?)",
			poll.until, profile.ID, job.Due.UTC().Truncate(time.Microsecond), now))
		if err != nil {
			return err
		}
		if err := db.Where("profile_id = ?", profile.ID).Take(&poll.Cursor).Error; err != nil {
			return err
		}
		if price == 0 {
			return nil
		}
		return db.spendIn(s.month(), profile.ShopID, profile.ID, "read", 1, price, true)
	})
	if err != nil {
		return nil, err
	}
	poll.Posts, err = s.pollPosts(ctx, profile)
	return poll, err
}

// What is asked for below posts: of how many, and how long after an offer's end.
const (
	pollPostsMost = 20
	pollAfter     = 24 * time.Hour
)

func (s *Store) pollPosts(ctx context.Context, profile *Profile) (ids []string, err error) {
	now := s.now()
	err = s.read(ctx).Raw(`SELECT posts.remote_id FROM posts JOIN offers ON offers.id = posts.offer_id WHERE posts.profile_id = ? AND posts.state = 'posted' AND posts.remote_id <> '' AND NOT posts.deleting
		AND offers.state IN ('live', 'scheduled', 'paused', 'ended') AND (offers.state <> 'ended' OR offers.updated_at > ?) AND (offers.ends_at IS NULL OR offers.ends_at > ?)
		ORDER BY posts.posted_at DESC, posts.id LIMIT ?`, profile.ID, now.Add(-pollAfter), now.Add(-pollAfter), pollPostsMost).Scan(&ids).Error
	return ids, err
}

// RecordPoll keeps what an asking brought together with how far it came, so that a crash between loses nothing; price is
// that of a read, of which one was counted before.
func (s *Store) RecordPoll(ctx context.Context, poll *Poll, arrived []Arrived, next string, price int64) (fresh int, err error) {
	err = s.endPoll(ctx, poll, func(db *tx, now time.Time) error {
		if fresh, err = db.keepReplies(&poll.Profile, "poll", arrived); err != nil {
			return err
		}
		if more := int64(len(arrived)) - 1; price != 0 && more != 0 {
			if err := db.spendIn(s.month(), poll.Profile.ShopID, poll.Profile.ID, "read", more, more*price, false); err != nil {
				return err
			}
		}
		minutes, err := db.pollEvery(&poll.Profile)
		if err != nil {
			return err
		}
		if fresh > 0 && minutes == everyPushed {
			minutes = everyPaid // the network has not delivered what it should have
		}
		return changed(db.Exec("UPDATE reply_cursors SET cursor = ?, polled_at = ?, due_at = ?, minutes = ?, failure = '', lease_until = NULL WHERE profile_id = ? AND lease_until = ?",
			next, now, now.Add(time.Duration(minutes)*time.Minute), minutes, poll.Profile.ID, poll.until))
	})
	return fresh, err
}

// FailPoll ends an asking that brought nothing, with the reason; until is when the network may be asked again, zero for
// soon. A read that was counted before is given back.
func (s *Store) FailPoll(ctx context.Context, poll *Poll, failure string, until time.Time, price int64) error {
	return s.endPoll(ctx, poll, func(db *tx, now time.Time) error {
		if price != 0 {
			if err := db.spendIn(s.month(), poll.Profile.ShopID, poll.Profile.ID, "read", -1, -price, false); err != nil {
				return err
			}
		}
		if !until.After(now) {
			until = now.Add(pollAgain)
		}
		return changed(db.Exec("UPDATE reply_cursors SET due_at = ?, failure = ?, lease_until = NULL WHERE profile_id = ? AND lease_until = ?", until.UTC().Truncate(time.Microsecond), failure, poll.Profile.ID, poll.until))
	})
}

func (s *Store) endPoll(ctx context.Context, poll *Poll, do func(db *tx, now time.Time) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	err := s.write(ctx, func(db *tx) error {
		db.touches()
		return do(db, s.now())
	})
	if errors.Is(err, ErrChanged) {
		return nil // it took too long, and somebody else asks
	}
	return err
}

// HoldPoll lets an account's replies wait: cap says that the shop does not want to pay for reading them.
func (s *Store) HoldPoll(ctx context.Context, job PollReplies, failure string, until time.Time) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		return db.Exec("UPDATE reply_cursors SET due_at = ?, failure = ? WHERE profile_id = ? AND due_at = ?", until.UTC().Truncate(time.Microsecond), failure, job.ProfileID, job.Due.UTC().Truncate(time.Microsecond)).Error
	})
}

// ReplyCursors reads how the shop's accounts learn of replies, by account.
func (s *Store) ReplyCursors(ctx context.Context, shop *Shop) (map[string]ReplyCursor, error) {
	rows, err := list[ReplyCursor](s.read(ctx).Where("profile_id IN (SELECT id FROM profiles WHERE shop_id = ?)", shop.ID))
	byProfile := map[string]ReplyCursor{}
	for _, row := range rows {
		byProfile[row.ProfileID] = row
	}
	return byProfile, err
}
