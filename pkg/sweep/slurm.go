package sweep

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Slurm computes on a cluster: each round submits a job array over what is missing, packed to
// minutes a task, waits for it by asking squeue and reading the store, and begins the next round
// with what did not come, until all is there or was tried often enough. The store lies on a file
// system that all nodes share. The zero value of all but Worker works.
//
// A driver that is killed leaves its jobs running; the next one waits for them before it submits
// anything. A controller that does not answer is waited for. Jobs ask Slurm not to requeue them:
// the next round is sooner. A task that a controller lists as running long after its node lost it
// ends, for the driver, when its shards are there or its time limit has passed: set Time.
type Slurm struct {
	// Worker is the program, on a file system that all nodes share: see [Build].
	Worker string
	// Partition, Account, Time and Memory go to sbatch if they are not empty, as does Flags, at the
	// end.
	Partition, Account, Time, Memory string
	Flags                            []string
	// TaskTime is how long a task should take, by the mean time of the shards that are done. 0
	// means five minutes: starting a task costs seconds.
	TaskTime time.Duration
	// ShardTime is how long a shard takes, until one is done. 0 means a minute.
	ShardTime time.Duration
	// MaxTasks bounds the tasks of a round, as do the cluster's MaxArraySize and MaxJobCount.
	// Centres allow few thousand jobs a month. 0 means 400.
	MaxTasks int
	// Attempts is how often a shard may be what a task was at when it failed, before it is given
	// up: 0 means 3.
	Attempts int
	// Allocation > 0 asks for one job with that many cores, and a worker on each, in place of an
	// array.
	Allocation int
	// Poll is the time between two looks at the queue: 0 means five seconds.
	Poll time.Duration
	// Patience is how long a controller that does not answer is waited for: 0 means an hour.
	Patience time.Duration
}

var _ Engine = Slurm{}

// slurmDir is the folder of a store for plans and logs.
const slurmDir = "slurm"

// check returns an error for settings that are out of bounds, and fills in what was left out.
func (e *Slurm) check() error {
	if info, err := os.Stat(e.Worker); err != nil || info.IsDir() {
		return fmt.Errorf("sweep: Slurm worker %q is no program: %w", e.Worker, cmp.Or(err, os.ErrInvalid))
	}
	for name, n := range map[string]int{"MaxTasks": e.MaxTasks, "Attempts": e.Attempts, "Allocation": e.Allocation} {
		if n < 0 {
			return fmt.Errorf("sweep: Slurm %s = %d, want ≥ 0", name, n)
		}
	}
	for name, d := range map[string]time.Duration{"TaskTime": e.TaskTime, "ShardTime": e.ShardTime, "Poll": e.Poll, "Patience": e.Patience} {
		if d < 0 {
			return fmt.Errorf("sweep: Slurm %s = %v, want ≥ 0", name, d)
		}
	}
	e.TaskTime, e.ShardTime = cmp.Or(e.TaskTime, 5*time.Minute), cmp.Or(e.ShardTime, time.Minute)
	e.MaxTasks, e.Attempts = cmp.Or(e.MaxTasks, 400), cmp.Or(e.Attempts, 3)
	e.Poll, e.Patience = cmp.Or(e.Poll, 5*time.Second), cmp.Or(e.Patience, time.Hour)
	worker, err := filepath.Abs(e.Worker)
	if err != nil {
		return fmt.Errorf("sweep: Slurm worker: %w", err)
	}
	e.Worker = worker
	return nil
}

// Run implements [Engine]. Shards that were given up are an error with what Slurm said and the end
// of their logs; all others are done then. If ctx ends its jobs are cancelled.
func (e Slurm) Run(ctx context.Context, s *Store, progress func(Progress)) error {
	if s.none() || ctx == nil {
		return errNil
	}
	if err := e.check(); err != nil {
		return err
	}
	unlock, complete, err := s.begin(ctx)
	if err != nil || complete {
		return errors.Join(err, s.report(progress, complete))
	}
	defer unlock()
	if err := os.MkdirAll(filepath.Join(s.dir, slurmDir), 0o755); err != nil {
		return fmt.Errorf("sweep: store: %w", err)
	}
	d := &driver{Slurm: e, store: s, state: s.newState(), blame: map[int]*blame{}}
	if err := d.state.refresh(); err != nil {
		return err
	}
	d.report = newReporter(progress, d.state.count, len(d.state.done))
	defer d.report.end()
	return d.drive(ctx)
}

// driver is one run of Slurm.
type driver struct {
	Slurm
	store  *Store
	state  *state
	report *reporter
	blame  map[int]*blame // by shard
	barren int            // rounds without a result or anyone to blame
}

// blame is what became of a shard that tasks failed at.
type blame struct {
	attempts int
	state    string
	log      string
}

