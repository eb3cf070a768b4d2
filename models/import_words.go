package models

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// markup tells a text with HTML in it from a plain one.
var markup = regexp.MustCompile(`<[a-zA-Z/!]|&[a-zA-Z#][a-zA-Z0-9]*;`)

// unsaid are elements whose content is not for reading.
var unsaid = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Head: true, atom.Title: true, atom.Noscript: true, atom.Template: true, atom.Iframe: true, atom.Object: true,
	atom.Svg: true, atom.Math: true, atom.Select: true, atom.Button: true, atom.Video: true, atom.Audio: true, atom.Canvas: true,
}

// blocks are elements that begin a line of their own; those that are true have an empty line around them.
var blocks = map[atom.Atom]bool{
	atom.P: true, atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true, atom.Ul: true, atom.Ol: true, atom.Table: true,
	atom.Blockquote: true, atom.Pre: true, atom.Hr: true, atom.Section: true, atom.Article: true, atom.Figure: true, atom.Dl: true,
	atom.Div: false, atom.Li: false, atom.Tr: false, atom.Dt: false, atom.Dd: false, atom.Br: false, atom.Header: false, atom.Footer: false, atom.Figcaption: false,
}

// wordsOfHTML gives the words of a page's HTML as plain text, which is how an offer's words are kept: paragraphs apart,
// lists as lines with a dot. Nothing of the markup stays, so nothing of it can ever run.
func wordsOfHTML(body string) string {
	if !markup.MatchString(body) {
		return tidyLines(cleanLines(body))
	}
	var out wording
	tokens := html.NewTokenizer(strings.NewReader(strings.ToValidUTF8(body, "")))
	hidden, depth := atom.Atom(0), 0 // the element whose content is passed over
	for {
		kind := tokens.Next()
		if kind == html.ErrorToken {
			return tidyLines(cleanLines(out.String()))
		}
		token := tokens.Token()
		tag := token.DataAtom
		switch {
		case hidden != 0:
			if tag == hidden && kind == html.StartTagToken {
				depth++
			} else if tag == hidden && kind == html.EndTagToken {
				if depth--; depth == 0 {
					hidden = 0
				}
			}
		case kind == html.StartTagToken && unsaid[tag]:
			hidden, depth = tag, 1
		case kind == html.TextToken:
			out.say(token.Data)
		case kind == html.StartTagToken || kind == html.EndTagToken || kind == html.SelfClosingTagToken:
			out.element(tag, kind != html.EndTagToken)
		}
	}
}

// wording is a text as it grows: space and breaks are written before the next word only.
type wording struct {
	strings.Builder
	breaks int
	space  bool
}

func (w *wording) say(text string) {
	for i, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\n' || r == '\t' || r == '\r' || r == '\f' }) {
		if i > 0 || strings.ContainsAny(text[:1], " \n\t\r\f") {
			w.space = true
		}
		if blank(word) { // editors fill empty paragraphs with spaces that do not break
			continue
		}
		switch {
		case w.breaks > 0 && w.Len() > 0:
			w.WriteString(strings.Repeat("\n", min(w.breaks, 2)))
		case w.space && w.Len() > 0:
			w.WriteByte(' ')
		}
		w.WriteString(word)
		w.breaks, w.space = 0, false
	}
	if text != "" && strings.ContainsAny(text[len(text)-1:], " \n\t\r\f") {
		w.space = true
	}
}

func (w *wording) element(tag atom.Atom, begins bool) {
	apart, block := blocks[tag]
	switch {
	case tag == atom.Br:
		w.breaks++
	case apart:
		w.breaks = max(w.breaks, 2)
	case block:
		w.breaks = max(w.breaks, 1)
	case tag == atom.Td || tag == atom.Th:
		if !begins {
			w.space = true
		}
	}
	if tag == atom.Li && begins {
		w.say("•")
		w.space = true
	}
}

// blankLines are more empty lines than one.
var blankLines = regexp.MustCompile(`\n[ \t]*\n[ \t\n]*\n`)

func tidyLines(text string) string {
	return strings.TrimSpace(blankLines.ReplaceAllString(text, "\n\n"))
}
