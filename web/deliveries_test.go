package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// TestFileIsDelivered: from the upload to the download, in ranges, and closed when the money goes back.
func TestFileIsDelivered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.live(models.OfferForm{Title: "Field recordings", Price: "9,00", Fulfilment: "file"})
	m := w.signIn("ana@example.com", anaPassword)
	m.get(views.ShopOfferPath(offer.Slug)).want(200, "No file is here yet", "Manage files")
	m.get(views.FilesPath(offer.Slug)).want(200, "No file yet")
	m.upload(views.FilesPath(offer.Slug), nil, "file", "harbour.wav", []byte("waves and gulls")).want(200, "1 file was added", "harbour.wav", "15\u00a0bytes")
	m.post(views.FilesPath(offer.Slug), url.Values{}).want(422, "Choose a file to upload")

	b := newBrowser(t, w)
	b.get("/o/"+offer.Slug).want(200, "lose my right of withdrawal")
	b.submit(views.CheckoutsPath(offer.Slug), url.Values{"email": {"fan@example.com"}}).want(422, "Tick the box to ask for delivery at once")
	b.submit(views.CheckoutsPath(offer.Slug), url.Values{"email": {"fan@example.com"}, "consent": {"on"}}).payByCard("4242 4242 4242 4242")
	w.settle()
	order := w.orderOf("fan@example.com")
	token, err := w.store.OrderToken(&order.Order)
	w.must(err)
	b.get(views.OrderPath(token)).want(200, "Your files", "harbour.wav", "5 downloads left", "you cannot withdraw", "You asked for delivery at once", "Withdraw from contract here")
	files, err := w.store.FilesFor(t.Context(), &order.Order)
	w.must(err)
	link, err := w.store.StartDownload(t.Context(), &order.Order, files[0].ID)
	w.must(err)
	for _, ask := range []struct {
		ranged, body string
		status       int
	}{{"", "waves and gulls", 200}, {"bytes=6-8", "and", 206}} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+views.DownloadPath(link), nil)
		w.must(err)
		if ask.ranged != "" {
			request.Header.Set("Range", ask.ranged)
		}
		answer, err := http.DefaultClient.Do(request)
		w.must(err)
		body := make([]byte, 64)
		n, _ := answer.Body.Read(body)
		_ = answer.Body.Close()
		h := answer.Header
		if answer.StatusCode != ask.status || string(body[:n]) != ask.body || h.Get("Content-Type") != "application/octet-stream" ||
			h.Get("Content-Disposition") != "attachment; filename=harbour.wav" || h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%q: %d %q %v", ask.ranged, answer.StatusCode, body[:n], h)
		}
	}
	b.get(views.OrderPath(token)).want(200, "4 downloads left").without("Withdraw from contract here")
	m.get(views.SalePath(order.Slug)).want(200, "Files fetched", "1 of 5 times", "First download of a file", "Asked for delivery at once")
	m.submit("Allow the downloads again", nil).want(200, "0 of 5 times")
	m.get(views.NewFileRemovalPath(offer.Slug, files[0].ID)).want(200, "Remove “harbour.wav”?").submit("Remove the file", nil).want(422, "keeps at least one file")

	_, err = w.store.AskRefund(t.Context(), w.shop, w.ana, &order.Order, models.RefundForm{Amount: "9.00", Reason: "requested"})
	w.must(err)
	b.get(views.OrderPath(token)).want(200, "goods are closed").without("Download")
	b.post(views.OrderFilePath(token, files[0].ID), nil).want(422, "cannot be had any more")
	b.get(views.DownloadPath(link)).want(410, "This link has run out")
	b.get(views.DownloadPath("no.such")).want(404)
}

// TestCodeIsDelivered: from the list to the buyer's page, covered until asked for.
func TestCodeIsDelivered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offer := w.live(models.OfferForm{Title: "Synth plug-in", Price: "29,00", Fulfilment: "licence_code"})
	m := w.signIn("ana@example.com", anaPassword)
	m.get(views.CodesPath(offer.Slug)).submit(views.CodesPath(offer.Slug), url.Values{"codes": {"  "}}).want(422, "Enter at least one code")
	m.submit(views.CodesPath(offer.Slug), url.Values{"codes": {"AAA-1\nAAA-2\nAAA-2"}}).want(200, "2 codes were added", "Few codes are left")
	m.submit(views.CodesPath(offer.Slug), url.Values{"codes": {"AAA-1"}}).want(200, "All of these codes were here already")
	w.buy(offer.Slug, "fan@example.com")
	w.settle()
	order := w.orderOf("fan@example.com")
	token, err := w.store.OrderToken(&order.Order)
	w.must(err)
	b := newBrowser(t, w)
	b.get(views.OrderPath(token)).want(200, "Your codes", "Withdraw from contract here").without("AAA-1")
	b.submit("Show the code", nil).want(200, "AAA-1").without("Withdraw from contract here", "AAA-2")
	m.get(views.SalePath(order.Slug)).want(200, "Codes given", "AAA-1", "Looked at the codes")
	m.get(views.NewCodesRemovalPath(offer.Slug)).want(200, "Remove 1 free code?").submit("Remove the free codes", nil).want(200, "1 code was removed", "sold out")
	m.get(views.ShopOfferPath(offer.Slug)).want(200, "No code is free")
}
