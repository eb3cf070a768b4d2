package models_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
)

// painted is a picture of one colour.
func painted(t testing.TB, size int) []byte {
	t.Helper()
	var file bytes.Buffer
	must(t, png.Encode(&file, image.NewGray(image.Rect(0, 0, size, size))))
	return file.Bytes()
}

func importFile(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile("testdata/import/" + name)
	must(t, err)
	return raw
}

// look reads a file and gives its items.
func look(t *testing.T, store *models.Store, shop *models.Shop, user *models.User, raw []byte) (*models.Import, []models.ImportItemView) {
	t.Helper()
	one, err := store.CreateImport(t.Context(), shop, user, "products_export.csv", "", raw)
	must(t, err)
	return one, itemsOf(t, store, one)
}

func itemsOf(t *testing.T, store *models.Store, one *models.Import) []models.ImportItemView {
	t.Helper()
	items, err := store.ImportItems(t.Context(), one, "", 0, 5_000)
	must(t, err)
	return items
}

// bring does all of an import's work but the pictures.
func bring(t *testing.T, store *models.Store, shop *models.Shop, user *models.User, one *models.Import, overwrite ...string) *models.Import {
	t.Helper()
	must(t, store.StartImport(t.Context(), shop, user, one, overwrite))
	return worked(t, store, shop, one)
}

func worked(t *testing.T, store *models.Store, shop *models.Shop, one *models.Import) *models.Import {
	t.Helper()
	for range 1_000 {
		now, err := store.ImportIn(t.Context(), shop, one.Slug)
		must(t, err)
		if now.State != "bringing" && now.State != "removing" {
			return now
		}
		must(t, store.BringOffers(t.Context(), models.BringOffers{ImportID: one.ID}))
	}
	t.Fatal("the import does not end")
	return nil
}

func kinds(items []models.ImportItemView) string {
	var list []string
	for _, item := range items {
		list = append(list, item.Handle+" "+item.Kind)
	}
	return strings.Join(list, ", ")
}

func notesOf(item models.ImportItemView) string {
	var list []string
	for _, note := range item.Notes {
		list = append(list, fmt.Sprintf("%d %s %s", note.Row, note.Column, note.Code))
	}
	return strings.Join(list, "; ")
}

func TestShopifyImport(t *testing.T) {
	t.Parallel()
	store, _ := storetest.Open(t)
	ctx := t.Context()
	shop, user, _ := seller(t, store, "")
	one, items := look(t, store, shop, user, importFile(t, "shopify-older.csv"))
	if one.Source != "shopify" || one.Currency != "eur" || one.FileRows != 9 || one.Encoding != "utf-8" || one.State != "preview" {
		t.Errorf("%+v", one)
	}
	if got := kinds(items); got != "harbour-mug new, tide-print new, old-bowl skipped, voucher skipped, pattern new,  skipped" {
		t.Error(got)
	}
	for i, want := range map[int]string{
		0: "4 Variant Inventory Qty import.stock_below; 2 Option1 Value import.combinations",
		2: "7 Status import.archived",
		3: "8 Gift Card import.gift_card",
		4: "9 Variant Requires Shipping import.not_shipped; 9 Variant Price price.malformed; 9 Variant Price import.no_price; 9 Variant Inventory Tracker import.stock_unknown",
		5: "11 Handle import.no_handle",
	} {
		if got := notesOf(items[i]); got != want {
			t.Errorf("%d: %s", i, got)
		}
	}
	if offers, err := store.Offers(ctx, shop, models.OfferFilter{State: "draft"}); err != nil || len(offers) != 0 {
		t.Fatalf("a look makes nothing: %d offers, %v", len(offers), err)
	}
	one = bring(t, store, shop, user, one)
	if one.State != "pictures" {
		t.Errorf("three pictures wait: %s", one.State)
	}
	items = itemsOf(t, store, one)
	mug, err := store.OfferIn(ctx, shop, items[0].OfferSlug)
	must(t, err)
	words := "Thrown by hand\n\nA mug for quiet mornings.\nHolds 35 cl.\n\n• Stoneware\n• Dishwasher safe\n\nMade in Douarnenez & signed."
	if mug.State != "draft" || mug.Version.Title != "Harbour mug" || mug.Version.Words != words || mug.Version.Price != 2400 || mug.Version.Currency != "eur" {
		t.Errorf("%q %+v", mug.Version.Words, mug.Version)
	}
	var lines []string
	for _, v := range mug.Variants {
		lines = append(lines, fmt.Sprintf("%s|%d|%s|%d", v.Name, v.Price.Amount, v.SKU, *v.Stock))
	}
	if got := strings.Join(lines, "\n"); got != "Small / Sea; green|2400|MUG-S-G|12\nSmall / Sand|2400|MUG-S-S|0\nLarge / Sea; green|3150|MUG-L-G|0\nLarge / Sand|2400||0" {
		t.Error(got)
	}
	if got := items[0].Content.Pictures; len(got) != 3 || got[0].Address != "https://cdn.example.com/mug.jpg?v=2" || got[0].Alt != "A green mug on a table" || got[2].Alt != "Harbour mug" {
		t.Errorf("%+v", got)
	}
	print, err := store.OfferIn(ctx, shop, items[1].OfferSlug)
	must(t, err)
	if print.Version.Words != "Plain words,\nover two lines with a \"quote\"." || print.Version.Price != 125000 || print.Stock != nil || print.Version.Fulfilment != "ship" {
		t.Errorf("%+v", print.Version)
	}
	pattern, err := store.OfferIn(ctx, shop, items[4].OfferSlug)
	must(t, err)
	if pattern.Version.Price != 0 || pattern.Version.Fulfilment != "nothing" || pattern.Stock == nil || *pattern.Stock != 0 {
		t.Errorf("%+v", pattern)
	}
}

