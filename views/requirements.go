package views

import (
	"slices"
	"strings"

	"github.com/tillbird/tillbird/models"
)

// whole are Stripe's names of requirements that stand alone, and the words for them: onboarding.want.<word>.
var whole = []nameRule{
	{"business_type", "business_type"},
	{"external_account", "bank"},
	{"tos_acceptance", "terms"},
	{"business_profile.url", "website"},
	{"business_profile.product_description", "product"},
	{"business_profile.mcc", "trade"},
	{"business_profile.name", "business_name"},
	{"business_profile.support_", "support"},
	{"business_profile.", "business"},
	{"settings.payments.statement_descriptor", "statement"},
	{"settings.", "settings"},
	{"documents.bank_account_ownership_verification", "bank_proof"},
	{"documents.", "company_document"},
	{"interv_", "question"},
	{"company.name", "company_name"},
	{"company.tax_id", "company_number"},
	{"company.vat_id", "company_number"},
	{"company.registration_number", "company_number"},
	{"company.address", "company_address"},
	{"company.phone", "company_phone"},
	{"company.structure", "company_structure"},
	{"company.verification", "company_document"},
	{"company.owners_provided", "owners_named"},
	{"company.ownership_declaration", "owners_named"},
	{"company.directors_provided", "directors_named"},
	{"company.executives_provided", "directors_named"},
	{"company.", "company"},
}

// personal are the names that follow the person they are about.
var personal = []nameRule{
	{"first_name", "name"},
	{"last_name", "name"},
	{"full_name", "name"},
	{"maiden_name", "name"},
	{"dob", "birth"},
	{"address", "address"},
	{"registered_address", "address"},
	{"email", "email"},
	{"phone", "phone"},
	{"id_number", "id_number"},
	{"ssn_last_4", "ssn"},
	{"nationality", "nationality"},
	{"political_exposure", "public_office"},
	{"relationship", "role"},
	{"verification.additional_document", "second_document"},
	{"verification.proof_of_liveness", "selfie"},
	{"verification", "document"},
	{"documents", "document"},
}

// persons are whom a name may be about; the word is added where it is not the merchant alone.
var persons = []nameRule{
	{"individual.", ""},
	{"representative.", "representative"},
	{"owners.", "owner"},
	{"directors.", "director"},
	{"executives.", "director"},
	{"person_", "person"},
}

type nameRule struct{ prefix, word string }

func ruleFor(rules []nameRule, name string) (nameRule, bool) {
	for _, rule := range rules {
		if strings.HasPrefix(name, rule.prefix) {
			return rule, true
		}
	}
	return nameRule{}, false
}

// Want puts the name of one of Stripe's requirements into plain words; one that is not known is shown as it is.
func Want(p Page, name string) string {
	if rule, ok := ruleFor(whole, name); ok {
		return p.T("onboarding.want." + rule.word)
	}
	about, ok := ruleFor(persons, name)
	if !ok {
		switch name {
		case "representative", "owners", "directors", "executives":
			return p.T("onboarding.want." + name)
		}
		return name
	}
	rest := strings.TrimPrefix(name, about.prefix)
	if about.prefix == "person_" {
		_, rest, _ = strings.Cut(rest, ".")
	}
	rule, ok := ruleFor(personal, rest)
	switch {
	case !ok:
		return name
	case about.word == "":
		return p.T("onboarding.want." + rule.word)
	}
	return p.T("onboarding.want_of."+about.word, "What", p.T("onboarding.want."+rule.word))
}

// Wants puts several into words, each once, in Stripe's order.
func Wants(p Page, names ...[]string) []string {
	var list []string
	for _, some := range names {
		for _, name := range some {
			if text := Want(p, name); !slices.Contains(list, text) {
				list = append(list, text)
			}
		}
	}
	return list
}

// WantedNow is what Stripe waits for from the merchant, in words: what is late first.
func WantedNow(p Page, r models.Requirements) []string {
	var refused []string
	for _, e := range r.Errors {
		refused = append(refused, e.Field)
	}
	return Wants(p, r.PastDue, r.Due, refused)
}

// laterOnly is what Stripe will want and neither wants now nor checks.
func laterOnly(p Page, r models.Requirements) []string {
	now := append(WantedNow(p, r), Wants(p, r.Pending)...)
	return slices.DeleteFunc(Wants(p, r.Later), func(text string) bool { return slices.Contains(now, text) })
}

// refusals are Stripe's reasons for not taking what belongs to one line of the list.
func refusals(p Page, r models.Requirements, want string) []string {
	var reasons []string
	for _, e := range r.Errors {
		if e.Reason != "" && Want(p, e.Field) == want && !slices.Contains(reasons, e.Reason) {
			reasons = append(reasons, e.Reason)
		}
	}
	return reasons
}

// held are the reasons that Stripe gives for a stopped account, by their beginnings.
var held = []nameRule{
	{"requirements.past_due", "past_due"},
	{"requirements.pending_verification", "checking"},
	{"action_required", "past_due"},
	{"under_review", "checking"},
	{"listed", "listed"},
	{"platform_paused", "platform"},
	{"rejected.fraud", "fraud"},
	{"rejected.terms_of_service", "terms"},
	{"rejected.listed", "listed"},
	{"rejected", "rejected"},
	{"other", "other"},
}

// HeldWhy puts Stripe's reason for a stopped account into a sentence; empty where there is none.
func HeldWhy(p Page, reason string) string {
	if reason == "" {
		return ""
	}
	if rule, ok := ruleFor(held, reason); ok {
		return p.T("onboarding.held." + rule.word)
	}
	return p.T("onboarding.held.unknown", "Reason", reason)
}
