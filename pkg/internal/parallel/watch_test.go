package parallel

import (
	"context"
	"testing"
	"time"
)

// The countdown doubles after short rounds, up to 2²⁰, halves after long ones, down to 1, and stays
// between: a millisecond and ten. A machine that is busy makes rounds longer only, so that each is
// asked for no more than it must keep.
func TestWatchCounts(t *testing.T) {
	const always = -time.Hour // in the future: short, however busy
	for _, c := range []struct {
		spent        time.Duration
		chunk        int
		least, most  int
		eventually   int // what an undisturbed look gives
		within, left int
	}{
		{always, 1, 2, 2, 2, 1, 0}, {always, 1 << 19, 1 << 20, 1 << 20, 1 << 20, 1, 0}, {always, 1 << 20, 1 << 20, 1 << 20, 1 << 20, 1, 0},
		{15 * time.Millisecond, 8, 4, 4, 4, 1, 0}, {time.Hour, 1, 1, 1, 1, 1, 0}, {time.Hour, 3, 1, 1, 1, 1, 0},
		{1500 * time.Microsecond, 8, 4, 8, 8, 1000, 0}, {7 * time.Millisecond, 8, 4, 8, 8, 1000, 0},
	} {
		seen := false
		for range c.within {
			w := NewWatch(context.Background())
			w.chunk, w.last = c.chunk, time.Now().Add(-c.spent)
			if w.look() || w.chunk < c.least || w.chunk > c.most || w.left != w.chunk {
				t.Fatalf("after %v: from %d to %d, left %d", c.spent, c.chunk, w.chunk, w.left)
			}
			if seen = w.chunk == c.eventually; seen {
				break
			}
		}
		if !seen {
			t.Errorf("after %v: never from %d to %d", c.spent, c.chunk, c.eventually)
		}
	}
}

// A context that lives is not said to have ended; one that has is heard at the first round, then
// only when the countdown is at its end.
func TestWatchEnds(t *testing.T) {
	w := NewWatch(context.Background())
	for range 1000 {
		if w.Ended() {
			t.Fatal("ended, but nothing ended it")
		}
	}
	done, cancel := context.WithCancel(context.Background())
	cancel()
	w = NewWatch(done)
	if !w.Ended() {
		t.Error("not heard at the first round")
	}
	if w = NewWatch(done); w.left != 1 || w.chunk != 1 {
		t.Errorf("a new watch looks after %d, then %d rounds, want 1", w.left, w.chunk)
	}
	for w.left = 3; w.left > 1; {
		if w.Ended() {
			t.Errorf("heard with %d rounds to go", w.left)
		}
	}
	if !w.Ended() {
		t.Error("not heard at the end of the countdown")
	}
}
