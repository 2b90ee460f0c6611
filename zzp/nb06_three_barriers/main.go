package main

import (
	"context"
	"fmt"
	"github.com/janpfeifer/must"
	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/fidelity"
	"github.com/sgdescape/sgdescape/pkg/figure"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/live"
	"github.com/sgdescape/sgdescape/pkg/method"
	"github.com/sgdescape/sgdescape/pkg/quasipotential"
	"github.com/sgdescape/sgdescape/pkg/regression"
	"github.com/sgdescape/sgdescape/pkg/scorecard"
	"github.com/sgdescape/sgdescape/pkg/selection"
	"github.com/sgdescape/sgdescape/pkg/theory"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
	"math"
)





var (
	signs   = regression.Chain{Features: must.M1(regression.NewEmpiricalFeatures([]float64{1, -1}))}
	uniform = regression.Chain{Labels: distuv.Uniform{Min: -math.Sqrt(3), Max: math.Sqrt(3)}}
	laplace = regression.Chain{Features: signs.Features, Labels: distuv.Laplace{Scale: math.Sqrt(0.5)}}
	student = regression.Chain{Labels: distuv.StudentsT{Sigma: math.Sqrt(0.5), Nu: 4}}
	card    = scorecard.In("06_three_barriers")
)
// with completes a chain: d = 1, σ = 1.
func with(c regression.Chain, eta float64, batch int) regression.Chain {
	c.LearningRate, c.BatchSize, c.Dim, c.LabelNoise = eta, batch, 1, 1
	return c
}

// look is that of SGD in a lighter shade, with a marker and a dash of its own.
func look(lighter int, m figure.Marker, d figure.Dash) figure.Look {
	return figure.Look{Ink: method.SGD.Lighter(lighter).Ink, Marker: m, Dash: d}
}
var laws = []struct {
	name, features, labels string
	chain                  regression.Chain
	look                   figure.Look
}{{"normal labels", "normal", "normal", regression.Chain{}, method.SGD},
	{"bounded labels", "normal", "uniform", uniform, look(1, figure.Square, figure.Dashed)},
	{"Laplace labels, x = ±1", "signs", "Laplace", laplace, look(1, figure.Triangle, figure.LongDash)},
	{"Student labels", "normal", "Student, ν = 4", student, look(0, figure.Cross, figure.Dotted)}}

// rivals draws the two barriers that know only L, H and Σ.
func rivals(f *figure.Figure) {
	f.Func("linear, c − 1", func(c float64) float64 { return c - 1 }, method.LinearBarrier)
	f.Func("the paper's, log c", math.Log, method.PowerLaw)
}

// cumulant returns K(θ, p) of a law as a function of p, cut at 1 so that it can be drawn.
func cumulant(c regression.Chain, theta float64) func(p float64) float64 {
	k, grad, hess := must.M1(with(c, 0.1, 1).Cumulant()), []float64{0}, mat.NewSymDense(1, nil)
	return func(p float64) float64 { return math.Min(1, k.Log(grad, hess, []float64{theta}, []float64{p})) }
}

func cell9() {
f := figure.New("three_barriers_root", "The price of the way uphill is where K comes back to zero",
	"K against p at θ = 0.71 for four laws: all start from 0 with slope −L′, dip, and return at different p.")
theta := math.Sqrt(0.5) // c = 1.5
f.X, f.Y = figure.Linear("p").Range(-0.1, 2.2), figure.Linear("K(θ, p) at L = 1.5 L(θ*)").Range(-0.27, 0.15)
for _, law := range laws[:3] {
	f.Func(law.name, cumulant(law.chain, theta), law.look)
}
gauss := func(p float64) float64 { return -p*theta + p*p*(1+theta*theta)/2 } // −pL′ + p²Σ/2, Σ = 2LH
f.Func("Gaussian noise, Σ = 2LH", gauss, method.SDE)
f.HLine("", 0, method.Reference)
must.M(f.Show())
}

