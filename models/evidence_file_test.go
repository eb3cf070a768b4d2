package models_test

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
)

// TestEvidenceFiles: pictures are encoded anew, PDFs are known by their bytes, one of a kind, so much in all, and what
// is taken out is gone.
func TestEvidenceFiles(t *testing.T) {
	clock := storetest.NewClock()
	set := storetest.Settings(t, clock.Now)
	store, err := models.Open(t.Context(), set)
	must(t, err)
	defer store.Close()
	ctx := t.Context()
	shop, user, dispute := disputedShop(t, store)
	var picture bytes.Buffer
	must(t, png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 60, 40))))
	file, err := store.AddEvidenceFile(ctx, shop, user, dispute, "customer_communication", `C:\chat.png`, picture.Bytes())
	must(t, err)
	if file.Name != "chat.jpg" || file.Media != "image/jpeg" {
		t.Errorf("%+v", file)
	}
	content, err := store.OpenEvidence(file)
	must(t, err)
	defer content.Close()
	head := make([]byte, 512)
	n, _ := content.Read(head)
	if kind := http.DetectContentType(head[:n]); kind != "image/jpeg" {
		t.Errorf("kept is %s", kind)
	}
	for code, raw := range map[string][]byte{"evidence.type": []byte("words"), "picture.empty": nil, "evidence.bytes": append([]byte("%PDF-"), make([]byte, models.EvidenceBytesMost)...)} {
		var problems models.Problems
		if _, err := store.AddEvidenceFile(ctx, shop, user, dispute, "receipt", "x", raw); !errors.As(err, &problems) || problems[0].Code != code {
			t.Errorf("%s: %v", code, err)
		}
	}
	first, err := store.AddEvidenceFile(ctx, shop, user, dispute, "receipt", "first.pdf", []byte("%PDF-1"))
	must(t, err)
	second, err := store.AddEvidenceFile(ctx, shop, user, dispute, "receipt", "second.pdf", []byte("%PDF-2"))
	must(t, err)
	files, err := store.EvidenceFiles(ctx, dispute)
	must(t, err)
	if len(files) != 2 || files[0].ID != second.ID || files[1].ID != file.ID {
		t.Errorf("%+v", files)
	}
	kept := func(f *models.EvidenceFile) bool {
		_, err := os.Stat(filepath.Join(set.Folder, "evidence", shop.ID, f.Digest[:2], f.Digest))
		return err == nil
	}
	if kept(first) || !kept(second) {
		t.Error("the replaced file is still on the disk, or the new one is not")
	}
	must(t, store.RemoveEvidenceFile(ctx, shop, user, dispute, second))
	if err := store.RemoveEvidenceFile(ctx, shop, user, dispute, second); !errors.Is(err, models.ErrChanged) || kept(second) {
		t.Errorf("taken out: %v", err)
	}
	if _, err := store.EvidenceFileIn(ctx, shop, dispute, second.ID); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("%v", err)
	}
	must(t, store.SubmitAnswer(ctx, shop, user, dispute, models.AnswerForm{Why: "x"}, models.Evidence{Why: "x"}))
	if _, err := store.AddEvidenceFile(ctx, shop, user, dispute, "receipt", "late.pdf", []byte("%PDF-3")); !errors.Is(err, models.ErrChanged) {
		t.Errorf("a file came after the answer: %v", err)
	}
	fresh, err := store.Dispute(ctx, dispute.ID)
	must(t, err)
	if e := fresh.EvidenceOf(); len(e.Files) != 1 || e.Files[0].Name != "chat.jpg" {
		t.Errorf("%+v", e)
	}
	if parts, _ := filepath.Glob(filepath.Join(set.Folder, "evidence", "*", "*", "part-*")); len(parts) > 0 {
		t.Errorf("%s were left", strings.Join(parts, ", "))
	}
}

// disputedShop is a shop with an order that its buyer's bank questions.
func disputedShop(t *testing.T, store *models.Store) (*models.Shop, *models.User, *models.Dispute) {
	t.Helper()
	shop, user, offer := digital(t, store, "file")
	order := paid(t, store, digitalPurchase(shop, offer, "fan", ""))
	due := store.Now().Add(7 * 24 * time.Hour)
	must(t, store.RecordDispute(t.Context(), order, models.DisputeNews{StripeID: "dp_1", ChargeID: "ch_1", Amount: order.Total, Currency: "eur", Reason: "general", State: "needs_response", DueAt: &due, OpenedAt: store.Now()}))
	disputes, err := store.DisputesOf(t.Context(), order)
	must(t, err)
	return shop, user, &disputes[0]
}
