package views

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/tillbird/tillbird/static"
	"github.com/tillbird/tillbird/words"
)

// testPage is a merchant's page with everything in the frame filled.
func testPage(lang, theme string) Page {
	return Page{
		W: words.For(lang, nil), Title: "Gallery", Path: "/dashboard?x=1", Theme: theme,
		Sandbox: true, SandboxURL: "http://127.0.0.1:8081/", MailURL: "/sandbox/mail",
		Viewer: Viewer{SignedIn: true, Email: "marie@kestrel.example", Initials: "MK", Admin: true},
		Shop:   ShopBadge{Name: "Maison Kestrel", Handle: "maisonkestrel", Role: "Owner"},
		Counts: Counts{Sales: 3, Payouts: 1, Reviews: 4},
		Flash:  Flash{Tone: ToneSuccess, Text: "Offer saved."},
	}
}

func rendered(t *testing.T, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestGallery draws every part, in both languages and themes. TILLBIRD_GALLERY names a folder to keep the pages
// in, with the assets beside them, for a look with one's own eyes.
func TestGallery(t *testing.T) {
	dir := os.Getenv("TILLBIRD_GALLERY")
	if dir == "" {
		dir = t.TempDir()
	}
	for _, lang := range words.Languages {
		for _, theme := range []string{"light", "dark"} {
			p := testPage(lang, theme)
			admin := p
			admin.Viewer.Admin = true
			guest := p
			guest.Viewer, guest.Shop, guest.Flash = Viewer{}, ShopBadge{}, Flash{}
			frames := map[string]templ.Component{
				"dashboard": within(Dashboard(p, "overview"), galleryOverview(p)),
				"form":      within(Dashboard(p, "offers"), galleryForm(p)),
				"order":     within(Dashboard(p, "sales"), galleryOrder(p)),
				"admin":     within(Admin(admin, "reviews"), galleryOrder(p)),
				"public":    within(Layout(guest), galleryPublic(guest)),
				"offer":     within(OfferFrame(guest, nil), galleryOffer(guest)),
			}
			for name, page := range frames {
				html := rendered(t, page)
				if strings.Contains(html, " style=") || strings.Contains(html, "<style") || strings.Contains(html, " onclick=") {
					t.Errorf("%s: inline style or script, which the content security policy refuses", name)
				}
				html = strings.ReplaceAll(html, static.Prefix, "static/")
				file := filepath.Join(dir, name+"-"+lang+"-"+theme+".html")
				if err := os.WriteFile(file, []byte(html), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	for _, name := range []string{"app.css", "offer.css", "app.js", "htmx.js", "bird.svg", "bricolage-latin.woff2", "bricolage-latin-ext.woff2"} {
		file := filepath.Join(dir, static.URL(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, static.Bytes(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if missing := words.Missing(); len(missing) > 0 {
		t.Errorf("words missing: %v", missing)
	}
}

func within(frame, content templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return frame.Render(templ.WithChildren(ctx, content), w)
	})
}
