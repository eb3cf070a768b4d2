package social

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/tillbird/tillbird/models"
)

// LintPost finds what should be looked at in a post's text before it goes out.
func LintPost(c Checked) (found []Finding) {
	if strings.TrimSpace(c.Text) == "" {
		return nil
	}
	text := func(code, mended string, data ...any) {
		found = append(found, Finding{Code: code, Field: "text", Data: data, Mends: mended != "" && mended != c.Text, Mended: mended})
	}
	if c.Link == "" {
		text("link", "")
	}
	if other := c.otherAddress(); other != "" {
		text("other_link", tidied(strings.Replace(c.Text, other, "", 1)), "Address", other)
	}
	if c.RepliesBuy && c.Account != "" && !slices.ContainsFunc(Mentions(c.Text), func(name string) bool { return strings.EqualFold(name, c.Account) }) {
		text("mention", c.withCall(), "Account", "@"+c.Account)
	}
	c.lintTags(text)
	c.lintPrices(text)
	if word, without := flagged(c.Text, c.Flagged); word != "" {
		text("flagged", without, "Word", word)
	}
	if slices.ContainsFunc(c.Earlier, func(earlier string) bool { return level(earlier) == level(c.Text) }) {
		text("repeated", c.W.T("lint.mend.again")+" "+c.Text)
	}
	if c.Network == X && c.ByAPI && c.Link != "" {
		found = append(found, Finding{Code: "api_cost", Field: "network"})
	}
	return found
}

// otherAddress is an address in the text that is not the post's own: networks may draw that one's card.
func (c Checked) otherAddress() string {
	for _, at := range addresses(c.Text) {
		if address := c.Text[at.from:at.to]; c.Link == "" || !strings.Contains(c.Link, address) && !strings.Contains(address, c.Link) {
			return address
		}
	}
	return ""
}

// withCall is the text with what a fan has to write to buy.
func (c Checked) withCall() string {
	tag := ""
	if c.Version.Hashtag != "" {
		tag = "#" + c.Version.Hashtag
	}
	if strings.Contains(c.Text, tag) && tag != "" {
		if at := strings.LastIndex(c.Text, tag); strings.TrimSpace(c.Text[at:]) == tag {
			return strings.TrimRightFunc(c.Text[:at], unicode.IsSpace) + "\n" + c.W.T("lint.mend.reply", "Account", "@"+c.Account, "Tag", tag)
		}
	}
	return strings.TrimSpace(c.Text) + "\n" + tidied(c.W.T("lint.mend.reply", "Account", "@"+c.Account, "Tag", tag))
}

var numbered = regexp.MustCompile(`[#＃]([0-9]+)(?:$|[^\p{L}\p{M}\p{Nd}_])`)

// lintTags looks at the hashtags of the text.
func (c Checked) lintTags(text func(code, mended string, data ...any)) {
	if at := numbered.FindStringSubmatchIndex(c.Text); at != nil {
		text("tag_digits", c.Text[:at[0]]+c.Text[at[2]:], "Tag", "#"+c.Text[at[2]:at[3]])
	}
	own, tags := c.Version.Hashtag, Hashtags(c.Text)
	for _, tag := range tags {
		other := slices.IndexFunc(c.Taken, func(taken string) bool { return strings.EqualFold(taken, tag) })
		if other < 0 || strings.EqualFold(tag, own) {
			continue
		}
		mended := ""
		if own != "" {
			mended = strings.Replace(c.Text, "#"+tag, "#"+own, 1)
		}
		text("tag_taken", mended, "Tag", "#"+tag)
		return
	}
	if own != "" && !slices.ContainsFunc(tags, func(tag string) bool { return strings.EqualFold(tag, own) }) {
		text("tag_missing", strings.TrimSpace(c.Text)+" #"+own, "Tag", "#"+own)
	}
}

// amount finds a sum with its currency before or behind it.
var amount = regexp.MustCompile(`(€|\$|£|EUR|USD|GBP|CHF)[ \x{a0}\x{202f}]?([0-9][0-9.,’\x{a0}\x{202f}]*[0-9]|[0-9])|([0-9][0-9.,’\x{a0}\x{202f}]*[0-9]|[0-9])[ \x{a0}\x{202f}]?(€|\$|£|EUR|USD|GBP|CHF)`)

var signs = map[string]string{"€": "eur", "$": "usd", "£": "gbp", "EUR": "eur", "USD": "usd", "GBP": "gbp", "CHF": "chf"}

// lintPrices looks for a sum in the offer's currency that it does not cost.
func (c Checked) lintPrices(text func(code, mended string, data ...any)) {
	if c.Version.ChosenPrice || c.Version.Price == 0 {
		return // a buyer may pay many sums
	}
	low, high := c.Version.Prices()
	for _, at := range amount.FindAllStringSubmatchIndex(c.Text, -1) {
		part := func(i int) string {
			if at[2*i] < 0 {
				return ""
			}
			return c.Text[at[2*i]:at[2*i+1]]
		}
		if signs[part(1)+part(4)] != c.Version.Currency {
			continue
		}
		said, problem := models.ParsePart(part(2)+part(3), c.Version.Currency)
		if problem == nil && said != low && (said.Amount < low.Amount || said.Amount > high.Amount) && said.Amount != c.Version.WasPrice {
			text("price", c.Text[:at[0]]+c.W.Money(low)+c.Text[at[1]:], "Said", c.Text[at[0]:at[1]], "Price", low)
			return
		}
	}
}

var spaces = regexp.MustCompile(`[ \x{a0}]{2,}`)

// tidied is a text without the gaps that something taken out left behind.
func tidied(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(spaces.ReplaceAllString(text, " "), " \n", "\n"))
}

// level is a text without what people do not see a difference in.
func level(text string) string {
	return strings.Join(strings.Fields(folded(text)), " ")
}
