package social

import (
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
)

// TestNoCardYet: the item is set aside without a charge, one answer shows the way, and whoever then syncs is asked in the
// wallet and by letter; nobody else's stock is touched, and what is not claimed comes back.
func TestNoCardYet(t *testing.T) {
	t.Parallel()
	l := openLoop(t)
	ctx := t.Context()
	reply := l.writes("mira_okafor", "@maisonkestrel #BuyApron", l.root)
	l.wants(reply, models.OutcomeNoCard, "no_wallet")
	if held, _ := l.held(l.offer); held != 1 || !strings.Contains(l.said(reply), tillbird+"/sync") || reply.Confirmation != nil {
		t.Fatalf("held %d, %q", held, l.said(reply))
	}
	more := l.writes("mira_okafor", "@maisonkestrel #BuyApron again", l.root)
	l.wants(more, models.OutcomeNoCard, "not_held")
	l.wants(l.writes("lucbernard", "@maisonkestrel #BuyApron x2", l.root), models.OutcomeNoCard, "not_held") // half of the shelf at most
	lucs := l.writes("lucbernard", "@maisonkestrel #BuyApron", l.root)
	l.wants(lucs, models.OutcomeNoCard, "no_wallet")
	l.must(l.store.ExpireConfirmations(ctx)) // not over yet

	fan := l.agrees("mira_okafor")
	claim := models.ClaimReplies{FanID: fan.ID}
	l.must(l.pay.Claim(ctx, claim)) // no card yet
	l.keeps(fan, goodCard)
	for range 2 {
		l.must(l.pay.Claim(ctx, claim))
	}
	reply = l.look(reply.ID)
	if reply.Confirmation == nil || reply.Confirmation.State != "asked" || reply.Order.Email != "mira_okafor@example.com" || reply.FanID == nil {
		t.Fatalf("%+v %+v", reply.Confirmation, reply.Order)
	}
	if _, err := l.store.LatestLetter(ctx, "confirm_order", "mira_okafor@example.com"); err != nil {
		t.Fatal(err)
	}
	// The wallet is new; for what it was made for it need not wait.
	if _, err := l.store.Confirm(ctx, l.fresh(fan), *reply.OrderID, "wallet"); err != nil {
		t.Fatal(err)
	}
	l.must(l.pay.Charge(ctx, models.ChargeConfirmed{OrderID: *reply.OrderID}))
	if reply = l.look(reply.ID); reply.Came() != "paid" {
		t.Fatal(reply.Came())
	}
	l.sb.Advance(16 * time.Minute)
	l.must(l.pay.MindConfirmations(ctx))
	if lucs = l.look(lucs.ID); lucs.Came() != "order_expired" {
		t.Fatal(lucs.Came())
	}
	luc := l.synced("lucbernard", goodCard)
	l.must(l.pay.Claim(ctx, models.ClaimReplies{FanID: luc.ID})) // too late
	if held, sold := l.held(l.offer); held != 0 || sold != 1 || l.look(lucs.ID).Confirmation != nil {
		t.Fatalf("held %d, sold %d", held, sold)
	}
}

