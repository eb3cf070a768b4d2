package models

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// Version is the content of an offer; from the moment it is sent to review it never changes.
type Version struct {
	ID          string
	OfferID     string
	Number      int64
	State       string // draft, in_review, approved, changes_asked, rejected
	Title       string
	Words       string
	Price       int64 // smallest unit of Currency
	Currency    string
	ChosenPrice bool  // the buyer chooses the price; Price is the least
	Suggested   int64 // what the buyer's field begins with; 0 = the least
	WasPrice    int64 // what one cost before, shown struck through; 0 = it is not said
	PictureID   *string
	Alt         string
	Gallery     Gallery // the pictures after the first
	Choices     Choices
	Fulfilment  string
	Withdrawal  string // one of Withdrawals
	Hashtag     string
	SubmittedAt *time.Time
	DecidedAt   *time.Time
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Money is the price of one; where the buyer chooses it, the least.
func (v *Version) Money() Money { return Money{v.Price, v.Currency} }

// Changes names the fields in which a version differs from an earlier one; all of them where there is none.
func (v *Version) Changes(before *Version) []string {
	var b Version
	if before != nil {
		b = *before
	}
	var names []string
	note := func(differs bool, name string) {
		if differs {
			names = append(names, name)
		}
	}
	note(v.Title != b.Title, "title")
	note(v.Words != b.Words, "words")
	note(v.Price != b.Price || v.Currency != b.Currency, "price")
	note(v.ChosenPrice != b.ChosenPrice || v.Suggested != b.Suggested, "chosen_price")
	note(v.WasPrice != b.WasPrice, "was_price")
	note(!v.Choices.equal(b.Choices), "variants")
	note(deref(v.PictureID) != deref(b.PictureID) || v.Alt != b.Alt || !slices.Equal(v.Gallery, b.Gallery), "picture")
	note(v.Fulfilment != b.Fulfilment, "fulfilment")
	note(v.Withdrawal != b.Withdrawal, "withdrawal")
	note(v.Hashtag != b.Hashtag, "hashtag")
	return names
}

func deref(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

func (s *Store) version(ctx context.Context, id string) (*Version, error) {
	version, err := first[Version](s.read(ctx).Where("id = ?", id))
	return &version, found(err)
}

// UpdateOffer keeps an edit. Stock, limit and dates count at once. Content goes into the draft version, or a new one
// where the latest is frozen; an edit that only lowers the price of the approved version is approved by itself.
func (s *Store) UpdateOffer(ctx context.Context, shop *Shop, user *User, offer *Offer, form OfferForm) error {
	fields, problems := form.read(shop, false)
	if fields.stock != nil && *fields.stock < offer.Sold+offer.Held {
		problems.Add("stock", "stock.below_sold", "Sold", offer.Sold+offer.Held)
	}
	if err := problems.orNil(); err != nil {
		return err
	}
	now := s.now()
	err := s.write(ctx, func(db *tx) error {
		if err := db.checkSeen(shop, offer, form.Seen, fields); err != nil {
			return err
		}
		if err := db.checkFields(shop, offer, fields); err != nil {
			return err
		}
		query := db.Model(&Offer{}).Where("id = ? AND shop_id = ? AND state <> 'taken_down'", offer.ID, shop.ID)
		if fields.stock != nil {
			query = query.Where("sold + held <= ?", *fields.stock)
		}
		set := map[string]any{
			"limit_per_buyer": fields.limit, "hold_minutes": fields.holdMinutes, "first_paid": fields.firstPaid, "turn_minutes": fields.turnMinutes,
			"replies": fields.reply.replies, "reply_minutes": fields.reply.minutes, "thanks": fields.reply.thanks, "discreet": fields.reply.discreet, "starts_at": fields.startsAt, "ends_at": fields.endsAt, "updated_at": now,
		}
		if !fields.version.Choices.Any() { // else what is on sale now keeps its stock until the choices are approved
			set["stock"] = fields.stock
		}
		result := query.Updates(set)
		if result.Error == nil && result.RowsAffected == 0 {
			return Problems{{Field: "stock", Code: "changed_meanwhile"}}
		}
		if result.Error != nil {
			return result.Error
		}
		if err := db.keepVariants(offer, fields.variants); err != nil {
			return err
		}
		if err := db.keepVersion(shop, user, offer, fields.version); err != nil {
			return err
		}
		if err := db.offerFreed(offer.ID); err != nil {
			return err
		}
		if err := db.closeHopeless(offer.ID); err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "offer.updated", Object: offer.Slug})
	})
	return err
}

// checkSeen refuses an edit that began with another content than stands there now, unless what stands there is the edit
// itself, sent twice. Problem: offer changed_meanwhile.
func (t *tx) checkSeen(shop *Shop, offer *Offer, seen string, fields offerFields) error {
	if seen == "" {
		return nil
	}
	// An UPDATE that changes nothing locks the row on PostgreSQL too, where a SELECT would let another editor pass.
	if err := changed(t.Exec("UPDATE offers SET updated_at = updated_at WHERE id = ? AND shop_id = ?", offer.ID, shop.ID)); err != nil {
		return err
	}
	var now OfferView
	if err := t.Where("id = ?", offer.ID).Take(&now.Offer).Error; err != nil {
		return found(err)
	}
	if err := t.Where("id = ?", now.LatestVersionID).Take(&now.Version).Error; err != nil {
		return found(err)
	}
	rows, err := variantsOf(t.DB, offer.ID)
	if err != nil {
		return err
	}
	now.showVariants(rows)
	typed := OfferView{Version: fields.version}
	fields.onOffer(&typed.Offer)
	for _, row := range fields.variants {
		typed.Variants = append(typed.Variants, VariantView{Variant: row})
	}
	if mark := now.Mark(); mark != seen && mark != typed.Mark() {
		return Problems{{Field: "offer", Code: "changed_meanwhile"}}
	}
	return nil
}