// bowl is Gaussian noise of covariance 2LH on L = 1 + θ²/2, where L = cL(θ*) at √(2(c − 1)).
var bowl = must.M1(landscape.NewQuadratic(landscape.Shape{}))
var gaussian = quasipotential.GaussianNoise{Landscape: bowl, Hess: bowl.Minimum().Hess}

// climb returns ΔS along a straight way in one dimension.
func climb(k quasipotential.Cumulant, from, to float64) float64 {
	return must.M1(quasipotential.Quasipotential(k, [][]float64{{from}, {to}}, exact.Settings{})).Value
}

func drawBarriers(f *figure.Figure, features, labels, name string, cs []float64, l figure.Look,
	barrier func(c float64) float64) {
	if f.Table == nil {
		f.Table = figure.NewTable("features", "labels", "c", "dS", "dlogL", "dL_over_L")
		rivals(f)
	}
	for _, c := range cs {
		f.Table.Row(features, labels, c, barrier(c), math.Log(c), c-1)
	}
	f.Points(name, cs, figure.Values(cs, barrier), l)
}

func cell13() {
cs := floats.LogSpan(make([]float64, 12), 1.02, 2)
f := figure.New("quasipotential", "One loss, many barriers: what SGD climbs depends on the law of its samples",
	"Barrier against c: linear for normal labels, above it for bounded, below for Laplace, zero for Student.")
f.X, f.Y = figure.Linear("c = L/L(θ*)").From(1), figure.Linear("barrier in units of T").Range(-0.05, 1.5)
for _, law := range laws {
	drawBarriers(f, law.features, law.labels, "h*ΔS, "+law.name, cs, law.look,
		func(c float64) float64 { return must.M1(with(law.chain, 1, 1).Quasipotential(c)) })
}
drawBarriers(f, "", "Gaussian noise, Σ = 2LH", "h*ΔS, Gaussian noise Σ = 2LH", cs, method.SDE,
	func(c float64) float64 { return climb(gaussian, 0, math.Sqrt(2*(c-1))) })
must.M(f.Show())
}

func cell14() {
card.As(scorecard.Check).Holds("barrier-gaussian", "Eq. 15", "quasipotential of Gaussian noise with Σ = 2LH is Δlog L",
	"quadratic bowl, c = 2", math.Log(2), climb(gaussian, 0, math.Sqrt2), 0, 1e-6) // the integration stops at 1e−8
}

// logTime is log(t/√T) of the exact discrete chain.
func logTime(c regression.Chain, eta float64, batch int, ratio float64) float64 {
	t := must.M1(with(c, eta, batch).MeanFirstPassage(ratio, exact.Settings{Tolerance: 1e-3})).Value
	return math.Log(t) - 0.5*math.Log(eta/float64(batch))
}

// cooling draws log(t/√T) of one law at c = 1.5 and, from the last point, a line of slope s.
func cooling(f *figure.Figure, name string, law regression.Chain, s float64, l figure.Look) {
	x := []float64{10, 14, 20, 25, 30, 40, 50}
	y := figure.Values(x, func(x float64) float64 { return logTime(law, 1/x, 1, 1.5) })
	last := y[len(y)-1]
	l.Dash = figure.Solid
	f.Points(name, x, y, l)
	f.Func("", func(v float64) float64 { return last + s*(v-50) }, l, figure.Thin)
}

// simulated is log(t/√T) from 1000 runs of SGD on fresh normal samples, with its standard error.
func simulated(eta float64, batch int, ratio float64) (y, stderr float64) {
	r := must.M1(regression.NewFresh(1, 1, eta, batch))
	s := must.M1(escape.FirstPassage(context.Background(), r, r.Minimum(), must.M1(r.LossAbove(ratio)),
		escape.Settings{Replicas: 1000, Experiment: fmt.Sprint(eta, batch, ratio)}))
	e := must.M1(s.MeanTime(0.95))
	return math.Log(e.Value) - 0.5*math.Log(eta/float64(batch)), e.StdErr / e.Value
}

