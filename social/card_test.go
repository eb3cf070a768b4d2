package social

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	_ "image/png"
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
