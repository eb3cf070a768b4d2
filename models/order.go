package models

import (
	"context"
	"time"
)

// Order is a purchase. Payment, fulfilment and dispute move apart; each only ever forward.
type Order struct {
	ID              string
	ShopID          string
	OfferID         string
	VersionID       string
	PostID          *string
	Number          int64  // counts up within the shop
	Slug            string // in the merchant's addresses
	TokenHash       string
	TokenSealed     string
	AttemptKey      string
	Buyer           string // digest of the browser's id, may be empty
	Source          string // post, link, reply
	Language        string // of letters to the buyer
	Email           string
	EmailKey        string
	BuyerName       string
	Address         string // lines
	VariantID       *string
	Variant         string // the combination that was bought in words, "" where there was nothing to choose
	SKU             string
	Quantity        int64
	Currency        string
	Items           int64
	Discount        int64
	Shipping        int64
	Tax             int64  // on top of the rest
	TaxIncluded     int64  // that the rest contains
	TaxMode         string // one of TaxModes; told by Stripe when it was paid
	Code            string // the discount code, "" without
	ShipTo          string // the country it was priced for, "" for any
	Total           int64
	ApplicationFee  int64
	StripeFee       *int64 // which the platform pays; nil until read
	Refunded        int64
	StripeAccount   string
	OnBehalfOf      bool
	Livemode        bool
	Payment         string // pending, paid, expired, failed, cancelled, partly_refunded, refunded
	Fulfilment      string // none, to_do, done
	Dispute         string // none, open, won, lost
	Shortfall       bool   // paid when the goods were gone
	ByCard          bool   // by reply, and charged to a kept card when it is confirmed
	SessionID       *string
	PaymentIntentID *string
	ChargeID        *string
	Card            string    // brand and last four
	CardKey         string    // digest of the card's fingerprint
	OverLimit       bool      // paid by a card that had its limit already, and given back
	ExpiresAt       time.Time // when Stripe ends the checkout
	OpenUntil       time.Time // until when it can be paid by our own clock, at most ExpiresAt
	FirstPaid       bool      // nothing is set aside: the goods are whose payment comes first
	Extended        int64     // how often OpenUntil was put off for a payment under way
	PaidAt          *time.Time
	Restocked       int64      // items that went back into stock
	KeepsFee        bool       // Tillbird's fee stays with Tillbird when money goes back
	ArrivalID       *string    // of the payment by which the money came to the shop's account
	Disputed        int64      // what disputes hold back of it
	Inquiry         string     `gorm:"default:none"` // none, open, closed: the bank asks and takes nothing
	Consent         string     // by which words the buyer asked for delivery at once, or empty
	ConsentAt       *time.Time // when
	OpenedAt        *time.Time // when the buyer first fetched a file or saw a code
	CreatedAt       time.Time
}

// Money puts the order's currency beside one of its amounts.
func (o *Order) Money(amount int64) Money { return Money{amount, o.Currency} }

// Net is what the merchant gets: total less Tillbird's fee, which covers Stripe's, less what went back and what disputes
// hold back.
func (o *Order) Net() Money {
	return Money{o.Total - o.FeeKept().Amount - o.Refunded - o.Disputed, o.Currency}
}

// FeeKept is what Tillbird keeps of its fee: of what went back it gives up its part, rounded as Stripe does, unless the
// installation keeps its fee.
func (o *Order) FeeKept() Money {
	if o.KeepsFee || o.Total == 0 {
		return Money{o.ApplicationFee, o.Currency}
	}
	return Money{o.ApplicationFee - (2*o.ApplicationFee*o.Refunded+o.Total)/(2*o.Total), o.Currency}
}

// feeOf is the part of Tillbird's fee that belongs to an amount which a bank takes after what was refunded.
func (o *Order) feeOf(amount int64) int64 {
	if o.Total == 0 {
		return 0
	}
	part := func(gone int64) int64 { return (2*o.ApplicationFee*gone + o.Total) / (2 * o.Total) }
	return max(min(part(o.Refunded+amount), o.ApplicationFee)-part(o.Refunded), 0)
}

// UnitPrice is what one of the order's items cost.
func (o *Order) UnitPrice() Money { return Money{o.Items / max(o.Quantity, 1), o.Currency} }

// Left is what can still go back to the buyer.
func (o *Order) Left() Money { return Money{o.Total - o.Refunded, o.Currency} }

// WasPaid tells whether money came in, whatever happened since.
func (o *Order) WasPaid() bool { return o.PaidAt != nil }

// OrderView is an order with what was bought and where it came from.
type OrderView struct {
	Order
	Offer   Offer
	Version Version
	Picture *Picture
	Post    *Post
}

