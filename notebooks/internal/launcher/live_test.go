package launcher_test

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/sgdescape/sgdescape/notebooks/internal/testkit"
)

// A reader opens a notebook in the classic Notebook, runs all cells, and plays: charts in the page
// and figures drawn by the library follow the sliders.
func TestLiveNotebook(t *testing.T) {
	needJupyter(t)
	if exec.Command("jupyter", "notebook", "--version").Run() != nil {
		testkit.Missing(t, "Jupyter Notebook")
	}
	browser := testkit.Browser(t)
	host, page, token := openLab(t)
	ready, runAll := `window.Jupyter?.notebook?.kernel?.is_connected() === true`,
		`Jupyter.notebook.set_autosave_interval(0), Jupyter.notebook.execute_all_cells(), true`
	if strings.HasPrefix(page, "lab") {
		t.Skip("this machine has JupyterLab, which the test of the container drives")
	}

	tab, cancel := context.WithTimeout(browser, 5*time.Minute)
	defer cancel()
	resize(t, tab, 1280, 900)
	testkit.Do(t, tab, chromedp.Navigate(host+"/notebooks/notebooks/internal/launcher/testdata/playground.ipynb?token="+token))
	is := func(condition string) func() bool {
		return func() bool { return testkit.Eval[bool](t, tab, condition) }
	}
	testkit.Await(t, time.Minute, "the kernel is connected", is(ready))
	testkit.Eval[bool](t, tab, runAll)
	playLive(t, tab)
}

// playLive waits for the outputs of the notebook playground in a front end, and moves its sliders.
func playLive(t *testing.T, tab context.Context) {
	t.Helper()
	is := func(condition string) func() bool {
		return func() bool { return testkit.Eval[bool](t, tab, condition) }
	}
	testkit.Await(t, 2*time.Minute, "the chart is drawn", is(`document.querySelector("#power-of-c canvas") !== null`))
	testkit.Await(t, time.Minute, "the text is printed", is(`document.body.innerText.includes("drawn for φ = 1")`))
	testkit.Await(t, time.Minute, "the still of the simulation is there", is(`document.querySelector("figure.sgd-sim img")?.complete === true`))
	testkit.Await(t, time.Minute, "the live figure is drawn", is(`document.querySelector(".sgd-live-drawing svg") !== null`))

	const chart = `document.querySelector("#power-of-c canvas").toDataURL()`
	before := testkit.Eval[string](t, tab, chart)
	testkit.Do(t, tab, chromedp.Focus(chromedp.CSS("#power-of-c-slider-0")), chromedp.KeyEvent(kb.ArrowRight))
	testkit.Await(t, time.Minute, "the chart follows its slider", func() bool { return testkit.Eval[string](t, tab, chart) != before })

	const figure = `[...document.querySelectorAll(".sgd-live-drawing")].at(-1).innerHTML`
	testkit.Await(t, time.Minute, "the kernel listens", is(`!!globalThis.gonb_comm`))
	for _, slider := range []string{"#live-slider-0", "#live-slider-1"} {
		before := testkit.Eval[string](t, tab, figure)
		testkit.Do(t, tab, chromedp.Sleep(time.Second), chromedp.Focus(chromedp.CSS(slider)), chromedp.KeyEvent(kb.ArrowRight))
		testkit.Await(t, time.Minute, "the figure follows "+slider, func() bool { return testkit.Eval[string](t, tab, figure) != before })
	}
	testkit.Do(t, tab, chromedp.Click(chromedp.CSS("#live-done")))
	testkit.Await(t, time.Minute, "its controls rest", is(`document.querySelector("#live-slider-0").disabled`))
}