func cell21() {
f := figure.New("three_barriers", "As η → 0 each law of samples climbs its own barrier, and normal labels not log c",
	"log of time against inverse temperature: points parallel to lines of slope h*ΔS; Student labels flatten.")
f.X, f.Y = figure.Linear("1/T").Range(8, 52), figure.Linear("log(t/√T)").Range(0, 36)
for _, law := range laws {
	cooling(f, law.name, law.chain, must.M1(with(law.chain, 1, 1).Quasipotential(1.5)), law.look)
}
last := logTime(regression.Chain{}, 0.02, 1, 1.5)
f.Func("slope log c", func(v float64) float64 { return last + math.Log(1.5)*(v-50) }, method.PowerLaw)
y, e := simulated(0.1, 1, 1.5)
f.Points("normal labels, 1000 runs", []float64{10}, []float64{y}, figure.YErr([]float64{e}), method.Reference)
must.M(f.Show())
}

func cell23() {
const regime, tight = "regression d = 1, B = 1, c = 1.5, T → 0", 0.05 // of the way to the rival
for i, id := range []string{"barrier-sgd-linear", "barrier-sgd-bounded", "barrier-sgd-laplace"} {
	chain := with(laws[i].chain, 1, 1)
	s := must.M1(chain.Quasipotential(1.5))
	v := must.M1(chain.SmallStepBarrier(1.5, s))
	fmt.Printf("%-24s V = %.4f ± %.4f from exact times, h*ΔS = %.4f\n", laws[i].name, v.Value, v.Err, s)
	card.Against(math.Log(1.5)).Holds(id, "cumulant equation", "barrier of SGD with "+laws[i].name+" is h*ΔS", regime, s, v.Value, 0, tight)
}
v := must.M1(with(regression.Chain{}, 1, 1).SmallStepBarrier(1.5, 0.5)).Value
card.Against(0.5).Fails("barrier-sgd-log", "Eq. 17", "barrier of SGD with normal labels is log c", regime, math.Log(1.5), v, 0, tight)
}

// oneStep is η/P₁: the time if one step from the minimum to beyond c = 1.5 is the only way.
func oneStep(eta float64) float64 {
	over := func(x float64) float64 {
		return 4 * distuv.UnitNormal.Prob(x) * student.Labels.Survival(math.Sqrt(0.5)/(eta*x))
	}
	return eta / quad.Fixed(over, 0, 9, 200, nil, 0)
}

// meanTime is the exact mean time to c = 1.5 against η.
func meanTime(law regression.Chain) func(eta float64) float64 {
	return func(eta float64) float64 { return math.Exp(logTime(law, eta, 1, 1.5)) * math.Sqrt(eta) }
}

func cell27() {
f := figure.New("three_barriers_student", "Power-law labels: one sample is enough, and time grows as η⁻³",
	"Mean time against η on log axes: exact SGD with Student labels falls onto η/P₁, normal labels rise exponentially.")
f.X, f.Y = figure.Log("learning rate η"), figure.Log("mean time to c = 1.5")
etas := fidelity.Pick([]float64{0.001, 0.01, 0.05, 0.1}, []float64{0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1})
f.Points("Student labels, exact", etas, figure.Values(etas, meanTime(student)), laws[3].look)
f.Line("one sample, η/P₁", etas, figure.Values(etas, oneStep), method.Kesten)
warm := []float64{0.02, 0.03, 0.05, 0.07, 0.1}
f.Points("normal labels, exact", warm, figure.Values(warm, meanTime(regression.Chain{})), method.SGD)
must.M(f.Show())
card.Holds("barrier-sgd-student", "large deviations", "SGD with Student labels leaves by one sample, t = η/P₁",
	"regression d = 1, B = 1, ν = 4, c = 1.5, η = 0.001", oneStep(0.001), meanTime(student)(0.001), 0, math.Log(1.05))
}

// lastSteps runs SGD on normal samples until the loss is c times as high and returns its last 50 positions.
func lastSteps(eta, c float64, run int) (path []float64) {
	r := must.M1(regression.NewFresh(1, 1, eta, 1))
	step, theta, rng := r.NewStepper(), []float64{0}, dynamics.Stream(6, "one jump", run)
	for math.Abs(theta[0]) <= math.Sqrt(c-1) {
		step.Step(theta, rng)
		path = append(path[max(0, len(path)-49):], theta[0])
	}
	floats.Scale(math.Copysign(1, theta[0]), path)
	return path
}

