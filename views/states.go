package views

import (
	"time"

	"github.com/a-h/templ"

	"github.com/tillbird/tillbird/models"
)

// State is how a state is shown, everywhere alike: never by its colour alone.
type State struct {
	Tone     Tone
	Icon     string
	Title    string // a word or two, for the pill
	Sentence string // what it means and what to do next
}

// Pill is the state as a word with its icon in its tone.
func (s State) Pill() templ.Component { return pill(s.Tone, s.Icon, s.Title) }

// look is what a state has beside its words.
type look struct {
	tone Tone
	icon string
}

// looks is the one table of states: kind, state, tone and icon. The words are state.<kind>.<state>.title and .sentence.
var looks = map[string]map[string]look{
	"shop": {
		"not_started":     {ToneNeutral, "dot"},
		"in_progress":     {ToneInfo, "clock"},
		"needs_attention": {ToneWarning, "warning"},
		"ready":           {ToneSuccess, "checkCircle"},
		"restricted":      {ToneError, "ban"},
		"rejected":        {ToneError, "x"},
		"closed":          {ToneNeutral, "lock"},
	},
	"standing": {
		"good":      {ToneSuccess, "shield"},
		"warned":    {ToneWarning, "warning"},
		"suspended": {ToneError, "ban"},
	},
	"version": {
		"draft":         {ToneNeutral, "pencil"},
		"in_review":     {ToneInfo, "eye"},
		"approved":      {ToneSuccess, "checkCircle"},
		"changes_asked": {ToneWarning, "pencil"},
		"rejected":      {ToneError, "x"},
	},
	"offer": {
		"draft":      {ToneNeutral, "pencil"},
		"scheduled":  {ToneInfo, "calendar"},
		"live":       {ToneSuccess, "zap"},
		"paused":     {ToneWarning, "pause"},
		"ended":      {ToneNeutral, "stop"},
		"taken_down": {ToneError, "ban"},
		"sold_out":   {TonePetrol, "package"},
	},
	"code": {
		"active":  {ToneSuccess, "checkCircle"},
		"not_yet": {ToneInfo, "calendar"},
		"used_up": {TonePetrol, "package"},
		"expired": {ToneNeutral, "clock"},
		"stopped": {ToneNeutral, "stop"},
	},
	"payment": {
		"pending":         {ToneInfo, "clock"},
		"paid":            {ToneSuccess, "checkCircle"},
		"expired":         {ToneNeutral, "clock"},
		"failed":          {ToneError, "x"},
		"cancelled":       {ToneNeutral, "x"},
		"partly_refunded": {ToneWarning, "undo"},
		"refunded":        {ToneNeutral, "undo"},
	},
	"fulfilment": {
		"none":  {ToneNeutral, "minus"},
		"to_do": {ToneWarning, "package"},
		"done":  {ToneSuccess, "truck"},
		"given": {ToneSuccess, "checkCircle"},
	},
	"dispute": {
		"none": {ToneNeutral, "minus"},
		"open": {ToneError, "gavel"},
		"won":  {ToneSuccess, "gavel"},
		"lost": {ToneNeutral, "gavel"},
	},
	"dispute_stage": {
		"inquiry_open":   {ToneWarning, "gavel"},
		"inquiry_sent":   {ToneInfo, "clock"},
		"inquiry_closed": {ToneSuccess, "checkCircle"},
		"open":           {ToneError, "gavel"},
		"sent":           {ToneInfo, "clock"},
		"won":            {ToneSuccess, "gavel"},
		"lost":           {ToneNeutral, "gavel"},
	},
	"event": {
		"received": {ToneInfo, "clock"},
		"done":     {ToneSuccess, "checkCircle"},
		"ignored":  {ToneNeutral, "minus"},
		"failed":   {ToneError, "error"},
	},
	"refund": {
		"pending":   {ToneInfo, "clock"},
		"succeeded": {ToneSuccess, "undo"},
		"failed":    {ToneError, "error"},
		"cancelled": {ToneNeutral, "x"},
	},
	"reply": {
		"new":               {ToneNeutral, "clock"},
		"nothing":           {ToneNeutral, "minus"},
		"asked":             {ToneWarning, "message"},
		"refused":           {ToneWarning, "x"},
		"no_card":           {ToneInfo, "card"},
		"awaiting":          {ToneInfo, "clock"},
		"confirmed":         {ToneInfo, "check"},
		"charging":          {ToneInfo, "card"},
		"linked":            {ToneWarning, "link"},
		"paid":              {ToneSuccess, "checkCircle"},
		"partly_refunded":   {ToneWarning, "undo"},
		"refunded":          {ToneNeutral, "undo"},
		"order_expired":     {ToneNeutral, "clock"},
		"order_cancelled":   {ToneNeutral, "x"},
		"order_failed":      {ToneError, "error"},
		"late":              {ToneNeutral, "clock"},
		"cancelled":         {ToneNeutral, "x"},
		"nothing_to_cancel": {ToneNeutral, "minus"},
		"stopped":           {ToneNeutral, "stop"},
		"helped":            {ToneInfo, "info"},
	},
	"reply_answer": {
		"due":     {ToneInfo, "clock"},
		"sending": {ToneInfo, "send"},
		"sent":    {ToneSuccess, "checkCircle"},
		"refused": {ToneError, "x"},
		"dropped": {ToneNeutral, "minus"},
	},
	"letter": {
		"waiting": {ToneInfo, "clock"},
		"failing": {ToneWarning, "refresh"},
		"sent":    {ToneSuccess, "checkCircle"},
		"refused": {ToneError, "x"},
		"failed":  {ToneError, "error"},
	},
	"invitation": {
		"open":       {ToneInfo, "mail"},
		"expired":    {ToneWarning, "clock"},
		"accepted":   {ToneSuccess, "checkCircle"},
		"taken_back": {ToneNeutral, "x"},
	},
	"withdrawal": {
		"received": {ToneWarning, "undo"},
		"refunded": {ToneSuccess, "checkCircle"},
	},
	"review": {
		"open":          {ToneInfo, "inbox"},
		"approved":      {ToneSuccess, "checkCircle"},
		"changes_asked": {ToneWarning, "pencil"},
		"rejected":      {ToneError, "x"},
		"withdrawn":     {ToneNeutral, "undo"},
	},
	"report": {
		"open":      {ToneWarning, "flag"},
		"upheld":    {ToneError, "gavel"},
		"dismissed": {ToneNeutral, "minus"},
	},
	"payout": {
		"pending":    {ToneInfo, "clock"},
		"in_transit": {ToneInfo, "truck"},
		"paid":       {ToneSuccess, "checkCircle"},
		"failed":     {ToneError, "error"},
		"canceled":   {ToneNeutral, "x"},
	},
	"job": {
		"waiting":   {ToneInfo, "clock"},
		"running":   {TonePetrol, "play"},
		"failing":   {ToneWarning, "refresh"},
		"discarded": {ToneError, "error"},
	},
	"post": {
		"draft":      {ToneNeutral, "pencil"},
		"scheduled":  {ToneInfo, "calendar"},
		"publishing": {ToneInfo, "send"},
		"posted":     {ToneSuccess, "megaphone"},
		"failed":     {ToneError, "error"},
		"deleted":    {ToneNeutral, "trash"},
	},
	"profile": {
		"connected": {ToneSuccess, "checkCircle"},
		"expired":   {ToneError, "key"},
		"revoked":   {ToneNeutral, "x"},
	},
}

