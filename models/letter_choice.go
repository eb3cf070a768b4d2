package models

import (
	"context"
	"crypto/subtle"
	"strings"
)

// Topic is a kind of news that people may want letters about or not. Letters of no topic always go out: they answer
// what their recipient did, or tell what must be known.
type Topic string

// The topics. The first three are of a shop's team, the others of its fans and of the future.
const (
	TopicSold      Topic = "sold"
	TopicDisputes  Topic = "disputes"
	TopicPayouts   Topic = "payouts"
	TopicWaitlist  Topic = "waitlist"
	TopicReminders Topic = "reminders"
	TopicWeekly    Topic = "weekly"
)

// TeamTopics are the topics a member chooses among, in the order of the page, with what the role must allow.
var TeamTopics = []Topic{TopicSold, TopicDisputes, TopicPayouts}

var topicDeeds = map[Topic]Deed{TopicSold: View, TopicDisputes: Answer, TopicPayouts: View}

// topics are the kinds of letters that have one, by how their name begins.
var topics = []struct {
	begins string
	topic  Topic
}{
	{"sold", TopicSold},
	{"dispute", TopicDisputes},
	{"inquiry", TopicDisputes},
	{"fraud", TopicDisputes},
	{"payout", TopicPayouts},
	{"requirement", TopicPayouts},
	{"waitlist", TopicWaitlist},
	{"freed", TopicWaitlist},
	{"reminder", TopicReminders},
	{"weekly", TopicWeekly},
}

// TopicOf is the topic of a kind of letter, or empty for one that always goes out.
func TopicOf(kind string) Topic {
	for _, t := range topics {
		if strings.HasPrefix(kind, t.begins) {
			return t.topic
		}
	}
	return ""
}

// Must tells whether a role gets the letters of a topic whatever was chosen: an owner answers for the money.
func (t Topic) Must(role Role) bool {
	return role == Owner && (t == TopicDisputes || t == TopicPayouts)
}

// Open tells whether a role may see what the topic is about.
func (t Topic) Open(role Role) bool {
	deed, known := topicDeeds[t]
	return known && role.May(deed)
}

// LetterChoice is whether a member gets the letters of a topic, and whether that can be changed.
type LetterChoice struct {
	Topic  Topic
	Wanted bool
	Fixed  bool
}

// wants is what holds for a member: the choice, and without one that owners are told and nobody else.
func (t Topic) wants(role Role, chosen *bool) bool {
	switch {
	case !t.Open(role):
		return false
	case t.Must(role):
		return true
	case chosen != nil:
		return *chosen
	}
	return role == Owner
}

// LetterChoices lists the topics that are open to a member's role, as they stand.
func (s *Store) LetterChoices(ctx context.Context, shop *Shop, user *User, role Role) ([]LetterChoice, error) {
	var rows []struct {
		Topic  Topic
		Wanted bool
	}
	err := s.read(ctx).Raw("SELECT topic, wanted FROM letter_choices WHERE recipient = ? AND shop_id = ?", user.Email, shop.ID).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	var list []LetterChoice
	for _, topic := range TeamTopics {
		if !topic.Open(role) {
			continue
		}
		var chosen *bool
		for _, row := range rows {
			if row.Topic == topic {
				chosen = &row.Wanted
			}
		}
		list = append(list, LetterChoice{Topic: topic, Wanted: topic.wants(role, chosen), Fixed: topic.Must(role)})
	}
	return list, nil
}

