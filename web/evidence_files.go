package web

import (
	"errors"
	"mime"
	"net/http"
	"net/url"
	"time"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// changeEvidence takes a file out of an answer or puts one in, as the form asks. Done twice it changes nothing more.
func (s *Server) changeEvidence(v *visit, d views.Dispute, typed url.Values, file *sentFile) error {
	if id := typed.Get("remove"); id != "" {
		old, err := s.store.EvidenceFileIn(v.ctx(), v.Shop, &d.Dispute, id)
		if err == nil && old.RemovedAt == nil {
			if err = s.store.RemoveEvidenceFile(v.ctx(), v.Shop, v.User, &d.Dispute, old); err == nil {
				v.say(views.ToneInfo, v.W.T("dispute.file.removed", "Name", old.Name))
			}
		}
		if errors.Is(err, models.ErrNotFound) {
			return nil
		}
		return err
	}
	if file == nil {
		if typed.Get("add") != "" {
			return models.Problems{{Field: "file", Code: "file.none"}}
		}
		return nil
	}
	if err := v.allow(limitUpload, v.Shop.ID); err != nil {
		return err
	}
	kept, err := s.store.AddEvidenceFile(v.ctx(), v.Shop, v.User, &d.Dispute, typed.Get("kind"), file.name, file.content)
	if err == nil {
		v.say(views.ToneSuccess, v.W.T("dispute.file.added", "Name", kept.Name))
	}
	return err
}

// showEvidenceFile gives a file of an answer to the people of its shop.
func (s *Server) showEvidenceFile(v *visit) error {
	dispute, err := s.store.DisputeIn(v.ctx(), v.Shop, v.Param("slug"))
	if err != nil {
		return err
	}
	file, err := s.store.EvidenceFileIn(v.ctx(), v.Shop, &dispute.Dispute, v.Param("file"))
	if err != nil {
		return err
	}
	content, err := s.store.OpenEvidence(file)
	if err != nil {
		return err
	}
	defer content.Close()
	h := v.Response().Header()
	h.Set("Content-Type", file.Media)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": file.Name}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, no-store")
	http.ServeContent(v.Response(), v.Request(), "", time.Time{}, content)
	return nil
}
