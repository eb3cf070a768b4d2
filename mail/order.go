package mail

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// purchase is what the letters about an order tell of.
type purchase struct {
	*models.OrderView
	shop *models.Shop
}

// purchase loads the letter's order; times are then the shop's.
func (d *draft) purchase(ctx context.Context) (purchase, error) {
	if d.letter.OrderID == nil {
		return purchase{}, errors.New("the letter names no order")
	}
	order, err := d.mail.store.Order(ctx, *d.letter.OrderID)
	if err != nil {
		return purchase{}, err
	}
	view, err := d.mail.store.OrderView(ctx, order)
	if err != nil {
		return purchase{}, err
	}
	shop, err := d.mail.store.ShopOf(ctx, order.ShopID)
	if err != nil {
		return purchase{}, err
	}
	d.in(shop.Zone())
	return purchase{view, shop}, nil
}

// bought begins a letter to the buyer of an order: an answer goes to the seller, the foot says why it came, and token
// is the key to the order's page.
func (d *draft) bought(ctx context.Context) (order purchase, token string, err error) {
	if order, err = d.purchase(ctx); err != nil {
		return order, "", err
	}
	d.answerTo(order.shop)
	d.because(d.w.T("letter.footer.buyer", "Site", d.mail.site()))
	token, err = d.mail.store.OrderToken(&order.Order)
	return order, token, err
}

// item is what was bought, with how many where more than one.
func (d *draft) item(order *models.OrderView) string {
	if order.Quantity == 1 {
		return order.Title()
	}
	return d.w.T("letter.item", "Quantity", order.Quantity, "Title", order.Title())
}

func (d *draft) money(order *models.OrderView, amount int64) string {
	return d.w.Money(order.Money(amount))
}

// number is how seller and buyer call an order.
func (d *draft) number(order *models.OrderView) string {
	return "#" + strconv.FormatInt(order.Number, 10)
}

// sold tells the merchant of a sale.
func (d *draft) sold(ctx context.Context) error {
	order, err := d.purchase(ctx)
	if err != nil {
		return err
	}
	item, total := d.item(order.OrderView), d.money(order.OrderView, order.Total)
	next := d.w.T("letter.sold.to_send")
	if order.Fulfilment != "to_do" {
		next = d.w.T("letter.sold.done")
	}
	d.begin(d.w.T("letter.sold.subject", "Item", item, "Total", total), d.w.T("letter.sold.heading"), next)
	d.rows(
		views.LetterRow{Name: d.w.T("letter.sold.item"), Value: item, Strong: true},
		views.LetterRow{Name: d.w.T("letter.sold.sku"), Value: order.SKU},
		views.LetterRow{Name: d.w.T("letter.sold.total"), Value: total},
		views.LetterRow{Name: d.w.T("letter.sold.net"), Value: d.w.Money(order.Net()), Strong: true},
		views.LetterRow{Name: d.w.T("letter.sold.buyer"), Value: join(order.BuyerName, order.Email)},
		views.LetterRow{Name: d.w.T("letter.sold.source"), Value: d.source(order.OrderView)},
		views.LetterRow{Name: d.w.T("letter.order.number"), Value: d.number(order.OrderView)},
	)
	d.say(next)
	d.button(d.w.T("letter.sold.button"), views.SalePath(order.Slug))
	d.account()
	return nil
}

// source tells where a buyer came from.
func (d *draft) source(order *models.OrderView) string {
	switch {
	case order.Post != nil:
		return d.w.T("letter.sold.source.post", "Network", d.w.T("letter.network."+order.Post.Network), "Text", excerpt(order.Post.Text))
	case order.Source == "reply":
		return d.w.T("letter.sold.source.reply")
	}
	return d.w.T("letter.sold.source.link")
}

// excerpt is the beginning of a text, on one line.
func excerpt(text string) string {
	const most = 80
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) <= most {
		return string(runes)
	}
	return strings.TrimRight(string(runes[:most-1]), " ") + "…"
}

// receipt tells the buyer what was bought from whom, and how it goes on.
func (d *draft) receipt(ctx context.Context) error {
	order, token, err := d.bought(ctx)
	if err != nil {
		return err
	}
	text := d.w.T("letter.receipt.text", "Shop", order.shop.Name, "Total", d.money(order.OrderView, order.Total))
	d.open(d.w.T("letter.receipt.subject", "Item", d.item(order.OrderView)), d.w.T("letter.receipt.heading"), text)
	d.button(d.w.T("letter.receipt.button"), views.OrderPath(token))
	d.rows(append(d.sums(order.OrderView), d.seller(order)...)...)
	if err := d.delivery(ctx, order); err != nil {
		return err
	}
	if order.ConsentAt != nil {
		d.say(d.w.T("letter.receipt.consent", "When", d.w.DateTime(*order.ConsentAt)))
		d.quote(d.w.T("delivery.consent." + order.Consent))
	}
	if order.RightAt(d.mail.store.Now(), nil, order.shop.Zone()).State == "open" {
		d.links(views.LetterLink{Href: d.mail.link(views.NewWithdrawalPath(token)), Label: d.w.T("withdrawal.here"), About: d.w.T("withdrawal.buy." + order.Version.Withdrawal)})
	}
	d.say(d.w.T("letter.receipt.withdraw", "Address", order.shop.SupportEmail, "Number", d.number(order.OrderView)))
	if order.shop.ReturnsPolicy != "" {
		d.say(d.w.T("letter.receipt.returns"))
		d.quote(order.shop.ReturnsPolicy)
	}
	return nil
}

