package social

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	xdraw "golang.org/x/image/draw"
)

// photo is a picture with a light sky, a dark ground and something bright in its middle.
func photo() image.Image {
	p := image.NewRGBA(image.Rect(0, 0, 900, 700))
	for y := range 700 {
		for x := range 900 {
			c := color.RGBA{uint8(235 - y/9), uint8(225 - y/7), uint8(205 - y/8), 255}
			if y > 430 {
				c = color.RGBA{uint8(60 + x/20), uint8(70 + (x+y)%37), 58, 255}
			}
			if dx, dy := x-450, y-330; dx*dx+dy*dy < 150*150 {
				c = color.RGBA{214, uint8(96 + dy/5), 70, 255}
			}
			p.SetRGBA(x, y, c)
		}
	}
	return p
}

// scripts are the words of a card in what the world writes.
var scripts = []struct {
	name  string
	words Card
	own   bool // drawn with what the program brings along
}{
	{"latin", Card{Title: "Linen apron, stone-washed in Marseille", Price: "€24.00", WasPrice: "€32.00", Shop: "Maison Kestrel", Facts: []string{"Ends Sunday 24 May, 20:00"}, Day: "24", Month: "May", Time: "20:00"}, true},
	{"long", Card{Title: "A very long name for a hand-thrown stoneware breakfast bowl with a speckled glaze that nobody would ever type into a field but somebody will", Price: "1 234,50 €", Shop: "L’Atelier de céramique des Deux Rivières", Facts: []string{"Commence le dimanche 24 mai à 20 h", "Épuisé bientôt"}, Stamp: "Épuisé", Day: "24", Month: "septembre", Time: "20 h 00"}, true},
	{"arabic", Card{Title: "مئزر من الكتان مغسول بالحجر", Price: "120.00 AED", WasPrice: "150.00 AED", Shop: "دار الصقر", Facts: []string{"ينتهي الأحد 24 مايو"}, Day: "24", Month: "مايو", Time: "20:00"}, true},
	{"hebrew", Card{Title: "סינר פשתן שטוף אבן", Price: "₪89.90", Shop: "בית הבז", Facts: []string{"מסתיים ביום ראשון 24 במאי"}, Day: "24", Month: "מאי", Time: "20:00"}, true},
	{"cjk", Card{Title: "石で洗ったリネンのエプロン", Price: "¥3,600", Shop: "海辺の店", Facts: []string{"5月24日(日)20:00まで"}, Day: "24", Month: "5月", Time: "20:00"}, false},
	{"emoji", Card{Title: "Honey from our roof 🍯🐝 first harvest", Price: "£8.50", Shop: "Bee & Co 🐝", Facts: []string{"Starts Friday, 9:00"}, Stamp: "Sold out", Day: "1", Month: "June", Time: "09:00"}, false},
}

func drawn(t testing.TB, p *Painter, words Card, template, colour string) *image.RGBA {
	words.Template, words.Colour, words.FocusX, words.FocusY = template, colour, 50, 45
	words.Photo = photo()
	if template == TemplateType || template == TemplateTicket || template == TemplateDrop && colour == "sun" {
		words.Photo = nil
	}
	picture, _ := p.Draw(words)
	return picture
}

