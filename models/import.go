package models

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"
)

// Import is a file of offers that a merchant brings along: shown first, then made into drafts.
type Import struct {
	ID        string
	ShopID    string
	UserID    string
	Slug      string
	FormKey   string
	Source    string // shopify, tillbird
	FileName  string
	Encoding  string // what the file was written in: utf-8, utf-16, windows-1252
	Currency  string // in which prices without one were read
	FileRows  int64
	State     string // preview, bringing, pictures, done, removing, removed
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Busy tells whether a job is at it.
func (i *Import) Busy() bool {
	return i.State == "bringing" || i.State == "pictures" || i.State == "removing"
}

// ImportItem is one offer of a file: what bringing it would do, and what was done.
type ImportItem struct {
	ID           string
	ImportID     string
	Position     int64
	FileRow      int64 // where it begins, as a spreadsheet counts
	Handle       string
	Title        string
	Content      Brought
	Digest       string
	Notes        ImportNotes
	Kind         string // new, changed, edited (changed by the merchant since), unchanged, skipped
	State        string // waiting, made, updated, kept, failed, removed
	OfferID      *string
	PicturesLeft int64
	UpdatedAt    time.Time
}

// ImportKinds are what bringing an offer may do.
var ImportKinds = []string{"new", "changed", "edited", "unchanged", "skipped"}

// importLasts is how long a file that was only looked at is kept.
const importLasts = 7 * 24 * time.Hour

// Brought is an offer as a file has it, in the words of our own form.
type Brought struct {
	Form     OfferForm        `json:"form"`
	Pictures []BroughtPicture `json:"pictures,omitempty"`
	Seen     string           `json:"seen,omitempty"` // the mark that our own file was written with

	handle string
	row    int
	rows   []int // of the form's variants
	notes  ImportNotes
	skip   bool // it cannot be brought; the notes say why
}

// BroughtPicture is a picture by its address.
type BroughtPicture struct {
	Address string `json:"address"`
	Alt     string `json:"alt"`
	Row     int    `json:"row"`
	Failed  bool   `json:"failed,omitempty"`
}

// digest tells one content of a file from another, wherever in the file it stands.
func (b *Brought) digest() string {
	form := b.Form
	form.Key, form.Seen = "", ""
	pictures := make([]BroughtPicture, len(b.Pictures))
	for i, picture := range b.Pictures {
		pictures[i] = BroughtPicture{Address: picture.Address, Alt: picture.Alt}
	}
	text, _ := json.Marshal([]any{form, pictures})
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// CreateImport reads a file of offers and keeps what it would bring, without making anything. The same form sent again
// gives the import that it made first. Problems (field "file"): see readTable, and import.columns.
func (s *Store) CreateImport(ctx context.Context, shop *Shop, user *User, name, key string, raw []byte) (*Import, error) {
	lines, wrong := readTable(raw)
	if wrong != nil {
		wrong.Field = "file"
		return nil, Problems{*wrong}
	}
	now := s.now()
	made := &Import{
		ID: newID(), ShopID: shop.ID, UserID: user.ID, Slug: newSlug(), FormKey: key, FileName: fileName(name), Encoding: lines.encoding,
		Currency: shop.Currency, FileRows: int64(len(lines.lines)), State: "preview", CreatedAt: now, UpdatedAt: now,
	}
	var list []Brought
	switch {
	case lines.isShopify():
		made.Source, list = "shopify", lines.shopify(shop)
	case lines.isOurs():
		made.Source, list = "tillbird", lines.ours(shop)
	default:
		return nil, Problems{{Field: "file", Code: "import.columns"}}
	}
	items, err := s.plan(ctx, shop, made, list)
	if err != nil {
		return nil, err
	}
	err = s.write(ctx, func(db *tx) error {
		db.touches()
		if err := db.forgetImports(shop); err != nil {
			return err
		}
		if err := db.Create(made).Error; err != nil {
			return err
		}
		if err := db.CreateInBatches(items, 50).Error; err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "import.read", Object: made.Slug, Detail: made.FileName})
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) && key != "" {
		twin, err := first[Import](s.read(ctx).Where("shop_id = ? AND form_key = ?", shop.ID, key))
		return &twin, found(err)
	}
	if err != nil {
		return nil, err
	}
	return made, nil
}

// forgetImports drops files that were looked at and never brought.
func (t *tx) forgetImports(shop *Shop) error {
	old := "shop_id = ? AND state = 'preview' AND created_at < ?"
	since := t.store.now().Add(-importLasts)
	if err := t.Exec("DELETE FROM import_items WHERE import_id IN (SELECT id FROM imports WHERE "+old+")", shop.ID, since).Error; err != nil {
		return err
	}
	return t.Exec("DELETE FROM imports WHERE "+old, shop.ID, since).Error
}

// Imports are the shop's imports, newest first, one more than the page where there are more.
func (s *Store) Imports(ctx context.Context, shop *Shop, page Page) (list []Import, err error) {
	err = page.apply(s.read(ctx).Where("shop_id = ?", shop.ID), "created_at").Find(&list).Error
	return list, err
}

// ImportIn finds the shop's own import, or ErrNotFound.
func (s *Store) ImportIn(ctx context.Context, shop *Shop, slug string) (*Import, error) {
	one, err := first[Import](s.read(ctx).Where("shop_id = ? AND slug = ?", shop.ID, slug))
	return &one, found(err)
}

// ImportCounts say how far an import is.
type ImportCounts struct {
	Kinds    map[string]int64
	States   map[string]int64
	Pictures int64 // offers that wait for pictures
}

// Total is how many offers the file has.
func (c ImportCounts) Total() (n int64) {
	for _, count := range c.Kinds {
		n += count
	}
	return n
}

// ImportCounts counts an import's offers.
func (s *Store) ImportCounts(ctx context.Context, one *Import) (ImportCounts, error) {
	counts := ImportCounts{Kinds: map[string]int64{}, States: map[string]int64{}}
	var rows []struct {
		Kind, State string
		N, Waiting  int64
	}
	err := s.read(ctx).Raw(`SELECT kind, state, count(*) AS n, CAST(sum(CASE WHEN pictures_left > 0 THEN 1 ELSE 0 END) AS BIGINT) AS waiting
		FROM import_items WHERE import_id = ? GROUP BY kind, state`, one.ID).Scan(&rows).Error
	for _, row := range rows {
		counts.Kinds[row.Kind] += row.N
		counts.States[row.State] += row.N
		counts.Pictures += row.Waiting
	}
	return counts, err
}

// ImportItemView is an item with the offer it became, where it is still there.
type ImportItemView struct {
	ImportItem
	OfferSlug string
}

// ImportItems lists an import's offers in the file's order, after a position; one more than size where there are more.
func (s *Store) ImportItems(ctx context.Context, one *Import, kind string, after int64, size int) ([]ImportItemView, error) {
	query := s.read(ctx).Where("import_id = ? AND position > ?", one.ID, after)
	if slices.Contains(ImportKinds, kind) {
		query = query.Where("kind = ?", kind)
	}
	var items []ImportItem
	if err := query.Order("position").Limit(size + 1).Find(&items).Error; err != nil {
		return nil, err
	}
	var ids []string
	for _, item := range items {
		if item.OfferID != nil {
			ids = append(ids, *item.OfferID)
		}
	}
	offers, err := list[Offer](s.read(ctx).Select("id", "slug").Where("id IN ? AND shop_id = ?", ids, one.ShopID))
	if err != nil {
		return nil, err
	}
	slugs := map[string]string{}
	for _, offer := range offers {
		slugs[offer.ID] = offer.Slug
	}
	list := make([]ImportItemView, len(items))
	for i, item := range items {
		list[i] = ImportItemView{ImportItem: item, OfferSlug: slugs[deref(item.OfferID)]}
	}
	return list, nil
}
