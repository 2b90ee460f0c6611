package launcher_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/sgdescape/sgdescape/notebooks/internal/proc"
	"github.com/sgdescape/sgdescape/notebooks/internal/setup"
	"github.com/sgdescape/sgdescape/notebooks/internal/testkit"
)

// scratch is a folder for what the tests of this package share.
var scratch string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "launcher-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	scratch = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// binary builds the launcher.
var binary = sync.OnceValues(func() (string, error) {
	path := filepath.Join(scratch, "launcher")
	out, err := exec.Command("go", "build", "-o", path, "github.com/sgdescape/sgdescape/notebooks").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("building the launcher: %w\n%s", err, out)
	}
	return path, nil
})

// command is a call of the launcher, not started yet.
func command(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Env = append(os.Environ(), env...)
	return cmd
}

// launch calls the launcher and returns its exit status and what it wrote.
func launch(t *testing.T, env []string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	cmd := command(t, env, args...)
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	var exit *exec.ExitError
	if failed := cmd.Run(); failed != nil && !errors.As(failed, &exit) {
		t.Fatal(failed)
	}
	return cmd.ProcessState.ExitCode(), out.String(), err.String()
}

// fixture is the path of a notebook of testdata.
func fixture(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", name+".ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// needJupyter makes sure that there is what notebooks run on, or can be made without installing
// anything on this machine.
func needJupyter(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("runs notebooks, which -short leaves out")
	}
	cache, err := setup.CacheDir()
	if err != nil {
		t.Fatal(err)
	}
	s := setup.Setup{Cache: cache, Group: proc.NewGroup()}
	if _, err := s.FindPython(context.Background()); err != nil {
		testkit.Missing(t, "Jupyter")
	}
	if assets, _ := filepath.Glob(filepath.Join(cache, "assets-*")); len(assets) > 0 {
		return
	}
	if _, err := exec.LookPath("npm"); err != nil {
		testkit.Missing(t, "npm")
	}
}

func TestUnknownNotebookNamesThoseThereAre(t *testing.T) {
	status, _, stderr := launch(t, nil, "report", "nosuch")
	if status != 1 {
		t.Errorf("exit status %d, want 1", status)
	}
	names, err := filepath.Glob("../../*.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(names, `no notebook "nosuch"`) {
		if want := strings.TrimSuffix(filepath.Base(name), ".ipynb"); !strings.Contains(stderr, want) {
			t.Errorf("the message %q does not name %s", stderr, want)
		}
	}
}

func TestNotANotebook(t *testing.T) {
	needJupyter(t)
	path := filepath.Join(t.TempDir(), "torn.ipynb")
	if err := os.WriteFile(path, []byte(`{"cells": [`), 0o644); err != nil {
		t.Fatal(err)
	}
	status, _, stderr := launch(t, nil, "report", "--out", t.TempDir(), path)
	if status != 1 || !strings.Contains(stderr, "torn.ipynb is not a notebook") {
		t.Errorf("exit status %d and %q", status, stderr)
	}
}

func TestBadCommandLines(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"--fidelity bad", `fidelity is "bad", but must be quick or paper`},
		{"report --timeout -3s", "timeout is -3s, but must be at least 1s"},
		{"--timeout soon", "invalid value"},
		{"--nosuch", "flag provided but not defined"},
		{"dance", `no command "dance"`},
		{"lab here", "lab takes no names"},
	} {
		status, _, stderr := launch(t, nil, strings.Fields(c.args)...)
		if status != 1 || !strings.Contains(stderr, c.want) {
			t.Errorf("%s: exit status %d and %q, want 1 and %q", c.args, status, stderr, c.want)
		}
	}
	if status, _, stderr := launch(t, []string{"SGDESCAPE_FIDELITY=rough"}, "report"); status != 1 || !strings.Contains(stderr, `"rough"`) {
		t.Errorf("bad SGDESCAPE_FIDELITY: exit status %d and %q", status, stderr)
	}
}

