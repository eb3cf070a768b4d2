package web

import (
	"encoding/csv"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// TestOffersAreBrought: from the empty list over the look at a file to drafts, and back.
func TestOffersAreBrought(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.signIn("ana@example.com", anaPassword)
	m.get(views.ShopOffersPath).want(200, "Do you sell somewhere else already?", "Bring offers from Shopify")
	m.get(views.ImportsPath).want(200, "CSV file", "10", "Prices are read in your shop’s: Euro", "Example file")
	m.upload(views.ImportsPath, nil, "file", "products.csv", []byte("name,price\nmug,3\n")).want(422, "neither those of Shopify", "There is a problem")
	m.post(views.ImportsPath, url.Values{}).want(422, "Choose a file to upload")
	raw, err := os.ReadFile("../models/testdata/import/shopify-older.csv")
	w.must(err)
	key := url.Values{"key": {"once"}}
	m.get(views.ImportsPath).upload(views.ImportsPath, key, "file", "products_export.csv", raw).want(200, "9 rows, 6 offers", "Make 3 drafts", "Harbour mug", "from €24.00", "4",
		"Row 7, column Status: Archived in Shopify, so it is left out", "Row 9, column Variant Price: Enter the price in digits", "Nothing has been made yet", "In the sandbox")
	imports, err := w.store.Imports(t.Context(), w.shop, models.Page{})
	w.must(err)
	path := views.ImportPath(imports[0].Slug)
	m.get(views.ImportsPath).upload(views.ImportsPath, key, "file", "products_export.csv", raw).want(200, "Make 3 drafts")
	if again, err := w.store.Imports(t.Context(), w.shop, models.Page{}); err != nil || len(again) != 1 {
		t.Fatalf("the same form twice made %d imports, %v", len(again), err)
	}
	m.get(path+"?kind=skipped").want(200, "Old bowl", "Gift voucher").without("Harbour mug")
	m.post(views.ImportStartPath(imports[0].Slug), url.Values{}).want(200, "Making drafts", "0 of 3")
	if !strings.Contains(m.body, `hx-trigger="every 1s"`) {
		t.Error("the page does not look again by itself")
	}
	m.post(views.ImportStartPath(imports[0].Slug), url.Values{}).want(200, "Making drafts")
	w.must(w.store.BringOffers(t.Context(), models.BringOffers{ImportID: imports[0].ID}))
	m.get(path).want(200, "Fetching pictures", "2 of 3 have their pictures")
	w.must(w.store.LeavePictures(t.Context(), imports[0].ID))
	m.get(path).want(200, "Drafts made", "Look at your drafts", "Take the drafts away again")
	if strings.Contains(m.body, "hx-trigger") {
		t.Error("the page looks again for nothing")
	}
	m.get(views.OffersBy("draft", "")).want(200, "Harbour mug", "Tide print", "Knitting pattern")

	// What goes out comes back as it was.
	file := m.get(views.OffersCSVPath).body
	rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	w.must(err)
	if len(rows) != 1+4+1+1 || strings.Join(rows[0], ",") != strings.Join(models.OfferColumns, ",") {
		t.Errorf("%d rows, %v", len(rows), rows[0])
	}
	m.get(views.ImportsPath).upload(views.ImportsPath, url.Values{"key": {"back"}}, "file", "offers.csv", []byte(file)).want(200, "A file of offers from Tillbird", "There is nothing new in this file")
	newest, err := w.store.Imports(t.Context(), w.shop, models.Page{})
	w.must(err)
	m.post(views.ImportRemovalPath(newest[0].Slug), url.Values{}).want(200, "offers.csv was dropped")

	m.post(views.ImportRemovalPath(imports[0].Slug), url.Values{}).want(200, "Taking drafts away")
	w.must(w.store.BringOffers(t.Context(), models.BringOffers{ImportID: imports[0].ID}))
	m.get(path).want(200, "Taken away", "Drafts taken away")
	m.get(views.OffersBy("draft", "")).without("Harbour mug")
	// Another shop sees nothing of it.
	bea := w.user("bea@example.com", anaPassword)
	w.shopOf(bea, "Other", "other")
	w.signIn("bea@example.com", anaPassword).get(path).want(404)
}

// brought is a file of one offer that became a draft.
func (w *world) brought(t *testing.T) *models.Import {
	t.Helper()
	one, err := w.store.CreateImport(t.Context(), w.shop, w.ana, "products.csv", "", []byte("Handle,Title,Variant Price\nbowl,Bowl,12.00\n"))
	w.must(err)
	w.must(w.store.StartImport(t.Context(), w.shop, w.ana, one, nil))
	w.must(w.store.BringOffers(t.Context(), models.BringOffers{ImportID: one.ID}))
	return one
}
