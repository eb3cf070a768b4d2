package models

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gorm.io/gorm"
)

// EvidenceFile is a file that goes to a bank with the answer to a dispute: a PDF as it came, or a picture that was
// decoded and encoded anew. There is one of each kind.
type EvidenceFile struct {
	ID        string
	ShopID    string
	DisputeID string
	UserID    string // who brought it
	Kind      string // one of EvidenceKinds
	Name      string
	Media     string // application/pdf, image/jpeg
	Size      int64
	Digest    string  // SHA-256, hex: its name in the data folder
	StripeID  *string // once it is at Stripe
	RemovedAt *time.Time
	CreatedAt time.Time
}

// EvidenceKinds say what a file shows, by the names of Stripe's fields, in the order of the form.
var EvidenceKinds = []string{"receipt", "shipping_documentation", "customer_communication", "service_documentation", "customer_signature", "refund_policy", "uncategorized_file"}

// EvidenceBytesMost is how large all files of an answer may be together. Stripe takes five megabytes of each; card networks
// take less of all together, by its guide to disputes four and a half (not checked against the real Stripe).
const EvidenceBytesMost = 4_000_000

// evidenceLong is how long the sides of a picture may be: a long conversation on a phone is still read.
const evidenceLong = 4000

// AddEvidenceFile keeps a file for the answer to a dispute, in the place of an earlier one of its kind. Problems (field
// "file"): evidence.kind, evidence.type, evidence.bytes, and those of pictures. ErrChanged where the bank takes no answer any more.
func (s *Store) AddEvidenceFile(ctx context.Context, shop *Shop, user *User, dispute *Dispute, kind, name string, raw []byte) (*EvidenceFile, error) {
	if !contains(EvidenceKinds, kind) {
		return nil, Problems{{Field: "kind", Code: "evidence.kind"}}
	}
	content, media, err := evidenceContent(ctx, raw)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(content)
	file := &EvidenceFile{
		ID: newID(), ShopID: shop.ID, DisputeID: dispute.ID, UserID: user.ID, Kind: kind, Name: evidenceName(name, media), Media: media,
		Size: int64(len(content)), Digest: hex.EncodeToString(sum[:]), CreatedAt: s.now(),
	}
	if err := keepWhole(s.evidenceAt(file), content); err != nil {
		return nil, err
	}
	var replaced []EvidenceFile
	err = s.write(ctx, func(db *tx) error {
		db.touches()
		if err := db.answering(shop, dispute); err != nil {
			return err
		}
		if replaced, err = db.removeEvidence(dispute, "kind = ?", kind); err != nil {
			return err
		}
		var sum int64
		if err := db.Raw("SELECT COALESCE(sum(size), 0) FROM evidence_files WHERE dispute_id = ? AND removed_at IS NULL", dispute.ID).Scan(&sum).Error; err != nil {
			return err
		}
		if sum+file.Size > EvidenceBytesMost {
			return Problems{{Field: "file", Code: "evidence.bytes", Data: []any{"Name", file.Name, "Max", EvidenceBytesMost / 1_000_000}}}
		}
		if err := db.Create(file).Error; err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "evidence.added", Object: dispute.Slug, Detail: file.Name})
	})
	if err != nil {
		return nil, errors.Join(err, s.dropEvidence(ctx, *file))
	}
	return file, s.dropEvidence(ctx, replaced...)
}

// evidenceContent is what is kept of an upload: a PDF as it is, a picture encoded anew.
func evidenceContent(ctx context.Context, raw []byte) (content []byte, media string, err error) {
	if bytes.HasPrefix(raw, []byte("%PDF-")) {
		return raw, "application/pdf", nil
	}
	content, err = encodeEvidence(ctx, raw)
	var problems Problems
	if errors.As(err, &problems) {
		for i := range problems {
			if problems[i].Field = "file"; problems[i].Code == "picture.type" {
				problems[i].Code = "evidence.type"
			}
		}
		return nil, "", problems
	}
	return content, "image/jpeg", err
}

// evidenceName is the name of a file with the ending of what it is now.
func evidenceName(typed, media string) string {
	name, ending := fileName(typed), ".jpg"
	if media == "application/pdf" {
		ending = ".pdf"
	}
	return strings.TrimSuffix(name, filepath.Ext(name)) + ending
}

