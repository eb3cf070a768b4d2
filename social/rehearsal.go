package social

import (
	"context"

	"github.com/tillbird/tillbird/models"
)

// OrderFunc places the order of a reply: payments' OrderByReply.
type OrderFunc func(ctx context.Context, in models.Purchase) (*models.Order, error)

// Rehearse tells what would come of a reply, by doing all of it where nothing stays: the same functions, in a transaction
// that is taken back. order gives what places orders on that store.
func (p *Publisher) Rehearse(ctx context.Context, shop *models.Shop, in models.Rehearsal, order func(*models.Store) OrderFunc) (view *models.ReplyView, err error) {
	err = p.store.RehearseReply(ctx, shop, in, func(stage *models.Store, replyID string) error {
		if err := p.On(stage, order(stage)).ReadReply(ctx, replyID); err != nil {
			return err
		}
		view, err = stage.ReplyIn(ctx, shop, replyID)
		return err
	})
	return view, err
}

// On is the same publisher with another store, and what places orders on it.
func (p *Publisher) On(store *models.Store, order OrderFunc) *Publisher {
	other := *p
	other.store, other.set.Order = store, order
	return &other
}
