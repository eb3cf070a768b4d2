package web

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
)

// picture is a PNG of one colour, as somebody might upload it.
func picture(t testing.TB, width, height int, c color.Color) []byte {
	t.Helper()
	canvas := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			canvas.Set(x, y, c)
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, canvas); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// pictured is the apron with a picture.
func (w *world) pictured(form models.OfferForm) *models.OfferView {
	w.t.Helper()
	kept, err := w.store.SavePicture(w.t.Context(), w.shop, bytes.NewReader(picture(w.t, 900, 600, color.RGBA{90, 120, 100, 255})))
	w.must(err)
	form.PictureID, form.Alt = kept.ID, "A sage apron on a hook"
	return w.live(form)
}

func TestOfferPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(w.store.UpdateShop(t.Context(), w.shop, w.ana, models.ShopSettings{
		Name: w.shop.Name, TimeZone: w.shop.TimeZone, Language: "en", SupportEmail: "help@kestrel.example",
		SellerName: "Kestrel SARL", SellerAddress: "3 rue du Port\n13002 Marseille", ReturnsPolicy: "Thirty days, we pay the post.",
	}))
	offer := w.pictured(models.OfferForm{Title: "Linen apron, sage", Words: "Washed linen, two pockets.", Price: "24,00", Stock: "7", Limit: "2", EndsAt: "2026-10-11T20:00"})
	b := newBrowser(t, w).get("/o/" + offer.Slug)
	b.want(200, "Linen apron, sage", "€24.00", "7 of 7 left", "Ends Sunday 11 October, 20:00 (Paris)", "Pay €24.00", "At most 2 for each person",
		"Maison Kestrel", "Kestrel SARL", "3 rue du Port", "help@kestrel.example", "Thirty days, we pay the post.", "Washed linen, two pockets.", "Report this offer", "no real money moves")
	for _, what := range []string{
		`property="og:title" content="Linen apron, sage"`, `property="product:price:amount" content="24.00"`, `property="product:price:currency" content="EUR"`,
		`name="twitter:card" content="summary_large_image"`, `rel="canonical" href="` + w.url + `/o/` + offer.Slug, `alt="A sage apron on a hook"`, `width="900"`, `height="600"`,
	} {
		if !strings.Contains(b.body, what) {
			t.Errorf("the page lacks %s", what)
		}
	}
	if policy := b.head.Get("Content-Security-Policy"); !strings.Contains(policy, "require-trusted-types-for") || strings.Contains(policy, "script-src") {
		t.Errorf("policy %q", policy)
	}
	if strings.Count(b.body, "<script") != 1 || b.cookie("tillbird_buyer") == "" || b.cookie("tillbird_session") != "" {
		t.Error("the page has script or a session, or no cookie for the buyer")
	}
	b.header.Set("Accept-Language", "fr-FR")
	b.get("/o/"+offer.Slug).want(200, "Payer 24,00 €", "Il en reste 7 sur 7", "Jusqu’au dimanche 11 octobre à 20 h 00 (Paris)")
}

// What a fan downloads before the picture fits the first round trip of a connection.
func TestOfferPageIsLight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.pictured(models.OfferForm{Title: "Linen apron, sage", Words: strings.Repeat("Washed linen from Normandy, sewn in Marseille. ", 30), Price: "24,00", Stock: "40", EndsAt: "2026-10-11T20:00"})
	b := newBrowser(t, w).get("/o/" + offer.Slug).want(200)
	sheet := regexp.MustCompile(`href="(/static/offer\.[^"]+)"`).FindStringSubmatch(b.body)
	if sheet == nil {
		t.Fatal("no sheet")
	}
	size := zipped(b.body) + zipped(b.get(sheet[1]).body)
	if size > 14<<10 {
		t.Errorf("%d bytes compressed, want at most 14 KB", size)
	}
}

func zipped(text string) int {
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	_, _ = io.WriteString(z, text)
	_ = z.Close()
	return out.Len()
}

