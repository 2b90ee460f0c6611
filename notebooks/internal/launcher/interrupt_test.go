//go:build linux

package launcher_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sgdescape/sgdescape/notebooks/internal/testkit"
)

// Whichever way a launcher ends, no process and no file of its run is left.
func TestInterruptLeavesNothingBehind(t *testing.T) {
	needJupyter(t)
	for _, c := range []struct {
		name   string
		signal func(launcher int) error
		status int
	}{
		{"to the launcher", func(pid int) error { return syscall.Kill(pid, syscall.SIGINT) }, 130},
		{"terminal's whole group", func(pid int) error { return syscall.Kill(-pid, syscall.SIGINT) }, 130},
		{"terminate", func(pid int) error { return syscall.Kill(pid, syscall.SIGTERM) }, 130},
		{"kill", func(pid int) error { return syscall.Kill(pid, syscall.SIGKILL) }, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			temp, out := t.TempDir(), t.TempDir()
			cmd := command(t, []string{"TMPDIR=" + temp}, "report", "--out", out, fixture(t, "endless"))
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			mark := "TMPDIR=" + temp
			testkit.Await(t, time.Minute, "the endless cell runs", func() bool {
				cells, _ := filepath.Glob(filepath.Join(temp, "sgdescape-run-*", "gonb_*", "gonb_*"))
				return running(cells)
			})
			if err := c.signal(cmd.Process.Pid); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			if got := cmd.ProcessState.ExitCode(); got != c.status {
				t.Errorf("exit status %d, want %d: %s", got, c.status, stderr.String())
			}
			testkit.Await(t, time.Minute, "all processes end", func() bool { return len(withEnv(mark)) == 0 })
			if files := list(t, temp); len(files) > 0 {
				t.Errorf("temporary files left: %v", files)
			}
			if files := list(t, out); len(files) > 0 {
				t.Errorf("files left among the reports: %v", files)
			}
		})
	}
}

// running reports whether a process runs one of the programs.
func running(programs []string) bool {
	links, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, link := range links {
		exe, _ := os.Readlink(link)
		for _, p := range programs {
			if exe == p {
				return true
			}
		}
	}
	return false
}

// withEnv lists the processes whose environment holds a variable that begins like this.
func withEnv(mark string) []string {
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	var found []string
	for _, file := range files {
		if env, err := os.ReadFile(file); err == nil && strings.Contains("\x00"+string(env), "\x00"+mark) {
			found = append(found, file)
		}
	}
	return found
}

func list(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
