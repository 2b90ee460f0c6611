package launcher_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/sgdescape/sgdescape/notebooks/internal/notebook"
	"github.com/sgdescape/sgdescape/notebooks/internal/testkit"
)

// reports runs every notebook of the repository at quick fidelity, and the fixture that has
// something of everything.
var reports = sync.OnceValues(func() (string, error) {
	path, err := binary()
	if err != nil {
		return "", err
	}
	notebooks, err := filepath.Glob("../../*.ipynb")
	if err != nil {
		return "", err
	}
	if err := dependOn("../../../pkg", "../../../go.sum"); err != nil {
		return "", err
	}
	out := filepath.Join(scratch, "reports")
	args := append([]string{"report", "--fidelity", "quick", "--out", out, "testdata/showcase.ipynb", "testdata/playground.ipynb"}, notebooks...)
	if said, err := exec.Command(path, args...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, said)
	}
	return out, nil
})

// dependOn tells `go test` that the result depends on files which only the notebooks use: it must
// not be taken from the cache when they change.
func dependOn(roots ...string) error {
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
			if err == nil {
				_, err = os.Stat(path)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sources lists the notebooks that reports runs.
func sources(t *testing.T) []string {
	t.Helper()
	notebooks, err := filepath.Glob("../../*.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	return append(notebooks, "testdata/showcase.ipynb", "testdata/playground.ipynb")
}

// watch collects what a page complains about and what it asks for outside itself.
type watch struct {
	mu    sync.Mutex
	found []string
}

func (w *watch) listen(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		w.found = append(w.found, "exception: "+e.ExceptionDetails.Text+" "+describe(e.ExceptionDetails.Exception))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			for _, arg := range e.Args {
				w.found = append(w.found, fmt.Sprintf("console %s: %s", e.Type, describe(arg)))
			}
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			w.found = append(w.found, "log: "+e.Entry.Text)
		}
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err != nil || u.Scheme != "data" && u.Scheme != "blob" && e.Type != network.ResourceTypeDocument {
			w.found = append(w.found, "request: "+e.Request.URL)
		}
	}
}

func describe(o *runtime.RemoteObject) string {
	if o == nil {
		return ""
	}
	return string(o.Value) + o.Description
}

func (w *watch) complaints() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.found
}

// Every report opens without a network, complete: see the checks below.
func TestReportsInBrowser(t *testing.T) {
	needJupyter(t)
	browser := testkit.Browser(t)
	dir, err := reports()
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range sources(t) {
		name := notebook.Name(source)
		t.Run(name, func(t *testing.T) {
			report := filepath.Join(dir, name+".html")
			content, err := os.ReadFile(report)
			if err != nil {
				t.Fatal(err)
			}
			checkFile(t, string(content))

			tab, cancel := chromedp.NewContext(browser)
			defer cancel()
			tab, cancel = context.WithTimeout(tab, time.Minute)
			defer cancel()
			seen := &watch{}
			if err := chromedp.Listen(tab, seen.listen); err != nil {
				t.Fatal(err)
			}
			testkit.Call(t, tab, network.Enable, network.EnableParams{})
			testkit.Call(t, tab, log.Enable, cdp.Empty{})
			resize(t, tab, 1280, 900)
			testkit.Do(t, tab, chromedp.Navigate("file://"+report), chromedp.WaitReady(chromedp.CSS("footer")))
			checkSimulators(t, tab)
			checkMoves(t, tab)
			checkFormulas(t, tab, source)
			checkAltTexts(t, tab)
			checkCharts(t, tab)
			checkFolding(t, tab)
			checkWidths(t, tab)
			checkDarkMode(t, tab)
			if name == "showcase" {
				checkComplete(t, tab)
			}
			for _, complaint := range seen.complaints() {
				t.Error(complaint)
			}
		})
	}
}