// TestWhatIsNotForSale: each refusal has its reason on the row and one short answer, or silence.
func TestWhatIsNotForSale(t *testing.T) {
	t.Parallel()
	l := openLoop(t)
	ctx := t.Context()
	people := []string{"mira_okafor", "lucbernard", "yuki_draws"}
	for _, person := range people {
		l.synced(person, goodCard)
	}
	turn := 0
	refused := func(offer *models.OfferView, text, outcome, reason, answer string) {
		t.Helper()
		turn++
		view := l.writes(people[turn%3], "@maisonkestrel #"+offer.Version.Hashtag+text, "")
		l.wants(view, outcome, reason)
		if said := l.said(view); answer == "" && view.Answer != nil || !strings.Contains(said, answer) {
			t.Fatalf("%s: %q", reason, said)
		}
		if view.OrderID != nil {
			t.Fatalf("%s: an order was made", reason)
		}
	}
	form := models.OfferForm{Price: "12,00", Currency: "eur", Stock: "2", Fulfilment: "nothing"}
	sells := func(tag string, changes ...func(*models.OfferForm)) *models.OfferView {
		t.Helper()
		f := form
		f.Title, f.Hashtag = tag, "#"+tag
		return l.sells(f, changes...)
	}
	scarce := sells("BuyScarce", func(f *models.OfferForm) { f.Limit = "2" })
	refused(scarce, " x3", models.OutcomeAsked, "above_limit", "more than one person may have")
	first := sells("BuyFirst", func(f *models.OfferForm) { f.Keeping = "first_paid" })
	unheld := l.writes("ingridsol", "@maisonkestrel #BuyFirst", "")
	l.wants(unheld, models.OutcomeNoCard, "no_wallet")
	if held, _ := l.held(first); held != 0 || !strings.Contains(l.said(unheld), "Nothing is set aside") {
		t.Fatalf("held %d: %s", held, l.said(unheld))
	}
	few := sells("BuyFew")
	refused(few, " x3", models.OutcomeRefused, "above_stock", "Only 2 left")
	l.wants(l.writes("mira_okafor", "@maisonkestrel #BuyFew x2", ""), models.OutcomeAwaiting, "waits")
	refused(few, "", models.OutcomeRefused, "sold_out", "/o/"+few.Slug)
	l.wants(l.writes("mira_okafor", "@maisonkestrel cancel", ""), models.OutcomeCancelled, "let_go")
	l.must(l.store.Pause(ctx, l.shop, l.user, &few.Offer))
	refused(few, "", models.OutcomeRefused, "paused", "cannot be bought just now")
	over := sells("BuyOver")
	l.must(l.store.End(ctx, l.shop, l.user, &over.Offer))
	refused(over, "", models.OutcomeRefused, "ended", "is over")
	later := sells("BuyLater", func(f *models.OfferForm) {
		f.StartsAt = l.sb.Now().In(l.shop.Zone()).Add(48 * time.Hour).Format("2006-01-02T15:04")
	})
	refused(later, "", models.OutcomeRefused, "not_begun", "has not begun")
	chosen := sells("BuyChosen", func(f *models.OfferForm) { f.ChosenPrice = "on" })
	refused(chosen, "", models.OutcomeRefused, "chosen_price", "/o/"+chosen.Slug)
	dear := sells("BuyDear", func(f *models.OfferForm) { f.Price = "100,01" })
	refused(dear, "", models.OutcomeRefused, "cap_order", "/wallet")
	yen := sells("BuyYen", func(f *models.OfferForm) { f.Price, f.Currency = "1000", "jpy" })
	refused(yen, "", models.OutcomeRefused, "cap_currency", "/wallet")
	gone := sells("BuyGone")
	l.must(l.store.TakeDown(ctx, l.admin, &gone.Offer, "Not what it says."))
	refused(gone, "", models.OutcomeNothing, "moderation", "")
	l.sb.Advance(25 * time.Hour)
	wide := sells("BuyWide", func(f *models.OfferForm) {
		f.Options, f.Stock = []models.OptionTyped{{Name: "Size", Values: "S, M"}}, ""
		*f = f.Combined()
	})
	refused(wide, "", models.OutcomeAsked, "option_missing", "Size: S, M")
	refused(wide, " XL", models.OutcomeAsked, "option_unknown", "Size: S, M")
	l.wants(l.writes("mira_okafor", "@maisonkestrel #BuyWide m", ""), models.OutcomeAwaiting, "waits")
	refused(wide, " S is it warm?", models.OutcomeAsked, "question", "/o/"+wide.Slug)
	l.wants(l.writes("lucbernard", "@maisonkestrel not buying #BuyWide S", ""), models.OutcomeNothing, "negated")
	l.wants(l.writes("lucbernard", "@maisonkestrel nice to see you", ""), models.OutcomeNothing, "no_tag")
}

// TestOwnLimitsOfAFan: what a wallet says stands in the way is not told in public; it is told where to look.
func TestOwnLimitsOfAFan(t *testing.T) {
	t.Parallel()
	l := openLoop(t, func(f *models.OfferForm) { f.Stock = "50" })
	ctx := t.Context()
	homeless := l.agrees("yuki_draws", func(f *models.FanForm) { f.Address, f.Name, f.Country = "", "", "" })
	l.keeps(homeless, goodCard)
	cooling := l.writes("yuki_draws", "@maisonkestrel #BuyApron", l.root)
	l.wants(cooling, models.OutcomeRefused, "address")
	fan := l.agrees("mira_okafor")
	l.keeps(fan, goodCard)
	view := l.writes("mira_okafor", "@maisonkestrel #BuyApron", l.root)
	l.wants(view, models.OutcomeRefused, "cooling")
	if said := l.said(view); !strings.Contains(said, tillbird+"/wallet") || strings.Contains(said, "new") {
		t.Fatal(said)
	}
	l.sb.Advance(2 * time.Minute)
	for range 3 {
		l.wants(l.writes("mira_okafor", "@maisonkestrel #BuyApron", l.root), models.OutcomeAwaiting, "waits")
	}
	l.wants(l.writes("mira_okafor", "@maisonkestrel #BuyApron", l.root), models.OutcomeRefused, "holds")
	l.wants(l.writes("mira_okafor", "@maisonkestrel annuler", ""), models.OutcomeCancelled, "let_go")
	if held, _ := l.held(l.offer); held != 0 {
		t.Fatalf("held %d", held)
	}
	l.wants(l.writes("mira_okafor", "@maisonkestrel cancel", ""), models.OutcomeCancelled, "none")
	l.must(l.store.RemoveFanCard(ctx, fan, l.usual(fan).ID, "mira_okafor", ""))
	l.wants(l.writes("mira_okafor", "@maisonkestrel #BuyApron", l.root), models.OutcomeNoCard, "no_card")
	l.must(l.store.StopFan(ctx, fan, "mira_okafor", ""))
	l.wants(l.writes("mira_okafor", "@maisonkestrel #BuyApron", l.root), models.OutcomeNothing, "wallet_stopped")
}