func TestOutsideTheCheckout(t *testing.T) {
	cmd := command(t, nil, "setup")
	cmd.Dir = t.TempDir()
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "no go.mod here or above") {
		t.Errorf("got %q, %v", out, err)
	}
}

func TestHelpExplainsEveryCommand(t *testing.T) {
	for _, args := range [][]string{{"help"}, {"-h"}, {"report", "--help"}} {
		status, stdout, stderr := launch(t, nil, args...)
		if status != 0 || stderr != "" {
			t.Errorf("%q: exit status %d, %q", args, status, stderr)
		}
		for _, want := range []string{"report", "lab", "setup", "test", "clean", "-fidelity", "-timeout", "-out"} {
			if !strings.Contains(stdout, want) {
				t.Errorf("%q does not mention %s", args, want)
			}
		}
	}
}

// A failing notebook is reported with all that is needed to mend it, and does not keep others from
// being written.
func TestFailuresAreReported(t *testing.T) {
	needJupyter(t)
	out := t.TempDir()
	stale := filepath.Join(out, "broken.html")
	if err := os.WriteFile(stale, []byte("of an earlier run"), 0o644); err != nil {
		t.Fatal(err)
	}
	names := []string{"broken", "uncompilable", "deadly", "endless", "tiny"}
	args := []string{"report", "--out", out}
	for _, name := range names {
		args = append(args, fixture(t, name))
	}
	status, stdout, stderr := launch(t, nil, append(args, "--timeout", "5s")...)
	if status != 1 {
		t.Errorf("exit status %d, want 1", status)
	}
	for _, want := range [][]string{
		{"notebook broken failed in code cell 3", `panic("the claim does not hold")`, "panic: the claim does not hold"},
		{"notebook uncompilable failed in code cell 2", "it does not compile", `cannot use "text"`, "Cell[2]: Line 2"},
		{"notebook deadly failed in code cell 2", "the kernel died", "syscall.SIGKILL"},
		{"notebook endless failed in code cell 2", "still running after 5 s", "time.Sleep(time.Hour)"},
	} {
		for _, w := range want {
			if !strings.Contains(stderr, w) {
				t.Errorf("the report on failures lacks %q:\n%s", w, stderr)
			}
		}
	}
	if strings.Contains(stderr, "never reached") || strings.Contains(stderr, "notebook tiny failed") {
		t.Errorf("the report on failures holds too much:\n%s", stderr)
	}
	if !strings.Contains(stdout, "FAILED in cell 3 of 4") {
		t.Errorf("no progress line says that a cell failed:\n%s", stdout)
	}
	left, err := os.ReadDir(out)
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 1 || left[0].Name() != "tiny.html" {
		t.Errorf("the reports are %v, want only tiny.html", left)
	}
}

// A run at quick fidelity leaves the notebook as it is; one at paper fidelity writes the outputs
// into it, the same bytes each time.
func TestOnlyPaperRunsKeepOutputs(t *testing.T) {
	needJupyter(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "tiny.ipynb")
	before, err := os.ReadFile(fixture(t, "tiny"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, before, 0o644); err != nil {
		t.Fatal(err)
	}
	runAt := func(fidelity string) []byte {
		t.Helper()
		status, _, stderr := launch(t, nil, "--fidelity", fidelity, "--out", filepath.Join(dir, "out"), "report", path)
		if status != 0 {
			t.Fatalf("exit status %d: %s", status, stderr)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	if !bytes.Equal(runAt("quick"), before) {
		t.Error("a quick run changed the notebook")
	}
	first := runAt("paper")
	if !bytes.Contains(first, []byte(`"ran\n"`)) {
		t.Errorf("a paper run did not keep what the cell printed:\n%s", first)
	}
	for _, private := range []string{dir, "/tmp", "iopub", "shell.execute_reply"} {
		if bytes.Contains(first, []byte(private)) {
			t.Errorf("the outputs tell about this machine or run: %q", private)
		}
	}
	if !bytes.Equal(runAt("paper"), first) {
		t.Error("a second paper run gave other bytes")
	}
}
