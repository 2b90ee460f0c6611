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

var (
	//go:embed simulator.js
	simulatorJS string
	//go:embed moves.js
	movesJS string
)

// A program runs in the reader's browser. What it moves are figures of a class; in the page it stands
// compressed, under an id.
type program struct{ id, class, script string }

var (
	simulator = program{"sgd-sim-wasm", "sgd-sim", simulatorJS}
	moves     = program{"sgd-moves-wasm", "sgd-moves", movesJS}
)

// Simulates reports whether a page, or the notebook that it is made from, holds a live.Simulator.
func Simulates(content string) bool { return simulator.in(content) }

// Moves reports whether a page, or the notebook that it is made from, holds a live.Figure.
func Moves(content string) bool { return moves.in(content) }

func (p program) in(content string) bool {
	return strings.Contains(content, `<figure class="`+p.class+`"`) || strings.Contains(content, `<figure class=\"`+p.class+`\"`)
}

// addPrograms puts those programs into a page that its body asks for.
func addPrograms(data map[string]any, body string, o Options) error {
	var programs []map[string]any
	var scripts []template.JS
	for _, p := range []struct {
		program
		folder string
	}{{simulator, o.Simulator}, {moves, o.Program}} {
		if !p.in(body) {
			continue
		}
		support, err := os.ReadFile(filepath.Join(p.folder, "wasm_exec.js"))
		if err != nil {
			return fmt.Errorf("reading what runs in a browser: %w", err)
		}
		packed, err := os.ReadFile(filepath.Join(p.folder, "program.wasm.gz"))
		if err != nil {
			return fmt.Errorf("reading what runs in a browser: %w", err)
		}
		if scripts == nil { // the same for all
			scripts = append(scripts, template.JS(strings.ReplaceAll(string(support), "</script", `<\/script`)))
		}
		scripts = append(scripts, template.JS(p.script))
		programs = append(programs, map[string]any{"ID": p.id, "Packed": template.HTML(base64.StdEncoding.EncodeToString(packed))}) // letters, digits, +, / and =
	}
	data["Programs"], data["ProgramScripts"] = programs, scripts
	return nil
}
