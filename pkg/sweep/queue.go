package sweep

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// round is one submission.
type round struct {
	job    string
	dir    string // of logs
	plan   string // its file
	tasks  [][]int
	single bool              // one job, not an array
	states map[string]string // the last known, by task
}

// task is what squeue calls a task.
func (r *round) task(i int) string {
	if r.single {
		return r.job
	}
	return fmt.Sprintf("%s_%d", r.job, i)
}

// log is the file of a task's output.
func (r *round) log(i int) string { return filepath.Join(r.dir, fmt.Sprintf("%s_%d.log", r.job, i)) }

// summary counts the states of the tasks.
func (r *round) summary() string {
	count := map[string]int{}
	for i := range r.tasks {
		count[r.states[r.task(i)]]++
	}
	var words []string
	for state, n := range count {
		if state == "" {
			state = "unknown to the queue"
		}
		words = append(words, fmt.Sprintf("%d %s", n, state))
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}

// running are the states in which a job is or will be at work: in all others it has ended.
var running = []string{"PENDING", "RUNNING", "SUSPENDED", "COMPLETING", "CONFIGURING", "REQUEUED", "REQUEUE_HOLD",
	"REQUEUE_FED", "RESIZING", "SIGNALING", "STAGE_OUT", "STOPPED", "SPECIAL_EXIT"}

// held is what a task is here that Slurm could not launch: the next round tries it again.
const held = "HELD"

func ended(state string) bool { return !slices.Contains(running, state) }

// name is that of the jobs of a store.
func (d *driver) name() string { return "sweep-" + d.store.Key()[:16] }

// submit submits an array over shards. Where the controller does not answer it waits, and looks
// whether the array got through before it tries again.
func (d *driver) submit(ctx context.Context, todo []int) (*round, error) {
	most, err := d.limit(ctx)
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(d.store.dir, slurmDir)
	r := &round{dir: dir, tasks: d.pack(todo, most), single: d.Allocation > 0, states: map[string]string{}}
	r.plan = filepath.Join(dir, fmt.Sprintf("plan-%d-%d", os.Getpid(), time.Now().UnixNano()))
	if err := d.store.writePlan(r.plan, r.tasks); err != nil {
		return nil, err
	}
	var out string
	err = d.patient(ctx, func() error {
		mine, err := d.queue(ctx)
		if r.job = jobOf(mine); err != nil || r.job != "" {
			return err
		}
		out, err = command(ctx, d.script(r), "sbatch", d.flags(r)...)
		return err
	})
	if err != nil {
		return nil, errors.Join(err, removed(r.plan))
	}
	if r.job == "" {
		r.job, _, _ = strings.Cut(strings.TrimSpace(out), ";") // JOB;CLUSTER
	}
	return r, nil
}

// jobOf returns the number of a job in the queue.
func jobOf(queue map[string]string) string {
	for task, state := range queue {
		if !ended(state) {
			job, _, _ := strings.Cut(task, "_")
			return job
		}
	}
	return ""
}

// flags are the arguments of sbatch.
func (d *driver) flags(r *round) []string {
	flags := []string{"--parsable", "--job-name=" + d.name(), "--open-mode=append", "--no-requeue"} // the next round is sooner
	if r.single {
		flags = append(flags, fmt.Sprintf("--ntasks=%d", len(r.tasks)), "--output="+filepath.Join(r.dir, "%j.log"))
	} else {
		flags = append(flags, fmt.Sprintf("--array=0-%d", len(r.tasks)-1), "--output="+filepath.Join(r.dir, "%A_%a.log"))
	}
	for _, f := range []struct{ name, value string }{{"partition", d.Partition}, {"account", d.Account}, {"time", d.Time}, {"mem", d.Memory}} {
		if f.value != "" {
			flags = append(flags, "--"+f.name+"="+f.value)
		}
	}
	return append(flags, d.Flags...)
}

// script is what each task runs.
func (d *driver) script(r *round) string {
	call := fmt.Sprintf("exec %s -store %s -plan %s -of %d", quote(d.Worker), quote(d.store.dir), quote(r.plan), len(r.tasks))
	if !r.single {
		return "#!/bin/sh\n" + call + " -shard \"$SLURM_ARRAY_TASK_ID\"\n"
	}
	each := call + ` -shard "$SLURM_PROCID"`
	return fmt.Sprintf("#!/bin/sh\nexec srun --kill-on-bad-exit=0 --output=%s sh -c %s\n", quote(filepath.Join(r.dir, "%j_%t.log")), quote(each))
}

// quote quotes a word for the shell.
func quote(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }

var limits = regexp.MustCompile(`(?m)^(MaxArraySize|MaxJobCount)\s*=\s*(\d+)`)

// limit returns how many tasks an array may have.
func (d *driver) limit(ctx context.Context) (most int, err error) {
	var out string
	err = d.patient(ctx, func() error {
		out, err = command(ctx, "", "scontrol", "show", "config")
		return err
	})
	if err != nil {
		return 0, err
	}
	most = d.MaxTasks
	for _, m := range limits.FindAllStringSubmatch(out, -1) {
		if n, err := strconv.Atoi(m[2]); err == nil && n > 0 {
			most = min(most, n)
		}
	}
	return most, nil
}

// queue asks for the states of the tasks of this store.
func (d *driver) queue(ctx context.Context) (map[string]string, error) {
	out, err := command(ctx, "", "squeue", "--noheader", "--array", "--states=all", "--me", "--name="+d.name(), "--format=%F|%K|%T|%r")
	if err != nil {
		return nil, err
	}
	states := map[string]string{}
	for line := range strings.Lines(out) {
		f := strings.Split(strings.TrimSpace(line), "|")
		if len(f) < 4 {
			continue
		}
		task := f[0]
		if f[1] != "N/A" {
			task += "_" + f[1]
		}
		states[task] = f[2]
		if strings.Contains(f[3], "requeued") && strings.Contains(f[3], "held") { // waits for an administrator
			states[task] = held
		}
	}
	return states, nil
}

// active reports whether a job in the queue has not ended, and whether one is worth waiting for: a
// task of the round that lacks a shard, or, for no round, any while something lacks. A controller
// that was killed may list tasks long after they ended. It keeps the states of the round.
func (d *driver) active(queue map[string]string, r *round) (any, worth bool) {
	lacks := map[string]bool{}
	if r != nil {
		for i, shards := range r.tasks {
			lacks[r.task(i)] = r.single && d.lacks(slices.Concat(r.tasks...)) || d.lacks(shards)
		}
	}
	for task, state := range queue {
		if r != nil {
			if job, _, _ := strings.Cut(task, "_"); job == r.job {
				r.states[task] = state
			}
		}
		any = any || !ended(state) || state == held
		if !ended(state) {
			worth = worth || (r == nil && d.state.count < len(d.state.done)) || lacks[task]
		}
	}
	return any, worth
}

// lacks reports whether one of the shards is not done.
func (d *driver) lacks(shards []int) bool {
	return slices.ContainsFunc(shards, func(shard int) bool { return !d.state.done[shard] })
}

// wait waits until all jobs of the store have ended, and reads what they brought. If ctx ends it
// cancels them.
func (d *driver) wait(ctx context.Context, r *round) error {
	for {
		var queue map[string]string
		err := d.patient(ctx, func() (err error) {
			queue, err = d.queue(ctx)
			return err
		})
		if err == nil {
			err = d.state.refresh()
		}
		if err != nil {
			return d.cancelled(ctx, err)
		}
		d.report.set(d.state.count)
		if any, worth := d.active(queue, r); !worth {
			return errors.Join(d.settle(ctx, r), d.cancel(ctx, any))
		}
		if err := pause(ctx, d.Poll); err != nil {
			return d.cancelled(ctx, err)
		}
	}
}

// settle gives a shared file system time to show what was written elsewhere, if something lacks.
func (d *driver) settle(ctx context.Context, r *round) error {
	if r == nil || d.state.count == len(d.state.done) {
		return nil
	}
	if err := pause(ctx, d.Poll); err != nil {
		return d.cancelled(ctx, err)
	}
	if err := d.state.refresh(); err != nil {
		return err
	}
	d.report.set(d.state.count)
	return nil
}

// cancelled is an error, and cancels the jobs if it is the end of ctx.
func (d *driver) cancelled(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	err = fmt.Errorf("sweep: interrupted with %d of %d shards done: %w: run again to go on", d.state.count, len(d.state.done), ctx.Err())
	return errors.Join(err, d.cancel(ctx, true))
}

// cancel cancels all jobs of the store, if there are any.
func (d *driver) cancel(ctx context.Context, any bool) error {
	if !any {
		return nil
	}
	late, stop := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer stop()
	_, err := command(late, "", "scancel", "--me", "--name="+d.name())
	return err
}

// transient is what Slurm says when it may answer later.
var transient = regexp.MustCompile(`(?i)unable to contact|connection (refused|reset|failure)|timed out|temporarily|try again|not responding|backup controller|communication|transport`)

// patient calls until it gets an answer, or what it gets is no sign of a controller that is away.
func (d *driver) patient(ctx context.Context, call func() error) error {
	start := time.Now()
	for said := false; ; {
		err := call()
		switch {
		case err == nil || ctx.Err() != nil || !transient.MatchString(err.Error()):
			return err
		case time.Since(start) > d.Patience:
			return fmt.Errorf("sweep: no answer for %v: %w", d.Patience, err)
		case !said:
			said = true
			d.store.say("Slurm does not answer, waiting: %v", err)
		}
		if err := pause(ctx, d.Poll); err != nil {
			return err
		}
	}
}

// pause waits, unless ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// command runs one of Slurm's programs.
func command(ctx context.Context, stdin, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin = strings.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("sweep: %s: %w: %s", name, err, bytes.TrimSpace(stderr.Bytes()))
	}
	return string(out), nil
}

// maxTail is how much of a log is shown.
const maxTail = 2000

// logTail returns the end of a log.
func logTail(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return "no log: " + err.Error()
	}
	return strings.ToValidUTF8(string(text[max(0, len(text)-maxTail):]), "")
}

// triedAll reports whether a worker says in its log that it came to the end of its shards.
func triedAll(log string) bool { return strings.Contains(log, errFailed.Error()) }
