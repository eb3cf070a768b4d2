package models

import (
	"context"
	"time"
)

// Report is a visitor's complaint about an offer.
type Report struct {
	ID        string
	OfferID   string
	ShopID    string
	Reason    string // a code of ReportReasons
	Words     string
	Email     string // of the visitor, may be empty
	State     string // open, upheld, dismissed
	DecidedBy *string
	DecidedAt *time.Time
	CreatedAt time.Time
}

// ReportReasons are the codes a report names.
var ReportReasons = []string{"scam", "prohibited", "rights", "misleading", "offensive", "other"}

// ReportCase is a report with its offer and shop.
type ReportCase struct {
	Report
	Offer OfferView
	Shop  Shop
}

// ReportOffer keeps a complaint for the admins. Problems: reason.blank, reason.unknown, note.long, email.…
func (s *Store) ReportOffer(ctx context.Context, offer *Offer, reason, words, email string) error {
	var problems Problems
	if reason == "" {
		problems.Add("reason", "reason.blank")
	} else if !contains(ReportReasons, reason) {
		problems.Add("reason", "reason.unknown")
	}
	problems.take("words", checkText(words, "note", 2000, true))
	if email != "" {
		problems.take("email", CheckEmail(email))
	}
	if err := problems.orNil(); err != nil {
		return err
	}
	report := Report{ID: newID(), OfferID: offer.ID, ShopID: offer.ShopID, Reason: reason, Words: words, Email: CleanEmail(email), State: "open", CreatedAt: s.now()}
	return s.write(ctx, func(db *tx) error { return db.Create(&report).Error })
}

// OpenReports lists what waits, oldest first, at most a hundred.
func (s *Store) OpenReports(ctx context.Context) (cases []ReportCase, err error) {
	var reports []Report
	if err := s.read(ctx).Where("state = 'open'").Order("created_at, id").Limit(100).Find(&reports).Error; err != nil {
		return nil, err
	}
	for _, report := range reports {
		c, err := s.reportCase(ctx, report)
		if err != nil {
			return nil, err
		}
		cases = append(cases, *c)
	}
	return cases, nil
}

// ReportCase loads one report, or ErrNotFound.
func (s *Store) ReportCase(ctx context.Context, id string) (*ReportCase, error) {
	report, err := first[Report](s.read(ctx).Where("id = ?", id))
	if err != nil {
		return nil, found(err)
	}
	return s.reportCase(ctx, report)
}

func (s *Store) reportCase(ctx context.Context, report Report) (*ReportCase, error) {
	offer, err := first[Offer](s.read(ctx).Where("id = ?", report.OfferID))
	if err != nil {
		return nil, found(err)
	}
	view, err := s.offerView(ctx, offer, false)
	if err != nil {
		return nil, err
	}
	shop, err := s.ShopOf(ctx, report.ShopID)
	if err != nil {
		return nil, err
	}
	return &ReportCase{Report: report, Offer: *view, Shop: *shop}, nil
}

// DecideReport closes a report: dismissed, or upheld, which takes the offer down with the reason given.
func (s *Store) DecideReport(ctx context.Context, admin *User, c *ReportCase, verdict, reason string) error {
	var problems Problems
	if verdict != "upheld" && verdict != "dismissed" {
		problems.Add("verdict", "reason.unknown")
	}
	if verdict == "upheld" {
		problems.take("reason", checkText(reason, "reason", 1000, false))
	}
	if err := problems.orNil(); err != nil {
		return err
	}
	return s.write(ctx, func(db *tx) error {
		err := changed(db.Exec("UPDATE reports SET state = ?, decided_by = ?, decided_at = ? WHERE id = ? AND state = 'open'", verdict, admin.ID, s.now(), c.Report.ID))
		if err != nil {
			return err
		}
		if verdict == "upheld" {
			err := db.Exec("UPDATE offers SET state = 'taken_down', taken_down_reason = ?, updated_at = ? WHERE id = ?", reason, s.now(), c.OfferID).Error
			if err != nil {
				return err
			}
			if err := db.closeCheckouts("offer_id", c.OfferID); err != nil {
				return err
			}
			if err := db.tellTakenDown(&c.Offer.Offer, reason); err != nil {
				return err
			}
		}
		return db.audit(Audit{UserID: &admin.ID, ShopID: &c.ShopID, Action: "report." + verdict, Object: c.Offer.Slug, Detail: reason})
	})
}

// DecidedReports lists the complaints that were decided, newest decision first.
func (s *Store) DecidedReports(ctx context.Context, page Page) (cases []ReportCase, err error) {
	var reports []Report
	if err := page.apply(s.read(ctx).Where("decided_at IS NOT NULL"), "decided_at").Find(&reports).Error; err != nil {
		return nil, err
	}
	for _, report := range reports {
		c, err := s.reportCase(ctx, report)
		if err != nil {
			return nil, err
		}
		cases = append(cases, *c)
	}
	return cases, nil
}
