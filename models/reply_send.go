package models

import (
	"context"
	"errors"
	"time"
)

// answerLasts is longer than a job may take: an answer that is still being sent by then was cut off.
const answerLasts = 2 * time.Minute

// ThankReply is the work of the last word to whoever confirmed an order by reply: thanks, or to look into the mail.
type ThankReply struct {
	OrderID string `json:"order"`
}

// Kind names the job in the queue.
func (ThankReply) Kind() string { return "thank_reply" }

// DueAnswer is an answer to be sent, with what it answers.
type DueAnswer struct {
	ReplyAnswer
	Reply   Reply
	Profile Profile
}

// AnswerToSend reads an answer that waits to be sent, or ErrNotFound.
func (s *Store) AnswerToSend(ctx context.Context, id string) (*DueAnswer, error) {
	row, err := first[ReplyAnswer](s.read(ctx).Where("id = ? AND state IN ('due', 'sending')", id))
	if err != nil {
		return nil, found(err)
	}
	reply, err := s.Reply(ctx, row.ReplyID)
	if err != nil {
		return nil, err
	}
	profile, err := s.Profile(ctx, row.ProfileID)
	if err != nil {
		return nil, err
	}
	return &DueAnswer{row, *reply, *profile}, nil
}

// BeginAnswer takes an answer up for one try and counts its price before anything is sent: ErrChanged where somebody else
// has it or it is not due, ErrCapReached where the shop does not want to pay that much. From then on it may be out.
func (s *Store) BeginAnswer(ctx context.Context, due *DueAnswer, price int64) error {
	now := s.now()
	until := now.Add(answerLasts)
	month := s.month()
	err := s.write(ctx, func(db *tx) error {
		db.touches()
		err := changed(db.Exec(`UPDATE reply_answers SET state = 'sending', attempts = attempts + 1, lease_until = ?, try_at = ?, doubtful = (1 = 1), reason = '', detail = ''
			WHERE id = ? AND attempts = ? AND try_at <= ? AND (state = 'due' OR state = 'sending' AND (lease_until IS NULL OR lease_until <= ?))`, until, until, due.ID, due.Attempts, now, now))
		if err != nil {
			return err
		}
		if due.Month != "" {
			return nil
		}
		if err := db.spendIn(month, due.ShopID, due.ProfileID, "reply", 1, price, true); err != nil {
			return err
		}
		return db.Exec("UPDATE reply_answers SET micros = ?, month = ? WHERE id = ?", price, month, due.ID).Error
	})
	if err == nil {
		due.Attempts++
		if due.Month == "" {
			due.Month, due.Micros = month, price
		}
	}
	return err
}

// RecordAnswered notes that an answer is out. Whoever asked may have gone.
func (s *Store) RecordAnswered(ctx context.Context, due *DueAnswer, sent Sent) error {
	at := s.now()
	if !sent.At.IsZero() && sent.At.Before(at) {
		at = sent.At.UTC().Truncate(time.Microsecond)
	}
	return s.endAnswer(ctx, due, func(db *tx) error {
		return changed(db.Exec(`UPDATE reply_answers SET state = 'sent', remote_id = ?, remote_version = ?, remote_url = ?, sent_at = ?, try_at = NULL, lease_until = NULL, doubtful = (1 = 0), reason = '', detail = ''
			WHERE id = ? AND state = 'sending'`, sent.RemoteID, sent.RemoteVersion, sent.RemoteURL, at, due.ID))
	})
}

// PostponeAnswer lets an answer wait for another try. unsure says that it may be out.
func (s *Store) PostponeAnswer(ctx context.Context, due *DueAnswer, until time.Time, reason, detail string, unsure bool) error {
	state := "due"
	if unsure {
		state = "sending"
	}
	return s.endAnswer(ctx, due, func(db *tx) error {
		if !unsure {
			if err := db.releaseAnswer(due); err != nil {
				return err
			}
		}
		err := changed(db.Exec("UPDATE reply_answers SET state = ?, doubtful = ?, try_at = ?, lease_until = NULL, reason = ?, detail = ? WHERE id = ? AND state = 'sending' AND attempts = ?",
			state, unsure, until.UTC().Truncate(time.Microsecond), reason, detail, due.ID, due.Attempts))
		if err != nil || until.Sub(s.now()) < answerPatience {
			return err
		}
		return db.askByLetter(due)
	})
}

// answerPatience is how long a fan can be left without the question: a network that wants more is not waited for alone.
const answerPatience = 2 * time.Minute