func TestShopifyImportOfToday(t *testing.T) {
	t.Parallel()
	store, _ := storetest.Open(t)
	shop, user, _ := seller(t, store, "")
	_, items := look(t, store, shop, user, importFile(t, "shopify-newer.csv"))
	if got := kinds(items); got != "echarpe new, pâté-de-la-mer new" {
		t.Fatal(got)
	}
	form := items[0].Content.Form
	if form.Title != "Écharpe d’hiver" || form.Words != "Laine de Bretagne\u00a0: 100\u00a0%." || form.Price != "59.90" || form.Options[0] != (models.OptionTyped{Name: "Couleur", Values: "Écru, Bleu nuit"}) {
		t.Errorf("%+v", form)
	}
	if form.Variants[1] != (models.VariantTyped{Name: "Bleu nuit", Extra: "5.00", SKU: "E-2"}) || form.Variants[0].Stock != "5" {
		t.Errorf("%+v", form.Variants)
	}
	if items[1].Content.Form.Price != "8.50" || items[1].Content.Form.Stock != "" {
		t.Errorf("%+v", items[1].Content.Form)
	}
}

// A file brought again makes nothing twice, changes what changed in it alone, and asks about what the merchant changed.
func TestImportAgain(t *testing.T) {
	t.Parallel()
	store, clock := storetest.Open(t)
	ctx := t.Context()
	shop, user, _ := seller(t, store, "")
	raw := importFile(t, "shopify-newer.csv")
	one, err := store.CreateImport(ctx, shop, user, "a.csv", "key", raw)
	must(t, err)
	if twin, err := store.CreateImport(ctx, shop, user, "a.csv", "key", raw); err != nil || twin.ID != one.ID {
		t.Fatalf("sent twice: %v", err)
	}
	bring(t, store, shop, user, one)
	must(t, store.LeavePictures(ctx, one.ID))
	items := itemsOf(t, store, one)
	clock.Advance(time.Hour)
	second, again := look(t, store, shop, user, raw)
	if got := kinds(again); got != "echarpe unchanged, pâté-de-la-mer unchanged" {
		t.Fatal(got)
	}
	bring(t, store, shop, user, second)
	if offers, err := store.Offers(ctx, shop, models.OfferFilter{State: "draft"}); err != nil || len(offers) != 2 {
		t.Fatalf("%d drafts, %v", len(offers), err)
	}
	dearer := bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("59.90"), []byte("61.00")), []byte(",8.5,"), []byte(",9.5,"))
	// The merchant changes one of them.
	pate, err := store.OfferIn(ctx, shop, items[1].OfferSlug)
	must(t, err)
	form := models.FormOf(pate, shop.Zone(), models.PlainAmount)
	form.Title = "Pâté de la mer, 180 g"
	must(t, store.UpdateOffer(ctx, shop, user, &pate.Offer, form))
	third, again := look(t, store, shop, user, dearer)
	if got := kinds(again); got != "echarpe changed, pâté-de-la-mer edited" || notesOf(again[1]) != "4  import.edited" {
		t.Fatal(got, notesOf(again[1]))
	}
	bring(t, store, shop, user, third)
	price := func(slug string) (string, int64) {
		view, err := store.OfferIn(ctx, shop, slug)
		must(t, err)
		return view.Version.Title, view.Version.Price
	}
	if _, cents := price(items[0].OfferSlug); cents != 6100 {
		t.Errorf("the price of the file: %d", cents)
	}
	if title, cents := price(items[1].OfferSlug); title != "Pâté de la mer, 180 g" || cents != 850 {
		t.Errorf("the merchant's edit is gone: %s %d", title, cents)
	}
	fourth, again := look(t, store, shop, user, dearer)
	if got := kinds(again); got != "echarpe unchanged, pâté-de-la-mer edited" {
		t.Fatal(got)
	}
	bring(t, store, shop, user, fourth, again[1].ID)
	if title, cents := price(items[1].OfferSlug); title != "Pâté de la mer" || cents != 950 {
		t.Errorf("asked for, and not done: %s %d", title, cents)
	}
	// What went to review is left alone.
	scarf, err := store.OfferIn(ctx, shop, items[0].OfferSlug)
	must(t, err)
	must(t, store.SendToReview(ctx, shop, user, &scarf.Offer))
	if _, again = look(t, store, shop, user, raw); kinds(again) != "echarpe skipped, pâté-de-la-mer changed" || notesOf(again[0]) != "2  import.sent" {
		t.Error(kinds(again), notesOf(again[0]))
	}
}

