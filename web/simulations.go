package web

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/social"
	"github.com/tillbird/tillbird/views"
)

// simulationMost is how long a reply may be that is tried out.
const simulationMost = 1_000

// showSimulation tells what would come of a reply, as it is typed in the address. Nothing of it happens.
func (s *Server) showSimulation(v *visit) error {
	offer, err := s.shopOffer(v)
	if err != nil {
		return err
	}
	if offer.Approved == nil {
		return models.ErrNotFound
	}
	sim, err := s.simulation(v, offer)
	if err != nil {
		return err
	}
	if sim.Text != "" && s.set.Publisher != nil {
		if err := v.allow(limitSimulation, v.Shop.ID); err != nil {
			return err
		}
		if err := s.simulate(v, offer, sim); err != nil {
			return err
		}
	}
	if v.Request().Header.Get("HX-Request") != "" {
		return v.render(http.StatusOK, views.SimulationResult(v.page(""), *sim))
	}
	return v.render(http.StatusOK, views.SimulationPage(v.page("reply.sim.heading"), *sim))
}

// simulation is the form as the address fills it.
func (s *Server) simulation(v *visit, offer *models.OfferView) (*views.Simulation, error) {
	sim := &views.Simulation{Offer: offer, Text: strings.TrimSpace(strings.ReplaceAll(v.QueryParam("text"), "\r\n", "\n")), Network: social.Networks[0], Below: "offer", Author: "synced"}
	if utf8.RuneCountInString(sim.Text) > simulationMost {
		sim.Text = string([]rune(sim.Text)[:simulationMost])
	}
	profiles, err := s.store.Profiles(v.ctx(), v.Shop)
	if err != nil {
		return nil, err
	}
	handle := v.Shop.Handle
	if len(profiles) > 0 {
		sim.Network, handle = profiles[0].Network, profiles[0].Handle
	}
	if network := v.QueryParam("network"); slices.Contains(social.Networks, network) {
		sim.Network = network
		if i := slices.IndexFunc(profiles, func(p models.Profile) bool { return p.Network == network }); i >= 0 {
			handle = profiles[i].Handle
		}
	}
	sim.Handle, sim.Tag = handle, offer.Approved.Hashtag
	if v.QueryParam("below") == "none" {
		sim.Below = "none"
	}
	if v.QueryParam("author") == "new" {
		sim.Author = "new"
	}
	sim.Mentions = v.QueryParam("mentions") != "" || v.QueryParam("text") == ""
	return sim, nil
}

// simulate does all that the loop does about a reply, and takes it back.
func (s *Server) simulate(v *visit, offer *models.OfferView, sim *views.Simulation) error {
	in := models.Rehearsal{Network: sim.Network, Text: sim.Text, Mentions: sim.Mentions, Synced: sim.Author == "synced", Offer: &offer.Offer}
	if sim.Below == "offer" {
		in.Below = &offer.Offer
	}
	view, err := s.set.Publisher.Rehearse(v.ctx(), v.Shop, in, func(stage *models.Store) social.OrderFunc { return s.pay.On(stage).OrderByReply })
	if err != nil {
		return err
	}
	sim.Result = &views.ReplyRow{ReplyView: *view, Parts: replyParts(&view.Reply)}
	sim.Understood = understood(v, view)
	return nil
}
