package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/tillbird/tillbird/models"
)

// ordinary sells as one does without much thought, and rightly: GORM with its defaults, a pool of connections that wait
// for each other, one transaction for each request, which takes stock by a guarded UPDATE and writes the order.
type ordinary struct {
	db       *gorm.DB
	template models.Order
}

// openOrdinary opens the database of a world a second time, on the same terms of durability.
func openOrdinary(ctx context.Context, w *world) (*ordinary, error) {
	offer, err := w.offer(ctx, "1")
	if err != nil {
		return nil, err
	}
	if sold, err := w.sellOne(ctx, offer, 0); err != nil || !sold {
		return nil, fmt.Errorf("no order to copy: %w", err)
	}
	o := &ordinary{}
	o.db, err = gorm.Open(sqlite.Open("file:"+filepath.Join(w.folder, "tillbird.db")+"?_journal_mode=WAL&_foreign_keys=on&_busy_timeout=20000&_synchronous=FULL&_txlock=immediate"), &gorm.Config{Logger: logger.Discard})
	if err != nil {
		return nil, err
	}
	return o, o.db.Take(&o.template).Error
}

func (o *ordinary) close() {
	if db, err := o.db.DB(); err == nil {
		_ = db.Close()
	}
}

var errSoldOut = errors.New("sold out")

func (o *ordinary) sell(ctx context.Context, offer *models.OfferView, buyer int) (sold bool, err error) {
	err = o.db.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		result := db.Exec("UPDATE offers SET held = held + 1 WHERE id = ? AND state = 'live' AND held + sold + 1 <= stock", offer.ID)
		if result.Error != nil {
			return result.Error
		}
		if result.RowsAffected == 0 {
			return errSoldOut
		}
		order := o.template
		order.ID = fmt.Sprintf("%s-%d", offer.ID, buyer)
		order.OfferID, order.VersionID, order.AttemptKey, order.Slug, order.TokenHash = offer.ID, offer.Version.ID, order.ID, order.ID, order.ID
		if err := db.Exec("UPDATE shops SET orders_count = orders_count + 1 WHERE id = ?", order.ShopID).Error; err != nil {
			return err
		}
		if err := db.Raw("SELECT orders_count FROM shops WHERE id = ?", order.ShopID).Scan(&order.Number).Error; err != nil {
			return err
		}
		if err := db.Create(&order).Error; err != nil {
			return err
		}
		return db.Create(&models.Hold{ID: order.ID, OfferID: offer.ID, OrderID: order.ID, Quantity: 1, State: "held", CreatedAt: order.CreatedAt, UpdatedAt: order.CreatedAt}).Error
	})
	if errors.Is(err, errSoldOut) {
		return false, nil
	}
	return err == nil, err
}
