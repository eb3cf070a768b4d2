package models

import (
	"context"
	"errors"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// BringOffers makes the drafts of an import, or takes them away, some at a time.
type BringOffers struct {
	ImportID string `json:"import_id"`
}

// FetchPictures asks social for the pictures of an import, some at a time.
type FetchPictures struct {
	ImportID string `json:"import_id"`
}

// Kind names the job in the queue.
func (BringOffers) Kind() string   { return "bring_offers" }
func (FetchPictures) Kind() string { return "fetch_pictures" }

// bringAtOnce is how many offers one run of the job makes.
const bringAtOnce = 50

// StartImport brings the offers of a file that was looked at: the new ones, those that changed in the file alone, and of
// those that the merchant changed too the ones that are named by their ids. Done twice it changes nothing.
func (s *Store) StartImport(ctx context.Context, shop *Shop, user *User, one *Import, overwrite []string) error {
	now := s.now()
	err := s.write(ctx, func(db *tx) error {
		db.touches()
		if err := changed(db.Exec("UPDATE imports SET state = 'bringing', user_id = ?, updated_at = ? WHERE id = ? AND shop_id = ? AND state = 'preview'", user.ID, now, one.ID, shop.ID)); err != nil {
			return err
		}
		stay := db.Model(&ImportItem{}).Where("import_id = ? AND (kind IN ('unchanged', 'skipped') OR kind = 'edited' AND id NOT IN ?)", one.ID, append(overwrite, ""))
		if err := stay.Updates(map[string]any{"state": "kept", "updated_at": now}).Error; err != nil {
			return err
		}
		if err := db.enqueue(BringOffers{one.ID}); err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "import.started", Object: one.Slug, Detail: one.FileName})
	})
	if errors.Is(err, ErrChanged) {
		return nil
	}
	return err
}

// UndoImport takes the drafts of an import away that nobody touched since, or drops a file that was only looked at. Done
// twice it changes nothing.
func (s *Store) UndoImport(ctx context.Context, shop *Shop, user *User, one *Import) error {
	err := s.write(ctx, func(db *tx) error {
		db.touches()
		if one.State == "preview" {
			if err := db.Exec("DELETE FROM import_items WHERE import_id = (SELECT id FROM imports WHERE id = ? AND shop_id = ? AND state = 'preview')", one.ID, shop.ID).Error; err != nil {
				return err
			}
			return changed(db.Exec("DELETE FROM imports WHERE id = ? AND shop_id = ? AND state = 'preview'", one.ID, shop.ID))
		}
		if err := changed(db.Exec("UPDATE imports SET state = 'removing', updated_at = ? WHERE id = ? AND shop_id = ? AND state = 'done'", s.now(), one.ID, shop.ID)); err != nil {
			return err
		}
		if err := db.enqueue(BringOffers{one.ID}); err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "import.removed", Object: one.Slug, Detail: one.FileName})
	})
	if errors.Is(err, ErrChanged) {
		return nil
	}
	return err
}

// BringOffers does the next part of an import's work. It goes on where a crash left it.
func (s *Store) BringOffers(ctx context.Context, job BringOffers) error {
	one, err := first[Import](s.read(ctx).Where("id = ?", job.ImportID))
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	shop, err := s.ShopOf(ctx, one.ShopID)
	if err != nil {
		return err
	}
	user, err := s.User(ctx, one.UserID)
	if err != nil {
		return err
	}
	from, step := "waiting", s.bringItem
	switch one.State {
	case "bringing":
	case "removing":
		from, step = "made", s.removeItem
	default:
		return nil
	}
	items, err := list[ImportItem](s.read(ctx).Where("import_id = ? AND state = ?", one.ID, from).Order("position").Limit(bringAtOnce))
	if err != nil {
		return err
	}
	for i := range items {
		if err := step(ctx, shop, user, &one, &items[i]); err != nil {
			return err
		}
	}
	return s.goOn(ctx, &one, len(items) == bringAtOnce)
}

// goOn leaves the next part for later, or ends this part of the import.
func (s *Store) goOn(ctx context.Context, one *Import, more bool) error {
	err := s.write(ctx, func(db *tx) error {
		db.touches()
		if more {
			return db.enqueue(BringOffers{one.ID})
		}
		next := "removed"
		if one.State == "bringing" {
			next = "done"
			var left int64
			if err := db.Raw("SELECT count(*) FROM import_items WHERE import_id = ? AND pictures_left > 0", one.ID).Scan(&left).Error; err != nil {
				return err
			}
			if left > 0 {
				next = "pictures"
				if err := db.enqueue(FetchPictures{one.ID}); err != nil {
					return err
				}
			}
		}
		return changed(db.Exec("UPDATE imports SET state = ?, updated_at = ? WHERE id = ? AND state = ?", next, s.now(), one.ID, one.State))
	})
	if errors.Is(err, ErrChanged) {
		return nil
	}
	return err
}

