package mail

import (
	"context"
	"errors"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// shop is the shop that the letter is about; times are then the shop's.
func (d *draft) shop(ctx context.Context) (*models.Shop, error) {
	if d.letter.ShopID == nil {
		return nil, errors.New("the letter names no shop")
	}
	shop, err := d.mail.store.ShopOf(ctx, *d.letter.ShopID)
	if err == nil {
		d.in(shop.Zone())
	}
	return shop, err
}

// role is what a member may do, in words.
func (d *draft) role(name string) string {
	return d.w.T("state.role." + d.letter.Told(name) + ".title")
}

// roleMeans says what the role can and cannot do.
func (d *draft) roleMeans() string {
	return d.w.T("state.role." + d.letter.Told("role") + ".sentence")
}

// by is the address of who did it.
func (d *draft) by(ctx context.Context) (string, error) {
	user, err := d.mail.store.User(ctx, d.letter.Told("by"))
	if err != nil {
		return "", err
	}
	return user.Email, nil
}

// invitation asks somebody to join a shop.
func (d *draft) invitation(ctx context.Context) error {
	shop, err := d.shop(ctx)
	if err != nil {
		return err
	}
	by, err := d.by(ctx)
	if err != nil {
		return err
	}
	subject := d.w.T("letter.invitation.subject", "Shop", shop.Name)
	text := d.w.T("letter.invitation.text", "Shop", shop.Name, "By", by, "Site", d.mail.site())
	d.begin(subject, subject, text)
	d.say(text)
	d.rows(
		views.LetterRow{Name: d.w.T("letter.member.role"), Value: d.role("role"), Strong: true},
		views.LetterRow{Name: d.w.T("letter.member.means"), Value: d.roleMeans()},
	)
	d.button(d.w.T("letter.invitation.button"), views.InvitationPath(d.letter.Secret))
	d.say(d.w.T("letter.invitation.end", "Address", d.letter.Recipient))
	d.because(d.w.T("letter.footer.invited", "By", by, "Site", d.mail.site()))
	return nil
}

// memberChanged tells the owners what became of the team.
func (d *draft) memberChanged(ctx context.Context) error {
	shop, err := d.shop(ctx)
	if err != nil {
		return err
	}
	who, kind := d.letter.Told("email"), d.letter.Kind
	rows := []views.LetterRow{{Name: d.w.T("letter.member.who"), Value: who, Strong: true}}
	var subject, text string
	switch kind {
	case "member_joined":
		subject, text = d.w.T("letter.member_joined.subject", "Who", who, "Shop", shop.Name), d.w.T("letter.member_joined.text", "Who", who, "Shop", shop.Name)
	case "member_role":
		subject, text = d.w.T("letter.member_role.subject", "Who", who, "Shop", shop.Name), d.w.T("letter.member_role.text", "Who", who, "Shop", shop.Name)
		rows = append(rows, views.LetterRow{Name: d.w.T("letter.member.before"), Value: d.role("before")})
	case "member_removed":
		subject, text = d.w.T("letter.member_removed.subject", "Who", who, "Shop", shop.Name), d.w.T("letter.member_removed.text", "Who", who, "Shop", shop.Name)
	default:
		subject, text = d.w.T("letter.member_left.subject", "Who", who, "Shop", shop.Name), d.w.T("letter.member_left.text", "Who", who, "Shop", shop.Name)
	}
	d.begin(subject, subject, text)
	d.say(text)
	rows = append(rows, views.LetterRow{Name: d.w.T("letter.member.role"), Value: d.role("role"), Strong: true})
	if d.letter.Told("by") != "" && kind != "member_left" {
		by, err := d.by(ctx)
		if err != nil {
			return err
		}
		rows = append(rows, views.LetterRow{Name: d.w.T("letter.member.by"), Value: by})
	}
	rows = append(rows, views.LetterRow{Name: d.w.T("letter.receipt.date"), Value: d.w.DateTime(d.letter.CreatedAt)})
	d.rows(rows...)
	d.say(d.w.T("letter.member.end"))
	d.button(d.w.T("letter.member.button"), views.TeamPath)
	d.account()
	return nil
}

// yourRole tells a member what became of the member's own place in a shop.
func (d *draft) yourRole(ctx context.Context) error {
	shop, err := d.shop(ctx)
	if err != nil {
		return err
	}
	by, err := d.by(ctx)
	if err != nil {
		return err
	}
	var subject, text string
	switch d.letter.Kind {
	case "your_role":
		subject, text = d.w.T("letter.your_role.subject", "Shop", shop.Name), d.w.T("letter.your_role.text", "Shop", shop.Name, "By", by)
	case "your_removed":
		subject, text = d.w.T("letter.your_removed.subject", "Shop", shop.Name), d.w.T("letter.your_removed.text", "Shop", shop.Name, "By", by)
	default:
		subject, text = d.w.T("letter.your_left.subject", "Shop", shop.Name), d.w.T("letter.your_left.text", "Shop", shop.Name)
	}
	d.begin(subject, subject, text)
	d.say(text)
	if d.letter.Kind == "your_role" {
		d.rows(
			views.LetterRow{Name: d.w.T("letter.member.before"), Value: d.role("before")},
			views.LetterRow{Name: d.w.T("letter.member.role"), Value: d.role("role"), Strong: true},
			views.LetterRow{Name: d.w.T("letter.member.means"), Value: d.roleMeans()},
		)
		d.button(d.w.T("letter.your_role.button"), views.DashboardPath)
	} else {
		d.say(d.w.T("letter.your_removed.end"))
	}
	d.account()
	return nil
}
