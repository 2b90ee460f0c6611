package scorecard

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func claim(id string) Claim {
	return Claim{ID: id, Kind: Physics, Equation: "Eq. 17", Claim: "the rate over a <barrier>", Regime: "n = 1, T = 0.1",
		Notebook: "02_escape", Expected: 2, Measured: 2.02, StdErr: 0.01, Tolerance: 0.05}
}

func TestJudge(t *testing.T) {
	rival := 3.0
	for _, test := range []struct {
		name                            string
		expected, measured, stderr, tol float64
		rival                           *float64
		want                            Verdict
	}{
		{"exactly", 2, 2, 0, 0, nil, Holds},
		{"exact numbers differ by rounding", 1, 1 + 1e-12, 0, 1e-10, nil, Holds},
		{"exact numbers differ by more", 1, 1 + 1e-9, 0, 1e-10, nil, Bends},
		{"within 3.5 standard errors", 2, 2.034, 0.01, 0, nil, Holds},
		{"beyond 3.5 standard errors", 2, 2.036, 0.01, 0, nil, Bends},
		{"below, within 3.5 standard errors", 2, 1.966, 0.01, 0, nil, Holds},
		{"below, beyond 3.5 standard errors", 2, 1.964, 0.01, 0, nil, Bends},
		{"tolerance and chance add up", 100, 106.1, 0.3, 0.05, nil, Holds},
		{"but no further", 100, 106.3, 0.3, 0.05, nil, Bends},
		{"twice bends", 1, 1.999, 0, 0.1, nil, Bends},
		{"more than twice fails", 1, 2.001, 0, 0.1, nil, Fails},
		{"half bends", 1, 0.501, 0, 0.1, nil, Bends},
		{"less than half fails", 1, 0.499, 0, 0.1, nil, Fails},
		{"a wide tolerance widens the bend", 1, 2.4, 0, 0.9, nil, Holds},
		{"negative numbers", -2, -2.01, 0.01, 0, nil, Holds},
		{"another sign fails", 1, -0.1, 0.01, 0.1, nil, Fails},
		{"zero expected: absolute", 0, 0.02, 0.01, 0, nil, Holds},
		{"zero expected, bends", 0, 0.5, 0, 0, nil, Bends},
		{"zero expected, fails", 0, 0.7, 0.01, 0, nil, Fails},
		{"noise in units of a tiny prediction does not hide a failure", 1e-8, 1e-5, 1e-6, 0.05, nil, Fails},
		{"too noisy", 2, 2, 0.5, 0, nil, Undecided}, // 3.5 · 0.5/2 = 0.875 > log 2
		{"exponent near the claim", 1, 1.2, 0, 0.1, &rival, Holds},
		{"exponent nearer to the claim than to its rival", 1, 1.99, 0, 0.1, &rival, Bends},
		{"exponent nearer to the rival", 1, 2.01, 0, 0.1, &rival, Fails},
		{"exponent off on the other side", 1, -0.5, 0, 0.1, &rival, Fails},
		{"exponent with an error bar", 1, 1.3, 0.1, 0, &rival, Holds},
		{"exponent with a wide error bar", 1, 1.3, 0.3, 0, &rival, Undecided},
	} {
		c := claim("x")
		c.Expected, c.Measured, c.StdErr, c.Tolerance, c.Rival = test.expected, test.measured, test.stderr, test.tol, test.rival
		j, err := Judge(c)
		if err != nil || j.Verdict != test.want {
			t.Errorf("%s: %+v, %v; want %s", test.name, j, err, test.want)
		}
	}
}

// A claim that the numbers do not settle is undecided, at either fidelity; one that they refute is an
// error.
func TestRecordUndecided(t *testing.T) {
	path := inFolder(t)
	for _, test := range []struct {
		name             string
		measured, stderr float64
		want             Verdict
		quick            Verdict
		admits           bool
	}{
		{"settled", 2.3, 0.01, Bends, Bends, true},
		{"may hold, may bend", 2.15, 0.05, Bends, Undecided, true},
		{"may bend, may fail", 4.1, 0.1, Fails, Undecided, true},
		{"too noisy", 2, 0.5, Holds, Undecided, true},
		{"refuted", 3, 0.01, Holds, "", false},
		{"not as bad as argued", 2.3, 0.01, Fails, "", false},
		{"better than argued", 2, 0.01, Bends, "", false},
	} {
		for _, fidelity := range []string{"quick", "paper"} {
			t.Setenv("SGDESCAPE_FIDELITY", fidelity)
			_ = os.Remove(path)
			c := claim("x")
			c.Measured, c.StdErr = test.measured, test.stderr
			admits, verdict := test.admits, test.quick
			err := Record(c, test.want)
			claims, _ := Load(path)
			if (err == nil) != admits || admits && (len(claims) != 1 || claims[0].Verdict != verdict) || !admits && len(claims) > 0 {
				t.Errorf("%s, %s: %v, %+v", test.name, fidelity, err, claims)
			}
		}
	}
}

