package mail_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/tillbird/tillbird/mail"
	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
)

const base = "https://till.example.com"

// world is a store with a shop in it, a mail server, and the sender between them. Jobs are not worked: the test sends.
type world struct {
	t      *testing.T
	store  *models.Store
	clock  *storetest.Clock
	server *server
	mail   *mail.Mail
	lang   string
	owner  *models.User
	admin  *models.User
	shop   *models.Shop
}

func settings(server *server) mail.Settings {
	return mail.Settings{Host: "127.0.0.1", Port: server.port, From: "Tillbird <till@till.example.com>", TLS: "none", BaseURL: base + "/", Operator: "Harbour Co-op"}
}

func newWorld(t *testing.T, lang string) *world {
	t.Helper()
	store, clock := storetest.Open(t)
	w := &world{t: t, store: store, clock: clock, server: newServer(t), lang: lang}
	w.mail = mail.New(store, settings(w.server), slog.New(slog.DiscardHandler))
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// open makes the merchant, the admin and the shop.
func (w *world) open() {
	w.t.Helper()
	ctx := w.t.Context()
	var err error
	w.owner, err = w.store.CreateUser(ctx, models.SignUp{Email: "ana@example.com", Password: "a quiet harbour", Language: w.lang})
	w.must(err)
	w.admin, err = w.store.CreateAdmin(ctx, "admin@example.com", "a watchful heron", "en")
	w.must(err)
	w.shop, err = w.store.CreateShop(ctx, w.owner, models.NewShop{Name: "Maison Kestrel", Handle: "kestrel", Country: "FR", Currency: "eur", TimeZone: "Europe/Paris", Language: w.lang}, []string{"FR"})
	w.must(err)
	w.must(w.store.UpdateShop(ctx, w.shop, w.owner, models.ShopSettings{
		Name: "Maison Kestrel", TimeZone: "Europe/Paris", Language: w.lang, SupportEmail: "help@kestrel.example.com",
		SellerName: "Kestrel SARL", SellerAddress: "3 quai du Port\r\n29000 Quimper", ReturnsPolicy: "Unworn, within 30 days.",
	}))
	w.must(w.store.ConnectAccount(ctx, w.shop, "acct_1", false))
	w.shop, err = w.store.RecordAccount(ctx, models.Account{ID: "acct_1", ChargesEnabled: true, PayoutsEnabled: true, DetailsSubmitted: true, Transfers: "active", CardPayments: "active", FetchedAt: w.store.Now()}, true)
	w.must(err)
}

// offer sends an offer to review and decides on it.
func (w *world) offer(title, fulfilment, stock string, decision models.Decision) *models.Offer {
	w.t.Helper()
	ctx := w.t.Context()
	offer, err := w.store.CreateOffer(ctx, w.shop, w.owner, models.OfferForm{Title: title, Price: "42,00", Currency: "eur", Stock: stock, Fulfilment: fulfilment})
	w.must(err)
	w.must(w.store.SendToReview(ctx, w.shop, w.owner, offer))
	queue, err := w.store.ReviewQueue(ctx)
	w.must(err)
	w.must(w.store.Decide(ctx, w.admin, &queue[len(queue)-1], decision))
	return offer
}

// live takes an approved offer live.
func (w *world) live(title, fulfilment, stock string) *models.OfferView {
	w.t.Helper()
	ctx := w.t.Context()
	made := w.offer(title, fulfilment, stock, models.Decision{Verdict: "approved"})
	view, err := w.store.OfferIn(ctx, w.shop, made.Slug)
	w.must(err)
	w.must(w.store.Publish(ctx, w.shop, w.owner, &view.Offer, true))
	view, w.shop, err = w.store.PublicOffer(ctx, made.Slug)
	w.must(err)
	return view
}

// place holds stock for a buyer; pay proves the payment.
func (w *world) place(offer *models.OfferView, email, key string, quantity string) *models.Order {
	w.t.Helper()
	order, _, err := w.store.PlaceOrder(w.t.Context(), models.Purchase{Offer: offer, Shop: w.shop, Email: email, Consent: true, Language: w.lang, Quantity: quantity, AttemptKey: key, OnBehalfOf: true, FeeBasis: 340, FeeFixed: 25, CheckoutLasts: 30 * time.Minute})
	w.must(err)
	w.must(w.store.RecordSession(w.t.Context(), order, "cs_"+key))
	return order
}

func (w *world) pay(order *models.Order, key string) {
	w.t.Helper()
	_, err := w.store.SettleOrder(w.t.Context(), order.ID, models.Payment{
		SessionID: "cs_" + key, PaymentIntentID: "pi_" + key, Amount: order.Total, Currency: order.Currency,
		BuyerName: "Noé Fan", Address: "1 rue des Écoles\n75005 Paris\nFrance", At: w.store.Now(),
	})
	w.must(err)
}

// post sends every letter that waits for these people and gives what arrived, by kind.
func (w *world) post(people ...string) map[string]delivery {
	w.t.Helper()
	arrived := map[string]delivery{}
	for _, who := range people {
		letters, err := w.store.LettersTo(w.t.Context(), who)
		w.must(err)
		for _, letter := range letters {
			if letter.State != "waiting" {
				continue
			}
			w.must(w.mail.Send(w.t.Context(), letter.ID))
			got := w.server.take()
			if len(got) != 1 || len(got[0].to) != 1 || got[0].to[0] != who {
				w.t.Fatalf("%s to %s: %+v", letter.Kind, who, got)
			}
			if id := got[0].message(w.t).Header.Get("Message-ID"); id != "<"+letter.ID+"@till.example.com>" {
				w.t.Errorf("%s: Message-ID %s", letter.Kind, id)
			}
			arrived[letter.Kind] = got[0]
		}
	}
	return arrived
}
