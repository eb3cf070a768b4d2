package views

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// group draws one part after the other.
func group(class string, parts ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if _, err := io.WriteString(w, `<div class="`+class+`">`); err != nil {
			return err
		}
		for _, part := range parts {
			if err := part.Render(templ.ClearChildren(ctx), w); err != nil {
				return err
			}
		}
		_, err := io.WriteString(w, `</div>`)
		return err
	})
}

func text(s string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, templ.EscapeString(s))
		return err
	})
}

// fill puts content where a part has its children.
func fill(part templ.Component, content ...templ.Component) templ.Component {
	return within(part, templ.Join(content...))
}

func galleryOverview(p Page) templ.Component {
	rows := []struct{ when, offer, buyer, amount string }{
		{"22 Nov, 11:12", "Linen apron, sage", "buyer12@example.com", "€24.00"},
		{"22 Nov, 10:19", "Cedar candle", "buyer43@example.com", "€33.50"},
		{"22 Nov, 09:26", "A gift card with a name that goes on and on until it wraps", "buyer74@example.com", "€1,043.00"},
	}
	states := []templ.Component{
		pill(ToneSuccess, "check", "Paid"), pill(ToneWarning, "undo", "Refunded"), pill(ToneError, "gavel", "Disputed"),
	}
	var lines []templ.Component
	for i, r := range rows {
		lines = append(lines, fill(tableRow(),
			fill(cellMain(), rowLink("#", r.offer)), cellTime("Time", "2026-11-22T11:12:00Z", r.when),
			fill(cell("Buyer", false), text(r.buyer)), fill(cell("State", false), states[i]),
			fill(cellSide("Amount", true), text(r.amount))))
	}
	table := fill(dataTable("Latest sales", []Column{{Label: "Offer"}, {Label: "Time"}, {Label: "Buyer"}, {Label: "State"}, {Label: "Amount", Num: true}}), lines...)
	return group("stack",
		group("", fill(pageHead("Overview", "", Back{}), linkButton(Button{Kind: "primary", Icon: "plus", Label: "New offer", Href: "#"})),
			group("stack-s",
				mustDo(ToneError, "Dispute for order 2041: 3 days left", "Answer by Sunday 24 May, 20:00 (Paris). You can answer once.", Button{Label: "Answer the dispute", Href: "#"}),
				mustDo(ToneWarning, "Stripe still needs a photo of your ID", "About 3 minutes. Payouts go on until 30 May.", Button{Label: "Continue with Stripe", Href: "#"}))),
		steps(p, "Set up your shop", []Step{
			{Name: "Your shop", Done: true},
			{Name: "Identity and bank with Stripe", Text: "Stripe pays you out and checks who you are. About 5 minutes.", Now: true, Act: Button{Kind: "primary", Label: "Connect Stripe", Href: "#"}},
			{Name: "First offer", Text: "A name, a price, a picture. About 3 minutes."},
			{Name: "First post", Text: "Copy it to your network, or open it there."},
		}),
		fill(tiles(false),
			statTile("Gross, 30 days", "€13,842.20", "#", Change{Tone: ToneSuccess, Up: true, Text: "12% on the 30 days before"}),
			statTile("Orders", "412", "#", Change{Tone: ToneSuccess, Up: true, Text: "31 more"}),
			statTile("From posts", "68%", "#", Change{Tone: ToneError, Text: "3 points less"}),
			statTile("Available now", "€1,904.00", "#", Change{Tone: ToneNeutral, Flat: true, Text: "Next payout on Thu 28 May"})),
		fill(card(""), chart(p, galleryChart())),
		fill(card(""), chart(p, galleryBars())),
		fill(cardWith("Latest sales", linkButton(Button{Label: "Download CSV", Icon: "download", Href: "#", Small: true})), table, pages(p, "#", "#")),
	)
}

