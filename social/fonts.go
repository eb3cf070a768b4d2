package social

import (
	"bytes"
	"embed"
	"io"
	"log"
	"sync"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/fontscan"
)

// The faces of the card picture: the display face in two weights, and one face each for Arabic and Hebrew. What they
// lack is looked for among the fonts of the system: Chinese, Japanese and Korean are too large to bring along.
//
//go:embed fonts/*.ttf
var fontFiles embed.FS

// weight chooses between the two cuts of the display face.
type weight int

const (
	bold weight = iota
	medium
)

// fonts finds a face for each letter. Faces keep caches of their own and are not for two at once: hold the lock.
type fonts struct {
	mu      sync.Mutex
	own     map[weight][]*font.Face
	folder  string // where the index of the system's fonts is kept
	system  *fontscan.FontMap
	scanned bool
}

func newFonts(folder string) *fonts {
	f := &fonts{own: map[weight][]*font.Face{}, folder: folder}
	arabic, hebrew := ownFace("noto-arabic-bold"), ownFace("noto-hebrew-bold")
	f.own[bold] = []*font.Face{ownFace("bricolage-bold"), arabic, hebrew}
	f.own[medium] = []*font.Face{ownFace("bricolage-medium"), arabic, hebrew}
	return f
}

// ownFace reads a face that is part of the program; that it can be read is tested.
func ownFace(name string) *font.Face {
	data, err := fontFiles.ReadFile("fonts/" + name + ".ttf")
	if err != nil {
		panic(err)
	}
	face, err := font.ParseTTF(bytes.NewReader(data))
	if err != nil {
		panic(err)
	}
	return face
}

// cut is the fonts in one weight, as the shaper asks for them.
type cut struct {
	*fonts
	weight weight
}

// ResolveFace gives the first face that has the letter: our own, else one of the system's, else ours again, which draws
// an empty box.
func (c cut) ResolveFace(r rune) *font.Face {
	own := c.own[c.weight]
	for _, face := range own {
		if _, has := face.NominalGlyph(r); has {
			return face
		}
	}
	if system := c.systemFonts(); system != nil {
		if face := system.ResolveFace(r); face != nil {
			if _, has := face.NominalGlyph(r); has {
				return face
			}
		}
	}
	return own[0]
}

// systemFonts looks through the system's fonts when the first letter asks for them: most cards never do.
func (f *fonts) systemFonts() *fontscan.FontMap {
	if f.scanned {
		return f.system
	}
	f.scanned = true
	found := fontscan.NewFontMap(log.New(io.Discard, "", 0))
	if err := found.UseSystemFonts(f.folder); err != nil {
		return nil
	}
	found.SetQuery(fontscan.Query{Families: []string{"Noto Sans CJK JP", "Noto Color Emoji", fontscan.SansSerif}, Aspect: font.Aspect{Weight: font.WeightBold}})
	f.system = found
	return f.system
}
