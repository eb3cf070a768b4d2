package social

import (
	"image"
	"image/color"
)

// edge is the distance of words from the edge of a card.
const edge = 60

// rtl tells whether the card reads from the right.
func (e *easel) rtl() bool { return rightToLeft(settled(e.card.Title)) }

// drawPhoto fills the card with the photo; words stand on a plate at the end of its lower edge, where X writes nothing.
func (e *easel) drawPhoto() {
	e.photo(e.canvas.Bounds())
	const inset, pad, widest = 40, 36, 660
	c := e.column(widest-2*pad, 420, columnSizes{58, 38, 3, 72})
	c.width = c.natural(e)
	height := c.headHeight(e) + gap*3/2 + c.footHeight()
	box := image.Rect(0, 0, c.width+2*pad, height+2*pad-c.price.sag())
	box = box.Add(image.Pt(cardWidth-inset-box.Dx(), cardHeight-inset-box.Dy()))
	if e.side == middle {
		box = box.Add(image.Pt((cardWidth-box.Dx())/2-box.Min.X, 0))
	}
	text := inkOn(e.palette.ground, e.palette.ink)
	opacity := plateOpacity(e.canvas, box.Inset(pad/2), e.palette.ground, text)
	e.notes.Plate = opacity > plates[0]
	e.rounded(box, 28, clear(e.palette.ground, opacity))
	c.put(e, box.Inset(pad), e.palette.ground)
	e.stamp(e.canvas.Bounds(), false)
}

// drawSplit puts the photo on one half, from edge to edge.
func (e *easel) drawSplit() {
	e.fill(e.canvas.Bounds(), e.palette.ground)
	const half = 580
	photo, words := image.Rect(0, 0, half, cardHeight), image.Rect(half+edge-4, edge, cardWidth-edge, cardHeight-edge+8)
	if e.rtl() {
		photo, words = image.Rect(cardWidth-half, 0, cardWidth, cardHeight), image.Rect(edge, edge, cardWidth-half-edge+4, cardHeight-edge+8)
	}
	e.photo(photo)
	words = above(words)
	e.column(words.Dx(), words.Dy(), columnSizes{80, 42, 4, 104}).put(e, words, e.palette.ground)
	e.stamp(photo, e.rtl())
}

// drawProduct frames the photo on the colour, as a thing on a table.
func (e *easel) drawProduct() {
	e.fill(e.canvas.Bounds(), e.palette.ground)
	const size = 500
	frame := image.Rect(edge+4, (cardHeight-size)/2, edge+4+size, (cardHeight+size)/2)
	words := image.Rect(frame.Max.X+edge+4, frame.Min.Y+6, cardWidth-edge, frame.Max.Y+4)
	if e.rtl() {
		frame = frame.Add(image.Pt(cardWidth-2*(edge+4)-size, 0))
		words = image.Rect(edge, frame.Min.Y+6, frame.Min.X-edge-4, frame.Max.Y+4)
	}
	tone := blend(e.palette.ground, e.palette.ink, 10)
	shift := 28
	if e.rtl() {
		shift = -shift
	}
	e.rounded(frame.Add(image.Pt(shift, 28)), 40, tone)
	photo := &easel{canvas: image.NewRGBA(image.Rect(0, 0, size, size)), card: e.card}
	photo.photo(photo.canvas.Bounds())
	e.roundedPicture(frame, 40, photo.canvas)
	words = above(words)
	e.column(words.Dx(), words.Dy(), columnSizes{72, 40, 4, 92}).put(e, words, e.palette.ground)
	e.stamp(frame, e.rtl())
}

// drawType is words alone: the title as large as it goes, the price at the end of the lower edge.
func (e *easel) drawType() {
	e.fill(e.canvas.Bounds(), e.palette.ground)
	const side = 72
	text, accent := inkOn(e.palette.ground, e.palette.ink), inkOn(e.palette.ground, e.palette.accent)
	soft := inkOn(e.palette.ground, blend(e.palette.ground, text, 76))
	whole := image.Rect(side, edge, cardWidth-side, cardHeight-edge)
	c := e.column(whole.Dx(), whole.Dy()+gap, columnSizes{124, 56, 3, 150})
	rtl := c.title.rtl
	if c.eyebrow(e) > 0 {
		c.putShop(e, whole.Min.X, whole.Min.Y, rtl, soft)
	}
	c.title.put(e.canvas, whole.Min.X-c.title.size/24, whole.Min.Y+c.eyebrow(e), c.width, e.side, text)
	// The price keeps to its end of the edge: beside X's corner, not in it.
	c.width = whole.Max.X - chipEnd - gap
	c.price = e.fit(e.card.Price, bold, 150, 40, c.width, 1)
	foot := image.Rect(whole.Max.X-c.width, whole.Max.Y-c.price.height+c.price.sag(), whole.Max.X, whole.Max.Y)
	if c.wraps() {
		foot.Min.Y -= c.was.height
	}
	pill := c
	pill.width = whole.Dx()
	y := foot.Min.Y - c.pill() - gap/2
	if end := whole.Min.X + c.facts.width + 2*pillPad + gap; !rtl && e.side == begin && end < whole.Max.X-max(c.price.width, c.was.width) {
		y = chipTop - c.pill() - 8 // at the other end of the edge
	}
	if c.pill() > 0 {
		pill.putFacts(e, whole.Min.X, y, rtl, e.palette.ground, text)
	}
	// It stands at the end where the words begin at the other, so that the corner stays free.
	at := e.side
	if at == middle {
		foot = foot.Add(image.Pt((cardWidth-foot.Dx())/2-foot.Min.X, 0))
	}
	c.putPrice(e, foot.Min.X, foot.Min.Y, true, accent, soft)
	e.stampOf(image.Rect(0, -12, cardWidth-20, cardHeight), rtl, 34)
}

