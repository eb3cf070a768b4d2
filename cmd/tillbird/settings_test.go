package main

import (
	"bytes"
	"context"
	"os"
	"reflect"
	"strings"
	"testing"
)

// TestWrongSettings: each stops the start with a sentence that names it.
func TestWrongSettings(t *testing.T) {
	t.Parallel()
	real := map[string]string{
		"STRIPE_SECRET_KEY": "sk_test_1", "TILLBIRD_BASE_URL": "https://till.example.com", "TILLBIRD_SECRET_KEY": strings.Repeat("k", 32),
		"STRIPE_WEBHOOK_SECRET": "whsec_1", "STRIPE_CONNECT_WEBHOOK_SECRET": "whsec_2", "TILLBIRD_SMTP_HOST": "mail.example.com", "TILLBIRD_MAIL_FROM": "till@example.com",
	}
	for _, c := range []struct {
		name  string
		set   map[string]string
		wants string
	}{
		{"an address without a port", map[string]string{"TILLBIRD_ADDR": "localhost"}, "TILLBIRD_ADDR"},
		{"a base URL without a scheme", map[string]string{"TILLBIRD_BASE_URL": "till.example.com"}, "TILLBIRD_BASE_URL"},
		{"the sandbox in public", map[string]string{"TILLBIRD_BASE_URL": "https://till.example.com"}, "TILLBIRD_BASE_URL"},
		{"the sandbox on every interface", map[string]string{"TILLBIRD_ADDR": "0.0.0.0:8080"}, "TILLBIRD_ADDR"},
		{"the sandbox's Stripe on every interface", map[string]string{"TILLBIRD_SANDBOX_ADDR": ":8081"}, "TILLBIRD_SANDBOX_ADDR"},
		{"the sandbox's mail on every interface", map[string]string{"TILLBIRD_SANDBOX_MAIL_ADDR": ":8025"}, "TILLBIRD_SANDBOX_MAIL_ADDR"},
		{"the sandbox's X on every interface", map[string]string{"TILLBIRD_SANDBOX_X_ADDR": ":8083"}, "TILLBIRD_SANDBOX_X_ADDR"},
		{"the sandbox's Mastodon on every interface", map[string]string{"TILLBIRD_SANDBOX_MASTODON_ADDR": ":8084"}, "TILLBIRD_SANDBOX_MASTODON_ADDR"},
		{"a webhook secret without a key", map[string]string{"STRIPE_WEBHOOK_SECRET": "whsec_1"}, "STRIPE_WEBHOOK_SECRET"},
		{"a fee that is no number", map[string]string{"TILLBIRD_FEE_PERCENT": "many"}, "TILLBIRD_FEE_PERCENT"},
		{"a fee above half", map[string]string{"TILLBIRD_FEE_PERCENT": "51"}, "TILLBIRD_FEE_PERCENT"},
		{"a fixed fee finer than its currency", map[string]string{"TILLBIRD_FEE_FIXED": "jpy:0.5"}, "TILLBIRD_FEE_FIXED"},
		{"a proxy that is no network", map[string]string{"TILLBIRD_TRUSTED_PROXIES": "10.0.0.1"}, "TILLBIRD_TRUSTED_PROXIES"},
		{"a country in words", map[string]string{"TILLBIRD_COUNTRY": "France"}, "TILLBIRD_COUNTRY"},
		{"a country that is none", map[string]string{"TILLBIRD_SHOP_COUNTRIES": "FR,ZZ"}, "TILLBIRD_SHOP_COUNTRIES"},
		{"a folder that is not there", map[string]string{"TILLBIRD_LEGAL": "/nowhere/at/all"}, "TILLBIRD_LEGAL"},
		{"a sender that is no address", map[string]string{"TILLBIRD_MAIL_FROM": "a@@b"}, "TILLBIRD_MAIL_FROM"},
		{"a sender with a line break", map[string]string{"TILLBIRD_MAIL_FROM": "a@b.example\r\nBcc: c@d.example"}, "TILLBIRD_MAIL_FROM"},
		{"a key that is none of Stripe's", with(real, "STRIPE_SECRET_KEY", "pk_test_1"), "STRIPE_SECRET_KEY"},
		{"a key without a base URL", with(real, "TILLBIRD_BASE_URL", ""), "TILLBIRD_BASE_URL"},
		{"a live key without TLS", with(with(real, "STRIPE_SECRET_KEY", "sk_live_1"), "TILLBIRD_BASE_URL", "http://till.example.com"), "TILLBIRD_BASE_URL"},
		{"a key without a secret key", with(real, "TILLBIRD_SECRET_KEY", ""), "TILLBIRD_SECRET_KEY"},
		{"a short secret key", with(real, "TILLBIRD_SECRET_KEY", "short"), "TILLBIRD_SECRET_KEY"},
		{"no webhook secret", with(real, "STRIPE_WEBHOOK_SECRET", ""), "STRIPE_WEBHOOK_SECRET"},
		{"no Connect webhook secret", with(real, "STRIPE_CONNECT_WEBHOOK_SECRET", ""), "STRIPE_CONNECT_WEBHOOK_SECRET"},
		{"no mail server", with(real, "TILLBIRD_SMTP_HOST", ""), "TILLBIRD_SMTP_HOST"},
		{"X's keys in the sandbox", map[string]string{"TILLBIRD_X_CLIENT_ID": "abc"}, "TILLBIRD_X_CLIENT_ID"},
		{"the real Bluesky in the sandbox", map[string]string{"TILLBIRD_BLUESKY_SERVER": "https://bsky.social"}, "TILLBIRD_BLUESKY_SERVER"},
		{"X's secret without its id", with(real, "TILLBIRD_X_CLIENT_SECRET", "abc"), "TILLBIRD_X_CLIENT_ID"},
		{"crash points beside a key", with(real, "TILLBIRD_CRASH_AT", "order.placed"), "TILLBIRD_CRASH_AT"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var set settings
			fill(&set, c.set)
			err := set.check()
			if err == nil {
				err = set.checkServing()
			}
			if err == nil || !strings.Contains(err.Error(), c.wants) {
				t.Errorf("%v does not name %s", err, c.wants)
			}
		})
	}
	var good settings
	fill(&good, real)
	if err := good.check(); err != nil {
		t.Errorf("good settings are refused: %v", err)
	}
}

