package demo

import (
	"context"

	"github.com/tillbird/tillbird/models"
)

// remind lets some fans wait for what has not begun. The world's own store writes no letters, but keeps their secrets.
func (w *world) remind(ctx context.Context, store *models.Store) error {
	quiet := store.At(store.Now)
	for _, s := range w.shops {
		for _, g := range s.goods {
			if g.plan.starts <= 0 {
				continue
			}
			view, err := quiet.OfferIn(ctx, s.shop, g.offer.Slug)
			if err != nil {
				return err
			}
			for _, name := range []string{"noor", "felix", "ines", "samuel", "yuki"} {
				email := name + "@fans.example"
				if view.StateAt(store.Now()) != "scheduled" {
					break
				}
				if err := quiet.RemindMe(ctx, &view.Offer, email, s.shop.Language); err != nil {
					return err
				}
				letter, err := quiet.LatestLetter(ctx, "reminder_asked", email)
				if err != nil {
					return err
				}
				reminder, err := quiet.ReminderByToken(ctx, letter.Secret)
				if err != nil {
					return err
				}
				if err := quiet.ConfirmReminder(ctx, reminder); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
