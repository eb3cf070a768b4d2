package models

import (
	"context"
	"errors"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Offer is what is sold. Its content stands in versions; stock, limit and dates stand here and need no review.
type Offer struct {
	ID                string
	ShopID            string
	Slug              string
	State             string // as last written; ask StateAt
	TakenDownReason   string
	ApprovedVersionID *string
	LatestVersionID   *string
	Stock             *int64 // nil = as many as are wanted
	Held              int64
	Sold              int64
	Codes             *int64 // how many licence codes are free; nil where none are handed over
	LimitPerBuyer     *int64
	HoldMinutes       int64 // how long stock is set aside for a checkout
	FirstPaid         bool  // nothing is set aside: the first to pay gets it
	Waitlist          bool  // takes addresses while sold out
	TurnMinutes       int64 // how long a freed item is set aside for the next of the waitlist
	Replies           bool  // fans may buy it by replying
	ReplyMinutes      int64 // how long a reply sets stock aside
	Thanks            bool  // a sale by reply is thanked for in public
	Discreet          bool  // nobody should learn from a public answer who bought it: begun in public, finished in private
	StartsAt          *time.Time
	EndsAt            *time.Time
	Card              string     // how its posts' picture is drawn; ask CardDesign
	ShownAt           *time.Time // since when the shop window shows it, nil before that
	ShownCurrency     string     // of the approved version
	ShownPrice        int64      // its least price
	RecentOrders      int64      // paid orders of the last days, as last counted
	CreatedAt         time.Time
	UpdatedAt         time.Time
}

// StateAt is the offer's state at a time: the clock opens and ends offers to the second, whenever the row is written.
func (o *Offer) StateAt(now time.Time) string {
	switch {
	case o.State != "live" && o.State != "scheduled" && o.State != "paused":
		return o.State
	case o.EndsAt != nil && !now.Before(*o.EndsAt):
		return "ended"
	case o.State == "paused":
		return "paused"
	case o.StartsAt != nil && now.Before(*o.StartsAt):
		return "scheduled"
	}
	return "live"
}

// HoldLasts is how long stock is set aside for a checkout.
func (o *Offer) HoldLasts() time.Duration { return time.Duration(o.HoldMinutes) * time.Minute }

// TurnLasts is how long what comes free is set aside for the next of the waitlist.
func (o *Offer) TurnLasts() time.Duration { return time.Duration(o.TurnMinutes) * time.Minute }

// Left is how many can still be bought; unlimited is true where stock is not counted.
func (o *Offer) Left() (left int64, unlimited bool) {
	if o.Stock != nil {
		left = *o.Stock - o.Sold - o.Held
	}
	if o.Codes != nil && (o.Stock == nil || *o.Codes-o.Held < left) {
		return *o.Codes - o.Held, false
	}
	return left, o.Stock == nil
}

// SoldOut tells whether nothing is left just now. It reverses by itself when a hold comes back.
func (o *Offer) SoldOut() bool {
	left, unlimited := o.Left()
	return !unlimited && left <= 0
}

// OverAt tells whether an offer has ended, or all of it is sold and paid.
func (o *Offer) OverAt(now time.Time) bool {
	return o.StateAt(now) == "ended" || o.Sold > 0 && (o.Stock != nil && o.Sold >= *o.Stock || o.Codes != nil && *o.Codes <= 0)
}

// OfferView is an offer with the version a page shows and that version's picture.
type OfferView struct {
	Offer
	Version  Version
	Picture  *Picture
	More     []ShownPicture // the pictures after the first
	Variants []VariantView  // what there is to choose from; Stock is then theirs together
	Approved *Version       // the approved version, which fans see; nil before the first approval
}

// CreateOffer makes a draft. What was typed and cannot be kept comes back as Problems. The same form sent again gives
// the offer that it made first.
func (s *Store) CreateOffer(ctx context.Context, shop *Shop, user *User, form OfferForm) (*Offer, error) {
	fields, problems := form.read(shop, false)
	if err := problems.orNil(); err != nil {
		return nil, err
	}
	now := s.now()
	offer := &Offer{ID: newID(), ShopID: shop.ID, Slug: newSlug(), State: "draft", Waitlist: true, CreatedAt: now, UpdatedAt: now}
	if form.Key != "" {
		// The name comes from the form, so that the database itself refuses a second offer of it.
		offer.Slug = s.sealer.letters("offer "+shop.ID, form.Key, len(offer.Slug))
	}
	fields.onOffer(offer)
	var made Offer
	err := s.write(ctx, func(db *tx) error {
		if form.Key != "" {
			err := db.Where("shop_id = ? AND slug = ?", shop.ID, offer.Slug).Take(&made).Error
			if !errors.Is(err, gorm.ErrRecordNotFound) {
				return err
			}
		}
		if err := db.checkFields(shop, offer, fields); err != nil {
			return err
		}
		if err := db.Create(offer).Error; err != nil {
			return err
		}
		if err := db.keepVariants(offer, fields.variants); err != nil {
			return err
		}
		version := fields.version
		version.ID, version.OfferID, version.Number, version.State, version.CreatedAt, version.UpdatedAt = newID(), offer.ID, 1, "draft", now, now
		if err := db.Create(&version).Error; err != nil {
			return err
		}
		offer.LatestVersionID = &version.ID
		if err := db.Exec("UPDATE offers SET latest_version_id = ? WHERE id = ?", version.ID, offer.ID).Error; err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "offer.created", Object: offer.Slug})
	})
	if form.Key != "" && err != nil {
		// On PostgreSQL two can come this far at once: the later one is stopped by the name, or by its own hashtag.
		if twin, findErr := first[Offer](s.read(ctx).Where("shop_id = ? AND slug = ?", shop.ID, offer.Slug)); findErr == nil {
			made, err = twin, nil
		}
	}
	if err != nil {
		return nil, err
	}
	if made.ID != "" {
		return &made, nil
	}
	return offer, nil
}

