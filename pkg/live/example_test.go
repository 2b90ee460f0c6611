package live_test

import (
	"fmt"
	"math"
	"os"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"github.com/sgdescape/sgdescape/pkg/figure"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/live"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// One trajectory that the reader scrubs with a slider.
func ExampleInteractive() {
	line := charts.NewLine()
	line.SetGlobalOptions(charts.WithXAxisOpts(opts.XAxis{Type: "value", Name: "t"}), charts.WithYAxisOpts(opts.YAxis{Name: "θ"}))
	line.AddSeries("θ", []opts.LineData{{Value: []float64{0, 0}}, {Value: []float64{1, 0.2}}, {Value: []float64{2, 1.1}}})
	fmt.Println(live.Interactive{
		Name: "scrub", Alt: "One trajectory, drawn up to the time that the slider sets.", Caption: "Scrub through one escape.", Chart: line,
		Sliders: []live.Slider{{Name: "t", Label: "time t", Max: 2, Step: 1, Value: 2}},
		Script:  `(chart, v) => chart.setOption({ xAxis: { min: 0, max: v.t } })`,
	}.Show())
	// Output: <nil>
}

// A survival curve that the library draws anew when the reader moves the rate.
func ExampleFigure() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	os.Setenv("SGDESCAPE_FIGURES", dir)
	defer os.Unsetenv("SGDESCAPE_FIGURES")

	draw := func(v map[string]float64) (*figure.Figure, error) {
		f := figure.New("survival", fmt.Sprintf("κ = %g", v["kappa"]), "Survival against time.")
		f.X, f.Y = figure.Linear("time t").Range(0, 10), figure.Log("still inside").Range(0.01, 1)
		f.Func("", func(t float64) float64 { return math.Exp(-v["kappa"] * t) })
		return f, nil
	}
	fmt.Println(live.Figure{
		Name: "survival", Draw: draw,
		Sliders: []live.Slider{{Name: "kappa", Label: "rate κ", Min: 0.1, Max: 1, Step: 0.1, Value: 0.3}},
	}.Show())
	// Output: <nil>
}

// Walkers on a barrier; T = ηh*/B is 0.2 where the sliders start.
func ExampleSimulator() {
	fmt.Println(live.Simulator{
		Name: "cloud", Alt: "Walkers over a barrier and the survival curve of their escapes.", Caption: "Move a slider.",
		Noise: theory.NoiseFor(0.2, 1), Shape: landscape.Shape{Ratio: 1.5, EffectiveDimension: 2},
	}.Show())
	// Output: <nil>
}

// A map of errors, one layer at a time.
func ExampleMap() {
	m := live.Map{
		Name: "map", Alt: "Errors over learning rate and c.", Caption: "log₁₀ of predicted over measured.",
		XName: "η", YName: "c", X: []float64{0.1, 0.2}, Y: []float64{1.5, 2}, Span: 2, Negative: "too short", Positive: "too long",
		RowName: "predictor", ColName: "batch size", Rows: []string{"Eq. 13", "Langevin"}, Cols: []string{"B = 1", "B = 4"},
		Values: [][][]float64{{{0.1, 0.3, -0.2, 0}, {0.1, 0.2, 0, 0}}, {{1, 1.1, 0.4, math.NaN()}, {1, 2, 1, 2}}},
	}
	fmt.Println(m.Show())
	m.Values[0][0] = nil
	fmt.Println(m.Show())
	// Output:
	// <nil>
	// live: map: row 0 has a layer of 0 values, want 4
}
