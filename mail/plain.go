package mail

import (
	"strings"

	"github.com/tillbird/tillbird/views"
)

// plain is a letter as plain text: the same words as its page.
func plain(l views.Letter) string {
	var out strings.Builder
	block := func(lines ...string) {
		for _, line := range lines {
			out.WriteString(line + "\n")
		}
		out.WriteString("\n")
	}
	block(l.Heading)
	for _, part := range l.Parts {
		if part.Words != "" {
			block(part.Words)
		}
		if part.Quote != "" {
			block("> " + strings.Join(lines(part.Quote), "\n> "))
		}
		if len(part.Rows) > 0 {
			var rows []string
			for _, row := range part.Rows {
				values := lines(row.Value)
				rows = append(rows, row.Name+" · "+values[0])
				for _, more := range values[1:] {
					rows = append(rows, "  "+more)
				}
			}
			block(rows...)
		}
		if part.Button.Href != "" {
			block(part.Button.Label, part.Button.Href)
		}
		for _, link := range part.Links {
			if link.About != "" {
				block(link.Label, link.About, link.Href)
			} else {
				block(link.Label, link.Href)
			}
		}
	}
	// What follows the two hyphens programs know as the signature.
	block(append([]string{"-- "}, l.Footer...)...)
	if l.Stop.Href != "" {
		block(l.Stop.Label, l.Stop.Href)
	}
	return strings.TrimRight(out.String(), "\n") + "\n"
}

// lines are the lines of a text that somebody typed.
func lines(text string) []string {
	return strings.Split(strings.ReplaceAll(strings.TrimSpace(text), "\r\n", "\n"), "\n")
}