// exits draws the last steps of five runs, counted back from the exit, and the cheapest walk.
func exits(p *figure.Panel, eta, c float64) {
	_, walk := must.M2(with(regression.Chain{}, eta, 1).StepBarrier(c, exact.Settings{Tolerance: 1e-3}))
	p.X, p.Y = figure.Linear("steps before the exit").Range(-49, 1), figure.Linear("θ").Range(-0.55*math.Sqrt(c-1), 1.15*math.Sqrt(c-1))
	p.Subtitle = fmt.Sprintf("c = %v, η = %v", c, eta)
	for run := range 5 {
		path := lastSteps(eta, c, run)
		p.Line("SGD, five runs", floats.Span(make([]float64, len(path)), float64(1-len(path)), 0), path, method.SGD.Lighter(1), figure.Thin)
	}
	p.Line("cheapest walk", floats.Span(make([]float64, len(walk)), float64(1-len(walk)), 0), walk, method.LeastAction)
	p.HLine("", math.Sqrt(c-1), method.Reference)
}

func cell31() {
f := figure.New("three_barriers_exit", "A low exit is climbed; to a high one SGD swings back and is thrown over by one sample",
	"Last fifty steps before the exit. Left, c = 1.5: the runs climb. Right, c = 6: they jump from below the minimum.")
exits(f.Panel, 0.05, 1.5)
exits(f.Beside(), 0.15, 6)
must.M(f.Show())
}

// cheapest returns the barrier V at c for normal samples.
func cheapest(c float64) float64 { return must.M1(with(regression.Chain{}, 1, 1).Barrier(c)) }

// frozen returns the barrier in exact times at c, which is about near.
func frozen(law regression.Chain, c, near float64) float64 {
	return must.M1(with(law, 1, 1).SmallStepBarrier(c, near)).Value
}

func cell34() {
f := figure.New("three_barriers_jump", "Beyond c = 2 one freak sample is cheaper than the climb, unless features are bounded",
	"Barrier against c on log axes: exact SGD follows c − 1 up to 2, then the curve of climbs and jumps.")
f.X, f.Y = figure.Log("c = L/L(θ*)").Range(1.2, 60), figure.Log("barrier in units of T").Range(0.15, 10)
at, far := floats.LogSpan(make([]float64, 40), 1.2, 60), []float64{1.5, 2, 2.5, 3, 4, 6, 8, 12}
rivals(f)
f.Line("climbs and jumps", at, figure.Values(at, cheapest), method.LeastAction)
normal := func(c float64) float64 { return frozen(regression.Chain{}, c, cheapest(c)) }
bounded := func(c float64) float64 { return frozen(signs, c, c-1) }
f.Points("exact SGD, normal x", far, figure.Values(far, normal), method.SGD)
f.Points("exact SGD, x = ±1", far[:5], figure.Values(far[:5], bounded), look(0, figure.Ring, figure.Solid))
must.M(f.Show())
}

func cell35() {
for _, c := range []float64{3, 4, 6, 10, 20, 50} {
	fmt.Printf("c = %2.0f: climbs and jumps %.3f, log c = %.3f\n", c, cheapest(c), math.Log(c))
}
fmt.Printf("far out, per unit of log c: %.3f\n", (cheapest(1e8)-cheapest(1e4))/math.Log(1e4))
slope := (logTime(regression.Chain{}, 0.03, 1, 6) - logTime(regression.Chain{}, 0.04, 1, 6)) / (1/0.03 - 1/0.04)
fmt.Printf("c = 6: plain slope of log(t/√T) from η = 0.04 to 0.03: %.3f\n", slope)
}

