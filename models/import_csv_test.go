package models_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
)

func TestImportRefused(t *testing.T) {
	t.Parallel()
	store, _ := storetest.Open(t)
	shop, user, _ := seller(t, store, "")
	head := "Handle,Title,Variant Price\n"
	long := head + strings.Repeat("a,A,1\n", models.ImportRowsMost+1)
	for raw, want := range map[string]string{
		"":                                 "import.empty",
		" \r\n\t":                          "import.empty",
		"PK\x03\x04...":                    "import.spreadsheet",
		"a\x00b":                           "import.encoding",
		"Handle,Title\n\x81\x8d":           "import.encoding",
		head:                               "import.no_rows",
		head + ",,\n":                      "import.no_rows",
		head + "a,\"A,1\n":                 "import.quote",
		"name,price\nmug,3\n":              "import.columns",
		long:                               "import.rows",
		strings.Repeat("x", 10<<20) + "yy": "import.too_large",
	} {
		if _, err := store.CreateImport(t.Context(), shop, user, "x.csv", "", []byte(raw)); problemCode(err) != want {
			t.Errorf("%.20q: %v, want %s", raw, err, want)
		}
	}
}

func TestImportEncodingsAndCurrencies(t *testing.T) {
	t.Parallel()
	store, _ := storetest.Open(t)
	ctx := t.Context()
	shop, user, _ := seller(t, store, "")
	text := "Handle;Title;Variant Price\r\n\r\nth\u00e9;Th\u00e9 \u2019;12.500\r\n"
	latin := strings.NewReplacer("\u00e9", "\xe9", "\u2019", "\x92").Replace(text)
	sixteen := "\xff\xfe"
	for _, r := range text {
		sixteen += string([]byte{byte(r), byte(r >> 8)})
	}
	for encoding, raw := range map[string]string{"utf-8": "\ufeff" + text, "windows-1252": latin, "utf-16": sixteen} {
		one, items := look(t, store, shop, user, []byte(raw))
		if one.Encoding != encoding || len(items) != 1 || items[0].Title != "Th\u00e9 \u2019" || items[0].FileRow != 3 || items[0].Content.Form.Price != "12.50" {
			t.Errorf("%s: %+v %+v", encoding, one, items)
		}
	}
	for currency, want := range map[string]string{"jpy": "1250", "kwd": "1250.000", "eur": "1250.00"} {
		shop.Currency = currency
		_, items := look(t, store, shop, user, []byte("Handle,Title,Variant Price\nx,X,1250.00\n"))
		if got := items[0].Content.Form.Price; got != want {
			t.Errorf("%s: %s", currency, got)
		}
	}
	shop.Currency = "jpy"
	one, items := look(t, store, shop, user, []byte("Handle,Title,Variant Price\nx,X,12.50\n"))
	if got := notesOf(items[0]); got != "2 Variant Price price.too_fine; 2 Variant Price import.no_price" {
		t.Error(got)
	}
	if _, err := store.ImportIn(ctx, &models.Shop{ID: "another"}, one.Slug); err == nil {
		t.Error("another shop sees the import")
	}
}

// exported writes offers as our own file has them.
func exported(t testing.TB, store *models.Store, shop *models.Shop) []byte {
	t.Helper()
	offers, err := store.Offers(t.Context(), shop, models.OfferFilter{Page: models.Page{Size: 100}})
	must(t, err)
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	must(t, w.Write(models.OfferColumns))
	for i := range offers {
		must(t, w.WriteAll(models.OfferLines(&offers[i], shop.Zone(), store.Now(), func(p *models.Picture) string { return "https://till.example.com/pictures/" + p.Digest + "/full.jpg" })))
	}
	return out.Bytes()
}