// The front page leads to every report.
func TestFrontPage(t *testing.T) {
	needJupyter(t)
	browser := testkit.Browser(t)
	dir, err := reports()
	if err != nil {
		t.Fatal(err)
	}
	tab := testkit.Tab(t, browser, time.Minute)
	seen := &watch{}
	if err := chromedp.Listen(tab, seen.listen); err != nil {
		t.Fatal(err)
	}
	testkit.Call(t, tab, network.Enable, network.EnableParams{})
	testkit.Do(t, tab, chromedp.Navigate("file://"+filepath.Join(dir, "index.html")), chromedp.WaitReady(chromedp.CSS("footer")))
	for _, source := range sources(t) {
		if filepath.Base(filepath.Dir(source)) == "testdata" {
			continue
		}
		name := notebook.Name(source)
		for what, query := range map[string]string{"link": fmt.Sprintf(".entry p a[href='%s.html']", name), "picture": fmt.Sprintf(".entry a[href='%s.html'] img", name)} {
			if n := testkit.Eval[int](t, tab, fmt.Sprintf("document.querySelectorAll(%q).length", query)); n != 1 {
				t.Errorf("%s: %d of %s, want 1", name, n, what)
			}
		}
	}
	if broken := testkit.Eval[int](t, tab, `[...document.images].filter(i => i.complete && i.naturalWidth === 0).length`); broken > 0 {
		t.Errorf("%d pictures do not show", broken)
	}
	checkWidths(t, tab)
	for _, complaint := range seen.complaints() {
		t.Error(complaint)
	}
}

// checkComplete looks for what the fixture draws.
func checkComplete(t *testing.T, tab context.Context) {
	t.Helper()
	for what, want := range map[string]int{".drawing svg": 2, ".sgd-chart canvas": 1, "nav a": 5, "table": 1, "figcaption .katex": 1} {
		if n := testkit.Eval[int](t, tab, fmt.Sprintf("document.querySelectorAll(%q).length", what)); n != want {
			t.Errorf("the page has %d of %s, want %d", n, what, want)
		}
	}
}

func resize(t *testing.T, tab context.Context, width, height int64) {
	t.Helper()
	testkit.Call(t, tab, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 500})
}

var (
	reference = regexp.MustCompile(`(?i)<(?:script|img|link|iframe|source|image|use|object|embed)\b[^>]*\s(?:src|href|data|xlink:href)\s*=\s*["']?([^"'\s>]+)`)
	cssImport = regexp.MustCompile(`@import|url\(\s*["']?(?:https?:|file:|//)`)
)

// checkFile looks for references to the outside and at the size of the file itself.
func checkFile(t *testing.T, content string) {
	t.Helper()
	if len(content) > 8e6 {
		t.Errorf("the report has %.1f MB, more than 8", float64(len(content))/1e6)
	}
	for _, m := range reference.FindAllStringSubmatch(content, -1) {
		if !strings.HasPrefix(m[1], "data:") && !strings.HasPrefix(m[1], "#") {
			t.Errorf("the report refers to %s", m[1])
		}
	}
	if m := cssImport.FindString(content); m != "" {
		t.Errorf("a style sheet of the report refers to the outside: %s", m)
	}
}

