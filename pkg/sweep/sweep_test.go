package sweep

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// toys are experiments that cost nothing: what each returns is known.
func toys() Experiments {
	product := Experiment{Needs: []string{"a", "b"}, Options: map[string]float64{"scale": 1}, Columns: []string{"product", "noise"},
		Run: func(_ context.Context, p Point) ([]float64, error) {
			noise := dynamics.Stream(p.Seed, p.String(), p.Replica).NormFloat64()
			return []float64{p.Values["scale"] * p.Values["a"] * p.Values["b"], noise}, nil
		}}
	fussy := product
	fussy.Run = func(ctx context.Context, p Point) ([]float64, error) {
		switch p.Values["a"] {
		case 13:
			return nil, errors.New("unlucky")
		case 14:
			panic("worse")
		case 15:
			return []float64{1}, nil
		}
		return product.Run(ctx, p)
	}
	slow := product
	slow.Run = func(ctx context.Context, p Point) ([]float64, error) {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
		return product.Run(ctx, p)
	}
	return Experiments{"product": product, "fussy": fussy, "slow": slow}
}

// grid is a specification of na·nb·replicas shards.
func grid(experiment string, na, nb, replicas int) Spec {
	values := func(n int) (v []float64) {
		for i := range n {
			v = append(v, float64(i+1))
		}
		return v
	}
	return Spec{Experiment: experiment, Axes: []Axis{{"a", values(na)}, {"b", values(nb)}}, Replicas: replicas, Seed: 3}
}

func TestPoints(t *testing.T) {
	s := grid("product", 2, 3, 2)
	want := []string{"a=1 b=1 replica=0", "a=1 b=1 replica=1", "a=1 b=2 replica=0", "a=1 b=2 replica=1", "a=1 b=3 replica=0", "a=1 b=3 replica=1",
		"a=2 b=1 replica=0", "a=2 b=1 replica=1", "a=2 b=2 replica=0", "a=2 b=2 replica=1", "a=2 b=3 replica=0", "a=2 b=3 replica=1"}
	if s.Len() != len(want) {
		t.Fatalf("%d shards, want %d", s.Len(), len(want))
	}
	for i, w := range want {
		if got := must(s.Point(i)).String(); got != w {
			t.Errorf("shard %d is %s, want %s", i, got, w)
		}
	}
	if n := (Spec{Experiment: "x"}).Len(); n != 1 {
		t.Errorf("%d shards without axes, want 1", n)
	}
	if p := (Point{Values: map[string]float64{"n": 4}}); must(p.Int("n")) != 4 {
		t.Error("4 is not 4")
	}
}