// askByLetter writes to the fan what the answer would have asked, while it can be confirmed.
func (t *tx) askByLetter(due *DueAnswer) error {
	if due.Reply.OrderID == nil || due.Reply.Outcome != OutcomeAwaiting {
		return nil
	}
	var open int64
	if err := t.Raw("SELECT count(*) FROM confirmations WHERE order_id = ? AND state = 'asked' AND until > ?", *due.Reply.OrderID, t.store.now()).Scan(&open).Error; err != nil || open == 0 {
		return err
	}
	return t.confirmLetter(*due.Reply.OrderID)
}

// EndAnswer ends the tries to answer: refused by the network, or dropped by us. What it would have asked goes by letter.
func (s *Store) EndAnswer(ctx context.Context, due *DueAnswer, state, reason, detail string, unsure bool) error {
	return s.endAnswer(ctx, due, func(db *tx) error {
		if !unsure {
			if err := db.releaseAnswer(due); err != nil {
				return err
			}
		}
		err := changed(db.Exec("UPDATE reply_answers SET state = ?, doubtful = ?, try_at = NULL, lease_until = NULL, reason = ?, detail = ? WHERE id = ? AND state IN ('due', 'sending') AND attempts = ?",
			state, unsure, reason, detail, due.ID, due.Attempts))
		if err != nil {
			return err
		}
		if err := db.care(due.ReplyID); err != nil {
			return err
		}
		if reason == "silenced" && due.Reply.OrderID != nil && due.Reply.Outcome == OutcomeAwaiting {
			return db.letGo(*due.Reply.OrderID, "stopped")
		}
		return db.askByLetter(due)
	})
}

// releaseAnswer takes the price back of an answer that the network has certainly not taken.
func (t *tx) releaseAnswer(due *DueAnswer) error {
	if due.Month == "" {
		return nil
	}
	if err := t.spendIn(due.Month, due.ShopID, due.ProfileID, "reply", -1, -due.Micros, false); err != nil {
		return err
	}
	return t.Exec("UPDATE reply_answers SET micros = 0, month = '' WHERE id = ?", due.ID).Error
}

func (s *Store) endAnswer(ctx context.Context, due *DueAnswer, do func(db *tx) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	err := s.write(ctx, func(db *tx) error {
		db.touches()
		return do(db)
	})
	if errors.Is(err, ErrChanged) {
		return nil // another has taken it over meanwhile
	}
	return err
}

// QueueAnswers gives the answers whose time has come to the queue, each once.
func (s *Store) QueueAnswers(ctx context.Context, most int) error {
	const due = "try_at <= ? AND state IN ('due', 'sending') AND (lease_until IS NULL OR lease_until <= ?)"
	now := s.now()
	var ids []string
	if err := s.read(ctx).Raw("SELECT id FROM reply_answers WHERE "+due+" ORDER BY try_at, id LIMIT ?", now, now, most).Scan(&ids).Error; err != nil || len(ids) == 0 {
		return err
	}
	return s.write(ctx, func(db *tx) error {
		db.touches()
		for _, id := range ids {
			result := db.Exec("UPDATE reply_answers SET lease_until = CASE WHEN state = 'due' THEN ? ELSE lease_until END WHERE id = ? AND "+due, now.Add(queuedFor), id, now, now)
			if result.Error != nil {
				return result.Error
			}
			if result.RowsAffected == 0 {
				continue
			}
			if err := db.enqueue(AnswerReply{ReplyAnswerID: id}); err != nil {
				return err
			}
		}
		return nil
	})
}

// LastWord finds the reply that confirmed an order, where its post has no answer yet; ErrNotFound otherwise.
func (s *Store) LastWord(ctx context.Context, orderID string) (*Reply, error) {
	replies, err := list[Reply](s.read(ctx).Where("order_id = ? AND outcome = 'confirmed'", orderID).Order("came_at, id").Limit(1))
	if err != nil {
		return nil, err
	}
	if len(replies) == 0 {
		return nil, ErrNotFound
	}
	var there int64
	err = s.read(ctx).Raw("SELECT count(*) FROM reply_answers WHERE reply_id = ?", replies[0].ID).Scan(&there).Error
	if err == nil && there > 0 {
		err = ErrNotFound
	}
	return &replies[0], err
}

// AnswerLast leaves the last word to a reply that is decided already, once.
func (s *Store) AnswerLast(ctx context.Context, reply *Reply, answer PublicAnswer) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		_, err := db.answerReply(reply, &answer)
		return err
	})
}

// DueAnswers lists answers whose time has come and that nobody is at.
func (s *Store) DueAnswers(ctx context.Context, most int) (ids []string, err error) {
	now := s.now()
	err = s.read(ctx).Raw("SELECT id FROM reply_answers WHERE try_at <= ? AND state = 'due' AND (lease_until IS NULL OR lease_until <= ?) ORDER BY try_at, id LIMIT ?", now, now, most).Scan(&ids).Error
	return ids, err
}
