package sandbox

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// apiVersion is the one version of Stripe's API that the sandbox speaks.
const apiVersion = "2023-10-16"

// endpoint is one operation of the API.
type endpoint struct {
	method string
	path   string
	do     func(*call) (object, error)
}

// serveEndpoint answers one operation: who asks, for which account, with which parameters, and was it asked before.
func (sb *Sandbox) serveEndpoint(e endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id := "req_" + random(14)
		w.Header().Set("Request-Id", id)
		w.Header().Set("Stripe-Version", apiVersion)
		asked, fail := sb.admit(r)
		if fail != nil {
			answerFailure(w, fail, id)
			return
		}
		if parameters := parametersOf()[e.method+" "+e.path]; parameters != nil {
			params, fail := parameters.read(asked.form, "")
			if fail != nil {
				answerFailure(w, fail, id)
				return
			}
			asked.params = params.(object)
		}
		fault := sb.nextFault()
		if fail := fault.answer(); fail != nil {
			answerFailure(w, fail, id)
			return
		}
		status, body, origin := sb.perform(r, e, asked, id)
		switch fault {
		case "silence":
			// The work is done and nobody hears of it: the case in which only looking it up helps.
			select {
			case <-r.Context().Done():
			case <-sb.quit:
			}
			panic(http.ErrAbortHandler)
		case "cut":
			// Half an answer: of a connection that ends without a word Go's own client makes nothing, and sends again.
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
			answer(w, status, body[:len(body)/2])
			if half, can := w.(http.Flusher); can {
				half.Flush()
			}
			panic(http.ErrAbortHandler)
		}
		if origin != "" {
			w.Header().Set("Idempotent-Replayed", "true")
			w.Header().Set("Original-Request", origin)
		}
		if key := asked.key; key != "" {
			w.Header().Set("Idempotency-Key", key)
		}
		answer(w, status, body)
	}
}

// asking is what a request says about itself.
type asking struct {
	account string
	key     string
	at      int64 // Sandbox-Time, 0 for now
	form    *field
	params  object
	upload  *upload
	request string // what an idempotency key is bound to
}

func (sb *Sandbox) admit(r *http.Request) (*asking, *failure) {
	if fail := sb.checkKey(r); fail != nil {
		return nil, fail
	}
	if version := r.Header.Get("Stripe-Version"); version != "" && version != apiVersion {
		return nil, wrong("", "", "Invalid Stripe API version: %s. The sandbox speaks %s.", version, apiVersion)
	}
	asked := &asking{account: r.Header.Get("Stripe-Account"), key: r.Header.Get("Idempotency-Key"), params: object{}}
	if len(asked.key) > 255 {
		return nil, wrong("", "", "Idempotency keys can be up to 255 characters long.")
	}
	if text := r.Header.Get("Sandbox-Time"); text != "" {
		at, err := strconv.ParseInt(text, 10, 64)
		if err != nil || at <= 0 {
			return nil, wrong("", "", "The header Sandbox-Time must be a time in Unix seconds, not %s.", text)
		}
		asked.at = at
	}
	values := r.URL.Query()
	if r.Method == http.MethodPost {
		body, file, fail := bodyOf(r)
		if fail != nil {
			return nil, fail
		}
		asked.upload = file
		for name, list := range body {
			values[name] = append(values[name], list...)
		}
	}
	asked.form = decodeForm(values)
	asked.request = r.Method + " " + r.URL.Path + " " + values.Encode()
	return asked, nil
}

func (sb *Sandbox) checkKey(r *http.Request) *failure {
	key, _, basic := r.BasicAuth()
	if !basic {
		key = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	}
	switch {
	case key == "":
		return &failure{status: http.StatusUnauthorized, kind: "invalid_request_error", message: "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."}
	case key != sb.secretKey:
		shown := key
		if len(shown) > 12 {
			shown = shown[:8] + strings.Repeat("*", 8) + shown[len(shown)-4:]
		}
		return &failure{status: http.StatusUnauthorized, kind: "invalid_request_error", message: "Invalid API Key provided: " + shown}
	}
	return nil
}

// perform does the operation, or replays what its idempotency key did before; origin is the Request-Id of that first time.
func (sb *Sandbox) perform(r *http.Request, e endpoint, asked *asking, id string) (status int, body []byte, origin string) {
	work := func(c *call) (object, error) {
		c.account, c.request, c.key, c.params, c.upload, c.path = asked.account, id, asked.key, asked.params, asked.upload, r.PathValue
		if err := c.checkAccount(); err != nil {
			return nil, err
		}
		o, err := e.do(c)
		if err != nil {
			return nil, err
		}
		shown := c.present(o)
		if str(shown, "object") == "list" && shown["url"] == nil {
			shown["url"] = r.URL.Path
		}
		return shown, c.expand(shown, list(asked.params, "expand"))
	}
	if e.method == http.MethodGet {
		var o object
		err := sb.look(r.Context(), func(c *call) (err error) {
			if asked.at != 0 {
				c.now = asked.at
			}
			o, err = work(c)
			return err
		})
		status, body = sb.settle(o, err, id)
		return status, body, ""
	}
	// What has begun is finished even when the client hangs up: that is what idempotency keys are there for.
	return sb.once(context.WithoutCancel(r.Context()), asked, id, func(c *call) (int, []byte, error) {
		o, err := work(c)
		status, body := sb.settle(o, err, id)
		return status, body, err
	})
}

// settle turns an outcome into a status and a body, and logs what is our own fault.
func (sb *Sandbox) settle(o object, err error, id string) (int, []byte) {
	status := http.StatusOK
	if err != nil {
		f := asFailure(err)
		if f.kind == "api_error" {
			sb.log.Error("sandbox: a request failed", "request", id, "error", err)
		}
		status, o = f.status, f.body(id)
	}
	body, err := json.MarshalIndent(o, "", "  ")
	if err != nil {
		panic("sandbox: an answer that is not JSON: " + err.Error())
	}
	return status, body
}

func (c *call) checkAccount() error {
	if c.account == "" || c.account == c.sb.platform {
		c.account = ""
		return nil
	}
	account, err := c.load(c.account)
	if err != nil {
		return err
	}
	if account == nil || str(account, "object") != "account" {
		return &failure{
			status: http.StatusForbidden, kind: "invalid_request_error", code: "account_invalid", volatile: true,
			message: "The provided key does not have access to account '" + c.account + "' (or that account does not exist). Application access may have been revoked.",
		}
	}
	return nil
}

func answer(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-cache, no-store")
	w.WriteHeader(status)
	w.Write(body)
}

func answerFailure(w http.ResponseWriter, f *failure, id string) {
	body, err := json.MarshalIndent(f.body(id), "", "  ")
	if err != nil {
		panic("sandbox: an answer that is not JSON: " + err.Error())
	}
	answer(w, f.status, body)
}
