package launcher

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/renameio/v2/maybe"
	"github.com/mattn/go-isatty"

	"github.com/sgdescape/sgdescape/pkg/sweep"
)

const sweepUsage = `go run ./notebooks sweep SPEC.json [FLAGS] [-- SBATCH-FLAGS]

Computes a sweep: every combination of the values of a specification such as
  {"experiment": "escape", "axes": [{"name": "T", "values": [0.1, 0.2]}, {"name": "n", "values": [1]}, {"name": "c", "values": [1.5, 2]}], "seed": 1}
To stop it loses no more than the shards in flight; the same command goes on. Experiments: go doc ./pkg/sweep Library

Flags:
`

// sweepRun is a command line of sweep.
type sweepRun struct {
	spec, engine, store, csv string
	workers                  int
	slurm                    sweep.Slurm
}

// Sweep computes a sweep, as the command line says: `sweep -h` explains it.
func (l *Launcher) Sweep(ctx context.Context, args []string) error {
	r, err := parseSweep(args, l.out)
	if err != nil {
		return err
	}
	file, err := os.Open(r.spec)
	if err != nil {
		return err
	}
	defer file.Close()
	spec, err := sweep.Read(file)
	if err != nil {
		return err
	}
	version, err := sweep.Version(ctx, sweep.Worker)
	if err != nil {
		return err
	}
	if r.store == "" {
		name := strings.TrimSuffix(filepath.Base(r.spec), filepath.Ext(r.spec))
		r.store = filepath.Join(l.Reports, "sweeps", name+"-"+version)
	}
	store, err := sweep.Open(r.store, spec, sweep.Library(), version)
	if err != nil {
		return err
	}
	store.Say = func(message string) { fmt.Fprintln(l.out, message) }
	if err := l.compute(ctx, r, store, version); err != nil {
		return err
	}
	return l.table(r, store)
}

// compute runs the engine.
func (l *Launcher) compute(ctx context.Context, r *sweepRun, store *sweep.Store, version string) error {
	fmt.Fprintf(l.out, "store %s\n", store.Dir())
	if r.engine == "local" {
		return sweep.Local{Workers: r.workers}.Run(ctx, store, l.shards())
	}
	worker := filepath.Join(store.Dir(), "worker")
	if err := sweep.Build(ctx, sweep.Worker, version, worker); err != nil {
		return err
	}
	if r.engine == "none" {
		fmt.Fprintf(l.out, "worker built; any engine may call it: %s -store %s -shard i -of n\n", worker, store.Dir())
		return nil
	}
	r.slurm.Worker = worker
	return r.slurm.Run(ctx, store, l.shards())
}

// shards shows progress: on a terminal in one line that moves, elsewhere in a line every ten
// seconds.
func (l *Launcher) shards() func(sweep.Progress) {
	file, ok := l.out.(*os.File)
	live := ok && isatty.IsTerminal(file.Fd())
	last, said := time.Time{}, ""
	return func(p sweep.Progress) {
		text := p.String()
		done := p.Done == p.Of
		switch {
		case live && done:
			fmt.Fprintf(l.out, "\r\x1b[K%s\n", text)
		case live:
			fmt.Fprintf(l.out, "\r\x1b[K%s", text)
		case done && text != said, time.Since(last) > 10*time.Second:
			fmt.Fprintln(l.out, text)
			last, said = time.Now(), text
		}
	}
}

// table writes what there is as CSV.
func (l *Launcher) table(r *sweepRun, store *sweep.Store) error {
	table, err := store.Table()
	if err != nil {
		return err
	}
	var text strings.Builder
	if err := table.WriteCSV(&text); err != nil {
		return err
	}
	path := cmp.Or(r.csv, filepath.Join(store.Dir(), "table.csv"))
	if err := maybe.WriteFile(path, []byte(text.String()), 0o644); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	fmt.Fprintf(l.out, "%d of %d rows in %s\n", table.Len(), table.Len()+len(table.Missing()), path)
	return nil
}

// parseSweep reads a command line; flags may stand before or after the specification.
func parseSweep(args []string, out io.Writer) (*sweepRun, error) {
	r := &sweepRun{}
	flags := flag.NewFlagSet("sweep", flag.ContinueOnError)
	flags.StringVar(&r.engine, "engine", "local", "`local, slurm or none`: none makes the store and the worker in it, for any other engine to call")
	flags.StringVar(&r.store, "store", "", "the `folder` of what is done, for Slurm on a file system that all nodes share (default notebooks/reports/sweeps/NAME-VERSION)")
	flags.StringVar(&r.csv, "csv", "", "the `file` for the table (default table.csv in the store)")
	flags.IntVar(&r.workers, "workers", 0, "how many shards to compute side by side with the engine local (default: one a processor)")
	flags.StringVar(&r.slurm.Partition, "partition", "", "Slurm's `partition`")
	flags.StringVar(&r.slurm.Account, "account", "", "Slurm's `account`")
	flags.StringVar(&r.slurm.Time, "time", "", "the longest that a task may take, as `sbatch --time` has it")
	flags.StringVar(&r.slurm.Memory, "mem", "", "the memory of a task, as `sbatch --mem` has it")
	flags.IntVar(&r.slurm.Allocation, "allocation", 0, "ask for one job of `n` cores, with a worker on each, in place of an array")
	flags.IntVar(&r.slurm.MaxTasks, "tasks", 0, "the most tasks of an array (default 400)")
	flags.IntVar(&r.slurm.Attempts, "attempts", 0, "how often a shard may fail before it is given up (default 3)")
	flags.DurationVar(&r.slurm.TaskTime, "task-time", 0, "how long a task should take (default 5m)")
	flags.DurationVar(&r.slurm.Poll, "poll", 0, "the time between two looks at the queue (default 5s)")
	for i, arg := range args {
		if arg == "--" {
			args, r.slurm.Flags = args[:i], args[i+1:]
			break
		}
	}
	words, err := Flags(flags, args, out, sweepUsage, "go run ./notebooks sweep -h")
	if err != nil {
		return nil, err
	}
	if len(words) > 1 {
		return nil, fmt.Errorf("sweep takes one specification, but got %q and %q", words[0], words[1])
	}
	r.spec = strings.Join(words, "")
	switch {
	case r.spec == "":
		return nil, errors.New("sweep of what? `go run ./notebooks sweep SPEC.json`, see sweep -h")
	case r.engine != "local" && r.engine != "slurm" && r.engine != "none":
		return nil, fmt.Errorf("engine is %q, but must be local, slurm or none", r.engine)
	}
	return r, nil
}
