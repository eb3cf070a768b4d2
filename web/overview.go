package web

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// mostTroubles is how many must-dos stand on the overview: more would be noise, and ending one shows the next.
const mostTroubles = 3

// showOverview shows trouble first, then progress, then numbers.
func (s *Server) showOverview(v *visit) error {
	p := v.page("overview.title")
	o := views.Overview{Shop: v.Shop, Days: 30, MaySell: v.Role.May(models.Sell), Price: models.Money{Amount: samplePrice(v.Shop.Currency), Currency: v.Shop.Currency}}
	if days, err := strconv.Atoi(v.QueryParam("days")); err == nil && slices.Contains(views.Periods, days) {
		o.Days = days
	}
	o.Fee, o.Net = s.pay.Keep(o.Price)
	setup, err := s.store.Setup(v.ctx(), v.Shop)
	if err != nil {
		return err
	}
	if steps := views.SetupSteps(p, v.Shop, setup, v.Role); !views.SetupDone(steps) {
		o.Setup = steps
	}
	if o.Troubles, err = s.troubles(v, p); err != nil {
		return err
	}
	if o.Latest, err = s.latest(v); err != nil {
		return err
	}
	if len(o.Latest) > 0 {
		if o.Figures, err = s.store.Figures(v.ctx(), v.Shop, o.Days); err != nil {
			return err
		}
		if o.Best, err = s.store.BestPosts(v.ctx(), v.Shop, 5); err != nil {
			return err
		}
	}
	return v.render(http.StatusOK, views.OverviewPage(p, o))
}

// latest are the shop's five latest sales.
func (s *Server) latest(v *visit) ([]models.OrderView, error) {
	filter := models.SalesFilter{Page: models.Page{Size: 5}}
	rows, err := s.store.Sales(v.ctx(), v.Shop, filter)
	rows, _, _ = models.Turn(filter.Page, rows)
	return rows, err
}

// samplePrice is a usual price: 24 of a currency with coins, 2,400 of one without.
func samplePrice(currency string) int64 {
	switch models.Exponent(currency) {
	case 3:
		return 24_000
	default:
		return 2_400
	}
}

// troubles are what the merchant must do, what stops sales first.
func (s *Server) troubles(v *visit, p views.Page) ([]views.Trouble, error) {
	list := append(standingTroubles(v, p), s.stripeTroubles(v, p)...)
	disputed, err := s.disputeTroubles(v)
	if err != nil {
		return nil, err
	}
	list = append(disputed, list...) // theirs is the nearest deadline
	failed, err := s.store.FailedRefunds(v.ctx(), v.Shop, mostTroubles)
	if err != nil {
		return nil, err
	}
	for _, order := range failed {
		list = append(list, views.Trouble{
			Tone: views.ToneError, Title: v.W.T("overview.trouble.refund", "Number", v.W.Number(order.Number)), Text: v.W.T("overview.trouble.refund.text"),
			Act: views.Button{Label: v.W.T("overview.trouble.refund.act"), Href: views.SalePath(order.Slug)},
		})
	}
	unposted, err := s.postTroubles(v, p)
	if err != nil {
		return nil, err
	}
	list = append(list, unposted...)
	turned, err := s.store.TurnedBack(v.ctx(), v.Shop, mostTroubles)
	if err != nil {
		return nil, err
	}
	for _, offer := range turned {
		list = append(list, views.Trouble{
			Tone: views.ToneWarning, Title: v.W.T("overview.trouble.offer."+offer.Version.State, "Offer", offer.Version.Title), Text: views.VersionState(p, offer.Version.State).Sentence,
			Act: views.Button{Label: v.W.T("overview.trouble.offer.act"), Href: views.ShopOfferPath(offer.Slug)},
		})
	}
	return list[:min(len(list), mostTroubles)], nil
}

// standingTroubles is what an admin decided about the shop.
func standingTroubles(v *visit, p views.Page) []views.Trouble {
	if v.Shop.Standing == "good" {
		return nil
	}
	state := views.StandingState(p, v.Shop.Standing)
	text := state.Sentence
	if v.Shop.StandingReason != "" {
		text = v.W.T("overview.trouble.suspended.text", "Reason", v.Shop.StandingReason)
	}
	return []views.Trouble{{Tone: state.Tone, Title: state.Title, Text: text, Act: views.Button{Label: v.W.T("overview.trouble.suspended.act"), Href: views.TermsPath}}}
}

// stripeTroubles is what Stripe has stopped, or will stop on a day.
func (s *Server) stripeTroubles(v *visit, p views.Page) []views.Trouble {
	shop := v.Shop
	see := views.Button{Label: v.W.T("overview.trouble.stripe.see"), Href: views.OnboardingPath}
	due := views.DueSoon(p, shop.RequirementsDueAt, s.store.Now())
	wants := views.WantedNow(p, shop.Wanted())
	switch shop.Selling {
	case "restricted", "rejected", "closed":
		text := views.ShopState(p, shop.Selling).Sentence
		if len(wants) > 0 {
			text = v.W.T("onboarding.flash.wants", "What", v.W.List(wants))
		} else if why := views.HeldWhy(p, shop.DisabledReason); why != "" {
			text = why
		}
		return []views.Trouble{{Tone: views.ToneError, Title: v.W.T("overview.trouble.stripe." + shop.Selling), Text: text, Act: see}}
	case "needs_attention":
		state := views.ShopState(p, shop.Selling)
		t := views.Trouble{Tone: state.Tone, Title: state.Title, Text: state.Sentence, Act: see}
		if len(wants) > 0 {
			t.Title = v.W.N("overview.setup.stripe.wants", int64(len(wants)), "First", wants[0])
		}
		if due != "" {
			t.Text = due
		}
		return []views.Trouble{t}
	}
	if shop.DetailsSubmitted && shop.ChargesEnabled && !shop.PayoutsEnabled {
		return []views.Trouble{{Tone: views.ToneWarning, Title: v.W.T("overview.trouble.payouts"), Act: views.Button{Label: v.W.T("overview.trouble.payouts.act"), Href: views.PayoutsPath}}}
	}
	return nil
}

// postTroubles are the accounts that let us in no more, and the posts that did not go out.
func (s *Server) postTroubles(v *visit, p views.Page) ([]views.Trouble, error) {
	profiles, err := s.store.Profiles(v.ctx(), v.Shop)
	if err != nil {
		return nil, err
	}
	var list []views.Trouble
	for _, profile := range profiles {
		if profile.State == "expired" {
			list = append(list, views.Trouble{
				Tone: views.ToneError, Title: v.W.T("overview.trouble.profile", "Account", views.AccountName(p, &profile)), Text: v.W.T("overview.trouble.profile.text"),
				Act: views.Button{Label: v.W.T("overview.trouble.profile.act"), Href: views.NetworksPath},
			})
		}
	}
	failed, err := s.store.FailedPosts(v.ctx(), v.Shop, mostTroubles)
	for _, post := range failed {
		t := views.Trouble{
			Tone: views.ToneError, Title: v.W.T("overview.trouble.post", "Offer", views.Plain(post.Offer.Version.Title), "Network", v.W.T("post.network."+post.Network)),
			Act: views.Button{Label: v.W.T("overview.trouble.post.act"), Href: views.PostPath(post.Code)},
		}
		if why := views.FailureOf(p, &post); why != nil {
			t.Text = why.Title
		}
		list = append(list, t)
	}
	return list, err
}
