package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sgdescape/sgdescape/notebooks/internal/proc"
	"github.com/sgdescape/sgdescape/notebooks/internal/testkit"
	"github.com/sgdescape/sgdescape/pkg/sweep"
)

// short is a sweep of 64 shards that take milliseconds, long one of 160 that take about a twentieth
// of a second each.
var (
	short = sweep.Spec{Experiment: "escape", Seed: 5, Replicas: 4, Axes: []sweep.Axis{
		{Name: "T", Values: []float64{0.2, 0.3}}, {Name: "n", Values: []float64{1, 2}}, {Name: "c", Values: []float64{1.2, 1.4, 1.6, 1.8}}, {Name: "runs", Values: []float64{20}}}}
	long = sweep.Spec{Experiment: "regression", Seed: 5, Replicas: 160, Axes: []sweep.Axis{
		{Name: "eta", Values: []float64{0.1}}, {Name: "d", Values: []float64{1}}, {Name: "c", Values: []float64{1.7}}, {Name: "runs", Values: []float64{600}}}}
)

var scratch string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "cluster-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	scratch = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

var version = sync.OnceValues(func() (string, error) { return sweep.Version(context.Background(), sweep.Worker) })

var worker = sync.OnceValues(func() (string, error) {
	v, err := version()
	path := filepath.Join(scratch, "worker")
	if err == nil {
		err = sweep.Build(context.Background(), sweep.Worker, v, path)
	}
	return path, err
})

// launcher builds the command of the README.
var launcher = sync.OnceValues(func() (string, error) {
	path := filepath.Join(scratch, "notebooks")
	out, err := exec.Command("go", "build", "-o", path, "github.com/sgdescape/sgdescape/notebooks").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("building the launcher: %w\n%s", err, out)
	}
	return path, nil
})

// open makes an empty store.
func open(t *testing.T, spec sweep.Spec) *sweep.Store {
	t.Helper()
	v, err := version()
	must(t, err)
	s, err := sweep.Open(t.TempDir(), spec, sweep.Library(), v)
	must(t, err)
	s.Say = func(message string) { t.Log(message) }
	return s
}

// csv is the table of a store in which nothing lacks.
func csv(t *testing.T, s *sweep.Store) string {
	t.Helper()
	table, err := s.Table()
	must(t, err)
	if missing := table.Missing(); len(missing) > 0 {
		t.Errorf("shards %v are missing", missing)
	}
	var b bytes.Buffer
	must(t, table.WriteCSV(&b))
	return b.String()
}

// want is what one worker on this machine computes, once for each sweep.
var want = map[string]string{}

func compare(t *testing.T, s *sweep.Store, spec sweep.Spec) {
	t.Helper()
	if want[spec.Experiment] == "" {
		one := open(t, spec)
		must(t, sweep.Local{Workers: 1}.Run(context.Background(), one, nil))
		want[spec.Experiment] = csv(t, one)
	}
	if got := csv(t, s); got != want[spec.Experiment] {
		t.Errorf("other bits than from one worker:\n%s\n%s", got, want[spec.Experiment])
	}
}

// tool builds a program of the test.
func tool(t *testing.T, build func() (string, error)) string {
	t.Helper()
	path, err := build()
	must(t, err)
	return path
}

func TestTwoWorkers(t *testing.T) {
	s := open(t, short)
	must(t, sweep.Local{Workers: 2}.Run(context.Background(), s, nil))
	compare(t, s, short)
}

// Grid Engine, PBS, Kubernetes and Slurm tell a task its number in a variable each.
func TestVariables(t *testing.T) {
	for name, first := range map[string]int{"SGE_TASK_ID": 1, "PBS_ARRAY_INDEX": 0, "JOB_COMPLETION_INDEX": 0, "SLURM_ARRAY_TASK_ID": 0} {
		s := open(t, short)
		for i := range 64 {
			cmd := exec.Command(tool(t, worker), "-store", s.Dir(), "-of", "64")
			cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d", name, i+first))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%s=%d: %v\n%s", name, i+first, err, out)
			}
			if name != "SGE_TASK_ID" && i > 1 {
				break // the others differ in where they count from
			}
		}
		if name == "SGE_TASK_ID" {
			compare(t, s, short)
		} else if done, _, _, err := s.Done(); done != 3 || err != nil {
			t.Errorf("%s: %d shards, %v, want 3", name, done, err)
		}
	}
}

// The line of the README for GNU parallel; one job is killed, and a second call goes on.
func TestParallel(t *testing.T) {
	if _, err := exec.LookPath("parallel"); err != nil {
		testkit.Missing(t, "GNU parallel")
	}
	s := open(t, short)
	for range 2 {
		cmd := exec.Command("sh", "-c", fmt.Sprintf("seq 64 | parallel --will-cite -j2 -N0 %s -store %s -of 64", tool(t, worker), s.Dir()))
		cmd.Env = append(os.Environ(), "HOME="+scratch)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("parallel: %v\n%s", err, out)
		}
	}
	compare(t, s, short)
}

