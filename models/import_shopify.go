package models

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// The columns of Shopify's product file, in small letters: as its export names them, and as it names them since 2025
// (help.shopify.com, "Using CSV files to import and export products").
var (
	shopifyHandle    = []string{"handle", "url handle"}
	shopifyTitle     = []string{"title"}
	shopifyBody      = []string{"body (html)", "body html", "description"}
	shopifyStatus    = []string{"status"}
	shopifyGift      = []string{"gift card"}
	shopifySKU       = []string{"variant sku", "sku"}
	shopifyTracker   = []string{"variant inventory tracker", "inventory tracker"}
	shopifyQuantity  = []string{"variant inventory qty", "inventory quantity"}
	shopifyPolicy    = []string{"variant inventory policy", "continue selling when out of stock"}
	shopifyPrice     = []string{"variant price", "price"}
	shopifyShips     = []string{"variant requires shipping", "requires shipping"}
	shopifyPicture   = []string{"image src", "product image url"}
	shopifyPlace     = []string{"image position"}
	shopifyAlt       = []string{"image alt text"}
	shopifyName      = [][]string{{"option1 name"}, {"option2 name"}, {"option3 name"}}
	shopifyValue     = [][]string{{"option1 value"}, {"option2 value"}, {"option3 value"}}
	shopifyPlainCost = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)
)

// isShopify tells a product file of Shopify by its heads.
func (t *table) isShopify() bool {
	return t.head(shopifyTitle...) != "" && t.head(shopifyHandle...) != "" && t.head("offer") == "" &&
		(t.head(shopifyPrice...) != "" || t.head(shopifyBody...) != "" || t.head(shopifyPicture...) != "")
}

// shopify reads Shopify's products: rows of one handle are one product, its variants and its pictures side by side.
func (t *table) shopify(shop *Shop) []Brought {
	var order []string
	groups := map[string][]tableLine{}
	var lost []Brought
	for _, line := range t.lines {
		handle := t.cell(line, shopifyHandle...)
		if handle == "" {
			handle = handleOf(t.cell(line, shopifyTitle...)) // the newer file may leave it out
		}
		if handle = shortened(cleanLine(handle), 255); handle == "" {
			var notes ImportNotes
			notes.add(line.row, t.head(shopifyHandle...), "import.no_handle")
			lost = append(lost, Brought{row: line.row, notes: notes, skip: true})
			continue
		}
		if _, known := groups[handle]; !known {
			order = append(order, handle)
		}
		groups[handle] = append(groups[handle], line)
	}
	list := make([]Brought, 0, len(order)+len(lost))
	for _, handle := range order {
		p := product{t: t, lines: groups[handle], shop: shop}
		list = append(list, p.read(handle))
	}
	return append(list, lost...)
}

// handleOf makes a handle of a title, as Shopify does.
func handleOf(title string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) }), "-")
}

// product is one product of the file while it is read.
type product struct {
	t     *table
	lines []tableLine
	shop  *Shop
	out   Brought
}

func (p *product) read(handle string) Brought {
	first := p.lines[0]
	p.out = Brought{handle: handle, row: first.row, Form: OfferForm{Currency: p.shop.Currency, Fulfilment: "ship"}}
	form := &p.out.Form
	title, row := p.product(shopifyTitle)
	if form.Title = cleanLine(title); letters(form.Title) > TitleMost {
		form.Title = strings.TrimSpace(shortened(form.Title, TitleMost))
		p.note(row, shopifyTitle, "import.title_cut", "Max", TitleMost)
	}
	body, row := p.product(shopifyBody)
	if form.Words = wordsOfHTML(body); letters(form.Words) > WordsMost {
		form.Words = strings.TrimSpace(shortened(form.Words, WordsMost))
		p.note(row, shopifyBody, "import.words_cut", "Max", WordsMost)
	}
	if status, row := p.product(shopifyStatus); strings.EqualFold(status, "archived") {
		p.out.skip = true
		p.note(row, shopifyStatus, "import.archived")
	}
	if gift, row := p.product(shopifyGift); strings.EqualFold(gift, "true") {
		p.out.skip = true
		p.note(row, shopifyGift, "import.gift_card")
	}
	if ships, row := p.product(shopifyShips); strings.EqualFold(ships, "false") {
		form.Fulfilment = "nothing"
		p.note(row, shopifyShips, "import.not_shipped")
	}
	p.readVariants()
	p.readPictures()
	return p.out
}

