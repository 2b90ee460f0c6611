package figure

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func live() Live {
	return Live{
		Name:    "power",
		Sliders: []Slider{{Name: "phi", Label: "exponent φ", Min: 1, Max: 5, Step: 1, Value: 2}},
		Draw: func(values map[string]float64) (*Figure, error) {
			if values["phi"] > 4 {
				return nil, errors.New("φ < 5 & no more")
			}
			f := New("power", fmt.Sprintf("A power φ = %g", values["phi"]), "A power.")
			f.Line("", []float64{0, 1}, []float64{0, values["phi"]})
			return f, nil
		},
	}
}

// Outside a notebook a live figure is the static one, at once.
func TestLiveStatic(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("SGDESCAPE_FIGURES", dir)
	if err := live().Show(); err != nil {
		t.Fatal(err)
	}
	svg, err := os.ReadFile(filepath.Join(dir, "power.svg"))
	if err != nil || !strings.Contains(string(svg), "</svg>") {
		t.Errorf("no figure: %v", err)
	}
}

func TestLiveControls(t *testing.T) {
	got := live().controls("/here")
	for _, want := range []string{`<div id="power"`, `id="power-slider-0" min="1"`, `id="power-done"`, `id = "power", address = "/here", names = ["phi"];`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	if two, three := live().draw(map[string]float64{"phi": 2}), live().draw(map[string]float64{"phi": 3}); two == three || !strings.HasPrefix(three, "<svg") {
		t.Errorf("does not follow the value: %.300s", three)
	}
	if drawn := live().draw(map[string]float64{"phi": 5}); drawn != "<pre>φ &lt; 5 &amp; no more</pre>" {
		t.Errorf("an error shows as %s", drawn)
	}
}

func TestLiveMistakes(t *testing.T) {
	for want, spoil := range map[string]func(*Live){
		"name":           func(l *Live) { l.Name = "" },
		"want sliders":   func(l *Live) { l.Draw = nil },
		`slider "phi"`:   func(l *Live) { l.Sliders[0].Max = 0 },
		"φ < 5":          func(l *Live) { l.Sliders[0].Value = 5 },
		"needs a name":   func(l *Live) { l.Sliders[0].Name = "" },
		"want sliders a": func(l *Live) { l.Sliders = nil },
	} {
		l := live()
		spoil(&l)
		wantError(t, l.Show(), want)
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
