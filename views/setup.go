package views

import "github.com/tillbird/tillbird/models"

// SetupSteps are the four steps to a first sale, with the one to do next.
func SetupSteps(p Page, shop *models.Shop, setup *models.Setup, role models.Role) []Step {
	list := []Step{
		{Name: p.T("overview.setup.shop"), Done: true},
		stripeStep(p, shop, role),
		offerStep(p, setup, role),
		postStep(p, setup, role),
	}
	for i := range list {
		if !list[i].Done {
			list[i].Now = true
			if list[i].Act.Kind == "" {
				list[i].Act.Kind = "primary"
			}
			break
		}
	}
	return list
}

// SetupDone tells whether every step is done.
func SetupDone(list []Step) bool { return stepsDone(list) == len(list) }

func stripeStep(p Page, shop *models.Shop, role models.Role) Step {
	s := Step{Name: p.T("overview.setup.stripe"), Text: p.T("overview.setup.stripe.text"), Done: shop.ChargesEnabled && (shop.Selling == "ready" || shop.Selling == "needs_attention")}
	label := "onboarding.connect"
	if shop.StripeAccount != nil {
		label = "onboarding.continue"
		if wants := WantedNow(p, shop.Wanted()); len(wants) > 0 {
			s.Text = p.N("overview.setup.stripe.wants", int64(len(wants)), "First", wants[0])
		} else if len(shop.Wanted().Pending) > 0 {
			s.Text = p.T("onboarding.checking.title")
			label = "overview.setup.stripe.see"
		}
	}
	if role.May(models.Bank) {
		s.Act = Button{Label: p.T(label), Href: OnboardingPath}
	}
	return s
}

func offerStep(p Page, setup *models.Setup, role models.Role) Step {
	s := Step{Name: p.T("overview.setup.offer"), Text: p.T("overview.setup.offer.text"), Done: setup.Approved}
	switch {
	case setup.Offer == nil:
		s.Act = Button{Label: p.T("overview.setup.offer.make"), Href: NewOfferPath}
	case setup.Offer.Version.State == "in_review":
		s.Text = VersionState(p, "in_review").Sentence
		s.Act = Button{Label: p.T("overview.setup.offer.see"), Href: ShopOfferPath(setup.Offer.Slug)}
	case setup.Offer.Version.State == "draft":
		s.Act = Button{Label: p.T("overview.setup.offer.finish"), Href: OfferEditPath(setup.Offer.Slug)}
	default:
		s.Text = VersionState(p, setup.Offer.Version.State).Sentence
		s.Act = Button{Label: p.T("overview.setup.offer.see"), Href: ShopOfferPath(setup.Offer.Slug)}
	}
	if !role.May(models.Sell) {
		s.Act = Button{}
	}
	return s
}

func postStep(p Page, setup *models.Setup, role models.Role) Step {
	s := Step{Name: p.T("overview.setup.post"), Text: p.T("overview.setup.post.text"), Done: setup.Posted}
	switch {
	case !role.May(models.Sell):
	case setup.PostCode != "":
		s.Act = Button{Label: p.T("overview.setup.post.finish"), Href: PostPath(setup.PostCode)}
	case setup.Approved:
		s.Act = Button{Label: p.T("overview.setup.post.write"), Href: NewPostPath(setup.Slug)}
	}
	return s
}
