package social

import (
	"image"
	"image/color"
	"image/draw"

	"golang.org/x/image/vector"
)

// bow is how far a curve's handles lie from its ends to make a quarter of a circle.
const bow = 0.5523

// rounded fills a box with round corners: the corners through a path, what is between them at once.
func (e *easel) rounded(box image.Rectangle, radius float32, c color.Color) {
	r := min(int(radius), box.Dx()/2, box.Dy()/2)
	if r < 1 {
		e.fill(box, c)
		return
	}
	e.fill(image.Rect(box.Min.X+r, box.Min.Y, box.Max.X-r, box.Min.Y+r), c)
	e.fill(image.Rect(box.Min.X, box.Min.Y+r, box.Max.X, box.Max.Y-r), c)
	e.fill(image.Rect(box.Min.X+r, box.Max.Y-r, box.Max.X-r, box.Max.Y), c)
	whole, ground := roundedPath(2*r, 2*r, float32(r)), image.NewUniform(c)
	raster, mask := vector.NewRasterizer(2*r, 2*r), image.NewAlpha(image.Rect(0, 0, 2*r, 2*r))
	whole(raster)
	raster.DrawOp = draw.Src
	raster.Draw(mask, mask.Bounds(), image.Opaque, image.Point{})
	for _, corner := range []image.Point{{}, {1, 0}, {0, 1}, {1, 1}} {
		at := image.Pt(box.Min.X+corner.X*(box.Dx()-r), box.Min.Y+corner.Y*(box.Dy()-r))
		draw.DrawMask(e.canvas, image.Rectangle{at, at.Add(image.Pt(r, r))}, ground, image.Point{}, mask, image.Pt(corner.X*r, corner.Y*r), draw.Over)
	}
}

// roundedPicture lays a part of the canvas's size through a box with round corners.
func (e *easel) roundedPicture(box image.Rectangle, radius float32, picture image.Image) {
	e.through(box, roundedPath(box.Dx(), box.Dy(), radius), picture, picture.Bounds().Min)
}

func (e *easel) through(box image.Rectangle, path func(*vector.Rasterizer), source image.Image, from image.Point) {
	if box.Empty() {
		return
	}
	raster := vector.NewRasterizer(box.Dx(), box.Dy())
	path(raster)
	pour(e.canvas, box, raster, source, from)
}

// pour lays a source through a rasterized path into a box. The path becomes a mask first: the rasterizer draws on a canvas
// of colours slowly, and does not stop at its edge.
func pour(canvas *image.RGBA, box image.Rectangle, path *vector.Rasterizer, source image.Image, from image.Point) {
	mask := image.NewAlpha(image.Rect(0, 0, box.Dx(), box.Dy()))
	path.DrawOp = draw.Src
	path.Draw(mask, mask.Bounds(), image.Opaque, image.Point{})
	draw.DrawMask(canvas, box, source, from, mask, image.Point{}, draw.Over)
}

func roundedPath(width, height int, r float32) func(*vector.Rasterizer) {
	w, h := float32(width), float32(height)
	r = min(r, w/2, h/2)
	k := r * (1 - bow)
	return func(path *vector.Rasterizer) {
		path.MoveTo(r, 0)
		path.LineTo(w-r, 0)
		path.CubeTo(w-k, 0, w, k, w, r)
		path.LineTo(w, h-r)
		path.CubeTo(w, h-k, w-k, h, w-r, h)
		path.LineTo(r, h)
		path.CubeTo(k, h, 0, h-k, 0, h-r)
		path.LineTo(0, r)
		path.CubeTo(0, k, k, 0, r, 0)
		path.ClosePath()
	}
}

// disc fills a circle.
func (e *easel) disc(x, y, radius int, c color.Color) {
	e.rounded(image.Rect(x-radius, y-radius, x+radius, y+radius), float32(radius), c)
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
