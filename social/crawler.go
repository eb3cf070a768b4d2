package social

import (
	"regexp"
	"strings"
)

// crawler finds machines that call themselves browsers. Apps of the networks that show pages to people (Pinterest,
// Snapchat, Instagram, X) name themselves in their agents too and are not meant.
var crawler = regexp.MustCompile(`bot\b|cardyb|facebookexternalhit|meta-external|slack-imgproxy|skypeuripreview|iframely|embedly` +
	`|google-inspectiontool|googleother|apis-google|mediapartners|feedfetcher|bingpreview|slurp|duckassist|baiduspider|yandex\w+/` +
	`|ia_archiver|archive\.org|crawler|spider|fetcher|scraper|uptime|validator|link ?check|headlesschrome|phantomjs|lighthouse` +
	`|ahrefs|semrush|mastodon|pleroma|akkoma|misskey|lemmy`)

// people are names of browsers and telephones that only sound like a machine.
var people = strings.NewReplacer("yabrowser/", "", "yasearchbrowser/", "", "cubot", "")

// IsCrawler tells whether a user agent is a machine's, whose visit is no click: it says so, or says nothing, or does
// not call itself a browser at all.
func IsCrawler(userAgent string) bool {
	agent := strings.ToLower(strings.TrimSpace(userAgent))
	if !strings.HasPrefix(agent, "mozilla/") && !strings.HasPrefix(agent, "opera/") {
		return true
	}
	return crawler.MatchString(people.Replace(agent))
}