func galleryForm(p Page) templ.Component {
	return group("narrow",
		errorSummary(p, []Problem{{"price", "Enter a price above zero, such as 24.00"}, {"picture", "The selected file must be a JPG, PNG or WebP"}}),
		pageHead("New offer", "Drafts save themselves. Nothing is public before you say so.", Back{Href: "#", Label: "Offers"}),
		group("stack",
			fill(formSection("What", "What fans read first."),
				textField(p, Field{ID: "title", Label: "Name", Hint: "Buyers see it in the post and at the till.", Value: "Linen apron, sage", Limit: 12}),
				textArea(p, Field{ID: "body", Label: "Description", Optional: true, Rows: 4, Limit: 500, Value: "Cut and sewn in Lyon."}),
				radioGroup(p, Field{ID: "delivery", Label: "How it reaches the buyer", Value: "ship"}, []Option{{"ship", "By post", "You send it and mark it as sent."}, {"file", "As a file", "The buyer gets it at once."}, {"none", "Nothing to deliver", ""}})),
			fill(formSection("Price and stock", ""),
				fill(fieldsInTwo(),
					moneyField(p, Field{ID: "price", Label: "Price", Value: "-1", Suffix: "EUR", Error: "Enter a price above zero, such as 24.00", Hint: "You receive about €22.94"}),
					selectField(p, Field{ID: "currency", Label: "Currency", Value: "eur", Size: "s"}, []Option{{"eur", "Euro", ""}, {"usd", "US dollar", ""}}),
					numberField(p, Field{ID: "stock", Label: "Stock", Optional: true, Value: "40"}),
					textField(p, Field{ID: "ends", Label: "Ends", Type: "datetime-local", Value: "2026-05-24T20:00"}))),
			fill(formSection("Picture", ""),
				fileField(p, Field{ID: "picture", Label: "Picture", Error: "The selected file must be a JPG, PNG or WebP"}, "image/png"),
				checkbox(p, Field{ID: "rights", Label: "I may use this picture", Hint: "You made it, or you have the maker’s leave."}, true)),
			fill(card("Sign in"), group("fields",
				textField(p, Field{ID: "email", Label: "E-mail", Type: "email", Autocomplete: "username"}),
				passwordField(p, Field{ID: "password", Label: "Password", Autocomplete: "current-password"}),
				copyField(p, "link", "Short link", "https://tillbird.example/p/7Gk2mQ"))),
			group("row", button(Button{Kind: "primary", Label: "Send for review", Icon: "send"}), button(Button{Label: "Save draft"}),
				button(Button{Kind: "danger", Label: "Refund €24.00"}), button(Button{Kind: "quiet", Label: "Cancel"}),
				button(Button{Kind: "primary", Label: "Sending", Attrs: templ.Attributes{"disabled": true}})),
		))
}

func galleryOrder(p Page) templ.Component {
	var pills []templ.Component
	for _, tone := range []Tone{ToneNeutral, ToneInfo, ToneSuccess, ToneWarning, ToneError, TonePetrol} {
		pills = append(pills, pill(tone, "", string(tone)))
	}
	var notices []templ.Component
	for _, tone := range []Tone{ToneNeutral, ToneInfo, ToneSuccess, ToneWarning, ToneError} {
		notices = append(notices, fill(notice(tone, "A "+string(tone)+" notice"), text("What is so, and what to do next.")))
	}
	return group("",
		fill(pageHead("Order 2041", "€24.00, paid on 22 November 2026", Back{Href: "#", Label: "Sales"}), pill(ToneSuccess, "check", "Paid"), linkButton(Button{Label: "Refund €24.00", Href: "#"})),
		group("mb-6", tabs("Views", []Tab{{"#", "All", 0, true}, {"#", "To send", 3, false}, {"#", "Refunded", 0, false}, {"#", "Disputed", 0, false}})),
		group("split",
			group("stack",
				fill(cardWith("What you get", periods("Period", []Tab{{"#", "14 days", 0, false}, {"#", "30 days", 0, true}})),
					sums([]Fact{{Name: "Linen apron, sage × 1", Value: "€24.00"}, {Name: "Stripe’s fee", Value: "−€0.59"}, {Name: "Our fee", Value: "−€0.47"}, {Name: "You get", Value: "€22.94", Total: true}})),
				fill(card(""), fill(empty("Nothing sold yet", "Sales appear here the moment someone pays. Your first offer takes about three minutes."),
					linkButton(Button{Kind: "primary", Label: "Make your first offer", Href: "#"}))),
				group("row", pills...), group("stack-s", notices...)),
			group("stack",
				fill(card("Timeline"), timeline([]Moment{
					{Tone: ToneSuccess, Icon: "check", Title: "Paid", When: "22 Nov, 11:12", ISO: "2026-11-22T11:12:00Z", Text: "Visa ending in 4242"},
					{Tone: ToneInfo, Icon: "card", Title: "Checkout opened", When: "22 Nov, 11:10", ISO: "2026-11-22T11:10:00Z"},
					{Tone: ToneNeutral, Icon: "megaphone", Title: "Came from a post", When: "22 Nov, 11:09", ISO: "2026-11-22T11:09:00Z"},
				})),
				fill(card("Buyer"), facts([]Fact{{Name: "E-mail", Value: "buyer12@example.com"}, {Name: "Source", Value: "Post of 20 November", Href: "#"}, {Name: "Country", Value: "France"}})),
				fill(card("Picture"), group("row", thumb("", ""), text("Linen apron")), fill(fold("Show details"), text("Hidden until asked."))),
			)))
}

