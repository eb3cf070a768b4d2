package models

import "context"

// Note gives a small fact of this installation; empty where it was never kept.
func (s *Store) Note(ctx context.Context, name string) (string, error) {
	var values []string
	err := s.read(ctx).Raw("SELECT value FROM notes WHERE name = ?", name).Scan(&values).Error
	if err != nil || len(values) == 0 {
		return "", err
	}
	return values[0], nil
}

// KeepNote keeps a small fact of this installation.
func (s *Store) KeepNote(ctx context.Context, name, value string) error {
	return s.write(ctx, func(db *tx) error {
		return db.Exec("INSERT INTO notes (name, value, updated_at) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at", name, value, s.now()).Error
	})
}
