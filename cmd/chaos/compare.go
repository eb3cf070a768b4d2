package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/tillbird/tillbird/models"
)

// comparison is the database beside the ledger.
type comparison struct {
	*models.Books
	ledger  *ledger
	letters map[string]int
	orders  map[string]*models.Order
	charges map[string]*charge // by order
	wrong   []string
}

func (k *comparison) differ(format string, arguments ...any) {
	k.wrong = append(k.wrong, fmt.Sprintf(format, arguments...))
}

// compare recomputes from the ledger what has to stand in the database, and gives each difference.
func (c *chaos) compare(ctx context.Context) ([]string, error) {
	store, err := c.store(ctx)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	k := &comparison{orders: map[string]*models.Order{}, charges: map[string]*charge{}, wrong: c.wrong}
	if k.Books, err = store.Books(ctx); err != nil {
		return nil, err
	}
	if k.ledger, err = c.ledger(ctx); err != nil {
		return nil, err
	}
	if k.letters, err = c.sandbox.Letters(ctx); err != nil {
		return nil, err
	}
	if c.mails, err = c.sandbox.Mails(ctx); err != nil {
		return nil, err
	}
	c.books, c.placed = k.Books, len(k.Orders)
	for i := range k.Orders {
		k.orders[k.Orders[i].ID] = &k.Orders[i]
	}
	k.wrong = append(k.wrong, k.ledger.Differences...)
	k.checkCharges()
	k.checkOrders()
	k.checkRefunds()
	k.checkStock()
	k.checkVariants()
	k.checkCodes()
	k.checkPrices(c.shops)
	k.checkWaits(c.clock())
	k.checkDays()
	k.checkAccounts()
	if err := k.checkReplies(ctx, c, store); err != nil {
		return nil, err
	}
	if k.checkLetters(c.killed.Load(), c.drill); c.drill {
		k.checkMails(c.mails, c.killed.Load())
	}
	k.checkLeft()
	return k.wrong, nil
}

// checkCharges: every succeeded charge has exactly one order, which was paid, by this charge and no other.
func (k *comparison) checkCharges() {
	for i := range k.ledger.Charges {
		charge := &k.ledger.Charges[i]
		id := charge.Metadata["order"]
		order := k.orders[id]
		switch {
		case order == nil:
			k.differ("charge %s names order %q, which is not here", charge.ID, id)
			continue
		case k.charges[id] != nil:
			k.differ("order %s was charged twice: %s and %s", id, k.charges[id].ID, charge.ID)
		case order.PaymentIntentID == nil || *order.PaymentIntentID != charge.PaymentIntent:
			k.differ("charge %s is of payment %s, and order %s (%s) is of another", charge.ID, charge.PaymentIntent, id, order.Payment)
		case order.PaidAt == nil || order.Payment != "paid" && order.Payment != "partly_refunded" && order.Payment != "refunded":
			k.differ("charge %s was paid, and order %s is %s", charge.ID, id, order.Payment)
		case order.Total != charge.Amount || order.Currency != charge.Currency || order.ApplicationFee != charge.ApplicationFee || order.StripeAccount != charge.TransferData.Destination:
			k.differ("charge %s is %d %s with a fee of %d to %s, and order %s is %d %s with a fee of %d to %s", charge.ID, charge.Amount, charge.Currency, charge.ApplicationFee, charge.TransferData.Destination,
				id, order.Total, order.Currency, order.ApplicationFee, order.StripeAccount)
		}
		k.charges[id] = charge
	}
}

// checkOrders: no order is paid without a charge, each was paid once, and each shortfall had its money sent back.
func (k *comparison) checkOrders() {
	back := map[string]int64{} // refunds of an order that were tried
	for _, refund := range k.Refunds {
		back[refund.OrderID] += refund.Amount
	}
	for _, order := range k.Orders {
		paid := order.PaidAt != nil
		switch {
		case paid && k.charges[order.ID] == nil:
			k.differ("order %s is %s without a charge", order.ID, order.Payment)
		case !paid && order.Payment != "expired" && order.Payment != "failed" && order.Payment != "cancelled":
			k.differ("order %s is %s without having been paid", order.ID, order.Payment)
		case paid && k.Receipts[order.ID] != 1 || !paid && k.Receipts[order.ID] != 0:
			k.differ("order %s was noted as paid %d times", order.ID, k.Receipts[order.ID])
		case order.Shortfall && back[order.ID] < order.Total:
			k.differ("order %s is a shortfall, and %d of %d were sent back", order.ID, back[order.ID], order.Total)
		}
	}
}