// OfferIn finds the shop's own offer by its slug, or ErrNotFound.
func (s *Store) OfferIn(ctx context.Context, shop *Shop, slug string) (*OfferView, error) {
	offer, err := first[Offer](s.read(ctx).Where("shop_id = ? AND slug = ?", shop.ID, slug))
	if err != nil {
		return nil, found(err)
	}
	return s.offerView(ctx, offer, true)
}

// OfferID is the id of the offer of a slug, or ErrNotFound.
func (s *Store) OfferID(ctx context.Context, slug string) (string, error) {
	offer, err := first[Offer](s.read(ctx).Select("id").Where("slug = ?", slug))
	return offer.ID, found(err)
}

// PublicOffer finds an offer as fans see it, with its shop: by its approved version, or ErrNotFound where there is none
// or it was never taken live.
func (s *Store) PublicOffer(ctx context.Context, slug string) (*OfferView, *Shop, error) {
	offer, err := first[Offer](s.read(ctx).Where("slug = ? AND approved_version_id IS NOT NULL AND state <> 'draft'", slug))
	if err != nil {
		return nil, nil, found(err)
	}
	shop, err := s.ShopOf(ctx, offer.ShopID)
	if err != nil {
		return nil, nil, err
	}
	if shop.OpenedAt == nil {
		return nil, nil, ErrNotFound
	}
	view, err := s.offerView(ctx, offer, false)
	return view, shop, err
}

