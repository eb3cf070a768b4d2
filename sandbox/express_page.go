package sandbox

import "net/http"

// expressPage is a merchant's own small dashboard at the sandbox.
type expressPage struct {
	page
	Name     string
	Balances []expressBalance
	Payments []expressPayment
}

type expressBalance struct{ Available, Pending string }

type expressPayment struct {
	At     int64
	Amount string
	Net    string
	Kind   string
}

func (sb *Sandbox) openExpress(w http.ResponseWriter, r *http.Request) {
	sb.open(w, r, "login_link", "/express/visits/")
}

func (sb *Sandbox) showExpress(w http.ResponseWriter, r *http.Request) {
	lang := language(r, "")
	err := sb.glance(r, func(c *call) error {
		v, err := c.visit("login_link", r.PathValue("visit"))
		if err != nil {
			return err
		}
		if v.account == nil {
			sb.message(w, http.StatusGone, lang, "link.over", "", "")
			return nil
		}
		own := c.as(str(v.account, "id"))
		own.params = object{}
		balance, err := getBalance(own)
		if err != nil {
			return err
		}
		ledger, err := own.page("balance_transaction")
		if err != nil {
			return err
		}
		p := expressPage{page: page{lang, say(lang, "express.title")}, Name: accountName(v.account)}
		for i, entry := range list(balance, "available") {
			available, _ := entry.(object)
			pending, _ := list(balance, "pending")[i].(object)
			currency := str(available, "currency")
			p.Balances = append(p.Balances, expressBalance{money(num(available, "amount"), currency, lang), money(num(pending, "amount"), currency, lang)})
		}
		for _, entry := range list(ledger, "data") {
			line, _ := entry.(object)
			currency := str(line, "currency")
			p.Payments = append(p.Payments, expressPayment{num(line, "created"), money(num(line, "amount"), currency, lang), money(num(line, "net"), currency, lang), p.T("ledger." + str(line, "type"))})
		}
		sb.show(w, http.StatusOK, "express.html", p, policy{})
		return nil
	})
	if err != nil {
		sb.broken(w, r, err)
	}
}