// The launcher's command gives the same on Slurm, as an array and as one allocation; a bad
// partition is an error at once; a shard that cannot be computed is given up, with its log.
func TestSlurm(t *testing.T) {
	c := newCluster(t)
	text, err := json.Marshal(short)
	must(t, err)
	file := c.path("short.json")
	must(t, os.WriteFile(file, text, 0o644))
	for _, flags := range [][]string{{"--tasks", "6", "--task-time", "1s"}, {"--allocation", "4"}} {
		s := open(t, short)
		args := append([]string{"sweep", file, "--engine", "slurm", "--store", s.Dir(), "--poll", "200ms", "--mem", "10"}, append(flags, "--", "--nice")...)
		out, err := exec.Command(tool(t, launcher), args...).CombinedOutput()
		if err != nil || !strings.Contains(string(out), "64 of 64 rows") {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		compare(t, s, short)
	}
	engine := sweep.Slurm{Worker: tool(t, worker), Partition: "none", Poll: 200 * time.Millisecond, Attempts: 2}
	if err := engine.Run(context.Background(), open(t, short), nil); err == nil || !strings.Contains(err.Error(), "partition") {
		t.Errorf("a partition that is none: %v", err)
	}
	bad := short
	bad.Axes = append([]sweep.Axis{}, short.Axes...)
	bad.Axes[1].Values = []float64{1, 1.5} // no number of outliers
	engine.Partition = ""
	s := open(t, bad)
	err = engine.Run(context.Background(), s, nil)
	if err == nil || !strings.Contains(err.Error(), "given up 32 of 64 shards") || !strings.Contains(err.Error(), "2 attempts, the last FAILED") || !strings.Contains(err.Error(), "n = 1.5, want a whole number") {
		t.Errorf("shards that fail: %v", err)
	}
	if done, _, _, err := s.Done(); done != 32 || err != nil {
		t.Errorf("%d shards done, %v, want the 32 that can be", done, err)
	}
}

// kills is how many times each of driver, worker, slurmd and slurmctld is killed.
const kills = 5

// Whatever is killed while a sweep runs, at whatever moment: no shard is lost, none counts twice,
// and no bit changes.
func TestSlurmKilled(t *testing.T) {
	c := newCluster(t)
	text, err := json.Marshal(long)
	must(t, err)
	file := c.path("long.json")
	must(t, os.WriteFile(file, text, 0o644))
	s := open(t, long)
	group := proc.NewGroup()
	defer group.Stop()
	drive := func() (*exec.Cmd, *testkit.Buffer, chan error) {
		cmd := group.Command(context.Background(), os.Environ(), tool(t, launcher), "sweep", file, "--engine", "slurm", "--store", s.Dir(),
			"--poll", "200ms", "--task-time", "1s", "--tasks", "12", "--attempts", "20")
		log, ended := &testkit.Buffer{}, make(chan error, 1)
		cmd.Stdout, cmd.Stderr = log, log
		must(t, cmd.Start())
		go func() { ended <- cmd.Wait() }()
		return cmd, log, ended
	}
	cmd, log, ended := drive()
	rng, killed := rand.New(rand.NewPCG(1, 2)), map[string]int{}
	victims := strings.Split(strings.Repeat("driver worker slurmd slurmctld ", kills), " ")
	victims = victims[:4*kills]
	rng.Shuffle(len(victims), func(i, j int) { victims[i], victims[j] = victims[j], victims[i] })
	for _, victim := range victims {
		time.Sleep(time.Duration(rng.IntN(400)) * time.Millisecond)
		switch victim {
		case "driver":
			_ = cmd.Process.Kill()
			<-ended
			cmd, log, ended = drive()
		case "worker":
			tries := 0
			testkit.Await(t, 2*time.Minute, log, func() bool {
				if tries++; tries%60 == 0 { // for three seconds there was none
					c.register()
				}
				return kill(s.Dir(), rng) || complete(s)
			})
		case "slurmd":
			c.kill(c.daemons[1+rng.IntN(nodes)], time.Duration(rng.IntN(300))*time.Millisecond)
		case "slurmctld":
			c.kill(c.daemons[0], time.Duration(rng.IntN(300))*time.Millisecond)
		}
		if !complete(s) {
			killed[victim]++
		}
	}
	for tries := 0; ; tries++ {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatalf("the driver: %v\n%s", err, log)
			}
		case <-time.After(time.Duration(min(5, 1+2*tries)) * time.Second):
			if tries == 30 {
				t.Fatalf("the driver does not end:\n%s\n%s", log, c.tell())
			}
			c.register()
			continue
		}
		break
	}
	done, of, took, err := s.Done()
	t.Logf("killed before the end: %v; %d of %d shards, %v, %v\n%s", killed, done, of, took, err, log)
	compare(t, s, long)
}

func complete(s *sweep.Store) bool {
	done, of, _, err := s.Done()
	return err == nil && done == of
}

// kill kills one of the workers on a store, if there is one.
func kill(dir string, rng *rand.Rand) bool {
	var pids []int
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		line, _ := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline"))
		if strings.HasPrefix(string(line), filepath.Join(dir, "worker")) {
			pids = append(pids, pid)
		}
	}
	if len(pids) == 0 {
		return false
	}
	p, err := os.FindProcess(pids[rng.IntN(len(pids))])
	return err == nil && p.Kill() == nil
}
