package main

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/tillbird/tillbird/models"
)

// ordinary sells as one does without much thought, and rightly: a pool of connections that wait for each other, and one
// transaction for each request, which takes stock by a guarded UPDATE and writes the order and its hold.
type ordinary struct {
	db                      *sql.DB
	insertOrder, insertHold string
}

// ordinaryConnections is how many requests may wait for the database's lock at once; with more it gets slower.
const ordinaryConnections = 16

// openOrdinary opens the database of a world a second time, on the same terms of durability.
func openOrdinary(ctx context.Context, w *world) (*ordinary, error) {
	offer, err := w.offer(ctx, "1")
	if err != nil {
		return nil, err
	}
	if err := w.order(ctx, offer, 0); err != nil {
		return nil, err
	}
	o := &ordinary{}
	if o.db, err = sql.Open("sqlite3", "file:"+filepath.Join(w.folder, "tillbird.db")+"?_journal_mode=WAL&_foreign_keys=on&_busy_timeout=20000&_synchronous=FULL&_txlock=immediate"); err != nil {
		return nil, err
	}
	o.db.SetMaxOpenConns(ordinaryConnections)
	o.db.SetMaxIdleConns(ordinaryConnections)
	// Its orders are copies of the one that there is, under names of their own.
	o.insertOrder, err = o.copying(ctx, "orders", map[string]string{"id": "?1", "slug": "?1", "token_hash": "?1", "attempt_key": "?1", "offer_id": "?2", "version_id": "?3", "number": "(SELECT orders_count FROM shops WHERE id = shop_id)"})
	if err == nil {
		o.insertHold, err = o.copying(ctx, "holds", map[string]string{"id": "?1", "order_id": "?1", "offer_id": "?2"})
	}
	return o, err
}

// copying is a statement that copies the only row that a table has so far, but for some columns.
func (o *ordinary) copying(ctx context.Context, table string, own map[string]string) (string, error) {
	var id string
	if err := o.db.QueryRowContext(ctx, "SELECT id FROM "+table).Scan(&id); err != nil {
		return "", err
	}
	rows, err := o.db.QueryContext(ctx, "SELECT name FROM pragma_table_info(?)", table)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	var names, values []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return "", err
		}
		value := own[name]
		if value == "" {
			value = name
		}
		names, values = append(names, name), append(values, value)
	}
	return fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s WHERE id = '%s'", table, strings.Join(names, ", "), strings.Join(values, ", "), table, id), rows.Err()
}

func (o *ordinary) close() { _ = o.db.Close() }

func (o *ordinary) sell(ctx context.Context, offer *models.OfferView, buyer int) (sold bool, err error) {
	tx, err := o.db.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	defer func() {
		if !sold {
			_ = tx.Rollback()
		}
	}()
	result, err := tx.ExecContext(ctx, "UPDATE offers SET held = held + 1 WHERE id = ? AND state = 'live' AND held + sold + 1 <= stock", offer.ID)
	if err != nil {
		return false, err
	}
	if rows, err := result.RowsAffected(); err != nil || rows == 0 {
		return false, err
	}
	id := fmt.Sprintf("%s-%d", offer.ID, buyer)
	if _, err := tx.ExecContext(ctx, "UPDATE shops SET orders_count = orders_count + 1 WHERE id = ?", offer.ShopID); err != nil {
		return false, err
	}
	if _, err := tx.ExecContext(ctx, o.insertOrder, id, offer.ID, offer.Version.ID); err != nil {
		return false, err
	}
	if _, err := tx.ExecContext(ctx, o.insertHold, id, offer.ID); err != nil {
		return false, err
	}
	err = tx.Commit()
	return err == nil, err
}
