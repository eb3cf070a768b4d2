package social

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// xProblem is any of the shapes in which X says no: problem JSON, the older list of errors, and OAuth's.
type xProblem struct {
	Title            string `json:"title"`
	Detail           string `json:"detail"`
	Type             string `json:"type"`
	Error            string `json:"error"`
	ErrorDescription string `json:"error_description"`
	Errors           []struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Detail  string `json:"detail"`
		Type    string `json:"type"`
	} `json:"errors"`
}

// words are all that the problem says, code is that of its first older error.
func (p *xProblem) words() (words string, code int) {
	parts := []string{p.Title, p.Detail, p.Error, p.ErrorDescription}
	for _, e := range p.Errors {
		parts = append(parts, e.Message, e.Detail)
		if code == 0 {
			code = e.Code
		}
	}
	var said []string
	for _, part := range parts {
		if part = strings.TrimSpace(part); part != "" && !strings.Contains(strings.Join(said, "\n"), part) {
			said = append(said, part)
		}
	}
	return brief(strings.Join(said, ": ")), code
}

// The numbers of the older errors that say more than the status does.
var xCodes = map[int]ErrorKind{
	32: SignInExpired, 34: Gone, 63: Gone, 64: Refused, 88: RateLimited, 89: SignInExpired, 130: Temporary, 131: Temporary, 144: Gone,
	185: RateLimited, 186: TooLong, 187: Duplicate, 385: Gone, 433: NotSummoned,
}

// Where X gives no number, its words tell; they are matched in lower case. The words for an answer to somebody who did
// not call are those of developers' reports, since the documentation has none.
var xWords = []struct {
	words string
	kind  ErrorKind
}{
	{"duplicate", Duplicate},
	{"have not been mentioned", NotSummoned},
	{"not mentioned", NotSummoned},
	{"not summoned", NotSummoned},
	{"explicitly mention", NotSummoned},
	{"reply to this conversation is not allowed", NotSummoned},
	{"restricted who can reply", NotSummoned},
	{"deleted or not visible", Gone},
	{"text is too long", TooLong},
	{"too long", TooLong},
	{"scope", SignInExpired},
	{"not authorized to access this with", SignInExpired},
}

// refusal is the error of an answer that says no.
func (x *XClient) refusal(a *answer, write bool) *Error {
	var problem xProblem
	_ = json.Unmarshal(a.body, &problem) // a page in HTML says nothing that its status does not say
	words, code := problem.words()
	e := &Error{Network: X, Kind: kindOf(a.status), Detail: words}
	if e.Detail == "" {
		e.Detail = "status " + strconv.Itoa(a.status)
	}
	if e.Kind == Refused {
		if kind, known := xCodes[code]; known {
			e.Kind = kind
		} else {
			lower := strings.ToLower(words)
			for _, known := range xWords {
				if strings.Contains(lower, known.words) {
					e.Kind = known.kind
					break
				}
			}
		}
	}
	switch e.Kind {
	case Temporary:
		e.Unsure = write
	case RateLimited:
		e.Until = x.again(a)
	}
	return e
}

// again is when a refused call may be made again: at the latest of the times that X names for what is used up.
func (x *XClient) again(a *answer) time.Time {
	until := time.Time{}
	for _, name := range []string{"x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour"} {
		left, err := strconv.Atoi(a.header.Get(name + "-remaining"))
		reset, resetErr := strconv.ParseInt(a.header.Get(name+"-reset"), 10, 64)
		if resetErr == nil && (err != nil || left <= 0) {
			if at := time.Unix(reset, 0).UTC(); at.After(until) {
				until = at
			}
		}
	}
	if seconds, err := strconv.Atoi(a.header.Get("Retry-After")); until.IsZero() && err == nil {
		until = x.wire.now().Add(time.Duration(seconds) * time.Second).UTC()
	}
	if until.IsZero() && a.status == http.StatusTooManyRequests {
		until = x.wire.now().Add(15 * time.Minute).UTC()
	}
	return until
}
