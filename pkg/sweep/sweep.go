// Package sweep answers the question: how do thousands of settings get computed, on a laptop or on
// a cluster, so that no crash costs more than what was in flight, and no number depends on who
// computed it?
//
// A [Spec] is a list of shards: every combination of the values on its axes, times replicas. An
// [Experiment] is a pure function of one [Point]; [Experiments] holds them by name, [Library] those
// of this module. A [Store] is a folder that holds what is done, with a checksum on every record;
// to resume is to run what is missing, and a table is read in the order of shards, so that every
// engine gives the same bits.
//
//	store, err := sweep.Open(folder, spec, sweep.Library(), version)
//	err = sweep.Local{}.Run(ctx, store, nil)     // or sweep.Slurm{…}.Run
//	table, err := store.Table()
//
// [Local] runs shards in goroutines, [Slurm] in job arrays. Any other engine calls a static binary
// whose main function is [Work], which [Build] builds: -shard i -of n -store DIR, with the number
// from the engine's environment variable where there is no flag, see [TaskNumber].
//
// A folder may be shared: engines, drivers and machines append to files of their own, and what two
// of them computed counts once.
package sweep

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"regexp"
	"slices"
)

// An Axis is a name with the values that it takes.
type Axis struct {
	Name   string    `json:"name"`
	Values []float64 `json:"values"`
}

// Spec says what a sweep computes: an experiment at all combinations of the values on the axes, the
// last axis the fastest, Replicas times each (0 means once) with independent random numbers, keyed
// by Seed.
type Spec struct {
	Experiment string `json:"experiment"`
	Axes       []Axis `json:"axes"`
	Replicas   int    `json:"replicas,omitempty"`
	Seed       uint64 `json:"seed"`
}

const (
	// maxShards bounds a sweep: its list of what is done stays below 10 MB, its store, at a hundred
	// bytes a record, at 1 GB.
	maxShards = 10_000_000
	// maxSpec bounds the text of a specification: 64,000 values.
	maxSpec = 1 << 20
)

// name is what an experiment, an axis or a column may be called: what reads as one word in a table.
var validName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,63}$`)

// Read reads a specification in JSON:
//
//	{"experiment": "escape", "axes": [{"name": "T", "values": [0.1, 0.2]}, …], "replicas": 4, "seed": 1}
//
// It returns an error for a text of more than 1 MiB, for fields that do not exist, for what
// [Spec.Check] refuses, and for anything after it.
func Read(r io.Reader) (Spec, error) {
	var s Spec
	if r == nil {
		return s, errors.New("sweep: specification: no reader")
	}
	text, err := io.ReadAll(io.LimitReader(r, maxSpec+1))
	if err != nil {
		return s, fmt.Errorf("sweep: specification: %w", err)
	}
	if len(text) > maxSpec {
		return s, fmt.Errorf("sweep: specification of more than %d bytes", maxSpec)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&s); err != nil {
		return Spec{}, fmt.Errorf("sweep: specification: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Spec{}, errors.New("sweep: specification: text after its end")
	}
	return s, s.Check()
}

// Check returns an error that names the first field which is out of bounds: names are words of
// letters, digits and underscores, each axis has a name of its own and finite values that all
// differ, and there are from 1 to 10⁷ shards.
func (s Spec) Check() error {
	if !validName.MatchString(s.Experiment) {
		return fmt.Errorf("sweep: experiment %q, want a word of at most 64 letters, digits and underscores", s.Experiment)
	}
	if s.Replicas < 0 {
		return fmt.Errorf("sweep: %d replicas, want ≥ 0", s.Replicas)
	}
	shards := max(1, s.Replicas)
	names := map[string]bool{"shard": true, "replica": true} // columns of the table
	for _, a := range s.Axes {
		if !validName.MatchString(a.Name) || names[a.Name] {
			return fmt.Errorf("sweep: axis %q, want a word of at most 64 letters, digits and underscores, neither shard nor replica, once", a.Name)
		}
		names[a.Name] = true
		if err := checkValues(a); err != nil {
			return err
		}
		if shards > maxShards/len(a.Values) {
			return fmt.Errorf("sweep: more than %d shards", maxShards)
		}
		shards *= len(a.Values)
	}
	if shards > maxShards {
		return fmt.Errorf("sweep: %d shards, want ≤ %d", shards, maxShards)
	}
	return nil
}

// checkValues returns an error unless an axis has values, finite and each once.
func checkValues(a Axis) error {
	if len(a.Values) == 0 {
		return fmt.Errorf("sweep: axis %q without values", a.Name)
	}
	seen := make(map[float64]bool, len(a.Values))
	for _, v := range a.Values {
		if math.IsNaN(v) || math.IsInf(v, 0) || seen[v] {
			return fmt.Errorf("sweep: axis %q has the value %v, want finite ones, each once", a.Name, v)
		}
		seen[v] = true
	}
	return nil
}

// Len returns the number of shards; 0 for a specification that [Spec.Check] refuses.
func (s Spec) Len() int {
	if s.Check() != nil {
		return 0
	}
	return s.length()
}

func (s Spec) length() int {
	n := max(1, s.Replicas)
	for _, a := range s.Axes {
		n *= len(a.Values)
	}
	return n
}

// A Point is the setting of one shard. Random numbers of a shard are keyed by Seed, its Values by
// name and its Replica, by nothing else.
type Point struct {
	Values  map[string]float64
	Replica int
	Seed    uint64
}

// Point returns the setting of a shard, numbered from 0. It returns an error for a number or a
// specification that is out of bounds.
func (s Spec) Point(shard int) (Point, error) {
	if err := s.Check(); err != nil {
		return Point{}, err
	}
	if n := s.length(); shard < 0 || shard >= n {
		return Point{}, fmt.Errorf("sweep: shard %d of %d", shard, n)
	}
	return s.point(shard), nil
}

// point is Point of what was checked.
func (s Spec) point(shard int) Point {
	replicas := max(1, s.Replicas)
	p := Point{Values: make(map[string]float64, len(s.Axes)), Replica: shard % replicas, Seed: s.Seed}
	rest := shard / replicas
	for _, a := range slices.Backward(s.Axes) {
		p.Values[a.Name] = a.Values[rest%len(a.Values)]
		rest /= len(a.Values)
	}
	return p
}

// Int returns a value as a whole number, or an error unless it is one of less than 2³¹.
func (p Point) Int(name string) (int, error) {
	v, ok := p.Values[name]
	if !ok || v != math.Trunc(v) || math.Abs(v) >= 1<<31 {
		return 0, fmt.Errorf("sweep: %s = %v, want a whole number", name, v)
	}
	return int(v), nil
}

// String spells the values in the order of their names, as in "T=0.1 c=2 replica=3".
func (p Point) String() string {
	text := ""
	for _, name := range slices.Sorted(maps.Keys(p.Values)) {
		text += fmt.Sprintf("%s=%v ", name, p.Values[name])
	}
	return fmt.Sprintf("%sreplica=%d", text, p.Replica)
}
