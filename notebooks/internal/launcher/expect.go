package launcher

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/google/renameio/v2/maybe"
)

// expectations say how long notebooks take: as long as the last time on this machine.
type expectations struct {
	path    string
	seconds map[string]float64 // by fidelity and name
}

// A notebook that was never run here is taken to need what one needs on two cores, and the set-up
// of a new machine, kernel, Jupyter and packages, what it took on one.
var (
	typical = map[string]time.Duration{"quick": 45 * time.Second, "paper": 5 * time.Minute}
	setUps  = 3 * time.Minute
)

// expect reads the durations of earlier runs; without any, or with a file that cannot be read, all
// are typical.
func expect(cache string) *expectations {
	e := &expectations{path: filepath.Join(cache, "durations.json"), seconds: map[string]float64{}}
	if data, err := os.ReadFile(e.path); err == nil {
		_ = json.Unmarshal(data, &e.seconds)
	}
	return e
}

// of returns how long a notebook should take.
func (e *expectations) of(fidelity, name string) time.Duration {
	if s, ok := e.seconds[fidelity+"/"+name]; ok && s > 0 && s < 1e6 {
		return time.Duration(s * float64(time.Second))
	}
	return typical[fidelity]
}

// keep remembers what notebooks took. That it cannot be written harms nothing but the next guess.
func (e *expectations) keep(fidelity string, took map[string]time.Duration) {
	for name, d := range took {
		e.seconds[fidelity+"/"+name] = d.Seconds()
	}
	if data, err := json.MarshalIndent(e.seconds, "", "  "); err == nil {
		_ = maybe.WriteFile(e.path, data, 0o644)
	}
}

// together is how long pieces of work take on the processors here, one after the other on each.
func together(pieces []time.Duration) time.Duration {
	var sum, longest time.Duration
	for _, d := range pieces {
		sum, longest = sum+d, max(longest, d)
	}
	return max(longest, sum/time.Duration(max(1, min(runtime.NumCPU(), len(pieces)))))
}

// about says a duration to the minute, or to ten seconds below two minutes.
func about(d time.Duration) string {
	if d < 2*time.Minute {
		return fmt.Sprintf("about %d s", max(10, 10*int((d+5*time.Second)/(10*time.Second))))
	}
	return fmt.Sprintf("about %d min", int((d+30*time.Second)/time.Minute))
}
