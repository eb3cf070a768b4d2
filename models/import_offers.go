package models

import (
	"slices"
	"strings"
	"time"
)

// OfferColumns are the heads of our own file of offers, one row for each variant. Rows after an offer's first one say
// only what differs: the offer, the values of its options and what stands beside them.
var OfferColumns = []string{
	"offer", "mark", "state", "title", "words", "price", "was_price", "currency", "buyer_chooses_price", "suggested_price", "fulfilment", "withdrawal", "hashtag", "replies", "reply_minutes",
	"limit_per_buyer", "hold_minutes", "stock_kept", "turn_minutes", "starts_at", "ends_at",
	"option1_name", "option1_value", "option2_name", "option2_value", "option3_name", "option3_value", "difference", "sku", "stock", "pictures", "picture_texts",
}

// isOurs tells our own file by its heads.
func (t *table) isOurs() bool { return t.head("offer") != "" && t.head("title") != "" }

// OfferLines are an offer's rows of our own file. picture gives the address of one.
func OfferLines(view *OfferView, zone *time.Location, now time.Time, picture func(*Picture) string) (lines [][]string) {
	form := FormOf(view, zone, plainAmount)
	var addresses, texts []string
	for _, shown := range view.Pictures() {
		addresses = append(addresses, picture(&shown.Picture))
		texts = append(texts, shown.Alt)
	}
	chosen := ""
	if form.ChosenPrice == "on" {
		chosen = "yes"
	}
	first := map[string]string{
		"offer": view.Slug, "mark": view.Mark(), "state": view.StateAt(now), "title": form.Title, "words": form.Words, "price": form.Price, "was_price": form.WasPrice, "currency": strings.ToUpper(form.Currency),
		"buyer_chooses_price": chosen, "suggested_price": form.Suggested, "fulfilment": form.Fulfilment, "withdrawal": form.Withdrawal, "hashtag": form.Hashtag, "replies": form.Reply, "reply_minutes": form.ReplyMinutes,
		"limit_per_buyer": form.Limit, "hold_minutes": form.Hold, "stock_kept": form.Keeping, "turn_minutes": form.Turn, "starts_at": form.StartsAt, "ends_at": form.EndsAt,
		"stock": form.Stock, "pictures": strings.Join(addresses, " "), "picture_texts": strings.Join(texts, "\n"),
	}
	row := first
	for i, c := range view.Version.Choices.Combinations {
		if i > 0 {
			row = map[string]string{"offer": view.Slug}
		}
		for k, value := range c.Values {
			n := itoa(int64(k) + 1)
			row["option"+n+"_name"], row["option"+n+"_value"] = view.Version.Choices.Options[k].Name, value
		}
		row["difference"], row["sku"], row["stock"] = form.Variants[i].Extra, form.Variants[i].SKU, form.Variants[i].Stock
		lines = append(lines, offerLine(row))
	}
	if len(lines) == 0 {
		lines = append(lines, offerLine(first))
	}
	return lines
}

func offerLine(row map[string]string) []string {
	cells := make([]string, len(OfferColumns))
	for i, column := range OfferColumns {
		cells[i] = row[column]
		if column != "difference" { // a number that may begin with a minus, and nothing else
			cells[i] = SafeCell(cells[i])
		}
	}
	return cells
}

// formulas are what a spreadsheet takes for the beginning of a formula.
const formulas = "=+-@\t\r\n"

// SafeCell keeps a text from being run as a formula by the program that opens the file. RawCell takes it back.
func SafeCell(text string) string {
	if rest := strings.TrimLeft(text, "'"); rest != "" && strings.IndexByte(formulas, rest[0]) >= 0 {
		return "'" + text
	}
	return text
}

// RawCell is a cell as it was before SafeCell.
func RawCell(cell string) string {
	if rest := strings.TrimLeft(cell, "'"); rest != "" && rest != cell && strings.IndexByte(formulas, rest[0]) >= 0 {
		return cell[1:]
	}
	return cell
}

