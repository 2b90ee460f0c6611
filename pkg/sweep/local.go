package sweep

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// An Engine computes what is missing in a store, and tells its progress to a function that may be
// nil.
type Engine interface {
	Run(ctx context.Context, s *Store, progress func(Progress)) error
}

var _ Engine = Local{}

// Local computes in goroutines of this process.
type Local struct {
	// Workers is their number. 0 means one a processor. It does not change a bit of the result.
	Workers int
}

const (
	driverLock  = "driver"  // held alone by who decides what is to be computed
	writersLock = "writers" // held together by all who write
)

// Run implements [Engine]. It waits for another driver on the same store, puts the store in order,
// and computes the shards that are not done. A shard that errs, or panics, stops no other; the
// error names it, and the next run tries it again. A store that cannot be written stops all, with
// what is stored left in place. If ctx ends, the error wraps ctx.Err() and the shards in flight are
// lost.
func (l Local) Run(ctx context.Context, s *Store, progress func(Progress)) error {
	if s.none() || ctx == nil {
		return errNil
	}
	if l.Workers < 0 {
		return fmt.Errorf("sweep: %d workers, want ≥ 0", l.Workers)
	}
	unlock, complete, err := s.begin(ctx)
	if err != nil || complete {
		return errors.Join(err, s.report(progress, complete))
	}
	defer unlock()
	return s.compute(ctx, nil, l.Workers, progress)
}

// begin makes the caller the driver of a store and puts it in order, unless it is complete.
func (s *Store) begin(ctx context.Context) (unlock func(), complete bool, err error) {
	if complete, err := s.complete(); err != nil || complete {
		return nil, complete, err
	}
	if unlock, err = s.lock(ctx, driverLock, false); err != nil {
		return nil, false, err
	}
	if err := s.tidy(); err != nil {
		unlock()
		return nil, false, err
	}
	return unlock, false, nil
}

// complete reports whether nothing is to be done or put in order.
func (s *Store) complete() (bool, error) {
	_, wrong, err := s.inspect()
	if err != nil || len(wrong) > 0 {
		return false, err
	}
	st := s.newState()
	err = st.refresh()
	return err == nil && st.count == len(st.done), err
}

// report tells the end of a run that had nothing to do.
func (s *Store) report(progress func(Progress), complete bool) error {
	if n := s.format.shards; complete && progress != nil {
		progress(newProgress(n, n, n, 0))
	}
	return nil
}

// compute computes those of the given shards, nil for all, that are missing.
func (s *Store) compute(ctx context.Context, shards []int, workers int, progress func(Progress)) error {
	unlock, err := s.lock(ctx, writersLock, true)
	if err != nil {
		return err
	}
	defer unlock()
	st := s.newState()
	if err := st.refresh(); err != nil {
		return err
	}
	missing := st.missing()
	if shards != nil {
		missing = missing[:0]
		for _, shard := range shards {
			if !st.done[shard] {
				missing = append(missing, shard)
			}
		}
	}
	return s.each(ctx, missing, workers, newReporter(progress, st.count, len(st.done)))
}

// each computes shards side by side.
func (s *Store) each(ctx context.Context, shards []int, workers int, report *reporter) error {
	defer report.end()
	out := &writer{format: s.format, dir: s.dir}
	working, stop := context.WithCancel(ctx)
	defer stop()
	var failures failures
	parallel.For(working, len(shards), parallel.Workers(workers), func() func(int) {
		return func(i int) {
			start := time.Now()
			values, err := s.experiment.compute(working, s.manifest.Spec, shards[i])
			switch {
			case err != nil && working.Err() != nil: // the end of the context, told below
			case err != nil:
				failures.add(err)
			default:
				if err := out.append(record{shards[i], time.Since(start), values}); err != nil {
					stop() // the writer keeps it
				} else {
					report.one()
				}
			}
		}
	})
	_ = out.close()
	if out.err != nil {
		return out.err
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("sweep: interrupted with %d of %d shards done: %w: run again to go on", report.done, report.of, err)
	}
	return failures.err()
}

// failures keeps the first errors of shards and counts the rest.
type failures struct {
	mu    sync.Mutex
	first []error
	count int
}

// maxFailures is how many errors a reader reads.
const maxFailures = 10

func (f *failures) add(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.count++; f.count <= maxFailures {
		f.first = append(f.first, err)
	}
}

// errFailed says that shards failed, each of those at hand, by themselves.
var errFailed = errors.New("sweep: shards failed")

func (f *failures) err() error {
	if f.count == 0 {
		return nil
	}
	return fmt.Errorf("%w: %d, among them\n%w", errFailed, f.count, errors.Join(f.first...))
}
