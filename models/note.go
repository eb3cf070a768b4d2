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
		db.touches()
		return db.Exec("INSERT INTO notes (name, value, updated_at) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at", name, value, s.now()).Error
	})
}

// NoteOnce keeps a small fact unless one of that name is kept already, and gives the one that stands: of two who ask at
// once, both get the same.
func (s *Store) NoteOnce(ctx context.Context, name, value string) (string, error) {
	err := s.write(ctx, func(db *tx) error {
		db.touches()
		if err := db.Exec("INSERT INTO notes (name, value, updated_at) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING", name, value, s.now()).Error; err != nil {
			return err
		}
		return db.Raw("SELECT value FROM notes WHERE name = ?", name).Scan(&value).Error
	})
	return value, err
}

// ForgetNote removes a small fact.
func (s *Store) ForgetNote(ctx context.Context, name string) error {
	return s.write(ctx, func(db *tx) error { return db.Exec("DELETE FROM notes WHERE name = ?", name).Error })
}
