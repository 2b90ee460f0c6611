//go:build unix

// Package peer builds the programs in C that the benchmarks compare with, from testdata here.
package peer

import (
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Seconds returns the processor time that f takes: on a busy machine it says more than a clock on
// the wall. What f spends in several goroutines adds up.
func Seconds(f func()) float64 {
	var before, after syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &before)
	f()
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &after)
	return float64(after.Utime.Nano()+after.Stime.Nano()-before.Utime.Nano()-before.Stime.Nano()) / 1e9
}

// Speedup reports how much faster run is with two workers than with one. It runs both in turn, in
// slices that should be short, and compares the first quartiles of their times, so that what else
// runs on the machine counts as little as it can. Where others keep all processors busy, processor
// time still tells what two workers cost each other.
func Speedup(b *testing.B, run func(workers int)) {
	var seconds, processor [3][]float64
	for b.Loop() {
		for range 20 {
			for workers := 1; workers <= 2; workers++ {
				start := time.Now()
				processor[workers] = append(processor[workers], Seconds(func() { run(workers) }))
				seconds[workers] = append(seconds[workers], time.Since(start).Seconds())
			}
		}
	}
	quartile := func(x []float64) float64 { slices.Sort(x); return x[len(x)/4] }
	b.ReportMetric(quartile(seconds[1])/quartile(seconds[2]), "speedup-of-2-workers")
	b.ReportMetric(2*quartile(processor[1])/quartile(processor[2]), "speedup-by-processor-time")
	b.ReportMetric(0, "ns/op")
}

// A Program times one job in C.
type Program string

// Build compiles testdata/NAME.c for the processor at hand, as fast as gcc can, and skips the
// benchmark where there is no gcc. It rounds as written, but for fused products.
func Build(tb testing.TB, name string) Program {
	tb.Helper()
	if _, err := exec.LookPath("gcc"); err != nil {
		tb.Skip("no gcc to build the peer in C with")
	}
	_, here, _, _ := runtime.Caller(0)
	program := filepath.Join(tb.TempDir(), name)
	build := exec.Command("gcc", "-O3", "-march=native", "-mprefer-vector-width=512", "-fno-math-errno", "-fno-trapping-math",
		"-ffp-contract=fast", "-o", program, filepath.Join(filepath.Dir(here), "testdata", name+".c"), "-lm")
	if out, err := build.CombinedOutput(); err != nil {
		tb.Fatalf("%v: %s", err, out)
	}
	return Program(program)
}

// Nanoseconds runs the program, which prints nanoseconds a step.
func (p Program) Nanoseconds(tb testing.TB, args ...string) float64 {
	tb.Helper()
	out, err := exec.Command(string(p), args...).Output()
	if err != nil {
		tb.Fatal(err)
	}
	ns, err := strconv.ParseFloat(strings.Fields(string(out) + " ?")[0], 64)
	if err != nil {
		tb.Fatal(err)
	}
	return ns
}
