package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// deedOf says, apart from the routes themselves, what a role must be allowed for each address of the dashboard. A new
// address must be written down here too before the matrix passes.
var deedOf = map[string]models.Deed{
	"POST /dashboard/sales/:slug/warning/dismissal":         models.Refunds,
	"GET /dashboard/disputes":                               models.View,
	"GET /dashboard/disputes/:slug":                         models.View,
	"GET /dashboard/disputes/:slug/answer":                  models.Answer,
	"POST /dashboard/disputes/:slug/answer":                 models.Answer,
	"GET /dashboard/disputes/:slug/files/:file":             models.View,
	"GET /dashboard/disputes/:slug/acceptance/new":          models.Refunds,
	"POST /dashboard/disputes/:slug/acceptance":             models.Refunds,
	"GET /dashboard":                                        models.View,
	"GET /dashboard/onboarding":                             models.View,
	"POST /dashboard/onboarding/link":                       models.Bank,
	"GET /dashboard/onboarding/return":                      models.View,
	"GET /dashboard/onboarding/refresh":                     models.Bank,
	"POST /dashboard/onboarding/check":                      models.View,
	"GET /dashboard/offers":                                 models.View,
	"POST /dashboard/offers":                                models.Sell,
	"GET /dashboard/offers/new":                             models.Sell,
	"GET /dashboard/offers/:slug":                           models.View,
	"POST /dashboard/offers/:slug":                          models.Sell,
	"GET /dashboard/offers/:slug/edit":                      models.Sell,
	"GET /dashboard/offers/:slug/preview":                   models.View,
	"GET /dashboard/offers/:slug/simulation":                models.View,
	"GET /dashboard/offers/:slug/review":                    models.Sell,
	"POST /dashboard/offers/:slug/review":                   models.Sell,
	"POST /dashboard/offers/:slug/publication":              models.Sell,
	"POST /dashboard/offers/:slug/publication/removal":      models.Sell,
	"POST /dashboard/offers/:slug/ending":                   models.Sell,
	"POST /dashboard/offers/:slug/waitlist":                 models.Sell,
	"POST /dashboard/offers/:slug/waitlist/removal":         models.Sell,
	"GET /dashboard/offers/:slug/posts/new":                 models.Sell,
	"POST /dashboard/offers/:slug/posts":                    models.Sell,
	"GET /dashboard/cards/draft.jpg":                        models.Sell,
	"GET /dashboard/cards/draft.png":                        models.Sell,
	"POST /dashboard/cards":                                 models.Sell,
	"POST /dashboard/counts":                                models.Sell,
	"GET /dashboard/posts":                                  models.View,
	"GET /dashboard/posts/:code/qr.png":                     models.View,
	"GET /dashboard/posts/:code/qr.svg":                     models.View,
	"GET /dashboard/posts/:code":                            models.View,
	"POST /dashboard/posts/:code":                           models.Sell,
	"POST /dashboard/posts/:code/posting":                   models.Sell,
	"GET /dashboard/offers.csv":                             models.View,
	"GET /dashboard/offers/imports":                         models.Sell,
	"POST /dashboard/offers/imports":                        models.Sell,
	"GET /dashboard/offers/imports/:slug":                   models.Sell,
	"POST /dashboard/offers/imports/:slug/drafts":           models.Sell,
	"POST /dashboard/offers/imports/:slug/removal":          models.Sell,
	"GET /dashboard/offers/:slug/files":                     models.Sell,
	"POST /dashboard/offers/:slug/files":                    models.Sell,
	"GET /dashboard/offers/:slug/files/:file/removal/new":   models.Sell,
	"POST /dashboard/offers/:slug/files/:file/removal":      models.Sell,
	"GET /dashboard/offers/:slug/codes":                     models.Sell,
	"POST /dashboard/offers/:slug/codes":                    models.Sell,
	"GET /dashboard/offers/:slug/codes/removal/new":         models.Sell,
	"POST /dashboard/offers/:slug/codes/removal":            models.Sell,
	"POST /dashboard/sales/:slug/downloads/removal":         models.Answer,
	"GET /dashboard/replies":                                models.View,
	"GET /dashboard/replies/rows":                           models.View,
	"GET /dashboard/replies/:id":                            models.View,
	"POST /dashboard/replies/:id/answer":                    models.Answer,
	"POST /dashboard/replies/:id/minding":                   models.Answer,
	"POST /dashboard/replies/:id/minding/removal":           models.Answer,
	"GET /dashboard/replies/:id/silence/new":                models.Answer,
	"POST /dashboard/replies/:id/silence":                   models.Answer,
	"POST /dashboard/replies/:id/silence/removal":           models.Answer,
	"GET /dashboard/replies/:id/order/removal/new":          models.Answer,
	"POST /dashboard/replies/:id/order/removal":             models.Answer,
	"GET /dashboard/sales":                                  models.View,
	"GET /dashboard/sales.csv":                              models.View,
	"GET /dashboard/sales/:slug":                            models.View,
	"POST /dashboard/sales/:slug/shipment":                  models.Answer,
	"POST /dashboard/sales/:slug/shipment/removal":          models.Answer,
	"GET /dashboard/sales/:slug/refunds/new":                models.Refunds,
	"POST /dashboard/sales/:slug/refunds":                   models.Refunds,
	"GET /dashboard/sales/:slug/slip":                       models.View,
	"POST /dashboard/shipments":                             models.Answer,
	"GET /dashboard/payouts":                                models.View,
	"POST /dashboard/payouts/stripe":                        models.Bank,
	"GET /dashboard/payouts/:slug":                          models.View,
	"GET /dashboard/payouts/:slug/lines.csv":                models.View,
	"GET /dashboard/settings/brand":                         models.View,
	"POST /dashboard/settings/brand":                        models.Govern,
	"GET /dashboard/settings":                               models.View,
	"POST /dashboard/settings":                              models.Govern,
	"POST /dashboard/settings/password":                     models.View,
	"GET /dashboard/settings/team":                          models.View,
	"POST /dashboard/settings/team/invitations":             models.Staff,
	"POST /dashboard/settings/team/invitations/:id/letters": models.Staff,
	"POST /dashboard/settings/team/invitations/:id/removal": models.Staff,
	"GET /dashboard/settings/team/members/:id":              models.Staff,
	"POST /dashboard/settings/team/members/:id/role":        models.Staff,
	"GET /dashboard/settings/team/members/:id/removal/new":  models.Staff,
	"POST /dashboard/settings/team/members/:id/removal":     models.Staff,
	"GET /dashboard/settings/team/leaving/new":              models.View,
	"POST /dashboard/settings/team/leaving":                 models.View,
	"POST /dashboard/current-shop":                          models.View,
	"GET /dashboard/settings/notifications":                 models.View,
	"POST /dashboard/settings/notifications":                models.View,
	"GET /dashboard/settings/letters":                       models.View,
	"POST /dashboard/sales/:slug/receipts":                  models.Answer,
	"GET /dashboard/offers/:slug/card":                      models.Sell,
	"POST /dashboard/offers/:slug/card":                     models.Sell,
	"GET /dashboard/offers/:slug/card.jpg":                  models.View,
	"GET /dashboard/offers/:slug/card.png":                  models.View,
	"GET /dashboard/settings/shipping":                      models.View,
	"POST /dashboard/settings/shipping":                     models.Govern,
	"GET /dashboard/codes":                                  models.View,
	"POST /dashboard/codes":                                 models.Sell,
	"GET /dashboard/codes/new":                              models.Sell,
	"GET /dashboard/codes/:slug":                            models.Sell,
	"POST /dashboard/codes/:slug":                           models.Sell,
	"GET /dashboard/settings/networks":                      models.View,
	"POST /dashboard/settings/networks/x":                   models.Govern,
	"GET /dashboard/settings/networks/x/callback":           models.Govern,
	"POST /dashboard/settings/networks/mastodon":            models.Govern,
	"GET /dashboard/settings/networks/mastodon/leaving":     models.Govern,
	"GET /dashboard/settings/networks/mastodon/callback":    models.Govern,
	"POST /dashboard/settings/networks/bluesky":             models.Govern,
	"POST /dashboard/settings/network-cap":                  models.Govern,
	"GET /dashboard/settings/profiles/:id/removal/new":      models.Govern,
	"POST /dashboard/settings/profiles/:id/removal":         models.Govern,
	"GET /dashboard/offers/:slug/drop/new":                  models.Sell,
	"POST /dashboard/offers/:slug/drop":                     models.Sell,
	"POST /dashboard/posts/:code/finding":                   models.Sell,
	"POST /dashboard/posts/:code/publication":               models.Sell,
	"POST /dashboard/posts/:code/publication/removal":       models.Sell,
	"GET /dashboard/posts/:code/removal/new":                models.Sell,
	"POST /dashboard/posts/:code/removal":                   models.Sell,
	"POST /dashboard/codes/:slug/stop":                      models.Sell,
	"POST /dashboard/codes/:slug/stop/removal":              models.Sell,
}

var methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions}

// TestMatrix walks every address with every method as everybody, and checks who may come in.
func TestMatrix(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer, post, order := w.soldOnce(t)
	review := w.openReview(t)
	payout := w.paidOut(t)
	dispute := w.disputed(t, order)
	fill := strings.NewReplacer(":slug", offer.Slug, ":code", post.Code, ":handle", w.shop.Handle, ":token", "none", ":secret", "none", ":digest", "none", ":file", "full.jpg", ":page", "terms", ":id", review.Review.ID)
	file, err := w.store.AddFile(t.Context(), w.shop, w.ana, &offer.Offer, "pattern.pdf", strings.NewReader("a pattern"))
	w.must(err)
	evidence, err := w.store.AddEvidenceFile(t.Context(), w.shop, w.ana, dispute, "receipt", "receipt.pdf", []byte("%PDF-1.7"))
	w.must(err)
	code, err := w.store.CreateCode(t.Context(), w.shop, w.ana, models.CodeForm{Code: "MATRIX", Kind: "percent", Percent: "10"})
	w.must(err)
	profile, err := w.store.Connect(t.Context(), w.shop, w.ana, models.Connection{Network: "x", Account: "1", Handle: "maisonkestrel", Name: "Maison Kestrel", Grant: "{}"})
	w.must(err)
	reply := w.replied(profile, models.Arrived{RemoteID: "77", AuthorID: "9", AuthorHandle: "sol", Text: "@maisonkestrel is it heavy?", Mentions: true})
	people := w.everybody(t)
	mate := w.member("mate@example.com", anaPassword, models.Analyst)
	invitation, err := w.store.Invite(t.Context(), w.shop, w.ana, models.InvitationForm{Email: "lee@example.com", Role: "analyst"}, "en")
	w.must(err)
	brought := w.brought(t)
	letters, err := w.store.LettersTo(t.Context(), "ana@example.com")
	w.must(err)
	declared := map[string]map[string]route{}
	for _, r := range w.server.routes() {
		if declared[r.path] == nil {
			declared[r.path] = map[string]route{}
		}
		declared[r.path][r.method] = r
	}
	delete(declared, views.LogoutPath) // it ends the session that the other cells need
	for path, byMethod := range declared {
		address := fill.Replace(path)
		if strings.HasPrefix(path, "/dashboard/sales/") {
			address = strings.Replace(path, ":slug", order.Slug, 1)
		}
		if strings.HasPrefix(path, "/dashboard/disputes/") {
			address = strings.Replace(strings.Replace(path, ":slug", dispute.Slug, 1), ":file", evidence.ID, 1)
		}
		if strings.HasPrefix(path, views.ImportsPath+"/") {
			address = strings.Replace(path, ":slug", brought.Slug, 1)
		}
		if strings.HasPrefix(path, "/dashboard/payouts/") {
			address = strings.Replace(path, ":slug", payout.Slug, 1)
		}
		for begins, id := range map[string]string{views.TeamPath + "/members/": mate.ID, views.InvitationsPath + "/": invitation.ID, views.LettersPath + "/": letters[0].ID} {
			if strings.HasPrefix(path, begins) {
				address = strings.Replace(path, ":id", id, 1)
			}
		}
		if strings.HasPrefix(path, views.ProfilesPath) {
			address = strings.Replace(path, ":id", profile.ID, 1)
		}
		if strings.HasPrefix(path, "/dashboard/offers/:slug/files/") {
			address = strings.Replace(address, "full.jpg", file.ID, 1)
		}
		if strings.HasPrefix(path, views.RepliesPath+"/") {
			address = strings.Replace(path, ":id", reply.ID, 1)
		}
		if strings.HasPrefix(path, "/dashboard/codes/") {
			address = strings.Replace(path, ":slug", code.Slug, 1)
		}
		for who, b := range people {
			for _, method := range methods {
				r, known := byMethod[method]
				if method == http.MethodHead {
					r, known = byMethod[http.MethodGet]
				}
				got := b.raw(method, address)
				if method == http.MethodOptions && got == http.StatusNoContent {
					continue // says which methods there are, and nothing else
				}
				if (path == views.NewOfferPath || path == views.NewDiscountPath) && method == http.MethodPost {
					continue // it is an offer's address to this method, with a slug that no offer has
				}
				if path == views.StripeLoginPath && !known && (method == http.MethodGet || method == http.MethodHead) {
					continue // a payout's address to these, with a slug that no payout has
				}
				if !known {
					if got < 400 || got >= 500 {
						t.Errorf("%s %s as %s: %d, but there is no such thing", method, address, who, got)
					}
					continue
				}
				if why := judgeCell(r, who, got); why != "" {
					t.Errorf("%s %s as %s: %d; %s", method, address, who, got, why)
				}
			}
		}
	}
}

