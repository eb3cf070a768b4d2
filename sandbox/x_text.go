package sandbox

import (
	"net/netip"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/unicode/norm"
)

// longestPost is X's limit, in weighted characters.
const longestPost = 280

// piece is something in a text that X marks: from and to are bytes.
type piece struct {
	from, to int
	kind     string // "url", "mention", "hashtag"
	value    string // the whole address, the handle, the tag
}

var (
	webAddress = regexp.MustCompile(`(?i)https?://[^\s<>"'\x{3000}-\x{303f}\x{ff00}-\x{ffef}]+|(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}(?::[0-9]+)?(?:/[^\s<>"]*)?`)
	mentioned  = regexp.MustCompile(`(^|[^a-zA-Z0-9_!#$%&*@＠/.])[@＠]([a-zA-Z0-9_]{1,15})`)
	tagged     = regexp.MustCompile(`(^|[^&\p{L}\p{M}\p{Nd}_/])[#＃]([\p{L}\p{M}\p{Nd}_]*[\p{L}\p{M}][\p{L}\p{M}\p{Nd}_]*)`)
)

// pieces finds what X marks in a text, in order.
func pieces(text string) []piece {
	found := addressesIn(text)
	for _, m := range mentioned.FindAllStringSubmatchIndex(text, -1) {
		next, _ := utf8.DecodeRuneInString(text[m[5]:])
		if next == '@' || next == '＠' || next == '_' || next < utf8.RuneSelf && isAlphanumeric(next) {
			continue
		}
		found = place(found, piece{m[3], m[5], "mention", text[m[4]:m[5]]})
	}
	for _, m := range tagged.FindAllStringSubmatchIndex(text, -1) {
		found = place(found, piece{m[3], m[5], "hashtag", text[m[4]:m[5]]})
	}
	return found
}

func isAlphanumeric(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// place puts a piece where it belongs, unless it is part of another.
func place(found []piece, p piece) []piece {
	at := len(found)
	for at > 0 && found[at-1].from > p.from {
		at--
	}
	if at > 0 && found[at-1].to > p.from || at < len(found) && found[at].from < p.to {
		return found
	}
	found = append(found, piece{})
	copy(found[at+1:], found[at:])
	found[at] = p
	return found
}

func addressesIn(text string) []piece {
	var found []piece
	for _, at := range webAddress.FindAllStringIndex(text, -1) {
		from, to := at[0], at[1]
		to = from + len(strings.TrimRight(text[from:to], `.,;:!?'"…»”’`))
		for strings.HasSuffix(text[from:to], ")") && strings.Count(text[from:to], "(") < strings.Count(text[from:to], ")") {
			to--
		}
		before, _ := utf8.DecodeLastRuneInString(text[:from])
		if from > 0 && (isAlphanumeric(before) || strings.ContainsRune("@＠#＃$-_./", before)) {
			continue
		}
		whole := text[from:to]
		if !strings.Contains(whole, "://") {
			whole = "http://" + whole
		}
		if plausibleAddress(whole) {
			found = append(found, piece{from, to, "url", whole})
		}
	}
	return found
}

// plausibleAddress tells whether X would link an address. The names of this machine are links here, as they are where
// the sandbox stands in for the world.
func plausibleAddress(address string) bool {
	if len(address) > 4096 {
		return false
	}
	_, rest, _ := strings.Cut(address, "://")
	host, _, _ := strings.Cut(strings.FieldsFunc(rest+"/", func(r rune) bool { return r == '/' || r == '?' || r == '#' })[0], ":")
	if isLoopback(host) {
		return true
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return false
	}
	labels := strings.Split(host, ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 {
			return false
		}
	}
	if len(labels) < 2 {
		return false
	}
	_, listed := publicsuffix.PublicSuffix("a." + strings.ToLower(labels[len(labels)-1]))
	return listed
}

// weight is the length of a text as X counts it: twitter-text, version 3.
func weight(text string) int {
	text = norm.NFC.String(strings.ToValidUTF8(text, "\ufffd"))
	links, used := addressesIn(text), 0
	for at := 0; at < len(text); {
		if len(links) > 0 && links[0].from == at {
			used += 23
			at, links = links[0].to, links[1:]
			continue
		}
		cluster, _, _, _ := uniseg.FirstGraphemeClusterInString(text[at:], -1)
		if len(links) > 0 && at+len(cluster) > links[0].from {
			cluster = text[at:links[0].from]
		}
		at += len(cluster)
		if pictured(cluster) {
			used += 2
			continue
		}
		for _, r := range cluster {
			used += weightOf(r)
		}
	}
	return used
}

// pictured tells whether a character as people see it is an emoji.
func pictured(cluster string) bool {
	for _, r := range cluster {
		if r == 0xfe0f || r == 0x20e3 || r >= 0x1f000 && r <= 0x1faff {
			return true
		}
	}
	return false
}

func weightOf(r rune) int {
	switch {
	case r <= 4351, r >= 8192 && r <= 8205, r >= 8208 && r <= 8223, r >= 8242 && r <= 8247:
		return 1
	}
	return 2
}

// shownAddress is an address as X shows it: without its scheme, and cut.
func shownAddress(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	rest = strings.TrimSuffix(strings.TrimPrefix(rest, "www."), "/")
	if utf8.RuneCountInString(rest) > 27 {
		return string([]rune(rest)[:26]) + "…"
	}
	return rest
}
