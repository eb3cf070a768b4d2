package sandbox

import (
	"net/http"
	"net/mail"
	"strconv"
	"strings"
)

// payPage is the hosted checkout.
type payPage struct {
	page
	Session  string
	Seller   string
	Lines    []payLine
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

// fields are what the pay form keeps when it is shown again: all but the card.
var payFields = []string{"email", "name", "phone", "terms", "ship_line1", "ship_line2", "ship_postal_code", "ship_city", "ship_state", "ship_country", "bill_line1", "bill_line2", "bill_postal_code", "bill_city", "bill_state", "bill_country"}

func (sb *Sandbox) showPay(w http.ResponseWriter, r *http.Request) {
	err := sb.look(r.Context(), func(c *call) error {
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
		page: page{Lang: lang}, Session: str(session, "id"), Total: money(num(session, "amount_total"), currency, lang),
		Cancel: str(session, "cancel_url"), Typed: typed, Problems: map[string]string{}, Phone: yes(sub(session, "phone_number_collection"), "enabled"),
		Terms: str(sub(session, "consent_collection"), "terms_of_service") == "required", Groups: cardGroups(lang), Time: r.FormValue("sandbox_time"),
	}
	p.Mail = str(sub(session, "customer_details"), "email")
	p.Note = str(sub(sub(session, "custom_text"), "submit"), "message")
	button := "pay.button"
	if kind := str(session, "submit_type"); kind == "book" || kind == "donate" {
		button = "pay.button." + kind
	}
	p.Button = p.F(button, "amount", p.Total)
	seller, err := c.sellerOf(session)
	if err != nil {
		return err
	}
	p.Seller, p.Title = seller, p.F("pay.title", "seller", seller)
	allow := policy{onward: []string{origin(strings.ReplaceAll(str(session, "success_url"), "{CHECKOUT_SESSION_ID}", ""))}}
	for _, value := range list(session, "_lines") {
		line, _ := value.(object)
		product := sub(line, "_product")
		shown := payLine{Name: str(line, "description"), About: str(product, "description"), Amount: money(num(line, "amount_total"), currency, lang)}
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
	if str(session, "billing_address_collection") == "required" {
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
	at, _ := strconv.ParseInt(r.FormValue("sandbox_time"), 10, 64)
	fill := r.PostFormValue("fill")
	if fill != "" {
		sb.fillCard(w, r, fill)
		return
	}
	var next string
	var shown func(*call) error // a page, sent when the work is kept and the file is free again
	err := sb.change(r.Context(), max(at, 0), func(c *call) error {
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
			next = "/3ds/" + str(session, "payment_intent")
			if at > 0 {
				next += "?sandbox_time=" + strconv.FormatInt(at, 10)
			}
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
	err := sb.look(r.Context(), func(c *call) error {
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

func readPayForm(c *call, r *http.Request, session object) (typed, problems map[string]string, card typedCard, who buyer) {
	typed = map[string]string{}
	for _, name := range payFields {
		typed[name] = strings.TrimSpace(r.PostFormValue(name))
	}
	card, problems = readCard(r.PostFormValue("number"), r.PostFormValue("expiry"), r.PostFormValue("cvc"), c.time())
	if known := str(sub(session, "customer_details"), "email"); known != "" {
		typed["email"] = known
	}
	if address, err := mail.ParseAddress(typed["email"]); err != nil || address.Address != typed["email"] {
		problems["email"] = "problem.email"
	}
	if typed["name"] == "" {
		problems["name"] = "problem.required"
	}
	if yes(sub(session, "phone_number_collection"), "enabled") && len(digits(typed["phone"])) < 6 {
		problems["phone"] = "problem.phone"
	}
	who = buyer{email: typed["email"], name: typed["name"], phone: typed["phone"], agreed: typed["terms"] != ""}
	if str(sub(session, "consent_collection"), "terms_of_service") == "required" && !who.agreed {
		problems["terms"] = "problem.terms"
	}
	if shipping := sub(session, "shipping_address_collection"); shipping != nil {
		who.shipping = readAddress(typed, problems, "ship_", list(shipping, "allowed_countries"))
		who.billing = who.shipping
	}
	if str(session, "billing_address_collection") == "required" {
		who.billing = readAddress(typed, problems, "bill_", nil)
	}
	return typed, problems, card, who
}

func readAddress(typed, problems map[string]string, prefix string, allowed []any) object {
	for _, name := range []string{"line1", "postal_code", "city", "country"} {
		if typed[prefix+name] == "" {
			problems[prefix+name] = "problem.required"
		}
	}
	fits := len(allowed) == 0
	for _, code := range allowed {
		fits = fits || code == typed[prefix+"country"]
	}
	if !fits {
		problems[prefix+"country"] = "problem.country"
	}
	return object{
		"line1": typed[prefix+"line1"], "line2": orNil(typed[prefix+"line2"]), "postal_code": typed[prefix+"postal_code"],
		"city": typed[prefix+"city"], "state": orNil(typed[prefix+"state"]), "country": typed[prefix+"country"],
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

// payField is one input of the pay form.
type payField struct{ Name, Label, Type, Auto, Mode, Value, Problem string }

// Field is an input with what was typed and what is wrong with it.
func (p payPage) Field(name, label, kind, auto, mode string) payField {
	return payField{name, p.T(label), kind, auto, mode, p.Typed[name], p.Problems[name]}
}

// payAddress is an address of the pay form.
type payAddress struct {
	Inputs                                []payField
	Prefix, Label, Choose, Value, Problem string
	Countries                             []country
}

// Address is the delivery or the billing address, by the prefix of its fields.
func (p payPage) Address(prefix string) payAddress {
	kind := "shipping "
	choice := p.Ship
	if prefix == "bill_" {
		kind, choice = "billing ", p.Bill
	}
	a := payAddress{Prefix: prefix, Label: p.T("field.country"), Choose: p.T("field.choose"), Value: p.Typed[prefix+"country"], Problem: p.Problems[prefix+"country"], Countries: choice}
	for _, f := range [][3]string{{"line1", "field.address_line1", "address-line1"}, {"line2", "field.address_line2", "address-line2"}, {"postal_code", "field.postal_code", "postal-code"}, {"city", "field.city", "address-level2"}, {"state", "field.state", "address-level1"}} {
		a.Inputs = append(a.Inputs, p.Field(prefix+f[0], f[1], "text", kind+f[2], ""))
	}
	return a
}
