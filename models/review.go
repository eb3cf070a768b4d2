package models

import (
	"context"
	"strings"
	"time"
)

// Review is the case of one version in the admin's queue, with its decision.
type Review struct {
	ID        string
	OfferID   string
	VersionID string
	ShopID    string
	State     string // open, approved, changes_asked, rejected, withdrawn
	Changed   string // names of fields that differ from the approved version, space separated
	Reason    string // a code of ReviewReasons
	Note      string // words to the merchant
	ClaimedBy *string
	ClaimedAt *time.Time
	DecidedBy *string
	DecidedAt *time.Time
	CreatedAt time.Time
}

// ReviewReasons are the codes a decision against a version names.
var ReviewReasons = []string{"unclear", "misleading", "rights", "prohibited", "price", "picture", "contact", "other"}

// claimLasts is how long a case stays with the admin who opened it.
const claimLasts = 15 * time.Minute

// ReviewCase is a case with all that the admin looks at.
type ReviewCase struct {
	Review
	Offer    Offer
	Version  Version
	Picture  *Picture
	Approved *Version
	Shop     Shop
	Claimer  string // e-mail of the admin who has it open now, if another
}

// Changes lists the fields that differ from the approved version.
func (r *Review) Changes() []string { return strings.Fields(r.Changed) }

// ReviewQueue lists the open cases, oldest first, at most a hundred, and tells how many wait.
func (s *Store) ReviewQueue(ctx context.Context) (cases []ReviewCase, err error) {
	var reviews []Review
	err = s.read(ctx).Where("state = 'open' AND shop_id IN (SELECT id FROM shops WHERE opened_at IS NOT NULL)").Order("created_at, id").Limit(100).Find(&reviews).Error
	if err != nil {
		return nil, err
	}
	for _, review := range reviews {
		c, err := s.reviewCase(ctx, review)
		if err != nil {
			return nil, err
		}
		cases = append(cases, *c)
	}
	return cases, nil
}

// ReviewCase loads one case, or ErrNotFound.
func (s *Store) ReviewCase(ctx context.Context, id string) (*ReviewCase, error) {
	review, err := first[Review](s.read(ctx).Where("id = ?", id))
	if err != nil {
		return nil, found(err)
	}
	return s.reviewCase(ctx, review)
}

func (s *Store) reviewCase(ctx context.Context, review Review) (*ReviewCase, error) {
	c := &ReviewCase{Review: review}
	offer, err := first[Offer](s.read(ctx).Where("id = ?", review.OfferID))
	if err != nil {
		return nil, found(err)
	}
	c.Offer = offer
	version, err := s.version(ctx, review.VersionID)
	if err != nil {
		return nil, err
	}
	c.Version = *version
	if version.PictureID != nil {
		picture, err := first[Picture](s.read(ctx).Where("id = ?", *version.PictureID))
		if err != nil {
			return nil, found(err)
		}
		c.Picture = &picture
	}
	if offer.ApprovedVersionID != nil {
		if c.Approved, err = s.version(ctx, *offer.ApprovedVersionID); err != nil {
			return nil, err
		}
	}
	shop, err := s.ShopOf(ctx, review.ShopID)
	if err != nil {
		return nil, err
	}
	c.Shop = *shop
	if review.ClaimedBy != nil && review.ClaimedAt != nil && s.now().Sub(*review.ClaimedAt) < claimLasts {
		if claimer, err := s.User(ctx, *review.ClaimedBy); err == nil {
			c.Claimer = claimer.Email
		}
	}
	return c, nil
}

// ClaimReview gives an open case to the admin, unless another has it just now.
func (s *Store) ClaimReview(ctx context.Context, admin *User, review *Review) error {
	now := s.now()
	return s.write(ctx, func(db *tx) error {
		return changed(db.Exec("UPDATE reviews SET claimed_by = ?, claimed_at = ? WHERE id = ? AND state = 'open' AND (claimed_by IS NULL OR claimed_by = ? OR claimed_at < ?)",
			admin.ID, now, review.ID, admin.ID, now.Add(-claimLasts)))
	})
}

