package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/social"
	"github.com/tillbird/tillbird/views"
)

// listPosts is the merchant's list of posts, with what each brought.
func (s *Server) listPosts(v *visit) error {
	page := pageOf(v)
	posts, err := s.store.PastPosts(v.ctx(), v.Shop, page)
	if err != nil {
		return err
	}
	shown, newer, older := models.Turn(page, posts)
	list := views.PostList{Posts: shown, Currency: v.Shop.Currency, MaySell: v.may(models.Sell)}
	if len(shown) > 0 {
		first, last := shown[0], shown[len(shown)-1]
		list.Newer, list.Older = besides(views.PostsPath, newer, older, models.CursorOf(first.Out(), first.ID), models.CursorOf(last.Out(), last.ID))
	}
	if !newer {
		if list.Failing, list.Planned, err = s.store.OpenPosts(v.ctx(), v.Shop); err != nil {
			return err
		}
	}
	return v.render(http.StatusOK, views.PostsPage(v.page("post.list.heading"), list))
}

// newPost is the composer, with a first text. There is none before a moderator has approved the offer.
func (s *Server) newPost(v *visit) error {
	offer, err := s.approvedOffer(v)
	if err != nil || offer == nil {
		return err
	}
	typed := typedPost{key: newKey(), network: social.Networks[0], text: s.draft(v, offer)}
	if from := v.QueryParam("from"); from != "" {
		twin, err := s.store.PostIn(v.ctx(), v.Shop, from)
		if err != nil {
			return err
		}
		typed.network, typed.text = twin.Network, twin.Text
		if twin.Profile != nil && twin.Profile.Live() {
			typed.network = twin.Profile.ID
		}
	}
	return s.showComposer(v, http.StatusOK, offer, typed, nil)
}

// draft is a first text for a post of an offer.
func (s *Server) draft(v *visit, offer *models.OfferView) string {
	return social.DraftCalling(v.W, offer, v.Shop, s.calledOnX(v))
}

// calledOnX is the handle of the shop's account on X, "" where none is connected.
func (s *Server) calledOnX(v *visit) string {
	for _, profile := range s.accounts(v, v.Shop.ID) {
		if profile.Network == social.X {
			return profile.Handle
		}
	}
	return ""
}

// approvedOffer finds an offer that may be posted, with the content that fans see; nil where the visit was sent back to
// the offer's page.
func (s *Server) approvedOffer(v *visit) (*models.OfferView, error) {
	offer, err := s.shopOffer(v)
	if err != nil {
		return nil, err
	}
	if offer.Approved == nil || offer.State == "taken_down" {
		v.say(views.ToneWarning, v.W.T("problem.version.not_approved"))
		return nil, v.see(views.ShopOfferPath(offer.Slug))
	}
	return s.asFansSee(v, offer)
}

// asFansSee is the offer with the content and the picture that fans see.
func (s *Server) asFansSee(v *visit, offer *models.OfferView) (*models.OfferView, error) {
	seen := *offer
	seen.Version, seen.Picture = *offer.Approved, nil
	var err error
	if seen.Version.PictureID != nil {
		seen.Picture, err = s.ownPicture(v, *seen.Version.PictureID)
	}
	return &seen, err
}

// typedPost is a post as typed. A new one has a key, and from it its code; one that is there has its code.
// Its network is the id of the account that publishes it, or the network where it goes out by hand.
type typedPost struct{ key, code, network, text, then, when, at string }

func postTyped(v *visit) (typedPost, error) {
	form, err := v.FormParams()
	if err != nil {
		return typedPost{}, badForm(err)
	}
	return typedPost{key: form.Get("key"), network: form.Get("network"), text: strings.ReplaceAll(form.Get("text"), "\r\n", "\n"), then: form.Get("then"), when: form.Get("when"), at: form.Get("at")}, nil
}

// createPost makes the post. The same form sent twice makes one.
func (s *Server) createPost(v *visit) error {
	offer, err := s.approvedOffer(v)
	if err != nil || offer == nil {
		return err
	}
	typed, err := postTyped(v)
	if err != nil {
		return err
	}
	profile, err := s.wayOut(v, &typed)
	if err != nil {
		return err
	}
	if typed.key == "" {
		return echo.ErrBadRequest
	}
	if typed.then == "count" || s.mendPost(v, offer, &typed) {
		return s.showComposer(v, http.StatusOK, offer, typed, nil)
	}
	network := networkOf(typed.network, profile)
	at, shift, err := s.timeTyped(v, typed.when, typed.at)
	if err == nil {
		count := social.Measure(network, typed.text, s.shortLink(s.store.PostCode(v.Shop, typed.key)))
		form := models.PostForm{Key: typed.key, Network: network, Text: typed.text, Over: count.Over, Profile: profile}
		if typed.when != "now" {
			form.At = at
		}
		var post *models.Post
		if post, err = s.store.CreatePostOf(v.ctx(), v.Shop, v.User, &offer.Offer, form); err == nil {
			return s.madePost(v, post, typed.when, at, shift)
		}
	}
	var problems models.Problems
	if errors.As(err, &problems) {
		return s.showComposer(v, http.StatusUnprocessableEntity, offer, typed, problems)
	}
	return err
}

func (s *Server) shortLink(code string) string { return s.set.BaseURL + views.ShortLinkPath(code) }

// domain is what networks write below a card.
func (s *Server) domain() string {
	base, err := url.Parse(s.set.BaseURL)
	if err != nil {
		return ""
	}
	return base.Hostname()
}

