package mail_test

import (
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/words"
)

// read is a letter as a program for mail reads it.
type read struct {
	*mail.Message
	subject, text, page string
}

func open(t *testing.T, d delivery) read {
	t.Helper()
	message := d.message(t)
	subject, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	r := read{Message: message, subject: subject}
	kind, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("Content-Type %q: %v", message.Header.Get("Content-Type"), err)
	}
	parts := multipart.NewReader(message.Body, params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		var body io.Reader = part
		switch strings.ToLower(part.Header.Get("Content-Transfer-Encoding")) {
		case "quoted-printable":
			body = quotedprintable.NewReader(part)
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, part)
		}
		content, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		switch kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type")); kind {
		case "text/plain":
			r.text = strings.ReplaceAll(string(content), "\r\n", "\n")
		case "text/html":
			r.page = string(content)
		}
	}
	return r
}

var hrefs = regexp.MustCompile(`href="([^"]*)"`)

// check looks at what every letter must be.
func check(t *testing.T, kind string, r read, lang string, clock time.Time) {
	t.Helper()
	if r.subject == "" || strings.ContainsAny(r.subject, "\r\n") || strings.Contains(r.subject, "letter.") {
		t.Errorf("%s: subject %q", kind, r.subject)
	}
	for header, want := range map[string]string{"Auto-Submitted": "auto-generated", "Content-Language": lang, "From": `"Tillbird" <till@till.example.com>`} {
		if got := r.Header.Get(header); got != want {
			t.Errorf("%s: %s is %q, want %q", kind, header, got, want)
		}
	}
	if at, err := r.Header.Date(); err != nil || !at.Equal(clock.Truncate(time.Second)) {
		t.Errorf("%s: Date %s, %v", kind, r.Header.Get("Date"), err)
	}
	if r.text == "" || r.page == "" {
		t.Fatalf("%s: text %d bytes, page %d bytes", kind, len(r.text), len(r.page))
	}
	if !strings.Contains(r.page, `<html lang="`+lang+`">`) || strings.Contains(r.page, "<img") || strings.Contains(r.page, "src=") {
		t.Errorf("%s: the page has another language or fetches something", kind)
	}
	if _, err := html.Parse(strings.NewReader(r.page)); err != nil {
		t.Errorf("%s: %v", kind, err)
	}
	for _, found := range hrefs.FindAllStringSubmatch(r.page, -1) {
		address := html.UnescapeString(found[1])
		if !strings.HasPrefix(address, base+"/") || strings.HasPrefix(address, base+"//") {
			t.Errorf("%s: link %s", kind, address)
		}
		if !strings.Contains(r.text, address+"\n") {
			t.Errorf("%s: the text lacks %s", kind, address)
		}
	}
	for _, gone := range []string{"letter." + kind, "letter.order", "letter.footer", "letter.review", "<no value>", "{{", "%!"} {
		if strings.Contains(r.text, gone) {
			t.Errorf("%s: %q in %s", kind, gone, r.text)
		}
	}
	if !strings.Contains(r.text, "Harbour Co-op") {
		t.Errorf("%s: the operator is not named", kind)
	}
	page := plainWords(t, r.page)
	for _, line := range strings.Split(r.text, "\n") { // what the text says, the page says
		for _, piece := range strings.Split(strings.TrimPrefix(line, "> "), " · ") {
			piece = strings.Join(strings.Fields(piece), " ")
			if piece != "--" && !strings.HasPrefix(piece, base) && !strings.Contains(page, piece) {
				t.Errorf("%s: the page lacks %q", kind, piece)
			}
		}
	}
	checked.Store(kind+" "+lang, true)
}

// contains looks for words in both parts.
func contains(t *testing.T, kind string, r read, wanted ...string) {
	t.Helper()
	page := html.UnescapeString(r.page)
	for _, want := range wanted {
		if !strings.Contains(r.text, want) {
			t.Errorf("%s: %q is not in the text:\n%s", kind, want, r.text)
		}
		for _, line := range strings.Split(want, "\n") {
			if !strings.Contains(page, line) {
				t.Errorf("%s: %q is not in the page", kind, line)
			}
		}
	}
}

