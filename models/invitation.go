package models

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// invitationLasts is how long somebody may take to answer.
const invitationLasts = 7 * 24 * time.Hour

// Invitation asks an address to join a shop in a role, by a private link that is good for one use.
type Invitation struct {
	ID         string
	ShopID     string
	Email      string
	Role       Role
	Language   string
	Hash       string
	State      string // open, accepted, taken_back
	InvitedBy  string
	AcceptedBy *string
	ExpiresAt  time.Time
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// StateAt is the state as people see it: an open one whose time is over has expired.
func (i *Invitation) StateAt(now time.Time) string {
	if i.State == "open" && !now.Before(i.ExpiresAt) {
		return "expired"
	}
	return i.State
}

// InvitationForm is what an owner typed.
type InvitationForm struct{ Email, Role string }

// Invite asks somebody to join, by letter. Whether the address has an account is not asked, so that nobody learns it.
// An open invitation of the address gets the new role and a fresh link; a member stays as it is.
func (s *Store) Invite(ctx context.Context, shop *Shop, actor *User, in InvitationForm, language string) (*Invitation, error) {
	email, role := CleanEmail(in.Email), Role(in.Role)
	var problems Problems
	problems.take("email", CheckEmail(email))
	if !knownRole(role) {
		problems.Add("role", "role.blank")
	}
	if err := problems.orNil(); err != nil {
		return nil, err
	}
	var invitation *Invitation
	err := s.write(ctx, func(db *tx) error {
		if err := db.lockTeam(shop, actor); err != nil {
			return err
		}
		var members, open int64
		err := db.Raw(`SELECT (SELECT count(*) FROM members JOIN users ON users.id = members.user_id WHERE members.shop_id = ? AND users.email = ?),
			(SELECT count(*) FROM invitations WHERE shop_id = ? AND state = 'open' AND email <> ?)`, shop.ID, email, shop.ID, email).Row().Scan(&members, &open)
		switch {
		case err != nil:
			return err
		case members > 0:
			return Problems{{Field: "email", Code: "invitation.member"}}
		case open >= 50:
			return Problems{{Field: "email", Code: "invitation.many"}}
		}
		if err := db.Exec("UPDATE invitations SET state = 'taken_back', updated_at = ? WHERE shop_id = ? AND email = ? AND state = 'open'", s.now(), shop.ID, email).Error; err != nil {
			return err
		}
		invitation = &Invitation{ID: newID(), ShopID: shop.ID, Email: email, Role: role, Language: language, State: "open", InvitedBy: actor.ID, CreatedAt: s.now()}
		if err := db.inviteByLetter(invitation, func() error { return db.Create(invitation).Error }); err != nil {
			return err
		}
		return db.audit(Audit{UserID: &actor.ID, ShopID: &shop.ID, Action: "member.invited", Object: email, Detail: string(role)})
	})
	return invitation, err
}

// inviteByLetter makes a fresh link, keeps it, and writes the letter that carries it.
func (t *tx) inviteByLetter(invitation *Invitation, keep func() error) error {
	secret := newSecret()
	now := t.store.now()
	invitation.Hash, invitation.ExpiresAt, invitation.UpdatedAt = t.store.sealer.digest("invitation", secret), now.Add(invitationLasts), now
	if err := keep(); err != nil {
		return err
	}
	return t.letter(Letter{
		Key: "invitation-" + invitation.Hash[:32], Kind: "invitation", Recipient: invitation.Email, Language: invitation.Language, ShopID: &invitation.ShopID, Secret: secret,
		Detail: details("role", string(invitation.Role), "by", invitation.InvitedBy),
	})
}

// InviteAgain sends a fresh link; the older one ends.
func (s *Store) InviteAgain(ctx context.Context, shop *Shop, actor *User, invitation *Invitation) error {
	return s.write(ctx, func(db *tx) error {
		if err := db.lockTeam(shop, actor); err != nil {
			return err
		}
		before := invitation.Hash
		return db.inviteByLetter(invitation, func() error {
			return changed(db.Exec("UPDATE invitations SET hash = ?, expires_at = ?, updated_at = ? WHERE id = ? AND shop_id = ? AND state = 'open' AND hash = ?",
				invitation.Hash, invitation.ExpiresAt, invitation.UpdatedAt, invitation.ID, shop.ID, before))
		})
	})
}

// TakeBackInvitation ends an open invitation and its link.
func (s *Store) TakeBackInvitation(ctx context.Context, shop *Shop, actor *User, invitation *Invitation) error {
	return s.write(ctx, func(db *tx) error {
		if err := db.lockTeam(shop, actor); err != nil {
			return err
		}
		err := changed(db.Exec("UPDATE invitations SET state = 'taken_back', updated_at = ? WHERE id = ? AND shop_id = ? AND state = 'open'", s.now(), invitation.ID, shop.ID))
		if err != nil {
			return err
		}
		return db.audit(Audit{UserID: &actor.ID, ShopID: &shop.ID, Action: "member.invitation_taken_back", Object: invitation.Email, Detail: string(invitation.Role)})
	})
}

// Invitations lists the open invitations of a shop, newest first, those that ran out too.
func (s *Store) Invitations(ctx context.Context, shop *Shop) ([]Invitation, error) {
	return list[Invitation](s.read(ctx).Where("shop_id = ? AND state = 'open'", shop.ID).Order("created_at DESC, id DESC").Limit(100))
}

// InvitationIn finds an invitation of the shop in any state, or ErrNotFound.
func (s *Store) InvitationIn(ctx context.Context, shop *Shop, id string) (*Invitation, error) {
	invitation, err := first[Invitation](s.read(ctx).Where("id = ? AND shop_id = ?", id, shop.ID))
	return &invitation, found(err)
}

// Invited is an invitation as the one who holds its link sees it.
type Invited struct {
	Invitation
	Shop    Shop
	Inviter string // address of who asks
	Known   bool   // the address has an account that was confirmed: sign in to join
}

// InvitationBySecret finds what a link is for: Problems link.expired or link.used where it is not good any more.
func (s *Store) InvitationBySecret(ctx context.Context, secret string) (*Invited, error) {
	invitation, err := first[Invitation](s.read(ctx).Where("hash = ?", s.sealer.digest("invitation", secret)))
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, Problems{{Field: "link", Code: "link.expired"}}
	}
	if err != nil {
		return nil, err
	}
	switch invitation.StateAt(s.now()) {
	case "accepted":
		return nil, Problems{{Field: "link", Code: "link.used"}}
	case "open":
	default:
		return nil, Problems{{Field: "link", Code: "link.expired"}}
	}
	shop, err := s.ShopOf(ctx, invitation.ShopID)
	if err != nil {
		return nil, err
	}
	in := &Invited{Invitation: invitation, Shop: *shop}
	inviter, err := s.User(ctx, invitation.InvitedBy)
	if err != nil {
		return nil, err
	}
	in.Inviter = inviter.Email
	user, err := s.UserByEmail(ctx, invitation.Email)
	if errors.Is(err, ErrNotFound) {
		return in, nil
	}
	in.Known = err == nil && user.ConfirmedAt != nil
	return in, err
}

