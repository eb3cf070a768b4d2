package social

import (
	"context"
	"strings"
	"time"

	"github.com/tillbird/tillbird/models"
)

// How long an answer makes sense: one that comes later than answerLate only puzzles; the last word may take longer.
const (
	answerLate = 15 * time.Minute
	thanksLate = 2 * time.Hour
)

// answer is a text of ours, which is like no other: networks refuse the same words twice.
func (r *reading) answer(kind string, lasts time.Duration, pairs ...any) *models.PublicAnswer {
	return r.fitting(kind, "", "", lasts, pairs...)
}

// fitting is answer for a text of which one part may be cut so that it fits its network.
func (r *reading) fitting(kind, name, part string, lasts time.Duration, pairs ...any) *models.PublicAnswer {
	write := func(part string) string {
		text := r.w.T("answer."+kind, append([]any{name, part}, pairs...)...)
		if kind != "confirm" && kind != "confirm_plain" { // they have their code
			text += " (" + r.store.ReplyMark(r.reply.ID) + ")"
		}
		if r.reply.Network == Mastodon { // nobody is told of an answer that does not name them
			text = addressed(text, r.reply.AuthorID)
		}
		return text
	}
	text := write(part)
	for Measure(r.reply.Network, text, "").Over > 0 {
		cut := cutWord(strings.TrimSuffix(part, "…"))
		if cut == "" {
			break
		}
		part = cut + "…"
		text = write(part)
	}
	return &models.PublicAnswer{Kind: strings.Split(kind, ".")[0], Text: text, DropAt: r.store.Now().Add(lasts)}
}

// call is what somebody has to write so that it reaches us: on X the account is told only of posts that name it.
func (r *reading) call(what string) string {
	if r.reply.Network == X {
		return "@" + r.profile.Handle + " " + what
	}
	return what
}

// item is what is bought, in words.
func item(offer *models.OfferView, order *models.Order) string {
	title := offer.Version.Title
	if order.Variant != "" {
		title += " (" + order.Variant + ")"
	}
	return title
}

// question asks to confirm an order, with all that it costs. Of a discreet offer it says nothing in public.
func (r *reading) question(offer *models.OfferView, order *models.Order) *models.PublicAnswer {
	lasts := order.OpenUntil.Sub(r.store.Now())
	if lasts <= 0 {
		return nil
	}
	if offer.Discreet {
		a := r.answer("private", lasts, "Link", r.set.BaseURL+"/wallet")
		a.Private = true
		return a
	}
	kind := "confirm_plain"
	if offer.Version.Fulfilment == "ship" {
		kind = "confirm"
	}
	minutes := max(int64(lasts.Round(time.Minute)/time.Minute), 1)
	what := item(offer, order)
	if order.Quantity > 1 {
		what = r.w.T("answer.several", "Item", what, "Quantity", order.Quantity)
	}
	a := r.fitting(kind, "Item", what, lasts, "Total", order.Money(order.Total), "Minutes", minutes, "Call", r.call(r.w.T("answer.call", "Code", r.store.ReplyCode(r.reply.ID))))
	a.Kind = "confirm"
	return a
}

// syncing says how to sync a card. The address holds nothing of the person: who comes back from the network is known by it.
func (r *reading) syncing(offer *models.OfferView, held bool) *models.PublicAnswer {
	kind := "sync_free"
	if held {
		kind = "sync"
	}
	a := r.answer(kind, answerLate, "Link", r.set.BaseURL+"/sync", "Minutes", int64(offer.ReplyLasts()/time.Minute))
	a.Private = offer.Discreet
	return a
}

// asking says what was not clear.
func (r *reading) asking(offer *models.OfferView) *models.PublicAnswer {
	kind := "ask." + r.read.Reason
	if !r.w.Has("answer." + kind) {
		kind = "ask.unclear"
	}
	if offer == nil || r.read.Reason == "code_missing" {
		return r.answer(kind, answerLate, "Call", r.call(""))
	}
	a := r.fitting(kind, "Options", optionsOf(offer), answerLate, "Call", r.call("#"+offer.Version.Hashtag), "Link", r.linkTo(offer))
	a.Private = offer.Discreet
	return a
}

// optionsOf are the names and values to choose from.
func optionsOf(offer *models.OfferView) string {
	var list []string
	for _, option := range offer.Version.Choices.Options {
		list = append(list, option.Name+": "+strings.Join(option.Values, ", "))
	}
	return strings.Join(list, "; ")
}

// linkTo is where an offer is bought by card; it remembers the post.
func (r *reading) linkTo(offer *models.OfferView) string {
	if r.post != nil && r.post.OfferID == offer.ID {
		return r.Link(r.post)
	}
	return r.set.BaseURL + "/o/" + offer.Slug
}

// refusal says why it cannot be had. What concerns the author's own wallet is nobody else's business: it is told there.
func (r *reading) refusal(offer *models.OfferView, reason string, data ...any) *models.PublicAnswer {
	kind := reason
	switch reason {
	case "paused", "not_ready":
		kind = "paused"
	case "cooling", "holds", "wallet", "wallet_stopped", "cap_order", "cap_day", "cap_currency", "address":
		return r.answer("wallet", answerLate, "Link", r.set.BaseURL+"/wallet")
	case "tax", "chosen_price", "consent", "no_shipping", "price":
		kind = "by_page"
	}
	if offer.Discreet {
		kind = "paused"
	}
	return r.answer(kind, answerLate, append([]any{"Link", r.linkTo(offer)}, data...)...)
}

// say answers a confirmation or a cancellation. What is confirmed is answered when it is known whether it was paid.
func (r *reading) say(_ context.Context, outcome, reason, _ string) *models.PublicAnswer {
	if outcome == models.OutcomeConfirmed {
		return nil
	}
	return r.answer(outcome+"."+reason, answerLate)
}

// Thank has the last word to whoever confirmed an order by reply: thanks, or to look into the mail; nothing that is
// private, and nothing at all where the shop does not want to thank.
func (p *Publisher) Thank(ctx context.Context, orderID string) error {
	reply, err := p.store.LastWord(ctx, orderID)
	if err != nil {
		return notThere(err)
	}
	order, err := p.store.Order(ctx, orderID)
	if err != nil {
		return err
	}
	confirmation, err := p.store.Confirmation(ctx, orderID)
	if err != nil {
		return err
	}
	view, err := p.store.OrderView(ctx, order)
	if err != nil {
		return err
	}
	kind := ""
	switch {
	case order.Shortfall || confirmation.State == "linked" && order.Payment == "pending":
		kind = "check"
	case order.Payment == "paid" && view.Offer.Thanks && !view.Offer.Discreet:
		kind = "thanks"
	default:
		return nil
	}
	r, err := p.writer(ctx, reply)
	if err != nil {
		return err
	}
	return p.store.AnswerLast(ctx, reply, *r.answer(kind, thanksLate))
}
