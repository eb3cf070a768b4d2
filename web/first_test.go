package web

import "testing"

func TestWorld(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := newBrowser(t, w)
	b.get("/healthz").want(200, "ok")
	_ = w.apron()
}
