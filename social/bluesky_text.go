package social

import (
	"bytes"
	"context"
	"image"
	"image/draw"
	"image/jpeg"
	_ "image/png" // cards may be PNG
	"regexp"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// facet says what a part of a text is; the part is counted in bytes.
type facet struct {
	Index    facetIndex     `json:"index"`
	Features []facetFeature `json:"features"`
}

type facetIndex struct {
	From int `json:"byteStart"`
	To   int `json:"byteEnd"`
}

type facetFeature struct {
	Type string `json:"$type"`
	URI  string `json:"uri,omitempty"`
	Tag  string `json:"tag,omitempty"`
	DID  string `json:"did,omitempty"`
}

var (
	plainLink   = regexp.MustCompile(`(?i)(?:^|[\s(])(https?://[^\s]+)`)
	plainTag    = regexp.MustCompile(`(?:^|\s)([#＃][^\s\x{ad}\x{2060}\x{200a}-\x{200d}\x{20e2}]+)`)
	plainHandle = regexp.MustCompile(`(?:^|[\s(])(@(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z][a-zA-Z0-9-]*[a-zA-Z0-9])`)
)

// Bluesky takes tags of 64 characters.
const longestTag = 64

// facets finds links, tags and mentions in a text: the network shows as such only what the client says is one. A handle
// that nobody has stays plain.
func (b *BlueskyClient) facets(ctx context.Context, grant Grant, text string) ([]facet, error) {
	found := linksAndTags(text)
	for _, at := range plainHandle.FindAllStringSubmatchIndex(text, 16) {
		if covered(found, at[2], at[3]) {
			continue
		}
		did, err := b.resolve(ctx, grant.Server, strings.ToLower(text[at[2]+1:at[3]]))
		if e, is := err.(*Error); is && (e.Kind == Refused || e.Kind == Gone) || err == nil && did == "" {
			continue
		}
		if err != nil {
			return nil, err
		}
		found = append(found, facet{facetIndex{at[2], at[3]}, []facetFeature{{Type: "app.bsky.richtext.facet#mention", DID: did}}})
	}
	sort.Slice(found, func(i, j int) bool { return found[i].Index.From < found[j].Index.From })
	return found, nil
}

func linksAndTags(text string) []facet {
	var found []facet
	link := func(from, to int, uri string) {
		if !covered(found, from, to) {
			found = append(found, facet{facetIndex{from, to}, []facetFeature{{Type: "app.bsky.richtext.facet#link", URI: uri}}})
		}
	}
	for _, at := range plainLink.FindAllStringSubmatchIndex(text, -1) {
		address := strings.TrimRight(text[at[2]:at[3]], `.,;:!?'"”’»…`)
		if !strings.Contains(address, "(") {
			address = strings.TrimRight(address, ")")
		}
		link(at[2], at[2]+len(address), address)
	}
	for _, at := range addresses(text) {
		if address := text[at.from:at.to]; !strings.HasPrefix(strings.ToLower(address), "http") {
			link(at.from, at.to, "https://"+address)
		}
	}
	for _, at := range plainTag.FindAllStringSubmatchIndex(text, -1) {
		_, mark := utf8.DecodeRuneInString(text[at[2]:at[3]])
		tag := strings.TrimRightFunc(text[at[2]+mark:at[3]], unicode.IsPunct)
		digits := strings.TrimFunc(tag, func(r rune) bool { return unicode.IsDigit(r) || unicode.IsPunct(r) }) == ""
		to := at[2] + mark + len(tag)
		if tag == "" || digits || strings.HasPrefix(tag, "\ufe0f") || utf8.RuneCountInString(tag) > longestTag || covered(found, at[2], to) {
			continue
		}
		found = append(found, facet{facetIndex{at[2], to}, []facetFeature{{Type: "app.bsky.richtext.facet#tag", Tag: tag}}})
	}
	return found
}

func covered(found []facet, from, to int) bool {
	for _, f := range found {
		if from < f.Index.To && f.Index.From < to {
			return true
		}
	}
	return false
}

// What Bluesky takes for the picture of a card, in bytes, and what we decode to make it so, in pixels.
const (
	mostThumb  = 1_000_000
	mostPixels = 40_000_000
)

// thumb is a card's picture as Bluesky takes it: as it is, or as a JPEG of less quality; nothing where that is no help.
func thumb(picture []byte, kind string) ([]byte, string) {
	if len(picture) <= mostThumb && kind != "" {
		return picture, kind
	}
	set, _, err := image.DecodeConfig(bytes.NewReader(picture))
	if err != nil || set.Width*set.Height > mostPixels {
		return nil, ""
	}
	decoded, _, err := image.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil, ""
	}
	opaque := image.NewRGBA(decoded.Bounds())
	draw.Draw(opaque, opaque.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(opaque, opaque.Bounds(), decoded, decoded.Bounds().Min, draw.Over)
	for quality := 85; quality >= 45; quality -= 20 {
		var out bytes.Buffer
		if jpeg.Encode(&out, opaque, &jpeg.Options{Quality: quality}) == nil && out.Len() <= mostThumb {
			return out.Bytes(), "image/jpeg"
		}
	}
	return nil, ""
}
