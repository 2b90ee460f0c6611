package proc

import (
	"context"
	"os"
	"testing"
	"time"
)

// A group ends with all that its children started, in whatever process group and session, however
// unwilling.
func TestStopEndsDescendants(t *testing.T) {
	outer := NewGroup()
	t.Setenv(tagVar, outer.tag)
	g := NewGroup()
	cmd := g.Command(context.Background(), os.Environ(), "sh", "-c", `setsid sleep 100 & (trap "" TERM; sleep 100; sleep 100) & wait`)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for start := time.Now(); len(g.Processes()) < 4; time.Sleep(10 * time.Millisecond) {
		if time.Since(start) > time.Minute {
			t.Fatalf("only %d processes run", len(g.Processes()))
		}
	}
	if inner, all := len(g.Processes()), len(outer.Processes()); all < inner {
		t.Errorf("the outer group knows %d processes of %d", all, inner)
	}
	g.Stop()
	_ = cmd.Wait() // which the processes' 100 s do not keep
	if left := g.Processes(); len(left) > 0 {
		t.Errorf("still running: %v", left)
	}
}
