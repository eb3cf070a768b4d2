package main

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"time"
)

// fillAtOnce is how many orders go into one transaction.
const fillAtOnce = 50_000

// fill gives the shop paid orders, copies of one, a second apart, straight into the database: what a shop has behind it. The
// comparison with Stripe's books, which know nothing of them, has just been made.
// The figures by day do not know of them.
func (w *world) fill(ctx context.Context, n int) error {
	if w.store.Shared() {
		return errors.New("a big database is measured on SQLite")
	}
	offer, err := w.offer(ctx, "")
	if err != nil {
		return err
	}
	if err := w.order(ctx, offer, 0); err != nil {
		return err
	}
	o := &ordinary{}
	if o.db, err = sql.Open("sqlite3", "file:"+filepath.Join(w.folder, "tillbird.db")+"?_journal_mode=WAL&_busy_timeout=20000&_synchronous=OFF&_txlock=immediate"); err != nil {
		return err
	}
	defer o.close()
	const name, at = "printf('fill-%09d', n.i)", "strftime('%Y-%m-%d %H:%M:%f+00:00', created_at, '-' || n.i || ' seconds')"
	insert, err := o.copying(ctx, "orders", map[string]string{
		"id": name, "slug": name, "token_hash": name, "attempt_key": name, "email_key": name, "buyer": name, "payment_intent_id": name, "charge_id": name,
		"session_id": "NULL", "payment": "'paid'", "number": "n.i + 1000", "created_at": at, "paid_at": at, "open_until": "NULL",
	})
	if err != nil {
		return err
	}
	insert = "WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2) " + strings.Replace(insert, "FROM orders WHERE", "FROM orders, n WHERE", 1)
	for from := 1; from <= n; from += fillAtOnce {
		if _, err := o.db.ExecContext(ctx, insert, from, min(from+fillAtOnce-1, n)); err != nil {
			return err
		}
	}
	if _, err := o.db.ExecContext(ctx, "UPDATE shops SET orders_count = ?", n+1000); err != nil {
		return err
	}
	_, err = o.db.ExecContext(ctx, "INSERT INTO reconciliations (id, state, from_day, until_at, leased_until, began_at) VALUES ('fill', 'done', ?1, ?2, ?2, ?2)", w.store.Now().Format(time.DateOnly), w.store.Now())
	return err
}
