package mail

import (
	"context"
	"fmt"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
	"github.com/tillbird/tillbird/words"
)

// written is a letter in words, with whom an answer goes to where that is not us.
type written struct {
	views.Letter
	ReplyTo, ReplyName string
}

// write puts a letter into words.
func (m *Mail) write(ctx context.Context, letter *models.Letter) (*written, error) {
	d := &draft{mail: m, letter: letter, w: words.For(letter.Language, nil)}
	var err error
	switch letter.Kind {
	case "confirm_email":
		d.confirmEmail()
	case "account_exists":
		d.accountExists()
	case "reset_password":
		d.resetPassword()
	case "password_changed":
		d.passwordChanged()
	case "review_decided":
		err = d.reviewDecided(ctx)
	case "sold":
		err = d.sold(ctx)
	case "receipt":
		err = d.receipt(ctx)
	case "order_links":
		err = d.orderLinks(ctx)
	case "shortfall_buyer":
		err = d.shortfallBuyer(ctx)
	case "shortfall_shop":
		err = d.shortfallShop(ctx)
	case "fan_email":
		d.fanEmail()
	case "fan_moved":
		d.fanMoved()
	case "confirm_order":
		err = d.confirmOrder(ctx)
	case "pay_link":
		err = d.payLink(ctx)
	case "over_limit_buyer":
		err = d.overLimitBuyer(ctx)
	case "over_limit_shop":
		err = d.overLimitShop(ctx)
	case "delivered":
		err = d.delivered(ctx)
	case "codes_low":
		err = d.codesLow(ctx)
	case "shipped":
		err = d.shipped(ctx)
	case "refunded":
		err = d.refunded(ctx)
	case "refund_failed_buyer":
		err = d.refundFailedBuyer(ctx)
	case "refund_failed_shop":
		err = d.refundFailedShop(ctx)
	case "invitation":
		err = d.invitation(ctx)
	case "member_joined", "member_role", "member_removed", "member_left":
		err = d.memberChanged(ctx)
	case "your_role", "your_removed", "your_left":
		err = d.yourRole(ctx)
	case "offer_taken_down":
		err = d.offerTakenDown(ctx)
	case "shop_standing":
		err = d.shopStanding(ctx)
	case "withdrawn_buyer":
		err = d.withdrawnBuyer(ctx)
	case "waitlist_joined":
		err = d.waitlistJoined(ctx)
	case "freed":
		err = d.freed(ctx)
	case "reminder_asked":
		err = d.reminderAsked(ctx)
	case "reminder":
		err = d.reminder(ctx)
	case "withdrawn_shop":
		err = d.withdrawnShop(ctx)
	case "payout_failed":
		err = d.payoutFailed(ctx)
	case "requirement_due":
		err = d.requirementDue(ctx)
	case "dispute_inquiry", "dispute_opened", "dispute_won", "dispute_lost", "inquiry_closed":
		err = d.dispute(ctx)
	case "fraud_warning":
		err = d.fraudWarning(ctx)
	case "replies_quiet":
		err = d.repliesQuiet(ctx)
	case "profile_expired":
		err = d.profileExpired(ctx)
	default:
		err = fmt.Errorf("no letter of kind %q is known", letter.Kind)
	}
	if err != nil {
		return nil, err
	}
	return d.done(), nil
}

// draft is a letter while it is being written.
type draft struct {
	mail   *Mail
	letter *models.Letter
	w      *words.Printer
	out    written
}

// in goes on in a time zone.
func (d *draft) in(zone *time.Location) { d.w = d.w.In(zone) }

// begin sets the subject, which is the heading too unless there is a better one, and what stands beside it in a list.
func (d *draft) begin(subject, heading, preheader string) {
	d.out.Subject, d.out.Heading, d.out.Preheader = subject, heading, preheader
}

// open is begin for a letter whose first words are those beside the subject.
func (d *draft) open(subject, heading, text string) {
	d.begin(subject, heading, text)
	d.say(text)
}

func (d *draft) say(text string) { d.add(views.LetterPart{Words: text}) }

// quote is what somebody wrote; nothing where nothing was written.
func (d *draft) quote(text string) {
	if text != "" {
		d.add(views.LetterPart{Quote: text})
	}
}

func (d *draft) button(label, path string) {
	d.add(views.LetterPart{Button: views.LetterLink{Href: d.mail.link(path), Label: label}})
}

func (d *draft) links(links ...views.LetterLink) { d.add(views.LetterPart{Links: links}) }

// rows are facts; those without a value are left out.
func (d *draft) rows(rows ...views.LetterRow) {
	var kept []views.LetterRow
	for _, row := range rows {
		if row.Value != "" {
			kept = append(kept, row)
		}
	}
	d.add(views.LetterPart{Rows: kept})
}

func (d *draft) add(part views.LetterPart) { d.out.Parts = append(d.out.Parts, part) }

// because says at the foot why this person gets the letter.
func (d *draft) because(reason string) { d.out.Footer = append(d.out.Footer, reason) }

func (d *draft) account() { d.because(d.w.T("letter.footer.account", "Site", d.mail.site())) }

// stop offers to get no more letters like this one, where the recipient has the say.
func (d *draft) stop() {
	if token := d.mail.store.UnsubscribeToken(d.letter); token != "" {
		d.out.Stop = views.LetterLink{Href: d.mail.link(views.UnsubscribePath(token)), Label: d.w.T("letter.footer.stop")}
	}
}

func (d *draft) done() *written {
	d.stop()
	if d.mail.set.Operator != "" {
		d.because(d.w.T("letter.footer.operator", "Operator", d.mail.set.Operator))
	}
	d.out.W, d.out.Subject = d.w, oneLine(d.out.Subject)
	return &d.out
}
