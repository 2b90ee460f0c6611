// Package proc starts child processes that can be stopped together with everything that they
// started in turn.
//
// Process groups are not enough for that: Jupyter starts a kernel in a session of its own, and the
// kernel starts gopls in yet another process group. What all of them inherit is the environment, so
// a Group marks its children there.
package proc

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// tagVar is the environment variable that marks the processes of a Group. The tag of a group that
// was made inside another one begins with the tag of the outer group, so stopping the outer group
// stops the inner one as well.
const tagVar = "SGDESCAPE_GROUP"

// grace is how long a process may take to end by itself: a Jupyter client needs a fraction of a
// second to stop its kernel.
const grace = 3 * time.Second

var groups atomic.Int64

// Group is a set of child processes and their descendants.
type Group struct{ tag string }

// NewGroup returns an empty group.
func NewGroup() *Group {
	return &Group{tag: fmt.Sprintf("%s/%d-%d-%d", os.Getenv(tagVar), os.Getpid(), time.Now().UnixNano(), groups.Add(1))}
}

// Command is exec.CommandContext for a child of the group that runs with env. When ctx ends, the
// whole group is stopped.
func (g *Group) Command(ctx context.Context, env []string, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(without(env, tagVar), tagVar+"="+g.tag)
	cmd.SysProcAttr = apart()
	cmd.Cancel = func() error { g.Stop(); return nil }
	cmd.WaitDelay = time.Second
	return cmd
}

// Processes lists the living processes of the group.
func (g *Group) Processes() []int { return tagged(tagVar + "=" + g.tag) }

// Stop ends all processes of the group: politely at first, by force after a moment. It returns when
// none is left.
func (g *Group) Stop() {
	deadline := time.Now().Add(grace)
	g.signal(syscall.SIGTERM)
	for len(g.Processes()) > 0 {
		if time.Now().After(deadline) {
			g.signal(syscall.SIGKILL)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (g *Group) signal(s syscall.Signal) {
	for _, pid := range g.Processes() {
		_ = kill(pid, s) // it may have ended meanwhile
	}
}

func without(env []string, name string) []string {
	var kept []string
	for _, v := range env {
		if !strings.HasPrefix(v, name+"=") {
			kept = append(kept, v)
		}
	}
	return kept
}
