package views

import (
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/words"
)

func TestEveryStateHasALookAndWords(t *testing.T) {
	for _, lang := range words.Languages {
		p := testPage(lang, "")
		for kind, states := range looks {
			for state, l := range states {
				for _, end := range []string{".title", ".sentence"} {
					if id := "state." + kind + "." + state + end; !p.W.Has(id) {
						t.Errorf("%s: no words %s", lang, id)
					}
				}
				if l.tone == "" || iconPaths[l.icon] == "" {
					t.Errorf("%s %s: no tone or no such icon %q", kind, state, l.icon)
				}
				rendered(t, stateOf(p, kind, state).Pill())
			}
		}
	}
}

func TestAnOfferWithNothingLeftIsSoldOutWhileItIsLive(t *testing.T) {
	p, now, one := testPage("en", ""), time.Date(2026, 10, 4, 12, 0, 0, 0, time.UTC), int64(1)
	offer := models.Offer{State: "live", Stock: &one, Sold: 1}
	if got := OfferState(p, &offer, now).Title; got != "Sold out" {
		t.Errorf("live with nothing left is %q", got)
	}
	offer.State = "paused"
	if got := OfferState(p, &offer, now).Title; got != "Paused" {
		t.Errorf("paused with nothing left is %q", got)
	}
	if got := stateOf(p, "offer", "unheard_of").Title; got != "unheard_of" {
		t.Errorf("a state without a look is %q", got)
	}
}
