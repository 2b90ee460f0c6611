package launcher_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// checkSimulators plays with every simulation of a report: replicas move and escape, a slider changes the world, pause and reset work by keyboard.
func checkSimulators(t *testing.T, tab context.Context) {
	t.Helper()
	ids := eval[[]string](t, tab, `[...document.querySelectorAll("figure.sgd-sim")].map(e => e.id)`)
	for _, id := range ids {
		figure := fmt.Sprintf("document.getElementById(%q)", id)
		is := func(condition string) func() bool {
			return func() bool { return eval[bool](t, tab, fmt.Sprintf("(figure => %s)(%s)", condition, figure)) }
		}
		do(t, tab, chromedp.ScrollIntoView(chromedp.CSS("#"+id)))
		await(t, 30*time.Second, "replicas escape", is(`Number(figure.dataset.escapes) > 100`))
		if !is(`/escapes: κ = [\d.e-]+ ± [\d.e-]+/.test(figure.textContent)`)() {
			t.Errorf("%s does not tell the rate that it measures", id)
		}
		const dots = `(() => { // pixels in the color of the replicas
			const canvas = figure.querySelector("canvas"), p = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
			let n = 0;
			for (let k = 0; k < p.length; k += 4) if (p[k + 2] > p[k] + 40) n++;
			return n;
		})() > 500`
		if !is(dots)() {
			t.Errorf("%s shows no replicas", id)
		}
		before := eval[string](t, tab, figure+`.querySelector(".sgd-sim-text").textContent.split(";")[0]`)
		do(t, tab, chromedp.Focus(chromedp.CSS("#"+id+"-batchSize")), chromedp.KeyEvent(kb.ArrowRight))
		await(t, 10*time.Second, "the world follows the slider", is(fmt.Sprintf(`figure.querySelector(".sgd-sim-text").textContent.split(";")[0] !== %q`, before)))
		do(t, tab, chromedp.Focus(chromedp.CSS("#"+id+" canvas")), chromedp.KeyEvent("p"))
		frames := eval[string](t, tab, figure+".dataset.frames")
		do(t, tab, chromedp.Sleep(300*time.Millisecond))
		if now := eval[string](t, tab, figure+".dataset.frames"); now != frames {
			t.Errorf("%s goes on after a pause: frame %s after %s", id, now, frames)
		}
		do(t, tab, chromedp.KeyEvent("r"))
		await(t, 10*time.Second, "it runs again after a reset", is(fmt.Sprintf(`figure.dataset.frames !== %q`, frames)))
		do(t, tab, chromedp.KeyEvent("p"))
	}
}