// composer is the form for a post with its count.
func (s *Server) composer(v *visit, offer *models.OfferView, typed typedPost, problems models.Problems) views.PostComposer {
	code := typed.code
	if typed.key != "" {
		code = s.store.PostCode(v.Shop, typed.key)
	}
	link := s.shortLink(code)
	network := typed.network
	profiles := s.accounts(v, offer.ShopID)
	for i := range profiles {
		if profiles[i].ID == typed.network {
			network = profiles[i].Network
		}
	}
	look := s.look(v, network, lookedAt{shop: v.Shop, version: seenByFans(offer), text: typed.text, link: link, card: s.cardPicture(offer, v.Shop)})
	c := views.PostComposer{
		Offer: offer, Shop: v.Shop, Action: views.OfferPostsPath(offer.Slug), Key: typed.key, Network: typed.network, Text: typed.text,
		Domain: s.domain(), Link: link, Look: look, Errors: v.problems(problems), Now: s.store.Now(),
		Profiles: profiles, When: s.when(v, typed, true),
		Count: look.Count,
	}
	if typed.key == "" {
		c.Action = views.PostPath(code)
	}
	s.lookOver(v, &c, typed.text, code)
	return c
}

// seenByFans is the content of an offer that fans see, or its newest where there is none yet.
func seenByFans(offer *models.OfferView) *models.Version {
	if offer.Approved != nil {
		return offer.Approved
	}
	return &offer.Version
}

func (s *Server) showComposer(v *visit, status int, offer *models.OfferView, typed typedPost, problems models.Problems) error {
	page := v.page("post.form.heading")
	page.Problems = len(problems)
	return v.render(status, views.PostFormPage(page, s.composer(v, offer, typed, problems)))
}

// createCount counts a text while the merchant types it, and shows how it will look.
func (s *Server) createCount(v *visit) error {
	typed, err := postTyped(v)
	if err != nil {
		return err
	}
	if _, err := s.wayOut(v, &typed); err != nil {
		return err
	}
	offer, err := s.store.OfferIn(v.ctx(), v.Shop, v.FormValue("slug"))
	if err != nil {
		return err
	}
	if offer.Approved == nil {
		return models.ErrNotFound
	}
	if offer, err = s.asFansSee(v, offer); err != nil {
		return err
	}
	typed.code = v.FormValue("code")
	return v.render(http.StatusOK, views.PostCountPart(v.page(""), s.composer(v, offer, typed, nil)))
}

// showPost is the merchant's page of one post.
func (s *Server) showPost(v *visit) error {
	post, err := s.store.PostIn(v.ctx(), v.Shop, v.Param("code"))
	if err != nil {
		return err
	}
	return s.showOnePost(v, http.StatusOK, post, typedPost{text: post.Text}, post.RemoteURL, nil)
}

// showOnePost shows a post with what was typed of its text, its time and its address.
func (s *Server) showOnePost(v *visit, status int, post *models.PostView, typed typedPost, remote string, problems models.Problems) error {
	link := s.shortLink(post.Code)
	shown := views.ShownPost{
		Post: post, Compose: social.ComposeLink(post.Network, post.Text, link, s.set.XURL), Whole: social.Whole(post.Text, link), Link: link, RemoteURL: remote,
		Errors: v.problems(problems), MaySell: v.may(models.Sell), Currency: post.Offer.Version.Currency,
		Composer: s.composer(v, &post.Offer, typedPost{code: post.Code, network: post.Network, text: typed.text}, problems), Profiles: s.accounts(v, post.ShopID), When: s.when(v, typed, false),
	}
	shown.When.Error = shown.Errors["at"]
	page := v.page("")
	page.Title = v.W.T("post.page.heading", "Network", v.W.T("post.network."+post.Network))
	page.Problems = len(problems)
	return v.render(status, views.PostPage(page, shown))
}

// updatePost changes the text of a post that is not out yet.
func (s *Server) updatePost(v *visit) error {
	post, err := s.store.PostIn(v.ctx(), v.Shop, v.Param("code"))
	if err != nil {
		return err
	}
	typed, err := postTyped(v)
	if err != nil {
		return err
	}
	typed.network, typed.code, typed.key = post.Network, post.Code, ""
	if typed.then == "count" || s.mendPost(v, &post.Offer, &typed) {
		return s.showOnePost(v, http.StatusOK, post, typed, post.RemoteURL, nil)
	}
	count := social.Measure(post.Network, typed.text, s.shortLink(post.Code))
	err = s.store.UpdatePost(v.ctx(), v.Shop, &post.Post, typed.text, count.Over)
	var problems models.Problems
	if errors.As(err, &problems) {
		return s.showOnePost(v, http.StatusUnprocessableEntity, post, typed, post.RemoteURL, problems)
	}
	if err != nil {
		return err
	}
	v.say(views.ToneSuccess, v.W.T("post.done.saved"))
	return v.see(views.PostPath(post.Code))
}

// createPosting takes the merchant's word that the post is out, and where.
func (s *Server) createPosting(v *visit) error {
	post, err := s.store.PostIn(v.ctx(), v.Shop, v.Param("code"))
	if err != nil {
		return err
	}
	remote := v.FormValue("remote_url")
	if s.locate(v, &post.Post, remote) {
		v.say(views.ToneSuccess, v.W.T("post.found"))
		return v.see(views.PostPath(post.Code))
	}
	err = s.store.MarkPosted(v.ctx(), v.Shop, v.User, &post.Post, remote)
	var problems models.Problems
	if errors.As(err, &problems) {
		return s.showOnePost(v, http.StatusUnprocessableEntity, post, typedPost{text: post.Text}, remote, problems)
	}
	if err != nil {
		return s.planned(v, &post.Post, err, nil, "")
	}
	v.say(views.ToneSuccess, v.W.T("post.done.posted"))
	return v.see(views.PostPath(post.Code))
}
