package views

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/tillbird/tillbird/models"
)

// ReplyPart is a stretch of what somebody wrote; What tells the words that mattered: mention, tag, option, quantity,
// command, negation, question.
type ReplyPart struct{ Text, What string }

// ReplyRow is a reply with its words marked.
type ReplyRow struct {
	models.ReplyView
	Parts []ReplyPart
}

// ReplyList is one page of the list of replies, as its address asks for it.
type ReplyList struct {
	Tab, Network, Query string
	Rows                []ReplyRow
	Newer, Older        string
	ToMind              int64
	Networks            []string
	Connected           bool   // an account is
	MayGovern           bool   // the reader's role may connect one
	MaySell             bool   // and look after offers
	Any                 bool   // there are replies, if not on this list
	Handle, Tag         string // an example of the shop's own
	First               bool   // the newest replies of all: they are kept fresh
	Seen                string // what the rows look like, so that only news is sent
	Fresh               int    // how many are new since then
}

// ReplyTabs are the views of the list.
var ReplyTabs = []string{"needs", "done", ""}

// Address is the list with another tab, network or search.
func (l ReplyList) Address(path string) string {
	q := url.Values{}
	for name, value := range map[string]string{"tab": l.Tab, "network": l.Network, "q": l.Query} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// news is where the page asks whether there is anything new.
func (l ReplyList) news() string {
	mark := "?"
	address := l.Address(ReplyRowsPath)
	if strings.Contains(address, "?") {
		mark = "&"
	}
	newest := ""
	if len(l.Rows) > 0 {
		newest = l.Rows[0].ID
	}
	return address + mark + "seen=" + l.Seen + "&newest=" + newest
}

// Filtered tells whether the list leaves something out on the reader's wish.
func (l ReplyList) Filtered() bool { return l.Network != "" || l.Query != "" || l.Tab == "done" }

func (l ReplyList) tabs(p Page) []Tab {
	var list []Tab
	for _, tab := range ReplyTabs {
		other := l
		other.Tab = tab
		name := tab
		if name == "" {
			name = "all"
		}
		t := Tab{Href: other.Address(RepliesPath), Label: p.T("reply.tab." + name), Active: l.Tab == tab}
		if tab == "needs" {
			t.Count = int(l.ToMind)
		}
		list = append(list, t)
	}
	return list
}

func (l ReplyList) networks(p Page) []Option {
	list := []Option{{Value: "", Label: p.T("reply.network.all")}}
	for _, network := range l.Networks {
		list = append(list, Option{Value: network, Label: p.T("post.network." + network)})
	}
	return list
}

// by is who wrote a reply.
func (r *ReplyRow) by(p Page) string {
	if r.AuthorHandle == "" {
		return p.T("reply.somebody")
	}
	return "@" + r.AuthorHandle
}

// where is the network, and the server where there are many.
func (r *ReplyRow) where(p Page) string { return p.T("post.network." + r.Network) }

// ReplyReason says in words why something came of a reply, "" where there is no more to say. A code that has no words is
// shown as it is, so that nothing is hidden.
func ReplyReason(p Page, code string, data ...any) string {
	switch id := "reply.reason." + code; {
	case code == "":
		return ""
	case p.W.Has(id):
		return p.T(id, data...)
	default:
		return p.T("reply.reason_untold", "Code", strings.NewReplacer("_", " ", ".", " ").Replace(code))
	}
}

// AnswerReason says why an answer is not out.
func AnswerReason(p Page, code string) string {
	switch id := "reply.answer_reason." + code; {
	case code == "":
		return ""
	case p.W.Has(id):
		return p.T(id)
	default:
		return ReplyReason(p, code)
	}
}

// care says why somebody should look.
func (r *ReplyRow) care(p Page) string {
	if r.Care == "" {
		return ""
	}
	return p.T("reply.care." + r.Care)
}

// ShownReply is one reply with all that is known of it.
type ShownReply struct {
	ReplyRow
	Understood []Fact
	Silence    *models.Silence
	MindedBy   string
	Compose    string // opens the network's own composer with an answer, "" where there is none
	Text       string // of the answer by hand, as typed
	Price      int64  // of an answer by the API, in micros
	Errors     FieldErrors
	MayAnswer  bool
	MayRefund  bool
	MaySell    bool
}

// mayAnswer tells whether one answer by our account is still to be had.
func (s *ShownReply) mayAnswer() bool {
	return s.MayAnswer && (s.Answer == nil || s.Answer.Never()) && s.Silence == nil && s.Profile != nil && s.Profile.Live()
}

func (s *ShownReply) cost(p Page) string {
	if s.Price == 0 {
		return p.T("reply.answer.free")
	}
	return p.T("reply.answer.priced", "Price", dollars(p, s.Price))
}

// orderFacts are what is known of the order.
func (s *ShownReply) orderFacts(p Page) []Fact {
	o := s.Order
	list := []Fact{{Name: p.T("reply.order.number"), Value: p.T("sale.one.title", "Number", p.W.Number(o.Number)), Href: SalePath(o.Slug)}}
	if s.Version != nil {
		list = append(list, Fact{Name: p.T("reply.order.what"), Value: orderedTitle(p, o, s.Version)})
	}
	list = append(list, Fact{Name: p.T("reply.order.total"), Value: p.W.Money(o.Money(o.Total))})
	if s.Open() {
		until := o.OpenUntil // nobody is asked yet where no card is synced
		if s.Confirmation != nil {
			until = s.Confirmation.Until
		}
		list = append(list, Fact{Name: p.T("reply.order.until"), Value: p.W.DateTimeText(until)})
	}
	if c := s.Confirmation; c != nil && c.ConfirmedAt != nil {
		list = append(list, Fact{Name: p.T("reply.order.confirmed"), Value: p.W.DateTimeText(*c.ConfirmedAt) + p.T("reply.order.by."+c.ConfirmedBy)})
	}
	return list
}

func orderedTitle(p Page, o *models.Order, v *models.Version) string {
	title := titleText(p, v)
	if o.Variant != "" {
		title += ", " + o.Variant
	}
	if o.Quantity > 1 {
		title += " × " + strconv.FormatInt(o.Quantity, 10)
	}
	return title
}

// line says what more there is to know of a reply in the list: why it needs somebody, or why it came to what it did, and
// whether our answer did not go out.
func (r *ReplyRow) line(p Page) string {
	if care := r.care(p); care != "" {
		return care
	}
	if r.Order != nil && r.Came() != "order_cancelled" {
		return p.T("sale.one.title", "Number", p.W.Number(r.Order.Number)) + ", " + p.W.Money(r.Order.Money(r.Order.Total))
	}
	return ReplyReason(p, r.Why())
}

// landing says where replies come from, by the shop's own names where it has them.
func (l ReplyList) landing(p Page) string {
	switch {
	case !l.Connected:
		return p.T("reply.empty.connect_text")
	case l.Tab == "needs" && l.ToMind == 0 && l.Any:
		return p.T("reply.empty.needs_text")
	case l.Tag != "":
		return p.T("reply.empty.text", "Tag", "#"+l.Tag, "Handle", "@"+l.Handle)
	}
	return p.T("reply.empty.text_untagged", "Handle", "@"+l.Handle)
}
