package sandbox

import (
	"net/http"
	"strconv"
	"strings"
)

// payPage is the hosted checkout.
type payPage struct {
	page
	Session  string
	Seller   string
	Lines    []payLine
	Parts    []payLine // what is added and taken off
	Total    string
	Button   string
	Note     string
	Cancel   string
	Mail     string // known before, and shown as it is
	Typed    map[string]string
	Problems map[string]string // by field, in words
	Declined string
	Ship     []country
	Bill     []country
	Phone    bool
	Terms    bool
	Keeps    bool // a card is kept, and nothing is paid
	Groups   []cardGroup
	Time     string
}

type payLine struct{ Name, About, Amount, Picture, Each string }

type country struct{ Code, Name string }

type cardGroup struct {
	Title string
	Cards []cardButton
}

type cardButton struct{ Number, Shown, Label string }

func (sb *Sandbox) showPay(w http.ResponseWriter, r *http.Request) {
	err := sb.glance(r, func(c *call) error {
		session, err := c.load(r.PathValue("session"))
		if err != nil {
			return err
		}
		if sb.closedSession(w, r, session, c.now) {
			return nil
		}
		typed := map[string]string{"email": str(session, "customer_email")}
		return sb.showPayForm(c, w, r, session, http.StatusOK, typed, nil, "")
	})
	if err != nil {
		sb.broken(w, r, err)
	}
}

// closedSession answers for a session that cannot be paid; now is the time by which it may have expired.
func (sb *Sandbox) closedSession(w http.ResponseWriter, r *http.Request, session object, now int64) bool {
	lang := language(r, str(session, "locale"))
	switch {
	case session == nil || str(session, "object") != "checkout.session":
		sb.message(w, http.StatusNotFound, lang, "missing", "", "")
	case str(session, "status") == "complete" && str(session, "mode") == "setup":
		sb.message(w, http.StatusOK, lang, "session.kept", successURL(session), "session.kept.link")
	case str(session, "status") == "complete":
		sb.message(w, http.StatusOK, lang, "session.complete", successURL(session), "session.complete.link")
	case str(session, "status") == "expired" || num(session, "expires_at") <= now:
		sb.message(w, http.StatusGone, lang, "session.expired", str(session, "cancel_url"), "session.expired.link")
	default:
		return false
	}
	return true
}

func (sb *Sandbox) showPayForm(c *call, w http.ResponseWriter, r *http.Request, session object, status int, typed, problems map[string]string, declined string) error {
	lang := language(r, str(session, "locale"))
	currency := str(session, "currency")
	p := payPage{
		page: page{Lang: lang}, Session: str(session, "id"), Keeps: str(session, "mode") == "setup",
		Cancel: str(session, "cancel_url"), Typed: typed, Problems: map[string]string{}, Phone: yes(sub(session, "phone_number_collection"), "enabled"),
		Terms: str(sub(session, "consent_collection"), "terms_of_service") == "required", Groups: cardGroups(lang), Time: r.FormValue("sandbox_time"),
	}
	p.Mail = str(sub(session, "customer_details"), "email")
	p.Note = str(sub(sub(session, "custom_text"), "submit"), "message")
	button := "pay.button"
	if kind := str(session, "submit_type"); kind == "book" || kind == "donate" {
		button = "pay.button." + kind
	}
	if p.Keeps {
		p.Button = p.T("pay.button.keep")
	} else {
		p.Total = money(num(session, "amount_total"), currency, lang)
		p.Button = p.F(button, "amount", p.Total)
	}
	seller, err := c.sellerOf(session)
	if err != nil {
		return err
	}
	p.Seller, p.Title = seller, p.F("pay.title", "seller", seller)
	if p.Keeps {
		p.Title = p.T("pay.keep")
	}
	allow := policy{onward: []string{origin(strings.ReplaceAll(str(session, "success_url"), "{CHECKOUT_SESSION_ID}", ""))}}
	for _, value := range list(session, "_lines") {
		line, _ := value.(object)
		product := sub(line, "_product")
		shown := payLine{Name: str(line, "description"), About: str(product, "description"), Amount: money(num(line, "amount_subtotal"), currency, lang)}
		if quantity := num(line, "quantity"); quantity > 1 {
			shown.Each = strconv.FormatInt(quantity, 10) + " × " + money(num(sub(line, "price"), "unit_amount"), currency, lang)
		}
		if pictures := list(product, "images"); len(pictures) > 0 {
			shown.Picture, _ = pictures[0].(string)
			allow.pictures = append(allow.pictures, origin(shown.Picture))
		}
		p.Lines = append(p.Lines, shown)
	}
	if shipping := sub(session, "shipping_address_collection"); shipping != nil {
		p.Ship = countryChoice(list(shipping, "allowed_countries"), lang)
	}
	if !p.Keeps {
		p.Parts = payParts(p.page, session)
	}
	if asksBilling(session) {
		p.Bill = countryChoice(nil, lang)
	}
	for field, key := range problems {
		p.Problems[field] = p.T(key)
	}
	if declined != "" {
		p.Declined = p.T(declined)
	}
	sb.show(w, status, "pay.html", p, allow)
	return nil
}

