package web

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
)

// TestSilentEvents: a type that used to come stays away while another comes, and the admin sees a light.
func TestSilentEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sam := w.signIn("admin@example.com", adminPassword)
	come := func(kind string, n int) {
		t.Helper()
		_, err := w.store.ReceiveEvent(t.Context(), models.Event{StripeID: fmt.Sprintf("evt_%s_%d", kind, n), Endpoint: "account", Type: kind, Payload: []byte(`{"id":"x"}`), CameBy: "webhook", OccurredAt: w.store.Now()})
		w.must(err)
		_, err = w.store.TakeEvents(t.Context(), 400)
		w.must(err)
	}
	for n := range 25 {
		come("charge.succeeded", n)
		come("strange.thing", n)
		w.advance(10 * time.Minute)
	}
	sam.get("/admin/events").want(http.StatusOK, "Types of events", "Kept, not handled").without("gone silent")
	w.advance(9 * time.Hour)
	sam.get("/admin/events").want(http.StatusOK).without("gone silent") // nothing else came either
	come("strange.thing", 99)
	sam.get("/admin/events").want(http.StatusOK, "Some kinds of events have gone silent", "charge.succeeded: the last one came")
	sam.get("/admin/reviews").want(http.StatusOK)
	sam.get("/admin/events?shop=nobody").want(http.StatusOK, "No event matches")
}