// bringItem makes or changes one draft. Cut off between the draft and the item, it finds the draft again by its name.
func (s *Store) bringItem(ctx context.Context, shop *Shop, user *User, one *Import, item *ImportItem) error {
	now, err := s.standing(ctx, shop, one.Source, item)
	if err != nil {
		return err
	}
	notes, state := item.Notes, "kept"
	var problems Problems
	switch {
	case now.kind == "new":
		form := now.form
		form.Key = "import " + one.Source + " " + item.Handle
		var offer *Offer
		if offer, err = s.CreateOffer(ctx, shop, user, form); err == nil {
			now.offer, state = &OfferView{Offer: *offer}, "made"
		}
	case now.kind == "changed" || now.kind == "edited" && item.Kind == "edited":
		form := now.form
		form.Seen = now.offer.Mark()
		if err = s.UpdateOffer(ctx, shop, user, &now.offer.Offer, form); err == nil {
			state = "updated"
		}
	case now.note != "":
		notes.add(int(item.FileRow), "", now.note)
	}
	if errors.As(err, &problems) {
		state, err = "failed", nil
		for _, wrong := range problems {
			row, column := item.Content.place(one.Source, wrong.Field)
			notes.add(max(row, int(item.FileRow)), column, wrong.Code, wrong.Data...)
		}
	}
	if err != nil {
		return err
	}
	return s.write(ctx, func(db *tx) error {
		db.touches()
		set := map[string]any{"state": state, "notes": notes, "updated_at": s.now()}
		if state == "made" || state == "updated" {
			set["offer_id"], set["pictures_left"] = now.offer.ID, now.left
			if err := db.keepKey(shop, one.Source, item, now.offer.ID, now.form.mark(shop), item.Digest); err != nil {
				return err
			}
		}
		return db.Model(&ImportItem{}).Where("id = ? AND state = 'waiting'", item.ID).Updates(set).Error
	})
}

// keepKey writes down how an import left an offer.
func (t *tx) keepKey(shop *Shop, source string, item *ImportItem, offerID, mark, digest string) error {
	key := ImportedOffer{ShopID: shop.ID, Source: source, Handle: item.Handle, OfferID: offerID, Digest: digest, Mark: mark, UpdatedAt: t.store.now()}
	return t.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "shop_id"}, {Name: "source"}, {Name: "handle"}},
		DoUpdates: clause.AssignmentColumns([]string{"offer_id", "digest", "mark", "updated_at"}),
	}).Create(&key).Error
}

// removeItem takes a draft away, unless somebody has touched it or anything came to hang on it.
func (s *Store) removeItem(ctx context.Context, shop *Shop, user *User, one *Import, item *ImportItem) error {
	gone, err := s.removeDraft(ctx, shop, user, one, item)
	if err != nil {
		return err
	}
	state := "kept"
	if gone {
		state = "removed"
	}
	return s.write(ctx, func(db *tx) error {
		db.touches()
		return db.Exec("UPDATE import_items SET state = ?, updated_at = ? WHERE id = ? AND state = 'made'", state, s.now(), item.ID).Error
	})
}

func (s *Store) removeDraft(ctx context.Context, shop *Shop, user *User, one *Import, item *ImportItem) (bool, error) {
	key, err := first[ImportedOffer](s.read(ctx).Where("shop_id = ? AND source = ? AND handle = ? AND offer_id = ?", shop.ID, one.Source, item.Handle, deref(item.OfferID)))
	if errors.Is(err, gorm.ErrRecordNotFound) {
		// Cut off after the draft went, the row that says so is still to be written.
		_, err := s.offerOf(ctx, shop, deref(item.OfferID))
		if errors.Is(err, ErrNotFound) {
			return true, nil
		}
		return false, err
	}
	if err != nil {
		return false, err
	}
	view, err := s.offerOf(ctx, shop, key.OfferID)
	if err != nil {
		return false, err
	}
	if !firstDraft(view) || view.Mark() != key.Mark {
		return false, nil
	}
	err = s.write(ctx, func(db *tx) error {
		db.touches()
		if err := changed(db.Exec("UPDATE offers SET updated_at = updated_at WHERE id = ? AND shop_id = ? AND state = 'draft' AND updated_at = ?", view.ID, shop.ID, view.UpdatedAt)); err != nil {
			return err
		}
		for _, statement := range []string{"DELETE FROM imported_offers WHERE offer_id = ?", "DELETE FROM variants WHERE offer_id = ?", "DELETE FROM versions WHERE offer_id = ?", "DELETE FROM offers WHERE id = ?"} {
			if err := db.Exec(statement, view.ID).Error; err != nil {
				return err
			}
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "offer.removed", Object: view.Slug})
	})
	if errors.Is(err, ErrChanged) || errors.Is(err, gorm.ErrForeignKeyViolated) { // sent to review, a post, a file: it is in use
		return false, nil
	}
	return err == nil, err
}
