package payments

import (
	"context"
	"errors"
	"time"

	"github.com/tillbird/tillbird/models"
)

// catchUp, closeOverdue, mendDisputes and turn are what is done now and then.
type (
	catchUp      struct{}
	closeOverdue struct{}
	mendDisputes struct{}
	turn         struct{}

	mindConfirmations struct{}
)

// Kind names the job in the queue.
func (catchUp) Kind() string      { return "catch_up" }
func (closeOverdue) Kind() string { return "close_overdue" }
func (mendDisputes) Kind() string { return "mend_disputes" }
func (turn) Kind() string         { return "turn_the_clock" }

// Kind names the job in the queue.
func (mindConfirmations) Kind() string { return "mind_confirmations" }

// Work says what is done for the jobs that models leave about money, and what is done now and then.
func (p *Payments) Work(w *models.Work) {
	models.Handle(w, p.makeRefund)
	models.Handle(w, p.resendRefunded)
	models.Handle(w, p.readCharge)
	models.Handle(w, p.ReadPayout)
	models.Handle(w, p.moveDisputed)
	models.Handle(w, p.sendAnswer)
	models.Handle(w, p.acceptDispute)
	models.Handle(w, func(ctx context.Context, _ mendDisputes) error { return p.mendDisputes(ctx) })
	models.Handle(w, func(ctx context.Context, job models.ExpireCheckout) error { return p.closeCheckout(ctx, job.OrderID) })
	models.Handle(w, p.closeHopeless)
	models.Handle(w, p.detachCards)
	models.Handle(w, p.Charge)
	models.Handle(w, p.Claim)
	models.Handle(w, p.openLink)
	models.Handle(w, func(ctx context.Context, _ mindConfirmations) error { return p.MindConfirmations(ctx) })
	models.Handle(w, func(ctx context.Context, _ catchUp) error { return p.CatchUp(ctx) })
	models.Handle(w, func(ctx context.Context, _ closeOverdue) error { return p.closeOverdue(ctx) })
	models.Handle(w, func(ctx context.Context, _ turn) error {
		return errors.Join(p.store.TurnOffers(ctx), p.store.TurnWaits(ctx), p.store.Remind(ctx), p.store.Sweep(ctx))
	})
	models.Handle(w, func(ctx context.Context, _ models.IndexOffers) error { return p.store.IndexOffers(ctx) })
	models.Handle(w, func(ctx context.Context, _ models.CountPopular) error { return p.store.CountPopular(ctx) })
	models.Every(w, 24*time.Hour, models.IndexOffers{})
	models.Every(w, 20*time.Minute, models.CountPopular{})
	models.Handle(w, func(ctx context.Context, _ models.Reconcile) error { return p.Reconcile(ctx) })
	models.Every(w, time.Minute, models.Reconcile{})
	models.Every(w, 5*time.Minute, catchUp{})
	models.Every(w, time.Minute, closeOverdue{})
	models.Every(w, time.Hour, mendDisputes{})
	models.Every(w, time.Minute, turn{})
	models.Every(w, time.Minute, mindConfirmations{})
}
