package social

import (
	"bytes"
	"embed"
	"errors"
	"io"
	"log"
	"os"
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
	folder, done := indexFolder(f.folder, os.TempDir(), "/dev/shm")
	defer done()
	found := fontscan.NewFontMap(log.New(io.Discard, "", 0))
	if err := found.UseSystemFonts(folder); err != nil {
		return nil
	}
	found.SetQuery(fontscan.Query{Families: []string{"Noto Sans CJK JP", "Noto Color Emoji", fontscan.SansSerif}, Aspect: font.Aspect{Weight: font.WeightBold}})
	f.system = found
	return f.system
}

// indexRoom is more than the index of a machine with many fonts takes.
const indexRoom = 4 << 20

// indexFolder is where the index of the system's fonts can be written: the search for fonts fails where it cannot, and is
// made but once. That is the folder where it is kept, or, on a disk that is full or only read, one that done removes.
func indexFolder(kept string, others ...string) (folder string, done func()) {
	if os.MkdirAll(kept, 0o700) == nil && roomIn(kept) {
		return kept, func() {}
	}
	for _, other := range others {
		if folder, err := os.MkdirTemp(other, "tillbird-fonts-*"); err == nil {
			if roomIn(folder) {
				return folder, func() { _ = os.RemoveAll(folder) }
			}
			_ = os.RemoveAll(folder)
		}
	}
	return kept, func() {}
}

// roomIn tells whether a file as large as an index can be written.
func roomIn(folder string) bool {
	file, err := os.CreateTemp(folder, "room-*")
	if err != nil {
		return false
	}
	defer os.Remove(file.Name())
	_, err = file.Write(make([]byte, indexRoom))
	return errors.Join(err, file.Close()) == nil
}
