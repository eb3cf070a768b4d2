package models

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// FollowLink finds where a short link leads: the slug of its offer, or ErrNotFound. It counts the click of a person; of
// a visitor "", which is nobody, it counts nothing. What is kept of the visitor for the day is a hash with the day's own
// salt, which tells two people apart and nothing else.
func (s *Store) FollowLink(ctx context.Context, code, visitor string) (slug string, err error) {
	var rows []struct{ ID, Slug string }
	err = s.read(ctx).Raw("SELECT posts.id, offers.slug FROM posts JOIN offers ON offers.id = posts.offer_id WHERE posts.code = ?", code).Scan(&rows).Error
	if err != nil {
		return "", err
	}
	if len(rows) == 0 {
		return "", ErrNotFound
	}
	if visitor != "" {
		err = s.write(ctx, func(db *tx) error {
			db.touches()
			return db.countClick(rows[0].ID, visitor)
		})
	}
	return rows[0].Slug, err
}

func (t *tx) countClick(postID, visitor string) error {
	day := t.store.now().Format("2006-01-02")
	salt, err := t.visitSalt(day)
	if err != nil {
		return err
	}
	mac := hmac.New(sha256.New, []byte(salt))
	mac.Write(place(postID, visitor))
	result := t.Exec("INSERT INTO post_visits (post_id, day, visitor) VALUES (?, ?, ?) ON CONFLICT (post_id, day, visitor) DO NOTHING", postID, day, hex.EncodeToString(mac.Sum(nil)[:16]))
	if result.Error != nil {
		return result.Error
	}
	return t.Exec("UPDATE posts SET clicks = clicks + 1, visitors = visitors + ? WHERE id = ?", result.RowsAffected, postID).Error
}

// visitSalt gives the day's salt, sealed in the database while the day lasts.
func (t *tx) visitSalt(day string) (string, error) {
	read := func() (sealed []string, err error) {
		return sealed, t.Raw("SELECT salt FROM visit_salts WHERE day = ?", day).Scan(&sealed).Error
	}
	rows, err := read()
	if err == nil && len(rows) == 0 {
		var fresh string
		if fresh, err = t.store.sealer.seal(newSecret(), "visit_salts", "salt", day); err != nil {
			return "", err
		}
		if err = t.Exec("INSERT INTO visit_salts (day, salt) VALUES (?, ?) ON CONFLICT (day) DO NOTHING", day, fresh).Error; err == nil {
			rows, err = read()
		}
	}
	if err != nil || len(rows) == 0 {
		return "", orMissing(err)
	}
	return t.store.sealer.open(rows[0], "visit_salts", "salt", day)
}

// forgetVisits drops the salts and hashes of days that are over: nobody can be told from anybody any more.
func (t *tx) forgetVisits() error {
	day := t.store.now().Format("2006-01-02")
	if err := t.Exec("DELETE FROM post_visits WHERE day < ?", day).Error; err != nil {
		return err
	}
	return t.Exec("DELETE FROM visit_salts WHERE day < ?", day).Error
}
