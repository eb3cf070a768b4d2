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
