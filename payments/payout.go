package payments

import (
	"context"
	"errors"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/tillbird/tillbird/models"
)

// balanceFresh is for how long a fetched balance is shown as it is; balanceWait for how long a page waits for a new one.
const (
	balanceFresh = time.Minute
	balanceWait  = 5 * time.Second
)

// Balance gives what the shop has at Stripe and how it is paid out, fetched where what we have is older than a minute,
// and the shop as it is then. With ErrAway or ErrRefused comes what was fetched last, or nil where nothing was.
func (p *Payments) Balance(ctx context.Context, shop *models.Shop) (*models.Balance, *models.Shop, error) {
	if shop.StripeAccount == nil {
		return nil, shop, nil
	}
	kept, err := p.store.Balance(ctx, shop)
	if err != nil || kept != nil && p.store.Now().Sub(kept.At) < balanceFresh {
		return kept, shop, err
	}
	hurried, cancel := context.WithTimeout(ctx, balanceWait)
	defer cancel()
	fresh, now, err := p.fetchBalance(hurried, shop)
	if err != nil {
		return kept, shop, err
	}
	return fresh, now, p.store.KeepBalance(ctx, shop, fresh)
}

func (p *Payments) fetchBalance(ctx context.Context, shop *models.Shop) (*models.Balance, *models.Shop, error) {
	asked := p.store.Now()
	account, err := p.stripe.Accounts.GetByID(*shop.StripeAccount, &stripe.AccountParams{Params: asking(ctx)})
	if err != nil {
		return nil, nil, failed("fetch an account", err)
	}
	params := &stripe.BalanceParams{Params: asking(ctx)}
	params.SetStripeAccount(*shop.StripeAccount)
	told, err := p.stripe.Balance.Get(params)
	if err != nil {
		return nil, nil, failed("fetch a balance", err)
	}
	now, err := p.store.RecordAccount(ctx, accountFrom(account, asked, p.livemode), p.set.OnBehalfOf)
	if err != nil {
		return nil, nil, err
	}
	balance := &models.Balance{At: asked, Available: amounts(told.Available), Pending: amounts(told.Pending), Banks: banksOf(account)}
	if set := account.Settings; set != nil && set.Payouts != nil && set.Payouts.Schedule != nil {
		schedule := set.Payouts.Schedule
		balance.Interval, balance.Weekday, balance.MonthDay, balance.DelayDays = string(schedule.Interval), schedule.WeeklyAnchor, schedule.MonthlyAnchor, schedule.DelayDays
	}
	return balance, now, nil
}

func amounts(told []*stripe.Amount) []models.Money {
	var list []models.Money
	for _, a := range told {
		list = append(list, models.Money{Amount: a.Amount, Currency: string(a.Currency)})
	}
	return list
}

func banksOf(account *stripe.Account) []models.BankAccount {
	var banks []models.BankAccount
	if account.ExternalAccounts == nil {
		return nil
	}
	for _, external := range account.ExternalAccounts.Data {
		if b := external.BankAccount; b != nil {
			banks = append(banks, models.BankAccount{ID: b.ID, Name: b.BankName, Last4: b.Last4, Currency: string(b.Currency), Refused: b.Status == stripe.BankAccountStatusErrored})
		} else if c := external.Card; c != nil {
			banks = append(banks, models.BankAccount{ID: c.ID, Name: string(c.Brand), Last4: c.Last4, Currency: string(c.Currency)})
		}
	}
	return banks
}

// payoutMoved keeps a payout of a shop as the event shows it.
func (r *round) payoutMoved(ctx context.Context, n news) (models.EventResult, error) {
	payout := &stripe.Payout{}
	err := n.read(payout)
	if err == nil && n.foreign {
		payout, err = r.fetchPayout(ctx, n.Account, payout.ID)
	}
	if err != nil {
		return models.EventResult{}, err
	}
	if payout.ID == "" || payout.Amount == 0 {
		return models.EventResult{}, &models.Unfit{Why: "its payout cannot be read"}
	}
	return models.EventResult{ShopID: &n.shop.ID, Outcome: "the payout is " + string(payout.Status)}, r.keepPayout(ctx, n.shop, payout)
}

