package models

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"os"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Download is how often a buyer has fetched a file.
type Download struct {
	OrderID string
	FileID  string
	Count   int64
	FirstAt time.Time
	LastAt  time.Time
}

// A download is a press of the button, not a request: the press is counted and gives a private link, and that link
// serves any number of requests until it runs out, so that a browser may fetch a file in ranges, go on after a cut and
// look at it first, all as one. A press soon after another is the same one, so a double click costs nothing.
const (
	DownloadsMost     = 5
	downloadLinkLasts = 24 * time.Hour
	downloadAgain     = 10 * time.Minute
)

// ErrLinkOver says that a private link has run out, or what it leads to may not be fetched any more.
var ErrLinkOver = errors.New("models: the link is over")

// BuyerFile is a file of an order, with how often its buyer has fetched it.
type BuyerFile struct {
	File
	Count int64
}

// Left is how many more times the buyer may fetch it.
func (f BuyerFile) Left() int64 { return max(DownloadsMost-f.Count, 0) }

// goodsOpen is whether an order's goods may be had, in SQL: paid for, not given back, not withdrawn from.
const goodsOpen = `paid_at IS NOT NULL AND NOT shortfall AND payment IN ('paid', 'partly_refunded') AND dispute <> 'lost'
	AND NOT EXISTS (SELECT 1 FROM withdrawals WHERE withdrawals.order_id = orders.id)`

// GoodsOpen is whether an order's goods may be had.
func (o *Order) GoodsOpen(withdrawal *Withdrawal) bool {
	return o.PaidAt != nil && !o.Shortfall && (o.Payment == "paid" || o.Payment == "partly_refunded") && o.Dispute != "lost" && withdrawal == nil
}

// FilesFor lists the files of an order: those its offer has now, and those it had when the order was paid.
func (s *Store) FilesFor(ctx context.Context, order *Order) ([]BuyerFile, error) {
	if order.PaidAt == nil {
		return nil, nil
	}
	var files []BuyerFile
	err := s.read(ctx).Raw(`SELECT files.*, COALESCE(downloads.count, 0) AS count FROM files LEFT JOIN downloads ON downloads.file_id = files.id AND downloads.order_id = ?
		WHERE files.offer_id = ? AND NOT files.recalled AND (files.removed_at IS NULL OR files.removed_at > ?) ORDER BY files.created_at, files.id`,
		order.ID, order.OfferID, *order.PaidAt).Scan(&files).Error
	return files, err
}

// StartDownload counts a download and gives its private link. Problems (field "download"): download.limit,
// download.over. ErrNotFound where the order has no such file.
func (s *Store) StartDownload(ctx context.Context, order *Order, fileID string) (link string, err error) {
	file, err := s.fileFor(ctx, order, fileID)
	if err != nil {
		return "", err
	}
	// Looked at before it is counted: what cannot be opened costs nothing and ends no right.
	content, err := os.Open(s.fileAt(&file.File))
	if err != nil {
		return "", err
	}
	_ = content.Close()
	now := s.now()
	from := now
	err = s.write(ctx, func(db *tx) error {
		db.touches()
		if err := db.openGoods(order); err != nil {
			return err
		}
		var before Download
		err := db.Where("order_id = ? AND file_id = ?", order.ID, file.ID).Take(&before).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			if err := db.Create(&Download{OrderID: order.ID, FileID: file.ID, Count: 1, FirstAt: now, LastAt: now}).Error; err != nil {
				return err
			}
			return db.change(order, "downloaded", file.Name, nil)
		}
		if err != nil {
			return err
		}
		if before.Count > 0 && now.Sub(before.LastAt) < downloadAgain {
			from = before.LastAt
			return nil
		}
		err = changed(db.Exec("UPDATE downloads SET count = count + 1, last_at = ? WHERE order_id = ? AND file_id = ? AND count < ?", now, order.ID, file.ID, DownloadsMost))
		if errors.Is(err, ErrChanged) {
			return Problems{{Field: "download", Code: "download.limit", Data: []any{"Max", DownloadsMost}}}
		}
		return err
	})
	if err != nil {
		return "", err
	}
	return s.downloadLink(order.ID, file.ID, from.Add(downloadLinkLasts)), nil
}

