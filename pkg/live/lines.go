//go:build !js

package live

import (
	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"github.com/sgdescape/sgdescape/pkg/figure"
)

// An Axis is one of a chart of [Lines].
type Axis struct {
	Name string
	// Min and Max bound it; where they are equal the data do.
	Min, Max float64
	Log      bool
}

// A Series is one line of [Lines], in the ink and dash that its method has in the static figures.
type Series struct {
	Name string
	Look figure.Look
}

// Lines returns a chart of empty lines, laid out with its legend below, for the Script of an
// [Interactive] to fill: series i has the data [[x, y], …].
func Lines(x, y Axis, series ...Series) *charts.Line {
	line := charts.NewLine()
	line.SetGlobalOptions(
		charts.WithXAxisOpts(opts.XAxis{Type: x.kind(), Name: x.Name, NameLocation: "center", NameGap: 28, Min: x.limit(x.Min), Max: x.limit(x.Max)}),
		charts.WithYAxisOpts(opts.YAxis{Type: y.kind(), Name: y.Name, NameLocation: "center", NameGap: 40, Min: y.limit(y.Min), Max: y.limit(y.Max)}),
		charts.WithGridOpts(opts.Grid{Left: "70", Top: "60", Bottom: "80"}), charts.WithLegendOpts(opts.Legend{Bottom: "0"}),
		charts.WithTooltipOpts(opts.Tooltip{Trigger: "axis"}))
	dashes := map[figure.Dash]string{figure.Dotted: "dotted", figure.Dashed: "dashed", figure.LongDash: "dashed", figure.DashDot: "dashed"}
	colors := figure.Palette()
	for _, s := range series {
		color := "#808080" // figure.Gray
		if i := int(s.Look.Ink); i >= 0 && i < len(colors) {
			color = colors[i]
		}
		line.AddSeries(s.Name, nil, charts.WithLineChartOpts(opts.LineChart{ShowSymbol: opts.Bool(false)}),
			charts.WithItemStyleOpts(opts.ItemStyle{Color: color}),
			charts.WithLineStyleOpts(opts.LineStyle{Color: color, Width: 2, Type: dashes[s.Look.Dash]}))
	}
	return line
}

func (a Axis) kind() string {
	if a.Log {
		return "log"
	}
	return "value"
}

// limit returns a bound as the chart takes it; nil leaves it to the data.
func (a Axis) limit(bound float64) any {
	if a.Min == a.Max {
		return nil
	}
	return bound
}
