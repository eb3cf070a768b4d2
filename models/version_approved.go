package models

import (
	"context"
	"sync"
)

// approvedMost bounds the memory of approved versions, of some two kilobytes each.
const approvedMost = 1000

// approved keeps versions that were approved: they are final, and a page that sells is made anew with each sale.
type approved struct {
	mu   sync.RWMutex
	byID map[string]*Version
}

func newApproved() *approved { return &approved{byID: map[string]*Version{}} }

// approvedVersion is a version that an offer shows or sells. It is shared: nobody may change it.
func (s *Store) approvedVersion(ctx context.Context, id string) (*Version, error) {
	s.approved.mu.RLock()
	kept := s.approved.byID[id]
	s.approved.mu.RUnlock()
	if kept != nil {
		return kept, nil
	}
	version, err := s.version(ctx, id)
	if err != nil || version.State != "approved" {
		return version, err
	}
	s.approved.mu.Lock()
	defer s.approved.mu.Unlock()
	for old := range s.approved.byID {
		if len(s.approved.byID) < approvedMost {
			break
		}
		delete(s.approved.byID, old)
	}
	s.approved.byID[id] = version
	return version, nil
}
