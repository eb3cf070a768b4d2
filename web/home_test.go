package web

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tillbird/tillbird/models"
)

func TestHome(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := newBrowser(t, w)
	b.get("/").want(200, "Sell in a post. Get paid.", "Make your first offer", "What you keep from €20.00", "−€0.93", "€19.07", "Example", "Rules for fair selling", "Accessibility")
	w.pictured(models.OfferForm{Title: "Linen apron, sage", Price: "24", Stock: "3"})
	b.get("/").want(200, "Linen apron, sage: €24.00", "For sale right now").without("Example")
	w.signIn("ana@example.com", anaPassword).get("/").want(200, "Go to your dashboard").without("Make your first offer")
}

func TestLegalPages(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for name, text := range map[string]string{
		"terms.en.md":   "# The rules\n\nBe *kind*.\n\n<script>alert(1)</script>\n\n[a link](javascript:alert(1)) <img src=x onerror=alert(1)>\n",
		"privacy.fr.md": "Nous gardons peu.\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w := newWorld(t, func(set *Settings) { set.LegalFolder = folder })
	b := newBrowser(t, w)
	b.get("/legal/terms").want(200, "Terms", "The rules", "Be kind")
	if !strings.Contains(b.body, "<em>kind</em>") || !strings.Contains(b.body, "<h2>The rules</h2>") || strings.Contains(b.body, "alert(1)") {
		t.Error("the operator's text is not as it should be")
	}
	b.get("/legal/privacy").want(200, "Nous gardons peu.", "in another language only")
	b.get("/legal/imprint").want(200, "The operator has not written this text yet", "Tillbird Test")
	for _, path := range []string{"/legal/secrets", "/legal/..%2fterms", "/legal/"} {
		b.get(path).want(404)
	}
	b.get("/accessibility").want(200, "WCAG 2.2 at level AA", "Tillbird Test")
	if b.get("/robots.txt"); b.status != 200 || !strings.Contains(b.body, "Disallow: /dashboard") || strings.Contains(b.body, "Disallow: /p/") {
		t.Errorf("robots: %d %s", b.status, b.body)
	}
	if b.get("/favicon.ico"); b.status != 200 || b.head.Get("Content-Type") != "image/png" {
		t.Errorf("favicon: %d %s", b.status, b.head.Get("Content-Type"))
	}
}
