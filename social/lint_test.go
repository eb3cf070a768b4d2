package social

import (
	"slices"
	"testing"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/words"
)

func codes(found []Finding) (list []string) {
	for _, f := range found {
		list = append(list, f.Code)
	}
	return list
}

func TestAnOfferIsLookedOver(t *testing.T) {
	t.Parallel()
	picture := &models.Picture{Width: 1600, Height: 1000}
	for name, row := range map[string]struct {
		version models.Version
		picture *models.Picture
		lowest  int64
		want    []string
		mended  string // of the first
	}{
		"in order":           {version: models.Version{Title: "Mug", Alt: "A mug", Hashtag: "BuyMug"}, picture: picture},
		"no alt text":        {version: models.Version{Title: "Mug", Hashtag: "BuyMug"}, picture: picture, want: []string{"alt"}, mended: "Mug"},
		"small picture":      {version: models.Version{Title: "Mug", Alt: "A mug"}, picture: &models.Picture{Width: 400, Height: 300}, want: []string{"small_picture"}},
		"digits":             {version: models.Version{Title: "Blue mug", Hashtag: "2026"}, want: []string{"hashtag_digits"}, mended: "BlueMug"},
		"taken":              {version: models.Version{Title: "Tote bag", Hashtag: "tote"}, want: []string{"hashtag_taken"}, mended: "ToteBag"},
		"ambiguous":          {version: models.Version{Title: "Tote", Hashtag: "Tôtes"}, want: []string{"hashtag_ambiguous"}, mended: "BuyTote"},
		"flagged":            {version: models.Version{Title: "Tea that heals"}, want: []string{"flagged"}, mended: "Tea that"},
		"flagged in part":    {version: models.Version{Title: "High heals of Wales"}, want: []string{"flagged"}, mended: "High of Wales"},
		"not a flagged word": {version: models.Version{Title: "Healstone"}},
		"price before":       {version: models.Version{Title: "Mug", Price: 1800, WasPrice: 4000, Currency: "eur"}, lowest: 2400, want: []string{"was_price"}, mended: "24.00"},
		"fair price before":  {version: models.Version{Title: "Mug", Price: 1800, WasPrice: 2400, Currency: "eur"}, lowest: 2400},
	} {
		c := Checked{W: words.For("en", nil), Version: &row.version, Picture: row.picture, Taken: []string{"Tote"}, Flagged: []string{"heals", "get rich"}, Lowest: models.Money{Amount: row.lowest, Currency: "eur"}}
		found := Lint(c)
		if !slices.Equal(codes(found), row.want) {
			t.Errorf("%s: %v", name, found)
			continue
		}
		if row.mended != "" && found[0].Mended != row.mended {
			t.Errorf("%s: mended to %q", name, found[0].Mended)
		}
	}
}

func TestAPostIsLookedOver(t *testing.T) {
	t.Parallel()
	const link = "https://till.example/p/abcdefghij"
	for name, row := range map[string]struct {
		text    string
		network string
		change  func(*Checked)
		want    []string
		mended  string // the first, after which it is in order
	}{
		"in order":       {text: "A mug, €24.00.\n#BuyMug"},
		"blank":          {text: " "},
		"no link":        {text: "A mug #BuyMug", change: func(c *Checked) { c.Link = "" }, want: []string{"link"}},
		"another link":   {text: "A mug, see kestrel.fr/mugs #BuyMug", want: []string{"other_link"}, mended: "A mug, see #BuyMug"},
		"its own link":   {text: "A mug #BuyMug " + link},
		"no tag":         {text: "A mug", want: []string{"tag_missing"}, mended: "A mug #BuyMug"},
		"another's tag":  {text: "A mug #tote", want: []string{"tag_taken", "tag_missing"}[:1], mended: "A mug #BuyMug"},
		"digits":         {text: "#1 mug #BuyMug", want: []string{"tag_digits"}, mended: "1 mug #BuyMug"},
		"wrong price":    {text: "A mug for 42 € #BuyMug", want: []string{"price"}, mended: "A mug for €24.00 #BuyMug"},
		"earlier price":  {text: "A mug for €24, not €32 #BuyMug"},
		"other currency": {text: "A mug, about $28 #BuyMug"},
		"flagged":        {text: "A mug that heals #BuyMug", want: []string{"flagged"}, mended: "A mug that #BuyMug"},
		"repeated":       {text: "An  earlier MUG #BuyMug", want: []string{"repeated"}, mended: "Once more: An  earlier MUG #BuyMug"},
		"no mention":     {text: "A mug #BuyMug", change: func(c *Checked) { c.RepliesBuy = true }, want: []string{"mention"}, mended: "A mug\nReply “@kestrel #BuyMug” to buy."},
		"mention":        {text: "A mug. Reply @Kestrel #BuyMug", change: func(c *Checked) { c.RepliesBuy = true }},
		"cost":           {text: "A mug #BuyMug", change: func(c *Checked) { c.ByAPI = true }, want: []string{"api_cost"}},
		"free elsewhere": {text: "A mug #BuyMug", network: Bluesky, change: func(c *Checked) { c.ByAPI = true }},
	} {
		c := Checked{
			W: words.For("en", nil), Version: &models.Version{Title: "Mug", Price: 2400, WasPrice: 3200, Currency: "eur", Hashtag: "BuyMug"}, Network: X, Text: row.text, Link: link,
			Account: "kestrel", Earlier: []string{"An earlier mug #BuyMug"}, Taken: []string{"Tote"}, Flagged: []string{"heals"},
		}
		if row.network != "" {
			c.Network = row.network
		}
		if row.change != nil {
			row.change(&c)
		}
		found := LintPost(c)
		if !slices.Equal(codes(found), row.want) {
			t.Errorf("%s: %+v", name, found)
			continue
		}
		if row.mended == "" {
			continue
		}
		if found[0].Mended != row.mended {
			t.Errorf("%s: mended to %q", name, found[0].Mended)
		}
		c.Text = found[0].Mended
		if left := LintPost(c); len(left) > 0 {
			t.Errorf("%s: after mending %+v", name, left)
		}
	}
}

func TestATextIsTakenApart(t *testing.T) {
	t.Parallel()
	const text = "Mugs at till.example, reply @kestrel.example #BuyMug! a#b #2026 x@y"
	whole, linked := "", []string{}
	for _, part := range Parts(text) {
		if whole += part.Text; part.Linked {
			linked = append(linked, part.Text)
		}
	}
	if whole != text || !slices.Equal(linked, []string{"@kestrel.example", "#BuyMug"}) && !slices.Equal(linked, []string{"till.example", "@kestrel.example", "#BuyMug"}) {
		t.Errorf("%q of %q", linked, whole)
	}
}
