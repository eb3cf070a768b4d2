package social

import (
	"image"
	"image/color"
	"strings"
)

// column is a stack of words with a width, set before it is known where it stands.
type column struct {
	shop, title, facts, was, price lettering
	width, height                  int
}

const gap = 22

// set fits the words of the card into a column of a width and at most a height; the title gives way first.
func (e *easel) column(width, most, titleMost, titleLeast, lines, priceSize int) column {
	c := column{width: width}
	c.shop = e.set(e.card.Shop, medium, 30, width, 1)
	c.facts = e.set(strings.Join(e.card.Facts, "  ·  "), medium, 32, width, 2)
	c.price = e.fit(e.card.Price, bold, priceSize, 36, width, 1)
	if e.card.WasPrice != "" {
		c.was = e.set(e.card.WasPrice, medium, priceSize/2, width, 1)
	}
	others := c.price.height + gap
	for _, part := range []lettering{c.shop, c.facts} {
		if part.height > 0 {
			others += part.height + gap
		}
	}
	for {
		c.title = e.fit(e.card.Title, bold, titleMost, titleLeast, width, lines)
		c.height = others + c.title.height
		if c.height <= most || lines == 1 && titleMost <= titleLeast {
			break
		}
		if titleMost > titleLeast {
			titleMost -= 4
		} else {
			lines--
		}
	}
	e.notes.TitleCut = e.notes.TitleCut || c.title.cut
	return c
}

// put draws the column from a top left corner on a ground.
func (c column) put(e *easel, x, y int, ground color.Color) {
	text, accent := inkOn(ground, e.palette.ink), inkOn(ground, e.palette.accent)
	soft := inkOn(ground, blend(ground, text, 78))
	if c.shop.height > 0 {
		y += c.shop.put(e.canvas, x, y, c.width, e.side, soft) + gap
	}
	y += c.title.put(e.canvas, x, y, c.width, e.side, text) + gap
	if c.facts.height > 0 {
		y += c.facts.put(e.canvas, x, y, c.width, e.side, soft) + gap
	}
	e.priceRow(c, x, y, accent, soft)
}

// priceRow draws the price with the earlier one struck through beside it.
func (e *easel) priceRow(c column, x, y int, accent, soft color.Color) {
	room := c.was.width
	if room > 0 {
		room += 24
	}
	if c.was.width == 0 || c.price.width+room > c.width {
		at := e.side
		if at == begin && c.title.rtl != c.price.rtl {
			at = end
		}
		c.price.put(e.canvas, x, y, c.width, at, accent)
		return
	}
	left := x
	switch {
	case e.side == middle:
		left = x + (c.width-c.price.width-room)/2
	case c.title.rtl:
		left = x + c.width - c.price.width - room
	}
	c.price.put(e.canvas, left, y, c.price.width, begin, accent)
	wasX, wasY := left+c.price.width+24, y+(c.price.height-c.was.height)*3/4
	c.was.put(e.canvas, wasX, wasY, c.was.width, begin, soft)
	line := wasY + c.was.height/2
	e.fill(image.Rect(wasX-4, line-2, wasX+c.was.width+4, line+2), soft)
}

// stamp draws a word such as "Sold out" on a band whose middle is the given point.
func (e *easel) stamp(x, y int) {
	if e.card.Stamp == "" {
		return
	}
	word := e.fit(e.card.Stamp, bold, 44, 24, 380, 1)
	width, height := word.width+64, word.height+28
	box := image.Rect(x-width/2, y-height/2, x-width/2+width, y-height/2+height)
	box = box.Add(image.Pt(max(0, 28-box.Min.X)-max(0, box.Max.X-cardWidth+28), max(0, 28-box.Min.Y)-max(0, box.Max.Y-cardHeight+28)))
	e.rounded(box.Inset(-4), 999, white)
	e.rounded(box, 999, ink)
	word.put(e.canvas, box.Min.X+32, box.Min.Y+14, word.width, begin, white)
}

// logo lays the shop's sign into a square.
func (e *easel) logo(x, y, size int) {
	if e.card.Logo == nil {
		return
	}
	box := image.Rect(x, y, x+size, y+size)
	sign := image.NewRGBA(image.Rect(0, 0, size, size))
	lay(sign, sign.Bounds(), e.card.Logo, cropped(e.card.Logo.Bounds(), size, size, 50, 50))
	e.roundedPicture(box, float32(size)/4, sign)
}

