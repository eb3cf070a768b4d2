package models

import (
	"context"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
)

// ImportedOffer says which offer an import made of a handle, and how it left it.
type ImportedOffer struct {
	ShopID    string `gorm:"primaryKey"`
	Source    string `gorm:"primaryKey"`
	Handle    string `gorm:"primaryKey"`
	OfferID   string
	Digest    string // of the file's content; "" where some of it could not be brought
	Mark      string // of the draft as the import left it
	UpdatedAt time.Time
}

// standing is what bringing an offer of a file would do now.
type standing struct {
	kind  string // one of ImportKinds
	note  string // why, where that needs saying
	offer *OfferView
	form  OfferForm // with those of the pictures that we have
	left  int       // pictures that we do not have
}

// plan makes the items of an import: what is wrong with each offer of the file, and what bringing it would do.
func (s *Store) plan(ctx context.Context, shop *Shop, one *Import, list []Brought) ([]ImportItem, error) {
	items := make([]ImportItem, len(list))
	for i := range list {
		b := &list[i]
		if !b.skip {
			for _, wrong := range b.Form.Check(shop) {
				b.skip = true
				row, column := b.place(one.Source, wrong.Field)
				b.notes.add(row, column, wrong.Code, wrong.Data...)
			}
		}
		item := ImportItem{ID: newID(), ImportID: one.ID, Position: int64(i) + 1, FileRow: int64(b.row), Handle: b.handle, Title: b.Form.Title, Content: *b, Digest: b.digest(), Kind: "skipped", State: "waiting", UpdatedAt: one.CreatedAt}
		if !b.skip {
			now, err := s.standing(ctx, shop, one.Source, &item)
			if err != nil {
				return nil, err
			}
			if item.Kind = now.kind; now.note != "" {
				b.notes.add(b.row, "", now.note)
			}
		}
		item.Notes = b.notes
		items[i] = item
	}
	return items, nil
}

// standing compares an offer of a file with what an earlier import made of it.
func (s *Store) standing(ctx context.Context, shop *Shop, source string, item *ImportItem) (now standing, err error) {
	now.kind = "new"
	if now.form, now.left, err = s.withPictures(ctx, shop, &item.Content); err != nil {
		return now, err
	}
	left, again := item.Content.Seen, false // the mark of the content that the file knows
	if source == "tillbird" {
		now.offer, err = s.OfferIn(ctx, shop, item.Handle)
	}
	if source != "tillbird" || errors.Is(err, ErrNotFound) {
		key, keyErr := first[ImportedOffer](s.read(ctx).Where("shop_id = ? AND source = ? AND handle = ?", shop.ID, source, item.Handle))
		if errors.Is(keyErr, gorm.ErrRecordNotFound) {
			return now, nil
		}
		if keyErr != nil {
			return now, keyErr
		}
		left, again = key.Mark, key.Digest == item.Digest
		now.offer, err = s.offerOf(ctx, shop, key.OfferID)
	}
	if err != nil {
		return now, err
	}
	mark := now.offer.Mark()
	switch draft := firstDraft(now.offer); {
	case again || now.left == 0 && (now.form.mark(shop) == mark || sameForm(now.form, FormOf(now.offer, shop.Zone(), plainAmount))):
		now.kind = "unchanged"
	case now.offer.State == "taken_down":
		now.kind, now.note = "skipped", "import.taken_down"
	case draft && left == mark:
		now.kind = "changed"
	case !draft && source != "tillbird":
		now.kind, now.note = "skipped", "import.sent"
	case !draft:
		now.kind, now.note = "edited", "import.on_sale"
	default:
		now.kind, now.note = "edited", "import.edited"
	}
	return now, nil
}

// firstDraft tells whether an offer was never sent to review: only then may an import change it unasked.
func firstDraft(view *OfferView) bool {
	return view.State == "draft" && view.Version.State == "draft" && view.Version.Number == 1
}

