package sandbox

import (
	"strconv"
	"strings"
	"time"
)

// testCard is a card number of Stripe's test mode and what becomes of it.
type testCard struct {
	Number string
	Label  string // a key of the words of the hosted pages
	Brand  string
	Group  string // where the pay page offers it: pay, decline, secure, later

	refusal refusal // what the bank says
	ask     string  // 3-D Secure: "always", or "new" unless the card was set up
	saves   bool    // may be saved although it is refused when charged
	refund  string  // "pending": refunds settle later, "fails": refunds come back
	dispute string  // what the payment draws: the reason of a dispute, or inquiry, early_fraud_warning, review
}

// refusal is why a bank declines.
type refusal struct{ code, decline, message string }

var (
	declined          = refusal{"card_declined", "generic_decline", "Your card was declined."}
	noFunds           = refusal{"card_declined", "insufficient_funds", "Your card has insufficient funds."}
	needsCheck        = refusal{"authentication_required", "authentication_required", "Your card was declined. This transaction requires authentication."}
	checkFailed       = refusal{"payment_intent_authentication_failure", "", "We are unable to authenticate your payment method. Please choose a different payment method and try again."}
	setupCheckFailed  = refusal{"setup_intent_authentication_failure", "", "We are unable to authenticate your payment method. Please choose a different payment method and try again."}
	testCards         = cardTable()
	methodsOfTestMode = map[string]string{
		"pm_card_visa": "4242424242424242", "pm_card_mastercard": "5555555555554444", "pm_card_amex": "378282246310005",
		"pm_card_chargeDeclined": "4000000000000002", "pm_card_visa_chargeDeclined": "4000000000000002",
		"pm_card_chargeDeclinedInsufficientFunds": "4000000000009995", "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
		"pm_card_chargeDeclinedLostCard": "4000000000009987", "pm_card_visa_chargeDeclinedLostCard": "4000000000009987",
		"pm_card_chargeDeclinedStolenCard": "4000000000009979", "pm_card_visa_chargeDeclinedStolenCard": "4000000000009979",
		"pm_card_chargeDeclinedExpiredCard": "4000000000000069", "pm_card_visa_chargeDeclinedExpiredCard": "4000000000000069",
		"pm_card_chargeDeclinedIncorrectCvc": "4000000000000127", "pm_card_visa_chargeDeclinedIncorrectCvc": "4000000000000127",
		"pm_card_chargeDeclinedProcessingError": "4000000000000119", "pm_card_visa_chargeDeclinedProcessingError": "4000000000000119",
		"pm_card_chargeCustomerFail": "4000000000000341", "pm_card_visa_chargeCustomerFail": "4000000000000341",
		"pm_card_authenticationRequired": "4000002760003184", "pm_card_authenticationRequiredOnSetup": "4000002500003155",
		"pm_card_authenticationRequiredChargeDeclinedInsufficientFunds": "4000008260003178",
		"pm_card_createDispute": "4000000000000259", "pm_card_createDisputeProductNotReceived": "4000000000002685",
		"pm_card_createDisputeInquiry": "4000000000001976", "pm_card_pendingRefund": "4000000000007726", "pm_card_refundFail": "4000000000005126",
	}
)

func cardTable() map[string]testCard {
	table := map[string]testCard{}
	for _, card := range cardList {
		if card.Brand == "" {
			card.Brand = "visa"
		}
		table[card.Number] = card
	}
	return table
}

