package live

import (
	"encoding/json"
	"fmt"
	"syscall/js"
)

// Show hands the figure to the page that the program runs in: the object sgdFigures gets a function
// of its name that takes the values of the sliders, as JSON, and a function that it calls with the
// drawing, or with null and the reason why there is none. It returns an error for what is missing.
func (v Figure) Show() error {
	if _, err := v.check(); err != nil {
		return err
	}
	figures := js.Global().Get("sgdFigures")
	if !figures.Truthy() {
		return fmt.Errorf("live: %s: the page has no sgdFigures", v.Name)
	}
	figures.Set(v.Name, js.FuncOf(func(_ js.Value, args []js.Value) any {
		coded, done := args[0].String(), args[1]
		go func() { // what is called from JavaScript must not wait
			var values map[string]float64
			err := json.Unmarshal([]byte(coded), &values)
			var svg []byte
			if err == nil {
				svg, err = v.redraw(values)
			}
			if err != nil {
				done.Invoke(nil, err.Error())
				return
			}
			done.Invoke(string(svg))
		}()
		return nil
	}))
	return nil
}
