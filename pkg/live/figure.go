package live

import (
	"fmt"

	"github.com/sgdescape/sgdescape/pkg/figure"
	"github.com/sgdescape/sgdescape/pkg/internal/output"
)

// A Figure is a static figure with sliders that is drawn anew, by the library in Go, whenever the
// reader moves one. Its cell runs until the reader presses Done, so it belongs at the end of a
// notebook. An exported report carries the cell with what it uses of the cells before, compiled to
// WebAssembly, so that there the sliders move for good; what Draw uses should not be computed when
// the program starts. Where nobody can move a slider it is the figure at the initial values, at once.
type Figure struct {
	// Name is the id of the sliders in the page; it looks like a figure's name.
	Name string
	// Sliders are drawn above the figure.
	Sliders []Slider
	// Draw returns the figure for the values of the sliders, by name.
	Draw func(values map[string]float64) (*figure.Figure, error)
}

// check returns an error for what is missing, and what the sliders say at the start.
func (v Figure) check() (map[string]float64, error) {
	if err := output.CheckTexts(v.Name, v.Name, v.Name); err != nil { // the texts are those of the figures drawn
		return nil, fmt.Errorf("live: %w", err)
	}
	if v.Draw == nil || len(v.Sliders) == 0 {
		return nil, fmt.Errorf("live: %s: want sliders and a function that draws", v.Name)
	}
	if err := checkSliders(v.Name, v.Sliders); err != nil {
		return nil, err
	}
	values := map[string]float64{}
	for _, s := range v.Sliders {
		values[s.Name] = s.Value
	}
	return values, nil
}

// redraw returns the figure for some values.
func (v Figure) redraw(values map[string]float64) (svg []byte, err error) {
	defer func() { // must in a notebook's own function
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	f, err := v.Draw(values)
	if err != nil {
		return nil, err
	}
	return f.SVG()
}