func (l *loop) usual(fan *models.Fan) *models.FanCard {
	l.t.Helper()
	card, err := l.store.UsualCard(l.t.Context(), fan)
	l.must(err)
	return card
}

// TestStop: in either language, whatever else the post says: acknowledged once, silent for good, in every shop, and
// nothing unconfirmed is left.
func TestStop(t *testing.T) {
	t.Parallel()
	l := openLoop(t)
	ctx := t.Context()
	fan := l.synced("mira_okafor", goodCard)
	asked := l.writes("mira_okafor", "@maisonkestrel #BuyApron", l.root)
	stop := l.writes("mira_okafor", "@maisonkestrel STOP #BuyApron", asked.Answer.RemoteID)
	l.wants(stop, models.OutcomeStopped, "stop")
	if !strings.Contains(l.said(stop), "last answer") || l.look(asked.ID).Came() != "order_cancelled" {
		t.Fatalf("%q, %s", l.said(stop), l.look(asked.ID).Came())
	}
	again := l.writes("mira_okafor", "@maisonkestrel arrêter !", "")
	l.wants(again, models.OutcomeStopped, "again")
	order := l.writes("mira_okafor", "@maisonkestrel #BuyApron", l.root)
	l.wants(order, models.OutcomeNothing, "silenced")
	if again.Answer != nil || order.Answer != nil {
		t.Fatal("spoken to after STOP")
	}
	if held, _ := l.held(l.offer); held != 0 {
		t.Fatalf("held %d", held)
	}
	if l.usual(fan) == nil || l.fresh(fan).StoppedAt != nil {
		t.Fatal("the wallet is its owner's to end")
	}
	l.must(l.store.AnswerAgain(ctx, fan, "mira_okafor", ""))
	l.wants(l.writes("mira_okafor", "@maisonkestrel #BuyApron", l.root), models.OutcomeAwaiting, "waits")
	stranger := l.writes("lucbernard", "@maisonkestrel #BuyApron", l.root)
	l.wants(l.writes("lucbernard", "@maisonkestrel arrêter", ""), models.OutcomeStopped, "stop")
	if l.look(stranger.ID).Came() != "order_cancelled" {
		t.Fatal(l.look(stranger.ID).Came())
	}
	nuisance := l.writes("yuki_draws", "@maisonkestrel #BuyApron", l.root)
	l.wants(nuisance, models.OutcomeNoCard, "no_wallet")
	asked = l.writes("mira_okafor", "@maisonkestrel #BuyApron", l.root)
	l.wants(asked, models.OutcomeAwaiting, "waits")
	for _, reply := range []*models.ReplyView{nuisance, asked} {
		l.must(l.store.Silence(ctx, l.shop, l.user, &reply.Reply))
		if came := l.look(reply.ID).Came(); came != "order_cancelled" {
			t.Fatalf("what a nuisance ordered is %s", came)
		}
	}
	l.wants(l.writes("yuki_draws", "@maisonkestrel #BuyApron", l.root), models.OutcomeNothing, "abuse")
}

