package scorecard

import (
	"fmt"
	"hash/fnv"
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
// process dies, so that a killed notebook blocks nobody. The lock file lies in
// the folder for temporary files: the one of the figures is committed, and may
// be on a network file system that cannot lock.
func lock(path string) (unlock func(), err error) {
	h := fnv.New64a()
	_, _ = h.Write([]byte(path)) // never fails
	name := filepath.Join(os.TempDir(), fmt.Sprintf("sgdescape-scorecard-%d-%x.lock", os.Getuid(), h.Sum64()))
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
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
