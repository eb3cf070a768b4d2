package models_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
)

// manyReplies writes so many replies down, a minute apart; one in fifty needs somebody, one in ten is on another network,
// and the rest asked for nothing.
func manyReplies(t testing.TB, store *models.Store, damage func(string), profile *models.Profile, n int) {
	t.Helper()
	now := store.Now()
	for from := 0; from < n; from += 1000 {
		var rows []string
		for i := from; i < min(n, from+1000); i++ {
			network, care, outcome, reason, kind := "x", "", "nothing", "no_tag", "nothing"
			if i%10 == 0 {
				network = "bluesky"
			}
			if i%50 == 0 {
				care, outcome, reason, kind = "mend", "refused", "sold_out", "buy"
			}
			at := now.Add(-time.Duration(i+1) * time.Minute).Format("2006-01-02 15:04:05+00:00")
			rows = append(rows, fmt.Sprintf("('reply-%06d', '%s', '%s', '%s', 'r%d', 'a%d', 'fan%d', 'text', 'webhook', '%s', '%s', '%s', '%s', '%s', '%s')",
				i, profile.ShopID, profile.ID, network, i, i%100, i%100, at, at, outcome, reason, kind, care))
		}
		damage("INSERT INTO replies (id, shop_id, profile_id, network, remote_id, author_id, author_handle, text, came_by, written_at, came_at, outcome, reason, kind, care) VALUES " + strings.Join(rows, ", "))
	}
}

// TestRepliesAreListedByTheirIndexes: a page of an inbox that has grown for years is read by an index in its order, whatever
// it is narrowed by.
func TestRepliesAreListedByTheirIndexes(t *testing.T) {
	t.Parallel()
	store, _, damage := storetest.Frail(t)
	shop, user, offer := seller(t, store, "5")
	profile := account(t, store, shop, user, 2*time.Hour)
	manyReplies(t, store, damage, profile, 2_000)
	damage("UPDATE replies SET offer_id = '" + offer.ID + "' WHERE author_id = 'a50'")
	damage("ANALYZE")
	for wanted, filter := range map[string]models.ReplyFilter{
		"replies_shop":    {},
		"replies_care":    {Tab: "needs"},
		"replies_network": {Network: "bluesky"},
		"replies_handle":  {Query: "@fan7"},
		"replies_offer":   {Query: "#buyapron"},
	} {
		rows, err := store.Replies(t.Context(), shop, filter)
		must(t, err)
		if len(rows) < 20 {
			t.Errorf("%+v: %d rows", filter, len(rows))
		}
		for _, page := range []models.Page{{}, {Cursor: models.CursorOf(rows[9].CameAt, rows[9].ID)}, {Cursor: models.CursorOf(rows[9].CameAt, rows[9].ID), Newer: true}} {
			filter.Page = page
			next, err := store.Replies(t.Context(), shop, filter)
			must(t, err)
			if page.Cursor != "" && !page.Newer && next[0].ID != rows[10].ID || page.Newer && (len(next) != 9 || next[0].ID != rows[8].ID) {
				t.Errorf("%+v: the page has %d rows and begins with %s", filter, len(next), next[0].ID)
			}
			if storetest.Postgres() {
				continue // it weighs costs, and so small a table is read whole
			}
			plan, err := store.RepliesPlan(t.Context(), shop, filter)
			must(t, err)
			if !strings.Contains(plan, wanted) || strings.Contains(plan, "SCAN") || strings.Contains(plan, "TEMP B-TREE") && !strings.Contains(wanted, "handle") {
				t.Errorf("%+v: %s", filter, plan)
			}
		}
	}
	if n, err := store.RepliesToMind(t.Context(), shop); err != nil || n != 40 {
		t.Errorf("%d to mind, %v", n, err)
	}
}

// TestTheFunnelOfReplies: what was asked for nothing, what was understood and what it was lost for adds up.
func TestTheFunnelOfReplies(t *testing.T) {
	t.Parallel()
	store, _, damage := storetest.Frail(t)
	shop, user, _ := seller(t, store, "5")
	profile := account(t, store, shop, user, 2*time.Hour)
	manyReplies(t, store, damage, profile, 500)
	damage("UPDATE replies SET outcome = 'confirmed', kind = 'confirm', reason = 'in_time' WHERE author_id = 'a3'")
	damage("UPDATE replies SET reason = 'own' WHERE author_id = 'a4'")
	must(t, store.Spend(t.Context(), profile, "reply", 3, 30_000))
	must(t, store.Spend(t.Context(), profile, "post", 1, 200_000))
	funnel, err := store.ReplyFunnel(t.Context(), shop)
	must(t, err)
	if funnel.Steps[0].Count != 490 || funnel.Steps[1].Count != 10 || funnel.Steps[2].Count != 0 || !funnel.Whole || funnel.Micros != 30_000 || funnel.Sales != 0 {
		t.Fatalf("%+v", funnel)
	}
	if lost := funnel.Steps[1].Lost; len(lost) != 1 || lost[0] != (models.FunnelLoss{Reason: "no_tag", Count: 480}) {
		t.Errorf("lost before they were understood: %+v", lost)
	}
	if lost := funnel.Steps[2].Lost; len(lost) != 1 || lost[0] != (models.FunnelLoss{Reason: "sold_out", Count: 10}) {
		t.Errorf("lost before they were asked: %+v", lost)
	}
}
