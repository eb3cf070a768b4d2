package models

import (
	"context"
	"encoding/json"
	"time"
)

// Account is a shop's Stripe account as fetched.
type Account struct {
	ID                                               string
	Livemode                                         bool
	ChargesEnabled, PayoutsEnabled, DetailsSubmitted bool
	Transfers, CardPayments, DisabledReason          string
	Requirements                                     Requirements
	DueAt                                            *time.Time // when what is due stops the account
	FetchedAt                                        time.Time  // just before it was asked for
}

// selling derives the shop's state from its account; on_behalf_of decides which capabilities are in use.
func (a Account) selling(onBehalfOf bool) string {
	active := a.Transfers == "active" && (!onBehalfOf || a.CardPayments == "active")
	switch {
	case len(a.DisabledReason) >= 8 && a.DisabledReason[:8] == "rejected":
		return "rejected"
	case !a.DetailsSubmitted:
		return "in_progress"
	case a.DisabledReason != "" || len(a.Requirements.PastDue) > 0 && !a.ChargesEnabled:
		return "restricted"
	case len(a.Requirements.Due) > 0 || len(a.Requirements.PastDue) > 0 || len(a.Requirements.Errors) > 0:
		return "needs_attention"
	case a.ChargesEnabled && active && len(a.Requirements.Pending) == 0:
		return "ready"
	case len(a.Requirements.Pending) > 0 || !active:
		return "in_progress"
	}
	return "needs_attention"
}

// ConnectAccount keeps the id of a Stripe account just made, before anything else is done with it. ErrChanged where
// the shop has one already.
func (s *Store) ConnectAccount(ctx context.Context, shop *Shop, account string, livemode bool) error {
	return s.write(ctx, func(db *tx) error {
		err := changed(db.Exec("UPDATE shops SET stripe_account = ?, livemode = ?, selling = 'in_progress' WHERE id = ? AND stripe_account IS NULL", account, livemode, shop.ID))
		if err != nil {
			return err
		}
		return db.audit(Audit{ShopID: &shop.ID, Action: "stripe.connected", Object: account})
	})
}

// RecordAccount keeps what was fetched, unless something fetched later is there already, and gives the shop as it is.
func (s *Store) RecordAccount(ctx context.Context, account Account, onBehalfOf bool) (*Shop, error) {
	wanted, err := json.Marshal(account.Requirements)
	if err != nil {
		return nil, err
	}
	err = s.write(ctx, func(db *tx) error {
		var before Shop
		if err := db.Where("stripe_account = ?", account.ID).Take(&before).Error; err != nil {
			return found(err)
		}
		selling := account.selling(onBehalfOf)
		result := db.Model(&Shop{}).Where("id = ? AND selling <> 'closed' AND (account_fetched_at IS NULL OR account_fetched_at <= ?)", before.ID, account.FetchedAt).Updates(map[string]any{
			"charges_enabled": account.ChargesEnabled, "payouts_enabled": account.PayoutsEnabled, "details_submitted": account.DetailsSubmitted,
			"transfers": capability(account.Transfers), "card_payments": capability(account.CardPayments), "disabled_reason": account.DisabledReason,
			"requirements": string(wanted), "requirements_due_at": account.DueAt, "account_fetched_at": account.FetchedAt, "selling": selling,
		})
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		if err := db.requirementLetters(&before, account); err != nil || before.Selling == selling {
			return err
		}
		return db.audit(Audit{ShopID: &before.ID, Action: "selling." + selling, Object: account.ID})
	})
	if err != nil {
		return nil, err
	}
	return s.ShopByAccount(ctx, account.ID)
}

// requirementLetters tells the owners what Stripe wants by when, once for each deadline. Whoever has not finished
// onboarding is told there.
func (t *tx) requirementLetters(shop *Shop, account Account) error {
	if account.DueAt == nil || !account.DetailsSubmitted || len(account.Requirements.Due)+len(account.Requirements.PastDue) == 0 {
		return nil
	}
	return t.ownerLetters(shop.ID, Letter{Key: "requirement_due-" + shop.ID + "-" + itoa(account.DueAt.Unix()), Kind: "requirement_due"})
}

func capability(state string) string {
	if state == "active" || state == "pending" {
		return state
	}
	return "inactive"
}

// CloseAccount notes that the shop's account left this platform: nothing can be sold through it any more.
func (s *Store) CloseAccount(ctx context.Context, account string) error {
	return s.write(ctx, func(db *tx) error {
		return db.Exec("UPDATE shops SET selling = 'closed', charges_enabled = FALSE, payouts_enabled = FALSE, transfers = 'inactive', card_payments = 'inactive' WHERE stripe_account = ?", account).Error
	})
}

// ActiveShops lists shops with a Stripe account that were opened, looked at or bought from since a time, by id and after
// the given one.
func (s *Store) ActiveShops(ctx context.Context, since time.Time, after string, most int) ([]Shop, error) {
	return list[Shop](s.read(ctx).Where(`stripe_account IS NOT NULL AND selling <> 'closed' AND id > ? AND (created_at >= ? OR account_fetched_at >= ?
		OR EXISTS (SELECT 1 FROM orders WHERE orders.shop_id = shops.id AND orders.created_at >= ?))`, after, since, since, since).Order("id").Limit(most))
}