// TestContactSheet draws every template in every script on one sheet, to be looked at:
// TILLBIRD_TEST_SHOTS=folder go test ./social -run ContactSheet.
func TestContactSheet(t *testing.T) {
	folder := os.Getenv("TILLBIRD_TEST_SHOTS")
	if folder == "" {
		folder = t.TempDir()
	}
	p := NewPainter(t.TempDir())
	const width, height, space = 600, 314, 12
	sheet := image.NewRGBA(image.Rect(0, 0, len(Templates)*(width+space)+space, len(scripts)*(height+space)+space))
	draw.Draw(sheet, sheet.Bounds(), image.NewUniform(color.RGBA{0x80, 0x80, 0x80, 0xff}), image.Point{}, draw.Src)
	for row, script := range scripts {
		for i, template := range Templates {
			card := drawn(t, p, script.words, template, Colours[(row+i)%len(Colours)])
			at := image.Pt(space+i*(width+space), space+row*(height+space))
			xdraw.CatmullRom.Scale(sheet, image.Rectangle{at, at.Add(image.Pt(width, height))}, card, card.Bounds(), draw.Src, nil)
		}
	}
	file, err := os.Create(filepath.Join(folder, "cards.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := jpeg.Encode(file, sheet, &jpeg.Options{Quality: 85}); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(os.Stderr, "cards:", file.Name())
}

// TestCardsLookAsTheyDid compares the templates with pictures that somebody looked at, in the scripts that need no font
// of the system. UPDATE_CARDS=1 go test ./social -run LookAsTheyDid draws them anew: then look at them.
func TestCardsLookAsTheyDid(t *testing.T) {
	p := NewPainter(t.TempDir())
	for _, script := range scripts {
		if !script.own {
			continue
		}
		strip := image.NewRGBA(image.Rect(0, 0, 240*len(Templates), 126))
		for i, template := range Templates {
			card := drawn(t, p, script.words, template, Colours[i])
			xdraw.CatmullRom.Scale(strip, image.Rect(240*i, 0, 240*i+240, 126), card, card.Bounds(), draw.Src, nil)
		}
		name := filepath.Join("testdata", "cards", script.name+".png")
		if os.Getenv("UPDATE_CARDS") != "" {
			data, err := EncodePNG(strip)
			if err == nil {
				err = os.WriteFile(name, data, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			continue
		}
		if worst := difference(t, name, strip); worst > 6 {
			t.Errorf("%s: a part of the picture differs by %.1f of 255", name, worst)
		}
	}
}

// difference is the largest mean difference of a block of 12 × 9 pixels.
func difference(t *testing.T, name string, drawn image.Image) (worst float64) {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	golden, _, err := image.Decode(file)
	if err != nil || golden.Bounds() != drawn.Bounds() {
		t.Fatalf("%s: %v, or another size", name, err)
	}
	size := drawn.Bounds().Size()
	for y := 0; y < size.Y; y += 9 {
		for x := 0; x < size.X; x += 12 {
			sum := 0.0
			for i := range 108 {
				r, g, b, _ := golden.At(x+i%12, y+i/12).RGBA()
				r2, g2, b2, _ := drawn.At(x+i%12, y+i/12).RGBA()
				for _, pair := range [][2]uint32{{r, r2}, {g, g2}, {b, b2}} {
					sum += max(float64(pair[0]), float64(pair[1])) - min(float64(pair[0]), float64(pair[1]))
				}
			}
			worst = max(worst, sum/108/3/257)
		}
	}
	return worst
}

func TestWordsOnACardCanBeRead(t *testing.T) {
	t.Parallel()
	for name, p := range palettes {
		if contrast(p.ground, p.ink) < readable || contrast(p.ground, inkOn(p.ground, p.accent)) < readable {
			t.Errorf("%s: %.2f", name, contrast(p.ground, p.ink))
		}
	}
	random, faces := rand.New(rand.NewPCG(7, 7)), newFonts(t.TempDir())
	for range 200 {
		noise := image.NewRGBA(image.Rect(0, 0, 60, 40))
		base, spread := random.IntN(256), 1+random.IntN(256)
		for i := range noise.Pix {
			noise.Pix[i] = uint8(min(255, max(0, base+random.IntN(spread)-spread/2)))
			if i%4 == 3 {
				noise.Pix[i] = 255
			}
		}
		own := fmt.Sprintf("#%06x", random.IntN(1<<24))
		p := paletteOf(own)
		if contrast(p.ground, inkOn(p.ground, p.ink)) < readable {
			t.Fatalf("%s: %.2f", own, contrast(p.ground, p.ink))
		}
		e := &easel{canvas: image.NewRGBA(image.Rect(0, 0, cardWidth, cardHeight)), card: Card{Photo: noise, FocusX: 50, FocusY: 50}, palette: p, setter: setter{fonts: faces}}
		e.drawPhoto() // no words: what they would stand on
		plate := image.Rect(cardWidth-100, cardHeight-40-60, cardWidth-90, cardHeight-50)
		if got := worstContrast(e.canvas, plate, inkOn(p.ground, p.ink), nil); got < readable {
			t.Fatalf("%s on a photo around %d ± %d: %.2f", own, base, spread/2, got)
		}
	}
}

func TestALongTitleIsCutAndSaysSo(t *testing.T) {
	t.Parallel()
	p := NewPainter(t.TempDir())
	_, notes := p.Draw(Card{Template: TemplateSplit, Photo: photo(), Title: scripts[1].words.Title, Price: "€24.00"})
	if !notes.TitleCut {
		t.Error("a cut title is not told")
	}
	if _, notes = p.Draw(Card{Template: TemplateSplit, Photo: photo(), Title: "Linen apron", Price: "€24.00"}); notes.TitleCut {
		t.Error("a short title is told as cut")
	}
	for _, title := range []string{"", "\x00\u202e\u2066", "a\u0301\u0301\u0301", "👩‍👩‍👧‍👦", string([]byte{0xff, 0xfe})} {
		p.Draw(Card{Template: TemplateTicket, Title: title, Price: title, Shop: title})
	}
}

func BenchmarkCard(b *testing.B) {
	p, file := NewPainter(b.TempDir()), benchPhoto(b)
	for _, side := range []struct {
		name string
		draw func() (int, error)
	}{
		{"blank", func() (int, error) {
			var out bytes.Buffer
			err := png.Encode(&out, BlankCard())
			return out.Len(), err
		}},
		{"type", func() (int, error) { return size(EncodePNG(drawnWith(b, p, nil, TemplateType))) }},
		{"photo", func() (int, error) { return size(EncodeJPEG(drawnWith(b, p, file, TemplatePhoto))) }},
		{"split", func() (int, error) { return size(EncodeJPEG(drawnWith(b, p, file, TemplateSplit))) }},
		{"product", func() (int, error) { return size(EncodeJPEG(drawnWith(b, p, file, TemplateProduct))) }},
	} {
		b.Run(side.name, func(b *testing.B) {
			bytes := 0
			for b.Loop() {
				var err error
				if bytes, err = side.draw(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(bytes), "bytes")
		})
	}
}

func drawnWith(b *testing.B, p *Painter, file []byte, template string) *image.RGBA {
	words := scripts[0].words
	words.Template, words.Colour, words.FocusX, words.FocusY = template, "petrol", 50, 45
	if file == nil {
		picture, _ := p.Draw(words)
		return picture
	}
	var err error
	if words.Photo, err = jpeg.Decode(bytes.NewReader(file)); err != nil {
		b.Fatal(err)
	}
	picture, _ := p.Draw(words)
	return picture
}

// benchPhoto is the photo as the till keeps one: a JPEG, decoded for each card.
func benchPhoto(b *testing.B) []byte {
	large := image.NewRGBA(image.Rect(0, 0, 1200, 933))
	xdraw.ApproxBiLinear.Scale(large, large.Bounds(), photo(), photo().Bounds(), draw.Src, nil)
	data, err := EncodeJPEG(large)
	if err != nil {
		b.Fatal(err)
	}
	return data
}

func size(data []byte, err error) (int, error) { return len(data), err }
