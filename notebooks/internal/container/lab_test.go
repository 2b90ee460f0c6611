package container

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"regexp"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A reader opens a notebook in the image's JupyterLab, started as Binder starts it, runs all cells, and plays with what they draw.
func TestLabInBrowser(t *testing.T) {
	needImage(t)
	tab := newTab(t)
	log := &buffer{}
	port := freePort(t)
	cmd := shell(t.Context(), scratch, fmt.Sprintf("exec docker run -p %d:%d %s jupyter lab --ip=0.0.0.0 --port=%d --no-browser --LabApp.expose_app_in_browser=True", port, port, image, port))
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer stop(t, cmd)
	address := regexp.MustCompile(`(http://127\.0\.0\.1:\d+)/\S*\?token=(\w+)`)
	await(t, time.Minute, log, func() bool { return address.MatchString(log.String()) })
	m := address.FindStringSubmatch(log.String())

	is := func(condition string) func() bool {
		return func() bool { return eval[bool](t, tab, condition) }
	}
	if err := chromedp.Do(tab, chromedp.Navigate(m[1]+"/lab/tree/notebooks/internal/launcher/testdata/playground.ipynb?token="+m[2])); err != nil {
		t.Fatal(err)
	}
	const panel = `[...(window.jupyterapp?.shell?.widgets("main") ?? [])].find(w => w.context?.sessionContext?.session?.kernel?.connectionStatus === "connected")`
	await(t, time.Minute, log, is(`!!`+panel))
	eval[bool](t, tab, `jupyterapp.shell.activateById(`+panel+`.id), jupyterapp.commands.execute("notebook:run-all-cells"), true`)
	await(t, 2*time.Minute, log, is(`document.querySelector("#power-of-c canvas") !== null`))
	await(t, time.Minute, log, is(`document.querySelector(".sgd-live-drawing svg") !== null && !!globalThis.gonb_comm`))
	if !is(`document.body.innerText.includes("drawn for φ = 1") && document.querySelector("figure.sgd-sim img").complete`)() {
		t.Error("not every output arrived")
	}
	for slider, picture := range map[string]string{
		"#power-of-c-slider-0": `document.querySelector("#power-of-c canvas").toDataURL()`,
		"#live-slider-0":       `[...document.querySelectorAll(".sgd-live-drawing")].at(-1).innerHTML`,
	} {
		before := eval[string](t, tab, picture)
		if err := chromedp.Do(tab, chromedp.Sleep(time.Second), chromedp.Focus(chromedp.CSS(slider)), chromedp.KeyEvent(kb.ArrowRight)); err != nil {
			t.Fatal(err)
		}
		await(t, 20*time.Second, log, func() bool { return eval[string](t, tab, picture) != before })
	}
}

// newTab starts a browser.
func newTab(t *testing.T) context.Context {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		missing(t, "chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.WindowSize(1280, 3000), chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	tab, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		_ = chromedp.Cancel(tab)
		cancel()
	})
	tab, cancel = context.WithTimeout(tab, 5*time.Minute)
	t.Cleanup(cancel)
	return tab
}

func eval[T any](t *testing.T, tab context.Context, expression string) T {
	t.Helper()
	value, err := chromedp.Run(tab, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatalf("%v in %s", err, expression)
	}
	return value
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
