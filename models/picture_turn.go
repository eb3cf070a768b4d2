package models

import (
	"encoding/binary"
	"image"
)

// orientation reads the Exif orientation (1 to 8) of a JPEG: phones store pictures lying and say how to turn them, and
// encoding anew drops what they say. Exif 2.32, tag 0x0112.
func orientation(raw []byte) int {
	for at := 2; at+4 <= len(raw) && raw[0] == 0xFF && raw[1] == 0xD8 && raw[at] == 0xFF; {
		kind, size := raw[at+1], int(binary.BigEndian.Uint16(raw[at+2:]))
		end := at + 2 + size
		if end > len(raw) || size < 2 || kind == 0xDA {
			return 1
		}
		if body := raw[at+4 : end]; kind == 0xE1 && len(body) > 14 && string(body[:6]) == "Exif\x00\x00" {
			return tiffOrientation(body[6:])
		}
		at = end
	}
	return 1
}

func tiffOrientation(tiff []byte) int {
	var order binary.ByteOrder = binary.LittleEndian
	if string(tiff[:2]) == "MM" {
		order = binary.BigEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	count := int64(order.Uint16(tiff[at:]))
	for i := int64(0); i < count; i++ {
		entry := at + 2 + i*12
		if entry+12 > int64(len(tiff)) {
			return 1
		}
		if order.Uint16(tiff[entry:]) == 0x0112 {
			if turn := int(order.Uint16(tiff[entry+8:])); turn >= 1 && turn <= 8 {
				return turn
			}
		}
	}
	return 1
}

// upright turns and mirrors a picture as its orientation says.
func upright(source image.Image, turn int) image.Image {
	if turn <= 1 {
		return source
	}
	b := source.Bounds()
	w, h := b.Dx(), b.Dy()
	outW, outH := w, h
	if turn >= 5 {
		outW, outH = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, outW, outH))
	for y := range outH {
		for x := range outW {
			sx, sy := x, y
			switch turn {
			case 2:
				sx = w - 1 - x
			case 3:
				sx, sy = w-1-x, h-1-y
			case 4:
				sy = h - 1 - y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, h-1-x
			case 7:
				sx, sy = w-1-y, h-1-x
			case 8:
				sx, sy = w-1-y, x
			}
			out.Set(x, y, source.At(b.Min.X+sx, b.Min.Y+sy))
		}
	}
	return out
}

// halved makes a picture smaller by a whole factor, each pixel the mean of those it stands for, until it is at most
// twice most: what is left to the better but hungrier filter fits in little memory.
func halved(source image.Image, most int) image.Image {
	b := source.Bounds()
	k := max(b.Dx(), b.Dy()) / most
	at, quick := source.(image.RGBA64Image)
	if k < 2 || !quick {
		return source
	}
	out := image.NewRGBA(image.Rect(0, 0, max(1, b.Dx()/k), max(1, b.Dy()/k)))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			var r, g, bl, a, n uint32
			for sy := b.Min.Y + y*k; sy < min(b.Min.Y+(y+1)*k, b.Max.Y); sy++ {
				for sx := b.Min.X + x*k; sx < min(b.Min.X+(x+1)*k, b.Max.X); sx++ {
					c := at.RGBA64At(sx, sy)
					r, g, bl, a, n = r+uint32(c.R>>8), g+uint32(c.G>>8), bl+uint32(c.B>>8), a+uint32(c.A>>8), n+1
				}
			}
			i := out.PixOffset(x, y)
			out.Pix[i], out.Pix[i+1], out.Pix[i+2], out.Pix[i+3] = uint8(r/n), uint8(g/n), uint8(bl/n), uint8(a/n)
		}
	}
	return out
}
