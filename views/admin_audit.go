package views

import (
	"strconv"
	"strings"

	"github.com/tillbird/tillbird/models"
)

// AdminAudit is a page of who did what when.
type AdminAudit struct {
	Lines  []models.AuditLine
	Around Around
}

// auditText puts an action into words; one without words is shown by its code.
func auditText(p Page, action string) string {
	if state, ok := strings.CutPrefix(action, "selling."); ok {
		return p.T("admin.audit.action.selling", "State", ShopState(p, state).Title)
	}
	if id := "admin.audit.action." + action; p.W.Has(id) {
		return p.T(id)
	}
	return action
}

func auditWho(p Page, line *models.AuditLine) string {
	if line.Email == "" {
		return p.T("admin.nobody")
	}
	return line.Email
}

// auditDetail says more: a reason by its code in words, anything else as it was written.
func auditDetail(p Page, line *models.AuditLine) string {
	if id := "offer.reason." + line.Detail; strings.HasPrefix(line.Action, "review.") && p.W.Has(id) {
		return p.T(id)
	}
	if id := "post.failure." + line.Detail; line.Action == "post.failed" && p.W.Has(id) {
		return p.T(id, "Network", p.T("admin.audit.network"))
	}
	if micros, err := strconv.ParseInt(line.Detail, 10, 64); line.Action == "profile.capped" && err == nil {
		return dollars(p, micros)
	}
	if id := "state.role." + line.Detail + ".title"; strings.HasPrefix(line.Action, "member.") && p.W.Has(id) {
		return p.T(id)
	}
	if strings.HasPrefix(line.Action, "letter.") {
		return LetterKind(p, line.Detail)
	}
	return line.Detail
}

// auditLink leads to the offer that an entry is about; empty where it is about anything else.
func auditLink(line *models.AuditLine) string {
	noun, _, _ := strings.Cut(line.Action, ".")
	if line.Object != "" && (noun == "offer" || noun == "review" || noun == "report") {
		return AdminOfferPath(line.Object)
	}
	return ""
}

func auditMoments(p Page, lines []models.AuditLine) []Moment {
	var list []Moment
	for i := range lines {
		list = append(list, Moment{
			Tone: ToneNeutral, Icon: "dot", Title: auditText(p, lines[i].Action), When: p.W.DateTime(lines[i].CreatedAt) + " UTC · " + auditWho(p, &lines[i]),
			ISO: iso(lines[i].CreatedAt), Text: auditDetail(p, &lines[i]),
		})
	}
	return list
}