// drawDrop makes the date the hero: a leaf of a calendar beside the words.
func (e *easel) drawDrop() {
	e.fill(e.canvas.Bounds(), e.palette.ground)
	const wide = 420
	leaf := image.Rect(edge, edge, edge+wide, cardHeight-edge)
	words := image.Rect(leaf.Max.X+edge+4, edge+6, cardWidth-edge, cardHeight-edge+4)
	if e.rtl() {
		leaf = leaf.Add(image.Pt(cardWidth-2*edge-wide, 0))
		words = image.Rect(edge, edge+6, leaf.Min.X-edge-4, cardHeight-edge+4)
	}
	paper := e.palette.ink
	if contrast(paper, e.palette.ground) < 3 {
		paper = inkOn(e.palette.ground, nil)
	}
	head := inkOn(paper, nil)
	if e.card.Photo != nil {
		photo := &easel{canvas: image.NewRGBA(image.Rect(0, 0, leaf.Dx(), leaf.Dy())), card: e.card}
		photo.photo(photo.canvas.Bounds())
		photo.fill(photo.canvas.Bounds(), clear(e.palette.ground, 84))
		e.roundedPicture(leaf, 32, photo.canvas)
		paper = e.palette.ground
		head = inkOn(paper, e.palette.ink)
	} else {
		e.rounded(leaf, 32, paper)
	}
	month := e.fit(e.card.Month, bold, 60, 28, wide-72, 1)
	day := e.fit(e.card.Day, bold, 272, 140, wide-48, 1)
	hour := e.fit(e.card.Time, medium, 52, 30, wide-72, 1)
	// The three lines stand as one block by the height of their figures, not of their boxes.
	tall := month.size*72/100 + 34 + day.size*72/100 + 40 + hour.size*72/100
	y := leaf.Min.Y + (leaf.Dy()-tall)/2
	for _, line := range []struct {
		lettering
		ink  color.Color
		next int
	}{{month, head, 34}, {day, inkOn(paper, e.palette.accent), 40}, {hour, head, 0}} {
		top := y - (line.baseline() - line.size*72/100)
		line.put(e.canvas, leaf.Min.X, top, wide, middle, line.ink)
		y += line.size*72/100 + line.next
	}
	words = above(words)
	e.column(words.Dx(), words.Dy(), columnSizes{76, 42, 4, 92}).put(e, words, e.palette.ground)
	e.stamp(leaf.Add(image.Pt(0, -78)), e.rtl())
}

// drawTicket is for what one goes to: a stub with the date and the price, to be torn off.
func (e *easel) drawTicket() {
	e.fill(e.canvas.Bounds(), e.palette.ground)
	paper := color.Color(white)
	if luminance(e.palette.ground) > 0.6 {
		paper = ink
	}
	const inset, stub, pad = 52, 340, 52
	box := image.Rect(inset, inset, cardWidth-inset, cardHeight-inset)
	e.rounded(box, 32, paper)
	tear := box.Max.X - stub
	if e.rtl() {
		tear = box.Min.X + stub
	}
	e.disc(tear, box.Min.Y, 26, e.palette.ground)
	e.disc(tear, box.Max.Y, 26, e.palette.ground)
	text, accent := inkOn(paper, nil), inkOn(paper, e.palette.ground)
	for y := box.Min.Y + 48; y < box.Max.Y-44; y += 24 {
		e.rounded(image.Rect(tear-2, y, tear+2, y+10), 2, blend(paper, text, 32))
	}
	words, end := image.Rect(box.Min.X, box.Min.Y, tear, box.Max.Y), image.Rect(tear, box.Min.Y, box.Max.X, box.Max.Y)
	if e.rtl() {
		words, end = end, words
	}
	inner := words.Inset(pad)
	card := e.card
	e.card.Price, e.card.WasPrice = "", "" // they stand on the stub
	palette := e.palette
	e.palette = struct{ ground, ink, accent color.Color }{paper, text, accent}
	inner = above(inner)
	e.column(inner.Dx(), inner.Dy(), columnSizes{84, 44, 4, 40}).put(e, inner, paper)
	e.palette, e.card = palette, card
	e.stub(end, paper, text, accent)
	e.stamp(end.Add(image.Pt(0, -70)), e.rtl())
}

// stub fills the part of a ticket that is torn off.
func (e *easel) stub(box image.Rectangle, paper, text, accent color.Color) {
	soft := inkOn(paper, blend(paper, text, 68))
	width := box.Dx() - 64
	var lines []lettering
	if e.card.Day != "" && len(e.card.Facts) > 0 {
		lines = append(lines, e.fit(e.card.Day, bold, 120, 60, width, 1), e.fit(e.card.Month, medium, 36, 24, width, 1))
	}
	price, was := e.fit(e.card.Price, bold, 84, 34, width, 1), e.set(e.card.WasPrice, medium, 36, width, 1)
	tall := price.height + was.height
	for _, l := range lines {
		tall += l.height
	}
	if len(lines) > 0 {
		tall += 36
	}
	y := box.Min.Y + (box.Dy()-tall)/2
	for i, l := range lines {
		ink := text
		if i > 0 {
			ink = soft
		}
		y += l.put(e.canvas, box.Min.X+32, y, width, middle, ink)
	}
	if len(lines) > 0 {
		y += 36
	}
	y += price.put(e.canvas, box.Min.X+32, y, width, middle, accent)
	if was.width > 0 {
		was.put(e.canvas, box.Min.X+32, y, width, middle, soft)
		e.strike(box.Min.X+(box.Dx()-was.width)/2, y, was, soft)
	}
}