// offerView loads the versions; latest chooses the merchant's newest content, else the approved one is shown.
func (s *Store) offerView(ctx context.Context, offer Offer, latest bool) (*OfferView, error) {
	view := &OfferView{Offer: offer}
	if offer.ApprovedVersionID != nil {
		approved, err := s.approvedVersion(ctx, *offer.ApprovedVersionID)
		if err != nil {
			return nil, err
		}
		view.Approved, view.Version = approved, *approved
	}
	if latest && offer.LatestVersionID != nil {
		version, err := s.version(ctx, *offer.LatestVersionID)
		if err != nil {
			return nil, err
		}
		view.Version = *version
	}
	if view.Version.PictureID != nil {
		picture, err := first[Picture](s.read(ctx).Where("id = ?", *view.Version.PictureID))
		if err != nil {
			return nil, found(err)
		}
		view.Picture = &picture
	}
	var err error
	if view.More, err = s.morePictures(ctx, offer.ShopID, view.Version.Gallery); err != nil {
		return nil, err
	}
	return view, s.loadVariants(ctx, view)
}

// OfferFilter narrows a list of offers. State "sold_out" is derived.
type OfferFilter struct {
	State string
	Query string // a part of the title, or the hashtag
	Page  Page
}

// Offers lists the shop's offers, newest first, one more than the page where there are more.
func (s *Store) Offers(ctx context.Context, shop *Shop, filter OfferFilter) ([]OfferView, error) {
	query := s.read(ctx).Where("shop_id = ?", shop.ID)
	if q := strings.TrimSpace(filter.Query); q != "" {
		// SQLite folds only A to Z, so what was typed is tried as it stands too.
		query = query.Where(`EXISTS (SELECT 1 FROM versions WHERE versions.id IN (offers.latest_version_id, offers.approved_version_id)
			AND (lower(title) LIKE ? ESCAPE '!' OR title LIKE ? ESCAPE '!' OR lower(hashtag) = ?))`,
			"%"+likely(strings.ToLower(q))+"%", "%"+likely(q)+"%", strings.ToLower(strings.TrimLeft(q, "#＃")))
	}
	now := s.now()
	switch filter.State {
	case "":
	case "sold_out":
		query = query.Where(`state IN ('live', 'scheduled') AND (stock IS NOT NULL AND sold + held >= stock OR EXISTS (SELECT 1 FROM variants WHERE offer_id = offers.id AND on_sale)
			AND NOT EXISTS (SELECT 1 FROM variants WHERE offer_id = offers.id AND on_sale AND (stock IS NULL OR held + sold < stock)))`)
	case "draft":
		query = query.Where("state = 'draft' AND latest_version_id NOT IN (SELECT version_id FROM reviews WHERE shop_id = ? AND state = 'open')", shop.ID)
	case "paused":
		query = query.Where("state = 'paused' AND (ends_at IS NULL OR ends_at > ?)", now)
	case "in_review":
		query = query.Where("latest_version_id IN (SELECT version_id FROM reviews WHERE shop_id = ? AND state = 'open')", shop.ID)
	case "live":
		query = query.Where("state IN ('live', 'scheduled') AND (starts_at IS NULL OR starts_at <= ?) AND (ends_at IS NULL OR ends_at > ?)", now, now)
	case "ended":
		query = query.Where("state = 'ended' OR state IN ('live', 'scheduled', 'paused') AND ends_at <= ?", now)
	default:
		query = query.Where("state = ?", filter.State)
	}
	var offers []Offer
	if err := filter.Page.apply(query, "created_at").Find(&offers).Error; err != nil {
		return nil, err
	}
	return s.offerViews(ctx, offers, true)
}

func (s *Store) offerViews(ctx context.Context, offers []Offer, latest bool) ([]OfferView, error) {
	views := make([]OfferView, 0, len(offers))
	for _, offer := range offers {
		view, err := s.offerView(ctx, offer, latest)
		if err != nil {
			return nil, err
		}
		views = append(views, *view)
	}
	return views, nil
}

