package pkg_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/janpfeifer/must"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/regression"
	"github.com/sgdescape/sgdescape/pkg/sgd"
)

const table = `a,b,y
1.2,0.4,1.6
-0.3,1.1,0.2
0.7,-0.9,0.9
-1.4,0.2,-1.9
0.1,-1.3,-0.4
`

// A table of your own: SGD on a linear regression until the loss has doubled.
func Example_ownData() {
	set := must.M1(data.ReadCSV(strings.NewReader(table), "y"))
	descent := must.M1(regression.New(set, 0.3, 1, sgd.WithReplacement)) // η, B
	sample := must.M1(escape.FirstPassage(context.Background(), descent, descent.Minimum(), must.M1(descent.LossAbove(2)), escape.Settings{Seed: 1}))
	t := must.M1(sample.MeanTime(0.95))
	fmt.Printf("θ* = %.2f, mean time to 2L(θ*) %.1f ± %.1f\n", descent.Minimum(), t.Value, t.StdErr)
	// Output:
	// θ* = [1.36 0.36], mean time to 2L(θ*) 23.7 ± 1.7
}
