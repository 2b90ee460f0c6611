package scorecard

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What a killed notebook left behind is gone after the next claim; other files stay.
func TestRecordSweeps(t *testing.T) {
	path := inFolder(t)
	dir := filepath.Dir(path)
	for _, name := range []string{".scorecard.json123456", ".scorecard.json9", ".scorecard.json.lock", ".other.svg123", "scorecard.json9"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("half a claim"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := Record(claim("a"), Holds); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(dir)
	var names []string
	for _, f := range left {
		names = append(names, f.Name())
	}
	if got := strings.Join(names, " "); err != nil || got != ".other.svg123 .scorecard.json.lock scorecard.json scorecard.json9" {
		t.Errorf("the folder holds %s, %v", got, err)
	}
}

// Numbers at the edge of floating point give a verdict or an error.
func TestHostile(t *testing.T) {
	values := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, -1, 1, 1e308, -1e308, 5e-324}
	set := []func(*Claim, float64){
		func(c *Claim, v float64) { c.Expected = v }, func(c *Claim, v float64) { c.Measured = v }, func(c *Claim, v float64) { c.StdErr = v },
		func(c *Claim, v float64) { c.Tolerance = v }, func(c *Claim, v float64) { c.Bend = v },
	}
	for i, first := range set {
		for j, second := range set[:i+1] {
			for _, v := range values {
				for _, w := range values {
					c := claim("x")
					first(&c, v)
					second(&c, w)
					v1, err := Judge(c)
					if finite := v1.Deviation + v1.Noise; err == nil && (math.IsNaN(finite) || math.IsInf(finite, 0) || looks[v1.Verdict].sign == "") {
						t.Errorf("fields %d = %v, %d = %v: %+v", i, v, j, w, v1)
					}
					if err != nil && !strings.HasPrefix(err.Error(), "scorecard: ") {
						t.Error(err)
					}
				}
			}
		}
	}
	if err := Record(Claim{}, Holds); err == nil {
		t.Error("an empty claim passed")
	}
	t.Setenv("SGDESCAPE_FIGURES", "/proc/none")
	if err := Record(claim("a"), Holds); err == nil || !strings.HasPrefix(err.Error(), "scorecard: ") {
		t.Errorf("where no folder can be: %v", err)
	}
	func() {
		defer func() {
			if err, ok := recover().(error); !ok || !strings.HasPrefix(err.Error(), "scorecard: ") {
				t.Errorf("an empty card panics with %v", err)
			}
		}()
		Card{}.Holds("a", "Eq. 1", "text", "regime", 1, 1, 0, 0)
	}()
}

// Too large an error bar is refused for what would hold or bend, from the bound on, and not below.
func TestJudgeNoiseBound(t *testing.T) {
	c := claim("x")
	c.Expected, c.Measured, c.Tolerance = 1, 1, 0
	for stderr, good := range map[float64]bool{0.5 / Sigmas: true, 0.51 / Sigmas: false} {
		c.StdErr = stderr
		if j, err := Judge(c); (err == nil) != good || j.Noise != Sigmas*stderr {
			t.Errorf("%v: %+v, %v", stderr, j, err)
		}
	}
	c.Expected, c.Measured, c.StdErr = 1e-300, 1e7, 0
	if _, err := Judge(c); err != nil {
		t.Errorf("a deviation of 1e307: %v", err)
	}
	c.Measured, c.StdErr = 1e7, 1e8
	if _, err := Judge(c); err == nil || !strings.Contains(err.Error(), "proportion") {
		t.Errorf("noise beyond floating point: %v", err)
	}
}

// The numbers in the box: deviation, tolerance and chance in per cent, or absolute where nothing is
// expected.
func TestBoxNumbers(t *testing.T) {
	for _, c := range []struct {
		expected, measured, stderr, tolerance float64
		want                                  []string
	}{
		{2, 2.02, 0.01, 0.05, []string{"deviation 1 % (tolerance 5 %, chance 1.8 %)", "measured 2.02 ± 0.01", "expected 2 "}},
		{0, 0.02, 0.01, 0.1, []string{"deviation 0.02 (tolerance 0.1, chance 0.035)", "expected 0 "}},
		{4, 4, 0, 0, []string{"deviation 0 % (tolerance 0 %, chance 0 %)", "measured 4 "}},
	} {
		e := claim("a")
		e.Expected, e.Measured, e.StdErr, e.Tolerance = c.expected, c.measured, c.stderr, c.tolerance
		j, err := Judge(e)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if got := box(e, j, Holds); !strings.Contains(got, want) {
				t.Errorf("%q is not in %s", want, got)
			}
		}
		if got := line(e, j); !strings.HasPrefix(got, "✓ holds: the rate over a <barrier> (Eq. 17; n = 1, T = 0.1): expected ") {
			t.Errorf("the line is %s", got)
		}
	}
}

// Any file is a list of claims with ids, each once, or an error.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`[{"id": "a", "expected": 1}]`))
	f.Add([]byte(`[{"id": "b"}, {"id": "a", "stderr": -1e308, "verdict": "holds"}]`))
	f.Fuzz(func(t *testing.T, file []byte) {
		path := filepath.Join(t.TempDir(), fileName)
		if err := os.WriteFile(path, file, 0o644); err != nil {
			t.Fatal(err)
		}
		claims, err := read(path)
		if err != nil && !strings.HasPrefix(err.Error(), "scorecard: ") {
			t.Error(err)
		}
		for i, c := range claims {
			if !validID.MatchString(c.ID) || i > 0 && claims[i-1].ID >= c.ID {
				t.Errorf("the ids of %+v", claims)
			}
		}
	})
}

// An exact number stands without an error bar.
func TestMeasurement(t *testing.T) {
	c := claim("a")
	if got := measurement(c); got != "2.02 ± 0.01" {
		t.Error(got)
	}
	if c.StdErr = 0; measurement(c) != "2.02" {
		t.Error(measurement(c))
	}
}
