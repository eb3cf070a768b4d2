package models

import "sync"

// Stamp tells one state of an offer's public page from another, within this process. Whoever keeps a rendered page
// takes the stamp before reading what the page shows, and throws the page away when the stamp has moved.
type Stamp struct{ all, own uint64 }

// stamps count changes. A change counts for every offer unless it says which ones it touches, so that a change that
// nobody thought of makes pages new rather than wrong.
type stamps struct {
	mu     sync.RWMutex
	all    uint64
	any    uint64 // moves with each change that some page shows
	offers map[string]uint64
}

// stampsMost bounds the memory of offers that changed; beyond it all pages are made anew, once.
const stampsMost = 20_000

func newStamps() *stamps { return &stamps{offers: map[string]uint64{}} }

// StampOf is the offer's stamp now.
func (s *Store) StampOf(offerID string) Stamp {
	s.stamps.mu.RLock()
	defer s.stamps.mu.RUnlock()
	return Stamp{s.stamps.all, s.stamps.offers[offerID]}
}

// StampOfLists is the stamp of pages that show many offers.
func (s *Store) StampOfLists() Stamp {
	s.stamps.mu.RLock()
	defer s.stamps.mu.RUnlock()
	return Stamp{s.stamps.all, s.stamps.any}
}

// moved counts a change that is durable.
func (s *stamps) moved(t *tx) {
	if t.narrow && len(t.touched) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.any++
	if !t.narrow || len(s.offers) > stampsMost {
		s.all++
		clear(s.offers)
		return
	}
	for _, offer := range t.touched {
		s.offers[offer]++
	}
}

// touches says that of all public pages this change concerns those of these offers alone, or none where none is named.
func (t *tx) touches(offers ...string) {
	t.narrow = true
	t.touched = append(t.touched, offers...)
}

// Shared tells whether other processes may change the database too, so that stamps do not tell everything.
func (s *Store) Shared() bool { return s.pool != nil }