// Title is what was bought, in words: Linen apron (M / black).
func (o *OrderView) Title() string {
	if o.Variant == "" {
		return o.Version.Title
	}
	return o.Version.Title + " (" + o.Variant + ")"
}

// Change is one line of an order's timeline.
type Change struct {
	ID        string
	OrderID   string
	Kind      string // placed, checkout_opened, paid, expired, failed, cancelled, declined, shortfall, refund_asked, refunded, refund_failed, refund_resent, refund_not_resent, over_limit, receipt_sent, link_sent, sent, tracking_changed, sent_undone, restocked, withdrawn, extended, downloaded, downloads_reset, codes_shown, delivered, and those of disputes, warnings and payment reviews
	Detail    string
	EventID   *string
	UserID    *string
	CreatedAt time.Time
}

// TableName is where changes are kept.
func (Change) TableName() string { return "order_changes" }

func (t *tx) change(order *Order, kind, detail string, eventID *string) error {
	_, err := t.exec("INSERT INTO order_changes (id, order_id, kind, detail, event_id, created_at) VALUES ($1, $2, $3, $4, $5, $6)", newID(), order.ID, kind, detail, eventID, t.store.now())
	return err
}

// changeBy is change for what a member did.
func (t *tx) changeBy(order *Order, kind, detail string, user *User) error {
	return t.Create(&Change{ID: newID(), OrderID: order.ID, Kind: kind, Detail: detail, UserID: &user.ID, CreatedAt: t.store.now()}).Error
}

// Order finds an order by its id, for jobs and events; pages come through OrderIn or OrderByToken.
func (s *Store) Order(ctx context.Context, id string) (*Order, error) {
	order, err := first[Order](s.read(ctx).Where("id = ?", id))
	return &order, found(err)
}

// OrderBySession finds the order of a Checkout session, or ErrNotFound.
func (s *Store) OrderBySession(ctx context.Context, session string) (*Order, error) {
	order, err := first[Order](s.read(ctx).Where("session_id = ?", session))
	return &order, found(err)
}

// OrderByIntent finds the order of a payment intent, or ErrNotFound.
func (s *Store) OrderByIntent(ctx context.Context, intent string) (*Order, error) {
	order, err := first[Order](s.read(ctx).Where("payment_intent_id = ?", intent))
	return &order, found(err)
}

// OrderByToken finds a buyer's order by the secret of its address, or ErrNotFound.
func (s *Store) OrderByToken(ctx context.Context, token string) (*OrderView, *Shop, error) {
	order, err := first[Order](s.read(ctx).Where("token_hash = ?", s.sealer.digest("order", token)))
	if err != nil {
		return nil, nil, found(err)
	}
	view, err := s.orderView(ctx, order)
	if err != nil {
		return nil, nil, err
	}
	shop, err := s.ShopOf(ctx, order.ShopID)
	return view, shop, err
}

// OrderToken opens the secret of the buyer's address.
func (s *Store) OrderToken(order *Order) (string, error) {
	return s.sealer.open(order.TokenSealed, "orders", "token", order.ID)
}

// OrderIn finds the shop's own order by its slug, or ErrNotFound.
func (s *Store) OrderIn(ctx context.Context, shop *Shop, slug string) (*OrderView, error) {
	order, err := first[Order](s.read(ctx).Where("slug = ? AND shop_id = ?", slug, shop.ID))
	if err != nil {
		return nil, found(err)
	}
	return s.orderView(ctx, order)
}

// OrderView completes an order with what was bought.
func (s *Store) OrderView(ctx context.Context, order *Order) (*OrderView, error) {
	return s.orderView(ctx, *order)
}

func (s *Store) orderView(ctx context.Context, order Order) (*OrderView, error) {
	view := &OrderView{Order: order}
	offer, err := first[Offer](s.read(ctx).Where("id = ?", order.OfferID))
	if err != nil {
		return nil, found(err)
	}
	view.Offer = offer
	version, err := s.version(ctx, order.VersionID)
	if err != nil {
		return nil, err
	}
	view.Version = *version
	if version.PictureID != nil {
		if picture, err := first[Picture](s.read(ctx).Where("id = ?", *version.PictureID)); err == nil {
			view.Picture = &picture
		}
	}
	if order.PostID != nil {
		post, err := first[Post](s.read(ctx).Where("id = ?", *order.PostID))
		if err != nil {
			return nil, found(err)
		}
		view.Post = &post
	}
	return view, nil
}

// Timeline lists what happened to an order, oldest first.
func (s *Store) Timeline(ctx context.Context, order *Order) ([]Change, error) {
	var changes []Change
	err := s.read(ctx).Where("order_id = ?", order.ID).Order("created_at, id").Find(&changes).Error
	return changes, err
}
