package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/tillbird/tillbird/mail"
	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
	"github.com/tillbird/tillbird/social"
	"github.com/tillbird/tillbird/words"
)

type migrateCommand struct{}

// Run brings the database up to date.
func (migrateCommand) Run(ctx context.Context, set *settings, out io.Writer, log *slog.Logger) error {
	store, err := openStore(ctx, set, time.Now, log)
	if err != nil {
		return err
	}
	defer store.Close()
	_, err = fmt.Fprintln(out, "The database is up to date.")
	return err
}

type adminCommand struct {
	Create adminCreateCommand `cmd:"" help:"Make an admin, or give an admin a new password."`
}

type adminCreateCommand struct {
	Email    string `arg:"" help:"E-mail address of the admin."`
	Language string `default:"en" enum:"en,fr" help:"Language of letters to the admin: en, fr."`
}

// Run makes an admin. The password is read from the standard input, so that it stands in no list of processes.
func (c adminCreateCommand) Run(ctx context.Context, set *settings, out io.Writer, log *slog.Logger) error {
	store, err := openStore(ctx, set, time.Now, log)
	if err != nil {
		return err
	}
	defer store.Close()
	fmt.Fprintf(out, "Password for %s (at least 10 characters), then Enter:\n", c.Email)
	password, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	_, err = store.CreateAdmin(ctx, c.Email, strings.TrimRight(password, "\r\n"), c.Language)
	var problems models.Problems
	if errors.As(err, &problems) {
		return errors.New(say(problems))
	}
	if err == nil {
		fmt.Fprintf(out, "%s is an admin of this installation and can sign in at /login.\n", c.Email)
	}
	return err
}

type webhooksCommand struct {
	Create webhooksCreateCommand `cmd:"" help:"Make both webhook endpoints at Stripe and print their secrets, once."`
}

type webhooksCreateCommand struct{}

// Run makes both endpoints with the API version that this program speaks.
func (webhooksCreateCommand) Run(ctx context.Context, set *settings, out io.Writer, log *slog.Logger) error {
	if set.sandboxed() {
		return errors.New("STRIPE_SECRET_KEY is missing: the sandbox makes its own endpoints")
	}
	pay, err := beside(set, nil, log)
	if err != nil {
		return err
	}
	made, err := pay.CreateWebhooks(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "Stripe shows these secrets once. Set them where Tillbird runs:")
	for _, hook := range made {
		name := "STRIPE_WEBHOOK_SECRET"
		if hook.Connect {
			name = "STRIPE_CONNECT_WEBHOOK_SECRET"
		}
		fmt.Fprintf(out, "%s=%s\n", name, hook.Secret)
	}
	return nil
}

// beside is payments for commands beside the server, which take no webhooks; the store may be nil.
func beside(set *settings, store *models.Store, log *slog.Logger) (*payments.Payments, error) {
	money, err := set.payments(set.BaseURL)
	if err != nil {
		return nil, err
	}
	money.WithoutWebhooks = true
	return payments.New(store, money, log)
}

type doctorCommand struct{}

// Run looks at everything that must fit together, and says what to do about what does not.
func (doctorCommand) Run(ctx context.Context, set *settings, out io.Writer, log *slog.Logger) error {
	ill := 0
	tell := func(ok bool, what, do string) {
		if ok {
			fmt.Fprintf(out, "ok    %s\n", what)
			return
		}
		ill++
		fmt.Fprintf(out, "FAIL  %s\n      %s\n", what, do)
	}
	if err := set.checkServing(); err != nil {
		tell(false, "settings", err.Error())
	} else {
		tell(true, "settings", "")
	}
	store := checkDatabase(ctx, set, log, tell)
	if store != nil {
		defer store.Close()
		checkBooks(ctx, store, tell)
	}
	checkBaseURL(ctx, set, tell)
	if set.sandboxed() {
		tell(true, "Stripe: the sandbox; no real money moves", "")
	} else if pay, err := beside(set, store, log); err != nil {
		tell(false, "Stripe", err.Error())
	} else {
		for _, finding := range pay.Check(ctx) {
			tell(finding.OK, finding.What, finding.Do)
		}
	}
	if x := social.New(set.social(set.BaseURL, nil, time.Now)).X(); x != nil && !set.sandboxed() {
		ok, what := x.CheckHook(ctx, set.BaseURL)
		tell(ok, what, "check TILLBIRD_X_BEARER_TOKEN, and that X can reach "+set.BaseURL+social.HookPath+"; while the server runs it mends the webhook every ten minutes")
	}
	if set.SMTPHost != "" {
		err := mail.New(nil, set.mail(set.BaseURL, nil), log).Check(ctx)
		tell(err == nil, "mail server "+set.SMTPHost, fmt.Sprintf("check TILLBIRD_SMTP_HOST, _PORT, _USER, _PASSWORD and _TLS: %v", err))
	}
	if ill > 0 {
		return fmt.Errorf("%d of these need care", ill)
	}
	return nil
}

