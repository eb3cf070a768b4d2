package models

import (
	"context"
	"time"
)

// Role is what a member may do in a shop.
type Role string

// The roles, from the widest to the narrowest.
const (
	Owner   Role = "owner"
	Manager Role = "manager"
	Support Role = "support"
	Analyst Role = "analyst"
)

// Roles are all of them in that order.
var Roles = []Role{Owner, Manager, Support, Analyst}

// Deed is a kind of action in a shop that a role allows or not.
type Deed string

// The deeds. Every route of the dashboard names one.
const (
	View    Deed = "view"    // see offers, sales, figures
	Sell    Deed = "sell"    // make, edit, publish offers and posts
	Answer  Deed = "answer"  // help buyers: send orders
	Refunds Deed = "refunds" // give money back
	Bank    Deed = "bank"    // connect Stripe, see its dashboard
	Govern  Deed = "govern"  // settings of the shop
	Staff   Deed = "staff"   // who is in the team, and as what: whoever may give roles may give all of them
)

var deeds = map[Role][]Deed{
	Owner:   {View, Sell, Answer, Refunds, Bank, Govern, Staff},
	Manager: {View, Sell, Answer, Refunds, Govern},
	Support: {View, Answer},
	Analyst: {View},
}

// May tells whether the role allows the deed.
func (r Role) May(deed Deed) bool {
	for _, allowed := range deeds[r] {
		if allowed == deed {
			return true
		}
	}
	return false
}

// Member is a user in a shop.
type Member struct {
	ShopID    string
	UserID    string
	Role      Role
	CreatedAt time.Time
}

// Membership is a shop as one of its members has it.
type Membership struct {
	Shop Shop
	Role Role
}

// Memberships lists the shops of a user, oldest first.
func (s *Store) Memberships(ctx context.Context, user *User) ([]Membership, error) {
	members, err := list[Member](s.read(ctx).Where("user_id = ?", user.ID).Order("created_at, shop_id"))
	if err != nil {
		return nil, err
	}
	var list []Membership
	for _, m := range members {
		shop, err := s.ShopOf(ctx, m.ShopID)
		if err != nil {
			return nil, err
		}
		list = append(list, Membership{Shop: *shop, Role: m.Role})
	}
	return list, nil
}

// AddMember gives a user a role in a shop.
func (s *Store) AddMember(ctx context.Context, shop *Shop, user *User, role Role) error {
	return s.write(ctx, func(db *tx) error {
		if err := db.Create(&Member{ShopID: shop.ID, UserID: user.ID, Role: role, CreatedAt: s.now()}).Error; err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "member.added", Detail: string(role)})
	})
}

// ownersOf gives the owners of a shop, whom everything that touches its money is told.
func (t *tx) ownersOf(shopID string) ([]User, error) {
	var users []User
	err := t.Raw("SELECT users.* FROM users JOIN members ON members.user_id = users.id WHERE members.shop_id = ? AND members.role = 'owner' ORDER BY users.id", shopID).Scan(&users).Error
	return users, err
}
