package social

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/norm"
)

// lettering is text set in lines, ready to be drawn.
type lettering struct {
	lines   []shaping.Line
	size    int // pixels
	rtl     bool
	cut     bool // the text was too long and ends in an ellipsis
	width   int  // of the longest line
	height  int
	leading int
	fits    int // how many letters the lines hold
}

// baseline is where the first line stands, from the top.
func (l lettering) baseline() int { return (l.leading-l.size)/2 + l.size*80/100 }

// sag is the empty part below the last line of figures and capitals.
func (l lettering) sag() int { return l.leading - l.baseline() }

// setter sets text with the card's fonts.
type setter struct {
	fonts   *fonts
	shaper  shaping.HarfbuzzShaper
	split   shaping.Segmenter
	wrapper shaping.LineWrapper
}

// leadingOf is the distance of two lines, for display sizes tighter than for small ones.
func leadingOf(size int) int {
	if size >= 48 {
		return size * 108 / 100
	}
	return size * 125 / 100
}

// settled prepares a text: composed, without control characters, and with the spaces that every face has.
func settled(text string) []rune {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == 0x202F || r == 0x2009: // the narrow spaces of French, which few faces have
			return 0xA0
		case unicode.IsSpace(r) && r != 0xA0:
			return ' '
		case unicode.IsControl(r) || r == 0xFEFF:
			return -1
		}
		return r
	}, norm.NFC.String(strings.ToValidUTF8(text, "")))
	return []rune(strings.TrimSpace(text))
}

// rightToLeft tells how a text runs by its first letter that has a direction.
func rightToLeft(text []rune) bool {
	for _, r := range text {
		switch p, _ := bidi.LookupRune(r); p.Class() {
		case bidi.L:
			return false
		case bidi.R, bidi.AL:
			return true
		}
	}
	return false
}

// set breaks a text into at most some lines of a width; what does not fit ends in an ellipsis.
func (s *setter) set(text string, w weight, size, width, lines int) lettering {
	runes := settled(text)
	out := lettering{size: size, rtl: rightToLeft(runes), leading: leadingOf(size)}
	if len(runes) == 0 {
		return out
	}
	direction := di.DirectionLTR
	if out.rtl {
		direction = di.DirectionRTL
	}
	input := shaping.Input{Text: runes, RunEnd: len(runes), Direction: direction, Size: fixed.I(size), Language: language.NewLanguage("en")}
	shaped := s.shape(input, w)
	ellipsis := []rune("…")
	end := s.shape(shaping.Input{Text: ellipsis, RunEnd: 1, Direction: direction, Size: fixed.I(size), Language: input.Language}, w)
	config := shaping.WrapConfig{Direction: direction, TruncateAfterLines: lines, Truncator: end[0], BreakPolicy: shaping.WhenNecessary}
	var missing int
	out.lines, missing = s.wrapper.WrapParagraph(config, width, runes, shaping.NewSliceIterator(shaped))
	// The wrapper owns its lines until it is used again.
	for i, line := range out.lines {
		out.lines[i] = append(shaping.Line(nil), line...)
	}
	out.lines = append([]shaping.Line(nil), out.lines...)
	out.cut, out.fits = missing > 0, len(runes)-missing
	for _, line := range out.lines {
		out.width = max(out.width, advance(line).Ceil())
	}
	out.height = out.leading * len(out.lines)
	return out
}

func (s *setter) shape(input shaping.Input, w weight) []shaping.Output {
	var shaped []shaping.Output
	for _, run := range s.split.Split(input, cut{s.fonts, w}) {
		out := s.shaper.Shape(run)
		for i, glyph := range out.Glyphs {
			// A space beside an emoji is set in its face, where it is as wide as a picture.
			if at := glyph.TextIndex(); at < len(input.Text) && input.Text[at] == ' ' {
				out.Glyphs[i].Advance = min(glyph.Advance, out.Size*3/10)
			}
		}
		out.RecomputeAdvance()
		shaped = append(shaped, out)
	}
	return shaped
}

// fit sets a text as large as it goes between two sizes, without breaking a word; at the smallest it may be cut.
func (s *setter) fit(text string, w weight, most, least, width, lines int) lettering {
	longest := longestWord(text)
	best := s.set(text, w, least, width, lines)
	low, high := 1, (most-least)/4
	for low <= high {
		step := (low + high) / 2
		size := least + 4*step
		out := lettering{cut: true}
		if s.set(longest, w, size, 1<<20, 1).width <= width {
			out = s.set(text, w, size, width, lines)
		}
		if out.cut {
			high = step - 1
		} else {
			best, low = out, step+1
		}
	}
	return best
}

