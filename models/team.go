package models

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Teammate is a member of a shop with the address.
type Teammate struct {
	UserID   string
	Email    string
	Language string
	Role     Role
	Since    time.Time
}

// Team lists the members of a shop, owners first.
func (s *Store) Team(ctx context.Context, shop *Shop) ([]Teammate, error) {
	var list []Teammate
	err := s.team(ctx, shop).Order(`CASE members.role WHEN 'owner' THEN 0 WHEN 'manager' THEN 1 WHEN 'support' THEN 2 ELSE 3 END, members.created_at, users.email`).Scan(&list).Error
	return list, err
}

// TeammateIn finds a member of the shop, or ErrNotFound.
func (s *Store) TeammateIn(ctx context.Context, shop *Shop, userID string) (*Teammate, error) {
	var list []Teammate
	err := s.team(ctx, shop).Where("members.user_id = ?", userID).Scan(&list).Error
	if err != nil || len(list) == 0 {
		return nil, found(orMissing(err))
	}
	return &list[0], nil
}

func orMissing(err error) error {
	if err != nil {
		return err
	}
	return gorm.ErrRecordNotFound
}

func (s *Store) team(ctx context.Context, shop *Shop) *gorm.DB {
	return s.read(ctx).Table("members").Select("members.user_id, users.email, users.language, members.role, members.created_at AS since").
		Joins("JOIN users ON users.id = members.user_id").Where("members.shop_id = ?", shop.ID)
}

// lockShop lets changes of a shop's team go one after the other on PostgreSQL too: what is counted then stays true.
func (t *tx) lockShop(shopID string) error {
	var shop Shop
	return found(t.Clauses(clause.Locking{Strength: "UPDATE"}).Select("id").Where("id = ?", shopID).Take(&shop).Error)
}

// lockTeam is lockShop for somebody who must be an owner still: ErrChanged where another was faster.
func (t *tx) lockTeam(shop *Shop, actor *User) error {
	if err := t.lockShop(shop.ID); err != nil {
		return err
	}
	var role Role
	if err := t.Raw("SELECT role FROM members WHERE shop_id = ? AND user_id = ?", shop.ID, actor.ID).Scan(&role).Error; err != nil {
		return err
	}
	if !role.May(Staff) {
		return ErrChanged
	}
	return nil
}

// anotherOwner is the condition that keeps the last owner; its arguments are the shop and the member.
const anotherOwner = "(role <> 'owner' OR EXISTS (SELECT 1 FROM members AS others WHERE others.shop_id = ? AND others.role = 'owner' AND others.user_id <> ?))"

// ChangeRole gives a member another role, if the member still has the one that was seen. A Problem member.last_owner
// where nobody else would be an owner.
func (s *Store) ChangeRole(ctx context.Context, shop *Shop, actor *User, mate *Teammate, role Role) error {
	if !knownRole(role) {
		return Problems{{Field: "role", Code: "role.blank"}}
	}
	if role == mate.Role {
		return nil
	}
	return s.write(ctx, func(db *tx) error {
		if err := db.lockTeam(shop, actor); err != nil {
			return err
		}
		result := db.Exec("UPDATE members SET role = ? WHERE shop_id = ? AND user_id = ? AND role = ? AND "+anotherOwner, role, shop.ID, mate.UserID, mate.Role, shop.ID, mate.UserID)
		if err := db.unlessLast(result, shop, mate); err != nil {
			return err
		}
		if err := db.endInvitationsOf(shop, mate.UserID, role); err != nil {
			return err
		}
		detail := details("email", mate.Email, "role", string(role), "before", string(mate.Role), "by", actor.ID)
		return db.tellOfMember(shop, actor, mate, "member_role", "member.role_changed", string(role), detail)
	})
}

// RemoveMember ends a member's access at once; what the member made stays. Somebody who removes themselves leaves.
func (s *Store) RemoveMember(ctx context.Context, shop *Shop, actor *User, mate *Teammate) error {
	leaves := actor.ID == mate.UserID
	return s.write(ctx, func(db *tx) error {
		lock := func() error { return db.lockTeam(shop, actor) }
		if leaves {
			lock = func() error { return db.lockShop(shop.ID) }
		}
		if err := lock(); err != nil {
			return err
		}
		result := db.Exec("DELETE FROM members WHERE shop_id = ? AND user_id = ? AND role = ? AND "+anotherOwner, shop.ID, mate.UserID, mate.Role, shop.ID, mate.UserID)
		if err := db.unlessLast(result, shop, mate); err != nil {
			return err
		}
		if err := db.endInvitationsOf(shop, mate.UserID, ""); err != nil {
			return err
		}
		if err := db.Exec("DELETE FROM letter_choices WHERE shop_id = ? AND recipient = ? AND topic IN ?", shop.ID, mate.Email, TeamTopics).Error; err != nil {
			return err
		}
		detail := details("email", mate.Email, "role", string(mate.Role), "by", actor.ID)
		if leaves {
			return db.tellOfMember(shop, actor, mate, "member_left", "member.left", string(mate.Role), detail)
		}
		return db.tellOfMember(shop, actor, mate, "member_removed", "member.removed", string(mate.Role), detail)
	})
}

// unlessLast tells why a guarded change of a member changed nothing.
func (t *tx) unlessLast(result *gorm.DB, shop *Shop, mate *Teammate) error {
	if result.Error != nil || result.RowsAffected > 0 {
		return result.Error
	}
	var n int64
	err := t.Raw("SELECT count(*) FROM members WHERE shop_id = ? AND user_id = ? AND role = ?", shop.ID, mate.UserID, mate.Role).Scan(&n).Error
	if err != nil {
		return err
	}
	if n > 0 {
		return Problems{{Field: "member", Code: "member.last_owner"}}
	}
	return ErrChanged
}

// endInvitationsOf takes back what somebody who may invite no more has sent: it would be a way back in.
func (t *tx) endInvitationsOf(shop *Shop, userID string, role Role) error {
	if role.May(Staff) {
		return nil
	}
	return t.Exec("UPDATE invitations SET state = 'taken_back', updated_at = ? WHERE shop_id = ? AND invited_by = ? AND state = 'open'", t.store.now(), shop.ID, userID).Error
}

// tellOfMember writes the notice to every owner and to the member, and the entry of the log.
func (t *tx) tellOfMember(shop *Shop, actor *User, mate *Teammate, kind, action, object string, detail string) error {
	notice := Letter{Key: kind + "-" + newID(), Kind: kind, ShopID: &shop.ID, Detail: detail}
	owners, err := t.ownersOf(shop.ID)
	if err != nil {
		return err
	}
	for i := range owners {
		if owners[i].ID == mate.UserID {
			continue
		}
		if err := t.tell(notice, &owners[i]); err != nil {
			return err
		}
	}
	notice.Kind = "your_" + strings.TrimPrefix(kind, "member_")
	if err := t.tell(notice, &User{ID: mate.UserID, Email: mate.Email, Language: mate.Language}); err != nil {
		return err
	}
	return t.audit(Audit{UserID: &actor.ID, ShopID: &shop.ID, Action: action, Object: mate.Email, Detail: object})
}
