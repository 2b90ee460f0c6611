package regression

import (
	"errors"
	"fmt"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/sgd"
)

// NewSet returns SGD with B = 1 on data set number so-and-so of N samples, x and y standard normal
// in d dimensions: the paper's Fig. 3b has N = 10⁴. It returns an error as [New].
func NewSet(number, samples, d int, eta float64) (*SGD, error) {
	set, err := data.Regression(samples, d, 1, dynamics.Stream(uint64(number), "first passage data", d))
	if err != nil {
		return nil, err
	}
	return New(set, eta, 1, sgd.WithReplacement)
}

// Line returns x_μ and the residual at θ*, e_μ = y_μ − x_μθ*, in turn, of a data set in one
// dimension with B = 1 or batches drawn with replacement, for exact solutions; they are not to be
// written to. It returns an error for fresh samples, other dimensions and batches.
func (r *SGD) Line() ([]float64, error) {
	switch {
	case r == nil || r.rows == nil:
		return nil, errors.New("regression: fresh samples, want a data set: see Chain")
	case r.dim != 1 || r.batch > 1 && r.how != sgd.WithReplacement:
		return nil, fmt.Errorf("regression: data set of d = %d, B = %d, want d = 1 and batches drawn with replacement", r.dim, r.batch)
	}
	return r.rows, nil
}
