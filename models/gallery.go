package models

import (
	"context"
	"database/sql/driver"
)

// PicturesMost is how many pictures an offer may have.
const PicturesMost = 8

// Gallery are an offer's pictures after the first, in their order: frozen with the version.
type Gallery []GalleryPicture

// GalleryPicture names a picture of the shop and says what is on it.
type GalleryPicture struct {
	ID  string `json:"id"`
	Alt string `json:"alt"`
}

// Value writes a gallery into its column; "" where it is empty.
func (g Gallery) Value() (driver.Value, error) {
	if len(g) == 0 {
		return "", nil
	}
	return asJSON([]GalleryPicture(g))
}

// Scan reads it from it.
func (g *Gallery) Scan(from any) error { *g = nil; return fromJSON(from, (*[]GalleryPicture)(g)) }

// ShownPicture is a picture with the words that stand for it.
type ShownPicture struct {
	Picture
	Alt string
}

// Pictures are all pictures of an offer, the main one first.
func (o *OfferView) Pictures() []ShownPicture {
	if o.Picture == nil {
		return nil
	}
	return append([]ShownPicture{{*o.Picture, o.Version.Alt}}, o.More...)
}

// morePictures loads a gallery's pictures; one that is not there is left out.
func (s *Store) morePictures(ctx context.Context, shopID string, gallery Gallery) ([]ShownPicture, error) {
	if len(gallery) == 0 {
		return nil, nil
	}
	ids := make([]string, len(gallery))
	for i, named := range gallery {
		ids[i] = named.ID
	}
	rows, err := list[Picture](s.read(ctx).Where("shop_id = ? AND id IN ?", shopID, ids))
	if err != nil {
		return nil, err
	}
	byID := map[string]Picture{}
	for _, row := range rows {
		byID[row.ID] = row
	}
	var list []ShownPicture
	for _, named := range gallery {
		if picture, ok := byID[named.ID]; ok {
			list = append(list, ShownPicture{picture, named.Alt})
		}
	}
	return list, nil
}

// PicturesTyped gives the shop's own pictures that a form names, main one first, with what was typed of each.
func (s *Store) PicturesTyped(ctx context.Context, shop *Shop, form OfferForm) ([]ShownPicture, error) {
	if form.PictureID == "" {
		return nil, nil
	}
	gallery := Gallery{{form.PictureID, form.Alt}}
	for _, typed := range form.More {
		gallery = append(gallery, GalleryPicture(typed))
	}
	return s.morePictures(ctx, shop.ID, gallery)
}
