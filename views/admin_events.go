package views

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tillbird/tillbird/models"
)

// AdminEventStates are the tabs of the list of events.
var AdminEventStates = []string{"", "failed", "received", "done", "ignored"}

// AdminEvents is a page of what Stripe told us.
type AdminEvents struct {
	Events []models.Event
	Filter models.EventFilter
	Now    time.Time
	Around Around
	Types  []EventType
}

// EventType is how often a type of event came, and whether something is wrong with that.
type EventType struct {
	models.EventType
	Known, Silent bool
}

// silent are the types that have gone silent.
func (a AdminEvents) silent() (list []EventType) {
	for _, t := range a.Types {
		if t.Silent {
			list = append(list, t)
		}
	}
	return list
}

func (t EventType) pill(p Page) State {
	switch {
	case t.Silent:
		return State{Tone: ToneWarning, Icon: "warning", Title: p.T("admin.events.types.silent")}
	case !t.Known:
		return State{Tone: ToneNeutral, Icon: "minus", Title: p.T("admin.events.types.unknown")}
	}
	return State{Tone: ToneSuccess, Icon: "checkCircle", Title: p.T("admin.events.types.usual")}
}

// outcomeText is what became of an event, in words. What went wrong is kept as it was said, and shown so.
func outcomeText(p Page, event *models.Event) string {
	if id := "admin.outcome." + strings.ReplaceAll(event.Outcome, " ", "_"); p.W.Has(id) {
		return p.T(id)
	}
	for _, kind := range []struct{ begins, name, states string }{
		{"the dispute is ", "dispute", "admin.outcome.dispute.%"},
		{"the refund is ", "refund", "state.refund.%.title"},
		{"the payout is ", "payout", "state.payout.%.title"},
		{"selling is ", "selling", "state.shop.%.title"},
	} {
		if state, is := strings.CutPrefix(event.Outcome, kind.begins); is {
			if id := strings.Replace(kind.states, "%", state, 1); p.W.Has(id) {
				state = p.T(id)
			}
			return p.T("admin.outcome."+kind.name, "State", state)
		}
	}
	return event.Outcome
}

func (a AdminEvents) address(state string) string {
	q := url.Values{}
	for name, value := range map[string]string{"state": state, "type": a.Filter.Type, "q": a.Filter.Query, "shop": a.Filter.Shop} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return EventsPath
	}
	return EventsPath + "?" + q.Encode()
}

func (a AdminEvents) tabs(p Page) []Tab {
	var list []Tab
	for _, state := range AdminEventStates {
		tab := Tab{Href: a.address(state), Label: p.T("admin.tab.all"), Active: state == a.Filter.State}
		if state != "" {
			tab.Label = EventState(p, state).Title
		}
		if state == "failed" {
			tab.Count = p.Counts.Events
		}
		list = append(list, tab)
	}
	return list
}

func (a AdminEvents) filtered() bool {
	return a.Filter.Type != "" || a.Filter.Query != "" || a.Filter.Shop != ""
}

// AdminEvent is one event with what it changed.
type AdminEvent struct {
	Event   *models.Event
	Form    Dismissal
	Payload string // indented, without what is secret
	Shop    *models.Shop
	Order   *models.Order
	Payout  *models.Payout
	Changes []models.Change // on the order's timeline
	Now     time.Time
}

// Dismissal is why an admin lets a failed event be, as typed.
type Dismissal struct {
	Reason string
	Errors FieldErrors
}

func (a AdminEvent) facts(p Page) []Fact {
	e := a.Event
	mode := p.T("admin.event.mode.test")
	if e.Livemode {
		mode = p.T("admin.event.mode.live")
	}
	list := []Fact{
		{Name: p.T("admin.event.id"), Value: e.StripeID},
		{Name: p.T("admin.event.endpoint"), Value: p.T("admin.event.endpoint." + e.Endpoint)},
	}
	if e.ObjectID != "" {
		list = append(list, Fact{Name: p.T("admin.event.object"), Value: e.ObjectID, Href: EventsPath + "?q=" + url.QueryEscape(e.ObjectID)})
	}
	if e.Account != "" {
		list = append(list, Fact{Name: p.T("admin.event.account"), Value: e.Account, Href: EventsPath + "?q=" + url.QueryEscape(e.Account)})
	}
	list = append(list,
		Fact{Name: p.T("admin.event.came"), Value: p.T("admin.event.came." + e.CameBy)},
		Fact{Name: p.T("admin.event.mode"), Value: mode},
		Fact{Name: p.T("admin.event.occurred"), Value: momentSeconds(p, e.OccurredAt)},
		Fact{Name: p.T("admin.event.received"), Value: momentSeconds(p, e.ReceivedAt)},
		Fact{Name: p.T("admin.column.tries"), Value: strconv.FormatInt(e.Tries, 10)})
	switch {
	case e.DoneAt != nil:
		list = append(list, Fact{Name: p.T("admin.event.done"), Value: momentSeconds(p, *e.DoneAt)})
	case e.NextTryAt != nil:
		list = append(list, Fact{Name: p.T("admin.event.next"), Value: momentSeconds(p, *e.NextTryAt)})
	default:
		list = append(list, Fact{Name: p.T("admin.event.next"), Value: p.T("admin.event.next.hand")})
	}
	return list
}

// momentSeconds is a moment to the second, for those who compare it with a log.
func momentSeconds(p Page, at time.Time) string {
	return p.W.Date(at) + ", " + at.In(p.W.Zone()).Format("15:04:05") + " UTC"
}
