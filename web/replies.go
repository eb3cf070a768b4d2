package web

import (
	"encoding/json"
	"errors"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/social"
	"github.com/tillbird/tillbird/views"
)

// repliesAsked is the list that an address asks for. What it does not understand does not count.
func (v *visit) repliesAsked() (models.ReplyFilter, views.ReplyList) {
	list := views.ReplyList{Query: v.QueryParam("q"), MayGovern: v.may(models.Govern), MaySell: v.may(models.Sell)}
	if tab := v.QueryParam("tab"); slices.Contains(views.ReplyTabs, tab) {
		list.Tab = tab
	}
	if network := v.QueryParam("network"); slices.Contains(social.Networks, network) {
		list.Network = network
	}
	return models.ReplyFilter{Tab: list.Tab, Network: list.Network, Query: list.Query, Page: pageOf(v)}, list
}

// listReplies is the merchant's inbox.
func (s *Server) listReplies(v *visit) error {
	list, err := s.replyList(v)
	if err != nil {
		return err
	}
	page := v.page("reply.list.heading")
	if !list.First || list.Filtered() {
		return v.render(http.StatusOK, views.RepliesPage(page, *list, nil))
	}
	funnel, err := s.store.ReplyFunnel(v.ctx(), v.Shop)
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, views.RepliesPage(page, *list, funnel))
}

// showReplyRows sends the newest replies anew where they look otherwise than the page that asks has seen.
func (s *Server) showReplyRows(v *visit) error {
	list, err := s.replyList(v)
	if err != nil {
		return err
	}
	if v.QueryParam("seen") == list.Seen {
		return v.NoContent(http.StatusNoContent)
	}
	if newest := v.QueryParam("newest"); newest != "" {
		list.Fresh = max(0, slices.IndexFunc(list.Rows, func(r views.ReplyRow) bool { return r.ID == newest }))
	} else {
		list.Fresh = len(list.Rows)
	}
	return v.render(http.StatusOK, views.ReplyNews(v.page(""), *list))
}

func (s *Server) replyList(v *visit) (*views.ReplyList, error) {
	filter, list := v.repliesAsked()
	rows, err := s.store.Replies(v.ctx(), v.Shop, filter)
	if err != nil {
		return nil, err
	}
	shown, newer, older := models.Turn(filter.Page, rows)
	if len(shown) > 0 {
		first, last := shown[0], shown[len(shown)-1]
		list.Newer, list.Older = besides(list.Address(views.RepliesPath), newer, older, models.CursorOf(first.CameAt, first.ID), models.CursorOf(last.CameAt, last.ID))
	}
	if list.ToMind, err = s.store.RepliesToMind(v.ctx(), v.Shop); err != nil {
		return nil, err
	}
	seen := fnv.New64a()
	for _, view := range shown {
		row := views.ReplyRow{ReplyView: view, Parts: replyParts(&view.Reply)}
		list.Rows = append(list.Rows, row)
		seen.Write([]byte(row.ID + row.Came() + row.Care + row.Why() + "\n"))
	}
	seen.Write([]byte(strconv.FormatInt(list.ToMind, 10)))
	list.Seen, list.First = strconv.FormatUint(seen.Sum64(), 36), filter.Page.Cursor == ""
	return &list, s.replyExamples(v, &list)
}

// replyExamples says by the shop's own names where replies come from.
func (s *Server) replyExamples(v *visit, list *views.ReplyList) error {
	profiles, err := s.store.Profiles(v.ctx(), v.Shop)
	if err != nil {
		return err
	}
	list.Handle = v.Shop.Handle
	for _, profile := range profiles {
		if profile.Live() && !list.Connected {
			list.Connected, list.Handle = true, profile.Handle
		}
		if !slices.Contains(list.Networks, profile.Network) {
			list.Networks = append(list.Networks, profile.Network)
		}
	}
	if len(list.Rows) > 0 {
		return nil
	}
	offers, err := s.store.Offers(v.ctx(), v.Shop, models.OfferFilter{State: "live", Page: models.Page{Size: 1}})
	if err == nil && len(offers) > 0 && offers[0].Approved != nil {
		list.Tag = offers[0].Approved.Hashtag
	}
	if err == nil && list.Tab != "" {
		var any []models.ReplyView
		any, err = s.store.Replies(v.ctx(), v.Shop, models.ReplyFilter{Page: models.Page{Size: 1}})
		list.Any = len(any) > 0
	}
	return err
}

// readingOf is what a reply was understood to say, as it was read then; nil where it was not.
func readingOf(reply *models.Reply) *social.Reading {
	var reading social.Reading
	if reply.Reading == "" || json.Unmarshal([]byte(reply.Reading), &reading) != nil {
		return nil
	}
	return &reading
}

