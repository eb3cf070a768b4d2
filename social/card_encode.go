package social

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"maps"
	"slices"
)

// The most that a picture should weigh: networks fetch it for each post, on phones too.
const jpegQuality = 86

// EncodePNG gives the picture as suits words on colour: with a table of colours where it has few.
func EncodePNG(picture *image.RGBA) ([]byte, error) {
	var out bytes.Buffer
	if few := tabled(picture); few != nil {
		err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, few)
		return out.Bytes(), err
	}
	err := (&png.Encoder{CompressionLevel: png.DefaultCompression}).Encode(&out, picture)
	return out.Bytes(), err
}

// tabledMost is how many colours a picture may have to be told by a table of 256: words and shapes have a few hundred,
// most of them at edges, where the nearest will do. A photo has thousands.
const tabledMost = 3000

// tabled is the picture with a table of colours, nil where it has too many. Most pixels are like the one before.
func tabled(picture *image.RGBA) *image.Paletted {
	counts := make(map[uint32]int, 1024)
	var last uint32
	run := 0
	for i := 0; i+3 < len(picture.Pix); i += 4 {
		c := binary.BigEndian.Uint32(picture.Pix[i:])
		if c == last {
			run++
			continue
		}
		counts[last] += run
		last, run = c, 1
		if len(counts) > tabledMost {
			return nil
		}
	}
	counts[last] += run
	colours := slices.SortedFunc(maps.Keys(counts), func(a, b uint32) int { return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b)) })
	table := make(color.Palette, 0, 256)
	index := make(map[uint32]uint8, len(colours))
	for i, c := range colours {
		rgba := color.RGBA{uint8(c >> 24), uint8(c >> 16), uint8(c >> 8), uint8(c)} //nolint:gosec // cut on purpose
		if i < 256 {
			table = append(table, rgba)
			index[c] = uint8(i) //nolint:gosec // at most 255
		} else {
			index[c] = uint8(table.Index(rgba)) //nolint:gosec // at most 255
		}
	}
	out := image.NewPaletted(picture.Bounds(), table)
	at := index[last]
	for i := range out.Pix {
		if c := binary.BigEndian.Uint32(picture.Pix[4*i:]); c != last {
			last, at = c, index[c]
		}
		out.Pix[i] = at
	}
	return out
}

// BlankCard is a card without anything on it: what a drawn one's cost is compared with.
func BlankCard() *image.RGBA {
	blank := image.NewRGBA(image.Rect(0, 0, cardWidth, cardHeight))
	draw.Draw(blank, blank.Bounds(), image.White, image.Point{}, draw.Src)
	return blank
}

// EncodeJPEG gives the picture as photos are kept.
func EncodeJPEG(picture *image.RGBA) ([]byte, error) {
	var out bytes.Buffer
	err := jpeg.Encode(&out, picture, &jpeg.Options{Quality: jpegQuality})
	return out.Bytes(), err
}
