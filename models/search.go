package models

import (
	"context"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm/clause"
)

// Search goes by words that are kept beside versions and shops, whole, with their prefixes found as a range of the key.
// The full-text engines of the two databases (FTS5 needs a build of SQLite of its own, tsvector a language for each
// text) would be two searches to keep alike; an approved version never changes, so its words are written once.

const (
	wordsMost     = 200 // of a text
	wordBytesMost = 48
	termsMost     = 6 // of a search
)

// searchWords are the words of texts in the form that searches compare: lower case, without accents, each once.
func searchWords(most int, texts ...string) []string {
	seen := map[string]bool{}
	var words []string
	add := func(word string) {
		if len(word) > wordBytesMost {
			word = strings.ToValidUTF8(word[:wordBytesMost], "")
		}
		if word != "" && !seen[word] && len(words) < most {
			seen[word] = true
			words = append(words, word)
		}
	}
	for _, text := range texts {
		for _, word := range strings.FieldsFunc(plainLetters(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }) {
			add(word)
			for i, r := range word { // scripts without spaces: a search may begin at any letter
				if i > 0 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai) {
					add(word[i:])
				}
			}
		}
	}
	return words
}

// plainLetters is a text in lower case without accents and their like.
func plainLetters(text string) string {
	return strings.ToLower(norm.NFC.String(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) && !unicode.In(r, unicode.Hiragana, unicode.Katakana, unicode.Thai) && r != '\u3099' && r != '\u309a' {
			return -1
		}
		return r
	}, norm.NFKD.String(strings.ToLower(text)))))
}

// approve makes a version the one that fans see, and lets them find it.
func (t *tx) approve(offerID string, version *Version) error {
	low, _ := version.Prices()
	err := changed(t.Exec("UPDATE offers SET approved_version_id = ?, shown_currency = ?, shown_price = ?, updated_at = ? WHERE id = ?", version.ID, low.Currency, low.Amount, t.store.now(), offerID))
	if err != nil {
		return err
	}
	return t.keepVersionWords(version)
}

func (t *tx) keepVersionWords(version *Version) error {
	words := searchWords(wordsMost, version.Title, version.Hashtag, version.Words)
	if len(words) == 0 {
		words = []string{"-"} // a title of signs alone: looked at, found by nothing
	}
	return t.keepWords("version_words", "version_id", version.ID, words)
}

// keepWords writes the words that something is found by.
func (t *tx) keepWords(table, column, id string, words []string) error {
	if err := t.Exec("DELETE FROM "+table+" WHERE "+column+" = ?", id).Error; err != nil || len(words) == 0 {
		return err
	}
	rows := make([]map[string]any, len(words))
	for i, word := range words {
		rows[i] = map[string]any{"word": []byte(word), column: id}
	}
	return t.Table(table).Clauses(clause.OnConflict{DoNothing: true}).Create(rows).Error
}

// IndexOffers asks for the words of what was approved before there was a search.
type IndexOffers struct{}

// Kind names the job in the queue.
func (IndexOffers) Kind() string { return "index_offers" }

// IndexOffers writes the words of approved versions and shops that have none, a few at a time.
func (s *Store) IndexOffers(ctx context.Context) error {
	for {
		var versions []Version
		err := s.read(ctx).Where("id IN (SELECT approved_version_id FROM offers WHERE approved_version_id IS NOT NULL) AND id NOT IN (SELECT version_id FROM version_words) AND title <> ''").Limit(200).Find(&versions).Error
		if err != nil {
			return err
		}
		var shops []Shop
		if err := s.read(ctx).Where("id NOT IN (SELECT shop_id FROM shop_words)").Limit(200).Find(&shops).Error; err != nil {
			return err
		}
		if len(versions)+len(shops) == 0 {
			return nil
		}
		err = s.write(ctx, func(db *tx) error {
			db.touches()
			for i := range versions {
				low, _ := versions[i].Prices()
				if err := db.Exec("UPDATE offers SET shown_price = ? WHERE id = ? AND approved_version_id = ?", low.Amount, versions[i].OfferID, versions[i].ID).Error; err != nil {
					return err
				}
				if err := db.keepVersionWords(&versions[i]); err != nil {
					return err
				}
			}
			for i := range shops {
				if err := db.keepWords("shop_words", "shop_id", shops[i].ID, searchWords(wordsMost, shops[i].Handle, shops[i].Name)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}
