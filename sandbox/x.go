package sandbox

import (
	"context"
	"database/sql"
	_ "embed"
	"net/http"
	"strings"
	"sync"
	"time"
)

//go:embed x_schema.sql
var xSchema string

// X is a local X: its API, its pages, its webhooks. It shares the file and the clock of its Sandbox.
type X struct {
	sb   *Sandbox
	keys XKeys

	mu      sync.Mutex
	base    string
	last    int64 // the newest id that was given out
	faults  faults
	windows map[string]*window

	unlimited bool // see Unlimited
	fetches   map[string]chan struct{}

	posting sync.WaitGroup // links being unfurled
	wake    chan struct{}
	fetcher *http.Client
}

// XKeys are what X gives the developer of an app.
type XKeys struct {
	ClientID, ClientSecret string // OAuth 2
	ConsumerSecret         string // signs webhooks
	Bearer                 string // the app by itself
}

// X is the local X of this sandbox.
func (sb *Sandbox) X() *X { return sb.x }

func (sb *Sandbox) openX() error {
	if _, err := sb.write.Exec(xSchema); err != nil {
		return err
	}
	x := &X{sb: sb, windows: map[string]*window{}, fetches: map[string]chan struct{}{}, wake: make(chan struct{}, 1), fetcher: crawler()}
	x.faults.kinds = xFaultKinds
	for _, setting := range []struct {
		name, fresh string
		into        *string
	}{
		{"x_client_id", random(34), &x.keys.ClientID},
		{"x_client_secret", random(50), &x.keys.ClientSecret},
		{"x_consumer_secret", random(50), &x.keys.ConsumerSecret},
		{"x_bearer", "AAAAAAAAAAAAAAAAAAAAA" + random(80), &x.keys.Bearer},
	} {
		if err := sb.lasting(setting.name, setting.fresh, setting.into); err != nil {
			return err
		}
	}
	if err := x.seed(context.Background()); err != nil {
		return err
	}
	sb.x = x
	sb.OnAdvance(x.rouse)
	return sb.write.QueryRow(`SELECT coalesce(max(id), 0) FROM x_posts`).Scan(&x.last)
}

// Keys are the app's, the same after a restart.
func (x *X) Keys() XKeys { return x.keys }

// SetURL tells X its own base URL, which the addresses of its pages begin with.
func (x *X) SetURL(base string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.base = strings.TrimRight(base, "/")
}

func (x *X) url(path string) string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.base + path
}

func (x *X) rouse() {
	select {
	case x.wake <- struct{}{}:
	default:
	}
}

// xcall is one piece of work on X's data.
type xcall struct {
	ctx context.Context
	x   *X
	db  database
	now time.Time // the time that everything made here carries
	// past: that time was handed in, so that nobody is told.
	past bool
	// links are addresses that were posted, to be unfurled once all is kept.
	links []string
}

// look runs work that only reads.
func (x *X) look(ctx context.Context, work func(*xcall) error) error {
	return work(&xcall{ctx: ctx, x: x, db: x.sb.read, now: x.sb.Now()})
}

// change runs work in one write transaction, at the sandbox's time or at the one handed in where that is not zero.
func (x *X) change(ctx context.Context, at time.Time, work func(*xcall) error) error {
	tx, err := x.sb.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	c := &xcall{ctx: ctx, x: x, db: tx, now: x.sb.Now()}
	if !at.IsZero() {
		c.now, c.past = at, true
	}
	workErr := work(c)
	if p, is := workErr.(*problem); workErr != nil && !(is && p.commits) {
		return workErr
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	x.rouse()
	if !c.past { // what a made-up past links to may not be open to the public yet
		for _, link := range c.links {
			x.unfurlSoon(link)
		}
	}
	return workErr
}

// number reads one number, 0 where there is no row.
func (c *xcall) number(query string, args ...any) (int64, error) {
	var n sql.NullInt64
	err := c.db.QueryRowContext(c.ctx, query, args...).Scan(&n)
	if err == sql.ErrNoRows {
		return 0, nil
	}
	return n.Int64, err
}

// milliseconds is a time as X's tables keep it.
func milliseconds(at time.Time) int64 { return at.UnixMilli() }

// epoch is the first millisecond of X's ids.
const epoch = 1288834974657

// nextID is an id that carries its time and is larger than all before it; one of the past is only like that time.
func (c *xcall) nextID() (int64, error) {
	id := (milliseconds(c.now) - epoch) << 22
	if c.past {
		for {
			used, err := c.number(`SELECT 1 FROM x_posts WHERE id = ?`, id)
			if err != nil || used == 0 {
				return id, err
			}
			id++
		}
	}
	c.x.mu.Lock()
	defer c.x.mu.Unlock()
	c.x.last = max(c.x.last+1, id)
	return c.x.last, nil
}
