package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// problem is an answer of X's API that is not what was asked for: problem JSON, or one of its two older shapes.
type problem struct {
	status  int
	title   string
	detail  string
	kind    string // type, "about:blank" where empty
	code    int    // of the oldest shape, errors[{code, message}]
	oauth   string // error of the token endpoint's shape
	more    object
	commits bool // what was written stays
}

func (p *problem) Error() string { return p.detail }

func (p *problem) body() object {
	switch {
	case p.oauth != "":
		return object{"error": p.oauth, "error_description": p.detail}
	case p.code != 0:
		return object{"errors": []any{object{"code": p.code, "message": p.detail}}}
	}
	kind := p.kind
	if kind == "" {
		kind = "about:blank"
	}
	o := object{"title": p.title, "detail": p.detail, "type": kind, "status": p.status}
	for key, value := range p.more {
		o[key] = value
	}
	return o
}

const problems = "https://api.x.com/2/problems/"

func unauthorized() *problem {
	return &problem{status: http.StatusUnauthorized, title: "Unauthorized", detail: "Unauthorized"}
}

func forbidden(detail string) *problem {
	return &problem{status: http.StatusForbidden, title: "Forbidden", detail: detail}
}

// invalidRequest refuses a parameter, in the shape that lists each.
func invalidRequest(parameter, value, format string, args ...any) *problem {
	message := fmt.Sprintf(format, args...)
	return &problem{
		status: http.StatusBadRequest, title: "Invalid Request", detail: "One or more parameters to your request was invalid.", kind: problems + "invalid-request",
		more: object{"errors": []any{object{"parameters": object{parameter: []any{value}}, "message": message}}},
	}
}

func notThere(resource, parameter, value string) *problem {
	p := &problem{status: http.StatusNotFound, title: "Not Found Error", kind: problems + "resource-not-found"}
	p.detail = fmt.Sprintf("Could not find %s with %s: [%s].", resource, parameter, value)
	p.more = object{"resource_type": resource, "parameter": parameter, "value": value, "resource_id": value}
	return p
}

// inList is the problem as it stands in errors[] beside data, where an answer is 200 all the same.
func (p *problem) inList() object {
	o := p.body()
	delete(o, "status")
	return o
}

func asProblem(err error) *problem {
	var p *problem
	if errors.As(err, &p) {
		return p
	}
	return &problem{status: http.StatusInternalServerError, detail: "Internal error", code: 131}
}

func answerJSON(w http.ResponseWriter, status int, o object) {
	body, err := json.Marshal(o)
	if err != nil {
		panic("sandbox: an answer that is not JSON: " + err.Error())
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if status >= 400 && o["title"] != nil {
		w.Header().Set("Content-Type", "application/problem+json; charset=utf-8")
	}
	w.Header().Set("Cache-Control", "no-cache, no-store, max-age=0")
	w.WriteHeader(status)
	w.Write(body)
}
