package figure

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"regexp"
	"strings"

	"github.com/sgdescape/sgdescape/pkg/internal/output"
)

// A Chart is what an Interactive shows: every chart of go-echarts is one.
type Chart interface {
	Validate()
	JSON() map[string]interface{}
}

// An Interactive is a go-echarts chart in a notebook or an exported page, with
// sliders if the reader is to move something. It needs no network: a report
// carries ECharts within, and a live notebook has it from the project's Jupyter.
// The chart's options may hold JavaScript functions (opts.FuncOpts); its event
// listeners are not used: Script has the chart in hand.
type Interactive struct {
	// Name is the id of the chart in the page, in the manner of Figure.Name.
	Name string
	// Alt describes the chart for those who cannot see it. Required.
	Alt string
	// Caption is the message, written below the chart. Required.
	Caption string
	// Height in pixels; zero means 420. The width is that of the page.
	Height int
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
	// that is called with the ECharts instance, the values of the sliders by
	// name, and Data: once at the start and again whenever a slider moves.
	Script string
	// SVG draws with SVG elements instead of a canvas: sharper in print, slower
	// from some thousand points on.
	SVG bool
}

// A Slider is a native range input, which a keyboard moves as well.
type Slider struct {
	// Name is the slider's key in the values that Script receives.
	Name string
	// Label tells the reader what it moves.
	Label string
	// Min, Max and Step bound it; Value is where it starts.
	Min, Max, Step, Value float64
}

// Show displays the chart in the running GoNB cell. It returns an error, also
// outside a notebook, when something required is missing or cannot be encoded.
func (v Interactive) Show() error {
	page, err := v.HTML()
	if err != nil {
		return err
	}
	if err := output.Display("text/html", page, v.Alt); err != nil {
		return fmt.Errorf("figure: %s: %w", v.Name, err)
	}
	return nil
}

//go:embed chart.js
var chartJS string

// chartStyle keeps a chart legible on any page: dark text on white.
const (
	chartStyle  = "background:#fff;color:#1a1a1a;padding:8px;margin:1em 0;border:1px solid #ddd;font-family:" + fontFamily
	chartHeight = 420
)

// HTML returns what Show displays: a <figure> element, the same bytes for the
// same chart.
func (v Interactive) HTML() (string, error) {
	if err := v.check(); err != nil {
		return "", err
	}
	option, err := v.option()
	if err != nil {
		return "", err
	}
	data, err := json.Marshal(v.Data)
	if err != nil {
		return "", fmt.Errorf("figure: %s: data: %w", v.Name, err)
	}
	names := make([]string, len(v.Sliders))
	for i, s := range v.Sliders {
		names[i] = s.Name
	}
	height := v.Height
	if height == 0 {
		height = chartHeight
	}
	alt := html.EscapeString(v.Alt)
	var b strings.Builder
	fmt.Fprintf(&b, `<figure class="sgd-chart" style="%s">`+"\n", chartStyle)
	for i, s := range v.Sliders {
		b.WriteString(s.html(fmt.Sprintf("%s-slider-%d", v.Name, i)))
	}
	fmt.Fprintf(&b, `<div id="%s" role="img" aria-label="%s" style="width:100%%;height:%dpx">%s</div>`+"\n", v.Name, alt, height, alt)
	b.WriteString("<script>\n")
	b.WriteString(v.script(option, string(data), names))
	fmt.Fprintf(&b, "</script>\n<figcaption>%s</figcaption>\n</figure>\n", html.EscapeString(v.Caption))
	return b.String(), nil
}

// check returns an error for what is missing or cannot work.
func (v Interactive) check() error {
	if err := checkTexts(v.Name, v.Caption, v.Alt); err != nil {
		return err
	}
	if v.Chart == nil {
		return fmt.Errorf("figure: %s: %w", v.Name, errors.New("no chart"))
	}
	if v.Height < 0 {
		return fmt.Errorf("figure: %s: height %d, want ≥ 0", v.Name, v.Height)
	}
	for i, s := range v.Sliders {
		if err := s.check(v.Name, i); err != nil {
			return err
		}
	}
	return nil
}

// jsFunction matches what opts.FuncOpts makes of a function, in JSON.
var jsFunction = regexp.MustCompile(`"__f__(?:[^"\\]|\\.)*__f__"`)

// option returns the chart's options as JavaScript, with the house style where
// the chart does not choose.
func (v Interactive) option() (string, error) {
	v.Chart.Validate()
	obj := v.Chart.JSON()
	obj["color"] = []string{"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#1A1A1A"}
	for key, val := range map[string]any{
		"backgroundColor": "#fff",
		"animation":       false,
		"textStyle":       map[string]any{"fontFamily": fontFamily, "color": "#1a1a1a"},
	} {
		if _, ok := obj[key]; !ok {
			obj[key] = val
		}
	}
	coded, err := json.Marshal(obj) // escapes <, > and &: safe inside <script>
	if err != nil {
		return "", fmt.Errorf("figure: %s: options: %w", v.Name, err)
	}
	coded = jsFunction.ReplaceAllFunc(coded, func(m []byte) []byte {
		var fn string
		if err = json.Unmarshal(m, &fn); err != nil {
			return m
		}
		return []byte(scriptSafe(strings.TrimSuffix(strings.TrimPrefix(fn, "__f__"), "__f__")))
	})
	if err != nil {
		return "", fmt.Errorf("figure: %s: options: %w", v.Name, err)
	}
	return string(bytes.TrimSpace(coded)), nil
}

// scriptSafe keeps JavaScript from ending the <script> element that it is in.
func scriptSafe(js string) string { return strings.ReplaceAll(js, "</", `<\/`) }

// script fills in chart.js.
func (v Interactive) script(option, data string, names []string) string {
	id, _ := json.Marshal(v.Name)  // a string always encodes
	keys, _ := json.Marshal(names) // and so do strings
	onMove, renderer := "null", "canvas"
	if v.Script != "" {
		onMove = "(" + scriptSafe(v.Script) + ")"
	}
	if v.SVG {
		renderer = "svg"
	}
	return strings.NewReplacer("$ID", string(id), "$OPTION", option, "$DATA", data, "$NAMES", string(keys),
		"$SCRIPT", onMove, "$RENDERER", renderer).Replace(chartJS)
}

// check returns an error for what is missing or cannot work in the i-th slider
// of a figure.
func (s Slider) check(figure string, i int) error {
	if s.Name == "" || s.Label == "" {
		return fmt.Errorf("figure: %s: slider %d needs a name and a label", figure, i)
	}
	if finite(s.Min, s.Max, s.Step, s.Value) != nil || !(s.Min < s.Max && s.Step > 0 && s.Min <= s.Value && s.Value <= s.Max) {
		return fmt.Errorf("figure: %s: slider %q: want min < max, step > 0 and the value between, not %g, %g, %g and %g",
			figure, s.Name, s.Min, s.Max, s.Step, s.Value)
	}
	return nil
}

// html returns the slider with its label and its value.
func (s Slider) html(id string) string {
	return fmt.Sprintf(`<p style="margin:0 0 6px;display:flex;gap:10px;align-items:center;flex-wrap:wrap"><label for="%[1]s" style="min-width:12em">%[2]s</label>`+
		`<input type="range" id="%[1]s" min="%[3]v" max="%[4]v" step="%[5]v" value="%[6]v" style="flex:1;min-width:160px">`+
		`<output id="%[1]s-value" for="%[1]s" style="min-width:4em">%[6]v</output></p>`+"\n",
		id, html.EscapeString(s.Label), s.Min, s.Max, s.Step, s.Value)
}