func galleryPublic(p Page) templ.Component {
	return group("stack",
		group("measure", heroLine("Sell in a post. Get paid.")),
		fill(card(""), birdAdrift(), fill(notice(ToneInfo, "Not here"), text("The address leads nowhere."))),
		group("row", linkButton(Button{Kind: "primary", Label: p.T("frame.start"), Href: "#"})))
}

func heroLine(s string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, `<h1 class="hero">`+templ.EscapeString(s)+`</h1>`)
		return err
	})
}

func galleryChart() Chart {
	values := []int64{52000, 50000, 32000, 37000, 44000, 49000, 48500, 77000, 84000, 61000, 62000, 62500, 56000, 63000, 0, 78000, 62000, 61000, 56000, 59000, 66000, 95000, 93000, 62000, 57000, 51000, 57000, 59000, 74000, 78000}
	c := Chart{
		Title: "Sales are up 12% on the 30 days before", Desc: "Highest on 14 November with €950, none on 7 November.",
		Caption: "Gross in euro per day, 24 October to 22 November, Paris time", Table: "Sales per day", Value: "Gross",
		Format: func(v int64) string { return "€" + itoa(int(v/100)) },
		CSV:    Button{Label: "Download CSV", Icon: "download", Href: "#", Small: true},
	}
	for i, v := range values {
		d := ChartDay{Name: "Day " + itoa(i+1), Value: v, Href: "#", Words: "Day " + itoa(i+1) + ": €" + itoa(int(v/100)) + " from 5 orders"}
		if i%5 == 2 {
			d.Label = itoa(i+1) + " Nov"
		}
		c.Days = append(c.Days, d)
		c.Previous = append(c.Previous, v*3/4+9000)
	}
	return c
}

func galleryOffer(p Page) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, `<div class="offer">
<figure class="pic"><svg viewBox="0 0 600 480" role="img" aria-label="A folded linen apron"><rect width="600" height="480" fill="#b9c7b4"/><circle cx="300" cy="240" r="140" fill="#8fa58a"/></svg></figure>
<div class="buy"><h1>Linen apron, sage</h1><p class="price">€24.00<small>VAT included, delivery free in France</small></p>
<ul class="meta"><li>7 of 40 left</li><li>Ends Sunday 24 May, 20:00 (Paris)</li></ul>
<form class="stack" method="post" action="#"><div class="field"><label for="email">E-mail</label><p class="hint" id="email-hint">The receipt goes there.</p><input id="email" name="email" type="email" aria-describedby="email-hint"></div>
<button class="pay" type="submit">Pay €24.00</button></form>
<div class="card seller"><span class="mark" aria-hidden="true">MK</span><p><strong>Maison Kestrel</strong><br><span class="small muted">@maisonkestrel, Lyon, France</span></p></div></div>
<div class="about"><details open><summary>Description</summary><div class="prose">Cut and sewn in Lyon from washed linen. Two pockets, long ties.</div></details><details><summary>Delivery</summary><p>By post.</p></details><details><summary>Returns and withdrawal</summary><p>Fourteen days.</p></details></div></div>`)
		return err
	})
}

func galleryBars() Chart {
	c := galleryChart()
	c.Title, c.Table, c.Bars, c.Previous = "Half of the orders come on Thursdays", "Orders per weekday", true, nil
	c.Days = c.Days[16:23]
	for i := range c.Days {
		c.Days[i].Label = c.Days[i].Name
	}
	return c
}
