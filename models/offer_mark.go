package models

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// Mark tells one content of an offer from another, for an edit that must not undo somebody else's.
func (o *OfferView) Mark() string {
	v, sum := o.Version, sha256.New()
	fmt.Fprintf(sum, "%q %q %d %s %t %d %d %q %q %s %q %s", v.Title, v.Words, v.Price, v.Currency, v.ChosenPrice, v.Suggested, v.WasPrice, deref(v.PictureID), v.Alt, v.Fulfilment, v.Hashtag, v.Withdrawal)
	fmt.Fprintf(sum, " %d %t %d", o.HoldMinutes, o.FirstPaid, o.TurnMinutes)
	if way := o.ReplyWay(); way != ReplyWays[0] || o.ReplyMinutes != ReplyMinutesUsual {
		fmt.Fprintf(sum, " %s %d", way, o.ReplyMinutes)
	}
	choices, _ := asJSON(v.Choices)
	fmt.Fprintf(sum, " %s %q", choices, v.Gallery)
	stock := o.Stock
	if v.Choices.Any() { // it follows from theirs
		stock = nil
	}
	for _, row := range o.Variants {
		fmt.Fprintf(sum, " %q %q", row.Name, row.SKU)
		if row.Stock != nil {
			fmt.Fprintf(sum, " %d", *row.Stock)
		}
		fmt.Fprint(sum, ";")
	}
	for _, count := range []*int64{stock, o.LimitPerBuyer} {
		if count != nil {
			fmt.Fprintf(sum, " %d", *count)
		}
		fmt.Fprint(sum, ";")
	}
	for _, at := range []*time.Time{o.StartsAt, o.EndsAt} {
		if at != nil {
			fmt.Fprintf(sum, " %d", at.Unix())
		}
		fmt.Fprint(sum, ";")
	}
	return hex.EncodeToString(sum.Sum(nil)[:12])
}