// judgeCell says what is wrong with an answer, or nothing.
func judgeCell(r route, who string, got int) string {
	if got >= 500 {
		return "it broke"
	}
	inDashboard, inAdmin := strings.HasPrefix(r.path, "/dashboard"), strings.HasPrefix(r.path, "/admin")
	named := strings.Contains(r.path, ":")
	switch {
	case !inDashboard && !inAdmin:
		if got == http.StatusForbidden {
			return "the world is kept out"
		}
		return ""
	case who == "nobody":
		return want(got, http.StatusSeeOther, "only for those who signed in")
	case inAdmin && who == "admin":
		if got == http.StatusForbidden || got == http.StatusNotFound && !strings.HasPrefix(r.path, "/admin/events/:id") && !strings.HasPrefix(r.path, "/admin/jobs/:id") && !strings.HasPrefix(r.path, "/admin/reports/") {
			return "the admin is kept out"
		}
		return ""
	case inAdmin:
		return want(got, http.StatusNotFound, "only for admins, and nobody else learns that it is there")
	case r.path == views.NewShopPath:
		return ""
	case who == "stranger" || who == "admin":
		return want(got, http.StatusSeeOther, "only for members of a shop")
	}
	deed, written := deedOf[r.method+" "+r.path]
	if !written {
		return "the matrix does not know who may do this: add it to deedOf"
	}
	role := models.Role(who)
	if who == "other shop" {
		role = models.Owner
	}
	switch {
	case !role.May(deed):
		return want(got, http.StatusForbidden, "the role does not allow "+string(deed))
	case who == "other shop" && named:
		return want(got, http.StatusNotFound, "it is another shop's")
	case got == http.StatusForbidden || got == http.StatusNotFound:
		return "the role allows it"
	}
	return ""
}