func (e *easel) drawPhoto() {
	e.photo(e.canvas.Bounds())
	const inset, pad, widest = 44, 36, 780
	c := e.column(widest-2*pad, 400, 64, 40, 2, 60)
	width := min(max(c.shop.width, c.title.width, c.facts.width, c.price.width+24+c.was.width), widest-2*pad)
	c.width = width
	box := image.Rect(inset, cardHeight-inset-c.height-2*pad, inset+width+2*pad, cardHeight-inset)
	if e.side == middle {
		box = box.Add(image.Pt((cardWidth-box.Dx())/2-inset, 0))
	} else if c.title.rtl {
		box = box.Add(image.Pt(cardWidth-2*inset-box.Dx(), 0))
	}
	// Words stand on the photo alone where that can be read; else on a plate, as thin as will do.
	text := inkOn(e.palette.ground, e.palette.ink)
	opacity := plateOpacity(e.canvas, box.Inset(pad/2), e.palette.ground, text)
	e.notes.Plate = opacity > plates[0]
	e.rounded(box, 28, clear(e.palette.ground, opacity))
	c.put(e, box.Min.X+pad, box.Min.Y+pad, e.palette.ground)
	e.logo(inset, inset, 88)
	e.stamp(cardWidth-180, 84)
}

func (e *easel) drawSplit() {
	e.fill(e.canvas.Bounds(), e.palette.ground)
	const half = 560
	picture, left := image.Rect(0, 0, half, cardHeight), half+56
	if rightToLeft(settled(e.card.Title)) {
		picture, left = image.Rect(cardWidth-half, 0, cardWidth, cardHeight), margin
	}
	e.photo(picture)
	c := e.column(cardWidth-half-56-margin, cardHeight-2*56, 76, 44, 4, 76)
	c.put(e, left, (cardHeight-c.height)/2, e.palette.ground)
	e.logo(picture.Min.X+36, 36, 88)
	e.stamp((picture.Min.X+picture.Max.X)/2, cardHeight-84)
}

func (e *easel) drawProduct() {
	e.fill(e.canvas.Bounds(), e.palette.ground)
	const size = 484
	x, left := cardWidth-margin-size-8, margin
	if rightToLeft(settled(e.card.Title)) {
		x, left = margin+8, margin+size+72
	}
	y := (cardHeight - size) / 2
	// A larger disc in a quieter tone sets the photo off.
	e.disc(x+size/2+30, y+size/2-20, size*68/100, blend(e.palette.ground, e.palette.ink, 9))
	for i := range 3 {
		e.rounded(image.Rect(x-3*i, y+8-i, x+size+3*i, y+size+10+3*i), 36, clear(ink, 9))
	}
	framed := image.NewRGBA(image.Rect(0, 0, size, size))
	inner := &easel{canvas: framed, card: e.card}
	inner.photo(framed.Bounds())
	e.roundedPicture(image.Rect(x, y, x+size, y+size), 32, framed)
	c := e.column(cardWidth-size-2*margin-72, cardHeight-2*60, 76, 42, 4, 72)
	c.put(e, left, (cardHeight-c.height)/2, e.palette.ground)
	e.logo(x+24, y+24, 80)
	e.stamp(x+size/2, y+size-8)
}

func (e *easel) drawType() {
	e.fill(e.canvas.Bounds(), e.palette.ground)
	tone := blend(e.palette.ground, e.palette.ink, 8)
	e.disc(cardWidth-70, cardHeight+10, 250, tone)
	e.disc(cardWidth-70, cardHeight+10, 170, blend(e.palette.ground, e.palette.ink, 15))
	e.disc(cardWidth-70, cardHeight+10, 90, blend(e.palette.ground, e.palette.accent, 70))
	width := cardWidth - 2*margin
	c := e.column(width, cardHeight-2*56, 120, 56, 3, 92)
	c.put(e, margin, (cardHeight-c.height)/2, e.palette.ground)
	e.logo(cardWidth-margin-88, 48, 88)
	e.stamp(cardWidth-180, 84)
}

