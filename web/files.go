package web

import (
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// transferMost is how long one upload or download of files may take.
const transferMost = 30 * time.Minute

// listFiles shows the files of an offer.
func (s *Server) listFiles(v *visit) error {
	offer, err := s.shopOffer(v)
	if err != nil {
		return err
	}
	return s.showFiles(v, http.StatusOK, offer, nil)
}

func (s *Server) showFiles(v *visit, status int, offer *models.OfferView, problems models.Problems) error {
	files, err := s.store.FilesOf(v.ctx(), &offer.Offer)
	if err != nil {
		return err
	}
	p := v.page("")
	p.Title, p.Path, p.Problems = v.W.T("delivery.files.page", "Title", views.Plain(offer.Version.Title)), views.FilesPath(offer.Slug), len(problems)
	return v.render(status, views.FilesPage(p, views.OfferFiles{Offer: offer, Files: files, Errors: v.problems(problems)}))
}

// createFiles takes uploads as they come, one after the other, to the disk.
func (s *Server) createFiles(v *visit) error {
	offer, err := s.shopOffer(v)
	if err != nil {
		return err
	}
	if err := v.allow(limitUpload, v.Shop.ID); err != nil {
		return err
	}
	// The server's own time is meant for small forms; not every writer knows deadlines, and then its own stays.
	_ = http.NewResponseController(v.Response()).SetReadDeadline(time.Now().Add(transferMost))
	n, err := s.takeFiles(v, offer)
	var problems models.Problems
	switch {
	case errors.As(err, &problems):
		_, _ = io.Copy(io.Discard, v.Request().Body) // else the browser shows a broken connection in place of the words
		return s.showFiles(v, http.StatusUnprocessableEntity, offer, problems)
	case err != nil:
		return err
	}
	v.say(views.ToneSuccess, v.W.N("delivery.file.done.added", int64(n)))
	return v.see(views.FilesPath(offer.Slug))
}

// takeFiles keeps each file of the form. n is how many it kept.
func (s *Server) takeFiles(v *visit, offer *models.OfferView) (n int, err error) {
	none := models.Problems{{Field: "file", Code: "file.none"}}
	parts, err := v.Request().MultipartReader()
	if err != nil {
		return 0, none
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return n, formError(err)
		}
		if part.FormName() != "file" || part.FileName() == "" {
			continue
		}
		if _, err := s.store.AddFile(v.ctx(), v.Shop, v.User, &offer.Offer, part.FileName(), part); err != nil {
			return n, err
		}
		n++
	}
	if n == 0 {
		return 0, none
	}
	return n, nil
}

// fileOf finds the file of the shop's offer that the address names.
func (s *Server) fileOf(v *visit) (*models.OfferView, *models.File, error) {
	offer, err := s.shopOffer(v)
	if err != nil {
		return nil, nil, err
	}
	file, err := s.store.FileIn(v.ctx(), v.Shop, &offer.Offer, v.Param("file"))
	return offer, file, err
}

// newFileRemoval asks before a file goes.
func (s *Server) newFileRemoval(v *visit) error {
	offer, file, err := s.fileOf(v)
	if err != nil {
		return err
	}
	return s.askFileRemoval(v, http.StatusOK, offer, file, nil)
}

func (s *Server) askFileRemoval(v *visit, status int, offer *models.OfferView, file *models.File, problems models.Problems) error {
	if file.RemovedAt != nil {
		return v.see(views.FilesPath(offer.Slug))
	}
	p := v.page("")
	p.Title, p.Path, p.Problems = v.W.T("delivery.file.remove.title", "Name", file.Name), views.NewFileRemovalPath(offer.Slug, file.ID), len(problems)
	return v.render(status, views.FileRemovalPage(p, offer, file, v.problems(problems)))
}

// deleteFile takes a file from new buyers, or from all.
func (s *Server) deleteFile(v *visit) error {
	offer, file, err := s.fileOf(v)
	if err != nil {
		return err
	}
	typed, err := v.typed()
	if err != nil {
		return err
	}
	err = s.store.RemoveFile(v.ctx(), v.Shop, v.User, &offer.Offer, file, typed.Get("recall") != "")
	var problems models.Problems
	if errors.As(err, &problems) {
		return s.askFileRemoval(v, http.StatusUnprocessableEntity, offer, file, problems)
	}
	if err != nil {
		return err
	}
	v.say(views.ToneInfo, v.W.T("delivery.file.done.removed", "Name", file.Name))
	return v.see(views.FilesPath(offer.Slug))
}
