package models

import (
	"strconv"
	"strings"
)

// ReplyWays are the ways in which an offer can be bought by reply, the usual one first: with thanks in public, without,
// discreetly (no public answer says what it is), and not at all.
var ReplyWays = []string{"thanks", "quiet", "discreet", "off"}

// ReplyMinutesUsual is how many minutes a reply sets stock aside where nothing else is said.
const ReplyMinutesUsual = 15

// ReplyChoices are the minutes that a reply can set stock aside; networks forget a conversation after that.
var ReplyChoices = []int64{5, 10, 15}

// ReplyWay is the way in which the offer can be bought by reply, one of ReplyWays.
func (o *Offer) ReplyWay() string {
	switch {
	case !o.Replies:
		return "off"
	case o.Discreet:
		return "discreet"
	case !o.Thanks:
		return "quiet"
	}
	return "thanks"
}

// replyFields are how an offer can be bought by reply.
type replyFields struct {
	replies, thanks, discreet bool
	minutes                   int64
}

// readReplies understands how the offer can be bought by reply. Any whole number of minutes from five to fifteen will do.
func (f OfferForm) readReplies(problems *Problems) replyFields {
	out := replyFields{replies: true, thanks: true, minutes: ReplyMinutesUsual}
	switch f.Reply {
	case "", "thanks":
	case "quiet":
		out.thanks = false
	case "discreet":
		out.thanks, out.discreet = false, true
	case "off":
		out.replies = false
	default:
		problems.Add("reply", "reply.unknown")
	}
	if typed := strings.TrimSpace(f.ReplyMinutes); typed != "" {
		minutes, err := strconv.ParseInt(typed, 10, 64)
		if err != nil || minutes < ReplyChoices[0] || minutes > ReplyMinutesUsual {
			problems.Add("reply_minutes", "minutes.unknown")
		} else {
			out.minutes = minutes
		}
	}
	return out
}

func (r replyFields) onOffer(o *Offer) {
	o.Replies, o.Thanks, o.Discreet, o.ReplyMinutes = r.replies, r.thanks, r.discreet, r.minutes
}
