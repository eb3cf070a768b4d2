package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
	"github.com/tillbird/tillbird/views"
)

// createCheckout takes a purchase and leads to Stripe's page. Two clicks are one order.
func (s *Server) createCheckout(v *visit) error {
	form, err := v.typed()
	if err != nil {
		return err
	}
	fan, err := s.fanPage(v, v.Param("slug"))
	if err != nil {
		return err
	}
	if fan.offer.State == views.FanTakenDown {
		return fan.show(v, fan.status(), views.BuyForm{})
	}
	typed := views.BuyForm{Email: form.Get("email"), Quantity: form.Get("quantity"), Choice: choiceTyped(form, fan.offer.Offer), Amount: form.Get("amount"), Code: form.Get("code"), Country: form.Get("country"), Seal: form.Get("seal"), Consent: form.Get("consent") != "", Wait: form.Get("wait")}
	if err := s.withTurn(v, fan, typed.Wait); err != nil {
		return err
	}
	if err := v.allow(limitCheckout, v.RealIP()); err != nil {
		return s.refuseCheckout(v, fan, typed, err)
	}
	if shown, err := s.repriced(v, fan, &typed, form.Get("step") == "price"); err != nil {
		return s.refuseCheckout(v, fan, typed, err)
	} else if shown {
		return fan.show(v, http.StatusOK, typed)
	}
	order, address, err := s.pay.StartCheckout(v.ctx(), payments.Purchase{
		Offer: fan.offer.Offer, Shop: fan.offer.Shop, Email: typed.Email, Quantity: typed.Quantity, Choice: typed.Choice, Amount: typed.Amount, Code: typed.Code, Country: typed.Country, Consent: typed.Consent,
		PostCode: v.kept(s.cookieName(sourceCookie)), Language: v.W.Lang(), Buyer: v.buyer(), Wait: typed.Wait, Again: form.Get("again"),
	})
	var bought *models.Bought
	if errors.As(err, &bought) {
		return s.askAgain(v, fan, bought.Order, form)
	}
	if err != nil {
		return s.refuseCheckout(v, fan, typed, err)
	}
	if address != "" {
		return v.see(address)
	}
	token, err := s.store.OrderToken(order) // it was paid between two clicks
	if err != nil {
		return err
	}
	return v.see(views.OrderPath(token))
}

// choiceTyped is the value that was chosen of each of the offer's options.
func choiceTyped(form url.Values, offer *models.OfferView) (choice []string) {
	for i := range offer.Version.Choices.Options {
		choice = append(choice, form.Get("choice_"+strconv.Itoa(i)))
	}
	return choice
}

// repriced counts what was typed. Where the page showed another price than that, or the buyer asks for it, it is shown
// before anything else happens: the button says what will be paid. Problems, where the buyer asked.
func (s *Server) repriced(v *visit, fan *fanPage, typed *views.BuyForm, asked bool) (bool, error) {
	quote, err := s.store.Quote(v.ctx(), models.Purchase{
		Offer: fan.offer.Offer, Shop: fan.offer.Shop, Email: typed.Email, Quantity: typed.Quantity, Choice: typed.Choice, Amount: typed.Amount, Code: typed.Code, Country: typed.Country,
	})
	var problems models.Problems
	if err != nil && !errors.As(err, &problems) {
		return false, err
	}
	fan.offer.Quote = &quote
	if err != nil && !asked {
		return false, nil // the purchase finds these and all others
	}
	typed.Repriced = err == nil && (asked || quote.Seal(&fan.offer.Offer.Version, typed.Country) != typed.Seal)
	return typed.Repriced, err
}

// askAgain asks whoever bought this a short while ago, in this same browser, whether another is meant.
func (s *Server) askAgain(v *visit, fan *fanPage, order *models.Order, form url.Values) error {
	token, err := s.store.OrderToken(order)
	if err != nil {
		return err
	}
	fan.frame.Title, fan.frame.NoIndex = v.W.T("buy.again.title"), true
	v.Response().Header().Set("Referrer-Policy", "no-referrer")
	return v.renderStill(http.StatusUnprocessableEntity, views.BoughtPage(fan.frame, views.BoughtAsk{Offer: fan.offer.Offer, Order: order, Token: token, Typed: form}))
}

// refuseCheckout shows the offer again, as it is now, with what was typed and why it could not be bought.
func (s *Server) refuseCheckout(v *visit, fan *fanPage, typed views.BuyForm, cause error) error {
	status, wait := http.StatusServiceUnavailable, 30*time.Second
	var problems models.Problems
	var limit *tooMany
	switch {
	case v.ctx().Err() != nil: // the buyer went away; nobody is refused anything
		return cause
	case errors.As(cause, &problems):
		return s.showBuyProblems(v, fan, typed, problems)
	case errors.As(cause, &limit):
		status, wait = http.StatusTooManyRequests, limit.wait
		typed.Notice = v.W.T("problem.too_many", "Wait", v.W.Duration(limit.wait))
	case errors.Is(cause, payments.ErrAway):
		typed.Notice = v.W.T("problem.stripe.away")
	case errors.Is(cause, payments.ErrRefused):
		status, wait = http.StatusBadGateway, 0
		typed.Notice = v.W.T("buy.refused")
	case models.Unavailable(cause):
		typed.Notice = v.W.T("buy.unavailable")
	default:
		return cause
	}
	s.log.Warn("no checkout", "id", requestID(v), "status", status, "error", cause.Error())
	if wait > 0 {
		v.Response().Header().Set("Retry-After", strconv.Itoa(int(wait.Round(time.Second).Seconds())))
	}
	return fan.show(v, status, typed)
}

func (s *Server) showBuyProblems(v *visit, fan *fanPage, typed views.BuyForm, problems models.Problems) error {
	typed.Errors = v.problems(problems)
	if p := problems.For("offer"); p != nil {
		if p.Code == "shop.not_ready" { // its words tell a merchant what to do
			typed.Errors["offer"] = v.W.T("buy.shop_closed.sentence")
		}
		fresh, err := s.fanPage(v, fan.offer.Offer.Slug)
		if err != nil {
			return err
		}
		fresh.offer.Quote = fan.offer.Quote
		fan = fresh
		if err := s.withTurn(v, fan, typed.Wait); err != nil {
			return err
		}
	}
	return fan.show(v, http.StatusUnprocessableEntity, typed)
}
