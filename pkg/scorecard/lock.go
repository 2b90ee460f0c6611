package scorecard

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// How long to wait for the other notebooks, each of which holds the lock for
// about a millisecond, and how often to try.
const (
	lockPatience = 30 * time.Second
	lockPause    = 5 * time.Millisecond
)

// lock waits until nobody else on this machine updates the scorecard at path,
// and returns what ends the lock. The operating system ends it as well when the
// process dies, so that a killed notebook blocks nobody. What is locked is the
// folder that holds the scorecard: a lock file would lie among the figures, and
// one among the temporary files would be another for each notebook, as the
// launcher gives each a folder for those of its own.
func lock(path string) (unlock func(), err error) {
	name := filepath.Dir(path)
	if err := os.MkdirAll(name, 0o755); err != nil {
		return nil, fmt.Errorf("locking: %w", err)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("locking: %w", err)
	}
	for start := time.Now(); ; time.Sleep(lockPause) {
		ok, err := tryLock(f)
		if ok {
			return func() { _ = f.Close() }, nil // closing ends the lock
		}
		if err == nil && time.Since(start) > lockPatience {
			err = fmt.Errorf("another process has held it for %v", lockPatience)
		}
		if err != nil {
			_ = f.Close()
			return nil, fmt.Errorf("locking %s: %w", name, err)
		}
	}
}
