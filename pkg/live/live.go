// Package live shows what a reader moves, in a notebook and in an exported page.
//
// An Interactive wraps a go-echarts chart, with sliders that a keyboard can
// move, for a live notebook and for an exported page alike.
//
// A Figure has sliders that have the library draw a static figure anew, for as
// long as its cell runs in a live notebook; elsewhere it is a static figure at
// once.
//
// A Simulator is a cloud of replicas that runs in an exported page: the reader
// sets η, B, h*, n and c and watches the escapes.
package live

import (
	"encoding/json"
	"fmt"
	"html"
	"math"
	"strings"

	"github.com/sgdescape/sgdescape/pkg/figure"
	"github.com/sgdescape/sgdescape/pkg/internal/output"
)

// A Slider is a native range input, which a keyboard moves as well.
type Slider struct {
	// Name is the slider's key in the values that Script receives.
	Name string
	// Label tells the reader what it moves.
	Label string
	// Min, Max and Step bound it; Value is where it starts.
	Min, Max, Step, Value float64
}

// boxStyle keeps what is shown legible on any page: dark text on white.
const boxStyle = "background:#fff;color:#1a1a1a;padding:8px;margin:1em 0;border:1px solid #ddd;font-family:" + figure.FontFamily

// display shows a page in the running GoNB cell.
func display(name, page, alt string) error {
	if err := output.Display("text/html", page, alt); err != nil {
		return fmt.Errorf("live: %s: %w", name, err)
	}
	return nil
}

// checkSliders returns an error for what is missing or cannot work in the
// sliders of something with a name.
func checkSliders(name string, sliders []Slider) error {
	for i, s := range sliders {
		if s.Name == "" || s.Label == "" {
			return fmt.Errorf("live: %s: slider %d needs a name and a label", name, i)
		}
		bounded := s.Min >= -math.MaxFloat64 && s.Max <= math.MaxFloat64 && s.Step <= math.MaxFloat64 // also no NaN
		if !bounded || !(s.Min < s.Max && s.Step > 0 && s.Min <= s.Value && s.Value <= s.Max) {
			return fmt.Errorf("live: %s: slider %q: want min < max, step > 0 and the value between, not %g, %g, %g and %g",
				name, s.Name, s.Min, s.Max, s.Step, s.Value)
		}
	}
	return nil
}

// controls returns the sliders of something with a name, each with its label and
// its value, and their own names as JavaScript.
func controls(name string, sliders []Slider) (inputs, names string) {
	keys := make([]string, len(sliders))
	var b strings.Builder
	for i, s := range sliders {
		keys[i] = s.Name
		fmt.Fprintf(&b, `<p style="margin:0 0 6px;display:flex;gap:10px;align-items:center;flex-wrap:wrap"><label for="%[1]s" style="min-width:12em">%[2]s</label>`+
			`<input type="range" id="%[1]s" min="%[3]v" max="%[4]v" step="%[5]v" value="%[6]v" style="flex:1;min-width:160px">`+
			`<output id="%[1]s-value" for="%[1]s" style="min-width:4em">%[6]v</output></p>`+"\n",
			fmt.Sprintf("%s-slider-%d", name, i), html.EscapeString(s.Label), s.Min, s.Max, s.Step, s.Value)
	}
	return b.String(), quoted(keys)
}

// quoted returns a string, or a list of them, as JavaScript.
func quoted(text any) string {
	js, _ := json.Marshal(text) // strings always encode
	return string(js)
}
