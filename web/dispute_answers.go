package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// newAnswer is the form of an answer: the draft where there is one, else filled with what we hold.
func (s *Server) newAnswer(v *visit) error {
	d, err := s.disputeOfVisit(v)
	if err != nil {
		return err
	}
	if !d.Answerable(d.Now) {
		return v.see(views.DisputePath(d.Slug))
	}
	form, saved := d.DraftOf()
	if !saved {
		if form, err = s.heldFor(v, d); err != nil {
			return err
		}
	}
	return s.showAnswerForm(v, http.StatusOK, d, form, nil)
}

func (s *Server) showAnswerForm(v *visit, status int, d views.Dispute, form models.AnswerForm, problems models.Problems) error {
	files, err := s.store.EvidenceFiles(v.ctx(), &d.Dispute)
	if err != nil {
		return err
	}
	p := v.page("dispute.answer.title")
	p.Path, p.Problems = views.AnswerPath(d.Slug), len(problems)
	return v.render(status, views.AnswerFormPage(p, views.Answer{Dispute: d, Form: form, Files: files, Errors: v.problems(problems)}))
}

// createAnswer keeps a draft with its files, shows the answer once more, or hands it to the bank: only where the check
// page said so.
func (s *Server) createAnswer(v *visit) error {
	d, err := s.disputeOfVisit(v)
	if err != nil {
		return err
	}
	typed, file, err := readUpload(v.Request(), "file", models.PictureBytesMost)
	if err != nil {
		return err
	}
	if !d.Answerable(d.Now) {
		return s.answered(v, d, models.ErrChanged, "")
	}
	form, draft := answerTyped(typed), typed.Get("check") == "" && typed.Get("confirmed") == ""
	evidence, problems := s.evidenceOf(v, d, form, draft)
	if len(problems) > 0 {
		return s.showAnswerForm(v, http.StatusUnprocessableEntity, d, form, problems)
	}
	if typed.Get("confirmed") != "" {
		return s.confirmAnswer(v, d, form, evidence, typed.Get("files"))
	}
	// What was typed is kept also on the way to the check page: nobody writes this twice.
	err = s.store.SaveAnswer(v.ctx(), &d.Dispute, form)
	if err == nil {
		err = s.changeEvidence(v, d, typed, file)
	}
	switch {
	case errors.Is(err, models.ErrChanged):
		return s.answered(v, d, err, "")
	case errors.As(err, &problems):
		return s.showAnswerForm(v, http.StatusUnprocessableEntity, d, form, problems)
	case err != nil:
		return err
	case typed.Get("draft") != "":
		v.say(views.ToneSuccess, v.W.T("dispute.draft.saved", "Time", v.W.Clock(s.store.Now())))
		return v.see(views.AnswerPath(d.Slug))
	case typed.Get("add") != "" || typed.Get("remove") != "":
		return v.see(views.AnswerFilesPath(d.Slug))
	case draft:
		return v.see(views.AnswerPath(d.Slug))
	}
	return s.checkAnswer(v, d, form, evidence)
}

// checkAnswer shows an answer as it would go, with its files.
func (s *Server) checkAnswer(v *visit, d views.Dispute, form models.AnswerForm, evidence models.Evidence) error {
	files, err := s.store.EvidenceFiles(v.ctx(), &d.Dispute)
	if err != nil {
		return err
	}
	evidence.Files = models.EvidenceRefs(files)
	p := v.page("dispute.check.title")
	p.Path = views.AnswerPath(d.Slug)
	return v.render(http.StatusOK, views.AnswerCheckPage(p, views.Answer{Dispute: d, Form: form, Files: files, Evidence: evidence}))
}

// confirmAnswer hands an answer to the bank, unless other files would go than those that were shown.
func (s *Server) confirmAnswer(v *visit, d views.Dispute, form models.AnswerForm, evidence models.Evidence, shown string) error {
	files, err := s.store.EvidenceFiles(v.ctx(), &d.Dispute)
	if err != nil {
		return err
	}
	if views.FilesMark(files) != shown {
		v.flash = views.Flash{Tone: views.ToneInfo, Text: v.W.T("dispute.file.changed")}
		return s.checkAnswer(v, d, form, evidence)
	}
	return s.answered(v, d, s.store.SubmitAnswer(v.ctx(), v.Shop, v.User, &d.Dispute, form, evidence), "dispute.answered")
}

func answerTyped(typed url.Values) models.AnswerForm {
	return models.AnswerForm{
		Why: typed.Get("why"), Product: typed.Get("product"), Purchase: typed.Get("purchase"), Terms: typed.Get("terms"), Messages: typed.Get("messages"), Keep: typed["keep"],
	}
}

// evidenceOf reads an answer together with what we hold.
func (s *Server) evidenceOf(v *visit, d views.Dispute, form models.AnswerForm, draft bool) (models.Evidence, models.Problems) {
	carrier, sentOn := "", ""
	if d.Shipment != nil {
		carrier, sentOn = views.CarrierName(v.W, d.Shipment.Carrier), v.W.Date(d.Shipment.SentAt)
	}
	return form.Read(d.Order, d.Shipment, carrier, sentOn, draft)
}

