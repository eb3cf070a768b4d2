package models

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// folderSample is how many of the newest pictures, and of the newest files, are looked for.
const folderSample = 50

// MissingFromFolder is how many of the newest pictures and files the database knows and the data folder lacks: more than
// none where an instance has a folder of its own beside others on one PostgreSQL, or after half a restore.
func (s *Store) MissingFromFolder(ctx context.Context) (n int, err error) {
	var pictures []Picture
	if err := s.read(ctx).Order("id DESC").Limit(folderSample).Find(&pictures).Error; err != nil {
		return 0, fmt.Errorf("newest pictures: %w", err)
	}
	var files []File
	if err := s.read(ctx).Where("removed_at IS NULL").Order("id DESC").Limit(folderSample).Find(&files).Error; err != nil {
		return 0, fmt.Errorf("newest files: %w", err)
	}
	names := make([]string, 0, len(pictures)+len(files))
	for i := range pictures {
		names = append(names, s.pictureFile(pictures[i].Digest, "full"))
	}
	for i := range files {
		names = append(names, s.fileAt(&files[i]))
	}
	for _, name := range names {
		if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
			n++
		} else if err != nil {
			return n, fmt.Errorf("data folder: %w", err)
		}
	}
	return n, nil
}
