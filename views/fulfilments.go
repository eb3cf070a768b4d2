package views

import (
	"strings"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/words"
)

// ShipmentFields is what was typed about a shipment, with what is wrong with it.
type ShipmentFields struct {
	Form   models.ShipmentForm
	Errors FieldErrors
}

// shipmentFields are the fields in their order, for the error summary.
var shipmentFields = []string{"shipment", "carrier", "tracking", "tracking_url"}

// waits tells whether the buyer waits for this order.
func (s Sale) waits() bool {
	return s.Order.Fulfilment == "to_do" && (s.Order.Payment == "paid" || s.Order.Payment == "partly_refunded")
}

// shipment is what the form begins with: what was typed, else what is kept.
func (s Sale) shipment() models.ShipmentForm {
	if s.Shipment == nil || len(s.Typed.Errors) > 0 {
		return s.Typed.Form
	}
	form := models.ShipmentForm{Carrier: s.Shipment.Carrier, Tracking: s.Shipment.Tracking}
	if s.Shipment.Carrier == "" || s.Shipment.Carrier == "other" {
		form.URL = s.Shipment.TrackingURL
	}
	return form
}

func carriers(p Page) []Option {
	list := []Option{{Value: "", Label: p.T("fulfilment.carrier.none")}}
	for _, code := range models.Carriers {
		list = append(list, Option{Value: code, Label: carrierName(p, code)})
	}
	return append(list, Option{Value: "other", Label: p.T("fulfilment.carrier.other")})
}

// carrierNames are names, alike in every language.
var carrierNames = map[string]string{
	"laposte": "La Poste, Colissimo", "chronopost": "Chronopost", "dhl": "DHL", "dpd": "DPD", "gls": "GLS", "ups": "UPS", "fedex": "FedEx", "royalmail": "Royal Mail", "usps": "USPS", "postnl": "PostNL",
}

func carrierName(p Page, code string) string {
	if name := carrierNames[code]; name != "" {
		return name
	}
	return p.T("fulfilment.carrier.other")
}

// CarrierName is a carrier as people call it; empty where none was named.
func CarrierName(w *words.Printer, code string) string {
	if code == "" {
		return ""
	}
	return carrierName(Page{W: w}, code)
}

// Slip is a packing slip in the buyer's language.
type Slip struct {
	W     *words.Printer
	Order *models.OrderView
	Shop  *models.Shop
}

// SlipOf is the slip of an order, in its buyer's language and the shop's time.
func SlipOf(p Page, order *models.OrderView, shop *models.Shop) Slip {
	return Slip{W: words.For(order.Language, p.W.Zone()), Order: order, Shop: shop}
}

func (s Slip) page() Page { return Page{W: s.W} }

// seller is who sends the parcel.
func (s Slip) seller() string {
	name := s.Shop.Name
	if s.Shop.SellerName != "" {
		name = s.Shop.SellerName
	}
	if s.Shop.SellerAddress != "" {
		name += "\n" + s.Shop.SellerAddress
	}
	return name
}

// shipmentLabel is carrier and number as the timeline kept them, in words.
func shipmentLabel(p Page, detail string) string {
	first, rest, _ := strings.Cut(detail, " ")
	if carrierNames[first] == "" && first != "other" {
		return detail + "."
	}
	return strings.TrimSpace(carrierName(p, first)+" "+rest) + "."
}

// tracking is what the link to the carrier's page says.
func (o BuyerOrder) tracking(p Page) string {
	if o.Shipment.Tracking != "" {
		return o.Shipment.Tracking
	}
	return p.T("fulfilment.follow")
}
