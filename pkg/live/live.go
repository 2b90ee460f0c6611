// Package live shows what a reader moves, in a notebook and in an exported page.
//
// An Interactive wraps a go-echarts chart, with sliders that a keyboard can move, for a live
// notebook and for an exported page alike.
//
// A Figure has sliders that have the library draw a static figure anew: for as long as its cell runs
// in a live notebook, and in an exported page for ever, because the page carries the cell, compiled
// to WebAssembly. Elsewhere it is a static figure at once.
//
// A Simulator is a cloud of replicas that runs in an exported page: the reader sets η, B, h*, n and
// c and watches the escapes.
package live

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"math"
	"regexp"
	"strings"

	"github.com/sgdescape/sgdescape/pkg/figure"
	"github.com/sgdescape/sgdescape/pkg/internal/output"
)

// A Chart is what an Interactive shows: every chart of go-echarts is one.
type Chart interface {
	Validate()
	JSON() map[string]interface{}
}

// An Interactive is a go-echarts chart in a notebook or an exported page, with sliders if the
// reader is to move something. It needs no network: a report carries ECharts within, and a live
// notebook has it from the project's Jupyter. The chart's options may hold JavaScript functions
// (opts.FuncOpts); its event listeners are not used: Script has the chart in hand.
type Interactive struct {
	// Name is the id of the chart in the page; it looks like a figure's name.
	Name string
	// Alt describes the chart for those who cannot see it. Required.
	Alt string
	// Caption is the message, written below the chart. Required.
	Caption string
	// Chart is the go-echarts chart.
	Chart Chart
	// Sliders are drawn above the chart.
	Sliders []Slider
	// Data is passed to Script: anything that encoding/json can encode.
	Data any
	// Script, if not empty, is a JavaScript function
	//
	//	(chart, values, data) => { … }
	//
	// that is called with the ECharts instance, the values of the sliders by name, and Data: once
	// at the start and again whenever a slider moves.
	Script string
}

// Show displays the chart in the running GoNB cell. It returns an error, also outside a notebook,
// when something required is missing or cannot be encoded.
func (v Interactive) Show() error {
	page, err := v.page()
	if err != nil {
		return err
	}
	return display(v.Name, page, v.Alt)
}

//go:embed chart.js
var chartJS string

// chartHeight is the height of a chart in pixels; its width is that of the page.
const chartHeight = 420

// page returns what Show displays: a <figure> element, the same bytes for the same chart.
func (v Interactive) page() (string, error) {
	if err := output.CheckTexts(v.Name, v.Caption, v.Alt); err != nil {
		return "", fmt.Errorf("live: %w", err)
	}
	if v.Chart == nil {
		return "", fmt.Errorf("live: %s: no chart", v.Name)
	}
	if err := checkSliders(v.Name, v.Sliders); err != nil {
		return "", err
	}
	option, err := v.option()
	if err != nil {
		return "", fmt.Errorf("live: %s: options: %w", v.Name, err)
	}
	data, err := json.Marshal(v.Data)
	if err != nil {
		return "", fmt.Errorf("live: %s: data: %w", v.Name, err)
	}
	sliders, names := controls(v.Name, v.Sliders)
	alt := html.EscapeString(v.Alt)
	onMove := "null"
	if v.Script != "" {
		onMove = "(" + scriptSafe(v.Script) + ")"
	}
	script := strings.NewReplacer("$ID", quoted(v.Name), "$OPTION", option, "$DATA", string(data), "$NAMES", names,
		"$SCRIPT", onMove).Replace(chartJS)
	return fmt.Sprintf(`<figure class="sgd-chart" style="%s">`+"\n%s", boxStyle, sliders) +
		fmt.Sprintf(`<div id="%s" role="img" aria-label="%s" style="width:100%%;height:%dpx">%s</div>`+"\n", v.Name, alt, chartHeight, alt) +
		fmt.Sprintf("<script>\n%s</script>\n<figcaption>%s</figcaption>\n</figure>\n", script, html.EscapeString(v.Caption)), nil
}

// jsFunction matches what opts.FuncOpts makes of a function, in JSON.
var jsFunction = regexp.MustCompile(`"__f__(?:[^"\\]|\\.)*__f__"`)

// option returns the chart's options as JavaScript, with the house style where the chart does not
// choose.
func (v Interactive) option() (js string, err error) {
	defer func() { // a chart is somebody else's
		if r := recover(); r != nil {
			err = fmt.Errorf("the chart cannot be read: %v", r)
		}
	}()
	v.Chart.Validate()
	obj := map[string]any{
		"backgroundColor": "#fff",
		"animation":       false,
		"textStyle":       map[string]any{"fontFamily": figure.FontFamily, "color": "#1a1a1a"},
	}
	maps.Copy(obj, v.Chart.JSON())
	obj["color"] = figure.Palette()
	coded, err := json.Marshal(obj) // escapes <, > and &: safe inside <script>
	coded = jsFunction.ReplaceAllFunc(coded, func(m []byte) []byte {
		var fn string
		_ = json.Unmarshal(m, &fn) // what Marshal wrote always decodes
		return []byte(scriptSafe(strings.TrimSuffix(strings.TrimPrefix(fn, "__f__"), "__f__")))
	})
	return string(coded), err
}

// scriptSafe keeps JavaScript from ending the <script> element that it is in.
func scriptSafe(js string) string { return strings.ReplaceAll(js, "</", `<\/`) }

// A Slider is a native range input, which a keyboard moves as well.
type Slider struct {
	// Name is the slider's key in the values that Script receives.
	Name string `json:"name"`
	// Label tells the reader what it moves.
	Label string `json:"label"`
	// Min and Max bound it, it moves by multiples of Step, and Value is where it starts.
	Min   float64 `json:"min"`
	Max   float64 `json:"max"`
	Step  float64 `json:"step"`
	Value float64 `json:"value"`
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

// checkSliders returns an error for what is missing or cannot work in the sliders of something with
// a name.
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

// controls returns the sliders of something with a name, each with its label and its value, and
// their own names as JavaScript.
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
