// Package web answers a request: who is it, what do they ask, which page.
package web

import (
	"log/slog"
	"net"
	"net/http"
	"strings"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/payments"
	"github.com/tillbird/tillbird/social"
	"github.com/tillbird/tillbird/static"
	"github.com/tillbird/tillbird/views"
)

// Settings is what the pages know of this installation.
type Settings struct {
	BaseURL        string // public address, no trailing slash
	Sandbox        bool
	SandboxURL     string       // the sandbox's page for its operator
	MailURL        string       // where the sandbox shows the letters it took
	XURL           string       // where X is, where that is not https://x.com
	FormOrigins    []string     // where a form's answer may lead: Stripe's pages, or the sandbox's
	TrustedProxies []*net.IPNet // whose X-Forwarded-For is believed; none = the peer is the client
	MetricsToken   string       // lets others than this machine read /metrics
	LegalFolder    string       // terms.en.md, privacy.fr.md … of the operator
	Operator       string       // who runs this installation, as shown in the footer and the imprint
	FlaggedWords   []string     // words that moderators look at closely
	FontsFolder    string       // where the index of the system's fonts is kept
	Version        string
	Publisher      *social.Publisher // takes posts out; nil where no network can be reached
}

// Server is the web side of Tillbird.
type Server struct {
	store    *models.Store
	pay      *payments.Payments
	set      Settings
	sessions *scs.SessionManager
	log      *slog.Logger
	echo     *echo.Echo
	handler  http.Handler
	figures  *figures
	tallies  keptTallies
	policy   policies
	common   http.Header // what every answer carries
	stills   *stills
	lists    *stills
	painter  *social.Painter
	easels   easels
}

// New wires the pages to the store and to payments.
func New(store *models.Store, pay *payments.Payments, set Settings, log *slog.Logger) *Server {
	s := &Server{store: store, pay: pay, set: set, log: log, figures: newFigures(), stills: newStills(stillsMost), lists: newStills(listsMost), painter: social.NewPainter(set.FontsFolder)}
	s.tallies = keptTallies{s.figures.tally(offerRoute, get, http.StatusOK), s.figures.tally(offerRoute, get, http.StatusNotModified)}
	s.policy = s.newPolicies()
	s.common = s.commonHeaders()
	s.sessions = s.newSessions()
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = s.answerError
	e.IPExtractor = s.clientAddress()
	e.Use(s.observe, s.recoverPanic, s.secureHeaders, s.dropSlash, s.limitBody)
	for _, r := range s.routes() {
		e.Add(r.method, r.path, s.admit(r))
		if r.method == get {
			// Echo answers HEAD on a GET route with 405; net/http drops the body of a HEAD by itself.
			e.Add(http.MethodHead, r.path, s.admit(r))
		}
	}
	e.GET("/static/*", echo.WrapHandler(static.Handler()))
	e.HEAD("/static/*", echo.WrapHandler(static.Handler()))
	s.echo = e
	s.handler = s.refuseCrossSite(e)
	return s
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if endpoint := eventPaths[r.URL.Path]; endpoint != "" && r.Method == post {
		s.receiveEvent(w, r, endpoint)
		return
	}
	if r.URL.Path == views.XWebhookPath && r.Method == post {
		s.receiveXEvent(w, r)
		return
	}
	if !s.answerKept(w, r) {
		s.handler.ServeHTTP(w, r)
	}
}

// clientAddress believes forwarded headers from the configured proxies only.
func (s *Server) clientAddress() echo.IPExtractor {
	if len(s.set.TrustedProxies) == 0 {
		return echo.ExtractIPDirect()
	}
	options := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, network := range s.set.TrustedProxies {
		options = append(options, echo.TrustIPRange(network))
	}
	return echo.ExtractIPFromXFFHeader(options...)
}

func (s *Server) https() bool { return strings.HasPrefix(s.set.BaseURL, "https://") }
