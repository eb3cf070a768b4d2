package models

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Purchase is what a fan asks to buy on the offer page.
type Purchase struct {
	Offer      *OfferView
	Shop       *Shop
	Email      string
	Quantity   string   // as typed; blank is one
	Choice     []string // the value chosen of each option, in their order
	Amount     string   // of one, as typed, where the buyer chooses the price
	Code       string   // as typed, may be blank
	Country    string   // where it goes, for a shop whose shipping has zones
	PostCode   string   // of the short link that led here, if any
	Language   string
	AttemptKey string  // tells a second click from a second purchase
	Buyer      string  // a random id of the browser, may be empty
	Again      string  // the slug of the order that the buyer knows of and wants another beside
	WaitToken  string  // of the letter that said an item is set aside, if any
	Consent    bool    // the buyer wants digital goods at once, and knows what that ends
	ByCard     *ByCard // how an order by reply is paid; nil for a checkout
	// Terms of the installation
	OnBehalfOf    bool
	FeeBasis      int64         // hundredths of a percent
	FeeFixed      int64         // in the smallest unit of the offer's currency
	KeepsFee      bool          // also when money goes back
	CheckoutLasts time.Duration // the least that Stripe allows
}

// QuantityMost is the most of one offer in one order.
const QuantityMost = 100

// PlaceOrder sets stock aside and writes a pending order, before Stripe is asked for anything. again is true where the
// same attempt has an order that waits already, which is given instead. Problems: email.…, quantity.malformed,
// delivery.consent, fan.address, quantity.above_limit, quantity.above_stock, sold_out, variant.choose, variant.sold_out, not_live, not_started,
// already_ended, shop.not_ready, and those of Quote and Price. *Bought where the same browser bought it a
// short while ago and in.Again does not say that another is meant.
func (s *Store) PlaceOrder(ctx context.Context, in Purchase) (order *Order, again bool, err error) {
	quantity, err := in.check(s.now())
	if err != nil {
		return nil, false, err
	}
	quote, err := s.Quote(ctx, in)
	if again := s.sameAttempt(ctx, in, err); again != nil {
		return again, true, nil
	}
	if err != nil {
		return nil, false, err
	}
	order, err = s.draftOrder(in, quantity, quote)
	if err != nil {
		return nil, false, err
	}
	err = s.write(ctx, func(db *tx) error {
		db.touches(in.Offer.ID)
		turn, err := db.turnOf(in.Offer, in.WaitToken, in.variant())
		if err != nil {
			return err
		}
		if err := db.boughtBefore(order, in.Again); err != nil {
			return err
		}
		// The guarded UPDATE also locks the offer's row, so what follows sees every other buyer's order.
		aside, err := db.takeHold(in.Offer, quantity, turn)
		if err != nil {
			return err
		}
		order.FirstPaid = !aside
		if err := db.takeVariant(order, in.variant(), aside, turn); err != nil {
			return err
		}
		if err := db.checkLimit(in, order); err != nil {
			return err
		}
		if err := db.checkUnclaimed(in, order); err != nil {
			return err
		}
		if err := db.takeCode(in, order, quote.Code); err != nil {
			return err
		}
		if err := db.finishOrder(in, order); err != nil {
			return err
		}
		if err := db.insert(order); err != nil {
			return err
		}
		if turn != nil {
			if err := db.takeTurn(turn, order); errors.Is(err, ErrChanged) {
				return Problems{{Field: "offer", Code: "sold_out"}}
			} else if err != nil {
				return err
			}
		}
		if err := db.ask(in.ByCard, order); err != nil {
			return err
		}
		if aside {
			hold := Hold{ID: newID(), OfferID: order.OfferID, OrderID: order.ID, Quantity: quantity, State: "held", CreatedAt: s.now(), UpdatedAt: s.now()}
			if err := db.insert(&hold); err != nil {
				return err
			}
		}
		if err := db.keepUse(order, quote.Code); err != nil {
			return err
		}
		return db.change(order, "placed", "", nil)
	})
	if earlier := s.sameAttempt(ctx, in, err); earlier != nil {
		return earlier, true, nil
	}
	if err != nil {
		return nil, false, err
	}
	return order, false, nil
}

// sameAttempt is the pending order of the same attempt, where that may be what stood in the way: a second click.
func (s *Store) sameAttempt(ctx context.Context, in Purchase, err error) *Order {
	if !errors.Is(err, gorm.ErrDuplicatedKey) && !waits(err) {
		return nil
	}
	var id string
	if s.row(ctx, "SELECT id FROM orders WHERE attempt_key = $1 AND payment = 'pending'", in.AttemptKey).Scan(&id) != nil {
		return nil
	}
	earlier, findErr := s.Order(ctx, id)
	if findErr != nil {
		return nil
	}
	return earlier
}

// waits tells whether stock, limit or code refused: then the buyer's own open checkout may be what holds it.
func waits(err error) bool {
	var problems Problems
	return errors.As(err, &problems) && (problems.For("quantity") != nil || problems.For("offer") != nil || problems.For("variant") != nil || problems.For("code") != nil)
}

