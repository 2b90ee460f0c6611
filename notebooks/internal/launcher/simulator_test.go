package launcher_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/sgdescape/sgdescape/notebooks/internal/testkit"
)

// checkSimulators plays with every simulation of a report: replicas move and escape, fluently, a
// slider changes the world, pause and reset work by keyboard, and slider and pause by touch.
func checkSimulators(t *testing.T, tab context.Context) {
	t.Helper()
	ids := testkit.Eval[[]string](t, tab, `[...document.querySelectorAll("figure.sgd-sim")].map(e => e.id)`)
	for _, id := range ids {
		figure := fmt.Sprintf("document.getElementById(%q)", id)
		is := func(condition string) func() bool {
			return func() bool { return testkit.Eval[bool](t, tab, fmt.Sprintf("(figure => %s)(%s)", condition, figure)) }
		}
		testkit.Do(t, tab, chromedp.ScrollIntoView(chromedp.CSS("#"+id)))
		testkit.Await(t, time.Minute, "replicas escape", is(`Number(figure.dataset.escapes) > 100`))
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
		checkFluent(t, tab, figure)
		const world = `.querySelector(".sgd-sim-text").textContent.split(";")[0]`
		before := testkit.Eval[string](t, tab, figure+world)
		testkit.Do(t, tab, chromedp.Focus(chromedp.CSS("#"+id+"-batchSize")), chromedp.KeyEvent(kb.ArrowRight))
		testkit.Await(t, time.Minute, "the world follows the slider", is(fmt.Sprintf(`figure%s !== %q`, world, before)))
		testkit.Do(t, tab, chromedp.Focus(chromedp.CSS("#"+id+" canvas")), chromedp.KeyEvent("p"))
		frames := testkit.Eval[string](t, tab, figure+".dataset.frames")
		testkit.Do(t, tab, chromedp.Sleep(300*time.Millisecond))
		if now := testkit.Eval[string](t, tab, figure+".dataset.frames"); now != frames {
			t.Errorf("%s goes on after a pause: frame %s after %s", id, now, frames)
		}
		testkit.Do(t, tab, chromedp.KeyEvent("r"))
		testkit.Await(t, time.Minute, "it runs again after a reset", is(fmt.Sprintf(`figure.dataset.frames !== %q`, frames)))

		resize(t, tab, 390, 844)
		testkit.Call(t, tab, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true})
		testkit.Do(t, tab, chromedp.ScrollIntoView(chromedp.CSS("#"+id)))
		before = testkit.Eval[string](t, tab, figure+world)
		tap(t, tab, "#"+id+"-batchSize", 0.9)
		testkit.Await(t, time.Minute, "the world follows a finger on the slider", is(fmt.Sprintf(`figure%s !== %q`, world, before)))
		tap(t, tab, "#"+id+" canvas", 0.5)
		testkit.Await(t, time.Minute, "a tap on the picture is a pause", is(`figure.querySelector("button").textContent === "Run"`))
		testkit.Call(t, tab, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{})
		resize(t, tab, 1280, 900)
	}
}

// tap touches an element half way down, at a fraction of its width.
func tap(t *testing.T, tab context.Context, selector string, fraction float64) {
	t.Helper()
	box := testkit.Eval[struct{ X, Y, Width, Height float64 }](t, tab, fmt.Sprintf(`(e => { e.scrollIntoView({block: "center", behavior: "instant"}); return e.getBoundingClientRect().toJSON(); })(document.querySelector(%q))`, selector))
	testkit.Do(t, tab, chromedp.TapXY(box.X+fraction*box.Width, box.Y+box.Height/2))
}

// checkFluent counts frames a second. Other work on the machine may take the time of some, so the
// best of several seconds counts.
func checkFluent(t *testing.T, tab context.Context, figure string) {
	t.Helper()
	const count = `new Promise(done => {
		const figure = %s, first = Number(figure.dataset.frames), start = performance.now();
		setTimeout(() => done(1000 * (Number(figure.dataset.frames) - first) / (performance.now() - start)), 1000);
	})`
	var best float64
	for range 10 {
		rate, err := chromedp.Run(tab, chromedp.Evaluate[float64](fmt.Sprintf(count, figure), chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatal(err)
		}
		if best = max(best, rate); best > 55 {
			break
		}
	}
	t.Logf("%.0f frames a second", best)
	if best < 45 {
		t.Errorf("%.0f frames a second, want 60 on an idle machine and 45 on any", best)
	}
}
