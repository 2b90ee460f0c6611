package sweep

import (
	"context"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
)

// Bad input is an error before any work, or the answer that is documented.
func TestHostile(t *testing.T) {
	dir, spec, ctx := t.TempDir(), grid("product", 2, 2, 1), context.Background()
	store := open(t, dir, spec)
	file := filepath.Join(t.TempDir(), "file")
	must(0, os.WriteFile(file, []byte("text"), 0o600))
	none := func(string) string { return "" }
	var noContext context.Context
	done, cancel := context.WithCancel(ctx)
	cancel()
	h := hostile.Table{}
	for _, s := range []Spec{{}, {Experiment: "a b"}, {Experiment: "x", Replicas: -1}, {Experiment: "x", Replicas: math.MaxInt},
		{Experiment: "x", Axes: []Axis{{}}}, {Experiment: "x", Axes: []Axis{{"a", nil}}}, {Experiment: "x", Axes: []Axis{{"a", []float64{math.NaN()}}}}} {
		h.Add("Spec.Check", s.Check)
		h.Add("Spec.Len", func() error { return hostile.Said(s.Len() == 0) })
		h.Add("Spec.Point", func() error { return hostile.Err(s.Point(0)) })
		h.Add("Open", func() error { return hostile.Err(Open(dir, s, toys(), "v")) })
	}
	h.Add("Spec.Point", func() error { return hostile.Err(spec.Point(-1)) }, func() error { return hostile.Err(spec.Point(4)) })
	h.Add("Open", func() error { return hostile.Err(Open("", spec, toys(), "v")) }, func() error { return hostile.Err(Open(dir, spec, toys(), "")) },
		func() error { return hostile.Err(Open(dir, spec, nil, "v")) }, func() error { return hostile.Err(Open(file, spec, toys(), "v")) },
		func() error { return hostile.Err(Open("/proc/none", spec, toys(), "v")) }, func() error { return hostile.Err(Open("a\x00", spec, toys(), "v")) })
	h.Add("Attach", func() error { return hostile.Err(Attach("", toys(), "v")) }, func() error { return hostile.Err(Attach(dir, nil, "v")) },
		func() error { return hostile.Err(Attach(dir, toys(), "")) }, func() error { return hostile.Err(Attach(file, toys(), "v")) })
	h.Add("Read", func() error { return hostile.Err(Read(nil)) }, func() error { return hostile.Err(Read(io.LimitReader(os.Stdin, 0))) })
	h.Add("Point.Int", func() error { return hostile.Err(Point{}.Int("n")) })
	for _, v := range []float64{0.5, math.NaN(), math.Inf(1), 1e300, -1 << 31} {
		h.Add("Point.Int", func() error { return hostile.Err(Point{Values: map[string]float64{"n": v}}.Int("n")) })
	}
	h.Add("Point.String", func() error { return hostile.Said(Point{}.String() == "replica=0") })
	h.Add("Progress.String", func() error {
		return hostile.Said(Progress{Left: math.MinInt64, Rate: math.NaN()}.String() == "0 of 0 shards, done")
	})
	h.Add("Library", func() error { return hostile.Said(len(Library()) == 3) }) // takes nothing
	h.Add("Span", func() error { return hostile.Said(Span(nil, math.MaxInt) == 0) }, func() error { return hostile.Said(Span(make([]time.Duration, 3), math.MinInt) == 0) },
		func() error { return hostile.Said(Span([]time.Duration{-1}, math.MaxInt) == 0) })
	h.Add("Status", func() error { return hostile.Said(Status(errors.New("x")) == 1) })
	h.Add("Store.Done", func() error { _, _, _, err := (*Store)(nil).Done(); return err })
	h.Add("Store.Table", func() error { return hostile.Err((*Store)(nil).Table()) })
	h.Add("Store.Dir", func() error { return hostile.Said((*Store)(nil).Dir() == "") })
	h.Add("Store.Key", func() error { return hostile.Said((*Store)(nil).Key() == "") })
	h.Add("Local.Run", func() error { return Local{}.Run(ctx, nil, nil) }, func() error { return Local{}.Run(noContext, store, nil) },
		func() error { return Local{Workers: -1}.Run(ctx, store, nil) }, func() error { return Local{}.Run(done, store, nil) }, func() error { return Local{}.Run(ctx, &Store{}, nil) })
	for _, e := range []Slurm{{}, {Worker: dir}, {Worker: "/nonexistent"}, {Worker: file, MaxTasks: -1}, {Worker: file, Attempts: -1}, {Worker: file, Allocation: -1},
		{Worker: file, Poll: -1}, {Worker: file, Patience: -1}, {Worker: file, TaskTime: -1}, {Worker: file, ShardTime: -1}} {
		h.Add("Slurm.Run", func() error { return e.Run(ctx, store, nil) })
	}
	h.Add("Slurm.Run", func() error { return Slurm{Worker: file}.Run(ctx, nil, nil) }, func() error { return Slurm{Worker: file}.Run(ctx, &Store{}, nil) })
	h.Add("TaskNumber", func() error { return hostile.Err(TaskNumber(nil, 2)) }, func() error { return hostile.Err(TaskNumber(none, 2)) },
		func() error { return hostile.Err(TaskNumber(func(string) string { return "0" }, 0)) })
	for _, args := range [][]string{nil, {"-store"}, {"-store", dir}, {"-store", dir, "-of", "0"}, {"-store", dir, "-of", "2"}, {"-store", dir, "-of", "2", "-shard", "2"},
		{"-store", dir, "-of", "2", "-shard", "-1"}, {"-store", dir, "-of", "2", "-shard", "1", "-workers", "0"}, {"-store", dir, "-of", "99999999999", "-shard", "1"}, {"-of", "2", "-shard", "1"},
		{"-store", dir, "-of", "2", "-shard", "1", "-plan", file}, {"-store", dir, "-of", "2", "-shard", "1", "-plan", "/nonexistent"}, {"-store", file, "-of", "2", "-shard", "1"},
		{"-store", dir, "-of", "2", "-shard", "1", "more"}, {"-h"}, {"-shard", "x"}} {
		h.Add("Work", func() error { return Work(ctx, args, none, toys(), "v") })
	}
	h.Add("Work", func() error { return Work(ctx, []string{"-store", dir, "-of", "1", "-shard", "0"}, none, nil, "v") }, func() error { return Work(noContext, nil, nil, nil, "") },
		func() error { return Work(ctx, []string{"-store", dir, "-of", "1"}, nil, toys(), "v") })
	h.Add("Version", func() error { return hostile.Err(Version(ctx, "no/such/package")) }, func() error { return hostile.Err(Version(ctx, "-x")) },
		func() error { return hostile.Err(Version(ctx, "")) }, func() error { return hostile.Err(Version(noContext, Worker)) }, func() error { return hostile.Err(Version(done, Worker)) })
	h.Add("Build", func() error { return Build(ctx, "no/such/package", "v", filepath.Join(dir, "w")) }, func() error { return Build(noContext, Worker, "v", "w") },
		func() error { return Build(done, Worker, "v", filepath.Join(dir, "w")) })
	var nobody *Table
	h.Add("Table.Header", func() error { return hostile.Said(nobody.Header() == nil) })
	h.Add("Table.Len", func() error { return hostile.Said(nobody.Len() == 0) })
	h.Add("Table.Missing", func() error { return hostile.Said(nobody.Missing() == nil) })
	h.Add("Table.Took", func() error { return hostile.Said(nobody.Took() == nil) })
	h.Add("Table.Column", func() error { return hostile.Err(nobody.Column("a")) }, func() error { return hostile.Err((&Table{}).Column("a")) })
	h.Add("Table.Cells", func() error { return hostile.Err(nobody.Cells("a")) }, func() error { return hostile.Err((&Table{}).Cells("a")) })
	h.Add("Table.WriteCSV", func() error { return nobody.WriteCSV(io.Discard) }, func() error { return (&Table{}).WriteCSV(nil) },
		func() error { return must(store.Table()).WriteCSV(must(os.Open(file))) })
	h.Run(t)
}
