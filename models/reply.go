package models

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"
)

// Reply is what somebody wrote to a shop's account on a network, and what came of it. It is kept before anything is done
// about it, once, whether it was delivered or asked for.
type Reply struct {
	ID            string
	ShopID        string
	ProfileID     string // the shop's account that it was written to
	Network       string // x, bluesky, mastodon
	Server        string // of that account, "" where there is but one
	RemoteID      string
	RemoteVersion string
	RootID        string // the post at the head of the conversation
	RootVersion   string
	ParentID      string // the post it answers, "" for none
	AuthorID      string // the network's id: handles move, this does not
	AuthorHandle  string
	AuthorName    string
	Text          string
	URL           string
	Mentions      bool // the author named the shop's account
	Quote         bool
	Repost        bool
	Private       bool   // not everybody can read it: neither may the answer be for everybody
	CameBy        string // webhook, poll
	WrittenAt     time.Time
	CameAt        time.Time
	Outcome       string // see Outcomes; empty while nothing is decided
	Reason        string // why it came to that: the part after reply.reason in words
	Kind          string // what it was understood to ask for, as social names it
	Reading       string // what was understood, as social writes it
	OfferID       *string
	PostID        *string // the shop's post that it answers
	FanID         *string
	OrderID       *string // what it ordered, confirmed or cancelled
	DecidedAt     *time.Time
	MindedAt      *time.Time // when somebody of the shop set it aside as dealt with
	MindedBy      *string
	Care          string // why somebody of the shop should look at it, see careOf
}

// Author is who wrote it: the same Identity that a fan's own sign-in gives, whichever server the reply was read at. Fans
// (FanOf) and silences (SilenceOf) are found by it.
func (r *Reply) Author() Identity {
	return Identity{Network: r.Network, RemoteID: r.AuthorID, Handle: r.AuthorHandle, Name: r.AuthorName}
}

// Outcomes are what a reply can come to when it is decided. What becomes of an order afterwards is told by its
// confirmation: see ReplyView.
const (
	OutcomeNothing   = "nothing"   // nothing was asked for, or silence is the rule
	OutcomeAsked     = "asked"     // it could mean several things: we asked
	OutcomeRefused   = "refused"   // it cannot be had: sold out, ended, over a cap
	OutcomeNoCard    = "no_card"   // stock is set aside until its author has synced a card, or the time is over
	OutcomeAwaiting  = "awaiting"  // it is an order that waits for its author's word
	OutcomeConfirmed = "confirmed" // it confirmed an order
	OutcomeLate      = "late"      // it confirmed nothing that is open, or with another code
	OutcomeCancelled = "cancelled" // it cancelled an order, or there was none
	OutcomeStopped   = "stopped"   // its author wants no more answers
	OutcomeHelped    = "helped"    // its author asked how it works
)

// ReadReply is the work of deciding about a reply that was kept.
type ReadReply struct {
	ReplyID string `json:"reply"`
}

// Kind names the job in the queue.
func (ReadReply) Kind() string { return "read_reply" }

// Arrived is a reply as its network tells of it.
type Arrived struct {
	RemoteID, RemoteVersion, RootID, RootVersion, ParentID string
	AuthorID, AuthorHandle, AuthorName                     string
	Text, URL                                              string
	Mentions, Quote, Repost, Private                       bool
	WrittenAt                                              time.Time
}

// KeepReplies keeps what was written to a shop's account, each once, and has the fresh ones read; came is webhook or poll.
// It is in the database when this returns.
func (s *Store) KeepReplies(ctx context.Context, profile *Profile, came string, arrived []Arrived) (fresh int, err error) {
	if len(arrived) == 0 {
		return 0, nil
	}
	err = s.write(ctx, func(db *tx) error {
		db.touches()
		fresh, err = db.keepReplies(profile, came, arrived)
		return err
	})
	return fresh, err
}

