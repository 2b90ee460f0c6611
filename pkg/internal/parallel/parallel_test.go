package parallel

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// Every task runs once, whatever the number of workers, and calls of one worker never overlap.
func TestFor(t *testing.T) {
	const n = 1000
	for _, workers := range []int{1, 2, 7, 2000} {
		ran := make([]atomic.Int32, n)
		var made atomic.Int32
		For(context.Background(), n, workers, func() func(int) {
			made.Add(1)
			busy := false // unguarded: the race detector sees an overlap
			return func(i int) {
				if busy {
					t.Error("calls of one worker overlap")
				}
				busy = true
				ran[i].Add(1)
				busy = false
			}
		})
		for i := range ran {
			if got := ran[i].Load(); got != 1 {
				t.Errorf("%d workers: task %d ran %d times", workers, i, got)
			}
		}
		if got := int(made.Load()); got != min(workers, n) {
			t.Errorf("%d workers: %d were made", workers, got)
		}
	}
}

func TestForStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var ran atomic.Int32
	For(ctx, 1_000_000, 2, func() func(int) {
		return func(i int) {
			if ran.Add(1) == 10 {
				cancel()
			}
		}
	})
	if got := ran.Load(); got > 11 {
		t.Errorf("%d tasks ran, want no more than one a worker after the tenth", got)
	}
	For(context.Background(), 0, 3, func() func(int) { t.Error("a worker without work"); return nil })
}

func TestWorkers(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(5))
	for setting, want := range map[int]int{0: 5, 1: 1, 3: 3, 5: 5, 2000: 2000} {
		if got := Workers(setting); got != want {
			t.Errorf("Workers(%d) = %d, want %d", setting, got, want)
		}
	}
	if GiB != 1024*1024*1024 {
		t.Errorf("a GiB of %v bytes", GiB)
	}
}

// A loop hears the end of its context soon, whether a round takes nanoseconds or milliseconds. The
// bounds are loose: a loaded machine must pass.
func TestWatch(t *testing.T) {
	for name, round := range map[string]func(){"short": func() {}, "long": func() { time.Sleep(5 * time.Millisecond) }} {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		w, rounds := NewWatch(ctx), 0
		for ; !w.Ended(); rounds++ {
			round()
			if rounds == 50 {
				cancel()
			}
		}
		if most := map[string]int{"short": 1 << 22, "long": 80}[name]; rounds > most {
			t.Errorf("%s: went on for %d rounds after the end, want at most %d", name, rounds-50, most)
		}
	}
}