// heldFor fills the form with what we know of the order: the offer as it was, when it was bought and with what consent,
// the terms, what passed between buyer and seller.
func (s *Server) heldFor(v *visit, d views.Dispute) (models.AnswerForm, error) {
	o := d.Order
	form := models.AnswerForm{Keep: []string{"product", "purchase", "buyer"}}
	price := o.Money(o.Items / max(o.Quantity, 1))
	form.Product = strings.TrimSpace(v.W.T("dispute.evidence.product", "Item", o.Title(), "Price", v.W.Money(price), "Quantity", v.W.Number(o.Quantity), "Version", strconv.FormatInt(o.Version.Number, 10), "Words", o.Version.Words))
	if d.Shipment != nil {
		form.Keep = append(form.Keep, "delivery")
	}
	if v.Shop.ReturnsPolicy != "" {
		form.Terms = v.W.T("dispute.evidence.terms", "Terms", v.Shop.ReturnsPolicy)
		form.Keep = append(form.Keep, "terms")
	}
	bought, err := s.purchaseLines(v, d)
	if err != nil {
		return form, err
	}
	form.Purchase = strings.Join(bought, "\n")
	lines, err := s.messageLines(v, d)
	if err != nil {
		return form, err
	}
	if form.Messages = strings.Join(lines, "\n"); form.Messages != "" {
		form.Keep = append(form.Keep, "messages")
	}
	return form, nil
}

// purchaseLines tell how an order was bought, moment by moment, and when a receipt left: nothing that we do not know.
func (s *Server) purchaseLines(v *visit, d views.Dispute) ([]string, error) {
	o := d.Order
	lines, err := s.askedLines(v, d)
	if err != nil {
		return nil, err
	}
	paid := "dispute.evidence.paid"
	if len(lines) > 0 && o.ByCard {
		paid = "dispute.evidence.charged"
	} else if len(lines) == 0 {
		lines = append(lines, v.W.T("dispute.evidence.placed", "When", v.W.DateTime(o.CreatedAt), "Address", o.Email, "Total", v.W.Money(o.Money(o.Total))))
	}
	for _, change := range d.Changes {
		when := v.W.DateTime(change.CreatedAt)
		switch change.Kind {
		case "paid":
			lines = append(lines, v.W.T(paid, "When", v.W.DateTime(*o.PaidAt), "Card", views.CardText(o.Card)))
		case "sent":
			lines = append(lines, v.W.T("dispute.evidence.shipped", "When", when))
		}
	}
	letters, err := s.store.BuyerLetters(v.ctx(), &o.Order)
	for _, letter := range letters {
		if letter.Kind == "receipt" && letter.State == "sent" && letter.SentAt != nil {
			lines = append(lines, v.W.T("dispute.evidence.receipt", "When", v.W.DateTime(*letter.SentAt), "Address", letter.Recipient))
		}
	}
	return lines, err
}

// messageLines tell what passed between buyer and seller here: a withdrawal with its words, and money given back.
func (s *Server) messageLines(v *visit, d views.Dispute) ([]string, error) {
	var lines []string
	withdrawal, err := s.store.WithdrawalOf(v.ctx(), &d.Order.Order)
	if err != nil {
		return nil, err
	}
	if withdrawal != nil {
		lines = append(lines, v.W.T("dispute.evidence.withdrew", "When", v.W.DateTime(withdrawal.CreatedAt)))
		if withdrawal.Words != "" {
			lines = append(lines, v.W.T("dispute.evidence.wrote"), withdrawal.Words)
		}
	}
	refunds, err := s.store.RefundsOf(v.ctx(), &d.Order.Order)
	for _, refund := range refunds {
		if refund.State == "succeeded" {
			lines = append(lines, v.W.T("dispute.evidence.refund", "When", v.W.DateTime(refund.UpdatedAt), "Amount", v.W.Money(d.Order.Money(refund.Amount))))
		}
	}
	return lines, err
}

// askedLines are the consent pack of an order by reply, in the order in which it happened; none for another order.
func (s *Server) askedLines(v *visit, d views.Dispute) (lines []string, err error) {
	pack, err := s.store.ConsentPackOf(v.ctx(), &d.Order.Order)
	if err != nil || pack == nil {
		return nil, err
	}
	say := func(id string, pairs ...any) { lines = append(lines, v.W.T("dispute.evidence."+id, pairs...)) }
	o := d.Order
	if c := pack.Agreed; c != nil {
		order, day := c.Caps()
		say("agreed", "When", v.W.DateTime(c.CreatedAt), "Handle", "@"+c.Handle, "Client", c.Client, "Version", c.Text, "Order", v.W.Money(order), "Day", v.W.Money(day))
	}
	if c := pack.Caps; c != nil {
		order, day := c.Caps()
		say("caps", "When", v.W.DateTime(c.CreatedAt), "Client", c.Client, "Order", v.W.Money(order), "Day", v.W.Money(day))
	}
	if r := pack.Reply; r != nil {
		say("reply", "When", v.W.DateTime(r.WrittenAt), "Handle", "@"+r.AuthorHandle, "ID", r.AuthorID, "Network", v.W.T("post.network."+r.Network), "Words", r.Text, "URL", r.URL)
	}
	if a := pack.Answer; a != nil && a.SentAt != nil {
		say("answer", "When", v.W.DateTime(*a.SentAt), "Words", a.Text, "URL", a.RemoteURL)
	} else {
		say("asked", "When", v.W.DateTime(pack.AskedAt), "Total", v.W.Money(o.Money(o.Total)), "Until", v.W.DateTime(pack.Until))
	}
	switch r := pack.Confirm; {
	case pack.ConfirmedAt == nil:
	case r != nil:
		say("confirmed.words", "When", v.W.DateTime(*pack.ConfirmedAt), "Words", r.Text, "URL", r.URL)
	default:
		say("confirmed."+pack.ConfirmedBy, "When", v.W.DateTime(*pack.ConfirmedAt))
	}
	if pack.State == "linked" && pack.EndedAt != nil {
		say("linked", "When", v.W.DateTime(*pack.EndedAt), "Address", o.Email)
	}
	return lines, nil
}
