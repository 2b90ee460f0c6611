package launcher

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// What a notebook took is expected of it the next time, at the same fidelity; a broken file is none.
func TestExpectations(t *testing.T) {
	dir := t.TempDir()
	e := expect(dir)
	if e.of("quick", "01_a") != 45*time.Second || e.of("paper", "01_a") != 5*time.Minute {
		t.Errorf("a new machine expects %v and %v", e.of("quick", "01_a"), e.of("paper", "01_a"))
	}
	e.keep("quick", map[string]time.Duration{"01_a": 7 * time.Second})
	again := expect(dir)
	if again.of("quick", "01_a") != 7*time.Second || again.of("paper", "01_a") != 5*time.Minute || again.of("quick", "02_b") != 45*time.Second {
		t.Errorf("after a run: %v", again.seconds)
	}
	if err := os.WriteFile(filepath.Join(dir, "durations.json"), []byte(`{"quick/01_a": -1`), 0o644); err != nil {
		t.Fatal(err)
	}
	if d := expect(dir).of("quick", "01_a"); d != 45*time.Second {
		t.Errorf("a broken file expects %v", d)
	}
}

func TestAbout(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "about 10 s", 14 * time.Second: "about 10 s", 16 * time.Second: "about 20 s", 119 * time.Second: "about 120 s",
		150 * time.Second: "about 3 min", 31 * time.Minute: "about 31 min"} {
		if got := about(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
	if got := together([]time.Duration{time.Minute}); got != time.Minute {
		t.Errorf("one piece takes %v", got)
	}
	many := make([]time.Duration, 4*runtime.NumCPU())
	for i := range many {
		many[i] = time.Minute
	}
	if got := together(many); got != 4*time.Minute {
		t.Errorf("four rounds take %v", got)
	}
}

// The time left falls as notebooks end, and a slow one is nearly through.
func TestTimeLeft(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out, []string{"01_a.ipynb", "02_b.ipynb"}, func(string) time.Duration { return 10 * time.Minute })
	if got, want := p.left(), "2 of 2 to go, about "; !strings.HasPrefix(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	a, b := p.line(0), p.line(1)
	a.started, b.started = time.Now().Add(-time.Hour), time.Now().Add(-4*time.Minute)
	if got, want := p.left(), "2 of 2 to go, about 6 min left"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	a.cell(1, 1)
	a.done("a.html", 1e6)
	if got := out.String(); !strings.HasSuffix(got, "a.html (1.0 MB)  1 of 2 to go, about 6 min left\n") {
		t.Errorf("the line of the first is %q", got)
	}
	b.done("b.html", 1e6)
	if p.left() != "" || b.took < 4*time.Minute {
		t.Errorf("%q left after %v", p.left(), b.took)
	}
}
