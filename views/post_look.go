package views

import "strings"

// PostLook is a post as one network shows it: what is in it, and nothing that the network leaves out.
type PostLook struct {
	Network      string
	Name, Handle string // of the account it comes from
	Parts        []LookPart
	Link         string // shown below the words, "" where the network shows none
	Card         CardPicture
	Title, About string // of the card, on networks that write them
	Domain       string
	Count        PostCount
}

// LookPart is a run of a post's words: plain, in the colour of links, or more than the network takes.
type LookPart struct {
	Text   string
	Linked bool
	Excess bool
}

// LookPrefs are how the looks are seen: which network, how wide, in which theme. They are part of the form, so that they
// stay when a page is made anew.
type LookPrefs struct{ Network, Width, Theme string }

// The choices of LookPrefs, the first being the usual.
var (
	LookWidths = []string{"phone", "wide"}
	LookThemes = []string{"light", "dark"}
)

// ShowsTitle tells whether a network writes the page's title on its card: X shows the picture and the address alone.
func (l PostLook) ShowsTitle() bool { return l.Network != "x" }

func (l PostLook) initial() string { return mark(l.Name) }

// over tells whether something of the post is cut off.
func (l PostLook) over() bool { return l.Count.Over > 0 }

// LookTabs are the names of the tabs: the networks, and the offer's own page where there is one.
func (p LookPrefs) tab() string {
	if p.Network == "" {
		return PostNetworks[0]
	}
	return p.Network
}

func chosenOr(value string, choices []string) string {
	for _, choice := range choices {
		if choice == value {
			return value
		}
	}
	return choices[0]
}

// lookClasses are the part of a look that a sheet needs to know.
func (l PostLook) classes() string { return strings.TrimSpace("look look-" + l.Network) }
