package social

import (
	"strings"

	"github.com/rivo/uniseg"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/words"
)

// linkRoom stands for the short link while a text is drafted: on every network it takes no more than this.
var linkRoom = "https://tillbird.com/" + strings.Repeat("p", 43)

// Draft is a good first text for a post of an offer: what it is and from whom, its price, until when, what to do, its
// hashtag. It fits every network together with a short link: what does not fit goes in the order shop, end, words of the
// title.
func Draft(w *words.Printer, offer *models.OfferView, shop *models.Shop) string {
	version := offer.Version
	if offer.Approved != nil {
		version = *offer.Approved
	}
	w = w.In(shop.Zone())
	price := w.Money(version.Money())
	write := func(title string, from, until bool) string {
		first := w.T("post.draft.short", "Title", title, "Price", price)
		if from {
			first = w.T("post.draft.first", "Title", title, "Price", price, "Shop", shop.Name)
		}
		call := []string{w.T("post.draft.call")}
		if until && offer.EndsAt != nil {
			call = append(call, w.T("post.draft.until", "End", w.Deadline(*offer.EndsAt)))
		}
		if version.Hashtag != "" {
			call = append(call, "#"+version.Hashtag)
		}
		return first + "\n" + strings.Join(call, " ")
	}
	for _, text := range []string{write(version.Title, true, true), write(version.Title, false, true), write(version.Title, false, false)} {
		if fitsAll(text) {
			return text
		}
	}
	title := version.Title
	for {
		cut := cutWord(strings.TrimSuffix(title, "…"))
		if cut == "" {
			return write(title, false, false)
		}
		title = cut + "…"
		if text := write(title, false, false); fitsAll(text) {
			return text
		}
	}
}

// DraftCalling is Draft with what to reply to an account to buy, "" for none, where the offer can be bought so and it fits.
func DraftCalling(w *words.Printer, offer *models.OfferView, shop *models.Shop, account string) string {
	text, version := Draft(w, offer, shop), offer.Version
	if offer.Approved != nil {
		version = *offer.Approved
	}
	if account == "" || !offer.Replies || version.Hashtag == "" {
		return text
	}
	calling := Checked{W: w, Version: &version, Text: text, Account: account}
	if mended := calling.withCall(); fitsAll(mended) {
		return mended
	}
	return text
}

func fitsAll(text string) bool {
	for _, network := range Networks {
		if Measure(network, text, linkRoom).Over > 0 {
			return false
		}
	}
	return true
}

// cutWord drops the last word, or the last character as people see it where there is but one word.
func cutWord(text string) string {
	if at := strings.LastIndexByte(text, ' '); at > 0 {
		return strings.TrimRight(text[:at], " ,;:–—-")
	}
	last := 0
	for rest, state, at := text, -1, 0; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		last, at = at, at+len(cluster)
	}
	return text[:last]
}
