package models

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// Variant is what is left of one combination of an offer's options, known by its words.
type Variant struct {
	ID        string
	OfferID   string
	Name      string // M / black
	SKU       string // the merchant's own number
	OnSale    bool   // the approved version has it
	Stock     *int64 // nil = as many as are wanted
	Held      int64
	Sold      int64
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Left is how many can still be bought; unlimited is true where stock is not counted.
func (v *Variant) Left() (left int64, unlimited bool) {
	if v.Stock == nil {
		return 0, true
	}
	return *v.Stock - v.Sold - v.Held, false
}

// SoldOut tells whether nothing is left just now.
func (v *Variant) SoldOut() bool {
	left, unlimited := v.Left()
	return !unlimited && left <= 0
}

// VariantView is a combination of a version with what is left of it.
type VariantView struct {
	Variant
	Values []string
	Price  Money
}

// showVariants puts the version's combinations with their stock on the view, and makes its stock theirs. Of those that
// have no row nothing is left.
func (o *OfferView) showVariants(rows map[string]Variant) {
	if !o.Version.Choices.Any() {
		return
	}
	o.Variants = nil
	var stock int64
	others, counted := o.Held+o.Sold, true
	for _, c := range o.Version.Choices.Combinations {
		row, known := rows[c.Name()]
		if !known {
			row = Variant{Name: c.Name(), Stock: new(int64)}
		}
		others -= row.Held + row.Sold
		if row.Stock == nil {
			counted = false
		} else {
			stock += *row.Stock
		}
		o.Variants = append(o.Variants, VariantView{row, c.Values, o.Version.PriceOf(c)})
	}
	o.Stock = nil
	if counted {
		stock += others // what was sold and held of combinations that are no more
		o.Stock = &stock
	}
}

// variantsOf are an offer's rows by their words.
func variantsOf(db *gorm.DB, offerID string) (map[string]Variant, error) {
	var list []Variant
	if err := db.Where("offer_id = ?", offerID).Find(&list).Error; err != nil {
		return nil, err
	}
	rows := make(map[string]Variant, len(list))
	for _, row := range list {
		rows[row.Name] = row
	}
	return rows, nil
}

func (s *Store) loadVariants(ctx context.Context, view *OfferView) error {
	if !view.Version.Choices.Any() {
		return nil
	}
	rows, err := variantsOf(s.read(ctx), view.ID)
	view.showVariants(rows)
	return err
}

// keepVariants writes the stock and number of each combination of a form. Fewer than are sold and held is refused.
func (t *tx) keepVariants(offer *Offer, variants []Variant) error {
	if len(variants) == 0 {
		return nil
	}
	rows, err := variantsOf(t.DB, offer.ID)
	if err != nil {
		return err
	}
	var problems Problems
	for i, v := range variants {
		if row := rows[v.Name]; v.Stock != nil && *v.Stock < row.Held+row.Sold {
			problems.Add("variant_stock_"+itoa(int64(i)), "stock.below_sold", "Sold", row.Held+row.Sold)
		}
	}
	if err := problems.orNil(); err != nil {
		return err
	}
	now := t.store.now()
	for i, v := range variants {
		result := t.Exec(`INSERT INTO variants (id, offer_id, name, sku, stock, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (offer_id, name) DO UPDATE SET sku = excluded.sku, stock = excluded.stock, updated_at = excluded.updated_at
			WHERE excluded.stock IS NULL OR variants.held + variants.sold <= excluded.stock`, newID(), offer.ID, v.Name, v.SKU, v.Stock, now, now)
		if result.Error != nil {
			return result.Error
		}
		if result.RowsAffected == 0 { // sold between the look and the write
			return Problems{{Field: "variant_stock_" + itoa(int64(i)), Code: "changed_meanwhile"}}
		}
	}
	return nil
}

// sellVariants puts the combinations of an approved version on sale, and no others. From then on their stock counts, and
// the offer's own does not.
func (t *tx) sellVariants(offerID, versionID string) error {
	var version Version
	if err := t.Where("id = ?", versionID).Take(&version).Error; err != nil {
		return found(err)
	}
	names := version.Choices.names()
	if len(names) == 0 {
		return t.Exec("UPDATE variants SET on_sale = FALSE WHERE offer_id = ? AND on_sale", offerID).Error
	}
	if err := t.Exec("UPDATE offers SET stock = NULL WHERE id = ?", offerID).Error; err != nil {
		return err
	}
	if err := t.Exec("UPDATE variants SET on_sale = TRUE WHERE offer_id = ? AND name IN ? AND NOT on_sale", offerID, names).Error; err != nil {
		return err
	}
	return t.Exec("UPDATE variants SET on_sale = FALSE WHERE offer_id = ? AND name NOT IN ? AND on_sale", offerID, names).Error
}

// takeVariant sets stock of the chosen combination aside, or says why not. The offer's row is locked already. Where
// nothing is set aside it only looks whether there is enough.
func (t *tx) takeVariant(order *Order, name string, aside bool, turn *Wait) error {
	if name == "" {
		return nil
	}
	more := order.Quantity
	if turn != nil {
		more-- // one of them is set aside already
	}
	take := more
	if !aside {
		take = 0
	}
	result := t.Exec("UPDATE variants SET held = held + ? WHERE offer_id = ? AND name = ? AND on_sale AND (stock IS NULL OR held + sold + ? <= stock)",
		take, order.OfferID, name, more)
	if result.Error != nil {
		return result.Error
	}
	var row Variant
	if err := t.Where("offer_id = ? AND name = ?", order.OfferID, name).Limit(1).Find(&row).Error; err != nil {
		return err
	}
	left, unlimited := row.Left()
	switch {
	case result.RowsAffected == 1:
		order.VariantID, order.Variant, order.SKU = &row.ID, row.Name, row.SKU
		return nil
	case !row.OnSale:
		return Problems{{Field: "offer", Code: "changed_meanwhile"}}
	case !unlimited && left <= 0:
		return Problems{{Field: "variant", Code: "variant.sold_out", Data: []any{"Variant", name}}}
	}
	return Problems{{Field: "quantity", Code: "quantity.above_stock", Data: []any{"Left", left}}}
}

// moveVariant changes the counters of an order's combination beside those of its offer.
func (t *tx) moveVariant(order *Order, held, sold int64) error {
	if order.VariantID == nil {
		return nil
	}
	return changed(t.Exec("UPDATE variants SET held = held + ?, sold = sold + ? WHERE id = ?", held, sold, *order.VariantID))
}

// sellVariantAnew takes a combination's stock for an order whose hold was given back; short where there is none.
func (t *tx) sellVariantAnew(order *Order) (short bool, err error) {
	if order.VariantID == nil {
		return false, nil
	}
	result := t.Exec("UPDATE variants SET sold = sold + ? WHERE id = ? AND (stock IS NULL OR held + sold + ? <= stock)", order.Quantity, *order.VariantID, order.Quantity)
	return result.RowsAffected == 0, result.Error
}
