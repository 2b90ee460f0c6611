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
	numbers, err := f.numbers()
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

// numbers returns what the figure shows in CSV: its Table, or else every plotted
// point.
func (f *Figure) numbers() ([]byte, error) {
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
