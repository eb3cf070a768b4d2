package social

import (
	"regexp"
	"testing"

	"github.com/tillbird/tillbird/models"
)

// ownSigns are the parts of an answer that are another's each time: its code, its mark, and the time left.
var ownSigns = regexp.MustCompile(`CONFIRM [A-Z0-9]{4}|\([A-Z0-9]{4}\)`)

// TestARehearsalIsTheTruth: what is said to come of a reply is what then comes of it, for fans and for strangers, and the
// rehearsal leaves nothing behind.
func TestARehearsalIsTheTruth(t *testing.T) {
	t.Parallel()
	l := openLoop(t)
	l.synced("mira_okafor", goodCard)
	order := func(stage *models.Store) OrderFunc { return l.pay.On(stage).OrderByReply }
	people := map[bool][]string{true: {"mira_okafor"}, false: {"yuki_draws", "lucbernard", "tomasz_w", "danielcosta", "priya_reads", "samirhaddad", "ingridsol"}}
	turn := 0
	for _, text := range []string{
		"@maisonkestrel #BuyApron", "@maisonkestrel #BuyApron x9", "@maisonkestrel #BuyApron x2", "@maisonkestrel not #BuyApron", "@maisonkestrel lovely", "@maisonkestrel #BuyApron?", "@maisonkestrel HELP",
		"@maisonkestrel CONFIRM ABCD", "@maisonkestrel cancel",
	} {
		for _, synced := range []bool{true, false} {
			who := people[synced][turn%len(people[synced])]
			turn++
			held, sold := l.held(l.offer)
			before, err := l.store.Replies(t.Context(), l.shop, models.ReplyFilter{Page: models.Page{Size: 100}})
			l.must(err)
			told, err := l.out.Rehearse(t.Context(), l.shop, models.Rehearsal{Network: X, Text: text, Mentions: true, Offer: &l.offer.Offer, Below: &l.offer.Offer, Synced: synced}, order)
			l.must(err)
			after, err := l.store.Replies(t.Context(), l.shop, models.ReplyFilter{Page: models.Page{Size: 100}})
			l.must(err)
			if h, s := l.held(l.offer); h != held || s != sold || len(after) != len(before) {
				t.Fatalf("%q: the rehearsal left %d held, %d sold, %d replies", text, h, s, len(after))
			}
			if _, err := l.store.OrderOfReply(t.Context(), told.ID); err == nil {
				t.Fatalf("%q: the rehearsal left an order", text)
			}
			came := l.writes(who, text, l.root)
			if told.Outcome != came.Outcome || told.Reason != came.Reason || told.Kind != came.Kind {
				t.Errorf("%q of %s (synced %v): told %s for %s, came %s for %s", text, who, synced, told.Outcome, told.Reason, came.Outcome, came.Reason)
			}
			if said, told := l.words(came), l.words(told); said != told {
				t.Errorf("%q of %s: told %q, said %q", text, who, told, said)
			}
			if (told.Order == nil) != (came.Order == nil) || told.Order != nil && (told.Order.Total != came.Order.Total || told.Order.Quantity != came.Order.Quantity || told.Open() != came.Open()) {
				t.Errorf("%q of %s: told order %+v, came %+v", text, who, told.Order, came.Order)
			}
			if came.Open() {
				l.must(l.store.CancelReplied(t.Context(), l.shop, l.user, came))
			}
		}
	}
}

// words is the answer to a reply without what is its own.
func (l *loop) words(view *models.ReplyView) string {
	if view.Answer == nil {
		return ""
	}
	return ownSigns.ReplaceAllString(view.Answer.Text, "…")
}
