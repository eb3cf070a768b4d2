package models

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"gorm.io/gorm"
)

// frozen is what of an order never changes and Stripe does not know otherwise. It goes along with the order's session,
// in few letters, so that an order whose row was lost with the disk can be written again. Nothing of it is about the
// buyer.
type frozen struct {
	Number   int64   `json:"n"`
	Slug     string  `json:"s"`
	Offer    string  `json:"o"`
	Version  string  `json:"v"`
	Variant  *string `json:"x,omitempty"`
	Post     *string `json:"p,omitempty"`
	Source   string  `json:"w"`
	Quantity int64   `json:"q"`
	Items    int64   `json:"i"`
	Discount int64   `json:"d,omitempty"`
	Shipping int64   `json:"h,omitempty"`
	TaxMode  string  `json:"t,omitempty"`
	Code     string  `json:"c,omitempty"`
	ShipTo   string  `json:"to,omitempty"`
	Total    int64   `json:"m"`
	KeepsFee bool    `json:"k,omitempty"`
}

// Frozen is the order's row as it goes along to Stripe: the same for as long as the order is there.
func (o *Order) Frozen() string {
	text, err := json.Marshal(frozen{
		Number: o.Number, Slug: o.Slug, Offer: o.OfferID, Version: o.VersionID, Variant: o.VariantID, Post: o.PostID, Source: o.Source, Quantity: o.Quantity, Items: o.Items,
		Discount: o.Discount, Shipping: o.Shipping, TaxMode: o.TaxMode, Code: o.Code, ShipTo: o.ShipTo, Total: o.Items - o.Discount + o.Shipping, KeepsFee: o.KeepsFee,
	})
	if err != nil || len(text) > 500 { // the most that Stripe keeps under one name
		return ""
	}
	return string(text)
}

// Lost is an order whose row is gone, as Stripe knows it.
type Lost struct {
	ID, ShopID, Frozen string
	Token              string // of the buyer's address
	Email, Language    string
	Currency           string
	ApplicationFee     int64
	StripeAccount      string
	OnBehalfOf         bool
	Livemode           bool
	SessionID          string // "" for a kept card
	BuyerName, Address string // of a kept card's; a session tells them
	Customer, Method   string // of a kept card
	Word               *Word  // on which that was charged
	CreatedAt          time.Time
	ExpiresAt          time.Time
}

// Rebuild writes an order again whose row was lost, as one that waits for its payment and has nothing set aside: what
// was paid is settled after it, by the same way as ever. ErrNotFound where its offer was lost too; ErrChanged where the
// order is here.
func (s *Store) Rebuild(ctx context.Context, lost Lost) (*Order, error) {
	var f frozen
	if err := json.Unmarshal([]byte(lost.Frozen), &f); err != nil || f.Quantity < 1 {
		return nil, ErrNotFound
	}
	order := &Order{
		ID: lost.ID, ShopID: lost.ShopID, OfferID: f.Offer, VersionID: f.Version, PostID: f.Post, Number: f.Number, Slug: f.Slug, AttemptKey: "lost-" + lost.ID,
		Source: f.Source, Language: lost.Language, Email: CleanEmail(lost.Email), EmailKey: emailKey(lost.Email), Quantity: f.Quantity, Currency: lost.Currency, Items: f.Items,
		Discount: f.Discount, Shipping: f.Shipping, TaxMode: f.TaxMode, Code: f.Code, ShipTo: f.ShipTo, Total: f.Total, ApplicationFee: lost.ApplicationFee,
		StripeAccount: lost.StripeAccount, OnBehalfOf: lost.OnBehalfOf, KeepsFee: f.KeepsFee, Livemode: lost.Livemode, Payment: "pending", Fulfilment: "none", Dispute: "none",
		SessionID: orNone(lost.SessionID), ByCard: lost.SessionID == "", BuyerName: lost.BuyerName, Address: lost.Address, FirstPaid: true, ExpiresAt: lost.ExpiresAt.UTC(), OpenUntil: lost.ExpiresAt.UTC(), CreatedAt: lost.CreatedAt.UTC(),
	}
	if order.Language != "fr" {
		order.Language = "en"
	}
	token := lost.Token
	if token == "" {
		token = newSecret()
	}
	order.TokenHash = s.sealer.digest("order", token)
	var err error
	if order.TokenSealed, err = s.sealer.seal(token, "orders", "token", order.ID); err != nil {
		return nil, err
	}
	err = s.write(ctx, func(db *tx) error {
		db.touches(order.OfferID)
		var there, known int64
		if err := db.Raw("SELECT count(*) FROM orders WHERE id = ?", order.ID).Scan(&there).Error; err != nil {
			return err
		}
		if there > 0 {
			return ErrChanged
		}
		if err := db.Raw("SELECT count(*) FROM versions AS v JOIN offers AS o ON o.id = v.offer_id WHERE v.id = ? AND o.id = ? AND o.shop_id = ?", order.VersionID, order.OfferID, order.ShopID).Scan(&known).Error; err != nil {
			return err
		}
		if known == 0 {
			return ErrNotFound
		}
		if f.Variant != nil {
			var row Variant
			if err := db.Where("id = ? AND offer_id = ?", *f.Variant, order.OfferID).Limit(1).Find(&row).Error; err != nil {
				return err
			}
			if row.ID == "" {
				return ErrNotFound
			}
			order.VariantID, order.Variant, order.SKU = &row.ID, row.Name, row.SKU
		}
		if err := db.rebuild(order); err != nil {
			return err
		}
		return db.rebuildWord(order, lost)
	})
	return order, err
}