func (e *easel) drawDrop() {
	e.fill(e.canvas.Bounds(), e.palette.ground)
	const leaf = 400
	x, left := margin, margin+leaf+64
	if rightToLeft(settled(e.card.Title)) {
		x, left = cardWidth-margin-leaf, margin
	}
	box := image.Rect(x, margin, x+leaf, cardHeight-margin)
	paper := e.palette.ink
	if contrast(paper, e.palette.ground) < 3 {
		paper = inkOn(e.palette.ground, nil)
	}
	if e.card.Photo != nil {
		leafPicture := image.NewRGBA(image.Rect(0, 0, box.Dx(), box.Dy()))
		inner := &easel{canvas: leafPicture, card: e.card}
		inner.photo(leafPicture.Bounds())
		inner.fill(leafPicture.Bounds(), clear(e.palette.ground, 80))
		e.roundedPicture(box, 36, leafPicture)
		paper = e.palette.ground
	} else {
		e.rounded(box, 36, paper)
	}
	text := inkOn(paper, e.palette.accent)
	// A leaf of a calendar: month, day, hour.
	month := e.fit(e.card.Month, bold, 54, 28, leaf-64, 1)
	day := e.fit(e.card.Day, bold, 230, 120, leaf-40, 1)
	hour := e.fit(e.card.Time, bold, 60, 30, leaf-64, 1)
	height := month.height + day.height*88/100 + hour.height
	y := box.Min.Y + (box.Dy()-height)/2
	plain := inkOn(paper, nil)
	y += month.put(e.canvas, box.Min.X+32, y, leaf-64, middle, plain)
	day.put(e.canvas, box.Min.X+20, y-day.height*5/100, leaf-40, middle, text)
	y += day.height * 88 / 100
	hour.put(e.canvas, box.Min.X+32, y, leaf-64, middle, plain)
	c := e.column(cardWidth-2*margin-leaf-64, cardHeight-2*60, 76, 42, 4, 68)
	c.put(e, left, (cardHeight-c.height)/2, e.palette.ground)
	e.logo(cardWidth-margin-80, 40, 80)
	e.stamp(x+leaf/2, box.Max.Y-8)
}

func (e *easel) drawTicket() {
	e.fill(e.canvas.Bounds(), e.palette.ground)
	paper := color.Color(white)
	if luminance(e.palette.ground) > 0.6 {
		paper = ink
	}
	const inset, stub = 56, 320
	box := image.Rect(inset, inset+14, cardWidth-inset, cardHeight-inset-14)
	e.rounded(box, 30, paper)
	tear := box.Max.X - stub
	if rightToLeft(settled(e.card.Title)) {
		tear = box.Min.X + stub
	}
	e.disc(tear, box.Min.Y, 26, e.palette.ground)
	e.disc(tear, box.Max.Y, 26, e.palette.ground)
	for y := box.Min.Y + 46; y < box.Max.Y-40; y += 22 {
		e.rounded(image.Rect(tear-2, y, tear+2, y+10), 2, blend(paper, inkOn(paper, nil), 35))
	}
	main, end := image.Rect(box.Min.X, box.Min.Y, tear, box.Max.Y), image.Rect(tear, box.Min.Y, box.Max.X, box.Max.Y)
	if tear < cardWidth/2 {
		main, end = end, main
	}
	text, accent := inkOn(paper, nil), inkOn(paper, e.palette.ground)
	soft := inkOn(paper, blend(paper, text, 72))
	const pad = 48
	width := main.Dx() - 2*pad
	shop := e.set(e.card.Shop, medium, 30, width, 1)
	facts := e.set(strings.Join(e.card.Facts, "\u2003"), medium, 32, width, 2)
	title := e.fit(e.card.Title, bold, 84, 44, width, 3)
	e.notes.TitleCut = title.cut
	y := main.Min.Y + (main.Dy()-shop.height-title.height-facts.height-2*gap)/2
	y += shop.put(e.canvas, main.Min.X+pad, y, width, e.side, soft) + gap
	y += title.put(e.canvas, main.Min.X+pad, y, width, e.side, text) + gap
	facts.put(e.canvas, main.Min.X+pad, y, width, e.side, accent)
	price := e.fit(e.card.Price, bold, 76, 34, end.Dx()-56, 1)
	was := e.set(e.card.WasPrice, medium, 34, end.Dx()-56, 1)
	y = end.Min.Y + (end.Dy()-price.height-was.height)/2
	price.put(e.canvas, end.Min.X+28, y, end.Dx()-56, middle, accent)
	if was.width > 0 {
		y += price.height
		was.put(e.canvas, end.Min.X+28, y, end.Dx()-56, middle, soft)
		at := end.Min.X + (end.Dx()-was.width)/2
		e.fill(image.Rect(at-4, y+was.height/2-2, at+was.width+4, y+was.height/2+1), soft)
	}
	e.logo(end.Min.X+end.Dx()/2-40, end.Min.Y+36, 80)
	e.stamp(tear, box.Max.Y)
}