func (t *tx) keepReplies(profile *Profile, came string, arrived []Arrived) (fresh int, err error) {
	now := t.store.now()
	// In one order, whoever brings them: two that wait for each other's rows would wait for ever.
	arrived = slices.SortedFunc(slices.Values(arrived), func(a, b Arrived) int {
		return cmp.Or(a.WrittenAt.Compare(b.WrittenAt), cmp.Compare(a.RemoteID, b.RemoteID))
	})
	for _, a := range arrived {
		id := newID()
		result := t.Exec(`INSERT INTO replies (id, shop_id, profile_id, network, server, remote_id, remote_version, root_id, root_version, parent_id, author_id, author_handle, author_name, text, url,
			mentions, quote, repost, private, came_by, written_at, came_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (profile_id, remote_id) DO NOTHING`,
			id, profile.ShopID, profile.ID, profile.Network, profile.Server, a.RemoteID, a.RemoteVersion, a.RootID, a.RootVersion, a.ParentID, a.AuthorID, a.AuthorHandle, a.AuthorName, a.Text, a.URL,
			a.Mentions, a.Quote, a.Repost, a.Private, came, a.WrittenAt.UTC().Truncate(time.Microsecond), now)
		if result.Error != nil {
			return fresh, result.Error
		}
		if result.RowsAffected == 0 {
			continue
		}
		fresh++
		if err := t.enqueue(ReadReply{ReplyID: id}); err != nil {
			return fresh, err
		}
	}
	return fresh, nil
}

// Delivered is what a network brought by itself to one account: replies, or its owner's word that we may no longer act.
type Delivered struct {
	Account string // the network's id of the account
	Replies []Arrived
	Revoked bool
}

// CheckProfile is the work of asking a network whether an account still lets us in.
type CheckProfile struct {
	ProfileID string `json:"profile"`
}

// Kind names the job in the queue.
func (CheckProfile) Kind() string { return "check_profile" }

// TakeDelivery keeps what a network brought by itself, for every shop that has connected the account, all or nothing; price
// is that of one event. A delivery for an account that nobody has is left alone.
func (s *Store) TakeDelivery(ctx context.Context, network string, delivered []Delivered, price int64) (fresh int, err error) {
	profiles := map[string][]Profile{}
	for _, d := range delivered {
		if _, known := profiles[d.Account]; known {
			continue
		}
		profiles[d.Account], err = list[Profile](s.read(ctx).Where("network = ? AND account = ? AND state = 'connected'", network, d.Account).Order("connected_at, id"))
		if err != nil {
			return 0, err
		}
	}
	err = s.write(ctx, func(db *tx) error {
		db.touches()
		fresh = 0
		for _, d := range delivered {
			came := 0
			for _, profile := range profiles[d.Account] {
				if d.Revoked {
					// It may be an old word, or about another of its sign-ins: the network knows.
					if err := db.enqueue(CheckProfile{ProfileID: profile.ID}); err != nil {
						return err
					}
					continue
				}
				n, err := db.keepReplies(&profile, "webhook", d.Replies)
				if err != nil {
					return err
				}
				fresh += n
				came = max(came, n)
				if err := db.Exec("UPDATE reply_cursors SET pushed_at = ? WHERE profile_id = ?", s.now(), profile.ID).Error; err != nil {
					return err
				}
			}
			if err := db.payEvents(profiles[d.Account], int64(came), price); err != nil {
				return err
			}
		}
		return nil
	})
	return fresh, err
}

// payEvents counts what was delivered for an account, once however many shops have it: the first pays whose cap has room,
// or else the first, for it cannot be undone.
func (t *tx) payEvents(profiles []Profile, n, price int64) error {
	if n == 0 {
		return nil
	}
	for _, profile := range profiles {
		if err := t.spendIn(t.store.month(), profile.ShopID, profile.ID, "event", n, n*price, true); !errors.Is(err, ErrCapReached) {
			return err
		}
	}
	return t.spendIn(t.store.month(), profiles[0].ShopID, profiles[0].ID, "event", n, n*price, false)
}

// Reply finds a reply by its id, or ErrNotFound. Only for work that was queued: pages ask by the shop.
func (s *Store) Reply(ctx context.Context, id string) (*Reply, error) {
	reply, err := first[Reply](s.read(ctx).Where("id = ?", id))
	return &reply, found(err)
}
