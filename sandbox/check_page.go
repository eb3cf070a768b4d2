package sandbox

import (
	"net/http"
	"strings"
)

// checkPage is the bank's question (3-D Secure).
type checkPage struct {
	page
	Intent, Amount, Last4, Time string
}

// waiting finds the intent and the locale of its page when it waits for the buyer's answer.
func (c *call) waiting(id string) (intent object, locale, onward string, err error) {
	intent, err = c.load(id)
	if err != nil || intent == nil || str(intent, "object") != "payment_intent" && str(intent, "object") != "setup_intent" {
		return nil, "", "", err
	}
	onward = str(intent, "_back")
	session, err := c.load(str(intent, "_session"))
	if session != nil {
		locale, onward = str(session, "locale"), strings.ReplaceAll(str(session, "success_url"), "{CHECKOUT_SESSION_ID}", "")
	}
	if str(intent, "status") != "requires_action" {
		intent = nil
	}
	return intent, locale, onward, err
}

func (sb *Sandbox) showCheck(w http.ResponseWriter, r *http.Request) {
	err := sb.glance(r, func(c *call) error {
		intent, locale, onward, err := c.waiting(r.PathValue("intent"))
		if err != nil {
			return err
		}
		lang := language(r, locale)
		if intent == nil {
			sb.message(w, http.StatusGone, lang, "check.over", "", "")
			return nil
		}
		method, err := c.load(str(intent, "payment_method"))
		if err != nil {
			return err
		}
		p := checkPage{
			page: page{lang, say(lang, "check.title")}, Intent: str(intent, "id"), Last4: str(sub(method, "card"), "last4"), Time: r.FormValue("sandbox_time"),
		}
		if str(intent, "object") == "payment_intent" {
			p.Amount = money(num(intent, "amount"), str(intent, "currency"), lang)
		}
		sb.show(w, http.StatusOK, "check.html", p, policy{onward: []string{origin(onward)}})
		return nil
	})
	if err != nil {
		sb.broken(w, r, err)
	}
}

func (sb *Sandbox) createCheckAnswer(w http.ResponseWriter, r *http.Request) {
	if !sb.parseForm(w, r) {
		return
	}
	at := pastTime(r)
	var next, locale string
	var answered object
	err := sb.change(r.Context(), at, func(c *call) (err error) {
		answered, locale, _, err = c.waiting(r.PathValue("intent"))
		if err != nil || answered == nil {
			return err
		}
		c = c.as(str(answered, "_account"))
		next, err = c.answerCheck(answered, r.PostFormValue("answer") == "complete")
		return err
	})
	lang := language(r, locale)
	switch {
	case err != nil:
		sb.broken(w, r, err)
	case answered == nil:
		sb.message(w, http.StatusGone, lang, "check.over", "", "")
	case strings.HasPrefix(next, "/c/pay/"): // it did not pay: the form says why
		sb.showDeclined(w, r, strings.TrimPrefix(next, "/c/pay/"))
	case next == "":
		sb.message(w, http.StatusOK, lang, "check.done", "", "")
	default:
		http.Redirect(w, r, next, http.StatusSeeOther)
	}
}

// showDeclined shows the pay form of a session again after 3-D Secure, with what went wrong.
func (sb *Sandbox) showDeclined(w http.ResponseWriter, r *http.Request, id string) {
	err := sb.glance(r, func(c *call) error {
		session, err := c.load(id)
		if err != nil || sb.closedSession(w, r, session, 0) {
			return err
		}
		intent, err := c.load(str(session, "payment_intent"))
		if err != nil {
			return err
		}
		last := sub(intent, "last_payment_error")
		if str(session, "mode") == "setup" {
			if intent, err = c.load(str(session, "setup_intent")); err != nil {
				return err
			}
			last = sub(intent, "last_setup_error")
		}
		why := refusal{str(last, "code"), str(last, "decline_code"), ""}
		who := sub(session, "_buyer")
		typed := map[string]string{"email": str(who, "email"), "name": str(who, "name"), "phone": str(who, "phone")}
		for prefix, address := range map[string]object{"ship_": sub(who, "shipping"), "bill_": sub(who, "billing")} {
			for _, name := range []string{"line1", "line2", "postal_code", "city", "state", "country"} {
				typed[prefix+name] = str(address, name)
			}
		}
		return sb.showPayForm(c, w, r, session, http.StatusPaymentRequired, typed, nil, "declined."+why.words())
	})
	if err != nil {
		sb.broken(w, r, err)
	}
}
