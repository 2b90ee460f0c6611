//go:build !js

package live

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/comms"
)

// staticEnv names the environment variable that asks for static views: set to 1, a Figure is drawn
// once and nobody is waited for. The export sets it; nbconvert and its like need not, they are
// recognised.
const staticEnv = "SGDESCAPE_STATIC"

const (
	// greeting is how long a Figure waits for a front end that answers: GoNB itself gives it 3 s to
	// open its connection.
	greeting = 10 * time.Second
	// rest is how long a Figure waits for the next move, so that a notebook left alone does not
	// keep its kernel busy.
	rest = 10 * time.Minute
)

// Show displays the figure and follows the sliders. It returns an error if the figure cannot be
// drawn at the initial values. At others Draw may fail: the reader then sees its error in place of
// the figure and moves on.
func (v Figure) Show() error {
	values, err := v.check()
	if err != nil {
		return err
	}
	f, err := v.Draw(values)
	if err != nil {
		return fmt.Errorf("live: %s: %w", v.Name, err)
	}
	svg, err := f.Save()
	switch {
	case err != nil || !gonbui.IsNotebook:
		return err
	case unattended():
		return display(v.Name, v.still(svg, f.Alt), f.Alt)
	}
	return v.follow(values, string(svg), f.Alt)
}

// still is the figure as it stands in an exported page, which the export makes move: there the same
// cell runs in the reader's browser.
func (v Figure) still(svg []byte, alt string) string {
	sliders, _ := json.Marshal(v.Sliders) // finite numbers, by checkSliders, always encode
	return fmt.Sprintf(`<figure class="sgd-moves" id="%s" data-sliders="%s" style="%s">`+"\n", v.Name, html.EscapeString(string(sliders)), boxStyle) +
		fmt.Sprintf(`<img src="data:image/svg+xml;base64,%s" alt="%s">`+"\n</figure>\n", base64.StdEncoding.EncodeToString(svg), html.EscapeString(alt))
}

// follow displays the sliders and what is drawn for their values, and draws anew until the reader
// is done.
func (v Figure) follow(shown map[string]float64, svg, alt string) error {
	address := "/sgdescape/" + v.Name + "/" + gonbui.UniqueId()
	// The newest move takes the place of one not yet seen.
	moves := comms.Listen[string](address).LatestOnly() // comms has no conversion for maps
	comms.Start()
	if err := display(v.Name, v.page(address), alt); err != nil {
		return err
	}
	drawing := "drawing-" + address
	replace(drawing, svg)
	// A kernel that is shut down does not take its program along.
	kernel, watch := os.Getppid(), time.NewTicker(time.Second)
	defer watch.Stop()
	end := time.Now().Add(greeting)
	for {
		select {
		case now := <-watch.C:
			if os.Getppid() != kernel || now.After(end) {
				return gonbui.Error()
			}
		case coded := <-moves.C:
			var values map[string]float64
			if json.Unmarshal([]byte(coded), &values) != nil {
				continue
			}
			end = time.Now().Add(rest)
			done := values["done"] != 0
			delete(values, "done")
			if !maps.Equal(values, shown) {
				replace(drawing, v.drawing(values))
				shown = values
			}
			if done {
				return gonbui.Error()
			}
		}
	}
}

// drawing is the figure for some values, or the reason why there is none.
func (v Figure) drawing(values map[string]float64) string {
	svg, err := v.redraw(values)
	if err != nil {
		return `<pre>` + html.EscapeString(err.Error()) + `</pre>`
	}
	return string(svg)
}

// replace puts a drawing in the place of the one before, and waits until the kernel has it.
func replace(id, drawing string) {
	gonbui.UpdateHTML(id, `<div class="sgd-live-drawing">`+drawing+`</div>`)
	gonbui.Sync()
}

//go:embed live.js
var liveJS string

// page returns the sliders and what connects them with the program.
func (v Figure) page(address string) string {
	sliders, names := controls(v.Name, v.Sliders)
	script := strings.NewReplacer("$ID", quoted(v.Name), "$ADDRESS", quoted(address), "$NAMES", names).Replace(liveJS)
	return fmt.Sprintf(`<div id="%[1]s" class="sgd-live" style="%[2]s">`+"\n%[3]s"+
		`<button type="button" id="%[1]s-done">Done</button> <small>(the cell runs until then)</small>`+"\n</div>\n<script>\n%[4]s</script>\n",
		v.Name, boxStyle, sliders, script)
}

// executors are the programs that run a notebook with nobody in front of it.
var executors = []string{"jupyter-nbconvert", "nbconvert", "jupyter-execute", "jupyter-run", "nbclient", "papermill"}

// unattended says whether nobody can move a slider: staticEnv says so, or the kernel, our parent,
// was started by one of the executors. Where there is no /proc to tell, only the former counts.
func unattended() bool {
	if os.Getenv(staticEnv) == "1" {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", os.Getppid()))
	if err != nil {
		return false
	}
	var state string
	var starter int
	fields := stat[bytes.LastIndexByte(stat, ')')+1:] // the name before may hold anything
	if _, err := fmt.Sscan(string(fields), &state, &starter); err != nil {
		return false
	}
	command, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", starter))
	return err == nil && executes(command)
}

// executes says whether a command line, words ended by 0, is an executor's: the program itself, or
// what Python is given to run after its options.
func executes(command []byte) bool {
	words := strings.Split(string(command), "\x00")
	if strings.HasPrefix(filepath.Base(words[0]), "python") {
		script := func(word string) bool { return !strings.HasPrefix(word, "-") } // also after -m
		i := 1 + slices.IndexFunc(words[1:], script)
		words = words[i:]
	}
	return slices.Contains(executors, filepath.Base(words[0]))
}
