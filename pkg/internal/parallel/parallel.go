// Package parallel spreads independent tasks over workers. Which worker does
// which task is left to chance, so a task may depend on its number alone.
package parallel

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// Workers returns the number of workers to use for a setting, in which 0 means
// one for each processor that Go may use.
func Workers(setting int) int {
	if setting > 0 {
		return setting
	}
	return runtime.GOMAXPROCS(0)
}

// For calls task(worker, i) once for each i in [0, n), on the given number of
// workers, and returns when all calls have. Once ctx is done no further task is
// started. Calls with one worker number never overlap, so that a worker can own
// scratch space.
func For(ctx context.Context, n, workers int, task func(worker, i int)) {
	var next atomic.Int64
	var group sync.WaitGroup
	for w := range min(workers, n) {
		group.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				task(w, i)
			}
		})
	}
	group.Wait()
}
