package report

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"strings"
)

//go:embed simulator.js
var simulatorJS string

// Simulates reports whether a page, or the notebook that it is made from, holds a live.Simulator.
func Simulates(content string) bool {
	return strings.Contains(content, `<figure class="sgd-sim"`) || strings.Contains(content, `<figure class=\"sgd-sim\"`)
}

// addSimulator reads the simulation that makes such figures play.
func addSimulator(data map[string]any, folder string) error {
	support, err := os.ReadFile(filepath.Join(folder, "wasm_exec.js"))
	if err != nil {
		return fmt.Errorf("reading the simulation: %w", err)
	}
	program, err := os.ReadFile(filepath.Join(folder, "simulator.wasm.gz"))
	if err != nil {
		return fmt.Errorf("reading the simulation: %w", err)
	}
	data["Simulator"] = template.HTML(base64.StdEncoding.EncodeToString(program)) // letters, digits, +, / and =
	data["SimulatorJS"] = []template.JS{template.JS(strings.ReplaceAll(string(support), "</script", `<\/script`)), template.JS(simulatorJS)}
	return nil
}
