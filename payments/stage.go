package payments

import "github.com/tillbird/tillbird/models"

// On is the same way to Stripe with another store, such as one whose changes are taken back.
func (p *Payments) On(store *models.Store) *Payments {
	other := *p
	other.store = store
	return &other
}