// ours reads our own file. Rows of one offer belong together, whatever stands between them; a name that is no offer of
// the shop makes a new one.
func (t *table) ours(shop *Shop) []Brought {
	var order []string
	groups := map[string][]tableLine{}
	var lost []Brought
	for _, line := range t.lines {
		handle := cleanLine(RawCell(t.cell(line, "offer")))
		if handle == "" {
			var notes ImportNotes
			notes.add(line.row, t.head("offer"), "import.no_offer")
			lost = append(lost, Brought{row: line.row, notes: notes, skip: true})
			continue
		}
		if handle = shortened(handle, 255); groups[handle] == nil {
			order = append(order, handle)
		}
		groups[handle] = append(groups[handle], line)
	}
	list := make([]Brought, 0, len(order)+len(lost))
	for _, handle := range order {
		list = append(list, t.ourOffer(shop, handle, groups[handle]))
	}
	return append(list, lost...)
}

func (t *table) ourOffer(shop *Shop, handle string, lines []tableLine) Brought {
	first := lines[0]
	say := func(line tableLine, column string) string { return RawCell(t.cell(line, column)) }
	out := Brought{handle: handle, row: first.row, Seen: say(first, "mark")}
	form := OfferForm{
		Title: say(first, "title"), Words: say(first, "words"), Price: say(first, "price"), WasPrice: say(first, "was_price"), Currency: strings.ToLower(say(first, "currency")), Suggested: say(first, "suggested_price"),
		Fulfilment: say(first, "fulfilment"), Withdrawal: say(first, "withdrawal"), Hashtag: say(first, "hashtag"), Reply: strings.ToLower(say(first, "replies")), ReplyMinutes: say(first, "reply_minutes"), Limit: say(first, "limit_per_buyer"),
		Hold: say(first, "hold_minutes"), Keeping: say(first, "stock_kept"), Turn: say(first, "turn_minutes"), StartsAt: say(first, "starts_at"), EndsAt: say(first, "ends_at"),
	}
	if form.Currency == "" {
		form.Currency = shop.Currency
	}
	if form.Fulfilment == "" {
		form.Fulfilment = "ship"
	}
	if chosen := strings.ToLower(say(first, "buyer_chooses_price")); chosen == "yes" || chosen == "true" || chosen == "1" || chosen == "oui" {
		form.ChosenPrice = "on"
	}
	t.ourChoices(&out, &form, lines)
	texts := strings.Split(say(first, "picture_texts"), "\n")
	for i, address := range strings.Fields(say(first, "pictures")) {
		picture := BroughtPicture{Address: address, Row: first.row, Alt: form.Title}
		if i < len(texts) && strings.TrimSpace(texts[i]) != "" {
			picture.Alt = cleanLine(texts[i])
		}
		if !pictureAddress(address) {
			out.notes.add(first.row, t.head("pictures"), "import.picture_address")
			continue
		}
		out.Pictures = append(out.Pictures, picture)
	}
	out.Form = form
	return out
}

func (t *table) ourChoices(out *Brought, form *OfferForm, lines []tableLine) {
	var names []string
	for k := 1; k <= OptionsMost; k++ {
		if name := RawCell(t.cell(lines[0], "option"+itoa(int64(k))+"_name")); name != "" {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		form.Stock = RawCell(t.cell(lines[0], "stock"))
		for _, line := range lines[1:] {
			out.notes.add(line.row, t.head("offer"), "import.row_twice")
		}
		return
	}
	seen := make([][]string, len(names))
	for _, line := range lines {
		var values []string
		for k := range names {
			value := optionWords(RawCell(t.cell(line, "option"+itoa(int64(k)+1)+"_value")))
			if value == "" {
				out.notes.add(line.row, t.head("option"+itoa(int64(k)+1)+"_value"), "import.no_value", "Option", names[k])
				out.skip = true
			}
			if values = append(values, value); !slices.Contains(seen[k], value) {
				seen[k] = append(seen[k], value)
			}
		}
		name := Combination{Values: values}.Name()
		if form.line(name) >= 0 {
			out.notes.add(line.row, t.head("option1_value"), "import.twice", "Variant", name)
			out.skip = true
			continue
		}
		out.rows = append(out.rows, line.row)
		form.Variants = append(form.Variants, VariantTyped{Name: name, Stock: RawCell(t.cell(line, "stock")), Extra: RawCell(t.cell(line, "difference")), SKU: RawCell(t.cell(line, "sku"))})
	}
	for k, name := range names {
		form.Options = append(form.Options, OptionTyped{name, strings.Join(seen[k], ", ")})
	}
}
