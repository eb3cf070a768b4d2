package web

import (
	"errors"
	"net/http"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// listDisputes shows the shop's disputes, or that there are none.
func (s *Server) listDisputes(v *visit) error {
	list := views.Disputes{Now: s.store.Now()}
	if v.QueryParam("tab") == "open" {
		list.Tab = "open"
	}
	filter := models.DisputeFilter{Tab: list.Tab, Page: models.Page{Cursor: v.QueryParam("after")}}
	rows, err := s.store.Disputes(v.ctx(), v.Shop, filter)
	if err != nil {
		return err
	}
	if rows, _, list.More = models.Turn(filter.Page, rows); list.More {
		last := rows[len(rows)-1]
		list.Older = models.CursorOf(last.OpenedAt, last.ID)
	}
	list.Disputes = rows
	return v.render(http.StatusOK, views.DisputesPage(v.page("dispute.title"), list))
}

// disputeOfVisit is the shop's dispute that the address names, with what we hold about its order.
func (s *Server) disputeOfVisit(v *visit) (views.Dispute, error) {
	found, err := s.store.DisputeIn(v.ctx(), v.Shop, v.Param("slug"))
	if err != nil {
		return views.Dispute{}, err
	}
	d := views.Dispute{DisputeView: found, Now: s.store.Now(), MayAnswer: v.Role.May(models.Answer), MayRefund: v.Role.May(models.Refunds)}
	if d.Moves, err = s.store.DisputeMoves(v.ctx(), &found.Dispute); err != nil {
		return d, err
	}
	if d.Shipment, err = s.store.ShipmentOf(v.ctx(), &found.Order.Order); err != nil {
		return d, err
	}
	d.Changes, err = s.saleChanges(v, found.Order)
	return d, err
}

// showDispute shows one dispute: how long there is to answer, what the bank says, what can be done.
func (s *Server) showDispute(v *visit) error {
	d, err := s.disputeOfVisit(v)
	if err != nil {
		return err
	}
	p := v.page("")
	p.Title, p.Path = views.DisputeTitle(p, d), views.DisputePath(d.Slug)
	return v.render(http.StatusOK, views.DisputePage(p, d))
}

// newAcceptance asks once more before a dispute is accepted.
func (s *Server) newAcceptance(v *visit) error {
	d, err := s.disputeOfVisit(v)
	if err != nil {
		return err
	}
	if d.Inquiry() || !d.Answerable(d.Now) {
		return v.see(views.DisputePath(d.Slug))
	}
	p := v.page("dispute.accept.title")
	p.Path = views.NewAcceptancePath(d.Slug)
	return v.render(http.StatusOK, views.AcceptancePage(p, d))
}

// createAcceptance gives in, once.
func (s *Server) createAcceptance(v *visit) error {
	d, err := s.disputeOfVisit(v)
	if err != nil {
		return err
	}
	return s.answered(v, d, s.store.AcceptDispute(v.ctx(), v.Shop, v.User, &d.Dispute), "dispute.accepted")
}

// answered leads back to the dispute with what came of an answer: the second of two says that there was a first.
func (s *Server) answered(v *visit, d views.Dispute, err error, done string) error {
	switch {
	case errors.Is(err, models.ErrChanged):
		v.say(views.ToneInfo, v.W.T("dispute.answered.before"))
	case err != nil:
		return err
	default:
		v.say(views.ToneSuccess, v.W.T(done))
	}
	return v.see(views.DisputePath(d.Slug))
}
