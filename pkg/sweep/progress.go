package sweep

import (
	"fmt"
	"math"
	"sync"
	"time"
)

// Progress is how far a sweep is.
type Progress struct {
	Done, Of int           // shards
	Elapsed  time.Duration // of this run
	Rate     float64       // shards a second in this run
	Left     time.Duration // at this rate; < 0 while nothing is known
}

// newProgress is the progress of a run that began with some shards done.
func newProgress(done, of, before int, elapsed time.Duration) Progress {
	p := Progress{Done: done, Of: of, Elapsed: elapsed, Left: -1}
	if done > before && elapsed > 0 {
		p.Rate = float64(done-before) / elapsed.Seconds()
		p.Left = time.Duration(math.Min(float64(of-done)/p.Rate*1e9, math.MaxInt64))
	}
	if done == of {
		p.Left = 0
	}
	return p
}

// String says it in one line, as in "48 of 64 shards, 3.2 a second, 5 s left".
func (p Progress) String() string {
	text := fmt.Sprintf("%d of %d shards", p.Done, p.Of)
	if p.Rate > 0 {
		text += fmt.Sprintf(", %.3g a second", p.Rate)
	}
	unit := time.Second
	if p.Left < 10*time.Second {
		unit = 100 * time.Millisecond
	}
	switch {
	case p.Left > 0:
		text += fmt.Sprintf(", %s left", p.Left.Round(unit))
	case p.Done == p.Of:
		text += ", done"
	}
	return text
}

// reporter calls someone with the progress of a run, not more often than a person can read, and at
// its end. Calls never overlap.
type reporter struct {
	mu     sync.Mutex
	tell   func(Progress)
	start  time.Time
	told   time.Time
	before int
	done   int
	of     int
	ended  bool
}

// often is the time between two reports.
const often = 200 * time.Millisecond

func newReporter(tell func(Progress), done, of int) *reporter {
	now := time.Now()
	r := &reporter{tell: tell, start: now, before: done, done: done, of: of}
	r.report()
	return r
}

// one says that one more shard is done.
func (r *reporter) one() { r.change(func() { r.done++ }) }

// set says how many shards are done.
func (r *reporter) set(done int) { r.change(func() { r.done = done }) }

func (r *reporter) change(how func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	how()
	if r.tell != nil && time.Since(r.told) > often {
		r.report()
	}
}

func (r *reporter) report() {
	if r.tell != nil {
		r.told = time.Now()
		r.tell(newProgress(r.done, r.of, r.before, time.Since(r.start)))
	}
}

// end tells the last state, once.
func (r *reporter) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.ended {
		r.ended = true
		r.report()
	}
}
