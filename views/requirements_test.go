package views

import (
	"slices"
	"strings"
	"testing"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/words"
)

func TestRequirementsInPlainWords(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][2]string{
		"individual.verification.document":       {"a photo of an identity document", "une photo d’une pièce d’identité"},
		"external_account":                       {"a bank account", "un compte bancaire"},
		"individual.dob.year":                    {"date of birth", "date de naissance"},
		"tos_acceptance.ip":                      {"your agreement to Stripe’s terms", "votre accord aux conditions de Stripe"},
		"company.tax_id":                         {"the company’s registration or tax number", "le numéro d’immatriculation ou de TVA de la société"},
		"person_1Abc.verification.document":      {"a photo of an identity document (of a person of the company)", "une photo d’une pièce d’identité (d’une personne de la société)"},
		"representative.address.line1":           {"home address (of who represents the company)", "adresse personnelle (de la personne qui représente la société)"},
		"owners.first_name":                      {"first and last name (of each owner)", "prénom et nom (de chaque propriétaire)"},
		"owners":                                 {"who owns the company", "à qui appartient la société"},
		"settings.payments.statement_descriptor": {"the name on buyers’ bank statements", "le nom sur les relevés bancaires des acheteurs"},
		"individual.favourite_colour":            {"individual.favourite_colour", "individual.favourite_colour"},
		"something_new":                          {"something_new", "something_new"},
	} {
		for i, lang := range words.Languages {
			if got := Want(Page{W: words.For(lang, nil)}, name); got != want[i] {
				t.Errorf("%s %s: %q, want %q", lang, name, got, want[i])
			}
		}
	}
	// Every rule has words in every language: a missing message would show its id.
	for _, rule := range slices.Concat(whole, personal) {
		name := rule.prefix
		if slices.Contains(personal, rule) {
			name = "individual." + rule.prefix
		}
		if got := Want(Page{W: words.For("fr", nil)}, name); strings.Contains(got, "onboarding.") {
			t.Errorf("%s has no words: %q", name, got)
		}
	}
	for _, rule := range held {
		if got := HeldWhy(Page{W: words.For("en", nil)}, rule.prefix); strings.Contains(got, "onboarding.") {
			t.Errorf("%s has no words: %q", rule.prefix, got)
		}
	}
}

func TestWantsAreSaidOnceAndLaterOnlyOnce(t *testing.T) {
	t.Parallel()
	p := Page{W: words.For("en", nil)}
	r := models.Requirements{
		PastDue: []string{"external_account"}, Due: []string{"external_account", "individual.dob.day", "individual.dob.month"},
		Pending: []string{"individual.id_number"}, Later: []string{"external_account", "individual.id_number", "individual.verification.document"},
		Errors: []models.RequirementError{{Field: "individual.address.line1", Code: "x", Reason: "It did not match."}},
	}
	if got := strings.Join(WantedNow(p, r), "; "); got != "a bank account; date of birth; home address" {
		t.Error(got)
	}
	if got := laterOnly(p, r); len(got) != 1 || got[0] != "a photo of an identity document" {
		t.Error(got)
	}
	if got := refusals(p, r, "home address"); len(got) != 1 || got[0] != "It did not match." {
		t.Error(got)
	}
}
