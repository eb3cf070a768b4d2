package models

import "context"

// BeginFanSignIn keeps what a fan leaves with for a network's sign-in, sealed. The id stays in the fan's session.
func (s *Store) BeginFanSignIn(ctx context.Context, network, begun string) (id string, err error) {
	return s.keepSignIn(ctx, "fan_signins", begun, map[string]any{"network": network})
}

// EndFanSignIn gives what BeginFanSignIn kept, once, or ErrNotFound.
func (s *Store) EndFanSignIn(ctx context.Context, network, id string) (begun string, err error) {
	var sealed []string
	err = s.write(ctx, func(db *tx) error {
		db.touches()
		if err := db.Raw("SELECT begun FROM fan_signins WHERE id = ? AND network = ? AND expires_at > ?", id, network, s.now()).Scan(&sealed).Error; err != nil || len(sealed) == 0 {
			return err
		}
		return changed(db.Exec("DELETE FROM fan_signins WHERE id = ?", id))
	})
	if err != nil {
		return "", err
	}
	if len(sealed) == 0 {
		return "", ErrNotFound
	}
	return s.sealer.open(sealed[0], "fan_signins", "begun", id)
}

// confirmFanEmail writes the letter that confirms a fan's address; an older link ends.
func (t *tx) confirmFanEmail(fan *Fan, email, language string) error {
	secret := newSecret()
	hash := t.store.sealer.digest("fan email", secret)
	if err := t.Exec("UPDATE fans SET email_hash = ? WHERE id = ?", hash, fan.ID).Error; err != nil {
		return err
	}
	return t.letter(Letter{Key: "fan_email-" + hash[:32], Kind: "fan_email", Recipient: email, Language: language, Secret: secret})
}

// moveFanEmail asks to confirm a new address, and tells the old one that it is not used any more: whoever took the wallet
// over must not be able to do so in silence.
func (t *tx) moveFanEmail(fan *Fan, email, language string) error {
	if err := t.confirmFanEmail(fan, email, language); err != nil || fan.EmailConfirmedAt == nil || fan.Email == email {
		return err
	}
	return t.letter(Letter{Key: "fan_moved-" + newID(), Kind: "fan_moved", Recipient: fan.Email, Language: language})
}

// AskFanEmail sends the confirming letter again; nothing where the address is confirmed.
func (s *Store) AskFanEmail(ctx context.Context, fan *Fan) error {
	if fan.EmailConfirmedAt != nil || fan.Email == "" {
		return nil
	}
	return s.write(ctx, func(db *tx) error {
		db.touches()
		return db.confirmFanEmail(fan, fan.Email, fan.Language)
	})
}

// ConfirmFanEmail marks a fan's address as confirmed by the secret of its letter. Problem link.expired where it is not the
// newest letter's.
func (s *Store) ConfirmFanEmail(ctx context.Context, secret string) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		var ids []string
		hash := s.sealer.digest("fan email", secret)
		if err := db.Raw("UPDATE fans SET email_confirmed_at = COALESCE(email_confirmed_at, ?) WHERE email_hash = ? AND deleted_at IS NULL RETURNING id", s.now(), hash).Scan(&ids).Error; err != nil {
			return err
		}
		if len(ids) == 0 {
			return Problems{{Field: "link", Code: "link.expired"}}
		}
		return db.enqueue(ClaimReplies{FanID: ids[0]})
	})
}
