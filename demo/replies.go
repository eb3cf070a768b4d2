package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/social"
)

// scene is what somebody writes to the first shop's account, and what happens then: "" nothing more; confirm, cancel,
// wrong (a code that does not fit), lapse (no word in time), late (a word after that), refused (X does not take our
// answer), abuse and mind (by the shop), hand (the shop answers).
type scene struct{ who, tag, text, then string }

// scenes are the replies of the last days, by how many days ago. tag names the offer below whose post it stands.
var scenes = [][]scene{
	{
		{"mira_okafor", "SageApron", "@maisonkestrel #SageApron x2 please, the kitchen is ready", "confirm"},
		{"yuki_draws", "SageApron", "@maisonkestrel is it heavy? I have a small dog", ""},
		{"lucbernard", "CedarCandle", "@maisonkestrel #CedarCandle", ""},
		{"tomasz_w", "HarbourPrint", "@maisonkestrel #HarbourPrint for the hall", ""},
		{"samirhaddad", "SageApron", "@maisonkestrel #SageApron x2", ""},
		{"ingridsol", "CedarCandle", "@maisonkestrel #CedarCandle large", "confirm"},
		{"priya_reads", "SageApron", "@maisonkestrel #SageApron!", ""},
		{"danielcosta", "SageApron", "@maisonkestrel STOP", ""},
	},
	{
		{"ingridsol", "SageApron", "@maisonkestrel #SageApron", "confirm"},
		{"danielcosta", "SageApron", "Not buying #SageApron @maisonkestrel, my soup would never forgive me", ""},
		{"lucbernard", "CedarCandle", "@maisonkestrel #CedarCandle small, pour ma mère", "confirm"},
		{"mira_okafor", "CedarCandle", "@maisonkestrel #CedarCandle purple", ""},
		{"tomasz_w", "SageApron", "@maisonkestrel one #SageApron for the train kitchen", "cancel"},
		{"priya_reads", "MendIt", "@maisonkestrel #MendIt you mended my sleeve!", ""},
		{"yuki_draws", "SageApron", "@maisonkestrel HELP", ""},
		{"samirhaddad", "CedarCandle", "@maisonkestrel #CedarCandle large x2", "confirm"},
		{"tomasz_w", "SageApron", "@maisonkestrel #SageApron #CedarCandle", ""},
	},
	{
		{"lucbernard", "SageApron", "@maisonkestrel #SageApron x3", "confirm"},
		{"mira_okafor", "TeaNo4", "@maisonkestrel #TeaNo4", "confirm"},
		{"samirhaddad", "SageApron", "@maisonkestrel #SageApron x9", ""},
		{"yuki_draws", "SageApron", "@maisonkestrel この #SageApron 欲しい!", "lapse"},
		{"tomasz_w", "SageApron", "@maisonkestrel #SageApron", "wrong"},
		{"danielcosta", "SageApron", "@maisonkestrel buy my surf wax instead, link in bio, #SageApron", "abuse"},
		{"ingridsol", "SageApron", "@maisonkestrel #SageApron again, my sister took the first", "refused"},
		{"priya_reads", "CedarCandle", "@maisonkestrel how long is the wick?", "hand"},
	},
	{
		{"mira_okafor", "SageApron", "@maisonkestrel #SageApron, finally", "confirm"},
		{"samirhaddad", "CedarCandle", "@maisonkestrel #CedarCandle small", "lapse"},
		{"ingridsol", "SageApron", "@maisonkestrel #SageApron?", "mind"},
		{"tomasz_w", "CedarCandle", "@maisonkestrel #CedarCandle large", "late"},
		{"lucbernard", "SageApron", "Magnifique, ce vert.", ""},
	},
}

// persons are those of the local X, with the ids that it gave them.
var persons = map[string]models.Identity{
	"mira_okafor": {RemoteID: "1371120934460383233", Name: "Mira Okafor"},
	"lucbernard":  {RemoteID: "1383445102233161730", Name: "Luc Bernard"},
	"yuki_draws":  {RemoteID: "1395880217745920003", Name: "Yuki Tanaka 田中"},
	"samirhaddad": {RemoteID: "1402116638009458691", Name: "Samir Haddad"},
	"ingridsol":   {RemoteID: "1418830556120031234", Name: "Ingrid Solberg"},
	"tomasz_w":    {RemoteID: "1427709943381082113", Name: "Tomasz Wójcik"},
	"priya_reads": {RemoteID: "1435566720194138117", Name: "Priya Raman"},
	"danielcosta": {RemoteID: "1448012275561406466", Name: "Daniel Costa"},
}

// shopOnX is the first shop's account on the local X.
const shopOnX = "1453921887001600011"

// repliesLast is how long before now people stop to buy, so that replies have their time today.
const repliesLast = 25 * time.Minute

// person is somebody of the local X.
func person(handle string) models.Identity {
	who := persons[handle]
	who.Network, who.Handle = social.X, handle
	return who
}

