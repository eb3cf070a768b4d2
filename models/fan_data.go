package models

import "context"

// FanOrder is an order by reply with what its fan was asked.
type FanOrder struct {
	Confirmation
	Order OrderView
	Shop  Shop
	Token string // of the buyer's page
}

// FanOrders lists what a fan was asked about, newest first, at most fifty.
func (s *Store) FanOrders(ctx context.Context, fan *Fan) ([]FanOrder, error) {
	asked, err := list[Confirmation](s.read(ctx).Where("fan_id = ?", fan.ID).Order("asked_at DESC, order_id").Limit(50))
	if err != nil {
		return nil, err
	}
	orders := make([]FanOrder, 0, len(asked))
	for _, c := range asked {
		order, err := s.Order(ctx, c.OrderID)
		if err != nil {
			return nil, err
		}
		view, err := s.OrderView(ctx, order)
		if err != nil {
			return nil, err
		}
		shop, err := s.ShopOf(ctx, order.ShopID)
		if err != nil {
			return nil, err
		}
		token, err := s.OrderToken(order)
		if err != nil {
			return nil, err
		}
		orders = append(orders, FanOrder{c, *view, *shop, token})
	}
	return orders, nil
}

// FanData is all that is kept of a fan, for the fan: accounts, cards as far as we know them, caps, what was agreed to, and
// orders by reply.
func (s *Store) FanData(ctx context.Context, fan *Fan) (map[string]any, error) {
	profiles, err := s.FanProfiles(ctx, fan)
	if err != nil {
		return nil, err
	}
	cards, err := s.FanCards(ctx, fan)
	if err != nil {
		return nil, err
	}
	consents, err := s.FanConsents(ctx, fan)
	if err != nil {
		return nil, err
	}
	orders, err := s.FanOrders(ctx, fan)
	if err != nil {
		return nil, err
	}
	var accounts, kept, agreed, bought []map[string]any
	for _, p := range profiles {
		accounts = append(accounts, map[string]any{"network": p.Network, "id": p.RemoteID, "handle": p.Handle, "name": p.Name, "since": p.CreatedAt})
	}
	for _, c := range cards {
		kept = append(kept, map[string]any{"brand": c.Brand, "last4": c.Last4, "expires": itoa(c.ExpYear) + "-" + itoa(c.ExpMonth), "usual": c.Usual, "since": c.CreatedAt})
	}
	for _, c := range consents {
		agreed = append(agreed, map[string]any{"what": c.Kind, "text": c.Text, "handle": c.Handle, "address": c.Client, "detail": c.Detail, "at": c.CreatedAt})
	}
	for _, o := range orders {
		bought = append(bought, map[string]any{
			"shop": o.Shop.Name, "title": o.Order.Title(), "quantity": o.Order.Quantity, "total": o.Order.Total, "currency": o.Order.Currency, "payment": o.Order.Payment,
			"asked_at": o.AskedAt, "confirmed_at": o.ConfirmedAt, "confirmed_by": o.ConfirmedBy, "state": o.State,
		})
	}
	return map[string]any{
		"email": fan.Email, "email_confirmed_at": fan.EmailConfirmedAt, "name": fan.Name, "address": fan.Address, "country": fan.Country, "language": fan.Language,
		"caps":  map[string]any{"currency": fan.CapCurrency, "order": fan.CapOrder, "day": fan.CapDay},
		"since": fan.CreatedAt, "stopped_at": fan.StoppedAt, "accounts": accounts, "cards": kept, "agreed": agreed, "orders": bought,
	}, nil
}
