package demo

import (
	"context"

	"github.com/tillbird/tillbird/models"
)

// The others in the demo merchant's team; they sign in with the merchant's password.
const (
	SellerEmail  = "noe@kestrel.example"
	HelperEmail  = "ines@kestrel.example"
	InvitedEmail = "lou@kestrel.example" // asked, and has not answered
)

// team fills the first shop's team by invitations, as an owner would.
func (w *world) team(ctx context.Context) error {
	s := w.shops[0]
	mates, err := w.store.Team(ctx, s.shop)
	if err != nil || len(mates) > 1 {
		return err
	}
	for _, who := range []struct {
		email string
		role  models.Role
	}{{SellerEmail, models.Manager}, {HelperEmail, models.Support}} {
		if err := w.join(ctx, s, who.email, who.role); err != nil {
			return err
		}
	}
	_, err = w.store.Invite(ctx, s.shop, s.owner, models.InvitationForm{Email: InvitedEmail, Role: string(models.Analyst)}, s.plan.shop.Language)
	return err
}

// join invites somebody, who follows the link of the letter and chooses a password.
func (w *world) join(ctx context.Context, s *stall, email string, role models.Role) error {
	if _, err := w.store.Invite(ctx, s.shop, s.owner, models.InvitationForm{Email: email, Role: string(role)}, s.plan.shop.Language); err != nil {
		return err
	}
	letter, err := w.store.LatestLetter(ctx, "invitation", email)
	if err != nil {
		return err
	}
	in, err := w.store.InvitationBySecret(ctx, letter.Secret)
	if err != nil {
		return err
	}
	_, err = w.store.JoinByInvitation(ctx, in, MerchantPassword, s.plan.shop.Language)
	return err
}
