package live

import (
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/figure"
)

// A line has the ink and the dash of its look, and an axis the bounds that it was given.
func TestLines(t *testing.T) {
	v := clocks()
	v.Chart = Lines(Axis{Name: "log c", Max: 2}, Axis{Name: "κ", Log: true},
		Series{"exact", figure.Look{Ink: figure.Blue}}, Series{"Eq. 17", figure.Look{Ink: figure.Green, Dash: figure.Dashed}},
		Series{"contrast", figure.Look{Ink: figure.Gray, Dash: figure.Dotted}}, Series{"none", figure.Look{Ink: -1}})
	got, err := v.page()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"name":"Eq. 17"`, `"#009E73"`, `"type":"dashed"`, `"type":"dotted"`, `"#808080"`, `"min":0`, `"max":2`, `"type":"log"`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	if n := strings.Count(got, `"min":`); n != 1 {
		t.Errorf("%d axes are bounded below, want 1", n)
	}
}
