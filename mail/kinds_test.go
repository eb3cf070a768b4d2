package mail_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"golang.org/x/net/html"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/words"
)

// kindsWritten are the kinds that write knows, by its source.
func kindsWritten(t *testing.T) (kinds []string) {
	t.Helper()
	source, err := os.ReadFile("letter.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range regexp.MustCompile(`(?m)^\tcase (".*"):$`).FindAllStringSubmatch(string(source), -1) {
		for _, kind := range regexp.MustCompile(`"([a-z_]+)"`).FindAllStringSubmatch(line[1], -1) {
			kinds = append(kinds, kind[1])
		}
	}
	return kinds
}

// checked are the kinds that check has looked at, by language.
var checked sync.Map

// TestMain fails where no test looked at a kind of letter in a language.
func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 && flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.list").Value.String() == "" {
		for _, kind := range models.LetterKinds {
			for _, lang := range words.Languages {
				if _, ok := checked.Load(kind + " " + lang); !ok {
					fmt.Printf("no test looks at %s in %s\n", kind, lang)
					code = 1
				}
			}
		}
	}
	os.Exit(code)
}

// Whoever adds a kind of letter puts it on the list, gives it a name in every language, and looks at it in a test here.
func TestEveryKindIsKnown(t *testing.T) {
	t.Parallel()
	written := kindsWritten(t)
	if len(written) < 20 {
		t.Fatalf("only %v", written)
	}
	for _, kind := range written {
		if !slices.Contains(models.LetterKinds, kind) {
			t.Errorf("models.LetterKinds lacks %s", kind)
		}
		for _, lang := range words.Languages {
			if !words.For(lang, nil).Has("letter.kind." + kind) {
				t.Errorf("%s: no letter.kind.%s", lang, kind)
			}
		}
	}
	for _, kind := range models.LetterKinds {
		if !slices.Contains(written, kind) {
			t.Errorf("nobody writes %s", kind)
		}
	}
}

// plainWords are a page's words without its marks, to compare with the plain text.
func plainWords(t *testing.T, page string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "style" && n.Parent.Data != "title" {
			out.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

func TestTeamAndModerationLetters(t *testing.T) {
	for _, lang := range words.Languages {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, lang)
			w.open()
			ctx := t.Context()
			p := words.For(lang, w.shop.Zone())
			letters := map[string]delivery{}
			gather := func(people ...string) {
				for kind, d := range w.post(people...) {
					letters[kind] = d
				}
			}
			gather("ana@example.com")

			join := func(email string, role models.Role) *models.Teammate {
				_, err := w.store.Invite(ctx, w.shop, w.owner, models.InvitationForm{Email: email, Role: string(role)}, lang)
				w.must(err)
				letter, err := w.store.LatestLetter(ctx, "invitation", email)
				w.must(err)
				in, err := w.store.InvitationBySecret(ctx, letter.Secret)
				w.must(err)
				gather(email)
				user, err := w.store.JoinByInvitation(ctx, in, "a lamp by the sea", lang)
				w.must(err)
				gather("ana@example.com")
				mate, err := w.store.TeammateIn(ctx, w.shop, user.ID)
				w.must(err)
				return mate
			}
			lee := join("lee@example.com", models.Support)
			kim := join("kim@example.com", models.Analyst)
			w.must(w.store.ChangeRole(ctx, w.shop, w.owner, lee, models.Manager))
			lee.Role = models.Manager
			w.must(w.store.RemoveMember(ctx, w.shop, w.owner, lee))
			user, err := w.store.User(ctx, kim.UserID)
			w.must(err)
			w.must(w.store.RemoveMember(ctx, w.shop, user, kim))
			gather("lee@example.com", "kim@example.com", "ana@example.com")

			offer := w.live("Linen apron", "ship", "3")
			order := w.place(offer, "fan@example.com", "fan", "1")
			w.pay(order, "fan")
			refund, err := w.store.AskRefund(ctx, w.shop, w.owner, order, models.RefundForm{Amount: "12,00", Reason: "requested"})
			w.must(err)
			w.must(w.store.RecordRefund(ctx, refund.ID, "re_1", "failed", "expired_or_canceled_card", nil))
			w.must(w.store.TakeDown(ctx, w.admin, &offer.Offer, "Not <yours> to sell."))
			w.must(w.store.SetStanding(ctx, w.admin, w.shop, "suspended", "Twice now."))
			gather("fan@example.com", "ana@example.com")

			twelve := p.Money(models.Money{Amount: 1200, Currency: "eur"})
			role := func(role models.Role) string { return p.T("state.role." + string(role) + ".title") }
			for kind, wanted := range map[string][]string{
				"invitation": {"Maison Kestrel", "ana@example.com", role(models.Analyst), base + "/invitations/"}, "member_joined": {"kim@example.com", role(models.Analyst), base + "/dashboard/settings/team"},
				"member_role": {"lee@example.com", role(models.Support), role(models.Manager), "ana@example.com"}, "member_removed": {"lee@example.com", "ana@example.com"}, "member_left": {"kim@example.com"},
				"your_role": {"Maison Kestrel", role(models.Support), role(models.Manager)}, "your_removed": {"Maison Kestrel", "ana@example.com"}, "your_left": {"Maison Kestrel"},
				"offer_taken_down": {"Linen apron", "Not <yours> to sell.", base + "/dashboard/offers/" + offer.Slug}, "shop_standing": {"Maison Kestrel", "Twice now."},
				"refund_failed_buyer": {twelve, "Linen apron", "help@kestrel.example.com", base + "/orders/"}, "refund_failed_shop": {twelve, "fan@example.com", base + "/dashboard/sales/" + order.Slug},
				"sold": {base + "/unsubscriptions/", p.T("letter.footer.stop")},
			} {
				d, ok := letters[kind]
				if !ok {
					t.Errorf("no letter %s", kind)
					continue
				}
				r := open(t, d)
				check(t, kind, r, lang, w.clock.Now())
				contains(t, kind, r, wanted...)
				one, click := r.Header.Get("List-Unsubscribe"), r.Header.Get("List-Unsubscribe-Post")
				if stops := kind == "sold"; stops != strings.HasPrefix(one, "<"+base+"/unsubscriptions/") || stops != (click == "List-Unsubscribe=One-Click") {
					t.Errorf("%s: List-Unsubscribe %q, %q", kind, one, click)
				}
			}
			if missing := words.Missing(); len(missing) > 0 {
				t.Error(missing)
			}
		})
	}
}