func TestRead(t *testing.T) {
	text := `{"experiment": "product", "axes": [{"name": "a", "values": [1, 2.5]}, {"name": "b", "values": [1e-3]}], "replicas": 3, "seed": 18446744073709551615}`
	s := must(Read(strings.NewReader(text)))
	if s.Len() != 6 || s.Axes[1].Values[0] != 1e-3 || s.Seed != math.MaxUint64 {
		t.Errorf("read %+v", s)
	}
	for name, bad := range map[string]string{
		"no JSON": "T = 0.1", "nothing": "", "a list": "[]", "an unknown field": `{"experiment": "x", "replicates": 2}`, "text after": text + "x",
		"no experiment": `{}`, "a name with a space": `{"experiment": "x y"}`, "replicas < 0": `{"experiment": "x", "replicas": -1}`,
		"an axis twice":     `{"experiment": "x", "axes": [{"name": "a", "values": [1]}, {"name": "a", "values": [1]}]}`,
		"an axis shard":     `{"experiment": "x", "axes": [{"name": "shard", "values": [1]}]}`,
		"no values":         `{"experiment": "x", "axes": [{"name": "a"}]}`,
		"a value twice":     `{"experiment": "x", "axes": [{"name": "a", "values": [1, 1.0]}]}`,
		"a value that is ∞": `{"experiment": "x", "axes": [{"name": "a", "values": [1e999]}]}`,
		"too many shards":   `{"experiment": "x", "axes": [{"name": "a", "values": [1, 2]}], "replicas": 9223372036854775807}`,
		"too long":          `{"experiment": "` + strings.Repeat("x", maxSpec) + `"}`,
	} {
		if s, err := Read(strings.NewReader(bad)); err == nil || !strings.HasPrefix(err.Error(), "sweep: ") {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
}

// Experiments that do not fit their specification, or are none, are refused before any work.
func TestExperiments(t *testing.T) {
	good := toys()["product"]
	for name, change := range map[string]func(*Experiment, *Spec){
		"another name":     func(_ *Experiment, s *Spec) { s.Experiment = "none" },
		"an axis too many": func(_ *Experiment, s *Spec) { s.Axes = append(s.Axes, Axis{"c", []float64{1}}) },
		"an axis too few":  func(_ *Experiment, s *Spec) { s.Axes = s.Axes[:1] },
		"no function":      func(x *Experiment, _ *Spec) { x.Run = nil },
		"no columns":       func(x *Experiment, _ *Spec) { x.Columns = nil },
		"a column twice":   func(x *Experiment, _ *Spec) { x.Columns = []string{"a"} },
		"many columns":     func(x *Experiment, _ *Spec) { x.Columns = make([]string, 200) },
	} {
		x, s := good, grid("product", 1, 1, 1)
		change(&x, &s)
		if _, err := Open(t.TempDir(), s, Experiments{"product": x}, "v"); err == nil || !strings.HasPrefix(err.Error(), "sweep: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestProgress(t *testing.T) {
	for want, p := range map[string]Progress{
		"0 of 64 shards":                              newProgress(0, 64, 0, time.Second),
		"48 of 64 shards, 4 a second, 4s left":        newProgress(48, 64, 40, 2*time.Second),
		"1 of 64 shards, 0.01 a second, 1h45m0s left": newProgress(1, 64, 0, 100*time.Second),
		"64 of 64 shards, 32 a second, done":          newProgress(64, 64, 0, 2*time.Second),
	} {
		if got := p.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Every experiment of the library gives what the packages behind it give.
func TestLibrary(t *testing.T) {
	for name, axes := range map[string][]Axis{
		"rate":       {{"T", []float64{0.2}}, {"n", []float64{2}}, {"c", []float64{2}}},
		"escape":     {{"T", []float64{0.2}}, {"n", []float64{2}}, {"c", []float64{2}}, {"runs", []float64{400}}},
		"regression": {{"eta", []float64{0.1}}, {"d", []float64{1}}, {"c", []float64{1.5}}, {"runs", []float64{400}}},
	} {
		s := must(Open(t.TempDir(), Spec{Experiment: name, Axes: axes, Seed: 1}, Library(), "v"))
		if err := (Local{}).Run(context.Background(), s, nil); err != nil {
			t.Fatal(err)
		}
		table := must(s.Table())
		at := func(column string) float64 { return must(table.Column(column))[0] }
		switch name {
		case "rate": // PAPER's solver and ours at three digits
			if k, two := at("eigenvalue"), at("quadrature2"); math.Abs(k/two-1) > 0.05 {
				t.Errorf("rates %v and %v by quadratures", k, two)
			}
		case "escape":
			p := must(quartic(Point{Values: map[string]float64{"T": 0.2, "n": 2, "c": 2}}))
			if z := (at("kappa") - must(p.Exact(t.Context())).Decay.Value) / at("kappa_stderr"); math.Abs(z) > 4.5 || at("steps") < 1000 {
				t.Errorf("simulated rate %v ± %v, z = %v, %v steps", at("kappa"), at("kappa_stderr"), z, at("steps"))
			}
		case "regression": // 78.42 exactly, see package regression
			if z := (at("t") - 78.42) / at("t_stderr"); math.Abs(z) > 4.5 || at("escaped") != 400 {
				t.Errorf("time %v ± %v, z = %v, of %v", at("t"), at("t_stderr"), z, at("escaped"))
			}
		}
	}
	for name, bad := range map[string]Point{
		"a data set without samples": {Values: map[string]float64{"eta": 0.1, "d": 1, "c": 1.5, "batch": 1, "set": 1, "samples": 0, "runs": 2}},
		"no runs":                    {Values: map[string]float64{"eta": 0.1, "d": 1, "c": 1.5, "batch": 1, "set": 0, "samples": 0, "runs": 0}},
		"half a run":                 {Values: map[string]float64{"eta": 0.1, "d": 1, "c": 1.5, "batch": 1, "set": 0, "samples": 0, "runs": 0.5}},
		"too large a set":            {Values: map[string]float64{"eta": 0.1, "d": 1e6, "c": 1.5, "batch": 1, "set": 1, "samples": 1e6, "runs": 2}},
		"a time < 0":                 {Values: map[string]float64{"eta": 0.1, "d": 1, "c": 1.5, "batch": 1, "set": 0, "samples": 0, "runs": 1, "give_up": -1}},
	} {
		if v, err := passage(context.Background(), bad); err == nil {
			t.Errorf("%s: %v", name, v)
		}
	}
	if got := fmt.Sprint(must(passage(context.Background(), Point{Seed: 1, Values: map[string]float64{"eta": 0.1, "d": 1, "c": 1.2, "batch": 1, "set": 1, "samples": 50, "runs": 3, "give_up": 0.1}}))); got != "[NaN NaN 0 3 3]" {
		t.Errorf("three runs that are given up after a step: %s", got)
	}
}

// Exact answers, and Graham's worst case for the longest first: 11 where 9 is possible.
func TestSpan(t *testing.T) {
	for _, c := range []struct {
		tasks []time.Duration
		cores int
		want  time.Duration
	}{
		{[]time.Duration{5, 5, 4, 4, 3, 3, 3}, 3, 11}, {[]time.Duration{3, 1, 2}, 1, 6}, {[]time.Duration{3, 1, 2}, 2, 3}, {[]time.Duration{3, 1, 2}, 100, 3},
		{[]time.Duration{1, 1, 1, 1, 1, 1, 1}, 4, 2}, {[]time.Duration{-1, 2, 0}, 2, 2}, {nil, 3, 0}, {[]time.Duration{1}, 0, 0},
	} {
		if got := Span(c.tasks, c.cores); got != c.want {
			t.Errorf("%v on %d cores: %d, want %d", c.tasks, c.cores, got, c.want)
		}
	}
}
