package scorecard

import (
	"cmp"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
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
		func(c *Claim, v float64) { c.Tolerance = v }, func(c *Claim, v float64) { c.Rival = &v },
	}
	for i, first := range set {
		for j, second := range set[:i+1] {
			for _, v := range values {
				for _, w := range values {
					c := claim("x")
					first(&c, v)
					second(&c, w)
					v1, err := Judge(c)
					if err == nil && (math.IsNaN(v1.Deviation+v1.Least+v1.Most) || looks[v1.Verdict].sign == "") {
						t.Errorf("fields %d = %v, %d = %v: %+v", i, v, j, w, v1)
					}
					if err != nil && !strings.HasPrefix(err.Error(), "scorecard: ") {
						t.Error(err)
					}
				}
			}
		}
	}
	h := hostile.Table{}
	inFolder(t)
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for _, change := range set {
			c := claim("x")
			change(&c, v)
			h.Add("Judge", func() error { return hostile.Err(Judge(c)) })
			h.Add("Record", func() error { return Record(c, Holds) })
		}
		h.Add("Card.Against", panics(In("a").Against(v).Holds))
	}
	h.Add("Judge", func() error { return hostile.Err(Judge(Claim{})) })
	for _, change := range []func(*Claim){
		func(c *Claim) { *c = Claim{} }, func(c *Claim) { c.ID = "../x" }, func(c *Claim) { c.ID = "a\x00" }, func(c *Claim) { c.Kind = "guess" },
		func(c *Claim) { c.Notebook = " " }, func(c *Claim) { c.StdErr = -1 }, func(c *Claim) { c.Expected, c.Measured = 5e-324, 1e308 },
	} {
		c := claim("x")
		change(&c)
		h.Add("Record", func() error { return Record(c, Holds) })
	}
	for _, want := range []Verdict{"", "perhaps", Undecided} {
		h.Add("Record", func() error { return Record(claim("x"), want) })
	}
	h.Add("Record", at("none", func() error { return Record(claim("x"), Holds) }))
	h.Add("Card.Holds", panics(Card{}.Holds))
	h.Add("Card.Bends", panics(Card{}.Bends))
	h.Add("Card.Fails", panics(Card{}.Fails))
	h.Add("In", panics(In("").Holds))
	for _, fidelity := range []string{"quick", "paper", "none"} {
		for _, card := range []Card{{}, In(""), In(" "), In("a").As("guess")} {
			h.Add("Card.AtPaper", at(fidelity, panics(card.AtPaper().Holds)))
		}
		for _, id := range []string{"", "../x", "a\x00", "A"} {
			h.Add("Card.AtPaper", at(fidelity, func() error {
				return hostile.Panics(func() { In("a").AtPaper().Bends(id, "Eq. 1", "text", "regime", 1, 1, 0, 0) })
			}))
		}
	}
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), -1} {
		h.Add("Card.AtPaper", at("paper", func() error {
			return hostile.Panics(func() { In("a").AtPaper().Fails("a", "Eq. 1", "text", "regime", 1, 1, v, 0) })
		}), at("none", panics(In("a").AtPaper().Holds)))
	}
	h.Add("Card.As", panics(In("a").As("").Holds), panics(In("a").As("guess").Holds))
	for _, path := range []string{"", "/proc", "\x00", "hostile_test.go"} {
		h.Add("Load", func() error { claims, err := Load(path); return cmp.Or(err, hostile.Said(len(claims) == 0)) })
	}
	h.Add("Published", func() error {
		t.Chdir("/")
		claims, err := Published()
		return cmp.Or(err, hostile.Said(len(claims) == 0))
	})
	for _, claims := range [][]Claim{nil, {{}}, {{Claim: "a\n|b", Expected: math.NaN(), Measured: math.Inf(1), StdErr: -1}}} {
		h.Add("Table", func() error { return hostile.Said(strings.Count(Table(claims), "\n") == 2+len(claims)) })
		h.Add("Of", func() error { return hostile.Said(len(Of(claims, "guess", "perhaps")) == 0) })
		h.Add("ShowTable", func() error { return hostile.Said(ShowTable("<script>", claims) == nil) })
	}
	h.Run(t)
}