func (t *tx) keepVersion(shop *Shop, user *User, offer *Offer, next Version) error {
	now := t.store.now()
	var latest Version
	// The row is locked on PostgreSQL too by the UPDATE of the offer before, so two editors cannot number alike.
	if err := t.Where("id = (SELECT latest_version_id FROM offers WHERE id = ?)", offer.ID).Take(&latest).Error; err != nil {
		return found(err)
	}
	changes := next.Changes(&latest)
	if len(changes) == 0 {
		return nil
	}
	if latest.State == "draft" {
		next.UpdatedAt = now
		return changed(t.Model(&Version{}).Where("id = ? AND state = 'draft'", latest.ID).
			Select("title", "words", "price", "currency", "chosen_price", "suggested", "was_price", "picture_id", "alt", "gallery", "choices", "fulfilment", "withdrawal", "hashtag", "updated_at").Updates(next))
	}
	next.ID, next.OfferID, next.Number, next.State, next.CreatedAt, next.UpdatedAt = newID(), offer.ID, latest.Number+1, "draft", now, now
	lower := latest.State == "approved" && next.onlyLower(&latest)
	if lower {
		next.State, next.SubmittedAt, next.DecidedAt = "approved", &now, &now
	}
	if err := t.Create(&next).Error; err != nil {
		return err
	}
	if lower {
		if err := t.approve(offer.ID, &next); err != nil {
			return err
		}
	}
	return t.Exec("UPDATE offers SET latest_version_id = ? WHERE id = ?", next.ID, offer.ID).Error
}

// ReviewProblems is what stops an offer from being sent to review.
func (s *Store) ReviewProblems(shop *Shop, view *OfferView) Problems {
	_, problems := FormOf(view, shop.Zone(), plainAmount).read(shop, true)
	if view.EndsAt != nil && !s.now().Before(*view.EndsAt) && problems.For("ends_at") == nil {
		problems.Add("ends_at", "ends.past")
	}
	return problems
}

// VersionsOf lists the versions of an offer, newest first.
func (s *Store) VersionsOf(ctx context.Context, offer *Offer) ([]Version, error) {
	return list[Version](s.read(ctx).Where("offer_id = ?", offer.ID).Order("number DESC"))
}

// SendToReview freezes the draft and puts it into the admin's queue. What a review needs and is missing comes back as
// Problems; version.not_draft where there is nothing new to review. A version of the offer that still waits is withdrawn.
func (s *Store) SendToReview(ctx context.Context, shop *Shop, user *User, offer *Offer) error {
	view, err := s.OfferIn(ctx, shop, offer.Slug)
	if err != nil {
		return err
	}
	if problems := s.ReviewProblems(shop, view); len(problems) > 0 {
		return problems
	}
	now := s.now()
	err = s.write(ctx, func(db *tx) error {
		err := changed(db.Exec(`UPDATE versions SET state = 'in_review', submitted_at = ?, updated_at = ? WHERE state = 'draft' AND updated_at = ?
			AND id = (SELECT latest_version_id FROM offers WHERE id = ? AND shop_id = ? AND state <> 'taken_down')`, now, now, view.Version.UpdatedAt, offer.ID, shop.ID))
		if err != nil {
			return err
		}
		var older []Review
		if err := db.Where("offer_id = ? AND state = 'open'", offer.ID).Find(&older).Error; err != nil {
			return err
		}
		for _, review := range older {
			if err := changed(db.Exec("UPDATE reviews SET state = 'withdrawn' WHERE id = ? AND state = 'open'", review.ID)); err != nil {
				return err
			}
			if err := changed(db.Exec("UPDATE versions SET state = 'draft' WHERE id = ? AND state = 'in_review'", review.VersionID)); err != nil {
				return err
			}
		}
		review := Review{ID: newID(), OfferID: offer.ID, VersionID: view.Version.ID, ShopID: shop.ID, State: "open", Changed: strings.Join(view.Version.Changes(view.Approved), " "), CreatedAt: now}
		if err := db.Create(&review).Error; err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "offer.sent_to_review", Object: offer.Slug})
	})
	if errors.Is(err, ErrChanged) {
		return Problems{{Field: "offer", Code: "version.not_draft"}}
	}
	return err
}

// plainAmount writes an amount so that ParseMoney reads it back.
func plainAmount(m Money) string {
	digits := "0000" + itoa(m.Amount)
	if m.Exponent() == 0 {
		return itoa(m.Amount)
	}
	at := len(digits) - m.Exponent()
	return strings.TrimLeft(digits[:at-1], "0") + digits[at-1:at] + "." + digits[at:]
}