// Decision is what an admin says of a version: approved, changes_asked or rejected, the latter two with a reason code.
type Decision struct{ Verdict, Reason, Note string }

// Decide closes an open case. ErrChanged where it was decided or withdrawn meanwhile.
func (s *Store) Decide(ctx context.Context, admin *User, c *ReviewCase, decision Decision) error {
	var problems Problems
	switch decision.Verdict {
	case "approved":
		decision.Reason = ""
	case "changes_asked", "rejected":
		if decision.Reason == "" {
			problems.Add("reason", "reason.blank")
		} else if !contains(ReviewReasons, decision.Reason) {
			problems.Add("reason", "reason.unknown")
		}
	default:
		problems.Add("verdict", "reason.unknown")
	}
	problems.take("note", checkText(decision.Note, "note", 2000, true))
	if err := problems.orNil(); err != nil {
		return err
	}
	now := s.now()
	return s.write(ctx, func(db *tx) error {
		err := changed(db.Exec("UPDATE reviews SET state = ?, reason = ?, note = ?, decided_by = ?, decided_at = ? WHERE id = ? AND state = 'open'",
			decision.Verdict, decision.Reason, decision.Note, admin.ID, now, c.Review.ID))
		if err != nil {
			return err
		}
		err = changed(db.Exec("UPDATE versions SET state = ?, decided_at = ?, updated_at = ? WHERE id = ? AND state = 'in_review'", decision.Verdict, now, now, c.VersionID))
		if err != nil {
			return err
		}
		if decision.Verdict == "approved" {
			var version Version
			if err := db.Where("id = ?", c.VersionID).Take(&version).Error; err != nil {
				return found(err)
			}
			if err := db.approve(c.OfferID, &version); err != nil {
				return err
			}
			if err := db.countCodes(c.OfferID); err != nil {
				return err
			}
			if err := db.sellVariants(c.OfferID, c.VersionID); err != nil {
				return err
			}
		}
		err = db.tellTeam(Letter{Key: "review_decided-" + c.Review.ID, Kind: "review_decided", ShopID: &c.ShopID, OfferID: &c.OfferID})
		if err != nil {
			return err
		}
		return db.audit(Audit{UserID: &admin.ID, ShopID: &c.ShopID, Action: "review." + decision.Verdict, Object: c.Offer.Slug, Detail: decision.Reason})
	})
}

// LatestReview is the newest case of an offer, which the merchant reads; nil where it was never sent.
func (s *Store) LatestReview(ctx context.Context, offer *Offer) (*Review, error) {
	var reviews []Review
	err := s.read(ctx).Where("offer_id = ? AND state <> 'withdrawn'", offer.ID).Order("created_at DESC, id DESC").Limit(1).Find(&reviews).Error
	if err != nil || len(reviews) == 0 {
		return nil, err
	}
	return &reviews[0], nil
}

// Waiting counts what waits for an admin: open cases and open reports.
func (s *Store) Waiting(ctx context.Context) (reviews, reports int64, err error) {
	row := s.read(ctx).Raw(`SELECT (SELECT count(*) FROM reviews WHERE state = 'open' AND shop_id IN (SELECT id FROM shops WHERE opened_at IS NOT NULL)),
		(SELECT count(*) FROM reports WHERE state = 'open')`).Row()
	return reviews, reports, row.Scan(&reviews, &reports)
}

// DecidedReviews lists the cases that were decided, newest decision first; shop nil means of every shop.
func (s *Store) DecidedReviews(ctx context.Context, shop *Shop, page Page) (cases []ReviewCase, err error) {
	query := s.read(ctx).Where("decided_at IS NOT NULL AND shop_id IN (SELECT id FROM shops WHERE opened_at IS NOT NULL)")
	if shop != nil {
		query = query.Where("shop_id = ?", shop.ID)
	}
	var reviews []Review
	if err := page.apply(query, "decided_at").Find(&reviews).Error; err != nil {
		return nil, err
	}
	for _, review := range reviews {
		c, err := s.reviewCase(ctx, review)
		if err != nil {
			return nil, err
		}
		cases = append(cases, *c)
	}
	return cases, nil
}
