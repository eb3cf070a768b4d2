package models

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Card is how a merchant wants the picture of an offer's posts. What it says comes from the offer; it needs no review.
type Card struct {
	Template  string `json:"template,omitempty"` // "" is the one that suits the offer
	Colour    string `json:"colour,omitempty"`   // a named pair, or "#rrggbb"
	FocusX    int    `json:"focus_x"`            // percent of the photo that must stay in sight
	FocusY    int    `json:"focus_y"`
	Centred   bool   `json:"centred,omitempty"`
	HidePrice bool   `json:"hide_price,omitempty"`
	HideWas   bool   `json:"hide_was,omitempty"` // the earlier price
	HideDates bool   `json:"hide_dates,omitempty"`
	HideShop  bool   `json:"hide_shop,omitempty"`
	HideLogo  bool   `json:"hide_logo,omitempty"`
	HideStamp bool   `json:"hide_stamp,omitempty"` // "Sold out" and the like
}

// CardDesign is the offer's card as its merchant designed it, or the plain one.
func (o *Offer) CardDesign() Card {
	card := Card{FocusX: 50, FocusY: 50}
	if o.Card != "" && json.Unmarshal([]byte(o.Card), &card) != nil {
		card = Card{FocusX: 50, FocusY: 50}
	}
	return card
}

// DesignCard keeps the design of the offer's card.
func (s *Store) DesignCard(ctx context.Context, shop *Shop, user *User, offer *Offer, card Card) error {
	card.FocusX, card.FocusY = min(max(card.FocusX, 0), 100), min(max(card.FocusY, 0), 100)
	text, err := json.Marshal(card)
	if err != nil {
		return err
	}
	return s.write(ctx, func(db *tx) error {
		db.touches(offer.ID)
		if err := changed(db.Exec("UPDATE offers SET card = ?, updated_at = ? WHERE id = ? AND shop_id = ?", string(text), s.now(), offer.ID, shop.ID)); err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "offer.card_designed", Object: offer.Slug})
	})
}

// cardsLast is how long a drawn card is kept; a network that asks later has it drawn again.
const cardsLast = 60 * 24 * time.Hour

// cardFile is where a drawn card lies. key is what it was drawn from, as letters of a digest; kind is "png" or "jpg".
func (s *Store) cardFile(key, kind string) (string, error) {
	if raw, err := hex.DecodeString(key); err != nil || len(raw) < 8 || kind != "png" && kind != "jpg" {
		return "", ErrNotFound
	}
	return filepath.Join(s.folder, "cards", key[:2], key+"."+kind), nil
}

// DrawnCard gives a card that was drawn before, or ErrNotFound.
func (s *Store) DrawnCard(key, kind string) ([]byte, error) {
	name, err := s.cardFile(key, kind)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrNotFound
	}
	return data, err
}

// KeepCard keeps a drawn card.
func (s *Store) KeepCard(key, kind string, data []byte) error {
	name, err := s.cardFile(key, kind)
	if err != nil {
		return err
	}
	return keepWhole(name, data)
}

// sweepCards removes cards that were drawn long ago.
func (s *Store) sweepCards(now time.Time) error {
	err := filepath.WalkDir(filepath.Join(s.folder, "cards"), func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.Contains(entry.Name(), ".") {
			return err
		}
		info, err := entry.Info()
		if err == nil && now.Sub(info.ModTime()) > cardsLast {
			err = os.Remove(name)
		}
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		return err
	})
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