// answering holds a dispute that waits for its answer.
func (t *tx) answering(shop *Shop, dispute *Dispute) error {
	return changed(t.Exec(`UPDATE disputes SET updated_at = ? WHERE id = ? AND shop_id = ? AND closed_at IS NULL AND state IN ('needs_response', 'warning_needs_response')
		AND answer IN ('none', 'draft')`, t.store.now(), dispute.ID, shop.ID))
}

// removeEvidence takes files out of an answer. It gives those that nobody has seen, whose bytes can go.
func (t *tx) removeEvidence(dispute *Dispute, where string, value any) (unseen []EvidenceFile, err error) {
	var files []EvidenceFile
	if err := t.Where("dispute_id = ? AND removed_at IS NULL", dispute.ID).Where(where, value).Find(&files).Error; err != nil {
		return nil, err
	}
	for _, file := range files {
		if err := changed(t.Exec("UPDATE evidence_files SET removed_at = ? WHERE id = ? AND removed_at IS NULL", t.store.now(), file.ID)); err != nil {
			return nil, err
		}
		if file.StripeID == nil {
			unseen = append(unseen, file)
		}
	}
	return unseen, nil
}

// dropEvidence deletes the bytes of files that no answer names.
func (s *Store) dropEvidence(ctx context.Context, files ...EvidenceFile) error {
	for _, file := range files {
		var others int64
		err := s.read(ctx).Raw("SELECT count(*) FROM evidence_files WHERE shop_id = ? AND digest = ? AND (removed_at IS NULL OR stripe_id IS NOT NULL)", file.ShopID, file.Digest).Scan(&others).Error
		if err == nil && others == 0 {
			err = os.Remove(s.evidenceAt(&file))
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// RemoveEvidenceFile takes a file out of an answer that has not gone. ErrChanged where it has, or where the file was
// taken out before.
func (s *Store) RemoveEvidenceFile(ctx context.Context, shop *Shop, user *User, dispute *Dispute, file *EvidenceFile) error {
	var unseen []EvidenceFile
	err := s.write(ctx, func(db *tx) (err error) {
		db.touches()
		if err := db.answering(shop, dispute); err != nil {
			return err
		}
		if err := changed(db.Exec("UPDATE evidence_files SET name = name WHERE id = ? AND dispute_id = ? AND removed_at IS NULL", file.ID, dispute.ID)); err != nil {
			return err
		}
		if unseen, err = db.removeEvidence(dispute, "id = ?", file.ID); err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "evidence.removed", Object: dispute.Slug, Detail: file.Name})
	})
	if err != nil {
		return err
	}
	return s.dropEvidence(ctx, unseen...)
}

// EvidenceFiles lists the files of an answer, in the order of the form.
func (s *Store) EvidenceFiles(ctx context.Context, dispute *Dispute) ([]EvidenceFile, error) {
	return evidenceOf(s.read(ctx), dispute.ID)
}

func evidenceOf(db *gorm.DB, disputeID string) ([]EvidenceFile, error) {
	var found, files []EvidenceFile
	if err := db.Where("dispute_id = ? AND removed_at IS NULL", disputeID).Find(&found).Error; err != nil {
		return nil, err
	}
	for _, kind := range EvidenceKinds {
		for _, file := range found {
			if file.Kind == kind {
				files = append(files, file)
			}
		}
	}
	return files, nil
}

// EvidenceFileIn finds a file of the shop's own dispute, also one that went to the bank and was taken out later, or
// ErrNotFound.
func (s *Store) EvidenceFileIn(ctx context.Context, shop *Shop, dispute *Dispute, id string) (*EvidenceFile, error) {
	file, err := first[EvidenceFile](s.read(ctx).Where("id = ? AND shop_id = ? AND dispute_id = ? AND (removed_at IS NULL OR stripe_id IS NOT NULL)", id, shop.ID, dispute.ID))
	return &file, found(err)
}

// OpenEvidence opens the bytes of a file.
func (s *Store) OpenEvidence(file *EvidenceFile) (io.ReadSeekCloser, error) {
	return os.Open(s.evidenceAt(file))
}

// EvidenceFileAt notes which file at Stripe is ours.
func (s *Store) EvidenceFileAt(ctx context.Context, fileID, stripeID string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return s.write(ctx, func(db *tx) error {
		db.touches()
		return db.Exec("UPDATE evidence_files SET stripe_id = ? WHERE id = ? AND stripe_id IS NULL", stripeID, fileID).Error
	})
}

func (s *Store) evidenceAt(file *EvidenceFile) string {
	return filepath.Join(s.folder, "evidence", file.ShopID, file.Digest[:2], file.Digest)
}
