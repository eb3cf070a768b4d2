package views

import (
	"strconv"
	"strings"
	"time"

	"github.com/tillbird/tillbird/models"
)

// The addresses of syncing a card and of the wallet.
const (
	SyncPath          = "/sync"
	ConsentPath       = "/sync/consent"
	WalletPath        = "/wallet"
	WalletCapsPath    = "/wallet/caps"
	NewAccountPath    = "/wallet/accounts/new"
	WalletAddressPath = "/wallet/address"
	WalletAnswersPath = "/wallet/answers"
	WalletHistoryPath = "/wallet/history"
	WalletCardsPath   = "/wallet/cards"
	WalletEmailPath   = "/wallet/email"
	WalletDataPath    = "/wallet/data.json"
	WalletLeavePath   = "/wallet/leaving"
	WalletStopPath    = "/wallet/stop"
	NewWalletStopPath = "/wallet/stop/new"
	WalletRemovalPath = "/wallet/removal"
	NewRemovalPath    = "/wallet/removal/new"
)

// SyncWithPath takes the beginning of a fan's sign-in with a network.
func SyncWithPath(network string) string { return SyncPath + "/" + esc(network) }

// SyncBackPath is where a network sends fans back to.
func SyncBackPath(network string) string { return SyncWithPath(network) + "/callback" }

// SyncLeavingPath leads on to a server that the fan named.
func SyncLeavingPath(network string) string { return SyncWithPath(network) + "/leaving" }

// FanEmailPath confirms the address of a wallet.
func FanEmailPath(secret string) string { return WalletEmailPath + "/" + esc(secret) }

// CardChoicePath makes a card the usual one.
func CardChoicePath(id string) string { return WalletCardsPath + "/" + esc(id) + "/choice" }

// CardRemovalPath lets a card go.
func CardRemovalPath(id string) string { return WalletCardsPath + "/" + esc(id) + "/removal" }

// AccountRemovalPath forgets an account of a wallet.
func AccountRemovalPath(id string) string { return "/wallet/accounts/" + esc(id) + "/removal" }

// FanConfirmationPath takes a fan's word for an order; below it, /removal lets the order go.
func FanConfirmationPath(order string) string { return "/wallet/confirmations/" + esc(order) }

// Sync is what a fan may sign in with, and what was typed.
type Sync struct {
	Networks       []string // in the order of the page
	Server, Handle string
	Adding         bool // to a wallet that is there
	Errors         FieldErrors
}

// Consent is the page on which a fan agrees.
type Consent struct {
	Form    models.FanForm
	Handle  string
	Stopped bool // agreed before, and stopped
	Cooling time.Duration
	Errors  FieldErrors
}

// Wallet is what a fan agreed to.
type Wallet struct {
	Fan      *models.Fan
	Form     models.FanForm
	Handle   string
	Cards    []models.FanCard
	Profiles []models.FanProfile
	Orders   []models.FanOrder
	Silent   []models.Silence // accounts that said STOP
	Now      time.Time
	Errors   FieldErrors
}

// asked are the orders that wait for the fan's word.
func (w Wallet) asked() (open []models.FanOrder) {
	for _, order := range w.Orders {
		if order.State == "asked" && w.Now.Before(order.Until) {
			open = append(open, order)
		}
	}
	return open
}

// ended are the others.
func (w Wallet) ended() (rest []models.FanOrder) {
	for _, order := range w.Orders {
		if order.State != "asked" || !w.Now.Before(order.Until) {
			rest = append(rest, order)
		}
	}
	return rest
}

// becameOf is what became of an order by reply, as a word that the wallet has a sentence for.
func becameOf(o models.FanOrder) string {
	switch {
	case o.Order.Payment == "refunded" || o.Order.Payment == "partly_refunded":
		return "refunded"
	case o.Order.WasPaid():
		return "paid"
	case o.State == "linked" && o.Order.Payment == "pending":
		return "linked"
	case o.State == "confirmed":
		return "confirmed"
	case o.State == "cancelled":
		return "cancelled"
	}
	return "expired"
}

func cardEnd(c models.FanCard) string {
	month := strconv.FormatInt(c.ExpMonth, 10)
	if c.ExpMonth < 10 {
		month = "0" + month
	}
	return month + "/" + strconv.FormatInt(c.ExpYear, 10)
}

// consentText says in a sentence what a fan did.
func consentText(p Page, c models.FanConsent) string {
	switch c.Kind {
	case "given", "caps":
		order, day := c.Caps()
		return p.T("wallet.history."+c.Kind, "Version", c.Text, "Order", p.W.Money(order), "Day", p.W.Money(day))
	case "card_kept", "card_removed":
		return p.T("wallet.history."+c.Kind, "Card", CardText(c.Detail))
	case "account_added", "account_removed", "renamed":
		return p.T("wallet.history."+c.Kind, "Network", p.T("post.network."+c.Told("network")), "Handle", "@"+c.Handle, "Before", "@"+c.Told("before"), "Which", "@"+c.Told("handle"))
	}
	return p.T("wallet.history." + c.Kind)
}

// consentMeta is when, as whom and from where it was done.
func consentMeta(p Page, c models.FanConsent) string {
	parts := []string{p.W.DateTime(c.CreatedAt) + " UTC"}
	if c.Handle != "" {
		parts = append(parts, "@"+c.Handle)
	}
	if c.Client != "" {
		parts = append(parts, c.Client)
	}
	return strings.Join(parts, " · ")
}
