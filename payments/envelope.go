package payments

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/tillbird/tillbird/models"
)

// envelope is the little of an event that is read before it is answered.
type envelope struct {
	ID       string `json:"id"`
	Object   string `json:"object"`
	Type     string `json:"type"`
	Account  string `json:"account"`
	Livemode bool   `json:"livemode"`
	Created  int64  `json:"created"`
	Data     struct {
		Object struct {
			ID string `json:"id"`
		} `json:"object"`
	} `json:"data"`
}

var errNoEvent = errors.New("the body is not an event")

// readEnvelope takes what finding an event again needs out of its raw form.
func readEnvelope(body []byte) (models.Event, error) {
	e, usual := scanEnvelope(body)
	if !usual {
		e = envelope{}
		if err := json.Unmarshal(body, &e); err != nil {
			return models.Event{}, errNoEvent
		}
	}
	if e.Object != "event" || e.Created <= 0 || !plain(e.ID) || !plain(e.Type) || e.Account != "" && !plain(e.Account) || e.Data.Object.ID != "" && !plain(e.Data.Object.ID) {
		return models.Event{}, errNoEvent
	}
	return models.Event{
		StripeID: e.ID, Type: e.Type, ObjectID: e.Data.Object.ID, Account: e.Account, Livemode: e.Livemode,
		Payload: body, OccurredAt: time.Unix(e.Created, 0).UTC(),
	}, nil
}

// scanEnvelope reads an envelope without looking at what it does not need: an event is some kilobytes of which six words
// are wanted, and reading all of it costs more than all else at the door. It only answers where the body is written the
// way in which Stripe writes; whatever is unusual (an escape in a name, a field twice or in other letters, another kind of
// value) is left to the library. That the rest of the body is well-formed is not its business: the signature says whose
// it is, and an event that cannot be read later is kept as a failed one.
func scanEnvelope(body []byte) (e envelope, usual bool) {
	s := scanner{rest: body}
	usual = s.object(func(name []byte) bool {
		switch string(name) {
		case "id":
			return s.text(&e.ID)
		case "object":
			return s.text(&e.Object)
		case "type":
			return s.text(&e.Type)
		case "account":
			return s.text(&e.Account)
		case "livemode":
			return s.truth(&e.Livemode)
		case "created":
			return s.number(&e.Created)
		case "data":
			return s.object(func(name []byte) bool {
				if string(name) != "object" {
					return !near(name, "object") && s.skip()
				}
				return s.object(func(name []byte) bool {
					if string(name) == "id" {
						return s.text(&e.Data.Object.ID)
					}
					return !near(name, "id") && s.skip()
				})
			})
		}
		for _, known := range []string{"id", "object", "type", "account", "livemode", "created", "data"} {
			if near(name, known) {
				return false
			}
		}
		return s.skip()
	})
	s.space()
	return e, usual && len(s.rest) == 0
}

// near tells whether the library would take a name for another one: it does not mind the size of letters, also not of
// those beyond ASCII that fold into it.
func near(name []byte, known string) bool { return bytes.EqualFold(name, []byte(known)) }

// scanner walks over JSON. Its functions answer false where the text is not what they expect.
type scanner struct {
	rest []byte
}

func (s *scanner) space() {
	for len(s.rest) > 0 && (s.rest[0] == ' ' || s.rest[0] == '\n' || s.rest[0] == '\t' || s.rest[0] == '\r') {
		s.rest = s.rest[1:]
	}
}

// take takes one byte, after space.
func (s *scanner) take(b byte) bool {
	s.space()
	if len(s.rest) == 0 || s.rest[0] != b {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

// object walks over the fields of an object, each of which field has to take. A field that comes twice is unusual.
func (s *scanner) object(field func(name []byte) bool) bool {
	if !s.take('{') {
		return false
	}
	if s.take('}') {
		return true
	}
	var seen [24][]byte
	for n := 0; ; n++ {
		s.space()
		name, escaped, ok := s.quoted()
		if !ok || escaped || !s.take(':') {
			return false
		}
		if needed(name) {
			for _, before := range seen[:min(n, len(seen))] {
				if bytes.Equal(before, name) {
					return false
				}
			}
		}
		if n < len(seen) {
			seen[n] = name
		} else if needed(name) {
			return false // too far in to know that it is the first of its name
		}
		if !field(name) {
			return false
		}
		if s.take('}') {
			return true
		}
		if !s.take(',') {
			return false
		}
	}
}

func needed(name []byte) bool {
	switch string(name) {
	case "id", "object", "type", "account", "livemode", "created", "data":
		return true
	}
	return false
}

// quoted takes a string as it stands between its quotes.
func (s *scanner) quoted() (text []byte, escaped, ok bool) {
	if len(s.rest) == 0 || s.rest[0] != '"' {
		return nil, false, false
	}
	for from := 1; ; {
		end := bytes.IndexByte(s.rest[from:], '"')
		if end < 0 {
			return nil, false, false
		}
		end += from
		slashes := 0
		for s.rest[end-1-slashes] == '\\' {
			slashes++
		}
		from = end + 1
		if slashes%2 == 0 {
			text = s.rest[1:end]
			s.rest = s.rest[from:]
			return text, bytes.IndexByte(text, '\\') >= 0, true
		}
	}
}

func (s *scanner) text(into *string) bool {
	s.space()
	text, escaped, ok := s.quoted()
	if !ok || escaped {
		return false
	}
	for _, b := range text {
		if b < ' ' || b > '~' {
			return false
		}
	}
	*into = string(text)
	return true
}

func (s *scanner) truth(into *bool) bool {
	s.space()
	switch {
	case bytes.HasPrefix(s.rest, []byte("true")):
		*into, s.rest = true, s.rest[4:]
	case bytes.HasPrefix(s.rest, []byte("false")):
		*into, s.rest = false, s.rest[5:]
	default:
		return false
	}
	return true
}

func (s *scanner) number(into *int64) bool {
	s.space()
	n := 0
	for n < len(s.rest) && s.rest[n] >= '0' && s.rest[n] <= '9' {
		n++
	}
	value, err := strconv.ParseInt(string(s.rest[:n]), 10, 64)
	if err != nil || n > 1 && s.rest[0] == '0' || n < len(s.rest) && bytes.IndexByte([]byte(".eE"), s.rest[n]) >= 0 {
		return false
	}
	*into, s.rest = value, s.rest[n:]
	return true
}

// deepest is how far things may lie in each other; the library goes further.
const deepest = 100

// skip walks over a value of whatever kind.
func (s *scanner) skip() bool {
	s.space()
	if len(s.rest) == 0 {
		return false
	}
	if s.rest[0] == '"' {
		_, _, ok := s.quoted()
		return ok
	}
	open := 0
	for len(s.rest) > 0 {
		switch s.rest[0] {
		case '"':
			if _, _, ok := s.quoted(); !ok {
				return false
			}
			continue
		case '{', '[':
			if open++; open > deepest {
				return false
			}
		case '}', ']':
			if open == 0 {
				return true
			}
			if open--; open == 0 {
				s.rest = s.rest[1:]
				return true
			}
		case ',':
			if open == 0 {
				return true
			}
		}
		s.rest = s.rest[1:]
	}
	return false
}
