package live

import (
	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// HeatMap returns the chart of a map over two lists of values, for an [Interactive] whose script
// fills in its one series, rows [index of x, index of y, value]. Colors are signed: white is 0, blue
// −span and vermilion +span, which high and low put into words.
func HeatMap(xName, yName string, xs, ys []float64, span float64, high, low string) *charts.HeatMap {
	chart := charts.NewHeatMap()
	colors := &opts.VisualMapInRange{Color: []string{"#0072B2", "#ffffff", "#D55E00"}}
	chart.SetGlobalOptions(
		charts.WithXAxisOpts(opts.XAxis{Type: "category", Data: xs, Name: xName, NameLocation: "center", NameGap: 28}),
		charts.WithYAxisOpts(opts.YAxis{Type: "category", Data: ys, Name: yName}),
		charts.WithVisualMapOpts(opts.VisualMap{Calculable: opts.Bool(true), Min: float32(-span), Max: float32(span),
			Orient: "vertical", Right: "0", Top: "60", InRange: colors, Text: []string{high, low}}),
		charts.WithGridOpts(opts.Grid{Top: "60", Bottom: "60", Right: "110"}),
		charts.WithTooltipOpts(opts.Tooltip{Trigger: "item"}),
		charts.WithLegendOpts(opts.Legend{Show: opts.Bool(false)}),
		charts.WithTitleOpts(opts.Title{TitleStyle: &opts.TextStyle{FontSize: 14}}))
	chart.AddSeries("", nil)
	return chart
}
