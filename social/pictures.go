package social

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/tillbird/tillbird/models"
)

// How long one picture may take, and how many are fetched before other work has its turn.
const (
	pictureWait  = 9 * time.Second
	pictureBatch = 4
)

// Pictures fetches the pictures that offers of a file name by their addresses.
type Pictures struct {
	store  *models.Store
	client *http.Client // nil where nothing outside is to be reached
}

// NewPictures fetches with a client, usually PictureClient; nil, as in the sandbox, leaves drafts without their pictures.
func NewPictures(store *models.Store, client *http.Client) *Pictures {
	return &Pictures{store: store, client: client}
}

// PictureClient is the client that pictures are fetched with: people name the addresses, so it reaches the public internet
// alone, follows no redirects and does not wait for long.
func PictureClient() *http.Client { return quick(publicOnly) }

func quick(far reach) *http.Client {
	client := newClient(far)
	client.Timeout = pictureWait
	return client
}

// Work says what is done for imports.
func (p *Pictures) Work(w *models.Work) {
	models.Handle(w, p.store.BringOffers)
	models.Handle(w, p.fetch)
}

// fetch gets the next pictures of an import, and puts them into the draft when all of its pictures were tried.
func (p *Pictures) fetch(ctx context.Context, job models.FetchPictures) error {
	if p.client == nil {
		return p.store.LeavePictures(ctx, job.ImportID)
	}
	item, wanted, err := p.store.WantedPictures(ctx, job.ImportID, pictureBatch)
	if err != nil {
		return err
	}
	for _, picture := range wanted {
		if err := p.one(ctx, item, picture.Address); err != nil {
			return err
		}
	}
	if item != nil && len(wanted) == 0 {
		if err := p.store.AttachPictures(ctx, item); err != nil {
			return err
		}
	}
	return p.store.GoOnFetching(ctx, job.ImportID)
}

// one fetches a picture and keeps it, or writes down why it cannot be had.
func (p *Pictures) one(ctx context.Context, item *models.ImportItem, address string) error {
	err := p.bring(ctx, item.ImportID, address)
	var problems models.Problems
	switch {
	case err == nil:
		return nil
	case errors.As(err, &problems):
		return p.store.FailPicture(ctx, item, address, problems[0].Code, problems[0].Data...)
	case ctx.Err() != nil || models.Unavailable(err) && !errors.Is(err, errAway):
		return err
	case errors.Is(err, errPrivate):
		return p.store.FailPicture(ctx, item, address, "import.picture_inside")
	}
	return p.store.FailPicture(ctx, item, address, "import.picture_away")
}

// errAway says that a picture's address did not give a picture.
var errAway = errors.New("social: no picture there")

func (p *Pictures) bring(ctx context.Context, importID, address string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return errors.Join(errAway, err)
	}
	request.Header.Set("Accept", "image/jpeg,image/png,image/webp,image/gif")
	request.Header.Set("User-Agent", "Tillbird")
	answer, err := p.client.Do(request)
	if err != nil {
		return errors.Join(errAway, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%w: status %d", errAway, answer.StatusCode)
	}
	return p.store.KeepImportedPicture(ctx, importID, address, outside{answer.Body})
}

// outside marks what goes wrong while a picture comes in as the fault of where it comes from.
type outside struct{ io.Reader }

// Read reads on.
func (o outside) Read(into []byte) (int, error) {
	n, err := o.Reader.Read(into)
	if err != nil && !errors.Is(err, io.EOF) {
		err = errors.Join(errAway, err)
	}
	return n, err
}
