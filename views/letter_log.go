package views

import (
	"net/url"
	"strconv"

	"github.com/tillbird/tillbird/models"
)

// LetterStates are the tabs of a list of letters.
var LetterStates = []string{"", "failing", "failed", "waiting", "sent"}

// Letters is a page of e-mails that were written.
type Letters struct {
	Letters []models.Letter
	Filter  models.LetterFilter
	Around  Around
}

func (l Letters) filtered() bool { return l.Filter.Recipient != "" || l.Filter.Kind != "" }

func (l Letters) tabs(p Page, path string) []Tab {
	var list []Tab
	for _, state := range LetterStates {
		q := url.Values{}
		for name, value := range map[string]string{"state": state, "q": l.Filter.Recipient, "kind": l.Filter.Kind} {
			if value != "" {
				q.Set(name, value)
			}
		}
		tab := Tab{Href: path, Label: p.T("admin.tab.all"), Active: state == l.Filter.State}
		if len(q) > 0 {
			tab.Href += "?" + q.Encode()
		}
		if state != "" {
			tab.Label = p.T("state.letter." + state + ".title")
		}
		list = append(list, tab)
	}
	return list
}

// LetterKind is what a letter is about, in a few words.
func LetterKind(p Page, kind string) string {
	if id := "letter.kind." + kind; p.W.Has(id) {
		return p.T(id)
	}
	return kind
}

// letterKindOptions are the kinds to look for; those about an account alone are the admin's.
func letterKindOptions(p Page, admin bool) []Option {
	list := []Option{{Value: "", Label: p.T("letter.log.kind.all")}}
	for _, kind := range models.LetterKinds {
		if !admin && models.OfAccount(kind) {
			continue
		}
		list = append(list, Option{Value: kind, Label: LetterKind(p, kind)})
	}
	return list
}

// AdminLetter is one letter as the admin sees it: how it went, not what it says.
type AdminLetter struct {
	Letter *models.Letter
	Shop   *models.Shop
	Order  *models.Order
}

func (a AdminLetter) facts(p Page) []Fact {
	l := a.Letter
	list := []Fact{
		{Name: p.T("letter.log.to"), Value: l.Recipient, Href: LettersPath + "?q=" + url.QueryEscape(l.Recipient)},
		{Name: p.T("common.language"), Value: p.T("common.language." + l.Language)},
	}
	if a.Shop != nil {
		list = append(list, Fact{Name: p.T("admin.column.shop"), Value: a.Shop.Name, Href: AdminShopPath(a.Shop.Handle)})
	}
	if a.Order != nil {
		list = append(list, Fact{Name: p.T("admin.event.order"), Value: p.T("admin.event.order.value", "Number", p.W.Number(a.Order.Number), "Amount", p.W.Money(a.Order.Money(a.Order.Total)))})
	}
	list = append(list,
		Fact{Name: p.T("letter.log.written"), Value: momentSeconds(p, l.CreatedAt)},
		Fact{Name: p.T("admin.column.tries"), Value: strconv.Itoa(l.Tries)})
	if l.TriedAt != nil {
		list = append(list, Fact{Name: p.T("letter.log.tried"), Value: momentSeconds(p, *l.TriedAt)})
	}
	if l.SentAt != nil {
		list = append(list, Fact{Name: p.T("letter.log.sent"), Value: momentSeconds(p, *l.SentAt)})
	}
	return list
}

// LetterChoices is which letters of the shop a member gets.
type LetterChoices struct {
	Shop    *models.Shop
	Email   string
	Choices []models.LetterChoice
}

// Unsubscription is what the link at the foot of a letter is about.
type Unsubscription struct {
	*models.Subscription
	Token string
}

func (u Unsubscription) topic(p Page) string { return p.T("letter.topic." + string(u.Topic)) }

// receiptsOf counts the receipts among the letters of an order.
func receiptsOf(letters []models.Letter) string {
	n := 0
	for _, letter := range letters {
		if letter.Kind == "receipt" {
			n++
		}
	}
	return strconv.Itoa(n)
}
