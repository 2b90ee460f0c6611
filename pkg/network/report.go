package network

import (
	"fmt"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/figure"
	"github.com/sgdescape/sgdescape/pkg/method"
	"github.com/sgdescape/sgdescape/pkg/spectrum"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// Report is what is known of SGD at a minimum: spectrum, temperature, predictions and, after
// [Report.Measure], how long SGD stayed.
type Report struct {
	*Site
	theory.Noise
	// Law holds T, the exponent of Eq. 17 with its range, φ (Eq. 18) and n_c (Eq. 19).
	Law spectrum.Prediction
	Stability
	Levels []Level // ascending
}

// Level is one level of the loss.
type Level struct {
	Ratio       float64 // c: SGD has left when L(θ) > c·L(θ*)
	Margin      float64 // ½(n_c − n)·log c: below about 2 a rate is ambiguous
	Predictions []Prediction
	// Time is the mean first-passage time t = ηk that SGD needed, with its interval; its Replicas
	// are 0 before [Report.Measure]. Steps counts steps of SGD.
	Time escape.Estimate
	// Every is the number of steps from one look at the loss to the next. A replica that was beyond
	// the level and came back between two looks is missed, so that Time is too long. Late estimates
	// by how much: the mean by which the same replicas come later when they are looked at half as
	// often, 0 for Every = 1, which misses nothing.
	Every int
	Late  float64
	// Split says that Time comes from splitting ([MeasureSettings].Splitting), and Doubt why its
	// error bar cannot be trusted, if so.
	Split bool
	Doubt string
}

// Of returns what a predictor says; its Time is NaN if it said nothing.
func (l Level) Of(p Predictor) Prediction {
	for _, said := range l.Predictions {
		if said.Predictor == p {
			return said
		}
	}
	return nothing(p)
}

// Error is log(predicted/measured) and its standard error, that of the measurement; both are NaN
// without a prediction, or without an escape.
func (l Level) Error(p Predictor) (logRatio, stderr float64) {
	if l.Time.Escaped == 0 || !(l.Time.Value > 0) {
		return math.NaN(), math.NaN()
	}
	return math.Log(l.Of(p).Time / l.Time.Value), l.Time.StdErr / l.Time.Value
}

// Growth is log(t₂/t₁) between the lowest and the highest level that SGD was seen to reach, with its
// standard error: what is left of the times when no prefactor counts. It is
// NaN where fewer than two levels were reached.
func (r *Report) Growth() (value, stderr float64) {
	first, last := r.reached()
	if first == nil {
		return math.NaN(), math.NaN()
	}
	a, b := first.Time, last.Time
	return math.Log(b.Value / a.Value), math.Hypot(a.StdErr/a.Value, b.StdErr/b.Value)
}

// GrowthOf is that of a predictor between the levels of [Report.Growth].
func (r *Report) GrowthOf(p Predictor) float64 {
	first, last := r.reached()
	if first == nil {
		return math.NaN()
	}
	return math.Log(last.Of(p).Time / first.Of(p).Time)
}

// reached returns the lowest and the highest level that were; nil unless there are two.
func (r *Report) reached() (first, last *Level) {
	if r == nil {
		return nil, nil
	}
	for i := range r.Levels {
		if r.Levels[i].Time.Escaped == 0 {
			continue
		}
		if first == nil {
			first = &r.Levels[i]
		}
		last = &r.Levels[i]
	}
	if first == last {
		return nil, nil
	}
	return first, last
}

// maxLevels bounds the levels of a report.
const maxLevels = 1 << 10

// Report says, before anything is run, what to expect of SGD with this noise at the levels L >
// c·L(θ*) of the loss; no levels stand for 1.5, 2, 3 and 4. Read [Report.Warnings] first.
//
// The predictions cost some hundred evaluations of the mean loss for each outlier. Errors: levels
// that are not above 1, finite and ascending, and those of [Site.Stability].
func (s *Site) Report(at theory.Noise, ratios ...float64) (*Report, error) {
	stable, err := s.Stability(at)
	if err != nil {
		return nil, err
	}
	if len(ratios) == 0 {
		ratios = []float64{1.5, 2, 3, 4}
	}
	if len(ratios) > maxLevels {
		return nil, fmt.Errorf("network: %d levels, want at most %d", len(ratios), maxLevels)
	}
	for i, c := range ratios {
		if !(c > 1) || math.IsInf(c, 1) || i > 0 && !(c > ratios[i-1]) {
			return nil, fmt.Errorf("network: levels %v, want c > 1, finite and ascending", ratios)
		}
	}
	r := &Report{Site: s, Noise: at, Stability: stable}
	if r.Law, err = s.Predict(at); err != nil {
		return nil, fmt.Errorf("network: %w", err)
	}
	if r.Levels, err = s.predict(at, ratios); err != nil {
		return nil, err
	}
	return r, nil
}

// Excess is the mean of L/L(θ*) − 1 at which SGD settles by Eq. 6, ηTr(H)/2B over 1 less itself:
// each direction takes its share, whatever its curvature. A level that is not well above it is no
// barrier. It is NaN where the trace is not known and +Inf where SGD would not settle.
func (r *Report) Excess() float64 {
	if r == nil || r.Site == nil {
		return math.NaN()
	}
	share := r.LearningRate * r.Trace / (2 * r.BatchSize)
	if share >= 1 {
		return math.Inf(1)
	}
	return share / (1 - share)
}

// Warnings says, one sentence each, what makes the predictions doubtful or a run hopeless; there
// are none where all is well. Read them before [Report.Measure].
func (r *Report) Warnings() (list []string) {
	if r == nil || r.check() != nil {
		return []string{"this report is empty"}
	}
	warn := func(doubt bool, format string, args ...any) {
		if doubt {
			list = append(list, fmt.Sprintf(format, args...))
		}
	}
	warn(r.Edge > 2, "ηh₁ = %.3g > 2: beyond the edge of stability even full-batch descent leaves; take η < %.3g", r.Edge, 2*r.LearningRate/r.Edge)
	warn(r.LogGrowth > 0, "E log|1 − ηh_B| = %.3g ± %.1g > 0: mini-batches drive SGD away from this minimum, no barrier holds it", r.LogGrowth, r.LogGrowthErr)
	warn(float64(r.EffectiveDimension) >= r.Law.CriticalDimension, "n = %d ≥ n_c = %.3g: by Eq. 19 this minimum is not stable", r.EffectiveDimension, r.Law.CriticalDimension)
	warn(r.Low < r.High, "the gap in the spectrum leaves n open between %d and %d: the exponent of Eq. 17 may be %.3g to %.3g", r.Low, r.High, r.Law.ExponentLow, r.Law.ExponentHigh)
	if excess := r.Excess(); len(r.Levels) > 0 {
		warn(2*excess > r.Levels[0].Ratio-1, "by Eq. 6 the loss of SGD settles %.3g·L* above L*: c = %.3g is no barrier", excess, r.Levels[0].Ratio)
		warn(r.Levels[0].Margin < 2, "margin ½(n_c − n)·log c = %.2g < 2 at c = %.3g: a rate is ambiguous there", r.Levels[0].Margin, r.Levels[0].Ratio)
	}
	for _, l := range r.Levels {
		warn(l.Late > 0.1*l.Time.Value && l.Time.Escaped > 0, "looked at every %d steps only, replicas come late at c = %.3g, by some %.2g of t = %.3g: look more often", l.Every, l.Ratio, l.Late, l.Time.Value)
		warn(l.Doubt != "", "splitting at c = %.3g: %s", l.Ratio, l.Doubt)
	}
	return list
}

// String is the report as text: the minimum, its spectrum, what follows for this noise, the
// warnings, and a table of the times, t ± standard error beside what the predictors say; - where one
// does not apply.
func (r *Report) String() string {
	if r == nil || r.check() != nil {
		return "network: an empty report\n"
	}
	var b strings.Builder
	n, p := r.Model.Dims()
	shown := r.Spectrum.Values[:min(len(r.Spectrum.Values), r.High+3)]
	fmt.Fprintf(&b, "minimum   N = %d, P = %d, L* = %.4g, |∇L| < %.0e, curvatures from %.2g\n", n, p, r.Minimum.Loss, math.Pow(10, math.Floor(math.Log10(r.Minimum.GradNorm+1e-300))+1), r.Minimum.Lowest)
	fmt.Fprintf(&b, "outliers  n = %d (%d to %d), h* = %.4g, of %.3g\n", r.EffectiveDimension, r.Low, r.High, r.OutlierCurvature, shown)
	fmt.Fprintf(&b, "noise     η = %.3g, B = %.3g: T = %.3g, exponent %.3g, φ = %.3g, n_c = %.3g\n", r.LearningRate, r.BatchSize, r.Law.Temperature, r.Law.Exponent, r.Law.StationaryExponent, r.Law.CriticalDimension)
	fmt.Fprintf(&b, "stable?   ηh₁ = %.3g (< 2), E log|1−ηh_B| = %.3g ± %.1g (< 0)\n", r.Edge, r.LogGrowth, r.LogGrowthErr)
	for _, w := range r.Warnings() {
		fmt.Fprintf(&b, "warning   %s\n", w)
	}
	w := tabwriter.NewWriter(&b, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "c\tmargin\tmeasured t\tescaped\t")
	for _, p := range Predictors() {
		fmt.Fprintf(w, "%s\t", p)
	}
	fmt.Fprintln(w)
	for _, l := range r.Levels {
		fmt.Fprintf(w, "%.3g\t%.2g\t%s\t%d/%d\t", l.Ratio, l.Margin, plusMinus(l.Time), l.Time.Escaped, l.Time.Replicas)
		for _, p := range Predictors() {
			fmt.Fprintf(w, "%s\t", strings.Replace(fmt.Sprintf("%.3g", l.Of(p).Time), "NaN", "-", 1))
		}
		fmt.Fprintln(w)
	}
	_ = w.Flush() // into memory
	return b.String()
}

func plusMinus(e escape.Estimate) string {
	switch {
	case e.Replicas == 0:
		return "not measured"
	case e.Escaped == 0:
		return fmt.Sprintf("> %.3g", e.Low)
	}
	return fmt.Sprintf("%.3g ± %.1g", e.Value, e.StdErr)
}

// Header is that of a [figure.Table] that [Report.Rows] adds to.
func Header() []string {
	return []string{"network", "eta", "batch", "h_star", "n", "n_low", "n_high", "c", "margin", "t", "t_stderr", "t_low", "t_high", "runs", "censored", "every", "late", "steps", "method", "t_predicted", "predictor"}
}

// Rows adds one row for each level and predictor, under the name of the network. What does not
// exist, such as a time without escapes or of a predictor that does not apply, is left empty.
// Mistakes, a table of another header included, show when the table is written.
func (r *Report) Rows(t *figure.Table, name string) {
	if r == nil || r.check() != nil {
		return
	}
	for _, l := range r.Levels {
		for _, p := range l.Predictions {
			t.Row(name, r.LearningRate, r.BatchSize, r.OutlierCurvature, r.EffectiveDimension, r.Low, r.High, l.Ratio, l.Margin,
				known(l.Time.Value), known(l.Time.StdErr), known(l.Time.Low), known(l.Time.High), l.Time.Replicas, l.Time.Censored+l.Time.Diverged,
				l.Every, l.Late, int(l.Time.Steps), l.method(), known(p.Time), string(p.Predictor))
		}
	}
}

// method says how the time was measured.
func (l Level) method() string {
	switch {
	case l.Split:
		return "splitting"
	case l.Time.Replicas > 0:
		return "direct"
	}
	return ""
}

// known returns a number, or nothing where there is none.
func known(v float64) any {
	if math.IsNaN(v) || math.IsInf(v, 0) || v == 0 {
		return ""
	}
	return v
}

// Table returns the rows of this report alone.
func (r *Report) Table(name string) *figure.Table {
	t := figure.NewTable(Header()...)
	r.Rows(t, name)
	return t
}

// looks of the predictors in figures.
var looks = map[Predictor]figure.Look{Eq17: method.PowerLaw, Eq16: method.PowerLaw.Lighter(1), Linear: method.LinearBarrier, Kurtosis: method.ExactCovariance, Action: method.LeastAction}

// names of the predictors in figures.
var names = map[Predictor]string{Eq17: "paper, n outliers (Eq. 17)", Eq16: "paper, sharpest direction (Eq. 16)", Linear: "linear barrier", Kurtosis: "kurtosis law", Action: "least action of the samples"}

// Figure returns the figure of the measured times against c, with every predictor as a line, and,
// where Eq17 is so far off that it hides the others, a second panel without it. Name, title and alt
// are those of [figure.New]; mistakes show when it is shown.
func (r *Report) Figure(name, title, alt string) *figure.Figure {
	f := figure.New(name, title, alt)
	f.X, f.Y = figure.Log("loss ratio c = L/L(θ*)"), figure.Log("mean first-passage time t = ηk")
	if r == nil || r.check() != nil || len(r.Levels) == 0 {
		return f
	}
	f.Table = r.Table(name)
	r.draw(f.Panel, Predictors())
	top := r.Levels[len(r.Levels)-1]
	if top.Of(Eq17).Time > hidden*top.Of(Linear).Time {
		p := f.Beside()
		p.X, p.Y, p.Subtitle = f.X, f.Y, "without Eq. 17"
		r.draw(p, Predictors()[1:])
	}
	return f
}

// hidden is how far off a line must be to squeeze the others together: three decades.
const hidden = 1e3

// draw fills a panel.
func (r *Report) draw(panel *figure.Panel, predictors []Predictor) {
	var c, t, e []float64
	for _, l := range r.Levels {
		if l.Time.Escaped > 0 {
			c, t, e = append(c, l.Ratio), append(t, l.Time.Value), append(e, l.Time.StdErr)
		}
	}
	if len(c) > 0 {
		panel.Points("SGD, measured", c, t, method.SGD, figure.YErr(e))
	}
	for _, p := range predictors {
		c, t = nil, nil
		for _, l := range r.Levels {
			if said := l.Of(p).Time; !math.IsNaN(said) && !math.IsInf(said, 0) {
				c, t = append(c, l.Ratio), append(t, said)
			}
		}
		if len(c) > 1 {
			panel.Line(names[p], c, t, looks[p])
		}
	}
}
