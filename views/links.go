package views

import (
	"net/url"
	"strconv"
)

// The addresses of Tillbird, as typed functions: a renamed one does not compile. Slugs, codes and tokens come from us
// and hold letters and digits only; PathEscape keeps it so.

func esc(part string) string { return url.PathEscape(part) }

// Public addresses.
const (
	HomePath       = "/"
	OffersPath     = "/offers"
	OffersFeedPath = "/offers.atom"

	SitemapIndexPath = "/sitemap.xml"
	SignUpPath       = "/signup"
	LoginPath        = "/login"
	LogoutPath       = "/logout"
	PasswordPath     = "/password"
	PreferencesPath  = "/preferences"
	ConfirmationAsk  = "/email/confirmations"
	OrdersPath       = "/orders"
	TermsPath        = "/legal/terms"
	PrivacyPath      = "/legal/privacy"
	ImprintPath      = "/legal/imprint"
	AccessPath       = "/accessibility"
)

// Merchant addresses.
const (
	DashboardPath       = "/dashboard"
	NewShopPath         = "/dashboard/shop"
	OnboardingPath      = "/dashboard/onboarding"
	OnboardingLinkPath  = "/dashboard/onboarding/link"
	OnboardingBackPath  = "/dashboard/onboarding/return"
	OnboardingAgainPath = "/dashboard/onboarding/refresh"
	OnboardingCheckPath = "/dashboard/onboarding/check"
	StripeLoginPath     = "/dashboard/payouts/stripe"
	ShopOffersPath      = "/dashboard/offers"
	NewOfferPath        = "/dashboard/offers/new"
	PicturesPath        = "/dashboard/pictures"
	BrandPath           = "/dashboard/settings/brand"
	OffersCSVPath       = "/dashboard/offers.csv"
	ImportsPath         = "/dashboard/offers/imports"
	OfferCardsPath      = "/dashboard/cards"
	PostCountsPath      = "/dashboard/counts"
	PostsPath           = "/dashboard/posts"
	RepliesPath         = "/dashboard/replies"
	ReplyRowsPath       = "/dashboard/replies/rows"
	SalesPath           = "/dashboard/sales"
	SalesCSVPath        = "/dashboard/sales.csv"
	ShipmentsPath       = "/dashboard/shipments"
	PayoutsPath         = "/dashboard/payouts"
	DisputesPath        = "/dashboard/disputes"
	SettingsPath        = "/dashboard/settings"
	ShippingPath        = "/dashboard/settings/shipping"
	DiscountsPath       = "/dashboard/codes"
	NewDiscountPath     = "/dashboard/codes/new"
	PasswordChangePath  = "/dashboard/settings/password"
	TeamPath            = "/dashboard/settings/team"
	InvitationsPath     = "/dashboard/settings/team/invitations"
	LeavingPath         = "/dashboard/settings/team/leaving"
	NewLeavingPath      = "/dashboard/settings/team/leaving/new"
	LetterChoicesPath   = "/dashboard/settings/notifications"
	ShopLettersPath     = "/dashboard/settings/letters"
	CurrentShopPath     = "/dashboard/current-shop"
)

// Admin addresses.
const (
	ReviewsPath     = "/admin/reviews"
	AdminOffersPath = "/admin/offers"
	AdminShopsPath  = "/admin/shops"
	ReportsPath     = "/admin/reports"
	EventsPath      = "/admin/events"
	JobsPath        = "/admin/jobs"
	DifferencesPath = "/admin/differences"
	AuditPath       = "/admin/audit"
	LettersPath     = "/admin/letters"
)

// SitemapPath is a part of the list of pages for search engines.
func SitemapPath(part string) string { return "/sitemaps/" + esc(part) }

// ShopFeedPath is the feed of a shop's window.
func ShopFeedPath(handle string) string { return ShopPath(handle) + ".atom" }

// ImportPath is a file of offers that the merchant brings along.
func ImportPath(slug string) string { return ImportsPath + "/" + esc(slug) }

// ImportStartPath makes the drafts of the file.
func ImportStartPath(slug string) string { return ImportPath(slug) + "/drafts" }

// ImportRemovalPath takes them away again.
func ImportRemovalPath(slug string) string { return ImportPath(slug) + "/removal" }

// ShopPath is a shop's public page.
func ShopPath(handle string) string { return "/shops/" + esc(handle) }

// OfferPath is an offer's public page.
func OfferPath(slug string) string { return "/o/" + esc(slug) }

// CheckoutsPath takes the purchase of an offer.
func CheckoutsPath(slug string) string { return OfferPath(slug) + "/checkouts" }