func TestHostileOffers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, title := range []string{
		`</title></script><script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `{{.Secret}} ${7*7} <!--`, "مئزر كتان \u202eevil\u202c", "🧵👩‍👩‍👧‍👦 🇫🇷", "a'b\"c&d",
	} {
		offer := w.live(models.OfferForm{Title: title, Words: title, Price: "24", Stock: "3"})
		b := newBrowser(t, w).get("/o/" + offer.Slug)
		title = strings.NewReplacer("\u202e", "", "\u202c", "").Replace(title) // what turns a text around is not kept
		b.want(200, title)
		if strings.Contains(b.body, "<script>alert") || strings.Contains(b.body, "<img src=x") {
			t.Errorf("%q is not escaped", title)
		}
		data := regexp.MustCompile(`(?s)<script type="application/ld\+json">(.*?)</script>`).FindStringSubmatch(b.body)
		var product struct{ Name string }
		if data == nil || json.Unmarshal([]byte(data[1]), &product) != nil {
			t.Fatalf("%q: no data for machines", title)
		}
		if strings.ContainsAny(product.Name, "\u202e\u202c") {
			t.Errorf("%q turns the direction of what follows", product.Name)
		}
		newBrowser(t, w).get("/offers").want(200, title)
		newBrowser(t, w).get("/shops/maisonkestrel").want(200, title)
	}
}

func TestOfferStates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	fan := newBrowser(t, w)
	fan.get("/o/doesnotexist1").want(404)
	draft := w.approved(models.OfferForm{Title: "Not live", Price: "5"})
	fan.get("/o/" + draft.Slug).want(404)
	apron := w.apron()
	shows := func(status int, said ...string) {
		t.Helper()
		fan.get("/o/"+apron.Slug).want(status, said...)
		if strings.Contains(fan.body, "/checkouts") {
			t.Error("there is a form to buy with")
		}
	}
	w.must(w.store.Pause(t.Context(), w.shop, w.ana, &apron.Offer))
	shows(200, "Paused", "Linen apron")
	w.must(w.store.Publish(t.Context(), w.shop, w.ana, &apron.Offer, true))
	w.must(w.store.SetStanding(t.Context(), w.admin, w.shop, "suspended", "counterfeits"))
	shows(200, "Not for sale now")
	fan.without("counterfeits")
	suspended, err := w.store.ShopOf(t.Context(), w.shop.ID)
	w.must(err)
	w.must(w.store.SetStanding(t.Context(), w.admin, suspended, "good", ""))
	w.must(w.store.End(t.Context(), w.shop, w.ana, &apron.Offer))
	shows(200, "Ended")
	w.must(w.store.TakeDown(t.Context(), w.admin, &apron.Offer, "not yours to sell"))
	shows(410, "This offer was taken down")
	fan.without("Linen apron", "not yours to sell")
	fan.post("/o/"+apron.Slug+"/checkouts", url.Values{"email": {"fan@example.com"}}).want(410)
	fan.get("/o/" + apron.Slug + "/reports/new").want(410).without("Linen apron")
}

func TestStartAndEndAreKeptToTheSecond(t *testing.T) {
	t.Parallel()
	w := newWorld(t) // 4 October 2026, 15:30 in Paris
	offer := w.live(models.OfferForm{Title: "Early bird", Price: "5", StartsAt: "2026-10-04T16:00", EndsAt: "2026-10-04T17:00"})
	fan := newBrowser(t, w)
	fan.get("/o/"+offer.Slug).want(200, "Not started yet", "On sale from Sunday 4 October, 16:00 (Paris)")
	fan.post("/o/"+offer.Slug+"/checkouts", url.Values{"email": {"fan@example.com"}}).want(422, "This offer has not started yet")
	w.advance(30*time.Minute - time.Second)
	fan.get("/o/"+offer.Slug).want(200, "Not started yet")
	w.advance(time.Second)
	fan.get("/o/"+offer.Slug).want(200, "Pay €5.00")
	w.advance(time.Hour)
	fan.get("/o/"+offer.Slug).want(200, "This offer ended on Sunday 4 October, 17:00 (Paris)")
	fan.post("/o/"+offer.Slug+"/checkouts", url.Values{"email": {"fan@example.com"}}).want(422, "This offer has ended")
}

func TestListsOfOffers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	fan := newBrowser(t, w)
	fan.get("/offers").want(200, "Nothing on sale just now")
	fan.get("/shops/maisonkestrel").want(200, "Maison Kestrel", "Nothing on sale today", "France")
	fan.get("/shops/nobody").want(404)
	for range publicPage + 2 {
		w.live(models.OfferForm{Title: "Candle", Price: "9"})
		w.advance(time.Second)
	}
	fan.get("/offers").want(200, "Maison Kestrel", "Older")
	if n := strings.Count(fan.body, "Candle</a>"); n != publicPage {
		t.Errorf("%d offers on the first page", n)
	}
	for _, to := range fan.links() {
		if strings.HasPrefix(to, "/offers?after=") {
			fan.get(to)
			break
		}
	}
	fan.want(200, "Newer").without("Older")
	if n := strings.Count(fan.body, "Candle</a>"); n != 2 {
		t.Errorf("%d offers on the second page", n)
	}
	fan.get("/offers?after=%00garbage").want(200)
}

func TestPictures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.pictured(models.OfferForm{Title: "Linen apron", Price: "24"})
	fan := newBrowser(t, w)
	for _, size := range []string{"full", "small"} {
		fan.get("/pictures/" + offer.Picture.Digest + "/" + size + ".jpg")
		if fan.status != 200 || fan.head.Get("Content-Type") != "image/jpeg" || !strings.Contains(fan.head.Get("Cache-Control"), "immutable") || fan.head.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", size, fan.status, fan.head)
		}
		if _, kind, err := image.DecodeConfig(strings.NewReader(fan.body)); err != nil || kind != "jpeg" {
			t.Errorf("%s: %s %v", size, kind, err)
		}
	}
	tag := fan.head.Get("ETag")
	fan.header.Set("If-None-Match", tag)
	if fan.get("/pictures/" + offer.Picture.Digest + "/small.jpg"); fan.status != http.StatusNotModified {
		t.Errorf("asked again: %d", fan.status)
	}
	for _, path := range []string{"/pictures/" + offer.Picture.Digest + "/huge.jpg", "/pictures/" + offer.Picture.Digest + "/full.png", "/pictures/..%2f..%2fsecret/full.jpg", "/pictures/" + strings.Repeat("0", 64) + "/full.jpg"} {
		fan.get(path).want(404)
	}
}