// balanceCleared has the shop's balance fetched anew the next time that somebody looks.
func (r *round) balanceCleared(ctx context.Context, n news) (models.EventResult, error) {
	kept, err := r.store.Balance(ctx, n.shop)
	if err == nil && kept != nil && kept.At.Before(time.Unix(n.Created, 0)) {
		kept.At = time.Time{}
		err = r.store.KeepBalance(ctx, n.shop, kept)
	}
	return models.EventResult{ShopID: &n.shop.ID, Outcome: "money has become available"}, err
}

func (p *Payments) keepPayout(ctx context.Context, shop *models.Shop, payout *stripe.Payout) error {
	told := models.Payout{
		StripeID: payout.ID, StripeAccount: *shop.StripeAccount, Amount: payout.Amount, Currency: string(payout.Currency), State: string(payout.Status), Automatic: payout.Automatic,
		FailureCode: string(payout.FailureCode), FailureMessage: payout.FailureMessage, ArrivesAt: time.Unix(payout.ArrivalDate, 0), MadeAt: time.Unix(payout.Created, 0),
	}
	if payout.Destination != nil {
		told.Destination = payout.Destination.ID
	}
	ctx, cancel := kept(ctx)
	defer cancel()
	return p.store.KeepPayout(ctx, shop, told)
}

func (p *Payments) fetchPayout(ctx context.Context, account, id string) (*stripe.Payout, error) {
	params := &stripe.PayoutParams{Params: asking(ctx)}
	params.SetStripeAccount(account)
	payout, err := p.stripe.Payouts.Get(id, params)
	return payout, failed("fetch a payout", err)
}

// ReadPayout fetches once what a payout consists of. Stripe tells that of payouts by the schedule alone.
func (p *Payments) ReadPayout(ctx context.Context, job models.ReadPayout) error {
	payout, err := p.store.Payout(ctx, job.PayoutID)
	if err != nil || payout.ReadAt != nil {
		return err
	}
	shop, err := p.store.ShopOf(ctx, payout.ShopID)
	if err != nil {
		return err
	}
	var lines []models.BalanceLine
	if payout.Automatic {
		params := &stripe.BalanceTransactionListParams{Payout: stripe.String(payout.StripeID), Expand: stripe.StringSlice([]string{"data.source"})}
		if lines, err = p.linesOf(ctx, shop, params); err != nil {
			return err
		}
	}
	for i := range lines {
		lines[i].PayoutID = &payout.ID
	}
	account, err := p.stripe.Accounts.GetByID(payout.StripeAccount, &stripe.AccountParams{Params: asking(ctx)})
	if err != nil && !errors.Is(failed("fetch an account", err), ErrRefused) { // one that left shows its bank no more
		return failed("fetch an account", err)
	}
	bank := ""
	if account != nil {
		for _, b := range banksOf(account) {
			if b.ID == payout.Destination {
				bank = b.Last4
			}
		}
	}
	return p.store.KeepPayoutLines(ctx, payout, bank, lines)
}

