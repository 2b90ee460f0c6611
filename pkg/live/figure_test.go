package live

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/figure"
)

// wantError fails the test unless err holds the word and is one of this package.
func wantError(t *testing.T, err error, word string) {
	t.Helper()
	if err == nil || !strings.HasPrefix(err.Error(), "live: ") || !strings.Contains(err.Error(), word) {
		t.Errorf("error %v is not one of live that says %q", err, word)
	}
}

func power() Figure {
	return Figure{
		Name:    "power",
		Sliders: []Slider{{Name: "phi", Label: "exponent φ", Min: 1, Max: 5, Step: 1, Value: 2}},
		Draw: func(values map[string]float64) (*figure.Figure, error) {
			if values["phi"] > 4 {
				return nil, errors.New("φ < 5 & no more")
			}
			f := figure.New("power", fmt.Sprintf("A power φ = %g", values["phi"]), "A power.")
			f.Line("", []float64{0, 1}, []float64{0, values["phi"]})
			return f, nil
		},
	}
}

// Outside a notebook a live figure is the static one, at once.
func TestFigureStatic(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("SGDESCAPE_FIGURES", dir)
	if err := power().Show(); err != nil {
		t.Fatal(err)
	}
	svg, err := os.ReadFile(filepath.Join(dir, "power.svg"))
	if err != nil || !strings.Contains(string(svg), "</svg>") {
		t.Errorf("no figure: %v", err)
	}
}

func TestFigureControls(t *testing.T) {
	got := power().page("/here")
	for _, want := range []string{`<div id="power"`, `id="power-slider-0" min="1"`, `id="power-done"`, `id = "power", address = "/here", names = ["phi"];`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	if two, three := power().drawing(map[string]float64{"phi": 2}), power().drawing(map[string]float64{"phi": 3}); two == three || !strings.HasPrefix(three, "<svg") {
		t.Errorf("does not follow the value: %.300s", three)
	}
	if drawn := power().drawing(map[string]float64{"phi": 5}); drawn != "<pre>φ &lt; 5 &amp; no more</pre>" {
		t.Errorf("an error shows as %s", drawn)
	}
}

func TestFigureMistakes(t *testing.T) {
	for want, spoil := range map[string]func(*Figure){
		"name":           func(v *Figure) { v.Name = "" },
		"want sliders":   func(v *Figure) { v.Draw = nil },
		`slider "phi"`:   func(v *Figure) { v.Sliders[0].Max = 0 },
		"φ < 5":          func(v *Figure) { v.Sliders[0].Value = 5 },
		"needs a name":   func(v *Figure) { v.Sliders[0].Name = "" },
		"want sliders a": func(v *Figure) { v.Sliders = nil },
	} {
		v := power()
		spoil(&v)
		wantError(t, v.Show(), want)
	}
}

// The command lines are those of running programs, as /proc tells them.
func TestExecutes(t *testing.T) {
	for command, want := range map[string]bool{
		"/usr/bin/python3 /usr/bin/jupyter-nbconvert --execute a.ipynb": true,
		"python3 -m nbconvert --to html a.ipynb":                        true,
		"python3 -u /usr/bin/jupyter-nbconvert a.ipynb":                 true,
		"/opt/bin/python3.13 /opt/bin/papermill in.ipynb out.ipynb":     true,
		"/usr/bin/python3 /usr/bin/jupyter-lab":                         false,
		"/usr/bin/python3 /usr/bin/jupyter-lab nbconvert":               false,
		"bash nbconvert": false,
		"python3":        false,
		"":               false,
	} {
		line := strings.ReplaceAll(command, " ", "\x00")
		for _, end := range []string{"\x00", ""} { // a program that renames itself may leave the last one out
			if got := executes([]byte(line + end)); got != want {
				t.Errorf("%q executes notebooks: %v, want %v", command, got, want)
			}
		}
	}
}
