package models

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// The most that a file of offers may be.
const (
	ImportBytesMost = 10 << 20
	ImportRowsMost  = 5_000
	importColumns   = 400
)

// table is a CSV file that was read: its heads, and its rows with the numbers that a spreadsheet shows beside them.
type table struct {
	heads    []string
	index    map[string]int // by the head in small letters
	lines    []tableLine
	encoding string // what the file was written in: utf-8, utf-16, windows-1252
}

type tableLine struct {
	row   int
	cells []string
}

// readTable reads a CSV file of any common making. Problems (field "file"): import.empty, .too_large, .spreadsheet,
// .encoding, .quote, .no_rows, .rows.
func readTable(raw []byte) (*table, *Problem) {
	switch {
	case len(bytes.TrimSpace(raw)) == 0:
		return nil, problem("import.empty")
	case len(raw) > ImportBytesMost:
		return nil, problem("import.too_large", "Max", ImportBytesMost>>20)
	case bytes.HasPrefix(raw, []byte("PK\x03\x04")), bytes.HasPrefix(raw, []byte("\xD0\xCF\x11\xE0")):
		return nil, problem("import.spreadsheet")
	}
	text, encoding := decodeText(raw)
	if encoding == "" {
		return nil, problem("import.encoding")
	}
	if !strings.Contains(text, "\n") {
		text = strings.ReplaceAll(text, "\r", "\n")
	}
	t := &table{index: map[string]int{}, encoding: encoding}
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comma, reader.FieldsPerRecord = separator(text), -1
	row, line, end := 0, 1, 0 // the row reached, and the line and place of the file where it ends
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			return nil, problem("import.quote", "Line", wrong.StartLine)
		}
		if err != nil {
			return nil, problem("import.quote", "Line", line)
		}
		begins, _ := reader.FieldPos(0)
		row += 1 + begins - line // the reader passes empty lines over, a spreadsheet counts them
		next := int(reader.InputOffset())
		line += strings.Count(text[end:next], "\n")
		end = next
		if t.heads == nil {
			t.setHeads(cells)
			continue
		}
		if hollow(cells) {
			continue
		}
		if len(t.lines) == ImportRowsMost {
			return nil, problem("import.rows", "Max", ImportRowsMost)
		}
		t.lines = append(t.lines, tableLine{row, cells})
	}
	if len(t.lines) == 0 {
		return nil, problem("import.no_rows")
	}
	return t, nil
}

func (t *table) setHeads(cells []string) {
	t.heads = cells[:min(len(cells), importColumns)]
	for i, head := range t.heads {
		t.heads[i] = cleanLine(head)
		if name := strings.ToLower(t.heads[i]); name != "" {
			if _, twice := t.index[name]; !twice {
				t.index[name] = i
			}
		}
	}
}

// head is the name of a column as the file writes it; names are the ways in which it may be written, in small letters.
func (t *table) head(names ...string) string {
	for _, name := range names {
		if i, ok := t.index[name]; ok {
			return t.heads[i]
		}
	}
	return ""
}

// cell is what a row says in a column, without the spaces around it; "" where it says nothing.
func (t *table) cell(l tableLine, names ...string) string {
	for _, name := range names {
		if i, ok := t.index[name]; ok && i < len(l.cells) {
			return strings.TrimSpace(l.cells[i])
		}
	}
	return ""
}

func hollow(cells []string) bool {
	for _, cell := range cells {
		if strings.TrimSpace(cell) != "" {
			return false
		}
	}
	return true
}

// separator is what stands between the heads: programs write what their country's spreadsheets expect.
func separator(text string) rune {
	first, _, _ := strings.Cut(text, "\n")
	best, most := ',', strings.Count(first, ",")
	for _, mark := range []rune{';', '\t'} {
		if n := strings.Count(first, string(mark)); n > most {
			best, most = mark, n
		}
	}
	return best
}

// decodeText gives a file's text and what it was written in; "" where that cannot be told.
func decodeText(raw []byte) (text, encoding string) {
	if rest, ok := bytes.CutPrefix(raw, []byte("\xEF\xBB\xBF")); ok {
		raw = rest
	}
	for mark, order := range map[string]binary.ByteOrder{"\xFF\xFE": binary.LittleEndian, "\xFE\xFF": binary.BigEndian} {
		if rest, ok := bytes.CutPrefix(raw, []byte(mark)); ok {
			units := make([]uint16, len(rest)/2)
			for i := range units {
				units[i] = order.Uint16(rest[2*i:])
			}
			return string(utf16.Decode(units)), "utf-16"
		}
	}
	if bytes.IndexByte(raw, 0) >= 0 {
		return "", ""
	}
	if utf8.Valid(raw) {
		return string(raw), "utf-8"
	}
	for _, unused := range []byte{0x81, 0x8D, 0x8F, 0x90, 0x9D} { // Windows-1252 does not have them
		if bytes.IndexByte(raw, unused) >= 0 {
			return "", ""
		}
	}
	text, err := charmap.Windows1252.NewDecoder().String(string(raw))
	if err != nil {
		return "", ""
	}
	return text, "windows-1252"
}