// linesOf lists lines of a shop's books, with the orders they are about.
func (p *Payments) linesOf(ctx context.Context, shop *models.Shop, params *stripe.BalanceTransactionListParams) ([]models.BalanceLine, error) {
	params.Context, params.Limit = ctx, stripe.Int64(100)
	params.SetStripeAccount(*shop.StripeAccount)
	var lines []models.BalanceLine
	list := p.stripe.BalanceTransactions.List(params)
	for list.Next() {
		line, err := p.shopLine(ctx, shop, list.BalanceTransaction())
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, failed("list balance transactions", list.Err())
}

// shopLine is a line of a shop's books as we keep it, with its order where it is about one.
func (p *Payments) shopLine(ctx context.Context, shop *models.Shop, booking *stripe.BalanceTransaction) (models.BalanceLine, error) {
	line := lineOf(booking)
	line.Account, line.ShopID = *shop.StripeAccount, &shop.ID
	charge := arrivalOf(booking)
	if charge == nil {
		return line, nil
	}
	order, err := p.orderOfArrival(ctx, shop, charge)
	if err != nil || order == nil {
		return line, err
	}
	line.OrderID = &order.ID
	return line, nil
}

func lineOf(booking *stripe.BalanceTransaction) models.BalanceLine {
	line := models.BalanceLine{
		StripeID: booking.ID, Kind: string(booking.Type), Amount: booking.Amount, Fee: booking.Fee, Net: booking.Net, Currency: string(booking.Currency), BookedAt: time.Unix(booking.Created, 0).UTC(),
	}
	if booking.Source != nil {
		line.Source = booking.Source.ID
	}
	return line
}

// arrivalOf is the payment on a shop's account that a line is about; nil where it is about something else.
func arrivalOf(booking *stripe.BalanceTransaction) *stripe.Charge {
	switch source := booking.Source; {
	case source == nil:
		return nil
	case source.Charge != nil:
		return source.Charge
	case source.Refund != nil:
		return source.Refund.Charge
	}
	return nil
}

// orderOfArrival finds the order whose money arrived as a payment; nil where it is of no order here. A payment that is
// not known yet is asked about by its transfer, once.
func (p *Payments) orderOfArrival(ctx context.Context, shop *models.Shop, arrival *stripe.Charge) (*models.Order, error) {
	order, err := p.store.OrderByArrival(ctx, arrival.ID)
	if err == nil && order.ShopID == shop.ID {
		return order, nil
	}
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return nil, err
	}
	if arrival.SourceTransfer == nil { // of a refund's payment only the id came
		params := &stripe.ChargeParams{Params: asking(ctx)}
		params.SetStripeAccount(*shop.StripeAccount)
		if arrival, err = p.stripe.Charges.Get(arrival.ID, params); err != nil {
			return nil, failed("fetch a payment of a shop", err)
		}
		if arrival.SourceTransfer == nil {
			return nil, nil
		}
	}
	transfer, err := p.stripe.Transfers.Get(arrival.SourceTransfer.ID, &stripe.TransferParams{Params: asking(ctx)})
	if err != nil {
		return nil, failed("fetch a transfer", err)
	}
	return p.orderOfTransfer(ctx, shop, transfer)
}

func (p *Payments) orderOfTransfer(ctx context.Context, shop *models.Shop, transfer *stripe.Transfer) (*models.Order, error) {
	if transfer.Metadata["order"] != "" { // sent for the order besides, such as after a dispute that was won
		order, err := p.namedOrder(ctx, transfer.Metadata)
		if errors.Is(err, errNotOurs) || err == nil && order.ShopID != shop.ID {
			return nil, nil
		}
		return order, err
	}
	if transfer.SourceTransaction == nil {
		return nil, nil
	}
	charge, err := p.stripe.Charges.Get(transfer.SourceTransaction.ID, &stripe.ChargeParams{Params: asking(ctx)})
	if err != nil {
		return nil, failed("fetch a charge", err)
	}
	if charge.PaymentIntent == nil {
		return nil, nil
	}
	order, err := p.store.OrderByIntent(ctx, charge.PaymentIntent.ID)
	if errors.Is(err, models.ErrNotFound) || err == nil && order.ShopID != shop.ID {
		return nil, nil
	}
	if err != nil || charge.Transfer == nil || charge.Transfer.ID != transfer.ID || transfer.DestinationPayment == nil {
		return order, err
	}
	return order, p.store.RecordArrival(ctx, order, transfer.DestinationPayment.ID)
}
