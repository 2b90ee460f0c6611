package live

import (
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

func cloud() Simulator {
	return Simulator{
		Name: "cloud", Alt: "Replicas on a barrier", Caption: "Play with η & B",
		Noise: theory.Noise{LearningRate: 0.2, BatchSize: 1}, Shape: landscape.Shape{Ratio: 1.5, EffectiveDimension: 2},
	}
}

func TestSimulatorHTML(t *testing.T) {
	got, err := cloud().page()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<figure class="sgd-sim" id="cloud"`, `&#34;learningRate&#34;:0.2`, `&#34;outlierCurvature&#34;:1`, `&#34;effectiveDim&#34;:2`, `&#34;ratio&#34;:1.5`,
		`<img src="data:image/svg+xml;base64,`, `alt="Replicas on a barrier"`, `<figcaption>Play with η &amp; B</figcaption>`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %.600s", want, got)
		}
	}
	if again, err := cloud().page(); err != nil || again != got {
		t.Errorf("not the same bytes again, %v", err)
	}
	if err := cloud().Show(); err != nil { // outside a notebook: nothing to do
		t.Error(err)
	}
}

func TestSimulatorMistakes(t *testing.T) {
	for want, spoil := range map[string]func(*Simulator){
		"alt text is empty":  func(s *Simulator) { s.Alt = "" },
		"learning rate η":    func(s *Simulator) { s.Noise.LearningRate = 0 },
		"loss ratio c = 1":   func(s *Simulator) { s.Shape.Ratio = 1 },
		"want only h*, n an": func(s *Simulator) { s.Shape.Flat = 3 },
	} {
		s := cloud()
		spoil(&s)
		wantError(t, s.Show(), want)
	}
}
