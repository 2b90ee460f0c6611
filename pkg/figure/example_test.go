package figure_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/sgdescape/sgdescape/pkg/figure"
)

// inTemp lets an example write its files to a folder that is removed.
func inTemp() (dir string, remove func()) {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	os.Setenv("SGDESCAPE_FIGURES", dir)
	return dir, func() { os.Unsetenv("SGDESCAPE_FIGURES"); os.RemoveAll(dir) }
}

// Measured points with error bars, two theories on log axes, and the ratio to one of them below.
func Example() {
	dir, remove := inTemp()
	defer remove()
	c := []float64{1.5, 2, 4}
	kappa, stderr := []float64{1.6e-3, 7.7e-5, 5.5e-8}, []float64{5e-5, 3e-6, 4e-9}
	eq17, linear := []float64{1.59e-3, 7.77e-5, 5.37e-8}, []float64{7.6e-4, 5.1e-6, 1e-14}
	ratio, ratioErr := []float64{1.006, 0.991, 1.024}, []float64{0.03, 0.04, 0.07}

	f := figure.New("barrier_rates", "Eq. 17 follows the measured rate; the linear barrier does not",
		"Escape rate against barrier height on log axes: the points lie on Eq. 17, far above the linear barrier.")
	f.X, f.Y = figure.Log("c = L(θˢ)/L(θ*)"), figure.Log("escape rate κ")
	f.Points("measured", c, kappa, figure.YErr(stderr))
	f.Line("Eq. 17", c, eq17)
	f.Line("linear barrier", c, linear)
	r := f.Below()
	r.Y = figure.Linear("κ / Eq. 17")
	r.Points("measured", c, ratio, figure.YErr(ratioErr))
	r.HLine("", 1)
	f.Table = figure.Columns(figure.Col("c", c), figure.Col("kappa", kappa), figure.Col("kappa_stderr", stderr), figure.Col("kappa_eq17", eq17))
	fmt.Println(f.Show())

	numbers, err := os.ReadFile(filepath.Join(dir, "barrier_rates.csv"))
	fmt.Print(string(numbers), err)
	// Output:
	// <nil>
	// c,kappa,kappa_stderr,kappa_eq17
	// 1.5,0.0016,5e-05,0.00159
	// 2,7.7e-05,3e-06,7.77e-05
	// 4,5.5e-08,4e-09,5.37e-08
	// <nil>
}

// Trajectories over contour maps of L and of log L, side by side.
func ExamplePanel_Contours() {
	_, remove := inTemp()
	defer remove()
	loss := func(x, y float64) float64 { return 1 + x*x*(x-2)*(x-2)/8 + y*y/2 }
	t, z1, z2 := []float64{0, 0.5, 1, 1.5, 2}, []float64{0, 0.3, 1, 1.6, 2}, []float64{0, 0.2, -0.1, 0.1, 0}

	f := figure.New("paths", "A trajectory leaves over the saddle", "A path from one minimum to the other over a contour map.")
	f.Subtitle, f.EqualAspect = "loss L", true
	f.X, f.Y = figure.Linear("z₁"), figure.Linear("z₂")
	f.Contours(figure.Sample(loss, -1, 3, -1.5, 1.5, 100), []float64{1.05, 1.125, 1.5, 2, 3})
	f.Path("run 1", z1, z2)
	g := f.Beside()
	g.Subtitle, g.X = "first coordinate", figure.Linear("time t")
	g.Y = figure.Linear("z₁")
	g.Line("run 1", t, z1)
	fmt.Println(f.Show())
	// Output: <nil>
}

// Two histograms on top of their densities.
func ExamplePanel_Histogram() {
	_, remove := inTemp()
	defer remove()
	var sample, weight []float64
	for i := range 1000 {
		x := math.Erfinv(2*(float64(i)+0.5)/1000-1) * math.Sqrt2
		sample, weight = append(sample, x), append(weight, 1/(1+x*x))
	}
	f := figure.New("clocks", "P ∝ L⁻¹P̃", "Histograms of the position on both clocks.")
	f.X, f.Y = figure.Linear("θ − θ*").Range(-4, 4), figure.Linear("density")
	f.Histogram("τ clock", sample, nil, 40)
	f.Histogram("t clock", sample, weight, 40)
	f.Func("normal", func(x float64) float64 { return math.Exp(-x*x/2) / math.Sqrt(2*math.Pi) }, figure.Black)
	fmt.Println(f.Show())
	// Output: <nil>
}

func ExampleTable() {
	t := figure.NewTable("method", "c", "kappa", "kappa_stderr")
	t.Row("direct", 2.0, 7.65e-5, 1.2e-6)
	t.Row("eq17", 2.0, 7.771e-5, "") // a formula has no standard error
	data, err := t.CSV()
	fmt.Print(string(data), err)
	// Output:
	// method,c,kappa,kappa_stderr
	// direct,2,7.65e-05,1.2e-06
	// eq17,2,7.771e-05,
	// <nil>
}
