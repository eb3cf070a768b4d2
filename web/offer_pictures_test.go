package web

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/tillbird/tillbird/models"
)

// pngOf is a picture of a size.
func pngOf(t testing.TB, width, height int) []byte {
	t.Helper()
	picture := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.RGBA{11, 93, 99, 255}, color.White})
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// claiming is a small file that says it is a picture of a size.
func claiming(t testing.TB, width, height uint32) []byte {
	t.Helper()
	raw := pngOf(t, 1, 1)
	binary.BigEndian.PutUint32(raw[16:], width)
	binary.BigEndian.PutUint32(raw[20:], height)
	binary.BigEndian.PutUint32(raw[29:], crc32.ChecksumIEEE(raw[12:29]))
	return raw
}

func TestPicturesThatAreNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.merchant()
	for name, try := range map[string]struct {
		file string
		data []byte
		says string
	}{
		"100 megapixels": {"big.png", claiming(t, 10_000, 10_000), "40 million pixels"},
		"SVG":            {"drawing.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "JPG, PNG, WebP or GIF"},
		"text":           {"photo.jpg", []byte("not a picture at all"), "JPG, PNG, WebP or GIF"},
		"empty":          {"empty.png", nil, "is empty"},
		"cut off":        {"cut.png", pngOf(t, 640, 480)[:60], "could not be read"},
		"12 MB":          {"huge.png", append(pngOf(t, 64, 64), make([]byte, 12<<20)...), "smaller than 8 MB"},
	} {
		t.Run(name, func(t *testing.T) {
			b.t = t
			changes := whole()
			changes.Set("price", "twelve")
			b.get("/dashboard/offers/new").upload("Save draft", changes, "picture", try.file, try.data)
			b.want(http.StatusUnprocessableEntity, try.says, "Enter the price")
			if b.field("title") != "Linen apron, sage" {
				t.Error("the rest of the form is gone")
			}
		})
	}
}

func TestAPictureSurvivesAMistake(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.merchant()
	changes := whole()
	changes.Set("price", "-1")
	b.get("/dashboard/offers/new").upload("Save draft", changes, "picture", "apron.png", pngOf(t, 1200, 628)).want(http.StatusUnprocessableEntity)
	kept := b.field("picture_id")
	if kept == "" || !strings.Contains(b.body, "/pictures/") {
		t.Fatal("the picture must be chosen again")
	}
	b.submit("Save draft", url.Values{"price": {"24"}}).want(http.StatusOK, "Draft saved")
	slug := b.slug()
	if offer := w.offer(slug); offer.Picture == nil || offer.Picture.ID != kept {
		t.Fatal("the picture is lost")
	}
	b.get("/dashboard/offers/"+slug+"/review").want(http.StatusOK, "Describe the picture").without("Send for review")
	b.post("/dashboard/offers/"+slug+"/review", nil).want(http.StatusUnprocessableEntity, "Describe the picture")
	if !strings.Contains(b.body, `href="/dashboard/offers/`+slug+`/edit#alt"`) {
		t.Fatal("the summary does not lead to the field")
	}
	b.get("/dashboard/offers/"+slug+"/edit").submit("Remove Picture 1 of 1", nil).want(http.StatusOK).submit("Save draft", nil).want(http.StatusOK, "Draft saved")
	if w.offer(slug).Picture != nil {
		t.Fatal("the picture is still there")
	}
}

func TestAPictureOfAnotherShop(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	theirs, err := w.store.SavePicture(t.Context(), w.shop, bytes.NewReader(pngOf(t, 300, 200)))
	w.must(err)
	w.shopOf(w.user("bo@example.com", "another quiet harbour"), "Bo’s Books", "bosbooks")
	b := w.signIn("bo@example.com", "another quiet harbour")
	changes := whole()
	changes.Set("picture_id", theirs.ID)
	b.get("/dashboard/offers/new").submit("Save draft", changes).want(http.StatusUnprocessableEntity, "Choose a picture to upload")
	if strings.Contains(b.body, theirs.Digest) || b.field("picture_id") != "" {
		t.Fatal("another shop’s picture is shown")
	}
	fields := whole()
	fields.Set("picture_id", theirs.ID)
	b.post("/dashboard/cards", fields).want(http.StatusOK)
	if strings.Contains(b.body, theirs.Digest) {
		t.Fatal("another shop’s picture is shown beside the form")
	}
}

// A browser chooses a copy by the widths that the page claims, so they have to be true.
func TestTheCopiesOfAPictureAreAsWideAsThePageSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, side := range []struct{ width, height, copies int }{{1500, 900, 3}, {900, 1500, 2}, {400, 300, 2}} {
		kept, err := w.store.SavePicture(t.Context(), w.shop, bytes.NewReader(pngOf(t, side.width, side.height)))
		w.must(err)
		offer := w.live(models.OfferForm{Title: "Tote", Price: "9", Currency: "eur", Fulfilment: "ship", Hashtag: fmt.Sprint("BuyTote", side.width), PictureID: kept.ID, Alt: "A tote"})
		_, page := w.fetch("/o/" + offer.Slug)
		_, rest, _ := strings.Cut(page, `srcset="`)
		list, _, _ := strings.Cut(rest, `"`)
		copies := strings.Split(list, ", ")
		if len(copies) != side.copies {
			t.Errorf("%d copies of %d×%d: %s", len(copies), side.width, side.height, list)
		}
		for _, one := range copies {
			path, claim, _ := strings.Cut(one, " ")
			_, data := w.fetch(path)
			size, _, err := image.DecodeConfig(strings.NewReader(data))
			w.must(err)
			if claim != fmt.Sprintf("%dw", size.Width) {
				t.Errorf("%s is %d wide", one, size.Width)
			}
		}
	}
}
