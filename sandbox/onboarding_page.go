package sandbox

import (
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// onboardingPage is one step of the hosted onboarding.
type onboardingPage struct {
	page
	Visit, Name, Back string
	Time              string
	Step              int
	Fields            []onboardingField
	Errors            []string
	Sure              bool // the last step: hands everything in
}

type onboardingField struct {
	Name, Label, Hint, Value, Problem string
	Choices                           []country // a select when not empty
	Check                             bool
}

// steps are the pages of onboarding and the details that each asks for.
var steps = [][]string{{"business_type", "name", "website"}, {"first_name", "last_name", "dob", "line1", "postal_code", "city", "id_number"}, {"bank", "terms"}}

// Values of Stripe's test mode: those that verify, and those that leave something due.
var (
	goodValues = map[string]string{
		"business_type": "individual", "name": "Harbour Goods", "website": "https://harbour.example", "first_name": "Ada", "last_name": "Lovelace", "dob": "1901-01-01",
		"line1": "address_full_match", "postal_code": "75001", "city": "Paris", "id_number": "000000000", "bank": "000123456789", "terms": "yes",
	}
	poorValues = map[string]string{
		"business_type": "individual", "name": "Harbour Goods", "website": "https://harbour.example", "first_name": "Ada", "last_name": "Lovelace", "dob": "1901-01-01",
		"line1": "address_no_match", "postal_code": "75001", "city": "Paris", "id_number": "111111111", "bank": "000123456789", "terms": "yes",
	}
)

func (sb *Sandbox) openSetup(w http.ResponseWriter, r *http.Request) {
	sb.open(w, r, "account_link", "/onboarding/")
}

// open spends a link and goes on to the visit that it opens; a spent or old link leads to where a new one is made.
func (sb *Sandbox) open(w http.ResponseWriter, r *http.Request, kind, path string) {
	token, refresh, err := sb.openLink(r, kind, r.PathValue("token"))
	switch {
	case err != nil:
		sb.broken(w, r, err)
	case token != "":
		http.Redirect(w, r, withTime(path+token, pastTime(r)), http.StatusSeeOther)
	case refresh != "":
		http.Redirect(w, r, refresh, http.StatusSeeOther)
	default:
		sb.message(w, http.StatusGone, language(r, ""), "link.over", "", "")
	}
}

func (sb *Sandbox) showOnboarding(w http.ResponseWriter, r *http.Request) {
	err := sb.glance(r, func(c *call) error {
		v, err := c.visit("account_link", r.PathValue("visit"))
		if err != nil {
			return err
		}
		if v.account == nil {
			sb.visitOver(w, r, v)
			return nil
		}
		step := 1
		switch r.FormValue("step") {
		case "2":
			step = 2
		case "3":
			step = 3
		}
		values := map[string]string{}
		for name, value := range sub(v.account, "_details") {
			values[name], _ = value.(string)
		}
		sb.showStep(w, r, v, step, values, nil, http.StatusOK)
		return nil
	})
	if err != nil {
		sb.broken(w, r, err)
	}
}

// visitOver answers for a visit that was never there or has ended.
func (sb *Sandbox) visitOver(w http.ResponseWriter, r *http.Request, v visit) {
	if v.refresh != "" {
		http.Redirect(w, r, v.refresh, http.StatusSeeOther)
		return
	}
	sb.message(w, http.StatusGone, language(r, ""), "link.over", "", "")
}

func (sb *Sandbox) showStep(w http.ResponseWriter, r *http.Request, v visit, step int, values, problems map[string]string, status int) {
	lang := language(r, "")
	p := onboardingPage{
		page: page{lang, say(lang, "onboarding.title")}, Visit: v.token, Name: accountName(v.account), Back: v.back, Step: step, Sure: step == len(steps), Time: r.FormValue("sandbox_time"),
	}
	if name := accountName(v.account); name == str(v.account, "id") {
		p.Name = say(lang, "onboarding.you")
	}
	names := steps[step-1]
	if p.Sure && len(list(v.account, "_asked")) > 0 {
		names = append([]string{"document"}, names...)
	}
	for _, name := range names {
		f := onboardingField{Name: name, Label: p.T("field." + name), Hint: p.T("hint." + name), Value: values[name], Check: name == "terms" || name == "document"}
		if problem := problems[name]; problem != "" {
			f.Problem = p.T(problem)
		}
		if name == "business_type" {
			f.Choices = []country{{"individual", p.T("type.individual")}, {"company", p.T("type.company")}, {"non_profit", p.T("type.non_profit")}}
		}
		p.Fields = append(p.Fields, f)
	}
	for _, problem := range list(sub(v.account, "requirements"), "errors") {
		e, _ := problem.(object)
		p.Errors = append(p.Errors, p.T("mismatch."+str(e, "code")))
	}
	sb.show(w, status, "onboarding.html", p, policy{onward: []string{origin(v.back), origin(v.refresh)}})
}

func (sb *Sandbox) updateOnboarding(w http.ResponseWriter, r *http.Request) {
	if !sb.parseForm(w, r) {
		return
	}
	step := 1
	switch r.PostFormValue("step") {
	case "2":
		step = 2
	case "3":
		step = 3
	}
	var next string
	var shown func() // sent when the work is kept and the file is free again
	err := sb.change(r.Context(), pastTime(r), func(c *call) error {
		v, err := c.visit("account_link", r.PathValue("visit"))
		if err != nil {
			return err
		}
		if v.account == nil {
			shown = func() { sb.visitOver(w, r, v) }
			return nil
		}
		values := map[string]string{}
		for _, name := range steps[step-1] {
			values[name] = strings.TrimSpace(r.PostFormValue(name))
		}
		action := r.PostFormValue("action")
		switch action {
		case "good":
			values, action = testValues(goodValues, values, sub(v.account, "_details")), "submit"
		case "poor":
			values, action = testValues(poorValues, values, sub(v.account, "_details")), "submit"
		}
		if problems := onboardingProblems(values, c.time(), action == "later"); len(problems) > 0 {
			shown = func() { sb.showStep(w, r, v, step, values, problems, http.StatusUnprocessableEntity) }
			return nil
		}
		for name, value := range values {
			if value != "" || action != "later" {
				sub(v.account, "_details")[name] = value
			}
		}
		if len(list(v.account, "_asked")) > 0 && (action == "submit" && (step < len(steps) || r.PostFormValue("document") != "")) {
			if err := c.handIn(v.account); err != nil {
				return err
			}
		}
		if action == "next" && step < len(steps) {
			next = withTime("/onboarding/"+v.token+"?step="+strconv.Itoa(step+1), pastTime(r))
			_, err := c.changeAccount(v.account, func() {})
			return err
		}
		next = v.back
		_, err = c.submit(v.account)
		return err
	})
	switch {
	case err != nil:
		sb.broken(w, r, err)
	case shown != nil:
		shown()
	case next != "":
		http.Redirect(w, r, next, http.StatusSeeOther)
	}
}

// testValues fills in what decides the outcome, and leaves the business its own name and website when it has them.
func testValues(test, typed map[string]string, known object) map[string]string {
	values := maps.Clone(test)
	for _, name := range []string{"name", "website"} {
		switch {
		case typed[name] != "":
			values[name] = typed[name]
		case str(known, name) != "":
			values[name] = str(known, name)
		}
	}
	return values
}

// onboardingProblems checks what was typed; later allows gaps.
func onboardingProblems(values map[string]string, now time.Time, later bool) map[string]string {
	problems := map[string]string{}
	for name, value := range values {
		if value == "" {
			if !later {
				problems[name] = "problem.required"
			}
			continue
		}
		switch name {
		case "dob":
			born, err := time.Parse("2006-01-02", value)
			if err != nil {
				problems[name] = "problem.dob"
			} else if born.AddDate(13, 0, 0).After(now) {
				problems[name] = "problem.young"
			}
		case "website":
			if !isWebAddress(value) {
				problems[name] = "problem.website"
			}
		case "business_type":
			if value != "individual" && value != "company" && value != "non_profit" {
				problems[name] = "problem.required"
			}
		case "bank":
			if len(value) < 6 || len(value) > 34 {
				problems[name] = "problem.bank"
			}
		}
	}
	return problems
}

// StepText is the number of the step, as a text.
func (p onboardingPage) StepText() string { return strconv.Itoa(p.Step) }

// Previous is the number of the step before.
func (p onboardingPage) Previous() int { return p.Step - 1 }

// Heading is the key of the step's heading.
func (p onboardingPage) Heading() string { return "onboarding." + strconv.Itoa(p.Step) }

// Described are the ids of what explains the field.
func (f onboardingField) Described() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.Name+"-hint")
	}
	if f.Problem != "" {
		ids = append(ids, f.Name+"-problem")
	}
	return strings.Join(ids, " ")
}
