package views

import (
	"strings"

	"github.com/tillbird/tillbird/models"
)

// lossText is one reason why replies did not come further, with how many.
func lossText(p Page, loss models.FunnelLoss) string {
	id := "reply.loss." + loss.Reason
	why := loss.Reason
	if p.W.Has(id) {
		why = p.T(id)
	} else {
		why = strings.TrimSuffix(ReplyReason(p, why), ".")
	}
	return p.W.Number(loss.Count) + " × " + why
}

// costPerSale is what the networks take for one sale by reply, in words.
func costPerSale(p Page, f *models.ReplyFunnel) string {
	switch {
	case f.Micros == 0:
		return p.T("reply.funnel.free")
	case f.Sales == 0:
		return p.T("reply.funnel.cost_none", "Cost", dollars(p, f.Micros))
	}
	return p.N("reply.funnel.cost", f.Sales, "Cost", dollars(p, f.Micros), "Each", dollars(p, f.Micros/f.Sales))
}
