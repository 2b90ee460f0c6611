//go:build !js

package live

import (
	"fmt"
	"math"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"github.com/sgdescape/sgdescape/pkg/figure"
)

// A Map is an interactive heat map of signed values over two lists of numbers, with two sliders
// that choose which of a table of layers is shown. Colors are signed: white is 0, blue −Span and
// vermilion +Span. A static picture should stand beside it.
type Map struct {
	Name, Alt, Caption string // as for an Interactive
	XName, YName       string
	X, Y               []float64
	Span               float64 // from 0.01 to 1e30: values are shown to three decimals
	Negative, Positive string  // what the ends of the colors mean
	// Rows and Cols, two or more of each, name the layers, RowName and ColName the sliders that choose them.
	RowName, ColName string
	Rows, Cols       []string
	// Values holds the values of the layers by row and column of the table, each of length
	// len(X)·len(Y), all y of the first x first. NaN leaves a cell empty.
	Values [][][]float64
}

const mapScript = `(chart, v, d) => chart.setOption({
	title: { text: d.rows[v.row - 1] + ", " + d.cols[v.col - 1] },
	series: [{ data: d.layers[v.row - 1][v.col - 1] }],
})`

// Show displays the map as an [Interactive]. It returns an error also for a Span out of bounds, for
// no X or no Y, for numbers that are infinite or, in X and Y, NaN, and where the values are not as
// many as the layers and places.
func (m Map) Show() error {
	layers, err := m.layers()
	if err != nil {
		return err
	}
	return Interactive{
		Name: m.Name, Alt: m.Alt, Caption: m.Caption, Chart: m.chart(), Script: mapScript,
		Sliders: []Slider{{Name: "row", Label: m.RowName, Min: 1, Max: float64(len(m.Rows)), Step: 1, Value: 1},
			{Name: "col", Label: m.ColName, Min: 1, Max: float64(len(m.Cols)), Step: 1, Value: 1}},
		Data: map[string]any{"rows": m.Rows, "cols": m.Cols, "layers": layers},
	}.Show()
}

// layers returns rows [index of x, index of y, value] of each layer.
func (m Map) layers() ([][][][3]float64, error) {
	if !(m.Span >= 0.01 && m.Span <= 1e30) || len(m.Values) != len(m.Rows) {
		return nil, fmt.Errorf("live: %s: %d rows of values in colors up to %v, want %d and a span from 0.01 to 1e30", m.Name, len(m.Values), m.Span, len(m.Rows))
	}
	if len(m.X) == 0 || len(m.Y) == 0 {
		return nil, fmt.Errorf("live: %s: a map of %d×%d places, want at least 1×1", m.Name, len(m.X), len(m.Y))
	}
	all := make([][][][3]float64, len(m.Rows))
	for i, row := range m.Values {
		if len(row) != len(m.Cols) {
			return nil, fmt.Errorf("live: %s: row %d has %d layers, want %d", m.Name, i, len(row), len(m.Cols))
		}
		for _, values := range row {
			if len(values) != len(m.X)*len(m.Y) {
				return nil, fmt.Errorf("live: %s: row %d has a layer of %d values, want %d", m.Name, i, len(values), len(m.X)*len(m.Y))
			}
			layer := [][3]float64{}
			for k, v := range values {
				if !math.IsNaN(v) {
					layer = append(layer, [3]float64{float64(k / len(m.Y)), float64(k % len(m.Y)), math.Round(1000*v) / 1000})
				}
			}
			all[i] = append(all[i], layer)
		}
	}
	return all, nil
}

func (m Map) chart() *charts.HeatMap {
	chart, css := charts.NewHeatMap(), figure.Palette()
	colors := &opts.VisualMapInRange{Color: []string{css[0], "#ffffff", css[1]}}
	chart.SetGlobalOptions(
		charts.WithXAxisOpts(opts.XAxis{Type: "category", Data: m.X, Name: m.XName, NameLocation: "center", NameGap: 28}),
		charts.WithYAxisOpts(opts.YAxis{Type: "category", Data: m.Y, Name: m.YName}),
		charts.WithVisualMapOpts(opts.VisualMap{Calculable: opts.Bool(true), Min: float32(-m.Span), Max: float32(m.Span),
			Orient: "vertical", Right: "0", Top: "60", InRange: colors, Text: []string{m.Positive, m.Negative}}),
		charts.WithGridOpts(opts.Grid{Top: "60", Bottom: "60", Right: "110"}),
		charts.WithTooltipOpts(opts.Tooltip{Trigger: "item"}),
		charts.WithLegendOpts(opts.Legend{Show: opts.Bool(false)}),
		charts.WithTitleOpts(opts.Title{TitleStyle: &opts.TextStyle{FontSize: 14}}))
	chart.AddSeries(strings.TrimSpace(m.Caption), nil)
	return chart
}
