package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// failure is an answer in Stripe's error envelope.
type failure struct {
	status   int
	kind     string // type: invalid_request_error, card_error, idempotency_error, api_error
	code     string
	decline  string
	message  string
	param    string
	charge   string
	intent   object
	setup    object
	method   object
	commits  bool // what was written stays, as with a declined card
	volatile bool // a refused parameter: not stored under the idempotency key
}

func (f *failure) Error() string { return f.message }

func (f *failure) body(requestID string) object {
	e := object{"type": f.kind, "message": f.message}
	for key, value := range map[string]string{"code": f.code, "decline_code": f.decline, "param": f.param, "charge": f.charge} {
		if value != "" {
			e[key] = value
		}
	}
	if f.code != "" {
		e["doc_url"] = "https://stripe.com/docs/error-codes/" + strings.ReplaceAll(f.code, "_", "-")
	}
	if f.intent != nil {
		e["payment_intent"] = f.intent
	}
	if f.setup != nil {
		e["setup_intent"] = f.setup
	}
	if f.method != nil {
		e["payment_method"] = f.method
	}
	e["request_log_url"] = "https://dashboard.stripe.com/test/logs/" + requestID
	return object{"error": e}
}

// wrong refuses one parameter.
func wrong(param, code, format string, args ...any) *failure {
	return &failure{status: http.StatusBadRequest, kind: "invalid_request_error", code: code, param: param, message: fmt.Sprintf(format, args...), volatile: true}
}

// conflicting refuses a request that is well formed but not possible in the present state.
func conflicting(param, code, format string, args ...any) *failure {
	return &failure{status: http.StatusBadRequest, kind: "invalid_request_error", code: code, param: param, message: fmt.Sprintf(format, args...)}
}

// missing says that an object named in the path is not there.
func missing(noun, id string) *failure {
	return &failure{status: http.StatusNotFound, kind: "invalid_request_error", code: "resource_missing", param: "id", message: fmt.Sprintf("No such %s: '%s'", noun, id), volatile: true}
}

// unknown says that an object named in a parameter is not there.
func unknown(param, noun, id string) *failure {
	return wrong(param, "resource_missing", "No such %s: '%s'", noun, id)
}

// asFailure turns any error into an answer; what is not a failure is our own fault.
func asFailure(err error) *failure {
	var f *failure
	if errors.As(err, &f) {
		return f
	}
	return &failure{status: http.StatusInternalServerError, kind: "api_error", message: "Sorry, the sandbox could not do this. Its log says why."}
}