// checkRefunds: what went back at Stripe is what stands here, order by order and refund by refund.
func (k *comparison) checkRefunds() {
	there := map[string]refund{}
	sums := map[string]int64{}
	for _, refund := range k.ledger.Refunds {
		there[refund.ID] = refund
		if refund.Status == "succeeded" || refund.Status == "pending" {
			sums[refund.Charge] += refund.Amount
		}
	}
	kept := map[string]bool{}
	for _, refund := range k.Refunds {
		if refund.StripeID == nil {
			if refund.State != "cancelled" {
				k.differ("refund %s is %s and was never made", refund.ID, refund.State)
			}
			continue
		}
		made, known := there[*refund.StripeID]
		kept[*refund.StripeID] = true
		if !known || made.Amount != refund.Amount || made.Status != strings.Replace(refund.State, "cancelled", "canceled", 1) {
			k.differ("refund %s is %s of %d, and Stripe's %s is %s of %d", refund.ID, refund.State, refund.Amount, *refund.StripeID, made.Status, made.Amount)
		}
	}
	for id := range there {
		if !kept[id] {
			k.differ("Stripe's refund %s is not here", id)
		}
	}
	for id, charge := range k.charges {
		if order := k.orders[id]; order.Refunded != sums[charge.ID] {
			k.differ("of order %s %d went back, and %d stand here", id, sums[charge.ID], order.Refunded)
		}
	}
}

// checkStock: what is sold and held is what orders and holds say, and never more than there was.
func (k *comparison) checkStock() {
	held, soldByHolds, soldByOrders := map[string]int64{}, map[string]int64{}, map[string]int64{}
	for _, hold := range k.Holds {
		switch hold.State {
		case "held":
			held[hold.OfferID] += hold.Quantity
			k.differ("hold %s of order %s was left behind", hold.ID, hold.OrderID)
		case "sold":
			soldByHolds[hold.OfferID] += hold.Quantity
		}
	}
	for _, wait := range k.Waits {
		if wait.State == "offered" {
			held[wait.OfferID]++
		}
	}
	for _, order := range k.Orders {
		if order.PaidAt != nil && !order.Shortfall {
			soldByOrders[order.OfferID] += order.Quantity - order.Restocked
		}
	}
	for _, offer := range k.Offers {
		if offer.Held != held[offer.ID] || offer.Sold != soldByHolds[offer.ID] || offer.Sold != soldByOrders[offer.ID] {
			k.differ("offer %s says %d sold and %d held; its holds and turns say %d and %d, its orders %d", offer.Slug, offer.Sold, offer.Held, soldByHolds[offer.ID], held[offer.ID], soldByOrders[offer.ID])
		}
		if offer.Stock != nil && offer.Sold+offer.Held > *offer.Stock {
			k.differ("offer %s had %d and sold %d", offer.Slug, *offer.Stock, offer.Sold+offer.Held)
		}
	}
}

// checkVariants: the same of each combination that an offer comes in.
func (k *comparison) checkVariants() {
	sold, held := map[string]int64{}, map[string]int64{}
	for _, wait := range k.Waits {
		if wait.State == "offered" {
			held[wait.VariantID]++
		}
	}
	for _, order := range k.Orders {
		if order.PaidAt != nil && !order.Shortfall && order.VariantID != nil {
			sold[*order.VariantID] += order.Quantity - order.Restocked
		}
	}
	for _, variant := range k.Variants {
		if variant.Held != held[variant.ID] || variant.Sold != sold[variant.ID] || variant.Stock != nil && variant.Sold+variant.Held > *variant.Stock {
			k.differ("variant %s of offer %s says %d sold and %d held; its orders say %d, its turns %d", variant.Name, variant.OfferID, variant.Sold, variant.Held, sold[variant.ID], held[variant.ID])
		}
	}
}

// checkCodes: no discount code was used more often than it may be.
func (k *comparison) checkCodes() {
	used := map[string]int64{}
	for _, order := range k.Orders {
		if order.Code != "" && order.PaidAt != nil && order.Payment != "refunded" {
			used[order.ShopID+" "+order.Code]++
		}
	}
	for _, code := range k.Codes {
		if uses := used[code.ShopID+" "+code.Code]; code.Most != nil && (uses > *code.Most || code.Uses > *code.Most) {
			k.differ("code %s may be used %d times, was used %d times and says %d", code.Code, *code.Most, uses, code.Uses)
		}
	}
}

