package models

import (
	"context"
	"database/sql"
	"os"
	"sync"
	"time"
)

// copier copies SQLite's log back into the database while the writer goes on. Were it left to the writer, everybody who
// waits for a commit would wait for the copying of megabytes now and then.
type copier struct {
	db   *sql.DB
	log  string
	stop chan struct{}
	done chan struct{}
	once sync.Once
}

// The log is looked at this often, and copied back from this size.
const (
	copyEvery = 500 * time.Millisecond
	copyFrom  = 8 << 20
)

func newCopier(file, options string) (*copier, error) {
	db, err := sql.Open("sqlite3", "file:"+file+options)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	c := &copier{db: db, log: file + "-wal", stop: make(chan struct{}), done: make(chan struct{})}
	go c.run()
	return c, nil
}

func (c *copier) run() {
	defer close(c.done)
	tick := time.NewTicker(copyEvery)
	defer tick.Stop()
	var copied time.Time // when what is copied was written: the file stays, and is written over
	for {
		select {
		case <-c.stop:
			return
		case <-tick.C:
		}
		info, err := os.Stat(c.log)
		if err != nil || info.Size() < copyFrom || info.ModTime().Equal(copied) {
			continue
		}
		var busy, frames, done int64
		err = c.db.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &frames, &done)
		if err == nil && busy == 0 && frames == done {
			copied = info.ModTime()
		}
	}
}

func (c *copier) close() error {
	c.once.Do(func() { close(c.stop) }) // a store may be closed twice
	<-c.done
	return c.db.Close()
}