// mark is the Mark that an offer has once the form is kept.
func (f OfferForm) mark(shop *Shop) string { return f.Sketch(shop, nil).Mark() }

func sameForm(a, b OfferForm) bool {
	a.Key, a.Seen, b.Key, b.Seen = "", "", "", ""
	return reflect.DeepEqual(a, b)
}

func (s *Store) offerOf(ctx context.Context, shop *Shop, id string) (*OfferView, error) {
	offer, err := first[Offer](s.read(ctx).Where("shop_id = ? AND id = ?", shop.ID, id))
	if err != nil {
		return nil, found(err)
	}
	return s.offerView(ctx, offer, true)
}

// withPictures gives the form of an offer with those of its pictures that the shop has, and how many are to be fetched.
func (s *Store) withPictures(ctx context.Context, shop *Shop, b *Brought) (form OfferForm, left int, err error) {
	form = b.Form
	for _, picture := range b.Pictures {
		id, err := s.pictureAt(ctx, shop, picture.Address)
		switch {
		case err != nil:
			return form, 0, err
		case id == "" && !picture.Failed:
			left++
		case id == "":
		case form.PictureID == "":
			form.PictureID, form.Alt = id, picture.Alt
		default:
			form.More = append(form.More, PictureTyped{id, picture.Alt})
		}
	}
	return form, left, nil
}

// pictureAt is the shop's picture that came from an address, or that has this address here; "" where there is none.
func (s *Store) pictureAt(ctx context.Context, shop *Shop, address string) (id string, err error) {
	err = s.read(ctx).Raw("SELECT picture_id FROM imported_pictures WHERE shop_id = ? AND address = ?", shop.ID, address).Scan(&id).Error
	if err != nil || id != "" {
		return id, err
	}
	parts := strings.Split(address, "/")
	if n := len(parts); n < 3 || parts[n-3] != "pictures" || len(parts[n-2]) != 64 {
		return "", nil
	}
	err = s.read(ctx).Raw("SELECT id FROM pictures WHERE shop_id = ? AND digest = ?", shop.ID, parts[len(parts)-2]).Scan(&id).Error
	return id, err
}

// place is the row and the column of a file that a field of the form was read from.
func (b *Brought) place(source, field string) (row int, column string) {
	name, index := field, -1
	if at := strings.LastIndexByte(field, '_'); at > 0 {
		if n, err := strconv.Atoi(field[at+1:]); err == nil {
			name, index = field[:at], n
		}
	}
	row = b.row
	if strings.HasPrefix(name, "variant") && index >= 0 && index < len(b.rows) {
		row = b.rows[index]
	}
	column = placeColumns[source][name]
	if index >= 0 && (name == "option" || name == "values") {
		column = strings.Replace(column, "1", strconv.Itoa(index+1), 1)
	}
	return row, column
}

// placeColumns are the columns where the fields of the form come from, as people read them.
var placeColumns = map[string]map[string]string{
	"shopify": {
		"title": "Title", "words": "Body (HTML)", "price": "Variant Price", "stock": "Variant Inventory Qty", "option": "Option1 Name", "values": "Option1 Value",
		"variants": "Option1 Value", "variant_stock": "Variant Inventory Qty", "variant_extra": "Variant Price", "variant_sku": "Variant SKU",
	},
	"tillbird": {
		"title": "title", "words": "words", "price": "price", "was_price": "was_price", "currency": "currency", "suggested": "suggested_price", "stock": "stock", "limit": "limit_per_buyer",
		"starts_at": "starts_at", "ends_at": "ends_at", "fulfilment": "fulfilment", "withdrawal": "withdrawal", "hashtag": "hashtag", "alt": "picture_texts", "picture": "pictures",
		"hold": "hold_minutes", "keeping": "stock_kept", "turn": "turn_minutes", "reply": "replies", "option": "option1_name", "values": "option1_value", "variants": "option1_value",
		"variant_stock": "stock", "variant_extra": "difference", "variant_sku": "sku",
	},
}
