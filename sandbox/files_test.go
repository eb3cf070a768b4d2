package sandbox_test

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	stripe "github.com/stripe/stripe-go/v76"
)

// fileParams are those of an upload of evidence.
func fileParams(name string, content []byte) *stripe.FileParams {
	return &stripe.FileParams{Purpose: stripe.String(string(stripe.FilePurposeDisputeEvidence)), Filename: stripe.String(name), FileReader: bytes.NewReader(content)}
}

func TestFiles(t *testing.T) {
	w := newWorld(t)
	pdf := []byte("%PDF-1.7 a delivery note")
	params := fileParams("note.pdf", pdf)
	params.SetIdempotencyKey("evidence-1")
	file := must[*stripe.File](t)(w.api.Files.New(params))
	if file.Filename != "note.pdf" || file.Type != "pdf" || file.Size != int64(len(pdf)) || file.Purpose != stripe.FilePurposeDisputeEvidence {
		t.Errorf("%+v", file)
	}
	params = fileParams("note.pdf", pdf)
	params.SetIdempotencyKey("evidence-1")
	if again := must[*stripe.File](t)(w.api.Files.New(params)); again.ID != file.ID {
		t.Errorf("the same key made %s and %s", file.ID, again.ID)
	}
	params = fileParams("note.pdf", append(pdf, ' '))
	params.SetIdempotencyKey("evidence-1")
	if _, err := w.api.Files.New(params); asStripe(t, err).Type != stripe.ErrorTypeIdempotency {
		t.Errorf("another file under the key: %v", err)
	}
	if got := must[*stripe.File](t)(w.api.Files.Get(file.ID, nil)); got.ID != file.ID {
		t.Errorf("%+v", got)
	}
	list := w.api.Files.List(&stripe.FileListParams{Purpose: stripe.String("dispute_evidence")})
	if !list.Next() || list.File().ID != file.ID || list.Next() {
		t.Errorf("the list does not hold the one file: %v", list.Err())
	}
	for name, content := range map[string][]byte{"empty.pdf": nil, "words.txt": []byte("words"), "large.pdf": append([]byte("%PDF-"), make([]byte, 5<<20)...)} {
		if _, err := w.api.Files.New(fileParams(name, content)); asStripe(t, err).HTTPStatusCode != http.StatusBadRequest {
			t.Errorf("%s: %v", name, err)
		}
	}
	logo := fileParams("logo.png", []byte("\x89PNG\r\n\x1a\n"))
	logo.Purpose = stripe.String("business_logo")
	if _, err := w.api.Files.New(logo); asStripe(t, err).Param != "purpose" {
		t.Errorf("%v", err)
	}
	if got := w.contents(file.URL, w.sb.SecretKey()); !bytes.Equal(got, pdf) {
		t.Errorf("its address holds %q", got)
	}
	if got := w.contents(file.URL, "sk_test_nobody"); bytes.Equal(got, pdf) {
		t.Error("its address is open to everybody")
	}
}

func (w *world) contents(address, key string) []byte {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	r.SetBasicAuth(key, "")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return body
}

func TestEvidenceFiles(t *testing.T) {
	w := newWorld(t)
	_, dispute := w.disputed(sale{amount: 2400}, "4000000000002685")
	file := must[*stripe.File](t)(w.api.Files.New(fileParams("note.pdf", []byte("%PDF-1.7"))))
	if _, err := w.api.Disputes.Update(dispute.ID, &stripe.DisputeParams{Evidence: &stripe.DisputeEvidenceParams{Receipt: stripe.String("file_none")}}); asStripe(t, err).Param != "evidence[receipt]" {
		t.Errorf("%v", err)
	}
	sent := must[*stripe.Dispute](t)(w.api.Disputes.Update(dispute.ID, &stripe.DisputeParams{
		Evidence: &stripe.DisputeEvidenceParams{ShippingDocumentation: stripe.String(file.ID), UncategorizedText: stripe.String("winning_evidence")}, Submit: stripe.Bool(true),
	}))
	if sent.Evidence.ShippingDocumentation == nil || sent.Evidence.ShippingDocumentation.ID != file.ID || sent.Status != "under_review" {
		t.Errorf("%+v", sent.Evidence)
	}
	params := &stripe.DisputeParams{}
	params.AddExpand("evidence.shipping_documentation")
	if whole := must[*stripe.Dispute](t)(w.api.Disputes.Get(dispute.ID, params)); whole.Evidence.ShippingDocumentation.Filename != "note.pdf" {
		t.Errorf("%+v", whole.Evidence.ShippingDocumentation)
	}
}
