package sweep

import (
	"context"
	"fmt"
	"math"

	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/regression"
)

// Library returns the experiments of this module, a new map at every call.
//
//	rate        exact rates of the diffusion, Eq. 13, over the quartic barrier of [escape.QuarticProblem]:
//	            needs T, n, c; gives eigenvalue and decay, see [escape.Rates], quadrature2 where it
//	            exists, eq17, linear, see [escape.Routes], and the margin x
//	escape      its rate by direct simulation, [escape.Problem.Simulate]: needs T, n, c, may have runs
//	            (200); gives kappa, kappa_stderr, the steps that it took, and eq17 and x
//	regression  first passage of SGD on linear regression to L > c·L(θ*): needs eta, d, c, may have
//	            batch (1), set and samples (0 and 0: fresh samples; else data set number so-and-so of
//	            that many, [regression.NewSet], batch 1), runs (200), give_up (0: never; else the time
//	            at which a run is censored); gives t, t_stderr, escaped, censored, steps
func Library() Experiments {
	return Experiments{
		"rate": {
			Needs:   []string{"T", "n", "c"},
			Columns: []string{"eigenvalue", "decay", "quadrature2", "eq17", "linear", "x"},
			Run:     rate,
		},
		"escape": {
			Needs: []string{"T", "n", "c"}, Options: map[string]float64{"runs": 200},
			Columns: []string{"kappa", "kappa_stderr", "steps", "eq17", "x"},
			Run:     direct,
		},
		"regression": {
			Needs:   []string{"eta", "d", "c"},
			Options: map[string]float64{"batch": 1, "set": 0, "samples": 0, "runs": 200, "give_up": 0},
			Columns: []string{"t", "t_stderr", "escaped", "censored", "steps"},
			Run:     passage,
		},
	}
}

// quartic returns the problem of a point.
func quartic(p Point) (escape.Problem, error) {
	n, err := p.Int("n")
	if err != nil {
		return escape.Problem{}, err
	}
	return escape.QuarticProblem(n, p.Values["T"], p.Values["c"])
}

// rate is the experiment "rate".
func rate(ctx context.Context, p Point) ([]float64, error) {
	problem, err := quartic(p)
	if err != nil {
		return nil, err
	}
	rates, err := problem.Exact(ctx)
	if err != nil {
		return nil, err
	}
	theory, err := problem.Theory()
	if err != nil {
		return nil, err
	}
	two := math.NaN()
	if r, err := problem.Quadratures(ctx); err == nil {
		two = r.Value
	} else if ctx.Err() != nil {
		return nil, err
	}
	return []float64{rates.Kappa.Value, rates.Decay.Value, two, theory.Rate(), theory.RateLinear(), theory.Margin()}, nil
}

// settings keys the random streams of a point; one worker, as shards are what runs side by side.
func settings(p Point) (s escape.Settings, err error) {
	s.Replicas, err = p.Int("runs")
	if err == nil && s.Replicas < 1 {
		err = fmt.Errorf("sweep: runs = %d, want ≥ 1", s.Replicas)
	}
	s.Workers, s.Seed, s.Experiment = 1, p.Seed, "sweep "+p.String()
	return s, err
}

// direct is the experiment "escape".
func direct(ctx context.Context, p Point) ([]float64, error) {
	problem, err := quartic(p)
	if err != nil {
		return nil, err
	}
	s, err := settings(p)
	if err != nil {
		return nil, err
	}
	theory, err := problem.Theory()
	if err != nil {
		return nil, err
	}
	measured, err := problem.Simulate(ctx, s)
	if err != nil {
		return nil, err
	}
	return []float64{measured.Value, measured.StdErr, float64(measured.Steps), theory.Rate(), theory.Margin()}, nil
}

// passage is the experiment "regression".
func passage(ctx context.Context, p Point) ([]float64, error) {
	s, err := settings(p)
	if err != nil {
		return nil, err
	}
	if s.MaxTime = p.Values["give_up"]; !(s.MaxTime >= 0) {
		return nil, fmt.Errorf("sweep: give_up = %v, want a time ≥ 0", s.MaxTime)
	}
	r, err := onRegression(p)
	if err != nil {
		return nil, err
	}
	exit, err := r.LossAbove(p.Values["c"])
	if err != nil {
		return nil, err
	}
	sample, err := escape.FirstPassage(ctx, r, r.Minimum(), exit, s)
	if err != nil {
		return nil, err
	}
	t, err := sample.MeanTime(0.95)
	if err != nil {
		return nil, err
	}
	if t.Escaped == 0 { // no time was measured
		t.Value, t.StdErr = math.NaN(), math.NaN()
	}
	return []float64{t.Value, t.StdErr, float64(t.Escaped), float64(t.Censored), float64(t.Steps)}, nil
}

// onRegression returns SGD on the samples of a point.
func onRegression(p Point) (*regression.SGD, error) {
	whole := map[string]int{}
	for _, name := range []string{"d", "batch", "set", "samples"} {
		n, err := p.Int(name)
		if err != nil {
			return nil, err
		}
		whole[name] = n
	}
	switch {
	case whole["samples"] == 0 && whole["set"] == 0:
		return regression.NewFresh(whole["d"], 1, p.Values["eta"], whole["batch"])
	case whole["samples"] < 1 || whole["set"] < 1 || whole["batch"] != 1:
		return nil, fmt.Errorf("sweep: data set %d of %d samples at batch %d, want both ≥ 1 at batch 1, or neither", whole["set"], whole["samples"], whole["batch"])
	case float64(whole["samples"])*float64(whole["d"]) > 1e8:
		return nil, fmt.Errorf("sweep: %d samples in %d dimensions take more than 1 GiB", whole["samples"], whole["d"])
	}
	return regression.NewSet(whole["set"], whole["samples"], whole["d"], p.Values["eta"])
}