func cell36() {
const regime, tight = "regression d = 1, B = 1, normal samples, T → 0", 0.01 // "within 1 %?"
for _, c := range []float64{3, 4, 6} {
	v := frozen(regression.Chain{}, c, cheapest(c))
	card.Holds(fmt.Sprintf("barrier-jump-%.0f", c), "large deviations", "barrier of SGD is that of climbs and jumps",
		fmt.Sprintf("%s, c = %.0f", regime, c), cheapest(c), v, 0, tight)
}
card.Fails("barrier-jump-linear", "cumulant equation", "barrier of SGD is c − 1", regime+", c = 6", 5,
	frozen(regression.Chain{}, 6, cheapest(6)), 0, tight)
card.Holds("barrier-signs-linear", "cumulant equation", "barrier of SGD with features ±1 is c − 1",
	"regression d = 1, B = 1, c = 3, T → 0", 2, frozen(signs, 3, 2), 0, tight)
}

func cell38() {
road := must.M1(selection.NewLoop(1, 1, 1, 2)) // 09's, at θ > 0: h = 1, c = 2; the saddle is at 0
bottom, jump := road.FarMinimum().Theta[0], math.Inf(1)
for s := 0.0; s < 2; s += 0.001 { // swing out to the far side at the price s², then jump
	jump = math.Min(jump, s*s+(bottom+s)/(math.Sqrt(1+s*s)+s))
}
small, strip := climb(road.Cumulant(), bottom, 0), quasipotential.Strip{Wall: bottom + 1.5, Start: bottom, Exit: 0}
fmt.Printf("the road of 09: climb %.3f, jump from the bottom %.3f, after a swing %.3f\n", small, bottom, jump)
v, walk := must.M2(quasipotential.Steps(road.Cumulant(), 0.04, strip, exact.Settings{Tolerance: 1e-3}))
card.As(scorecard.Check).Holds("barrier-road-climb", "large deviations", "the cheapest walk over the road's saddle is the climb",
	fmt.Sprintf("road of 09, c = 2, η = 0.04, %d steps", len(walk)-1), small, v.Value, 0, 0.04) // O(η); a jump is 60 % dearer
}

// drawBatch draws exact times over 1/T at one batch size, a line of slope c − 1, and 1000 runs of SGD.
func drawBatch(f *figure.Figure, batch int, l figure.Look) {
	x := []float64{10, 16, 20, 26, 32, 40, 60, 80}
	y := figure.Values(x, func(x float64) float64 { return logTime(regression.Chain{}, float64(batch)/x, batch, 1.5) })
	f.Points(fmt.Sprintf("exact SGD, B = %d", batch), x, y, l)
	f.Func("slope c − 1", func(v float64) float64 { return y[len(y)-1] + 0.5*(v-80) }, method.LinearBarrier, figure.Thin)
	at, stderr := simulated(float64(batch)/10, batch, 1.5)
	f.Points("SGD, 1000 runs", x[:1], []float64{at}, figure.YErr([]float64{stderr}), method.Reference)
	fmt.Printf("B = %2d: SGD − exact at 1/T = 10: %.1f standard errors\n", batch, (at-y[0])/stderr)
}

func cell42() {
f := figure.New("three_barriers_batch", "Batches shift the curve; its slope tends to c − 1 as η becomes small, whatever B",
	"log of time against 1/T for B = 1, 4, 16, with lines of slope 1/2 through the last points; B = 16 bends off.")
f.X, f.Y = figure.Linear("1/T = B/η"), figure.Linear("log(t/√T)")
for i, batch := range []int{1, 4, 16} {
	drawBatch(f, batch, look(min(i, 1), []figure.Marker{figure.Circle, figure.Square, figure.Triangle}[i], figure.Solid))
}
must.M(f.Show())
}

func cell43() {
v := must.M1(with(regression.Chain{}, 1, 4).SmallStepBarrier(1.5, 0.5)).Value
card.Against(math.Log(1.5)).Holds("barrier-batch", "cumulant equation", "barrier of SGD with batches of four is c − 1",
	"regression d = 1, B = 4, c = 1.5, T → 0", 0.5, v, 0, 0.05) // of the way to the rival
}

var tolerance = exact.Settings{Tolerance: 5e-4}

