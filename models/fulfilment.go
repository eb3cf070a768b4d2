package models

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Shipment says that what was bought is on its way, and by whom.
type Shipment struct {
	ID          string
	ShopID      string
	OrderID     string
	UserID      string // who marked it
	Carrier     string // one of Carriers, "other", or empty
	Tracking    string // the carrier's number, or empty
	TrackingURL string // https, or empty
	SentAt      time.Time
	UpdatedAt   time.Time
}

// ShipmentForm is a shipment as typed. All of it may be blank.
type ShipmentForm struct {
	Carrier, Tracking, URL string
}

// Carriers are those whose tracking addresses we can build.
var Carriers = []string{"laposte", "chronopost", "dhl", "dpd", "gls", "ups", "fedex", "royalmail", "usps", "postnl"}

// trackingAt is what stands before the number in a carrier's tracking address.
var trackingAt = map[string]string{
	"laposte":    "https://www.laposte.fr/outils/suivre-vos-envois?code=",
	"chronopost": "https://www.chronopost.fr/tracking-no-cms/suivi-page?listeNumerosLT=",
	"dhl":        "https://www.dhl.com/global-en/home/tracking.html?tracking-id=",
	"dpd":        "https://tracking.dpd.de/status/en_US/parcel/",
	"gls":        "https://gls-group.eu/track/",
	"ups":        "https://www.ups.com/track?tracknum=",
	"fedex":      "https://www.fedex.com/fedextrack/?trknbr=",
	"royalmail":  "https://www.royalmail.com/track-your-item#/tracking-results/",
	"usps":       "https://tools.usps.com/go/TrackConfirmAction?tLabels=",
	"postnl":     "https://postnl.nl/tracktrace/?L=EN&B=",
}

var trackingForm = regexp.MustCompile(`^[A-Za-z0-9-]{4,40}$`)

// read understands a shipment as typed. Problems: carrier.unknown, tracking.malformed, tracking_url.malformed.
func (f ShipmentForm) read() (Shipment, Problems) {
	var problems Problems
	s := Shipment{Carrier: f.Carrier, Tracking: strings.Join(strings.Fields(f.Tracking), ""), TrackingURL: strings.TrimSpace(f.URL)}
	if s.Carrier != "" && s.Carrier != "other" && !contains(Carriers, s.Carrier) {
		problems.Add("carrier", "carrier.unknown")
	}
	if s.Tracking != "" && !trackingForm.MatchString(s.Tracking) {
		problems.Add("tracking", "tracking.malformed")
	}
	switch before := trackingAt[s.Carrier]; {
	case s.TrackingURL != "":
		if !httpsAddress(s.TrackingURL) {
			problems.Add("tracking_url", "tracking_url.malformed")
		}
	case before != "" && s.Tracking != "":
		s.TrackingURL = before + url.QueryEscape(s.Tracking)
	}
	return s, problems
}

// httpsAddress tells whether a text is the whole address of a public page.
func httpsAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && len(text) <= 500 && u.Scheme == "https" && u.User == nil && strings.Contains(u.Hostname(), ".")
}

// MarkSent notes that an order is on its way, once, and tells the buyer. Done again it changes carrier and number and
// tells nobody. Problem shipment.refunded where all the money went back; ErrChanged where there is nothing to send.
func (s *Store) MarkSent(ctx context.Context, shop *Shop, user *User, order *Order, form ShipmentForm) error {
	shipment, problems := form.read()
	if err := problems.orNil(); err != nil {
		return err
	}
	return s.write(ctx, func(db *tx) error {
		now := s.now()
		result := db.Exec("UPDATE orders SET fulfilment = 'done' WHERE id = ? AND shop_id = ? AND fulfilment = 'to_do' AND payment IN ('paid', 'partly_refunded')", order.ID, shop.ID)
		if result.Error != nil {
			return result.Error
		}
		if result.RowsAffected == 0 {
			return db.amendShipment(shop, user, order, shipment)
		}
		shipment.ID, shipment.ShopID, shipment.OrderID, shipment.UserID, shipment.SentAt, shipment.UpdatedAt = newID(), shop.ID, order.ID, user.ID, now, now
		if err := db.Create(&shipment).Error; err != nil {
			return err
		}
		if err := db.changeBy(order, "sent", shipment.label(), user); err != nil {
			return err
		}
		return db.orderLetter(order, "shipped")
	})
}

// label is carrier and number as the timeline keeps them.
func (s *Shipment) label() string { return strings.TrimSpace(s.Carrier + " " + s.Tracking) }

func (t *tx) amendShipment(shop *Shop, user *User, order *Order, next Shipment) error {
	var before Shipment
	err := t.Where("order_id = ? AND shop_id = ?", order.ID, shop.ID).Take(&before).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		var fresh Order
		if err := t.Where("id = ? AND shop_id = ?", order.ID, shop.ID).Take(&fresh).Error; err != nil {
			return found(err)
		}
		if fresh.Payment == "refunded" {
			return Problems{{Field: "shipment", Code: "shipment.refunded"}}
		}
		return ErrChanged
	}
	if err != nil || before.Carrier == next.Carrier && before.Tracking == next.Tracking && before.TrackingURL == next.TrackingURL {
		return err
	}
	err = changed(t.Exec("UPDATE shipments SET carrier = ?, tracking = ?, tracking_url = ?, updated_at = ? WHERE id = ?", next.Carrier, next.Tracking, next.TrackingURL, t.store.now(), before.ID))
	if err != nil {
		return err
	}
	return t.changeBy(order, "tracking_changed", next.label(), user)
}

// UnmarkSent takes back that an order is on its way. The buyer's letter, where it has not left yet, is torn up.
func (s *Store) UnmarkSent(ctx context.Context, shop *Shop, user *User, order *Order) error {
	return s.write(ctx, func(db *tx) error {
		result := db.Exec("DELETE FROM shipments WHERE order_id = ? AND shop_id = ?", order.ID, shop.ID)
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		if err := changed(db.Exec("UPDATE orders SET fulfilment = 'to_do' WHERE id = ? AND fulfilment = 'done'", order.ID)); err != nil {
			return err
		}
		if err := db.Exec("DELETE FROM letters WHERE key = ? AND state = 'waiting'", "shipped-"+order.ID).Error; err != nil {
			return err
		}
		return db.changeBy(order, "sent_undone", "", user)
	})
}

// MarkAllSent marks those of the shop's orders, named by their slugs, that still wait. n is how many it marked.
func (s *Store) MarkAllSent(ctx context.Context, shop *Shop, user *User, slugs []string) (n int, err error) {
	for _, slug := range slugs[:min(len(slugs), 100)] {
		view, err := s.OrderIn(ctx, shop, slug)
		if err != nil {
			return n, err
		}
		if view.Fulfilment != "to_do" {
			continue
		}
		err = s.MarkSent(ctx, shop, user, &view.Order, ShipmentForm{})
		var problems Problems
		switch {
		case err == nil:
			n++
		case !errors.Is(err, ErrChanged) && !errors.As(err, &problems):
			return n, err
		}
	}
	return n, nil
}

// ShipmentOf is the shipment of an order, nil where nothing was sent.
func (s *Store) ShipmentOf(ctx context.Context, order *Order) (*Shipment, error) {
	shipment, err := first[Shipment](s.read(ctx).Where("order_id = ?", order.ID))
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	return &shipment, err
}
