package figure

import (
	"fmt"
	"path/filepath"

	"github.com/sgdescape/sgdescape/pkg/internal/output"
)

// Show writes the figure to NAME.svg and NAME.csv in the output folder (see
// Dir) and, in a GoNB cell, displays it. It returns the first mistake made in
// drawing the figure, and then writes nothing.
func (f *Figure) Show() error {
	svg, err := f.Save()
	if err != nil {
		return err
	}
	if err := output.Display("image/svg+xml", string(svg), f.Alt); err != nil {
		return fmt.Errorf("figure: %s: %w", f.Name, err)
	}
	return nil
}

// Save is Show without the display; it returns the SVG document.
func (f *Figure) Save() ([]byte, error) {
	svg, err := f.SVG()
	if err != nil {
		return nil, err
	}
	numbers, err := f.CSV()
	if err != nil {
		return nil, err
	}
	dir, err := Dir()
	if err != nil {
		return nil, err
	}
	for _, file := range []struct {
		ending string
		data   []byte
	}{{".svg", svg}, {".csv", numbers}} {
		if err := output.WriteFile(filepath.Join(dir, f.Name+file.ending), file.data); err != nil {
			return nil, fmt.Errorf("figure: %s: %w", f.Name, err)
		}
	}
	return svg, nil
}

// CSV returns the numbers behind the figure: its Table, or else every plotted
// point.
func (f *Figure) CSV() ([]byte, error) {
	t := f.Table
	if t == nil {
		if _, err := f.layout(); err != nil { // fills in function curves
			return nil, err
		}
		t = f.points()
	}
	data, err := t.CSV()
	if err != nil {
		return nil, fmt.Errorf("figure: %s: %w", f.Name, err)
	}
	return data, nil
}

// Dir returns the folder that figures are written to: $SGDESCAPE_FIGURES when
// set, else the repository's figures/ at paper fidelity and its
// notebooks/reports/figures/ at quick fidelity.
func Dir() (string, error) {
	dir, err := output.Dir()
	if err != nil {
		return "", fmt.Errorf("figure: %w", err)
	}
	return dir, nil
}

// A Fidelity says how much work a run spends on its numbers.
type Fidelity = output.Fidelity

// Quick is for a laptop, a minute and a first look; Paper for what is published.
const (
	Quick = output.Quick
	Paper = output.Paper
)

// CurrentFidelity returns what $SGDESCAPE_FIDELITY asks for: Quick when it is
// unset, an error when it is neither "quick" nor "paper".
func CurrentFidelity() (Fidelity, error) {
	f, err := output.CurrentFidelity()
	if err != nil {
		return f, fmt.Errorf("figure: %w", err)
	}
	return f, nil
}

// Pick returns its second argument at paper fidelity and its first otherwise.
// A misspelt fidelity counts as quick here; Show then refuses to write, so that
// it cannot pass unnoticed.
//
//	runs := figure.Pick(1_000, 100_000)
func Pick[T any](quick, paper T) T {
	if f, err := CurrentFidelity(); err == nil && f == Paper {
		return paper
	}
	return quick
}
