package models

import (
	"database/sql/driver"
	"encoding/json"
)

// ImportNote is what is to be said of a row of a file: the column as the file names it ("" for the whole row), and the
// code of the words with their values.
type ImportNote struct {
	Row    int      `json:"row"`
	Column string   `json:"column,omitempty"`
	Code   string   `json:"code"`
	Data   noteData `json:"data,omitempty"`
}

// ImportNotes are an offer's notes, in the order of its rows.
type ImportNotes []ImportNote

// notesMost bounds what is said of one offer.
const notesMost = 20

func (n *ImportNotes) add(row int, column, code string, data ...any) {
	if len(*n) < notesMost {
		*n = append(*n, ImportNote{row, column, code, data})
	}
}

// Value writes notes into their column; "" where there are none.
func (n ImportNotes) Value() (driver.Value, error) {
	if len(n) == 0 {
		return "", nil
	}
	return asJSON([]ImportNote(n))
}

// Scan reads them from it.
func (n *ImportNotes) Scan(from any) error { *n = nil; return fromJSON(from, (*[]ImportNote)(n)) }

// Value writes an offer of a file into its column.
func (b Brought) Value() (driver.Value, error) { return asJSON(b) }

// Scan reads it from it.
func (b *Brought) Scan(from any) error { *b = Brought{}; return fromJSON(from, b) }

// noteData are the pairs of a note. Amounts are kept as amounts, so that they are written in the reader's language.
type noteData []any

// UnmarshalJSON reads numbers as whole ones and amounts as Money.
func (d *noteData) UnmarshalJSON(text []byte) error {
	var list []json.RawMessage
	if err := json.Unmarshal(text, &list); err != nil {
		return err
	}
	*d = make(noteData, len(list))
	for i, raw := range list {
		var (
			money Money
			n     int64
			words string
		)
		switch {
		case json.Unmarshal(raw, &words) == nil:
			(*d)[i] = words
		case json.Unmarshal(raw, &n) == nil:
			(*d)[i] = n
		case json.Unmarshal(raw, &money) == nil && money.Currency != "":
			(*d)[i] = money
		default:
			(*d)[i] = string(raw)
		}
	}
	return nil
}