// checkDatabase gives the store where no other process has it.
func checkDatabase(ctx context.Context, set *settings, log *slog.Logger, tell func(bool, string, string)) *models.Store {
	store, err := openStore(ctx, set, time.Now, log)
	if err != nil {
		// A running server holds the SQLite folder, and answers for it.
		if health(ctx, set, "/readyz") == nil {
			tell(true, "database: in use by the running server, which is ready", "")
			return nil
		}
		tell(false, "database", "check TILLBIRD_DATA and TILLBIRD_DATABASE_URL: "+err.Error())
		return nil
	}
	err = store.Ping(ctx)
	tell(err == nil, "database takes changes", fmt.Sprintf("is the disk full or read-only? %v", err))
	missing, err := store.MissingFromFolder(ctx)
	do := fmt.Sprintf("%d of the newest pictures and files are not there: restore the folder of the database's backup", missing)
	if set.DatabaseURL != "" {
		do += ", or share one folder among all instances on this database (TILLBIRD_DATA)"
	}
	if err != nil {
		do = err.Error()
	}
	tell(err == nil && missing == 0, "data folder "+set.Data+" has the newest pictures and files", do)
	return store
}

// checkBooks looks for events that stay away, differences from Stripe's books and jobs that fail.
func checkBooks(ctx context.Context, store *models.Store, tell func(bool, string, string)) {
	silent, err := store.SilentTypes(ctx)
	var names []string
	for _, t := range silent {
		names = append(names, t.Type)
	}
	tell(err == nil && len(silent) == 0, "webhooks: every kind of event that used to come still comes", fmt.Sprintf("check at Stripe that both endpoints are enabled; silent: %s", strings.Join(names, ", ")))
	differences, err := store.DifferencesOpen(ctx)
	tell(err == nil && differences == 0, "books: nothing differs from Stripe's", fmt.Sprintf("%d differences stand at /admin/differences", differences))
	failing, err := store.JobsFailing(ctx)
	tell(err == nil && failing == 0, "jobs: none fails", fmt.Sprintf("%d jobs fail or were given up: see /admin/jobs", failing))
}

func checkBaseURL(ctx context.Context, set *settings, tell func(bool, string, string)) {
	if set.BaseURL == "" {
		return
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, set.BaseURL+"/healthz", nil)
	if err == nil {
		var answer *http.Response
		if answer, err = (&http.Client{Timeout: 10 * time.Second}).Do(request); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				err = fmt.Errorf("it answers %s", answer.Status)
			}
		}
	}
	tell(err == nil, "base URL "+set.BaseURL+" reaches a running Tillbird", fmt.Sprintf("start the server, and check TILLBIRD_BASE_URL and the proxy before it: %v", err))
}

type healthCommand struct{}

// Run asks the running server, for a container's health check.
func (healthCommand) Run(ctx context.Context, set *settings, out io.Writer) error {
	if err := health(ctx, set, "/readyz"); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, "ready")
	return err
}

func health(ctx context.Context, set *settings, path string) error {
	host, port, err := net.SplitHostPort(set.Addr)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+path, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("no answer on %s: %w", set.Addr, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the server on %s answers %s", set.Addr, answer.Status)
	}
	return nil
}

// say puts problems into English: the operator's language on the command line.
func say(problems models.Problems) string {
	w := words.For("en", nil)
	var sentences []string
	for _, p := range problems {
		sentences = append(sentences, w.T("problem."+p.Code, p.Data...))
	}
	return strings.Join(sentences, " ")
}
