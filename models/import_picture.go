package models

import (
	"context"
	"errors"
	"io"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// ImportedPicture is a picture of the shop that came from an address.
type ImportedPicture struct {
	ShopID    string `gorm:"primaryKey"`
	Address   string `gorm:"primaryKey"`
	PictureID string
	CreatedAt time.Time
}

// WantedPictures are up to most pictures of an import's next offer that are still to be fetched. An item without any has
// all that can be had: give it to AttachPictures. The item is nil where the import needs no more pictures.
func (s *Store) WantedPictures(ctx context.Context, importID string, most int) (item *ImportItem, wanted []BroughtPicture, err error) {
	one, err := first[ImportItem](s.read(ctx).Where("import_id = ? AND pictures_left > 0", importID).Order("position"))
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	shop, err := s.shopOfImport(ctx, importID)
	if err != nil {
		return nil, nil, err
	}
	for _, picture := range one.Content.Pictures {
		id, err := s.pictureAt(ctx, shop, picture.Address)
		if err != nil {
			return nil, nil, err
		}
		if id == "" && !picture.Failed && len(wanted) < most {
			wanted = append(wanted, picture)
		}
	}
	return &one, wanted, nil
}

func (s *Store) shopOfImport(ctx context.Context, importID string) (*Shop, error) {
	one, err := first[Import](s.read(ctx).Where("id = ?", importID))
	if err != nil {
		return nil, found(err)
	}
	return s.ShopOf(ctx, one.ShopID)
}

// KeepImportedPicture keeps a picture that was fetched from an address. Problems: those of SavePicture.
func (s *Store) KeepImportedPicture(ctx context.Context, importID, address string, content io.Reader) error {
	shop, err := s.shopOfImport(ctx, importID)
	if err != nil {
		return err
	}
	picture, err := s.SavePicture(ctx, shop, content)
	if err != nil {
		return err
	}
	return s.write(ctx, func(db *tx) error {
		db.touches()
		row := ImportedPicture{ShopID: shop.ID, Address: address, PictureID: picture.ID, CreatedAt: s.now()}
		return db.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error
	})
}

// FailPicture writes down why a picture cannot be had, so that it is not asked for again. A later import of the same file
// tries it anew.
func (s *Store) FailPicture(ctx context.Context, item *ImportItem, address, code string, data ...any) error {
	shop, err := s.shopOfImport(ctx, item.ImportID)
	if err != nil {
		return err
	}
	return s.write(ctx, func(db *tx) error {
		db.touches()
		var now ImportItem
		if err := db.Where("id = ?", item.ID).Take(&now).Error; err != nil {
			return found(err)
		}
		for i, picture := range now.Content.Pictures {
			if picture.Address == address && !picture.Failed {
				now.Content.Pictures[i].Failed = true
				now.Notes.add(picture.Row, "", code, data...)
			}
		}
		if err := db.Exec("UPDATE imported_offers SET digest = '' WHERE shop_id = ? AND handle = ? AND offer_id = ?", shop.ID, now.Handle, now.OfferID).Error; err != nil {
			return err
		}
		return db.Model(&ImportItem{}).Where("id = ?", item.ID).Updates(map[string]any{"content": now.Content, "notes": now.Notes, "updated_at": s.now()}).Error
	})
}

// AttachPictures puts the pictures that we have into the draft, unless the merchant has touched it meanwhile.
func (s *Store) AttachPictures(ctx context.Context, item *ImportItem) error {
	one, err := first[Import](s.read(ctx).Where("id = ?", item.ImportID))
	if err != nil {
		return found(err)
	}
	shop, err := s.ShopOf(ctx, one.ShopID)
	if err != nil {
		return err
	}
	user, err := s.User(ctx, one.UserID)
	if err != nil {
		return err
	}
	form, _, err := s.withPictures(ctx, shop, &item.Content)
	if err != nil {
		return err
	}
	key, err := first[ImportedOffer](s.read(ctx).Where("shop_id = ? AND source = ? AND handle = ? AND offer_id = ?", shop.ID, one.Source, item.Handle, deref(item.OfferID)))
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		return err
	}
	notes := item.Notes
	if form.PictureID != "" && err == nil {
		var problems Problems
		form.Seen = key.Mark
		switch err := s.dress(ctx, shop, user, key.OfferID, form); {
		case errors.As(err, &problems), errors.Is(err, ErrNotFound), errors.Is(err, ErrChanged):
			notes.add(int(item.FileRow), "", "import.picture_late")
		case err != nil:
			return err
		default:
			key.Mark = form.mark(shop)
		}
	}
	return s.write(ctx, func(db *tx) error {
		db.touches()
		if err := db.Exec("UPDATE imported_offers SET mark = ? WHERE shop_id = ? AND source = ? AND handle = ? AND offer_id = ?", key.Mark, shop.ID, one.Source, item.Handle, key.OfferID).Error; err != nil {
			return err
		}
		return db.Model(&ImportItem{}).Where("id = ?", item.ID).Updates(map[string]any{"pictures_left": 0, "notes": notes, "updated_at": s.now()}).Error
	})
}

// dress keeps the form of a draft that is as the import left it, now with pictures.
func (s *Store) dress(ctx context.Context, shop *Shop, user *User, offerID string, form OfferForm) error {
	view, err := s.offerOf(ctx, shop, offerID)
	if err != nil {
		return err
	}
	return s.UpdateOffer(ctx, shop, user, &view.Offer, form)
}

// GoOnFetching leaves the next pictures of an import for later, or ends it where none is left.
func (s *Store) GoOnFetching(ctx context.Context, importID string) error {
	err := s.write(ctx, func(db *tx) error {
		db.touches()
		var left int64
		if err := db.Raw("SELECT count(*) FROM import_items WHERE import_id = ? AND pictures_left > 0", importID).Scan(&left).Error; err != nil {
			return err
		}
		if left > 0 {
			return db.enqueue(FetchPictures{importID})
		}
		return changed(db.Exec("UPDATE imports SET state = 'done', updated_at = ? WHERE id = ? AND state = 'pictures'", s.now(), importID))
	})
	if errors.Is(err, ErrChanged) {
		return nil
	}
	return err
}

// LeavePictures ends an import without fetching its pictures, where nothing outside can be reached.
func (s *Store) LeavePictures(ctx context.Context, importID string) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		if err := db.Exec("UPDATE import_items SET pictures_left = 0 WHERE import_id = ? AND pictures_left > 0", importID).Error; err != nil {
			return err
		}
		return db.Exec("UPDATE imports SET state = 'done', updated_at = ? WHERE id = ? AND state = 'pictures'", s.now(), importID).Error
	})
}
