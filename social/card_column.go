package social

import (
	"image"
	"image/color"
	"strings"
)

// The corner at the beginning of the lower edge belongs to X, which writes the link's domain there: no word of ours may
// stand below chipTop and left of chipEnd.
const (
	chipTop = cardHeight - 128
	chipEnd = 500
)

// above is a box without the part of its height that lies below the corner of X's.
func above(box image.Rectangle) image.Rectangle {
	if box.Min.X < chipEnd {
		box.Max.Y = min(box.Max.Y, chipTop-8)
	}
	return box
}

// column is the words of a card, set for a width: from whom and what at its head, when and for how much at its foot.
type column struct {
	shop, title, facts, price, was lettering
	width                          int
}

// columnSizes are the sizes of a column's lettering, in pixels.
type columnSizes struct{ titleMost, titleLeast, lines, price int }

const (
	gap      = 20
	shopSize = 30
	factSize = 30
	signSize = 52 // of the shop's sign beside its name
	pillPad  = 20
)

// column fits the words of the card into a width and a height; the title gives way first.
func (e *easel) column(width, height int, s columnSizes) column {
	c := column{width: width}
	shopWidth := width
	if e.card.Logo != nil {
		shopWidth -= signSize + gap
	}
	c.shop = e.set(e.card.Shop, medium, shopSize, shopWidth, 1)
	c.facts = e.set(strings.Join(e.card.Facts, "  ·  "), medium, factSize, width-2*pillPad, 2)
	c.price = e.fit(e.card.Price, bold, s.price, 40, width, 1)
	if e.card.WasPrice != "" {
		c.was = e.set(e.card.WasPrice, medium, max(30, s.price*45/100), width, 1)
	}
	for most, lines := s.titleMost, s.lines; ; {
		c.title = e.fit(e.card.Title, bold, most, s.titleLeast, width, lines)
		if c.height() <= height || lines == 1 && most <= s.titleLeast {
			break
		}
		if most > s.titleLeast {
			most -= 4
		} else {
			lines--
		}
	}
	e.notes.cut(c.title)
	return c
}

// headHeight and footHeight are the two halves of a column, without the gap between them.
func (c column) headHeight(e *easel) int { return c.eyebrow(e) + c.title.height }

func (c column) eyebrow(e *easel) int {
	switch {
	case e.card.Logo != nil:
		return signSize + gap
	case c.shop.height > 0:
		return c.shop.height + gap*6/10
	}
	return 0
}

func (c column) pill() int {
	if c.facts.height == 0 {
		return 0
	}
	return c.facts.height + 18
}

func (c column) footHeight() int {
	foot := c.price.height
	if c.pill() > 0 {
		foot += c.pill() + gap*8/10
	}
	if c.wraps() {
		foot += c.was.height
	}
	return foot
}

// wraps tells whether the earlier price has no room beside the price and stands above it.
func (c column) wraps() bool { return c.was.width > 0 && c.price.width+24+c.was.width > c.width }

func (c column) height() int {
	height := c.title.height + c.footHeight() + gap + c.shop.height + gap
	return height
}

// natural is how wide the column's words are.
func (c column) natural(e *easel) int {
	shop := c.shop.width
	if e.card.Logo != nil {
		shop += signSize + gap
	}
	price := c.price.width
	if c.was.width > 0 && !c.wraps() {
		price += 24 + c.was.width
	}
	return min(c.width, max(shop, c.title.width, c.facts.width+2*pillPad*min(1, c.facts.height), price))
}

// put draws the column on a ground, its head at the top of a box and its foot at the bottom.
func (c column) put(e *easel, box image.Rectangle, ground color.Color) {
	text, accent := inkOn(ground, e.palette.ink), inkOn(ground, e.palette.accent)
	soft := inkOn(ground, blend(ground, text, 76))
	rtl := c.title.rtl
	y := box.Min.Y
	if c.eyebrow(e) > 0 {
		c.putShop(e, box.Min.X, y, rtl, soft)
		y += c.eyebrow(e)
	}
	c.title.put(e.canvas, box.Min.X-c.title.size/24, y, c.width, e.side, text) // large letters stand in by their side bearing
	y = box.Max.Y - c.footHeight() + c.price.sag()
	if c.pill() > 0 {
		c.putFacts(e, box.Min.X, y-c.price.sag(), rtl, ground, text)
		y += c.pill() + gap*8/10
	}
	c.putPrice(e, box.Min.X, y, rtl, accent, soft)
}