// payParts are what stands between the lines and the total: discount, delivery, tax.
func payParts(p page, session object) []payLine {
	var parts []payLine
	currency, all := str(session, "currency"), sub(session, "total_details")
	if off := num(all, "amount_discount"); off > 0 {
		parts = append(parts, payLine{Name: p.T("pay.discount"), About: str(session, "_coupon_name"), Amount: money(-off, currency, p.Lang)})
	}
	if cost := sub(session, "shipping_cost"); cost != nil {
		parts = append(parts, payLine{Name: p.T("pay.shipping"), About: str(session, "_shipping_name"), Amount: money(num(cost, "amount_subtotal"), currency, p.Lang)})
	}
	if yes(sub(session, "automatic_tax"), "enabled") {
		tax := payLine{Name: p.T("pay.tax"), Amount: money(num(all, "amount_tax"), currency, p.Lang)}
		if sub(session, "shipping_address_collection") == nil || len(list(sub(session, "shipping_address_collection"), "allowed_countries")) != 1 {
			tax.About, tax.Amount = p.T("pay.tax.later"), ""
		}
		parts = append(parts, tax)
	}
	return parts
}

// sellerOf is the merchant of record's name.
func (c *call) sellerOf(session object) (string, error) {
	merchant := str(sub(session, "_intent"), "on_behalf_of")
	if merchant == "" {
		return "Sandbox platform", nil
	}
	account, err := c.connected(merchant)
	if err != nil || account == nil {
		return "Sandbox platform", err
	}
	return accountName(account), nil
}

func (sb *Sandbox) createPayment(w http.ResponseWriter, r *http.Request) {
	if !sb.parseForm(w, r) {
		return
	}
	at := pastTime(r)
	fill := r.PostFormValue("fill")
	if fill != "" {
		sb.fillCard(w, r, fill)
		return
	}
	var next string
	var shown func(*call) error // a page, sent when the work is kept and the file is free again
	err := sb.change(r.Context(), at, func(c *call) error {
		session, err := c.load(r.PathValue("session"))
		if err != nil {
			return err
		}
		now := c.now
		if session != nil && str(session, "status") == "complete" { // the button was pressed twice: the first press has paid
			next = successURL(session)
			return nil
		}
		if session == nil || str(session, "status") != "open" || num(session, "expires_at") <= now {
			shown = func(*call) error { sb.closedSession(w, r, session, now); return nil }
			return nil
		}
		c = c.as(str(session, "_account"))
		typed, problems, card, who := readPayForm(c, r, session)
		if len(problems) > 0 {
			shown = func(c *call) error {
				return sb.showPayForm(c, w, r, session, http.StatusUnprocessableEntity, typed, problems, "")
			}
			return nil
		}
		outcome, err := c.pay(session, card, who)
		switch {
		case err != nil:
			return err
		case outcome.refused != nil:
			shown = func(c *call) error {
				return sb.showPayForm(c, w, r, session, http.StatusPaymentRequired, typed, nil, "declined."+outcome.refused.words())
			}
		case outcome.asks:
			intent := str(session, "payment_intent")
			if str(session, "mode") == "setup" {
				intent = str(session, "setup_intent")
			}
			next = withTime("/3ds/"+intent, at)
		default:
			next = successURL(session)
		}
		return nil
	})
	if err == nil && shown != nil {
		err = sb.look(r.Context(), shown)
	}
	switch {
	case err != nil:
		sb.broken(w, r, err)
	case next != "":
		http.Redirect(w, r, next, http.StatusSeeOther)
	}
}

// words names what the page says of a refusal: the bank does not tell a buyer that a card was stolen.
func (why *refusal) words() string {
	switch why.decline {
	case "insufficient_funds":
		return why.decline
	case "", "expired_card", "incorrect_cvc", "processing_error":
		return why.code
	}
	return "card_declined"
}

// fillCard shows the form again with a test card typed in, and all the rest as it was.
func (sb *Sandbox) fillCard(w http.ResponseWriter, r *http.Request, number string) {
	err := sb.glance(r, func(c *call) error {
		session, err := c.load(r.PathValue("session"))
		if err != nil || sb.closedSession(w, r, session, c.now) {
			return err
		}
		typed := map[string]string{}
		for _, name := range payFields {
			typed[name] = r.PostFormValue(name)
		}
		if card, known := testCards[number]; known {
			typed["number"], typed["expiry"], typed["cvc"] = spaced(card.Number), "12 / "+strconv.Itoa((c.time().Year()+2)%100), "123"
			if card.Brand == "amex" {
				typed["cvc"] = "1234"
			}
			if typed["name"] == "" {
				typed["name"] = "Ada Lovelace"
			}
		}
		return sb.showPayForm(c, w, r, session, http.StatusOK, typed, nil, "")
	})
	if err != nil {
		sb.broken(w, r, err)
	}
}

func cardGroups(lang string) []cardGroup {
	var groups []cardGroup
	for _, name := range []string{"pay", "secure", "decline", "later"} {
		group := cardGroup{Title: say(lang, "cards."+name)}
		for _, card := range cardList {
			if card.Group == name {
				group.Cards = append(group.Cards, cardButton{card.Number, spaced(card.Number), say(lang, "card."+card.Label)})
			}
		}
		groups = append(groups, group)
	}
	return groups
}

func spaced(number string) string {
	var parts []string
	for len(number) > 4 {
		parts, number = append(parts, number[:4]), number[4:]
	}
	return strings.Join(append(parts, number), " ")
}