// stepBarrier returns V_η at c = 1.5 for SGD on normal samples.
func stepBarrier(eta float64) float64 {
	v, _ := must.M2(with(regression.Chain{}, eta, 1).StepBarrier(1.5, tolerance))
	return v.Value
}

// stepGaussian returns V_η at c = 1.5 for steps with Gaussian noise of covariance 2LH.
func stepGaussian(eta float64) float64 {
	v, _ := must.M2(quasipotential.Steps(gaussian, eta, quasipotential.Strip{Wall: -1, Start: 0, Exit: 1}, tolerance))
	return v.Value
}

// manySamples returns the barrier in exact times of SGD at one η as B grows, and its error.
func manySamples(eta float64) exact.Result {
	return must.M1(with(regression.Chain{}, eta, 1).LargeBatchBarrier(1.5, stepBarrier(eta)))
}

// stepCurves draws V_η of three kinds of steps, and the two barriers that they pass.
func stepCurves(f *figure.Figure, at []float64) {
	f.Func("linear, c − 1", func(float64) float64 { return 0.5 }, method.LinearBarrier)
	f.Func("the paper's, log c", func(float64) float64 { return math.Log(1.5) }, method.PowerLaw)
	f.Line("least action, normal samples", at, figure.Values(at, stepBarrier), method.LeastAction)
	f.Line("least action, Gaussian steps Σ = 2LH", at, figure.Values(at, stepGaussian), method.SDE)
	f.Func("x = ±1, (c − 1)(1 − η/2)", func(eta float64) float64 { return 0.5 * (1 - eta/2) }, method.GLD)
}

func cell49() {
f := figure.New("step_barrier", "A finite step lowers the barrier: near η = 0.30 it passes log c on its way down",
	"Barrier against learning rate at c = 1.5: from c − 1 at η = 0 to 0 at the edge of stability, η = 2.")
f.Table = figure.NewTable("c", "eta", "V", "V_exact", "V_exact_error", "V_gaussian", "V_signs", "dlogL", "dL_over_L")
f.X, f.Y = figure.Linear("learning rate η, in units of 1/h").Range(0, 2), figure.Linear("barrier at c = 1.5, in units of T").Range(0, 0.55)
stepCurves(f, append([]float64{0.03}, floats.Span(make([]float64, 20), 0.05, 1.95)...))
for _, eta := range fidelity.Pick([]float64{0.2, 0.6}, []float64{0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.2, 1.6}) {
	v := manySamples(eta)
	f.Points("exact SGD, B → ∞", []float64{eta}, []float64{v.Value}, figure.YErr([]float64{v.Err}), method.SGD)
	f.Table.Row(1.5, eta, stepBarrier(eta), v.Value, v.Err, stepGaussian(eta), 0.5*(1-eta/2), math.Log(1.5), 0.5)
}
must.M(f.Show())
}

func cell51() {
const regime = "regression d = 1, normal samples, c = 1.5, B → ∞"
for _, eta := range []float64{0.1, 0.4, 0.8} {
	v := manySamples(eta)
	fmt.Printf("η = %.1f: least action %.4f, exact SGD %.4f ± %.4f\n", eta, stepBarrier(eta), v.Value, v.Err)
	card.Holds(fmt.Sprintf("barrier-step-%.0f", 10*eta), "large deviations", "barrier of SGD at fixed η is the discrete-time least action",
		fmt.Sprintf("%s, η = %.1f", regime, eta), stepBarrier(eta), v.Value, 0, 1e-3)
}
}

func cell52() {
card.Against(stepBarrier(0.8)).Fails("barrier-step-log", "Eq. 17", "barrier of SGD at fixed η is log c",
	"regression d = 1, normal samples, c = 1.5, B → ∞, η = 0.8", math.Log(1.5), manySamples(0.8).Value, 0, 0.05)
low, high := stepBarrier(0.25), stepBarrier(0.35) // V_η is straight enough between
fmt.Printf("V_η = log c at η = %.2f\n", 0.25+0.1*(low-math.Log(1.5))/(low-high))
}

