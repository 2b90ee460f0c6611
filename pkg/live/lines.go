package live

import (
	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// Lines returns a line chart with labelled number axes and one empty series for each name: what an
// Interactive takes whose Script puts in the curves, as series: [{ data: [[x, y], …] }, …] in the
// order of the names. Room is left for a title and for the legend, which lies below.
func Lines(x, y string, names ...string) *charts.Line {
	line := charts.NewLine()
	line.SetGlobalOptions(
		charts.WithTitleOpts(opts.Title{TitleStyle: &opts.TextStyle{FontSize: 14}}),
		charts.WithLegendOpts(opts.Legend{Bottom: "0"}),
		charts.WithTooltipOpts(opts.Tooltip{Trigger: "axis"}),
		charts.WithXAxisOpts(opts.XAxis{Type: "value", Name: x, NameLocation: "center", NameGap: 28}),
		charts.WithYAxisOpts(opts.YAxis{Name: y, NameLocation: "center", NameGap: 36}),
		charts.WithGridOpts(opts.Grid{Left: "60", Top: "70", Bottom: "80"}))
	for _, name := range names {
		line.AddSeries(name, nil, charts.WithLineChartOpts(opts.LineChart{ShowSymbol: opts.Bool(false)}))
	}
	return line
}
