package models_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
)

// digital makes a live offer that is fulfilled by file or by code.
func digital(t *testing.T, store *models.Store, kind string) (*models.Shop, *models.User, *models.OfferView) {
	t.Helper()
	shop, user, _ := seller(t, store, "")
	ctx := t.Context()
	offer, err := store.CreateOffer(ctx, shop, user, models.OfferForm{Title: "Field recordings", Price: "9,00", Currency: "eur", Fulfilment: kind})
	must(t, err)
	must(t, store.SendToReview(ctx, shop, user, offer))
	admin, err := store.UserByEmail(ctx, "admin@example.com")
	must(t, err)
	queue, err := store.ReviewQueue(ctx)
	must(t, err)
	must(t, store.Decide(ctx, admin, &queue[0], models.Decision{Verdict: "approved"}))
	view, err := store.OfferIn(ctx, shop, offer.Slug)
	must(t, err)
	must(t, store.Publish(ctx, shop, user, &view.Offer, true))
	return shop, user, fresh(t, store, view.Slug)
}

func fresh(t *testing.T, store *models.Store, slug string) *models.OfferView {
	t.Helper()
	view, _, err := store.PublicOffer(t.Context(), slug)
	must(t, err)
	return view
}

func digitalPurchase(shop *models.Shop, offer *models.OfferView, key, quantity string) models.Purchase {
	in := purchase(shop, offer, key+"@example.com", key)
	in.Consent, in.Quantity = true, quantity
	return in
}

// paid places an order and settles it.
func paid(t *testing.T, store *models.Store, in models.Purchase) *models.Order {
	t.Helper()
	order, _, err := store.PlaceOrder(t.Context(), in)
	must(t, err)
	return settled(t, store, order)
}

func settled(t *testing.T, store *models.Store, order *models.Order) *models.Order {
	t.Helper()
	must(t, store.RecordSession(t.Context(), order, "cs_"+order.AttemptKey))
	_, err := store.SettleOrder(t.Context(), order.ID, models.Payment{SessionID: "cs_" + order.AttemptKey, PaymentIntentID: "pi_" + order.AttemptKey, Amount: order.Total, Currency: "eur", At: store.Now()})
	must(t, err)
	again, err := store.Order(t.Context(), order.ID)
	must(t, err)
	return again
}

// problemCode is the code of the problem that an error is.
func problemCode(err error) string {
	var problems models.Problems
	if errors.As(err, &problems) && len(problems) > 0 {
		return problems[0].Code
	}
	return fmt.Sprint(err)
}

func TestFiles(t *testing.T) {
	t.Parallel()
	clock := storetest.NewClock()
	set := storetest.Settings(t, clock.Now)
	store, err := models.Open(t.Context(), set)
	must(t, err)
	t.Cleanup(func() { _ = store.Close() })
	ctx := t.Context()
	shop, user, offer := digital(t, store, "file")

	waiting := paid(t, store, digitalPurchase(shop, offer, "early", ""))
	if waiting.Fulfilment != "to_do" {
		t.Errorf("without a file the order is %s", waiting.Fulfilment)
	}
	add := func(name, content string) (*models.File, error) {
		return store.AddFile(ctx, shop, user, &offer.Offer, name, strings.NewReader(content))
	}
	file, err := add(`C:\sounds\..\"harbour"`+"\u202e;.wav", "waves")
	must(t, err)
	if file.Name != "_harbour__.wav" || file.Size != 5 {
		t.Errorf("%+v", file)
	}
	again, err := add("_harbour__.wav", "waves")
	if err != nil || again.ID != file.ID {
		t.Errorf("the same file is another: %v", err)
	}
	if early, err := store.Order(ctx, waiting.ID); err != nil || early.Fulfilment != "done" {
		t.Errorf("who waits for the file does not get it: %v", err)
	}
	if letters, err := store.LettersTo(ctx, "early@example.com"); err != nil || letters[0].Kind != "delivered" {
		t.Errorf("who waits for the file is not told: %v", err)
	}
	if _, err := add("empty.txt", ""); problemCode(err) != "file.empty" {
		t.Error(err)
	}
	if _, err := store.AddFile(ctx, shop, user, &offer.Offer, "large", io.LimitReader(zeros{}, models.FileBytesMost+1)); problemCode(err) != "file.bytes" {
		t.Error(err)
	}
	if _, err := store.AddFile(ctx, shop, user, &offer.Offer, "cut", io.MultiReader(strings.NewReader("half"), iotest.ErrReader(io.ErrUnexpectedEOF))); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
	if parts, _ := filepath.Glob(filepath.Join(set.Folder, "files", "*", "part-*")); len(parts) > 0 {
		t.Errorf("left behind: %v", parts)
	}

	order := paid(t, store, digitalPurchase(shop, offer, "fan", ""))
	if order.Fulfilment != "done" || order.Consent != models.ConsentText || order.ConsentAt == nil || order.OpenedAt != nil {
		t.Errorf("%+v", order)
	}
	if err := store.RemoveFile(ctx, shop, user, &offer.Offer, file, false); problemCode(err) != "file.last" {
		t.Errorf("the last file of a live offer went: %v", err)
	}
	clock.Advance(time.Minute)
	second, err := add("storm.wav", "thunder")
	must(t, err)
	must(t, store.RemoveFile(ctx, shop, user, &offer.Offer, file, false))
	must(t, store.RemoveFile(ctx, shop, user, &offer.Offer, file, false))
	if files, err := store.FilesFor(ctx, order); err != nil || len(files) != 2 {
		t.Errorf("who bought before has %d files: %v", len(files), err)
	}
	clock.Advance(time.Minute)
	late := paid(t, store, digitalPurchase(shop, offer, "late", ""))
	if files, err := store.FilesFor(ctx, late); err != nil || len(files) != 1 || files[0].ID != second.ID {
		t.Errorf("who bought after has %+v: %v", files, err)
	}
	third, err := add("mistake.wav", "secret")
	must(t, err)
	link, err := store.StartDownload(ctx, late, third.ID)
	must(t, err)
	must(t, store.RemoveFile(ctx, shop, user, &offer.Offer, third, true))
	if _, _, err := store.OpenDownload(ctx, link); !errors.Is(err, models.ErrLinkOver) {
		t.Errorf("a recalled file can be fetched: %v", err)
	}
	if _, err := os.Stat(filepath.Join(set.Folder, "files", shop.ID, third.Digest[:2], third.Digest)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a recalled file is still there: %v", err)
	}
}