// perDimension returns the barriers per dimension of SGD and of Eq. 13 at γ.
func perDimension(gamma, c float64) (sgd, eq13 float64) {
	from, to := gamma/(2-gamma), c-1
	log := 0.5 * math.Log(to/from)
	return (to-from)*(1/gamma-0.5) - log, math.Log(c/(1+from))/gamma - log
}

// inDimension returns exact times of SGD and of Eq. 13 from θ* at η = γ/d, γ = 0.5, c = 1.8.
func inDimension(d int) regression.Times {
	noise := theory.Noise{LearningRate: 0.5 / float64(d), BatchSize: 1}
	return must.M1(regression.MeanTimes(d, noise, 1.8, exact.Settings{Tolerance: 1e-2}))
}

// runs draws the mean time of SGD itself in d dimensions where it is short, and returns it with its error.
func runs(f *figure.Figure, d int) (mean, stderr any) {
	if d > 28 {
		return "", ""
	}
	r := must.M1(regression.NewFresh(d, 1, 0.5/float64(d), 1))
	s := must.M1(escape.FirstPassage(context.Background(), r, r.Minimum(), must.M1(r.LossAbove(1.8)),
		escape.Settings{Replicas: 400, Experiment: fmt.Sprint("high dimension ", d)}))
	e := must.M1(s.MeanTime(0.95))
	f.Points("SGD, 400 runs", []float64{float64(d)}, []float64{e.Value}, figure.YErr([]float64{e.StdErr}), method.Reference)
	return e.Value, e.StdErr
}

// drawDimension adds exact times at d to the figure and its table, and runs where they are short.
func drawDimension(f *figure.Figure, d int) {
	t, at := inDimension(d), []float64{float64(d)}
	f.Points("SGD, exact", at, []float64{t.SGD}, method.SGD)
	f.Points("equation (13), exact", at, []float64{t.SDE}, method.SDE)
	mean, stderr := runs(f, d)
	sgd, eq13 := perDimension(0.5, 1.8)
	f.Table.Row(0.5, 1.8, d, mean, stderr, t.SDE, 0.0, sgd, eq13, t.SGD)
}

func cell58() {
f := figure.New("high_dimension", "In high dimension SGD escapes exponentially later than (13), which has its loss curve right",
	"Mean time to c = 1.8 against dimension on a log axis: SGD rises with slope 0.262 per d, equation (13) with 0.162.")
f.Table = figure.NewTable("gamma", "c", "d", "t_sgd", "t_sgd_stderr", "t_sde", "t_sde_stderr", "slope_sgd", "slope_sde", "t_sgd_exact")
f.X, f.Y = figure.Linear("dimension d"), figure.Log("mean time to c = 1.8, γ = ηd = 0.5")
for _, d := range fidelity.Pick([]int{4, 12, 20, 28}, []int{4, 12, 20, 28, 40, 56}) {
	drawDimension(f, d)
}
must.M(f.Show())
}

func cell59() {
var T, sgd, sde [3]float64
for i, d := range []int{20, 28, 40} {
	t := inDimension(d)
	T[i], sgd[i], sde[i] = 1/float64(d), math.Log(t.SGD), math.Log(t.SDE)
}
a, b := perDimension(0.5, 1.8)
v, _ := must.M2(regression.Cooling(T, sgd, 0.5))
w, _ := must.M2(regression.Cooling(T, sde, 0.5))
fmt.Printf("per dimension: SGD %.4f (predicted %.4f), equation (13) %.4f (%.4f)\n", v, a, w, b)
claimDimension("barrier-dimension-sgd", "barrier per dimension of SGD at η = γ/d is the linear one", a, b, v)
claimDimension("barrier-dimension-eq13", "barrier per dimension of Eq. 13 at η = γ/d is the logarithmic one", b, a, w)
}

func claimDimension(id, claim string, expected, rival, measured float64) {
	const regime, tight = "regression, B = 1, γ = 0.5, c = 1.8, d = 20…40", 0.05 // of the way to the rival
	card.Against(rival).Holds(id, "Eq. 13", claim, regime, expected, measured, 0, tight)
}