func orNone(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// rebuildWord writes again on whose word a kept card was charged, where the fan and the card are here.
func (t *tx) rebuildWord(order *Order, lost Lost) error {
	if lost.Word == nil {
		return nil
	}
	var cards []FanCard
	if err := t.Raw("SELECT c.* FROM fan_cards c JOIN fans f ON f.id = c.fan_id WHERE c.method = ? AND f.customer = ?", lost.Method, lost.Customer).Scan(&cards).Error; err != nil || len(cards) == 0 {
		return err
	}
	return t.Create(&Confirmation{
		OrderID: order.ID, ShopID: order.ShopID, FanID: cards[0].FanID, CardID: cards[0].ID, State: "confirmed", AskedAt: order.CreatedAt, Until: lost.Word.At,
		ConfirmedAt: &lost.Word.At, ConfirmedBy: lost.Word.By,
	}).Error
}

// rebuild writes the row. Its number and its place in the merchant's addresses are its own again, unless somebody has
// them by now.
func (t *tx) rebuild(order *Order) error {
	var taken int64
	if err := t.Raw("SELECT count(*) FROM orders WHERE shop_id = ? AND number = ?", order.ShopID, order.Number).Scan(&taken).Error; err != nil {
		return err
	}
	if taken > 0 || order.Number < 1 {
		if err := t.Raw("SELECT orders_count + 1 FROM shops WHERE id = ?", order.ShopID).Scan(&order.Number).Error; err != nil {
			return err
		}
	}
	if err := t.Exec("UPDATE shops SET orders_count = ? WHERE id = ? AND orders_count < ?", order.Number, order.ShopID, order.Number).Error; err != nil {
		return err
	}
	if order.PostID != nil {
		var posts int64
		if err := t.Raw("SELECT count(*) FROM posts WHERE id = ?", *order.PostID).Scan(&posts).Error; err != nil {
			return err
		}
		if posts == 0 {
			order.PostID, order.Source = nil, "link"
		}
	}
	if err := t.Create(order).Error; err != nil {
		if errors.Is(err, gorm.ErrDuplicatedKey) {
			return ErrChanged
		}
		return err
	}
	if err := t.rebuildUse(order); err != nil {
		return err
	}
	return t.change(order, "rebuilt", "", nil)
}

// rebuildUse takes the use of its discount code again. Of a code that was made after the backup the name is all there is.
func (t *tx) rebuildUse(order *Order) error {
	if order.Code == "" {
		return nil
	}
	var code Code
	if err := t.Where("shop_id = ? AND code = ?", order.ShopID, order.Code).Limit(1).Find(&code).Error; err != nil {
		return err
	}
	// A use that a refund freed may be somebody else's by now: what the order cost stands, with or without it.
	result := t.Exec("UPDATE codes SET uses = uses + 1 WHERE id = ? AND (most IS NULL OR uses < most)", code.ID)
	if result.Error != nil {
		return result.Error
	}
	if code.ID == "" || result.RowsAffected == 0 {
		order.Code = ""
		return t.Exec("UPDATE orders SET code = '' WHERE id = ?", order.ID).Error
	}
	return t.keepUse(order, &code)
}