// zeros never end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestDownloads(t *testing.T) {
	t.Parallel()
	store, clock := storetest.Open(t)
	ctx := t.Context()
	shop, user, offer := digital(t, store, "file")
	file, err := store.AddFile(ctx, shop, user, &offer.Offer, "harbour.wav", strings.NewReader("waves"))
	must(t, err)
	order := paid(t, store, digitalPurchase(shop, offer, "fan", ""))
	other := paid(t, store, digitalPurchase(shop, offer, "other", ""))
	fetch := func(link string) string {
		_, content, err := store.OpenDownload(ctx, link)
		if err != nil {
			return err.Error()
		}
		defer content.Close()
		body, err := io.ReadAll(content)
		must(t, err)
		return string(body)
	}
	first, err := store.StartDownload(ctx, order, file.ID)
	must(t, err)
	for range 8 { // ranges and second looks are one download
		if got := fetch(first); got != "waves" {
			t.Fatal(got)
		}
	}
	if twice, err := store.StartDownload(ctx, order, file.ID); err != nil || twice != first {
		t.Errorf("a double click is another link: %v", err)
	}
	for i := range models.DownloadsMost {
		clock.Advance(11 * time.Minute)
		if _, err := store.StartDownload(ctx, order, file.ID); (problemCode(err) == "download.limit") != (i == models.DownloadsMost-1) {
			t.Fatalf("%d: %v", i+2, err)
		}
	}
	must(t, store.ResetDownloads(ctx, shop, user, order))
	if _, err := store.StartDownload(ctx, order, file.ID); err != nil {
		t.Errorf("after the reset: %v", err)
	}
	tampered := strings.Replace(first, first[:4], "AAAA", 1)
	for link, want := range map[string]error{tampered: models.ErrNotFound, "": models.ErrNotFound, "a.b": models.ErrNotFound, first + "0": models.ErrNotFound} {
		if _, _, err := store.OpenDownload(ctx, link); !errors.Is(err, want) {
			t.Errorf("%q: %v", link, err)
		}
	}
	clock.Advance(24 * time.Hour)
	if _, _, err := store.OpenDownload(ctx, first); !errors.Is(err, models.ErrLinkOver) {
		t.Errorf("the link goes on: %v", err)
	}
	link, err := store.StartDownload(ctx, other, file.ID)
	must(t, err)
	view, err := store.OrderIn(ctx, shop, other.Slug)
	must(t, err)
	if right := view.RightAt(store.Now(), nil, shop.Zone()); right.State != "exempt" {
		t.Errorf("opened, the right is %s", right.State)
	}
	if _, err := store.AskRefund(ctx, shop, user, other, models.RefundForm{Amount: "9.00", Reason: "requested"}); err != nil {
		t.Fatal(err)
	}
	if got := fetch(link); got != models.ErrLinkOver.Error() {
		t.Errorf("refunded, the link gives %q", got)
	}
	if _, err := store.StartDownload(ctx, other, file.ID); problemCode(err) != "download.over" {
		t.Errorf("refunded, a download begins: %v", err)
	}
	changes, err := store.Timeline(ctx, other)
	must(t, err)
	seen := 0
	for _, change := range changes {
		if change.Kind == "downloaded" && change.Detail == "harbour.wav" {
			seen++
		}
	}
	if seen != 1 {
		t.Errorf("the first download is told %d times", seen)
	}
}

// TestWithdrawOrDownload: whichever comes first rules the other out, also at the same moment.
func TestWithdrawOrDownload(t *testing.T) {
	t.Parallel()
	store, _ := storetest.Open(t)
	ctx := t.Context()
	shop, user, offer := digital(t, store, "file")
	file, err := store.AddFile(ctx, shop, user, &offer.Offer, "harbour.wav", strings.NewReader("waves"))
	must(t, err)
	for i := range 12 {
		order := paid(t, store, digitalPurchase(shop, offer, fmt.Sprintf("fan%d", i), ""))
		view, err := store.OrderIn(ctx, shop, order.Slug)
		must(t, err)
		var wg sync.WaitGroup
		var withdrawn, fetched error
		wg.Go(func() { withdrawn = store.Withdraw(ctx, view, shop, "Fay Fan", "") })
		wg.Go(func() { _, fetched = store.StartDownload(ctx, order, file.ID) })
		wg.Wait()
		if (withdrawn == nil) == (fetched == nil) {
			t.Fatalf("withdrawn: %v, fetched: %v", withdrawn, fetched)
		}
	}
}

func TestConsent(t *testing.T) {
	t.Parallel()
	store, _ := storetest.Open(t)
	shop, _, offer := digital(t, store, "file")
	in := digitalPurchase(shop, offer, "fan", "")
	in.Consent = false
	if _, _, err := store.PlaceOrder(t.Context(), in); problemCode(err) != "delivery.consent" {
		t.Fatal(err)
	}
}