// TestHelpAndNonsense: help once a day; after five replies that come to nothing there is silence, and CONFIRM is heard.
func TestHelpAndNonsense(t *testing.T) {
	t.Parallel()
	l := openLoop(t)
	l.synced("mira_okafor", goodCard)
	asked := l.writes("mira_okafor", "@maisonkestrel #BuyApron", l.root)
	help := l.writes("lucbernard", "@maisonkestrel aide", "")
	l.wants(help, models.OutcomeHelped, "help")
	if !strings.Contains(l.said(help), "STOP") {
		t.Fatal(l.said(help))
	}
	again := l.writes("lucbernard", "@maisonkestrel HELP", "")
	l.wants(again, models.OutcomeHelped, "again")
	if again.Answer != nil {
		t.Fatal("helped twice")
	}
	for range 5 {
		l.wants(l.writes("mira_okafor", "@maisonkestrel #BuyApron x2 x3", l.root), models.OutcomeAsked, "two_quantities")
	}
	quiet := l.writes("mira_okafor", "@maisonkestrel #BuyApron x2 x3", l.root)
	l.wants(quiet, models.OutcomeNothing, "nonsense")
	if quiet.Answer != nil {
		t.Fatal("answered")
	}
	l.wants(l.writes("mira_okafor", "@maisonkestrel CONFIRM "+l.store.ReplyCode(asked.ID), asked.Answer.RemoteID), models.OutcomeConfirmed, "in_time")
	l.sb.Advance(25 * time.Hour)
	l.wants(l.writes("mira_okafor", "@maisonkestrel #BuyApron x2 x3", l.root), models.OutcomeAsked, "two_quantities")
}

// TestPricedForTheFansAddress: what the answer says is what is charged: delivery by the zone of the fan's own address, also
// where the item was set aside before that was known; where the shop does not send, and where tax has to be counted, the
// page sells.
func TestPricedForTheFansAddress(t *testing.T) {
	t.Parallel()
	l := openLoop(t)
	ctx := t.Context()
	ships := func(tax string) {
		t.Helper()
		form := models.ShippingForm{Zone: map[string]string{"FR": "1", "DE": "2"}, Tax: tax}
		form.Rates[0], form.Rates[1] = "5", "9,50"
		l.must(l.store.UpdateShipping(ctx, l.shop, l.user, form))
	}
	ships("off")
	in := func(country string) func(*models.FanForm) { return func(f *models.FanForm) { f.Country = country } }
	for person, country := range map[string]string{"mira_okafor": "DE", "lucbernard": "US", "yuki_draws": "FR"} {
		l.keeps(l.agrees(person, in(country)), goodCard)
	}
	l.sb.Advance(2 * time.Minute)
	reply := l.writes("mira_okafor", "@maisonkestrel #BuyApron", l.root)
	l.wants(reply, models.OutcomeAwaiting, "waits")
	if !strings.Contains(l.said(reply), "€51.50") || reply.Order.Shipping != 950 {
		t.Fatalf("%q %+v", l.said(reply), reply.Order)
	}
	word := l.charge(l.writes("mira_okafor", "@maisonkestrel CONFIRM "+l.store.ReplyCode(reply.ID), reply.Answer.RemoteID))
	if word.Order.Payment != "paid" || word.Order.Total != 5150 {
		t.Fatalf("%s %d", word.Order.Payment, word.Order.Total)
	}
	far := l.writes("lucbernard", "@maisonkestrel #BuyApron", l.root)
	l.wants(far, models.OutcomeRefused, "no_shipping")
	if !strings.Contains(l.said(far), tillbird+"/p/") {
		t.Fatal(l.said(far))
	}
	early := l.writes("samirhaddad", "@maisonkestrel #BuyApron", l.root)
	l.wants(early, models.OutcomeNoCard, "no_wallet")
	if early.Order.Total != 4700 { // as at home
		t.Fatal(early.Order.Total)
	}
	fan := l.agrees("samirhaddad", in("DE"))
	l.keeps(fan, goodCard)
	l.must(l.pay.Claim(ctx, models.ClaimReplies{FanID: fan.ID}))
	early = l.look(early.ID)
	if early.Order.Total != 5150 || early.Order.ShipTo != "DE" {
		t.Fatalf("%+v", early.Order)
	}
	_, err := l.store.Confirm(ctx, l.fresh(fan), *early.OrderID, "wallet")
	l.must(err)
	l.must(l.pay.Charge(ctx, models.ChargeConfirmed{OrderID: *early.OrderID}))
	if early = l.look(early.ID); early.Came() != "paid" {
		t.Fatal(early.Came())
	}
	ships("exclusive")
	taxed := l.writes("yuki_draws", "@maisonkestrel #BuyApron", l.root)
	l.wants(taxed, models.OutcomeRefused, "tax")
	if taxed.OrderID != nil || !strings.Contains(l.said(taxed), tillbird+"/p/") {
		t.Fatal(l.said(taxed))
	}
}
