package models

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm/clause"
)

// File is what buyers of an offer fetch from us. Removed, it stays with those who paid for it before; recalled, it is
// taken from them too. Its bytes are kept by content, in a folder of the shop's own.
type File struct {
	ID        string
	ShopID    string
	OfferID   string
	UserID    string // who brought it
	Name      string
	Size      int64
	Digest    string // SHA-256, hex: its name in the data folder
	Recalled  bool
	RemovedAt *time.Time
	CreatedAt time.Time
}

// The most that an offer's files may be. They are written to the disk as they come, never held in memory.
const (
	FileBytesMost = 200 << 20
	FilesMost     = 20
	fileNameMost  = 120
)

// AddFile keeps a file for the buyers of an offer, whole or not at all. The same file under the same name is the one
// that is there. Orders that wait for it are told. Problems (field "file"): file.empty, file.bytes, file.many.
func (s *Store) AddFile(ctx context.Context, shop *Shop, user *User, offer *Offer, name string, content io.Reader) (*File, error) {
	file := &File{ID: newID(), ShopID: shop.ID, OfferID: offer.ID, UserID: user.ID, Name: fileName(name), CreatedAt: s.now()}
	files, err := s.FilesOf(ctx, offer)
	if err != nil {
		return nil, err
	}
	if len(files) >= FilesMost {
		return nil, Problems{{Field: "file", Code: "file.many", Data: []any{"Max", FilesMost}}}
	}
	// The bytes first: a row without its file would be a broken promise, a file without its row is only waste.
	if err := s.storeFile(file, content); err != nil {
		return nil, err
	}
	err = s.write(ctx, func(db *tx) error {
		// The offer is held from here, so that two at once cannot pass the limit together.
		if err := changed(db.Exec("UPDATE offers SET updated_at = updated_at WHERE id = ? AND shop_id = ?", offer.ID, shop.ID)); err != nil {
			return err
		}
		var n int64
		if err := db.Raw("SELECT count(*) FROM files WHERE offer_id = ? AND removed_at IS NULL", offer.ID).Scan(&n).Error; err != nil {
			return err
		}
		result := db.Clauses(clause.OnConflict{DoNothing: true}).Create(file)
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		if n >= FilesMost {
			return Problems{{Field: "file", Code: "file.many", Data: []any{"Max", FilesMost}}}
		}
		if err := db.deliverWaiting(offer); err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "file.added", Object: offer.Slug, Detail: file.Name})
	})
	if err != nil {
		return nil, err
	}
	kept, err := first[File](s.read(ctx).Where("offer_id = ? AND digest = ? AND name = ? AND removed_at IS NULL", offer.ID, file.Digest, file.Name))
	return &kept, found(err)
}

// storeFile writes the bytes to a part of their own and gives it its name when it is whole, so that a cut-off upload or
// a full disk leaves nothing behind.
func (s *Store) storeFile(file *File, content io.Reader) error {
	folder := filepath.Join(s.folder, "files", file.ShopID)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("keep a file: %w", err)
	}
	part, err := os.CreateTemp(folder, "part-*")
	if err != nil {
		return fmt.Errorf("keep a file: %w", err)
	}
	defer os.Remove(part.Name())
	sum := sha256.New()
	file.Size, err = io.Copy(io.MultiWriter(part, sum), io.LimitReader(content, FileBytesMost+1))
	if err == nil {
		err = part.Sync()
	}
	if closeErr := part.Close(); err == nil {
		err = closeErr
	}
	switch {
	case err != nil:
		return fmt.Errorf("keep a file: %w", err)
	case file.Size == 0:
		return Problems{{Field: "file", Code: "file.empty", Data: []any{"Name", file.Name}}}
	case file.Size > FileBytesMost:
		return Problems{{Field: "file", Code: "file.bytes", Data: []any{"Name", file.Name, "Max", FileBytesMost >> 20}}}
	}
	file.Digest = hex.EncodeToString(sum.Sum(nil))
	name := s.fileAt(file)
	if _, err := os.Stat(name); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return fmt.Errorf("keep a file: %w", err)
	}
	return os.Rename(part.Name(), name)
}

