package web

import (
	"encoding/csv"
	"net/http"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// exportOffers sends all of the shop's offers as our own file, a hundred at a time, so that any number of them fits.
func (s *Server) exportOffers(v *visit) error {
	filter := models.OfferFilter{Page: models.Page{Size: 100}}
	rows, err := s.store.Offers(v.ctx(), v.Shop, filter)
	if err != nil {
		return err
	}
	now := s.store.Now()
	picture := func(p *models.Picture) string { return s.set.BaseURL + views.PicturePath(p.Digest, "full") }
	h := v.Response().Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+v.Shop.Handle+"-offers-"+now.In(v.Shop.Zone()).Format(time.DateOnly)+`.csv"`)
	h.Set("Cache-Control", "no-store")
	out := csv.NewWriter(v.Response())
	out.UseCRLF = true
	_ = out.Write(models.OfferColumns)
	for {
		offers, _, older := models.Turn(filter.Page, rows)
		for i := range offers {
			_ = out.WriteAll(models.OfferLines(&offers[i], v.Shop.Zone(), now, picture))
		}
		if out.Flush(); out.Error() != nil || !older {
			return out.Error()
		}
		v.Response().Flush()
		last := offers[len(offers)-1]
		filter.Page.Cursor = models.CursorOf(last.CreatedAt, last.ID)
		if rows, err = s.store.Offers(v.ctx(), v.Shop, filter); err != nil {
			// Half a file must not look like a whole one: the connection breaks instead.
			s.log.Error("file cut off", "id", requestID(v), "error", err.Error())
			panic(http.ErrAbortHandler)
		}
	}
}
