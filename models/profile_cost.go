package models

import (
	"context"
	"math"
	"strings"
)

// MicrosPerDollar: what networks charge is counted in millionths of a US dollar.
const MicrosPerDollar = 1_000_000

// UsualCap is the most that the networks may cost a shop in a month, until it chooses otherwise.
const UsualCap = 10 * MicrosPerDollar

// mostCap is the highest cap that can be chosen.
const mostCap = 10_000 * MicrosPerDollar

// ErrCapReached says that an act would cost more than the shop lets the networks cost this month.
var ErrCapReached = capReached{}

type capReached struct{}

// Error says it for logs.
func (capReached) Error() string { return "models: the month's cap for networks is reached" }

// NetworkCosts is what the networks cost a shop in a month, and the most it may be.
type NetworkCosts struct {
	Month       string // 2026-10, of UTC
	Micros, Cap int64
	Lines       []CostLine
}

// CostLine is what one kind of act cost by one account.
type CostLine struct {
	ProfileID, Network, Handle, Act string
	Times, Micros                   int64
}

// NetworkCosts reads what the networks cost the shop this month.
func (s *Store) NetworkCosts(ctx context.Context, shop *Shop) (*NetworkCosts, error) {
	costs := &NetworkCosts{Month: s.month(), Cap: UsualCap}
	var sums, caps []int64
	if err := s.read(ctx).Raw("SELECT micros FROM network_costs WHERE shop_id = ? AND month = ?", shop.ID, costs.Month).Scan(&sums).Error; err != nil {
		return nil, err
	}
	if err := s.read(ctx).Raw("SELECT micros FROM network_caps WHERE shop_id = ?", shop.ID).Scan(&caps).Error; err != nil {
		return nil, err
	}
	if len(sums) > 0 {
		costs.Micros = sums[0]
	}
	if len(caps) > 0 {
		costs.Cap = caps[0]
	}
	err := s.read(ctx).Raw(`SELECT profile_costs.profile_id, profiles.network, profiles.handle, profile_costs.act, profile_costs.times, profile_costs.micros FROM profile_costs
		JOIN profiles ON profiles.id = profile_costs.profile_id WHERE profiles.shop_id = ? AND profile_costs.month = ? AND profile_costs.times > 0 ORDER BY profile_costs.micros DESC, profiles.handle, profile_costs.act`, shop.ID, costs.Month).Scan(&costs.Lines).Error
	return costs, err
}

// SetNetworkCap keeps the most that the networks may cost a shop in a month, typed in US dollars. Problems: cap price.…,
// cap.too_large.
func (s *Store) SetNetworkCap(ctx context.Context, shop *Shop, user *User, typed string) error {
	if strings.TrimSpace(typed) == "" {
		return Problems{{Field: "cap", Code: "cap.blank"}}
	}
	amount, problem := ParsePart(typed, "usd")
	if problem != nil {
		return Problems{{Field: "cap", Code: "cap.malformed"}}
	}
	if amount.Amount < 0 || amount.Amount > mostCap/(MicrosPerDollar/100) {
		return Problems{{Field: "cap", Code: "cap.too_large"}}
	}
	micros := amount.Amount * (MicrosPerDollar / 100)
	return s.write(ctx, func(db *tx) error {
		db.touches()
		if err := db.Exec("INSERT INTO network_caps (shop_id, micros) VALUES (?, ?) ON CONFLICT (shop_id) DO UPDATE SET micros = excluded.micros", shop.ID, micros).Error; err != nil {
			return err
		}
		// What waited for a higher one is asked for again.
		if err := db.enqueue(HearNetworks{}); err != nil {
			return err
		}
		err := db.Exec("UPDATE reply_cursors SET due_at = ? WHERE failure = 'cap' AND profile_id IN (SELECT id FROM profiles WHERE shop_id = ?)", s.now(), shop.ID).Error
		if err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "profile.capped", Object: shop.Handle, Detail: itoa(micros)})
	})
}

// Spend counts what an act of an account costs, before it is done: ErrCapReached where the shop does not want to pay that
// much in a month. Free acts are counted too.
func (s *Store) Spend(ctx context.Context, profile *Profile, act string, times, micros int64) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		return db.spendIn(s.month(), profile.ShopID, profile.ID, act, times, micros, true)
	})
}

// month is the one in which costs are counted now, of UTC.
func (s *Store) month() string { return s.now().Format("2006-01") }

func (t *tx) spendIn(month, shopID, profileID, act string, times, micros int64, capped bool) error {
	if micros != 0 {
		if err := t.Exec("INSERT INTO network_costs (shop_id, month, micros) VALUES (?, ?, 0) ON CONFLICT (shop_id, month) DO NOTHING", shopID, month).Error; err != nil {
			return err
		}
		most := int64(math.MaxInt64)
		if capped {
			most = UsualCap
			var caps []int64
			if err := t.Raw("SELECT micros FROM network_caps WHERE shop_id = ?", shopID).Scan(&caps).Error; err != nil {
				return err
			}
			if len(caps) > 0 {
				most = caps[0]
			}
		}
		result := t.Exec("UPDATE network_costs SET micros = micros + ? WHERE shop_id = ? AND month = ? AND micros + ? <= ?", micros, shopID, month, micros, most)
		if result.Error != nil {
			return result.Error
		}
		if result.RowsAffected == 0 {
			return ErrCapReached
		}
	}
	return t.Exec(`INSERT INTO profile_costs (profile_id, month, act, times, micros) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (profile_id, month, act) DO UPDATE SET times = profile_costs.times + excluded.times, micros = profile_costs.micros + excluded.micros`, profileID, month, act, times, micros).Error
}

// SpendAnyway counts what an act costs beyond the cap too: what must be known so that nothing is posted twice.
func (s *Store) SpendAnyway(ctx context.Context, profile *Profile, act string, times, micros int64) error {
	return s.write(ctx, func(db *tx) error {
		db.touches()
		return db.spendIn(s.month(), profile.ShopID, profile.ID, act, times, micros, false)
	})
}
