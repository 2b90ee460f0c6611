package live

import (
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/go-echarts/go-echarts/v2/charts"

	"github.com/sgdescape/sgdescape/pkg/figure"
	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// Bad input is an error, in words of this package or of figure.
func TestHostile(t *testing.T) {
	t.Setenv("SGDESCAPE_FIGURES", t.TempDir())
	nan, inf := math.NaN(), math.Inf(1)
	slider := func(min, max, step, value float64) error {
		v := clocks()
		v.Sliders = []Slider{{"a", "b", min, max, step, value}}
		return v.Show()
	}
	chart := func(spoil func(*Interactive)) error { v := clocks(); spoil(&v); return v.Show() }
	moved := func(spoil func(*Figure)) error { v := power(); spoil(&v); return v.Show() }
	cloud := func(spoil func(*Simulator)) error { s := cloud(); spoil(&s); return s.Show() }
	h := hostile.Table{
		"Interactive.Show": {
			func() error { return slider(nan, 1, 1, 0) },
			func() error { return slider(0, nan, 1, 0) },
			func() error { return slider(0, 1, nan, 0) },
			func() error { return slider(0, 1, 1, nan) },
			func() error { return slider(-inf, 1, 1, 0) },
			func() error { return slider(0, inf, 1, 0) },
			func() error { return slider(0, 1, inf, 0) },
			func() error { return slider(0, 1, 1, inf) },
			func() error { return slider(0, 1, 0, 0) },
			func() error { return slider(0, 1, -1, 0) },
			func() error { return slider(1, 1, 1, 1) },
			func() error { return slider(0, 1, 1, -1) },
			func() error { return slider(0, 1, 1, 1.5) },
			func() error { return Interactive{}.Show() },
			func() error { return chart(func(v *Interactive) { v.Chart = (*charts.Line)(nil) }) },
			func() error { return chart(func(v *Interactive) { v.Chart = nil }) },
			func() error { return chart(func(v *Interactive) { v.Sliders = make([]Slider, 1) }) },
			func() error { return chart(func(v *Interactive) { v.Data = inf }) },
			func() error { return chart(func(v *Interactive) { v.Data = math.Abs }) },
			func() error { return chart(func(v *Interactive) { v.Name = `a"` }) },
			func() error { return chart(func(v *Interactive) { v.Alt = "\x00" }) },
		},
		"Figure.Show": {
			func() error { return Figure{}.Show() },
			func() error {
				return moved(func(v *Figure) { v.Draw = func(map[string]float64) (*figure.Figure, error) { return nil, nil } })
			},
			func() error {
				return moved(func(v *Figure) {
					v.Draw = func(map[string]float64) (*figure.Figure, error) { return new(figure.Figure), nil }
				})
			},
		},
		"Simulator.Show": {
			func() error { return Simulator{}.Show() },
			func() error { return cloud(func(s *Simulator) { s.Shape.Ratio = nan }) },
			func() error { return cloud(func(s *Simulator) { s.Shape.Ratio = inf }) },
			func() error { return cloud(func(s *Simulator) { s.Shape.Ratio = 1e308 }) },
			func() error { return cloud(func(s *Simulator) { s.Shape.Ratio = 0 }) },
			func() error { return cloud(func(s *Simulator) { s.Shape.OutlierCurvature = nan }) },
			func() error { return cloud(func(s *Simulator) { s.Shape.OutlierCurvature = 1e308 }) },
			func() error { return cloud(func(s *Simulator) { s.Shape.OutlierCurvature = -1 }) },
			func() error { return cloud(func(s *Simulator) { s.Shape.EffectiveDimension = -1 }) },
			func() error { return cloud(func(s *Simulator) { s.Noise.LearningRate = nan }) },
			func() error { return cloud(func(s *Simulator) { s.Noise.LearningRate = 1e308 }) },
			func() error { return cloud(func(s *Simulator) { s.Noise.LearningRate = 5e-324 }) },
			func() error { return cloud(func(s *Simulator) { s.Noise.BatchSize = 0 }) },
			func() error { return cloud(func(s *Simulator) { s.Noise.BatchSize = inf }) },
			func() error { return cloud(func(s *Simulator) { s.Shape.MinimumLoss = 1 }) },
			func() error { return cloud(func(s *Simulator) { s.Shape.Transverse = []float64{1} }) },
		},
	}
	h.Add("Map.Show", Map{}.Show)
	for _, spoil := range []func(m *Map){
		func(m *Map) { m.Name = `a"` }, func(m *Map) { m.Alt = "\x00" }, func(m *Map) { m.Caption = "" },
		func(m *Map) { m.RowName = "" }, func(m *Map) { m.ColName = "" }, func(m *Map) { m.Values = nil },
		func(m *Map) { m.Rows, m.Values = m.Rows[:1], m.Values[:1] }, func(m *Map) { m.Rows, m.Values = nil, nil },
		func(m *Map) { m.Cols = nil }, func(m *Map) { m.Cols = append(m.Cols, "c") }, func(m *Map) { m.Values[1] = nil },
		func(m *Map) { m.X = nil }, func(m *Map) { m.Y = m.Y[:1] }, func(m *Map) { m.X = make([]float64, 1<<20) },
		func(m *Map) { m.X, m.Values = nil, [][][]float64{{nil, nil}, {nil, nil}} },
		func(m *Map) { m.Y, m.Values = nil, [][][]float64{{nil, nil}, {nil, nil}} },
	} {
		h.Add("Map.Show", func() error { m := heat(); spoil(&m); return m.Show() })
	}
	for _, v := range []float64{nan, 0, -1, inf, -inf, 1e308, 5e-324, 1e-3} {
		h.Add("Map.Show", func() error { m := heat(); m.Span = v; return m.Show() })
	}
	for _, v := range []float64{nan, inf, -inf} {
		h.Add("Map.Show", func() error { m := heat(); m.X[0] = v; return m.Show() }, func() error { m := heat(); m.Y[1] = v; return m.Show() })
	}
	for _, v := range []float64{inf, -inf, 1e308} {
		h.Add("Map.Show", func() error { m := heat(); m.Values[0][1][2] = v; return m.Show() })
	}
	h.Add("Lines", func() error { return hostile.Said(Lines(Axis{}, Axis{}) != nil) })
	h.Add("Progress", func() error { return hostile.Said(Progress() != nil) }) // takes nothing
	for _, bound := range []float64{nan, inf} {
		h.Add("Lines", func() error {
			return chart(func(v *Interactive) { v.Chart = Lines(Axis{Name: "x", Min: bound, Max: 1}, Axis{Name: "y"}) })
		},
			func() error {
				return chart(func(v *Interactive) { v.Chart = Lines(Axis{Name: "x"}, Axis{Name: "y", Min: 0, Max: bound}) })
			})
	}
	h.Run(t)

	// The bounds themselves are good.
	for _, s := range []Slider{{"a", "b", 0, 1, 1, 0}, {"a", "b", 0, 1, 1, 1}, {"a", "b", -math.MaxFloat64, math.MaxFloat64, math.MaxFloat64, 0}} {
		if err := checkSliders("x", []Slider{s}); err != nil {
			t.Error(err)
		}
	}
	if drawn := (Figure{Draw: func(map[string]float64) (*figure.Figure, error) { return nil, nil }}).drawing(nil); !strings.HasPrefix(drawn, "<pre>figure: ") {
		t.Errorf("no figure shows as %s", drawn)
	}
}

// heat is a map that can be shown.
func heat() Map {
	layer := func() []float64 { return []float64{0.1, math.NaN(), -0.2, 0} }
	return Map{
		Name: "map", Alt: "Errors.", Caption: "Errors.", X: []float64{0.1, 0.2}, Y: []float64{1.5, 2}, Span: 2,
		RowName: "predictor", ColName: "batch size", Rows: []string{"a", "b"}, Cols: []string{"c", "d"},
		Values: [][][]float64{{layer(), layer()}, {layer(), layer()}},
	}
}

// Nobody moves a slider when the environment says so, and a test's parent is no executor.
func TestUnattended(t *testing.T) {
	for value, want := range map[string]bool{"1": true, "": false, "0": false} {
		t.Setenv(staticEnv, value)
		if got := unattended(); got != want {
			t.Errorf("%q: unattended %v, want %v", value, got, want)
		}
	}
}

// The first lines of the still figure: the axes reach a quarter of the way beyond both minima, and
// the survival curves are those of the two rates.
func TestSimulatorStill(t *testing.T) {
	s := cloud()
	svg, law, err := s.still()
	if err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal(svg, new(struct{ XMLName xml.Name })); err != nil {
		t.Error(err)
	}
	for _, word := range []string{"loss\u00a0L", "log\u00a0L", "time\u00a0t", "Eq.\u00a017", "linear\u00a0barrier", "fraction\u00a0still", ">0.01<", ">0.1<", ">1<"} {
		if !strings.Contains(string(svg), word) {
			t.Errorf("no %q in the figure", word)
		}
	}
	page, err := s.page()
	if err != nil {
		t.Fatal(err)
	}
	data := regexp.MustCompile(`base64,([^"]*)"`).FindStringSubmatch(page)[1]
	if got, err := base64.StdEncoding.DecodeString(data); err != nil || string(got) != string(svg) {
		t.Errorf("the page holds another figure, %v", err)
	}
	well, err := landscape.NewQuartic(s.Shape)
	if err != nil {
		t.Fatal(err)
	}
	same, err := theory.NewEscape(well, s.Noise, 0)
	if err != nil || same.Rate() != law.Rate() {
		t.Errorf("the rate is %v, want %v, %v", law.Rate(), same.Rate(), err)
	}
}

// Under a program that runs notebooks by itself, two processes up, nobody moves a slider; under
// another somebody may.
func TestUnattendedByExecutor(t *testing.T) {
	if os.Getenv("LIVE_TEST_ASKS") != "" {
		fmt.Printf("unattended: %v\n", unattended())
		return
	}
	shell, err := exec.LookPath("sh")
	if _, noProc := os.Stat("/proc/self/stat"); err != nil || noProc != nil {
		t.Skip("no sh or no /proc")
	}
	t.Setenv(staticEnv, "")
	for name, want := range map[string]string{"nbconvert": "unattended: true\n", "jupyter-lab": "unattended: false\n"} {
		program := filepath.Join(t.TempDir(), name)
		if err := os.Symlink(shell, program); err != nil {
			t.Fatal(err)
		}
		// The colons keep either shell from giving its place to what it starts.
		cmd := exec.Command(program, "-c", `"$1" -c '"$1" -test.run="^TestUnattendedByExecutor$"; :' sh "$2"; :`, "sh", shell, os.Args[0])
		cmd.Env = append(os.Environ(), "LIVE_TEST_ASKS=1")
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), want) {
			t.Errorf("under %s: %s, %v", name, out, err)
		}
	}
}
