package models

import (
	"context"
	"time"
)

// Sessions keeps the web's sessions in the database under the hash of their token, so that a stolen database opens
// none. It is a store for scs.
type Sessions struct{ store *Store }

// Sessions is the place where the web keeps its sessions.
func (s *Store) Sessions() Sessions { return Sessions{s} }

// FindCtx gives a session's bytes; found is false where there is none or it is over.
func (ss Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	var rows []struct{ Data []byte }
	err = ss.store.read(ctx).Raw("SELECT data FROM sessions WHERE hash = ? AND expires_at > ?", ss.hash(token), ss.store.now()).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, false, err
	}
	return rows[0].Data, true, nil
}

// CommitCtx keeps a session's bytes until its expiry.
func (ss Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	return ss.store.write(ctx, func(db *tx) error {
		db.touches()
		return db.Exec("INSERT INTO sessions (hash, data, expires_at) VALUES (?, ?, ?) ON CONFLICT (hash) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at",
			ss.hash(token), data, expiry.UTC()).Error
	})
}

// DeleteCtx ends a session.
func (ss Sessions) DeleteCtx(ctx context.Context, token string) error {
	return ss.store.write(ctx, func(db *tx) error {
		db.touches()
		return db.Exec("DELETE FROM sessions WHERE hash = ?", ss.hash(token)).Error
	})
}

// Find, Commit and Delete complete scs's interface; the web only uses the ones with a context.
func (ss Sessions) Find(token string) ([]byte, bool, error) {
	return ss.FindCtx(context.Background(), token)
}

// Commit keeps a session without a context.
func (ss Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return ss.CommitCtx(context.Background(), token, data, expiry)
}

// Delete ends a session without a context.
func (ss Sessions) Delete(token string) error { return ss.DeleteCtx(context.Background(), token) }

func (ss Sessions) hash(token string) string { return ss.store.sealer.digest("session", token) }

// Sweep removes what has run out and serves nobody: sessions, links, limits.
func (s *Store) Sweep(ctx context.Context) error {
	now := s.now()
	if err := s.sweepCards(now); err != nil {
		return err
	}
	return s.write(ctx, func(db *tx) error {
		db.touches()
		if err := db.Exec("DELETE FROM sessions WHERE expires_at < ?", now).Error; err != nil {
			return err
		}
		if err := db.Exec("DELETE FROM user_links WHERE expires_at < ?", now.Add(-30*24*time.Hour)).Error; err != nil {
			return err
		}
		// Who waited in vain is forgotten.
		if err := db.Exec("DELETE FROM waits WHERE state IN ('passed', 'left') AND updated_at < ?", now.Add(-30*24*time.Hour)).Error; err != nil {
			return err
		}
		if err := db.forgetVisits(); err != nil {
			return err
		}
		return db.Exec("DELETE FROM rate_limits WHERE arrival_us < ?", now.UnixMicro()).Error
	})
}