func (s *Store) fileAt(file *File) string {
	return filepath.Join(s.folder, "files", file.ShopID, file.Digest[:2], file.Digest)
}

// sweepParts removes what uploads left that a crash cut off.
func (s *Store) sweepParts() {
	parts, _ := filepath.Glob(filepath.Join(s.folder, "files", "*", "part-*"))
	for _, part := range parts {
		if about, err := os.Stat(part); err == nil && s.now().Sub(about.ModTime()) > 24*time.Hour {
			_ = os.Remove(part)
		}
	}
}

// fileName is a name as we keep it: no folders, nothing unseen, nothing that a file system or a header stumbles over.
func fileName(typed string) string {
	if at := strings.LastIndexAny(typed, `/\`); at >= 0 {
		typed = typed[at+1:]
	}
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`<>:"|?*;%`, r) {
			return '_'
		}
		return r
	}, cleanLine(typed))
	name = strings.Trim(name, ". ")
	if over := utf8.RuneCountInString(name) - fileNameMost; over > 0 {
		ending := filepath.Ext(name)
		if utf8.RuneCountInString(ending) > 12 {
			ending = ""
		}
		name = shortened(strings.TrimSuffix(name, ending), fileNameMost-utf8.RuneCountInString(ending)) + ending
	}
	if blank(name) {
		return "file"
	}
	return name
}

// FilesOf lists the files that new buyers of an offer get, oldest first.
func (s *Store) FilesOf(ctx context.Context, offer *Offer) ([]File, error) {
	return list[File](s.read(ctx).Where("offer_id = ? AND removed_at IS NULL", offer.ID).Order("created_at, id"))
}

// FileIn finds a file of the shop's own offer, removed or not, or ErrNotFound.
func (s *Store) FileIn(ctx context.Context, shop *Shop, offer *Offer, id string) (*File, error) {
	file, err := first[File](s.read(ctx).Where("id = ? AND shop_id = ? AND offer_id = ?", id, shop.ID, offer.ID))
	return &file, found(err)
}

// RemoveFile takes a file from new buyers; recall takes it from all. Of an offer on sale, the last one stays. Done
// twice it changes nothing. Problem file.last.
func (s *Store) RemoveFile(ctx context.Context, shop *Shop, user *User, offer *Offer, file *File, recall bool) error {
	now := s.now()
	err := s.write(ctx, func(db *tx) error {
		var held Offer
		if err := changed(db.Exec("UPDATE offers SET updated_at = updated_at WHERE id = ? AND shop_id = ?", offer.ID, shop.ID)); err != nil {
			return err
		}
		if err := db.Where("id = ?", offer.ID).Take(&held).Error; err != nil {
			return found(err)
		}
		var left int64
		if err := db.Raw("SELECT count(*) FROM files WHERE offer_id = ? AND removed_at IS NULL AND id <> ?", offer.ID, file.ID).Scan(&left).Error; err != nil {
			return err
		}
		if state := held.StateAt(now); left == 0 && (state == "live" || state == "scheduled") {
			return Problems{{Field: "file", Code: "file.last"}}
		}
		if err := changed(db.Exec("UPDATE files SET removed_at = ?, recalled = ? WHERE id = ? AND shop_id = ? AND removed_at IS NULL", now, recall, file.ID, shop.ID)); err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "file.removed", Object: offer.Slug, Detail: file.Name})
	})
	if errors.Is(err, ErrChanged) {
		return nil
	}
	if err != nil || !recall {
		return err
	}
	var others int64
	if err := s.read(ctx).Raw("SELECT count(*) FROM files WHERE shop_id = ? AND digest = ? AND NOT recalled", shop.ID, file.Digest).Scan(&others).Error; err != nil || others > 0 {
		return err
	}
	if err := os.Remove(s.fileAt(file)); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
