package sweep_test

import (
	"context"
	"fmt"
	"os"

	"github.com/sgdescape/sgdescape/pkg/sweep"
)

// The exact rates of four barriers, kept in a folder: the same call again computes nothing.
func Example() {
	spec := sweep.Spec{Experiment: "rate", Axes: []sweep.Axis{
		{Name: "T", Values: []float64{0.1, 0.2}}, {Name: "n", Values: []float64{1}}, {Name: "c", Values: []float64{2, 4}},
	}}
	folder, err := os.MkdirTemp("", "sweep-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	store, err := sweep.Open(folder, spec, sweep.Library(), "1") // or the version that sweep.Version returns
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 2 {
		if err := (sweep.Local{}).Run(context.Background(), store, nil); err != nil {
			fmt.Println(err)
		}
	}
	table, err := store.Table()
	if err != nil {
		fmt.Println(err)
		return
	}
	rates, err := table.Column("eigenvalue")
	fmt.Printf("%.3g %v\n", rates, err)
	// Output: [7.66e-05 5.46e-08 0.00246 5.67e-05] <nil>
}

// An experiment of your own is a function of named values; a program whose main function is Work
// computes it on any engine.
func ExampleExperiments() {
	mine := sweep.Experiments{"square": {
		Needs: []string{"x"}, Columns: []string{"square"},
		Run: func(_ context.Context, p sweep.Point) ([]float64, error) {
			return []float64{p.Values["x"] * p.Values["x"]}, nil
		},
	}}
	err := sweep.Work(context.Background(), []string{"-store", "nowhere", "-shard", "0", "-of", "1"}, os.Getenv, mine, "1")
	fmt.Println(sweep.Status(err))
	// Output: 1
}