func TestImportUndone(t *testing.T) {
	t.Parallel()
	store, _ := storetest.Open(t)
	ctx := t.Context()
	shop, user, _ := seller(t, store, "")
	raw := importFile(t, "shopify-older.csv")
	one, _ := look(t, store, shop, user, raw)
	one = bring(t, store, shop, user, one)
	must(t, store.LeavePictures(ctx, one.ID))
	items := itemsOf(t, store, one)
	mug, err := store.OfferIn(ctx, shop, items[0].OfferSlug)
	must(t, err)
	form := models.FormOf(mug, shop.Zone(), models.PlainAmount)
	form.Words = "Mine."
	must(t, store.UpdateOffer(ctx, shop, user, &mug.Offer, form))
	print, err := store.OfferIn(ctx, shop, items[1].OfferSlug)
	must(t, err)
	_, err = store.AddFile(ctx, shop, user, &print.Offer, "print.pdf", strings.NewReader("a print"))
	must(t, err)
	one, err = store.ImportIn(ctx, shop, one.Slug)
	must(t, err)
	must(t, store.UndoImport(ctx, shop, user, one))
	must(t, store.UndoImport(ctx, shop, user, one))
	if one = worked(t, store, shop, one); one.State != "removed" {
		t.Error(one.State)
	}
	counts, err := store.ImportCounts(ctx, one)
	must(t, err)
	if counts.States["removed"] != 1 || counts.States["made"] != 0 || counts.Total() != 6 {
		t.Errorf("%+v", counts)
	}
	for i, there := range map[int]bool{0: true, 1: true, 4: false} {
		if _, err := store.OfferIn(ctx, shop, items[i].OfferSlug); (err == nil) != there {
			t.Errorf("%s: %v", items[i].Handle, err)
		}
	}
	// What was removed can be brought again.
	two, again := look(t, store, shop, user, raw)
	if got := kinds(again); got != "harbour-mug unchanged, tide-print unchanged, old-bowl skipped, voucher skipped, pattern new,  skipped" {
		t.Error(got)
	}
	bring(t, store, shop, user, two)
	look1, _ := look(t, store, shop, user, raw)
	must(t, store.UndoImport(ctx, shop, user, look1))
	if _, err := store.ImportIn(ctx, shop, look1.Slug); err == nil {
		t.Error("a file that was only looked at stays")
	}
}

// A crash between a draft and the row that says so neither loses nor doubles it.
func TestImportCutOff(t *testing.T) {
	t.Parallel()
	store, _, damage := storetest.Frail(t)
	ctx := t.Context()
	shop, user, _ := seller(t, store, "")
	one, _ := look(t, store, shop, user, importFile(t, "shopify-newer.csv"))
	bring(t, store, shop, user, one)
	damage("UPDATE import_items SET state = 'waiting', offer_id = NULL")
	damage("UPDATE imports SET state = 'bringing'")
	damage("DELETE FROM imported_offers WHERE handle = 'echarpe'")
	worked(t, store, shop, one)
	if offers, err := store.Offers(ctx, shop, models.OfferFilter{State: "draft"}); err != nil || len(offers) != 2 {
		t.Fatalf("%d drafts, %v", len(offers), err)
	}
	for _, item := range itemsOf(t, store, one) {
		if item.Handle == "echarpe" && item.OfferSlug == "" {
			t.Errorf("%+v", item)
		}
	}
}
