package sweep

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// An Experiment is a pure function: the same point gives the same numbers, wherever, whenever and
// by however many workers it is computed.
type Experiment struct {
	// Needs are the axes without which it cannot run, Options those that a specification may leave
	// out, with the values that they then have.
	Needs   []string
	Options map[string]float64
	// Columns name the numbers that Run returns.
	Columns []string
	// Run computes one shard. A number that does not exist is NaN. It may be called by several
	// goroutines and should end soon after ctx does.
	Run func(ctx context.Context, p Point) ([]float64, error)
}

// Experiments are experiments by name.
type Experiments map[string]Experiment

// find returns the experiment of a specification, once both are known to fit.
func (e Experiments) find(s Spec) (Experiment, error) {
	if err := s.Check(); err != nil {
		return Experiment{}, err
	}
	x, ok := e[s.Experiment]
	if !ok {
		return x, fmt.Errorf("sweep: no experiment %q among %q", s.Experiment, slices.Sorted(maps.Keys(e)))
	}
	if err := x.check(s.Experiment); err != nil {
		return x, err
	}
	given := map[string]bool{}
	for _, a := range s.Axes {
		_, optional := x.Options[a.Name]
		if !optional && !slices.Contains(x.Needs, a.Name) {
			return x, fmt.Errorf("sweep: experiment %q has no axis %q, only %q and %q", s.Experiment, a.Name, x.Needs, slices.Sorted(maps.Keys(x.Options)))
		}
		given[a.Name] = true
	}
	for _, name := range x.Needs {
		if !given[name] {
			return x, fmt.Errorf("sweep: experiment %q needs an axis %q", s.Experiment, name)
		}
	}
	return x, nil
}

// check returns an error unless the experiment can run and its table has a name for every column.
func (x Experiment) check(name string) error {
	if x.Run == nil {
		return fmt.Errorf("sweep: experiment %q has no function", name)
	}
	if len(x.Columns) == 0 || len(x.Columns) > maxColumns {
		return fmt.Errorf("sweep: experiment %q has %d columns, want 1 to %d", name, len(x.Columns), maxColumns)
	}
	seen := map[string]bool{"shard": true, "replica": true}
	for _, list := range [][]string{x.Needs, slices.Sorted(maps.Keys(x.Options)), x.Columns} {
		for _, column := range list {
			if !validName.MatchString(column) || seen[column] {
				return fmt.Errorf("sweep: experiment %q: name %q, want a word, neither shard nor replica, once", name, column)
			}
			seen[column] = true
		}
	}
	return nil
}

// maxColumns bounds a record to a kilobyte: large results belong in files of their own.
const maxColumns = 128

// compute runs one shard; what it panics with is its error, which names the shard.
func (x Experiment) compute(ctx context.Context, s Spec, shard int) (values []float64, err error) {
	p := s.point(shard)
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("sweep: shard %d, %s: panic: %v", shard, p, r)
		}
	}()
	for name, value := range x.Options {
		if _, given := p.Values[name]; !given {
			p.Values[name] = value
		}
	}
	values, err = x.Run(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("sweep: shard %d, %s: %w", shard, p, err)
	}
	if len(values) != len(x.Columns) {
		return nil, fmt.Errorf("sweep: shard %d, %s: %d numbers for the columns %q", shard, p, len(values), x.Columns)
	}
	return values, nil
}
