package views

import (
	"time"

	"github.com/tillbird/tillbird/models"
)

// PostWhen is the choice of a time for a post: as typed, and what there is to choose from.
type PostWhen struct {
	Choice string // draft, now, slot, time
	At     string // as typed: 2026-05-24T20:00
	Slot   time.Time
	Prices map[string]int64 // of a post with its link, by network
	Draft  bool             // keeping it as a draft is a choice too
	Error  string
}

func (w PostWhen) options(p Page) []Option {
	var list []Option
	if w.Draft {
		list = append(list, Option{Value: "draft", Label: p.T("post.when.draft"), Hint: p.T("post.when.draft.hint")})
	}
	return append(
		list,
		Option{Value: "now", Label: p.T("post.when.now")},
		Option{Value: "slot", Label: p.T("post.when.slot", "When", p.W.Deadline(w.Slot)), Hint: p.T("post.when.slot.hint")},
		Option{Value: "time", Label: p.T("post.when.time"), Hint: p.T("post.when.time.hint")},
	)
}

// cost says what a network charges for a post by its API.
func (w PostWhen) cost(p Page, network string) string {
	if w.Prices[network] == 0 {
		return p.T("post.cost.free", "Network", p.T("post.network."+network))
	}
	return p.T("post.cost.priced", "Network", p.T("post.network."+network), "Price", dollars(p, w.Prices[network]))
}

func (w PostWhen) costHint(p Page, network string) string { return w.cost(p, network) }

// account is the one that a post goes out by.
func (s ShownPost) account() *models.Profile { return s.Post.Profile }

// mayPublish tells whether an account could take the post out.
func (s ShownPost) mayPublish() bool { return s.MaySell && s.draft() && len(s.Profiles) > 0 }

// mayDelete tells whether we can delete the post from its network.
func (s ShownPost) mayDelete() bool {
	return s.MaySell && s.Post.State == "posted" && s.Post.RemoteID != "" && s.account() != nil && s.account().Live() && !s.Post.Deleting
}

// mayFind tells whether the post can be looked for on an account that is connected.
func (s ShownPost) mayFind() bool { return s.MaySell && s.draft() && len(s.Profiles) > 0 }

func (s ShownPost) profileOptions(p Page) []Option {
	var list []Option
	for _, profile := range s.Profiles {
		list = append(list, Option{Value: profile.ID, Label: AccountName(p, &profile), Hint: s.When.cost(p, profile.Network)})
	}
	return list
}

func (s ShownPost) profileChosen() string {
	if s.account() != nil && s.account().Live() {
		return s.account().ID
	}
	if len(s.Profiles) > 0 {
		return s.Profiles[0].ID
	}
	return ""
}

// Failed is why a post is not out, not gone, or waits.
type Failed struct {
	Tone        Tone
	Title, Text string
	Quote       string // the network's own words
	Act         Button // the way out of it, where that is elsewhere
}

// FailureOf explains what stands in the way of a post; nil where nothing does.
func FailureOf(p Page, post *models.PostView) *Failed {
	if post.Failure == "" {
		return nil
	}
	network := p.T("post.network." + post.Network)
	f := &Failed{Tone: ToneError, Title: p.T("post.failure."+post.Failure, "Network", network), Text: p.T("post.failure."+post.Failure+".text", "Network", network), Quote: post.FailureDetail}
	if post.State != "failed" && post.Failure != "not_deleted" {
		f.Tone = ToneWarning
	}
	switch post.Failure {
	case "sign_in_expired", "disconnected":
		f.Act = Button{Label: p.T("post.failure.act.connect"), Href: NetworksPath}
	case "cap":
		f.Act = Button{Label: p.T("post.failure.act.cap"), Href: NetworksPath}
	}
	return f
}

// day is the day that a post of the list stands under.
type postDay struct {
	name  string
	posts []models.PostView
}

// days puts posts that are in order under their days.
func postDays(p Page, posts []models.PostView) []postDay {
	var list []postDay
	for _, post := range posts {
		at := post.When()
		name := p.W.Weekday(at) + " " + itoa(at.In(p.W.Zone()).Year())
		if whenOver(&post.Post) {
			name = p.T("post.planned.over")
		}
		if last := len(list) - 1; last >= 0 && list[last].name == name {
			list[last].posts = append(list[last].posts, post)
			continue
		}
		list = append(list, postDay{name, []models.PostView{post}})
	}
	return list
}

// where is how and when a post goes out or went out.
func postWhere(p Page, post *models.PostView) string {
	by := p.T("post.by_hand", "Network", p.T("post.network."+post.Network))
	if post.Profile != nil {
		by = AccountName(p, post.Profile)
	}
	if whenOver(&post.Post) {
		return by
	}
	return p.W.ClockText(post.When()) + " · " + by
}

// whenOver tells whether a post has no time, but waits for its offer to be over.
func whenOver(post *models.Post) bool { return post.State == "scheduled" && post.ScheduledAt == nil }

// sinceID says who took the post out.
func (s ShownPost) sinceID() string {
	if s.Post.ByUs {
		return "post.posted.by_us"
	}
	return "post.posted.since"
}