// WaitsPath takes an address for an offer's waitlist, and says that it is there.
func WaitsPath(slug string) string { return OfferPath(slug) + "/waits" }

// RemindersPath takes addresses that want to be told when an offer begins.
func RemindersPath(slug string) string { return OfferPath(slug) + "/reminders" }

// ReminderPath is where the letter to such an address leads.
func ReminderPath(token string) string { return "/reminders/" + esc(token) }

// ReminderRemovalPath takes the address off the list.
func ReminderRemovalPath(token string) string { return ReminderPath(token) + "/removal" }

// WaitPath is where the letter of a waitlist leads.
func WaitPath(token string) string { return "/waits/" + esc(token) }

// WaitRemovalPath leaves a waitlist.
func WaitRemovalPath(token string) string { return WaitPath(token) + "/removal" }

// WaitlistPath lets an offer's waitlist take addresses.
func WaitlistPath(slug string) string { return ShopOfferPath(slug) + "/waitlist" }

// WaitlistRemovalPath lets it take no more.
func WaitlistRemovalPath(slug string) string { return WaitlistPath(slug) + "/removal" }

// OfferReportsPath takes a complaint about an offer; its form stands at OfferReportPath.
func OfferReportsPath(slug string) string { return OfferPath(slug) + "/reports" }

// OfferReportPath is the form for a complaint.
func OfferReportPath(slug string) string { return OfferPath(slug) + "/reports/new" }

// ShortLinkPath is a post's short link.
func ShortLinkPath(code string) string { return "/p/" + esc(code) }

// PicturePath is a picture by its digest; size is "full", "card" or "small".
func PicturePath(digest, size string) string { return "/pictures/" + esc(digest) + "/" + size + ".jpg" }

// OrderPath is a buyer's order by its secret.
func OrderPath(token string) string { return "/orders/" + esc(token) }

// OrderCancelPath lets a pending order go.
func OrderCancelPath(token string) string { return OrderPath(token) + "/cancellation" }

// OrderPayPath goes back to the open checkout of a pending order.
func OrderPayPath(token string) string { return OrderPath(token) + "/payment" }

// WithdrawalPath takes a withdrawal from an order's contract; its page stands at NewWithdrawalPath.
func WithdrawalPath(token string) string { return OrderPath(token) + "/withdrawal" }

// NewWithdrawalPath is where a buyer confirms a withdrawal.
func NewWithdrawalPath(token string) string { return WithdrawalPath(token) + "/new" }

// ConfirmationPath confirms an e-mail address.
func ConfirmationPath(secret string) string { return ConfirmationAsk + "/" + esc(secret) }

// PasswordResetPath sets a new password.
func PasswordResetPath(secret string) string { return "/password/resets/" + esc(secret) }

// ShopOfferPath is the merchant's page of an offer; the edit form, the preview, the review and the state hang below it.
func ShopOfferPath(slug string) string { return ShopOffersPath + "/" + esc(slug) }

// OfferEditPath is the designer of an offer.
func OfferEditPath(slug string) string { return ShopOfferPath(slug) + "/edit" }

// OfferPreviewPath shows an offer as fans will see it.
func OfferPreviewPath(slug string) string { return ShopOfferPath(slug) + "/preview" }

// OfferReviewPath is the check page before review (GET) and the sending (POST).
func OfferReviewPath(slug string) string { return ShopOfferPath(slug) + "/review" }

// CardPath is the picture of an offer's posts in one version; kind is "png" or "jpg".
func CardPath(slug, kind, version string) string {
	return OfferPath(slug) + "/card." + kind + "?v=" + url.QueryEscape(version)
}

// CardStudioPath is where the card is designed.
func CardStudioPath(slug string) string { return ShopOfferPath(slug) + "/card" }

// CardDraftPath is the card as the studio proposes it, by its query; kind is "png" or "jpg".
func CardDraftPath(slug, kind string) string { return ShopOfferPath(slug) + "/card." + kind }

// FormCardPath is the card of an offer as typed, by its query; kind is "png" or "jpg".
func FormCardPath(kind string) string { return OfferCardsPath + "/draft." + kind }

// PublicationPath takes an offer live.
func PublicationPath(slug string) string { return ShopOfferPath(slug) + "/publication" }

// PublicationRemovalPath pauses it.
func PublicationRemovalPath(slug string) string { return PublicationPath(slug) + "/removal" }

// EndingPath ends an offer.
func EndingPath(slug string) string { return ShopOfferPath(slug) + "/ending" }

// OfferPostsPath takes a new post of an offer.
func OfferPostsPath(slug string) string { return ShopOfferPath(slug) + "/posts" }

// NewPostPath is the composer.
func NewPostPath(slug string) string { return OfferPostsPath(slug) + "/new" }

