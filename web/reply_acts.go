package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/social"
	"github.com/tillbird/tillbird/views"
)

// createReplyAnswer posts the merchant's own words as our one answer.
func (s *Server) createReplyAnswer(v *visit) error {
	view, err := s.store.ReplyIn(v.ctx(), v.Shop, v.Param("id"))
	if err != nil {
		return err
	}
	text := strings.TrimSpace(strings.ReplaceAll(v.FormValue("text"), "\r\n", "\n"))
	err = s.store.AnswerByHand(v.ctx(), v.Shop, v.User, view, text, social.Measure(view.Network, text, "").Over)
	var problems models.Problems
	if errors.As(err, &problems) {
		return s.answerReply(v, http.StatusUnprocessableEntity, view, text, problems)
	}
	if err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("reply.done.answered"))
	return v.see(views.ReplyPath(view.ID))
}

// createReplyMinding sets a reply aside as dealt with.
func (s *Server) createReplyMinding(v *visit) error { return s.mindReply(v, true) }

// deleteReplyMinding takes it back.
func (s *Server) deleteReplyMinding(v *visit) error { return s.mindReply(v, false) }

func (s *Server) mindReply(v *visit, done bool) error {
	view, err := s.store.ReplyIn(v.ctx(), v.Shop, v.Param("id"))
	if err != nil {
		return err
	}
	if err := s.store.MindReply(v.ctx(), v.Shop, v.User, &view.Reply, done); err != nil {
		return err
	}
	if done {
		v.say(views.ToneSuccess, v.W.T("reply.done.minded"))
		v.undo(views.ReplyMindingPath(view.ID) + "/removal")
		return v.see(views.RepliesPath + "?tab=needs")
	}
	v.say(views.ToneSuccess, v.W.T("reply.done.unminded"))
	return v.see(views.ReplyPath(view.ID))
}

// newReplySilence asks before somebody is not answered any more.
func (s *Server) newReplySilence(v *visit) error {
	view, err := s.store.ReplyIn(v.ctx(), v.Shop, v.Param("id"))
	if err != nil {
		return err
	}
	shown, err := s.shownReply(v, view)
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, views.ReplySilencePage(v.page("reply.silence.act"), *shown))
}

// createReplySilence takes the author of a reply for a nuisance.
func (s *Server) createReplySilence(v *visit) error {
	view, err := s.store.ReplyIn(v.ctx(), v.Shop, v.Param("id"))
	if err != nil {
		return err
	}
	if err := s.store.Silence(v.ctx(), v.Shop, v.User, &view.Reply); err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("reply.done.silenced", "Who", "@"+view.AuthorHandle))
	v.undo(views.ReplySilencePath(view.ID) + "/removal")
	return v.see(views.ReplyPath(view.ID))
}

// deleteReplySilence takes that back.
func (s *Server) deleteReplySilence(v *visit) error {
	view, err := s.store.ReplyIn(v.ctx(), v.Shop, v.Param("id"))
	if err != nil {
		return err
	}
	if err := s.store.Unsilence(v.ctx(), v.Shop, v.User, &view.Reply); err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("reply.done.unsilenced", "Who", "@"+view.AuthorHandle))
	return v.see(views.ReplyPath(view.ID))
}

// newReplyCancel asks before an order is let go that its author has not confirmed.
func (s *Server) newReplyCancel(v *visit) error {
	view, err := s.store.ReplyIn(v.ctx(), v.Shop, v.Param("id"))
	if err != nil {
		return err
	}
	if !view.Open() {
		v.say(views.ToneWarning, v.W.T("reply.done.not_open"))
		return v.see(views.ReplyPath(view.ID))
	}
	shown, err := s.shownReply(v, view)
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, views.ReplyCancelPage(v.page("reply.cancel.act"), *shown))
}

// createReplyCancel lets the order go.
func (s *Server) createReplyCancel(v *visit) error {
	view, err := s.store.ReplyIn(v.ctx(), v.Shop, v.Param("id"))
	if err != nil {
		return err
	}
	switch err := s.store.CancelReplied(v.ctx(), v.Shop, v.User, view); {
	case errors.Is(err, models.ErrChanged):
		v.say(views.ToneWarning, v.W.T("reply.done.not_open"))
	case err != nil:
		return err
	default:
		v.say(views.ToneSuccess, v.W.T("reply.done.cancelled"))
	}
	return v.see(views.ReplyPath(view.ID))
}
