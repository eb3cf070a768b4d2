package sandbox

import (
	"net/http"
	"strconv"
	"strings"
)

type operatorAccount struct {
	ID, Name, State, Tone, Country, Due string
	Deadline                            int64
	Gone                                bool
}

func (c *call) operatorAccounts() ([]operatorAccount, error) {
	found, err := c.all(newest, "account")
	if err != nil {
		return nil, err
	}
	var rows []operatorAccount
	for _, o := range found {
		requirements := sub(o, "requirements")
		row := operatorAccount{
			ID: str(o, "id"), Name: accountName(o), Country: str(o, "country"), State: str(o, "_stage"), Tone: "warn", Deadline: num(requirements, "current_deadline"),
			Gone: yes(o, "_deleted"),
		}
		switch reason := str(requirements, "disabled_reason"); {
		case row.Gone:
			row.State, row.Tone = "gone", ""
		case yes(o, "charges_enabled") && yes(o, "payouts_enabled"):
			row.State, row.Tone = "enabled", "good"
		case yes(o, "charges_enabled"):
			row.State = "no payouts"
		case o["_stage"] == stageFailed || o["_stage"] == stageRejected:
			row.Tone = "bad"
		case o["_stage"] == stageVerified && reason != "":
			row.State, row.Tone = strings.TrimPrefix(reason, "requirements."), "bad"
		}
		var due []string
		for _, name := range list(requirements, "currently_due") {
			text, _ := name.(string)
			due = append(due, text)
		}
		if row.Due = strings.Join(due, ", "); len(due) > 3 {
			row.Due = strings.Join(due[:3], ", ") + " and " + strconv.Itoa(len(due)-3) + " more"
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// onAccount is control for a form about the account in the path.
func (sb *Sandbox) onAccount(w http.ResponseWriter, r *http.Request, work func(*call, object) error) {
	sb.control(w, r, func(c *call) error {
		o, err := c.connected(r.PathValue("account"))
		if err == nil && o == nil {
			return missing("account", r.PathValue("account"))
		}
		if err != nil {
			return err
		}
		return work(c, o)
	})
}

// createRequirement asks an account for something: requirement (a document unless named) and deadline, a duration from now; empty means it is overdue at once.
func (sb *Sandbox) createRequirement(w http.ResponseWriter, r *http.Request) {
	sb.onAccount(w, r, func(c *call, o object) error {
		seconds, ok := readDuration(r.PostFormValue("deadline"))
		if !ok {
			return wrong("deadline", "", "Write a duration such as 30s, 10m or 72h.")
		}
		requirement := strings.TrimSpace(r.PostFormValue("requirement"))
		if requirement == "" {
			requirement = "individual.verification.document"
		}
		return c.ask(o, requirement, c.now+seconds)
	})
}

// createRejection rejects an account for good: reason is fraud, terms_of_service or other.
func (sb *Sandbox) createRejection(w http.ResponseWriter, r *http.Request) {
	sb.onAccount(w, r, func(c *call, o object) error {
		_, err := c.reject(o, r.PostFormValue("reason"))
		return err
	})
}

// createDeauthorization has the account leave the platform, which loses access to it.
func (sb *Sandbox) createDeauthorization(w http.ResponseWriter, r *http.Request) {
	sb.onAccount(w, r, func(c *call, o object) error {
		o["_deleted"] = true
		if err := c.save(str(o, "id"), o); err != nil {
			return err
		}
		return c.as(str(o, "id")).emit("account.application.deauthorized", object{"id": c.sb.client, "object": "application", "name": "Sandbox platform"})
	})
}
