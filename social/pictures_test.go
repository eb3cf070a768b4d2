package social

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
)

func TestPublic(t *testing.T) {
	for text, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true, "172.32.0.1": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false, "0.0.0.0": false, "224.0.0.1": false,
		"255.255.255.255": false, "198.18.0.1": false, "192.0.0.192": false, "240.0.0.1": false,
		"::1": false, "::": false, "fe80::1": false, "fc00::1": false, "fd00:ec2::254": false, "ff02::1": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::127.0.0.1": false,
		"64:ff9b::7f00:1": false, "2002:7f00:1::": false, "2001:db8::1": false,
	} {
		if got := public(netip.MustParseAddr(text).Unmap()); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// A name that leads inside is found out when the connection is made.
func TestPicturesComeFromOutside(t *testing.T) {
	inside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("a secret")) }))
	defer inside.Close()
	u, err := url.Parse(inside.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{inside.URL, "http://localhost:" + u.Port(), "http://[::ffff:127.0.0.1]:" + u.Port(), "http://0.0.0.0:" + u.Port()} {
		answer, err := PictureClient().Get(address)
		if err == nil {
			_ = answer.Body.Close()
		}
		if !errors.Is(err, errPrivate) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestPicturesOfAnImport(t *testing.T) {
	t.Parallel()
	store, _ := storetest.Open(t)
	ctx := t.Context()
	var drawn bytes.Buffer
	must(t, png.Encode(&drawn, image.NewGray(image.Rect(0, 0, 90, 60))))
	asked := map[string]int{}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked[r.URL.Path]++
		switch r.URL.Path {
		case "/mug.png":
			_, _ = w.Write(drawn.Bytes())
		case "/page":
			_, _ = w.Write([]byte("<html>no picture</html>"))
		case "/moved":
			http.Redirect(w, r, "/mug.png", http.StatusFound)
		case "/cut":
			w.Header().Set("Content-Length", "5000")
			_, _ = w.Write(drawn.Bytes()[:20])
		default:
			http.NotFound(w, r)
		}
	}))
	defer web.Close()
	user, err := store.CreateUser(ctx, models.SignUp{Email: "ana@example.com", Password: "a quiet harbour", Language: "en"})
	must(t, err)
	letters, err := store.LettersTo(ctx, user.Email)
	must(t, err)
	_, err = store.ConfirmEmail(ctx, letters[0].Secret)
	must(t, err)
	user, err = store.User(ctx, user.ID)
	must(t, err)
	shop, err := store.CreateShop(ctx, user, models.NewShop{Name: "Kestrel", Handle: "kestrel", Country: "FR", Currency: "eur", TimeZone: "Europe/Paris", Language: "en"}, []string{"FR"})
	must(t, err)
	file := "Handle,Title,Variant Price,Image Src\nmug,Mug,24.00," + web.URL + "/mug.png\nmug,,," + web.URL + "/page\nmug,,," + web.URL + "/gone\nmug,,," + web.URL + "/moved\nmug,,," + web.URL + "/cut\n" +
		"bowl,Bowl,12.00," + web.URL + "/mug.png\n"
	one, err := store.CreateImport(ctx, shop, user, "products.csv", "", []byte(file))
	must(t, err)
	must(t, store.StartImport(ctx, shop, user, one, nil))
	work := models.NewWork()
	NewPictures(store, quick(localOnly)).Work(work)
	must(t, store.StartJobs(ctx, work))
	defer func() { _ = store.StopJobs(ctx) }()
	for tick := time.NewTicker(20 * time.Millisecond); ; <-tick.C {
		one, err = store.ImportIn(ctx, shop, one.Slug)
		must(t, err)
		if one.State == "done" {
			break
		}
	}
	items, err := store.ImportItems(ctx, one, "", 0, 10)
	must(t, err)
	var codes []string
	for _, note := range items[0].Notes {
		codes = append(codes, note.Code)
	}
	if got := strings.Join(codes, " "); got != "picture.type import.picture_away import.picture_away import.picture_away" {
		t.Error(got)
	}
	for _, item := range items {
		offer, err := store.OfferIn(ctx, shop, item.OfferSlug)
		must(t, err)
		if offer.Picture == nil || offer.Picture.Width != 90 || offer.Version.Alt != item.Title || len(offer.More) != 0 {
			t.Errorf("%s: %+v", item.Title, offer.Version)
		}
	}
	if asked["/mug.png"] != 1 {
		t.Errorf("the same picture was fetched %d times", asked["/mug.png"])
	}
	// Brought again, what could not be had is tried again.
	two, err := store.CreateImport(ctx, shop, user, "products.csv", "", []byte(file))
	must(t, err)
	if items, err = store.ImportItems(ctx, two, "", 0, 10); err != nil || items[0].Kind != "changed" || items[1].Kind != "unchanged" {
		t.Errorf("%s %s %v", items[0].Kind, items[1].Kind, err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
