package sweep

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestMain is, when the environment says so, a driver or a worker for another test to kill.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "-store" { // as the worker of a cluster
		exit(Work(context.Background(), os.Args[1:], os.Getenv, mortals(), "v"))
	}
	switch dir := os.Getenv("SWEEP_TEST_STORE"); os.Getenv("SWEEP_TEST_AS") {
	case "driver":
		s, err := Attach(dir, toys(), "v")
		if err == nil {
			err = Local{Workers: 2}.Run(context.Background(), s, nil)
		}
		exit(err)
	case "worker":
		exit(Work(context.Background(), []string{"-store", dir, "-of", "2"}, os.Getenv, toys(), "v"))
	}
	os.Exit(m.Run())
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(Status(err))
}

// again starts this program as something else, on a store.
func again(t *testing.T, as, dir string, env ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), append(env, "SWEEP_TEST_AS="+as, "SWEEP_TEST_STORE="+dir)...)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

// Killed without a word forty times at random moments, drivers and workers in turn, a sweep loses
// no shard, counts none twice, and has the bits of one that was left alone.
func TestKilled(t *testing.T) {
	spec := grid("slow", 40, 10, 1)
	dir := t.TempDir()
	s := open(t, dir, spec)
	rng := rand.New(rand.NewPCG(1, 1))
	midway := 0
	for i := range 40 {
		as := []string{"driver", "worker"}[i%2]
		cmd := again(t, as, dir, "SGE_TASK_ID="+strconv.Itoa(1+i/2%2))
		time.Sleep(time.Duration(rng.IntN(80)) * time.Millisecond)
		_ = cmd.Process.Kill()
		if cmd.Wait() != nil {
			midway++
		}
	}
	done, of, _, err := s.Done()
	t.Logf("%d of 40 were killed at work; %d of %d shards by then, %v", midway, done, of, err)
	if err := again(t, "driver", dir).Wait(); err != nil {
		t.Fatal(err)
	}
	one := open(t, t.TempDir(), spec)
	if err := (Local{Workers: 16}).Run(context.Background(), one, nil); err != nil {
		t.Fatal(err)
	}
	got, missing := csvOf(t, s)
	if want, _ := csvOf(t, one); got != want || missing > 0 {
		t.Errorf("%d missing:\n%s\nwant\n%s", missing, got, want)
	}
}

// mount mounts a file system in memory, where root may.
func mount(t *testing.T, options string) (dir string) {
	t.Helper()
	lacking := t.Skipf
	if os.Getenv("CI") == "true" {
		lacking = t.Fatalf
	}
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		lacking("only root on Linux mounts a small file system")
	}
	dir = t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", options, "tmpfs", dir).CombinedOutput(); err != nil {
		lacking("no small file system can be mounted here: %s", out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", dir).Run() })
	return dir
}

// A full disk is an error that says so, for drivers and workers; with room again, the same call
// goes on with what is stored.
func TestDiskFull(t *testing.T) {
	dir := mount(t, "size=64k")
	spec := grid("product", 100, 10, 2) // 56 KB of records, and what else there is
	s := open(t, dir, spec)
	ballast := dir + "/ballast"
	must(0, os.WriteFile(ballast, make([]byte, 20<<10), 0o600))
	for range 3 {
		for _, err := range []error{
			Local{Workers: 2}.Run(context.Background(), s, nil),
			Work(context.Background(), []string{"-store", dir, "-shard", "1", "-of", "2"}, nil, toys(), "v"),
		} {
			if err == nil || !strings.Contains(err.Error(), "no space left on device") || !strings.Contains(err.Error(), "what is stored stays") {
				t.Fatalf("a full disk: %v", err)
			}
		}
	}
	before, _, _, err := s.Done()
	if err != nil || before < 100 {
		t.Fatalf("%d shards done, %v", before, err)
	}
	must(0, os.Remove(ballast))
	if out, err := exec.Command("mount", "-o", "remount,size=4m", dir).CombinedOutput(); err != nil {
		t.Fatalf("%s", out)
	}
	run(t, s)
	one := open(t, t.TempDir(), spec)
	run(t, one)
	got, missing := csvOf(t, s)
	if want, _ := csvOf(t, one); got != want || missing > 0 {
		t.Errorf("%d missing", missing)
	}
}

// A store that cannot be written can be read; to compute into it is an error that says so.
func TestReadOnly(t *testing.T) {
	dir := mount(t, "size=4m")
	spec := grid("product", 3, 3, 1)
	s := open(t, dir, spec)
	if err := Work(context.Background(), []string{"-store", dir, "-shard", "0", "-of", "2"}, nil, toys(), "v"); err != nil {
		t.Fatal(err)
	}
	remount := func(how string) {
		if out, err := exec.Command("mount", "-o", "remount,"+how, dir).CombinedOutput(); err != nil {
			t.Fatalf("%s", out)
		}
	}
	remount("ro")
	if _, missing := csvOf(t, open(t, dir, spec)); missing != 4 {
		t.Errorf("%d missing, want 4", missing)
	}
	err := Local{}.Run(context.Background(), s, nil)
	if err == nil || !strings.Contains(err.Error(), "read-only file system") {
		t.Errorf("a driver on a read-only store: %v", err)
	}
	if _, err := Open(dir+"/new", spec, toys(), "v"); err == nil || !strings.Contains(err.Error(), "read-only file system") {
		t.Errorf("a new store: %v", err)
	}
	remount("rw")
	run(t, s)
	remount("ro")
	run(t, s) // nothing to do
	if _, missing := csvOf(t, s); missing != 0 {
		t.Errorf("%d missing", missing)
	}
}
