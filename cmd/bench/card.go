package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"syscall"
	"time"

	"github.com/tillbird/tillbird/social"
)

// cardsDrawn is how many pictures of each sort are drawn in a round.
const cardsDrawn = 4

// cards is P9: the picture of a post beside the encoding of a blank one of its size. The photo is decoded for each card,
// as the till does. What counts is the processor's time, which other programs do not lengthen.
func cards(ctx context.Context, b *bench) ([]check, map[string]any, error) {
	folder, err := os.MkdirTemp("", "bench-cards-*")
	if err != nil {
		return nil, nil, err
	}
	defer os.RemoveAll(folder)
	painter := social.NewPainter(folder)
	photo, err := benchPhoto()
	if err != nil {
		return nil, nil, err
	}
	words := social.Card{
		Title: "Linen apron, stone-washed in Marseille", Price: "€24.00", WasPrice: "€32.00", Shop: "Maison Kestrel",
		Facts: []string{"Ends Sunday 24 May, 20:00"}, Day: "24", Month: "May", Time: "20:00", FocusX: 50, FocusY: 50,
	}
	card := func(template string, withPhoto bool) func() ([]byte, error) {
		return func() ([]byte, error) {
			c := words
			c.Template, c.Colour = template, "petrol"
			encode := social.EncodePNG
			if withPhoto {
				if c.Photo, err = jpeg.Decode(bytes.NewReader(photo)); err != nil {
					return nil, err
				}
				encode = social.EncodeJPEG
			}
			picture, _ := painter.Draw(c)
			return encode(picture)
		}
	}
	sides := []struct {
		name string
		make func() ([]byte, error)
	}{
		{"blank", func() ([]byte, error) {
			var out bytes.Buffer
			err := png.Encode(&out, social.BlankCard())
			return out.Bytes(), err
		}},
		{"type", card(social.TemplateType, false)},
		{"ticket", card(social.TemplateTicket, false)},
		{"photo", card(social.TemplatePhoto, true)},
		{"split", card(social.TemplateSplit, true)},
		{"product", card(social.TemplateProduct, true)},
	}
	costs, ratios, sizes := map[string][]float64{}, map[string][]float64{}, map[string]int{}
	for range b.rounds {
		took := map[string]float64{}
		for _, side := range sides {
			before := processorTime()
			for range cardsDrawn {
				data, err := side.make()
				if err != nil {
					return nil, nil, fmt.Errorf("%s: %w", side.name, err)
				}
				sizes[side.name] = len(data)
			}
			took[side.name] = milliseconds(processorTime()-before) / cardsDrawn
			costs[side.name] = append(costs[side.name], short(took[side.name]))
			ratios[side.name] = append(ratios[side.name], short(took[side.name]/took["blank"]))
		}
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
	}
	kilobytes := func(names ...string) float64 {
		largest := 0
		for _, name := range names {
			largest = max(largest, sizes[name])
		}
		return float64(largest) / 1024
	}
	raw := map[string]any{"cpu_ms": costs, "ratio": ratios, "bytes": sizes}
	return []check{
		most("CPU of a card of words, over a blank PNG", max(median(ratios["type"]), median(ratios["ticket"])), 1.5),
		most("CPU of a card with a photo, over a blank PNG", max(median(ratios["photo"]), median(ratios["split"]), median(ratios["product"])), 4),
		most("kilobytes of a card of words", kilobytes("type", "ticket"), 64),
		most("kilobytes of a card with a photo", kilobytes("photo", "split", "product"), 300),
	}, raw, nil
}

// benchPhoto is a picture as the till keeps it for cards, with edges, slopes and grain.
func benchPhoto() ([]byte, error) {
	p := image.NewRGBA(image.Rect(0, 0, 1200, 900))
	grain := uint32(1)
	for y := range 900 {
		for x := range 1200 {
			grain = grain*1664525 + 1013904223
			c := color.RGBA{uint8(235 - y/7), uint8(225 - y/5), uint8(205 - y/6), 255} //nolint:gosec // small
			if dx, dy := x-600, y-420; dx*dx+dy*dy < 200*200 {
				c = color.RGBA{214, uint8(140 + dy/5), 70, 255} //nolint:gosec // small
			} else if y > 555 {
				c = color.RGBA{uint8(60 + x/20), uint8(70 + (x+y)%37), 58, 255} //nolint:gosec // small
			}
			c.G += uint8(grain >> 29) //nolint:gosec // three bits
			p.SetRGBA(x, y, c)
		}
	}
	var out bytes.Buffer
	err := jpeg.Encode(&out, p, &jpeg.Options{Quality: 84})
	return out.Bytes(), err
}

// processorTime is what this process has used of the processor.
func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
