package mail

import (
	"context"
	"fmt"
	"strings"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// reviewDecided tells the merchant what was decided of an offer, and why.
func (d *draft) reviewDecided(ctx context.Context) error {
	// The key names the case: the offer's newest one may be another by now.
	id, _ := strings.CutPrefix(d.letter.Key, "review_decided-")
	c, err := d.mail.store.ReviewCase(ctx, id[:min(len(id), len("00000000-0000-0000-0000-000000000000"))])
	if err != nil {
		return err
	}
	d.in(c.Shop.Zone())
	title := c.Version.Title
	var subject, text string
	switch c.Review.State {
	case "approved":
		subject, text = d.w.T("letter.review.approved.subject", "Title", title), d.w.T("letter.review.approved.text")
		if c.Offer.StateAt(d.mail.store.Now()) == "live" {
			text = d.w.T("letter.review.approved.live")
		}
	case "changes_asked":
		subject, text = d.w.T("letter.review.changes_asked.subject", "Title", title), d.w.T("letter.review.changes_asked.text")
	case "rejected":
		subject, text = d.w.T("letter.review.rejected.subject", "Title", title), d.w.T("letter.review.rejected.text")
	default:
		return fmt.Errorf("review %s is %s, not decided", c.Review.ID, c.Review.State)
	}
	d.begin(subject, subject, text)
	d.say(text)
	if c.Reason != "" {
		d.rows(views.LetterRow{Name: d.w.T("letter.review.reason"), Value: d.reason(c.Reason), Strong: true})
	}
	if c.Note != "" {
		d.say(d.w.T("letter.review.note"))
		d.quote(c.Note)
	}
	d.button(d.w.T("letter.review.button"), views.ShopOfferPath(c.Offer.Slug))
	d.account()
	return nil
}

// reason is a code of models.ReviewReasons in words.
func (d *draft) reason(code string) string {
	for _, known := range models.ReviewReasons {
		if code == known {
			return d.w.T("letter.reason." + code)
		}
	}
	return d.w.T("letter.reason.other")
}