// many is how many are bought. Problem quantity.malformed.
func (in Purchase) many() (int64, *Problem) {
	text := strings.TrimSpace(in.Quantity)
	if text == "" {
		return 1, nil
	}
	quantity, err := strconv.ParseInt(text, 10, 64)
	if err != nil || quantity < 1 || quantity > QuantityMost {
		return 1, problem("quantity.malformed", "Max", QuantityMost)
	}
	return quantity, nil
}

func (in Purchase) check(now time.Time) (quantity int64, err error) {
	var problems Problems
	if in.ByCard == nil || in.ByCard.Fan != nil {
		problems.take("email", CheckEmail(in.Email))
	}
	quantity, bad := in.many()
	problems.take("quantity", bad)
	offer := in.Offer
	if offer.Approved != nil && offer.Approved.NeedsConsent() && !in.Consent {
		problems.Add("consent", "delivery.consent")
	}
	switch state := offer.StateAt(now); {
	case offer.Approved == nil || state == "draft" || state == "paused" || state == "taken_down":
		problems.Add("offer", "not_live")
	case state == "scheduled":
		problems.Add("offer", "not_started")
	case state == "ended":
		problems.Add("offer", "already_ended")
	case !in.Shop.CanSell(in.OnBehalfOf):
		problems.Add("offer", "shop.not_ready")
	}
	if offer.Approved != nil {
		in.checkChoice(&problems)
		if by := in.ByCard; by != nil && by.Fan != nil && by.Fan.Address == "" && offer.Approved.Fulfilment == "ship" {
			problems.Add("offer", "fan.address")
		}
	}
	return quantity, problems.orNil()
}

// checkChoice wants a value of each option of what is on sale.
func (in Purchase) checkChoice(problems *Problems) {
	choices := in.Offer.Approved.Choices
	missing := false
	for i, option := range choices.Options {
		if i >= len(in.Choice) || !contains(option.Values, in.Choice[i]) {
			problems.Add("choice_"+itoa(int64(i)), "variant.choose", "Option", option.Name)
			missing = true
		}
	}
	if choices.Any() && !missing && in.combination() == nil {
		problems.Add("offer", "changed_meanwhile")
	}
}

// combination is what was chosen; nil where there is nothing to choose.
func (in Purchase) combination() *Combination {
	if !in.Offer.Approved.Choices.Any() {
		return nil
	}
	return in.Offer.Approved.Choices.Find(in.Choice)
}

// variant is the chosen combination in words, "" where there is nothing to choose.
func (in Purchase) variant() string {
	if c := in.combination(); c != nil {
		return c.Name()
	}
	return ""
}

// draftOrder counts what the order costs; the number and the post come inside the transaction. Tillbird's fee is counted
// from what is known now: tax that Stripe adds on top is the shop's to pay on, whole.
func (s *Store) draftOrder(in Purchase, quantity int64, quote Quote) (*Order, error) {
	version := in.Offer.Approved
	now := s.now()
	price := quote.Price(quantity)
	if err := price.Check().orNil(); err != nil {
		return nil, err
	}
	total := price.Money(price.Total)
	token := newSecret()
	order := &Order{
		ID: newID(), ShopID: in.Shop.ID, OfferID: in.Offer.ID, VersionID: version.ID, Slug: newSlug(), TokenHash: s.sealer.digest("order", token),
		AttemptKey: in.AttemptKey, Source: "link", Language: in.Language, Email: CleanEmail(in.Email), EmailKey: emailKey(in.Email),
		Quantity: quantity, Currency: total.Currency, Items: price.Items, Discount: price.Discount, Shipping: price.Shipping, Total: price.Total, TaxMode: quote.Tax,
		ApplicationFee: Fee(total, in.FeeBasis, in.FeeFixed).Amount, StripeAccount: deref(in.Shop.StripeAccount), OnBehalfOf: in.OnBehalfOf, KeepsFee: in.KeepsFee, Livemode: in.Shop.Livemode,
		Payment: "pending", Fulfilment: "none", Dispute: "none", Inquiry: "none", CreatedAt: now,
	}
	order.OpenUntil, order.ExpiresAt = in.lasts(now)
	if by := in.ByCard; by != nil {
		order.Source, order.ByCard = "reply", true
		order.OpenUntil, order.ExpiresAt = now.Add(in.Offer.ReplyLasts()), now.Add(in.Offer.ReplyLasts())
		if by.Fan != nil {
			order.BuyerName, order.Address = by.Fan.Name, by.Fan.Address
		}
	}
	if quote.Code != nil {
		order.Code = quote.Code.Code
	}
	if quote.Shipping != nil {
		order.ShipTo = in.Country
	}
	if version.NeedsConsent() {
		order.Consent, order.ConsentAt = ConsentText, &now
	}
	if in.Buyer != "" {
		order.Buyer = s.sealer.digest("buyer", in.Buyer)
	}
	if by := in.ByCard; by != nil && by.Fan == nil {
		order.Buyer = s.sealer.digest("author", by.Author.Network+" "+by.Author.RemoteID)
	}
	var err error
	order.TokenSealed, err = s.sealer.seal(token, "orders", "token", order.ID)
	return order, err
}