// checkDays: the figures by day are the sums of the orders.
func (k *comparison) checkDays() {
	type key struct{ shop, day, currency, source string }
	zones := map[string]*time.Location{}
	for i := range k.Shops {
		zones[k.Shops[i].ID] = k.Shops[i].Zone()
	}
	days := map[key]models.SalesDay{}
	for i := range k.Orders {
		order := &k.Orders[i]
		if order.PaidAt == nil {
			continue
		}
		at := key{order.ShopID, order.PaidAt.In(zones[order.ShopID]).Format(time.DateOnly), order.Currency, order.Source}
		day := days[at]
		day.Orders++
		day.Gross += order.Total
		day.Fees += order.FeeKept().Amount
		day.Refunded += order.Refunded
		days[at] = day
	}
	for _, row := range k.Days {
		at := key{row.ShopID, row.Day, row.Currency, row.Source}
		want := days[at]
		if row.Orders != want.Orders || row.Gross != want.Gross || row.Fees != want.Fees || row.Refunded != want.Refunded {
			k.differ("the figures of %v are %d orders, %d, fees %d, back %d; the orders say %d, %d, %d, %d", at, row.Orders, row.Gross, row.Fees, row.Refunded, want.Orders, want.Gross, want.Fees, want.Refunded)
		}
		delete(days, at)
	}
	for at := range days {
		k.differ("no figures are kept of %v", at)
	}
}

// checkAccounts: what the figures say that a shop has earned is what its account at Stripe took in, to the cent.
func (k *comparison) checkAccounts() {
	type key struct{ account, currency string }
	there := map[key]int64{}
	for _, a := range k.ledger.Accounts {
		for kind, net := range a.NetByType {
			if !strings.HasPrefix(kind, "payout") {
				there[key{a.Account, a.Currency}] += net
			}
		}
	}
	for _, shop := range k.Shops {
		if shop.StripeAccount == nil {
			continue
		}
		here := map[key]int64{}
		for _, day := range k.Days {
			if day.ShopID == shop.ID {
				here[key{*shop.StripeAccount, day.Currency}] += day.Gross - day.Fees - day.Refunded
			}
		}
		for _, moved := range k.Moves {
			if moved.ShopID == shop.ID {
				here[key{*shop.StripeAccount, moved.Currency}] -= moved.Amount
			}
		}
		for at, net := range here {
			if there[at] != net {
				k.differ("shop %s has earned %d %s by its figures and %d by its account", shop.Handle, net, at.currency, there[at])
			}
		}
	}
}

// checkLetters: each letter that was owed went out, and once. A process that dies between the mail server's answer and
// the note of it sends the letter again under the same Message-ID: at most as many as were under way when one died.
// What a restored installation was told anew went out before, under another name: checkMails looks at that.
func (k *comparison) checkLetters(kills int64, restored bool) {
	receipts, again := map[string]int{}, int64(0)
	for _, letter := range k.Letters {
		if letter.Kind == "receipt" && letter.OrderID != nil {
			receipts[*letter.OrderID]++
		}
		sent := k.letters[letter.ID+"@till.example"]
		if letter.State != "sent" || sent == 0 && !restored {
			k.differ("letter %s (%s) is %s and went out %d times", letter.ID, letter.Kind, letter.State, sent)
		}
		again += int64(max(sent-1, 0))
	}
	if again > 8*kills { // eight jobs at once
		k.differ("%d letters went out twice, with %d kills", again, kills)
	}
	for _, order := range k.Orders {
		want := 0
		if order.PaidAt != nil && !order.Shortfall {
			want = 1
		}
		if receipts[order.ID] != want {
			k.differ("order %s (%s) has %d receipts", order.ID, order.Payment, receipts[order.ID])
		}
	}
}

// checkMails: nobody got a second mail of what was told before the disk was lost.
func (k *comparison) checkMails(mails map[string]int, kills int64) {
	again := int64(0)
	for _, n := range mails {
		again += int64(max(n-1, 0))
	}
	if again > 8*kills+8 {
		k.differ("%d mails went out twice", again)
	}
}

// checkLeft: nothing is stuck.
func (k *comparison) checkLeft() {
	l := k.Left
	if !l.Quiet() || l.FailedEvents > 0 || l.DeadJobs > 0 {
		k.differ("stuck: %d pending orders, %d waiting and %d failed events, %d waiting letters, %d pending refunds, %d jobs, %d dead ones, %d turns that are over, %d of replies: %s",
			l.PendingOrders, l.WaitingEvents, l.FailedEvents, l.WaitingLetters, l.PendingRefunds, l.Jobs, l.DeadJobs, l.OverTurns, l.Replies, strings.Join(l.Failures, "; "))
	}
	if k.ledger.DeliveriesWaiting > 0 {
		k.differ("%d webhooks still wait to be taken", k.ledger.DeliveriesWaiting)
	}
}
