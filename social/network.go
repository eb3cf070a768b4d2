package social

import (
	"context"
	"fmt"
	"time"
)

// Network is one network as it is spoken to on the wire. Every call is made for one account, by its grant, and fails
// with an *Error where the network answered or did not.
type Network interface {
	// Name is one of Networks.
	Name() string
	// Refresh renews a grant; the one given is used up by it. A grant that does not run out comes back as it is.
	Refresh(ctx context.Context, grant Grant) (Grant, error)
	// Revoke gives a grant back.
	Revoke(ctx context.Context, grant Grant) error
	// Publish posts a message, or answers a post where the message says so.
	Publish(ctx context.Context, grant Grant, message Message) (*Published, error)
	// Find looks among the account's own newest posts for one with this link in it, or else with this text; nil where
	// there is none. It is asked before anything is posted again.
	Find(ctx context.Context, grant Grant, message Message) (*Published, error)
	// Locate finds the account's own post by the address that people see, as pasted; Gone where there is none of its own.
	Locate(ctx context.Context, grant Grant, address string) (*Published, error)
	// Poll reads what was written to the account since a cursor ("" from now on), oldest first, and below those of its
	// posts where the network does not tell of every reply.
	Poll(ctx context.Context, grant Grant, cursor string, posts []string) (came []Incoming, next string, err error)
	// Metrics reads what the account's posts brought; a post that is gone is not in the answer.
	Metrics(ctx context.Context, grant Grant, posts []string) (map[string]Metrics, error)
	// Delete takes a post away; one that is gone already is no error.
	Delete(ctx context.Context, grant Grant, post string) error
	// Price is what an act costs, in millionths of a US dollar; 0 where the network takes nothing.
	Price(act Act, link bool) int64
}

// Redirecting is a network whose people sign in on its own pages, by OAuth with PKCE.
type Redirecting interface {
	// Begin prepares a sign-in with the account's server ("" where there is but one) that returns to back.
	Begin(ctx context.Context, server, back string) (*Begun, error)
	// Exchange ends it with the code that the person brought back.
	Exchange(ctx context.Context, begun Begun, back, code string) (*Grant, error)
}

// Introducing is a network that only tells who somebody is: nothing may be written with such a grant.
type Introducing interface {
	// Introduce is Begin with the least that can be asked. given is what the person typed: a server, or the whole handle;
	// nothing where there is but one server.
	Introduce(ctx context.Context, given, back string) (*Begun, error)
	// Exchange ends it, as for Redirecting.
	Exchange(ctx context.Context, begun Begun, back, code string) (*Grant, error)
}

// Passworded is a network whose people give a password made for one app.
type Passworded interface {
	// Enter signs in by handle and app password at a server ("" for the usual one).
	Enter(ctx context.Context, server, handle, password string) (*Grant, error)
}

// Begun is a sign-in under way: URL is where the person goes; the rest is kept, sealed, until they are back.
type Begun struct {
	URL, State, Verifier         string
	Server, Client, ClientSecret string
	Scopes                       string // asked for, where the exchange names them again
	Issuer                       string // that the answer has to name, where the network says who answers
}

// Grant is what an account let us do, with who it is. It is kept sealed, as JSON.
type Grant struct {
	Server  string // the address of the account's server, "" on X
	Account string // what the network knows the account by for good: handles move, this does not
	Handle  string // without the @
	Name    string

	Access, Refresh      string
	Expires              time.Time // of Access; zero where it does not run out
	Client, ClientSecret string    // of the app that a Mastodon server knows us by
	Limit                int       // how many characters a post may have there, 0 for the network's usual ones
}

// Message is a post to be made. Text is whole, as the network shows it: with its link in it where there is one.
type Message struct {
	Text    string
	Lang    string // BCP 47, "" where it is not known
	Key     string // of our own row: sent again, the network posts once where it can tell
	ReplyTo *Ref   // the post that is answered
	Private bool   // to the one answered alone, where the network can
	Card    *LinkCard
	Media   []string // ids of pictures uploaded before, for the networks that take them apart
}

// LinkCard is the preview of a link, for the networks that do not fetch one themselves. Image is JPEG or PNG.
type LinkCard struct {
	URL, Title, Description, Alt string
	Image                        []byte
	ImageType                    string
}

// Ref names a post on its network. Root is the post at the head of the conversation; Version is Bluesky's cid of each.
type Ref struct{ ID, Version, Root, RootVersion, Author string }

// Published is a post that is out.
type Published struct {
	ID, Version string
	URL         string
	At          time.Time
}

// Incoming is a post that somebody wrote to an account.
type Incoming struct {
	Ref
	AuthorHandle, AuthorName string
	Parent                   string // the post it answers, "" for none
	Text                     string // plain, as written
	URL                      string
	Mentions                 []string // ids of the accounts that the author named
	Quote, Repost, Private   bool     // private: not everybody can read it
	At                       time.Time
}

// Metrics are what a post brought. Impressions is nil where the network does not say.
type Metrics struct {
	Impressions             *int64
	Likes, Replies, Reposts int64
}

// Act is what a network may charge for.
type Act string

// The acts with a price.
const (
	ActPost  Act = "post"
	ActReply Act = "reply" // to somebody who wrote to the account
	ActEvent Act = "event" // delivered to us
	ActRead  Act = "read"  // of what is the account's own
)

// ErrorKind is why a network did not do what it was asked.
type ErrorKind string

// The kinds of errors. Nothing but Temporary and RateLimited is worth another try of the same.
const (
	RateLimited   ErrorKind = "rate_limited"    // until Error.Until
	Duplicate     ErrorKind = "duplicate"       // the same text is out already
	NotSummoned   ErrorKind = "not_summoned"    // the answered author did not call this account
	SignInExpired ErrorKind = "sign_in_expired" // the grant is used up, revoked or too narrow
	Gone          ErrorKind = "gone"            // the post or the account is not there
	TooLong       ErrorKind = "too_long"
	UnknownServer ErrorKind = "unknown_server" // no server of this network answers at that address
	WrongPassword ErrorKind = "wrong_password" // or the handle
	MainPassword  ErrorKind = "main_password"  // the account's own was given where one made for an app belongs
	Refused       ErrorKind = "refused"        // for another reason, in Error.Detail
	Temporary     ErrorKind = "temporary"      // no answer, or the network is in trouble
)

// Error is a network's refusal or silence.
type Error struct {
	Network string
	Kind    ErrorKind
	Until   time.Time // when it may be tried again, where the network says so
	Detail  string    // the network's own words; never a token
	// Unsure says that a write may have been done all the same: look for it before it is sent again.
	Unsure bool
}

// Error names the network, the kind and the network's words.
func (e *Error) Error() string {
	return fmt.Sprintf("%s: %s: %s", e.Network, e.Kind, e.Detail)
}
