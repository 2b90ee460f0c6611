package live

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"math"

	"github.com/sgdescape/sgdescape/pkg/figure"
	"github.com/sgdescape/sgdescape/pkg/internal/output"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// A Simulator is a cloud of replicas on the quartic barrier in which the reader of an exported
// report sets η, B, h*, n and c: Eq. 15 itself, compiled to WebAssembly, runs in the page, and the
// times of escape collect in a survival curve against Eq. 17 and the linear barrier. In a notebook,
// in print and without JavaScript it is a static figure of the same at the settings given.
type Simulator struct {
	// Name is the id of the figure in the page; it looks like a figure's name.
	Name string
	// Alt describes the figure for those who cannot see it. Required.
	Alt string
	// Caption is the message, written below the figure. Required.
	Caption string
	// Noise is where the sliders of η and B start.
	Noise theory.Noise
	// Shape is where the sliders of h*, n and c start: OutlierCurvature, EffectiveDimension and Ratio;
	// its other fields must be zero.
	Shape landscape.Shape
}

// Show displays the simulator in the running GoNB cell. It returns an error, also outside a
// notebook, when something is missing or out of bounds.
func (s Simulator) Show() error {
	page, err := s.page()
	if err != nil {
		return err
	}
	return display(s.Name, page, s.Alt)
}

// page returns what Show displays: a <figure> element with the static figure, which the export of a
// report makes play.
func (s Simulator) page() (string, error) {
	if err := output.CheckTexts(s.Name, s.Caption, s.Alt); err != nil {
		return "", fmt.Errorf("live: %w", err)
	}
	if s.Shape.MinimumLoss != 0 || s.Shape.Transverse != nil || s.Shape.Flat != 0 {
		return "", fmt.Errorf("live: %s: shape %+v, want only h*, n and c set", s.Name, s.Shape)
	}
	still, law, err := s.still()
	if err != nil {
		return "", fmt.Errorf("live: %s: %w", s.Name, err)
	}
	settings, err := json.Marshal(map[string]any{
		"learningRate": s.Noise.LearningRate, "batchSize": s.Noise.BatchSize, "outlierCurvature": law.OutlierCurvature,
		"effectiveDim": law.EffectiveDimension, "ratio": s.Shape.Ratio,
	})
	if err != nil {
		return "", fmt.Errorf("live: %s: %w", s.Name, err)
	}
	return fmt.Sprintf(`<figure class="sgd-sim" id="%s" data-settings="%s" style="%s">`+"\n", s.Name, html.EscapeString(string(settings)), boxStyle) +
		fmt.Sprintf(`<img src="data:image/svg+xml;base64,%s" alt="%s">`+"\n", base64.StdEncoding.EncodeToString(still), html.EscapeString(s.Alt)) +
		fmt.Sprintf("<figcaption>%s</figcaption>\n</figure>\n", html.EscapeString(s.Caption)), nil
}

// still draws the barrier in L and log L, and below it what theory says of the survival curve.
func (s Simulator) still() ([]byte, theory.Escape, error) {
	well, err := landscape.NewQuartic(s.Shape)
	if err != nil {
		return nil, theory.Escape{}, err
	}
	law, err := theory.NewEscape(well, s.Noise, 0)
	if err != nil {
		return nil, law, err
	}
	far := well.FarMinimum().Theta[0]
	f := figure.New(s.Name, s.Caption, s.Alt)
	f.Subtitle = "loss L"
	f.X, f.Y = figure.Linear("z₁").Range(-0.25*far, 1.25*far), figure.Linear("L").From(0)
	loss := func(z float64) float64 { v, _, _ := well.Profile(z); return law.MinimumLoss + v }
	f.Func("", loss)
	g := f.Beside()
	g.Subtitle = "log L"
	g.X, g.Y = figure.Linear("z₁").Range(-0.25*far, 1.25*far), figure.Linear("log L")
	g.Func("", func(z float64) float64 { return math.Log(loss(z)) })
	h := f.Below()
	h.X, h.Y = figure.Linear("time t").Range(0, 4/law.Rate()), figure.Log("fraction still inside").Range(0.01, 1)
	h.Func("Eq. 17", func(t float64) float64 { return math.Exp(-law.Rate() * t) })
	h.Func("linear barrier", func(t float64) float64 { return math.Exp(-law.RateLinear() * t) })
	svg, err := f.SVG()
	return svg, law, err
}
