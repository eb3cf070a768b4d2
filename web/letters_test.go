package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

func TestLettersThatStop(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.apron()
	w.buy(offer.Slug, "fan@example.com")
	w.settle()
	sold, err := w.store.LatestLetter(t.Context(), "sold", "ana@example.com")
	w.must(err)
	receipt, err := w.store.LatestLetter(t.Context(), "receipt", "fan@example.com")
	w.must(err)
	if w.store.UnsubscribeToken(receipt) != "" {
		t.Error("a receipt can be stopped")
	}
	token := w.store.UnsubscribeToken(sold)
	link := views.UnsubscribePath(token)
	b := newBrowser(t, w)
	b.get(views.UnsubscribePath(sold.ID + ".0000")).want(http.StatusNotFound)
	b.get(views.UnsubscribePath(receipt.ID + token[strings.Index(token, "."):])).want(http.StatusNotFound)
	b.get(link).want(http.StatusOK, "each sale", "ana@example.com", "Stop these e-mails") // looking changes nothing
	told := func(email string) int {
		t.Helper()
		n := 0
		for _, kind := range w.kinds(email) {
			if kind == "sold" {
				n++
			}
		}
		return n
	}
	w.buy(offer.Slug, "fan2@example.com")
	w.settle()
	if told("ana@example.com") != 2 {
		t.Fatalf("%d letters", told("ana@example.com"))
	}

	// The mailbox's own button, as RFC 8058 has it: no cookies, and an answer without a redirect, from whatever page.
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+link, strings.NewReader("List-Unsubscribe=One-Click"))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", "https://mail.example")
	answer, err := http.DefaultTransport.RoundTrip(request)
	w.must(err)
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("one click: %s", answer.Status)
	}
	w.buy(offer.Slug, "fan3@example.com")
	w.settle()
	if told("ana@example.com") != 2 || len(w.kinds("fan3@example.com")) != 1 {
		t.Errorf("after stopping: %d letters to the shop, %v to the fan", told("ana@example.com"), w.kinds("fan3@example.com"))
	}
	b.get(link).want(http.StatusOK, "You get no more of these e-mails").submit(views.UnsubscribeRemovalPath(token), nil).want(http.StatusOK, "Stop these e-mails")

	// The same choice by the page of the settings; others of the team may have these letters too.
	ana := w.signIn("ana@example.com", anaPassword)
	ana.get(views.LetterChoicesPath).want(http.StatusOK, "Each sale", "Owners always get these")
	ana.submit(views.LetterChoicesPath, url.Values{"sold": {""}}).want(http.StatusOK, "Notifications saved")
	w.member("lee@example.com", "a lamp by the sea", models.Support)
	lee := w.signIn("lee@example.com", "a lamp by the sea")
	lee.get(views.LetterChoicesPath).want(http.StatusOK, "Each sale").submit(views.LetterChoicesPath, url.Values{"sold": {"on"}}).want(http.StatusOK, "saved")
	w.buy(offer.Slug, "fan4@example.com")
	w.settle()
	if told("ana@example.com") != 2 || told("lee@example.com") != 1 {
		t.Errorf("chosen: %d to ana, %d to lee", told("ana@example.com"), told("lee@example.com"))
	}
}

func TestTheLogOfLetters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.apron()
	w.buy(offer.Slug, "fan@example.com")
	w.settle()
	order := w.orderOf("fan@example.com")
	ana := w.signIn("ana@example.com", anaPassword)
	ana.get(views.SalePath(order.Slug)).want(http.StatusOK, "E-mails to the buyer", "Receipt", "Waiting")
	stale := ana.field("seen")
	ana.submit(views.ReceiptsPath(order.Slug), nil).want(http.StatusOK, "on its way to fan@example.com again")
	ana.post(views.ReceiptsPath(order.Slug), url.Values{"seen": {stale}}).want(http.StatusOK, "asked for already")
	if got := w.kinds("fan@example.com"); len(got) != 2 || got[0] != "receipt" {
		t.Errorf("letters to the buyer: %v", got)
	}
	ana.get(views.ShopLettersPath).want(http.StatusOK, "fan@example.com", "Sold").without("Confirm an address", "Trying again fan")
	w.shopOf(w.user("other@example.com", anaPassword), "Other Shop", "othershop")
	w.signIn("other@example.com", anaPassword).get(views.ShopLettersPath).want(http.StatusOK).without("fan@example.com")

	link := w.invite(ana, "lee@example.com", models.Support)
	letter, err := w.store.LatestLetter(t.Context(), "invitation", "lee@example.com")
	w.must(err)
	admin := w.signIn("admin@example.com", adminPassword)
	admin.get(views.LettersPath+"?q=lee%40example").want(http.StatusOK, "lee@example.com", "Invitation").without("fan@example.com")
	w.must(w.store.RecordLetter(context.Background(), letter, fmt.Errorf("%w: 550 no such mailbox", models.ErrRefused)))
	admin.get(views.LettersPath+"?state=failed").want(http.StatusOK, "Refused", "lee@example.com")
	admin.get(views.LetterPath(letter.ID)).want(http.StatusOK, "550 no such mailbox", "Send now")
	if strings.Contains(admin.text(), strings.TrimPrefix(link, "/invitations/")) {
		t.Error("the page shows the secret of the link")
	}
	admin.submit(views.LetterRetryPath(letter.ID), nil).want(http.StatusOK, "being sent")
	again, err := w.store.Letter(t.Context(), letter.ID)
	w.must(err)
	if again.State != "waiting" || again.Failure != "" || again.Tries != 0 {
		t.Errorf("%+v", again)
	}
	w.must(w.store.ClaimLetter(t.Context(), again))
	if err := w.store.ClaimLetter(t.Context(), again); !errors.Is(err, models.ErrChanged) {
		t.Errorf("two send one letter: %v", err)
	}
}

func TestModerationIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.apron()
	w.must(w.store.TakeDown(t.Context(), w.admin, &offer.Offer, "Not yours to sell."))
	w.must(w.store.SetStanding(t.Context(), w.admin, w.shop, "suspended", "Twice now."))
	if got := w.kinds("ana@example.com"); got[0] != "shop_standing" || got[1] != "offer_taken_down" {
		t.Errorf("letters: %v", got)
	}
}
