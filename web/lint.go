package web

import (
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
	return social.Lint(c), nil
}

// lintPost looks over the text of a post of an offer; code is the post's own.
func (s *Server) lintPost(v *visit, offer *models.OfferView, network, text, code string) ([]social.Finding, error) {
	c, err := s.checked(v, offer, offer)
	if err != nil {
		return nil, err
	}
	c.Version, c.Network, c.Text, c.Link = seenByFans(offer), network, text, s.shortLink(code)
	if c.Earlier, err = s.store.EarlierTexts(v.ctx(), v.Shop, network, code); err != nil {
		return nil, err
	}
	return social.LintPost(c), nil
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