// AcceptInvitation joins the shop: for a user whose address is the one that was asked. ErrChanged where the link ended
// meanwhile.
func (s *Store) AcceptInvitation(ctx context.Context, in *Invited, user *User) error {
	if user.Email != in.Email || user.ConfirmedAt == nil {
		return ErrNotFound
	}
	return s.write(ctx, func(db *tx) error { return db.accept(&in.Invitation, user) })
}

// JoinByInvitation makes the account of the invited address with this password and joins the shop: whoever has the link
// owns the mailbox. An account that nobody confirmed is taken over, as somebody else may have begun it.
func (s *Store) JoinByInvitation(ctx context.Context, in *Invited, password, language string) (*User, error) {
	if p := checkPassword(password, in.Email); p != nil {
		return nil, Problems{{Field: "password", Code: p.Code, Data: p.Data}}
	}
	hash, err := s.hashing.of(password)
	if err != nil {
		return nil, err
	}
	var user User
	err = s.write(ctx, func(db *tx) error {
		now := s.now()
		err := db.Where("email = ?", in.Email).Take(&user).Error
		switch {
		case errors.Is(err, gorm.ErrRecordNotFound):
			user = User{ID: newID(), Email: in.Email, PasswordHash: hash, Language: language, ConfirmedAt: &now, CreatedAt: now}
			err = db.Create(&user).Error
		case err == nil:
			err = changed(db.Exec("UPDATE users SET password_hash = ?, confirmed_at = ?, session_epoch = session_epoch + 1 WHERE id = ? AND confirmed_at IS NULL", hash, now, user.ID))
			user.ConfirmedAt, user.SessionEpoch = &now, user.SessionEpoch+1
		}
		if err != nil {
			return err
		}
		return db.accept(&in.Invitation, &user)
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return nil, ErrChanged // the same form, sent twice at once
	}
	return &user, err
}

// accept ends the invitation, gives its role, and tells the owners. Somebody who is a member already keeps the role.
func (t *tx) accept(invitation *Invitation, user *User) error {
	if err := t.lockShop(invitation.ShopID); err != nil {
		return err
	}
	now := t.store.now()
	err := changed(t.Exec("UPDATE invitations SET state = 'accepted', accepted_by = ?, updated_at = ? WHERE id = ? AND hash = ? AND state = 'open' AND expires_at > ?",
		user.ID, now, invitation.ID, invitation.Hash, now))
	if err != nil {
		return err
	}
	result := t.Clauses(clause.OnConflict{DoNothing: true}).Create(&Member{ShopID: invitation.ShopID, UserID: user.ID, Role: invitation.Role, CreatedAt: now})
	if result.Error != nil || result.RowsAffected == 0 {
		return result.Error
	}
	notice := Letter{Key: "member_joined-" + invitation.ID, Kind: "member_joined", ShopID: &invitation.ShopID, Detail: details("email", user.Email, "role", string(invitation.Role))}
	if err := t.tellTeam(notice); err != nil {
		return err
	}
	return t.audit(Audit{UserID: &user.ID, ShopID: &invitation.ShopID, Action: "member.joined", Object: user.Email, Detail: string(invitation.Role)})
}

func knownRole(role Role) bool {
	for _, known := range Roles {
		if role == known {
			return true
		}
	}
	return false
}
