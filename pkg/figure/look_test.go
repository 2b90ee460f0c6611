package figure

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// gallery returns one figure of each kind that the notebooks draw.
func gallery() []*Figure {
	return []*Figure{ratesFigure(), mapFigure(), densityFigure(), survivalFigure(), marksFigure()}
}

func ratesFigure() *Figure {
	c := []float64{1.2, 1.5, 2, 2.5, 3, 4, 5}
	var exact, linear, kappa, se, ratio, ratioErr []float64
	for i, v := range c {
		k := math.Pow(v, -10.5) / (2 * math.Pi * math.Sqrt2)
		exact = append(exact, k)
		linear = append(linear, math.Exp(-(v-1)*10)/(2*math.Pi*math.Sqrt2))
		q := 1 + 0.06*math.Sin(float64(i)*2.3)
		kappa, se = append(kappa, k*q), append(se, k*0.05*float64(i+1)/2)
		ratio, ratioErr = append(ratio, q), append(ratioErr, 0.05*float64(i+1)/2)
	}
	f := New("rates", "Eq. 17 follows the measured escape rate over seven decades; the linear barrier is wrong by six of them once the saddle is four times as high",
		"Escape rate against barrier height on log axes: the points lie on the line of Eq. 17, far above the linear barrier.")
	f.X, f.Y = Log("barrier height c = L(θˢ)/L(θ*)"), Log("escape rate κ")
	f.Points("measured", c, kappa, YErr(se), Black)
	f.Line("Eq. 17", c, exact)
	f.Line("linear barrier, κ ∝ exp(−ΔL/D)", c, linear)
	r := f.Below()
	r.Y = Linear("κ / Eq. 17").Range(0.6, 1.4)
	r.Points("measured", c, ratio, YErr(ratioErr))
	r.HLine("", 1)
	return f
}

func mapFigure() *Figure {
	loss := func(x, y float64) float64 { return 1 + x*x*(x-2)*(x-2)/2 + y*y/2 }
	rng := rand.New(rand.NewPCG(1, 2))
	path := func() (xs, ys []float64) {
		x, y := 0.0, 0.0
		for range 600 {
			xs, ys = append(xs, x), append(ys, y)
			x += 0.02*(-2*x*(x-1)*(x-2)) + 0.06*rng.NormFloat64()
			y += -0.02*y + 0.06*rng.NormFloat64()
		}
		return
	}
	f := New("landscape", "Trajectories leave over the saddle, where the log landscape is lowest",
		"Contour maps of the loss and its logarithm, with two trajectories that start at the left minimum.")
	f.Subtitle = "loss L"
	f.X, f.Y = Linear("z₁ (escape direction)"), Linear("z₂")
	f.EqualAspect = true
	f.HeatMap("log₁₀ L", Sample(func(x, y float64) float64 { return math.Log10(loss(x, y)) }, -1, 3, -1.5, 1.5, 120))
	x, y := path()
	f.Path("run 1", x, y, White)
	g := f.Beside()
	g.Subtitle = "log L"
	g.X = Linear("z₁ (escape direction)")
	g.EqualAspect = true
	g.Contours(Sample(loss, -1, 3, -1.5, 1.5, 120), []float64{1.05, 1.2, 1.5, 2, 3, 5})
	x2, y2 := path()
	g.Path("run 2", x2, y2)
	g.Points("minimum", []float64{0, 2}, []float64{0, 0}, Black)
	return f
}

func densityFigure() *Figure {
	rng := rand.New(rand.NewPCG(3, 4))
	var a, b []float64
	for range 20000 {
		a, b = append(a, rng.NormFloat64()), append(b, 0.7*rng.NormFloat64())
	}
	f := New("densities", "P ∝ L⁻¹P̃: the t clock lingers where the loss is small", "Two histograms on top of their densities.")
	f.X, f.Y = Linear("position θ − θ*").Range(-4, 4), Linear("density")
	f.Histogram("τ clock, P̃", a, nil, 60)
	f.Histogram("t clock, P", b, nil, 60)
	f.Func("theory P̃", func(x float64) float64 { return math.Exp(-x*x/2) / math.Sqrt(2*math.Pi) }, Blue, Solid)
	f.Func("theory P", func(x float64) float64 { return math.Exp(-x*x/0.98) / math.Sqrt(0.98*math.Pi) }, Black)
	return f
}

func survivalFigure() *Figure {
	var t, s, lo, hi []float64
	for i := range 60 {
		v := float64(i) * 13
		t, s = append(t, v), append(s, math.Exp(-v/200)*(1+0.05*math.Sin(float64(i))))
		lo, hi = append(lo, math.Exp(-v/200)*0.9), append(hi, math.Exp(-v/200)*1.1)
	}
	f := New("survival", "Escape is memoryless: survival is a straight line on a log axis", "Survival curve.")
	f.X, f.Y = Linear("time t"), Log("survival probability").To(1)
	f.Band("95 % band", t, lo, hi)
	f.Step("measured", t, s)
	f.HLine("e⁻¹", math.Exp(-1))
	return f
}

func marksFigure() *Figure {
	rng := rand.New(rand.NewPCG(5, 6))
	var x, y []float64
	for range 1500 {
		x, y = append(x, 3e-5+1e-5*rng.NormFloat64()), append(y, 0.5+0.1*rng.NormFloat64())
	}
	f := New("marks", "Every mark on one panel, short log axes below", "A test card.")
	f.X, f.Y = Linear("temperature T"), Linear("exponent φ = 1 + B/(ηh*)")
	f.Cloud("cloud", x, y)
	f.Points("measured", []float64{1e-5, 5e-5}, []float64{0.3, 0.8}, YErr([]float64{0.1, 0.05}))
	f.Line("a", []float64{0, 6e-5}, []float64{0.2, 0.6})
	f.Line("b", []float64{0, 6e-5}, []float64{0.25, 0.7})
	f.Line("c", []float64{0, 6e-5}, []float64{0.3, 0.8})
	f.Line("d with a long name ½ ≤ κ₀", []float64{0, 6e-5}, []float64{0.35, 0.9})
	g := f.Below()
	g.Height = 140
	g.X, g.Y = Log("short log axis"), Log("a rather long label of an axis that must wrap")
	g.Points("short", []float64{1.1, 1.2, 1.9}, []float64{3e-5, 4e-4, 5e-3}, YErr([]float64{1e-5, 5e-4, 1e-3}), Square)
	h := g.Below()
	h.Height = 140
	h.X, h.Y = Log("two decades").Range(0.3, 30), Log("κ").Range(1e-7, 3e-6)
	h.Points("short", []float64{1.1, 12, 19}, []float64{3e-7, 4e-7, 2e-6})
	return f
}

// TestLook writes the gallery to $FIGURE_LOOK for a human to look at.
func TestLook(t *testing.T) {
	dir := os.Getenv("FIGURE_LOOK")
	for _, f := range gallery() {
		svg, err := f.SVG()
		if err != nil {
			t.Fatal(err)
		}
		if dir != "" {
			os.WriteFile(filepath.Join(dir, f.Name+".svg"), svg, 0o644)
		}
	}
}