var cardList = []testCard{
	{Number: "4242424242424242", Label: "pays", Group: "pay"},
	{Number: "5555555555554444", Label: "pays_mastercard", Brand: "mastercard", Group: "pay"},
	{Number: "378282246310005", Label: "pays_amex", Brand: "amex", Group: "pay"},
	{Number: "4000002500003155", Label: "secure_new", Group: "secure", ask: "new"},
	{Number: "4000002760003184", Label: "secure_always", Group: "secure", ask: "always"},
	{Number: "4000008260003178", Label: "secure_poor", Group: "secure", ask: "always", refusal: noFunds},
	{Number: "4000000000000002", Label: "declined", Group: "decline", refusal: declined},
	{Number: "4000000000009995", Label: "poor", Group: "decline", refusal: noFunds},
	{Number: "4000000000009987", Label: "lost", Group: "decline", refusal: refusal{"card_declined", "lost_card", "Your card was declined."}},
	{Number: "4000000000009979", Label: "stolen", Group: "decline", refusal: refusal{"card_declined", "stolen_card", "Your card was declined."}},
	{Number: "4000000000000069", Label: "expired", Group: "decline", refusal: refusal{"expired_card", "expired_card", "Your card has expired."}},
	{Number: "4000000000000127", Label: "cvc", Group: "decline", refusal: refusal{"incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect."}},
	{Number: "4000000000000119", Label: "processing", Group: "decline", refusal: refusal{"processing_error", "processing_error", "An error occurred while processing your card. Try again in a little bit."}},
	{Number: "4000000000000341", Label: "saves", Group: "decline", refusal: declined, saves: true},
	{Number: "4000000000007726", Label: "refund_pending", Group: "later", refund: "pending"},
	{Number: "4000000000005126", Label: "refund_fails", Group: "later", refund: "fails"},
	{Number: "4000000000000259", Label: "dispute_fraud", Group: "later", dispute: "fraudulent"},
	{Number: "4000000000002685", Label: "dispute_not_received", Group: "later", dispute: "product_not_received"},
	{Number: "4000000000001976", Label: "inquiry", Group: "later", dispute: "inquiry"},
	{Number: "4000000000005423", Label: "warning", Group: "later", dispute: "early_fraud_warning"},
	{Number: "4000000000009235", Label: "review", Group: "later", dispute: "review"},
}

// typedCard is what a person typed into the pay form, read out loud.
type typedCard struct {
	number      string
	month, year int64
	cvc         string
	holder      string // whose card it is; "" where nobody was named
}

// readCard checks the typed card; the second result names the words of a problem by field.
func readCard(number, expiry, cvc string, now time.Time) (typedCard, map[string]string) {
	problems := map[string]string{}
	card := typedCard{number: digits(number), cvc: digits(cvc)}
	switch {
	case card.number == "":
		problems["number"] = "problem.required"
	case len(card.number) < 13 || !passesLuhn(card.number):
		problems["number"] = "problem.number"
	default:
		if _, known := testCards[card.number]; !known {
			problems["number"] = "problem.test_card"
		}
	}
	expiryDigits := digits(expiry)
	if len(expiryDigits) == 3 {
		expiryDigits = "0" + expiryDigits
	}
	if len(expiryDigits) == 6 && expiryDigits[2:4] == "20" {
		expiryDigits = expiryDigits[:2] + expiryDigits[4:]
	}
	switch {
	case strings.TrimSpace(expiry) == "":
		problems["expiry"] = "problem.required"
	case len(expiryDigits) != 4:
		problems["expiry"] = "problem.expiry"
	default:
		card.month, _ = strconv.ParseInt(expiryDigits[:2], 10, 64)
		card.year, _ = strconv.ParseInt("20"+expiryDigits[2:], 10, 64)
		if card.month < 1 || card.month > 12 {
			problems["expiry"] = "problem.expiry"
		} else if !time.Date(int(card.year), time.Month(card.month)+1, 1, 0, 0, 0, 0, time.UTC).After(now) {
			problems["expiry"] = "problem.past"
		}
	}
	length := 3
	if testCards[card.number].Brand == "amex" {
		length = 4
	}
	switch {
	case strings.TrimSpace(cvc) == "":
		problems["cvc"] = "problem.required"
	case len(card.cvc) != length:
		problems["cvc"] = "problem.cvc"
	}
	return card, problems
}

func digits(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
}

func passesLuhn(number string) bool {
	sum := 0
	for i := range len(number) {
		digit := int(number[len(number)-1-i] - '0')
		if i%2 == 1 {
			if digit *= 2; digit > 9 {
				digit -= 9
			}
		}
		sum += digit
	}
	return sum%10 == 0
}
