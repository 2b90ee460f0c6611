package simulator

import (
	"math"
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/kolmogorov"
	"github.com/sgdescape/sgdescape/pkg/landscape"
)

func settings() Settings {
	return Settings{LearningRate: 0.2, BatchSize: 1, OutlierCurvature: 1, EffectiveDimension: 1, Ratio: 1.5, Replicas: 200, Seed: 1}
}

// The cloud leaves at the exact rate. Two per cent are granted to the step.
func TestRateIsExact(t *testing.T) {
	w, err := New(settings())
	if err != nil {
		t.Fatal(err)
	}
	for len(w.Escapes) < 4000 {
		w.Advance()
	}
	well, err := landscape.NewQuartic(landscape.Shape{Ratio: 1.5})
	if err != nil {
		t.Fatal(err)
	}
	want, err := kolmogorov.BarrierRate(t.Context(), well, exact.LossNoise{Temperature: 0.2})
	if err != nil {
		t.Fatal(err)
	}
	rate, stderr := w.Rate()
	if z := (rate - want.Value) / math.Hypot(stderr, 0.02*want.Value); math.Abs(z) > 4.5 || w.Diverged > 0 {
		t.Errorf("rate %v ± %v, exact %v: z = %.1f; %d diverged", rate, stderr, want.Value, z, w.Diverged)
	}
	s := w.Sample()
	if n := len(s.Times); n != len(w.Escapes)+200 {
		t.Errorf("the sample has %d times for %d escapes", n, len(w.Escapes))
	}
	if loss := w.Profile(w.Saddle()); math.Abs(loss-1.5) > 1e-12 {
		t.Errorf("the loss at the saddle is %v, want 1.5", loss)
	}
	if z, loss := w.Replica(0); math.Abs(loss-w.Profile(z)) > 1e-12 {
		t.Errorf("at %v the loss is %v, on the path %v", z, loss, w.Profile(z))
	}
}

func TestMistakes(t *testing.T) {
	for want, spoil := range map[string]func(*Settings){
		"learning rate η = -1":  func(s *Settings) { s.LearningRate = -1 },
		"loss ratio c = 1":      func(s *Settings) { s.Ratio = 1 },
		"effective dimension n": func(s *Settings) { s.EffectiveDimension = -2 },
		"0 replicas":            func(s *Settings) { s.Replicas = 0 },
	} {
		s := settings()
		spoil(&s)
		if _, err := New(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func BenchmarkAdvance(b *testing.B) {
	w, err := New(settings())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		w.Advance()
	}
}