// putShop draws the shop's sign and name on a line.
func (c column) putShop(e *easel, x, y int, rtl bool, ink color.Color) {
	wide := c.shop.width
	if e.card.Logo == nil {
		c.shop.put(e.canvas, x, y, c.width, sideOf(e.side, rtl, c.shop.rtl), ink)
		return
	}
	if wide > 0 {
		wide += gap * 7 / 10
	}
	left := placed(x, c.width, wide+signSize, e.side, rtl)
	sign, name := left, left+signSize+gap*7/10
	if rtl {
		sign, name = left+wide, left
	}
	e.sign(sign, y, signSize)
	c.shop.put(e.canvas, name, y+(signSize-c.shop.height)/2, c.shop.width, begin, ink)
}

// putFacts draws when it begins or ends, on a pill of a quiet tone.
func (c column) putFacts(e *easel, x, y int, rtl bool, ground, ink color.Color) {
	tone := blend(ground, ink, 12)
	wide := c.facts.width + 2*pillPad
	left := placed(x, c.width, wide, e.side, rtl)
	e.rounded(image.Rect(left, y, left+wide, y+c.pill()), min(c.pill()/2, 28), tone)
	c.facts.put(e.canvas, left+pillPad, y+9, c.facts.width, sideOf(e.side, rtl, c.facts.rtl), inkOn(tone, ink))
}

// putPrice draws the price with the earlier one struck through beside it, on one baseline.
func (c column) putPrice(e *easel, x, y int, rtl bool, accent, soft color.Color) {
	wide, space := c.price.width, 0
	if c.was.width > 0 {
		if c.wraps() {
			left := placed(x, c.width, c.was.width, e.side, rtl)
			c.was.put(e.canvas, left, y, c.was.width, begin, soft)
			e.strike(left, y, c.was, soft)
			y += c.was.height
		} else {
			space = 24
			wide += space + c.was.width
		}
	}
	left := placed(x, c.width, wide, e.side, rtl)
	price, was := left, left+c.price.width+space
	if c.title.rtl && space > 0 {
		price, was = left+c.was.width+space, left
	}
	c.price.put(e.canvas, price, y, c.price.width, begin, accent)
	if space > 0 {
		at := y + c.price.baseline() - c.was.baseline()
		c.was.put(e.canvas, was, at, c.was.width, begin, soft)
		e.strike(was, at, c.was, soft)
	}
}

// strike draws a line through lettering of one line, at the middle of its digits.
func (e *easel) strike(x, y int, l lettering, ink color.Color) {
	at, thick := y+l.baseline()-l.size*35/100, max(3, l.size/14)
	e.fill(image.Rect(x-5, at-thick/2, x+l.width+5, at-thick/2+thick), ink)
}

// placed is where something of a width begins within a wider one.
func placed(x, width, wide int, at side, rtl bool) int {
	switch {
	case at == middle:
		return x + (width-wide)/2
	case rtl:
		return x + width - wide
	}
	return x
}

// sideOf is the side at which a lettering stands that may run against the column it is in.
func sideOf(at side, column, own bool) side {
	if at == begin && column != own {
		return end
	}
	return at
}

// stamp draws a word such as "Sold out" on a band in the upper corner of a box.
func (e *easel) stamp(box image.Rectangle, rtl bool) { e.stampOf(box, rtl, 44) }

func (e *easel) stampOf(box image.Rectangle, rtl bool, size int) {
	if e.card.Stamp == "" {
		return
	}
	word := e.fit(e.card.Stamp, bold, size, 24, 380, 1)
	width, height := word.width+56, word.height+24
	x := box.Max.X - 40 - width
	if rtl {
		x = box.Min.X + 40
	}
	band := image.Rect(x, box.Min.Y+40, x+width, box.Min.Y+40+height)
	e.rounded(band.Inset(-4), height, white)
	e.rounded(band, height, ink)
	word.put(e.canvas, band.Min.X+28, band.Min.Y+12, word.width, begin, white)
}

// sign lays the shop's logo into a square.
func (e *easel) sign(x, y, size int) {
	if e.card.Logo == nil {
		return
	}
	logo := image.NewRGBA(image.Rect(0, 0, size, size))
	lay(logo, logo.Bounds(), e.card.Logo, cropped(e.card.Logo.Bounds(), size, size, 50, 50))
	e.roundedPicture(image.Rect(x, y, x+size, y+size), size/4, logo)
}