// QRPath is the code of a post's link for print; kind is "png" or "svg".
func QRPath(code, kind string) string { return PostPath(code) + "/qr." + kind }

// PostPath is the merchant's page of a post.
func PostPath(code string) string { return PostsPath + "/" + esc(code) }

// ReplyPath is the merchant's page of a reply.
func ReplyPath(id string) string { return RepliesPath + "/" + esc(id) }

// ReplyAnswerPath takes an answer by hand to a reply.
func ReplyAnswerPath(id string) string { return ReplyPath(id) + "/answer" }

// ReplyMindingPath sets a reply aside; its removal takes it back.
func ReplyMindingPath(id string) string { return ReplyPath(id) + "/minding" }

// ReplySilencePath takes the author of a reply for a nuisance; its page stands at its new, its removal takes it back.
func ReplySilencePath(id string) string { return ReplyPath(id) + "/silence" }

// ReplyOrderPath is the unconfirmed order of a reply: its removal lets it go.
func ReplyOrderPath(id string) string { return ReplyPath(id) + "/order" }

// SimulationPath is where a reply to an offer is tried out.
func SimulationPath(slug string) string { return ShopOfferPath(slug) + "/simulation" }

// PostedPath notes that a post is out.
func PostedPath(code string) string { return PostPath(code) + "/posting" }

// FindingPath looks for a post among those of its account.
func FindingPath(code string) string { return PostPath(code) + "/finding" }

// PostPublicationPath lets an account publish a post, now or at a time.
func PostPublicationPath(code string) string { return PostPath(code) + "/publication" }

// PostPublicationRemovalPath takes a planned post back.
func PostPublicationRemovalPath(code string) string { return PostPublicationPath(code) + "/removal" }

// PostRemovalPath deletes a post; its page stands at NewPostRemovalPath.
func PostRemovalPath(code string) string { return PostPath(code) + "/removal" }

// NewPostRemovalPath asks whether a post is to be deleted.
func NewPostRemovalPath(code string) string { return PostRemovalPath(code) + "/new" }

// CopyPostPath is the composer with another post's text.
func CopyPostPath(slug, code string) string {
	return NewPostPath(slug) + "?from=" + url.QueryEscape(code)
}

// DropPath plans the three posts of an offer that starts at a time; its page stands at NewDropPath.
func DropPath(slug string) string { return ShopOfferPath(slug) + "/drop" }

// NewDropPath is the form for them.
func NewDropPath(slug string) string { return DropPath(slug) + "/new" }

// SalePath is the merchant's page of an order.
func SalePath(slug string) string { return SalesPath + "/" + esc(slug) }

// RefundsPath takes a refund of an order; its form stands at NewRefundPath.
func RefundsPath(slug string) string { return SalePath(slug) + "/refunds" }

// NewRefundPath is the form of a refund.
func NewRefundPath(slug string) string { return RefundsPath(slug) + "/new" }

// ShipmentPath marks an order as sent; ShipmentRemovalPath takes it back.
func ShipmentPath(slug string) string { return SalePath(slug) + "/shipment" }

// ShipmentRemovalPath takes back that an order was sent.
func ShipmentRemovalPath(slug string) string { return ShipmentPath(slug) + "/removal" }

// WarningDismissalPath lets an order's fraud warnings be.
func WarningDismissalPath(slug string) string { return SalePath(slug) + "/warning/dismissal" }

// FraudRefundPath is the form of a refund with the reason fraud chosen.
func FraudRefundPath(slug string) string { return NewRefundPath(slug) + "?reason=fraudulent" }

// DisputePath is the merchant's page of a dispute.
func DisputePath(slug string) string { return DisputesPath + "/" + esc(slug) }

// AnswerPath is the form of an answer (GET), and takes it (POST).
func AnswerPath(slug string) string { return DisputePath(slug) + "/answer" }

// AnswerFilesPath is the part of the form where its files are.
func AnswerFilesPath(slug string) string { return AnswerPath(slug) + "#files" }

// EvidenceFilePath gives a file of an answer.
func EvidenceFilePath(slug, id string) string { return DisputePath(slug) + "/files/" + esc(id) }

// AcceptancePath takes that a dispute is accepted; its page stands at NewAcceptancePath.
func AcceptancePath(slug string) string { return DisputePath(slug) + "/acceptance" }

// NewAcceptancePath asks once more before a dispute is accepted.
func NewAcceptancePath(slug string) string { return AcceptancePath(slug) + "/new" }

// SlipPath is the packing slip of an order, to print.
func SlipPath(slug string) string { return SalePath(slug) + "/slip" }

// PayoutPath is the merchant's page of a payout.
func PayoutPath(slug string) string { return PayoutsPath + "/" + esc(slug) }

