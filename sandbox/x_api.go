package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// xFaultKinds are the ways in which X's API can be made to fail.
var xFaultKinds = []fault{"error", "unavailable", "limited", "silence", "cut"}

// xEndpoint is one operation of X's API.
type xEndpoint struct {
	method, path string
	limit        int    // requests of one caller in a quarter of an hour
	scope        string // what a person's token must allow, '' for an endpoint of the app alone
	app          bool   // the app's own bearer token will do
	calls        bool   // it calls the app: nothing may be locked meanwhile
	status       int
	do           func(*xrequest) (object, error)
}

// xrequest is a request of the API being answered.
type xrequest struct {
	*xcall
	me    *xPerson // nil for the app itself
	query url.Values
	body  object
	raw   []byte
	http  *http.Request

	spoilt fault
}

const largestXBody = 6 << 20

// serve answers one operation: who asks, may they, how often did they, what came of it, and is the answer to be lost.
func (x *X) serve(e xEndpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("x-transaction-id", strings.ToLower(random(16)))
		request, err := x.admit(w, r, e)
		if err != nil {
			x.fail(w, r, err)
			return
		}
		var o object
		work := func(c *xcall) error {
			request.xcall = c
			o, err = e.do(request)
			return err
		}
		if e.method == http.MethodGet || e.calls {
			err = x.look(r.Context(), work)
		} else {
			err = x.change(context.WithoutCancel(r.Context()), sandboxTime(r), work)
		}
		if lost(w, r, request.spoilt, x.sb.quit) {
			panic(http.ErrAbortHandler)
		}
		if err != nil {
			x.fail(w, r, err)
			return
		}
		if x.newDialect(r) {
			o = renamed(o).(object)
		}
		status := e.status
		if status == 0 {
			status = http.StatusOK
		}
		if o == nil {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		answerJSON(w, status, o)
	}
}

func (x *X) spoil(request string) fault {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.faults.take(request)
}

// problem is that of the faults of X that are answered before anything is done.
func (f fault) problem() *problem {
	switch f {
	case "error":
		return &problem{status: http.StatusInternalServerError, code: 131, detail: "Internal error"}
	case "unavailable":
		return &problem{status: http.StatusServiceUnavailable, title: "Service Unavailable", detail: "Service Unavailable"}
	}
	return nil
}

// lost holds the answer back, or sends half of one, where the operator asked for it: the work is done and nobody hears.
func lost(w http.ResponseWriter, r *http.Request, f fault, quit <-chan struct{}) bool {
	switch f {
	case "silence":
		select {
		case <-r.Context().Done():
		case <-quit:
		}
		return true
	case "cut":
		w.Header().Set("Content-Length", "100")
		w.WriteHeader(http.StatusOK)
		w.Write([]byte(`{"data":`))
		if half, can := w.(http.Flusher); can {
			half.Flush()
		}
		return true
	}
	return false
}

func (x *X) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := asProblem(err)
	if p.code == 131 && p != err {
		x.sb.log.Error("sandbox: a request of X failed", "path", r.URL.Path, "error", err)
	}
	answerJSON(w, p.status, p.body())
}

func (x *X) admit(w http.ResponseWriter, r *http.Request, e xEndpoint) (*xrequest, error) {
	request := &xrequest{query: r.URL.Query(), http: r}
	me, err := x.bearer(r, e)
	if err != nil {
		return nil, err
	}
	request.me = me
	who := "app"
	if me != nil {
		who = strconv.FormatInt(me.ID, 10)
	}
	request.spoilt = x.spoil(e.method + " " + r.URL.Path)
	if p := x.count(w, who, e.method+" "+e.path, e.limit, request.spoilt == "limited"); p != nil {
		return nil, p
	}
	if p := request.spoilt.problem(); p != nil {
		return nil, p
	}
	if e.method != http.MethodPost && e.method != http.MethodPut {
		return request, nil
	}
	request.raw, err = io.ReadAll(io.LimitReader(r.Body, largestXBody+1))
	if err != nil || len(request.raw) > largestXBody {
		return nil, &problem{status: http.StatusRequestEntityTooLarge, title: "Payload Too Large", detail: "Payload Too Large"}
	}
	if text := bytes.TrimSpace(request.raw); len(text) > 0 && strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		if err := decoder.Decode(&request.body); err != nil {
			return nil, invalidRequest("body", "", "The body is not a JSON object.")
		}
	}
	return request, nil
}

// bearer finds out whose token a request carries: nil is the app itself.
func (x *X) bearer(r *http.Request, e xEndpoint) (*xPerson, error) {
	token, is := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !is || token == "" {
		return nil, unauthorized()
	}
	if token == x.keys.Bearer {
		if !e.app {
			return nil, &problem{
				status: http.StatusForbidden, title: "Unsupported Authentication", kind: problems + "unsupported-authentication",
				detail: "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.  Supported authentication types are [OAuth 2.0 User Context].",
			}
		}
		return nil, nil
	}
	var me *xPerson
	var scope string
	err := x.look(r.Context(), func(c *xcall) (err error) {
		me, scope, err = c.holder(token)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case me == nil:
		return nil, unauthorized()
	case e.scope == "" || !allows(scope, e.scope):
		return nil, forbidden("Forbidden")
	}
	return me, nil
}

// allows tells whether a list of scopes has all of those wanted.
func allows(scope, wanted string) bool {
	for _, one := range strings.Fields(wanted) {
		if !strings.Contains(" "+scope+" ", " "+one+" ") {
			return false
		}
	}
	return true
}

// sandboxTime is the time that the maker of a past hands in, zero for now.
func sandboxTime(r *http.Request) time.Time {
	at, err := strconv.ParseInt(r.Header.Get("Sandbox-Time"), 10, 64)
	if err != nil || at <= 0 {
		return time.Time{}
	}
	return time.Unix(at, 0).UTC()
}

func (x *X) notOffered(w http.ResponseWriter, r *http.Request) {
	answerJSON(w, http.StatusNotFound, (&problem{status: http.StatusNotFound, title: "Not Found", detail: "Not Found"}).body())
}
