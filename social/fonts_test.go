package social

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTheIndexOfFontsFindsAPlace(t *testing.T) {
	t.Parallel()
	kept := filepath.Join(t.TempDir(), "fonts")
	folder, done := indexFolder(kept, t.TempDir())
	done()
	if folder != kept {
		t.Errorf("the index goes to %s and not where it is kept", folder)
	}
	if left, _ := os.ReadDir(kept); len(left) != 0 {
		t.Errorf("looking for room left %v", left)
	}
	// A folder that cannot be made stands for a disk that is only read: tests may run as root, whom no permission stops.
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	other := t.TempDir()
	folder, done = indexFolder(filepath.Join(file, "fonts"), filepath.Join(file, "tmp"), other)
	if filepath.Dir(folder) != other {
		t.Errorf("the index goes to %s", folder)
	}
	done()
	if left, _ := os.ReadDir(other); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}
