package web

import (
	"context"
	"strings"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/social"
	"github.com/tillbird/tillbird/views"
)

// locate looks a pasted address up on the accounts that are connected, so that the post's figures are read. Where it is
// none of theirs, or the network does not answer, the address is kept as it was pasted.
func (s *Server) locate(v *visit, post *models.Post, address string) bool {
	if strings.TrimSpace(address) == "" || post.ByUs {
		return false
	}
	ctx, cancel := context.WithTimeout(v.ctx(), networkLasts)
	defer cancel()
	for _, profile := range s.accounts(v, post.ShopID) {
		if profile.Network != post.Network || v.allow(limitConnect, "find "+v.Shop.ID) != nil {
			continue
		}
		found, err := s.set.Publisher.LocatePost(ctx, &profile, address)
		if err != nil {
			s.log.Info("an address was not looked up", "network", profile.Network, "error", err.Error())
		}
		if found != nil && s.keepFound(v, post, &profile, found) == nil {
			return true
		}
	}
	return false
}

// keepFound notes where a post that went out by hand is.
func (s *Server) keepFound(v *visit, post *models.Post, profile *models.Profile, found *social.Published) error {
	return s.store.MarkFound(v.ctx(), v.Shop, v.User, post, profile, models.Sent{RemoteID: found.ID, RemoteVersion: found.Version, RemoteURL: found.URL, At: found.At})
}

// createFinding looks for a post that the merchant took out by hand, on the accounts that are connected.
func (s *Server) createFinding(v *visit) error {
	post, err := s.store.PostIn(v.ctx(), v.Shop, v.Param("code"))
	if err != nil {
		return err
	}
	if err := v.allow(limitConnect, "find "+v.Shop.ID); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(v.ctx(), networkLasts)
	defer cancel()
	said := "post.found.not"
	for _, profile := range s.accounts(v, post.ShopID) {
		if profile.Network != post.Network {
			continue
		}
		found, err := s.set.Publisher.FindPost(ctx, &post.Post, &profile)
		if err != nil {
			s.log.Info("a post was not looked for", "network", profile.Network, "error", err.Error())
			said = "post.found.away"
			continue
		}
		if found == nil {
			continue
		}
		if err := s.keepFound(v, &post.Post, &profile, found); err != nil {
			return s.planned(v, &post.Post, err, nil, "")
		}
		v.say(views.ToneSuccess, v.W.T("post.found"))
		return v.see(views.PostPath(post.Code))
	}
	v.say(views.ToneInfo, v.W.T(said, "Network", v.W.T("post.network."+post.Network)))
	return v.see(views.PostPath(post.Code))
}
