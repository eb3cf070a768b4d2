package social

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// plain is the text of a post's HTML as its author wrote it, with the addresses of its links. Servers cut long addresses
// into parts that are hidden, all of which belong to them; and newer ones repeat a quoted address above the text for
// older ones.
func plain(content string) (text string, links []string) {
	var out strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(content))
	skip := ""
	for {
		kind := tokens.Next()
		if kind == html.ErrorToken {
			return strings.TrimSpace(out.String()), links
		}
		token := tokens.Token()
		switch {
		case skip != "":
			if kind == html.EndTagToken && token.Data == skip {
				skip = ""
			}
		case kind == html.TextToken:
			out.WriteString(token.Data)
		case kind == html.StartTagToken && (hasClass(token, "quote-inline") || token.Data == "script" || token.Data == "style"):
			skip = token.Data
		case (kind == html.StartTagToken || kind == html.SelfClosingTagToken) && token.Data == "br":
			out.WriteString("\n")
		case kind == html.StartTagToken && token.Data == "li":
			out.WriteString("\n")
		case kind == html.StartTagToken && token.Data == "a" && !hasClass(token, "mention"):
			for _, attribute := range token.Attr {
				if attribute.Key == "href" {
					links = append(links, attribute.Val)
				}
			}
		case kind == html.EndTagToken && slices.Contains([]string{"p", "blockquote", "ul", "ol", "pre"}, token.Data):
			out.WriteString("\n\n")
		}
	}
}

func hasClass(token html.Token, class string) bool {
	for _, attribute := range token.Attr {
		if attribute.Key == "class" && slices.Contains(strings.Fields(attribute.Val), class) {
			return true
		}
	}
	return false
}
