package models

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	_ "image/gif" // decoding only
	"image/jpeg"
	_ "image/png" // decoding only
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // decoding only
	"gorm.io/gorm/clause"
)

// Picture is an uploaded image, decoded within limits and encoded anew, so that nothing of the file somebody sent, and
// none of its metadata, is ever served.
type Picture struct {
	ID        string
	ShopID    string
	Digest    string // SHA-256 of the JPEG at its full size, hex: its name in the data folder and its address
	Width     int
	Height    int
	CreatedAt time.Time
}

// Limits of an upload, and the widths a picture is kept in.
const (
	PictureBytesMost  = 8 << 20
	PicturePixelsMost = 40_000_000
	pictureFull       = 1600
	PictureCard       = 1200 // as wide as the picture of a post: opened for each that is drawn; a phone of high density takes it too
	PictureSmall      = 720  // fills a phone of 412 points at the density that most have
)

// SavePicture keeps an upload for the shop. Problems (field "picture"): picture.empty, .bytes, .type, .pixels, .broken.
func (s *Store) SavePicture(ctx context.Context, shop *Shop, upload io.Reader) (*Picture, error) {
	raw, err := io.ReadAll(io.LimitReader(upload, PictureBytesMost+1))
	if err != nil {
		return nil, err
	}
	sizes, err := encodePicture(ctx, raw)
	if err != nil {
		return nil, err
	}
	full := sizes["full"]
	size, _, err := image.DecodeConfig(bytes.NewReader(full))
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(full)
	picture := &Picture{ID: newID(), ShopID: shop.ID, Digest: hex.EncodeToString(sum[:]), Width: size.Width, Height: size.Height, CreatedAt: s.now()}
	// Files first: a row without its file would be a broken picture, a file without its row is only waste.
	for name, data := range sizes {
		if err := s.keepFile(picture.Digest, name, data); err != nil {
			return nil, err
		}
	}
	err = s.write(ctx, func(db *tx) error {
		if err := db.Clauses(clause.OnConflict{DoNothing: true}).Create(picture).Error; err != nil {
			return err
		}
		var kept Picture // perhaps the row of an earlier upload of the same picture
		err := db.Where("shop_id = ? AND digest = ?", shop.ID, picture.Digest).Take(&kept).Error
		picture = &kept
		return err
	})
	if err != nil {
		return nil, err
	}
	return picture, nil
}

// pictureTurn lets one picture at a time be open in memory: a few kilobytes can claim forty million pixels, and many
// of them at once would take all of the machine.
var pictureTurn = make(chan struct{}, 1)

// encodePicture decodes an upload and gives it anew in each size by its name. There is none for cards where the full one
// is hardly larger, or so flat that a card needs all of it.
func encodePicture(ctx context.Context, raw []byte) (map[string][]byte, error) {
	select {
	case pictureTurn <- struct{}{}:
		defer func() { <-pictureTurn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	source, p := decodePicture(raw)
	if p != nil {
		p.Field = "picture"
		return nil, Problems{*p}
	}
	reduced := upright(halved(source, pictureFull), orientation(raw))
	most := map[string]int{"full": pictureFull, "small": PictureSmall}
	if size := reduced.Bounds().Size(); hasCard(size.X, size.Y) {
		most["card"] = PictureCard
	}
	sizes := map[string][]byte{}
	for name, side := range most {
		var err error
		if sizes[name], err = encodeJPEG(reduced, side); err != nil {
			return nil, err
		}
	}
	return sizes, nil
}

func hasCard(width, height int) bool {
	return width > PictureCard*9/8 && height <= width && height*2 >= width
}

// HasCard tells whether there is a copy between the small and the full one.
func (p *Picture) HasCard() bool { return hasCard(p.Width, p.Height) }

// encodeEvidence decodes a picture for a bank and gives it anew, as large as can be read and small enough to go along.
func encodeEvidence(ctx context.Context, raw []byte) ([]byte, error) {
	select {
	case pictureTurn <- struct{}{}:
		defer func() { <-pictureTurn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	source, p := decodePicture(raw)
	if p != nil {
		return nil, Problems{*p}
	}
	for most := evidenceLong; ; most /= 2 {
		out, err := encodeJPEG(upright(halved(source, most), orientation(raw)), most)
		if err != nil || len(out) <= EvidenceBytesMost/3 || most <= pictureFull {
			return out, err
		}
	}
}

// decodePicture looks at the size that a file claims before it decodes it.
func decodePicture(raw []byte) (image.Image, *Problem) {
	switch {
	case len(raw) == 0:
		return nil, problem("picture.empty")
	case len(raw) > PictureBytesMost:
		return nil, problem("picture.bytes", "Max", PictureBytesMost>>20)
	}
	claim, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return nil, problem("picture.type")
	}
	if claim.Width <= 0 || claim.Height <= 0 || int64(claim.Width)*int64(claim.Height) > PicturePixelsMost {
		return nil, problem("picture.pixels", "Max", PicturePixelsMost/1_000_000)
	}
	source, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, problem("picture.broken")
	}
	return source, nil
}

// encodeJPEG draws the picture on white, no wider or higher than most.
func encodeJPEG(source image.Image, most int) ([]byte, error) {
	width, height := source.Bounds().Dx(), source.Bounds().Dy()
	if long := max(width, height); long > most {
		width, height = max(1, width*most/long), max(1, height*most/long)
	}
	canvas := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(canvas, canvas.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.CatmullRom.Scale(canvas, canvas.Bounds(), source, source.Bounds(), draw.Over, nil)
	var out bytes.Buffer
	err := jpeg.Encode(&out, canvas, &jpeg.Options{Quality: 84})
	return out.Bytes(), err
}

func (s *Store) pictureFile(digest, size string) string {
	return filepath.Join(s.folder, "pictures", digest[:2], digest+"-"+size+".jpg")
}

// keepFile writes a file so that it is there whole or not at all, also after a power cut.
func (s *Store) keepFile(digest, size string, data []byte) error {
	return keepWhole(s.pictureFile(digest, size), data)
}

// keepWhole writes a file under a name that stands for its content, unless it is there.
func keepWhole(name string, data []byte) error {
	if _, err := os.Stat(name); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	part, err := os.CreateTemp(filepath.Dir(name), "part-*")
	if err != nil {
		return err
	}
	defer os.Remove(part.Name())
	if _, err = part.Write(data); err == nil {
		err = part.Sync()
	}
	if closeErr := part.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(part.Name(), name)
}

// PictureFile opens a picture that a page shows, by its digest; size is "full", "small", or "card" for the one that posts
// are drawn with. ErrNotFound where there is none.
func (s *Store) PictureFile(digest, size string) (*os.File, error) {
	if _, err := hex.DecodeString(digest); err != nil || len(digest) != 64 || size != "full" && size != "small" && size != "card" {
		return nil, ErrNotFound
	}
	file, err := os.Open(s.pictureFile(digest, size))
	if errors.Is(err, os.ErrNotExist) {
		if size == "card" {
			return s.PictureFile(digest, "full")
		}
		return nil, ErrNotFound
	}
	return file, err
}

// PictureIn finds the shop's own picture, or ErrNotFound.
func (s *Store) PictureIn(ctx context.Context, shop *Shop, id string) (*Picture, error) {
	picture, err := first[Picture](s.read(ctx).Where("id = ? AND shop_id = ?", id, shop.ID))
	return &picture, found(err)
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
