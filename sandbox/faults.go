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
	}[f]
}

// faults are the answers still to be spoilt, by number and by percentage; they do not outlive a restart.
type faults struct {
	next map[fault]int
	rate map[fault]percent
	seed int64
	dice *rand.Rand // made of the seed: the same requests in the same order meet the same faults
}

func (sb *Sandbox) nextFault() fault {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	for _, kind := range faultKinds {
		if sb.faults.next[kind] > 0 {
			sb.faults.next[kind]--
			return kind
		}
	}
	if sb.faults.dice == nil {
		return ""
	}
	rolled := percent(sb.faults.dice.Int64N(int64(whole)))
	for _, kind := range faultKinds {
		if rolled < sb.faults.rate[kind] {
			return kind
		}
		rolled -= sb.faults.rate[kind]
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
	f := sb.faults
	if kind := fault(r.PostFormValue("kind")); kind != "" {
		n, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue("count")))
		if err != nil || n < 0 || n > 1000 {
			n = 0
		}
		f.next = map[fault]int{kind: n}
	} else {
		f = faults{rate: map[fault]percent{}, seed: readSeed(r)}
		if len(r.PostForm) > 0 {
			f.next = sb.faults.next
		}
		for _, kind := range faultKinds {
			f.rate[kind] = readPercent(r, "percent_"+string(kind))
			if f.rate[kind] > 0 {
				f.dice = rand.New(rand.NewPCG(uint64(f.seed), 0))
			}
		}
	}
	sb.faults = f
	sb.mu.Unlock()
	sb.done(w, r, nil)
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
	for _, kind := range faultKinds {
		rows = append(rows, operatorFault{kind, sb.faults.next[kind], sb.faults.rate[kind]})
	}
	return rows, sb.faults.seed
}