// PayoutCSVPath is the file of what a payout consists of.
func PayoutCSVPath(slug string) string { return PayoutPath(slug) + "/lines.csv" }

// ReviewPath is one case of the admin's queue; ReviewDecisionPath takes the decision.
func ReviewPath(id string) string { return ReviewsPath + "/" + esc(id) }

// ReviewDecisionPath takes an admin's decision.
func ReviewDecisionPath(id string) string { return ReviewPath(id) + "/decision" }

// ReviewPreviewPath shows the offer of a case as fans will see it.
func ReviewPreviewPath(id string) string { return ReviewPath(id) + "/preview" }

// ReportPath is one report; ReportDecisionPath takes the decision.
func ReportPath(id string) string { return ReportsPath + "/" + esc(id) }

// ReportDecisionPath takes an admin's decision on a report.
func ReportDecisionPath(id string) string { return ReportPath(id) + "/decision" }

// StandingPath warns, suspends or restores a shop.
func StandingPath(handle string) string { return AdminShopsPath + "/" + esc(handle) + "/standing" }

// AdminShopPath is the admin's page of a shop.
func AdminShopPath(handle string) string { return AdminShopsPath + "/" + esc(handle) }

// AdminOfferPath is the admin's page of an offer.
func AdminOfferPath(slug string) string { return AdminOffersPath + "/" + esc(slug) }

// TakedownPath takes an offer down.
func TakedownPath(slug string) string { return AdminOfferPath(slug) + "/takedown" }

// EventPath is one event.
func EventPath(id string) string { return EventsPath + "/" + esc(id) }

// EventDismissalPath lets a failed event be.
func EventDismissalPath(id string) string { return EventPath(id) + "/dismissal" }

// EventRetryPath lets a failed event be tried again.
func EventRetryPath(id string) string { return EventPath(id) + "/retries" }

// LetterPath is the admin's page of a letter.
func LetterPath(id string) string { return LettersPath + "/" + esc(id) }

// LetterRetryPath sends a letter that waits or failed now.
func LetterRetryPath(id string) string { return LetterPath(id) + "/retries" }

// InvitationPath is where somebody who was asked to join a shop answers.
func InvitationPath(secret string) string { return "/invitations/" + esc(secret) }

// InvitationLoginPath signs somebody in who then answers the invitation.
func InvitationLoginPath(secret string) string {
	return LoginPath + "?to=" + url.QueryEscape(InvitationPath(secret))
}

// UnsubscribePath is where a recipient says no to letters of a kind; UnsubscribeRemovalPath takes it back.
func UnsubscribePath(token string) string { return "/unsubscriptions/" + esc(token) }

// UnsubscribeRemovalPath takes the letters up again.
func UnsubscribeRemovalPath(token string) string { return UnsubscribePath(token) + "/removal" }

// MemberPath is the page of a member of the team.
func MemberPath(id string) string { return TeamPath + "/members/" + esc(id) }

// MemberRolePath gives a member another role.
func MemberRolePath(id string) string { return MemberPath(id) + "/role" }

// MemberRemovalPath ends a member's access; NewMemberRemovalPath asks first.
func MemberRemovalPath(id string) string { return MemberPath(id) + "/removal" }

// NewMemberRemovalPath asks whether a member is to be removed.
func NewMemberRemovalPath(id string) string { return MemberRemovalPath(id) + "/new" }

// InvitationLettersPath sends an invitation again.
func InvitationLettersPath(id string) string { return InvitationsPath + "/" + esc(id) + "/letters" }

// InvitationRemovalPath takes an invitation back.
func InvitationRemovalPath(id string) string { return InvitationsPath + "/" + esc(id) + "/removal" }

// ReceiptsPath sends the receipt of an order once more.
func ReceiptsPath(slug string) string { return SalePath(slug) + "/receipts" }

// JobRetryPath lets a failed job be tried now.
func JobRetryPath(id int64) string { return JobsPath + "/" + strconv.FormatInt(id, 10) + "/retries" }

// DiscountPath is a discount code's own page; it is stopped at DiscountStopPath, and resumed at DiscountResumePath.
func DiscountPath(slug string) string { return DiscountsPath + "/" + esc(slug) }

// DiscountStopPath stops a code.
func DiscountStopPath(slug string) string { return DiscountPath(slug) + "/stop" }

// DiscountResumePath takes the stop of a code back.
func DiscountResumePath(slug string) string { return DiscountPath(slug) + "/stop/removal" }

// DiscountSalesPath lists the sales with a code.
func DiscountSalesPath(code string) string { return SalesPath + "?q=" + url.QueryEscape(code) }
