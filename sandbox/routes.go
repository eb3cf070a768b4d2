package sandbox

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// endpoints is the whole API of the sandbox.
var endpoints = []endpoint{
	{"GET", "/v1/account", getAccount},
	{"GET", "/v1/accounts", listAccounts},
	{"POST", "/v1/accounts", createAccount},
	{"GET", "/v1/accounts/{account}", getAccount},
	{"POST", "/v1/accounts/{account}", updateAccount},
	{"DELETE", "/v1/accounts/{account}", deleteAccount},
	{"POST", "/v1/accounts/{account}/reject", rejectAccount},
	{"GET", "/v1/accounts/{account}/capabilities", listCapabilities},
	{"GET", "/v1/accounts/{account}/capabilities/{capability}", getCapability},
	{"POST", "/v1/accounts/{account}/capabilities/{capability}", updateCapability},
	{"GET", "/v1/accounts/{account}/external_accounts", listExternalAccounts},
	{"POST", "/v1/accounts/{account}/login_links", createLoginLink},
	{"POST", "/v1/account_links", createAccountLink},

	{"GET", "/v1/customers", listCustomers},
	{"POST", "/v1/customers", createCustomer},
	{"GET", "/v1/customers/{customer}", getCustomer},
	{"POST", "/v1/customers/{customer}", updateCustomer},
	{"DELETE", "/v1/customers/{customer}", deleteCustomer},
	{"GET", "/v1/customers/{customer}/payment_methods", listCustomerPaymentMethods},
	{"GET", "/v1/payment_methods/{payment_method}", getPaymentMethod},
	{"POST", "/v1/payment_methods/{payment_method}", updatePaymentMethod},
	{"POST", "/v1/payment_methods/{payment_method}/detach", detachPaymentMethod},

	{"GET", "/v1/checkout/sessions", listSessions},
	{"POST", "/v1/checkout/sessions", createSession},
	{"GET", "/v1/checkout/sessions/{session}", getSession},
	{"POST", "/v1/checkout/sessions/{session}/expire", expireSession},
	{"GET", "/v1/checkout/sessions/{session}/line_items", listSessionLines},

	{"GET", "/v1/coupons", listCoupons},
	{"POST", "/v1/coupons", createCoupon},
	{"GET", "/v1/coupons/{coupon}", getCoupon},
	{"DELETE", "/v1/coupons/{coupon}", deleteCoupon},

	{"GET", "/v1/payment_intents", listPaymentIntents},
	{"POST", "/v1/payment_intents", createPaymentIntent},
	{"GET", "/v1/payment_intents/{intent}", getPaymentIntent},
	{"POST", "/v1/payment_intents/{intent}", updatePaymentIntent},
	{"POST", "/v1/payment_intents/{intent}/confirm", confirmPaymentIntent},
	{"POST", "/v1/payment_intents/{intent}/cancel", cancelPaymentIntent},
	{"GET", "/v1/setup_intents", listSetupIntents},
	{"GET", "/v1/setup_intents/{intent}", getSetupIntent},

	{"GET", "/v1/charges", listCharges},
	{"GET", "/v1/charges/{charge}", getCharge},
	{"GET", "/v1/refunds", listRefunds},
	{"POST", "/v1/refunds", createRefund},
	{"GET", "/v1/refunds/{refund}", getRefund},
	{"GET", "/v1/disputes", listDisputes},
	{"GET", "/v1/disputes/{dispute}", getDispute},
	{"POST", "/v1/disputes/{dispute}", updateDispute},
	{"POST", "/v1/disputes/{dispute}/close", closeDispute},
	{"GET", "/v1/files", listFiles},
	{"POST", "/v1/files", createFile},
	{"GET", "/v1/files/{file}", getFile},
	{"GET", "/v1/radar/early_fraud_warnings", listWarnings},
	{"GET", "/v1/radar/early_fraud_warnings/{early_fraud_warning}", getWarning},
	{"GET", "/v1/reviews", listReviews},
	{"GET", "/v1/reviews/{review}", getReview},
	{"POST", "/v1/reviews/{review}/approve", approveReview},

	{"GET", "/v1/transfers", listTransfers},
	{"POST", "/v1/transfers", createTransfer},
	{"GET", "/v1/transfers/{transfer}", getTransfer},
	{"GET", "/v1/transfers/{id}/reversals", listReversals},
	{"POST", "/v1/transfers/{id}/reversals", createReversal},
	{"GET", "/v1/application_fees", listApplicationFees},
	{"GET", "/v1/application_fees/{id}", getApplicationFee},
	{"GET", "/v1/application_fees/{id}/refunds", listFeeRefunds},
	{"POST", "/v1/application_fees/{id}/refunds", createFeeRefund},
	{"GET", "/v1/balance", getBalance},
	{"GET", "/v1/balance_transactions", listBalanceTransactions},
	{"GET", "/v1/balance_transactions/{id}", getBalanceTransaction},
	{"GET", "/v1/payouts", listPayouts},
	{"POST", "/v1/payouts", createPayout},
	{"GET", "/v1/payouts/{payout}", getPayout},
	{"POST", "/v1/payouts/{payout}/cancel", cancelPayoutByRequest},

	{"GET", "/v1/events", listEvents},
	{"GET", "/v1/events/{id}", getEvent},
	{"GET", "/v1/webhook_endpoints", listWebhookEndpoints},
	{"POST", "/v1/webhook_endpoints", createWebhookEndpoint},
	{"GET", "/v1/webhook_endpoints/{webhook_endpoint}", getWebhookEndpoint},
	{"POST", "/v1/webhook_endpoints/{webhook_endpoint}", updateWebhookEndpoint},
	{"DELETE", "/v1/webhook_endpoints/{webhook_endpoint}", deleteWebhookEndpoint},
}

