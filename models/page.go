package models

import (
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Page asks for one page of a list by keyset: the rows after (older than) a cursor, or before it.
type Page struct {
	Cursor string // from CursorOf, or empty for the first page
	Newer  bool   // the rows before the cursor, not after it; they come oldest first until Turn puts them in order
	Size   int    // 0 = 25
}

// CursorOf marks a row's place in a list ordered by time and id.
func CursorOf(at time.Time, id string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(at.UTC().Format(time.RFC3339Nano) + " " + id))
}

// Limit is the number of rows of a page.
func (p Page) Limit() int {
	if p.Size <= 0 || p.Size > 100 {
		return 25
	}
	return p.Size
}

// place reads the cursor; ok is false for none, and for one that is not ours.
func (p Page) place() (at time.Time, id string, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	stamp, id, cut := strings.Cut(string(raw), " ")
	at, timeErr := time.Parse(time.RFC3339Nano, stamp)
	return at, id, err == nil && cut && timeErr == nil
}

// apply orders by column and id, newest first, and asks for one row more than the page, which tells that there is more.
func (p Page) apply(db *gorm.DB, column string) *gorm.DB { return p.applyBy(db, column, "id") }

// applyBy is apply for a table whose rows are told apart by another column than id.
func (p Page) applyBy(db *gorm.DB, column, key string) *gorm.DB {
	db = db.Limit(p.Limit() + 1)
	at, id, ok := p.place()
	switch {
	case !ok:
		return db.Order(column + " DESC, " + key + " DESC")
	case p.Newer:
		return db.Order(column+", "+key).Where("("+column+" > ? OR "+column+" = ? AND "+key+" > ?)", at, at, id)
	}
	return db.Order(column+" DESC, "+key+" DESC").Where("("+column+" < ? OR "+column+" = ? AND "+key+" < ?)", at, at, id)
}

// Turn puts the rows that a page gave in order, newest first, leaves out the one that only told of more, and tells
// whether there are newer and older rows than these.
func Turn[T any](p Page, rows []T) (shown []T, newer, older bool) {
	more := len(rows) > p.Limit()
	if more {
		rows = rows[:p.Limit()]
	}
	_, _, ok := p.place()
	if p.Newer && ok {
		slices.Reverse(rows)
		return rows, more, true
	}
	return rows, ok, more
}
