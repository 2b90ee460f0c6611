package live

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html"
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

// An Interactive is a go-echarts chart in a notebook or an exported page, with
// sliders if the reader is to move something. It needs no network: a report
// carries ECharts within, and a live notebook has it from the project's Jupyter.
// The chart's options may hold JavaScript functions (opts.FuncOpts); its event
// listeners are not used: Script has the chart in hand.
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
	// that is called with the ECharts instance, the values of the sliders by
	// name, and Data: once at the start and again whenever a slider moves.
	Script string
}

// Show displays the chart in the running GoNB cell. It returns an error, also
// outside a notebook, when something required is missing or cannot be encoded.
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

// page returns what Show displays: a <figure> element, the same bytes for the
// same chart.
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

// option returns the chart's options as JavaScript, with the house style where
// the chart does not choose.
func (v Interactive) option() (string, error) {
	v.Chart.Validate()
	obj := v.Chart.JSON()
	obj["color"] = figure.Palette()
	for key, val := range map[string]any{
		"backgroundColor": "#fff",
		"animation":       false,
		"textStyle":       map[string]any{"fontFamily": figure.FontFamily, "color": "#1a1a1a"},
	} {
		if _, ok := obj[key]; !ok {
			obj[key] = val
		}
	}
	coded, err := json.Marshal(obj) // escapes <, > and &: safe inside <script>
	if err != nil {
		return "", err
	}
	coded = jsFunction.ReplaceAllFunc(coded, func(m []byte) []byte {
		var fn string
		if err = json.Unmarshal(m, &fn); err != nil {
			return m
		}
		return []byte(scriptSafe(strings.TrimSuffix(strings.TrimPrefix(fn, "__f__"), "__f__")))
	})
	return string(coded), err
}

// scriptSafe keeps JavaScript from ending the <script> element that it is in.
func scriptSafe(js string) string { return strings.ReplaceAll(js, "</", `<\/`) }
