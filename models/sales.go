package models

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// countSale adds a paid order to the figures of its day in the shop's calendar, in the transaction of the payment.
func (t *tx) countSale(order *Order) error {
	day, err := t.dayOf(order.ShopID, *order.PaidAt)
	if err != nil {
		return err
	}
	err = t.Exec(`INSERT INTO sales_days (shop_id, day, currency, source, orders, gross, fees) VALUES (?, ?, ?, ?, 1, ?, ?)
		ON CONFLICT (shop_id, day, currency, source) DO UPDATE SET orders = sales_days.orders + 1, gross = sales_days.gross + excluded.gross, fees = sales_days.fees + excluded.fees`,
		order.ShopID, day, order.Currency, order.Source, order.Total, order.ApplicationFee).Error
	if err == nil {
		err = t.countOffer(order)
	}
	if err != nil || order.PostID == nil {
		return err
	}
	return t.Exec(`INSERT INTO post_sales (post_id, currency, orders, gross) VALUES (?, ?, 1, ?)
		ON CONFLICT (post_id, currency) DO UPDATE SET orders = post_sales.orders + 1, gross = post_sales.gross + excluded.gross`, *order.PostID, order.Currency, order.Total).Error
}

// countRefund adds money given back, which the order counts already, to the day of the sale it belongs to; a failed
// refund takes it away again. What Tillbird gives up of its fee goes with it.
func (t *tx) countRefund(order *Order, amount int64) error {
	day, err := t.dayOf(order.ShopID, *order.PaidAt)
	if err != nil {
		return err
	}
	var after Order
	if err := t.Select("total", "application_fee", "refunded", "keeps_fee").Where("id = ?", order.ID).Take(&after).Error; err != nil {
		return found(err)
	}
	before := after
	before.Refunded -= amount
	return changed(t.Exec("UPDATE sales_days SET refunded = refunded + ?, fees = fees + ? WHERE shop_id = ? AND day = ? AND currency = ? AND source = ?",
		amount, after.FeeKept().Amount-before.FeeKept().Amount, order.ShopID, day, order.Currency, order.Source))
}

// dayOf is the day of the shop's calendar. It holds on to the shop's row, so that the zone stays until the day is counted.
func (t *tx) dayOf(shopID string, at time.Time) (string, error) {
	var shop Shop
	if err := t.Clauses(clause.Locking{Strength: "SHARE"}).Select("time_zone").Where("id = ?", shopID).Take(&shop).Error; err != nil {
		return "", found(err)
	}
	return at.In(shop.Zone()).Format(time.DateOnly), nil
}

// recountDays counts the shop's sales by day anew, in the zone that its row, locked by the caller's UPDATE, has now: one
// calendar for page, chart and file alike.
func (t *tx) recountDays(shop *Shop, zone *time.Location) error {
	if err := t.Exec("DELETE FROM sales_days WHERE shop_id = ?", shop.ID).Error; err != nil {
		return err
	}
	type key struct{ day, currency, source string }
	days := map[key]*SalesSum{}
	var batch []Order
	err := t.Where("shop_id = ? AND paid_at IS NOT NULL", shop.ID).FindInBatches(&batch, 1000, func(*gorm.DB, int) error {
		for _, order := range batch {
			k := key{order.PaidAt.In(zone).Format(time.DateOnly), order.Currency, order.Source}
			if days[k] == nil {
				days[k] = &SalesSum{}
			}
			days[k].Orders++
			days[k].Gross.Amount += order.Total
			days[k].Fees.Amount += order.FeeKept().Amount
			days[k].Refunded.Amount += order.Refunded
			days[k].Disputed.Amount += order.Disputed
		}
		return nil
	}).Error
	if err != nil {
		return err
	}
	for k, sum := range days {
		err := t.Exec("INSERT INTO sales_days (shop_id, day, currency, source, orders, gross, fees, refunded, disputed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
			shop.ID, k.day, k.currency, k.source, sum.Orders, sum.Gross.Amount, sum.Fees.Amount, sum.Refunded.Amount, sum.Disputed.Amount).Error
		if err != nil {
			return err
		}
	}
	return nil
}

