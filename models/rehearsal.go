package models

import (
	"context"
	"errors"

	"gorm.io/gorm"
)

// Rehearsal is a reply as it is typed to see what would come of it.
type Rehearsal struct {
	Network, Text string
	Mentions      bool   // it names the shop's account
	Offer         *Offer // that is looked at
	Below         *Offer // below whose post it stands, nil for none of the shop's
	Synced        bool   // its author has synced a card; else nobody knows them
}

// errTakenBack ends a rehearsal.
var errTakenBack = errors.New("models: a rehearsal is taken back")

// RehearseReply lets fn do on a store what is done about a reply, exactly as it is done: what is changed there is seen by fn
// alone, and all of it is taken back. No work is left for later, and no letter or answer leaves. fn may ask no network.
func (s *Store) RehearseReply(ctx context.Context, shop *Shop, in Rehearsal, fn func(stage *Store, replyID string) error) error {
	var failed error
	err := s.write(ctx, func(db *tx) error {
		db.touches()
		stage := s.stage(db)
		reply, err := db.rehearsed(shop, in)
		if err == nil {
			err = fn(stage, reply)
		}
		failed = err
		return errTakenBack
	})
	if errors.Is(err, errTakenBack) {
		return failed
	}
	return err
}

// Together makes several changes one, for a world with a past: others see all of it or none. Work that it leaves for later
// is not kept; whoever makes the past does it.
func (s *Store) Together(ctx context.Context, fn func(stage *Store) error) error {
	return s.write(ctx, func(db *tx) error { return fn(s.stage(db)) })
}

// stage is the store inside a transaction: it reads what the transaction sees, and what it changes is the transaction's.
func (s *Store) stage(db *tx) *Store {
	stage := *s
	stage.reader = db.Session(&gorm.Session{NewDB: true, Context: db.ctx})
	config := *stage.reader.Config
	config.ConnPool = db.conn
	stage.reader.Config = &config
	stage.reader.Statement.ConnPool = db.conn
	stage.around, stage.quiet = db, true
	return &stage
}

// inside lets a change happen within the one that the store stands in, behind a savepoint of its own.
func (s *Store) inside(ctx context.Context, fn func(db *tx) error) error {
	say := func(statement string) error {
		_, err := s.around.conn.ExecContext(s.around.ctx, statement)
		return err
	}
	if err := say("SAVEPOINT inside"); err != nil {
		return err
	}
	inner := s.reader.Session(&gorm.Session{NewDB: true, Context: ctx})
	inner.Statement.ConnPool = s.around.conn
	if err := fn(&tx{DB: inner, store: s, conn: s.around.conn, ctx: s.around.ctx}); err != nil {
		return errors.Join(err, say("ROLLBACK TO inside"), say("RELEASE inside"))
	}
	return say("RELEASE inside")
}

// rehearsed puts the reply on the stage, with what it needs to stand there: an account, a post, a fan.
func (t *tx) rehearsed(shop *Shop, in Rehearsal) (replyID string, err error) {
	now, id := t.store.now(), newID()
	profile := Profile{}
	err = t.Where("shop_id = ? AND network = ?", shop.ID, in.Network).Order("CASE state WHEN 'connected' THEN 0 ELSE 1 END, handle").Take(&profile).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		profile = Profile{ID: newID(), ShopID: shop.ID, Network: in.Network, Account: newID(), Handle: shop.Handle, State: "connected", Version: 1, ConnectedAt: now, UpdatedAt: now, CreatedAt: now}
		err = t.Raw("SELECT user_id FROM members WHERE shop_id = ? ORDER BY created_at LIMIT 1", shop.ID).Scan(&profile.ConnectedBy).Error
		if err == nil {
			err = t.Create(&profile).Error
		}
	}
	if err != nil {
		return "", err
	}
	reply := Reply{
		ID: id, ShopID: shop.ID, ProfileID: profile.ID, Network: in.Network, Server: profile.Server, RemoteID: id, AuthorID: id, AuthorHandle: "a_fan", Text: in.Text, Mentions: in.Mentions,
		CameBy: "webhook", WrittenAt: now, CameAt: now,
	}
	if in.Below != nil {
		posts, err := list[Post](t.Where("shop_id = ? AND offer_id = ? AND network = ? AND state = 'posted' AND remote_id <> ''", shop.ID, in.Below.ID, in.Network).Order("posted_at DESC, id").Limit(1))
		if err != nil {
			return "", err
		}
		if len(posts) > 0 {
			reply.RootID = posts[0].RemoteID
		} else if reply.RootID, err = t.rehearsedPost(shop, &profile, in.Below); err != nil {
			return "", err
		}
		reply.ParentID = reply.RootID
	}
	if in.Synced {
		if err := t.rehearsedFan(shop, in, id); err != nil {
			return "", err
		}
	}
	return id, t.Create(&reply).Error
}

// rehearsedPost is a post of an offer, and gives its id on the network.
func (t *tx) rehearsedPost(shop *Shop, profile *Profile, offer *Offer) (string, error) {
	now, id := t.store.now(), newID()
	post := Post{ID: id, ShopID: shop.ID, OfferID: offer.ID, ProfileID: &profile.ID, Code: randomLetters(PostCodeLength), Network: profile.Network, State: "posted", RemoteID: id, PostedAt: &now, CreatedAt: now}
	return id, t.Create(&post).Error
}

// rehearsedFan is somebody who may buy anything that is sold here, and lives where the offer's page thinks that buyers do.
func (t *tx) rehearsedFan(shop *Shop, in Rehearsal, id string) error {
	const plenty = 1_000_000_000
	now := t.store.now()
	before := now.AddDate(0, 0, -1)
	var version Version
	if err := t.Where("id = ?", seenVersion(in.Offer)).Take(&version).Error; err != nil {
		return found(err)
	}
	_, country := shop.Usual(&version)
	fan := Fan{
		ID: id, Email: id + "@rehearsal.example", EmailKey: id, EmailConfirmedAt: &before, Language: shop.Language, Name: "A fan", Address: "1", Country: country,
		CapCurrency: version.Currency, CapOrder: plenty, CapDay: plenty, BuysFrom: &before, CreatedAt: before,
	}
	if err := t.Create(&fan).Error; err != nil {
		return err
	}
	err := t.Create(&FanProfile{ID: newID(), FanID: id, Network: in.Network, RemoteID: id, Handle: "a_fan", CreatedAt: before}).Error
	if err != nil {
		return err
	}
	return t.Create(&FanCard{ID: newID(), FanID: id, Method: id, Brand: "visa", Last4: "4242", ExpMonth: 12, ExpYear: int64(now.Year()) + 2, Usual: true, State: "kept", CreatedAt: before}).Error
}