var secrets = map[string]*regexp.Regexp{
	"confirm_email":   regexp.MustCompile(regexp.QuoteMeta(base) + `/email/confirmations/([a-z0-9]{32})\n`),
	"reset_password":  regexp.MustCompile(regexp.QuoteMeta(base) + `/password/resets/([a-z0-9]{32})\n`),
	"receipt":         regexp.MustCompile(regexp.QuoteMeta(base) + `/orders/([a-z0-9]{32})\n`),
	"order_links":     regexp.MustCompile(regexp.QuoteMeta(base) + `/orders/([a-z0-9]{32})\n`),
	"refunded":        regexp.MustCompile(regexp.QuoteMeta(base) + `/orders/([a-z0-9]{32})\n`),
	"shipped":         regexp.MustCompile(regexp.QuoteMeta(base) + `/orders/([a-z0-9]{32})\n`),
	"shortfall_buyer": regexp.MustCompile(regexp.QuoteMeta(base) + `/orders/([a-z0-9]{32})\n`),
}

// secret is what the link of a letter carries.
func secret(t *testing.T, kind string, r read) string {
	t.Helper()
	found := secrets[kind].FindStringSubmatch(r.text)
	if found == nil {
		t.Fatalf("%s has no link: %s", kind, r.text)
	}
	return found[1]
}

func TestAccountLetters(t *testing.T) {
	for _, lang := range words.Languages {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, lang)
			ctx := t.Context()
			signUp := models.SignUp{Email: "ana@example.com", Password: "a quiet harbour", Language: lang}
			user, err := w.store.CreateUser(ctx, signUp)
			w.must(err)
			letters := w.post("ana@example.com")
			_, err = w.store.ConfirmEmail(ctx, secret(t, "confirm_email", open(t, letters["confirm_email"])))
			w.must(err)

			_, err = w.store.CreateUser(ctx, signUp)
			w.must(err)
			w.must(w.store.AskPasswordReset(ctx, user.Email))
			more := w.post("ana@example.com")
			w.must(w.store.ResetPassword(ctx, secret(t, "reset_password", open(t, more["reset_password"])), "a louder harbour"))
			last := w.post("ana@example.com")

			for kind, d := range map[string]delivery{
				"confirm_email": letters["confirm_email"], "account_exists": more["account_exists"],
				"reset_password": more["reset_password"], "password_changed": last["password_changed"],
			} {
				r := open(t, d)
				check(t, kind, r, lang, w.clock.Now())
				if kind == "account_exists" {
					contains(t, kind, r, base+"/login", base+"/password", "till.example.com")
				} else {
					contains(t, kind, r, "ana@example.com")
				}
			}
			if missing := words.Missing(); len(missing) > 0 {
				t.Error(missing)
			}
		})
	}
}

func TestReviewLetters(t *testing.T) {
	note := "The picture shows <another> apron.\nTake one of yours."
	for _, lang := range words.Languages {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, lang)
			w.open()
			w.post("ana@example.com")
			p := words.For(lang, nil)
			for verdict, decision := range map[string]models.Decision{
				"approved":      {Verdict: "approved"},
				"changes_asked": {Verdict: "changes_asked", Reason: "picture", Note: note},
				"rejected":      {Verdict: "rejected", Reason: "prohibited"},
			} {
				offer := w.offer("Linen apron "+verdict, "ship", "3", decision)
				r := open(t, w.post("ana@example.com")["review_decided"])
				check(t, "review_decided", r, lang, w.clock.Now())
				contains(t, verdict, r, "Linen apron "+verdict, base+"/dashboard/offers/"+offer.Slug)
				if decision.Reason != "" {
					contains(t, verdict, r, p.T("letter.reason."+decision.Reason))
				}
				if decision.Note != "" {
					contains(t, verdict, r, "shows <another> apron.")
					if strings.Contains(r.page, "<another>") {
						t.Error("the note is not escaped")
					}
				}
			}
			live := w.live("Live apron", "ship", "3")
			w.post("ana@example.com")
			w.must(w.store.UpdateOffer(t.Context(), w.shop, w.owner, &live.Offer, models.OfferForm{Title: "Live apron, blue", Price: "42,00", Currency: "eur", Stock: "3", Fulfilment: "ship"}))
			w.must(w.store.SendToReview(t.Context(), w.shop, w.owner, &live.Offer))
			queue, err := w.store.ReviewQueue(t.Context())
			w.must(err)
			w.must(w.store.Decide(t.Context(), w.admin, &queue[0], models.Decision{Verdict: "approved"}))
			contains(t, "edit approved", open(t, w.post("ana@example.com")["review_decided"]), "Live apron, blue", p.T("letter.review.approved.live"))
			for _, code := range models.ReviewReasons {
				if !p.Has("letter.reason." + code) {
					t.Errorf("the reason %s has no words", code)
				}
			}
			if missing := words.Missing(); len(missing) > 0 {
				t.Error(missing)
			}
		})
	}
}

