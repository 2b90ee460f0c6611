// Package parallel spreads independent tasks over workers. Which worker does which task is left to
// chance, so a task may depend on its number alone.
package parallel

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Workers returns the number of workers to use for a setting, in which 0 means one for each
// processor that Go may use.
func Workers(setting int) int {
	if setting > 0 {
		return setting
	}
	return runtime.GOMAXPROCS(0)
}

// GiB is the most bytes that results may take: more is refused.
const GiB = 1 << 30

// For calls task(i) once for each i in [0, n), on the given number of workers, and returns when all
// calls have. Once ctx is done no further task is started.
//
// Each worker gets its task from a call of worker in a goroutine of its own, and calls it for one i
// after the other: that is the place for scratch space. Made there it comes from memory that the
// processor at work hands out, while scratch spaces made one after the other in one goroutine share
// cache lines, which made two workers slower than one.
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

// Err returns the error of a context that has ended, and one for no context.
func Err(ctx context.Context) error {
	if ctx == nil {
		return errors.New("no context given")
	}
	return ctx.Err()
}

// Until runs a task that cannot be interrupted, such as a factorisation of a large matrix by gonum,
// and returns when it has ended, or ctx has, with [Err]. In the latter case the task goes on to its
// end unheard: what it writes to must not be used any more.
func Until(ctx context.Context, task func()) error {
	if err := Err(ctx); err != nil {
		return err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		task()
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Watch tells a loop that its context has ended, at the price of a countdown a round: it looks at
// the context after one round, then after more and more, up to about a millisecond's worth, so that
// rounds of any length end soon.
type Watch struct {
	ctx         context.Context
	left, chunk int
	last        time.Time
}

// NewWatch returns a watch on ctx.
func NewWatch(ctx context.Context) *Watch {
	return &Watch{ctx: ctx, left: 1, chunk: 1, last: time.Now()}
}

// Ended reports whether ctx has ended; it is to be asked once a round.
func (w *Watch) Ended() bool {
	w.left--
	return w.left <= 0 && w.look() // short, so that it is inlined
}

// look looks at the context and sets the countdown.
func (w *Watch) look() bool {
	now := time.Now()
	switch spent := now.Sub(w.last); {
	case spent < time.Millisecond && w.chunk < 1<<20:
		w.chunk *= 2
	case spent > 10*time.Millisecond:
		w.chunk = max(1, w.chunk/2)
	}
	w.left, w.last = w.chunk, now
	return w.ctx.Err() != nil
}
