package web

import (
	"strconv"
	"strings"
	"time"

	"github.com/tillbird/tillbird/models"
)

// payoutColumns are the heads of the file, in one language for all: programs read it too.
var payoutColumns = []string{"payout", "date", "kind", "order", "offer", "buyer_email", "currency", "amount", "fee", "net", "stripe_id", "source"}

// exportPayout sends what a payout consists of as a file, a hundred lines at a time.
func (s *Server) exportPayout(v *visit) error {
	payout, err := s.store.PayoutIn(v.ctx(), v.Shop, v.Param("slug"))
	if err != nil {
		return err
	}
	page := models.Page{Size: 100}
	rows, err := s.store.PayoutLines(v.ctx(), payout, page)
	if err != nil {
		return err
	}
	name := v.Shop.Handle + "-payout-" + payout.MadeAt.In(v.Shop.Zone()).Format(time.DateOnly)
	return s.sendTable(v, name, payoutColumns, func(write func([]string)) (more bool, err error) {
		lines, _, older := models.Turn(page, rows)
		for i := range lines {
			write(payoutLine(payout, &lines[i], v.Shop.Zone()))
		}
		if older {
			last := &lines[len(lines)-1]
			page.Cursor = models.CursorOf(last.BookedAt, last.StripeID)
			rows, err = s.store.PayoutLines(v.ctx(), payout, page)
		}
		return older, err
	})
}

func payoutLine(payout *models.Payout, l *models.PayoutLine, zone *time.Location) []string {
	money := func(n int64) string { return plainMoney(l.Money(n)) }
	number, title, email := "", "", ""
	if o := l.Order; o != nil {
		number, title, email = strconv.FormatInt(o.Number, 10), o.Version.Title, o.Email
	}
	return []string{
		payout.StripeID, l.BookedAt.In(zone).Format(time.RFC3339), cell(l.Kind), number, cell(title), cell(email), strings.ToUpper(l.Currency),
		money(l.Amount), money(l.Fee), money(l.Net), cell(l.StripeID), cell(l.Source),
	}
}
