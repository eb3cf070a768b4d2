package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// listTeam shows who works in the shop, and who was asked to.
func (s *Server) listTeam(v *visit) error {
	team, err := s.team(v)
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, views.TeamPage(v.page("team.title"), team))
}

func (s *Server) team(v *visit) (team views.Team, err error) {
	team = views.Team{Shop: v.Shop, You: v.User.ID, May: v.Role.May(models.Staff), Now: s.store.Now(), Form: views.InviteForm{Role: string(models.Support)}}
	if team.Mates, err = s.store.Team(v.ctx(), v.Shop); err != nil {
		return team, err
	}
	team.Invitations, err = s.store.Invitations(v.ctx(), v.Shop)
	return team, err
}

// createInvitation asks somebody to join.
func (s *Server) createInvitation(v *visit) error {
	form := views.InviteForm{Email: v.FormValue("email"), Role: v.FormValue("role")}
	err := v.allow(limitLetter, "invitation "+v.Shop.ID+" "+models.CleanEmail(form.Email))
	if err == nil {
		_, err = s.store.Invite(v.ctx(), v.Shop, v.User, models.InvitationForm{Email: form.Email, Role: form.Role}, v.W.Lang())
	}
	if err != nil {
		team, failed := s.team(v)
		if failed != nil {
			return failed
		}
		return v.again(err, "team.title", func(p views.Page, e views.FieldErrors) templ.Component {
			form.Errors = e
			team.Form = form
			return views.TeamPage(p, team)
		})
	}
	v.say(views.ToneSuccess, v.W.T("team.invited", "Address", models.CleanEmail(form.Email)))
	return v.see(views.TeamPath)
}

// createInvitationLetter sends an invitation again, with a fresh link.
func (s *Server) createInvitationLetter(v *visit) error {
	invitation, err := s.store.InvitationIn(v.ctx(), v.Shop, v.Param("id"))
	if err != nil {
		return err
	}
	err = v.allow(limitLetter, "invitation "+v.Shop.ID+" "+invitation.Email)
	if err == nil {
		err = s.store.InviteAgain(v.ctx(), v.Shop, v.User, invitation)
	}
	return s.teamDone(v, err, "team.invited", "Address", invitation.Email)
}

// deleteInvitation takes an invitation back.
func (s *Server) deleteInvitation(v *visit) error {
	invitation, err := s.store.InvitationIn(v.ctx(), v.Shop, v.Param("id"))
	if err != nil {
		return err
	}
	return s.teamDone(v, s.store.TakeBackInvitation(v.ctx(), v.Shop, v.User, invitation), "team.taken_back", "Address", invitation.Email)
}

// teamDone goes back to the team with words on what was done, or that somebody was faster.
func (s *Server) teamDone(v *visit, err error, said string, pairs ...any) error {
	switch {
	case errors.Is(err, models.ErrChanged):
		v.say(views.ToneInfo, v.W.T("team.changed"))
	case err != nil:
		return err
	default:
		v.say(views.ToneSuccess, v.W.T(said, pairs...))
	}
	return v.see(views.TeamPath)
}

// showMember shows one of the team, with the choice of another role.
func (s *Server) showMember(v *visit) error {
	mate, err := s.store.TeammateIn(v.ctx(), v.Shop, v.Param("id"))
	if err != nil {
		return err
	}
	return s.renderMember(v, http.StatusOK, views.Member{Mate: mate, You: mate.UserID == v.User.ID, Role: string(mate.Role)})
}

func (s *Server) renderMember(v *visit, status int, m views.Member) error {
	p := v.page("")
	p.Title, p.Problems = m.Mate.Email, len(m.Errors)
	return v.render(status, views.MemberPage(p, m))
}

// updateMemberRole gives a member another role.
func (s *Server) updateMemberRole(v *visit) error {
	mate, err := s.store.TeammateIn(v.ctx(), v.Shop, v.Param("id"))
	if err != nil {
		return err
	}
	asked := v.FormValue("role")
	if seen := models.Role(v.FormValue("seen")); seen != mate.Role && asked != "" {
		return s.teamDone(v, models.ErrChanged, "")
	}
	err = s.store.ChangeRole(v.ctx(), v.Shop, v.User, mate, models.Role(asked))
	var problems models.Problems
	if errors.As(err, &problems) {
		return s.renderMember(v, http.StatusUnprocessableEntity, views.Member{Mate: mate, You: mate.UserID == v.User.ID, Role: asked, Errors: v.problems(problems)})
	}
	return s.teamDone(v, err, "team.role_changed", "Who", mate.Email, "Role", strings.TrimSpace(v.W.T("state.role."+asked+".title")))
}

// newMemberRemoval asks whether somebody is to be removed.
func (s *Server) newMemberRemoval(v *visit) error {
	mate, err := s.store.TeammateIn(v.ctx(), v.Shop, v.Param("id"))
	if err != nil {
		return err
	}
	if mate.UserID == v.User.ID {
		return v.see(views.NewLeavingPath)
	}
	p := v.page("")
	p.Title = v.W.T("team.remove.title", "Who", mate.Email)
	return v.render(http.StatusOK, views.RemoveMemberPage(p, mate))
}

// deleteMember ends somebody's access at once: each request asks who is a member.
func (s *Server) deleteMember(v *visit) error {
	mate, err := s.store.TeammateIn(v.ctx(), v.Shop, v.Param("id"))
	if err != nil {
		return err
	}
	if models.Role(v.FormValue("seen")) != mate.Role {
		return s.teamDone(v, models.ErrChanged, "")
	}
	err = s.store.RemoveMember(v.ctx(), v.Shop, v.User, mate)
	var problems models.Problems
	if errors.As(err, &problems) {
		return s.renderMember(v, http.StatusUnprocessableEntity, views.Member{Mate: mate, You: mate.UserID == v.User.ID, Role: string(mate.Role), Errors: v.problems(problems)})
	}
	return s.teamDone(v, err, "team.removed", "Who", mate.Email)
}

// newLeaving asks whether the reader wants to leave.
func (s *Server) newLeaving(v *visit) error {
	return v.render(http.StatusOK, views.LeavePage(v.page("team.leave.title"), views.Leaving{Shop: v.Shop, Role: v.Role}))
}

// createLeaving ends the reader's own access.
func (s *Server) createLeaving(v *visit) error {
	if models.Role(v.FormValue("seen")) != v.Role {
		return s.teamDone(v, models.ErrChanged, "")
	}
	mate, err := s.store.TeammateIn(v.ctx(), v.Shop, v.User.ID)
	if err == nil {
		err = s.store.RemoveMember(v.ctx(), v.Shop, v.User, mate)
	}
	if err != nil {
		return v.again(err, "team.leave.title", func(p views.Page, e views.FieldErrors) templ.Component {
			return views.LeavePage(p, views.Leaving{Shop: v.Shop, Role: v.Role, Errors: e})
		})
	}
	s.sessions.Remove(v.ctx(), shopKey)
	v.say(views.ToneSuccess, v.W.T("team.left", "Shop", v.Shop.Name))
	return v.see(views.DashboardPath)
}

// updateCurrentShop goes to another of the reader's shops.
func (s *Server) updateCurrentShop(v *visit) error {
	handle := v.FormValue("handle")
	for _, m := range v.shops {
		if m.Shop.Handle == handle {
			s.sessions.Put(v.ctx(), shopKey, m.Shop.ID)
		}
	}
	return v.see(views.DashboardPath)
}
