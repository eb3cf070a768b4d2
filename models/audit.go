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

// AuditLine is an entry with the names of who did it and of the shop it is about; empty where there is none.
type AuditLine struct {
	Audit
	Email  string
	Handle string
}

// AuditFilter narrows the list of entries; blank fields do not count.
type AuditFilter struct {
	Shop   *Shop
	Action string // noun.verb
	Page   Page
}

// AuditEntries lists entries for the admin, newest first.
func (s *Store) AuditEntries(ctx context.Context, filter AuditFilter) ([]AuditLine, error) {
	query := s.read(ctx)
	if filter.Shop != nil {
		query = query.Where("shop_id = ?", filter.Shop.ID)
	}
	if filter.Action != "" {
		query = query.Where("action = ?", filter.Action)
	}
	var entries []Audit
	if err := filter.Page.apply(query, "created_at").Find(&entries).Error; err != nil {
		return nil, err
	}
	emails, handles, err := s.auditNames(ctx, entries)
	if err != nil {
		return nil, err
	}
	lines := make([]AuditLine, 0, len(entries))
	for _, entry := range entries {
		lines = append(lines, AuditLine{Audit: entry, Email: emails[deref(entry.UserID)], Handle: handles[deref(entry.ShopID)]})
	}
	return lines, nil
}

func (s *Store) auditNames(ctx context.Context, entries []Audit) (emails, handles map[string]string, err error) {
	users, shops := []string{""}, []string{""}
	for _, entry := range entries {
		users, shops = append(users, deref(entry.UserID)), append(shops, deref(entry.ShopID))
	}
	if emails, err = s.names(ctx, "SELECT id, email AS name FROM users WHERE id IN ?", users); err != nil {
		return nil, nil, err
	}
	handles, err = s.names(ctx, "SELECT id, handle AS name FROM shops WHERE id IN ?", shops)
	return emails, handles, err
}

func (s *Store) names(ctx context.Context, query string, ids []string) (map[string]string, error) {
	var rows []struct{ ID, Name string }
	if err := s.read(ctx).Raw(query, ids).Scan(&rows).Error; err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, row := range rows {
		names[row.ID] = row.Name
	}
	return names, nil
}