func TestOrderLetters(t *testing.T) {
	for _, lang := range words.Languages {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, lang)
			w.open()
			ctx := t.Context()
			p := words.For(lang, w.shop.Zone())
			offer := w.live("Linen apron", "ship", "2")
			post, err := w.store.CreatePost(ctx, w.shop, w.owner, &offer.Offer, "x", "Fresh linen\naprons today", 0)
			w.must(err)
			w.post("ana@example.com")

			// Two orders want the last two; the one whose hold ended pays all the same.
			late := w.place(offer, "late@example.com", "late", "2")
			w.must(w.store.ExpireOrder(ctx, late, nil))
			offer, w.shop, err = w.store.PublicOffer(ctx, offer.Slug)
			w.must(err)
			order := w.place(offer, "fan@example.com", "fan", "2")
			_ = post
			w.pay(order, "fan")
			w.pay(late, "late")
			w.must(w.store.FindOrders(ctx, "fan@example.com", lang))
			w.must(w.store.MarkSent(ctx, w.shop, w.owner, order, models.ShipmentForm{Carrier: "laposte", Tracking: "6A 0012"}))
			refund, err := w.store.AskRefund(ctx, w.shop, w.owner, order, models.RefundForm{Amount: "12,00", Reason: "requested", Words: "One seam was open."})
			w.must(err)
			w.must(w.store.RecordRefund(ctx, refund.ID, "re_1", "succeeded", "", nil))
			order, err = w.store.Order(ctx, order.ID)
			w.must(err)
			letters := w.post("fan@example.com", "late@example.com", "ana@example.com")

			total := p.Money(models.Money{Amount: 8400, Currency: "eur"})
			for kind, wanted := range map[string][]string{
				"sold":            {"2 × Linen apron", total, p.Money(order.Net()), "fan@example.com", "Noé Fan", base + "/dashboard/sales/" + order.Slug},
				"receipt":         {"2 × Linen apron", total, "Kestrel SARL", "3 quai du Port", "29000 Quimper", "France", "help@kestrel.example.com", "1 rue des Écoles", "Unworn, within 30 days.", p.DateTime(w.clock.Now()), p.Money(models.Money{Amount: 4200, Currency: "eur"})},
				"order_links":     {"2 × Linen apron", total, "Maison Kestrel"},
				"refunded":        {"2 × Linen apron", p.Money(models.Money{Amount: 1200, Currency: "eur"}), "One seam was open.", "help@kestrel.example.com"},
				"shipped":         {"2 × Linen apron", "Maison Kestrel", p.Date(w.clock.Now()), "La Poste, Colissimo", "6A0012", "1 rue des Écoles"},
				"shortfall_buyer": {"2 × Linen apron", total, "Maison Kestrel", "help@kestrel.example.com"},
				"shortfall_shop":  {"2 × Linen apron", total, "late@example.com", base + "/dashboard/offers/" + offer.Slug},
			} {
				d, ok := letters[kind]
				if !ok {
					t.Errorf("no letter %s", kind)
					continue
				}
				r := open(t, d)
				check(t, kind, r, lang, w.clock.Now())
				contains(t, kind, r, wanted...)
				if kind == "receipt" || kind == "shortfall_buyer" || kind == "shipped" || kind == "refunded" {
					if got := r.Header.Get("Reply-To"); got != `"Maison Kestrel" <help@kestrel.example.com>` {
						t.Errorf("%s: Reply-To %q", kind, got)
					}
				}
				if secrets[kind] != nil {
					view, _, err := w.store.OrderByToken(ctx, secret(t, kind, r))
					w.must(err)
					if want := map[bool]string{true: "late@example.com", false: "fan@example.com"}[kind == "shortfall_buyer"]; view.Email != want {
						t.Errorf("%s leads to the order of %s", kind, view.Email)
					}
				}
			}
			if missing := words.Missing(); len(missing) > 0 {
				t.Error(missing)
			}
		})
	}
}