// drive makes rounds until nothing is left to try.
func (d *driver) drive(ctx context.Context) error {
	if err := d.wait(ctx, nil); err != nil { // for the jobs of an earlier driver
		return err
	}
	if err := d.sweepUp(); err != nil {
		return err
	}
	for {
		todo := d.todo()
		if len(todo) == 0 {
			return d.givenUp()
		}
		before := d.state.count
		r, err := d.submit(ctx, todo)
		if err != nil {
			return d.cancelled(ctx, err)
		}
		if err := d.wait(ctx, r); err != nil {
			return err
		}
		blamed := d.judge(r)
		if err := d.store.tidy(); err != nil {
			return err
		}
		if d.barren++; blamed || d.state.count > before {
			d.barren = 0
		}
		if d.barren >= d.Attempts {
			return fmt.Errorf("sweep: %d job arrays in a row brought nothing, the last one %s; %d of %d shards are done", d.barren, r.summary(), d.state.count, len(d.state.done))
		}
	}
}

// sweepUp removes the plans and logs of an earlier driver, which no job needs any more.
func (d *driver) sweepUp() error {
	dir := filepath.Join(d.store.dir, slurmDir)
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		err = errors.Join(err, os.Remove(filepath.Join(dir, e.Name())))
	}
	if err != nil {
		return fmt.Errorf("sweep: store: %w", err)
	}
	return nil
}

// todo lists the shards to compute, those that tasks failed at last.
func (d *driver) todo() (shards []int) {
	var blamed []int
	for _, shard := range d.state.missing() {
		b := d.blame[shard]
		switch {
		case b == nil:
			shards = append(shards, shard)
		case b.attempts < d.Attempts:
			blamed = append(blamed, shard)
		}
	}
	return append(shards, blamed...)
}

// pack distributes shards over at most so many tasks: each to take TaskTime, and what failed before
// in tasks of its own, as far as there are tasks.
func (d *driver) pack(todo []int, most int) (tasks [][]int) {
	clean, blamed := todo, []int(nil)
	if i := slices.IndexFunc(todo, func(shard int) bool { return d.blame[shard] != nil }); i >= 0 {
		clean, blamed = todo[:i], todo[i:]
	}
	if len(clean) > 0 {
		took := d.ShardTime
		if d.state.count > 0 {
			took = max(time.Microsecond, d.state.took/time.Duration(d.state.count))
		}
		each := max(1, int(d.TaskTime/took))
		n := (len(clean) + each - 1) / each
		if d.Allocation > 0 {
			n = min(d.Allocation, len(clean))
		}
		n = max(1, min(n, most))
		tasks = make([][]int, n)
		for i, shard := range clean {
			tasks[i%n] = append(tasks[i%n], shard)
		}
	}
	for i, shard := range blamed {
		if len(tasks) < most {
			tasks = append(tasks, []int{shard})
		} else {
			tasks[len(tasks)-1-i%len(tasks)] = append(tasks[len(tasks)-1-i%len(tasks)], shard)
		}
	}
	return tasks
}

// judge finds, after a round, whom the tasks failed at, and throws the logs of the others away. A
// task that was killed was at the first shard that it lacks; one that ended by itself had tried
// all.
func (d *driver) judge(r *round) (blamed bool) {
	for i, shards := range r.tasks {
		missing := slices.DeleteFunc(slices.Clone(shards), func(shard int) bool { return d.state.done[shard] })
		path := r.log(i)
		if len(missing) == 0 {
			_ = removed(path)
			continue
		}
		state, known := r.states[r.task(i)]
		if !known || !ended(state) {
			continue // nobody knows; perhaps it never began
		}
		tail := logTail(path)
		if !triedAll(tail) {
			missing = missing[:1]
		}
		for _, shard := range missing {
			b := d.blame[shard]
			if b == nil {
				b = &blame{}
				d.blame[shard] = b
			}
			b.attempts, b.state, b.log, blamed = b.attempts+1, state, tail, true
		}
		_ = removed(path)
	}
	_ = removed(r.plan)
	return blamed
}

// givenUp is the error that names what was given up, if anything was.
func (d *driver) givenUp() error {
	missing := d.state.missing()
	if len(missing) == 0 {
		return nil
	}
	var list []error
	for _, shard := range missing[:min(len(missing), maxFailures)] {
		b := d.blame[shard]
		list = append(list, fmt.Errorf("shard %d, %s: %d attempts, the last %s, its log:\n%s", shard, d.store.manifest.Spec.point(shard), b.attempts, b.state, b.log))
	}
	return fmt.Errorf("sweep: given up %d of %d shards: %w", len(missing), len(d.state.done), errors.Join(list...))
}