// sums are what was bought and paid; parts that are nothing are left out.
func (d *draft) sums(order *models.OrderView) []views.LetterRow {
	part := func(name string, amount int64) views.LetterRow {
		if amount == 0 {
			return views.LetterRow{}
		}
		return views.LetterRow{Name: name, Value: d.money(order, amount)}
	}
	rows := []views.LetterRow{{Name: d.w.T("letter.receipt.item"), Value: d.item(order), Strong: true}}
	if order.Quantity > 1 {
		rows = append(rows, part(d.w.T("letter.receipt.price"), order.Items/order.Quantity))
	}
	if order.Items != order.Total {
		rows = append(rows, part(d.w.T("letter.receipt.items"), order.Items))
	}
	rows = append(
		rows,
		part(d.discountName(order), -order.Discount),
		part(d.w.T("letter.receipt.shipping"), order.Shipping),
		part(d.w.T("letter.receipt.tax"), order.Tax),
		views.LetterRow{Name: d.w.T("letter.receipt.total"), Value: d.money(order, order.Total), Strong: true},
		part(d.w.T("price.tax_included"), order.TaxIncluded),
		part(d.w.T("letter.receipt.refunded"), order.Refunded),
		views.LetterRow{Name: d.w.T("letter.order.number"), Value: d.number(order)},
	)
	if order.PaidAt != nil {
		rows = append(rows, views.LetterRow{Name: d.w.T("letter.receipt.date"), Value: d.w.DateTime(*order.PaidAt)})
	}
	return rows
}

// discountName is the discount with the code that it came of.
func (d *draft) discountName(order *models.OrderView) string {
	if order.Code == "" {
		return d.w.T("letter.receipt.discount")
	}
	return d.w.T("price.code", "Code", order.Code)
}

// seller is who the contract is with, as the law wants it said.
func (d *draft) seller(order purchase) []views.LetterRow {
	name := order.shop.Name
	if order.shop.SellerName != "" {
		name = order.shop.SellerName
	}
	return []views.LetterRow{
		{Name: d.w.T("letter.receipt.seller"), Value: join(name, order.shop.SellerAddress, d.w.Country(order.shop.Country))},
		{Name: d.w.T("letter.receipt.contact"), Value: order.shop.SupportEmail},
	}
}

// delivery says how the buyer gets it.
func (d *draft) delivery(ctx context.Context, order purchase) error {
	shop := order.shop.Name
	switch order.Version.Fulfilment {
	case "ship":
		if order.Address == "" {
			d.say(d.w.T("letter.receipt.ship_unknown", "Shop", shop))
			return nil
		}
		d.say(d.w.T("letter.receipt.ship", "Shop", shop))
		d.quote(join(order.BuyerName, order.Address))
	case "file":
		if order.Fulfilment == "done" {
			d.say(d.w.T("letter.receipt.files"))
			return nil
		}
		d.say(d.w.T("letter.receipt.file", "Shop", shop))
	case "licence_code":
		if order.Fulfilment == "done" {
			return d.codes(ctx, order)
		}
		d.say(d.w.T("letter.receipt.licence_code", "Shop", shop))
	default:
		d.say(d.w.T("letter.receipt.nothing"))
	}
	return nil
}

// answerTo lets an answer go to the seller.
func (d *draft) answerTo(shop *models.Shop) {
	d.out.ReplyTo, d.out.ReplyName = shop.SupportEmail, shop.Name
}

// join puts what there is on lines of its own.
func join(texts ...string) string {
	var kept []string
	for _, text := range texts {
		if text = strings.TrimSpace(text); text != "" {
			kept = append(kept, text)
		}
	}
	return strings.Join(kept, "\n")
}

// orderLinks lists a buyer's orders with the keys to their pages.
func (d *draft) orderLinks(ctx context.Context) error {
	orders, err := d.mail.store.OrdersOf(ctx, d.letter.Recipient)
	if err != nil {
		return err
	}
	subject, text := d.w.T("letter.order_links.subject"), d.w.T("letter.order_links.text")
	d.open(subject, subject, text)
	for i := range orders {
		order := &orders[i]
		token, err := d.mail.store.OrderToken(&order.Order)
		if err != nil {
			return err
		}
		shop, err := d.mail.store.ShopOf(ctx, order.ShopID)
		if err != nil {
			return err
		}
		about := d.w.T("letter.order_links.about", "Shop", shop.Name, "Date", d.w.In(shop.Zone()).Date(*order.PaidAt), "Total", d.money(order, order.Total))
		d.links(views.LetterLink{Href: d.mail.link(views.OrderPath(token)), Label: d.item(order), About: about})
	}
	d.say(d.w.T("letter.order_links.end"))
	d.because(d.w.T("letter.footer.asked", "Site", d.mail.site()))
	return nil
}