func TestJudgeNamesBadInput(t *testing.T) {
	for want, spoil := range map[string]func(*Claim){
		"id":         func(c *Claim) { c.ID = "Not an id" },
		"equation":   func(c *Claim) { c.Equation = "" },
		"claim":      func(c *Claim) { c.Claim = " " },
		"regime":     func(c *Claim) { c.Regime = "" },
		"notebook":   func(c *Claim) { c.Notebook = "" },
		"measured":   func(c *Claim) { c.Measured = math.NaN() },
		"expected":   func(c *Claim) { c.Expected = math.Inf(1) },
		"stderr":     func(c *Claim) { c.StdErr = -1 },
		"tolerance":  func(c *Claim) { c.Tolerance = math.NaN() },
		"kind":       func(c *Claim) { c.Kind = "" },
		"rival":      func(c *Claim) { c.Rival = &c.Expected },
		"proportion": func(c *Claim) { c.Expected = 1e-308 },
	} {
		c := claim("x")
		spoil(&c)
		if _, err := Judge(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v does not name it", want, err)
		}
	}
}

// inFolder points the scorecard to an empty folder and returns its path.
func inFolder(t *testing.T) string {
	dir := t.TempDir()
	t.Setenv("SGDESCAPE_FIGURES", dir)
	return filepath.Join(dir, fileName)
}

