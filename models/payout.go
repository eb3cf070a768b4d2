package models

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

// Payout is money on its way from a shop's Stripe balance to its bank, as Stripe has it.
type Payout struct {
	ID             string
	ShopID         string
	Slug           string // in the merchant's addresses
	StripeID       string
	StripeAccount  string
	Amount         int64 // below zero where Stripe takes back from the bank
	Currency       string
	State          string // pending, in_transit, paid, failed, canceled
	Automatic      bool   // made by the schedule, so that Stripe tells what it consists of
	Destination    string // the bank account, by Stripe's id
	Bank           string // its last four
	FailureCode    string // Stripe's
	FailureMessage string // in Stripe's words
	WasPaid        bool   // the bank took it first, also where it sent it back later
	ArrivesAt      time.Time
	MadeAt         time.Time  // when Stripe made it
	ReadAt         *time.Time // since when its lines are kept
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// Money is the amount with its currency.
func (p *Payout) Money() Money { return Money{p.Amount, p.Currency} }

// Moving tells whether it has not ended: one that was paid may still fail.
func (p *Payout) Moving() bool { return p.State == "pending" || p.State == "in_transit" }

// ReadPayout asks payments for the lines that a payout consists of.
type ReadPayout struct {
	PayoutID string `json:"payout_id"`
}

// Kind names the job in the queue.
func (ReadPayout) Kind() string { return "read_payout" }

// payoutBefore are the states that each state may follow. What is late or told twice finds no row to change.
var payoutBefore = map[string][]string{
	"in_transit": {"pending"},
	"paid":       {"pending", "in_transit"},
	"failed":     {"pending", "in_transit", "paid"},
	"canceled":   {"pending", "in_transit"},
}

// KeepPayout keeps what Stripe says of a payout of the shop, and moves it forward, never back. When it has failed, the
// owners get a letter, once.
func (s *Store) KeepPayout(ctx context.Context, shop *Shop, told Payout) error {
	return s.write(ctx, func(db *tx) error {
		now := db.store.now()
		id := newID()
		rows, err := db.exec(`INSERT INTO payouts (id, shop_id, slug, stripe_id, stripe_account, amount, currency, state, automatic, destination, arrives_at, made_at, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING`,
			id, shop.ID, newSlug(), told.StripeID, told.StripeAccount, told.Amount, told.Currency, told.Automatic, told.Destination, told.ArrivesAt.UTC(), told.MadeAt.UTC(), now, now)
		if err != nil {
			return err
		}
		if rows == 1 {
			if err := db.enqueue(ReadPayout{PayoutID: id}); err != nil {
				return err
			}
		}
		return db.movePayout(shop, told)
	})
}

func (t *tx) movePayout(shop *Shop, told Payout) error {
	var kept Payout
	if err := t.Where("stripe_id = ?", told.StripeID).Take(&kept).Error; err != nil {
		return found(err)
	}
	if kept.ShopID != shop.ID || kept.StripeAccount != told.StripeAccount {
		return &Unfit{"its payout is another shop's"}
	}
	before := payoutBefore[told.State]
	if len(before) == 0 {
		return nil
	}
	result := t.Model(&Payout{}).Where("id = ? AND state IN ?", kept.ID, before).Updates(map[string]any{
		"state": told.State, "failure_code": told.FailureCode, "failure_message": told.FailureMessage, "arrives_at": told.ArrivesAt.UTC(), "updated_at": t.store.now(),
		"was_paid": gorm.Expr("was_paid OR state = 'paid' OR ? = 'paid'", told.State),
	})
	if result.Error != nil {
		return result.Error
	}
	if told.State == "paid" { // told late, when it has come back already
		return t.Exec("UPDATE payouts SET was_paid = TRUE WHERE id = ? AND state = 'failed'", kept.ID).Error
	}
	if result.RowsAffected == 0 || told.State != "failed" {
		return nil
	}
	return t.ownerLetters(shop.ID, Letter{Key: "payout_failed-" + kept.ID, Kind: "payout_failed", PayoutID: &kept.ID})
}

// Payout finds a payout by its id, for jobs and letters.
func (s *Store) Payout(ctx context.Context, id string) (*Payout, error) {
	payout, err := first[Payout](s.read(ctx).Where("id = ?", id))
	return &payout, found(err)
}

// PayoutByStripe finds a payout by Stripe's id, or ErrNotFound.
func (s *Store) PayoutByStripe(ctx context.Context, id string) (*Payout, error) {
	payout, err := first[Payout](s.read(ctx).Where("stripe_id = ?", id))
	return &payout, found(err)
}

// PayoutIn finds the shop's own payout by its slug, or ErrNotFound.
func (s *Store) PayoutIn(ctx context.Context, shop *Shop, slug string) (*Payout, error) {
	payout, err := first[Payout](s.read(ctx).Where("slug = ? AND shop_id = ?", slug, shop.ID))
	return &payout, found(err)
}

// Payouts lists the shop's payouts, newest first.
func (s *Store) Payouts(ctx context.Context, shop *Shop, page Page) ([]Payout, error) {
	var payouts []Payout
	err := page.apply(s.read(ctx).Where("shop_id = ?", shop.ID), "made_at").Find(&payouts).Error
	return payouts, err
}

// MovingPayouts lists what is on its way to the shop's bank, the first to arrive first.
func (s *Store) MovingPayouts(ctx context.Context, shop *Shop) ([]Payout, error) {
	return list[Payout](s.read(ctx).Where("shop_id = ? AND state IN ('pending', 'in_transit')", shop.ID).Order("arrives_at, id").Limit(20))
}

// FailedPayout gives the shop's last payout where it came back and none has gone through since; nil where all is well.
func (s *Store) FailedPayout(ctx context.Context, shop *Shop) (*Payout, error) {
	payout, err := first[Payout](s.read(ctx).Where("shop_id = ? AND state IN ('paid', 'failed')", shop.ID).Order("made_at DESC, id DESC"))
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	if err != nil || payout.State != "failed" {
		return nil, err
	}
	return &payout, nil
}

// LatePayouts lists payouts that should have arrived before a time and of which nothing was heard, by id and after the
// given one.
func (s *Store) LatePayouts(ctx context.Context, before time.Time, after string, most int) ([]Payout, error) {
	return list[Payout](s.read(ctx).Where("state IN ('pending', 'in_transit') AND arrives_at < ? AND id > ?", before, after).Order("id").Limit(most))
}
