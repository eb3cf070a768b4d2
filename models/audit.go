package models

import (
	"context"
	"time"
)

// Audit is an entry of who did what when. Nothing removes or changes one.
type Audit struct {
	ID        string
	UserID    *string
	ShopID    *string
	Action    string // noun.verb
	Object    string
	Detail    string
	CreatedAt time.Time
}

// TableName is where entries are kept.
func (Audit) TableName() string { return "audit_entries" }

func (t *tx) audit(entry Audit) error {
	entry.ID, entry.CreatedAt = newID(), t.store.now()
	return t.Create(&entry).Error
}

// AuditEntries lists entries for the admin, newest first.
func (s *Store) AuditEntries(ctx context.Context, page Page) ([]Audit, error) {
	var entries []Audit
	err := page.apply(s.read(ctx), "created_at").Find(&entries).Error
	return entries, err
}