// longestWord is the longest part that a line should not break. Scripts without spaces break anywhere, and what is
// longer than any word is none.
func longestWord(text string) (longest string) {
	for word := range strings.FieldsSeq(text) {
		letters := utf8.RuneCountInString(word)
		if letters > utf8.RuneCountInString(longest) && letters <= 24 && !strings.ContainsFunc(word, func(r rune) bool { return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai) }) {
			longest = word
		}
	}
	return longest
}

func advance(line shaping.Line) (sum fixed.Int26_6) {
	for _, run := range line {
		sum += run.Advance
	}
	return sum
}

// Where the lines of a lettering stand in its width.
type side int

const (
	begin side = iota // at the left for scripts that begin there, else at the right
	middle
	end
)

// put draws the lines with their top left corner at x, y, in a width, and gives the height.
func (l lettering) put(canvas *image.RGBA, x, y, width int, at side, ink color.Color) int {
	for i, line := range l.lines {
		room := width - advance(line).Ceil()
		left := x
		switch {
		case at == middle:
			left += room / 2
		case at == end != l.rtl:
			left += room
		}
		baseline := y + i*l.leading + l.baseline()
		dot := fixed.P(left, baseline)
		for _, run := range inVisualOrder(line) {
			dot = drawRun(canvas, run, dot, ink)
		}
	}
	return l.height
}

func inVisualOrder(line shaping.Line) []shaping.Output {
	ordered := make([]shaping.Output, len(line))
	for i, run := range line {
		at := int(run.VisualIndex)
		if at < 0 || at >= len(line) {
			at = i
		}
		ordered[at] = run
	}
	return ordered
}

func drawRun(canvas *image.RGBA, run shaping.Output, dot fixed.Point26_6, ink color.Color) fixed.Point26_6 {
	for _, glyph := range run.Glyphs {
		at := fixed.Point26_6{X: dot.X + glyph.XOffset, Y: dot.Y - glyph.YOffset}
		drawGlyph(canvas, run, glyph, at, ink)
		dot.X += glyph.Advance
	}
	return dot
}

// drawGlyph fills a glyph's outline, in a raster of its own size, or lays its picture down.
func drawGlyph(canvas *image.RGBA, run shaping.Output, glyph shaping.Glyph, at fixed.Point26_6, ink color.Color) {
	if bitmap, ok := run.Face.GlyphDataBitmap(glyph.GlyphID); ok && bitmap.Format == font.PNG {
		drawPicture(canvas, bitmap, glyph, at)
		return
	}
	outline, ok := run.Face.GlyphDataOutline(glyph.GlyphID)
	if !ok || len(outline.Segments) == 0 {
		return
	}
	scale := float32(run.Size) / 64 / float32(run.Face.Upem())
	box := image.Rect(
		(at.X+glyph.XBearing).Floor()-1, (at.Y-glyph.YBearing).Floor()-1,
		(at.X+glyph.XBearing+glyph.Width).Ceil()+1, (at.Y-glyph.YBearing-glyph.Height).Ceil()+1,
	)
	if box.Empty() || box.Dx() > 4*cardWidth || box.Dy() > 4*cardHeight {
		return
	}
	left, top := float32(at.X)/64-float32(box.Min.X), float32(at.Y)/64-float32(box.Min.Y)
	place := func(p opentype.SegmentPoint) (x, y float32) { return left + p.X*scale, top - p.Y*scale }
	raster := vector.NewRasterizer(box.Dx(), box.Dy())
	for i := range outline.Segments {
		segment := &outline.Segments[i]
		ax, ay := place(segment.Args[0])
		bx, by := place(segment.Args[1])
		cx, cy := place(segment.Args[2])
		switch segment.Op {
		case opentype.SegmentOpMoveTo:
			raster.ClosePath()
			raster.MoveTo(ax, ay)
		case opentype.SegmentOpLineTo:
			raster.LineTo(ax, ay)
		case opentype.SegmentOpQuadTo:
			raster.QuadTo(ax, ay, bx, by)
		case opentype.SegmentOpCubeTo:
			raster.CubeTo(ax, ay, bx, by, cx, cy)
		}
	}
	raster.ClosePath()
	pour(canvas, box, raster, image.NewUniform(ink), image.Point{})
}

func drawPicture(canvas *image.RGBA, bitmap font.GlyphBitmap, glyph shaping.Glyph, at fixed.Point26_6) {
	picture, err := png.Decode(bytes.NewReader(bitmap.Data))
	if err != nil {
		return
	}
	box := image.Rect(
		(at.X + glyph.XBearing).Round(), (at.Y - glyph.YBearing).Round(),
		(at.X + glyph.XBearing + glyph.Width).Round(), (at.Y - glyph.YBearing - glyph.Height).Round(),
	)
	xdraw.CatmullRom.Scale(canvas, box, picture, picture.Bounds(), draw.Over, nil)
}
