package models_test

import (
	"testing"

	"github.com/tillbird/tillbird/models"
)

// TestAmbiguousAmounts: what can be read in two ways is shown in both, as amounts that read back as themselves.
func TestAmbiguousAmounts(t *testing.T) {
	_, problem := models.ParseMoney("1,234", "eur")
	if problem == nil || len(problem.Data) != 4 || problem.Data[1] != (models.Money{Amount: 123400, Currency: "eur"}) || problem.Data[3] != (models.Money{Amount: 123, Currency: "eur"}) {
		t.Errorf("%+v", problem)
	}
}

func TestParseMoney(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typed, currency string
		want            int64
		code            string
	}{
		{"12,50", "eur", 1250, ""},
		{"12.50", "eur", 1250, ""},
		{"12.5", "eur", 1250, ""},
		{"12", "eur", 1200, ""},
		{" 12,50 € ", "eur", 1250, ""},
		{"€12", "eur", 1200, ""},
		{"12 EUR", "eur", 1200, ""},
		{"1 234.50", "eur", 123450, ""},
		{"1\u202f234,50", "eur", 123450, ""},
		{"1.234,50", "eur", 123450, ""},
		{"1,234.50", "eur", 123450, ""},
		{"1'234.50", "chf", 123450, ""},
		{"1,234,567", "jpy", 1234567, ""},
		{"12.500", "eur", 0, "price.ambiguous"},
		{"1,234", "usd", 0, "price.ambiguous"},
		{"1,234", "jpy", 1234, ""},
		{"0.500", "eur", 50, ""},
		{"12.3400", "eur", 1234, ""},
		{"١٢٫٥٠", "eur", 0, "price.malformed"}, // an Arabic decimal mark: asked, never guessed
		{"１２", "eur", 1200, ""},
		{"١٢", "eur", 1200, ""},
		{"-1", "eur", 0, "price.negative"},
		{"−1", "eur", 0, "price.negative"},
		{"0.001", "eur", 0, "price.too_fine"},
		{"99999999999", "eur", 0, "price.too_large"},
		{"999999.99", "eur", 99999999, ""},
		{"1000000", "eur", 0, "price.too_large"},
		{"100.5", "jpy", 0, "price.whole"},
		{"100.00", "jpy", 100, ""},
		{"1.234", "kwd", 0, "price.last_zero"},
		{"1.230", "kwd", 1230, ""},
		{"0.10", "eur", 0, "price.too_small"},
		{"0", "eur", 0, "price.too_small"},
		{"", "eur", 0, "price.blank"},
		{"   ", "eur", 0, "price.blank"},
		{"free", "eur", 0, "price.malformed"},
		{"1e5", "eur", 0, "price.malformed"},
		{"1.2.3", "eur", 0, "price.malformed"},
		{"12,34,56", "eur", 0, "price.malformed"},
		{".", "eur", 0, "price.malformed"},
		{"<script>", "eur", 0, "price.malformed"},
	} {
		got, p := models.ParseMoney(c.typed, c.currency)
		code := ""
		if p != nil {
			code = p.Code
		}
		if code != c.code || code == "" && got.Amount != c.want {
			t.Errorf("%q in %s: %d %q, want %d %q", c.typed, c.currency, got.Amount, code, c.want, c.code)
		}
	}
}

func FuzzParseMoney(f *testing.F) {
	for _, seed := range []string{"12,50", "1 234.50", "-1", "0.001", "99999999999", "€", "1,234", "١٢"} {
		f.Add(seed, "eur")
		f.Add(seed, "jpy")
		f.Add(seed, "kwd")
	}
	f.Fuzz(func(t *testing.T, typed, currency string) {
		money, p := models.ParseMoney(typed, currency)
		if p == nil && (money.Amount < 0 || money.Amount > 99_999_999) {
			t.Errorf("%q in %q is %d", typed, currency, money.Amount)
		}
	})
}

func TestFee(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ total, basis, fixed, want int64 }{
		{2400, 340, 25, 107}, // 81.6 rounds to 82
		{1, 340, 25, 1},      // never more than the total
		{0, 340, 25, 0},      // nothing of nothing
		{99_999_999, 340, 25, 3_400_025},
		{50, 5000, 0, 25},
		{25, 1000, 0, 3}, // 2.5 rounds up
	} {
		if got := models.Fee(models.Money{Amount: c.total, Currency: "eur"}, c.basis, c.fixed).Amount; got != c.want {
			t.Errorf("fee of %d at %d+%d: %d, want %d", c.total, c.basis, c.fixed, got, c.want)
		}
	}
}