// Handler serves the API, the hosted pages, the operator's page and the mail page, on loopback names alone.
func (sb *Sandbox) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, e := range endpoints {
		mux.HandleFunc(e.method+" "+e.path, sb.serveEndpoint(e))
	}
	mux.HandleFunc("GET /v1/files/{file}/contents", sb.showContents)
	mux.HandleFunc("/v1/", sb.unrecognized)

	mux.HandleFunc("GET /c/pay/{session}", sb.showPay)
	mux.HandleFunc("POST /c/pay/{session}", sb.createPayment)
	mux.HandleFunc("GET /3ds/{intent}", sb.showCheck)
	mux.HandleFunc("POST /3ds/{intent}", sb.createCheckAnswer)
	mux.HandleFunc("GET /setup/{token}", sb.openSetup)
	mux.HandleFunc("GET /onboarding/{visit}", sb.showOnboarding)
	mux.HandleFunc("POST /onboarding/{visit}", sb.updateOnboarding)
	mux.HandleFunc("GET /express/{token}", sb.openExpress)
	mux.HandleFunc("GET /express/visits/{visit}", sb.showExpress)

	mux.HandleFunc("GET /{$}", sb.showOperator)
	mux.HandleFunc("GET /events/{id}", sb.showEvent)
	mux.HandleFunc("POST /events/{id}/deliveries", sb.createDeliveries)
	mux.HandleFunc("POST /switches", sb.updateSwitches)
	mux.HandleFunc("POST /clock", sb.updateClock)
	mux.HandleFunc("POST /faults", sb.updateFaults)
	mux.HandleFunc("POST /held", sb.settleHeld)
	mux.HandleFunc("POST /verification", sb.updateVerification)
	mux.HandleFunc("POST /accounts/{account}/requirements", sb.createRequirement)
	mux.HandleFunc("POST /accounts/{account}/rejection", sb.createRejection)
	mux.HandleFunc("POST /accounts/{account}/deauthorization", sb.createDeauthorization)
	mux.HandleFunc("POST /payouts/{payout}/outcome", sb.updatePayoutOutcome)
	mux.HandleFunc("POST /warnings", sb.createWarning)
	mux.HandleFunc("POST /reviews", sb.createReview)
	mux.HandleFunc("POST /disputes", sb.createDispute)
	mux.HandleFunc("POST /disputes/{dispute}/outcome", sb.updateOutcome)
	mux.HandleFunc("GET /ledger.json", sb.showLedger)
	mux.HandleFunc("GET /mail", sb.listMails)
	mux.HandleFunc("GET /mail/{id}", sb.showMail)
	mux.HandleFunc("GET /mail/{id}/html", sb.showMailHTML)
	mux.HandleFunc("GET /mail/{id}/source", sb.showMailSource)
	mux.HandleFunc("GET /style.css", sb.showStyle)
	mux.HandleFunc("/", sb.notFound)
	return loopbackOnly(http.NewCrossOriginProtection().Handler(mux))
}

func (sb *Sandbox) unrecognized(w http.ResponseWriter, r *http.Request) {
	id := "req_" + random(14)
	w.Header().Set("Request-Id", id)
	answerFailure(w, &failure{
		status: http.StatusNotFound, kind: "invalid_request_error",
		message: fmt.Sprintf("Unrecognized request URL (%s: %s). The sandbox does not simulate it.", r.Method, r.URL.Path),
	}, id)
}

// loopbackOnly refuses names under which a page of somewhere else could have this address resolved (DNS rebinding).
func loopbackOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isLoopback(r.Host) {
			http.Error(w, "The sandbox answers on loopback names alone, such as localhost.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if host == "localhost" {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}
