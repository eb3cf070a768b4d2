package demo

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
	"github.com/tillbird/tillbird/social"
)

// take takes the answer up that is due, by the real time: the server that runs meanwhile leaves it alone then.
func (w *world) take(ctx context.Context, stage *models.Store) error {
	w.due = nil
	ids, err := stage.DueAnswers(ctx, 1)
	if err != nil || len(ids) == 0 {
		return err
	}
	if w.due, err = stage.AnswerToSend(ctx, ids[0]); err != nil {
		return err
	}
	return stage.At(w.real).BeginAnswer(ctx, w.due, w.set.Publisher.Network(social.X).Price(social.ActReply, false))
}

// speak puts the answer that was taken up on X at the demo's time; refused says why X does not take it, "" where it does.
func (w *world) speak(ctx context.Context, profile *models.Profile, refused string) error {
	if w.due == nil {
		return nil
	}
	due := w.due
	w.due = nil
	if refused != "" {
		return w.store.EndAnswer(ctx, due, "refused", refused, "You are not permitted to reply to this post.", false)
	}
	at := w.clock.Now().Add(2 * time.Second)
	id, err := w.write(ctx, at, profile.Handle, due.Text, due.AnsweredID)
	if err != nil {
		return err
	}
	return w.store.At(w.real).RecordAnswered(ctx, due, models.Sent{RemoteID: id, RemoteURL: w.set.XURL + "/" + profile.Handle + "/status/" + id, At: at})
}

// charge does the work that a confirmation leaves, and has the last word.
func (w *world) charge(ctx context.Context, s *stall, profile *models.Profile, orderID string) error {
	if err := w.past.Charge(ctx, models.ChargeConfirmed{OrderID: orderID}); err != nil {
		return fmt.Errorf("charge: %w", err)
	}
	order, err := w.store.Order(ctx, orderID)
	if err != nil {
		return err
	}
	if _, err := w.past.ResumeCheckout(ctx, order); err != nil { // where the bank stood against it
		return fmt.Errorf("private page: %w", err)
	}
	err = w.store.Together(ctx, func(stage *models.Store) error {
		if err := w.set.Publisher.On(stage, w.past.On(stage).OrderByReply).Thank(ctx, orderID); err != nil {
			return err
		}
		return w.take(ctx, stage)
	})
	if err != nil {
		return err
	}
	return w.speak(ctx, profile, "")
}

// cards are what the fans keep in their wallets.
var cards = []struct{ who, number, street string }{
	{"mira_okafor", "4242424242424242", "21 rue du Calvaire\n44000 Nantes"},
	{"ingridsol", "5555555555554444", "2 quai de la Fosse\n44000 Nantes"},
	{"lucbernard", "4242424242424242", "5 rue Crébillon\n44000 Nantes"},
	{"tomasz_w", "4242424242424242", "17 cours Gambetta\n69003 Lyon"},
	{"samirhaddad", "4000000000000341", "9 rue Mercière\n69002 Lyon"},
}

// wallets lets some people of the local X sync a card, once.
func (w *world) wallets(ctx context.Context) error {
	for _, c := range cards {
		fan, err := w.store.FanOf(ctx, person(c.who))
		if err == nil && fan.EmailConfirmedAt != nil {
			continue
		}
		if fan, err = w.store.EnterFan(ctx, person(c.who), nil, "en", ""); err != nil {
			return err
		}
		form := models.FanForm{
			Agreed: true, Email: c.who + "@fan.example", Currency: "eur", CapOrder: "150", CapDay: "400", Name: persons[c.who].Name, Address: c.street, Country: "FR", Language: "en", Handle: c.who,
		}
		if err := w.store.Agree(ctx, fan, form, time.Minute); err != nil {
			return err
		}
		letter, err := w.store.LatestLetter(ctx, "fan_email", form.Email)
		if err != nil {
			return err
		}
		if err := w.store.ConfirmFanEmail(ctx, letter.Secret); err != nil {
			return err
		}
		if fan, err = w.store.Fan(ctx, fan.ID); err != nil {
			return err
		}
		if err := w.keepCard(ctx, w.past, fan, c.number); err != nil {
			return err
		}
	}
	w.clock.set(w.clock.Now().Add(2 * time.Minute))
	return nil
}

// keepCard saves a card on the sandbox's page.
func (w *world) keepCard(ctx context.Context, pay *payments.Payments, fan *models.Fan, number string) error {
	address, err := pay.StartCard(ctx, fan)
	if err != nil {
		return err
	}
	if err := w.submit(ctx, address, url.Values{"name": {fan.Name}, "number": {number}, "expiry": {"12 / 30"}, "cvc": {"123"}, "sandbox_time": {strconv.FormatInt(w.clock.Now().Unix(), 10)}}); err != nil {
		return fmt.Errorf("save a card: %w", err)
	}
	setup, err := w.store.OpenCardSetup(ctx, fan)
	if err != nil {
		return err
	}
	return pay.SettleCard(ctx, setup)
}