// ChooseLetters keeps which topics a member wants; those that cannot be changed are left alone.
func (s *Store) ChooseLetters(ctx context.Context, shop *Shop, user *User, role Role, wanted map[Topic]bool) error {
	return s.write(ctx, func(db *tx) error {
		for _, topic := range TeamTopics {
			if !topic.Open(role) || topic.Must(role) {
				continue
			}
			if err := db.choose(user.Email, shop.ID, topic, wanted[topic]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *tx) choose(recipient, shopID string, topic Topic, wanted bool) error {
	return t.Exec(`INSERT INTO letter_choices (recipient, shop_id, topic, wanted, updated_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (recipient, shop_id, topic) DO UPDATE SET wanted = excluded.wanted, updated_at = excluded.updated_at`, recipient, shopID, topic, wanted, t.store.now()).Error
}

// audience are the members of a shop who are told of a topic; of no topic, the owners.
func (t *tx) audience(shopID string, topic Topic) ([]User, error) {
	if topic == "" {
		return t.ownersOf(shopID)
	}
	var rows []struct {
		User
		Role   Role
		Wanted *bool
	}
	err := t.Raw(`SELECT users.*, members.role AS role, letter_choices.wanted AS wanted FROM members JOIN users ON users.id = members.user_id
		LEFT JOIN letter_choices ON letter_choices.recipient = users.email AND letter_choices.shop_id = members.shop_id AND letter_choices.topic = ?
		WHERE members.shop_id = ? ORDER BY users.id`, topic, shopID).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	var users []User
	for _, row := range rows {
		if topic.wants(row.Role, row.Wanted) {
			users = append(users, row.User)
		}
	}
	return users, nil
}

// tellTeam writes a letter to each member who is to be told of what it is about; the key gets the member's id at its end.
func (t *tx) tellTeam(letter Letter) error {
	users, err := t.audience(deref(letter.ShopID), TopicOf(letter.Kind))
	if err != nil {
		return err
	}
	for i := range users {
		if err := t.tell(letter, &users[i]); err != nil {
			return err
		}
	}
	return nil
}

// tell writes a letter to one user; the key gets the user's id at its end.
func (t *tx) tell(letter Letter, user *User) error {
	letter.Key, letter.Recipient, letter.Language, letter.UserID = letter.Key+"-"+user.ID, user.Email, user.Language, &user.ID
	return t.letter(letter)
}

// unwanted tells whether somebody who is no member has said no to letters like this. Members are asked by audience.
func (t *tx) unwanted(letter *Letter) (bool, error) {
	topic := TopicOf(letter.Kind)
	if topic == "" || letter.ShopID == nil || letter.UserID != nil {
		return false, nil
	}
	var n int64
	err := t.Raw("SELECT count(*) FROM letter_choices WHERE recipient = ? AND shop_id = ? AND topic = ? AND NOT wanted", letter.Recipient, *letter.ShopID, topic).Scan(&n).Error
	return n > 0, err
}

// Subscription is what a link at the foot of a letter is about.
type Subscription struct {
	Recipient string
	Shop      Shop
	Topic     Topic
	Wanted    bool
	Fixed     bool // the recipient's role gets these letters in any case
}

// UnsubscribeToken is the signed name of the letters like this one, or empty where they always go out. It names the
// letter and no person, and does not expire: whoever wants no letters finds the link in the oldest of them.
func (s *Store) UnsubscribeToken(letter *Letter) string {
	if TopicOf(letter.Kind) == "" || letter.ShopID == nil {
		return ""
	}
	return letter.ID + "." + s.sealer.digest("unsubscribe", letter.ID)[:40]
}

// Subscription finds what a token names, or ErrNotFound.
func (s *Store) Subscription(ctx context.Context, token string) (*Subscription, error) {
	id, mac, _ := strings.Cut(token, ".")
	if subtle.ConstantTimeCompare([]byte(mac), []byte(s.sealer.digest("unsubscribe", id)[:40])) != 1 {
		return nil, ErrNotFound
	}
	letter, err := s.Letter(ctx, id)
	if err != nil {
		return nil, err
	}
	if letter.ShopID == nil {
		return nil, ErrNotFound
	}
	shop, err := s.ShopOf(ctx, *letter.ShopID)
	if err != nil {
		return nil, err
	}
	sub := &Subscription{Recipient: letter.Recipient, Shop: *shop, Topic: TopicOf(letter.Kind), Wanted: true}
	var rows []struct{ Wanted bool }
	if err := s.read(ctx).Raw("SELECT wanted FROM letter_choices WHERE recipient = ? AND shop_id = ? AND topic = ?", sub.Recipient, shop.ID, sub.Topic).Scan(&rows).Error; err != nil {
		return nil, err
	}
	if len(rows) == 1 {
		sub.Wanted = rows[0].Wanted
	}
	var roles []Role
	err = s.read(ctx).Raw("SELECT members.role FROM members JOIN users ON users.id = members.user_id WHERE members.shop_id = ? AND users.email = ?", shop.ID, sub.Recipient).Scan(&roles).Error
	if len(roles) == 1 && sub.Topic.Must(roles[0]) {
		sub.Wanted, sub.Fixed = true, true
	}
	return sub, err
}

// Subscribe says yes or no to the letters that a token names. A no to those of waitlists leaves them.
func (s *Store) Subscribe(ctx context.Context, sub *Subscription, wanted bool) error {
	if sub.Fixed {
		return nil
	}
	return s.write(ctx, func(db *tx) error {
		if sub.Topic == TopicWaitlist && !wanted {
			if err := db.leaveAll(sub.Shop.ID, sub.Recipient); err != nil {
				return err
			}
		}
		return db.choose(sub.Recipient, sub.Shop.ID, sub.Topic, wanted)
	})
}
