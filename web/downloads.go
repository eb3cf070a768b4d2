package web

import (
	"errors"
	"mime"
	"net/http"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// createDownload counts a download and leads to its private link.
func (s *Server) createDownload(v *visit) error {
	order, shop, err := s.orderOfVisit(v)
	if err != nil {
		return err
	}
	if err := v.allow(limitCheckout, v.RealIP()); err != nil {
		return err
	}
	link, err := s.store.StartDownload(v.ctx(), &order.Order, v.Param("file"))
	if refused := models.Problems(nil); errors.As(err, &refused) {
		return s.answerOrder(v, http.StatusUnprocessableEntity, order, shop, false, v.problems(refused)["download"])
	}
	if err != nil {
		return err
	}
	v.Response().Header().Set("Referrer-Policy", "no-referrer")
	return v.see(views.DownloadPath(link))
}

// showDownload serves the file that a private link leads to, also in ranges. Whatever it is, a browser keeps it and
// never shows it as a page of ours.
func (s *Server) showDownload(v *visit) error {
	file, content, err := s.store.OpenDownload(v.ctx(), v.Param("link"))
	if err != nil {
		return err
	}
	defer content.Close()
	h := v.Response().Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": file.Name}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Robots-Tag", "noindex")
	h.Set("ETag", `"`+file.Digest[:32]+`"`)
	_ = http.NewResponseController(v.Response()).SetWriteDeadline(time.Now().Add(transferMost))
	http.ServeContent(v.Response(), v.Request(), "", time.Time{}, content)
	return nil
}

// showOrderCodes uncovers the codes of an order.
func (s *Server) showOrderCodes(v *visit) error {
	order, shop, err := s.orderOfVisit(v)
	if err != nil {
		return err
	}
	err = s.store.ShowCodes(v.ctx(), &order.Order)
	if refused := models.Problems(nil); errors.As(err, &refused) {
		return s.answerOrder(v, http.StatusUnprocessableEntity, order, shop, false, v.problems(refused)["download"])
	}
	if err != nil {
		return err
	}
	return v.see(views.OrderPath(v.Param("token")))
}

// deleteDownloads lets a buyer fetch the files of an order as often again as at first.
func (s *Server) deleteDownloads(v *visit) error {
	order, err := s.saleOf(v)
	if err != nil {
		return err
	}
	if err := s.store.ResetDownloads(v.ctx(), v.Shop, v.User, &order.Order); err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("delivery.sale.reset.done"))
	return v.see(views.SalePath(order.Slug))
}

// goodsOf are the files and codes of a paid order.
func (s *Server) goodsOf(v *visit, order *models.OrderView) (files []models.BuyerFile, codes []models.GivenCode, err error) {
	switch order.Version.Fulfilment {
	case "file":
		files, err = s.store.FilesFor(v.ctx(), &order.Order)
	case "licence_code":
		codes, err = s.store.CodesOf(v.ctx(), &order.Order)
	}
	return files, codes, err
}
