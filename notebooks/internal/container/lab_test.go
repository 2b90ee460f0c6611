package container

import (
	"context"
	"fmt"
	"net"
	"regexp"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/sgdescape/sgdescape/notebooks/internal/testkit"
)

// A reader opens notebooks in the image's JupyterLab, started as Binder starts it, runs all cells,
// and plays with what they draw.
func TestLabInBrowser(t *testing.T) {
	needImage(t)
	browser := testkit.Browser(t)
	log := &testkit.Buffer{}
	port := freePort(t)
	cmd := shell(t.Context(), scratch, fmt.Sprintf("exec docker run -p %d:%d %s jupyter lab --ip=0.0.0.0 --port=%d --no-browser --LabApp.expose_app_in_browser=True", port, port, image, port))
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer stop(t, cmd)
	address := regexp.MustCompile(`(http://127\.0\.0\.1:\d+)/\S*\?token=(\w+)`)
	testkit.Await(t, time.Minute, log, func() bool { return address.MatchString(log.String()) })
	m := address.FindStringSubmatch(log.String())

	for _, nb := range []struct {
		path   string
		charts []string // with sliders that move them in the page
		live   string   // the figure that the library draws
	}{
		{"notebooks/internal/launcher/testdata/playground.ipynb", []string{"power-of-c"}, "live"},
		{"notebooks/02_escape.ipynb", []string{"rate-against-barrier"}, "escape-live"},
		{"notebooks/05_first_passage.ipynb", nil, "passage-live"},
		{"notebooks/07_rates.ipynb", []string{"rate-knobs"}, "rates-live"},
	} {
		t.Run(nb.path, func(t *testing.T) {
			tab := testkit.Tab(t, browser, 12*time.Minute)
			testkit.Do(t, tab, chromedp.Navigate(m[1]+"/lab/tree/"+nb.path+"?token="+m[2]))
			r := reader{t, tab, log, fmt.Sprintf(`[...(window.jupyterapp?.shell?.widgets("main") ?? [])].find(w => w.context?.path === %q)`, nb.path)}
			r.runAll()
			r.checkOutputs()
			for _, chart := range nb.charts {
				r.show(chart)
				r.move(chart+"-slider-0", fmt.Sprintf(`document.querySelector("#%s canvas")?.toDataURL() ?? ""`, chart))
			}
			r.show(nb.live)
			r.move(nb.live+"-slider-0", `[...document.querySelectorAll(".sgd-live-drawing")].at(-1)?.innerHTML ?? ""`)
			testkit.Do(t, tab, chromedp.Click(chromedp.CSS("#"+nb.live+"-done")))
			r.await(30*time.Second, `[...panel.content.model.cells].filter(c => c.type === "code").at(-1).executionCount !== null`)
		})
	}
}

// reader is somebody in front of a notebook in JupyterLab.
type reader struct {
	t     *testing.T
	tab   context.Context
	log   *testkit.Buffer
	panel string // the expression for the notebook's panel
}

// await waits for a condition on panel.
func (r reader) await(limit time.Duration, condition string) {
	r.t.Helper()
	for start := time.Now(); !testkit.Eval[bool](r.t, r.tab, fmt.Sprintf("(panel => !!panel && !!(%s))(%s)", condition, r.panel)); time.Sleep(100 * time.Millisecond) {
		if time.Since(start) > limit {
			r.t.Fatalf("waited %v in vain for %s:\n%s", limit, condition, r.log)
		}
	}
}

// runAll runs all cells and waits until only the last with code, which listens, still runs.
func (r reader) runAll() {
	r.t.Helper()
	r.await(time.Minute, `panel.context?.sessionContext?.session?.kernel?.connectionStatus === "connected"`)
	testkit.Eval[bool](r.t, r.tab, `(panel => { jupyterapp.shell.activateById(panel.id); jupyterapp.commands.execute("notebook:run-all-cells"); return true; })(`+r.panel+`)`)
	r.await(8*time.Minute, `[...panel.content.model.cells].filter(c => c.type === "code").slice(0, -1).every(c => c.executionCount !== null)`)
	r.await(time.Minute, `[...panel.content.model.cells].filter(c => c.type === "code").at(-1).outputs.length >= 2 && globalThis.gonb_comm`)
}

// checkOutputs looks for errors, and for cells that should show something and do not.
func (r reader) checkOutputs() {
	r.t.Helper()
	const silent = `[...panel.content.model.cells].filter(c => c.type === "code")
		.filter(c => c.outputs.toJSON().some(o => o.output_type === "error") || c.sharedModel.source.startsWith("%%\n") && c.outputs.length === 0)
		.map(c => c.sharedModel.source)`
	for _, source := range testkit.Eval[[]string](r.t, r.tab, fmt.Sprintf("(panel => %s)(%s)", silent, r.panel)) {
		r.t.Errorf("a cell shows an error or nothing:\n%s", source)
	}
}

// show scrolls to the cell whose output has an element of the given id: JupyterLab holds only what
// is in view.
func (r reader) show(id string) {
	r.t.Helper()
	const scroll = `(panel => {
		const k = [...panel.content.model.cells].findIndex(c => c.type === "code" && JSON.stringify(c.outputs.toJSON()).includes('id=\\"%s\\"'));
		if (k < 0) return false;
		panel.content.activeCellIndex = k;
		panel.content.scrollToItem(k, "center");
		return !!document.getElementById(%q);
	})(%s)`
	r.await(time.Minute, fmt.Sprintf(scroll, id, id, "panel"))
}

// move moves a slider by a step, and waits until the picture has changed.
func (r reader) move(slider, picture string) {
	r.t.Helper()
	r.await(30*time.Second, fmt.Sprintf(`(%s).length > 100`, picture))
	testkit.Do(r.t, r.tab, chromedp.Sleep(time.Second))
	before := testkit.Eval[string](r.t, r.tab, picture)
	testkit.Do(r.t, r.tab, chromedp.Focus(chromedp.CSS("#"+slider)), chromedp.KeyEvent(kb.ArrowRight))
	testkit.Await(r.t, time.Minute, r.log, func() bool { return testkit.Eval[string](r.t, r.tab, picture) != before })
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
