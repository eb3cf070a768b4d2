package social

// MastodonSettings are how our app names itself at a Mastodon server.
type MastodonSettings struct{ Name, Website string }
