package social

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// ErrInside says that an address leads to this machine or its own network, where nobody outside may send us.
var ErrInside = errors.New("social: not an address of the public internet")

// reserved are networks that are not of the public internet, beyond those that netip tells (the registries of IANA for
// special purposes).
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("5f00::/16"), netip.MustParsePrefix("::/96"),
}

// Public tells whether an address is one of the public internet.
func Public(addr netip.Addr) bool {
	addr = addr.Unmap()
	if !addr.IsGlobalUnicast() || addr.IsPrivate() {
		return false
	}
	for _, network := range reserved {
		if network.Contains(addr) {
			return false
		}
	}
	return true
}

// Outside is a client for addresses that people give: it connects to the public internet only, which it sees at the moment
// of connecting, whatever a name was said to stand for before. It follows no redirects, keeps no connection and goes
// through no proxy. allowed says which addresses may be reached; Public outside of tests.
func Outside(wait time.Duration, allowed func(netip.Addr) bool) *http.Client {
	dialer := &net.Dialer{
		Timeout: wait / 2,
		ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(address)
			if err != nil || !allowed(to.Addr()) {
				return fmt.Errorf("%w: %s", ErrInside, address)
			}
			return nil
		},
	}
	return &http.Client{
		Timeout:       wait,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: dialer.DialContext, DisableKeepAlives: true, TLSHandshakeTimeout: wait / 2, ResponseHeaderTimeout: wait / 2, MaxResponseHeaderBytes: 64 << 10,
		},
	}
}
