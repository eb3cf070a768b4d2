package models

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// The bounds of the funnel: it is counted from the newest replies of so many days.
const (
	FunnelDays = 30
	funnelMost = 5_000
)

// FunnelSteps are the steps from a reply to a sale, in their order.
var FunnelSteps = []string{"replies", "understood", "asked", "confirmed", "paid"}

// ReplyFunnel is how many replies came how far, and what the networks took for it this month.
type ReplyFunnel struct {
	Steps  []FunnelStep
	Whole  bool  // false where there were more replies than are counted
	Sales  int64 // by reply, of this month
	Micros int64 // for answers and for reading, this month
}

// FunnelStep is how many came to a step, and why the others did not.
type FunnelStep struct {
	Step  string
	Count int64
	Lost  []FunnelLoss // most first
}

// FunnelLoss is a reason, as words know it, with how many it kept from a step.
type FunnelLoss struct {
	Reason string
	Count  int64
}

// funnelRow is so many replies to which the same happened.
type funnelRow struct {
	Kind, Outcome, Reason, State, Why, Payment string
	Confirmed, Paid, Lately                    bool
	Count                                      int64
}

// came tells how many steps a reply took, and the reason why not more.
func (r funnelRow) came() (steps int, reason string) {
	switch {
	case r.Kind == "too_old":
		return 1, "too_old"
	case r.Kind != "buy":
		return 1, r.Reason
	case r.Paid:
		return 5, ""
	case r.Confirmed && r.State == "confirmed":
		return 4, "charging"
	case r.Confirmed:
		return 4, cmp.Or(r.Why, r.Payment)
	case r.State == "asked":
		return 3, "waiting"
	case r.State != "":
		return 3, cmp.Or(r.Why, r.State)
	case r.Outcome == OutcomeNoCard:
		return 2, "no_card"
	}
	return 2, cmp.Or(r.Reason, r.Outcome)
}

// ReplyFunnel counts how far the shop's replies of the last thirty days came. Words that follow a question, such as a
// confirmation, belong to the reply that began it.
func (s *Store) ReplyFunnel(ctx context.Context, shop *Shop) (*ReplyFunnel, error) {
	now := s.now()
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	var rows []funnelRow
	err := s.read(ctx).Raw(`SELECT r.kind, r.outcome, r.reason, COALESCE(c.state, '') AS state, COALESCE(c.why, '') AS why, COALESCE(o.payment, '') AS payment,
		c.confirmed_at IS NOT NULL AS confirmed, o.paid_at IS NOT NULL AS paid, r.came_at >= ? AS lately, count(*) AS count
		FROM (SELECT kind, outcome, reason, order_id, came_at FROM replies WHERE shop_id = ? AND came_at > ? ORDER BY came_at DESC, id DESC LIMIT ?) AS r
		LEFT JOIN confirmations c ON c.order_id = r.order_id LEFT JOIN orders o ON o.id = r.order_id GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9`,
		month, shop.ID, now.AddDate(0, 0, -FunnelDays), funnelMost).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	funnel := &ReplyFunnel{Steps: make([]FunnelStep, len(FunnelSteps))}
	lost, all := map[FunnelLoss]int64{}, int64(0)
	for _, row := range rows {
		all += row.Count
		if !begins(row) {
			continue
		}
		steps, reason := row.came()
		for i := range steps {
			funnel.Steps[i].Count += row.Count
		}
		if steps < len(FunnelSteps) {
			lost[FunnelLoss{reason, int64(steps)}] += row.Count
		}
		if row.Paid && row.Lately {
			funnel.Sales += row.Count
		}
	}
	for i := range funnel.Steps {
		funnel.Steps[i].Step = FunnelSteps[i]
	}
	for loss, count := range lost {
		step := &funnel.Steps[loss.Count]
		step.Lost = append(step.Lost, FunnelLoss{loss.Reason, count})
	}
	for i := range funnel.Steps {
		slices.SortFunc(funnel.Steps[i].Lost, func(a, b FunnelLoss) int {
			return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason))
		})
	}
	funnel.Whole = all < funnelMost
	err = s.read(ctx).Raw(`SELECT COALESCE(SUM(profile_costs.micros), 0) FROM profile_costs JOIN profiles ON profiles.id = profile_costs.profile_id
		WHERE profiles.shop_id = ? AND profile_costs.month = ? AND profile_costs.act <> 'post'`, shop.ID, s.month()).Scan(&funnel.Micros).Error
	return funnel, err
}

// begins tells replies that may ask for something from those that go on with it, and from the shop's own words.
func begins(row funnelRow) bool {
	if row.Outcome == "" || row.Kind == "nothing" && slices.Contains([]string{"own", "repost", "edited"}, row.Reason) {
		return false
	}
	return slices.Contains([]string{"nothing", "ask", "too_old", "buy"}, row.Kind)
}
