package social

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
	"unicode"

	"golang.org/x/net/idna"
)

// What an answer may weigh and how long it may take.
const (
	mostAnswer  = 4 << 20
	answerLasts = 20 * time.Second
)

// wire is how every network is spoken to: with time-outs, with answers of a bounded size, and never led on elsewhere.
type wire struct {
	network string
	agent   string
	client  *http.Client
	now     func() time.Time
}

// request is one call. Body is a value to be sent as JSON, url.Values as a form, or an attachment as it is.
type request struct {
	method, url string
	token       string // sent as Bearer
	header      map[string]string
	body        any
	write       bool // something is changed there, so that a lost answer leaves a doubt
}

// attachment is a body that is sent as it is.
type attachment struct {
	kind    string
	content io.Reader
}

// answer is what came back, whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// reach is which machines a client may speak to.
type reach int

const (
	anywhere   reach = iota // the addresses are settings of the operator's
	publicOnly              // people name the servers: not the machines beside this one
	localOnly               // people name the servers, and there is nothing real: this machine alone
)

// newClient never follows a redirect: a token must not arrive where it was not sent.
func newClient(far reach) *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 4,
		IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second, ExpectContinueTimeout: time.Second, MaxResponseHeaderBytes: 64 << 10,
	}
	if far != anywhere {
		// A proxy would look the names up itself, behind the guard's back.
		transport.Proxy = nil
		dialer.Control = func(_, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if ip := at.Addr().Unmap(); err != nil || far == publicOnly && !public(ip) || far == localOnly && !ip.IsLoopback() {
				return errPrivate
			}
			return nil
		}
	}
	return &http.Client{
		Transport: transport, Timeout: answerLasts,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

var errPrivate = errors.New("the address is not one that may be spoken to")

// Networks that are nobody's on the open Internet, beyond those that netip names.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("::/96"), netip.MustParsePrefix("100::/64"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("5f00::/16"),
}

func public(at netip.Addr) bool {
	if !at.IsGlobalUnicast() || at.IsPrivate() {
		return false
	}
	for _, network := range reserved {
		if network.Contains(at) {
			return false
		}
	}
	return true
}

// send makes a call. Its error is an *Error where nothing came back; whatever came back is for the network to judge.
func (w *wire) send(ctx context.Context, r request) (*answer, error) {
	body, kind, err := r.content()
	if err != nil {
		return nil, err
	}
	out, err := http.NewRequestWithContext(ctx, r.method, r.url, body)
	if err != nil {
		return nil, &Error{Network: w.network, Kind: Refused, Detail: "this is no address"}
	}
	out.Header.Set("User-Agent", w.agent)
	out.Header.Set("Accept", "application/json")
	if kind != "" {
		out.Header.Set("Content-Type", kind)
	}
	if r.token != "" {
		out.Header.Set("Authorization", "Bearer "+r.token)
	}
	for name, value := range r.header {
		out.Header.Set(name, value)
	}
	in, err := w.client.Do(out)
	if err != nil {
		return nil, w.silent(err, r.write)
	}
	defer in.Body.Close()
	a := &answer{status: in.StatusCode, header: in.Header}
	if a.body, err = io.ReadAll(io.LimitReader(in.Body, mostAnswer+1)); err != nil {
		return nil, w.silent(err, r.write)
	}
	if len(a.body) > mostAnswer {
		return nil, &Error{Network: w.network, Kind: Temporary, Detail: "the answer is too large", Unsure: r.write}
	}
	return a, nil
}

func (r *request) content() (io.Reader, string, error) {
	switch body := r.body.(type) {
	case nil:
		return nil, "", nil
	case attachment:
		return body.content, body.kind, nil
	case url.Values:
		return strings.NewReader(body.Encode()), "application/x-www-form-urlencoded", nil
	default:
		text, err := json.Marshal(body)
		return strings.NewReader(string(text)), "application/json", err
	}
}

// silent is the error of a call that nobody answered. Its words are ours: Go's hold the whole address. Where there was
// not even a connection nothing can have been done.
func (w *wire) silent(err error, write bool) *Error {
	e := &Error{Network: w.network, Kind: Temporary, Detail: "no answer", Unsure: write}
	var op *net.OpError
	var timeout net.Error
	switch {
	case errors.Is(err, errPrivate):
		return &Error{Network: w.network, Kind: UnknownServer, Detail: errPrivate.Error()}
	case errors.As(err, &op) && op.Op == "dial":
		e.Detail, e.Unsure = "no connection", false
	case errors.As(err, &timeout) && timeout.Timeout():
		e.Detail = "no answer in time"
	}
	return e
}

// good tells whether a call did what it was made for.
func (a *answer) good() bool { return a.status >= 200 && a.status < 300 }

// into reads an answer's JSON; an answer that cannot be read is trouble on the network's side.
func (w *wire) into(a *answer, value any, write bool) error {
	if err := json.Unmarshal(a.body, value); err != nil {
		return &Error{Network: w.network, Kind: Temporary, Detail: "the answer cannot be read", Unsure: write}
	}
	return nil
}

// kindOf is what a status says where the body says no more.
func kindOf(status int) ErrorKind {
	switch {
	case status == http.StatusUnauthorized:
		return SignInExpired
	case status == http.StatusNotFound, status == http.StatusGone:
		return Gone
	case status == http.StatusTooManyRequests:
		return RateLimited
	case status == http.StatusNotImplemented:
		return Refused
	case status >= 500, status == http.StatusRequestTimeout, status == http.StatusTooEarly:
		return Temporary
	}
	return Refused
}

// brief cuts a network's own words to what fits a line.
func brief(words string) string {
	words = strings.Join(strings.Fields(strings.ToValidUTF8(words, "�")), " ")
	if runes := []rune(words); len(runes) > 300 {
		return string(runes[:299]) + "…"
	}
	return words
}

// serverAddress is the address of a server that a person named, https without a path. Where local is set it is one of this
// machine, with https or without.
func serverAddress(network, given string, local bool) (string, error) {
	wrong := &Error{Network: network, Kind: UnknownServer, Detail: "this is no server's address"}
	given = strings.TrimSpace(given)
	if !strings.Contains(given, "://") {
		given = "https://" + given
	}
	u, err := url.Parse(given)
	if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "" {
		return "", wrong
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	ip := net.ParseIP(host)
	if local {
		if host != "localhost" && (ip == nil || !ip.IsLoopback()) || u.Scheme != "http" && u.Scheme != "https" {
			return "", wrong
		}
		return u.Scheme + "://" + strings.ToLower(u.Host), nil
	}
	if strings.IndexFunc(host, func(r rune) bool { return r > unicode.MaxASCII }) >= 0 {
		if host, err = idna.Lookup.ToASCII(host); err != nil {
			return "", wrong
		}
	}
	labels := strings.Split(host, ".")
	if u.Scheme != "https" || u.Port() != "" && u.Port() != "443" || ip != nil || len(labels) < 2 || len(host) > 253 {
		return "", wrong
	}
	for _, label := range labels {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return "", wrong
		}
	}
	if last := labels[len(labels)-1]; strings.Trim(last, "0123456789") == "" || last == "local" || last == "internal" || last == "localhost" {
		return "", wrong
	}
	return "https://" + host, nil
}