// openGoods notes that an order's goods are opened now, if they may be. Problem (field "download"): download.over.
func (t *tx) openGoods(order *Order) error {
	// The order is held first, by a statement of its own: on PostgreSQL the next one then sees a withdrawal that came
	// at the same moment.
	if err := changed(t.Exec("UPDATE orders SET opened_at = opened_at WHERE id = ?", order.ID)); err != nil {
		return err
	}
	err := changed(t.Exec("UPDATE orders SET opened_at = COALESCE(opened_at, ?) WHERE id = ? AND "+goodsOpen, t.store.now(), order.ID))
	if errors.Is(err, ErrChanged) {
		return Problems{{Field: "download", Code: "download.over"}}
	}
	return err
}

func (s *Store) fileFor(ctx context.Context, order *Order, id string) (*BuyerFile, error) {
	files, err := s.FilesFor(ctx, order)
	if err != nil {
		return nil, err
	}
	for i := range files {
		if files[i].ID == id {
			return &files[i], nil
		}
	}
	return nil, ErrNotFound
}

// downloadLink names the order, the file and the end, each with its length, and seals them.
func (s *Store) downloadLink(orderID, fileID string, until time.Time) string {
	names := place(orderID, fileID, strconv.FormatInt(until.Unix(), 10))
	return base64.RawURLEncoding.EncodeToString(names) + "." + s.sealer.digest("download", string(names))
}

// readDownloadLink gives what a link of ours names; anything else is ErrNotFound, one that ran out ErrLinkOver.
func (s *Store) readDownloadLink(link string) (orderID, fileID string, err error) {
	body, seal, _ := strings.Cut(link, ".")
	names, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil || !hmac.Equal([]byte(seal), []byte(s.sealer.digest("download", string(names)))) {
		return "", "", ErrNotFound
	}
	var fields []string
	for rest := names; len(rest) > 0; {
		n, size := binary.Uvarint(rest)
		if size <= 0 || n > uint64(len(rest)-size) {
			return "", "", ErrNotFound
		}
		fields, rest = append(fields, string(rest[size:size+int(n)])), rest[size+int(n):]
	}
	if len(fields) != 3 {
		return "", "", ErrNotFound
	}
	until, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil {
		return "", "", ErrNotFound
	}
	if !s.now().Before(time.Unix(until, 0)) {
		return "", "", ErrLinkOver
	}
	return fields[0], fields[1], nil
}

// OpenDownload opens the file that a private link leads to. ErrNotFound where the link is none of ours, ErrLinkOver
// where it ran out, the money went back or the file was recalled since.
func (s *Store) OpenDownload(ctx context.Context, link string) (*File, *os.File, error) {
	orderID, fileID, err := s.readDownloadLink(link)
	if err != nil {
		return nil, nil, err
	}
	order, err := s.Order(ctx, orderID)
	if err != nil {
		return nil, nil, err
	}
	withdrawal, err := s.WithdrawalOf(ctx, order)
	if err != nil {
		return nil, nil, err
	}
	file, err := s.fileFor(ctx, order, fileID)
	if errors.Is(err, ErrNotFound) || err == nil && !order.GoodsOpen(withdrawal) {
		return nil, nil, ErrLinkOver
	}
	if err != nil {
		return nil, nil, err
	}
	content, err := os.Open(s.fileAt(&file.File))
	return &file.File, content, err
}

// ResetDownloads lets a buyer fetch the files of an order as often again as at first.
func (s *Store) ResetDownloads(ctx context.Context, shop *Shop, user *User, order *Order) error {
	return s.write(ctx, func(db *tx) error {
		result := db.Exec("UPDATE downloads SET count = 0 WHERE count > 0 AND order_id IN (SELECT id FROM orders WHERE id = ? AND shop_id = ?)", order.ID, shop.ID)
		if result.Error != nil || result.RowsAffected == 0 {
			return result.Error
		}
		return db.changeBy(order, "downloads_reset", "", user)
	})
}
