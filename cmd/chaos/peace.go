package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/tillbird/tillbird/models"
)

// mischief makes Stripe fail and webhooks go astray.
func (c *chaos) mischief(ctx context.Context) error {
	seed := fmt.Sprint(c.seed)
	if _, err := onward(ctx, http.MethodPost, c.stripe+"/faults", url.Values{
		"seed": {seed}, "percent_error": {"3"}, "percent_conflict": {"2"}, "percent_busy": {"2"}, "percent_silence": {"0.2"}, "percent_cut": {"1.5"},
	}); err != nil {
		return err
	}
	if _, err := onward(ctx, http.MethodPost, c.x+"/operator/faults", url.Values{"seed": {seed}, "percent_error": {"3"}, "percent_busy": {"2"}, "percent_cut": {"2"}}); err != nil {
		return err
	}
	if _, err := onward(ctx, http.MethodPost, c.x+"/operator/switches", url.Values{"seed": {seed}, "percent_twice": {"25"}, "percent_drop": {"15"}, "percent_shuffle": {"40"}, "percent_late": {"10"}, "delay": {"20"}}); err != nil {
		return err
	}
	_, err := onward(ctx, http.MethodPost, c.stripe+"/switches", url.Values{
		"seed": {seed}, "percent_twice": {"12"}, "percent_drop": {"8"}, "percent_shuffle": {"40"}, "percent_late": {"10"}, "delay": {"20"},
	})
	return err
}

// peace ends the mischief, and the killing.
func (c *chaos) peace(ctx context.Context) error {
	for _, address := range []string{c.stripe + "/faults", c.stripe + "/switches", c.x + "/operator/faults", c.x + "/operator/switches"} {
		if _, err := onward(ctx, http.MethodPost, address, nil); err != nil {
			return err
		}
	}
	return nil
}

// ahead are how far the clocks are moved in each round of settling: beyond every checkout at first, then beyond all
// that Stripe lets wait for days. After those it goes on while less and less is left: work may have piled up.
var ahead = []time.Duration{2 * time.Hour, 2 * time.Hour, 26 * time.Hour, 8 * 24 * time.Hour}

// settle moves the clocks forward and lets the servers work until nothing goes on by itself. Each round ends and begins
// the processes: where the clock of the sandbox moves, theirs has to.
func (c *chaos) settle(ctx context.Context) error {
	work, least, patience := 3*time.Second, int64(-1), 3
	for i := 0; patience > 0; i++ {
		by := time.Duration(0)
		if i < len(ahead) {
			by = ahead[i]
		}
		left, err := c.settleRound(ctx, by, work)
		if err != nil || left == 0 && i >= 1 {
			return err
		}
		if left > 0 {
			work = min(2*work, 90*time.Second)
		}
		if i >= len(ahead) && least >= 0 && left >= least {
			patience--
		}
		least = left
	}
	return nil // compare says what is stuck
}

// settleRound is one round. It tells how much is left.
func (c *chaos) settleRound(ctx context.Context, by, work time.Duration) (waiting int64, err error) {
	c.holdStripe() // or it would count as away whoever only has another clock yet
	for _, s := range c.servers {
		s.stop()
	}
	c.ahead += by
	c.sandbox.Advance(by)
	if err := c.hurry(ctx); err != nil {
		return 0, err
	}
	err = c.startServers(ctx)
	c.runStripe()
	if err != nil {
		return 0, err
	}
	until := time.Now().Add(20 * time.Minute)
	for idle := 0; idle < 2 && time.Now().Before(until); {
		if !pause(ctx, work/2) {
			return 0, ctx.Err()
		}
		stripe, err := c.sandbox.Waiting(ctx)
		if err != nil {
			return 0, err
		}
		if idle++; stripe.DeliveriesDue > 0 || stripe.TasksDue > 0 {
			idle = 0
		}
	}
	for _, s := range c.servers {
		s.stop()
	}
	store, err := c.store(ctx)
	if err != nil {
		return 0, err
	}
	defer store.Close()
	left, err := store.Left(ctx)
	if err != nil {
		return 0, err
	}
	stripe, err := c.sandbox.Waiting(ctx)
	if err != nil {
		return 0, err
	}
	waiting = left.PendingOrders + left.WaitingEvents + left.WaitingLetters + left.PendingRefunds + left.Jobs + left.OverTurns + left.Replies + stripe.Deliveries
	if waiting > 0 {
		fmt.Fprintf(c.out, "not quiet yet: %+v, %d deliveries\n", left, stripe.Deliveries)
	}
	return waiting, nil
}

func (c *chaos) hurry(ctx context.Context) error {
	store, err := c.store(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	return store.Hurry(ctx)
}

// ledger is what the sandbox knows.
type ledger struct {
	Differences       []string
	Accounts          []account
	Charges           []charge
	Sessions          []session
	Refunds           []refund
	Disputes          []dispute
	DeliveriesWaiting int64 `json:"deliveries_waiting"`
}

type account struct {
	Account, Currency string
	Net               int64
	NetByType         map[string]int64 `json:"net_by_type"`
}

type charge struct {
	ID, Currency, Transfer string
	PaymentIntent          string `json:"payment_intent"`
	Amount                 int64
	AmountRefunded         int64 `json:"amount_refunded"`
	ApplicationFee         int64 `json:"application_fee_amount"`
	Disputed               bool
	Metadata               map[string]string
	TransferData           struct{ Destination string } `json:"transfer_data"`
}

type session struct {
	PaymentIntent string `json:"payment_intent"`
	Details       struct {
		Discount int64 `json:"amount_discount"`
		Shipping int64 `json:"amount_shipping"`
		Tax      int64 `json:"amount_tax"`
	} `json:"total_details"`
}

type refund struct {
	ID, Charge, Status string
	Amount             int64
	Metadata           map[string]string
}

type dispute struct {
	ID, Charge, Status string
	Amount             int64
}

func (c *chaos) ledger(ctx context.Context) (*ledger, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.stripe+"/ledger.json", nil)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Timeout: 20 * time.Minute} // a big one is recomputed whole
	answer, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	l := &ledger{}
	return l, json.Unmarshal(raw, l)
}

// tell prints what happened on the way.
func (c *chaos) tell() {
	c.mu.Lock()
	defer c.mu.Unlock()
	var names []string
	for name := range c.count {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(c.out, "%7d %s\n", c.count[name], name)
	}
	if c.books != nil {
		states := map[string]int{}
		for _, order := range c.books.Orders {
			states[stateOf(&order)]++
		}
		fmt.Fprintf(c.out, "orders: %v; refunds: %d; letters: %d\n", states, len(c.books.Refunds), len(c.books.Letters))
	}
}

func stateOf(order *models.Order) string {
	if order.Shortfall {
		return order.Payment + " shortfall"
	}
	return order.Payment
}
