package views

import (
	"strconv"
	"time"

	"github.com/tillbird/tillbird/models"
)

// keeping, hold and turn are the questions of how stock is kept while somebody pays, and for who waits.
func (d OfferDesigner) keeping(p Page) Field {
	f := d.field(p, "keeping", d.Form.Keeping)
	if f.Value == "" {
		f.Value = models.Keepings[0]
	}
	return f
}

// reply is the question of how the offer can be bought by reply.
func (d OfferDesigner) reply(p Page) Field {
	f := d.field(p, "reply", d.Form.Reply)
	f.Hint = "" // it stands above the section
	if f.Value == "" {
		f.Value = models.ReplyWays[0]
	}
	return f
}

func replyWays(p Page) []Option {
	var list []Option
	for _, way := range models.ReplyWays {
		list = append(list, Option{Value: way, Label: p.T("offer.form.reply." + way + ".name"), Hint: p.T("offer.form.reply." + way + ".hint")})
	}
	return list
}

// replyText is how an offer can be bought by reply, in words.
func replyText(p Page, o *models.OfferView) string {
	switch way := o.ReplyWay(); {
	case way == "off":
		return p.T("offer.form.reply.off.name")
	case o.Version.Hashtag == "":
		return p.T("offer.reply.no_hashtag")
	default:
		return p.T("offer.reply.way", "Way", p.T("offer.form.reply."+way+".name"), "Time", p.W.Duration(time.Duration(o.ReplyMinutes)*time.Minute))
	}
}

func (d OfferDesigner) hold(p Page) Field {
	return d.minutes(p, "hold", d.Form.Hold, models.HoldUsual)
}

func (d OfferDesigner) turn(p Page) Field {
	return d.minutes(p, "turn", d.Form.Turn, models.TurnUsual)
}

func (d OfferDesigner) minutes(p Page, id, typed string, usual int64) Field {
	f := d.field(p, id, typed)
	if f.Value == "" {
		f.Value = strconv.FormatInt(usual, 10)
	}
	return f
}

func keepings(p Page) []Option {
	var list []Option
	for _, way := range models.Keepings {
		list = append(list, Option{Value: way, Label: p.T("offer.form.keeping." + way + ".name"), Hint: p.T("offer.form.keeping." + way + ".hint")})
	}
	return list
}

// lengths are the choices of a time in minutes; one that was chosen elsewhere is kept among them.
func lengths(p Page, choices []int64, chosen string) []Option {
	var list []Option
	add := func(minutes int64) {
		list = append(list, Option{Value: strconv.FormatInt(minutes, 10), Label: p.W.Duration(time.Duration(minutes) * time.Minute)})
	}
	own, err := strconv.ParseInt(chosen, 10, 64)
	if err != nil || own < 5 || own > 1440 {
		own = 0
	}
	for _, minutes := range choices {
		if own > 0 && own < minutes {
			add(own)
			own = 0
		}
		if own == minutes {
			own = 0
		}
		add(minutes)
	}
	return list
}

// keepingText is how an offer's stock is kept, in words.
func keepingText(p Page, o *models.Offer) string {
	if o.FirstPaid {
		return p.T("offer.keeping.first_paid")
	}
	return p.T("offer.keeping.held", "Time", p.W.Duration(o.HoldLasts()))
}
