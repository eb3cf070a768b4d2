package demo

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tillbird/tillbird/social"
)

// said is what somebody answers to a post, and what the shop says to that.
type said struct{ who, text, answer string }

// chatter are the answers to the posts of an offer, by its picture.
var chatter = map[string][]said{
	"apron":  {{"lucbernard", "Le nœud dans le cou, plus jamais. Merci.", ""}},
	"candle": {{"mira_okafor", "Pencil box is exactly right. My whole desk agrees.", ""}, {"tomasz_w", "Burning mine on the night train timetable. Forty-five hours, I counted.", "We believe you. Trim the wick!"}},
	"tea":    {{"samirhaddad", "Coffee first, always. But No. 4 second.", ""}},
	"print":  {{"ingridsol", "Is the small boat on the left mine? It looks like mine.", "It is now."}, {"priya_reads", "Framed, hung, already crooked. Perfect.", ""}},
	"bread":  {{"danielcosta", "Read all sixty pages before my dough had moved at all.", ""}},
	"press":  {{"priya_reads", "Ink on my fingers since 1998. See you there.", ""}},
	"scarf":  {{"ingridsol", "Petrol like the river, you say. Which river, on which day?", "The Saône in November, just after the rain."}},
	"tote":   {{"mira_okafor", "It carried two melons and a cat home. Not on purpose, the cat.", ""}},
	"mug":    {{"yuki_draws", "この青、好きです。The dog likes it too.", ""}},
	"basket": {{"lucbernard", "Ma mère en a un pareil. Il a trente ans et il sert tous les jours.", ""}},
}

// tell puts a post on the local X at the demo's time, with what is said to it, and gives its address.
func (w *world) tell(ctx context.Context, s *stall, g *good, text, code string) (string, error) {
	elsewhere := "https://x.com/" + s.shop.Handle + "/status/" + strconv.Itoa(1_980_000_000_000_000_000+w.dice.IntN(1_000_000_000))
	if w.set.XURL == "" {
		return elsewhere, nil
	}
	at := w.clock.Now()
	post, err := w.write(ctx, at, s.shop.Handle, social.Whole(text, w.set.Payments.BaseURL+"/p/"+code), "")
	if err != nil || post == "" {
		return elsewhere, err
	}
	g.root = post
	first := len(g.posts) == 1
	for i, c := range chatter[g.plan.picture] {
		if (i%2 == 0) != first && len(chatter[g.plan.picture]) > 1 || len(chatter[g.plan.picture]) == 1 && !first {
			continue
		}
		said, err := w.write(ctx, at.Add(40*time.Minute), c.who, c.text, post)
		if err != nil {
			return "", err
		}
		if c.answer != "" && said != "" {
			if _, err := w.write(ctx, at.Add(55*time.Minute), s.shop.Handle, c.answer, said); err != nil {
				return "", err
			}
		}
		if err := w.like(ctx, c.who, post); err != nil {
			return "", err
		}
	}
	for _, who := range []string{"samirhaddad", "ingridsol", "tomasz_w", "danielcosta", "yuki_draws"}[:w.dice.IntN(5)] {
		if err := w.like(ctx, who, post); err != nil {
			return "", err
		}
	}
	return w.set.XURL + "/" + s.shop.Handle + "/status/" + post, nil
}

// write has somebody post, and gives the id; "" where X will not have it, as with words that it has already.
func (w *world) write(ctx context.Context, at time.Time, who, text, answers string) (string, error) {
	answer, err := w.toX(ctx, "/posts", who, url.Values{"text": {text}, "in_reply_to": {answers}, "back": {"status"}, "sandbox_time": {strconv.FormatInt(at.Unix(), 10)}})
	if err != nil || answer.StatusCode != http.StatusSeeOther {
		return "", err
	}
	where, err := answer.Location()
	if err != nil {
		return "", err
	}
	return where.Path[strings.LastIndexByte(where.Path, '/')+1:], nil
}

func (w *world) like(ctx context.Context, who, post string) error {
	answer, err := w.toX(ctx, "/posts/"+post+"/likes", who, url.Values{})
	if err == nil && answer.StatusCode != http.StatusSeeOther {
		err = errors.New("the local X answers a like with " + answer.Status)
	}
	return err
}

// toX sends a form of somebody's to the local X.
func (w *world) toX(ctx context.Context, path, who string, form url.Values) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.set.XURL+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.AddCookie(&http.Cookie{Name: "sandbox_x_person", Value: who})
	client := &http.Client{Timeout: w.client.Timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	return answer, answer.Body.Close()
}
