package live

import (
	"math"
	"strings"
	"testing"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

var (
	_ Chart = (*charts.Line)(nil)
	_ Chart = (*charts.Scatter)(nil)
	_ Chart = (*charts.HeatMap)(nil)
	_ Chart = (*charts.Bar)(nil)
)

// clocks returns an interactive chart with all that one can have.
func clocks() Interactive {
	line := charts.NewLine()
	line.SetGlobalOptions(
		charts.WithXAxisOpts(opts.XAxis{Type: "value", Name: "t"}),
		charts.WithTooltipOpts(opts.Tooltip{Show: opts.Bool(true), Formatter: opts.FuncOpts(`function (p) { return "<b>" + p.name + "</b>"; }`)}))
	line.AddSeries("</script> θ", []opts.LineData{{Value: []float64{0, 1}}, {Value: []float64{1, 4}}})
	return Interactive{
		Name: "two_clocks", Alt: `One "trajectory" on two clocks`, Caption: "τ runs faster where L is large & steep.", Chart: line,
		Sliders: []Slider{{Name: "steps", Label: "steps <shown>", Min: 1, Max: 10, Step: 1, Value: 5}},
		Data:    map[string]any{"tau": []float64{0, 0.5}},
		Script:  `(chart, values, data) => { chart.setOption({ xAxis: { max: values.steps } }); }`,
	}
}

func TestInteractiveHTML(t *testing.T) {
	got, err := clocks().page()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<figure class="sgd-chart"`,
		`<div id="two_clocks" role="img" aria-label="One &#34;trajectory&#34; on two clocks" style="width:100%;height:420px">`,
		`<label for="two_clocks-slider-0" style="min-width:12em">steps &lt;shown&gt;</label>`,
		`<input type="range" id="two_clocks-slider-0" min="1" max="10" step="1" value="5"`,
		`<figcaption>τ runs faster where L is large &amp; steep.</figcaption>`,
		`"formatter":function (p) { return "<b>" + p.name + "<\/b>"; }`,
		`const id = "two_clocks", option = {`, `data = {"tau":[0,0.5]}, names = ["steps"];`, `"backgroundColor":"#fff"`,
		`"color":["#0072B2","#D55E00","#009E73","#CC79A7","#E69F00","#56B4E9","#1A1A1A"]`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	for _, bad := range []string{"http", "//cdn", "__f__", "$ID", "$OPTION", "$SCRIPT"} {
		if strings.Contains(got, bad) {
			t.Errorf("holds %q", bad)
		}
	}
	if n := strings.Count(got, "</script>"); n != 1 {
		t.Errorf("%d script elements end, want 1", n)
	}
	again, err := clocks().page()
	if err != nil || got != again {
		t.Errorf("not the same bytes again, %v", err)
	}
}

func TestInteractiveMistakes(t *testing.T) {
	for want, spoil := range map[string]func(*Interactive){
		"alt text is empty":   func(v *Interactive) { v.Alt = "" },
		"title is empty":      func(v *Interactive) { v.Caption = "" },
		`"Two clocks"`:        func(v *Interactive) { v.Name = "Two clocks" },
		"no chart":            func(v *Interactive) { v.Chart = nil },
		"slider 0":            func(v *Interactive) { v.Sliders[0].Label = "" },
		`slider "steps"`:      func(v *Interactive) { v.Sliders[0].Value = 11 },
		"data: json":          func(v *Interactive) { v.Data = math.NaN() },
		"options: json":       func(v *Interactive) { v.Chart.(*charts.Line).AddSeries("x", []opts.LineData{{Value: math.Inf(1)}}) },
		`slider "steps": wan`: func(v *Interactive) { v.Sliders[0].Step = math.NaN() },
	} {
		v := clocks()
		spoil(&v)
		wantError(t, v.Show(), want)
	}
	if err := clocks().Show(); err != nil { // outside a notebook: nothing to do
		t.Error(err)
	}
}
