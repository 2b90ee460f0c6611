package scorecard

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gofrs/flock"
)

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
		f = flock.New(filepath.Join(name, "."+FileName+".lock"))
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