// stateOf shows a state of a kind; one that the table lacks is shown by its code.
func stateOf(p Page, kind, state string) State {
	l, ok := looks[kind][state]
	if !ok {
		return State{Tone: ToneNeutral, Icon: "dot", Title: state}
	}
	id := "state." + kind + "." + state
	return State{Tone: l.tone, Icon: l.icon, Title: p.T(id + ".title"), Sentence: p.T(id + ".sentence")}
}

// ShopState is whether a shop can sell.
func ShopState(p Page, selling string) State { return stateOf(p, "shop", selling) }

// StandingState is how a shop stands with the rules.
func StandingState(p Page, standing string) State { return stateOf(p, "standing", standing) }

// VersionState is where a version stands in review.
func VersionState(p Page, state string) State { return stateOf(p, "version", state) }

// OfferState is an offer's state now. A live offer with nothing left is sold out.
func OfferState(p Page, offer *models.Offer, now time.Time) State {
	state := offer.StateAt(now)
	if state == "live" && offer.SoldOut() {
		state = "sold_out"
	}
	return stateOf(p, "offer", state)
}

// PaymentState is whether an order is paid.
func PaymentState(p Page, payment string) State { return stateOf(p, "payment", payment) }

// FulfilmentState is whether what was bought is on its way. Files and codes (kind, as the version names it) are given, not
// sent.
func FulfilmentState(p Page, fulfilment, kind string) State {
	if fulfilment == "done" && (kind == "file" || kind == "licence_code") {
		fulfilment = "given"
	}
	return stateOf(p, "fulfilment", fulfilment)
}

// DisputeState is how a dispute goes.
func DisputeState(p Page, dispute string) State { return stateOf(p, "dispute", dispute) }

// EventState is what became of a message of Stripe's.
func EventState(p Page, state string) State { return stateOf(p, "event", state) }

// RefundState is whether the money went back.
func RefundState(p Page, state string) State { return stateOf(p, "refund", state) }

// WithdrawalState is whether a withdrawal was answered.
func WithdrawalState(p Page, state string) State { return stateOf(p, "withdrawal", state) }

// ReviewState is the admin's view of a case.
func ReviewState(p Page, state string) State { return stateOf(p, "review", state) }

// ReportState is what became of a complaint.
func ReportState(p Page, state string) State { return stateOf(p, "report", state) }

// PayoutState is how far a payout is on its way to the bank.
func PayoutState(p Page, state string) State { return stateOf(p, "payout", state) }

// JobState is where a job stands in the queue.
func JobState(p Page, state string) State { return stateOf(p, "job", state) }

// PostState is whether a post is out.
func PostState(p Page, state string) State { return stateOf(p, "post", state) }

// ReplyState is what came of a reply by now.
func ReplyState(p Page, came string) State { return stateOf(p, "reply", came) }

// ReplyAnswerState is whether our answer to a reply is out.
func ReplyAnswerState(p Page, state string) State { return stateOf(p, "reply_answer", state) }

// LetterState is how an e-mail goes.
func LetterState(p Page, letter *models.Letter) State {
	switch {
	case letter.State == "waiting" && letter.Tries > 0:
		return stateOf(p, "letter", "failing")
	case letter.Failure == "refused":
		return stateOf(p, "letter", "refused")
	}
	return stateOf(p, "letter", letter.State)
}

// InvitationState is where an invitation stands.
func InvitationState(p Page, state string) State { return stateOf(p, "invitation", state) }