func replyParts(reply *models.Reply) []views.ReplyPart {
	if reading := readingOf(reply); reading != nil {
		return partsOf(reply.Text, reading.Spans)
	}
	return partsOf(reply.Text, nil)
}

// partsOf cuts a text at the words that mattered. A span that does not fit the text marks nothing.
func partsOf(text string, spans []social.Span) (parts []views.ReplyPart) {
	at := 0
	for _, span := range spans {
		if span.From < at || span.To <= span.From || span.To > len(text) {
			continue
		}
		if span.From > at {
			parts = append(parts, views.ReplyPart{Text: text[at:span.From]})
		}
		parts = append(parts, views.ReplyPart{Text: text[span.From:span.To], What: span.What})
		at = span.To
	}
	if at < len(text) || len(parts) == 0 {
		parts = append(parts, views.ReplyPart{Text: text[at:]})
	}
	return parts
}

// showReply is one reply with what came of it.
func (s *Server) showReply(v *visit) error {
	view, err := s.store.ReplyIn(v.ctx(), v.Shop, v.Param("id"))
	if err != nil {
		return err
	}
	return s.answerReply(v, http.StatusOK, view, "", nil)
}

// answerReply shows a reply with what was typed as an answer to it.
func (s *Server) answerReply(v *visit, status int, view *models.ReplyView, typed string, problems models.Problems) error {
	shown, err := s.shownReply(v, view)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		shown.Text = typed
	}
	shown.Errors = v.problems(problems)
	page := v.page("")
	page.Title, page.Path, page.Problems = replyTitle(v, view), views.ReplyPath(view.ID), len(problems)
	return v.render(status, views.ReplyPage(page, *shown))
}

func replyTitle(v *visit, view *models.ReplyView) string {
	if view.AuthorHandle == "" {
		return v.W.T("reply.one.untitled")
	}
	return v.W.T("reply.one.title", "Who", "@"+view.AuthorHandle)
}

func (s *Server) shownReply(v *visit, view *models.ReplyView) (*views.ShownReply, error) {
	shown := &views.ShownReply{
		ReplyRow:  views.ReplyRow{ReplyView: *view, Parts: replyParts(&view.Reply)},
		MayAnswer: v.may(models.Answer), MayRefund: v.may(models.Refunds), MaySell: v.may(models.Sell), Understood: understood(v, view),
	}
	var err error
	if shown.Silence, err = s.store.SilenceOf(v.ctx(), v.Shop.ID, view.Author()); err != nil {
		return nil, err
	}
	if view.MindedBy != nil {
		user, err := s.store.User(v.ctx(), *view.MindedBy)
		if err != nil && !errors.Is(err, models.ErrNotFound) {
			return nil, err
		}
		if err == nil {
			shown.MindedBy = user.Email
		}
	}
	link := s.set.BaseURL + views.ShopPath(v.Shop.Handle)
	name := v.Shop.Name
	if view.Offer != nil && view.Version != nil {
		link, name = s.set.BaseURL+views.OfferPath(view.Offer.Slug), view.Version.Title
	}
	if view.Post != nil {
		link = s.shortLink(view.Post.Code)
	}
	shown.Text = v.W.T("reply.answer.draft", "Handle", "@"+view.AuthorHandle, "Title", name, "Link", link)
	shown.Compose = social.AnswerLink(view.Network, view.RemoteID, shown.Text, s.set.XURL)
	if s.set.Publisher != nil {
		if network := s.set.Publisher.Network(view.Network); network != nil {
			shown.Price = network.Price(social.ActReply, true)
		}
	}
	return shown, nil
}

// understood is what the reply was taken to ask for.
func understood(v *visit, view *models.ReplyView) []views.Fact {
	reading := readingOf(&view.Reply)
	if reading == nil {
		return nil
	}
	facts := []views.Fact{{Name: v.W.T("reply.understood.kind"), Value: v.W.T("reply.kind." + string(reading.Kind))}}
	add := func(id, value string) {
		if value != "" {
			facts = append(facts, views.Fact{Name: v.W.T(id), Value: value})
		}
	}
	if reading.Tag != "" {
		add("reply.understood.tag", "#"+reading.Tag)
	}
	add("reply.understood.options", v.W.List(slices.DeleteFunc(slices.Clone(reading.Values), func(value string) bool { return value == "" })))
	if reading.Quantity > 0 {
		add("reply.understood.quantity", v.W.Number(reading.Quantity))
	}
	add("reply.understood.code", reading.Code)
	return facts
}