// panics records a claim, of which only the card is wrong.
func panics(record func(id, equation, text, regime string, expected, measured, stderr, tolerance float64)) func() error {
	return func() error { return hostile.Panics(func() { record("a", "Eq. 1", "text", "regime", 1, 1, 0, 0) }) }
}

// at makes a call at a fidelity.
func at(fidelity string, call func() error) func() error {
	return func() error {
		old := os.Getenv("SGDESCAPE_FIDELITY")
		defer os.Setenv("SGDESCAPE_FIDELITY", old)
		os.Setenv("SGDESCAPE_FIDELITY", fidelity)
		return call()
	}
}

// Where no folder can be, there is no scorecard.
func TestRecordNowhere(t *testing.T) {
	t.Setenv("SGDESCAPE_FIGURES", "/proc/none")
	if err := Record(claim("a"), Holds); err == nil || !strings.HasPrefix(err.Error(), "scorecard: ") {
		t.Errorf("where no folder can be: %v", err)
	}
	defer func() {
		if err, ok := recover().(error); !ok || !strings.HasPrefix(err.Error(), "scorecard: ") {
			t.Errorf("an empty card panics with %v", err)
		}
	}()
	Card{}.Holds("a", "Eq. 1", "text", "regime", 1, 1, 0, 0)
}

// Too large an error bar does not decide what would hold or bend, from the bound on, and not below.
func TestJudgeNoiseBound(t *testing.T) {
	c := claim("x")
	c.Expected, c.Measured, c.Tolerance = 1, 1, 0
	for stderr, want := range map[float64]Verdict{0.69 / Sigmas: Holds, 0.7 / Sigmas: Undecided} {
		c.StdErr = stderr
		if j, err := Judge(c); err != nil || j.Verdict != want || j.Least != 0 || math.Abs(j.Most+math.Log(1-Sigmas*stderr)) > 1e-12 {
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

// The numbers in the box: deviation, tolerance and chance as factors, absolute where nothing is
// expected, as a share of the way to a rival where there is one.
func TestBoxNumbers(t *testing.T) {
	rival := 3.0
	for _, c := range []struct {
		expected, measured, stderr, tolerance float64
		rival                                 *float64
		want                                  []string
	}{
		{2, 2.2, 0.01, 0.05, nil, []string{"deviation by a factor of 1.1 (tolerance 1.051, chance from 1.083)", "measured 2.2 ± 0.01", "expected 2 "}},
		{0, 0.05, 0.01, 0.1, nil, []string{"deviation 0.05 (tolerance 0.1, chance from 0.015)", "expected 0 "}},
		{4, 4, 0, 0, nil, []string{"deviation by a factor of 1 (tolerance 1, chance from 1)", "measured 4 "}},
		{1, -4, 0, 0, nil, []string{"deviation of sign"}},
		{2, 2.1, 0, 0.2, &rival, []string{"deviation 0.1 of the way to the rival (tolerance 0.2, chance from 0.1)", "expected 2 (rival 3) "}},
	} {
		e := claim("a")
		e.Expected, e.Measured, e.StdErr, e.Tolerance, e.Rival = c.expected, c.measured, c.stderr, c.tolerance, c.rival
		j, err := Judge(e)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if got := box(e, j, Holds, true); !strings.Contains(got, want) {
				t.Errorf("%q is not in %s", want, got)
			}
		}
	}
	j := Judgement{Verdict: Undecided}
	if got := line(claim("a"), j); !strings.HasPrefix(got, "? undecided: the rate over a <barrier> (physics; Eq. 17; n = 1, T = 0.1): expected ") {
		t.Errorf("the line is %s", got)
	}
	if got := box(claim("a"), j, Bends, true); !strings.Contains(got, "argues that it bends") || strings.Contains(got, "not recorded") {
		t.Errorf("the box is %s", got)
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
		claims, err := Load(path)
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