// Publish takes an approved offer live, or schedules it where it starts later. Problems: version.not_approved,
// shop.not_ready, already_ended.
func (s *Store) Publish(ctx context.Context, shop *Shop, user *User, offer *Offer, onBehalfOf bool) error {
	now := s.now()
	switch {
	case offer.ApprovedVersionID == nil:
		return Problems{{Field: "offer", Code: "version.not_approved"}}
	case shop.Standing == "suspended":
		return Problems{{Field: "offer", Code: "shop.suspended"}}
	case !shop.CanSell(onBehalfOf):
		return Problems{{Field: "offer", Code: "shop.not_ready"}}
	case offer.EndsAt != nil && !now.Before(*offer.EndsAt):
		return Problems{{Field: "offer", Code: "already_ended"}}
	}
	state := "live"
	if offer.StartsAt != nil && now.Before(*offer.StartsAt) {
		state = "scheduled"
	}
	return s.turnOffer(ctx, shop, user, offer, state, "draft", "paused", "ended", "scheduled", "live")
}

// Pause stops sales until the merchant takes the offer live again. Checkouts that are open may still be paid.
func (s *Store) Pause(ctx context.Context, shop *Shop, user *User, offer *Offer) error {
	return s.turnOffer(ctx, shop, user, offer, "paused", "live", "scheduled")
}

// End stops sales for good, until it is published again.
func (s *Store) End(ctx context.Context, shop *Shop, user *User, offer *Offer) error {
	return s.turnOffer(ctx, shop, user, offer, "ended", "live", "scheduled", "paused")
}

func (s *Store) turnOffer(ctx context.Context, shop *Shop, user *User, offer *Offer, to string, from ...string) error {
	return s.write(ctx, func(db *tx) error {
		err := changed(db.Exec("UPDATE offers SET state = ?, updated_at = ? WHERE id = ? AND shop_id = ? AND state IN ?", to, s.now(), offer.ID, shop.ID, from))
		if err != nil {
			return err
		}
		if to == "live" || to == "scheduled" {
			if err := db.Exec("UPDATE offers SET shown_at = CASE WHEN starts_at > ? THEN starts_at ELSE ? END WHERE id = ? AND shown_at IS NULL", s.now(), s.now(), offer.ID).Error; err != nil {
				return err
			}
			if err := db.listenSoon(shop.ID); err != nil {
				return err
			}
		}
		if err := db.offerFreed(offer.ID); err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "offer." + to, Object: offer.Slug})
	})
}

// TakeDown ends an offer by an admin's decision; the merchant reads the reason.
func (s *Store) TakeDown(ctx context.Context, admin *User, offer *Offer, reason string) error {
	if p := checkText(reason, "reason", 1000, false); p != nil {
		p.Field = "reason"
		return Problems{*p}
	}
	return s.write(ctx, func(db *tx) error {
		err := changed(db.Exec("UPDATE offers SET state = 'taken_down', taken_down_reason = ?, updated_at = ? WHERE id = ? AND state <> 'taken_down'", reason, s.now(), offer.ID))
		if err != nil {
			return err
		}
		if err := db.closeCheckouts("offer_id", offer.ID); err != nil {
			return err
		}
		if err := db.endPosts(offer.ID); err != nil {
			return err
		}
		if err := db.tellTakenDown(offer, reason); err != nil {
			return err
		}
		return db.audit(Audit{UserID: &admin.ID, ShopID: &offer.ShopID, Action: "offer.taken_down", Object: offer.Slug, Detail: reason})
	})
}

// TurnOffers writes down what the clock has done: scheduled offers that began, offers that ended.
func (s *Store) TurnOffers(ctx context.Context) error {
	now := s.now()
	return s.write(ctx, func(db *tx) error {
		began := db.Exec("UPDATE offers SET state = 'live', updated_at = ? WHERE state = 'scheduled' AND starts_at <= ?", now, now)
		if began.Error != nil {
			return began.Error
		}
		ended := db.Exec("UPDATE offers SET state = 'ended', updated_at = ? WHERE state IN ('live', 'scheduled', 'paused') AND ends_at <= ?", now, now)
		if began.RowsAffected+ended.RowsAffected == 0 {
			db.touches()
		}
		return ended.Error
	})
}
