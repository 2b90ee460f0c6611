package sweep

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// taskVariables are those in which engines tell a task of an array its number, and what the first
// one's is.
var taskVariables = []struct {
	name  string
	first int
}{
	{"SLURM_ARRAY_TASK_ID", 0}, // as the array says: sbatch --array=0-63
	{"SGE_TASK_ID", 1},         // Grid Engine counts from 1: qsub -t 1-64
	{"PBS_ARRAY_INDEX", 0},     // as the array says: qsub -J 0-63
	{"JOB_COMPLETION_INDEX", 0},
	{"PARALLEL_SEQ", 1}, // GNU parallel counts jobs from 1
}

// TaskNumber returns the number, from 0, of this task among those of an array, from the environment
// variable of the engine that started it: SLURM_ARRAY_TASK_ID, PBS_ARRAY_INDEX (arrays are to begin
// with 0), JOB_COMPLETION_INDEX (Kubernetes, from 0), SGE_TASK_ID (Grid Engine, from 1; "undefined"
// outside arrays) or PARALLEL_SEQ (GNU parallel, from 1). It returns an error if none is set, if
// more than one is, as for GNU parallel inside an array, or if the number is out of bounds. getenv
// is os.Getenv.
func TaskNumber(getenv func(string) string, of int) (int, error) {
	if getenv == nil {
		return 0, errors.New("sweep: no environment to find the number of a task in")
	}
	var set []string
	number := 0
	for _, v := range taskVariables {
		text := getenv(v.name)
		if text == "" || text == "undefined" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < v.first || n-v.first >= of {
			return 0, fmt.Errorf("sweep: %s = %q, want %d to %d for -of %d", v.name, text, v.first, of-1+v.first, of)
		}
		set, number = append(set, v.name), n-v.first
	}
	switch len(set) {
	case 0:
		names := make([]string, len(taskVariables))
		for i, v := range taskVariables {
			names[i] = v.name
		}
		return 0, fmt.Errorf("sweep: which part? Neither -shard nor any of %s is set", strings.Join(names, ", "))
	case 1:
		return number, nil
	}
	return 0, fmt.Errorf("sweep: which part? %s are all set: give -shard", strings.Join(set, " and "))
}

// Work is the main function of a program that computes one part of a sweep, for any engine:
//
//	worker -store DIR -shard i -of n [-workers k]
//
// computes the shards i, i+n, i+2n, … that the store lacks, one after the other or k side by side.
// Without -shard the number comes from [TaskNumber]. The store must have been made, see [Open], for
// the same version of the code. The flag -plan is that of [Slurm]. It returns an error as
// [Local.Run] does, and for a command line that is not one.
func Work(ctx context.Context, args []string, getenv func(string) string, all Experiments, version string) error {
	if ctx == nil {
		return errors.New("sweep: no context given")
	}
	flags := flag.NewFlagSet("worker", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	dir := flags.String("store", "", "")
	shard := flags.Int("shard", -1, "")
	of := flags.Int("of", 0, "")
	workers := flags.Int("workers", 1, "")
	plan := flags.String("plan", "", "")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		return fmt.Errorf("sweep: worker: %w %q: want -store DIR -of n [-shard i] [-workers k]", cmpErr(err), flags.Args())
	}
	switch {
	case *dir == "":
		return errors.New("sweep: worker: no -store DIR")
	case *of < 1 || *of > math.MaxInt32:
		return fmt.Errorf("sweep: worker: -of %d, want the number of parts, ≥ 1", *of)
	case *workers < 1:
		return fmt.Errorf("sweep: worker: -workers %d, want ≥ 1", *workers)
	}
	given := false
	flags.Visit(func(f *flag.Flag) { given = given || f.Name == "shard" })
	if !given {
		n, err := TaskNumber(getenv, *of)
		if err != nil {
			return err
		}
		*shard = n
	}
	if *shard < 0 || *shard >= *of {
		return fmt.Errorf("sweep: worker: -shard %d, want 0 to %d for -of %d", *shard, *of-1, *of)
	}
	s, err := Attach(*dir, all, version)
	if err != nil {
		return err
	}
	part := s.part(*shard, *of)
	if *plan != "" {
		if part, err = s.readPlan(*plan, *shard, *of); err != nil {
			return err
		}
	}
	return s.compute(ctx, part, *workers, nil)
}

// cmpErr is err, or what is wrong if the flags themselves were fine.
func cmpErr(err error) error {
	if err == nil {
		return errors.New("words that are no flags")
	}
	return err
}

// part lists every n-th shard from the i-th on: neighbours, which cost alike, go to different
// parts. It is not nil.
func (s *Store) part(i, n int) []int {
	shards := []int{}
	for ; i < s.format.shards; i += n {
		shards = append(shards, i)
	}
	return shards
}

// Status is the exit status that a worker should end with: 0 without an error, 3 if shards erred, 1
// otherwise.
func Status(err error) int {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errFailed):
		return 3
	}
	return 1
}
