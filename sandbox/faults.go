package sandbox

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
)

// fault is what the operator made an answer of the API be.
type fault string

// faultKinds are the faults in the order of the operator's page.
var faultKinds = []fault{"error", "conflict", "busy", "silence", "cut"}

// answer is that of the faults that are answered before anything is done; the others do everything and lose the answer.
func (f fault) answer() *failure {
	switch f {
	case "error":
		return &failure{status: http.StatusInternalServerError, kind: "api_error", message: "The operator of the sandbox asked for this error."}
	case "conflict":
		return &failure{
			status: http.StatusConflict, kind: "idempotency_error", code: "idempotency_key_in_use",
			message: "There is currently another in-progress request using this idempotency key. The operator of the sandbox asked for this error.",
		}
	case "busy":
		return &failure{
			status: http.StatusTooManyRequests, kind: "invalid_request_error", code: "lock_timeout",
			message: "This object cannot be accessed right now because another API request or Stripe process is currently accessing it. The operator of the sandbox asked for this error.",
		}
	}
	return nil
}

// Says is what the operator's page calls a fault.
func (f fault) Says() string {
	return map[fault]string{
		"error": "500, nothing done", "conflict": "409, nothing done", "busy": "429 lock_timeout, nothing done",
		"silence": "no answer, all done", "cut": "connection cut, all done",
		"unavailable": "503, nothing done", "limited": "429 until the next quarter of an hour, nothing done",
	}[f]
}

// faults are the answers still to be spoilt, by number and by percentage; they do not outlive a restart.
type faults struct {
	kinds []fault
	only  string // part of "METHOD /path" of the requests that are meant, '' for all
	next  map[fault]int
	rate  map[fault]percent
	seed  int64
	dice  *rand.Rand // made of the seed: the same requests in the same order meet the same faults
}

func (sb *Sandbox) nextFault() fault {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	return sb.faults.take("")
}

// take is the fault of the next answer to a request, ” for none.
func (f *faults) take(request string) fault {
	if !strings.Contains(request, f.only) {
		return ""
	}
	for _, kind := range f.kinds {
		if f.next[kind] > 0 {
			f.next[kind]--
			return kind
		}
	}
	if f.dice == nil {
		return ""
	}
	rolled := percent(f.dice.Int64N(int64(whole)))
	for _, kind := range f.kinds {
		if rolled < f.rate[kind] {
			return kind
		}
		rolled -= f.rate[kind]
	}
	return ""
}

// updateFaults takes one of two forms: kind and count spoil the next answers; seed and percent_<kind> spoil a part of all
// that come. A form without any field ends both.
func (sb *Sandbox) updateFaults(w http.ResponseWriter, r *http.Request) {
	if !sb.parseForm(w, r) {
		return
	}
	sb.mu.Lock()
	sb.faults.update(r)
	sb.mu.Unlock()
	sb.done(w, r, nil)
}

func (f *faults) update(r *http.Request) {
	f.only = strings.TrimSpace(r.PostFormValue("only"))
	if kind := fault(r.PostFormValue("kind")); kind != "" {
		n, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue("count")))
		if err != nil || n < 0 || n > 1000 {
			n = 0
		}
		f.next = map[fault]int{kind: n}
		return
	}
	if len(r.PostForm) == 0 {
		f.next = nil
	}
	f.rate, f.seed, f.dice = map[fault]percent{}, readSeed(r), nil
	for _, kind := range f.kinds {
		f.rate[kind] = readPercent(r, "percent_"+string(kind))
		if f.rate[kind] > 0 {
			f.dice = rand.New(rand.NewPCG(uint64(f.seed), 0))
		}
	}
}

// operatorFault is one line of the operator's page.
type operatorFault struct {
	Kind fault
	Left int
	Rate percent
}

func (sb *Sandbox) operatorFaults() (rows []operatorFault, seed int64) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	return sb.faults.rows(), sb.faults.seed
}

func (f *faults) rows() (rows []operatorFault) {
	for _, kind := range f.kinds {
		rows = append(rows, operatorFault{kind, f.next[kind], f.rate[kind]})
	}
	return rows
}
