package web

import (
	"net/http"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// access says who may come in.
type access int

const (
	anyone   access = iota // pages of the world: no session is read
	visitor                // the world too, with the session of whoever is signed in
	signedIn               // a user with a confirmed address, with or without a shop
	member                 // a member of a shop whose role allows the route's deed
	admin                  // an admin of the installation
)

// route is one address: who may come, what they do there, and who answers.
type route struct {
	method, path string
	access       access
	deed         models.Deed
	handle       func(*visit) error
}

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// routes is every address of Tillbird.
func (s *Server) routes() []route {
	return []route{
		{get, views.HomePath, visitor, "", s.showHome},
		{get, views.OffersPath, visitor, "", s.listLiveOffers},
		{get, views.OffersFeedPath, anyone, "", s.showFeed},
		{get, "/shops/:handle", visitor, "", s.showShop},
		{get, "/o/:slug", anyone, "", s.showOffer},
		{get, "/o/:slug/card.png", anyone, "", s.showCard},
		{get, "/o/:slug/card.jpg", anyone, "", s.showCard},
		{post, "/o/:slug/checkouts", anyone, "", s.createCheckout},
		{get, "/o/:slug/waits", anyone, "", s.showWaiting},
		{post, "/o/:slug/waits", anyone, "", s.createWait},
		{get, "/waits/:token", anyone, "", s.showTurn},
		{post, "/waits/:token/removal", anyone, "", s.deleteWait},
		{get, "/o/:slug/reports/new", anyone, "", s.newReport},
		{post, "/o/:slug/reports", anyone, "", s.createReport},
		{get, "/p/:code", anyone, "", s.followLink},
		{get, "/pictures/:digest/:file", anyone, "", s.showPicture},
		{get, "/orders", visitor, "", s.newOrderLookup},
		{post, "/orders", visitor, "", s.createOrderLookup},
		{get, "/orders/:token", anyone, "", s.showOrder},
		{post, "/orders/:token/files/:file", anyone, "", s.createDownload},
		{post, "/orders/:token/codes", anyone, "", s.showOrderCodes},
		{get, "/downloads/:link", anyone, "", s.showDownload},
		{post, "/orders/:token/payment", anyone, "", s.resumePayment},
		{post, "/orders/:token/cancellation", anyone, "", s.createCancellation},
		{get, "/orders/:token/withdrawal/new", anyone, "", s.newWithdrawal},
		{post, "/orders/:token/withdrawal", anyone, "", s.createWithdrawal},
		{post, views.PreferencesPath, visitor, "", s.updatePreferences},
		{get, "/legal/:page", visitor, "", s.showLegal},
		{get, views.AccessPath, visitor, "", s.showAccessibility},

		{get, views.SignUpPath, visitor, "", s.newUser},
		{post, views.SignUpPath, visitor, "", s.createUser},
		{get, views.LoginPath, visitor, "", s.newSession},
		{post, views.LoginPath, visitor, "", s.createSession},
		{post, views.LogoutPath, visitor, "", s.deleteSession},
		{get, views.ConfirmationAsk, visitor, "", s.awaitConfirmation},
		{post, views.ConfirmationAsk, visitor, "", s.createConfirmation},
		{get, "/email/confirmations/:secret", visitor, "", s.showConfirmation},
		{post, "/email/confirmations/:secret", visitor, "", s.updateConfirmation},
		{get, views.PasswordPath, visitor, "", s.newPasswordReset},
		{post, views.PasswordPath, visitor, "", s.createPasswordReset},
		{get, "/password/resets/:secret", visitor, "", s.editPassword},
		{post, "/password/resets/:secret", visitor, "", s.updatePassword},

		{get, "/invitations/:secret", visitor, "", s.showInvitation},
		{post, "/invitations/:secret", visitor, "", s.acceptInvitation},
		{get, "/unsubscriptions/:token", anyone, "", s.showUnsubscription},
		{post, "/unsubscriptions/:token", anyone, "", s.createUnsubscription},
		{post, "/unsubscriptions/:token/removal", anyone, "", s.deleteUnsubscription},

		{get, views.NewShopPath, signedIn, "", s.newShop},
		{post, views.NewShopPath, signedIn, "", s.createShop},
		{get, views.DashboardPath, member, models.View, s.showOverview},
		{get, views.OnboardingPath, member, models.View, s.showOnboarding},
		{post, views.OnboardingLinkPath, member, models.Bank, s.createOnboardingLink},
		{get, views.OnboardingBackPath, member, models.View, s.returnFromOnboarding},
		{get, views.OnboardingAgainPath, member, models.Bank, s.refreshOnboarding},
		{post, views.OnboardingCheckPath, member, models.View, s.checkOnboarding},
		{get, views.ShopOffersPath, member, models.View, s.listOffers},
		{post, views.ShopOffersPath, member, models.Sell, s.createOffer},
		{get, views.NewOfferPath, member, models.Sell, s.newOffer},
		{post, views.OfferCardsPath, member, models.Sell, s.createCard},
		{get, "/dashboard/offers/:slug", member, models.View, s.showShopOffer},
		{post, "/dashboard/offers/:slug", member, models.Sell, s.updateOffer},
		{get, "/dashboard/offers/:slug/edit", member, models.Sell, s.editOffer},
		{get, "/dashboard/offers/:slug/card", member, models.Sell, s.editCard},
		{post, "/dashboard/offers/:slug/card", member, models.Sell, s.updateCard},
		{get, "/dashboard/offers/:slug/card.jpg", member, models.View, s.showCardDraft},
		{get, "/dashboard/offers/:slug/card.png", member, models.View, s.showCardDraft},
		{get, "/dashboard/offers/:slug/preview", member, models.View, s.previewOffer},
		{get, "/dashboard/offers/:slug/review", member, models.Sell, s.newReview},
		{post, "/dashboard/offers/:slug/review", member, models.Sell, s.createReview},
		{post, "/dashboard/offers/:slug/publication", member, models.Sell, s.createPublication},
		{post, "/dashboard/offers/:slug/publication/removal", member, models.Sell, s.deletePublication},
		{post, "/dashboard/offers/:slug/waitlist", member, models.Sell, s.createWaitlist},
		{post, "/dashboard/offers/:slug/waitlist/removal", member, models.Sell, s.deleteWaitlist},
		{post, "/dashboard/offers/:slug/ending", member, models.Sell, s.createEnding},
		{get, "/dashboard/offers/:slug/files", member, models.Sell, s.listFiles},
		{post, "/dashboard/offers/:slug/files", member, models.Sell, s.createFiles},
		{get, "/dashboard/offers/:slug/files/:file/removal/new", member, models.Sell, s.newFileRemoval},
		{post, "/dashboard/offers/:slug/files/:file/removal", member, models.Sell, s.deleteFile},
		{get, "/dashboard/offers/:slug/codes", member, models.Sell, s.showCodes},
		{post, "/dashboard/offers/:slug/codes", member, models.Sell, s.createCodes},
		{get, "/dashboard/offers/:slug/codes/removal/new", member, models.Sell, s.newCodesRemoval},
		{post, "/dashboard/offers/:slug/codes/removal", member, models.Sell, s.deleteCodes},
		{get, "/dashboard/offers/:slug/posts/new", member, models.Sell, s.newPost},
		{post, "/dashboard/offers/:slug/posts", member, models.Sell, s.createPost},
		{get, views.DiscountsPath, member, models.View, s.listCodes},
		{post, views.DiscountsPath, member, models.Sell, s.createCode},
		{get, views.NewDiscountPath, member, models.Sell, s.newCode},
		{get, "/dashboard/codes/:slug", member, models.Sell, s.editCode},
		{post, "/dashboard/codes/:slug", member, models.Sell, s.updateCode},
		{post, "/dashboard/codes/:slug/stop", member, models.Sell, s.createCodeStop},
		{post, "/dashboard/codes/:slug/stop/removal", member, models.Sell, s.deleteCodeStop},
		{get, views.PostsPath, member, models.View, s.listPosts},
		{post, views.PostCountsPath, member, models.Sell, s.createCount},
		{get, "/dashboard/posts/:code", member, models.View, s.showPost},
		{post, "/dashboard/posts/:code", member, models.Sell, s.updatePost},
		{post, "/dashboard/posts/:code/posting", member, models.Sell, s.createPosting},
		{get, views.SalesPath, member, models.View, s.listSales},
		{get, views.SalesCSVPath, member, models.View, s.exportSales},
		{get, "/dashboard/sales/:slug", member, models.View, s.showSale},
		{post, "/dashboard/sales/:slug/shipment", member, models.Answer, s.createShipment},
		{post, "/dashboard/sales/:slug/shipment/removal", member, models.Answer, s.deleteShipment},
		{get, "/dashboard/sales/:slug/refunds/new", member, models.Refunds, s.newRefund},
		{post, "/dashboard/sales/:slug/refunds", member, models.Refunds, s.createRefund},
		{post, "/dashboard/sales/:slug/receipts", member, models.Answer, s.createReceipt},
		{post, "/dashboard/sales/:slug/downloads/removal", member, models.Answer, s.deleteDownloads},
		{get, "/dashboard/sales/:slug/slip", member, models.View, s.showSlip},
		{post, views.ShipmentsPath, member, models.Answer, s.createShipments},
		{post, "/dashboard/sales/:slug/warning/dismissal", member, models.Refunds, s.createWarningDismissal},
		{get, views.DisputesPath, member, models.View, s.listDisputes},
		{get, "/dashboard/disputes/:slug", member, models.View, s.showDispute},
		{get, "/dashboard/disputes/:slug/answer", member, models.Answer, s.newAnswer},
		{post, "/dashboard/disputes/:slug/answer", member, models.Answer, s.createAnswer},
		{get, "/dashboard/disputes/:slug/files/:file", member, models.View, s.showEvidenceFile},
		{get, "/dashboard/disputes/:slug/acceptance/new", member, models.Refunds, s.newAcceptance},
		{post, "/dashboard/disputes/:slug/acceptance", member, models.Refunds, s.createAcceptance},
		{get, views.PayoutsPath, member, models.View, s.showPayouts},
		{get, "/dashboard/payouts/:slug", member, models.View, s.showPayout},
		{get, "/dashboard/payouts/:slug/lines.csv", member, models.View, s.exportPayout},
		{post, views.StripeLoginPath, member, models.Bank, s.createStripeLogin},
		{get, views.SettingsPath, member, models.View, s.editSettings},
		{post, views.SettingsPath, member, models.Govern, s.updateSettings},
		{get, views.ShippingPath, member, models.View, s.editShipping},
		{post, views.ShippingPath, member, models.Govern, s.updateShipping},
		{post, views.PasswordChangePath, member, models.View, s.changePassword},
		{get, views.TeamPath, member, models.View, s.listTeam},
		{post, views.InvitationsPath, member, models.Staff, s.createInvitation},
		{post, "/dashboard/settings/team/invitations/:id/letters", member, models.Staff, s.createInvitationLetter},
		{post, "/dashboard/settings/team/invitations/:id/removal", member, models.Staff, s.deleteInvitation},
		{get, "/dashboard/settings/team/members/:id", member, models.Staff, s.showMember},
		{post, "/dashboard/settings/team/members/:id/role", member, models.Staff, s.updateMemberRole},
		{get, "/dashboard/settings/team/members/:id/removal/new", member, models.Staff, s.newMemberRemoval},
		{post, "/dashboard/settings/team/members/:id/removal", member, models.Staff, s.deleteMember},
		{get, views.NewLeavingPath, member, models.View, s.newLeaving},
		{post, views.LeavingPath, member, models.View, s.createLeaving},
		{post, views.CurrentShopPath, member, models.View, s.updateCurrentShop},
		{get, views.LetterChoicesPath, member, models.View, s.editLetterChoices},
		{post, views.LetterChoicesPath, member, models.View, s.updateLetterChoices},
		{get, views.ShopLettersPath, member, models.View, s.listShopLetters},

		{get, views.ReviewsPath, admin, "", s.listReviews},
		{get, "/admin/reviews/:id", admin, "", s.showReview},
		{get, "/admin/reviews/:id/preview", admin, "", s.previewReview},
		{post, "/admin/reviews/:id/decision", admin, "", s.createDecision},
		{get, views.AdminOffersPath, admin, "", s.listAllOffers},
		{get, "/admin/offers/:slug", admin, "", s.showAdminOffer},
		{post, "/admin/offers/:slug/takedown", admin, "", s.createTakedown},
		{get, views.AdminShopsPath, admin, "", s.listShops},
		{get, "/admin/shops/:handle", admin, "", s.showAdminShop},
		{post, "/admin/shops/:handle/standing", admin, "", s.updateStanding},
		{get, views.ReportsPath, admin, "", s.listReports},
		{get, "/admin/reports/:id", admin, "", s.showReport},
		{post, "/admin/reports/:id/decision", admin, "", s.decideReport},
		{get, views.EventsPath, admin, "", s.listEvents},
		{get, "/admin/events/:id", admin, "", s.showEvent},
		{post, "/admin/events/:id/retries", admin, "", s.retryEvent},
		{post, "/admin/events/:id/dismissal", admin, "", s.createDismissal},
		{get, views.LettersPath, admin, "", s.listLetters},
		{get, "/admin/letters/:id", admin, "", s.showLetter},
		{post, "/admin/letters/:id/retries", admin, "", s.retryLetter},
		{get, views.JobsPath, admin, "", s.listJobs},
		{post, "/admin/jobs/:id/retries", admin, "", s.retryJob},
		{get, views.DifferencesPath, admin, "", s.listDifferences},
		{post, views.DifferencesPath, admin, "", s.createReconciliation},
		{get, views.AuditPath, admin, "", s.listAudit},

		{post, "/webhooks/stripe", anyone, "", s.receiveAccountEvent},
		{post, "/webhooks/stripe/connect", anyone, "", s.receiveConnectEvent},
		{get, "/healthz", anyone, "", s.showHealth},
		{get, "/readyz", anyone, "", s.showReadiness},
		{get, "/metrics", anyone, "", s.showMetrics},
		{get, "/robots.txt", anyone, "", s.showRobots},
		{get, views.SitemapIndexPath, anyone, "", s.showSitemap},
		{get, "/sitemaps/:part", anyone, "", s.showSitemapPart},
		{get, "/favicon.ico", anyone, "", s.showFavicon},
	}
}
