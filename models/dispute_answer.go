package models

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// Evidence is an answer to a bank: what is typed and what we hold, field by field. An empty field is not sent.
type Evidence struct {
	Why      string `json:"why,omitempty"`      // in the merchant's own words
	Product  string `json:"product,omitempty"`  // what was sold
	Purchase string `json:"purchase,omitempty"` // how and when it was bought, and what the buyer agreed to
	Terms    string `json:"terms,omitempty"`    // the returns policy as the buyer saw it
	Messages string `json:"messages,omitempty"` // what passed between buyer and seller

	// From the order, where it is sent along
	Name     string `json:"name,omitempty"`
	Email    string `json:"email,omitempty"`
	Address  string `json:"address,omitempty"`
	Carrier  string `json:"carrier,omitempty"`
	Tracking string `json:"tracking,omitempty"`
	SentOn   string `json:"sent_on,omitempty"`

	Files []EvidenceRef `json:"files,omitempty"`
}

// EvidenceRef names a file that goes along.
type EvidenceRef struct {
	ID   string `json:"id"`
	Kind string `json:"kind"` // one of EvidenceKinds
	Name string `json:"name"`
	Size int64  `json:"size"`
}

// EvidenceRefs name files as they go along.
func EvidenceRefs(files []EvidenceFile) (refs []EvidenceRef) {
	for _, file := range files {
		refs = append(refs, EvidenceRef{file.ID, file.Kind, file.Name, file.Size})
	}
	return refs
}

// AnswerForm is an answer as typed: the texts, and which of the facts that we hold go along.
type AnswerForm struct {
	Why      string   `json:"why"`
	Product  string   `json:"product"`
	Purchase string   `json:"purchase"`
	Terms    string   `json:"terms"`
	Messages string   `json:"messages"`
	Keep     []string `json:"keep"` // of AnswerFacts
}

// AnswerFacts are the parts of an answer that come from what we hold, in the order of the form.
var AnswerFacts = []string{"product", "purchase", "buyer", "delivery", "terms", "messages"}

// How long the parts of an answer may be: Stripe takes 20,000 characters of each.
const (
	AnswerWhyMost  = 10_000
	AnswerFactMost = 5_000
)

// Keeps tells whether a fact goes along.
func (f AnswerForm) Keeps(fact string) bool { return contains(f.Keep, fact) }

// Read gives the evidence of a form. order and shipment are what we hold; sentOn is the day in words. Problems: answer.…;
// a draft may lack the why.
func (f AnswerForm) Read(order *OrderView, shipment *Shipment, carrier, sentOn string, draft bool) (Evidence, Problems) {
	var problems Problems
	e := Evidence{}
	text := func(field, typed string, most int, optional bool) string {
		typed = strings.TrimSpace(strings.ReplaceAll(typed, "\r\n", "\n"))
		problems.take(field, checkText(typed, "answer", most, optional))
		return typed
	}
	e.Why = text("why", f.Why, AnswerWhyMost, draft)
	for _, part := range []struct {
		fact, typed string
		to          *string
	}{{"product", f.Product, &e.Product}, {"purchase", f.Purchase, &e.Purchase}, {"terms", f.Terms, &e.Terms}, {"messages", f.Messages, &e.Messages}} {
		typed := text(part.fact, part.typed, AnswerFactMost, true)
		if f.Keeps(part.fact) {
			*part.to = typed
		}
	}
	if f.Keeps("buyer") {
		e.Name, e.Email, e.Address = order.BuyerName, order.Email, order.Address
	}
	if f.Keeps("delivery") && shipment != nil {
		e.Carrier, e.Tracking, e.SentOn = carrier, shipment.Tracking, sentOn
		if e.Address == "" {
			e.Address = order.Address
		}
	}
	return e, problems
}

// DraftOf is the form as it was saved, false where nothing was.
func (d *Dispute) DraftOf() (form AnswerForm, saved bool) {
	if d.Draft == "" || json.Unmarshal([]byte(d.Draft), &form) != nil {
		return AnswerForm{}, false
	}
	return form, true
}

// EvidenceOf is what goes or went to the bank, nil where nothing did.
func (d *Dispute) EvidenceOf() *Evidence {
	var e Evidence
	if d.Evidence == "" || json.Unmarshal([]byte(d.Evidence), &e) != nil {
		return nil
	}
	return &e
}

