package sandbox

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"time"
)

// How long X keeps a card: one that could not be read is tried again sooner.
const (
	cardLives    = 7 * 24 * time.Hour
	failureLives = 10 * time.Minute
	// patience is how long a page waits for its cards; what comes later stands on the next one.
	patience = 4 * time.Second
)

// xCard is what a link unfurls to.
type xCard struct {
	URL, Kind, Title, Words, Alt, Domain, Picture, Problem string
	Fetched                                                int64
}

// Large tells whether the card is a large picture, which stands alone with the domain over it.
func (c *xCard) Large() bool { return c.Kind == "summary_large_image" && c.Picture != "" }

// Summary tells whether the card is a small one, with its title.
func (c *xCard) Summary() bool { return c.Kind != "" && !c.Large() }

// card finds what an address unfurls to, and whether that is still good; nil where it was never fetched.
func (c *xcall) card(address string) (card *xCard, good bool, err error) {
	card = &xCard{URL: address}
	err = c.db.QueryRowContext(c.ctx, `SELECT kind, title, words, alt, domain, picture, problem, fetched FROM x_cards WHERE url = ?`, address).
		Scan(&card.Kind, &card.Title, &card.Words, &card.Alt, &card.Domain, &card.Picture, &card.Problem, &card.Fetched)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	lives := cardLives
	if card.Problem != "" {
		lives = failureLives
	}
	return card, c.now.Before(time.UnixMilli(card.Fetched).Add(lives)), err
}

// unfurlSoon fetches the card of an address unless it is there or on its way; the channel closes when it is there.
func (x *X) unfurlSoon(address string) <-chan struct{} {
	x.mu.Lock()
	defer x.mu.Unlock()
	if under := x.fetches[address]; under != nil {
		return under
	}
	done := make(chan struct{})
	x.fetches[address] = done
	x.posting.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 3*crawlLasts)
		defer cancel()
		go func() {
			select {
			case <-x.sb.quit:
				cancel()
			case <-ctx.Done():
			}
		}()
		if err := x.bringCard(ctx, address); err != nil && ctx.Err() == nil {
			x.sb.log.Error("sandbox: a card could not be kept", "url", address, "error", err)
		}
		x.mu.Lock()
		delete(x.fetches, address)
		x.mu.Unlock()
		close(done)
	})
	return done
}

// bringCard fetches and keeps a card where none is, or an old one.
func (x *X) bringCard(ctx context.Context, address string) error {
	good := false
	err := x.look(ctx, func(c *xcall) (err error) { _, good, err = c.card(address); return err })
	if err != nil || good {
		return err
	}
	card, picture, kind := x.unfurl(ctx, address)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return x.change(ctx, time.Time{}, func(c *xcall) error {
		if card.Picture != "" {
			if _, err := c.db.ExecContext(ctx, `INSERT INTO x_pictures (digest, type, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, card.Picture, kind, picture); err != nil {
				return err
			}
		}
		_, err := c.db.ExecContext(ctx, `INSERT OR REPLACE INTO x_cards (url, kind, title, words, alt, domain, picture, problem, fetched) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			card.URL, card.Kind, card.Title, card.Words, card.Alt, card.Domain, card.Picture, card.Problem, milliseconds(c.now))
		return err
	})
}

// bringCards waits for the cards of some addresses, but not for long.
func (x *X) bringCards(ctx context.Context, addresses []string) error {
	var under []<-chan struct{}
	err := x.look(ctx, func(c *xcall) error {
		for _, address := range addresses {
			_, good, err := c.card(address)
			if err != nil {
				return err
			}
			if !good {
				under = append(under, x.unfurlSoon(address))
			}
		}
		return nil
	})
	late := time.After(patience)
	for _, done := range under {
		select {
		case <-done:
		case <-late:
			return err
		case <-ctx.Done():
			return err
		}
	}
	return err
}

// showCardPicture is the picture of a card, from X's own copy.
func (x *X) showCardPicture(w http.ResponseWriter, r *http.Request) {
	var kind string
	var body []byte
	err := x.sb.read.QueryRowContext(r.Context(), `SELECT type, body FROM x_pictures WHERE digest = ?`, r.PathValue("digest")).Scan(&kind, &body)
	x.showPicture(w, r, kind, body, err)
}
