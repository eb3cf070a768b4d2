package models

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"
)

// SalesFilter narrows the list of sales.
type SalesFilter struct {
	Tab   string     // "" paid ones, to_send, refunded, disputed, open (not paid)
	Query string     // e-mail, order number, last four of the card, discount code
	Day   *time.Time // midnight, in the shop's zone, of the one day that is shown
	Page  Page
}

// column is the time that the list is ordered by.
func (f SalesFilter) column() string {
	if f.Tab == "open" {
		return "created_at"
	}
	return "paid_at"
}

// PlaceOf is the cursor of an order in the list that the filter makes.
func (f SalesFilter) PlaceOf(order *Order) string {
	if f.Tab == "open" || order.PaidAt == nil {
		return CursorOf(order.CreatedAt, order.ID)
	}
	return CursorOf(*order.PaidAt, order.ID)
}

func (f SalesFilter) apply(query *gorm.DB) *gorm.DB {
	switch f.Tab {
	case "to_send":
		query = query.Where("fulfilment = 'to_do' AND payment IN ('paid', 'partly_refunded')")
	case "refunded":
		query = query.Where("payment IN ('partly_refunded', 'refunded')")
	case "disputed":
		query = query.Where("(dispute <> 'none' OR inquiry <> 'none')")
	case "open":
		query = query.Where("payment IN ('pending', 'expired', 'failed', 'cancelled')")
	default:
		query = query.Where("paid_at IS NOT NULL")
	}
	if q := trimQuery(f.Query); q != "" {
		number, err := parseNumber(q)
		if err == nil && len(q) == 4 {
			query = query.Where("(number = ? OR card LIKE ?)", number, "% "+q)
		} else {
			query = query.Where("(email = ? OR email_key = ? OR number = ? OR code = ?)", q, emailKey(q), number, CleanCode(q))
		}
	}
	if f.Day != nil {
		// By the calendar: the day may have 23 or 25 hours.
		y, m, d := f.Day.Date()
		next := time.Date(y, m, d+1, 0, 0, 0, 0, f.Day.Location())
		query = query.Where(f.column()+" >= ? AND "+f.column()+" < ?", f.Day.UTC(), next.UTC())
	}
	return query
}

// Sales lists the shop's orders, newest first, one more than the page where there are more; Turn puts a page that goes
// to newer ones in order.
func (s *Store) Sales(ctx context.Context, shop *Shop, filter SalesFilter) ([]OrderView, error) {
	var orders []Order
	query := filter.apply(s.read(ctx).Where("shop_id = ?", shop.ID))
	if err := filter.Page.apply(query, filter.column()).Find(&orders).Error; err != nil {
		return nil, err
	}
	return s.orderViews(ctx, orders)
}

// orderViews completes a page of orders with one question for each noun.
func (s *Store) orderViews(ctx context.Context, orders []Order) ([]OrderView, error) {
	var offers, versions, posts []string
	for _, order := range orders {
		offers, versions = append(offers, order.OfferID), append(versions, order.VersionID)
		if order.PostID != nil {
			posts = append(posts, *order.PostID)
		}
	}
	offerBy, err := rowsByID(ctx, s, offers, func(o Offer) string { return o.ID })
	if err != nil {
		return nil, err
	}
	versionBy, err := rowsByID(ctx, s, versions, func(v Version) string { return v.ID })
	if err != nil {
		return nil, err
	}
	var pictures []string
	for _, version := range versionBy {
		if version.PictureID != nil {
			pictures = append(pictures, *version.PictureID)
		}
	}
	pictureBy, err := rowsByID(ctx, s, pictures, func(p Picture) string { return p.ID })
	if err != nil {
		return nil, err
	}
	postBy, err := rowsByID(ctx, s, posts, func(p Post) string { return p.ID })
	if err != nil {
		return nil, err
	}
	views := make([]OrderView, 0, len(orders))
	for _, order := range orders {
		view := OrderView{Order: order, Offer: *offerBy[order.OfferID], Version: *versionBy[order.VersionID]}
		if view.Version.PictureID != nil {
			view.Picture = pictureBy[*view.Version.PictureID]
		}
		if order.PostID != nil {
			view.Post = postBy[*order.PostID]
		}
		views = append(views, view)
	}
	return views, nil
}

// rowsByID loads rows by their ids; foreign keys keep them there.
func rowsByID[T any](ctx context.Context, s *Store, ids []string, idOf func(T) string) (map[string]*T, error) {
	by := map[string]*T{}
	if len(ids) == 0 {
		return by, nil
	}
	rows, err := list[T](s.read(ctx).Where("id IN ?", ids))
	for i := range rows {
		by[idOf(rows[i])] = &rows[i]
	}
	return by, err
}

// SalesSum is what a list of sales comes to in one currency.
type SalesSum struct {
	Orders                int64
	Gross, Fees, Refunded Money // Fees is what Tillbird keeps
	Disputed              Money // what disputes hold back
}

// Net is what the merchant receives.
func (s SalesSum) Net() Money {
	return Money{s.Gross.Amount - s.Fees.Amount - s.Refunded.Amount - s.Disputed.Amount, s.Gross.Currency}
}

// SalesSums adds up all paid orders of the shop, or those of one day of its calendar, by currency: the shop's own first.
// It reads the figures kept by day, never the orders.
func (s *Store) SalesSums(ctx context.Context, shop *Shop, day *time.Time) ([]SalesSum, error) {
	query := "SELECT currency, CAST(SUM(orders) AS BIGINT) AS orders, CAST(SUM(gross) AS BIGINT) AS gross, CAST(SUM(fees) AS BIGINT) AS fees, CAST(SUM(refunded) AS BIGINT) AS refunded, CAST(SUM(disputed) AS BIGINT) AS disputed FROM sales_days WHERE shop_id = ?"
	arguments := []any{shop.ID}
	if day != nil {
		query += " AND day = ?"
		arguments = append(arguments, day.Format(time.DateOnly))
	}
	var rows []struct {
		Currency                      string
		Orders, Gross, Fees, Refunded int64
		Disputed                      int64
	}
	err := s.read(ctx).Raw(query+" GROUP BY currency ORDER BY currency", arguments...).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	var sums []SalesSum
	for _, row := range rows {
		money := func(n int64) Money { return Money{n, row.Currency} }
		sum := SalesSum{row.Orders, money(row.Gross), money(row.Fees), money(row.Refunded), money(row.Disputed)}
		if row.Currency == shop.Currency {
			sums = append([]SalesSum{sum}, sums...)
		} else {
			sums = append(sums, sum)
		}
	}
	return sums, nil
}

// SumOf adds up the paid orders of a list, by currency in the order they come.
func SumOf(orders []OrderView) []SalesSum {
	var sums []SalesSum
	for i := range orders {
		o := &orders[i].Order
		if o.PaidAt == nil {
			continue
		}
		at := slices.IndexFunc(sums, func(s SalesSum) bool { return s.Gross.Currency == o.Currency })
		if at < 0 {
			at = len(sums)
			sums = append(sums, SalesSum{Gross: o.Money(0), Fees: o.Money(0), Refunded: o.Money(0), Disputed: o.Money(0)})
		}
		sums[at].Orders++
		sums[at].Gross.Amount += o.Total
		sums[at].Fees.Amount += o.FeeKept().Amount
		sums[at].Refunded.Amount += o.Refunded
		sums[at].Disputed.Amount += o.Disputed
	}
	return sums
}
