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

// For calls task(i) once for each i in [0, n), on the given number of workers,
// and returns when all calls have. Once ctx is done no further task is started.
//
// Each worker gets its task from a call of worker in a goroutine of its own, and
// calls it for one i after the other: that is the place for scratch space. Made
// there it comes from memory that the processor at work hands out, while scratch
// spaces made one after the other in one goroutine share cache lines, which made
// two workers slower than one.
func For(ctx context.Context, n, workers int, worker func() (task func(i int))) {
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(workers, n) {
		group.Go(func() {
			task := worker()
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				task(i)
			}
		})
	}
	group.Wait()
}