var (
	codeInText = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`|\\\\\\$")
	inText     = regexp.MustCompile(`(?s)\$\$.+?\$\$|\$[^$]+\$|\\\\?\(.+?\\\)|\\\\?\[.+?\\\]|\\begin\{(?:align|equation|gather)\*?\}.*?\\end\{(?:align|equation|gather)\*?\}`)
)

// checkFormulas compares the formulas of the notebook's texts with those of the page.
func checkFormulas(t *testing.T, tab context.Context, source string) {
	t.Helper()
	data, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	nb, err := notebook.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for _, cell := range nb.Cells {
		if cell.Type == "markdown" {
			want += len(inText.FindAllString(codeInText.ReplaceAllString(string(cell.Source), ""), -1))
		}
	}
	got := testkit.Eval[int](t, tab, `[...document.querySelectorAll("main .math")].filter(e => !e.closest(".output") && e.querySelector(".katex-html")?.getBoundingClientRect().width > 0).length`)
	if got != want {
		t.Errorf("%d formulas are typeset, but the notebook has %d", got, want)
	}
	for _, bad := range testkit.Eval[[]string](t, tab, `[...document.querySelectorAll(".katex-error")].map(e => e.title + ": " + e.textContent)`) {
		t.Errorf("a formula is wrong: %s", bad)
	}
	const leftovers = `(() => {
		const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
		for (let n; (n = walker.nextNode());) {
			if (n.parentElement.closest("pre, code, script, style, svg, .katex")) continue;
			if (/\$[^$]*\$|\\[(\[]|\\begin\{/.test(n.data)) found.push(n.data);
		}
		return found;
	})()`
	for _, text := range testkit.Eval[[]string](t, tab, leftovers) {
		t.Errorf("a formula is not typeset: %s", text)
	}
}

// checkAltTexts asks of every figure a text for those who do not see it.
func checkAltTexts(t *testing.T, tab context.Context) {
	t.Helper()
	const without = `[
		...[...document.querySelectorAll("main img")].filter(e => !e.alt.trim()),
		...[...document.querySelectorAll("main svg")].filter(e => !e.closest(".katex, [_echarts_instance_]")
			&& !(e.getAttribute("role") === "img" && (e.getAttribute("aria-label") || "").trim())),
		...[...document.querySelectorAll("[_echarts_instance_]")].filter(e => !(e.getAttribute("aria-label") || "").trim()),
	].map(e => e.outerHTML.slice(0, 200))`
	for _, figure := range testkit.Eval[[]string](t, tab, without) {
		t.Errorf("a figure has no alternative text: %s", figure)
	}
	if clash := testkit.Eval[[]string](t, tab, `[...document.querySelectorAll("[id]")].map(e => e.id).filter((id, i, all) => all.indexOf(id) !== i)`); len(clash) > 0 {
		t.Errorf("ids that stand for several things: %q", clash)
	}
}

// picture is the state of the i-th chart: its pixels or its drawing.
const picture = `(i) => {
	const chart = document.querySelectorAll("[_echarts_instance_]")[i];
	return [...chart.querySelectorAll("canvas")].map(c => c.toDataURL()).join() + [...chart.children].map(e => e.outerHTML).join();
}`

// checkCharts makes sure that every chart is drawn and answers to the mouse.
func checkCharts(t *testing.T, tab context.Context) {
	t.Helper()
	charts := testkit.Eval[int](t, tab, `document.querySelectorAll("[_echarts_instance_]").length`)
	if want := testkit.Eval[int](t, tab, `document.querySelectorAll(".sgd-chart").length`); charts != want {
		t.Errorf("%d charts are drawn, but the page has %d", charts, want)
	}
	for i := range charts {
		const ink = `(i => {
			const chart = document.querySelectorAll("[_echarts_instance_]")[i];
			chart.scrollIntoView({block: "center", behavior: "instant"});
			let inked = chart.querySelectorAll("svg path").length * 1000;
			for (const c of chart.querySelectorAll("canvas")) {
				const p = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
				for (let k = 0; k < p.length; k += 4) if (p[k + 3] > 0 && p[k] + p[k + 1] + p[k + 2] < 720) inked++;
			}
			return inked;
		})(%d)`
		if n := testkit.Eval[int](t, tab, fmt.Sprintf(ink, i)); n < 1000 {
			t.Errorf("chart %d is blank: it has %d pixels of ink", i+1, n)
		}
		if !respondsToMouse(t, tab, i) {
			t.Errorf("chart %d does not answer to the mouse", i+1)
		}
	}
}

func respondsToMouse(t *testing.T, tab context.Context, i int) bool {
	t.Helper()
	before := testkit.Eval[string](t, tab, fmt.Sprintf("(%s)(%d)", picture, i))
	box := testkit.Eval[struct{ X, Y, Width, Height float64 }](t, tab, fmt.Sprintf(`document.querySelectorAll("[_echarts_instance_]")[%d].getBoundingClientRect().toJSON()`, i))
	for _, x := range []float64{0.5, 0.3, 0.7, 0.2, 0.85} {
		for _, y := range []float64{0.5, 0.35, 0.65} {
			testkit.Do(t, tab, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, box.X+x*box.Width, box.Y+y*box.Height), chromedp.Sleep(60*time.Millisecond))
			if testkit.Eval[string](t, tab, fmt.Sprintf("(%s)(%d)", picture, i)) != before {
				return true
			}
		}
	}
	return false
}

// checkFolding presses the button that folds all code.
func checkFolding(t *testing.T, tab context.Context) {
	t.Helper()
	open := `[...document.querySelectorAll("details.code")].filter(d => d.open).length`
	if testkit.Eval[int](t, tab, open) == 0 {
		t.Error("no code is open at first")
	}
	testkit.Do(t, tab, chromedp.Click(chromedp.CSS("#fold")))
	if n := testkit.Eval[int](t, tab, open); n != 0 {
		t.Errorf("%d cells are still open after all were folded", n)
	}
	testkit.Do(t, tab, chromedp.Click(chromedp.CSS("#fold")))
	if testkit.Eval[int](t, tab, open) == 0 {
		t.Error("no code opens again")
	}
	broken := testkit.Eval[[]string](t, tab, `[...document.querySelectorAll("nav a")].filter(a => !document.getElementById(decodeURIComponent(a.hash.slice(1)))).map(a => a.hash)`)
	if len(broken) > 0 {
		t.Errorf("entries of the contents list that lead nowhere: %q", broken)
	}
}

// checkWidths shows the page on a phone, on a laptop and on a sheet of paper: nothing may stick
// out, and no code hides beyond the edge of its column.
func checkWidths(t *testing.T, tab context.Context) {
	t.Helper()
	for _, c := range []struct {
		medium string
		width  int64
	}{{"screen", 390}, {"screen", 1200}, {"print", 642}} {
		testkit.Call(t, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: c.medium})
		resize(t, tab, c.width, 844)
		testkit.Do(t, tab, chromedp.Sleep(200*time.Millisecond))                                     // charts follow the width
		if w := testkit.Eval[int64](t, tab, `document.documentElement.scrollWidth`); w > c.width+1 { // a pixel is rounding, as below
			wide := testkit.Eval[[]string](t, tab, fmt.Sprintf(`[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > %d).slice(0, 3).map(e => e.outerHTML.slice(0, 120))`, c.width))
			t.Errorf("on a %s of %d pixels the page is %d wide: %q", c.medium, c.width, w, wide)
		}
		within := "main pre.source" // on a screen, what else is too wide scrolls by itself
		if c.medium == "print" {
			within = "main .math.display, main table, main pre"
		}
		for _, cut := range testkit.Eval[[]string](t, tab, fmt.Sprintf(`[...document.querySelectorAll(%q)].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent.slice(0, 100))`, within)) {
			t.Errorf("too wide for a %s of %d pixels: %s", c.medium, c.width, cut)
		}
	}
	testkit.Call(t, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "screen"})
	resize(t, tab, 1280, 900)
}

// checkDarkMode makes sure that text and background change together, and that figures keep their
// white paper.
func checkDarkMode(t *testing.T, tab context.Context) {
	t.Helper()
	dark := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}
	testkit.Call(t, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "screen", Features: dark})
	const brightness = `(css => { const [r, g, b] = css.match(/[\d.]+/g).map(Number); return r + g + b; })`
	ink := testkit.Eval[float64](t, tab, brightness+`(getComputedStyle(document.body).color)`)
	paper := testkit.Eval[float64](t, tab, brightness+`(getComputedStyle(document.body).backgroundColor)`)
	if ink < 500 || paper > 200 {
		t.Errorf("in dark mode the ink has brightness %v and the paper %v of 765", ink, paper)
	}
	bare := testkit.Eval[int](t, tab, `[...document.querySelectorAll(".drawing, .sgd-chart")].filter(e => getComputedStyle(e).backgroundColor !== "rgb(255, 255, 255)").length`)
	if bare > 0 {
		t.Errorf("%d figures have no white paper in dark mode", bare)
	}
}

// A wrong formula must show in the page, so that the checks above can find it.
func TestWrongFormulaShows(t *testing.T) {
	needJupyter(t)
	browser := testkit.Browser(t)
	dir := t.TempDir()
	status, _, stderr := launch(t, nil, "report", "--out", dir, fixture(t, "misspelt"))
	if status != 0 {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
	testkit.Do(t, browser, chromedp.Navigate("file://"+filepath.Join(dir, "misspelt.html")), chromedp.WaitReady(chromedp.CSS("footer")))
	wrong := testkit.Eval[[]string](t, browser, `[...document.querySelectorAll(".katex-error")].map(e => e.textContent)`)
	if len(wrong) != 1 || !strings.Contains(wrong[0], `\frac{1}`) {
		t.Errorf("the wrong formulas are %q, want the one in the notebook", wrong)
	}
}
