package views

import "time"

// Turn is somebody's place in a waitlist, on the page that the letter leads to.
type Turn struct {
	Token string
	State string    // waiting, offered, taken, passed or left
	Until time.Time // of a turn

	Choice  []string // its values, one for each option
	Variant string   // what is set aside, in its words; "" where there is nothing to choose
}

// begins is when an offer begins, in words; "" where it has.
func (o FanOffer) begins(p Page) string {
	if o.Offer.StartsAt == nil {
		return ""
	}
	return p.W.Deadline(*o.Offer.StartsAt)
}

// soldOutVariants are the combinations that somebody can wait for.
func (o FanOffer) soldOutVariants() []string {
	var names []string
	for _, row := range o.Offer.Variants {
		if row.ID != "" && row.SoldOut() {
			names = append(names, row.Name)
		}
	}
	return names
}

// hasWaitlist tells whether there is something to say of a waitlist: an offer that can sell out.
func (o ShopOffer) hasWaitlist() bool {
	return o.Offer.Approved != nil && (o.Offer.Stock != nil || o.Offer.Codes != nil || o.Waiting+o.Offered > 0) && o.state() != "taken_down"
}

// takesAddresses tells whether the page of a sold-out offer has a waitlist to join.
func (o FanOffer) takesAddresses() bool {
	return (o.State == FanSoldOut || o.State == FanLive && len(o.soldOutVariants()) > 0) && o.Offer.Waitlist && (o.Turn == nil || o.Turn.State != "offered" && o.Turn.State != "waiting")
}

// atTill is what a buyer reads of how stock is kept while paying; nothing where it is not counted.
func (o FanOffer) atTill(p Page) string {
	switch {
	case o.Offer.Stock == nil:
		return ""
	case o.Offer.FirstPaid && o.Turn == nil:
		return p.T("buy.stripe.first_paid")
	}
	return p.T("buy.stripe.held", "Time", p.W.Duration(o.Offer.HoldLasts()))
}