func TestRecord(t *testing.T) {
	path := inFolder(t)
	for _, id := range []string{"b", "a", "c", "b"} {
		if err := Record(claim(id), Holds); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const first = `[
  {
    "id": "a",
    "kind": "physics",
    "equation": "Eq. 17",
    "claim": "the rate over a <barrier>",
    "regime": "n = 1, T = 0.1",
    "expected": 2,
    "measured": 2.02,
    "stderr": 0.01,
    "tolerance": 0.05,
    "verdict": "holds",
    "notebook": "02_escape"
  },
`
	if !strings.HasPrefix(string(data), first) {
		t.Errorf("file begins %s", data)
	}
	claims, err := Load(path)
	if err != nil || !slices.Equal(ids(claims), []string{"a", "b", "c"}) {
		t.Errorf("%v, %v", ids(claims), err)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("folder holds %v, %v", left, err)
	}
}

func ids(claims []Claim) (out []string) {
	for _, e := range claims {
		out = append(out, e.ID)
	}
	return out
}

func TestRecordUnexpectedVerdict(t *testing.T) {
	path := inFolder(t)
	err := Record(claim("a"), Fails)
	if err == nil || !strings.Contains(err.Error(), "unexpected verdict") {
		t.Errorf("got %v, want an unexpected verdict", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("an unexpected verdict was recorded")
	}
	if err := Record(claim("a"), "wobbles"); err == nil {
		t.Error("an unknown verdict passed")
	}
}

func TestRecordCorruptFile(t *testing.T) {
	path := inFolder(t)
	for _, corrupt := range []string{"", "[{", `{"id": "a"}`, `[{"id": "a"}, {"id": "a"}]`, `[{"id": ""}]`, `[] []`, `[{"id":"a","typo":1}]`} {
		if err := os.WriteFile(path, []byte(corrupt), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := Record(claim("b"), Holds); err == nil || !strings.Contains(err.Error(), "corrupt") {
			t.Errorf("%q: error %v", corrupt, err)
		}
		if data, _ := os.ReadFile(path); string(data) != corrupt {
			t.Errorf("%q was overwritten by %q", corrupt, data)
		}
	}
}

func TestRecordFidelity(t *testing.T) {
	inFolder(t)
	t.Setenv("SGDESCAPE_FIDELITY", "papre")
	if err := Record(claim("a"), Holds); err == nil || !strings.Contains(err.Error(), "papre") {
		t.Errorf("error %v does not name the fidelity", err)
	}
}

// TestRecordSideBySide records from several processes with several goroutines each; no entry may be
// lost.
func TestRecordSideBySide(t *testing.T) {
	const processes, goroutines = 4, 10
	if p := os.Getenv("SCORECARD_TEST_PROCESS"); p != "" {
		var wg sync.WaitGroup
		for g := range goroutines {
			wg.Go(func() {
				if err := Record(claim(fmt.Sprintf("p%s-g%d", p, g)), Holds); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		return
	}
	path := inFolder(t)
	var wg sync.WaitGroup
	for p := range processes {
		wg.Go(func() {
			cmd := exec.Command(os.Args[0], "-test.run=^TestRecordSideBySide$")
			cmd.Env = append(os.Environ(), fmt.Sprintf("SCORECARD_TEST_PROCESS=%d", p))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	wg.Wait()
	claims, err := Load(path)
	if err != nil || len(claims) != processes*goroutines {
		t.Errorf("%d claims, %v; want %d", len(claims), err, processes*goroutines)
	}
}

// A notebook that is killed while it holds the lock keeps no other from recording.
func TestRecordAfterKill(t *testing.T) {
	if path := os.Getenv("SCORECARD_TEST_HOLD"); path != "" {
		if _, err := lock(path); err != nil {
			t.Fatal(err)
		}
		fmt.Println("locked")
		time.Sleep(time.Minute) // far longer than the other side waits before the kill
	}
	path := inFolder(t)
	cmd := exec.Command(os.Args[0], "-test.run=^TestRecordAfterKill$")
	cmd.Env = append(os.Environ(), "SCORECARD_TEST_HOLD="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "locked\n" {
		t.Fatalf("the other process says %q, %v", line, err)
	}
	done := make(chan error)
	go func() { done <- Record(claim("a"), Holds) }()
	select {
	case err := <-done:
		t.Errorf("recorded in spite of the lock: %v", err)
	case <-time.After(20 * lockPause):
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestCard(t *testing.T) {
	path := inFolder(t)
	card := In("03_noise_covariance")
	card.Holds("a", "Eq. 6", "text", "regime", 1, 1.04, 0, 0.05)
	card.Bends("b", "Eq. 6", "text", "regime", 1, 1.3, 0.01, 0.05)
	card.As(Control).Fails("c", "Eq. 6", "text", "regime", 1, 2.1, 0, 0)
	card.As(Check).Against(3).Bends("d", "Eq. 6", "text", "regime", 1, 1.5, 0, 0.1)
	claims, err := Load(path)
	if err != nil || len(claims) != 4 {
		t.Fatalf("%v, %v", claims, err)
	}
	for i, want := range []Verdict{Holds, Bends, Fails, Bends} {
		if e := claims[i]; e.Verdict != want || e.Notebook != "03_noise_covariance" {
			t.Errorf("%+v, want the verdict %s", e, want)
		}
	}
	if claims[0].Kind != Physics || claims[2].Kind != Control || claims[3].Kind != Check || *claims[3].Rival != 3 || claims[2].Rival != nil {
		t.Errorf("kinds or rivals of %+v", claims)
	}
	if b := claims[1]; b.Claim != "text" || b.Regime != "regime" || b.Expected != 1 || b.Measured != 1.3 || b.StdErr != 0.01 || b.Tolerance != 0.05 {
		t.Errorf("a number or a text is in the wrong place: %+v", b)
	}
	defer func() {
		if err, ok := recover().(error); !ok || !strings.Contains(err.Error(), "unexpected verdict") {
			t.Errorf("an unexpected verdict panics with %v", err)
		}
	}()
	card.Fails("e", "Eq. 6", "text", "regime", 1, 1, 0, 0)
}

func TestBox(t *testing.T) {
	c := claim("a")
	j, err := Judge(c)
	if err != nil {
		t.Fatal(err)
	}
	got := box(c, j, Holds, true)
	for _, want := range []string{"✓ holds", "&lt;barrier&gt;", "2.02 ± 0.01", "expected 2"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %s", want, got)
		}
	}
	if !strings.Contains(box(c, j, Fails, false), "not recorded") {
		t.Error("the box does not say that an unexpected verdict is not recorded")
	}
}

// Errors name the field that is wrong, with its value.
func TestValidateNames(t *testing.T) {
	inf := math.Inf(-1)
	for want, spoil := range map[string]func(*Claim){
		"the equation is empty": func(c *Claim) { c.Equation = "" }, "the claim is empty": func(c *Claim) { c.Claim = " " },
		"the regime is empty": func(c *Claim) { c.Regime = "" }, "the notebook is empty": func(c *Claim) { c.Notebook = "" },
		"expected is +Inf": func(c *Claim) { c.Expected = -inf }, "measured is -Inf": func(c *Claim) { c.Measured = inf },
		"stderr is -1, want a finite number ≥ 0": func(c *Claim) { c.StdErr = -1 }, "tolerance is -1, want a finite number ≥ 0": func(c *Claim) { c.Tolerance = -1 },
		"rival is -Inf": func(c *Claim) { c.Rival = &inf }, `kind "guess"`: func(c *Claim) { c.Kind = "guess" }, `id "A"`: func(c *Claim) { c.ID = "A" },
	} {
		c := claim("a")
		spoil(&c)
		if _, err := Judge(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// Verdicts look apart: each its sign and its color, that of the box's edge.
func TestLooks(t *testing.T) {
	for v, want := range map[Verdict][2]string{Holds: {"✓", "#009E73"}, Bends: {"≈", "#C98B00"}, Fails: {"✗", "#D55E00"}, Undecided: {"?", "#808080"}} {
		got := box(claim("a"), Judgement{Verdict: v}, Holds, true)
		if !strings.Contains(got, "border:1px solid "+want[1]+";") || !strings.Contains(got, "<strong>"+want[0]+" "+string(v)+"</strong>") {
			t.Errorf("%s looks like %s", v, got)
		}
	}
}
