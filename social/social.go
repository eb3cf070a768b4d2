// Package social takes posts out to the networks: what fits, what a first text says, who is only a crawler.
package social

import (
	"net/url"
	"strings"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"
)

// The networks, by the names that models keeps.
const (
	X        = "x"
	Bluesky  = "bluesky"
	Mastodon = "mastodon"
)

// Networks are the networks a post can be made for, the first being the one that is offered first.
var Networks = []string{X, Bluesky, Mastodon}

// The limits, in each network's own unit: weighted characters, graphemes and bytes, characters.
const (
	xLimit         = 280
	blueskyLimit   = 300
	blueskyBytes   = 3000
	mastodonLimit  = 500
	addressWeight  = 23 // of any address on X and Mastodon, however long it is
	longestAddress = 4096
)

// Count is the length of a text as a network counts it; Over is by how much it is too long, 0 where it fits.
type Count struct{ Used, Limit, Over int }

// Known tells whether a network is one of Networks.
func Known(network string) bool {
	return network == X || network == Bluesky || network == Mastodon
}

// Whole is the text as it goes out: with the link on a line of its own at the end, unless it holds the link already.
func Whole(text, link string) string {
	text = strings.TrimSpace(text)
	if link == "" || strings.Contains(text, link) {
		return text
	}
	if text == "" {
		return link
	}
	return text + "\n" + link
}

// Measure counts a text together with the link that goes out with it ("" for none).
func Measure(network, text, link string) Count {
	whole := strings.ToValidUTF8(Whole(text, link), "�")
	switch network {
	case Bluesky:
		count := counted(uniseg.GraphemeClusterCount(whole), blueskyLimit)
		count.Over = max(count.Over, len(whole)-blueskyBytes, 0)
		return count
	case Mastodon:
		return counted(mastodonLength(whole), mastodonLimit)
	default:
		return counted(weigh(norm.NFC.String(whole)), xLimit)
	}
}

func counted(used, limit int) Count {
	return Count{Used: used, Limit: limit, Over: max(used-limit, 0)}
}

// Fitting splits a text into the part that fits the network beside the link and the excess, at the edge of a character
// as people see it.
func Fitting(network, text, link string) (fits, excess string) {
	if Measure(network, text, link).Over == 0 {
		return text, ""
	}
	edges := []int{0}
	for rest, state, at := text, -1, 0; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		at += len(cluster)
		edges = append(edges, at)
	}
	low, high := 0, len(edges)-1
	for low < high {
		middle := (low + high + 1) / 2
		if Measure(network, text[:edges[middle]], link).Over == 0 {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return text[:edges[low]], text[edges[low]:]
}

// mastodonLength counts graphemes, an address with its scheme as 23.
func mastodonLength(text string) int {
	used, from := 0, 0
	for _, address := range addresses(text) {
		if !strings.HasPrefix(strings.ToLower(text[address.from:address.to]), "http") {
			continue
		}
		used += uniseg.GraphemeClusterCount(text[from:address.from]) + addressWeight
		from = address.to
	}
	return used + uniseg.GraphemeClusterCount(text[from:])
}

// ComposeLink is the address that opens the network's own composer with the text and the link in it; "" where the
// network has none that is the same for everybody, as with Mastodon's many servers. x is where X is, "" for the real one.
func ComposeLink(network, text, link, x string) string {
	text = strings.TrimSpace(text)
	switch network {
	case X:
		query := "text=" + queryEscape(text)
		if link != "" && !strings.Contains(text, link) {
			// X puts the address after a space of its own, so a line break is ours to bring.
			query = "text=" + queryEscape(text+"\n") + "&url=" + queryEscape(link)
		}
		if x == "" {
			x = "https://x.com"
		}
		return x + "/intent/post?" + query
	case Bluesky:
		return "https://bsky.app/intent/compose?text=" + queryEscape(Whole(text, link))
	}
	return ""
}

// AnswerLink is the address that opens the network's own composer with an answer to a post in it; "" where the network has
// none. x is as for ComposeLink.
func AnswerLink(network, answered, text, x string) string {
	link := ComposeLink(network, text, "", x)
	if network != X || link == "" {
		return ""
	}
	return link + "&in_reply_to=" + queryEscape(answered)
}

// queryEscape writes spaces as %20: the composers show a plus as a plus.
func queryEscape(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }
