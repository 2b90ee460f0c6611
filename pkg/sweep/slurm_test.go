package sweep

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// A cluster in four scripts: it runs the tasks of an array at once, one after the other, calls what
// was killed out of memory, and does not answer while there is a file down.
var scripts = map[string]string{
	"sbatch": `for a in "$@"; do case $a in --array=0-*) last=${a#--array=0-};; --output=*) out=${a#--output=};; esac; done
cat > "$FAKE/script"
if [ -e "$FAKE/down" ]; then rm "$FAKE/down"; echo 'sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)' >&2; exit 1; fi
job=$(( $(cat "$FAKE/job" 2> /dev/null || echo 0) + 1 )); echo $job > "$FAKE/job"
echo "$@" >> "$FAKE/calls"
i=0
while [ $i -le $last ]; do
  SLURM_ARRAY_TASK_ID=$i sh "$FAKE/script" >> "$(echo "$out" | sed "s/%A/$job/; s/%a/$i/")" 2>&1
  case $? in 0) state=COMPLETED;; 137) state=OUT_OF_MEMORY;; *) state=FAILED;; esac
  echo "$job|$i|$state|None" >> "$FAKE/queue"
  i=$((i + 1))
done
echo $job`,
	"squeue":   `cat "$FAKE/queue" 2> /dev/null || true`,
	"scontrol": `echo 'MaxArraySize            = 5'`,
	"scancel":  `echo "$@" >> "$FAKE/cancelled"; sed -i.old 's/RUNNING/CANCELLED/' "$FAKE/queue"`,
}

// mortals are experiments that kill their process where a is 13, the first time only where it is
// 12.
func mortals() Experiments {
	x := toys()["product"]
	x.Run = func(ctx context.Context, p Point) ([]float64, error) {
		mark := filepath.Join(os.Getenv("FAKE"), "mark")
		_, err := os.Stat(mark)
		if a := p.Values["a"]; a == 13 || a == 12 && errors.Is(err, os.ErrNotExist) {
			_ = os.WriteFile(mark, nil, 0o600)
			self, _ := os.FindProcess(os.Getpid())
			_ = self.Kill()
			select {}
		}
		return toys()["fussy"].Run(ctx, p)
	}
	return Experiments{"mortal": x}
}

// fake puts the cluster on the path.
func fake(t *testing.T) (dir string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the cluster is made of scripts for sh")
	}
	dir = t.TempDir()
	for name, text := range scripts {
		must(0, os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+text+"\n"), 0o700))
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("FAKE", dir)
	return dir
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Tasks are packed by what shards take, in arrays no larger than the cluster allows; a task that
// dies once is tried again, a shard at which tasks die is given up after as many attempts as asked
// for, and all others are done. What errs by itself is told from what was killed.
func TestSlurm(t *testing.T) {
	dir := fake(t)
	spec := grid("mortal", 15, 2, 1)
	s := must(Open(t.TempDir(), spec, mortals(), "v"))
	said := ""
	s.Say = func(message string) { said += message + "\n" }
	must(0, os.WriteFile(filepath.Join(dir, "down"), nil, 0o600))
	engine := Slurm{Worker: os.Args[0], Partition: "day", Account: "me", Time: "1:00", Memory: "1G", Flags: []string{"--nice"},
		Attempts: 2, Poll: 10 * time.Millisecond}
	last := Progress{}
	err := engine.Run(context.Background(), s, func(p Progress) { last = p })
	for _, text := range []string{"given up 6 of 30 shards", "shard 24, a=13 b=1 replica=0: 2 attempts, the last OUT_OF_MEMORY", "a=14 b=2 replica=0: 2 attempts, the last FAILED", "panic: worse"} {
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("error %v\nwant one with %q", err, text)
		}
	}
	if done, _, _, err := s.Done(); done != 24 || last.Done != 24 || err != nil {
		t.Errorf("%d done, %v, %v", done, last, err)
	}
	if !strings.Contains(said, "Slurm does not answer") {
		t.Errorf("said %q", said)
	}
	calls := strings.Split(strings.TrimSpace(read(t, filepath.Join(dir, "calls"))), "\n")
	for _, flag := range []string{"--array=0-4 ", "--partition=day", "--account=me", "--time=1:00", "--mem=1G", "--nice", "--job-name=sweep-" + s.Key()[:16]} {
		if !strings.Contains(calls[0], flag) {
			t.Errorf("called with %q, want %q", calls[0], flag)
		}
	}
	if left := must(os.ReadDir(filepath.Join(s.Dir(), slurmDir))); len(left) > 0 {
		t.Errorf("plans and logs are left: %v", left)
	}
}

// When its context ends the jobs are cancelled; jobs of a killed driver are waited for.
func TestSlurmInterrupted(t *testing.T) {
	dir := fake(t)
	s := must(Open(t.TempDir(), grid("mortal", 2, 2, 1), mortals(), "v"))
	queue := filepath.Join(dir, "queue")
	must(0, os.WriteFile(queue, []byte("7|0|RUNNING|None\n"), 0o600))
	engine := Slurm{Worker: os.Args[0], Poll: 10 * time.Millisecond}
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if err := engine.Run(ctx, s, nil); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "0 of 4 shards") {
		t.Errorf("a driver whose time is up: %v", err)
	}
	if got := read(t, filepath.Join(dir, "cancelled")); !strings.Contains(got, "--name=sweep-"+s.Key()[:16]) {
		t.Errorf("cancelled %q", got)
	}
	if _, err := os.Stat(filepath.Join(dir, "calls")); err == nil {
		t.Error("submitted while jobs of another driver were running")
	}
	must(0, os.Remove(queue))
	must(0, engine.Run(context.Background(), s, nil))
	if _, missing := csvOf(t, s); missing > 0 {
		t.Errorf("%d missing", missing)
	}
	must(0, os.WriteFile(filepath.Join(dir, "squeue"), []byte("#!/bin/sh\nexit 1\n"), 0o700))
	must(0, engine.Run(context.Background(), s, nil)) // nothing is missing: nobody is asked
}

// An array that brings nothing, again and again, is an error that says what became of its tasks,
// and so is a cluster that stays away.
func TestSlurmBarren(t *testing.T) {
	dir := fake(t)
	s := must(Open(t.TempDir(), grid("mortal", 2, 2, 1), mortals(), "v"))
	engine := Slurm{Worker: os.Args[0], Poll: time.Millisecond, Patience: 20 * time.Millisecond}
	must(0, os.WriteFile(filepath.Join(dir, "sbatch"), []byte("#!/bin/sh\ncat > /dev/null; echo 1\n"), 0o700))
	if err := engine.Run(context.Background(), s, nil); err == nil || !strings.Contains(err.Error(), "3 job arrays in a row brought nothing, the last one 1 unknown to the queue") {
		t.Errorf("an array that vanishes: %v", err)
	}
	must(0, os.WriteFile(filepath.Join(dir, "squeue"), []byte("#!/bin/sh\necho 'slurm_load_jobs error: Unable to contact slurm controller' >&2; exit 1\n"), 0o700))
	if err := engine.Run(context.Background(), s, nil); err == nil || !strings.Contains(err.Error(), "no answer for 20ms") {
		t.Errorf("a cluster that stays away: %v", err)
	}
}

func TestPack(t *testing.T) {
	s := open(t, t.TempDir(), grid("product", 100, 10, 1))
	d := &driver{Slurm: Slurm{TaskTime: time.Minute, ShardTime: 6 * time.Second}, state: s.newState(), blame: map[int]*blame{999: {}}}
	if tasks := d.pack(d.todo()[:100], 400); len(tasks) != 10 || len(tasks[0]) != 10 {
		t.Errorf("%d tasks of %d shards, want 10 of 10", len(tasks), len(tasks[0]))
	}
	d.state.count, d.state.took = 10, 10*time.Second // they take a second
	if tasks := d.pack(s.newState().missing()[:600], 400); len(tasks) != 10 || len(tasks[9]) != 60 {
		t.Errorf("%d tasks, want 10 of 60", len(tasks))
	}
	tasks := d.pack(append(s.newState().missing()[:998], 999), 5)
	count := 0
	for _, shards := range tasks {
		count += len(shards)
	}
	if len(tasks) != 5 || count != 999 {
		t.Errorf("%d tasks of %d shards, want 5 of 999", len(tasks), count)
	}
	if tasks := d.pack([]int{1, 2, 999}, 5); len(tasks) != 2 || len(tasks[1]) != 1 || tasks[1][0] != 999 {
		t.Errorf("tasks %v, want the one that failed alone", tasks)
	}
}

func TestTaskNumber(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want int // −1 for an error
	}{
		{map[string]string{"SLURM_ARRAY_TASK_ID": "0"}, 0}, {map[string]string{"SLURM_ARRAY_TASK_ID": "63"}, 63}, {map[string]string{"SLURM_ARRAY_TASK_ID": "64"}, -1},
		{map[string]string{"SGE_TASK_ID": "1"}, 0}, {map[string]string{"SGE_TASK_ID": "64"}, 63}, {map[string]string{"SGE_TASK_ID": "0"}, -1}, {map[string]string{"SGE_TASK_ID": "undefined"}, -1},
		{map[string]string{"PBS_ARRAY_INDEX": "5"}, 5}, {map[string]string{"JOB_COMPLETION_INDEX": "5"}, 5}, {map[string]string{"PARALLEL_SEQ": "5"}, 4},
		{map[string]string{"PARALLEL_SEQ": "5", "SLURM_ARRAY_TASK_ID": "5"}, -1}, {map[string]string{"PARALLEL_SEQ": "-5"}, -1}, {map[string]string{"PBS_ARRAY_INDEX": "x"}, -1}, {nil, -1},
	} {
		got, err := TaskNumber(func(name string) string { return c.env[name] }, 64)
		if c.want < 0 != (err != nil) || err == nil && got != c.want {
			t.Errorf("%v: %d, %v, want %d", c.env, got, err, c.want)
		}
	}
}