func want(got, status int, why string) string {
	if got != status {
		return why
	}
	return ""
}

// everybody signs in one of each kind.
func (w *world) everybody(t *testing.T) map[string]*browser {
	t.Helper()
	people := map[string]*browser{"nobody": newBrowser(t, w), "owner": w.signIn("ana@example.com", anaPassword), "admin": w.signIn("admin@example.com", adminPassword)}
	for _, role := range []models.Role{models.Manager, models.Support, models.Analyst} {
		email := string(role) + "@example.com"
		w.member(email, anaPassword, role)
		people[string(role)] = w.signIn(email, anaPassword)
	}
	w.user("stranger@example.com", anaPassword)
	people["stranger"] = w.signIn("stranger@example.com", anaPassword)
	w.shopOf(w.user("other@example.com", anaPassword), "Other Shop", "othershop")
	people["other shop"] = w.signIn("other@example.com", anaPassword)
	return people
}

// raw sends a request with the browser's cookies and does not follow where it leads.
func (b *browser) raw(method, path string) int {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), method, b.w.url+path, strings.NewReader(""))
	if err != nil {
		b.t.Fatal(err)
	}
	request.Header.Set("Accept", "text/html")
	if method != http.MethodGet && method != http.MethodHead {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	home, _ := url.Parse(b.w.url)
	for _, cookie := range b.client.Jar.Cookies(home) {
		request.AddCookie(cookie)
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

// soldOnce makes an offer with a post and one paid order.
func (w *world) soldOnce(t *testing.T) (*models.OfferView, *models.Post, *models.OrderView) {
	t.Helper()
	offer := w.apron()
	post, err := w.store.CreatePost(t.Context(), w.shop, w.ana, &offer.Offer, "x", "New aprons.", 0)
	w.must(err)
	w.buy(offer.Slug, "fan@example.com")
	w.settle()
	return offer, post, w.orderOf("fan@example.com")
}

// openReview puts a version into the admin's queue.
func (w *world) openReview(t *testing.T) *models.ReviewCase {
	t.Helper()
	offer := w.draft(models.OfferForm{Title: "Cedar candle", Words: "Rapeseed wax.", Price: "24.00"})
	w.must(w.store.SendToReview(t.Context(), w.shop, w.ana, &offer.Offer))
	queue, err := w.store.ReviewQueue(t.Context())
	w.must(err)
	return &queue[0]
}
