package social

import (
	"net/netip"
	"testing"
)

// A server that people name is one of the open Internet.
func TestServerAddresses(t *testing.T) {
	t.Parallel()
	for given, wants := range map[string]string{
		"mastodon.social": "https://mastodon.social", " https://Mastodon.Social/ ": "https://mastodon.social", "fosstodon.org.": "https://fosstodon.org",
		"https://social.example.co.uk:443": "https://social.example.co.uk", "xn--bcher-kva.example": "https://xn--bcher-kva.example", "Bücher.example": "https://xn--bcher-kva.example",
		"http://mastodon.social": "", "https://mastodon.social/@shop": "", "https://me:secret@mastodon.social": "", "https://mastodon.social?x=1": "", "mastodon.social:8080": "",
		"localhost": "", "127.0.0.1": "", "https://10.0.0.1": "", "https://[::1]": "", "2130706433": "", "0x7f.1": "", "1.2.3": "", "intranet": "", "printer.local": "", "x.internal": "", "a..b": "", "-a.example": "", "": "",
		"http://localhost:3000": "", "file:///etc/passwd": "", "javascript:alert(1)": "",
	} {
		got, err := serverAddress(Mastodon, given, false)
		if got != wants || (err == nil) != (wants != "") {
			t.Errorf("%q is %q, %v", given, got, err)
		}
	}
	for given, wants := range map[string]string{"http://localhost:3000": "http://localhost:3000", "http://127.0.0.1:3000/": "http://127.0.0.1:3000", "http://10.0.0.1": "", "http://mastodon.social": "", "mastodon.social": "", "ftp://localhost": ""} {
		if got, _ := serverAddress(Mastodon, given, true); got != wants {
			t.Errorf("on this machine, %q is %q", given, got)
		}
	}
}

func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	for address, wants := range map[string]bool{
		"93.184.215.14": true, "2606:2800:21f:cb07:6820:80da:af6b:8b2c": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false, "0.0.0.0": false, "255.255.255.255": false, "224.0.0.1": false,
		"::1": false, "fe80::1": false, "fc00::1": false, "::ffff:127.0.0.1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false, "::": false,
	} {
		if got := public(netip.MustParseAddr(address).Unmap()); got != wants {
			t.Errorf("%s is public: %v", address, got)
		}
	}
}
