package models_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/models/storetest"
)

// An instance whose folder is not the one that holds the files is found out.
func TestMissingFromFolder(t *testing.T) {
	t.Parallel()
	set := storetest.Settings(t, storetest.NewClock().Now)
	store, err := models.Open(t.Context(), set)
	must(t, err)
	t.Cleanup(func() { _ = store.Close() })
	shop, user, offer := digital(t, store, "file")
	_, err = store.AddFile(t.Context(), shop, user, &offer.Offer, "harbour.wav", strings.NewReader("waves"))
	must(t, err)
	if n, err := store.MissingFromFolder(t.Context()); err != nil || n != 0 {
		t.Errorf("%d are missing: %v", n, err)
	}
	must(t, os.Rename(filepath.Join(set.Folder, "files"), filepath.Join(set.Folder, "elsewhere")))
	if n, err := store.MissingFromFolder(t.Context()); err != nil || n != 1 {
		t.Errorf("%d are missing, not the file: %v", n, err)
	}
}
