package social

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/words"
)

// Finding is something about an offer or a post that its maker should know before it goes out. Code names the words for
// it; Field is what it is about. Where Mends is set, Mended is what that field says once it is put right.
type Finding struct {
	Code   string
	Data   []any
	Field  string
	Mends  bool
	Mended string
}

// Checked is what is looked at: an offer as it stands, a post of it, and what came before. Text alone may be blank, for an
// offer without a post.
type Checked struct {
	W       *words.Printer
	Version *models.Version
	Picture *models.Picture

	Network    string
	Text       string
	Link       string   // "" where nothing leads to the offer
	Account    string   // the handle that a reply must name, "" where none is connected
	RepliesBuy bool     // fans may buy by replying
	ByAPI      bool     // it goes out by the network's API, which X takes money for
	Earlier    []string // texts of the shop's other posts on the network

	Taken   []string     // hashtags of the shop's other offers that are not over
	Lowest  models.Money // the lowest earlier price of the last thirty days, above the price; 0 where none is known
	Flagged []string     // words that the installation's policy flags
}

// Lint finds what should be looked at in an offer, in the order of its form.
func Lint(c Checked) (found []Finding) {
	v := c.Version
	add := func(f Finding) { found = append(found, f) }
	for _, field := range []struct{ name, text string }{{"title", v.Title}, {"words", v.Words}} {
		if word, without := flagged(field.text, c.Flagged); word != "" {
			add(Finding{Code: "flagged", Field: field.name, Data: []any{"Word", word}, Mends: without != "", Mended: without})
		}
	}
	if c.Lowest.Amount > 0 && v.WasPrice > c.Lowest.Amount {
		add(Finding{Code: "was_price", Field: "was_price", Data: []any{"Lowest", c.Lowest}, Mends: true, Mended: c.W.MoneyInput(c.Lowest)})
	}
	if c.Picture != nil && (c.Picture.Width < pictureLeast || c.Picture.Height < pictureLeast/2) {
		add(Finding{Code: "small_picture", Field: "picture", Data: []any{"Width", c.Picture.Width, "Height", c.Picture.Height, "Least", pictureLeast}})
	}
	if c.Picture != nil && v.Alt == "" && v.Title != "" {
		add(Finding{Code: "alt", Field: "alt", Mends: true, Mended: v.Title})
	}
	if f := c.lintHashtag(); f != nil {
		add(*f)
	}
	return found
}

// pictureLeast is how wide a photo should be that fills the picture of a post without looking soft.
const pictureLeast = 800

// lintHashtag looks at the offer's own hashtag: without one no reply can buy, digits alone are no link anywhere, and two
// that read alike mix up replies.
func (c Checked) lintHashtag() *Finding {
	tag := c.Version.Hashtag
	free := c.freeHashtag()
	f := Finding{Field: "hashtag", Mends: free != "", Mended: free}
	if tag == "" {
		if !c.RepliesBuy || c.Version.Title == "" {
			return nil
		}
		f.Code = "hashtag_missing"
		return &f
	}
	if strings.Trim(folded(tag), "0123456789") == "" {
		f.Code = "hashtag_digits"
		return &f
	}
	for _, taken := range c.Taken {
		switch f.Data = []any{"Tag", "#" + taken}; {
		case strings.EqualFold(tag, taken):
			f.Code = "hashtag_taken"
			return &f
		case alike(tag, taken):
			f.Code = "hashtag_ambiguous"
			return &f
		}
	}
	return nil
}

// freeHashtag is one made of the title that no other offer has or comes close to.
func (c Checked) freeHashtag() string {
	base := ""
	for word := range strings.FieldsFuncSeq(c.Version.Title, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) }) {
		first, size := utf8.DecodeRuneInString(word)
		if base += string(unicode.ToUpper(first)) + word[size:]; utf8.RuneCountInString(base) > 16 {
			break
		}
	}
	for _, tag := range []string{base, "Buy" + base, base + "Now", base + "Two"} {
		unlike := !slices.ContainsFunc(c.Taken, func(taken string) bool { return alike(tag, taken) })
		if unlike && utf8.RuneCountInString(tag) <= 50 && utf8.RuneCountInString(base) >= 2 && strings.Trim(folded(tag), "0123456789") != "" {
			return tag
		}
	}
	return ""
}

// alike tells whether two hashtags are the same but for capitals, accents and a plural.
func alike(a, b string) bool {
	return strings.TrimSuffix(folded(a), "s") == strings.TrimSuffix(folded(b), "s")
}

// folded is a text in small letters without accents.
func folded(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(text))
}

// flagged finds the first of some words in a text, whole words only, and gives the text without it.
func flagged(text string, list []string) (word, without string) {
	plain := folded(text)
	for _, word := range list {
		if word = strings.TrimSpace(word); word == "" {
			continue
		}
		form := regexp.MustCompile(`(^|[^\p{L}\p{Nd}])` + regexp.QuoteMeta(folded(word)) + `($|[^\p{L}\p{Nd}])`)
		if !form.MatchString(plain) {
			continue
		}
		here := regexp.MustCompile(`(?i)[ \x{a0}]?` + regexp.QuoteMeta(word))
		if without := strings.TrimSpace(here.ReplaceAllString(text, "")); without != text && without != "" {
			return word, without
		}
		return word, ""
	}
	return "", ""
}
