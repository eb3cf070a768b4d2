package models

import "time"

// ReplyAnswer is what we write back to a reply in public: one at most for each post of a fan, by the database's own rule.
type ReplyAnswer struct {
	ID            string
	ShopID        string
	ProfileID     string // the account that answers
	ReplyID       string
	Network       string
	Server        string
	AnsweredID    string // the post that is answered
	Kind          string // the part after answer in words: confirm, no_card, sold_out, …
	Text          string
	State         string // due, sending, sent, refused (by the network), dropped (by us)
	Reason        string // of refused and dropped: a network's error kind, late, silenced, cap, limit
	Detail        string // the network's own words
	Attempts      int64
	Doubtful      bool // a try may have posted it: it is looked for first
	TryAt         *time.Time
	LeaseUntil    *time.Time
	DropAt        *time.Time // from when it makes no sense any more
	RemoteID      string
	RemoteVersion string
	RemoteURL     string
	Micros        int64  // what it cost, in millionths of a US dollar
	Month         string // in which that is counted, empty where nothing is
	Private       bool   // only the one answered may see it, where the network can
	SentAt        *time.Time
	CreatedAt     time.Time
}

// Never says that an answer certainly is not out, and will not be: another may take its place.
func (a *ReplyAnswer) Never() bool {
	return (a.State == "refused" || a.State == "dropped") && !a.Doubtful
}

// AnswerReply is the work of taking an answer to its network.
type AnswerReply struct {
	ReplyAnswerID string `json:"reply_answer"`
}

// Kind names the job in the queue.
func (AnswerReply) Kind() string { return "answer_reply" }