// SaveAnswer keeps an answer as a draft. It goes nowhere. ErrChanged where the bank takes no answer any more.
func (s *Store) SaveAnswer(ctx context.Context, dispute *Dispute, form AnswerForm) error {
	text, err := json.Marshal(form)
	if err != nil {
		return err
	}
	return s.write(ctx, func(db *tx) error {
		return changed(db.Exec(`UPDATE disputes SET draft = ?, drafted_at = ?, answer = 'draft' WHERE id = ? AND closed_at IS NULL AND state IN ('needs_response', 'warning_needs_response')
			AND answer IN ('none', 'draft')`, string(text), s.now(), dispute.ID))
	})
}

// SubmitAnswer asks for an answer to go to the bank with the files that were added to it, once: of two who press, the second gets ErrChanged.
func (s *Store) SubmitAnswer(ctx context.Context, shop *Shop, user *User, dispute *Dispute, form AnswerForm, evidence Evidence) error {
	draft, err := json.Marshal(form)
	if err != nil {
		return err
	}
	return s.closeAnswer(ctx, shop, user, dispute, "sending", func(db *tx) error {
		files, err := evidenceOf(db.DB, dispute.ID)
		if err != nil {
			return err
		}
		evidence.Files = EvidenceRefs(files)
		text, err := json.Marshal(evidence)
		if err != nil {
			return err
		}
		return db.Exec("UPDATE disputes SET draft = ?, evidence = ?, drafted_at = ? WHERE id = ?", string(draft), string(text), s.now(), dispute.ID).Error
	}, SendAnswer{DisputeID: dispute.ID})
}

// AcceptDispute asks for a chargeback to be accepted: the buyer keeps the money. ErrChanged as of SubmitAnswer.
func (s *Store) AcceptDispute(ctx context.Context, shop *Shop, user *User, dispute *Dispute) error {
	return s.closeAnswer(ctx, shop, user, dispute, "accepting", func(*tx) error { return nil }, AcceptDispute{DisputeID: dispute.ID})
}

// closeAnswer moves a dispute that waits for an answer on, and leaves the call as work.
func (s *Store) closeAnswer(ctx context.Context, shop *Shop, user *User, dispute *Dispute, to string, also func(*tx) error, job Job) error {
	states := []string{"needs_response"}
	if to == "sending" {
		states = append(states, "warning_needs_response")
	}
	return s.write(ctx, func(db *tx) error {
		err := changed(db.Exec("UPDATE disputes SET answer = ?, user_id = ?, updated_at = ? WHERE id = ? AND shop_id = ? AND closed_at IS NULL AND state IN ? AND answer IN ('none', 'draft') AND due_at > ?",
			to, user.ID, s.now(), dispute.ID, shop.ID, states, s.now()))
		if err != nil {
			return err
		}
		if err := also(db); err != nil {
			return err
		}
		var order Order
		if err := db.Where("id = ?", dispute.OrderID).Take(&order).Error; err != nil {
			return found(err)
		}
		if err := db.changeBy(&order, "answer_"+to, "", user); err != nil {
			return err
		}
		if err := db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "dispute." + to, Object: dispute.Slug}); err != nil {
			return err
		}
		return db.enqueue(job)
	})
}

// AnswerTaken notes that Stripe has taken what was asked for: sending becomes sent, accepting accepted.
func (s *Store) AnswerTaken(ctx context.Context, dispute *Dispute) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return s.write(ctx, func(db *tx) error {
		return db.Exec("UPDATE disputes SET answer = CASE answer WHEN 'sending' THEN 'sent' WHEN 'accepting' THEN 'accepted' ELSE answer END, updated_at = ? WHERE id = ?", s.now(), dispute.ID).Error
	})
}

// AnswerRefused notes that Stripe would not take it: what was written is a draft again.
func (s *Store) AnswerRefused(ctx context.Context, dispute *Dispute) error {
	return s.write(ctx, func(db *tx) error {
		err := changed(db.Exec("UPDATE disputes SET answer = 'draft', updated_at = ? WHERE id = ? AND answer IN ('sending', 'accepting')", s.now(), dispute.ID))
		if errors.Is(err, ErrChanged) {
			return nil
		}
		if err != nil {
			return err
		}
		return db.change(&Order{ID: dispute.OrderID}, "answer_refused", "", nil)
	})
}

// SendAnswer asks payments to hand an answer to the bank.
type SendAnswer struct {
	DisputeID string `json:"dispute_id"`
}

// AcceptDispute asks payments to give in.
type AcceptDispute struct {
	DisputeID string `json:"dispute_id"`
}

// Kind names the job in the queue.
func (SendAnswer) Kind() string    { return "send_answer" }
func (AcceptDispute) Kind() string { return "accept_dispute" }
