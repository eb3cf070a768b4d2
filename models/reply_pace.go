package models

// The minutes between two askings: where the network delivers by itself they only mend what it lost; where it takes money
// for what is read they are fewer; and where nothing can be bought nobody is in a hurry.
const (
	everyPushed = 10
	everyPaid   = 2
	everyFree   = 1
)

// The minutes between two askings while no post of an offer on sale is out, and while no offer can be bought by reply.
const (
	PollNoPost = 15
	PollIdle   = 60
)

// pollEvery chooses how many minutes there are until an account's replies are asked for again.
func (t *tx) pollEvery(profile *Profile) (int64, error) {
	var now struct {
		Push          string
		Offers, Posts int64
	}
	const live = "offers.replies AND offers.state IN ('live', 'scheduled') AND (offers.starts_at IS NULL OR offers.starts_at <= ?) AND (offers.ends_at IS NULL OR offers.ends_at > ?)"
	at := t.store.now()
	err := t.Raw(`SELECT push, (SELECT count(*) FROM offers WHERE shop_id = ? AND `+live+`) AS offers,
		(SELECT count(*) FROM posts JOIN offers ON offers.id = posts.offer_id WHERE posts.shop_id = ? AND posts.network = ? AND posts.state = 'posted' AND `+live+`) AS posts
		FROM reply_cursors WHERE profile_id = ?`, profile.ShopID, at, at, profile.ShopID, profile.Network, at, at, profile.ID).Scan(&now).Error
	switch {
	case err != nil || now.Offers == 0:
		return PollIdle, err
	case now.Push == PushAll || now.Push == PushMentions:
		return everyPushed, nil
	case now.Posts == 0:
		return PollNoPost, nil
	case profile.Network == "x":
		return everyPaid, nil
	}
	return everyFree, nil
}
