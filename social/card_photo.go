package social

import (
	"image"
	"image/draw"

	xdraw "golang.org/x/image/draw"
)

// lay scales a part of a picture into a box. Photos come as JPEG, whose planes are scaled as they are: a fraction of the
// work, and none for the colours that the eye does not tell apart.
func lay(canvas *image.RGBA, box image.Rectangle, picture image.Image, part image.Rectangle) {
	photo, ok := picture.(*image.YCbCr)
	if !ok || part.Dx() < 2 || part.Dy() < 2 {
		xdraw.ApproxBiLinear.Scale(canvas, box, picture, part, draw.Over, nil)
		return
	}
	// Where it shrinks much, each pixel is the mean of four of a picture twice the size, so that fine lines do not flicker.
	size := box.Size()
	if part.Dx() > size.X*3/2 {
		size = size.Mul(2)
	}
	scaled := image.NewYCbCr(image.Rectangle{Max: size}, image.YCbCrSubsampleRatio420)
	from := photo.SubImage(part).(*image.YCbCr)
	chroma := from.Bounds()
	chromaWidth, chromaHeight := chromaSize(from)
	scalePlane(scaled.Y, scaled.YStride, size.X, size.Y, from.Y, from.YStride, chroma.Dx(), chroma.Dy())
	half := image.Pt((size.X+1)/2, (size.Y+1)/2)
	scalePlane(scaled.Cb, scaled.CStride, half.X, half.Y, from.Cb, from.CStride, chromaWidth, chromaHeight)
	scalePlane(scaled.Cr, scaled.CStride, half.X, half.Y, from.Cr, from.CStride, chromaWidth, chromaHeight)
	if size != box.Size() {
		// Four of its bright dots become one; its colours are as many as the box has pixels already.
		small := &image.YCbCr{
			Y: halvedPlane(scaled.Y, scaled.YStride, box.Dx(), box.Dy()), YStride: box.Dx(), Cb: scaled.Cb, Cr: scaled.Cr, CStride: scaled.CStride,
			SubsampleRatio: image.YCbCrSubsampleRatio444, Rect: image.Rectangle{Max: box.Size()},
		}
		draw.Draw(canvas, box, small, image.Point{}, draw.Src)
		return
	}
	draw.Draw(canvas, box, scaled, image.Point{}, draw.Src)
}

// chromaSize is how many colour dots a part of a picture has.
func chromaSize(p *image.YCbCr) (width, height int) {
	b := p.Bounds()
	width, height = b.Dx(), b.Dy()
	switch p.SubsampleRatio {
	case image.YCbCrSubsampleRatio420:
		width, height = (b.Max.X+1)/2-b.Min.X/2, (b.Max.Y+1)/2-b.Min.Y/2
	case image.YCbCrSubsampleRatio422:
		width = (b.Max.X+1)/2 - b.Min.X/2
	case image.YCbCrSubsampleRatio440:
		height = (b.Max.Y+1)/2 - b.Min.Y/2
	case image.YCbCrSubsampleRatio411:
		width = (b.Max.X+3)/4 - b.Min.X/4
	case image.YCbCrSubsampleRatio410:
		width, height = (b.Max.X+3)/4-b.Min.X/4, (b.Max.Y+1)/2-b.Min.Y/2
	}
	return width, height
}

// scalePlane scales the w × h dots of a plane to width × height, each between the four that it lies among: first across,
// once for each row that is wanted, then down.
func scalePlane(to []byte, toStride, width, height int, from []byte, fromStride, w, h int) {
	const one = 1 << 8
	type step struct{ left, right, part uint32 }
	between := func(i, n, of int) (low, high, part int) { // the middle of dot i of n, among others
		at := max(0, (2*i+1)*of*one/(2*n)-one/2)
		low = min(at/one, of-1)
		return low, min(low+1, of-1), at % one
	}
	steps := make([]step, width)
	for x := range steps {
		left, right, part := between(x, width, w)
		steps[x] = step{uint32(left), uint32(right), uint32(part)} //nolint:gosec // within a picture
	}
	across := func(row []uint32, y int) {
		line := from[y*fromStride : y*fromStride+w]
		for x, s := range steps {
			row[x] = uint32(line[s.left])*(one-s.part) + uint32(line[s.right])*s.part
		}
	}
	above, below, atAbove, atBelow := make([]uint32, width), make([]uint32, width), -1, -1
	for y := range height {
		top, bottom, part := between(y, height, h)
		if top == atBelow {
			above, below, atAbove, atBelow = below, above, atBelow, atAbove
		}
		if top != atAbove {
			across(above, top)
			atAbove = top
		}
		if bottom != atBelow {
			across(below, bottom)
			atBelow = bottom
		}
		down := uint32(part) //nolint:gosec // below 256
		row := to[y*toStride : y*toStride+width]
		for x := range row {
			row[x] = uint8((above[x]*(one-down) + below[x]*down + one*one/2) / (one * one)) //nolint:gosec // a mean of bytes
		}
	}
}

// halvedPlane is a plane of twice width × height with each dot the mean of four.
func halvedPlane(from []byte, stride, width, height int) []byte {
	to := make([]byte, width*height)
	for y := range height {
		above, below, row := from[2*y*stride:2*y*stride+2*width], from[(2*y+1)*stride:(2*y+1)*stride+2*width], to[y*width:(y+1)*width]
		for x := range row {
			row[x] = uint8((uint(above[2*x]) + uint(above[2*x+1]) + uint(below[2*x]) + uint(below[2*x+1]) + 2) / 4) //nolint:gosec // a mean of bytes
		}
	}
	return to
}
