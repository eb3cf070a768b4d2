package views

import (
	"time"

	"github.com/tillbird/tillbird/models"
)

// Team is who works in a shop, and who was asked to.
type Team struct {
	Shop        *models.Shop
	Mates       []models.Teammate
	Invitations []models.Invitation // open, also those that ran out
	You         string              // user id of the reader
	May         bool                // the reader may change the team
	Form        InviteForm
	Now         time.Time
}

// Alone tells whether nobody but the reader is in the team or asked to be.
func (t Team) Alone() bool { return len(t.Mates) == 1 && len(t.Invitations) == 0 }

// InviteForm is whom somebody wants in the team, as typed.
type InviteForm struct {
	Email, Role string
	Errors      FieldErrors
}

// Member is one of the team with the choice of another role, as typed.
type Member struct {
	Mate   *models.Teammate
	You    bool
	Role   string
	Errors FieldErrors
}

// Leaving is what somebody reads before leaving a shop.
type Leaving struct {
	Shop   *models.Shop
	Role   models.Role
	Errors FieldErrors
}

// Invitation is what somebody reads who was asked to join.
type Invitation struct {
	*models.Invited
	Secret string
	Reader string // address of who is signed in; empty for nobody
	Errors FieldErrors
}

// roleOptions are the roles to choose from, each with what it may do.
func roleOptions(p Page) []Option {
	var list []Option
	for _, role := range models.Roles {
		list = append(list, Option{Value: string(role), Label: roleTitle(p, role), Hint: p.T("state.role." + string(role) + ".sentence")})
	}
	return list
}

func roleTitle(p Page, role models.Role) string { return p.T("state.role." + string(role) + ".title") }