func cell63() {
var s []float64
for set := range fidelity.Pick(4, 12) {
	s = append(s, must.M1(must.M1(regression.NewSet(set+1, 2000, 1, 0.1)).Quasipotential(2)))
}
low, high := floats.Min(s), floats.Max(s)
fmt.Printf("h*ΔS of %d data sets at c = 2: from %.3f to %.3f; fresh samples 1, paper log 2 = %.3f\n",
	len(s), low, high, math.Log(2))
fmt.Printf("at T = 0.1 that alone is a factor of %.1f between their mean times\n", math.Exp((high-low)/0.1))
}

// errorsOf returns log₁₀(predicted/exact) of three diffusions, NaN where nothing leaves in 10¹⁰⁰ steps.
func errorsOf(eta float64, batch int, c float64) [3]float64 {
	noise := theory.Noise{LearningRate: eta, BatchSize: float64(batch)}
	t, err := regression.MeanTimes(1, noise, c, exact.Settings{Tolerance: 1e-2})
	if err != nil {
		return [3]float64{math.NaN(), math.NaN(), math.NaN()}
	}
	return [3]float64{math.Log10(t.SDE / t.SGD), math.Log10(t.ExactCovariance / t.SGD), math.Log10(t.GLD / t.SGD)}
}

var predictors = []string{"equation (13)", "exact covariance", "Langevin"}

// drawErrors draws log₁₀(predicted/exact) of the three diffusions over η at B = 1.
func drawErrors(p *figure.Panel, c float64) {
	p.Subtitle, p.X = fmt.Sprintf("c = %v", c), figure.Log("learning rate η")
	etas := floats.LogSpan(make([]float64, 12), 0.04, 0.6)
	for i, l := range []figure.Look{method.SDE, method.ExactCovariance, method.GLD} {
		p.Line(predictors[i], etas, figure.Values(etas, func(eta float64) float64 { return errorsOf(eta, 1, c)[i] }), l)
	}
	p.HLine("", 0, method.Reference)
}

func cell67() {
f := figure.New("three_barriers_errors", "No diffusion gets the time right: each errs on its side, and more the colder it is",
	"log₁₀ of predicted over exact time against η at B = 1 for three diffusions; left c = 1.5, right c = 3.")
f.Y = figure.Linear("log₁₀(predicted/exact time)").Range(-3, 3)
drawErrors(f.Panel, 1.5)
drawErrors(f.Beside(), 3)
must.M(f.Show())
}

// errorMap adds the errors at one batch size to those before, for each predictor.
func errorMap(etas, cs []float64, batch int, before [][][]float64) [][][]float64 {
	now := make([][]float64, 3)
	for i := range len(etas) * len(cs) {
		for k, v := range errorsOf(etas[i/len(cs)], batch, cs[i%len(cs)]) {
			now[k] = append(now[k], v)
		}
	}
	return append(before, now)
}

func cell69() {
m := live.Map{Name: "map-of-errors", XName: "η", YName: "c", RowName: "batch size, as in the title", ColName: "predictor",
	Alt:  "Heat map over learning rate and c of a predictor's error, with sliders for predictor and batch size.",
	Span: 2, Negative: "too short", Positive: "too long", Caption: "log₁₀ of predicted over exact mean time; empty: beyond 10¹⁰⁰ steps.",
	X: fidelity.Pick([]float64{0.1, 0.2, 0.4}, []float64{0.04, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6}),
	Y: []float64{1.2, 1.5, 2, 2.5, 3, 4, 6}, Cols: predictors}
for _, batch := range fidelity.Pick([]int{1, 4}, []int{1, 2, 4, 8, 16}) {
	m.Rows = append(m.Rows, fmt.Sprintf("B = %d", batch))
	m.Values = errorMap(m.X, m.Y, batch, m.Values)
}
must.M(m.Show())
}

func main() {













	cell49(); clock("cell49")


	cell58(); clock("cell58")



	cell69(); clock("cell69")
}