// finishOrder gives the order its number in the shop and the post it came from.
func (t *tx) finishOrder(in Purchase, order *Order) error {
	err := t.row("UPDATE shops SET orders_count = orders_count + 1 WHERE id = $1 AND standing <> 'suspended' RETURNING orders_count", in.Shop.ID).Scan(&order.Number)
	if errors.Is(err, sql.ErrNoRows) {
		return Problems{{Field: "offer", Code: "shop.not_ready"}}
	}
	if err != nil {
		return err
	}
	if in.PostCode == "" {
		return nil
	}
	var posts []string
	if err := t.Raw("SELECT id FROM posts WHERE code = ? AND offer_id = ?", in.PostCode, in.Offer.ID).Scan(&posts).Error; err != nil || len(posts) == 0 {
		return err
	}
	order.PostID = &posts[0]
	if in.ByCard == nil {
		order.Source = "post"
	}
	return nil
}

// OtherAttempts lists the pending orders of the same browser for the same offer that ask for something else: another
// e-mail address or quantity. Whoever goes back to correct these means one purchase.
func (s *Store) OtherAttempts(ctx context.Context, in Purchase) ([]Order, error) {
	if in.Buyer == "" {
		return nil, nil
	}
	return list[Order](s.read(ctx).Where("offer_id = ? AND buyer = ? AND payment = 'pending' AND attempt_key <> ?", in.Offer.ID, s.sealer.digest("buyer", in.Buyer), in.AttemptKey).Limit(10))
}

// RecordSession keeps the Checkout session of a pending order. Done twice it changes nothing; another session is
// ErrChanged.
func (s *Store) RecordSession(ctx context.Context, order *Order, session string) error {
	return s.write(ctx, func(db *tx) error {
		db.touches(order.OfferID)
		result := db.Exec("UPDATE orders SET session_id = ? WHERE id = ? AND session_id IS NULL", session, order.ID)
		if result.Error != nil {
			return result.Error
		}
		if result.RowsAffected == 1 {
			return db.change(order, "checkout_opened", "", nil)
		}
		var same int64
		if err := db.Raw("SELECT count(*) FROM orders WHERE id = ? AND session_id = ?", order.ID, session).Scan(&same).Error; err != nil {
			return err
		}
		if same == 0 {
			return ErrChanged
		}
		return nil
	})
}

// RefuseOrder ends a pending order for which Stripe made no session: nobody can pay it, so its hold comes back.
func (s *Store) RefuseOrder(ctx context.Context, order *Order, why string) error {
	return s.write(ctx, func(db *tx) error {
		db.touches(order.OfferID)
		return db.endPending(order, "failed", why, nil, "session_id IS NULL")
	})
}

// OrdersWithoutSession lists pending orders whose process stopped before it knew its session, made before a time.
func (s *Store) OrdersWithoutSession(ctx context.Context, before time.Time) ([]Order, error) {
	return list[Order](s.read(ctx).Where("payment = 'pending' AND session_id IS NULL AND NOT by_card AND created_at < ?", before).Order("created_at").Limit(200))
}

// lasts says until when an order is open by our own clock, and by Stripe's, which refuses less than CheckoutLasts and
// more than a day. Between the two lies the room for a payment that is under way at the end.
func (in Purchase) lasts(now time.Time) (open, expires time.Time) {
	const margin = time.Minute // for clocks that differ, and for the call's own time
	hold := in.Offer.HoldLasts()
	if in.Offer.FirstPaid {
		hold = HoldUsual * time.Minute
	}
	stripe := min(max(hold+extensionsMost*Extension, in.CheckoutLasts), 24*time.Hour-margin)
	return now.Add(min(hold, stripe-margin)), now.Add(stripe)
}

// overdueFor is how long after its time an order is asked about each minute; then PendingOrders has it, in turn with
// all others. A bank may take days over a delayed payment.
const overdueFor = 2 * time.Hour

// OverdueOrders lists pending orders whose checkout should just be over by our clock.
func (s *Store) OverdueOrders(ctx context.Context) ([]Order, error) {
	now := s.now()
	return list[Order](s.read(ctx).Where("payment = 'pending' AND session_id IS NOT NULL AND open_until <= ? AND open_until > ?", now, now.Add(-overdueFor)).Order("open_until").Limit(200))
}

// PendingOrders lists pending orders that have a session and were made before a time, by id and after the given one.
func (s *Store) PendingOrders(ctx context.Context, before time.Time, after string, most int) ([]Order, error) {
	return list[Order](s.read(ctx).Where("payment = 'pending' AND session_id IS NOT NULL AND created_at < ? AND id > ?", before, after).Order("id").Limit(most))
}

func trimQuery(q string) string {
	return strings.ToLower(strings.TrimPrefix(strings.TrimSpace(q), "#"))
}

func parseNumber(q string) (int64, error) { return strconv.ParseInt(q, 10, 64) }
