package social

import (
	"image"
	"image/color"
	"image/draw"

	"golang.org/x/image/vector"
)

// bow is how far a curve's handles lie from its ends to make a quarter of a circle.
const bow = 0.5523

// rounded fills a box with round corners.
func (e *easel) rounded(box image.Rectangle, radius int, c color.Color) {
	e.roundedPicture(box, radius, image.NewUniform(c))
}

// roundedPicture lays a picture of the box's size into it with round corners: the corners through a path, what is between
// them at once.
func (e *easel) roundedPicture(box image.Rectangle, radius int, picture image.Image) {
	lay := func(part image.Rectangle) {
		draw.Draw(e.canvas, part, picture, picture.Bounds().Min.Add(part.Min.Sub(box.Min)), draw.Over)
	}
	r := min(radius, box.Dx()/2, box.Dy()/2)
	if r < 1 {
		lay(box)
		return
	}
	lay(image.Rect(box.Min.X+r, box.Min.Y, box.Max.X-r, box.Min.Y+r))
	lay(image.Rect(box.Min.X, box.Min.Y+r, box.Max.X, box.Max.Y-r))
	lay(image.Rect(box.Min.X+r, box.Max.Y-r, box.Max.X-r, box.Max.Y))
	raster, mask := vector.NewRasterizer(2*r, 2*r), image.NewAlpha(image.Rect(0, 0, 2*r, 2*r))
	circle(raster, float32(r))
	raster.DrawOp = draw.Src
	raster.Draw(mask, mask.Bounds(), image.Opaque, image.Point{})
	for _, corner := range []image.Point{{}, {1, 0}, {0, 1}, {1, 1}} {
		at := image.Pt(corner.X*(box.Dx()-r), corner.Y*(box.Dy()-r))
		part := image.Rectangle{at, at.Add(image.Pt(r, r))}.Add(box.Min)
		draw.DrawMask(e.canvas, part, picture, picture.Bounds().Min.Add(at), mask, image.Pt(corner.X*r, corner.Y*r), draw.Over)
	}
}

// pour lays a source through a rasterized path into a box. The path becomes a mask first: the rasterizer draws on a canvas
// of colours slowly, and does not stop at its edge.
func pour(canvas *image.RGBA, box image.Rectangle, path *vector.Rasterizer, source image.Image, from image.Point) {
	mask := image.NewAlpha(image.Rect(0, 0, box.Dx(), box.Dy()))
	path.DrawOp = draw.Src
	path.Draw(mask, mask.Bounds(), image.Opaque, image.Point{})
	draw.DrawMask(canvas, box, source, from, mask, image.Point{}, draw.Over)
}

// circle is the path of a circle of a radius in the corner of its box.
func circle(path *vector.Rasterizer, r float32) {
	k, d := r*(1-bow), 2*r
	path.MoveTo(r, 0)
	path.CubeTo(d-k, 0, d, k, d, r)
	path.CubeTo(d, d-k, d-k, d, r, d)
	path.CubeTo(k, d, 0, d-k, 0, r)
	path.CubeTo(0, k, k, 0, r, 0)
	path.ClosePath()
}

// disc fills a circle.
func (e *easel) disc(x, y, radius int, c color.Color) {
	e.rounded(image.Rect(x-radius, y-radius, x+radius, y+radius), radius, c)
}

// clear is a colour with an opacity in percent.
func clear(c color.Color, percent uint32) color.Color {
	r, g, b, _ := c.RGBA()
	part := func(v uint32) uint8 { return uint8(v * percent / 100 >> 8) }    //nolint:gosec // at most 255
	return color.RGBA{part(r), part(g), part(b), uint8(255 * percent / 100)} //nolint:gosec // at most 255
}

// blend is what a colour with an opacity in percent makes of a ground.
func blend(ground, over color.Color, percent uint32) color.RGBA {
	gr, gg, gb, _ := ground.RGBA()
	or, og, ob, _ := over.RGBA()
	mix := func(g, o uint32) uint8 { return uint8((g*(100-percent) + o*percent) / 100 >> 8) } //nolint:gosec // at most 255
	return color.RGBA{mix(gr, or), mix(gg, og), mix(gb, ob), 0xff}
}
