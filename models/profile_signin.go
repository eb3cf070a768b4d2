package models

import (
	"context"
	"time"
)

// signInLasts is how long somebody may take on a network's pages.
const signInLasts = 15 * time.Minute

// BeginSignIn keeps what a person leaves with for a network's sign-in, sealed, for the one who left. The id stays in the
// person's session.
func (s *Store) BeginSignIn(ctx context.Context, shop *Shop, user *User, network, begun string) (id string, err error) {
	return s.keepSignIn(ctx, "profile_signins", begun, map[string]any{"shop_id": shop.ID, "user_id": user.ID, "network": network})
}

// keepSignIn keeps a sign-in in one of the tables of them, and drops those that are over.
func (s *Store) keepSignIn(ctx context.Context, table, begun string, row map[string]any) (id string, err error) {
	id = newSecret()
	if row["begun"], err = s.sealer.seal(begun, table, "begun", id); err != nil {
		return "", err
	}
	row["id"], row["expires_at"] = id, s.now().Add(signInLasts)
	return id, s.write(ctx, func(db *tx) error {
		db.touches()
		if err := db.Exec("DELETE FROM "+table+" WHERE expires_at < ?", s.now()).Error; err != nil {
			return err
		}
		return db.Table(table).Create(row).Error
	})
}

// SignInUnderWay gives what BeginSignIn kept, to the same person in the same shop, or ErrNotFound.
func (s *Store) SignInUnderWay(ctx context.Context, shop *Shop, user *User, network, id string) (begun string, err error) {
	var rows []string
	err = s.read(ctx).Raw("SELECT begun FROM profile_signins WHERE id = ? AND shop_id = ? AND user_id = ? AND network = ? AND expires_at > ?", id, shop.ID, user.ID, network, s.now()).Scan(&rows).Error
	if err != nil {
		return "", err
	}
	if len(rows) == 0 {
		return "", ErrNotFound
	}
	return s.sealer.open(rows[0], "profile_signins", "begun", id)
}

// EndSignIn uses a sign-in up: ErrChanged where it was used before.
func (s *Store) EndSignIn(ctx context.Context, id string) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		return changed(db.Exec("DELETE FROM profile_signins WHERE id = ?", id))
	})
}
