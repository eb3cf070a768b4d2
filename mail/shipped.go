package mail

import (
	"context"

	"github.com/tillbird/tillbird/views"
)

// shipped tells a buyer that the order is on its way, and how to follow it.
func (d *draft) shipped(ctx context.Context) error {
	order, token, err := d.bought(ctx)
	if err != nil {
		return err
	}
	shipment, err := d.mail.store.ShipmentOf(ctx, &order.Order)
	if err != nil {
		return err
	}
	way, sentAt := order.Version.Fulfilment, d.mail.store.Now()
	if shipment != nil {
		sentAt = shipment.SentAt
	}
	text := d.w.T("letter.shipped.text."+way, "Shop", order.shop.Name, "Date", d.w.Date(sentAt))
	d.open(d.w.T("letter.shipped.subject."+way, "Item", d.item(order.OrderView)), d.w.T("letter.shipped.heading."+way), text)
	// The carrier's address may be one that a merchant typed: it stands on the order's page, never in a letter of ours.
	open := "letter.receipt.button"
	if shipment != nil && shipment.TrackingURL != "" {
		open = "letter.shipped.follow"
	}
	d.button(d.w.T(open), views.OrderPath(token))
	if shipment != nil {
		d.rows(
			views.LetterRow{Name: d.w.T("letter.receipt.item"), Value: d.item(order.OrderView), Strong: true},
			views.LetterRow{Name: d.w.T("letter.shipped.carrier"), Value: views.CarrierName(d.w, shipment.Carrier)},
			views.LetterRow{Name: d.w.T("letter.shipped.tracking"), Value: shipment.Tracking},
			views.LetterRow{Name: d.w.T("letter.order.number"), Value: d.number(order.OrderView)},
		)
	}
	if way == "ship" && order.Address != "" {
		d.say(d.w.T("letter.shipped.to"))
		d.quote(join(order.BuyerName, order.Address))
	}
	d.say(d.w.T("letter.shipped.contact", "Address", order.shop.SupportEmail))
	return nil
}
