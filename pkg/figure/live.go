package figure

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"maps"
	"os"
	"strings"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/comms"

	"github.com/sgdescape/sgdescape/pkg/internal/output"
)

// StaticEnv names the environment variable that asks for static views: set to
// 1, a [Live] is drawn once and nobody is waited for. The export sets it; nbconvert
// and its like need not, they are recognised.
const StaticEnv = "SGDESCAPE_STATIC"

const (
	// liveGreeting is how long Live waits for a front end that answers: GoNB
	// itself gives it 3 s to open its connection.
	liveGreeting = 10 * time.Second
	// liveRest is how long Live waits for the next move, so that a notebook left
	// alone does not keep its kernel busy.
	liveRest = 10 * time.Minute
)

// A Live is a figure with sliders that is drawn anew, by the library in Go,
// whenever the reader moves one. Its cell runs until the reader presses Done,
// so it belongs at the end of a notebook. Where nobody can move a slider, in an
// export or outside a notebook, it is the figure at the initial values, at once.
type Live struct {
	// Name is the id of the sliders in the page, in the manner of Figure.Name.
	Name string
	// Sliders are drawn above the figure.
	Sliders []Slider
	// Draw returns the figure for the values of the sliders, by name.
	Draw func(values map[string]float64) (*Figure, error)
}

// Show displays the figure and follows the sliders. It returns an error if the
// figure cannot be drawn at the initial values. At others Draw may fail: the
// reader then sees its error in place of the figure and moves on.
func (l Live) Show() error {
	if err := l.check(); err != nil {
		return err
	}
	values := map[string]float64{}
	for _, s := range l.Sliders {
		values[s.Name] = s.Value
	}
	f, err := l.Draw(values)
	if err != nil {
		return fmt.Errorf("figure: %s: %w", l.Name, err)
	}
	if !gonbui.IsNotebook || unattended() {
		return f.Show()
	}
	svg, err := f.Save()
	if err != nil {
		return err
	}
	return l.follow(string(svg), f.Alt)
}

func (l Live) check() error {
	if err := checkTexts(l.Name, l.Name, l.Name); err != nil {
		return err
	}
	if l.Draw == nil || len(l.Sliders) == 0 {
		return fmt.Errorf("figure: %s: %w", l.Name, errors.New("want sliders and a function that draws"))
	}
	for i, s := range l.Sliders {
		if err := s.check(l.Name, i); err != nil {
			return err
		}
	}
	return nil
}

// follow displays sliders and drawing and draws anew until the reader is done.
func (l Live) follow(svg, alt string) error {
	address := "/sgdescape/" + l.Name + "/" + gonbui.UniqueId()
	moves := make(chan map[string]float64, 1)
	comms.Subscribe(address, func(_ string, coded string) { // comms has no conversion for maps
		var values map[string]float64
		if json.Unmarshal([]byte(coded), &values) != nil {
			return
		}
		for { // the newest move takes the place of one not yet seen
			select {
			case moves <- values:
				return
			default:
			}
			select {
			case <-moves:
			default:
			}
		}
	})
	comms.Start()
	if err := output.Display("text/html", l.controls(address), alt); err != nil {
		return fmt.Errorf("figure: %s: %w", l.Name, err)
	}
	drawing := "drawing-" + address
	show(drawing, svg)
	shown := map[string]float64{}
	for _, s := range l.Sliders {
		shown[s.Name] = s.Value
	}
	// A kernel that is shut down does not take its program along.
	kernel, watch := os.Getppid(), time.NewTicker(time.Second)
	defer watch.Stop()
	end := time.Now().Add(liveGreeting)
	for {
		select {
		case now := <-watch.C:
			if os.Getppid() != kernel || now.After(end) {
				return gonbui.Error()
			}
		case values := <-moves:
			end = time.Now().Add(liveRest)
			done := values["done"] != 0
			delete(values, "done")
			if !maps.Equal(values, shown) {
				show(drawing, l.draw(values))
				shown = values
			}
			if done {
				return gonbui.Error()
			}
		}
	}
}

// draw returns the figure for some values, or the reason why there is none.
func (l Live) draw(values map[string]float64) string {
	f, err := l.Draw(values)
	if err == nil {
		var svg []byte
		if svg, err = f.SVG(); err == nil {
			return string(svg)
		}
	}
	return `<pre>` + html.EscapeString(err.Error()) + `</pre>`
}

// show puts a drawing in the place of the one before, and waits until the
// kernel has it.
func show(id, drawing string) {
	gonbui.UpdateHTML(id, `<div class="sgd-live-drawing">`+drawing+`</div>`)
	gonbui.Sync()
}

//go:embed live.js
var liveJS string

// controls returns the sliders and what connects them with the program.
func (l Live) controls(address string) string {
	names := make([]string, len(l.Sliders))
	var b strings.Builder
	fmt.Fprintf(&b, `<div id="%s" class="sgd-live" style="%s">`+"\n", l.Name, chartStyle)
	for i, s := range l.Sliders {
		names[i] = s.Name
		b.WriteString(s.html(fmt.Sprintf("%s-slider-%d", l.Name, i)))
	}
	fmt.Fprintf(&b, `<button type="button" id="%s-done">Done</button> <small>(the cell runs until then)</small>`+"\n</div>\n", l.Name)
	id, _ := json.Marshal(l.Name) // strings always encode
	to, _ := json.Marshal(address)
	keys, _ := json.Marshal(names)
	b.WriteString("<script>\n" + strings.NewReplacer("$ID", string(id), "$ADDRESS", string(to), "$NAMES", string(keys)).Replace(liveJS) + "</script>\n")
	return b.String()
}
