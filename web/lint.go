package web

import (
	"slices"
	"strings"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/social"
	"github.com/tillbird/tillbird/views"
)

// checked is what is known for looking over an offer as typed; saved is nil for a new one.
func (s *Server) checked(v *visit, shown, saved *models.OfferView) (social.Checked, error) {
	c := social.Checked{W: v.W, Version: &shown.Version, Picture: shown.Picture, Flagged: s.set.FlaggedWords}
	offer := &models.Offer{}
	if saved != nil {
		offer = &saved.Offer
	}
	var err error
	if c.Taken, err = s.store.HashtagsBeside(v.ctx(), v.Shop, offer); err != nil {
		return c, err
	}
	if saved != nil && c.Version.WasPrice > 0 {
		c.Lowest, err = s.store.LowestBefore(v.ctx(), offer, c.Version.Money())
	}
	return c, err
}

// lintOffer looks over an offer as typed.
func (s *Server) lintOffer(v *visit, d designed, sketch *models.OfferView) ([]social.Finding, error) {
	c, err := s.checked(v, sketch, d.offer)
	if err != nil {
		return nil, err
	}
	c.RepliesBuy = sketch.Replies && len(s.accounts(v, v.Shop.ID)) > 0
	return social.Lint(c), nil
}

// lintDesigned is lintOffer with what the drawing of its card says.
func (s *Server) lintDesigned(v *visit, d designed, sketch *models.OfferView) ([]social.Finding, error) {
	found, err := s.lintOffer(v, d, sketch)
	if err != nil {
		return nil, err
	}
	design := models.Card{FocusX: 50, FocusY: 50}
	if d.offer != nil {
		design = d.offer.CardDesign()
	}
	if room := s.titleRoom(s.cardOf(sketch, v.Shop, design)); room > 0 {
		found = append(found, social.Finding{Code: "title_cut", Field: "title", Data: []any{"Most", room}})
	}
	return found, nil
}

// lintPost looks over the text of a post of an offer; way is how it goes out, a network or a connected account, and code is
// the post's own.
func (s *Server) lintPost(v *visit, offer *models.OfferView, way, text, code string) ([]social.Finding, error) {
	c, err := s.checked(v, offer, offer)
	if err != nil {
		return nil, err
	}
	profile, err := s.wayOut(v, &typedPost{network: way})
	if err != nil {
		return nil, err
	}
	network := networkOf(way, profile)
	if profile != nil {
		c.ByAPI, c.Account = true, profile.Handle
	}
	c.Version, c.Network, c.Text, c.Link = seenByFans(offer), network, text, s.shortLink(code)
	s.lintReplies(v, offer, &c)
	if c.Earlier, err = s.store.EarlierTexts(v.ctx(), v.Shop, network, code); err != nil {
		return nil, err
	}
	return social.LintPost(c), nil
}

// lintReplies says of a post on X whom a reply has to name: X lets an account answer nobody who did not call it. The other
// networks tell of every answer to a post.
func (s *Server) lintReplies(v *visit, offer *models.OfferView, c *social.Checked) {
	if c.Network != social.X || !offer.Replies || c.Version.Hashtag == "" {
		return
	}
	if c.Account == "" {
		c.Account = s.calledOnX(v)
	}
	c.RepliesBuy = c.Account != ""
}

// findings are what a look found, in words.
func findings(v *visit, found []social.Finding) []views.Finding {
	list := make([]views.Finding, 0, len(found))
	for _, f := range found {
		shown := views.Finding{Text: v.W.T("lint."+f.Code, f.Data...), Field: f.Field}
		if f.Mends {
			shown.Code, shown.Act = f.Code, v.W.T("lint."+f.Code+".act", "Mended", f.Mended)
		}
		list = append(list, shown)
	}
	return list
}

// mendOf finds what a button "mend-…" puts right; ok is false where it is right by now, or was never wrong.
func mendOf(found []social.Finding, then string) (f social.Finding, ok bool) {
	code, _ := strings.CutPrefix(then, "mend-")
	for _, f := range found {
		if f.Code == code && f.Mends {
			return f, true
		}
	}
	return social.Finding{}, false
}

// mendOffer does what a button below the designer says.
func (s *Server) mendOffer(v *visit, d *designed) error {
	sketch, err := s.sketch(v, *d)
	if err != nil {
		return err
	}
	found, err := s.lintOffer(v, *d, sketch)
	if err != nil {
		return err
	}
	f, ok := mendOf(found, d.then)
	if !ok {
		return nil
	}
	switch f.Field {
	case "title":
		d.form.Title = f.Mended
	case "words":
		d.form.Words = f.Mended
	case "was_price":
		d.form.WasPrice = f.Mended
	case "alt":
		d.form.Alt = f.Mended
	case "hashtag":
		d.form.Hashtag = f.Mended
	}
	return nil
}

// lookOver puts beside a composer what should be looked at in its text, and the hashtags that sold before. Neither stops a
// post: where they cannot be had, the composer is there without them.
func (s *Server) lookOver(v *visit, c *views.PostComposer, text, code string) {
	found, err := s.lintPost(v, c.Offer, c.Network, text, code)
	if err == nil {
		c.Lint = findings(v, found)
		c.Tags, err = s.soldTags(v, c.Offer, text)
	}
	if err != nil {
		s.log.Warn("a post could not be looked over", "id", requestID(v), "error", err.Error())
	}
}

// tagsShown is how many hashtags are suggested.
const tagsShown = 5

// soldTags suggests hashtags of the shop's past that the text does not have and no other offer holds.
func (s *Server) soldTags(v *visit, offer *models.OfferView, text string) ([]views.SoldTag, error) {
	sold, err := s.store.SoldTags(v.ctx(), v.Shop, 4*tagsShown, social.Hashtags)
	if err != nil {
		return nil, err
	}
	taken, err := s.store.HashtagsBeside(v.ctx(), v.Shop, &offer.Offer)
	if err != nil {
		return nil, err
	}
	in := func(list []string, tag string) bool {
		return slices.ContainsFunc(list, func(there string) bool { return strings.EqualFold(there, tag) })
	}
	var list []views.SoldTag
	for _, tag := range sold {
		if len(list) < tagsShown && !in(social.Hashtags(text), tag.Tag) && !in(taken, tag.Tag) {
			list = append(list, views.SoldTag{Tag: tag.Tag, Sold: v.W.N("lint.tag.sold", tag.Orders, "Gross", tag.Gross)})
		}
	}
	return list, nil
}

// mendPost does what a button beside the text says, and tells whether it was such a button.
func (s *Server) mendPost(v *visit, offer *models.OfferView, typed *typedPost) bool {
	if tag, ok := strings.CutPrefix(typed.then, "tag-"); ok {
		if !slices.Contains(social.Hashtags(typed.text), tag) && slices.Contains(social.Hashtags("#"+tag), tag) {
			typed.text = strings.TrimRight(typed.text, " \n") + " #" + tag
		}
		return true
	}
	if !strings.HasPrefix(typed.then, "mend-") {
		return false
	}
	code := typed.code
	if typed.key != "" {
		code = s.store.PostCode(v.Shop, typed.key)
	}
	found, err := s.lintPost(v, offer, typed.network, typed.text, code)
	if f, ok := mendOf(found, typed.then); ok && err == nil {
		typed.text = f.Mended
	}
	return true
}
