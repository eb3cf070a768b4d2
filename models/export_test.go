package models

// PlainAmount writes an amount as a form takes it.
var PlainAmount = plainAmount

// ReadImport reads a file of offers without a database; nil where it cannot be read.
func ReadImport(shop *Shop, raw []byte) []Brought {
	t, wrong := readTable(raw)
	switch {
	case wrong != nil:
		return nil
	case t.isShopify():
		return t.shopify(shop)
	case t.isOurs():
		return t.ours(shop)
	}
	return nil
}