func (p *product) note(row int, column []string, code string, data ...any) {
	p.out.notes.add(row, p.t.head(column...), code, data...)
}

// product is what the file says of the whole product: in the first of its rows that says anything.
func (p *product) product(column []string) (value string, row int) {
	for _, line := range p.lines {
		if value = p.t.cell(line, column...); value != "" {
			return value, line.row
		}
	}
	return "", p.lines[0].row
}

// stock is how many of a variant there are: blank where Shopify does not count them.
func (p *product) stock(line tableLine) string {
	typed, policy := p.t.cell(line, shopifyQuantity...), strings.ToLower(p.t.cell(line, shopifyPolicy...))
	tracked := p.t.cell(line, shopifyTracker...) != "" || p.t.head(shopifyTracker...) == "" && typed != ""
	if !tracked || policy == "continue" || policy == "true" {
		return ""
	}
	if typed == "" { // a shop with several places keeps its numbers in another file
		p.note(line.row, shopifyTracker, "import.stock_unknown")
		return "0"
	}
	n, err := strconv.ParseInt(strings.TrimSuffix(typed, ".0"), 10, 64)
	switch {
	case err != nil:
		p.note(line.row, shopifyQuantity, "stock.malformed")
		return "0"
	case n < 0:
		p.note(line.row, shopifyQuantity, "import.stock_below", "Stock", n)
		return "0"
	case n > stockMost:
		p.note(line.row, shopifyQuantity, "stock.too_large", "Max", stockMost)
		return itoa(stockMost)
	}
	return itoa(n)
}

// price is what a variant costs; ok is false where it cannot be charged.
func (p *product) price(line tableLine) (amount int64, ok bool) {
	typed := p.t.cell(line, shopifyPrice...)
	if typed == "" {
		return 0, false
	}
	if shopifyPlainCost.MatchString(typed) && strings.Contains(typed, ".") {
		typed = strings.TrimSuffix(strings.TrimRight(typed, "0"), ".") // Shopify's point is always the decimal one
		if whole, fraction, cut := strings.Cut(typed, "."); cut && len(fraction) > Exponent(p.shop.Currency) {
			p.note(line.row, shopifyPrice, "price.too_fine", "Currency", strings.ToUpper(p.shop.Currency), "Decimals", Exponent(p.shop.Currency))
			return 0, false
		} else if !cut {
			typed = whole
		}
	}
	money, wrong := ParseMoney(typed, p.shop.Currency)
	if wrong != nil {
		p.note(line.row, shopifyPrice, wrong.Code, wrong.Data...)
		return 0, false
	}
	return money.Amount, true
}

// readPictures takes the pictures in the order of their positions, each once.
func (p *product) readPictures() {
	type placed struct {
		at int
		BroughtPicture
	}
	var list []placed
	for i, line := range p.lines {
		address := p.t.cell(line, shopifyPicture...)
		if address == "" || slices.ContainsFunc(list, func(other placed) bool { return other.Address == address }) {
			continue
		}
		if !pictureAddress(address) {
			p.note(line.row, shopifyPicture, "import.picture_address")
			continue
		}
		at, err := strconv.Atoi(p.t.cell(line, shopifyPlace...))
		if err != nil {
			at = 1_000 + i
		}
		alt := shortened(cleanLine(p.t.cell(line, shopifyAlt...)), AltMost)
		if alt == "" {
			alt = p.out.Form.Title
		}
		list = append(list, placed{at, BroughtPicture{Address: address, Alt: alt, Row: line.row}})
	}
	slices.SortStableFunc(list, func(a, b placed) int { return cmp.Compare(a.at, b.at) })
	if len(list) > PicturesMost {
		p.note(list[PicturesMost].Row, shopifyPicture, "import.pictures_many", "Max", PicturesMost)
		list = list[:PicturesMost]
	}
	for _, one := range list {
		p.out.Pictures = append(p.out.Pictures, one.BroughtPicture)
	}
}

// pictureAddress tells whether a picture could be fetched from there.
func pictureAddress(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && len(address) <= 2_000
}