func with(set map[string]string, name, value string) map[string]string {
	out := map[string]string{name: value}
	for n, v := range set {
		if n != name {
			out[n] = v
		}
	}
	return out
}

// fill sets the text settings as the environment would, with their defaults.
func fill(set *settings, env map[string]string) {
	each(func(name, fallback string, field reflect.StructField) {
		value, given := env[name]
		if !given {
			value = fallback
		}
		if f := reflect.ValueOf(set).Elem().FieldByIndex(field.Index); f.Kind() == reflect.String {
			f.SetString(value)
		}
	})
}

// each goes through the settings by their name in the environment.
func each(do func(name, fallback string, field reflect.StructField)) {
	kind := reflect.TypeFor[settings]()
	for i := range kind.NumField() {
		field := kind.Field(i)
		do(field.Tag.Get("env"), field.Tag.Get("default"), field)
	}
}

// TestSettingsTable: the README's table has every setting, with its flag and its default.
func TestSettingsTable(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var help bytes.Buffer
	if err := run(context.Background(), []string{"--help"}, &help, &help); err != nil {
		t.Fatal(err)
	}
	each(func(name, fallback string, field reflect.StructField) {
		if _, hidden := field.Tag.Lookup("hidden"); hidden {
			return
		}
		row := ""
		for line := range strings.Lines(string(readme)) {
			if strings.HasPrefix(line, "| `"+name+"`") {
				row = line
			}
		}
		if row == "" {
			t.Errorf("the README's table lacks %s", name)
			return
		}
		if fallback != "" && !strings.Contains(row, "`"+fallback+"`") && len(fallback) < 60 {
			t.Errorf("the README's row of %s does not name its default %s", name, fallback)
		}
		flag := strings.TrimSuffix(strings.TrimPrefix(strings.Split(row, "|")[2], " `-"), "` ")
		if !strings.Contains(help.String(), "--"+flag) && !strings.Contains(help.String(), "--[no-]"+flag) {
			t.Errorf("the README gives %s the flag %q, which the help does not know", name, flag)
		}
	})
}
