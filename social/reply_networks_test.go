package social

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
)

// orders lets replies on a network buy; nothing is charged, so Stripe is not asked.
func (s *shopOnX) orders(name string, network Network, form models.OfferForm) *models.PostView {
	s.t.Helper()
	pay, err := payments.New(s.store, payments.Settings{
		SecretKey: "sk_test_nothing", WebhookSecret: "whsec_none", ConnectWebhookSecret: "whsec_none_either", BaseURL: tillbird, Country: "FR", ShopCountries: []string{"FR"}, OnBehalfOf: true,
	}, slog.New(slog.DiscardHandler))
	s.must(err)
	l := &loop{shopOnX: s}
	s.offer = l.sells(form)
	view := s.outOn(name, network, "New: linen aprons #"+s.offer.Version.Hashtag)
	s.out = NewPublisher(s.store, PublisherSettings{BaseURL: tillbird, Social: &Social{networks: map[string]Network{name: network}}, Order: pay.OrderByReply}, slog.New(slog.DiscardHandler))
	return view
}

// wallet makes somebody a fan with a card that no Stripe knows.
func (s *shopOnX) wallet(who models.Identity) {
	s.t.Helper()
	ctx := s.t.Context()
	fan, err := s.store.EnterFan(ctx, who, nil, "fr", "")
	s.must(err)
	s.must(s.store.Agree(ctx, fan, models.FanForm{
		Agreed: true, Email: "dora@example.com", Currency: "eur", CapOrder: "100", CapDay: "300", Name: "Dora", Address: "3 rue du Port", Country: "FR", Language: "fr",
	}, 0))
	letter, err := s.store.LatestLetter(ctx, "fan_email", "dora@example.com")
	s.must(err)
	s.must(s.store.ConfirmFanEmail(ctx, letter.Secret))
	setup, err := s.store.OpenCardSetup(ctx, fan)
	s.must(err)
	s.must(s.store.KeepFanCard(ctx, setup, models.KeptCard{Method: "pm_dora", Brand: "visa", Last4: "4242", ExpMonth: 12, ExpYear: 2090}))
}

// cameIn keeps what was written and has it decided and answered.
func (s *shopOnX) cameIn(in models.Arrived) *models.ReplyView {
	s.t.Helper()
	ctx := s.t.Context()
	_, err := s.store.KeepReplies(ctx, s.profile, "poll", []models.Arrived{in})
	s.must(err)
	ids, err := s.store.UnreadReplies(ctx, s.store.Now(), 10)
	s.must(err)
	for range 2 {
		s.must(s.out.ReadReply(ctx, ids[0]))
	}
	due, err := s.store.DueAnswers(ctx, 10)
	s.must(err)
	for _, id := range append(due, due...) {
		s.must(s.out.Answer(ctx, id))
	}
	view, err := s.store.ReplyIn(ctx, s.shop, ids[0])
	s.must(err)
	return view
}

var apronForm = models.OfferForm{Title: "Linen apron", Price: "42,00", Currency: "eur", Stock: "5", Fulfilment: "ship", Hashtag: "#BuyApron"}

// TestTheLoopOnBluesky: reply, answer in the fan's own language, word, by Bluesky's own software.
func TestTheLoopOnBluesky(t *testing.T) {
	t.Parallel()
	b := startBluesky(t)
	_, password := b.somebody("kestrel")
	_, fans := b.somebody("dora")
	grant, fan := b.enter("kestrel.test", password), b.enter("dora.test", fans)
	s := sellingShop(t, time.Now)
	s.connect(Bluesky, grant)
	post := s.orders(Bluesky, b.client, apronForm)
	s.wallet(models.Identity{Network: Bluesky, RemoteID: fan.Account, Handle: fan.Handle})
	writes := func(text string, parent Ref) *models.ReplyView {
		t.Helper()
		out := b.publish(fan, Message{Text: text, ReplyTo: &parent})
		return s.cameIn(models.Arrived{
			RemoteID: out.ID, RemoteVersion: out.Version, RootID: post.RemoteID, RootVersion: post.RemoteVersion, ParentID: parent.ID,
			AuthorID: fan.Account, AuthorHandle: fan.Handle, Text: text, WrittenAt: time.Now(),
		})
	}
	reply := writes("#BuyApron x2", Ref{ID: post.RemoteID})
	if reply.Outcome != models.OutcomeAwaiting || reply.Answer.State != "sent" || !strings.Contains(reply.Answer.Text, "Répondez CONFIRMER "+s.store.ReplyCode(reply.ID)) {
		t.Fatalf("%s %s %+v", reply.Outcome, reply.Reason, reply.Answer)
	}
	there, err := b.client.Find(t.Context(), grant, Message{Text: reply.Answer.Text, ReplyTo: &Ref{ID: reply.RemoteID}})
	if err != nil || there == nil || there.ID != reply.Answer.RemoteID || len(b.posts(grant)) != 2 {
		t.Fatalf("%+v %v, %d posts", there, err, len(b.posts(grant)))
	}
	word := writes("confirmer "+strings.ToLower(s.store.ReplyCode(reply.ID)), Ref{ID: reply.Answer.RemoteID})
	if word.Outcome != models.OutcomeConfirmed || *word.OrderID != *reply.OrderID || word.Confirmation.ConfirmedBy != "reply" {
		t.Fatalf("%s %s", word.Outcome, word.Reason)
	}
	stop := writes("ARRÊTER", Ref{ID: post.RemoteID})
	if stop.Outcome != models.OutcomeStopped || stop.Answer.State != "sent" {
		t.Fatalf("%s %s %+v", stop.Outcome, stop.Reason, stop.Answer)
	}
}

// TestTheLoopOnMastodon: an answer names whom it answers, since nobody is told of it otherwise, and what is private is for
// that one alone.
func TestTheLoopOnMastodon(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"thanks", "discreet"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			l := startMastodon(t)
			s := sellingShop(t, l.sb.Now)
			grant := l.signIn("maisonkestrel")
			s.connect(Mastodon, grant)
			form := apronForm
			form.Reply = way
			post := s.orders(Mastodon, l.client, form)
			who := "mira_okafor@" + hostOf(l.base)
			s.wallet(models.Identity{Network: Mastodon, RemoteID: who, Handle: who})
			writes := func(text, parent string) *models.ReplyView {
				t.Helper()
				l.sb.Advance(time.Second)
				id := l.says(grant, "mira_okafor", text, parent, "public")
				return s.cameIn(models.Arrived{RemoteID: id, RootID: post.RemoteID, ParentID: parent, AuthorID: who, AuthorHandle: who, Text: text, WrittenAt: l.sb.Now()})
			}
			reply := writes("#BuyApron", post.RemoteID)
			if reply.Outcome != models.OutcomeAwaiting || reply.Answer.State != "sent" || !strings.HasPrefix(reply.Answer.Text, "@"+who+" ") || reply.Answer.Private != (way == "discreet") {
				t.Fatalf("%s %s %+v", reply.Outcome, reply.Reason, reply.Answer)
			}
			if strings.Contains(reply.Answer.Text, "apron") == (way == "discreet") {
				t.Fatal(reply.Answer.Text)
			}
			word := writes("CONFIRMER "+s.store.ReplyCode(reply.ID), reply.Answer.RemoteID)
			if word.Outcome != models.OutcomeConfirmed {
				t.Fatalf("%s %s", word.Outcome, word.Reason)
			}
		})
	}
}