func TestLettersOfTrouble(t *testing.T) {
	for _, lang := range words.Languages {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, lang)
			w.open()
			ctx := t.Context()
			offer := w.live("Linen apron", "ship", "20")
			w.post("ana@example.com")
			due := w.store.Now().Add(7 * 24 * time.Hour)
			bought := func(key string) *models.Order {
				order := w.place(offer, key+"@example.com", key, "1")
				w.pay(order, key)
				order, err := w.store.Order(ctx, order.ID)
				w.must(err)
				return order
			}
			dispute := func(order *models.Order, state string) {
				w.must(w.store.RecordDispute(ctx, order, models.DisputeNews{StripeID: "du_" + order.Slug, ChargeID: "ch_" + order.Slug, Amount: order.Total, Currency: order.Currency, Reason: "product_not_received", State: state, DueAt: &due, OpenedAt: w.store.Now()}))
			}
			asked, won, lost, warned, left := bought("asked"), bought("won"), bought("lost"), bought("warned"), bought("left")
			w.post("ana@example.com", "left@example.com")
			dispute(asked, "warning_needs_response")
			dispute(asked, "warning_closed")
			dispute(won, "needs_response")
			dispute(won, "won")
			dispute(lost, "needs_response")
			dispute(lost, "lost")
			w.must(w.store.RecordWarning(ctx, warned, models.WarningNews{StripeID: "issfr_1", Kind: "misc", Actionable: true, At: w.store.Now()}))
			view, err := w.store.OrderView(ctx, left)
			w.must(err)
			w.must(w.store.Withdraw(ctx, view, w.shop, "Noé Fan", "Too small."))
			letters := w.post("ana@example.com", "left@example.com")
			for _, kind := range []string{"dispute_inquiry", "inquiry_closed", "dispute_opened", "dispute_won", "dispute_lost", "fraud_warning", "withdrawn_buyer", "withdrawn_shop"} {
				d, ok := letters[kind]
				if !ok {
					t.Errorf("no letter %s", kind)
					continue
				}
				r := open(t, d)
				check(t, kind, r, lang, w.clock.Now())
				if !strings.Contains(r.text, base+"/") {
					t.Errorf("%s leads nowhere:\n%s", kind, r.text)
				}
			}
			if missing := words.Missing(); len(missing) > 0 {
				t.Error(missing)
			}
		})
	}
}

func TestARefusedLetterIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "en")
	w.signUp()
	letter := w.waiting()
	w.server.set(func() { w.server.refuse = errGone })
	w.must(w.mail.Send(t.Context(), letter.ID))
	if got := w.waiting(); got.State != "failed" || got.Failure != "refused" || !strings.Contains(got.LastError, "no such mailbox") {
		t.Fatalf("%+v", got)
	}
	w.server.set(func() { w.server.refuse = errFull })
	admin, err := w.store.CreateAdmin(t.Context(), "admin@example.com", "a watchful heron", "en")
	w.must(err)
	w.must(w.store.RetryLetter(t.Context(), admin, &letter))
	for range 20 {
		_ = w.mail.Send(t.Context(), letter.ID)
	}
	if got := w.waiting(); got.State != "failed" || got.Failure != "given_up" || got.Tries != 20 {
		t.Fatalf("%+v", got)
	}
}

var errGone = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
