package scorecard

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/sgdescape/sgdescape/pkg/internal/output"
)

// fileName is the name of the scorecard, beside the figures of the run.
const fileName = "scorecard.json"

// read reads a scorecard and checks it.
func read(path string) ([]Claim, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("scorecard: %w", err)
	}
	var claims []Claim
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	err = dec.Decode(&claims)
	if err == nil && dec.More() {
		err = errors.New("more after the list")
	}
	seen := map[string]bool{}
	for i, c := range claims {
		if err == nil && (!validID.MatchString(c.ID) || seen[c.ID]) {
			err = fmt.Errorf("entry %d has the id %q", i, c.ID)
		}
		seen[c.ID] = true
	}
	if err != nil {
		return nil, fmt.Errorf("scorecard: %s is corrupt, repair or remove it: %w", path, err)
	}
	slices.SortFunc(claims, byID)
	return claims, nil
}

func byID(a, b Claim) int { return strings.Compare(a.ID, b.ID) }

// put replaces or adds one claim, while no other process or goroutine does.
func put(c Claim) error {
	dir, err := output.Dir()
	if err != nil {
		return fmt.Errorf("scorecard: %w", err)
	}
	path := filepath.Join(dir, fileName)
	unlock, err := lock(path)
	if err != nil {
		return fmt.Errorf("scorecard: %w", err)
	}
	defer unlock()
	claims, err := read(path)
	if err != nil {
		return err
	}
	i, found := slices.BinarySearchFunc(claims, c, byID)
	if found {
		claims[i] = c
	} else {
		claims = slices.Insert(claims, i, c)
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false) // a reader of the file sees "<", not "\u003c"
	enc.SetIndent("", "  ")
	if err = enc.Encode(claims); err == nil {
		err = output.WriteFile(path, buf.Bytes())
	}
	if err != nil {
		return fmt.Errorf("scorecard: %w", err)
	}
	return nil
}

// How long to wait for the other notebooks, each of which holds the lock for
// about a millisecond and the time that the disk takes to sync, and how often
// to try.
const (
	lockPatience = 30 * time.Second
	lockPause    = 5 * time.Millisecond
)

// lock waits until nobody else on this machine updates the scorecard at path,
// and returns what ends the lock. The operating system ends it as well when the
// process dies, so that a killed notebook blocks nobody. What is locked is the
// folder that holds the scorecard: a lock file would lie among the figures, and
// one among the temporary files would be another for each notebook, as the
// launcher gives each a folder for those of its own. Windows, where GoNB does
// not run, locks no folders: there it is a file.
func lock(path string) (unlock func(), err error) {
	name := filepath.Dir(path)
	if err := os.MkdirAll(name, 0o755); err != nil {
		return nil, fmt.Errorf("locking: %w", err)
	}
	f := flock.New(name, flock.SetFlag(os.O_RDONLY)) // by default it would create a file
	if runtime.GOOS == "windows" {
		f = flock.New(filepath.Join(name, "."+fileName+".lock"))
	}
	ctx, cancel := context.WithTimeoutCause(context.Background(), lockPatience,
		fmt.Errorf("another process has held it for %v", lockPatience))
	defer cancel()
	if _, err := f.TryLockContext(ctx, lockPause); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, fmt.Errorf("locking %s: %w", f.Path(), err)
	}
	return func() { _ = f.Unlock() }, nil
}
