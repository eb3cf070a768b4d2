package sandbox

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// ask has an account hand something in by a deadline: until then nothing changes, after it the account is disabled.
func (c *call) ask(o object, requirement string, deadline int64) error {
	asked := append(list(o, "_asked"), object{"name": requirement, "deadline": deadline})
	if _, err := c.changeAccount(o, func() { o["_asked"] = asked }); err != nil || deadline <= c.now {
		return err
	}
	return c.later("requirement due", str(o, "id"), deadline)
}

// assessAsked lays what was asked for by hand, and what was handed in and is looked at, over the requirements; it says
// whether the account may go on meanwhile.
func (c *call) assessAsked(o, requirements object) bool {
	fine := true
	add := func(key string, name any) { requirements[key] = sorted(append(list(requirements, key), name)) }
	for _, item := range list(o, "_asked") {
		a, _ := item.(object)
		add("currently_due", a["name"])
		add("eventually_due", a["name"])
		if deadline := num(a, "deadline"); deadline > c.now {
			if known := num(requirements, "current_deadline"); known == 0 || deadline < known {
				requirements["current_deadline"] = deadline
			}
			continue
		}
		fine = false
		add("past_due", a["name"])
		requirements["disabled_reason"] = "requirements.past_due"
	}
	for _, name := range list(o, "_checking") {
		add("pending_verification", name)
		if yes(o, "_late") {
			fine = false
			requirements["disabled_reason"] = "requirements.pending_verification"
		}
	}
	return fine
}

// handIn takes what was asked for; it is looked at for a while.
func (c *call) handIn(o object) error {
	asked := list(o, "_asked")
	if len(asked) == 0 {
		return nil
	}
	checking := list(o, "_checking")
	for _, item := range asked {
		a, _ := item.(object)
		checking = append(checking, a["name"])
		if num(a, "deadline") <= c.now {
			o["_late"] = true // it was disabled, and stays so until somebody has looked
		}
	}
	delete(o, "_asked")
	o["_checking"] = checking
	takes, err := c.verificationTakes(verificationTakes)
	if err != nil {
		return err
	}
	return c.later("check documents", str(o, "id"), c.now+takes)
}

// requirementDue disables an account that has not handed in what was asked for.
func requirementDue(c *call, id string) error {
	o, err := c.connected(id)
	if err != nil || o == nil {
		return err
	}
	_, err = c.changeAccount(o, func() {})
	return err
}

// documentsChecked ends the look at what was handed in: it is fine.
func documentsChecked(c *call, id string) error {
	o, err := c.connected(id)
	if err != nil || o == nil {
		return err
	}
	_, err = c.changeAccount(o, func() { delete(o, "_checking"); delete(o, "_late") })
	return err
}

// verificationTakes is for how many seconds details are looked at: as the operator has set, else the usual.
func (c *call) verificationTakes(usual int64) (int64, error) {
	text, err := c.sb.setting(c.ctx, "verification", "")
	if err != nil || text == "" {
		return usual, err
	}
	return strconv.ParseInt(text, 10, 64)
}

// updateVerification sets how long a verification takes, also that of test values: takes is a duration, empty for the usual.
func (sb *Sandbox) updateVerification(w http.ResponseWriter, r *http.Request) {
	if !sb.parseForm(w, r) {
		return
	}
	seconds := ""
	if typed := strings.TrimSpace(r.PostFormValue("takes")); typed != "" {
		takes, ok := readDuration(typed)
		if !ok {
			sb.declined(w, "Write a duration such as 30s, 10m or 48h.")
			return
		}
		seconds = strconv.FormatInt(takes, 10)
	}
	sb.done(w, r, sb.keepSetting(r.Context(), "verification", seconds))
}

// readDuration reads a duration that a person typed, in seconds.
func readDuration(text string) (seconds int64, ok bool) {
	text = strings.ReplaceAll(strings.TrimSpace(text), " ", "")
	if text == "" {
		return 0, true
	}
	d, err := time.ParseDuration(text)
	return int64(d / time.Second), err == nil && d >= 0 && d <= 400*24*time.Hour
}
