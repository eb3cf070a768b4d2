package views

import (
	"strconv"
	"time"

	"github.com/tillbird/tillbird/models"
)

// The addresses of syncing a card and of the wallet.
const (
	SyncPath          = "/sync"
	SyncXPath         = "/sync/x"
	SyncBackPath      = "/sync/x/callback"
	ConsentPath       = "/sync/consent"
	WalletPath        = "/wallet"
	WalletCapsPath    = "/wallet/caps"
	WalletCardsPath   = "/wallet/cards"
	WalletEmailPath   = "/wallet/email"
	WalletDataPath    = "/wallet/data.json"
	WalletLeavePath   = "/wallet/leaving"
	WalletStopPath    = "/wallet/stop"
	NewWalletStopPath = "/wallet/stop/new"
	WalletRemovalPath = "/wallet/removal"
	NewRemovalPath    = "/wallet/removal/new"
)

// FanEmailPath confirms the address of a wallet.
func FanEmailPath(secret string) string { return WalletEmailPath + "/" + esc(secret) }

// CardChoicePath makes a card the usual one.
func CardChoicePath(id string) string { return WalletCardsPath + "/" + esc(id) + "/choice" }

// CardRemovalPath lets a card go.
func CardRemovalPath(id string) string { return WalletCardsPath + "/" + esc(id) + "/removal" }

// FanConfirmationPath takes a fan's word for an order; below it, /removal lets the order go.
func FanConfirmationPath(order string) string { return "/wallet/confirmations/" + esc(order) }

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