// What we write out comes back unchanged, and what is changed in it is changed here.
func TestOffersOutAndIn(t *testing.T) {
	t.Parallel()
	store, _ := storetest.Open(t)
	ctx := t.Context()
	shop, user, _ := seller(t, store, "")
	picture, err := store.SavePicture(ctx, shop, bytes.NewReader(painted(t, 40)))
	must(t, err)
	for _, form := range []models.OfferForm{
		{Title: "=HYPERLINK(\"x\")", Words: "@here\n'=1+1\n\n'quoted'", Price: "1234.50", WasPrice: "1500", Currency: "eur", Fulfilment: "ship", Stock: "7", Limit: "2", Hashtag: "BuyMug", PictureID: picture.ID, Alt: "A mug\u2019s side"},
		{
			Title: "+Shirt", Price: "1500", Currency: "jpy", Fulfilment: "ship", StartsAt: "2026-11-01T09:30", EndsAt: "2027-01-02T10:00", Hold: "15", Keeping: "first_paid",
			Options:  []models.OptionTyped{{Name: "Size", Values: "-S, M"}, {Name: "Colour", Values: "sea blue"}},
			Variants: []models.VariantTyped{{Name: "-S / sea blue", Stock: "3", Extra: "-200", SKU: "@1"}, {Name: "M / sea blue", SKU: "M-1"}},
		},
		{Title: "A tip", Price: "2.500", Currency: "kwd", Fulfilment: "nothing", ChosenPrice: "on", Suggested: "3.250"},
		{Title: "Untitled words", Currency: "eur", Fulfilment: "file"},
	} {
		_, err := store.CreateOffer(ctx, shop, user, form)
		must(t, err)
	}
	file := exported(t, store, shop)
	rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	must(t, err)
	for _, row := range rows {
		for i, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) && models.OfferColumns[i] != "difference" {
				t.Errorf("a formula: %q", cell)
			}
		}
	}
	_, items := look(t, store, shop, user, file)
	for _, item := range items {
		if item.Kind != "unchanged" {
			t.Errorf("%s: %s %s %+v", item.Title, item.Kind, notesOf(item), item.Content.Form)
		}
	}
	if len(items) < 4 {
		t.Fatalf("%d items", len(items))
	}
	changedFile := bytes.Replace(file, []byte("1234.50"), []byte("1300.00"), 1)
	one, items := look(t, store, shop, user, changedFile)
	if got := kinds(items); strings.Count(got, " changed") != 1 || strings.Count(got, "unchanged") != len(items)-1 {
		t.Fatal(got)
	}
	bring(t, store, shop, user, one)
	if _, items = look(t, store, shop, user, changedFile); strings.Count(kinds(items), "unchanged") != len(items) {
		t.Error(kinds(items))
	}
	// A file from before that change asks.
	if _, items = look(t, store, shop, user, file); strings.Count(kinds(items), "edited") != 1 {
		t.Error(kinds(items))
	}
	// In another shop the same file makes new drafts.
	elsewhere, _ := storetest.Open(t)
	other, owner, _ := seller(t, elsewhere, "")
	two, items := look(t, elsewhere, other, owner, file)
	if got := kinds(items); strings.Count(got, " new") != len(items) {
		t.Fatal(got)
	}
	if two = bring(t, elsewhere, other, owner, two); two.State != "pictures" {
		t.Errorf("the picture is another shop's, and has to be fetched: %s", two.State)
	}
}

func FuzzImport(f *testing.F) {
	f.Add(importFile(f, "shopify-older.csv"))
	f.Add(importFile(f, "shopify-newer.csv"))
	f.Add([]byte("offer,mark,title,price,option1_name,option1_value,difference,stock\nx,,X,12,Size,S,-1,3\nx,,,,,M,,\n"))
	f.Add([]byte("Handle\tTitle\tVariant Price\r\"a\"\t'=x\t1,5"))
	shop := &models.Shop{ID: "shop", Currency: "eur", TimeZone: "Europe/Paris"}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, b := range models.ReadImport(shop, raw) {
			if b.Form.Check(shop); strings.ContainsAny(b.Form.Words, "\x00\u202e") {
				t.Errorf("%q", b.Form.Words)
			}
			for _, line := range b.Form.Variants {
				if strings.Contains(line.Name, ",") {
					t.Errorf("%q", line.Name)
				}
			}
		}
		text := string(raw)
		if got := models.RawCell(models.SafeCell(text)); got != text {
			t.Errorf("%q became %q", text, got)
		}
	})
}
