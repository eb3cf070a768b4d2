package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/tillbird/tillbird/sandbox"
)

// listen looks on X what the shop answered.
func (c *chaos) listen(ctx context.Context) {
	for pause(ctx, 100*time.Millisecond) {
		all, err := c.sandbox.X().Answers(ctx, seller)
		if err != nil {
			continue
		}
		byPost := map[string][]sandbox.XAnswer{}
		for _, answer := range all {
			byPost[answer.To] = append(byPost[answer.To], answer)
		}
		c.crowd.mu.Lock()
		c.crowd.answers = byPost
		c.crowd.mu.Unlock()
	}
}

// writer lets one fan after the other write, until enough was written.
func (c *chaos) writer(ctx context.Context, n int) {
	for i := range (c.orders/5 + c.writers - 1) / c.writers {
		if ctx.Err() != nil {
			return
		}
		c.reply(ctx, 1000*n+i)
	}
}

// marks make each post its own: X refuses the same words twice, and no grammar reads anything in them.
var marks = []string{"🙂", "🎉", "🙏", "☕", "🌷"}

func unique(n int) string {
	text := ""
	for n++; n > 0; n /= len(marks) {
		text += marks[n%len(marks)]
	}
	return text
}

// says writes on X, and gives the post's id.
func (c *chaos) says(ctx context.Context, person, text, below string) string {
	to, err := onward(ctx, http.MethodPost, c.x+"/posts", url.Values{"as": {person}, "text": {text}, "in_reply_to": {below}, "back": {"status"}})
	if err != nil {
		c.complain("%s cannot write %q: %v", person, text, err)
		return ""
	}
	id := postID.FindString(to)
	c.crowd.mu.Lock()
	defer c.crowd.mu.Unlock()
	if strings.Contains(text, "@"+seller) {
		c.crowd.wrote[id] = person
	}
	return id
}

var (
	postID     = regexp.MustCompile(`[0-9]{10,}`)
	askedFor   = regexp.MustCompile(`CONFIRM ([A-Z0-9]{4})`)
	otherCodes = []string{"AAAA", "K7QM", "2345"}
)

// reply is one wish of one fan on X: a reply, and what they say to the answer.
func (c *chaos) reply(ctx context.Context, n int) {
	dice := c.dice("writer", n)
	fan := c.crowd.fans[dice.IntN(len(c.crowd.fans))]
	offer := c.crowd.offers[dice.IntN(len(c.crowd.offers))]
	text := fmt.Sprintf("@%s #%s", seller, offer.Version.Hashtag)
	if len(offer.Version.Choices.Combinations) > 0 {
		text += " " + []string{"S", "M", "M", "XL", ""}[dice.IntN(5)]
	}
	switch roll := dice.IntN(100); {
	case roll < 12:
		text += " x2"
	case roll < 14:
		text = fmt.Sprintf("@%s not buying #%s", seller, offer.Version.Hashtag)
	case roll < 16:
		text = fmt.Sprintf("@%s lovely", seller)
	case roll < 18:
		text = fmt.Sprintf("@%s HELP", seller)
	case roll < 19:
		text = fmt.Sprintf("@%s STOP", seller)
	}
	c.note("replies")
	id := c.says(ctx, fan, text+" "+unique(2*n), offer.root)
	answer, code := c.answerTo(ctx, id)
	if code == "" {
		return
	}
	c.note("replies asked to confirm")
	say := func(words string) {
		n += 100_000
		c.says(ctx, fan, "@"+seller+" "+words+" "+unique(2*n+1), answer)
	}
	confirm := func(code string) {
		c.crowd.mu.Lock()
		c.crowd.words[fan+" "+code] = true
		c.crowd.mu.Unlock()
		say("CONFIRM " + code)
	}
	switch roll := dice.IntN(100); {
	case roll < 55:
		confirm(code)
	case roll < 65:
		confirm(code)
		confirm(code)
	case roll < 75:
		say("CONFIRM " + otherCodes[dice.IntN(len(otherCodes))])
		confirm(code)
	case roll < 80:
		for range 6 {
			say("CONFIRM " + otherCodes[dice.IntN(len(otherCodes))])
		}
	case roll < 88:
		say("CANCEL")
	case roll < 90:
		say("STOP")
	default:
		c.note("replies left without a word")
		return
	}
	c.note("replies answered")
}

// answerTo waits a while for the shop's answer to a post, and reads the code in it.
func (c *chaos) answerTo(ctx context.Context, post string) (answer, code string) {
	for range 100 {
		c.crowd.mu.Lock()
		all := c.crowd.answers[post]
		c.crowd.mu.Unlock()
		if len(all) > 0 {
			if found := askedFor.FindStringSubmatch(all[0].Text); found != nil {
				return all[0].ID, found[1]
			}
			return all[0].ID, ""
		}
		if !pause(ctx, 200*time.Millisecond) {
			return "", ""
		}
	}
	c.note("replies without an answer in time")
	return "", ""
}