// replies lets people write to the first shop's account on one of the last days. Nothing is read or answered by the server
// that runs meanwhile: the past has its own time.
func (w *world) replies(ctx context.Context, day int) error {
	ago := w.set.Days - 1 - day
	if w.set.Publisher == nil || w.set.XURL == "" || ago >= len(scenes) || len(w.shops) == 0 {
		return nil
	}
	s := w.shops[0]
	profile, err := w.account(ctx, s)
	if err != nil {
		return err
	}
	if err := w.wallets(ctx); err != nil {
		return fmt.Errorf("wallets: %w", err)
	}
	for _, scene := range scenes[ago] {
		i := slices.IndexFunc(s.goods, func(g *good) bool { return g.plan.form.Hashtag == scene.tag })
		if i < 0 || s.goods[i].root == "" {
			continue // its post is not out yet
		}
		if w.clock.Now().Add(5 * time.Minute).After(w.real()) {
			return nil // today has not come further yet
		}
		w.clock.set(w.clock.Now().Add(time.Minute))
		if err := w.play(ctx, s, profile, s.goods[i].root, scene); err != nil {
			return fmt.Errorf("%q: %w", scene.text, err)
		}
	}
	return nil
}

// account is the shop's on X, which is not connected before the world is complete: see network.
func (w *world) account(ctx context.Context, s *stall) (profile *models.Profile, err error) {
	if w.onX != nil {
		return w.onX, nil
	}
	err = w.store.Together(ctx, func(stage *models.Store) (err error) {
		in := models.Connection{Network: social.X, Account: shopOnX, Handle: s.shop.Handle, Name: s.shop.Name, Grant: "{}"}
		if profile, err = stage.Connect(ctx, s.shop, s.owner, in); err != nil {
			return err
		}
		return stage.Disconnect(ctx, s.shop, s.owner, profile)
	})
	w.onX = profile
	return profile, err
}

// play is one scene.
func (w *world) play(ctx context.Context, s *stall, profile *models.Profile, root string, scene scene) error {
	view, err := w.hear(ctx, s, profile, scene.who, scene.text, root, root, scene.then == "refused")
	if err != nil || view == nil {
		return err
	}
	says := func(text string) error {
		w.clock.set(w.clock.Now().Add(time.Minute))
		below := root
		if view.Answer != nil {
			below = view.Answer.RemoteID
		}
		word, err := w.hear(ctx, s, profile, scene.who, "@"+profile.Handle+" "+text, root, below, false)
		if err != nil || word == nil || word.Outcome != models.OutcomeConfirmed || word.OrderID == nil {
			return err
		}
		return w.charge(ctx, s, profile, *word.OrderID)
	}
	switch scene.then {
	case "confirm":
		return says("CONFIRM " + w.store.ReplyCode(view.ID))
	case "wrong":
		return says("CONFIRM " + "AAAA")
	case "cancel":
		return says("CANCEL")
	case "lapse", "late":
		w.clock.set(w.clock.Now().Add(16 * time.Minute))
		if err := w.store.ExpireConfirmations(ctx); err != nil || scene.then == "lapse" {
			return err
		}
		return says("CONFIRM " + w.store.ReplyCode(view.ID))
	case "abuse":
		return w.store.Silence(ctx, s.shop, s.owner, &view.Reply)
	case "mind":
		return w.store.MindReply(ctx, s.shop, s.owner, &view.Reply, true)
	case "hand":
		profile.State = "connected" // as it was then
		view.Profile = profile
		err := w.store.Together(ctx, func(stage *models.Store) error {
			err := stage.AnswerByHand(ctx, s.shop, s.owner, view, "@"+scene.who+" Four centimetres above the wax, and it wants to be trimmed to one.", 0)
			return errors.Join(err, w.take(ctx, stage))
		})
		if err != nil {
			return err
		}
		return w.speak(ctx, profile, "")
	}
	return nil
}

// hear lets somebody write on X, and does what is done about it. It gives the reply as it is then; nil where X will not
// have the words, as when a stopped making is gone on with.
func (w *world) hear(ctx context.Context, s *stall, profile *models.Profile, who, text, root, below string, refused bool) (view *models.ReplyView, err error) {
	at := w.clock.Now()
	id, err := w.write(ctx, at, who, text, below)
	if err != nil || id == "" {
		return nil, err
	}
	author := person(who)
	arrived := models.Arrived{
		RemoteID: id, RootID: root, ParentID: below, AuthorID: author.RemoteID, AuthorHandle: who, AuthorName: author.Name, Text: text, URL: w.set.XURL + "/" + who + "/status/" + id,
		Mentions: strings.Contains(text, "@"+profile.Handle), WrittenAt: at,
	}
	reply := ""
	err = w.store.Together(ctx, func(stage *models.Store) error {
		if err := stage.Spend(ctx, profile, string(social.ActEvent), 1, w.set.Publisher.Network(social.X).Price(social.ActEvent, false)); err != nil {
			return err
		}
		if _, err := stage.KeepReplies(ctx, profile, "webhook", []models.Arrived{arrived}); err != nil {
			return err
		}
		unread, err := stage.UnreadReplies(ctx, stage.Now(), 1)
		if err != nil || len(unread) == 0 {
			return err
		}
		reply = unread[0]
		if err := w.set.Publisher.On(stage, w.past.On(stage).OrderByReply).ReadReply(ctx, reply); err != nil {
			return err
		}
		return w.take(ctx, stage)
	})
	if err != nil || reply == "" {
		return nil, err
	}
	why := ""
	if refused {
		why = string(social.NotSummoned)
	}
	if err := w.speak(ctx, profile, why); err != nil {
		return nil, err
	}
	return w.store.ReplyIn(ctx, s.shop, reply)
}
