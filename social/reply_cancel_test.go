package social

import (
	"strings"
	"testing"

	"github.com/tillbird/tillbird/models"
)

// TestCancelIsAboutWhatItAnswers: below an order that is paid it lets no other go, and where one ended already nobody is
// told that another was confirmed.
func TestCancelIsAboutWhatItAnswers(t *testing.T) {
	t.Parallel()
	l := openLoop(t)
	fan := l.synced("mira_okafor", goodCard)
	paid := l.writes("mira_okafor", "@maisonkestrel #BuyApron", l.root)
	l.charge(l.writes("mira_okafor", "@maisonkestrel CONFIRM "+l.store.ReplyCode(paid.ID), paid.Answer.RemoteID))
	open := l.writes("mira_okafor", "@maisonkestrel #BuyApron", l.root)
	l.wants(open, models.OutcomeAwaiting, "waits")
	l.wants(l.writes("mira_okafor", "@maisonkestrel CANCEL", paid.Answer.RemoteID), models.OutcomeCancelled, "too_late")
	if held, sold := l.held(l.offer); held != 1 || sold != 1 {
		t.Fatalf("held %d, sold %d", held, sold)
	}
	l.must(l.store.CancelConfirmation(t.Context(), *open.OrderID, "fan"))
	for _, below := range []string{open.Answer.RemoteID, open.RemoteID} {
		l.wants(l.writes("mira_okafor", "@maisonkestrel CANCEL", below), models.OutcomeCancelled, "none")
	}
	l.wants(l.writes("mira_okafor", "@maisonkestrel CANCEL", ""), models.OutcomeCancelled, "too_late")
	l.keeps(fan, "4000002760003184")
	asked := l.writes("mira_okafor", "@maisonkestrel #BuyApron", l.root)
	l.must(l.store.ChooseCard(t.Context(), fan, l.usual(fan).ID))
	l.charge(l.writes("mira_okafor", "@maisonkestrel CONFIRM "+l.store.ReplyCode(asked.ID), asked.Answer.RemoteID))
	unpaid := l.writes("mira_okafor", "@maisonkestrel CANCEL", asked.Answer.RemoteID)
	l.wants(unpaid, models.OutcomeCancelled, "unpaid")
	if said := l.said(unpaid); strings.Contains(said, "receipt") || !strings.Contains(said, "Nothing is paid") {
		t.Error(said)
	}
}