// Day is one day of a shop's calendar in one currency.
type Day struct {
	Date     time.Time // midnight of the day in the shop's zone
	Orders   int64
	Gross    Money
	Fees     Money
	Refunded Money
	Disputed Money // what disputes hold back
}

// Received is what the merchant gets of a period in the shop's currency.
func Received(days []Day) (total Money) {
	for _, day := range days {
		total.Currency = day.Gross.Currency
		total.Amount += day.Gross.Amount - day.Fees.Amount - day.Refunded.Amount - day.Disputed.Amount
	}
	return total
}

// Figures are what the overview shows of a period, beside the same number of days before.
type Figures struct {
	Currency               string
	Days, DaysBefore       []Day // every day of the period, also those without sales
	Gross, GrossBefore     Money
	Orders, OrdersBefore   int64
	FromPosts, PostsBefore int64   // orders that came from posts or replies
	Fees, Refunded         Money   // Fees is what Tillbird keeps
	Disputed               Money   // what disputes hold back
	OtherCurrencies        []Money // gross of the period in other currencies
}

// Figures adds up the last days of the shop's calendar, today included, in its own currency.
func (s *Store) Figures(ctx context.Context, shop *Shop, days int) (*Figures, error) {
	zone := shop.Zone()
	y, m, d := s.now().In(zone).Date()
	first := time.Date(y, m, d-2*days+1, 0, 0, 0, 0, zone)
	var rows []struct {
		Day, Currency, Source         string
		Orders, Gross, Fees, Refunded int64
		Disputed                      int64
	}
	err := s.read(ctx).Raw("SELECT day, currency, source, orders, gross, fees, refunded, disputed FROM sales_days WHERE shop_id = ? AND day >= ? ORDER BY day, currency, source", shop.ID, first.Format(time.DateOnly)).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	money := func(n int64) Money { return Money{n, shop.Currency} }
	f := &Figures{Currency: shop.Currency, Gross: money(0), GrossBefore: money(0), Fees: money(0), Refunded: money(0), Disputed: money(0)}
	at := map[string]*Day{}
	for i := range 2 * days {
		// By the calendar, not by adding hours: a day may have 23 or 25.
		day := Day{Date: time.Date(y, m, d-2*days+1+i, 0, 0, 0, 0, zone), Gross: money(0), Fees: money(0), Refunded: money(0), Disputed: money(0)}
		if i < days {
			f.DaysBefore = append(f.DaysBefore, day)
		} else {
			f.Days = append(f.Days, day)
		}
	}
	for i := range days {
		at[f.DaysBefore[i].Date.Format(time.DateOnly)] = &f.DaysBefore[i]
		at[f.Days[i].Date.Format(time.DateOnly)] = &f.Days[i]
	}
	start := f.Days[0].Date.Format(time.DateOnly)
	others := map[string]int64{}
	for _, row := range rows {
		current := row.Day >= start
		if day := at[row.Day]; day != nil && row.Currency == shop.Currency {
			day.Orders += row.Orders
			day.Gross.Amount += row.Gross
			day.Fees.Amount += row.Fees
			day.Refunded.Amount += row.Refunded
			day.Disputed.Amount += row.Disputed
		}
		if current && row.Currency == f.Currency {
			f.Disputed.Amount += row.Disputed
		}
		f.add(row.Currency, row.Source, current, row.Orders, row.Gross, row.Fees, row.Refunded, others)
	}
	for _, currency := range Currencies {
		if others[currency] > 0 {
			f.OtherCurrencies = append(f.OtherCurrencies, Money{others[currency], currency})
		}
	}
	return f, nil
}

func (f *Figures) add(currency, source string, current bool, orders, gross, fees, refunded int64, others map[string]int64) {
	fromPost := source != "link"
	if !current {
		f.OrdersBefore += orders
		if fromPost {
			f.PostsBefore += orders
		}
		if currency == f.Currency {
			f.GrossBefore.Amount += gross
		}
		return
	}
	f.Orders += orders
	if fromPost {
		f.FromPosts += orders
	}
	if currency != f.Currency {
		others[currency] += gross
		return
	}
	f.Gross.Amount += gross
	f.Fees.Amount += fees
	f.Refunded.Amount += refunded
}
