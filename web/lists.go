package web

import (
	"bytes"
	"context"
	"net/http"

	"github.com/a-h/templ"
)

const (
	listsMost     = 300 // about eight kilobytes each
	listAskedMost = 200
)

// showList answers with a page of many offers. Who is signed in, or has chosen a theme, gets one made for them; for
// everybody else it is the same, and kept for a second at most: offers begin and end by the clock. A change drops it
// before whoever made the change has an answer, as it does an offer's own page.
func (s *Server) showList(v *visit, list func(v *visit) (templ.Component, error)) error {
	asked := v.Request()
	uri := asked.URL.RequestURI()
	if v.User != nil || v.flash.Text != "" || cookieOf(asked, "theme") != "" || len(uri) > listAskedMost {
		page, err := list(v)
		if err != nil {
			return err
		}
		return v.render(http.StatusOK, page)
	}
	key := stillKey{uri, v.W.Lang()}
	if page := s.lists.get(key); s.freshList(page) {
		return page.answer(v)
	}
	made, err, _ := s.lists.making.Do(uri+" "+key.lang, func() (any, error) {
		if page := s.lists.get(key); s.freshList(page) {
			return page, nil
		}
		page := &still{made: s.store.Now(), stamp: s.store.StampOfLists(), status: http.StatusOK} // before anything is read
		ctx := context.WithoutCancel(v.ctx())                                                     // others may wait for the same page
		v.SetRequest(asked.WithContext(ctx))
		defer v.SetRequest(asked)
		shown, err := list(v)
		if err != nil {
			return nil, err
		}
		var plain bytes.Buffer
		if err := shown.Render(ctx, &plain); err != nil {
			return nil, err
		}
		s.seal(page, plain.Bytes(), s.policy.page)
		s.lists.put(key, page)
		return page, nil
	})
	if err != nil {
		return err
	}
	return made.(*still).answer(v)
}

// freshList tells whether a kept list still says what the database would.
func (s *Server) freshList(page *still) bool {
	if page == nil || page.stamp != s.store.StampOfLists() {
		return false
	}
	age := s.store.Now().Sub(page.made)
	return age >= 0 && age < stillLasts
}
