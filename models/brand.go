package models

import (
	"context"
	"regexp"
	"strings"
)

// BrandForm is a shop's look as typed: Colour is "#rrggbb" or blank. Logo is a picture of the shop that takes the place of
// the one there is; nil leaves it, unless WithoutLogo.
type BrandForm struct {
	Colour      string
	Logo        *Picture
	WithoutLogo bool
}

var colourForm = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// UpdateBrand keeps a shop's look. Problem: colour card.colour.
func (s *Store) UpdateBrand(ctx context.Context, shop *Shop, user *User, form BrandForm) error {
	colour := strings.ToLower(strings.TrimSpace(form.Colour))
	if colour != "" && !strings.HasPrefix(colour, "#") {
		colour = "#" + colour
	}
	if colour != "" && !colourForm.MatchString(colour) {
		return Problems{{Field: "colour", Code: "card.colour"}}
	}
	logo := shop.Logo
	switch {
	case form.Logo != nil:
		logo = form.Logo.Digest
	case form.WithoutLogo:
		logo = ""
	}
	return s.write(ctx, func(db *tx) error {
		if err := changed(db.Exec("UPDATE shops SET logo = ?, colour = ? WHERE id = ?", logo, colour, shop.ID)); err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "shop.branded", Object: shop.Handle})
	})
}
