package social

import (
	"image"
	"image/color"
	"image/draw"
	"strconv"
	"strings"
)

// The size of a card's picture, in pixels: two to one, as X shows it.
const (
	cardWidth  = 1200
	cardHeight = 628
)

// The templates of the card, in the order in which they are offered.
const (
	TemplatePhoto   = "photo"   // the photo fills the card, words on a plate
	TemplateSplit   = "split"   // the photo on one side, words on the other
	TemplateProduct = "product" // the photo framed on colour
	TemplateType    = "type"    // words only
	TemplateDrop    = "drop"    // the date is the hero
	TemplateTicket  = "ticket"  // for what one goes to
)

// Templates are all templates.
var Templates = []string{TemplatePhoto, TemplateSplit, TemplateProduct, TemplateType, TemplateDrop, TemplateTicket}

// Colours are the named pairs that a card may have besides a shop's own colour.
var Colours = []string{"petrol", "paper", "night", "coral", "sun", "plum"}

// Card is what the picture of a post shows: words that are ready to be read, and how they stand.
type Card struct {
	Template string
	Colour   string // one of Colours, or "#rrggbb"
	Title    string
	Price    string // "€24.00", in the language of the shop
	WasPrice string // struck through before it, or ""
	Shop     string
	Facts    []string // "Starts Sunday 24 May, 20:00", at most two
	Stamp    string   // "Sold out", or ""
	Day      string   // of a drop: "24"
	Month    string   // "May"
	Time     string   // "20:00"
	Centred  bool
	Photo    image.Image // nil for none
	FocusX   int         // percent of the photo's width that must stay in sight
	FocusY   int
	Logo     image.Image // nil for none
}

// Notes say what the drawing did that its maker should know.
type Notes struct {
	TitleCut  bool // the title ends in an ellipsis
	TitleFits int  // after so many letters
	Plate     bool // a plate was laid under words that could not be read on the photo
}

// cut notes that a title was cut.
func (n *Notes) cut(title lettering) {
	if title.cut {
		n.TitleCut, n.TitleFits = true, title.fits
	}
}

// palette is a ground with what stands on it.
type palette struct{ ground, ink, accent color.Color }

var (
	ink   = color.RGBA{0x16, 0x28, 0x2b, 0xff}
	white = color.RGBA{0xff, 0xff, 0xff, 0xff}

	palettes = map[string]palette{
		"petrol": {rgb(0x0b5d63), white, rgb(0xf6c667)},
		"paper":  {rgb(0xfbf8f3), ink, rgb(0xb23a1e)},
		"night":  {rgb(0x0e1a1c), rgb(0xf2eee6), rgb(0x5cc4c0)},
		"coral":  {rgb(0xe8674a), ink, ink},
		"sun":    {rgb(0xf4c95d), ink, rgb(0x0b5d63)},
		"plum":   {rgb(0x4a2545), rgb(0xfbf1f4), rgb(0xf2a65a)},
	}
)

func rgb(v uint32) color.RGBA {
	return color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 0xff} //nolint:gosec // cut on purpose
}

// ColourKnown tells whether a card can have a colour: one of Colours, or "#rrggbb".
func ColourKnown(name string) bool {
	_, named := palettes[name]
	_, own := parseColour(name)
	return named || own
}

func parseColour(text string) (color.RGBA, bool) {
	digits, isHex := strings.CutPrefix(text, "#")
	v, err := strconv.ParseUint(digits, 16, 32)
	if !isHex || len(digits) != 6 || err != nil {
		return color.RGBA{}, false
	}
	return rgb(uint32(v)), true
}

// paletteOf is a named one, or one around a shop's own colour; an unknown name is petrol.
func paletteOf(name string) palette {
	if p, ok := palettes[name]; ok {
		return p
	}
	own, ok := parseColour(name)
	if !ok {
		return palettes["petrol"]
	}
	text := inkOn(own, nil)
	return palette{own, text, text}
}

// Painter draws cards, one at a time: a card takes some memory and all of a processor.
type Painter struct{ fonts *fonts }

// NewPainter makes a painter. folder is where it may keep its index of the system's fonts.
func NewPainter(folder string) *Painter { return &Painter{newFonts(folder)} }

// Draw paints a card.
func (p *Painter) Draw(c Card) (*image.RGBA, Notes) {
	p.fonts.mu.Lock()
	defer p.fonts.mu.Unlock()
	e := &easel{
		canvas: image.NewRGBA(image.Rect(0, 0, cardWidth, cardHeight)), card: c, palette: paletteOf(c.Colour), setter: setter{fonts: p.fonts},
	}
	if c.Centred {
		e.side = middle
	}
	template := c.Template
	if c.Photo == nil && (template == TemplatePhoto || template == TemplateSplit || template == TemplateProduct) {
		template = TemplateType
	}
	switch template {
	case TemplateSplit:
		e.drawSplit()
	case TemplateProduct:
		e.drawProduct()
	case TemplateType:
		e.drawType()
	case TemplateDrop:
		e.drawDrop()
	case TemplateTicket:
		e.drawTicket()
	default:
		e.drawPhoto()
	}
	return e.canvas, e.notes
}

// easel is a card being painted. The canvas is handed on as the *image.RGBA that it is: draw, vector and jpeg have quick
// ways for that type and take ten times as long for any other.
type easel struct {
	canvas *image.RGBA
	setter
	card    Card
	palette palette
	side    side
	notes   Notes
}

// fill paints a box.
func (e *easel) fill(box image.Rectangle, c color.Color) {
	draw.Draw(e.canvas, box, image.NewUniform(c), image.Point{}, draw.Over)
}

// photo lays the card's photo into a box, cut so that its focus stays in sight.
func (e *easel) photo(box image.Rectangle) {
	lay(e.canvas, box, e.card.Photo, cropped(e.card.Photo.Bounds(), box.Dx(), box.Dy(), e.card.FocusX, e.card.FocusY))
}

// cropped is the largest part of a picture with the shape of width × height that lies around the focus (percent).
func cropped(from image.Rectangle, width, height, focusX, focusY int) image.Rectangle {
	w, h := from.Dx(), from.Dy()
	if w*height > h*width {
		w = max(1, h*width/height)
	} else {
		h = max(1, w*height/width)
	}
	x := min(max(from.Dx()*focusX/100-w/2, 0), from.Dx()-w)
	y := min(max(from.Dy()*focusY/100-h/2, 0), from.Dy()-h)
	return image.Rect(x, y, x+w, y+h).Add(from.Min)
}
