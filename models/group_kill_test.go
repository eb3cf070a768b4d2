package models

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const killedFolder = "TILLBIRD_TEST_KILLED_FOLDER"

// TestWriteUntilKilled is the process that TestKilled kills: it keeps notes from many goroutines and prints the name of
// each that was answered. By itself it does nothing.
func TestWriteUntilKilled(t *testing.T) {
	folder := os.Getenv(killedFolder)
	if folder == "" {
		return
	}
	s := groupStore(t, folder)
	run := time.Now().UnixNano()
	var next atomic.Int64
	var load sync.WaitGroup
	for range 32 {
		load.Go(func() {
			for {
				name := fmt.Sprintf("g-%d-%d", run, next.Add(1))
				if err := s.putNote(context.Background(), name, func(*tx) error { return nil }); err != nil {
					return
				}
				fmt.Println(name)
			}
		})
	}
	load.Wait()
}

// TestKilled kills a process that writes, again and again: nothing that it was told to be kept is lost.
func TestKilled(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	var told []string
	for run := range 6 {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestWriteUntilKilled$")
		child.Env = append(os.Environ(), killedFolder+"="+folder)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			if strings.HasPrefix(lines.Text(), "g-") {
				told = append(told, lines.Text())
			}
			if n == 40*(run+1) {
				_ = child.Process.Kill()
			}
		}
		_ = child.Wait()
	}
	s := groupStore(t, folder)
	for _, name := range told {
		var n int64
		if err := s.read(t.Context()).Raw("SELECT count(*) FROM notes WHERE name = ?", name).Scan(&n).Error; err != nil || n != 1 {
			t.Errorf("%s is there %d times: %v", name, n, err)
		}
	}
	if len(told) < 600 {
		t.Errorf("only %d were told", len(told))
	}
}
